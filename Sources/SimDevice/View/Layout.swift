// SPDX-License-Identifier: Apache-2.0

import Media

/// The one layout pass: sizes from the leaves up, places from the root down, all in whole pixels.
///
/// Rows and columns share what is left over as Android's `LinearLayout` does; a child that fills a parent that wraps
/// is first measured as wrapping, so that it cannot blow the parent up.
struct Layout {
    let text: TextEngine
    /// How far each scrolling node has moved, by its key.
    var offsets: [Int: Int]

    private static let unbounded = 1 << 24

    /// Lays a view tree out in a rectangle and gives its root.
    mutating func run(_ view: View, key: Int, in bounds: Bounds, clip: Bounds? = nil) -> Node {
        let node = Node(view, key: key, parent: nil)
        measure(node, bounds.width, bounds.height, exactWidth: fixed(view.size.width, bounds.width))
        place(node, bounds.left, bounds.top, clip ?? bounds)
        return node
    }

    private func fixed(_ length: View.Length, _ available: Int) -> Int? {
        switch length {
        case .fill: available < Self.unbounded ? available : nil
        case .fixed(let dp): Screen.pixels(dp)
        case .wrap: nil
        }
    }

    // MARK: Sizes

    private mutating func measure(
        _ node: Node,
        _ maxWidth: Int,
        _ maxHeight: Int,
        exactWidth: Int? = nil,
        exactHeight: Int? = nil,
        fillWraps: Bool = false
    ) {
        let view = node.view
        let wraps = { (length: View.Length) in fillWraps && length == .fill }
        let width = exactWidth ?? (wraps(view.size.width) ? nil : fixed(view.size.width, maxWidth))
        let height = exactHeight ?? (wraps(view.size.height) ? nil : fixed(view.size.height, maxHeight))
        let padX = Screen.pixels(view.padding.left) + Screen.pixels(view.padding.right)
        let padY = Screen.pixels(view.padding.top) + Screen.pixels(view.padding.bottom)
        let innerWidth = max(0, (width ?? maxWidth) - padX)
        let innerHeight =
            (height ?? maxHeight) >= Self.unbounded ? Self.unbounded : max(0, (height ?? maxHeight) - padY)
        let content: (Int, Int)
        switch view.arrangement {
        case .box: content = measureBox(node, innerWidth, innerHeight, width == nil, height == nil)
        case .column(let spacing, _):
            content = measureLine(node, .vertical, spacing, innerWidth, innerHeight, width == nil, height == nil)
        case .row(let spacing, _):
            content = measureLine(node, .horizontal, spacing, innerWidth, innerHeight, width == nil, height == nil)
        case .scroll(.vertical):
            let size = measureLine(node, .vertical, 0, innerWidth, Self.unbounded, width == nil, true)
            node.contentLength = size.1
            content = (size.0, min(size.1, innerHeight))
        case .scroll(.horizontal):
            let size = measureLine(node, .horizontal, 0, Self.unbounded, innerHeight, true, height == nil)
            node.contentLength = size.0
            content = (min(size.0, innerWidth), size.1)
        case .lazy(let rows):
            node.contentLength = (0..<rows.count).reduce(0) { $0 + Screen.pixels(rows.height($1)) }
            content = (innerWidth, min(node.contentLength, innerHeight))
        case .grid(let columns): content = measureGrid(node, columns, innerWidth, width == nil)
        }
        let own = measureContent(view, innerWidth)
        node.width = max(width ?? min(maxWidth, max(content.0, own.0) + padX), Screen.pixels(view.size.minWidth))
        node.height = max(height ?? min(maxHeight, max(content.1, own.1) + padY), Screen.pixels(view.size.minHeight))
        if node.axis != nil {
            node.offset = min(max(0, offsets[node.key] ?? (view.startsAtEnd ? .max : 0)), node.maximumOffset)
            if offsets[node.key] != nil { offsets[node.key] = node.offset }
        }
        if case .lazy(let rows) = view.arrangement { makeRows(node, rows, innerWidth) }
    }

