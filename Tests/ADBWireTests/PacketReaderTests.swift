// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import ADBWire

@Suite("Packets from reads of any size")
struct PacketReaderTests {
    @Test("The reader gives the same packets as the decoder, however the bytes come", arguments: 0..<30)
    func anySplit(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let sizes = [0, 1, 23, 24, 25, 4096, 16_384, 65_536, 65_537, 300_000, 1 << 20]
        var packets: [Packet] = []
        for index in 0..<12 {
            let size = sizes[Int.random(in: 0..<sizes.count, using: &random)]
            let payload = random.bytes(size)
            packets.append(Packet(.write, UInt32(index + 1), 7, payload: payload[...], version: .v1_0))
        }
        let bytes = packets.flatMap(\.encoded)
        let largest = [1 << 20, 70_000, 5000, 300][seed % 4]
        var place = 0
        var reader = PacketReader()
        func read(_ space: UnsafeMutableRawBufferPointer) -> Int {
            let count = min(space.count, bytes.count - place, Int.random(in: 1...largest, using: &random))
            space.copyBytes(from: bytes[place..<(place + max(0, count))])
            place += max(0, count)
            return max(0, count)
        }
        var got: [Packet] = []
        while let packet = try reader.next(read) { got.append(packet) }
        #expect(got == packets)
        #expect(try reader.next(read) == nil)
    }

    @Test("A source that ends within a payload gives no packet")
    func cut() throws {
        let whole = Packet(.write, 1, 2, payload: ArraySlice(repeating: 3, count: 200_000), version: .v1_1).encoded
        for length in [10, 24, 30, 70_000, 199_999] {
            var rest = whole.prefix(length)
            var reader = PacketReader(decoder: PacketDecoder(version: .v1_1))
            let packet = try reader.next { space in
                let part = rest.prefix(space.count)
                space.copyBytes(from: part)
                rest = rest.dropFirst(part.count)
                return part.count
            }
            #expect(packet == nil)
        }
    }

    @Test("A TLS record in a packet's place is the change to TLS, where that is expected, and its bytes are left")
    func earlyTLS() throws {
        let record: [UInt8] = [0x16, 3, 1, 0, 4, 9, 9, 9, 9]
        let before = Packet(.okay, 1, 2, payload: [], version: .v1_0)
        var reader = PacketReader()
        reader.takesTLSRecord = true
        var bytes = before.encoded + record
        func read(_ space: UnsafeMutableRawBufferPointer) -> Int {
            defer { bytes = [] }
            space.copyBytes(from: bytes)
            return bytes.count
        }
        #expect(try reader.next(read) == before)
        #expect(try reader.next(read)?.command == .startTLS)
        #expect(reader.takeRest() == record)
        // Anywhere else it is no packet.
        var strict = PacketReader()
        let long = record + [UInt8](repeating: 0, count: 24)
        #expect(throws: DroidError.self) {
            try strict.next { space in
                space.copyBytes(from: long)
                return long.count
            }
        }
    }

    @Test("What goes out in batches is what was queued, and written bytes are counted")
    func queue() {
        var random = SeededRandom(seed: 5)
        var queue = PacketQueue()
        var expected: [UInt8] = []
        var payloads = 0
        for index in 0..<300 {
            let payload = random.bytes(Int.random(in: 0...9000, using: &random))
            let packet = Packet(index % 3 == 0 ? .okay : .write, 1, 2, payload: payload[...], version: .v1_1)
            if index % 3 != 0 { payloads += payload.count }
            expected += packet.encoded
            queue.append(packet)
        }
        var got: [UInt8] = []
        var written = 0
        while true {
            var batch = OutputBatch()
            guard queue.fill(&batch) else { break }
            #expect(batch.small.count < 128 << 10)
            got += batch.small + batch.large
            written += queue.takeWritten()
        }
        #expect(got == expected && written == payloads && queue.isEmpty)
    }
}
