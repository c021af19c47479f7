// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import ADBWire

@Suite("Pictures of framebuffer:")
struct FramebufferTests {
    private static func decode(_ bytes: [UInt8], by piece: Int = 1 << 20) throws -> FramebufferPicture? {
        var decoder = FramebufferDecoder()
        for start in Swift.stride(from: 0, to: bytes.count, by: piece) {
            var input = bytes[start..<min(start + piece, bytes.count)]
            if let picture = try decoder.next(&input) { return picture }
        }
        return nil
    }

    private static func header(
        version: UInt32 = 2,
        bits: UInt32,
        _ channels: [(UInt32, UInt32)],
        width: UInt32 = 2,
        height: UInt32 = 1,
        size: UInt32? = nil
    ) -> [UInt8] {
        var numbers = [version, bits]
        if version == 2 { numbers.append(0) }
        numbers += [size ?? width &* height &* bits / 8, width, height]
        // Red, blue, green, alpha, in this order.
        for channel in channels { numbers += [channel.0, channel.1] }
        return numbers.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    }

    @Test("Every order of pixels becomes RGBA")
    func orders() throws {
        let rgba = Self.header(bits: 32, [(0, 8), (16, 8), (8, 8), (24, 8)])
        #expect(try Self.decode(rgba + [1, 2, 3, 4, 5, 6, 7, 8])?.rgba == [1, 2, 3, 4, 5, 6, 7, 8])
        let rgbx = Self.header(bits: 32, [(0, 8), (16, 8), (8, 8), (0, 0)])
        #expect(try Self.decode(rgbx + [1, 2, 3, 0, 5, 6, 7, 0])?.rgba == [1, 2, 3, 255, 5, 6, 7, 255])
        let bgra = Self.header(bits: 32, [(16, 8), (0, 8), (8, 8), (24, 8)])
        #expect(try Self.decode(bgra + [1, 2, 3, 4, 5, 6, 7, 8])?.rgba == [3, 2, 1, 4, 7, 6, 5, 8])
        let rgb = Self.header(version: 1, bits: 24, [(0, 8), (16, 8), (8, 8), (0, 0)])
        #expect(try Self.decode(rgb + [1, 2, 3, 4, 5, 6])?.rgba == [1, 2, 3, 255, 4, 5, 6, 255])
        let rgb565 = Self.header(bits: 16, [(11, 5), (0, 5), (5, 6), (0, 0)])
        #expect(try Self.decode(rgb565 + [0x00, 0xf8, 0xff, 0xff])?.rgba == [255, 0, 0, 255, 255, 255, 255, 255])
        let oldest: [UInt8] = [16, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0]
        #expect(try Self.decode(oldest + [0xe0, 0x07, 0x1f, 0x00])?.rgba == [0, 255, 0, 255, 0, 0, 255, 255])
    }

    @Test("Padding at the end of rows is left out")
    func stride() throws {
        let head = Self.header(bits: 32, [(0, 8), (16, 8), (8, 8), (24, 8)], width: 1, height: 2, size: 16)
        let rows: [UInt8] = [1, 2, 3, 4, 9, 9, 9, 9, 5, 6, 7, 8, 9, 9, 9, 9]
        #expect(try Self.decode(head + rows)?.rgba == [1, 2, 3, 4, 5, 6, 7, 8])
    }

    @Test("The split of the bytes does not matter", arguments: [1, 3, 55, 56, 57])
    func split(piece: Int) throws {
        let header = FramebufferHeader(rgba: 30, 20)
        var random = SeededRandom(seed: 3)
        let pixels = (0..<2400).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(header.encoded.count == 56)
        #expect(
            try Self.decode(header.encoded + pixels, by: piece)
                == FramebufferPicture(width: 30, height: 20, rgba: pixels)
        )
    }

    @Test("A header that makes no sense is an error before any memory is taken")
    func nonsense() {
        let order: [(UInt32, UInt32)] = [(0, 8), (16, 8), (8, 8), (24, 8)]
        let bad = [
            Self.header(bits: 32, order, width: 0),
            Self.header(bits: 32, order, width: 100_000, height: 100_000),
            Self.header(bits: 32, order, width: 16_384, height: 16_384),
            Self.header(bits: 32, order, size: 4),
            Self.header(bits: 7, order),
            Self.header(bits: 32, [(0, 8), (16, 8), (30, 8), (24, 8)]),
            Self.header(bits: 32, [(0, 0), (16, 8), (8, 8), (24, 8)]),
            Self.header(version: 99, bits: 32, order),
            Array("<html><body>not a picture at all, by any means, no </body></html>".utf8),
        ]
        for bytes in bad {
            #expect(throws: DroidError.self, "\(bytes.prefix(24))") { try Self.decode(bytes) }
        }
    }

    @Test("Random and broken bytes do no harm")
    func fuzz() {
        var random = SeededRandom(seed: 72)
        for _ in 0..<3000 {
            var bytes = FramebufferHeader(rgba: 8, 8).encoded + [UInt8](repeating: 1, count: 256)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<60, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if let picture = try? Self.decode(bytes) {
                #expect(picture.rgba.count == picture.width * picture.height * 4)
            }
        }
    }
}
