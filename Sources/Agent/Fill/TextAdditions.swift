// SPDX-License-Identifier: Apache-2.0

/// Texts that are put before or after what stands in a field, for goals that add to a text.
struct TextAdditions {
    private enum Side { case top, bottom }

    private let field: FieldProfile
    private let sides: [Side]
    /// Whether the goal asks for an empty line between them.
    private let wantsGap: Bool
    private let old: [String]

    /// So many texts of the goal are tried.
    private static let limit = 4

    init(_ sources: TextSources, field: FieldProfile) {
        self.field = field
        let words = NameWords.split(sources.goal.goal, limit: 2000)
        let set = Set(words)
        func has(_ candidates: String...) -> Bool { candidates.contains(where: set.contains) }
        let adds = has("add", "adding", "insert", "inserting", "write", "put", "append", "prepend", "place", "include")
        var sides: [Side] = []
        if adds {
            let isTop = has("top", "beginning", "prepend", "before", "above", "header", "start", "front")
            let isBottom = has("bottom", "append", "end", "footer", "after", "below", "underneath")
            // The stronger words go first where a goal has some of both.
            let isSurelyBottom = has("bottom", "append", "footer") && !has("top", "prepend", "beginning")
            if isTop && isBottom {
                sides = isSurelyBottom ? [.bottom, .top] : [.top, .bottom]
            } else if isTop {
                sides = [.top]
            } else if isBottom {
                sides = [.bottom]
            }
        }
        self.sides = sides
        var gap = false
        for (place, word) in words.enumerated() where word == "line" && place > 0 {
            gap = gap || words[max(0, place - 2)..<place].contains { $0 == "blank" || $0 == "empty" }
        }
        wantsGap = gap
        var old: [String] = field.content.isEmpty ? [] : [field.content]
        if field.content.isEmpty {
            old += sources.emptied.suffix(2).reversed()
            for table in sources.notes.tables.suffix(3).reversed() where table.rows.count == 1 {
                old += table.rows[0].cells.compactMap { $0 }.filter { $0.utf8.count >= 8 }.prefix(2)
            }
        }
        self.old = old
    }

    func candidates(of bases: [TextCandidate]) -> [TextCandidate] {
        guard field.takesLines, !sides.isEmpty, !old.isEmpty else { return [] }
        var out: [TextCandidate] = []
        let added = bases.lazy.filter { $0.origin == .goal && !$0.shape.contains(.file) && !old.contains($0.text) }
            .prefix(Self.limit)
        for candidate in added {
            for (place, old) in old.enumerated() {
                for (sidePlace, side) in sides.enumerated() {
                    for gap in [wantsGap ? "\n\n" : "\n", wantsGap ? "\n" : "\n\n"] {
                        let isAsked = (gap.utf8.count > 1) == wantsGap
                        let cost = 0.5 * Double(place) + 0.4 * Double(sidePlace) + (isAsked ? 0 : 0.5) - 1.6
                        out.append(joined(candidate, old, side, gap, cost: cost))
                        // Whether a last line break is part of a text is seldom asked.
                        if old.hasSuffix("\n") {
                            out.append(joined(candidate, String(old.dropLast()), side, gap, cost: cost + 0.1))
                        }
                    }
                }
            }
            // What is typed goes to the end of what is there.
            if sides.contains(.bottom), !field.content.isEmpty {
                let gap = field.content.hasSuffix("\n") ? "" : "\n"
                out.append(candidate.made(gap + (wantsGap ? "\n" : "") + candidate.text, "on a new line", cost: -1.4))
            }
        }
        return out
    }

    private func joined(
        _ candidate: TextCandidate,
        _ old: String,
        _ side: Side,
        _ gap: String,
        cost: Double
    ) -> TextCandidate {
        switch side {
        case .top: return candidate.made(candidate.text + gap + old, "before what is there", cost: cost)
        case .bottom:
            let ends = old.hasSuffix("\n")
            let text = (ends ? String(old.dropLast()) : old) + gap + candidate.text + (ends ? "\n" : "")
            return candidate.made(text, "after what is there", cost: cost)
        }
    }
}
