// SPDX-License-Identifier: Apache-2.0

/// What a goal wants done with a value, by the verbs around it. The goal is a person's words; nothing from a screen comes here.
enum LedgerAim: Sendable, Hashable {
    /// It is to be written somewhere.
    case enter
    /// It is to go.
    case remove
    /// It is to be found at another place.
    case move
    /// An app is to come to the front.
    case open
}

/// The words of a goal outside its values, as far as they tell what is to be done.
struct LedgerGoal {
    private struct Word {
        var start: Int
        var text: String
        /// Something else than a space or a hyphen stands before it.
        var isCut: Bool
    }

    private let words: [Word]

    /// - Parameter taken: the spans of values, whose words say nothing about what is to be done.
    init(_ goal: String, taken: [Range<Int>]) {
        var words: [Word] = []
        var current = ""
        var start = 0
        var isCut = true
        var spans = taken.sorted { $0.lowerBound < $1.lowerBound }[...]
        func close() {
            guard !current.isEmpty else { return }
            words.append(Word(start: start, text: current, isCut: isCut))
            (current, isCut) = ("", false)
        }
        for (place, byte) in goal.utf8.enumerated() {
            while let first = spans.first, first.upperBound <= place { spans.removeFirst() }
            let isTaken = spans.first?.contains(place) == true
            let isUpper = (65...90).contains(byte)
            if !isTaken && (isUpper || (97...122).contains(byte)) {
                if current.isEmpty { start = place }
                current.unicodeScalars.append(Unicode.Scalar(isUpper ? byte + 32 : byte))
            } else {
                close()
                if isTaken || (byte != 32 && byte != 45) { isCut = true }
            }
        }
        close()
        self.words = words
    }

    private static let verbs: [(aim: LedgerAim, words: Set<String>)] = [
        (.remove, ["delete", "remove", "erase", "trash", "discard", "rid", "bin"]),
        (.move, ["move", "copy", "transfer", "relocate", "put"]),
        (.open, ["open", "launch"]),
        (
            .enter,
            [
                "add", "create", "enter", "log", "write", "type", "send", "text", "reply", "record", "save", "make",
                "new", "schedule", "set", "update", "edit", "change", "rename", "append", "transcribe", "fill", "paste",
                "merge", "share", "resend", "draw", "call", "name", "put",
            ]
        ),
    ]

    private static func aim(_ word: String) -> LedgerAim? { verbs.first { $0.words.contains(word) }?.aim }

    /// What is to be done with the value that stands at an offset: the nearest verb before it, else the first one after it.
    func aim(at offset: Int) -> LedgerAim {
        for word in words.reversed() where word.start < offset {
            if let aim = Self.aim(word.text) { return aim }
        }
        for word in words where word.start >= offset {
            if let aim = Self.aim(word.text) { return aim }
        }
        return .enter
    }

    /// The nearest preposition before an offset with nothing but articles and names of kinds between: `in the folder`.
    func preposition(at offset: Int) -> String? {
        var steps = 0
        for word in words.reversed() where word.start < offset {
            if Self.prepositions.contains(word.text) { return word.text }
            guard Self.passed.contains(word.text), steps < 3 else { return nil }
            steps += 1
        }
        return nil
    }

    private static let prepositions: Set<String> = [
        "in", "into", "within", "inside", "from", "to", "on", "at", "of", "using", "with", "via", "under",
    ]
    private static let passed: Set<String> = [
        "the", "a", "an", "my", "our", "app", "folder", "file", "note", "directory", "number", "phone", "contact",
    ]

    /// Whether it asks to leave a form open: `do not hit save`, `without saving`.
    var isDraft: Bool {
        for (place, word) in words.enumerated() where ["not", "don", "without", "never"].contains(word.text) {
            let next = words[(place + 1)...].prefix(4).map(\.text)
            if next.contains(where: { ["save", "saving", "submit", "submitting", "sending"].contains($0) }) {
                return true
            }
        }
        return false
    }

    /// Whether a text is to be written that the goal does not state: the clipboard's, or a message that is described only.
    func takesContent(from names: [String]) -> Bool {
        let texts: Set<String> = ["message", "text", "body", "content", "contents", "sms", "reply"]
        let all = Set(words.map(\.text))
        // What is passed on is one more text to send, also where another place has it already.
        if !all.isDisjoint(with: ["share", "forward", "resend"]) { return true }
        if names.contains(where: { texts.contains($0) }) { return false }
        if !all.isDisjoint(with: ["clipboard", "paste", "pasting", "pasted"]) {
            return !all.contains("copy") || all.contains("paste")
        }
        return !all.isDisjoint(with: ["send", "text", "reply", "resend", "share", "forward"])
            && !all.isDisjoint(with: ["message", "sms", "text", "mail", "email", "contents", "content"])
    }

    /// What is to be switched on or off: `turn off X`, `turn X off`, `enable X`, `X off`.
    ///
    /// The words of spans are not read again, so a switch that was read as a value has its name from there.
    var switches: [(name: String, isOn: Bool)] {
        var out: [(String, Bool)] = []
        for (place, word) in words.enumerated() {
            let rest = words[(place + 1)...].prefix(6)
            switch word.text {
            case "turn", "switch", "set", "toggle":
                guard let next = rest.first else { continue }
                if let isOn = Self.states[next.text] {
                    if let name = Self.name(rest.dropFirst()) { out.append((name, isOn)) }
                } else if let end = rest.firstIndex(where: { Self.states[$0.text] != nil }),
                    let name = Self.name(rest[..<end])
                {
                    out.append((name, Self.states[words[end].text] == true))
                }
            case "enable", "activate": if let name = Self.name(rest) { out.append((name, true)) }
            case "disable", "deactivate": if let name = Self.name(rest) { out.append((name, false)) }
            case "on", "off":
                // A goal that only names it: `Wi-Fi off.`
                guard rest.isEmpty, place <= 3, let first = words.first?.text, Self.aim(first) == nil,
                    !["turn", "switch", "please", "set", "toggle"].contains(first),
                    let name = Self.name(words[..<place])
                else { continue }
                out.append((name, word.text == "on"))
            default: continue
            }
        }
        return out
    }

    private static let states = ["on": true, "off": false]

    /// The words that name a switch, up to where the clause ends; nil for none, or for more than a name has.
    private static func name(_ words: ArraySlice<Word>) -> String? {
        var out: [String] = []
        for word in words {
            if ["the", "my", "a"].contains(word.text), out.isEmpty { continue }
            if word.isCut && !out.isEmpty || ends.contains(word.text) { break }
            out.append(word.text)
        }
        return (1...3).contains(out.count) ? out.joined(separator: " ") : nil
    }

    private static let ends: Set<String> = [
        "then", "and", "or", "in", "to", "on", "off", "for", "from", "with", "please", "now", "so", "if", "at", "of",
    ]

    /// Whether there is a verb for writing, so that rows may come from a note.
    var enters: Bool { words.contains { Self.aim($0.text) == .enter } }
    var removes: Bool { words.contains { Self.aim($0.text) == .remove } }
}
