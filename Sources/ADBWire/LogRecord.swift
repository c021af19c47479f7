// SPDX-License-Identifier: Apache-2.0

public import Base

/// One entry of a device's log.
public struct LogRecord: Hashable, Sendable {
    /// How grave an entry is, by the letter that `logcat` prints.
    public enum Level: Character, Sendable, Hashable, CaseIterable, Comparable {
        case verbose = "V"
        case debug = "D"
        case info = "I"
        case warning = "W"
        case error = "E"
        case fatal = "F"
        case silent = "S"

        /// Android's number for it: verbose is 2, silent is 8.
        public var priority: UInt8 { UInt8(2 + (Level.allCases.firstIndex(of: self) ?? 0)) }

        /// The level of a number; numbers outside of 2 to 8 are what Android makes of them, `verbose` and `silent`.
        public init(priority: UInt8) { self = Level.allCases[min(max(Int(priority) - 2, 0), 6)] }

        public static func < (left: Level, right: Level) -> Bool { left.priority < right.priority }
    }

    /// The device's ring buffers, by their numbers.
    public enum Buffer: UInt32, Sendable, Hashable, CaseIterable {
        case main, radio, events, system, crash, stats, security, kernel

        /// The name that `-b` takes.
        public var name: String { String(describing: self) }
        /// The buffer of a name.
        public init?(name: String) {
            guard let buffer = Buffer.allCases.first(where: { $0.name == name }) else { return nil }
            self = buffer
        }
    }

    /// Seconds since 1970, UTC, by the device's clock.
    public var seconds: Int64
    /// What comes on top of the seconds.
    public var nanoseconds: Int32
    public var pid: Int32
    public var tid: Int32
    public var level: Level
    public var tag: String
    /// The text; it may hold line breaks, but does not end with one.
    public var message: String
    /// Where the entry lies; `nil` where the device does not say.
    public var buffer: Buffer?

    public init(
        seconds: Int64,
        nanoseconds: Int32 = 0,
        pid: Int32,
        tid: Int32,
        level: Level,
        tag: String,
        message: String,
        buffer: Buffer? = nil
    ) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
        self.pid = pid
        self.tid = tid
        self.level = level
        self.tag = tag
        self.message = message
        self.buffer = buffer
    }

    /// The entry as `logcat -B` writes it: a head of 28 bytes, then level, tag and message. What does not fit Android's
    /// 4068 bytes is cut.
    public var binary: [UInt8] {
        var body = [level.priority]
        body += tag.utf8.filter { $0 != 0 }.prefix(128)
        body.append(0)
        body += message.utf8.filter { $0 != 0 }.prefix(4068 - body.count - 1)
        body.append(0)
        var out: [UInt8] = []
        out.appendLittle(UInt16(body.count))
        out.appendLittle(UInt16(28))
        out.appendLittle(pid)
        out.appendLittle(tid)
        out.appendLittle(UInt32(truncatingIfNeeded: seconds))
        out.appendLittle(nanoseconds)
        out.appendLittle(buffer?.rawValue ?? 0)
        out.appendLittle(UInt32(0))
        return out + body
    }
}

/// Reads what `logcat -B` writes, in any split. It holds one entry at most, which is 64 KiB.
///
/// The binary form is the only one in which messages with line breaks, tags with spaces and times without a zone can be told
/// apart for certain, and every Android has it.
public struct LogRecordDecoder: Sendable {
    private static let headSize = 20
    private var head = HeadReader()
    private var wanted: Int?

    public init() {}

    /// The next entry, taking its bytes from the front of `input`; `nil` when `input` is used up.
    ///
    /// - Throws: `DroidError` with code `adb.protocol` for what is no entry; nothing more can be read then.
    public mutating func next(_ input: inout ArraySlice<UInt8>) throws(DroidError) -> LogRecord? {
        while true {
            if wanted == nil {
                guard head.fill(4, from: &input) else { return nil }
                let body = Int(head.bytes[...].little(0, as: UInt16.self))
                var size = Int(head.bytes[...].little(2, as: UInt16.self))
                // The oldest form leaves the size of the head out.
                if size == 0 { size = LogRecordDecoder.headSize }
                guard (LogRecordDecoder.headSize...256).contains(size), body > 0 else {
                    throw .violation("the device's log cannot be read", "an entry has a head of \(size) bytes")
                }
                wanted = size + body
            }
            guard let count = wanted, head.fill(count, from: &input) else { return nil }
            defer {
                wanted = nil
                head.clear()
            }
            if let record = LogRecordDecoder.record(head.bytes) { return record }
        }
    }

    private static func record(_ bytes: [UInt8]) -> LogRecord? {
        let all = bytes[...]
        let size = max(headSize, Int(all.little(2, as: UInt16.self)))
        let buffer = size >= 24 ? LogRecord.Buffer(rawValue: all.little(20)) : nil
        let body = bytes[size...]
        var record = LogRecord(
            seconds: Int64(all.little(12, as: UInt32.self)),
            nanoseconds: all.little(16),
            pid: all.little(4),
            tid: all.little(8),
            level: .info,
            tag: "",
            message: "",
            buffer: buffer
        )
        if buffer == .events || buffer == .stats || buffer == .security {
            guard body.count >= 4 else { return nil }
            record.tag = "[\(body.little(0, as: UInt32.self))]"
            var rest = body.dropFirst(4)
            record.message = EventValue.text(&rest, depth: 0) ?? ""
            return record
        }
        guard let priority = body.first else { return nil }
        record.level = LogRecord.Level(priority: priority)
        let text = body.dropFirst()
        let end = text.firstIndex(of: 0) ?? text.endIndex
        record.tag = String(decoding: text[..<end], as: UTF8.self)
        var message = text[min(end + 1, text.endIndex)...]
        while let last = message.last, last == 0 || last == 10 { message.removeLast() }
        record.message = String(decoding: message, as: UTF8.self)
        return record
    }
}

/// The typed values of the event buffers, as text.
private enum EventValue {
    static func text(_ bytes: inout ArraySlice<UInt8>, depth: Int) -> String? {
        guard let kind = bytes.popFirst() else { return nil }
        switch kind {
        case 0:
            guard bytes.count >= 4 else { return nil }
            defer { bytes = bytes.dropFirst(4) }
            return "\(bytes.little(0, as: Int32.self))"
        case 1:
            guard bytes.count >= 8 else { return nil }
            defer { bytes = bytes.dropFirst(8) }
            return "\(bytes.little(0, as: Int64.self))"
        case 2:
            guard bytes.count >= 4 else { return nil }
            let length = Int(bytes.little(0, as: UInt32.self))
            bytes = bytes.dropFirst(4)
            defer { bytes = bytes.dropFirst(length) }
            return String(decoding: bytes.prefix(length), as: UTF8.self)
        case 3:
            guard let count = bytes.popFirst(), depth < 8 else { return nil }
            var parts: [String] = []
            for _ in 0..<count {
                guard let part = text(&bytes, depth: depth + 1) else { break }
                parts.append(part)
            }
            return "[" + parts.joined(separator: ",") + "]"
        case 4:
            guard bytes.count >= 4 else { return nil }
            defer { bytes = bytes.dropFirst(4) }
            return "\(Float(bitPattern: bytes.little(0, as: UInt32.self)))"
        default: return nil
        }
    }
}
