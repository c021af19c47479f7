// SPDX-License-Identifier: Apache-2.0

import Screen

/// The candidates that write something down: lists of a screen, and elements that say something worth keeping.
enum NoteActions {
    /// So many lists, and so many elements of a screen, can be noted.
    static let listLimit = 2
    static let elementLimit = 8

    /// Lists first, then what was read in pictures, what stands in fields, and plain texts.
    static func candidates(_ screen: ScreenState, _ targets: [ScreenActions.Target]) -> [Candidate] {
        let numbers = Dictionary(targets.map { ($0.id, $0.number) }) { first, _ in first }
        var out: [Candidate] = []
        let lists = ListReading.lists(of: screen).prefix(listLimit)
        for (place, id) in lists.enumerated() {
            out.append(
                Candidate(
                    action: .readList(id),
                    elementID: id,
                    number: numbers[id],
                    text: place == 0 ? "read the list" : "read the other list",
                    label: screen.elements[id].label
                )
            )
        }
        for id in elements(screen) {
            let words = words(id, screen)
            out.append(
                Candidate(
                    action: .remember(id),
                    elementID: id,
                    number: numbers[id],
                    text: "remember \(words)",
                    label: screen.elements[id].label
                )
            )
        }
        return out
    }

    private static func words(_ id: Int, _ screen: ScreenState) -> String {
        if let read = screen.readTexts[id]?.first { return "picture \"\(TargetBuilder.cut(read.text))\"" }
        return "\"\(TargetBuilder.cut(screen.elements[id].label))\""
    }

    /// The elements that say most, in the order of the screen: pictures with text in them, fields with a text that is not their
    /// hint, and texts. What a tap on it does something to is mostly a button, whose label is no news.
    static func elements(_ screen: ScreenState) -> [Int] {
        var ranked: [(id: Int, rank: Int)] = []
        for element in screen.elements where !screen.visibleBounds(of: element.id).isEmpty {
            if let texts = screen.readTexts[element.id], !texts.isEmpty {
                ranked.append((element.id, 4))
            } else if element.isEditable {
                if !element.text.isEmpty && element.text != element.hint { ranked.append((element.id, 3)) }
            } else if element.isLeaf, !element.text.isEmpty, !element.isClickable, !element.isCheckable {
                let says = element.text.utf8.count > 20 || element.text.utf8.contains { (48...57).contains($0) }
                ranked.append((element.id, (says ? 1 : 0) + (element.clickTarget == nil ? 1 : 0)))
            }
        }
        // Of equals the later: what was said last stands at the end.
        let best = ranked.sorted { $0.rank != $1.rank ? $0.rank > $1.rank : $0.id > $1.id }.prefix(elementLimit)
        return best.map(\.id).sorted()
    }
}
