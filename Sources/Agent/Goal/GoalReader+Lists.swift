// SPDX-License-Identifier: Apache-2.0

/// Items that a sentence lists.
extension GoalReader {
    /// Words that say in which order, and no item.
    private static let orderWords: Set<String> = ["order", "listed", "sequence"]

    /// A list that begins at a token without a colon before it: after `in this order,`, after a noun in the plural, after a verb.
    mutating func list(_ at: Int) -> Int? {
        guard source.isWord(at), at + 1 < tokens.count, !source.isQuoted[at] else { return nil }
        let word = source.word(at)
        // `…, in order, A, B to my queue`
        if word == "order", source.mark(at + 1) == 0x2C, ["in", "this", "that", "same", "following"].contains(source.word(at - 1)), at + 2 < tokens.count {
            return isListAhead(at + 2) || hasWord(["following", "these"], windowStart(at), at) ? items(start: at + 2, clause: windowStart(at), colon: nil) : nil
        }
        if GoalWords.isPlural(word), GoalWords.isThing(word), startsItem(at + 1), isListAhead(at + 1) {
            return items(start: at + 1, clause: windowStart(at), colon: nil)
        }
        if isVerb(at), Self.listVerbs.contains(word) {
            var first = at + 1
            if word == "pick", source.word(first) == "up" { first += 1 }
            while GoalWords.determiners.contains(source.word(first)) || ["following", "these"].contains(source.word(first)) { first += 1 }
            guard first < tokens.count, !GoalWords.stops.contains(source.word(first)) || tokens[first].isCapital else { return nil }
            // A plural noun before the items is the rule above.
            if GoalWords.isPlural(source.word(first)), GoalWords.isThing(source.word(first)), !tokens[first].isCapital, source.mark(first + 1) != 0x2C, source.word(first + 1) != "and" { return nil }
            if isListAhead(first), !isClauseAhead(first) { return items(start: first, clause: at, colon: nil) }
            if let end = titleEnd(first) {
                add("", first, end, .name)
                return end
            }
        }
        if word == "with", source.mark(at - 1) != 0x2C, startsItem(at + 1), tokens[at + 1].isCapital, isListAhead(at + 1), hasWord(["group", "playlist", "album", "team", "list", "meeting"], windowStart(at), at) {
            return items(start: at + 1, clause: windowStart(at), colon: nil)
        }
        return nil
    }

