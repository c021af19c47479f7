// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Glibc

/// A small file or a link that a host has sent whole.
struct SyncUpload: Sendable {
    var path: String
    /// Kind and permissions, as in `st_mode`.
    var mode: UInt32
    /// Seconds since 1970.
    var modified: Int64
    /// The content, or where a link leads to.
    var bytes: [UInt8]

    var isLink: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFLNK) }
}

/// A file that is too large to be held: it is written as it comes, off the device's actor.
///
/// One job at a time touches it: those of the blocking pool while it is filled, the actor when it is put in its place.
final class SyncLargeFile: @unchecked Sendable {
    let writer: FileWriter
    let path: String
    let mode: UInt32
    let decoder: CompressionDecoder?

    init(_ writer: FileWriter, path: String, mode: UInt32, decoder: CompressionDecoder?) {
        self.writer = writer
        self.path = path
        self.mode = mode
        self.decoder = decoder
    }

    /// Adds bytes as they came from the host.
    func append(_ pieces: [ArraySlice<UInt8>]) throws {
        for piece in pieces {
            if let decoder {
                try decoder.decode(piece) { try writer.append($0) }
            } else {
                try piece.withUnsafeBytes { try writer.append($0) }
            }
        }
    }
}

/// How the sync service changes the device's files. Everything here runs on the device's actor.
enum SyncStore {
    /// What failed, in the words that `FAIL` carries.
    struct Refusal: Error {
        var words: String
    }

    /// The owner's bits hold for group and others too, as the real daemon has it.
    static func permissions(_ mode: UInt32) -> UInt32 {
        let owner = mode >> 6 & 7
        return owner << 6 | owner << 3 | owner & 5
    }

    /// Stores files in order; one that fails does not hold up the others.
    ///
    /// - Returns: for each what failed, or nil.
    static func store(_ uploads: [SyncUpload], in files: DeviceFiles) -> [String?] {
        var folder: (device: String, host: String)?
        var stamped = Set<String>()
        let answers = uploads.map { upload -> String? in
            do {
                if upload.isLink {
                    try makeLink(upload, files)
                    return nil
                }
                let parent = DevicePath.parent(upload.path)
                if folder?.device != parent {
                    try makeParents(upload.path, files)
                    folder = (parent, try files.resolve(parent).host)
                }
                let host = (folder?.host ?? "") + "/" + DevicePath.name(upload.path)
                if try !storeNew(upload, host, files) { try replace(upload, files) }
                if let folder { stamped.insert(folder.host) }
                return nil
            } catch let refusal as Refusal {
                return refusal.words
            } catch {
                return "couldn't create file: \(reason(error))"
            }
        }
        for host in stamped { files.stamp(host) }
        return answers
    }

    /// Opens a file that is filled piece by piece and put in its place by `finish`.
    static func open(_ path: String, mode: UInt32, in files: DeviceFiles) throws -> FileWriter {
        try makeParents(path, files)
        do {
            return try FileWriter(files, path, mode: permissions(mode))
        } catch {
            throw Refusal(words: "couldn't create file: \(reason(error))")
        }
    }

    /// Puts a filled file in its place.
    static func finish(_ file: SyncLargeFile, modified: Int64, in files: DeviceFiles) throws {
        try file.writer.finish(modified: modified)
        try files.setMode(file.path, permissions(file.mode))
    }

    /// The words for a failure of the file system.
    static func reason(_ error: any Error) -> String {
        switch error {
        case let failure as FileFailure: failure.reason
        case let error as DroidError: error.what
        default: "\(error)"
        }
    }

    // MARK: Parts

    private static func makeParents(_ path: String, _ files: DeviceFiles) throws {
        do {
            try files.makeParents(of: path)
        } catch {
            throw Refusal(words: "secure_mkdirs() failed: \(reason(error))")
        }
    }

    /// Writes a file whose name is free: no temporary name and no second walk, since nobody sees it before the actor is
    /// done with it.
    ///
    /// - Returns: false where something stands there already, or the name is none.
    private static func storeNew(_ upload: SyncUpload, _ host: String, _ files: DeviceFiles) throws -> Bool {
        let name = DevicePath.name(upload.path)
        guard name != ".", name != "..", name != "/", !upload.path.hasSuffix("/"), !upload.path.utf8.contains(0),
            DeviceNode(rawValue: upload.path) == nil
        else { return false }
        let descriptor = Glibc.open(host, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor < 0 {
            if errno == EEXIST { return false }
            throw FileFailure(code: errno, path: upload.path)
        }
        defer { close(descriptor) }
        fchmod(descriptor, permissions(upload.mode))
        var failure: Int32 = 0
        upload.bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else {
                    failure = errno
                    return
                }
                done += count
            }
        }
        guard failure == 0 else {
            unlink(host)
            throw Refusal(words: "write failed: \(FileFailure(code: failure, path: upload.path).reason)")
        }
        let time = timespec(tv_sec: Int(upload.modified), tv_nsec: 0)
        _ = withUnsafePointer(to: (time, time)) {
            $0.withMemoryRebound(to: timespec.self, capacity: 2) { futimens(descriptor, $0) }
        }
        files.touched.insert(host)
        return true
    }

    private static func replace(_ upload: SyncUpload, _ files: DeviceFiles) throws {
        let writer = try FileWriter(files, upload.path, mode: permissions(upload.mode))
        try upload.bytes.withUnsafeBytes { try writer.append($0) }
        try writer.finish(modified: upload.modified)
        try files.setMode(upload.path, permissions(upload.mode))
    }

    private static func makeLink(_ upload: SyncUpload, _ files: DeviceFiles) throws {
        try makeParents(upload.path, files)
        if let there = try? files.stat(upload.path, follow: false) {
            if there.isFolder { throw FileFailure(code: EISDIR, path: upload.path) }
            try files.remove(upload.path)
        }
        try files.makeLink(to: String(decoding: upload.bytes.prefix { $0 != 0 }, as: UTF8.self), at: upload.path)
        let place = try files.resolve(upload.path, followLast: false)
        let time = timespec(tv_sec: Int(upload.modified), tv_nsec: 0)
        _ = withUnsafePointer(to: (time, time)) {
            $0.withMemoryRebound(to: timespec.self, capacity: 2) {
                utimensat(AT_FDCWD, place.host, $0, AT_SYMLINK_NOFOLLOW)
            }
        }
    }
}
