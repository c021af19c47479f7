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
        default: throw unexpected()
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
            default: throw unexpected()
            }
        }
    }

    /// Writes a file on the device; folders above it are made.
    ///
    /// After an error the file may be there in part, or not at all.
    ///
    /// - Parameters:
    ///   - bytes: the content.
    ///   - path: where on the device.
    ///   - mode: permissions.
    ///   - modified: time of change in seconds since 1970; now where it is `nil`.
    /// - Throws: `DroidError`: `adb.sync` with the device's words, `adb.timeout` (nothing moved for 30 s), `adb.lost`,
    ///   `adb.usage`.
    public func push(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o644, modified: Int64? = nil) async throws {
        var rest = bytes[...]
        try await push(to: path, mode: mode, modified: modified ?? now()) { limit in
            let part = rest.prefix(limit)
            rest = rest.dropFirst(part.count)
            return part
        }
    }

    /// Writes a local file to the device, with its permissions and time of change.
    ///
    /// - Parameters:
    ///   - file: the local path.
    ///   - path: where on the device.
    ///   - progress: called now and then with the bytes sent and the bytes in all.
    /// - Throws: as `push(_:to:mode:modified:)`, and `file.read`.
    public func push(
        file: String,
        to path: String,
        progress: (@Sendable (Int64, Int64) -> Void)? = nil
    ) async throws {
        let source = try SourceFile(file)
        var sent: Int64 = 0
        try await push(to: path, mode: source.mode, modified: source.modified) { limit in
            let part = try source.read(limit)
            sent += Int64(part.count)
            progress?(sent, source.size)
            return part
        }
    }

    /// The content of a file on the device, at most 256 MiB of it.
    ///
    /// - Throws: `DroidError`: `adb.sync` with the device's words, `adb.timeout` (nothing moved for 30 s), `adb.lost`,
    ///   `adb.toolarge`, `adb.usage`.
    public func pull(_ path: String) async throws -> [UInt8] {
        var out: [UInt8] = []
        try await pull(path) { part in
            guard out.count + part.count <= ADBDevice.outputLimit else {
                throw ADBError.tooLarge(path, ADBDevice.outputLimit)
            }
            out.append(contentsOf: part)
        }
        return out
    }

    /// Copies a file from the device into a local one, which appears only when it is complete.
    ///
    /// - Parameters:
    ///   - path: the path on the device.
    ///   - toFile: the local path; its folder is made if need be.
    ///   - progress: called now and then with the bytes received and the bytes in all.
    /// - Throws: as `pull(_:)`, and `file.write`; the local file is unchanged then.
    public func pull(
        _ path: String,
        toFile: String,
        progress: (@Sendable (Int64, Int64) -> Void)? = nil
    ) async throws {
        let total = progress == nil ? 0 : try await stat(path)?.size ?? 0
        let target = try TargetFile(toFile)
        var received: Int64 = 0
        try await pull(path) { part in
            try target.write(part)
            received += Int64(part.count)
            progress?(received, total)
        }
        try target.finish()
    }

    // MARK: Within

    /// Sends a file whose content `next` gives in pieces of at most the size that it is asked for, then an empty one.
    private func push(
        to path: String,
        mode: UInt32,
        modified: Int64,
        next: (Int) throws -> ArraySlice<UInt8>
    ) async throws {
        try check(path)
        let what = "the push to \(path)"
        var session = try await SyncSession(self, limit: .idle(ADBDevice.transferIdle), for: what)
        defer { session.end() }
        let fileMode = 0o100000 | mode & 0o7777
        let request: SyncRequest =
            banner.has(.sendReceiveV2) ? .send2(path, mode: fileMode, flags: 0) : .send(path, mode: fileMode)
        try session.send(request, expecting: .stored)
        // As many DATA messages as fit one write to the device, so that a round trip moves as much as it can.
        let message = WireLimit.syncData + 8
        let perWrite = max(1, transport.maxPayload / message)
        while true {
            var block: [UInt8] = []
            block.reserveCapacity(perWrite * message)
            var isLast = false
            for _ in 0..<perWrite {
                let part = try next(WireLimit.syncData)
                isLast = part.isEmpty
                if isLast { break }
                SyncRequest.data(part).encode(into: &block)
            }
            if isLast { SyncRequest.done(modified: UInt32(clamping: modified)).encode(into: &block) }
            do {
                try await session.stream.write(block)
            } catch let error as DroidError where error.code == "adb.closed" {
                break  // The device has given up; what it said about that is still to be read.
            }
            if isLast { break }
            if let early = try await session.ready() { return try judge(early, path) }
        }
        try judge(try await session.next(), path)
    }

    private func judge(_ answer: SyncResponse, _ path: String) throws {
        switch answer {
        case .okay: return
        case .fail(let words): throw ADBError.sync("cannot write \(path) on the device", words)
        default: throw unexpected()
        }
    }

    private func pull(_ path: String, _ body: (ArraySlice<UInt8>) throws -> Void) async throws {
        try check(path)
        var session = try await SyncSession(self, limit: .idle(ADBDevice.transferIdle), for: "the pull of \(path)")
        var isComplete = false
        // Giving up in the middle of a file leaves nothing that the device could still be asked.
        defer { if isComplete { session.end() } else { session.stream.drop() } }
        try session.send(banner.has(.sendReceiveV2) ? .receive2(path, flags: 0) : .receive(path), expecting: .file)
        while true {
            switch try await session.next() {
            case .data(let part): try body(part)
            case .receiveEnd:
                isComplete = true
                return
            case .fail(let words): throw ADBError.sync("cannot read \(path) on the device", words)
            default: throw unexpected()
            }
        }
    }

    private func check(_ path: String) throws {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw ADBError.usage("this is no path: \"\(path)\"", why: "it is empty or holds a zero byte")
        }
        // SEND carries the mode behind the path, within the same limit.
        guard path.utf8.count <= WireLimit.syncPath - 16 else {
            throw ADBError.usage("the path is too long", why: "\(path.utf8.count) bytes where 1008 fit")
        }
    }

    private func unexpected() -> DroidError {
        DroidError("adb.protocol", "the answer of \(serial) makes no sense", why: "it answers another question")
    }
}
