// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import ADBWire

@Suite("Packed transfers")
struct CompressionTests {
    private static let kinds = Compression.allCases

    /// Bytes of which about half are random.
    private static func mixed(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        var out: [UInt8] = []
        while out.count < count {
            let run = Int(random.next() % 300)
            if random.next() & 1 == 0 {
                out += (0..<run).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            } else {
                out += repeatElement(UInt8(truncatingIfNeeded: random.next()), count: run)
            }
        }
        return Array(out.prefix(count))
    }

    private static func pack(_ bytes: [UInt8], with encoder: CompressionEncoder, step: Int = 1 << 20) throws -> [UInt8]
    {
        var out: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(step)
            rest = rest.dropFirst(part.count)
            try part.withUnsafeBytes { raw in
                try encoder.encode(raw) {
                    #expect($0.count > 0 && $0.count <= 65536)
                    out.append(contentsOf: $0)
                }
            }
        }
        try encoder.finish { out.append(contentsOf: $0) }
        return out
    }

    private static func unpack(
        _ bytes: [UInt8],
        with decoder: CompressionDecoder,
        step: Int = 1 << 20
    ) throws -> [UInt8] {
        var out: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(step)
            rest = rest.dropFirst(part.count)
            try decoder.decode(part) {
                #expect($0.count > 0 && $0.count <= 65536)
                out.append(contentsOf: $0)
            }
        }
        try decoder.finish()
        return out
    }

    @Test("What is packed in any pieces comes out whole in any split, file after file", arguments: kinds)
    func roundTrips(kind: Compression) throws {
        let encoder = try CompressionEncoder(kind)
        let decoder = try CompressionDecoder(kind)
        for (index, size) in [0, 1, 1000, 65_535, 65_536, 65_537, 3 << 20].enumerated() {
            let bytes = Self.mixed(size, seed: UInt64(index))
            for step in [7, 4096, 100_000, 1 << 20] where size / step < 5000 {
                try encoder.reset()
                let packed = try Self.pack(bytes, with: encoder, step: step)
                for split in [1, 1000, 1 << 20] where packed.count / split < 200_000 {
                    try decoder.reset()
                    #expect(try Self.unpack(packed, with: decoder, step: split) == bytes)
                }
            }
        }
    }

    @Test("What stops in the middle is an error, and so is what follows the end of a brotli stream", arguments: kinds)
    func truncated(kind: Compression) throws {
        let packed = try Self.pack(Self.mixed(200_000, seed: 9), with: CompressionEncoder(kind))
        for count in [0, 1, packed.count / 2, packed.count - 1] {
            #expect(throws: DroidError.self) {
                try Self.unpack(Array(packed.prefix(count)), with: CompressionDecoder(kind))
            }
        }
        if kind == .brotli {
            #expect(throws: DroidError.self) { try Self.unpack(packed + [1], with: CompressionDecoder(kind)) }
        } else {
            // Frames may follow each other.
            #expect(try Self.unpack(packed + packed, with: CompressionDecoder(kind)).count == 400_000)
        }
    }

    @Test("A gigabyte of zeros that was packed to nothing comes out in small pieces", arguments: kinds)
    func bomb(kind: Compression) throws {
        let encoder = try CompressionEncoder(kind)
        let zeros = [UInt8](repeating: 0, count: 4 << 20)
        var packed: [UInt8] = []
        for _ in 0..<256 { try zeros.withUnsafeBytes { try encoder.encode($0) { packed.append(contentsOf: $0) } } }
        try encoder.finish { packed.append(contentsOf: $0) }
        #expect(packed.count < 8 << 20)
        let decoder = try CompressionDecoder(kind)
        var (count, largest) = (0, 0)
        try decoder.decode(packed[...]) {
            count += $0.count
            largest = max(largest, $0.count)
        }
        try decoder.finish()
        #expect(count == 1 << 30 && largest <= 65536)
    }

    @Test("Damaged and random bytes are an error or some bytes, never a crash", arguments: kinds)
    func fuzz(kind: Compression) throws {
        var random = SeededRandom(seed: 31)
        let packed = try Self.pack(Self.mixed(60_000, seed: 5), with: CompressionEncoder(kind))
        let decoder = try CompressionDecoder(kind)
        var refused = 0
        for round in 0..<4000 {
            var bytes = packed
            if round % 4 == 0 {
                bytes = (0..<Int(random.next() % 2000)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            } else {
                for _ in 0..<(1 + Int(random.next() % 8)) {
                    bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
                }
                if random.next() & 1 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
            }
            var made = 0
            do {
                try decoder.reset()
                var rest = bytes[...]
                while !rest.isEmpty {
                    let part = rest.prefix(1 + Int(random.next() % 5000))
                    rest = rest.dropFirst(part.count)
                    try decoder.decode(part) { made += $0.count }
                }
                try decoder.finish()
            } catch {
                #expect((error as? DroidError)?.code == "adb.compression")
                refused += 1
            }
        }
        #expect(refused > 2000)
    }

    @Test("Flags are read as the real daemon reads them")
    func flags() throws {
        #expect(try SyncFlags(parsing: 0, sending: true) == SyncFlags())
        #expect(try SyncFlags(parsing: 4, sending: false) == SyncFlags(compression: .zstd))
        #expect(try SyncFlags(parsing: 0x8000_0002, sending: true) == SyncFlags(compression: .lz4, isDryRun: true))
        #expect(SyncFlags(compression: .brotli, isDryRun: true).rawValue == 0x8000_0001)
        for (flags, sending, words) in [
            (3, true, "multiple compression flags received: 3"), (7, false, "multiple compression flags received: 7"),
            (8, true, "unknown flags: 8"), (0x8000_0000, false, "unknown flags: 2147483648"),
        ] as [(UInt32, Bool, String)] {
            do {
                _ = try SyncFlags(parsing: flags, sending: sending)
                Issue.record("\(flags) was taken")
            } catch {
                #expect(error.what == words)
            }
        }
    }

    @Test("The best way that both ends know is tried first")
    func preference() {
        #expect(Compression.offered(by: .client) == [.zstd, .lz4, .brotli])
        #expect(Compression.offered(by: [.sendReceiveV2, .sendReceiveV2LZ4]) == [.lz4])
        #expect(Compression.offered(by: [.sendReceiveV2Zstd]) == [])
        #expect(Compression.offered(by: DeviceProfile.n.features) == [])
    }
}
