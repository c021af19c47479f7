// SPDX-License-Identifier: Apache-2.0

import Screen

/// What a list is known by from screen to screen.
struct ListIdentity: Sendable {
    let place: NoteTable.Place
    private let resourceID: String
    private let className: String
    /// Whether its children are rows by its class.
    let isCollection: Bool
    private let path: [String]
    private let bounds: Bounds

    init?(_ id: Int, on screen: ScreenState) {
        guard let element = screen.element(id) else { return nil }
        resourceID = element.resourceID
        className = element.className
        isCollection = ListShape.isCollection(element)
        path = Self.path(of: id, on: screen)
        bounds = screen.visibleBounds(of: id)
        place = Self.place(of: id, on: screen)
    }

    /// The same list on another screen, or nil: one of its class and resource id, or, where it has none, at the same place of the
    /// hierarchy. Of several it is the one that covers most of where the list was.
    func find(on screen: ScreenState) -> Int? {
        guard screen.package == place.package else { return nil }
        let found = screen.elements.filter { element in
            element.className == className && element.resourceID == resourceID
                && (!resourceID.isEmpty || Self.path(of: element.id, on: screen) == path)
        }
        let best = found.max { covered($0.id, screen) < covered($1.id, screen) }
        return best.flatMap { covered($0.id, screen) > 0 ? $0.id : nil }
    }

    private func covered(_ id: Int, _ screen: ScreenState) -> Int {
        screen.visibleBounds(of: id).intersection(bounds).area
    }

    private static func path(of id: Int, on screen: ScreenState) -> [String] {
        var out: [String] = []
        var next = screen.element(id)?.parent
        while let above = next, let element = screen.element(above), out.count < 40 {
            out.append(element.className)
            next = element.parent
        }
        return out
    }

    /// Where what is read of an element comes from.
    static func place(of id: Int, on screen: ScreenState) -> NoteTable.Place {
        guard let element = screen.element(id) else {
            return NoteTable.Place(package: screen.package, source: "", title: "")
        }
        return NoteTable.Place(
            package: screen.package,
            source: [element.resourceWords, element.shortClass].filter { !$0.isEmpty }.joined(separator: " "),
            title: ScreenTitle.text(above: screen.visibleBounds(of: id).top, on: screen)
        )
    }
}

/// What the bar of a page says.
enum ScreenTitle {
    private static let partLimit = 3

    /// The plain texts above a place, from top to bottom, at most three: a page's title, and a line below it such as a day.
    ///
    /// - Parameter top: where the page's content begins, in pixels.
    static func text(above top: Int, on screen: ScreenState) -> String {
        var parts: [String] = []
        // Below a third of the display stand no bars; what is there is content.
        let end = min(top, screen.displaySize.height / 3)
        for element in screen.elements where isPlain(element) && parts.count < partLimit {
            let bounds = screen.visibleBounds(of: element.id)
            guard !bounds.isEmpty, bounds.bottom <= end, !isInList(element, screen) else { continue }
            parts.append(NoteBook.clipped(element.text, to: 200))
        }
        return parts.joined(separator: " · ")
    }

    /// Whether it is a text rather than a button, a tab or a field. A title that can be tapped, such as a day that leads to others, is
    /// still a text by its class.
    private static func isPlain(_ element: Element) -> Bool {
        guard !element.text.isEmpty, !element.isCheckable else { return false }
        return element.role == .text || element.role == .button && element.shortClass.hasSuffix("TextView")
    }

    private static func isInList(_ element: Element, _ screen: ScreenState) -> Bool {
        var next = element.parent
        while let id = next, let above = screen.element(id) {
            if above.isScrollable || ListShape.isCollection(above) || above.className.hasSuffix("ScrollView") {
                return true
            }
            next = above.parent
        }
        return false
    }
}

extension ListReading {
    /// Lists beyond this many are not told.
    private static let listLimit = 6
    /// Candidates beyond this many are not compared.
    private static let candidateLimit = 200
    /// A list fills at least this share of the display.
    private static let leastShare = 0.02

    /// The elements of a screen that can be read as lists, the largest first: what scrolls up and down, what is a list by its class,
    /// and containers in which things of one kind stand one below the other.
    public static func lists(of screen: ScreenState) -> [Int] {
        let shape = ListShape(screen)
        let least = Int(Double(screen.displaySize.width * screen.displaySize.height) * leastShare)
        var found = screen.elements.filter { element in
            let isList =
                element.isScrollable || ListShape.isCollection(element) || element.className.hasSuffix("ScrollView")
            return isList && !element.isEditable && !element.isSlider && !ListShape.isSideways(element)
                && screen.visibleBounds(of: element.id).area >= max(least, 1) && !element.isLeaf
                && !isStrip(element.id, on: screen)
        }.prefix(candidateLimit).map(\.id)
        let known = Set(found)
        var end = 0
        for id in screen.elements.indices {
            // What lies in a list is no list of its own.
            if known.contains(id) { end = max(end, screen.descendants(of: id).upperBound) }
            guard id >= end, found.count < candidateLimit, isStack(id, on: screen),
                screen.visibleBounds(of: id).area >= max(least, 1)
            else { continue }
            found.append(id)
            end = screen.descendants(of: id).upperBound
        }
        // Of two around the same rows the inner one has them as its children.
        let areas = Dictionary(uniqueKeysWithValues: found.map { ($0, screen.visibleBounds(of: $0).area) })
        found = found.filter { outer in
            !found.contains { inner in
                guard screen.descendants(of: outer).contains(inner) else { return false }
                return shape.container(of: outer) == inner || (areas[inner] ?? 0) * 5 >= (areas[outer] ?? 0) * 3
            }
        }
        return Array(found.sorted { (areas[$1] ?? 0, $0) < (areas[$0] ?? 0, $1) }.prefix(listLimit))
    }

    /// Whether an element's children stand side by side: chips, tabs, the crumbs of a path.
    private static func isStrip(_ id: Int, on screen: ScreenState) -> Bool {
        let children = screen.children(of: id).map { screen.elements[$0].bounds }.filter { !$0.isEmpty }
        let bounds = screen.elements[id].bounds
        guard children.count > 1 else { return bounds.height * 6 < bounds.width }
        return bounds.height * 3 < bounds.width
            && zip(children, children.dropFirst()).allSatisfy { $1.left >= $0.right }
    }

    /// Whether at least three children of one kind, each with a text, stand one below the other.
    private static func isStack(_ id: Int, on screen: ScreenState) -> Bool {
        let children = screen.children(of: id)
        guard children.count >= 3, children.count <= rowLimit else { return false }
        let first = screen.elements[children[0]]
        guard !first.isLeaf else { return false }
        var bottom = first.bounds.top
        for child in children {
            let element = screen.elements[child]
            guard element.className == first.className, element.resourceID == first.resourceID, !element.isLeaf,
                element.bounds.top >= bottom - 2
            else { return false }
            bottom = element.bounds.bottom
        }
        return true
    }
}
