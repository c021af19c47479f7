// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// The device's file tree: a folder of the host, seen as `/`.
///
/// Paths are walked by this type and not by the kernel, so that neither `..` nor a symbolic link leads out of the
/// folder: an absolute link target means a path on the device. `/storage/emulated/0` is `/data/media/0` seen from
/// elsewhere, and `/sdcard` and `/storage/self/primary` are links to it, as on a phone. Times are the device's.
///
/// Writes go to a temporary name and are renamed. They are not synced: a crash of the host loses a toy's state, and
/// a sync per write would cost more than the rest of a step.
final class DeviceFiles {
    /// What `stat` tells.
    struct Stat: Sendable, Equatable {
        /// Kind and permission bits, as the kernel has them.
        var mode: UInt32
        var size: Int64
        /// Device times, seconds since 1970 and the nanoseconds in them.
        var modified: Int64
        var modifiedNanoseconds: Int64
        var accessed: Int64
        var changed: Int64
        var inode: UInt64
        var device: UInt64
        var links: UInt32
        /// Blocks of 512 bytes.
        var blocks: Int64

        var isFolder: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFDIR) }
        var isLink: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFLNK) }
        var isFile: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFREG) }
        var permissions: UInt32 { mode & 0o7777 }
    }

    /// A path after links and aliases: on the device, and on the host.
    struct Place {
        var device: String
        var host: String
    }

    /// The host's folder that is the device's `/`.
    let root: String
    /// Host paths that were written since somebody last emptied this. Times alone do not tell: the device's clock may
    /// stand still, and the host's is coarse.
    var touched: Set<String> = []
    /// Tells that a file has changed.
    let changes = Signal()
    private let clock: DeviceClock

    /// What is mounted in a second place: device path, and the folder under the root that it shows.
    static let mounts = ["/storage/emulated/0": "/data/media/0"]

    /// Makes the folders that every device has where they are missing.
    init(root: String, clock: DeviceClock) throws {
        self.root = root
        self.clock = clock
        guard Glibc.mkdir(root, 0o700) == 0 || errno == EEXIST else { throw FileFailure(code: errno, path: root) }
        try layOut()
    }

    /// Makes what every device has and a snapshot or image might lack.
    func layOut() throws {
        let folders = [
            "/data", "/data/app", "/data/data", "/data/local", "/data/local/tmp", "/data/media", "/data/media/0",
            "/data/misc", "/data/system", "/data/system/users", "/data/system/users/0", "/dev", "/mnt", "/proc",
            "/product", "/storage", "/storage/emulated", "/storage/emulated/0", "/storage/self", "/system",
            "/system/app", "/system/bin", "/system/etc", "/system/fonts", "/system/priv-app", "/vendor",
        ]
        for folder in folders where Glibc.mkdir(root + folder, 0o771) == 0 { stamp(root + folder) }
        let links = [
            ("/sdcard", "/storage/self/primary"), ("/mnt/sdcard", "/storage/self/primary"),
            ("/storage/self/primary", "/storage/emulated/0"), ("/bin", "/system/bin"), ("/etc", "/system/etc"),
        ]
        for (path, target) in links where symlink(target, root + path) == 0 { stamp(root + path) }
    }

    // MARK: Paths

    /// The host's path of a device path; the last component need not exist.
    ///
    /// - Throws: `FileFailure` where a component before the last is missing or no folder, or links run in a circle.
    func hostPath(_ devicePath: String) throws -> String { try resolve(devicePath).host }

    /// Walks a path from `/` (or, where it is relative, from `base`).
    func resolve(_ path: String, from base: String = "/", followLast: Bool = true) throws -> Place {
        guard !path.utf8.contains(0), path.utf8.count < 4096 else {
            throw FileFailure(code: path.utf8.contains(0) ? EINVAL : ENAMETOOLONG, path: path)
        }
        var pending = Array((path.hasPrefix("/") ? path : base + "/" + path).split(separator: "/").reversed())
        let wantsFolder = path.hasSuffix("/")
        var parts: [Substring] = []
        var place = Place(device: "/", host: root)
        var links = 0
        while let part = pending.popLast() {
            if part == "." { continue }
            if part == ".." {
                if !parts.isEmpty { parts.removeLast() }
                place = self.place(parts)
                continue
            }
            parts.append(part)
            let next = self.place(parts)
            var status = Glibc.stat()
            guard lstat(next.host, &status) == 0 else {
                // `..` and `.` after a missing folder are as wrong as a name.
                guard errno == ENOENT, pending.isEmpty else { throw FileFailure(code: errno, path: path) }
                return next
            }
            let kind = status.st_mode & S_IFMT
            if kind == S_IFLNK && (!pending.isEmpty || followLast || wantsFolder) {
                links += 1
                guard links <= 40, let target = Self.target(next.host) else {
                    throw FileFailure(code: ELOOP, path: path)
                }
                if target.hasPrefix("/") { parts = [] } else { parts.removeLast() }
                place = self.place(parts)
                pending.append(contentsOf: target.split(separator: "/").reversed())
                continue
            }
            if kind != S_IFDIR && (!pending.isEmpty || wantsFolder) { throw FileFailure(code: ENOTDIR, path: path) }
            place = next
        }
        return place
    }

    private func place(_ parts: [Substring]) -> Place {
        guard !parts.isEmpty else { return Place(device: "/", host: root) }
        let device = "/" + parts.joined(separator: "/")
        for (mount, source) in Self.mounts where device == mount || device.hasPrefix(mount + "/") {
            return Place(device: device, host: root + source + device.dropFirst(mount.count))
        }
        return Place(device: device, host: root + device)
    }

    private static func target(_ host: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4097) { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let count = readlink(host, base, 4096)
            guard count > 0 else { return nil }
            return String(decoding: buffer[0..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    // MARK: Looking

    func exists(_ path: String) -> Bool { (try? stat(path)) != nil }

    func isFolder(_ path: String) -> Bool { (try? stat(path))?.isFolder ?? false }

    /// What the path is; with `follow` false, of a link itself.
    func stat(_ path: String, follow: Bool = true) throws -> Stat {
        let place = try resolve(path, followLast: follow)
        if let node = DeviceNode(place) { return node.stat }
        var status = Glibc.stat()
        guard lstat(place.host, &status) == 0 else { throw FileFailure(code: errno, path: path) }
        return Self.facts(status)
    }

    /// Where a link points to, as it was written.
    func linkTarget(_ path: String) throws -> String {
        let place = try resolve(path, followLast: false)
        guard let target = Self.target(place.host) else { throw FileFailure(code: EINVAL, path: path) }
        return target
    }

    // MARK: Content

    /// The whole content of a file.
    func read(_ path: String) throws -> [UInt8] {
        let place = try resolve(path)
        if let node = DeviceNode(place) {
            guard node == .null else { throw FileFailure(code: EFBIG, path: path) }
            return []
        }
        let descriptor = open(place.host, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileFailure(code: errno, path: path) }
        defer { close(descriptor) }
        var status = Glibc.stat()
        guard fstat(descriptor, &status) == 0 else { throw FileFailure(code: errno, path: path) }
        if status.st_mode & S_IFMT == S_IFDIR { throw FileFailure(code: EISDIR, path: path) }
        let size = Int(status.st_size)
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let got = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
                if got < 0 && errno == EINTR { continue }
                if got < 0 { failure = errno }
                guard got > 0 else { break }
                count += got
            }
        }
        guard failure == 0 else { throw FileFailure(code: failure, path: path) }
        return bytes
    }

    /// The content as text; bytes that are no UTF-8 become U+FFFD.
    func readText(_ path: String) throws -> String { String(decoding: try read(path), as: UTF8.self) }

    /// Replaces a file's content, or makes the file. Folders above it are made where they are missing.
    ///
    /// - Parameter mode: permission bits of a new file; one that is there keeps its own.
    func write(_ bytes: some Collection<UInt8>, to path: String, mode: UInt32 = 0o660) throws {
        try makeParents(of: path)
        let writer = try FileWriter(self, path, mode: mode)
        let fast: Void? = try bytes.withContiguousStorageIfAvailable {
            try writer.append(UnsafeRawBufferPointer($0))
        }
        if fast == nil { try Array(bytes).withUnsafeBytes { try writer.append($0) } }
        try writer.finish()
    }

    /// Replaces a file's content with UTF-8 text.
    func write(_ text: String, to path: String, mode: UInt32 = 0o660) throws {
        try write(Array(text.utf8), to: path, mode: mode)
    }

    /// Adds bytes at the end of a file, or makes it.
    func append(_ bytes: [UInt8], to path: String) throws {
        let old = exists(path) ? try read(path) : []
        try write(old + bytes, to: path)
    }

    // MARK: Changing the tree

    /// Makes a folder; with `parents`, those above it too, and it is no error when it is there.
    func makeFolder(_ path: String, parents: Bool = true, mode: UInt32 = 0o771) throws {
        if parents {
            if isFolder(path) { return }
            try makeParents(of: path)
        }
        let place = try resolve(path.hasSuffix("/") ? String(path.dropLast()) : path)
        guard Glibc.mkdir(place.host, mode) == 0 else { throw FileFailure(code: errno, path: path) }
        chmod(place.host, mode)
        stampWithParent(place.host)
    }

    /// Makes the folders above a path.
    func makeParents(of path: String) throws {
        let parent = DevicePath.parent(path)
        if parent != path && !isFolder(parent) { try makeFolder(parent) }
    }

    /// Renames; `to` is the new path itself, and a file there is replaced.
    func move(_ from: String, _ to: String) throws {
        let source = try resolve(from, followLast: false)
        let target = try resolve(to, followLast: false)
        try guardMount(source, from)
        guard rename(source.host, target.host) == 0 else { throw FileFailure(code: errno, path: from) }
        stamp(parentOf(source.host))
        stamp(parentOf(target.host))
    }

    /// Copies a file, a link or a whole folder to the path `to`; with `keepTimes`, times and modes as well.
    func copy(_ from: String, _ to: String, keepTimes: Bool = false) throws {
        let status = try stat(from, follow: false)
        if status.isLink {
            try makeLink(to: try linkTarget(from), at: to)
        } else if status.isFolder {
            let source = try resolve(from).device
            let target = try resolve(to).device
            if (target + "/").hasPrefix(source + "/") { throw FileFailure(code: EINVAL, path: to) }
            if !isFolder(to) { try makeFolder(to, parents: false, mode: status.permissions) }
            for name in try list(from) { try copy(from + "/" + name, to + "/" + name, keepTimes: keepTimes) }
        } else {
            try write(try read(from), to: to, mode: status.permissions)
        }
        if keepTimes && !status.isLink {
            try setMode(to, status.permissions)
            try touch(to, seconds: status.modified, nanoseconds: status.modifiedNanoseconds)
        }
    }

    /// Removes a file, a link, or a folder with all that is in it.
    func remove(_ path: String) throws {
        let place = try resolve(path, followLast: false)
        try guardMount(place, path)
        try removeHost(place.host, path)
        stamp(parentOf(place.host))
    }

    /// Removes an empty folder.
    func removeFolder(_ path: String) throws {
        let place = try resolve(path, followLast: false)
        try guardMount(place, path)
        guard rmdir(place.host) == 0 else { throw FileFailure(code: errno, path: path) }
        stamp(parentOf(place.host))
    }

    /// Makes a symbolic link; `target` is a path on the device and need not exist.
    func makeLink(to target: String, at path: String) throws {
        let place = try resolve(path, followLast: false)
        guard symlink(target, place.host) == 0 else { throw FileFailure(code: errno, path: path) }
        stampWithParent(place.host)
    }

    /// Sets the permission bits.
    func setMode(_ path: String, _ mode: UInt32) throws {
        let place = try resolve(path)
        if DeviceNode(place) != nil { return }
        guard chmod(place.host, mode & 0o7777) == 0 else { throw FileFailure(code: errno, path: path) }
    }

    /// Sets the modification time, to the device's now where none is given; makes the file where it is missing.
    func touch(_ path: String, seconds: Int64? = nil, nanoseconds: Int64 = 0, create: Bool = true) throws {
        if create && !exists(path) { try write([UInt8](), to: path) }
        let place = try resolve(path)
        if DeviceNode(place) != nil { return }
        guard setTime(place.host, seconds, nanoseconds) == 0 else { throw FileFailure(code: errno, path: path) }
    }

    // MARK: Parts

    /// Gives a host path the device's time.
    func stamp(_ host: String) {
        touched.insert(host)
        _ = setTime(host, nil, 0)
        changes.send()
    }

    func stampWithParent(_ host: String) {
        stamp(host)
        stamp(parentOf(host))
    }

    private func setTime(_ host: String, _ seconds: Int64?, _ nanoseconds: Int64) -> Int32 {
        let now = clock.now
        let time = timespec(
            tv_sec: Int(seconds ?? now / 1000),
            tv_nsec: Int(seconds == nil ? (now % 1000) * 1_000_000 : nanoseconds)
        )
        return withUnsafePointer(to: (time, time)) {
            $0.withMemoryRebound(to: timespec.self, capacity: 2) {
                utimensat(AT_FDCWD, host, $0, AT_SYMLINK_NOFOLLOW)
            }
        }
    }

    private func parentOf(_ host: String) -> String {
        let parent = DevicePath.parent(host)
        return parent.count < root.count ? root : parent
    }

    /// The root, what is mounted and the nodes of `/dev` cannot be moved or removed.
    private func guardMount(_ place: Place, _ path: String) throws {
        if place.device == "/" || Self.mounts[place.device] != nil || place.device == "/data/media/0"
            || DeviceNode(place) != nil
        {
            throw FileFailure(code: EBUSY, path: path)
        }
    }

    private func removeHost(_ host: String, _ path: String) throws {
        if unlink(host) == 0 { return }
        guard errno == EISDIR || errno == EPERM else { throw FileFailure(code: errno, path: path) }
        guard let folder = opendir(host) else { throw FileFailure(code: errno, path: path) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        closedir(folder)
        for name in names { try removeHost(host + "/" + name, path + "/" + name) }
        guard rmdir(host) == 0 else { throw FileFailure(code: errno, path: path) }
    }

    /// Whether a name is one of a file that is being written.
    static func isTemporary(_ name: String) -> Bool { name.hasPrefix(FileWriter.prefix) }
}
