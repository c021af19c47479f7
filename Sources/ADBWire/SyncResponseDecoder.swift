// SPDX-License-Identifier: Apache-2.0

public import Base

/// What a host waits for: which answers may come depends on it.
public enum SyncExpectation: Hashable, Sendable {
    case stat
    case stat2
    case lstat2
    case list
    case list2
    /// The end of a file that was sent.
    case stored
    /// The data of a file.
    case file
}

/// Reads what a device answers on a sync stream, in any split. Used by the host.
///
/// Requests may be pipelined: `expect` is called once for each, in order. File data is handed on as it comes; names and
/// messages are bounded. After an error the stream is to be closed.
public struct SyncResponseDecoder: Sendable {
    /// Longest name or message that is believed.
    static let textLimit = 64 << 10

    private enum State {
        case idle
        case status(SyncID)
        case entryHead(SyncID)
        case entryName(SyncID, SyncStatus, Int)
        case listEnd(Int)
        case data(Int)
        case message(Int)
    }

    private var expected: [SyncExpectation] = []
    private var answered = 0
    private var state = State.idle
    private var head = HeadReader()

    public init() {}

    /// How many requests are not answered in full.
    public var outstanding: Int { expected.count - answered }

    private var current: SyncExpectation? { answered < expected.count ? expected[answered] : nil }

    /// Says that a request was sent.
    public mutating func expect(_ expectation: SyncExpectation) { expected.append(expectation) }

    /// The next answer, taking its bytes from the front of `input`; `nil` when `input` is used up.
    ///
    /// - Throws: `DroidError` with code `adb.protocol`: an answer that nobody asked for, or one that is too large.
    public mutating func next(_ input: inout ArraySlice<UInt8>) throws(DroidError) -> SyncResponse? {
        while true {
            switch state {
            case .idle:
                guard head.fill(4, from: &input) else { return nil }
                let id = SyncID(rawValue: head.bytes[...].little(0))
                if id == .stat || id == .stat2 || id == .lstat2 || id == .entry || id == .entry2 {
                    head.clear()
                    try begin(id)
                    continue
                }
                if id == .done, let wanted = current, wanted == .list || wanted == .list2 {
                    head.clear()
                    state = .listEnd(4 + (wanted == .list ? SyncStatus.size1 : SyncStatus.size2))
                    continue
                }
                guard head.fill(8, from: &input) else { return nil }
                let value = head.bytes[...].little(4, as: UInt32.self)
                head.clear()
                if let response = try endSmall(id, value) { return response }
            case .status(let id):
                guard head.fill(id == .stat ? SyncStatus.size1 : SyncStatus.size2, from: &input) else { return nil }
                let bytes = head.bytes[...]
                let status = id == .stat ? SyncStatus(parsing1: bytes) : SyncStatus(parsing2: bytes)
                settle()
                switch id {
                case .stat: return .stat(status)
                case .stat2: return .stat2(status)
                default: return .lstat2(status)
                }
            case .entryHead(let id):
                let size = id == .entry ? SyncStatus.size1 : SyncStatus.size2
                guard head.fill(size + 4, from: &input) else { return nil }
                let bytes = head.bytes[...]
                let length = bytes.little(size, as: UInt32.self)
                guard length <= UInt32(SyncResponseDecoder.textLimit) else {
                    throw .violation("the device sent a bad list of files", "a name of \(length) bytes")
                }
                let status = id == .entry ? SyncStatus(parsing1: bytes) : SyncStatus(parsing2: bytes)
                state = .entryName(id, status, Int(length))
                head.clear()
            case .entryName(let id, let status, let length):
                guard head.fill(length, from: &input) else { return nil }
                let file = SyncFile(name: String(decoding: head.bytes, as: UTF8.self), status: status)
                state = .idle
                head.clear()
                return id == .entry ? .entry(file) : .entry2(file)
            case .listEnd(let count):
                guard head.fill(count, from: &input) else { return nil }
                let version1 = current == .list
                settle()
                return version1 ? .listEnd : .listEnd2
            case .data(let remaining):
                if remaining == 0 {
                    state = .idle
                    continue
                }
                guard !input.isEmpty else { return nil }
                let part = input.prefix(remaining)
                input = input.dropFirst(part.count)
                state = part.count == remaining ? .idle : .data(remaining - part.count)
                return .data(part)
            case .message(let length):
                guard head.fill(length, from: &input) else { return nil }
                let words = String(decoding: head.bytes, as: UTF8.self)
                settle()
                return .fail(words)
            }
        }
    }

    private mutating func begin(_ id: SyncID) throws(DroidError) {
        switch (id, current) {
        case (.stat, .stat), (.stat2, .stat2), (.lstat2, .lstat2): state = .status(id)
        case (.entry, .list), (.entry2, .list2): state = .entryHead(id)
        default: throw unexpected(id)
        }
    }

    /// Reads a message of eight bytes, or the first eight of a longer one.
    private mutating func endSmall(_ id: SyncID, _ value: UInt32) throws(DroidError) -> SyncResponse? {
        switch (id, current) {
        case (.data, .file):
            guard value <= UInt32(WireLimit.syncClaim) else {
                throw .violation("the device sent a piece of a file that is too large", "it claims \(value) bytes")
            }
            state = .data(Int(value))
            return nil
        case (.done, .file):
            settle()
            return .receiveEnd
        case (.okay, .stored):
            settle()
            return .okay
        case (.fail, .some):
            guard value <= UInt32(SyncResponseDecoder.textLimit) else {
                throw .violation("the device sent a bad error message", "it claims \(value) bytes")
            }
            state = .message(Int(value))
            return nil
        default: throw unexpected(id)
        }
    }

    /// The first request is answered.
    private mutating func settle() {
        state = .idle
        head.clear()
        if answered < expected.count { answered += 1 }
        if answered >= 1024 || answered == expected.count {
            expected.removeFirst(answered)
            answered = 0
        }
    }

    private func unexpected(_ id: SyncID) -> DroidError {
        let name = Command(rawValue: id.rawValue).description
        let wanted = current.map { "\($0)" } ?? "nothing"
        return .violation("the device's answer makes no sense", "\(name) came where \(wanted) was expected")
    }
}
