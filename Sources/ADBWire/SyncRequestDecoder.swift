// SPDX-License-Identifier: Apache-2.0

public import Base

/// Reads what a host asks of the sync service, in any split. Used by the device.
///
/// File data is handed on as it comes, so the size that a `DATA` message claims costs nothing; everything else is bounded
/// by the longest path. An error's `what` is the text that the real daemon puts into `FAIL`; after it the stream cannot
/// be understood any more and is to be closed.
public struct SyncRequestDecoder: Sendable {
    private enum State {
        case idle
        case path(SyncID, Int)
        case sendOptions(String)
        case receiveOptions(String)
        /// Within a file: the next message is `DATA` or `DONE`.
        case file
        /// Within a `DATA` message.
        case data(Int)
    }

    private var state = State.idle
    private var head = HeadReader()

    public init() {}

    /// Whether a file is being sent, up to its `done`.
    public var isInFile: Bool {
        switch state {
        case .file, .data: true
        default: false
        }
    }

    /// The next request, taking its bytes from the front of `input`; `nil` when `input` is used up.
    ///
    /// - Throws: `DroidError` with code `adb.sync`.
    public mutating func next(_ input: inout ArraySlice<UInt8>) throws(DroidError) -> SyncRequest? {
        while true {
            switch state {
            case .idle:
                guard head.fill(8, from: &input) else { return nil }
                if let request = try beginRequest() { return request }
            case .path(let id, let length):
                guard head.fill(length, from: &input) else { return nil }
                let path = String(decoding: head.bytes, as: UTF8.self)
                head.clear()
                if let request = try endPath(id, path) { return request }
            case .sendOptions(let path):
                guard head.fill(12, from: &input) else { return nil }
                let bytes = head.bytes[...]
                guard bytes.little(0) == SyncID.send2.rawValue else {
                    throw fail("failed to read send_v2 setup packet")
                }
                let request = SyncRequest.send2(path, mode: bytes.little(4), flags: bytes.little(8))
                head.clear()
                state = .file
                return request
            case .receiveOptions(let path):
                guard head.fill(8, from: &input) else { return nil }
                let bytes = head.bytes[...]
                guard bytes.little(0) == SyncID.receive2.rawValue else {
                    throw fail("failed to read recv_v2 setup packet")
                }
                let request = SyncRequest.receive2(path, flags: bytes.little(4))
                head.clear()
                state = .idle
                return request
            case .file:
                guard head.fill(8, from: &input) else { return nil }
                let id = SyncID(rawValue: head.bytes[...].little(0))
                let value = head.bytes[...].little(4, as: UInt32.self)
                head.clear()
                switch id {
                case .data:
                    guard value <= UInt32(WireLimit.syncClaim) else { throw fail("oversize data message") }
                    state = .data(Int(value))
                case .done:
                    state = .idle
                    return .done(modified: value)
                default: throw fail("invalid data message")
                }
            case .data(let remaining):
                if remaining == 0 {
                    state = .file
                    continue
                }
                guard !input.isEmpty else { return nil }
                let part = input.prefix(remaining)
                input = input.dropFirst(part.count)
                state = part.count == remaining ? .file : .data(remaining - part.count)
                return .data(part)
            }
        }
    }

    /// Reads the eight bytes in front of a path.
    private mutating func beginRequest() throws(DroidError) -> SyncRequest? {
        let id = SyncID(rawValue: head.bytes[...].little(0))
        let length = head.bytes[...].little(4, as: UInt32.self)
        head.clear()
        switch id {
        case .quit: return .quit
        case .stat, .stat2, .lstat2, .list, .list2, .send, .send2, .receive, .receive2:
            guard length <= UInt32(WireLimit.syncPath) else { throw fail("path too long") }
            state = .path(id, Int(length))
            return nil
        default:
            let digits = String(id.rawValue, radix: 16)
            throw fail("unknown command " + String(repeating: "0", count: 8 - digits.count) + digits)
        }
    }

    private mutating func endPath(_ id: SyncID, _ path: String) throws(DroidError) -> SyncRequest? {
        state = .idle
        switch id {
        case .stat: return .stat(path)
        case .stat2: return .stat2(path)
        case .lstat2: return .lstat2(path)
        case .list: return .list(path)
        case .list2: return .list2(path)
        case .receive: return .receive(path)
        case .receive2: state = .receiveOptions(path)
        case .send2: state = .sendOptions(path)
        default:
            guard let comma = path.lastIndex(of: ",") else { throw fail("missing , in ID_SEND_V1") }
            guard let mode = SyncRequestDecoder.mode(path[path.index(after: comma)...]) else { throw fail("bad mode") }
            state = .file
            return .send(String(path[..<comma]), mode: mode)
        }
        return nil
    }

    /// A number as C reads it: `0x` is hexadecimal, a leading 0 octal.
    private static func mode(_ text: Substring) -> UInt32? {
        if text.hasPrefix("0x") || text.hasPrefix("0X") { return UInt32(text.dropFirst(2), radix: 16) }
        if text.count > 1, text.hasPrefix("0") { return UInt32(text.dropFirst(), radix: 8) }
        return UInt32(text)
    }

    private func fail(_ words: String) -> DroidError { DroidError("adb.sync", words) }
}