    private func measureContent(_ view: View, _ innerWidth: Int) -> (Int, Int) {
        switch view.content {
        case .text(let style):
            let font = FontStyle(style)
            if view.handlers.text != nil {
                let shown = view.text.isEmpty ? view.hint : view.text
                let block = text.block(shown.isEmpty ? " " : shown, font, width: style.maxLines == 1 ? nil : innerWidth)
                return (min(block.width, innerWidth), block.height)
            }
            if view.text.isEmpty { return (0, text.block(" ", font).height) }
            // One wide layout first: most text fits, and its width is then its own.
            let free = text.block(view.text, font)
            if free.width <= innerWidth, !style.isCutAtLines(view.text) { return (free.width, free.height) }
            let broken = text.block(view.text, font, width: innerWidth)
            return (min(broken.width, innerWidth), broken.height)
        case .icon(_, _, let size): return (Screen.pixels(size), Screen.pixels(size))
        case .picture(let pixels, _):
            guard pixels.width > innerWidth else { return (pixels.width, pixels.height) }
            return (innerWidth, pixels.height * innerWidth / max(1, pixels.width))
        case .none, .drawing: return (0, 0)
        }
    }

    private mutating func measureBox(
        _ node: Node,
        _ width: Int,
        _ height: Int,
        _ wrapsX: Bool,
        _ wrapsY: Bool
    ) -> (Int, Int) {
        var (w, h) = (0, 0)
        for child in node.children {
            let (mx, my) = margins(child)
            measure(child, max(0, width - mx), max(0, height - my), fillWraps: wrapsX || wrapsY)
            (w, h) = (max(w, child.width + mx), max(h, child.height + my))
        }
        guard wrapsX || wrapsY else { return (w, h) }
        for child in node.children where child.view.size.width == .fill || child.view.size.height == .fill {
            let (mx, my) = margins(child)
            let (boxWidth, boxHeight) = (wrapsX ? w : width, wrapsY ? h : height)
            measure(
                child,
                boxWidth - mx,
                boxHeight - my,
                exactWidth: child.view.size.width == .fill ? boxWidth - mx : nil,
                exactHeight: child.view.size.height == .fill ? boxHeight - my : nil
            )
        }
        return (w, h)
    }

    /// A row or a column: along is the axis on which the children follow each other, across is the other.
    private mutating func measureLine(
        _ node: Node,
        _ axis: View.Axis,
        _ spacing: Dp,
        _ width: Int,
        _ height: Int,
        _ wrapsX: Bool,
        _ wrapsY: Bool
    ) -> (Int, Int) {
        let vertical = axis == .vertical
        let (along, across) = vertical ? (height, width) : (width, height)
        let wrapsAlong = vertical ? wrapsY : wrapsX
        let wrapsAcross = vertical ? wrapsX : wrapsY
        let shares = !wrapsAlong && along < Self.unbounded
        var used = max(0, node.children.count - 1) * Screen.pixels(spacing)
        var widest = 0
        var weights = 0.0
        for child in node.children {
            let (mx, my) = margins(child)
            let (ma, mc) = vertical ? (my, mx) : (mx, my)
            if shares && child.view.size.weight > 0 {
                weights += child.view.size.weight
                used += ma
                continue
            }
            let rest = along >= Self.unbounded ? along : max(0, along - used - ma)
            let room = across >= Self.unbounded ? across : max(0, across - mc)
            let wrapFill = wrapsAcross
            measure(child, vertical ? room : rest, vertical ? rest : room, fillWraps: wrapFill)
            used += (vertical ? child.height : child.width) + ma
            widest = max(widest, (vertical ? child.width : child.height) + mc)
        }
        if weights > 0 {
            var left = max(0, along - used)
            var leftWeights = weights
            for child in node.children where child.view.size.weight > 0 {
                let (mx, my) = margins(child)
                let mc = vertical ? mx : my
                let share = Int((Double(left) * child.view.size.weight / leftWeights).rounded())
                left -= share
                leftWeights -= child.view.size.weight
                let room = across >= Self.unbounded ? across : max(0, across - mc)
                if vertical {
                    measure(child, room, share, exactHeight: share, fillWraps: wrapsAcross)
                } else {
                    measure(child, share, room, exactWidth: share, fillWraps: wrapsAcross)
                }
                used += share
                widest = max(widest, (vertical ? child.width : child.height) + mc)
            }
        }
        if wrapsAcross {
            for child in node.children {
                let fills = vertical ? child.view.size.width == .fill : child.view.size.height == .fill
                guard fills else { continue }
                let (mx, my) = margins(child)
                if vertical {
                    let exact = widest - mx
                    measure(child, exact, height, exactWidth: exact, exactHeight: child.height)
                } else {
                    let exact = widest - my
                    measure(child, width, exact, exactWidth: child.width, exactHeight: exact)
                }
            }
        }
        return vertical ? (widest, used) : (used, widest)
    }

