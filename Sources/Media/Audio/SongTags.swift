// SPDX-License-Identifier: Apache-2.0

/// What the tag at the head of an MP3 file (ID3v2) says of the song.
public struct SongTags: Hashable, Sendable {
    public var title: String
    public var artist: String
    public var album: String
    /// The number on the album; 0 for none.
    public var track: Int

    public init(title: String = "", artist: String = "", album: String = "", track: Int = 0) {
        (self.title, self.artist, self.album, self.track) = (title, artist, album, track)
    }

    // MARK: Writing

    /// The tag as ID3v2.3 in UTF-16, which every reader knows.
    public var bytes: [UInt8] {
        var frames: [UInt8] = []
        let values = [("TIT2", title), ("TPE1", artist), ("TALB", album), ("TRCK", track > 0 ? String(track) : "")]
        for (name, text) in values where !text.isEmpty {
            let content: [UInt8] = [1, 0xff, 0xfe] + text.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
            frames += Array(name.utf8) + Self.big(content.count) + [0, 0] + content
        }
        let size = [21, 14, 7, 0].map { UInt8(frames.count >> $0 & 0x7f) }
        return Array("ID3".utf8) + [3, 0, 0] + size + frames
    }

    private static func big(_ number: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(number >> $0 & 0xff) } }

    // MARK: Reading

    /// How many bytes of a file the tag takes, its head included; 0 where there is none.
    static func length(_ file: [UInt8]) -> Int {
        guard file.count >= 10, file.starts(with: "ID3".utf8) else { return 0 }
        return min(file.count, 10 + sevens(file, 6))
    }

    /// Reads the tag of version 2.3 or 2.4. Whatever it does not understand it leaves out.
    init(reading file: [UInt8]) {
        self.init()
        let end = Self.length(file)
        guard end > 10, file[3] == 3 || file[3] == 4 else { return }
        var at = 10
        // The head may be longer than its ten bytes.
        if file[5] & 0x40 != 0, end >= 14 { at += file[3] == 4 ? Self.sevens(file, 10) : 4 + Self.whole(file, 10) }
        while at + 10 <= end, file[at] != 0 {
            let size = file[3] == 4 ? Self.sevens(file, at + 4) : Self.whole(file, at + 4)
            guard size > 0, size <= end - at - 10 else { return }
            let text = Self.text(file[(at + 10)..<(at + 10 + size)])
            switch String(decoding: file[at..<(at + 4)], as: UTF8.self) {
            case "TIT2": title = text
            case "TPE1": artist = text
            case "TALB": album = text
            case "TRCK": track = Int(text.prefix { $0.isNumber }) ?? 0
            default: break
            }
            at += 10 + size
        }
    }

    private static func sevens(_ file: [UInt8], _ at: Int) -> Int {
        file[at..<(at + 4)].reduce(0) { $0 << 7 | Int($1 & 0x7f) }
    }

    private static func whole(_ file: [UInt8], _ at: Int) -> Int { file[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) } }

    /// A text frame: its first byte says how the rest is written.
    private static func text(_ content: ArraySlice<UInt8>) -> String {
        guard let encoding = content.first else { return "" }
        var rest = content.dropFirst()
        var text: String
        switch encoding {
        case 1, 2:
            var little = false
            if encoding == 1, rest.starts(with: [0xff, 0xfe]) { little = true }
            if encoding == 1 { rest = rest.dropFirst(2) }
            let pairs = stride(from: rest.startIndex, to: rest.endIndex - 1, by: 2)
            text = String(
                decoding: pairs.map { UInt16(rest[$0 + (little ? 1 : 0)]) << 8 | UInt16(rest[$0 + (little ? 0 : 1)]) },
                as: UTF16.self
            )
        case 3: text = String(decoding: rest, as: UTF8.self)
        default: text = String(String.UnicodeScalarView(rest.map { Unicode.Scalar($0) }))
        }
        // Several values are parted by zeros; the first counts.
        text = String(text.prefix { $0 != "\0" })
        return text
    }
}
