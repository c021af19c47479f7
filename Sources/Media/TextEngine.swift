// SPDX-License-Identifier: Apache-2.0

import CPangoCairo

/// How a run of text is set.
public struct FontStyle: Sendable, Hashable {
    public enum Weight: Sendable, Hashable { case light, regular, medium, bold }
    public enum Align: Sendable, Hashable { case start, center, end }

    public var family: String
    /// Size of the em in pixels.
    public var size: Double
    public var weight: Weight
    public var italic: Bool
    public var align: Align
    /// More lines than this end in an ellipsis; 0 is no limit.
    public var maxLines: Int

    public init(
        family: String = "Roboto",
        size: Double,
        weight: Weight = .regular,
        italic: Bool = false,
        align: Align = .start,
        maxLines: Int = 0
    ) {
        (self.family, self.size, self.weight) = (family, size, weight)
        (self.italic, self.align, self.maxLines) = (italic, align, maxLines)
    }
}

/// Text that has been broken into lines, with its size in pixels.
public final class TextBlock {
    fileprivate let layout: OpaquePointer
    /// Width of the widest line, rounded up.
    public let width: Int
    /// Height of all lines, rounded up.
    public let height: Int
    public let baseline: Double

    fileprivate init(layout: OpaquePointer) {
        self.layout = layout
        var logical = PangoRectangle()
        pango_layout_get_pixel_extents(layout, nil, &logical)
        width = Int(logical.width)
        height = Int(logical.height)
        baseline = Double(pango_layout_get_baseline(layout)) / Double(PANGO_SCALE)
    }

    deinit { g_object_unref(UnsafeMutableRawPointer(layout)) }

    /// Where the cursor stands before the character at a UTF-8 offset: left edge, top and height, in pixels.
    public func cursor(at offset: Int) -> (x: Double, y: Double, height: Double) {
        var strong = PangoRectangle()
        pango_layout_get_cursor_pos(layout, Int32(clamping: offset), &strong, nil)
        let scale = Double(PANGO_SCALE)
        return (Double(strong.x) / scale, Double(strong.y) / scale, Double(strong.height) / scale)
    }

    /// The UTF-8 offset of the gap between characters that is nearest to a place.
    public func offset(x: Double, y: Double) -> Int {
        var index: Int32 = 0
        var trailing: Int32 = 0
        let scale = Double(PANGO_SCALE)
        pango_layout_xy_to_index(
            layout,
            Int32(clamping: Int(x * scale)),
            Int32(clamping: Int(y * scale)),
            &index,
            &trailing
        )
        guard trailing > 0, let text = pango_layout_get_text(layout) else { return Int(index) }
        // `trailing` counts characters of the grapheme; step over their bytes.
        var at = Int(index)
        for _ in 0..<trailing {
            at += 1
            while text[at] != 0, UInt8(bitPattern: text[at]) & 0xc0 == 0x80 { at += 1 }
        }
        return at
    }

    /// Draws the block with its top left at the current point of `cairo`, which holds the colour.
    func draw(in cairo: OpaquePointer) { pango_cairo_show_layout(cairo, layout) }
}

/// Measures and sets text with pango. It keeps fonts and recent blocks; one engine is used by one task at a time.
public final class TextEngine {
    private struct Key: Hashable {
        var text: String
        var style: FontStyle
        var width: Int
    }

    private let map: UnsafeMutablePointer<PangoFontMap>
    private let context: OpaquePointer
    private var fonts: [FontStyle: OpaquePointer] = [:]
    private var blocks: [Key: TextBlock] = [:]
    /// How much larger than its style says all text is set: the font size that a user chose.
    public var scale = 1.0

    public init() {
        guard let made = pango_cairo_font_map_new() else { preconditionFailure("pango is out of memory") }
        map = made
        context = pango_font_map_create_context(map)
        let options = cairo_font_options_create()
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        pango_cairo_context_set_font_options(context, options)
        cairo_font_options_destroy(options)
        // Positions between pixels keep letter spacing even, whatever the size.
        pango_context_set_round_glyph_positions(context, 0)
    }

    deinit {
        blocks.removeAll()
        for font in fonts.values { pango_font_description_free(font) }
        g_object_unref(UnsafeMutableRawPointer(context))
        g_object_unref(UnsafeMutableRawPointer(map))
    }

    /// The text in lines of at most `width` pixels; without a width, lines end only where the text has line breaks.
    public func block(_ text: String, _ style: FontStyle, width: Int? = nil) -> TextBlock {
        var style = style
        style.size *= scale
        let key = Key(text: text, style: style, width: width ?? -1)
        if let known = blocks[key] { return known }
        if blocks.count > 4096 { blocks.removeAll(keepingCapacity: true) }
        guard let layout = pango_layout_new(context) else { preconditionFailure("pango is out of memory") }
        // A NUL would end the text early for pango.
        var bytes = Array(text.utf8.map { $0 == 0 ? 0x20 : $0 })
        bytes.withUnsafeMutableBytes { raw in
            pango_layout_set_text(
                layout,
                raw.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(clamping: raw.count)
            )
        }
        pango_layout_set_font_description(layout, font(style))
        if let width {
            pango_layout_set_width(layout, Int32(clamping: max(0, width) * Int(PANGO_SCALE)))
            pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
        }
        switch style.align {
        case .start: pango_layout_set_alignment(layout, PANGO_ALIGN_LEFT)
        case .center: pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER)
        case .end: pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT)
        }
        if style.maxLines > 0, width != nil {
            pango_layout_set_height(layout, -Int32(clamping: style.maxLines))
            pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END)
        }
        if style.maxLines == 1 { pango_layout_set_single_paragraph_mode(layout, 1) }
        let block = TextBlock(layout: layout)
        blocks[key] = block
        return block
    }

    private func font(_ style: FontStyle) -> OpaquePointer? {
        var key = style
        (key.maxLines, key.align) = (0, .start)
        if let known = fonts[key] { return known }
        let font = pango_font_description_new()
        pango_font_description_set_family(font, style.family)
        pango_font_description_set_absolute_size(font, style.size * Double(PANGO_SCALE))
        let weight =
            switch style.weight {
            case .light: PANGO_WEIGHT_LIGHT
            case .regular: PANGO_WEIGHT_NORMAL
            case .medium: PANGO_WEIGHT_MEDIUM
            case .bold: PANGO_WEIGHT_BOLD
            }
        pango_font_description_set_weight(font, weight)
        pango_font_description_set_style(font, style.italic ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL)
        fonts[key] = font
        return font
    }
}
