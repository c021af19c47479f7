// SPDX-License-Identifier: Apache-2.0

/// What a packet asks for: four ASCII letters, read as a little-endian number.
///
/// Commands that are not known are values too: the receiver ignores them, as the real one does.
public struct Command: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// `A_CNXN`: version, largest payload, banner.
    public static let connect = Command(rawValue: 0x4e58_4e43)
    /// `A_AUTH`: a token, a signature or a public key.
    public static let auth = Command(rawValue: 0x4854_5541)
    /// `A_STLS`: go on under TLS.
    public static let startTLS = Command(rawValue: 0x534c_5453)
    /// `A_OPEN`: a new stream to a named service.
    public static let open = Command(rawValue: 0x4e45_504f)
    /// `A_OKAY`: the stream is open, or the last write was taken.
    public static let okay = Command(rawValue: 0x5941_4b4f)
    /// `A_CLSE`: the stream is over.
    public static let close = Command(rawValue: 0x4553_4c43)
    /// `A_WRTE`: bytes of a stream.
    public static let write = Command(rawValue: 0x4554_5257)

    /// The four letters where they are printable, the number otherwise.
    public var description: String {
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: rawValue >> (8 * $0)) }
        if bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return String(decoding: bytes, as: UTF8.self) }
        return "0x" + String(rawValue, radix: 16)
    }
}

/// The version of the transport protocol. It decides who must write checksums.
public struct ProtocolVersion: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// 1.0: every packet carries the sum of its payload bytes.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public static let v1_0 = ProtocolVersion(rawValue: 0x0100_0000)
    /// 1.1: the sum is not looked at, and is written as 0.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public static let v1_1 = ProtocolVersion(rawValue: 0x0100_0001)

    public static func < (a: ProtocolVersion, b: ProtocolVersion) -> Bool { a.rawValue < b.rawValue }
}

/// Sizes that both ends of the real protocol keep to.
public enum WireLimit {
    /// Bytes of a packet's header.
    public static let header = 24
    /// The largest payload that we offer to take: 1 MiB.
    public static let maxPayload = 1 << 20
    /// The largest payload of the oldest devices, and of `CNXN` and `AUTH` always.
    public static let handshakePayload = 4096
    /// Bytes of data in one `DATA` message of the sync protocol.
    public static let syncData = 64 << 10
    /// The largest `DATA` message that is believed. Its bytes are handed on as they come, so this costs no memory: it
    /// only tells a peer that is out of step from one with large pieces.
    public static let syncClaim = 64 << 20
    /// Longest path in a sync request.
    public static let syncPath = 1024
}

/// The 24 bytes in front of each payload.
public struct PacketHeader: Hashable, Sendable {
    public var command: Command
    public var arg0: UInt32
    public var arg1: UInt32
    /// Payload bytes that follow.
    public var length: UInt32
    /// The sum of the payload bytes, or 0.
    public var checksum: UInt32
    /// The command with all bits turned over.
    public var magic: UInt32

    public init(command: Command, arg0: UInt32, arg1: UInt32, length: UInt32, checksum: UInt32) {
        self.command = command
        self.arg0 = arg0
        self.arg1 = arg1
        self.length = length
        self.checksum = checksum
        magic = ~command.rawValue
    }

    /// Reads a header from exactly 24 bytes; it does not judge them.
    public init(parsing bytes: ArraySlice<UInt8>) {
        command = Command(rawValue: bytes.little(0))
        arg0 = bytes.little(4)
        arg1 = bytes.little(8)
        length = bytes.little(12)
        checksum = bytes.little(16)
        magic = bytes.little(20)
    }

    /// Whether the magic belongs to the command.
    public var isSound: Bool { magic == ~command.rawValue }

    /// Appends the 24 bytes.
    public func encode(into out: inout [UInt8]) {
        for value in [command.rawValue, arg0, arg1, length, checksum, magic] { out.appendLittle(value) }
    }
}

/// One message of the transport.
public struct Packet: Hashable, Sendable {
    public var command: Command
    public var arg0: UInt32
    public var arg1: UInt32
    /// The payload; a slice, so that a large write is cut into packets without being copied.
    public var payload: ArraySlice<UInt8>
    /// What the header says about the payload's sum.
    public var checksum: UInt32

    /// A packet as a sender of `version` writes it: with the payload's sum before 1.1, with 0 from 1.1 on.
    ///
    /// `CNXN` always carries the sum: the peer does not know the version yet.
    public init(
        _ command: Command,
        _ arg0: UInt32,
        _ arg1: UInt32,
        payload: ArraySlice<UInt8> = [],
        version: ProtocolVersion
    ) {
        self.command = command
        self.arg0 = arg0
        self.arg1 = arg1
        self.payload = payload
        checksum = version < .v1_1 || command == .connect ? Packet.sum(payload) : 0
    }

    /// A packet as it was received.
    init(header: PacketHeader, payload: [UInt8]) {
        command = header.command
        arg0 = header.arg0
        arg1 = header.arg1
        self.payload = payload[...]
        checksum = header.checksum
    }

    /// The header that goes in front of the payload.
    public var header: PacketHeader {
        PacketHeader(command: command, arg0: arg0, arg1: arg1, length: UInt32(payload.count), checksum: checksum)
    }

    /// Header and payload.
    public var encoded: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(WireLimit.header + payload.count)
        header.encode(into: &out)
        out.append(contentsOf: payload)
        return out
    }

    /// Whether the checksum is the payload's.
    public var hasValidChecksum: Bool { checksum == Packet.sum(payload) }

    /// The sum of the bytes, modulo 2^32 (old documents call it a CRC; it never was one).
    static func sum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBytes { raw in
            var sum: UInt32 = 0
            for byte in raw { sum &+= UInt32(byte) }
            return sum
        }
    }
}