    private mutating func measureGrid(_ node: Node, _ columns: Int, _ width: Int, _ wraps: Bool) -> (Int, Int) {
        let columns = max(1, columns)
        var height = 0
        for start in stride(from: 0, to: node.children.count, by: columns) {
            var tallest = 0
            for index in start..<min(start + columns, node.children.count) {
                let child = node.children[index]
                let (mx, my) = margins(child)
                let cell = width * (index - start + 1) / columns - width * (index - start) / columns
                measure(child, max(0, cell - mx), Self.unbounded, exactWidth: max(0, cell - mx))
                tallest = max(tallest, child.height + my)
            }
            height += tallest
        }
        return (width, height)
    }

    private mutating func makeRows(_ node: Node, _ rows: View.LazyRows, _ width: Int) {
        node.children.removeAll(keepingCapacity: true)
        let end = node.offset + node.viewport
        var start = 0
        for index in 0..<rows.count {
            let height = Screen.pixels(rows.height(index))
            defer { start += height }
            if start + height <= node.offset { continue }
            if start >= end { break }
            if node.children.isEmpty { (node.firstRow, node.firstRowStart) = (index, start) }
            let view = rows.row(index)
            let child = Node(view, key: Node.key(node.key, view.key ?? "row", index), parent: node)
            measure(child, width, height, exactWidth: width, exactHeight: height)
            node.children.append(child)
        }
    }

    private func margins(_ node: Node) -> (Int, Int) {
        let margin = node.view.margin
        return (
            Screen.pixels(margin.left) + Screen.pixels(margin.right),
            Screen.pixels(margin.top) + Screen.pixels(margin.bottom)
        )
    }

    // MARK: Places

    private func place(_ node: Node, _ x: Int, _ y: Int, _ clip: Bounds) {
        let view = node.view
        node.frame = Bounds(left: x, top: y, right: x + node.width, bottom: y + node.height)
        node.visible = node.frame.intersection(clip)
        guard !node.children.isEmpty else { return }
        let inner = Bounds(
            left: x + Screen.pixels(view.padding.left),
            top: y + Screen.pixels(view.padding.top),
            right: x + node.width - Screen.pixels(view.padding.right),
            bottom: y + node.height - Screen.pixels(view.padding.bottom)
        )
        switch view.arrangement {
        case .box:
            for child in node.children {
                let (horizontal, vertical) = child.view.alignment.both
                place(
                    child,
                    position(
                        horizontal,
                        inner.left,
                        inner.right,
                        child.width,
                        child.view.margin.left,
                        child.view.margin.right
                    ),
                    position(
                        vertical,
                        inner.top,
                        inner.bottom,
                        child.height,
                        child.view.margin.top,
                        child.view.margin.bottom
                    ),
                    node.visible
                )
            }
        case .column(let spacing, let justify): placeLine(node, .vertical, spacing, justify, inner, node.visible)
        case .row(let spacing, let justify): placeLine(node, .horizontal, spacing, justify, inner, node.visible)
        case .scroll(let axis):
            var moved = inner
            if axis == .vertical { moved.top -= node.offset } else { moved.left -= node.offset }
            placeLine(node, axis, 0, .start, moved, node.visible.intersection(axis == .vertical ? node.frame : inner))
        case .lazy:
            var top = inner.top + node.firstRowStart - node.offset
            for child in node.children {
                place(child, inner.left, top, node.visible)
                top += child.height
            }
        case .grid(let columns): placeGrid(node, max(1, columns), inner)
        }
    }

