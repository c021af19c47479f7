// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc

/// Seconds since 1970.
func now() -> Int64 { Int64(time(nil)) }

/// A local file that is being pushed.
final class SourceFile {
    let path: String
    let mode: UInt32
    let size: Int64
    let modified: Int64
    private let descriptor: Int32

    /// - Throws: `DroidError` with code `file.read`.
    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        var facts = Glibc.stat()
        guard descriptor >= 0 else { throw SourceFile.failure(path) }
        guard fstat(descriptor, &facts) == 0 else {
            let error = SourceFile.failure(path)
            Glibc.close(descriptor)
            throw error
        }
        guard facts.st_mode & S_IFMT == S_IFREG else {
            Glibc.close(descriptor)
            throw DroidError("file.read", "cannot read \(path)", why: "it is not a plain file")
        }
        mode = UInt32(facts.st_mode) & 0o777
        size = Int64(facts.st_size)
        modified = Int64(facts.st_mtim.tv_sec)
    }

    deinit { Glibc.close(descriptor) }

    /// Up to `limit` bytes; none at the end of the file.
    func read(_ limit: Int) throws -> ArraySlice<UInt8> {
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            repeat { count = Glibc.read(descriptor, buffer.baseAddress, limit) } while count < 0 && errno == EINTR
            filled = max(0, count)
        }
        guard count >= 0 else { throw SourceFile.failure(path) }
        return bytes[...]
    }

    private static func failure(_ path: String) -> DroidError {
        DroidError("file.read", "cannot read \(path)", why: String(cString: strerror(errno)))
    }
}

/// A local file that is being pulled: written under a temporary name, and removed again if it is not finished.
final class TargetFile {
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private var isFinished = false

    /// - Throws: `DroidError` with code `file.write`.
    init(_ path: String) throws {
        self.path = path
        let folder = (path as NSString).deletingLastPathComponent
        if !folder.isEmpty { try FileBytes.makeFolder(folder) }
        temporary = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            isFinished = true
            throw TargetFile.failure(path)
        }
    }

    deinit {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        if !isFinished { unlink(temporary) }
    }

    func write(_ bytes: ArraySlice<UInt8>) throws {
        try bytes.withUnsafeBytes { raw in
            var done = 0
            while done < raw.count {
                let count = Glibc.write(descriptor, raw.baseAddress?.advanced(by: done), raw.count - done)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw TargetFile.failure(path) }
                done += count
            }
        }
    }

    /// Syncs the file and gives it its name.
    func finish() throws {
        guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw TargetFile.failure(path) }
        isFinished = true
    }

    private static func failure(_ path: String) -> DroidError {
        DroidError("file.write", "cannot write \(path)", why: String(cString: strerror(errno)))
    }
}
