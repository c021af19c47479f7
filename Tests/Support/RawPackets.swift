// SPDX-License-Identifier: Apache-2.0

import Base

/// Packets as bytes, made without the codec that they are meant for.
public enum RawPacket {
    public static let connect: UInt32 = 0x4E58_4E43
    public static let open: UInt32 = 0x4E45_504F
    public static let okay: UInt32 = 0x5941_4B4F
    public static let close: UInt32 = 0x4553_4C43
    public static let write: UInt32 = 0x4554_5257
    public static let all: [UInt32] = [connect, 0x4854_5541, 0x534C_5453, 0x434E_5953, open, okay, close, write]

    /// One packet; its checksum is right.
    public static func bytes(_ command: UInt32, _ arg0: UInt32, _ arg1: UInt32, _ payload: [UInt8] = []) -> [UInt8] {
        let sum = payload.reduce(UInt32(0)) { $0 &+ UInt32($1) }
        var out: [UInt8] = []
        out.reserveCapacity(24 + payload.count)
        for word in [command, arg0, arg1, UInt32(payload.count), sum, ~command] {
            for shift in [0, 8, 16, 24] as [UInt32] { out.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return out + payload
    }

    /// The greeting of an end.
    public static func greeting(_ banner: String) -> [UInt8] {
        bytes(connect, 0x0100_0001, 1 << 20, Array(banner.utf8))
    }
}

/// Random and mutated packets, the same for the same seed: mostly such that get past the codec, now and then one that
/// must end the connection.
public struct HostilePackets {
    private var random: SeededRandom
    private let services: [String]
    private var kept: [[UInt8]] = []

    /// - Parameter services: what `OPEN` asks for, some of it mutated.
    public init(seed: UInt64, services: [String]) {
        random = SeededRandom(seed: seed)
        self.services = services
    }

    /// So many packets, none of which breaks the codec's rules.
    public mutating func batch(_ count: Int) -> [UInt8] {
        var out: [UInt8] = []
        for _ in 0..<count { out += packet() }
        return out
    }

    /// Bytes after which a peer must hang up: a header with a wrong magic or an enormous length, or no header at all.
    public mutating func ending() -> [UInt8] {
        var bytes = packet()
        switch below(3) {
        case 0: bytes[20 + below(4)] ^= UInt8(1 << below(8))
        case 1: bytes[15] = 0xFF
        default: bytes = (0..<64).map { _ in UInt8(below(256)) }
        }
        return bytes + [UInt8](repeating: 0x5A, count: 256)
    }

    private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

    private mutating func identifier() -> UInt32 {
        below(8) == 0 ? UInt32(truncatingIfNeeded: random.next()) : UInt32(below(12))
    }

    private mutating func payload() -> [UInt8] {
        // What looks like a message of a service goes deeper than noise.
        let heads: [[UInt8]] = [
            Array("STAT".utf8), Array("SEND".utf8), Array("DATA".utf8), Array("DONE".utf8), Array("RECV".utf8),
            Array("LIST".utf8), Array("QUIT".utf8), Array("SND2".utf8), Array("OKAY".utf8), Array("FAIL".utf8),
            Array("DENT".utf8), Array("STA2".utf8), [0], [1], [2], [3], [4], [5],
        ]
        let length = below(20) == 0 ? below(4096) : below(64)
        let noise = (0..<length).map { _ in UInt8(truncatingIfNeeded: below(256)) }
        guard below(2) == 0 else { return noise }
        return heads[below(heads.count)] + [UInt8(below(40)), 0, 0, 0] + noise
    }

    private mutating func packet() -> [UInt8] {
        let made: [UInt8]
        switch below(100) {
        case 0..<40: made = RawPacket.bytes(RawPacket.write, identifier(), identifier(), payload())
        case 40..<65:
            let answer: [UInt8] = below(3) == 0 ? (0..<(below(4) == 0 ? 3 : 4)).map { _ in UInt8(below(256)) } : []
            made = RawPacket.bytes(RawPacket.okay, identifier(), identifier(), answer)
        case 65..<78: made = RawPacket.bytes(RawPacket.close, identifier(), identifier())
        case 78..<84:
            var name = Array((services[below(services.count)] + "\0").utf8)
            if below(3) == 0 { name[below(name.count)] = UInt8(below(256)) }
            made = RawPacket.bytes(RawPacket.open, identifier(), UInt32(below(2) << 25), name)
        case 84..<90:
            made = RawPacket.bytes(UInt32(truncatingIfNeeded: random.next()), identifier(), identifier(), payload())
        case 90: made = RawPacket.bytes(RawPacket.all[below(4)], identifier(), identifier(), payload())
        default:
            // One of before with its arguments or its payload changed.
            guard var old = kept.isEmpty ? nil : kept[below(kept.count)] else { return packet() }
            let place = old.count > 24 && below(2) == 0 ? 24 + below(old.count - 24) : 4 + below(8)
            old[place] ^= UInt8(1 << below(8))
            made = old
        }
        if kept.count < 256 { kept.append(made) } else { kept[below(256)] = made }
        return made
    }
}
