// SPDX-License-Identifier: Apache-2.0

/// Reads a goal one way. Where the text allows two, it takes the likelier and notes the fork, or the other one where the fork is
/// among those to turn at.
struct GoalReader {
    /// A place where a text can be read in two ways.
    struct Fork: Hashable {
        enum Kind: Hashable { case textEnd, sentence, tail, conjunction, listTail, value }

        var kind: Kind
        var token: Int
    }

    let source: GoalSource
    /// The forks to turn at.
    let turns: Set<Fork>
    /// The forks that were met, with how likely the other way is.
    private(set) var forks: [(fork: Fork, chance: Double)] = []
    /// Tokens that a slot or a row has taken.
    var taken: [Bool]
    var slots: [GoalSlot] = []
    var tables: [TextTable] = []
    /// Behind the last pair of a key and a value that was read.
    var lastPair = -1

    init(_ source: GoalSource, turns: Set<Fork> = []) {
        (self.source, self.turns) = (source, turns)
        taken = Array(repeating: false, count: source.tokens.count)
    }

    var tokens: [GoalToken] { source.tokens }

    /// Whether to go the other way at a fork.
    mutating func turns(_ kind: Fork.Kind, at token: Int, chance: Double) -> Bool {
        let fork = Fork(kind: kind, token: token)
        forks.append((fork, chance))
        return turns.contains(fork)
    }

    /// Everything: first what is marked by quotes, keys and lists, then what shapes tell, then what is left.
    mutating func read() -> GoalReading {
        lines()
        var at = 0
        while at < tokens.count {
            if taken[at] {
                at += 1
                continue
            }
            // Most words begin nothing; one look tells.
            let token = tokens[at]
            if token.kind != .mark, !GoalWords.triggers.contains(token.lower), token.lower.last != 0x73 {
                at += 1
                continue
            }
            let next = quoted(at) ?? colon(at) ?? speech(at) ?? marked(at) ?? list(at)
            at = max(next ?? at + 1, at + 1)
        }
        shapes()
        spoken()
        qualified()
        // What a slot holds neither asks nor constrains.
        let rest = GoalSource(source, isQuoted: zip(source.isQuoted, taken).map { $0 || $1 })
        values()
        names()
        objects()
        let constraints = GoalConstraints.read(rest, slots: slots)
        let order = slots.indices.sorted {
            (slots[$0].range.lowerBound, -slots[$0].range.upperBound, $0)
                < (slots[$1].range.lowerBound, -slots[$1].range.upperBound, $1)
        }
        let (question, computed) = GoalQuestions.read(rest)
        return GoalReading(
            slots: order.map { slots[$0] },
            tables: tables,
            constraints: constraints,
            question: question,
            computed: computed
        )
    }

    // MARK: - Slots

    /// Adds the text between two tokens as a slot, and takes its tokens.
    mutating func add(_ name: String, _ first: Int, _ end: Int, _ kind: GoalSlot.Source, take: Bool = true) {
        guard first < end, first >= 0, end <= tokens.count else { return }
        let range = tokens[first].start..<tokens[end - 1].end
        let text = source.text(range)
        var value = TypedValue.text(text)
        // Texts of any length are texts; short ones may be a value.
        if kind != .quoted, end - first <= 12, let found = source.value(first), found.end == end {
            value = found.span.value
        }
        slots.append(GoalSlot(name: name, value: value, text: text, range: range, source: kind))
        if take { self.take(first, end) }
    }

    mutating func take(_ first: Int, _ end: Int) {
        for token in first..<min(max(first, end), tokens.count) { taken[token] = true }
    }

    /// Whether none of some tokens is taken.
    func isFree(_ first: Int, _ end: Int) -> Bool {
        guard first < end, end <= taken.count else { return false }
        return !taken[first..<end].contains(true)
    }

    // MARK: - Quotes

    /// A quoted text that begins at a token.
    private mutating func quoted(_ at: Int) -> Int? {
        let index = source.quoteAt[at]
        guard index >= 0 else { return nil }
        let quote = source.quotes[index]
        guard quote.close > quote.open + 1 else { return quote.close + 1 }
        addQuote(name(before: quote.open, after: quote.close + 1), quote)
        return quote.close + 1
    }

    /// A quote's text is what lies between its marks, spaces at the ends left out.
    mutating func addQuote(_ name: String, _ quote: GoalQuote) {
        let range = tokens[quote.open + 1].start..<tokens[quote.close - 1].end
        let text = source.text(range)
        slots.append(GoalSlot(name: name, value: .text(text), text: text, range: range, source: .quoted))
        take(quote.open, quote.close + 1)
    }

