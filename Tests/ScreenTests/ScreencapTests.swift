// SPDX-License-Identifier: Apache-2.0

import Base
import Media
import Testing

@testable import Screen

@Suite("Reading a picture of the display")
struct ScreencapTests {
    private func header(_ width: UInt32, _ height: UInt32, _ format: UInt32, colourSpace: Bool) -> [UInt8] {
        ([width, height, format] + (colourSpace ? [1] : [])).flatMap { word in
            (0..<4).map { UInt8(word >> (8 * $0) & 255) }
        }
    }

    @Test("Headers of 12 and of 16 bytes are told apart by the length", arguments: [false, true])
    func lengths(colourSpace: Bool) throws {
        let pixels: [UInt8] = (0..<24).map { UInt8($0) }
        let picture = try Screencap.raw(header(3, 2, 1, colourSpace: colourSpace) + pixels).decoded()
        #expect(picture.width == 3 && picture.height == 2)
        #expect(picture.pixels == pixels)
    }

    @Test(
        "Read as it arrives, in pieces of any size, a picture is the same as read whole",
        arguments: [1, 5, 16, 1000],
        [false, true]
    )
    func stream(size: Int, colourSpace: Bool) throws {
        let warning = Array("[Warning] Multiple displays were found\n".utf8)
        let dark = [UInt8](repeating: 0, count: 24)
        let usual: [UInt8] = (0..<24).map { UInt8($0 * 9) }
        for (prefix, pixels) in [([], usual), ([], dark), (warning, usual)] {
            let bytes = prefix + header(3, 2, 1, colourSpace: colourSpace) + pixels
            var decoder = ScreencapStream()
            for start in stride(from: 0, to: bytes.count, by: size) {
                try decoder.feed(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(try decoder.finish().decoded() == (try Screencap.raw(bytes).decoded()))
        }
        var cut = ScreencapStream()
        try cut.feed((header(3, 2, 1, colourSpace: colourSpace) + usual.dropLast(5))[...])
        #expect(throws: DroidError.self) { try cut.finish() }
        var long = ScreencapStream()
        #expect(throws: DroidError.self) {
            try long.feed((header(3, 2, 1, colourSpace: colourSpace) + usual + usual)[...])
            _ = try long.finish()
        }
    }

    @Test("A warning ahead of the picture is skipped")
    func warning() throws {
        let text = Array("[Warning] Multiple displays were found, but no display id was specified!\n".utf8)
        let picture = try Screencap.raw(text + header(2, 1, 1, colourSpace: true) + [1, 2, 3, 4, 5, 6, 7, 8]).decoded()
        #expect(picture.pixels == [1, 2, 3, 4, 5, 6, 7, 8])
        let png = try PNG.encode(try PixelBuffer(width: 2, height: 1, pixels: [255, 0, 0, 255, 0, 0, 255, 255]))
        guard case .png(let found) = try Screencap.png(text + png) else {
            Issue.record("a PNG stays a PNG")
            return
        }
        #expect(found == png)
    }

    @Test("RGB and RGB 565 become RGBA")
    func formats() throws {
        let rgb = try Screencap.raw(header(1, 1, 3, colourSpace: true) + [10, 20, 30]).decoded()
        #expect(rgb.pixels == [10, 20, 30, 255])
        let packed = try Screencap.raw(header(1, 1, 4, colourSpace: false) + [0x00, 0xF8]).decoded()
        #expect(packed.pixels == [255, 0, 0, 255])
    }

    @Test("A header that its length does not bear out is refused")
    func refused() {
        let huge = header(0xFFFF_FFFF, 0xFFFF_FFFF, 1, colourSpace: true)
        for bytes in [
            [], huge, header(2, 2, 1, colourSpace: true) + [1, 2, 3],
            header(1, 1, 22, colourSpace: true) + [0, 0, 0, 0, 0, 0, 0, 0],
        ] {
            let error = #expect(throws: DroidError.self) { try Screencap.raw(bytes) }
            #expect(error?.code == "screen.noPicture")
        }
        let said = #expect(throws: DroidError.self) {
            try Screencap.png(Array("Failed to take screenshot. Status: -22".utf8))
        }
        #expect(said?.why.contains("-22") == true)
    }

    @Test("Random bytes never crash the reader")
    func fuzz() {
        var random = SeededRandom(seed: 3, name: "screencap")
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...64, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            _ = try? Screencap.raw(bytes)
            _ = try? Screencap.png(bytes)
        }
    }

    @Test("Scaling down takes means and keeps one-coloured pictures as they are")
    func downscale() throws {
        let flat = try PixelBuffer(width: 9, height: 6, pixels: (0..<54).flatMap { _ in [UInt8(7), 8, 9, 255] })
        let small = flat.downscaled(toWidth: 4)
        #expect(small.width == 4 && small.height == 2)
        #expect(small.pixels == (0..<8).flatMap { _ in [UInt8(7), 8, 9, 255] })
    }

    @Test("Boxes change the picture inside their bounds only")
    func boxes() throws {
        let white = try PixelBuffer(width: 360, height: 200, pixels: [UInt8](repeating: 255, count: 360 * 200 * 4))
        let bounds = Bounds(left: 100, top: 50, right: 200, bottom: 120)
        let drawn = BoxDrawing.draw([BoxDrawing.Box(bounds: bounds, number: 12)], over: white)
        var inside = 0
        for y in 0..<200 {
            for x in 0..<360 where drawn.pixels[(y * 360 + x) * 4] != 255 {
                #expect(x >= 98 && x <= 202 && y >= 48 && y <= 122)
                inside += 1
            }
        }
        #expect(inside > 100)
    }
}
