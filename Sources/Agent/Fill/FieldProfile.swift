// SPDX-License-Identifier: Apache-2.0

import Screen

/// What a field on a screen wants, as far as the words on it and around it tell.
struct FieldProfile: Sendable {
    let id: Int
    /// The names that it has, with how much each counts.
    let names: [(words: NameWords, weight: Double)]
    let kind: TextKind?
    /// What stands in it; empty where only its hint does.
    let content: String
    /// Whether it takes several lines.
    let takesLines: Bool

    init(_ element: Element, on screen: ScreenState) {
        id = element.id
        content = element.detail.isEmpty ? "" : element.text
        var names: [(words: NameWords, weight: Double)] = []
        func add(_ name: String, _ weight: Double) {
            let words = NameWords(Self.newThing(name) ?? name)
            if !words.isEmpty, !names.contains(where: { $0.words == words }) { names.append((words, weight)) }
        }
        add(element.label, 1)
        add(element.hint, 1)
        add(element.contentDescription, 1)
        add(element.resourceWords, 0.95)
        if let caption = Self.caption(of: element, on: screen) { add(caption, 0.9) }
        self.names = names
        let kinds = names.compactMap { TextKind($0.words) }
        // Special kinds first: a resource id may say what a label leaves open.
        kind = kinds.first(where: \.isStrict) ?? kinds.first { $0 == .search } ?? kinds.first
        takesLines = Self.takesLines(element, names.map(\.words), kind, screen, content: content)
    }

    /// A field called `New folder` or `Create new playlist` wants the name of one.
    private static func newThing(_ name: String) -> String? {
        let all = NameWords.split(name, limit: 4)
        guard all.count <= 3, let first = all.first, ["new", "create"].contains(first), let last = all.last,
            all.dropLast().allSatisfy({ ["new", "create", "a"].contains($0) }),
            [
                "folder", "directory", "playlist", "file", "note", "list", "album", "tag", "category", "label",
                "notebook", "document",
            ]
            .contains(last)
        else { return nil }
        return last + " name"
    }

    /// How far a name is this field's, 0 to 1.
    func likeness(_ name: NameWords) -> Double {
        names.map { $0.words.likeness(name) * $0.weight }.max() ?? 0
    }

    func isCalled(_ candidates: String...) -> Bool {
        names.contains { name in candidates.contains { name.words.words.contains($0) } }
    }

    /// The words that stand right above a field, or to the left of it.
    private static func caption(of field: Element, on screen: ScreenState) -> String? {
        let bounds = field.bounds
        guard bounds.height > 0, bounds.width > 0 else { return nil }
        let reach = max(bounds.height, 60)
        var best: (distance: Int, text: String)?
        for element in screen.elements where element.id != field.id && !element.isEditable && !element.isClickable {
            let place = element.bounds
            guard element.isLeaf, !element.text.isEmpty, element.text.utf8.count <= 60 else { continue }
            var distance: Int?
            let overlaps = place.left < bounds.right && place.right > bounds.left
            if overlaps, place.bottom <= bounds.top + 12, place.left >= bounds.left - 60 {
                distance = bounds.top - place.bottom
            }
            let isBeside = place.top < bounds.bottom && place.bottom > bounds.top
            if isBeside, place.right <= bounds.left + 12 { distance = bounds.left - place.right }
            guard let distance, distance <= reach, distance < best?.distance ?? .max else { continue }
            best = (distance, element.text)
        }
        return best?.text
    }

    private static func takesLines(
        _ field: Element,
        _ names: [NameWords],
        _ kind: TextKind?,
        _ screen: ScreenState,
        content: String
    ) -> Bool {
        if content.contains(where: \.isNewline) { return true }
        if let kind, kind.isStrict || kind == .search { return false }
        // A line of text takes about a twelfth of a phone's width; a field of two lines or more is that much taller.
        if screen.displaySize.width > 0, field.bounds.height * 4 >= screen.displaySize.width { return true }
        switch kind {
        case .body: return true
        case nil:
            // Nothing tells; lines of a recipe or a letter may well belong here.
            return names.allSatisfy { !$0.contains("number", "word", "password") }
        default: return false
        }
    }
}
