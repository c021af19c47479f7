// SPDX-License-Identifier: Apache-2.0

import Screen

/// Finds in a screen's hierarchy what the rows of a list are, and what stands in them.
struct ListShape {
    let screen: ScreenState

    init(_ screen: ScreenState) { self.screen = screen }

    /// Containers around containers are followed this far.
    private static let wrapperLimit = 16
    /// Elements of a row beyond this many are not looked at, and so many cells are kept.
    private static let rowLimit = 400
    private static let cellLimit = 40

    /// Classes whose direct children are rows, whatever is in them.
    static func isCollection(_ element: Element) -> Bool {
        ["RecyclerView", "ListView", "GridView"].contains { element.className.hasSuffix($0) }
    }

    // MARK: The container

    /// The element whose children are the rows: the list, or what it wraps. Where a list's children are no rows, as in pages of web
    /// toolkits with a head and a foot, it is the one inside it that repeats something and takes up most of the place.
    func container(of list: Int) -> Int {
        var box = list
        for _ in 0..<Self.wrapperLimit {
            if Self.isCollection(screen.elements[box]) { return box }
            let children = screen.children(of: box)
            if children.count == 1 {
                let child = screen.elements[children[0]]
                if child.isLeaf || child.isClickable || child.isLongClickable || child.isCheckable { return box }
                box = child.id
            } else if let inner = repetition(in: box, children) {
                box = inner
            } else {
                return box
            }
        }
        return box
    }

    private func kind(_ id: Int) -> String { screen.elements[id].className + "|" + screen.elements[id].resourceID }

    /// How many of some elements are of the kind that most of them are.
    private func repeats(_ ids: [Int]) -> Int {
        var counts: [String: Int] = [:]
        for id in ids { counts[kind(id), default: 0] += 1 }
        return counts.values.max() ?? 0
    }

    private func repetition(in box: Int, _ children: [Int]) -> Int? {
        guard children.count > 1, repeats(children) < 3 else { return nil }
        let area = screen.elements[box].bounds.area
        var best: (id: Int, count: Int)?
        for id in screen.descendants(of: box) {
            let element = screen.elements[id]
            guard !element.isLeaf, !element.isClickable, element.bounds.area * 2 >= area else { continue }
            let count = repeats(screen.children(of: id))
            if count >= 3, count > (best?.count ?? 0) { best = (id, count) }
        }
        return best?.id
    }

    /// What scrolls a container up and down: itself, or the nearest around it.
    func scroller(of box: Int, or list: Int) -> Int? {
        var next: Int? = box
        while let id = next {
            let element = screen.elements[id]
            if element.isScrollable && !Self.isSideways(element) { return id }
            next = element.parent
        }
        return screen.elements[list].isScrollable ? list : nil
    }

    /// Whether an element scrolls from side to side, as its class says.
    static func isSideways(_ element: Element) -> Bool {
        element.className.contains("Horizontal") || element.className.contains("ViewPager")
    }

    // MARK: Rows

    /// The rows in a child of a list: itself, or the tiles that stand side by side in it.
    func tiles(of child: Int) -> [Int] {
        let element = screen.elements[child]
        guard !element.isLeaf, !element.isClickable, !element.isCheckable, element.text.isEmpty else { return [child] }
        let inside = screen.children(of: child)
        guard let first = inside.first, inside.count <= 12, inside.allSatisfy({ screen.elements[$0].isClickable })
        else { return [child] }
        if inside.count == 1 { return screen.elements[first].isLeaf ? [child] : inside }
        let pattern = screen.elements[first].bounds
        for (left, right) in zip(inside, inside.dropFirst()) {
            let (a, b) = (screen.elements[left].bounds, screen.elements[right].bounds)
            guard kind(left) == kind(right), abs(b.width - pattern.width) <= 2, abs(b.top - a.top) <= 2,
                b.left >= a.right - 2
            else { return [child] }
        }
        return inside
    }

    /// Whether something turns round in it while more is on its way.
    func isTurning(_ child: Int) -> Bool {
        ([child] + Array(screen.descendants(of: child).prefix(20))).contains {
            let element = screen.elements[$0]
            return element.className.hasSuffix("ProgressBar") && element.text.isEmpty
        }
    }

    /// A row with its cells.
    ///
    /// Texts count, the values of fields, and what was read in its pictures; descriptions count where there is no text, but not those
    /// of buttons and boxes, which are the same in every row.
    func item(_ root: Int, in area: Bounds, number: Int) -> ListItem {
        let element = screen.elements[root]
        var item = ListItem(kind: kind(root), bounds: element.bounds.intersection(area))
        item.sight = number
        item.isClickable = element.isClickable || element.isLongClickable
        var names: [String: Int] = [:]
        var span: (top: Int, bottom: Int)?
        func add(_ text: String, _ name: String, _ bounds: Bounds) {
            guard !text.isEmpty, item.cells.count < Self.cellLimit else { return }
            let count = names[name, default: 0] + 1
            names[name] = count
            item.cells.append(
                ListItem.Cell(name: count == 1 ? name : "\(name) \(count)", text: NoteBook.clipped(text))
            )
            span = (min(span?.top ?? bounds.top, bounds.top), max(span?.bottom ?? bounds.bottom, bounds.bottom))
        }
        for id in [root] + screen.descendants(of: root).prefix(Self.rowLimit) {
            let part = screen.elements[id]
            let seen = part.bounds.intersection(item.bounds)
            guard !seen.isEmpty else { continue }
            if part.isCheckable, item.isOn == nil { item.isOn = part.isChecked }
            if id != root, part.isClickable, part.bounds.area * 2 > element.bounds.area { item.isClickable = true }
            let words = part.resourceWords
            if part.isEditable || part.isSlider {
                // The detail of a field is one line, and empty where the text is only a hint.
                let value = part.isEditable && !part.detail.isEmpty ? part.text : part.detail
                add(value, words.isEmpty ? "text" : words, seen)
            } else if !part.text.isEmpty {
                // The text of a switch is its state.
                if part.role != .toggle { add(part.text, words.isEmpty ? "text" : words, seen) }
            } else if id != root, !part.contentDescription.isEmpty, !part.isClickable, !part.isCheckable {
                add(part.contentDescription, words.isEmpty ? "description" : words, seen)
            }
            let lines = screen.readTexts[id, default: []].map(\.text).joined(separator: "\n")
            add(lines, "picture text", seen)
        }
        if let span {
            item.insets = (span.top - item.bounds.top, item.bounds.bottom - span.bottom)
        } else if let description = description(of: root) {
            add(description, "description", item.bounds)
            item.isDescribedOnly = true
        }
        return item
    }

    /// What a row without any text is called.
    private func description(of root: Int) -> String? {
        for id in [root] + screen.descendants(of: root).prefix(Self.rowLimit)
        where !screen.elements[id].isCheckable && !screen.elements[id].contentDescription.isEmpty {
            return screen.elements[id].contentDescription
        }
        return nil
    }
}

extension ScreenState {
    /// The ids of the elements directly below one.
    func children(of id: Int) -> [Int] {
        var out: [Int] = []
        let inside = descendants(of: id)
        var next = inside.lowerBound
        while next < inside.upperBound {
            out.append(next)
            next += 1 + max(0, elements[next].descendantCount)
        }
        return out
    }
}
