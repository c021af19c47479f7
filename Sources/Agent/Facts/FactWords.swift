// SPDX-License-Identifier: Apache-2.0

/// Words by which facts are told.
enum FactWords {
    /// Labels of one or two words that keep or confirm.
    static let commit: Set<String> = [
        "save", "done", "ok", "okay", "confirm", "apply", "submit", "send", "accept", "allow", "yes", "finish",
    ]
    static let remove: Set<String> = ["delete", "remove", "trash", "erase", "clear", "discard"]
    static let move: Set<String> = ["move", "copy", "transfer", "share", "export", "forward", "paste"]
    static let create: Set<String> = ["new", "add", "create", "compose"]
    static let edit: Set<String> = ["edit", "rename", "change", "update", "modify", "replace", "append", "set"]
    static let sort: Set<String> = ["sort", "filter", "select", "choose", "pick", "order", "view"]
    static let leave: Set<String> = ["cancel", "close", "back", "navigate", "dismiss", "collapse"]
    static let search: Set<String> = ["search", "find"]

    /// Words that are in every goal and tell nothing.
    private static let dull: Set<String> = [
        "the", "a", "an", "of", "in", "on", "to", "and", "or", "for", "with", "from", "at", "by", "is", "are", "be",
        "it",
        "my", "your", "this", "that", "app", "into", "as", "what", "how", "many", "much", "which", "please", "i", "me",
        "do", "does", "not", "thi",
    ]

    /// The first word of an order that says what is to be done; nil where there is none.
    static func verb(of goal: String) -> String? {
        NameWords.split(goal, limit: 64).first { GoalWords.verbs.contains(GoalWord($0.utf8)) }
    }

    /// The telling words of a text, in lower case and in the singular.
    static func telling(_ text: String) -> [String] { NameWords.split(text, limit: 64).filter { !dull.contains($0) } }
}

/// What a line of working memory tells.
struct StepWords {
    /// What was done, as the candidate said it.
    let action: Substring
    let isVain: Bool
    /// Whether an app or a dialog came to the front.
    let isOpening: Bool
    let isTyping: Bool
    /// Whether it was a tap on something that keeps or confirms.
    let isCommit: Bool
    /// Whether it is a step that does more than look or lead on.
    let isWork: Bool
    private static let work = [
        "type ", "clear ", "draw ", "long press ", "press enter", "slide ", "tap switch ", "tap checkbox ",
        "tap option ",
    ]
    /// What was tapped, up to the first comma, folded; empty for anything else.
    let tapped: [UInt8]
    /// Whether a list was read.
    let isReading: Bool

    init(_ line: String) {
        // What a step brought about follows a colon; labels may have colons of their own, within quotes.
        var isQuoted = false
        var end = line.endIndex
        for (place, character) in zip(line.indices, line) {
            if character == "\"" { isQuoted.toggle() }
            if character == ":" && !isQuoted {
                end = place
                break
            }
        }
        action = line[..<end]
        isVain = line[end...].contains("nothing changed")
        isOpening = line[end...].contains("a dialog opened") || line[end...].contains("now in ")
        isTyping = action.hasPrefix("type \"")
        let words = action.hasPrefix("tap ") ? FactWords.telling(String(action.dropFirst(4))) : []
        isCommit = words.count <= 2 && words.contains(where: FactWords.commit.contains)
        isWork = isCommit || Self.work.contains(where: action.hasPrefix)
        isReading = action.hasPrefix("read the ")
        tapped =
            action.hasPrefix("tap \"")
            ? LedgerText.fold(action.dropFirst(5).prefix { $0 != "," && $0 != "\"" && $0 != "…" }) : []
    }
}
