// SPDX-License-Identifier: Apache-2.0

import Media

/// Draws laid-out nodes.
struct Painter {
    let canvas: Canvas
    let palette: Palette
    /// The field with the cursor, and the selection in it, in characters.
    var focus: Int?
    var selection: Range<Int> = 0..<0

    func draw(_ node: Node) {
        guard !node.visible.isEmpty || node.view.background?.elevation ?? 0 > 0 else { return }
        canvas.withOpacity(node.view.opacity) { drawOpaque(node) }
    }

    private func drawOpaque(_ node: Node) {
        let view = node.view
        if let background = view.background { draw(background, node.frame.rect, focused: node.key == focus) }
        switch view.content {
        case .none: break
        case .text(let style): drawText(node, style)
        case .icon(let icon, let tone, let size):
            let side = Double(Screen.pixels(size))
            let rect = node.frame.rect
            let square = Rect(x: rect.centerX - side / 2, y: rect.centerY - side / 2, width: side, height: side)
            canvas.draw(icon, in: square, palette(tone))
        case .picture(let pixels, let fit): drawPicture(pixels, fit, node.frame.rect)
        case .drawing(let draw): draw(canvas, node.frame.rect, palette)
        }
        guard !node.children.isEmpty else { return }
        if node.axis != nil {
            canvas.clipped(to: node.visible.rect) { for child in node.children { draw(child) } }
        } else {
            for child in node.children { draw(child) }
        }
    }

    private func draw(_ background: View.Background, _ rect: Rect, focused: Bool) {
        let radius = background.radius * Screen.scale
        if background.elevation > 0 {
            canvas.shadow(rect, radius: radius, elevation: background.elevation * Screen.scale)
        }
        canvas.fill(rect, palette(background.color), radius: radius)
        if let border = background.border {
            let width = (focused ? 2 : background.borderWidth) * Screen.scale
            canvas.stroke(rect, palette(focused ? .primary : border), width: width, radius: radius)
        }
    }

    private func drawPicture(_ pixels: PixelBuffer, _ fit: View.Fit, _ rect: Rect) {
        guard pixels.width > 0, pixels.height > 0 else { return }
        let (wide, high) = (rect.width / Double(pixels.width), rect.height / Double(pixels.height))
        let scale = fit == .contain ? min(wide, high) : max(wide, high)
        let (width, height) = (Double(pixels.width) * scale, Double(pixels.height) * scale)
        let target = Rect(x: rect.centerX - width / 2, y: rect.centerY - height / 2, width: width, height: height)
        canvas.clipped(to: rect) { canvas.image(pixels, in: target) }
    }

    // MARK: Text

    private func drawText(_ node: Node, _ style: TextStyle) {
        let view = node.view
        let inner = Rect(
            x: Double(node.frame.left + Screen.pixels(view.padding.left)),
            y: Double(node.frame.top + Screen.pixels(view.padding.top)),
            width: Double(max(0, node.width - Screen.pixels(view.padding.left) - Screen.pixels(view.padding.right))),
            height: Double(max(0, node.height - Screen.pixels(view.padding.top) - Screen.pixels(view.padding.bottom)))
        )
        if view.handlers.text != nil { return drawField(node, style, inner) }
        guard !view.text.isEmpty else { return }
        let font = FontStyle(style)
        let free = canvas.text.block(view.text, font)
        let fits =
            free.width <= Int(inner.width) && !style.isCutAtLines(view.text)
            && !(style.align != .start && view.text.contains("\n"))
        let block = fits ? free : canvas.text.block(view.text, font, width: Int(inner.width))
        let y = inner.y + (inner.height - Double(block.height)) / 2
        let slack = fits ? inner.width - Double(block.width) : 0
        let x =
            switch style.align {
            case .start: inner.x
            case .center: inner.x + slack / 2
            case .end: inner.x + slack
            }
        canvas.draw(block, x: x, y: block.height > Int(inner.height) ? inner.y : y, palette(style.color))
    }

    private func drawField(_ node: Node, _ style: TextStyle, _ inner: Rect) {
        let view = node.view
        let focused = node.key == focus
        if view.background?.color == .clear && view.background?.border == nil && view.background != nil {
            let line = Rect(x: inner.x, y: node.frame.rect.bottom - 6, width: inner.width, height: focused ? 5 : 3)
            canvas.fill(line, palette(focused ? .primary : .outline))
        }
        let isEmpty = view.text.isEmpty
        let shown = view.flags.contains(.password) ? String(repeating: "•", count: view.text.count) : view.text
        let font = FontStyle(style)
        let oneLine = style.maxLines == 1
        let width = oneLine ? nil : Int(inner.width)
        let block = canvas.text.block(shown.isEmpty ? " " : shown, font, width: width)
        let top =
            oneLine || Double(block.height) < inner.height && !multiline(view)
            ? inner.y + (inner.height - Double(block.height)) / 2 : inner.y
        let head = Self.utf8(shown, selection.upperBound)
        let cursor = block.cursor(at: isEmpty ? 0 : head)
        // A line that is longer than its field is moved so that the cursor can be seen.
        let shift = oneLine && focused ? max(0, cursor.x - inner.width + 6) : 0
        canvas.clipped(to: node.visible.rect) {
            if focused && !selection.isEmpty && !isEmpty {
                highlight(block, Self.utf8(shown, selection.lowerBound), head, inner.x - shift, top)
            }
            if isEmpty {
                let hint = canvas.text.block(view.hint, font, width: Int(inner.width))
                canvas.draw(hint, x: inner.x, y: top, palette(.onSurfaceVariant))
            } else {
                canvas.draw(block, x: inner.x - shift, y: top, palette(style.color))
            }
            if focused && selection.isEmpty {
                let bar = Rect(x: inner.x - shift + cursor.x - 1, y: top + cursor.y, width: 5, height: cursor.height)
                canvas.fill(bar, palette(.primary))
            }
        }
    }

    private func multiline(_ view: View) -> Bool { view.handlers.text?.multiline ?? false }

    private func highlight(_ block: TextBlock, _ from: Int, _ to: Int, _ x: Double, _ y: Double) {
        let (start, end) = (block.cursor(at: from), block.cursor(at: to))
        let color = palette(.primary).opacity(0.3)
        if start.y == end.y {
            canvas.fill(Rect(x: x + start.x, y: y + start.y, width: end.x - start.x, height: start.height), color)
        } else {
            let lines = Rect(x: x, y: y + start.y, width: Double(block.width), height: end.y + end.height - start.y)
            canvas.fill(lines, color)
        }
    }

    /// The UTF-8 offset of a character offset.
    static func utf8(_ text: String, _ characters: Int) -> Int {
        let index = text.index(text.startIndex, offsetBy: characters, limitedBy: text.endIndex) ?? text.endIndex
        return text.utf8.distance(from: text.startIndex, to: index)
    }
}
