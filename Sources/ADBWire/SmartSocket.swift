// SPDX-License-Identifier: Apache-2.0

public import Base

/// The text protocol between a tool and an adb server: four hexadecimal digits of length, then the text.
public enum SmartSocket {
    /// The longest text that four digits can announce.
    public static let textLimit = 0xffff

    /// A text with its length in front.
    ///
    /// - Throws: `DroidError` with code `adb.usage` when it is longer than 65535 bytes.
    public static func encoded(_ text: String) throws(DroidError) -> [UInt8] {
        let count = text.utf8.count
        guard count <= textLimit else {
            throw DroidError(
                "adb.usage",
                "the command is too long for an adb server",
                why: "\(count) bytes where \(textLimit) fit",
                next: "write it to a file on the device and run that, or connect to the device directly"
            )
        }
        let digits = String(count, radix: 16)
        return Array((String(repeating: "0", count: 4 - digits.count) + digits + text).utf8)
    }
}

/// Reads the smart-socket protocol, at either end, from bytes in any split.
///
/// The protocol is not self-describing: the caller says what comes next. At most one text is held, and bytes that follow
/// it stay in `rest`, since after a transport switch they belong to the device.
public struct SmartSocketReader: Sendable {
    /// What an adb server answers first.
    public enum Status: Hashable, Sendable {
        case okay
        /// It did not work; the server's words.
        case fail(String)
    }

    private var bytes: [UInt8] = []

    public init() {}

    /// Adds what has arrived.
    public mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    /// Bytes that have not been taken.
    public var rest: [UInt8] { bytes }

    /// `OKAY`, or `FAIL` and its text.
    ///
    /// - Returns: `nil` when more bytes are needed.
    /// - Throws: `DroidError` with code `adb.protocol`.
    public mutating func takeStatus() throws(DroidError) -> Status? {
        guard bytes.count >= 4 else { return nil }
        switch String(decoding: bytes[..<4], as: UTF8.self) {
        case "OKAY":
            bytes.removeFirst(4)
            return .okay
        case "FAIL":
            guard let (text, used) = try text(from: 4) else { return nil }
            bytes.removeFirst(used)
            return .fail(text)
        default: throw .violation("what answers is no adb server", "it says neither OKAY nor FAIL")
        }
    }

    /// A text with its length in front: an answer at the tool's end, a request at the server's.
    ///
    /// - Returns: `nil` when more bytes are needed.
    /// - Throws: `DroidError` with code `adb.protocol`.
    public mutating func takeText() throws(DroidError) -> String? {
        guard let (text, used) = try text(from: 0) else { return nil }
        bytes.removeFirst(used)
        return text
    }

    private func text(from start: Int) throws(DroidError) -> (String, used: Int)? {
        guard bytes.count >= start + 4 else { return nil }
        var length = 0
        for byte in bytes[start..<start + 4] {
            let digit =
                switch byte {
                case 0x30...0x39: Int(byte) - 0x30
                case 0x41...0x46: Int(byte) - 0x41 + 10
                case 0x61...0x66: Int(byte) - 0x61 + 10
                default: -1
                }
            guard digit >= 0 else {
                throw .violation("what answers is no adb server", "a length is not four hexadecimal digits")
            }
            length = length << 4 | digit
        }
        let end = start + 4 + length
        guard bytes.count >= end else { return nil }
        return (String(decoding: bytes[(start + 4)..<end], as: UTF8.self), end)
    }
}
