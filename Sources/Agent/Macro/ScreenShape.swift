// SPDX-License-Identifier: Apache-2.0

import Screen

/// What tells a page of an app from another, whatever it shows at the moment: the app, the activity, the title in its bar, and the
/// kinds of elements.
public struct ScreenShape: Sendable, Hashable, Codable {
    public var package: String
    /// Empty where it was not known.
    public var activity: String
    /// Nil where the screen has no bar with a text.
    public var title: MacroText?
    /// The last parts of resource ids, and the classes of elements without one; sorted, none twice.
    public var parts: [String]

    /// Two screens are alike where so large a share of their parts is the same, with the same title and without.
    static let alike = 0.5
    static let alikeUntitled = 0.75
    static let partLimit = 200

    /// The shape of a screen.
    ///
    /// - Parameter text: a text of the screen with parameters in the places of their values.
    public init(_ screen: ScreenState, text: (String) -> MacroText = { MacroText($0) }) {
        package = screen.package
        activity = screen.activity
        title = Self.title(of: screen).map(text)
        parts = Self.parts(of: screen)
    }

    /// Whether a screen is as expected.
    public func fits(_ screen: ScreenState, _ values: [String: String]) -> Bool { mismatch(screen, values) == nil }

    /// What differs, in words; nil where a screen is as expected.
    func mismatch(_ screen: ScreenState, _ values: [String: String]) -> String? {
        if screen.package != package { return "\(screen.package) is in front instead of \(package)" }
        if !activity.isEmpty && !screen.activity.isEmpty && activity != screen.activity {
            return "the screen is \(screen.activity) instead of \(activity)"
        }
        let shown = Self.title(of: screen)
        let isTitled = title.map { title in shown.map { title.matches($0, values) } ?? false } ?? (shown == nil)
        let there = Set(Self.parts(of: screen))
        let all = there.union(parts).count
        let share = all == 0 ? 1 : Double(there.intersection(parts).count) / Double(all)
        guard share < (isTitled ? Self.alike : Self.alikeUntitled) else { return nil }
        if let shown, !isTitled { return "the screen is titled \"\(PromptBuilder.clip(shown, 40))\"" }
        return "the screen looks different"
    }

    private static func parts(of screen: ScreenState) -> [String] {
        var out: Set<String> = []
        for element in screen.elements where !element.bounds.isEmpty && out.count < partLimit {
            let id = element.resourceID
            let part = id.lastIndex(of: "/").map { String(id[id.index(after: $0)...]) } ?? ""
            out.insert(part.isEmpty ? element.shortClass : part)
        }
        return out.sorted()
    }

    /// The first text in a bar at the top, or over a dialog.
    private static func title(of screen: ScreenState) -> String? {
        var end = 0
        for element in screen.elements {
            let id = element.resourceID.lowercased()
            let isBar =
                element.className.hasSuffix("Toolbar") || id.hasSuffix("toolbar") || id.hasSuffix("action_bar")
                || id.hasSuffix("app_bar") || id.hasSuffix("alerttitle")
            if isBar { end = max(end, element.id + 1 + element.descendantCount) }
            let isText = !element.text.isEmpty && !element.isClickable && !element.isEditable
            if element.id < end && isText { return element.text }
        }
        return nil
    }
}
