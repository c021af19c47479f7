// SPDX-License-Identifier: Apache-2.0

import Screen

/// One thing that stands in a list, as a screen shows it: a row, a header, a tile.
struct ListItem: Sendable {
    /// A text in it, with the name of its column.
    struct Cell: Sendable, Hashable {
        var name: String
        var text: String
    }

    /// What is known of an edge of a list that an item touches. An item's bounds are cut to the list's, so one that touches the
    /// edge may go on behind it.
    enum Edge: Sendable {
        /// The item ends before, or exactly at, the edge.
        case whole
        /// It goes on behind the edge.
        case cut
        /// It touches the edge, and nothing tells.
        case doubtful
    }

    /// Its class and resource id: rows of one kind are built alike.
    var kind: String
    var cells: [Cell] = []
    var isOn: Bool?
    /// Whether it, or most of it, takes clicks.
    var isClickable = false
    /// What can be seen of it.
    var bounds: Bounds
    /// From its top to the first text in it, and from the last one to its bottom.
    var insets = (top: 0, bottom: 0)
    /// All it says is the description of the whole, which a row has even where its texts are out of sight.
    var isDescribedOnly = false
    var top = Edge.whole
    var bottom = Edge.whole
    /// The number of the screen that showed it last.
    var sight = 0

    init(kind: String, bounds: Bounds) { (self.kind, self.bounds) = (kind, bounds) }

    /// Whether all of it was seen.
    var isWhole: Bool { top == .whole && bottom == .whole }

    /// Whether it can be the same thing as another. Of one that is cut off, texts may be missing, but none is another.
    func fits(_ other: ListItem) -> Bool {
        guard kind == other.kind else { return false }
        if isWhole && other.isWhole {
            return cells == other.cells && isOn == other.isOn && isDescribedOnly == other.isDescribedOnly
        }
        if let isOn, let otherIsOn = other.isOn, isOn != otherIsOn { return false }
        if isDescribedOnly != other.isDescribedOnly { return true }
        if isWhole { return other.isPart(of: self) }
        if other.isWhole { return isPart(of: other) }
        return isPart(of: other) || other.isPart(of: self) || joint(other) != nil || other.joint(self) != nil
    }

    /// Whether its texts stand in another's in the same order. Names of columns do not count: without resource ids they are
    /// numbers, and those depend on what can be seen.
    private func isPart(of other: ListItem) -> Bool {
        var rest = other.cells[...]
        for cell in cells {
            guard let place = rest.firstIndex(where: { $0.text == cell.text }) else { return false }
            rest = rest[(place + 1)...]
        }
        return true
    }

    /// How many of its last texts are another's first ones: of a thing that is larger than the list, one screen shows the
    /// beginning and a later one the end. Nil for none.
    private func joint(_ other: ListItem) -> Int? {
        var length = min(cells.count, other.cells.count)
        while length > 0 {
            if cells.suffix(length).elementsEqual(other.cells.prefix(length)) { return length }
            length -= 1
        }
        return nil
    }

    /// The same thing with what a further look told of it.
    func joined(with newer: ListItem) -> ListItem {
        var out = newer
        if isWhole && !newer.isWhole {
            (out.cells, out.isOn, out.isDescribedOnly) = (cells, isOn, isDescribedOnly)
            (out.top, out.bottom) = (.whole, .whole)
            return out
        }
        guard !newer.isWhole else { return out }
        out.isOn = newer.isOn ?? isOn
        if newer.isDescribedOnly != isDescribedOnly {
            out.isDescribedOnly = false
            out.cells = isDescribedOnly ? newer.cells : cells
        } else if newer.isPart(of: self) {
            out.cells = cells
        } else if !isPart(of: newer) {
            if let length = joint(newer) {
                out.cells = cells + newer.cells.dropFirst(length)
            } else if let length = newer.joint(self) {
                out.cells = newer.cells + cells.dropFirst(length)
            }
        }
        // Both of its ends were seen, one after the other.
        if top == .whole { out.top = .whole }
        if bottom == .whole { out.bottom = .whole }
        return out
    }
}

/// What items of one kind have in common, learnt from those that were seen whole. It tells whether one at an edge is cut off.
struct ListKind: Sendable {
    private var heights: ClosedRange<Int>?
    private var topInsets: ClosedRange<Int>?
    private var bottomInsets: ClosedRange<Int>?
    private var firstColumns: Set<String> = []
    private var count = 0

    mutating func learn(_ item: ListItem) {
        func wider(_ range: ClosedRange<Int>?, _ value: Int) -> ClosedRange<Int> {
            range.map { min($0.lowerBound, value)...max($0.upperBound, value) } ?? value...value
        }
        count += 1
        heights = wider(heights, item.bounds.height)
        guard let first = item.cells.first, !item.isDescribedOnly else { return }
        topInsets = wider(topInsets, item.insets.top)
        bottomInsets = wider(bottomInsets, item.insets.bottom)
        if firstColumns.count < 8 { firstColumns.insert(first.name) }
    }

    /// Pixels are rounded differently at different places.
    private static let rounding = 2

    private func single(_ range: ClosedRange<Int>?) -> Int? {
        guard let range, count >= 2, range.upperBound - range.lowerBound <= Self.rounding else { return nil }
        return range.lowerBound
    }

    /// What an item that touches an edge is there.
    ///
    /// Where all items of its kind are equally high, its height tells. Elsewhere the room between its edge and its first (or last)
    /// text does, where that is the same in all of them: a cut makes it smaller.
    func edge(_ item: ListItem, isTop: Bool) -> ListItem.Edge {
        if let height = single(heights), item.bounds.height <= height + Self.rounding {
            return item.bounds.height >= height ? .whole : .cut
        }
        if let lowest = heights?.lowerBound, item.bounds.height < lowest - Self.rounding { return .cut }
        guard let first = item.cells.first, !item.isDescribedOnly,
            let inset = single(isTop ? topInsets : bottomInsets), inset > Self.rounding
        else { return .doubtful }
        let own = isTop ? item.insets.top : item.insets.bottom
        if own < inset { return .cut }
        return isTop && !firstColumns.contains(first.name) ? .doubtful : .whole
    }
}
