// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file of the device that is being written: under a hidden temporary name beside its place until `finish`.
///
/// Dropped before `finish`, it leaves nothing behind, and the file that stood there is as it was. `append` touches
/// nothing but the open file, so it may run off the device's actor; opening and `finish` belong on it.
final class FileWriter {
    static let prefix = ".droidagent-write-"

    private let files: DeviceFiles
    private let path: String
    private let place: DeviceFiles.Place
    private let temporary: String
    private let node: DeviceNode?
    private var descriptor: Int32
    private(set) var count = 0

    /// Opens the temporary file; the folder must be there.
    init(_ files: DeviceFiles, _ path: String, mode: UInt32) throws {
        self.files = files
        self.path = path
        place = try files.resolve(path)
        node = DeviceNode(place)
        if let node {
            temporary = ""
            descriptor = -1
            if node == .full { throw FileFailure(code: ENOSPC, path: path) }
            return
        }
        var status = Glibc.stat()
        let there = lstat(place.host, &status) == 0
        if there && status.st_mode & S_IFMT == S_IFDIR { throw FileFailure(code: EISDIR, path: path) }
        let folder = DevicePath.parent(place.host)
        var attempt = 0
        while true {
            let name = folder + "/" + Self.prefix + "\(UInt64.random(in: 0 ... .max))"
            descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            attempt += 1
            if descriptor >= 0 {
                temporary = name
                break
            }
            guard errno == EEXIST, attempt < 1000 else { throw FileFailure(code: errno, path: path) }
        }
        fchmod(descriptor, there ? status.st_mode & 0o7777 : mode & 0o7777)
    }

    deinit {
        if descriptor >= 0 {
            close(descriptor)
            unlink(temporary)
        }
    }

    /// Adds bytes at the end.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        count += bytes.count
        if node != nil { return }
        var done = 0
        while done < bytes.count {
            let wrote = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if wrote < 0 && errno == EINTR { continue }
            guard wrote > 0 else { throw FileFailure(code: errno, path: path) }
            done += wrote
        }
    }

    /// Puts the file in its place, with the device's time or the one given (seconds since 1970).
    func finish(modified: Int64? = nil) throws {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
        guard rename(temporary, place.host) == 0 else {
            let failure = FileFailure(code: errno, path: path)
            unlink(temporary)
            throw failure
        }
        files.stampWithParent(place.host)
        if let modified { try files.touch(path, seconds: modified, create: false) }
    }
}
