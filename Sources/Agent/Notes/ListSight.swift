// SPDX-License-Identifier: Apache-2.0

import Screen

/// What one screen shows of a list: its items from top to bottom, and what they tell about the list's ends.
struct ListSight {
    /// In document order, which is that of the list. What has no text, no box and nothing to click is left out.
    var items: [ListItem] = []
    /// What can be seen of the list.
    var bounds: Bounds
    /// The element to scroll: the list, or what scrolls around it; nil where all of it is in sight.
    var scroller: Int?
    /// The list's first child that is shown is not its first one.
    var skipsChildren = false
    /// Where the children begin and end, those without any text included.
    var content: (top: Int, bottom: Int)
    /// The widest room between two children that follow each other; nil where there are not two.
    var gap: Int?
    /// Something turns round at its end: more is on its way.
    var isLoading = false

    /// Items beyond this many on one screen are left out.
    static let itemLimit = 600

    /// - Parameters:
    ///   - list: the element that scrolls, or that has the rows.
    ///   - kinds: what is known of the list's kinds; what this screen tells is added.
    ///   - number: which screen it is, counted from the first.
    init(of list: Int, on screen: ScreenState, kinds: inout [String: ListKind], number: Int = 0) {
        let shape = ListShape(screen)
        let box = shape.container(of: list)
        scroller = shape.scroller(of: box, or: list)
        var area = screen.visibleBounds(of: box)
        if let scroller { area = area.intersection(screen.visibleBounds(of: scroller)) }
        bounds = area
        content = (area.bottom, area.top)
        let children = screen.children(of: box).filter { !screen.elements[$0].bounds.intersection(area).isEmpty }
        guard !children.isEmpty else { return }
        skipsChildren = screen.elements[children[0]].index > 0 && scroller != nil
        isLoading = children.last.map { shape.isTurning($0) } ?? false
        var ends: [Bounds] = []
        for child in children {
            for root in shape.tiles(of: child) {
                let item = shape.item(root, in: area, number: number)
                ends.append(item.bounds)
                guard items.count < Self.itemLimit else { continue }
                if !item.cells.isEmpty || item.isOn != nil || item.isClickable { items.append(item) }
            }
        }
        measure(ends)
        settleEdges(&kinds)
    }

    private mutating func measure(_ ends: [Bounds]) {
        content = (ends.map(\.top).min() ?? bounds.top, ends.map(\.bottom).max() ?? bounds.bottom)
        for (upper, lower) in zip(ends, ends.dropFirst()) where lower.top >= upper.bottom {
            gap = max(gap ?? 0, lower.top - upper.bottom)
        }
    }

    private mutating func settleEdges(_ kinds: inout [String: ListKind]) {
        let (upper, lower) = (bounds.top, bounds.bottom)
        for item in items where item.bounds.top > upper && item.bounds.bottom < lower {
            kinds[item.kind, default: ListKind()].learn(item)
        }
        guard scroller != nil else { return }
        for place in items.indices {
            let item = items[place]
            let kind = kinds[item.kind] ?? ListKind()
            if item.bounds.top <= upper { items[place].top = kind.edge(item, isTop: true) }
            if item.bounds.bottom >= lower { items[place].bottom = kind.edge(item, isTop: false) }
        }
    }

    /// Room above all that is there, wider than any between two items: the list begins here.
    var showsStart: Bool { scroller == nil || !skipsChildren && isRoom(content.top - bounds.top) }
    /// Room below all that is there: the list ends here.
    var showsEnd: Bool { scroller == nil || !isLoading && isRoom(bounds.bottom - content.bottom) }

    private func isRoom(_ pixels: Int) -> Bool { gap.map { pixels > $0 + 2 } ?? false }

    /// What the first item is at the upper edge, the worst of a line of several.
    var startEdge: ListItem.Edge {
        if content.top > bounds.top { return .whole }
        return Self.worst(items.filter { $0.bounds.top <= bounds.top }.map(\.top))
    }

    /// What the last item is at the lower edge.
    var endEdge: ListItem.Edge {
        if content.bottom < bounds.bottom { return .whole }
        return Self.worst(items.filter { $0.bounds.bottom >= bounds.bottom }.map(\.bottom))
    }

    private static func worst(_ edges: [ListItem.Edge]) -> ListItem.Edge {
        if edges.isEmpty || edges.contains(.doubtful) { return edges.contains(.cut) ? .cut : .doubtful }
        return edges.contains(.cut) ? .cut : .whole
    }

    /// Whether two screens show the same things in the same places.
    func isSame(as other: ListSight) -> Bool {
        items.count == other.items.count && isLoading == other.isLoading
            && zip(items, other.items).allSatisfy {
                $0.bounds == $1.bounds && $0.kind == $1.kind && $0.cells == $1.cells && $0.isOn == $1.isOn
            }
    }
}
