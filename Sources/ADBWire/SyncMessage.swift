// SPDX-License-Identifier: Apache-2.0

/// The name of a sync message: four ASCII letters, read as a little-endian number.
struct SyncID: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt32
    init(rawValue: UInt32) { self.rawValue = rawValue }

    private init(_ text: StaticString) {
        rawValue = text.withUTF8Buffer { $0.reversed().reduce(0) { $0 << 8 | UInt32($1) } }
    }

    static let stat = SyncID("STAT")
    static let stat2 = SyncID("STA2")
    static let lstat2 = SyncID("LST2")
    static let list = SyncID("LIST")
    static let list2 = SyncID("LIS2")
    static let entry = SyncID("DENT")
    static let entry2 = SyncID("DNT2")
    static let send = SyncID("SEND")
    static let send2 = SyncID("SND2")
    static let receive = SyncID("RECV")
    static let receive2 = SyncID("RCV2")
    static let data = SyncID("DATA")
    static let done = SyncID("DONE")
    static let okay = SyncID("OKAY")
    static let fail = SyncID("FAIL")
    static let quit = SyncID("QUIT")
}

/// What a device says about a file. Version 1 knows only mode, size and time of change, 32 bits each.
public struct SyncStatus: Hashable, Sendable {
    /// `errno` of the look-up, by Linux numbers; 0 when it went well.
    public var error: UInt32 = 0
    public var device: UInt64 = 0
    public var inode: UInt64 = 0
    /// Kind of file and permissions, as in `st_mode`.
    public var mode: UInt32 = 0
    public var links: UInt32 = 0
    public var user: UInt32 = 0
    public var group: UInt32 = 0
    /// Bytes. Version 1 sends them modulo 4 GiB.
    public var size: UInt64 = 0
    /// Seconds since 1970.
    public var accessed: Int64 = 0
    /// Seconds since 1970.
    public var modified: Int64 = 0
    /// Seconds since 1970.
    public var changed: Int64 = 0

    public init() {}

    public init(mode: UInt32, size: UInt64, modified: Int64) {
        self.mode = mode
        self.size = size
        self.modified = modified
    }

    /// The answer of version 2 about a file that cannot be looked up.
    public static func failed(_ error: UInt32) -> SyncStatus {
        var status = SyncStatus()
        status.error = error
        return status
    }

    /// Bytes after the four of the name, in version 2.
    static let size2 = 68
    /// Bytes after the four of the name, in version 1.
    static let size1 = 12

    init(parsing2 bytes: ArraySlice<UInt8>) {
        error = bytes.little(0)
        device = bytes.little(4)
        inode = bytes.little(12)
        mode = bytes.little(20)
        links = bytes.little(24)
        user = bytes.little(28)
        group = bytes.little(32)
        size = bytes.little(36)
        accessed = bytes.little(44)
        modified = bytes.little(52)
        changed = bytes.little(60)
    }

    init(parsing1 bytes: ArraySlice<UInt8>) {
        mode = bytes.little(0)
        size = UInt64(bytes.little(4, as: UInt32.self))
        modified = Int64(bytes.little(8, as: UInt32.self))
    }

    func encode2(into out: inout [UInt8]) {
        out.appendLittle(error)
        out.appendLittle(device)
        out.appendLittle(inode)
        out.appendLittle(mode)
        out.appendLittle(links)
        out.appendLittle(user)
        out.appendLittle(group)
        out.appendLittle(size)
        out.appendLittle(accessed)
        out.appendLittle(modified)
        out.appendLittle(changed)
    }

    func encode1(into out: inout [UInt8]) {
        out.appendLittle(mode)
        out.appendLittle(UInt32(truncatingIfNeeded: size))
        out.appendLittle(UInt32(truncatingIfNeeded: modified))
    }
}

/// One file of a folder.
public struct SyncFile: Hashable, Sendable {
    /// The name without its folder.
    public var name: String
    public var status: SyncStatus

    public init(name: String, status: SyncStatus) {
        self.name = name
        self.status = status
    }
}

/// What a host asks of the sync service.
public enum SyncRequest: Hashable, Sendable {
    /// `STAT`: version 1, of the link itself.
    case stat(String)
    /// `STA2`: version 2, of what a link points to.
    case stat2(String)
    /// `LST2`: version 2, of the link itself.
    case lstat2(String)
    /// `LIST`.
    case list(String)
    /// `LIS2`.
    case list2(String)
    /// `SEND`: the file's data follow, then `done`.
    case send(String, mode: UInt32)
    /// `SND2`: as `send`, with flags (compression, dry run).
    case send2(String, mode: UInt32, flags: UInt32)
    /// A piece of a file that is being sent.
    case data(ArraySlice<UInt8>)
    /// The file is complete; its time of change in seconds since 1970.
    case done(modified: UInt32)
    /// `RECV`.
    case receive(String)
    /// `RCV2`, with flags (compression).
    case receive2(String, flags: UInt32)
    /// `QUIT`: the stream may be closed.
    case quit

