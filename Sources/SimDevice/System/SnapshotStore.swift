// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc

/// Saves and restores the device's file tree by name, copying only what changed.
///
/// A file's content lies in a blob, by a name of its own. For every path it is remembered which blob lies there and
/// how the file looked (inode, size, times to the nanosecond); where a file still looks so, nothing is copied, in
/// either direction. Times on the device are the device's, and a file that was written in place carries the host's
/// since; `save` gives such files the device's time, so that a later write is always seen.
final class SnapshotStore {
    private struct Entry: Codable {
        enum Kind: String, Codable { case file, folder, link }
        var kind: Kind
        var mode: UInt32
        /// Modification time, in nanoseconds since 1970.
        var modified: Int64
        /// A file's blob, or a link's target.
        var content: String?
    }

    private struct Snapshot: Codable {
        var schema = 1
        var clock: Int64
        var properties: [String: String]
        /// Missing in snapshots of older versions.
        var hardware: DeviceHardware?
        var entries: [String: Entry]
    }

    /// What a snapshot holds besides the files.
    struct State {
        var clock: Int64
        var properties: [String: String]
        var hardware: DeviceHardware
    }

    /// How a file looked when its blob was known to be its content.
    private struct Look: Equatable {
        var inode: UInt64
        var size: Int64
        var modified: Int64
        var changed: Int64
        var mode: UInt32
    }

    private let folder: String
    private let files: DeviceFiles
    private var known: [String: (look: Look, blob: String)] = [:]
    private var loaded: [String: Snapshot] = [:]
    /// Files that the last `save` or `load` copied: what tests count.
    private(set) var copied = 0

    /// - Parameter folder: where manifests and blobs lie, outside the device's tree.
    init(folder: String, files: DeviceFiles) throws {
        self.folder = folder
        self.files = files
        try FileBytes.makeFolder(folder + "/blobs", mode: 0o700)
    }

    /// The names of all snapshots, sorted.
    var names: [String] {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return found.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }

