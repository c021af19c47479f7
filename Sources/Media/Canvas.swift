// SPDX-License-Identifier: Apache-2.0

import CPangoCairo

/// A surface to draw on, by cairo. Lengths are pixels, the origin is the top left. Not to be shared between tasks.
public final class Canvas {
    public let width: Int
    public let height: Int
    public let text: TextEngine
    private let surface: OpaquePointer
    private let cairo: OpaquePointer

    /// A transparent canvas. Sides are taken as 1...16384.
    public init(width: Int, height: Int, text: TextEngine = TextEngine()) {
        self.width = min(max(width, 1), 16384)
        self.height = min(max(height, 1), 16384)
        self.text = text
        surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, Int32(self.width), Int32(self.height))
        cairo = cairo_create(surface)
    }

    /// A canvas with a picture on it, such as a screenshot to draw boxes on.
    public convenience init(_ picture: PixelBuffer, text: TextEngine = TextEngine()) {
        self.init(width: picture.width, height: picture.height, text: text)
        image(picture, in: Rect(x: 0, y: 0, width: Double(picture.width), height: Double(picture.height)))
    }

    deinit {
        cairo_destroy(cairo)
        cairo_surface_destroy(surface)
    }

    // MARK: State

    /// Draws with a clip, which ends with `body`.
    public func clipped(to rect: Rect, radius: Double = 0, _ body: () -> Void) {
        cairo_save(cairo)
        path(rect, radius)
        cairo_clip(cairo)
        body()
        cairo_restore(cairo)
    }

    /// Draws everything in `body` with one common opacity.
    public func withOpacity(_ opacity: Double, _ body: () -> Void) {
        guard opacity < 1 else { return body() }
        cairo_push_group(cairo)
        body()
        cairo_pop_group_to_source(cairo)
        cairo_paint_with_alpha(cairo, max(0, opacity))
    }

    /// Moves, scales and turns (clockwise, in radians) what `body` draws.
    public func transformed(x: Double, y: Double, scale: Double = 1, angle: Double = 0, _ body: () -> Void) {
        cairo_save(cairo)
        cairo_translate(cairo, x, y)
        cairo_rotate(cairo, angle)
        cairo_scale(cairo, scale, scale)
        body()
        cairo_restore(cairo)
    }

    // MARK: Shapes

    public func fill(_ rect: Rect, _ color: RGBA, radius: Double = 0) {
        guard color.alpha > 0 else { return }
        use(color)
        path(rect, radius)
        cairo_fill(cairo)
    }

    public func stroke(_ rect: Rect, _ color: RGBA, width: Double = 1, radius: Double = 0) {
        guard color.alpha > 0 else { return }
        use(color)
        cairo_set_line_width(cairo, width)
        path(rect.inset(width / 2), max(0, radius - width / 2))
        cairo_stroke(cairo)
    }

    public func fillCircle(x: Double, y: Double, radius: Double, _ color: RGBA) {
        use(color)
        cairo_new_path(cairo)
        cairo_arc(cairo, x, y, max(0, radius), 0, 2 * .pi)
        cairo_fill(cairo)
    }

    public func strokeCircle(x: Double, y: Double, radius: Double, _ color: RGBA, width: Double = 1) {
        strokeArc(x: x, y: y, radius: radius, from: 0, to: 2 * .pi, color, width: width)
    }

    /// Part of a circle, from one angle to another, clockwise from the right, in radians.
    public func strokeArc(
        x: Double,
        y: Double,
        radius: Double,
        from: Double,
        to: Double,
        _ color: RGBA,
        width: Double
    ) {
        use(color)
        cairo_set_line_width(cairo, width)
        cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND)
        cairo_new_path(cairo)
        cairo_arc(cairo, x, y, max(0, radius), from, to)
        cairo_stroke(cairo)
    }

    public func line(from: (x: Double, y: Double), to: (x: Double, y: Double), _ color: RGBA, width: Double = 1) {
        use(color)
        cairo_set_line_width(cairo, width)
        cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND)
        cairo_new_path(cairo)
        cairo_move_to(cairo, from.x, from.y)
        cairo_line_to(cairo, to.x, to.y)
        cairo_stroke(cairo)
    }

    /// A soft shadow under a rounded rectangle that floats `elevation` pixels over its ground.
    public func shadow(_ rect: Rect, radius: Double, elevation: Double) {
        guard elevation > 0 else { return }
        let steps = 8
        for step in stride(from: steps, to: 0, by: -1) {
            let grow = elevation * Double(step) / Double(steps)
            let halo = Rect(
                x: rect.x - grow,
                y: rect.y - grow + elevation * 0.5,
                width: rect.width + 2 * grow,
                height: rect.height + 2 * grow
            )
            fill(halo, RGBA(hex: 0, alpha: 0.028), radius: radius + grow)
        }
    }

    /// A colour that changes from the top to the bottom of a rectangle.
    public func fillGradient(_ rect: Rect, top: RGBA, bottom: RGBA) {
        let pattern = cairo_pattern_create_linear(0, rect.y, 0, rect.bottom)
        for (place, color) in [(0.0, top), (1.0, bottom)] {
            cairo_pattern_add_color_stop_rgba(
                pattern,
                place,
                Double(color.red) / 255,
                Double(color.green) / 255,
                Double(color.blue) / 255,
                Double(color.alpha) / 255
            )
        }
        cairo_set_source(cairo, pattern)
        path(rect, 0)
        cairo_fill(cairo)
        cairo_pattern_destroy(pattern)
    }

    /// Fills or strokes a path made of lines and curves.
    public func draw(_ path: VectorPath, _ color: RGBA, stroke width: Double? = nil) {
        use(color)
        cairo_new_path(cairo)
        for element in path.elements {
            switch element {
            case .move(let x, let y): cairo_move_to(cairo, x, y)
            case .line(let x, let y): cairo_line_to(cairo, x, y)
            case .curve(let x1, let y1, let x2, let y2, let x, let y): cairo_curve_to(cairo, x1, y1, x2, y2, x, y)
            case .circle(let x, let y, let radius):
                cairo_new_sub_path(cairo)
                cairo_arc(cairo, x, y, radius, 0, 2 * .pi)
                cairo_close_path(cairo)
            case .close: cairo_close_path(cairo)
            }
        }
        if let width {
            cairo_set_line_width(cairo, width)
            cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND)
            cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND)
            cairo_stroke(cairo)
        } else {
            cairo_set_fill_rule(cairo, CAIRO_FILL_RULE_EVEN_ODD)
            cairo_fill(cairo)
            cairo_set_fill_rule(cairo, CAIRO_FILL_RULE_WINDING)
        }
    }

    // MARK: Text and pictures

    /// Draws measured text with its top left at a place.
    public func draw(_ block: TextBlock, x: Double, y: Double, _ color: RGBA) {
        use(color)
        cairo_move_to(cairo, x, y)
        block.draw(in: cairo)
    }

    /// Measures and draws text in one go, with its top left at a place, or centred on it.
    @discardableResult
    public func draw(
        _ string: String,
        _ style: FontStyle,
        x: Double,
        y: Double,
        _ color: RGBA,
        centered: Bool = false
    ) -> TextBlock {
        let block = text.block(string, style)
        let (dx, dy) = centered ? (Double(block.width) / 2, Double(block.height) / 2) : (0, 0)
        draw(block, x: x - dx, y: y - dy, color)
        return block
    }

    /// Draws an icon, which fills a square.
    public func draw(_ icon: Icon, in rect: Rect, _ color: RGBA) {
        let side = min(rect.width, rect.height)
        transformed(x: rect.centerX - side / 2, y: rect.centerY - side / 2, scale: side / 24) {
            for part in icon.parts { draw(part.path, color, stroke: part.stroke) }
        }
    }

    /// Draws a picture stretched over a rectangle.
    public func image(_ picture: PixelBuffer, in rect: Rect) {
        guard picture.width > 0, picture.height > 0, rect.width > 0, rect.height > 0 else { return }
        // cairo wants premultiplied native words.
        var words = [UInt32](repeating: 0, count: picture.width * picture.height)
        for index in words.indices {
            let at = index * 4
            let alpha = UInt32(picture.pixels[at + 3])
            let red = UInt32(picture.pixels[at]) * alpha / 255
            let green = UInt32(picture.pixels[at + 1]) * alpha / 255
            let blue = UInt32(picture.pixels[at + 2]) * alpha / 255
            words[index] = alpha << 24 | red << 16 | green << 8 | blue
        }
        words.withUnsafeMutableBytes { raw in
            let source = cairo_image_surface_create_for_data(
                raw.baseAddress?.assumingMemoryBound(to: UInt8.self),
                CAIRO_FORMAT_ARGB32,
                Int32(clamping: picture.width),
                Int32(clamping: picture.height),
                Int32(clamping: picture.width * 4)
            )
            cairo_save(cairo)
            cairo_translate(cairo, rect.x, rect.y)
            cairo_scale(cairo, rect.width / Double(picture.width), rect.height / Double(picture.height))
            cairo_set_source_surface(cairo, source, 0, 0)
            cairo_paint(cairo)
            cairo_restore(cairo)
            cairo_surface_destroy(source)
        }
    }

    /// What has been drawn, as RGBA.
    public func pixels() -> PixelBuffer {
        cairo_surface_flush(surface)
        var picture = PixelBuffer(width: 0, height: 0)
        guard let data = cairo_image_surface_get_data(surface) else { return picture }
        let stride = Int(cairo_image_surface_get_stride(surface))
        let bytes = [UInt8](unsafeUninitializedCapacity: width * height * 4) { buffer, count in
            guard let base = buffer.baseAddress else { return }
            count = width * height * 4
            let out = UnsafeMutableRawPointer(base).assumingMemoryBound(to: UInt32.self)
            for y in 0..<height {
                let row = UnsafeRawPointer(data + y * stride).assumingMemoryBound(to: UInt32.self)
                let target = out + y * width
                for x in 0..<width { target[x] = Self.straight(row[x]) }
            }
        }
        if let made = try? PixelBuffer(width: width, height: height, pixels: bytes) { picture = made }
        return picture
    }

    /// A premultiplied ARGB word as RGBA bytes in memory order.
    @inline(__always)
    private static func straight(_ word: UInt32) -> UInt32 {
        let alpha = word >> 24
        if alpha == 255 {
            return (word & 0xff00_ff00) | (word >> 16 & 0xff) | (word & 0xff) << 16
        }
        if alpha == 0 { return 0 }
        let red = min(255, (word >> 16 & 0xff) * 255 / alpha)
        let green = min(255, (word >> 8 & 0xff) * 255 / alpha)
        let blue = min(255, (word & 0xff) * 255 / alpha)
        return alpha << 24 | blue << 16 | green << 8 | red
    }

    private func use(_ color: RGBA) {
        cairo_set_source_rgba(
            cairo,
            Double(color.red) / 255,
            Double(color.green) / 255,
            Double(color.blue) / 255,
            Double(color.alpha) / 255
        )
    }

    private func path(_ rect: Rect, _ radius: Double) {
        cairo_new_path(cairo)
        let r = min(radius, rect.width / 2, rect.height / 2)
        guard r > 0 else { return cairo_rectangle(cairo, rect.x, rect.y, rect.width, rect.height) }
        cairo_new_sub_path(cairo)
        cairo_arc(cairo, rect.right - r, rect.y + r, r, -.pi / 2, 0)
        cairo_arc(cairo, rect.right - r, rect.bottom - r, r, 0, .pi / 2)
        cairo_arc(cairo, rect.x + r, rect.bottom - r, r, .pi / 2, .pi)
        cairo_arc(cairo, rect.x + r, rect.y + r, r, .pi, 3 * .pi / 2)
        cairo_close_path(cairo)
    }
}
