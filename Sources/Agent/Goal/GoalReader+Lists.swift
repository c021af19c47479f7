// SPDX-License-Identifier: Apache-2.0

/// Items that a sentence lists.
extension GoalReader {
    /// Words that say in which order, and no item.
    static let orderWords = WordSet("order listed sequence")

    /// A list that begins at a token without a colon before it: after `in this order,`, after a noun in the plural, after a verb.
    mutating func list(_ at: Int) -> Int? {
        guard source.isWord(at), at + 1 < tokens.count, !source.isQuoted[at] else { return nil }
        let word = source.word(at)
        // `…, in order, A, B to my queue`
        if word == "order", source.mark(at + 1) == 0x2C,
            ["in", "this", "that", "same", "following"].contains(source.word(at - 1)), at + 2 < tokens.count
        {
            return isListAhead(at + 2) || hasWord(["following", "these"], windowStart(at), at)
                ? items(start: at + 2, clause: windowStart(at), colon: nil) : nil
        }
        if GoalWords.isPlural(word), GoalWords.isThing(word), startsItem(at + 1), isListAhead(at + 1) {
            return items(start: at + 1, clause: windowStart(at), colon: nil)
        }
        if isVerb(at), Self.listVerbs.contains(word) {
            var first = at + 1
            if word == "pick", source.word(first) == "up" { first += 1 }
            while GoalWords.determiners.contains(source.word(first))
                || ["following", "these"].contains(source.word(first))
            { first += 1 }
            guard first < tokens.count, !GoalWords.stops.contains(source.word(first)) || tokens[first].isCapital else {
                return nil
            }
            // A plural noun before the items is the rule above.
            if GoalWords.isPlural(source.word(first)), GoalWords.isThing(source.word(first)), !tokens[first].isCapital,
                source.mark(first + 1) != 0x2C, source.word(first + 1) != "and"
            {
                return nil
            }
            if isListAhead(first), !isClauseAhead(first) { return items(start: first, clause: at, colon: nil) }
            // `the recipe Toast with Egg`
            if GoalWords.things.contains(source.word(first)), source.isCapital(first + 1), !tokens[first].isCapital {
                first += 1
            }
            if let end = titleEnd(first) {
                add("", first, end, .name)
                return end
            }
        }
        if word == "with", source.mark(at - 1) != 0x2C, startsItem(at + 1), tokens[at + 1].isCapital,
            isListAhead(at + 1),
            hasWord(["group", "playlist", "album", "team", "list", "meeting"], windowStart(at), at)
        {
            return items(start: at + 1, clause: windowStart(at), colon: nil)
        }
        return nil
    }

    /// Behind a title with small words in it that a name would end at: `Toast with Egg`.
    func titleEnd(_ first: Int) -> Int? {
        guard tokens[first].isCapital, !taken[first], source.value(first)?.isMoment != true else { return nil }
        let limit = min(source.sentenceEnd(first), first + 12)
        var end = capitalEnd(first, limit)
        let plain = end
        while end + 1 < limit, ["with", "without", "over"].contains(source.word(end)) {
            var next = end + 1
            if GoalWords.determiners.contains(source.word(next)) { next += 1 }
            guard next < limit, tokens[next].isCapital, !source.isQuoted[next] else { break }
            end = capitalEnd(next, limit)
        }
        return end > plain ? end : nil
    }

    static let listVerbs = WordSet(
        """
        add delete remove buy put take get include insert pick order invite entered erase move copy likes tried
        deselect select cook enjoy eat prepare
        """
    )

    /// Whether a verb stands there, and no noun: at the sentence's start, or after a word that a command follows.
    func isVerb(_ at: Int) -> Bool {
        guard source.isWord(at) else { return false }
        if at == source.sentenceStart(at) { return true }
        if tokens[at].isCapital { return false }
        let before = source.word(at - 1)
        return source.mark(at - 1) == 0x2C || source.mark(at - 1) == 0x3A || source.mark(at - 1) == 0x3B
            || [
                "please", "to", "then", "and", "you", "pls", "so", "i", "here", "can", "could", "kindly", "also",
                "just", "else", "now", "first", "not", "don't", "me", "have", "had",
            ].contains(before)
    }