    private func placeLine(
        _ node: Node,
        _ axis: View.Axis,
        _ spacing: Dp,
        _ justify: View.Justify,
        _ inner: Bounds,
        _ clip: Bounds
    ) {
        let vertical = axis == .vertical
        let gap = Screen.pixels(spacing)
        var used = max(0, node.children.count - 1) * gap
        for child in node.children {
            let (mx, my) = margins(child)
            used += vertical ? child.height + my : child.width + mx
        }
        let isScroll = node.axis != nil
        let room = isScroll ? 0 : max(0, (vertical ? inner.height : inner.width) - used)
        var at = vertical ? inner.top : inner.left
        var between = gap
        switch justify {
        case .start: break
        case .center: at += room / 2
        case .end: at += room
        case .between: between += node.children.count > 1 ? room / (node.children.count - 1) : 0
        }
        for child in node.children {
            let margin = child.view.margin
            let (horizontal, across) = child.view.alignment.both
            if vertical {
                at += Screen.pixels(margin.top)
                let x = position(horizontal, inner.left, inner.right, child.width, margin.left, margin.right)
                place(child, x, at, clip)
                at += child.height + Screen.pixels(margin.bottom) + between
            } else {
                at += Screen.pixels(margin.left)
                let y = position(across, inner.top, inner.bottom, child.height, margin.top, margin.bottom)
                place(child, at, y, clip)
                at += child.width + Screen.pixels(margin.right) + between
            }
        }
    }

    private func placeGrid(_ node: Node, _ columns: Int, _ inner: Bounds) {
        var top = inner.top
        for start in stride(from: 0, to: node.children.count, by: columns) {
            var tallest = 0
            for index in start..<min(start + columns, node.children.count) {
                let child = node.children[index]
                let left = inner.left + inner.width * (index - start) / columns
                let (_, my) = margins(child)
                place(
                    child,
                    left + Screen.pixels(child.view.margin.left),
                    top + Screen.pixels(child.view.margin.top),
                    node.visible
                )
                tallest = max(tallest, child.height + my)
            }
            top += tallest
        }
    }

    /// Where a side of `length` begins between two edges.
    private func position(_ place: Int, _ low: Int, _ high: Int, _ length: Int, _ before: Dp, _ after: Dp) -> Int {
        let (before, after) = (Screen.pixels(before), Screen.pixels(after))
        switch place {
        case 0: return low + before
        case 2: return high - after - length
        default: return low + before + (high - low - before - after - length) / 2
        }
    }
}

extension View.Alignment {
    /// Horizontal and vertical place: 0 at the start, 1 in the middle, 2 at the end.
    fileprivate var both: (Int, Int) {
        switch self {
        case .start: (0, 0)
        case .center: (1, 1)
        case .end: (2, 2)
        case .topCenter: (1, 0)
        case .bottomCenter: (1, 2)
        case .topEnd: (2, 0)
        case .bottomEnd: (2, 2)
        case .bottomStart: (0, 2)
        case .centerStart: (0, 1)
        case .centerEnd: (2, 1)
        }
    }
}

extension FontStyle {
    /// The font of a text style, in pixels of the built-in display.
    init(_ style: TextStyle) {
        let weight: FontStyle.Weight =
            switch style.weight {
            case .light: .light
            case .regular: .regular
            case .medium: .medium
            case .bold: .bold
            }
        let align: FontStyle.Align =
            switch style.align {
            case .start: .start
            case .center: .center
            case .end: .end
            }
        self.init(
            size: style.size * Screen.scale,
            weight: weight,
            italic: style.italic,
            align: align,
            maxLines: style.maxLines
        )
    }
}
