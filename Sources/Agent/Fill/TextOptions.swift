// SPDX-License-Identifier: Apache-2.0

import Screen

/// A text that may be typed into a field, and where it comes from.
public struct TextOption: Sendable, Hashable, Codable {
    public var text: String
    /// A stable name of its source: `slot title`, `row 2 name`, `note`, `clipboard`, `screen`, `program`.
    public var source: String
    /// How well it fits the field by rule; higher is better. Above zero, something speaks for it.
    public var prior: Double

    public init(text: String, source: String, prior: Double) {
        (self.text, self.source, self.prior) = (text, source, prior)
    }
}

/// What the texts for a field are chosen from.
public struct TextSources: Sendable {
    public var goal: GoalState
    public var notes: NoteBook
    /// What is on the clipboard, where it is known.
    public var clipboard: String?
    /// What was typed before in this run, oldest first.
    public var typed: [String]
    /// What stood in fields that were emptied in this run, oldest first: a goal may want something put before or after it.
    public var emptied: [String]

    public init(
        goal: GoalState,
        notes: NoteBook = NoteBook(),
        clipboard: String? = nil,
        typed: [String] = [],
        emptied: [String] = []
    ) {
        (self.goal, self.notes, self.clipboard, self.typed, self.emptied) = (goal, notes, clipboard, typed, emptied)
    }
}

/// Makes the texts that a field may be filled with: values of the goal and of notes, the clipboard, words of the screen and of its
/// pictures, results of programs, and simple transforms of them.
public enum TextOptions {
    /// At most so many options for a field.
    public static let limit = 64
    /// So many of them are kept for what the goal does not state, such as words of the screen.
    private static let kept = 8
    /// Texts whose case is changed: the best ones alone, since few fields want it.
    private static let casesLimit = 5
    /// Texts that transforms are made of.
    private static let baseLimit = 120

    /// The options for a field, the best by rule first, no text twice.
    ///
    /// - Parameters:
    ///   - field: the field's id; an element that takes no text has no options.
    ///   - screen: the screen that it is on.
    ///   - sources: what the texts come from.
    public static func options(for field: Int, on screen: ScreenState, _ sources: TextSources) -> [TextOption] {
        guard let element = screen.element(field), element.isEditable else { return [] }
        let profile = FieldProfile(element, on: screen)
        let others = screen.elements.filter { $0.isEditable && $0.id != field }.prefix(24)
            .map { FieldProfile($0, on: screen) }
        let placed = others.map(\.content).filter { !$0.isEmpty }
        let fit = TextFit(
            field: profile,
            others: others,
            typed: sources.typed,
            app: AppCatalog.label(of: screen.package)
        )
        let pool = TextPool(field: profile, placed: placed, screen: screen, sources: sources)
        let bases = ranked(pool.found.map { ($0, fit.prior($0)) })
        let setting = TextTransforms.Setting(
            field: profile,
            hasEndingField: others.contains { $0.kind == .ending },
            endings: endings(screen),
            isHalfDay: screen.elements.contains { ["AM", "PM"].contains($0.text.uppercased()) }
        )
        var all = bases
        for (place, base) in bases.prefix(baseLimit).enumerated() {
            let made = TextTransforms.of(base.0, setting, changesCase: place < casesLimit)
            all += made.map { ($0, fit.prior($0)) }
        }
        let additions = TextAdditions(sources, field: profile)
        all += additions.candidates(of: bases.map(\.0)).map { ($0, fit.prior($0)) }
        return cut(ranked(all))
    }

    /// The best first; of equals the one that was found first.
    private static func ranked(_ all: [(TextCandidate, Double)]) -> [(TextCandidate, Double)] {
        all.enumerated()
            .sorted { left, right in
                left.element.1 != right.element.1 ? left.element.1 > right.element.1 : left.offset < right.offset
            }
            .map(\.element)
    }

    private static func cut(_ ranked: [(TextCandidate, Double)]) -> [TextOption] {
        var seen: Set<String> = []
        var (stated, others, screen): ([TextOption], [TextOption], [TextOption]) = ([], [], [])
        for (candidate, prior) in ranked where seen.insert(candidate.text).inserted {
            let option = TextOption(text: candidate.text, source: candidate.source, prior: prior)
            switch candidate.origin {
            case .screen: screen.append(option)
            case .goal where !candidate.isMade, .cell where !candidate.isMade: stated.append(option)
            default: others.append(option)
            }
        }
        stated = Array(stated.prefix(limit))
        // What the goal states goes before what is made of it, and that before words of the screen.
        let room = limit - stated.count
        let forScreen = min(screen.count, room, max(kept, room - others.count), TextPool.screenLimit)
        others = Array(others.prefix(room - forScreen))
        let merged = (stated + others).enumerated().sorted { left, right in
            left.element.prior != right.element.prior
                ? left.element.prior > right.element.prior : left.offset < right.offset
        }
        return merged.map(\.element) + screen.prefix(forScreen)
    }

    /// Extensions of files that stand on a screen as words of their own, such as a choice between kinds of pictures.
    private static func endings(_ screen: ScreenState) -> Set<String> {
        var out: Set<String> = []
        for element in screen.elements where !element.isEditable {
            let text = element.text
            guard (2...6).contains(text.utf8.count), text.hasPrefix(".") || element.isCheckable else { continue }
            if let file = FileName.parts(text.hasPrefix(".") ? "a" + text : "a." + text) {
                out.insert(file.ending.lowercased())
            }
        }
        return out
    }
}