    private func startsItem(_ at: Int) -> Bool {
        guard at < tokens.count, !taken[at] else { return false }
        return tokens[at].isCapital && source.word(at) != "i" || tokens[at].isIdentifier || source.quoteAt[at] >= 0
            || tokens[at].kind == .number
    }

    /// Whether at least two short parts with a comma or `and` between follow, and not a second clause.
    func isListAhead(_ first: Int) -> Bool {
        guard first < tokens.count, tokens[first].kind != .mark || source.quoteAt[first] >= 0 else { return false }
        let end = min(source.sentenceEnd(first), first + 60)
        if source.value(first)?.isMoment == true { return false }
        if let value = source.value(first), case .duration = value.span.value { return false }
        var commas = 0
        var words = 0
        var joined = false
        var at = first
        while at < end {
            if source.quoteAt[at] >= 0 {
                at = source.quotes[source.quoteAt[at]].close + 1
                words += 1
                continue
            }
            let mark = source.mark(at)
            if mark == 0x2C || mark == 0x3B {
                // `Vienna, Austria` may be a place; another clause may follow.
                if isOrder(at + 1, end) { return commas > 0 || joined }
                if startsClause(at + 1, end) { break }
                commas += 1
                words = 0
            } else if ["and", "or", "&"].contains(source.word(at)), words > 0, at + 1 < end {
                if !startsClause(at + 1, end) { joined = true } else { break }
                words = 0
            } else if mark == 0x28 || mark == 0x3A || mark == 0x2E {
                break
            } else {
                words += 1
                if commas > 0, isOrder(at, end) { return true }
                if words > 9 { break }
                if commas == 0, !joined, words > 1, !(tokens[first].isCapital && source.isCapital(at + 1)),
                    isTail(at, first, loose: true)
                {
                    return false
                }
            }
            at += 1
        }
        return commas > 1 || commas > 0 && joined || joined || commas == 1 && !isPlace(first, end)
    }

    func isPlace(_ first: Int, _ end: Int) -> Bool {
        guard let comma = (first..<end).first(where: { source.mark($0) == 0x2C }) else { return false }
        return tokens[first].isCapital && source.isCapital(comma + 1) || source.isCapital(comma - 1)
            || !tokens[first].isIdentifier && !tokens[first].isCapital
    }

    /// Whether a command or another clause begins.
    func startsClause(_ at: Int, _ end: Int) -> Bool {
        guard at < end else { return true }
        var at = at
        if ["and", "then"].contains(source.word(at)) { at += 1 }
        let word = source.word(at)
        if tokens.indices.contains(at), tokens[at].isCapital || source.quoteAt[at] >= 0 || tokens[at].isIdentifier {
            return false
        }
        return GoalWords.verbs.contains(word) && !["order", "plan", "text", "book", "water", "drink"].contains(word)
            || GoalWords.questionWords.contains(word)
            || [
                "then", "but", "so", "it", "i", "do", "don't", "it's", "they", "you", "in", "on", "at", "with",
                "keeping", "to", "for", "her", "his", "their", "ensuring", "making", "using", "due", "from", "please",
                "will", "is", "are", "was", "has", "have", "can", "say", "says",
            ].contains(word) || source.value(at)?.isMoment == true
    }

    /// Whether the object of a verb is a clause of its own: `add it and close`.
    private func isClauseAhead(_ first: Int) -> Bool {
        ["it", "them", "this", "all", "everything"].contains(source.word(first))
    }

    /// Whether the words before a colon announce a list.
    func isListHead(_ start: Int, _ at: Int) -> Bool {
        let from = max(start, at - 14)
        if isListHeadWord(at - 1) { return true }
        if hasWord(["following", "these"], from, at) {
            return (from..<at).contains {
                GoalWords.isPlural(source.word($0)) && (GoalWords.isThing(source.word($0))) && !source.isQuoted[$0]
            }
                && !hasWord(["text", "message"], from, at)
        }
        return hasWord(Self.orderWords, max(from, at - 4), at)
            || hasWord(["list", "checklist"], from, at) && !hasWord(["text", "content"], from, at)
    }

    func isListHeadWord(_ at: Int) -> Bool {
        ["todo", "to-do", "todos", "to-dos", "items", "checklist", "order", "shopping", "groceries", "list", "names"]
            .contains(source.word(at))
    }
}
