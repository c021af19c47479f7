// SPDX-License-Identifier: Apache-2.0

/// The nodes of all windows as accessibility tells of them: what selectors choose from.
struct AgentTree {
    /// One node that can be seen.
    struct Entry {
        var node: Node
        var window: Window
        var parent: Int?
        /// Its place among its siblings.
        var index: Int
        var children: Int
        var isFocused: Bool
    }

    private(set) var entries: [Entry] = []

    init(_ windows: WindowManager) {
        for window in windows.windows() where window.kind != .toast {
            let focus = window.kind.belongsToActivity ? windows.front.focus : nil
            var index = 0
            add(window.root, window, parent: nil, index: &index, focus: focus)
        }
    }

    /// As the hierarchy lists them: nodes without a class give way to their children, those out of sight are left out.
    private mutating func add(_ node: Node, _ window: Window, parent: Int?, index: inout Int, focus: Int?) {
        if node.view.className.isEmpty {
            for child in node.children { add(child, window, parent: parent, index: &index, focus: focus) }
            return
        }
        defer { index += 1 }
        guard !node.visible.isEmpty else { return }
        let place = entries.count
        entries.append(
            Entry(node: node, window: window, parent: parent, index: index, children: 0, isFocused: node.key == focus)
        )
        var childIndex = 0
        for child in node.children { add(child, window, parent: place, index: &childIndex, focus: focus) }
        entries[place].children = childIndex
    }

    /// The entries that a selector means, in document order.
    func matches(_ selector: AgentJSON, withInstance: Bool = true) -> [Int] {
        guard let fields = selector.fields else { return [] }
        var found = entries.indices.filter { fits($0, fields) }
        let chain = fields["childOrSibling"]?.items ?? []
        let others = fields["childOrSiblingSelector"]?.items ?? []
        for (kind, other) in zip(chain, others).prefix(16) {
            // An instance within a chain counts among what the part before it means.
            let related = Set(found.flatMap { kind.text == "sibling" ? siblings(of: $0) : descendants(of: $0) })
            found = matches(other, withInstance: false).filter { related.contains($0) }
            if let instance = other.fields?["instance"]?.whole {
                found = found.indices.contains(instance) ? [found[instance]] : []
            }
        }
        if withInstance, let instance = fields["instance"]?.whole {
            return found.indices.contains(instance) ? [found[instance]] : []
        }
        return found
    }

    private func descendants(of entry: Int) -> [Int] {
        entries.indices.filter { index in
            var above = entries[index].parent
            while let place = above {
                if place == entry { return true }
                above = entries[place].parent
            }
            return false
        }
    }

    /// What hangs below the same parent, with what is below that, as UiSelector's `fromParent` has it.
    private func siblings(of entry: Int) -> [Int] { entries[entry].parent.map(descendants) ?? [] }

    private func fits(_ place: Int, _ fields: [String: AgentJSON]) -> Bool {
        let entry = entries[place]
        let view = entry.node.view
        for (name, wanted) in fields {
            let ok: Bool? =
                switch name {
                case "text": wanted.text.map { view.shownText == $0 }
                case "textContains": wanted.text.map { view.shownText.contains($0) }
                case "textStartsWith": wanted.text.map { view.shownText.lowercased().hasPrefix($0.lowercased()) }
                case "textMatches": wanted.text.map { Self.matches(view.shownText, $0) }
                case "className": wanted.text.map { view.className == $0 }
                case "classNameMatches": wanted.text.map { Self.matches(view.className, $0) }
                case "description": wanted.text.map { view.contentDescription == $0 }
                case "descriptionContains": wanted.text.map { view.contentDescription.contains($0) }
                case "descriptionStartsWith":
                    wanted.text.map { view.contentDescription.lowercased().hasPrefix($0.lowercased()) }
                case "descriptionMatches": wanted.text.map { Self.matches(view.contentDescription, $0) }
                case "packageName": wanted.text.map { entry.window.package == $0 }
                case "packageNameMatches": wanted.text.map { Self.matches(entry.window.package, $0) }
                case "resourceId": wanted.text.map { view.resourceID == $0 }
                case "resourceIdMatches": wanted.text.map { Self.matches(view.resourceID, $0) }
                case "index": wanted.whole.map { entry.index == $0 }
                case "checkable": wanted.flag.map { view.flags.contains(.checkable) == $0 }
                case "checked": wanted.flag.map { view.flags.contains(.checked) == $0 }
                case "clickable": wanted.flag.map { view.flags.contains(.clickable) == $0 }
                case "longClickable": wanted.flag.map { view.flags.contains(.longClickable) == $0 }
                case "enabled": wanted.flag.map { view.flags.contains(.enabled) == $0 }
                case "focusable": wanted.flag.map { view.flags.contains(.focusable) == $0 }
                case "focused": wanted.flag.map { entry.isFocused == $0 }
                case "selected": wanted.flag.map { view.flags.contains(.selected) == $0 }
                case "scrollable": wanted.flag.map { entry.node.isScrollable == $0 }
                default: true
                }
            if ok != true { return false }
        }
        return true
    }

    /// Whether a pattern fits the whole text. The C library's engine does not backtrack: patterns come from outside.
    /// Of Java's own classes it knows `\w` and `\s`, and `\d` is put in its words.
    private static func matches(_ text: String, _ pattern: String) -> Bool {
        let posix = pattern.replacing("\\d", with: "[0-9]").replacing("(?:", with: "(")
        guard text.utf8.count <= 4096, let regex = try? PosixRegex("^(\(posix))$", extended: true) else { return false }
        return regex.match(Array(text.utf8)) != nil
    }

    /// What `objInfo` tells of an entry.
    func info(_ place: Int) -> AgentJSON {
        let entry = entries[place]
        let view = entry.node.view
        func box(_ bounds: Bounds) -> AgentJSON {
            .object([
                "left": .int(bounds.left), "top": .int(bounds.top), "right": .int(bounds.right),
                "bottom": .int(bounds.bottom),
            ])
        }
        func flag(_ flag: View.Flags) -> AgentJSON { .bool(view.flags.contains(flag)) }
        return .object([
            "bounds": box(entry.node.visible), "visibleBounds": box(entry.node.visible),
            "childCount": .int(entry.children), "className": .string(view.className),
            "contentDescription": view.contentDescription.isEmpty ? .null : .string(view.contentDescription),
            "packageName": .string(entry.window.package), "resourceName": .string(view.resourceID),
            "text": .string(view.shownText), "checkable": flag(.checkable), "checked": flag(.checked),
            "clickable": flag(.clickable), "enabled": flag(.enabled), "focusable": flag(.focusable),
            "focused": .bool(entry.isFocused), "longClickable": flag(.longClickable),
            "scrollable": .bool(entry.node.isScrollable), "selected": flag(.selected),
        ])
    }
}
