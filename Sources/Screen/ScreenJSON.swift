// SPDX-License-Identifier: Apache-2.0

import Base

/// A screen as `droidagent screen --format json` prints it. Field names are stable.
public struct ScreenJSON: Codable, Sendable {
    /// One element. Flags that are not set, and texts that are empty, are left out.
    public struct Node: Codable, Sendable {
        public var id: Int
        public var parent: Int?
        public var role: String
        public var label: String?
        public var detail: String?
        public var text: String?
        public var contentDescription: String?
        public var resourceID: String?
        public var className: String
        public var bounds: Bounds
        public var flags: [String]
        public var clickTarget: Int?
        /// What was read in a picture, where that was asked for.
        public var readTexts: [ReadText]?
    }

    public var package: String
    public var activity: String
    public var displaySize: DisplaySize
    public var rotation: Int
    public var keyboardShown: Bool
    public var contentHash: String
    public var flags: [String]
    public var elements: [Node]

    public init(_ state: ScreenState) {
        package = state.package
        activity = state.activity
        displaySize = state.displaySize
        rotation = state.rotation
        keyboardShown = state.keyboardShown
        contentHash = state.contentHash
        flags = state.flags.names
        elements = state.elements.map { Self.node($0, state.readTexts[$0.id]) }
    }

    private static func node(_ element: Element, _ readTexts: [ReadText]?) -> Node {
        func known(_ text: String) -> String? { text.isEmpty ? nil : text }
        return Node(
            id: element.id,
            parent: element.parent,
            role: element.role.rawValue,
            label: known(element.label),
            detail: known(element.detail),
            text: known(element.text),
            contentDescription: known(element.contentDescription),
            resourceID: known(element.resourceID),
            className: element.className,
            bounds: element.bounds,
            flags: element.flags.names,
            clickTarget: element.clickTarget,
            readTexts: readTexts
        )
    }
}

extension Element.Flags {
    /// The names of the flags that are set, as the hierarchy writes them.
    public var names: [String] {
        let all: [(Self, String)] = [
            (.checkable, "checkable"), (.checked, "checked"), (.clickable, "clickable"), (.enabled, "enabled"),
            (.focusable, "focusable"), (.focused, "focused"), (.scrollable, "scrollable"),
            (.longClickable, "long-clickable"), (.password, "password"), (.selected, "selected"),
        ]
        return all.filter { contains($0.0) }.map(\.1)
    }
}