    /// Letters, digits, `.`, `-` and `_`, not beginning with a dot.
    static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.count <= 100 && !name.hasPrefix(".")
            && name.unicodeScalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || ".-_".unicodeScalars.contains($0))
            }
    }

    /// Saves the tree as it is. Databases must be closed.
    func save(
        _ name: String,
        clock: Int64,
        properties: [String: String],
        hardware: DeviceHardware = DeviceHardware()
    ) throws {
        copied = 0
        var entries: [String: Entry] = [:]
        try walk("") { path, status in
            let host = files.root + path
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                entries[path] = Entry(kind: .folder, mode: status.st_mode & 0o7777, modified: Self.time(status.st_mtim))
            case S_IFLNK:
                let target = try FileManager.default.destinationOfSymbolicLink(atPath: host)
                entries[path] = Entry(kind: .link, mode: 0o777, modified: Self.time(status.st_mtim), content: target)
            case S_IFREG:
                var look = Self.look(status)
                let blob: String
                if let before = known[path], before.look == look, !files.touched.contains(host) {
                    blob = before.blob
                } else {
                    files.stamp(host)
                    blob =
                        String(UInt64.random(in: 0 ... .max), radix: 36)
                        + String(UInt64.random(in: 0 ... .max), radix: 36)
                    try Self.copy(host, folder + "/blobs/" + blob, mode: 0o600)
                    copied += 1
                    look = try Self.look(host)
                    known[path] = (look, blob)
                }
                entries[path] = Entry(kind: .file, mode: look.mode & 0o7777, modified: look.modified, content: blob)
            default: break
            }
        }
        files.touched = []
        let snapshot = Snapshot(clock: clock, properties: properties, hardware: hardware, entries: entries)
        try FileBytes.write(try JSONEncoder().encode(snapshot), to: folder + "/\(name).json", mode: 0o600)
        loaded[name] = snapshot
    }

    /// Makes the tree what it was; gives the clock and the properties of then. Databases must be closed.
    func load(_ name: String) throws -> State {
        copied = 0
        let snapshot = try read(name)
        var seen: [String: Look] = [:]
        var obsolete: [String] = []
        try walk("") { path, status in
            let kind: Entry.Kind? =
                switch status.st_mode & S_IFMT {
                case S_IFDIR: .folder
                case S_IFLNK: .link
                case S_IFREG: .file
                default: nil
                }
            guard let entry = snapshot.entries[path], entry.kind == kind else {
                obsolete.append(path)
                return
            }
            if kind == .link,
                (try? FileManager.default.destinationOfSymbolicLink(atPath: files.root + path)) != entry.content
            {
                obsolete.append(path)
                return
            }
            seen[path] = Self.look(status)
        }
        // Deepest first: what is in a folder goes before the folder.
        for path in obsolete.sorted(by: >) {
            known[path] = nil
            guard Glibc.remove(files.root + path) == 0 else { throw failure(name, path) }
        }
        var folders: [(String, Entry)] = []
        for (path, entry) in snapshot.entries.sorted(by: { $0.key < $1.key }) {
            let host = files.root + path
            switch entry.kind {
            case .folder:
                if seen[path] == nil, Glibc.mkdir(host, entry.mode) != 0, errno != EEXIST { throw failure(name, path) }
                folders.append((path, entry))
            case .link:
                if seen[path] == nil {
                    guard symlink(entry.content ?? "", host) == 0 else { throw failure(name, path) }
                    Self.setTime(host, entry.modified)
                }
            case .file:
                let blob = entry.content ?? ""
                if let look = seen[path], let before = known[path], before.look == look, before.blob == blob,
                    !files.touched.contains(host), look.mode & 0o7777 == entry.mode, look.modified == entry.modified
                {
                    continue
                }
                let temporary = files.root + DevicePath.parent(path) + "/" + FileWriter.prefix + "restore"
                unlink(temporary)
                try Self.copy(folder + "/blobs/" + blob, temporary, mode: entry.mode)
                Self.setTime(temporary, entry.modified)
                guard rename(temporary, host) == 0 else { throw failure(name, path) }
                copied += 1
                known[path] = (try Self.look(host), blob)
            }
        }
        for (path, entry) in folders.reversed() {
            let host = files.root + path
            let look = try Self.look(host)
            if look.mode & 0o7777 != entry.mode { chmod(host, entry.mode) }
            if look.modified != entry.modified { Self.setTime(host, entry.modified) }
        }
        files.touched = []
        return State(
            clock: snapshot.clock,
            properties: snapshot.properties,
            hardware: snapshot.hardware ?? DeviceHardware()
        )
    }

    /// Takes a snapshot away, with the contents that no other one holds.
    ///
    /// - Throws: `DroidError` with code `sim.snapshot` where there is none; then nothing has changed.
    func remove(_ name: String) throws {
        _ = try read(name)
        unlink(folder + "/\(name).json")
        loaded[name] = nil
        var held: Set<String> = []
        // A manifest that cannot be read may hold any of them: then all stay.
        for other in names {
            guard let snapshot = try? read(other) else { return }
            held.formUnion(snapshot.entries.values.compactMap(\.content))
        }
        known = known.filter { held.contains($0.value.blob) }
        let blobs = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/blobs")) ?? []
        for blob in blobs where !held.contains(blob) { unlink(folder + "/blobs/" + blob) }
    }

    private func read(_ name: String) throws -> Snapshot {
        if let snapshot = loaded[name] { return snapshot }
        guard Self.isName(name), let bytes = try? FileBytes.read(folder + "/\(name).json") else {
            throw DroidError(
                "sim.snapshot",
                "there is no snapshot \(name)",
                why: names.isEmpty ? "none was saved" : "there are \(names.joined(separator: ", "))",
                next: "save one first: snapshot save \(name)"
            )
        }
        do {
            let snapshot = try JSONDecoder().decode(Snapshot.self, from: Data(bytes))
            loaded[name] = snapshot
            return snapshot
        } catch {
            throw DroidError.wrapping(error, "sim.snapshot", "the snapshot \(name) is damaged")
        }
    }

    private func failure(_ name: String, _ path: String) -> DroidError {
        DroidError(
            "sim.snapshot",
            "the snapshot \(name) cannot be restored",
            why: "\(path): \(String(cString: strerror(errno)))"
        )
    }

    // MARK: The host's tree

    /// Visits everything under the root, folders before what is in them; what is half written is passed over.
    private func walk(_ path: String, _ visit: (String, Glibc.stat) throws -> Void) throws {
        guard let folder = opendir(files.root + path) else { return }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." && !DeviceFiles.isTemporary(name) { names.append(name) }
        }
        closedir(folder)
        for name in names {
            let child = path + "/" + name
            var status = Glibc.stat()
            guard lstat(files.root + child, &status) == 0 else { continue }
            try visit(child, status)
            if status.st_mode & S_IFMT == S_IFDIR { try walk(child, visit) }
        }
    }

    private static func time(_ time: timespec) -> Int64 { Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) }

    private static func look(_ status: Glibc.stat) -> Look {
        Look(
            inode: UInt64(status.st_ino),
            size: Int64(status.st_size),
            modified: time(status.st_mtim),
            changed: time(status.st_ctim),
            mode: UInt32(status.st_mode)
        )
    }

    private static func look(_ host: String) throws -> Look {
        var status = Glibc.stat()
        guard lstat(host, &status) == 0 else { throw FileFailure(code: errno, path: host) }
        return look(status)
    }

    private static func setTime(_ host: String, _ nanoseconds: Int64) {
        let time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        withUnsafePointer(to: (time, time)) {
            $0.withMemoryRebound(to: timespec.self, capacity: 2) {
                _ = utimensat(AT_FDCWD, host, $0, AT_SYMLINK_NOFOLLOW)
            }
        }
    }

    private static func copy(_ from: String, _ to: String, mode: UInt32) throws {
        let source = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard source >= 0 else { throw FileFailure(code: errno, path: from) }
        defer { close(source) }
        let target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard target >= 0 else { throw FileFailure(code: errno, path: to) }
        defer { close(target) }
        fchmod(target, mode)
        while true {
            let count = sendfile(target, source, nil, 1 << 24)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FileFailure(code: errno, path: to) }
            if count == 0 { return }
        }
    }
}
