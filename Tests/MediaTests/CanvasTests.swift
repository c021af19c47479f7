// SPDX-License-Identifier: Apache-2.0

import Media
import Testing

@Suite struct CanvasTests {
    private let red = RGBA(hex: 0xff0000)

    @Test func aFilledRectangleCoversItsPixelsAndNoOthers() {
        let canvas = Canvas(width: 10, height: 10)
        canvas.fill(Rect(x: 2, y: 3, width: 4, height: 5), red)
        let picture = canvas.pixels()
        #expect(picture[2, 3] == red && picture[5, 7] == red)
        #expect(picture[1, 3].alpha == 0 && picture[6, 7].alpha == 0 && picture[2, 8].alpha == 0)
    }

    @Test func aPictureIsDrawnWithItsOpacity() throws {
        let canvas = Canvas(width: 2, height: 1)
        canvas.fill(Rect(x: 0, y: 0, width: 2, height: 1), RGBA(hex: 0xffffff))
        canvas.image(
            PixelBuffer(width: 1, height: 1, filled: RGBA(hex: 0, alpha: 0.5)),
            in: Rect(x: 0, y: 0, width: 1, height: 1)
        )
        let picture = canvas.pixels()
        #expect(abs(Int(picture[0, 0].red) - 127) <= 2)
        #expect(picture[1, 0] == RGBA(hex: 0xffffff))
    }

    @Test func clipsEndWithTheirBody() {
        let canvas = Canvas(width: 4, height: 4)
        canvas.clipped(to: Rect(x: 0, y: 0, width: 2, height: 4)) {
            canvas.fill(Rect(x: 0, y: 0, width: 4, height: 4), red)
        }
        #expect(canvas.pixels()[3, 0].alpha == 0)
        canvas.fill(Rect(x: 3, y: 0, width: 1, height: 1), red)
        #expect(canvas.pixels()[3, 0] == red)
    }

    @Test func everyIconDrawsSomethingInsideItsSquare() {
        for icon in Icon.allCases {
            let canvas = Canvas(width: 34, height: 34)
            canvas.draw(icon, in: Rect(x: 5, y: 5, width: 24, height: 24), red)
            let picture = canvas.pixels()
            var inked = 0
            var outside = 0
            for y in 0..<34 {
                for x in 0..<34 where picture[x, y].alpha > 40 {
                    inked += 1
                    if !(4...29).contains(x) || !(4...29).contains(y) { outside += 1 }
                }
            }
            #expect(inked > 15, "\(icon)")
            #expect(outside == 0, "\(icon)")
        }
    }

    @Test func longTextIsBrokenIntoLinesAndCutAtTheLimit() {
        let engine = TextEngine()
        let text = "a rather long line of words that does not fit into a narrow column"
        let one = engine.block(text, FontStyle(size: 20))
        let narrow = engine.block(text, FontStyle(size: 20), width: 200)
        let cut = engine.block(text, FontStyle(size: 20, maxLines: 1), width: 200)
        #expect(one.width > 400 && narrow.width <= 200)
        #expect(narrow.height >= 2 * one.height)
        #expect(cut.height == one.height && cut.width <= 200)
    }

    @Test func aPlaceInTextLeadsBackToItsCharacter() {
        let block = TextEngine().block("grüße 🙂 x", FontStyle(size: 24))
        for offset in [0, 1, 2, 4, 6] {
            let cursor = block.cursor(at: offset)
            #expect(block.offset(x: cursor.x + 0.5, y: cursor.height / 2) == offset)
        }
        #expect(block.offset(x: 10_000, y: 5) == "grüße 🙂 x".utf8.count)
    }

    @Test func textOfAnyBytesIsSet() {
        let engine = TextEngine()
        for text in ["", "\0", "a\0b", "\u{202e}a", "👨‍👩‍👧‍👦", String(repeating: "x", count: 5000)] {
            #expect(engine.block(text, FontStyle(size: 16), width: 300).height > 0)
        }
    }
}
