// SPDX-License-Identifier: Apache-2.0

/// Words by which facts are told.
enum FactWords {
    /// Labels of one or two words that keep or confirm.
    static let commit: Set<String> = [
        "save", "done", "ok", "okay", "confirm", "apply", "submit", "send", "accept", "allow", "yes", "finish",
    ]
    static let remove: Set<String> = ["delete", "remove", "trash", "erase", "clear", "discard"]
    static let move: Set<String> = ["move", "copy", "transfer", "share"]
    static let create: Set<String> = ["new", "add", "create", "compose"]
    static let leave: Set<String> = ["cancel", "close", "back", "navigate", "dismiss", "collapse"]
    static let search: Set<String> = ["search", "find"]

    /// Words that are in every goal and tell nothing.
    private static let dull: Set<String> = [
        "the", "a", "an", "of", "in", "on", "to", "and", "or", "for", "with", "from", "at", "by", "is", "are", "be",
        "it",
        "my", "your", "this", "that", "app", "into", "as", "what", "how", "many", "much", "which", "please", "i", "me",
        "do", "does", "not", "thi",
    ]

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
    }
}
