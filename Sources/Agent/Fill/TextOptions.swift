// SPDX-License-Identifier: Apache-2.0

import Screen

/// A text that may be typed into a field, and where it comes from.
public struct TextOption: Sendable, Hashable {
    public var text: String
    /// A stable name of its source: `slot title`, `row 2 name`, `note`, `clipboard`, `screen`, `program`.
    public var source: String
    /// How well it fits the field by rule; higher is better.
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

    public init(goal: GoalState, notes: NoteBook = NoteBook(), clipboard: String? = nil, typed: [String] = []) {
        (self.goal, self.notes, self.clipboard, self.typed) = (goal, notes, clipboard, typed)
    }
}

/// Makes the texts that a field may be filled with: values of the goal and of notes, the clipboard, words of the screen and of its
/// pictures, results of programs, and simple transforms of them.
public enum TextOptions {
    /// At most so many options for a field.
    public static let limit = 64

    /// The options for a field, the best by rule first, no text twice.
    public static func options(for field: Int, on screen: ScreenState, _ sources: TextSources) -> [TextOption] { [] }
}