    /// Appends the request as bytes.
    public func encode(into out: inout [UInt8]) {
        switch self {
        case .stat(let path): SyncRequest.append(.stat, path, &out)
        case .stat2(let path): SyncRequest.append(.stat2, path, &out)
        case .lstat2(let path): SyncRequest.append(.lstat2, path, &out)
        case .list(let path): SyncRequest.append(.list, path, &out)
        case .list2(let path): SyncRequest.append(.list2, path, &out)
        case .send(let path, let mode): SyncRequest.append(.send, "\(path),\(mode)", &out)
        case .send2(let path, let mode, let flags):
            SyncRequest.append(.send2, path, &out)
            out.appendLittle(SyncID.send2.rawValue)
            out.appendLittle(mode)
            out.appendLittle(flags)
        case .data(let bytes):
            out.appendLittle(SyncID.data.rawValue)
            out.appendLittle(UInt32(bytes.count))
            out.append(contentsOf: bytes)
        case .done(let modified):
            out.appendLittle(SyncID.done.rawValue)
            out.appendLittle(modified)
        case .receive(let path): SyncRequest.append(.receive, path, &out)
        case .receive2(let path, let flags):
            SyncRequest.append(.receive2, path, &out)
            out.appendLittle(SyncID.receive2.rawValue)
            out.appendLittle(flags)
        case .quit: SyncRequest.append(.quit, "", &out)
        }
    }

    /// The request as bytes.
    public var encoded: [UInt8] {
        var out: [UInt8] = []
        encode(into: &out)
        return out
    }

    private static func append(_ id: SyncID, _ text: String, _ out: inout [UInt8]) {
        out.appendLittle(id.rawValue)
        out.appendLittle(UInt32(text.utf8.count))
        out.append(contentsOf: text.utf8)
    }
}

/// What a device answers.
public enum SyncResponse: Hashable, Sendable {
    /// Answers `stat`: all zero when there is no such file.
    case stat(SyncStatus)
    /// Answers `stat2`.
    case stat2(SyncStatus)
    /// Answers `lstat2`.
    case lstat2(SyncStatus)
    /// One file of `list`.
    case entry(SyncFile)
    /// One file of `list2`.
    case entry2(SyncFile)
    /// The list is complete.
    case listEnd
    /// The list of version 2 is complete.
    case listEnd2
    /// A piece of a file that is being received.
    case data(ArraySlice<UInt8>)
    /// The file is complete.
    case receiveEnd
    /// The file was stored.
    case okay
    /// It did not work; the device's words.
    case fail(String)

    /// The first number of a `DATA` message, in either direction; its length follows, then its bytes.
    public static var dataHead: UInt32 { SyncID.data.rawValue }

    /// Appends the answer as bytes. Data over 64 KiB is cut into several messages.
    public func encode(into out: inout [UInt8]) {
        switch self {
        case .stat(let status):
            out.appendLittle(SyncID.stat.rawValue)
            status.encode1(into: &out)
        case .stat2(let status):
            out.appendLittle(SyncID.stat2.rawValue)
            status.encode2(into: &out)
        case .lstat2(let status):
            out.appendLittle(SyncID.lstat2.rawValue)
            status.encode2(into: &out)
        case .entry(let file):
            out.appendLittle(SyncID.entry.rawValue)
            file.status.encode1(into: &out)
            out.appendLittle(UInt32(file.name.utf8.count))
            out.append(contentsOf: file.name.utf8)
        case .entry2(let file):
            out.appendLittle(SyncID.entry2.rawValue)
            file.status.encode2(into: &out)
            out.appendLittle(UInt32(file.name.utf8.count))
            out.append(contentsOf: file.name.utf8)
        case .listEnd:
            out.appendLittle(SyncID.done.rawValue)
            out.append(contentsOf: repeatElement(0, count: SyncStatus.size1 + 4))
        case .listEnd2:
            out.appendLittle(SyncID.done.rawValue)
            out.append(contentsOf: repeatElement(0, count: SyncStatus.size2 + 4))
        case .data(let bytes):
            var rest = bytes
            repeat {
                let part = rest.prefix(WireLimit.syncData)
                out.appendLittle(SyncID.data.rawValue)
                out.appendLittle(UInt32(part.count))
                out.append(contentsOf: part)
                rest = rest.dropFirst(part.count)
            } while !rest.isEmpty
        case .receiveEnd:
            out.appendLittle(SyncID.done.rawValue)
            out.appendLittle(UInt32(0))
        case .okay:
            out.appendLittle(SyncID.okay.rawValue)
            out.appendLittle(UInt32(0))
        case .fail(let words):
            out.appendLittle(SyncID.fail.rawValue)
            out.appendLittle(UInt32(words.utf8.count))
            out.append(contentsOf: words.utf8)
        }
    }

    /// The answer as bytes.
    public var encoded: [UInt8] {
        var out: [UInt8] = []
        encode(into: &out)
        return out
    }
}