    /// Behind a title with small words in it that a name would end at: `Toast with Egg`.
    private func titleEnd(_ first: Int) -> Int? {
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

    static let listVerbs: Set<String> = [
        "add", "delete", "remove", "buy", "put", "take", "get", "include", "insert", "pick", "order", "invite", "entered", "erase", "move", "copy", "likes", "tried", "deselect", "select", "cook", "enjoy", "eat", "prepare",
    ]

    /// Whether a verb stands there, and no noun: at the sentence's start, or after a word that a command follows.
    func isVerb(_ at: Int) -> Bool {
        guard source.isWord(at) else { return false }
        if at == source.sentenceStart(at) { return true }
        if tokens[at].isCapital { return false }
        let before = source.word(at - 1)
        return source.mark(at - 1) == 0x2C || source.mark(at - 1) == 0x3A || source.mark(at - 1) == 0x3B
            || ["please", "to", "then", "and", "you", "pls", "so", "i", "here", "can", "could", "kindly", "also", "just", "else", "now", "first", "not", "don't", "me", "have", "had"].contains(before)
    }

    private func startsItem(_ at: Int) -> Bool {
        guard at < tokens.count, !taken[at] else { return false }
        return tokens[at].isCapital || tokens[at].isIdentifier || source.quoteAt[at] >= 0 || tokens[at].kind == .number
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
                if commas == 0, !joined, words > 1, !(tokens[first].isCapital && source.isCapital(at + 1)), isTail(at, first, loose: true) { return false }
            }
            at += 1
        }
        return commas > 1 || commas > 0 && joined || joined || commas == 1 && !isPlace(first, end)
    }

    private func isPlace(_ first: Int, _ end: Int) -> Bool {
        guard let comma = (first..<end).first(where: { source.mark($0) == 0x2C }) else { return false }
        return tokens[first].isCapital && source.isCapital(comma + 1) || source.isCapital(comma - 1) || !tokens[first].isIdentifier && !tokens[first].isCapital
    }

    /// Whether a command or another clause begins.
    private func startsClause(_ at: Int, _ end: Int) -> Bool {
        guard at < end else { return true }
        var at = at
        if ["and", "then"].contains(source.word(at)) { at += 1 }
        let word = source.word(at)
        if tokens.indices.contains(at), tokens[at].isCapital || source.quoteAt[at] >= 0 || tokens[at].isIdentifier { return false }
        return GoalWords.verbs.contains(word) && !["order", "plan", "text", "book", "water", "drink"].contains(word)
            || GoalWords.questionWords.contains(word) || ["then", "but", "so", "it", "i", "do", "don't", "it's", "they", "you", "in", "on", "at", "with", "keeping", "to", "for", "her", "his", "their", "ensuring", "making", "using", "due", "from", "please", "will", "is", "are", "was", "has", "have", "can", "say", "says"].contains(word) || source.value(at)?.isMoment == true
    }

    /// Whether the object of a verb is a clause of its own: `add it and close`.
    private func isClauseAhead(_ first: Int) -> Bool { ["it", "them", "this", "all", "everything"].contains(source.word(first)) }

    /// Whether the words before a colon announce a list.
    func isListHead(_ start: Int, _ at: Int) -> Bool {
        let from = max(start, at - 14)
        if isListHeadWord(at - 1) { return true }
        if hasWord(["following", "these"], from, at) {
            return (from..<at).contains { GoalWords.isPlural(source.word($0)) && (GoalWords.isThing(source.word($0))) && !source.isQuoted[$0] }
                && !hasWord(["text", "message"], from, at)
        }
        return hasWord(Self.orderWords, max(from, at - 4), at) || hasWord(["list", "checklist"], from, at) && !hasWord(["text", "content"], from, at)
    }

    func isListHeadWord(_ at: Int) -> Bool {
        ["todo", "to-do", "todos", "to-dos", "items", "checklist", "order", "shopping", "groceries", "list", "names"].contains(source.word(at))
    }

    /// Reads the items that begin at a token, adds them as slots and as a table. Nil where there are none.
    mutating func items(start: Int, clause: Int, colon: Int?) -> Int? {
        guard start < tokens.count, !taken[start] else { return nil }
        let end = min(source.sentenceEnd(start), start + 2000)
        var found: [Range<Int>] = []
        var first = start
        var start = start
        // `the contents of the notes A, B and C`
        if ["content", "contents"].contains(source.word(start)), source.word(start + 1) == "of" {
            start += 2
            while GoalWords.determiners.contains(source.word(start)) || GoalWords.isPlural(source.word(start)) && GoalWords.isThing(source.word(start)) { start += 1 }
            guard start < end else { return nil }
            first = start
        }
        var at = start
        var stop = end
        var commas = false
        let lastComma = lastComma(start, end)
        func close(_ last: Int) {
            let (low, high) = (first, trimmed(first, last))
            if low < high { found.append(low..<high) }
        }
        while at < end {
            if source.quoteAt[at] >= 0 {
                at = source.quotes[source.quoteAt[at]].close + 1
                continue
            }
            let mark = source.mark(at)
            if taken[at] || mark == 0x28 || mark == GoalMark.dash {
                stop = at
                break
            }
            if mark == 0x2C || mark == 0x3B {
                close(at)
                commas = true
                first = at + 1
                if ["and", "or"].contains(source.word(first)), !source.isCapital(first) { first += 1 }
                if isOrder(first, end) || startsClause(first, end) {
                    stop = at
                    first = at
                    break
                }
                at = first
                continue
            }
            // A file's name is a whole item; a clause may follow `and`.
            if at > first, tokens[at - 1].isIdentifier, tokens[at].kind == .word, !tokens[at].isCapital, !tokens[at].isIdentifier, !["and", "or"].contains(source.word(at)) {
                stop = at
                break
            }
            if at > first, ["and", "or"].contains(source.word(at)), startsClause(at + 1, end) {
                stop = at
                break
            }
            if at > first, at > lastComma, isTail(at, first, loose: colon == nil), !isWeakTail(at, end) {
                let chance = colon == nil ? 0.15 : 0.3
                if !turns(.listTail, at: at, chance: chance) {
                    stop = at
                    break
                }
            }
            at += 1
        }
        if first < stop { close(stop) }
        splitConjunctions(&found, commas: commas, spoken: colon == nil)
        mergePlaces(&found)
        guard !found.isEmpty, found.count > 1 || colon != nil else { return nil }
        let name = itemName(clause, colon ?? start)
        var rows: [[String]] = []
        for range in found {
            let index = source.quoteAt[range.lowerBound]
            if index >= 0, source.quotes[index].close + 1 == range.upperBound {
                addQuote(name, source.quotes[index])
            } else {
                add(name, range.lowerBound, range.upperBound, .item)
            }
            rows.append([slots[slots.count - 1].text])
        }
        tables.append(TextTable(columns: [name.isEmpty ? "item" : name], rows: rows))
        take(start, max(start, stop))
        return max(stop, start + 1)
    }

    /// The last comma that separates items.
    private func lastComma(_ start: Int, _ end: Int) -> Int {
        var last = -1
        var at = start
        while at < end {
            if source.quoteAt[at] >= 0 {
                at = source.quotes[source.quoteAt[at]].close + 1
                continue
            }
            let mark = source.mark(at)
            if mark == 0x28 || taken[at] { break }
            if mark == 0x2C || mark == 0x3B {
                if startsClause(at + 1, end) { break }
                last = at
            }
            at += 1
        }
        return last
    }

    /// Whether a preposition before a capital letter is followed by a plainer end of the list: `Return to Paradise to my queue`.
    private func isWeakTail(_ at: Int, _ end: Int) -> Bool {
        guard source.isCapital(at + 1), at + 2 < end else { return false }
        for later in (at + 2)..<min(end, at + 8) {
            if source.mark(later) != 0 { return false }
            if ["to", "from", "into", "in", "on"].contains(source.word(later)), GoalWords.determiners.contains(source.word(later + 1)), !source.isCapital(later + 2) { return true }
        }
        return false
    }

    /// `in that order`, `in the order given`, `keeping the order`.
    private func isOrder(_ at: Int, _ end: Int) -> Bool {
        guard ["in", "keeping"].contains(source.word(at)) else { return false }
        for next in (at + 1)..<max(at + 1, min(at + 5, end)) {
            if Self.orderWords.contains(source.word(next)) { return true }
            guard ["the", "this", "that", "same", "exactly", "exact", "given", "following", "a"].contains(source.word(next)) else { return false }
        }
        return false
    }

    /// Whether at a token of the last item the goal goes on: `… to my queue`, `… from the app`, `… in the same order`.
    private func isTail(_ at: Int, _ first: Int, loose: Bool) -> Bool {
        let word = source.word(at)
        guard source.isWord(at), !tokens[at].isCapital else { return false }
        if source.value(at)?.isMoment == true, loose { return true }
        guard GoalWords.prepositions.contains(word) || word == "out" else { return ["so", "then", "because", "that", "which", "when", "i"].contains(word) && loose }
        guard at + 1 < tokens.count, tokens[at + 1].sentence == tokens[at].sentence else { return false }
        if loose, source.value(at + 1)?.isMoment == true { return true }
        if isOrder(at, source.sentenceEnd(at)) { return true }
        // `with` and `of` belong to what people and dishes are called.
        guard ["to", "in", "from", "into", "on", "onto", "out", "using", "for", "at", "under"].contains(word) else { return false }
        let next = source.word(at + 1)
        if word == "out", next == "of" { return true }
        if GoalWords.determiners.contains(next) {
            let noun = at + 2
            guard noun < tokens.count else { return false }
            if !tokens[noun].isCapital { return loose || endsWithApp(at) }
            return endsWithApp(at) || loose && word != "in"
        }
        if !loose { return endsWithApp(at) }
        if source.isCapital(at + 1) { return !tokens[first].isCapital || ["from", "into", "to"].contains(word) || endsWithApp(at) }
        return ["to", "from", "into", "on", "in"].contains(word) && (!tokens[first].isCapital || word != "on")
    }

    /// Whether the words from a token on name an app: `in the Maps app`.
    private func endsWithApp(_ at: Int) -> Bool {
        let end = min(source.sentenceEnd(at), at + 7)
        return hasWord(["app", "application"], at, end)
    }

    /// Splits at `and`: `A, B and C`.
    private mutating func splitConjunctions(_ found: inout [Range<Int>], commas: Bool, spoken: Bool) {
        var out: [Range<Int>] = []
        for (index, range) in found.enumerated() {
            let isLast = index == found.count - 1
            guard isLast || !commas, source.quoteAt[range.lowerBound] < 0 || !commas,
                let and = conjunction(range, commas), and + 1 < range.upperBound
            else {
                out.append(range)
                continue
            }
            let (left, right) = (and - range.lowerBound, range.upperBound - and - 1)
            // `Kale and Quinoa Salad` is one thing where the others have several words, too.
            let others = found.dropLast().allSatisfy { $0.count > 1 }
            let isOne = tokens[range.lowerBound].isCapital && !spoken && left == 1 && right > 1 && others
            let turned = turns(.conjunction, at: and, chance: isOne ? 0.4 : 0.15)
            if isOne != turned {
                out.append(range)
            } else {
                var low = range.lowerBound
                // Without commas every `and` separates.
                if !commas {
                    for token in range where ["and", "&", "or"].contains(source.word(token)) && !source.isQuoted[token] && token > low && token < and {
                        out.append(low..<token)
                        low = token + 1
                    }
                }
                out.append(low..<and)
                out.append((and + 1)..<range.upperBound)
            }
        }
        found = out
    }

    /// Where the last two items are parted: at `or` rather than at `and`; of several after commas at the first.
    private func conjunction(_ range: Range<Int>, _ commas: Bool) -> Int? {
        let all = range.dropFirst().filter { ["and", "&", "or"].contains(source.word($0)) && !tokens[$0].isCapital && !source.isQuoted[$0] }
        if let or = all.first(where: { source.word($0) == "or" }) { return or }
        // `Kale and Quinoa Salad and Cheesy Pie`
        guard commas, let first = all.first, !(first == range.lowerBound + 1 && tokens[range.lowerBound].isCapital) else { return all.last }
        return first
    }

    /// `Balzers, Liechtenstein, Triesen, Liechtenstein`: where every second item is the same, two are one.
    private func mergePlaces(_ found: inout [Range<Int>]) {
        guard found.count >= 4, found.count % 2 == 0 else { return }
        let second = source.text(found[1].lowerBound, found[1].upperBound)
        for index in stride(from: 1, to: found.count, by: 2)
        where source.text(found[index].lowerBound, found[index].upperBound) != second || !tokens[found[index].lowerBound].isCapital {
            return
        }
        found = stride(from: 0, to: found.count, by: 2).map { found[$0].lowerBound..<found[$0 + 1].upperBound }
    }

    /// What the items are: the last plural noun before them, in the singular.
    private func itemName(_ clause: Int, _ end: Int) -> String {
        let from = max(clause, end - 20)
        for at in stride(from: end - 1, through: from, by: -1) where at >= 0 && source.isWord(at) && !taken[at] {
            let word = source.word(at)
            if GoalWords.isPlural(word), GoalWords.isThing(word) { return GoalWords.singular(word) }
        }
        return "item"
    }
}
