// SPDX-License-Identifier: Apache-2.0

import Screen

/// Finds one element again, on the screen that it was made on or on another that shows the same thing: by resource id first, then by
/// what a person calls it, then by a text in the same row, and by its place only among elements that nothing else tells apart.
public struct Selector: Sendable, Hashable, Codable {
    /// The resource id in full; nil where the element has none.
    public var resourceID: String?
    /// The class in full; only where there is no resource id.
    public var className: String?
    /// The element's label: its text, its description, or the first text inside it.
    public var label: MacroText?
    /// A text in the largest part of the screen (or of a list: in the row) that holds the element and none of its equals.
    public var beside: MacroText?
    /// How many levels above the element that part begins.
    public var reach: Int?
    /// The place among equals, from 0, and how many there must be.
    public var place: Int?
    public var equals: Int?

    /// What a search found.
    public enum Resolution: Sendable, Equatable {
        case one(Int)
        case none
        /// So many that it cannot tell apart.
        case several(Int)
    }

    /// Texts beside an element that are tried when a selector is made.
    static let besideLimit = 12

    /// Makes the selector of an element: the least that names it on this screen and is worth something on another.
    ///
    /// In a list it always holds a text of the row, since the same place may show another thing tomorrow.
    ///
    /// - Parameters:
    ///   - id: the element.
    ///   - ids: the elements that it must be told from, in document order.
    ///   - text: a text of the screen with parameters in the places of their values.
    ///   - values: the parameters' values.
    public init(
        _ id: Int,
        among ids: [Int],
        on screen: ScreenState,
        values: [String: String] = [:],
        text: (String) -> MacroText = { MacroText($0) }
    ) {
        let element = screen.elements[id]
        if element.resourceID.isEmpty { className = element.className } else { resourceID = element.resourceID }
        // Words of the resource id or of the class say nothing that is not said by those.
        let isNamed =
            !element.label.isEmpty && element.label != element.resourceWords && element.label != element.shortClass
        let named = text(element.label)
        let row = Self.row(of: id, on: screen)
        func isFound() -> Bool { resolve(on: screen, among: ids, values: values) == .one(id) }
        if isNamed && (row != nil || resourceID == nil || named.isOpen || !isFound()) { label = named }
        // The label of a row is its own first text; what stands in a row and has a label of its own needs the row's.
        let needsRow = row.map { $0 != id } ?? false && label?.isOpen != true
        if needsRow || !isFound() {
            let equals = matching(on: screen, among: ids, values: values)
            let part = Self.part(around: id, equals: equals, reach: .max, on: screen)
            reach = part.reach
            let found = Self.texts(of: id, in: part.top, limit: Self.besideLimit, on: screen).map(text)
            // What the goal names is the surest.
            for text in found.filter(\.isOpen) + found.filter({ !$0.isOpen }) {
                beside = text
                if isFound() { return }
            }
            (beside, reach) = (nil, nil)
        }
        guard !isFound() else { return }
        let same = matching(on: screen, among: ids, values: values)
        place = same.firstIndex(of: id)
        equals = same.count
    }

    /// Looks for the element on a screen.
    ///
    /// - Parameters:
    ///   - ids: the elements that come into question, in document order.
    ///   - values: the parameters' values.
    public func resolve(on screen: ScreenState, among ids: [Int], values: [String: String] = [:]) -> Resolution {
        var found = matching(on: screen, among: ids, values: values)
        if let beside {
            let equals = found
            found = found.filter { id in
                let part = Self.part(around: id, equals: equals, reach: reach ?? 0, on: screen)
                return Self.texts(of: id, in: part.top, limit: .max, on: screen).contains { beside.matches($0, values) }
            }
        }
        if let place, let equals {
            guard found.count == equals, found.indices.contains(place) else {
                return found.isEmpty ? .none : .several(found.count)
            }
            return .one(found[place])
        }
        return found.count == 1 ? .one(found[0]) : found.isEmpty ? .none : .several(found.count)
    }

    /// The elements that fit, whatever stands beside them.
    private func matching(on screen: ScreenState, among ids: [Int], values: [String: String]) -> [Int] {
        ids.filter { id in
            guard let element = screen.element(id) else { return false }
            if let resourceID, element.resourceID != resourceID { return false }
            if let className, element.className != className { return false }
            return label?.matches(element.label, values) ?? true
        }
    }

    // MARK: - The parts of a screen

    /// Whether an element lists things that come and go.
    static func isList(_ element: Element) -> Bool {
        let name = element.className
        return ["RecyclerView", "ListView", "GridView"].contains { name.hasSuffix($0) }
    }

    /// The row of a list that an element is or stands in, or nil.
    static func row(of id: Int, on screen: ScreenState) -> Int? {
        var below = id
        while let above = screen.element(below)?.parent {
            if isList(screen.elements[above]) { return below }
            below = above
        }
        return nil
    }

    /// The largest part of the screen that holds an element and none of its equals, within its row, and how many levels above the
    /// element it begins, `reach` at most.
    private static func part(
        around id: Int,
        equals: [Int],
        reach: Int,
        on screen: ScreenState
    ) -> (top: Int, reach: Int) {
        let row = row(of: id, on: screen)
        // A part of the document holds the equals next to the element before it holds any other.
        let place = equals.firstIndex(of: id) ?? 0
        let others = [place - 1, place + 1].filter(equals.indices.contains).map { equals[$0] }
        var (top, levels) = (id, 0)
        while levels < reach, top != row, let above = screen.element(top)?.parent {
            let inside = screen.descendants(of: above)
            if others.contains(where: { $0 == above || inside.contains($0) }) { break }
            (top, levels) = (above, levels + 1)
        }
        return (top, levels)
    }

    /// The texts in a part of the screen but for the element's own.
    private static func texts(of id: Int, in top: Int, limit: Int, on screen: ScreenState) -> [String] {
        let own = screen.descendants(of: id)
        var out: [String] = []
        var seen: Set<String> = [screen.elements[id].label]
        for place in [top] + screen.descendants(of: top) where place != id {
            guard out.count < limit else { break }
            let element = screen.elements[place]
            // What is typed comes and goes; texts inside the element count only where it is the part.
            if element.isEditable || own.contains(place) && top != id { continue }
            let text = element.text.isEmpty ? element.contentDescription : element.text
            if !text.isEmpty && seen.insert(text).inserted { out.append(text) }
        }
        return out
    }
}
