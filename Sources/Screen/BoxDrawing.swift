// SPDX-License-Identifier: Apache-2.0

import Base
import Media

/// Draws numbered boxes over a picture of the display: what the agent can act on, by its number.
public enum BoxDrawing {
    /// One box.
    public struct Box: Sendable, Hashable {
        public var bounds: Bounds
        public var number: Int
        /// Whether it is drawn in the colour of what was chosen.
        public var isChosen: Bool

        public init(bounds: Bounds, number: Int, isChosen: Bool = false) {
            self.bounds = bounds
            self.number = number
            self.isChosen = isChosen
        }
    }

    /// Colours that stay apart on light and dark screens; neighbours in document order get different ones.
    private static let palette: [UInt32] = [0x1A66D6, 0xC0392B, 0x1A7F4B, 0x8E44AD, 0xB9770E, 0x00838F]
    private static let chosen: UInt32 = 0xE91E63

    /// The picture with the boxes, in its own size. Labels stand inside the top left corner of their boxes.
    public static func draw(_ boxes: [Box], over picture: PixelBuffer) -> PixelBuffer {
        let canvas = Canvas(picture)
        let unit = max(1, Double(picture.width) / 360)
        let style = FontStyle(size: 11 * unit, weight: .bold)
        // Large boxes first, so that small ones and their numbers stay readable.
        for box in boxes.sorted(by: { ($0.bounds.area, $1.number) > ($1.bounds.area, $0.number) }) {
            guard !box.bounds.isEmpty else { continue }
            let color = RGBA(hex: box.isChosen ? chosen : palette[box.number % palette.count])
            let rect = Rect(
                x: Double(box.bounds.left) + unit,
                y: Double(box.bounds.top) + unit,
                width: max(1, Double(box.bounds.width) - 2 * unit),
                height: max(1, Double(box.bounds.height) - 2 * unit)
            )
            canvas.stroke(rect, color, width: box.isChosen ? 3 * unit : 1.5 * unit, radius: 3 * unit)
            let label = canvas.text.block(String(box.number), style)
            let tag = Rect(
                x: rect.x,
                y: rect.y,
                width: Double(label.width) + 6 * unit,
                height: Double(label.height) + unit
            )
            canvas.fill(tag, color, radius: 3 * unit)
            canvas.draw(label, x: tag.x + 3 * unit, y: tag.y + unit / 2, RGBA(hex: 0xFFFFFF))
        }
        return canvas.pixels()
    }
}
