// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import ADBWire

@Suite("Packets")
struct PacketTests {
    /// The greeting of a host without features, written out by hand from the format.
    static let greeting: [UInt8] = [
        0x43, 0x4e, 0x58, 0x4e, 0x01, 0x00, 0x00, 0x01, 0x00, 0x00, 0x10, 0x00, 0x06, 0x00, 0x00, 0x00,
        0x32, 0x02, 0x00, 0x00, 0xbc, 0xb1, 0xa7, 0xb1, 0x68, 0x6f, 0x73, 0x74, 0x3a, 0x3a,
    ]

    @Test("The bytes of a greeting are those of the format")
    func goldenGreeting() throws {
        let packet = Packet(.connect, 0x0100_0001, 1 << 20, payload: Array("host::".utf8)[...], version: .v1_1)
        #expect(packet.encoded == PacketTests.greeting)
    }

    @Test(
        "Each command is its four letters",
        arguments: [
            (Command.connect, "CNXN"), (.auth, "AUTH"), (.startTLS, "STLS"), (.open, "OPEN"), (.okay, "OKAY"),
            (.close, "CLSE"), (.write, "WRTE"),
        ]
    )
    func letters(command: Command, text: String) {
        #expect(Array(Packet(command, 1, 2, version: .v1_1).encoded[..<4]) == Array(text.utf8))
        #expect(command.description == text)
    }

    @Test("Before version 1.1 the sum of the payload is written, from 1.1 on it is 0")
    func checksumRule() {
        let payload: ArraySlice<UInt8> = [0xff, 0xff, 0x02]
        #expect(Packet(.write, 1, 2, payload: payload, version: .v1_0).checksum == 0x200)
        #expect(Packet(.write, 1, 2, payload: payload, version: .v1_1).checksum == 0)
        #expect(Packet(.connect, 1, 2, payload: payload, version: .v1_1).checksum == 0x200)
    }

    @Test("Packets come out as they went in, however the bytes are split")
    func roundTrip() throws {
        var random = SeededRandom(seed: 11)
        let sizes = [0, 1, 23, 24, 25, 4096, 70_000, 1 << 20]
        let packets = sizes.map { size in
            Packet(.write, .random(in: 1 ... .max, using: &random), 7, payload: random.bytes(size)[...], version: .v1_0)
        }
        let stream = packets.flatMap(\.encoded)
        for piece in [1 << 22, 65_536, 1000, 24, 7] {
            var decoder = PacketDecoder()
            var out: [Packet] = []
            for start in stride(from: 0, to: stream.count, by: piece) {
                var part = stream[start..<min(start + piece, stream.count)]
                while let packet = try decoder.next(&part) { out.append(packet) }
                #expect(part.isEmpty)
            }
            #expect(out == packets)
            #expect(decoder.isAtBoundary)
        }
    }

    @Test("A damaged magic ends the stream for good")
    func badMagic() {
        var bytes = PacketTests.greeting
        bytes[20] ^= 1
        var decoder = PacketDecoder()
        expectViolation {
            try decoder.next(&$0)
        } on: {
            bytes
        }
        expectViolation {
            try decoder.next(&$0)
        } on: {
            PacketTests.greeting
        }
    }

    @Test("A payload over the limit is refused from its header alone")
    func oversize() {
        var decoder = PacketDecoder(maxPayload: 4096)
        let header = PacketHeader(command: .write, arg0: 1, arg1: 1, length: 4097, checksum: 0)
        var bytes: [UInt8] = []
        header.encode(into: &bytes)
        expectViolation {
            try decoder.next(&$0)
        } on: {
            bytes
        }
    }

    @Test("A wrong sum is refused before version 1.1 and ignored from then on")
    func wrongSum() throws {
        var packet = Packet(.write, 1, 2, payload: [1, 2, 3], version: .v1_0)
        packet.checksum = 0
        var old = PacketDecoder(version: .v1_0)
        expectViolation {
            try old.next(&$0)
        } on: {
            packet.encoded
        }
        var new = PacketDecoder(version: .v1_1)
        var bytes = packet.encoded[...]
        #expect(try new.next(&bytes) == packet)
    }

    @Test("A greeting of version 1.1 may leave its sum out")
    func greetingWithoutSum() throws {
        var bytes = PacketTests.greeting
        for index in 16..<20 { bytes[index] = 0 }
        var decoder = PacketDecoder()
        var input = bytes[...]
        #expect(try decoder.next(&input)?.command == .connect)
    }

    @Test("Random bytes never crash the decoder and never make it hold more than its limit")
    func fuzz() {
        var random = SeededRandom(seed: 12)
        for _ in 0..<2000 {
            var decoder = PacketDecoder(maxPayload: 512, version: Bool.random(using: &random) ? .v1_0 : .v1_1)
            var bytes = PacketTests.greeting + Packet(.open, 1, 0, payload: [65, 0], version: .v1_0).encoded
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            bytes += random.bytes(Int.random(in: 0...80, using: &random))
            var input = bytes[...]
            var packets = 0
            do {
                while let packet = try decoder.next(&input) {
                    packets += 1
                    #expect(packet.payload.count <= 512)
                }
            } catch {
                #expect(error.code == "adb.protocol")
            }
            #expect(packets <= 4)
        }
    }
}

@Suite("Banners and features")
struct BannerTests {
    @Test("A device's banner is read and printed alike")
    func roundTrip() {
        let text = "device::ro.product.name=p;ro.product.model=Pixel 8;ro.product.device=d;features=shell_v2,cmd"
        let banner = ConnectionBanner(parsing: Array(text.utf8)[...])
        #expect(banner.systemType == "device")
        #expect(banner.property("ro.product.model") == "Pixel 8")
        #expect(banner.features == [.shellV2, .cmd])
        #expect(banner.text == text)
        #expect(banner == .device(product: "p", model: "Pixel 8", device: "d", features: [.shellV2, .cmd]))
    }

    @Test(
        "Odd banners of old peers are read",
        arguments: [
            ("device::ro.product.name=a;\0", "device", 1, 0), ("host::workstation\0", "host", 0, 0),
            ("host::features=", "host", 0, 0), ("bootloader", "bootloader", 0, 0), ("", "", 0, 0),
            ("device::a=b;;features=x,,x,y", "device", 1, 2), ("device::a=b:c=d", "device", 1, 0),
        ]
    )
    func odd(text: String, type: String, properties: Int, features: Int) {
        let banner = ConnectionBanner(parsing: Array(text.utf8)[...])
        #expect(banner.systemType == type)
        #expect(banner.properties.count == properties)
        #expect(banner.features.all.count == features)
    }

    @Test("Only what both ends can do is left")
    func intersection() {
        let both = FeatureSet([.cmd, .statV2, .shellV2]).intersection([.shellV2, .cmd, "other"])
        #expect(both.text == "cmd,shell_v2")
    }
}

extension SeededRandom {
    /// That many random bytes.
    mutating func bytes(_ count: Int) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(count + 8)
        while out.count < count { out.appendLittle(next()) }
        return Array(out[..<count])
    }
}

/// Expects that reading ends in `adb.protocol` or `adb.sync`, with its code.
func expectViolation(
    _ code: DroidError.Code = "adb.protocol",
    _ read: (inout ArraySlice<UInt8>) throws -> Any?,
    on bytes: () -> [UInt8]
) {
    var input = bytes()[...]
    do {
        while try read(&input) != nil {}
        Issue.record("nothing was thrown")
    } catch {
        #expect((error as? DroidError)?.code == code)
    }
}
