// SPDX-License-Identifier: Apache-2.0

import Screen

/// Finds the elements of a screen that can be acted on, and names them so that no two share a name.
struct TargetBuilder {
    private(set) var targets: [ScreenActions.Target] = []
    private(set) var covered: Set<Int> = []
    /// The largest area that scrolls; its candidates need no name.
    private(set) var mainScroll: Int?
    private let screen: ScreenState

    /// A label in a candidate is cut to this many characters and words, which keeps it within a few tokens.
    static let nameLimit = 28
    static let wordLimit = 5

    init(_ screen: ScreenState) { self.screen = screen }

    mutating func collect() {
        for element in screen.elements {
            guard targets.count < ActionSpace.elementLimit else { break }
            guard element.isEnabled, !screen.visibleBounds(of: element.id).isEmpty else { continue }
            if let target = target(for: element) { targets.append(target) }
        }
        mergeTwins()
        chooseMainScroll()
        for place in targets.indices { targets[place].number = place + 1 }
        nameAll()
        for target in targets where target.canClick { cover(target.id) }
    }

    private func target(for element: Element) -> ScreenActions.Target? {
        let inside = screen.descendants(of: element.id)
        // A row with an inert switch inside is a switch to a person: tapping the row flips it.
        let inert = inside.lazy.map { screen.elements[$0] }.first { $0.isCheckable && $0.clickTarget == element.id }
        let isCanvas = element.role == .canvas
        let canType = element.isEditable
        let canClick = element.isClickable || (element.isCheckable && element.clickTarget == nil) || canType
        let scrolls = directions(of: element)
        // A long press on a field is for its Cut, Copy and Paste; it is offered once a tap has given the focus, so that other
        // screens have the candidates that they always had.
        let canLongPress = element.isLongClickable && (!canType || element.isFocused)
        guard canClick || canLongPress || canType || !scrolls.isEmpty || isCanvas else { return nil }
        let checkable = element.isCheckable ? element : element.isClickable ? inert : nil
        var role = element.role
        if let inert, !element.isCheckable, element.isClickable { role = inert.role }
        return ScreenActions.Target(
            id: element.id,
            number: 0,
            role: role,
            label: element.label,
            detail: element.detail,
            isOn: checkable?.isChecked,
            isSelected: element.flags.contains(.selected) && !element.isCheckable,
            canClick: canClick && !(element.isSlider || (element.isScrollable && !element.isClickable)),
            canLongPress: canLongPress,
            canType: canType,
            scrolls: scrolls,
            canStroke: isCanvas,
            name: ""
        )
    }

    private func directions(of element: Element) -> [ScrollDirection] {
        if element.isSlider { return [.left, .right] }
        guard element.isScrollable, !element.isEditable else { return [] }
        let kind = element.shortClass
        if kind.contains("Horizontal") || kind.contains("ViewPager") { return [.left, .right] }
        let bounds = screen.visibleBounds(of: element.id)
        if bounds.height * 4 < bounds.width { return [.left, .right] }
        let isVertical = ["RecyclerView", "ListView", "GridView", "ScrollView", "WebView"].contains {
            kind.hasSuffix($0)
        }
        return isVertical ? [.down, .up] : ScrollDirection.allCases
    }

    /// A clickable whose only clickable child fills it does what the child does, and so does a scrollable with the
    /// bounds of another.
    private mutating func mergeTwins() {
        var drop: Set<Int> = []
        var open: [ScreenActions.Target] = []
        for target in targets {
            let element = screen.elements[target.id]
            while let last = open.last, !screen.descendants(of: last.id).contains(target.id) { open.removeLast() }
            if let outer = open.last, screen.elements[outer.id].bounds == element.bounds {
                let sameClick = outer.canClick == target.canClick && outer.canLongPress == target.canLongPress
                let sameScroll = outer.scrolls == target.scrolls
                let plain = !target.canType && !target.canStroke && !outer.canType && !outer.canStroke
                if sameClick && sameScroll && plain && (outer.isOn == nil || outer.isOn == target.isOn) {
                    drop.insert(outer.id)
                }
            }
            open.append(target)
        }
        targets.removeAll { drop.contains($0.id) }
    }

    private mutating func chooseMainScroll() {
        let scrolling = targets.filter { !$0.scrolls.isEmpty && $0.role != .slider }
        mainScroll = scrolling.max { screen.visibleBounds(of: $0.id).area < screen.visibleBounds(of: $1.id).area }?.id
    }

    /// Gives each target its quoted name. Where a name repeats among targets of one kind, the text of the place it
    /// stands in is added if that tells them apart, otherwise the number on the screen.
    private mutating func nameAll() {
        var groups: [String: [Int]] = [:]
        for place in targets.indices {
            let name = Self.cut(targets[place].label)
            targets[place].name = "\"\(name)\""
            groups["\(targets[place].kind)\(name)", default: []].append(place)
        }
        for group in groups.values where group.count > 1 {
            let contexts = group.map { Self.cut(context(of: targets[$0].id)) }
            let tellApart = Set(contexts).count == contexts.count && contexts.allSatisfy { !$0.isEmpty }
            for (place, context) in zip(group, contexts) {
                targets[place].name += tellApart ? " of \"\(context)\"" : " #\(targets[place].number)"
            }
        }
    }

    /// The first text beside an element inside the nearest container that holds one and differs from its label.
    private func context(of id: Int) -> String {
        let own = screen.elements[id].label
        var above = screen.elements[id].parent
        var steps = 0
        while let container = above, steps < 3 {
            for place in screen.descendants(of: container).prefix(30) where place != id {
                let element = screen.elements[place]
                let text = element.text.isEmpty ? element.contentDescription : element.text
                if !text.isEmpty && text != own && !element.isClickable { return text }
            }
            above = screen.elements[container].parent
            steps += 1
        }
        return ""
    }

    private mutating func cover(_ id: Int) {
        for place in screen.descendants(of: id) {
            let element = screen.elements[place]
            if element.clickTarget == id && !element.isEditable && !element.isScrollable { covered.insert(place) }
        }
    }

    /// A label short enough for a candidate, without line breaks or quotes that would end it early.
    static func cut(_ label: String) -> String {
        var out = ""
        var words = 0
        for word in label.split(whereSeparator: \.isWhitespace) {
            guard words < wordLimit else { return out + "…" }
            let next = (out.isEmpty ? "" : " ") + word.replacing("\"", with: "'")
            if out.count + next.count > nameLimit {
                return out.isEmpty ? next.prefix(nameLimit - 1) + "…" : out + "…"
            }
            out += next
            words += 1
        }
        return out
    }
}
