// SPDX-License-Identifier: Apache-2.0

import Base
import Media
import Testing

@Suite struct PNGTests {
    private func noise(width: Int, height: Int, seed: UInt64) throws -> PixelBuffer {
        var random = SeededRandom(seed: seed)
        let bytes = (0..<(width * height * 4)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        return try PixelBuffer(width: width, height: height, pixels: bytes)
    }

    @Test(arguments: [PNG.Effort.fast, .small])
    func aPictureComesBackAsItWas(effort: PNG.Effort) throws {
        for (width, height) in [(1, 1), (3, 5), (17, 2), (64, 64)] {
            let picture = try noise(width: width, height: height, seed: UInt64(width))
            #expect(try PNG.decode(PNG.encode(picture, effort: effort)) == picture)
        }
    }

    @Test func anIncompressiblePictureFitsTheEncodersBound() throws {
        let picture = try noise(width: 400, height: 300, seed: 7)
        #expect(try PNG.decode(PNG.encode(picture)) == picture)
    }

    @Test func anEmptyPictureIsRefused() {
        #expect(throws: DroidError.self) { try PNG.encode(PixelBuffer(width: 0, height: 4)) }
    }

    @Test func bytesThatDoNotFitTheSizeAreRefused() {
        #expect(throws: DroidError.self) { try PixelBuffer(width: 2, height: 2, pixels: [1, 2, 3]) }
        #expect(throws: DroidError.self) { try PixelBuffer(width: Int.max, height: 2, pixels: []) }
        #expect(throws: DroidError.self) { try PixelBuffer(width: -1, height: -1, pixels: [0, 0, 0, 0]) }
    }

    @Test func damagedFilesGiveAnErrorAndNeverCrash() throws {
        let good = try PNG.encode(noise(width: 24, height: 24, seed: 3))
        var random = SeededRandom(seed: 11)
        for _ in 0..<2000 {
            var bytes = good
            for _ in 0..<Int(random.next() % 6 + 1) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.next() % 4 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
            if let picture = try? PNG.decode(bytes) {
                #expect(picture.pixels.count == picture.width * picture.height * 4)
            }
        }
        for length in 0..<64 { #expect(throws: DroidError.self) { try PNG.decode(Array(good.prefix(length))) } }
    }

    @Test func aHugeSizeInTheHeaderAllocatesNothing() throws {
        var bytes = try PNG.encode(noise(width: 4, height: 4, seed: 5))
        // Width and height stand at 16...23; the header's checksum must fit them.
        for (offset, byte) in [0x00, 0x0f, 0x42, 0x40, 0x00, 0x0f, 0x42, 0x40].enumerated() {
            bytes[16 + offset] = UInt8(byte)
        }
        var crc: UInt32 = 0xffff_ffff
        for byte in bytes[12..<29] {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
        }
        crc = ~crc
        for shift in 0..<4 { bytes[29 + shift] = UInt8(truncatingIfNeeded: crc >> (24 - 8 * UInt32(shift))) }
        #expect(throws: DroidError.self) { try PNG.decode(bytes) }
    }
}
