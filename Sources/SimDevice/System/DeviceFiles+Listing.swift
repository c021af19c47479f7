// SPDX-License-Identifier: Apache-2.0

import Glibc

extension DeviceFiles {
    /// The names in a folder, sorted by their bytes; without `.` and `..`.
    func list(_ path: String) throws -> [String] {
        try names(in: try resolve(path)) { _ in }.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }

    /// What is in a folder, with `.` and `..`, and what each is (a link itself), in the order of the folder.
    func listing(_ path: String) throws -> [(name: String, stat: Stat)] {
        let place = try resolve(path)
        var found: [(name: String, stat: Stat)] = []
        for name in [".", ".."] { found.append((name, try stat(DevicePath.join(place.device, name)))) }
        var descriptor: Int32 = -1
        for name in try names(in: place, { descriptor = dup($0) }) {
            let child = DevicePath.join(place.device, name)
            if let node = DeviceNode(rawValue: child) {
                found.append((name, node.stat))
            } else if Self.mounts[child] != nil {
                found.append((name, try stat(child)))
            } else {
                var status = Glibc.stat()
                guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
                found.append((name, Self.facts(status)))
            }
        }
        if descriptor >= 0 { close(descriptor) }
        return found
    }

    private func names(in place: Place, _ opened: (Int32) -> Void) throws -> [String] {
        guard let folder = opendir(place.host) else { throw FileFailure(code: errno, path: place.device) }
        defer { closedir(folder) }
        opened(dirfd(folder))
        var names: [String] = place.device == "/dev" ? DeviceNode.allCases.map { DevicePath.name($0.rawValue) } : []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." && !Self.isTemporary(name) { names.append(name) }
        }
        return names
    }

    /// The facts of a status of the host's.
    static func facts(_ status: Glibc.stat) -> Stat {
        Stat(
            mode: UInt32(status.st_mode),
            size: Int64(status.st_size),
            modified: Int64(status.st_mtim.tv_sec),
            modifiedNanoseconds: Int64(status.st_mtim.tv_nsec),
            accessed: Int64(status.st_atim.tv_sec),
            changed: Int64(status.st_mtim.tv_sec),
            inode: UInt64(status.st_ino),
            device: UInt64(status.st_dev),
            links: UInt32(truncatingIfNeeded: status.st_nlink),
            blocks: Int64(status.st_blocks)
        )
    }
}
