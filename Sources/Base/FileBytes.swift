// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// Whole files, read and written so that a reader never meets a half-written one.
public enum FileBytes {
    /// The content of a file.
    ///
    /// - Throws: `DroidError` with code `file.read`.
    public static func read(_ path: String) throws -> [UInt8] {
        var out: [UInt8] = []
        try forEachChunk(path) { out.append(contentsOf: $0) }
        return out
    }

    /// Calls `body` with the file's content in pieces of at most 1 MiB.
    ///
    /// - Throws: `DroidError` with code `file.read`, or what `body` throws.
    public static func forEachChunk(_ path: String, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("file.read", "cannot read \(path)") }
        defer { close(descriptor) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("file.read", "cannot read \(path)") }
            if count == 0 { return }
            try body(UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
        }
    }

    /// Writes a file under a temporary name, syncs it and renames it into place. Folders are made as needed.
    ///
    /// After a failure the file that stood there is unchanged.
    ///
    /// - Throws: `DroidError` with code `file.write`.
    public static func write(_ bytes: some Sequence<UInt8>, to path: String, mode: mode_t = 0o644) throws {
        let folder = (path as NSString).deletingLastPathComponent
        if !folder.isEmpty { try makeFolder(folder) }
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure("file.write", "cannot write \(path)") }
        do {
            try writeAll(ContiguousArray(bytes), to: descriptor, path: path)
            guard fsync(descriptor) == 0 else { throw failure("file.write", "cannot write \(path)") }
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        close(descriptor)
        guard rename(temporary, path) == 0 else {
            let error = failure("file.write", "cannot write \(path)")
            unlink(temporary)
            throw error
        }
    }

    /// Writes text as UTF-8, as `write(_:to:mode:)` does.
    public static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws {
        try write(text.utf8, to: path, mode: mode)
    }

    /// Makes a folder and those above it; it is no error when it is there.
    ///
    /// - Throws: `DroidError` with code `file.write`.
    public static func makeFolder(_ path: String, mode: Int = 0o755) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: mode]
            )
        } catch {
            throw DroidError("file.write", "cannot make the folder \(path)", why: "\(error.localizedDescription)")
        }
    }

    private static func writeAll(_ bytes: ContiguousArray<UInt8>, to descriptor: Int32, path: String) throws {
        try bytes.withUnsafeBytes { raw in
            var done = 0
            while done < raw.count {
                let count = Glibc.write(descriptor, raw.baseAddress?.advanced(by: done), raw.count - done)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw failure("file.write", "cannot write \(path)") }
                done += count
            }
        }
    }

    private static func failure(_ code: DroidError.Code, _ what: String) -> DroidError {
        DroidError(code, what, why: String(cString: strerror(errno)))
    }
}