    /// What the words around a value call it: `with the title "X"`, `titled X`, `described as X`, `the "X" folder`.
    func name(before first: Int, after end: Int) -> String {
        let start = first < tokens.count ? windowStart(first) : 0
        if source.mark(first - 1) == 0x3A, let text = following(start, first) { return text }
        var at = first - 1
        var steps = 0
        // Words between a field and its value.
        while at >= start, steps < 4 {
            let word = source.word(at)
            if [
                "as", "is", "be", "to", "of", "with", "by", "should", "it", "reads", ":", "=", "the", "a", "following",
                "(", "must", "new", "into", "at",
            ].contains(word) {
                at -= 1
                steps += 1
                continue
            }
            break
        }
        if at >= start, source.isWord(at) {
            let word = source.word(at)
            if let name = Self.participle(word) { return name }
            if steps == 0 || source.word(first - 1) != "to" || GoalWords.fields.contains(word),
                let name = fieldName(endingAt: at, from: start)
            {
                return name
            }
            if steps > 0, source.word(first - 1) == "as" || source.word(first - 1) == "it",
                hasWord(["save", "name", "call", "rename", "store"], start, first)
            {
                return "name"
            }
            if source.word(first - 1) == "to", let field = changed(start, first) { return field }
        }
        let next = source.word(end)
        if GoalWords.things.contains(next), !["text", "message"].contains(next) { return next.text }
        if at == first - 1, source.isWord(at) {
            let word = source.word(at)
            if GoalWords.isThing(word) { return GoalWords.singular(word).text }
        }
        if hasWord(GoalWords.sending, start, min(start + 4, first)) {
            return "message"
        }
        return ""
    }

    /// The noun of `the following text`.
    func following(_ start: Int, _ end: Int) -> String? {
        guard let at = (start..<end).last(where: { source.word($0) == "following" }), at + 1 < end,
            source.isWord(at + 1)
        else { return nil }
        let word = source.word(at + 1)
        return GoalWords.fields.contains(word) || GoalWords.isThing(word) ? GoalWords.singular(word).text : nil
    }

    /// In `update the content of X to Y` and `change its name to Y`, what changes.
    private func changed(_ start: Int, _ end: Int) -> String? {
        guard hasWord(["update", "change", "set", "edit", "modify", "rename", "make"], start, end) else { return nil }
        if hasWord(["rename"], max(start, end - 8), end) { return "new name" }
        var at = end - 1
        while at >= start {
            if GoalWords.fields.contains(source.word(at)), !taken[at] {
                return fieldName(endingAt: at, from: start) ?? source.word(at).text
            }
            at -= 1
        }
        return nil
    }

    /// The name of a field whose last word stands at a token, with what belongs to it.
    func fieldName(endingAt at: Int, from start: Int) -> String? {
        let word = source.word(at)
        guard GoalWords.fields.contains(word) else { return nil }
        if at > start, GoalWords.fieldModifiers.contains(source.word(at - 1)), !taken[at - 1] {
            return source.word(at - 1).text + " " + word.text
        }
        return word.text
    }

    /// Where to stop looking back from a token: at its sentence's beginning, or so many tokens before that no goal takes long.
    func windowStart(_ at: Int) -> Int { max(source.sentenceStart(at), at - 30) }

    /// Whether one of some words stands between two tokens, outside of quotes and not as a name.
    func hasWord(_ words: [GoalWord], _ first: Int, _ end: Int) -> Bool { hasWord(first, end) { words.contains($0) } }
    func hasWord(_ words: WordSet, _ first: Int, _ end: Int) -> Bool { hasWord(first, end) { words.contains($0) } }

    @inline(__always) private func hasWord(_ first: Int, _ end: Int, _ isWanted: (GoalWord) -> Bool) -> Bool {
        guard first < end else { return false }
        return (max(first, 0)..<min(end, tokens.count)).contains {
            !source.isQuoted[$0] && (!tokens[$0].isCapital || $0 == source.sentenceStart($0))
                && isWanted(tokens[$0].lower)
        }
    }

    /// What a word before a value calls it: `titled X`.
    static func participle(_ word: GoalWord) -> String? {
        switch word {
        case "titled", "entitled": "title"
        case "named", "called": "name"
        case "labeled", "labelled": "label"
        case "described": "description"
        case "saying", "says", "say": "message"
        case "tagged": "tag"
        case "subject": "subject"
        case "reading": "text"
        default: nil
        }
    }
}
