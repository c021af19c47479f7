// SPDX-License-Identifier: Apache-2.0

import Agent
import Screen

/// What an element is called in an instruction, and whether that tells it from all others.
struct InstructionName {
    /// The label; with the text of the place it stands in where the label repeats.
    let text: String
    /// Whether no other element that takes taps has that name.
    let isUnique: Bool
    /// Whether no other element of its kind (switch, field, tab, ...) has it.
    let isUniqueInKind: Bool

    private static let limit = 40

    /// Nil for an element without a name that a person would use.
    init?(_ target: ScreenActions.Target, on screen: ScreenState, among targets: [ScreenActions.Target]) {
        guard let label = Self.clean(target.label), Self.tells(target, screen.element(target.id)) else { return nil }
        let same = targets.filter { $0.id != target.id && Self.same($0, target) }
        let sameKind = same.filter { $0.role == target.role }
        if !sameKind.isEmpty {
            // Candidates tell these apart by the text beside them, or by a number that no person would say.
            let parts = target.name.split(separator: "\" of \"", maxSplits: 1)
            guard parts.count == 2, let place = Self.clean(String(parts[1].dropLast())) else { return nil }
            text = "\(label)\u{0}\(place)"
            isUnique = same.count == sameKind.count
            isUniqueInKind = true
            return
        }
        text = label
        isUniqueInKind = true
        isUnique = !same.contains { $0.canClick || $0.canLongPress }
    }

    /// Whether two elements have the same label to a person.
    static func same(_ a: ScreenActions.Target, _ b: ScreenActions.Target) -> Bool {
        func key(_ target: ScreenActions.Target) -> String {
            target.label.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        return key(a) == key(b)
    }

    /// A label as it can be said; nil where it is too long, or says nothing.
    static func clean(_ label: String) -> String? {
        let words = label.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard (1...limit).contains(words.count), words.contains(where: { $0.isLetter || $0.isNumber }) else {
            return nil
        }
        return words.contains { "\"\u{0}…".contains($0) } ? nil : words
    }

    /// Whether the label is something that stands on the screen or that its maker says of it, and not made of a resource id.
    private static func tells(_ target: ScreenActions.Target, _ element: Element?) -> Bool {
        guard let element else { return false }
        return target.label != element.resourceWords
    }

    /// The name of the element right above one in the same column, of the same kind and width: "the one below" it is no other.
    static func above(
        _ target: ScreenActions.Target,
        on screen: ScreenState,
        among targets: [ScreenActions.Target]
    ) -> String? {
        let own = screen.visibleBounds(of: target.id)
        let column = targets.filter { other in
            let bounds = screen.visibleBounds(of: other.id)
            return other.canClick && other.role == target.role && bounds.left == own.left && bounds.right == own.right
        }
        let above = column.filter { screen.visibleBounds(of: $0.id).bottom <= own.top }
            .max { screen.visibleBounds(of: $0.id).bottom < screen.visibleBounds(of: $1.id).bottom }
        // With a gap between them something else stands below that one.
        guard let above, own.top - screen.visibleBounds(of: above.id).bottom <= own.height / 2 else { return nil }
        guard let name = clean(above.label), targets.count(where: { same($0, above) }) == 1 else { return nil }
        return name
    }
}
