// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base

extension ADBDevice {
    /// A transfer fails when nothing has moved for this long.
    static let transferIdle = Duration.seconds(30)

    /// What the device says about a file.
    ///
    /// - Parameters:
    ///   - path: the path on the device, at most 1024 bytes.
    ///   - followLinks: whether a link stands for what it points to; a device without `stat_v2` never follows.
    /// - Returns: `nil` when there is no such file.
    /// - Throws: `DroidError`: `adb.sync` with the device's error, `adb.timeout`, `adb.lost`, `adb.usage`.
    public func stat(_ path: String, followLinks: Bool = true) async throws -> SyncStat? {
        try check(path)
        var session = try await SyncSession(self, limit: .total(ADBDevice.transferIdle), for: "stat of \(path)")
        defer { session.end() }
        if banner.has(.statV2) {
            try session.send(followLinks ? .stat2(path) : .lstat2(path), expecting: followLinks ? .stat2 : .lstat2)
        } else {
            try session.send(.stat(path), expecting: .stat)
        }
        switch try await session.next() {
        case .stat(let status):
            return status.mode == 0 && status.size == 0 && status.modified == 0
                ? nil : SyncStat(status, isVersion2: false)
        case .stat2(let status), .lstat2(let status):
            switch status.error {
            case 0: return SyncStat(status, isVersion2: true)
            case 2, 20: return nil  // ENOENT, ENOTDIR: as Linux numbers them, which is what devices send.
            case 13: throw ADBError.sync("cannot look at \(path)", "Permission denied")
            case let error: throw ADBError.sync("cannot look at \(path)", "error \(error)")
            }
        case .fail(let words): throw ADBError.sync("cannot look at \(path)", words)
        default: throw ADBError.nonsense(serial)
        }
    }

    /// The files of a folder, without `.` and `..`, in the device's order.
    ///
    /// A device sends an empty list both for an empty folder and for one that does not exist or cannot be read; use
    /// `stat` to tell them apart.
    ///
    /// - Throws: `DroidError`: `adb.timeout`, `adb.lost`, `adb.sync`, `adb.usage`.
    public func list(_ path: String) async throws -> [SyncEntry] {
        try check(path)
        var session = try await SyncSession(self, limit: .idle(ADBDevice.transferIdle), for: "the list of \(path)")
        defer { session.end() }
        let isVersion2 = banner.has(.listV2)
        try session.send(isVersion2 ? .list2(path) : .list(path), expecting: isVersion2 ? .list2 : .list)
        var entries: [SyncEntry] = []
        while true {
            switch try await session.next() {
            case .entry(let file), .entry2(let file):
                guard file.name != ".", file.name != ".." else { continue }
                entries.append(SyncEntry(name: file.name, stat: SyncStat(file.status, isVersion2: isVersion2)))
            case .listEnd, .listEnd2: return entries
            case .fail(let words): throw ADBError.sync("cannot list \(path)", words)
            default: throw ADBError.nonsense(serial)
            }
        }
    }

    // MARK: Within

    func check(_ path: String) throws {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw ADBError.usage("this is no path: \"\(path)\"", why: "it is empty or holds a zero byte")
        }
        // SEND carries the mode behind the path, within the same limit.
        guard path.utf8.count <= WireLimit.syncPath - 16 else {
            throw ADBError.usage("the path is too long", why: "\(path.utf8.count) bytes where 1008 fit")
        }
    }
}
