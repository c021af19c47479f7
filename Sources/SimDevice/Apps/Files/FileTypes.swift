// SPDX-License-Identifier: Apache-2.0

import Media

/// What a file is, by the ending of its name.
struct FileType: Hashable {
    enum Family { case folder, image, video, audio, document, archive, app, other }

    var family: Family
    var mime: String
    /// As the list and the information page call it: `TXT document`.
    var name: String

    static let folder = FileType(family: .folder, mime: "vnd.android.document/directory", name: "Folder")

    /// The type of a file with this name.
    static func of(_ name: String) -> FileType {
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else {
            return FileType(family: .other, mime: "application/octet-stream", name: "File")
        }
        let ending = name[name.index(after: dot)...].lowercased()
        let known = table[ending]
        let family = known?.0 ?? .other
        let word =
            switch family {
            case .image: "image"
            case .video: "video"
            case .audio: "audio"
            case .document: "document"
            case .archive: "archive"
            case .app: "app"
            case .folder, .other: "file"
            }
        let title = family == .app ? "Android application" : "\(ending.uppercased()) \(word)"
        return FileType(family: family, mime: known?.1 ?? "application/octet-stream", name: title)
    }

    /// The name with the ending of a MIME type, unless it has it, or the type has none.
    static func named(_ name: String, mime: String) -> String {
        let endings = table.filter { $0.value.1 == mime }.keys.sorted()
        guard let ending = endings.first, of(name).mime != mime else { return name }
        return "\(name).\(ending)"
    }

    var icon: Icon {
        switch family {
        case .folder: .folder
        case .image: .image
        case .video: .video
        case .audio: .music
        case .archive: .archive
        case .app: .apps
        case .document, .other: .file
        }
    }

    private static let table: [String: (Family, String)] = [
        "jpg": (.image, "image/jpeg"), "jpeg": (.image, "image/jpeg"), "png": (.image, "image/png"),
        "gif": (.image, "image/gif"), "webp": (.image, "image/webp"), "bmp": (.image, "image/bmp"),
        "heic": (.image, "image/heic"), "svg": (.image, "image/svg+xml"),
        "mp4": (.video, "video/mp4"), "mkv": (.video, "video/x-matroska"), "webm": (.video, "video/webm"),
        "3gp": (.video, "video/3gpp"), "mov": (.video, "video/quicktime"), "avi": (.video, "video/avi"),
        "mp3": (.audio, "audio/mpeg"), "m4a": (.audio, "audio/mp4"), "ogg": (.audio, "audio/ogg"),
        "wav": (.audio, "audio/x-wav"), "flac": (.audio, "audio/flac"), "aac": (.audio, "audio/aac"),
        "m3u": (.other, "audio/x-mpegurl"),
        "txt": (.document, "text/plain"), "md": (.document, "text/markdown"), "csv": (.document, "text/csv"),
        "pdf": (.document, "application/pdf"), "html": (.document, "text/html"), "htm": (.document, "text/html"),
        "doc": (.document, "application/msword"), "rtf": (.document, "text/rtf"),
        "docx": (.document, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        "xlsx": (.document, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        "pptx": (.document, "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        "json": (.other, "application/json"), "xml": (.document, "text/xml"), "gpx": (.other, "application/gpx+xml"),
        "zip": (.archive, "application/zip"), "gz": (.archive, "application/gzip"),
        "tar": (.archive, "application/x-tar"),
        "apk": (.app, "application/vnd.android.package-archive"),
    ]
}

/// Sizes and dates as Android's own formatter writes them.
enum FileFormat {
    /// `0 B`, `12.35 kB`, `145 kB`: units of 1000, and the next unit from 900 on.
    static func size(_ bytes: Int64) -> String {
        var value = Double(bytes)
        var unit = 0
        let units = ["B", "kB", "MB", "GB", "TB"]
        while value > 900, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        if unit == 0 || value >= 100 { return "\(Int(value.rounded())) \(units[unit])" }
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100).\(LocalTime.two(hundredths % 100)) \(units[unit])"
    }

    /// The time for today, `Oct 15` for this year, and the year with all others.
    static func date(_ seconds: Int64, _ context: AppContext) -> String {
        let then = LocalTime(seconds * 1000, zone: context.system.timeZone)
        let now = context.localNow
        if then.day == now.day { return then.clock(is24Hour: context.is24Hour) }
        let date = "\(then.day.monthName.prefix(3)) \(then.day.day)"
        return then.day.year == now.day.year ? date : "\(date), \(then.day.year)"
    }
}
