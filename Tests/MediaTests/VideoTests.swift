// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Media
import Testing

/// Pictures whose every frame is known: a grey that grows, and a bright square that moves.
private func frame(_ number: Int, width: Int = 64, height: Int = 96) throws -> PixelBuffer {
    var picture = PixelBuffer(
        width: width,
        height: height,
        filled: RGBA(red: UInt8(40 + number * 10), green: 90, blue: 60)
    )
    for y in 0..<16 {
        for x in 0..<16 {
            let at = ((y + number * 4) % height * width + (x + number * 4) % width) * 4
            picture.pixels.replaceSubrange(at..<at + 4, with: [250, 250, 250, 255])
        }
    }
    return picture
}

/// The mean difference of two pictures' bytes.
private func distance(_ a: PixelBuffer, _ b: PixelBuffer) -> Double {
    guard a.pixels.count == b.pixels.count, !a.pixels.isEmpty else { return 255 }
    return Double(zip(a.pixels, b.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }) / Double(a.pixels.count)
}

@Suite("H.264")
struct H264Tests {
    private func video(_ count: Int = 12) throws -> [H264Encoder.Unit] {
        let encoder = try H264Encoder(width: 64, height: 96)
        var units = try (0..<count).flatMap { try encoder.encode(frame($0), at: Int64($0 * 40)) }
        units += try encoder.finish()
        return units
    }

    @Test("Each picture's bytes come at once, the first with the headers that a reader needs")
    func immediate() throws {
        let encoder = try H264Encoder(width: 64, height: 96)
        for number in 0..<8 {
            let units = try encoder.encode(frame(number), at: Int64(number))
            #expect(units.count == 1)
            #expect(units.first?.isKey == (number == 0))
            if number == 0 { #expect(units.first?.bytes.starts(with: [0, 0, 0, 1, 0x67]) == true) }
        }
    }

    @Test("What was encoded is decoded, picture by picture and without delay")
    func roundTrip() throws {
        let decoder = try H264Decoder()
        #expect(try decoder.picture() == nil)
        for (number, unit) in try video().enumerated() {
            #expect(try decoder.decode(unit.bytes))
            let picture = try #require(try decoder.picture())
            #expect(distance(picture, try frame(number)) < 8)
        }
        #expect(decoder.count == 12)
    }

    @Test("Damaged videos neither crash nor hang, and a key picture sets the decoder right", arguments: 0..<6)
    func fuzz(round: Int) throws {
        var random = SeededRandom(seed: UInt64(0x264 + round))
        let units = try video()
        let decoder = try H264Decoder()
        for unit in units + units + units {
            var bytes = unit.bytes
            for _ in 0..<Int.random(in: 0...6, using: &random) where !bytes.isEmpty {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(at...)
                case 2: bytes.insert(contentsOf: [0, 0, 1, UInt8.random(in: 0...255, using: &random)], at: at)
                default: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                }
            }
            _ = try? decoder.decode(bytes)
            _ = try? decoder.picture()
        }
        for unit in units { _ = try? decoder.decode(unit.bytes) }
        let picture = try #require(try decoder.picture())
        #expect(distance(picture, try frame(11)) < 8)
    }

    @Test("Sizes that no video has are refused", arguments: [(0, 0), (63, 96), (64, 97), (8, 8), (100_000, 64)])
    func sizes(width: Int, height: Int) {
        let error = #expect(throws: DroidError.self) { try H264Encoder(width: width, height: height) }
        #expect(error?.code == "video.encode")
    }

    @Test("A film in a file has its head and all its pictures")
    func file() throws {
        let path = NSTemporaryDirectory() + "/droidagent-video-\(UUID().uuidString).mp4"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let encoder = try H264Encoder(width: 64, height: 96, headersApart: true)
        let writer = try MP4Writer(path: path, encoder: encoder)
        for number in 0..<5 {
            for unit in try encoder.encode(frame(number), at: Int64(number * 100)) {
                try writer.write(unit, duration: 100)
            }
        }
        try writer.finish()
        let bytes = try FileBytes.read(path)
        #expect(bytes[4..<8].elementsEqual("ftyp".utf8))
        let text = String(decoding: bytes, as: Unicode.ASCII.self)
        #expect(text.contains("avcC") && text.contains("moov"))
    }
}

@Suite("JPEG")
struct JPEGTests {
    @Test("A picture comes back nearly as it was", arguments: [(1, 1), (17, 33), (64, 96)])
    func roundTrip(width: Int, height: Int) throws {
        let picture = try frame(3, width: max(width, 20), height: max(height, 20))
        let bytes = try JPEG.encode(picture, quality: 90)
        #expect(bytes.starts(with: [0xFF, 0xD8, 0xFF]))
        let loss = distance(try JPEG.decode(bytes), picture)
        #expect(loss < 14, "\(loss)")
        #expect(try JPEG.encode(picture, quality: 10).count < bytes.count)
    }

    @Test("Damaged pictures are an error or a picture, never a crash")
    func fuzz() throws {
        var random = SeededRandom(seed: 77)
        let bytes = try JPEG.encode(frame(1))
        for _ in 0..<300 {
            var broken = bytes
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                broken[Int.random(in: 0..<broken.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { broken.removeLast(Int.random(in: 0..<broken.count, using: &random)) }
            if let picture = try? JPEG.decode(broken) { #expect(picture.width * picture.height <= PNG.maximumPixels) }
        }
        #expect(throws: DroidError.self) { try JPEG.decode([]) }
        #expect(throws: DroidError.self) { try JPEG.decode(Array("GIF89a".utf8)) }
    }
}
