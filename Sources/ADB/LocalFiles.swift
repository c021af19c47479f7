// SPDX-License-Identifier: Apache-2.0

import Base
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
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        var facts = Glibc.stat()
        guard descriptor >= 0 else { throw SourceFile.failure(path) }
        guard fstat(descriptor, &facts) == 0 else {
            let error = SourceFile.failure(path)
            Glibc.close(descriptor)
            throw error
        }
        guard facts.st_mode & S_IFMT == S_IFREG else {
            Glibc.close(descriptor)
            throw SourceFile.notPlain(path)
        }
        mode = UInt32(facts.st_mode) & 0o777
        size = Int64(facts.st_size)
        modified = Int64(facts.st_mtim.tv_sec)
    }

    deinit { Glibc.close(descriptor) }

    /// Reads the next bytes into memory; 0 at the end of the file.
    ///
    /// - Throws: `DroidError` with code `file.read`.
    func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        var count = 0
        repeat { count = Glibc.read(descriptor, target.baseAddress, target.count) } while count < 0 && errno == EINTR
        guard count >= 0 else { throw SourceFile.failure(path) }
        return count
    }

    /// Goes back to the beginning.
    func rewind() { lseek(descriptor, 0, SEEK_SET) }

    static func failure(_ path: String) -> DroidError {
        DroidError("file.read", "cannot read \(path)", why: String(cString: strerror(errno)))
    }

    static func notPlain(_ path: String) -> DroidError {
        DroidError("file.read", "cannot read \(path)", why: "it is not a plain file")
    }
}

/// What lies at a local path.
struct LocalFact {
    var mode: UInt32
    var size: Int64
    var modified: Int64

    var isFolder: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFDIR) }
    var isFile: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFREG) }
    var isLink: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFLNK) }

    /// `nil`, with `errno` set, where nothing can be found out.
    init?(_ path: String, followsLinks: Bool) {
        var facts = Glibc.stat()
        let flags = followsLinks ? 0 : AT_SYMLINK_NOFOLLOW
        guard fstatat(AT_FDCWD, path, &facts, flags) == 0 else { return nil }
        mode = UInt32(facts.st_mode)
        size = Int64(facts.st_size)
        modified = Int64(facts.st_mtim.tv_sec)
    }
}

/// Walks a local folder for a push: files, links and empty folders, each with the path that it has under the root.
struct LocalTree {
    private(set) var items: [PushItem] = []
    /// Paths on the device of folders that hold nothing.
    private(set) var emptyFolders: [String] = []
    private(set) var skipped: [String] = []
    private(set) var failures: [SyncFailure] = []

    /// Adds everything below a folder; links are not followed.
    mutating func add(folder: String, as remote: String) {
        var pending = [(folder, remote)]
        while let (local, target) = pending.popLast() {
            guard let names = names(in: local) else { continue }
            if names.isEmpty { emptyFolders.append(target) }
            for name in names {
                let (path, place) = (LocalTree.join(local, name), LocalTree.join(target, name))
                guard let fact = LocalFact(path, followsLinks: false) else {
                    failures.append(SyncFailure(path: path, error: SourceFile.failure(path)))
                    continue
                }
                if fact.isFolder { pending.append((path, place)) } else { add(path, fact, as: place) }
            }
        }
    }

    /// Adds a file or a link.
    mutating func add(_ path: String, _ fact: LocalFact, as remote: String) {
        if fact.isFile {
            items.append(PushItem(remote: remote, source: path, content: .file, size: fact.size))
        } else if fact.isLink {
            guard let target = LocalTree.linkTarget(path) else {
                failures.append(SyncFailure(path: path, error: SourceFile.failure(path)))
                return
            }
            // The closing NUL is what the real daemon takes for the end.
            let content = PushItem.Content.bytes(target + [0], mode: 0o120777, modified: fact.modified)
            items.append(PushItem(remote: remote, source: path, content: content, size: 0))
        } else {
            skipped.append(path)
        }
    }

    private mutating func names(in folder: String) -> [String]? {
        guard let open = opendir(folder) else {
            failures.append(SyncFailure(path: folder, error: SourceFile.failure(folder)))
            return nil
        }
        defer { closedir(open) }
        var names: [String] = []
        while let entry = readdir(open) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            guard let name else {
                let error = DroidError("file.read", "cannot push a file of \(folder)", why: "its name is not UTF-8")
                failures.append(SyncFailure(path: folder, error: error))
                continue
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    private static func linkTarget(_ path: String) -> [UInt8]? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let count = readlink(path, base, buffer.count)
            guard count >= 0 else { return nil }
            return buffer[..<count].map { UInt8(bitPattern: $0) }
        }
    }
}
