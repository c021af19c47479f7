// SPDX-License-Identifier: Apache-2.0

/// The items of a list, and where it ends.
extension GoalReader {
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
            while GoalWords.determiners.contains(source.word(start))
                || GoalWords.isPlural(source.word(start)) && GoalWords.isThing(source.word(start))
            { start += 1 }
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
            if at > first, tokens[at - 1].isIdentifier, tokens[at].kind == .word, !tokens[at].isCapital,
                !tokens[at].isIdentifier, !["and", "or"].contains(source.word(at))
            {
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
    func lastComma(_ start: Int, _ end: Int) -> Int {
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
            if ["to", "from", "into", "in", "on"].contains(source.word(later)),
                GoalWords.determiners.contains(source.word(later + 1)), !source.isCapital(later + 2)
            {
                return true
            }
        }
        return false
    }

    /// `in that order`, `in the order given`, `keeping the order`.
    func isOrder(_ at: Int, _ end: Int) -> Bool {
        guard ["in", "keeping"].contains(source.word(at)) else { return false }
        for next in (at + 1)..<max(at + 1, min(at + 5, end)) {
            if Self.orderWords.contains(source.word(next)) { return true }
            guard
                ["the", "this", "that", "same", "exactly", "exact", "given", "following", "a"].contains(
                    source.word(next)
                )
            else { return false }
        }
        return false
    }

    /// Whether at a token of the last item the goal goes on: `… to my queue`, `… from the app`, `… in the same order`.
    func isTail(_ at: Int, _ first: Int, loose: Bool) -> Bool {
        let word = source.word(at)
        guard source.isWord(at), !tokens[at].isCapital else { return false }
        if source.value(at)?.isMoment == true, loose { return true }
        guard GoalWords.prepositions.contains(word) || word == "out" else {
            return ["so", "then", "because", "that", "which", "when", "i"].contains(word) && loose
        }
        guard at + 1 < tokens.count, tokens[at + 1].sentence == tokens[at].sentence else { return false }
        if loose, source.value(at + 1)?.isMoment == true { return true }
        if isOrder(at, source.sentenceEnd(at)) { return true }
        // `with` and `of` belong to what people and dishes are called.
        guard ["to", "in", "from", "into", "on", "onto", "out", "using", "for", "at", "under"].contains(word) else {
            return false
        }
        let next = source.word(at + 1)
        if word == "out", next == "of" { return true }
        if GoalWords.determiners.contains(next) {
            let noun = at + 2
            guard noun < tokens.count else { return false }
            if !tokens[noun].isCapital { return loose || endsWithApp(at) }
            return endsWithApp(at) || loose && word != "in"
        }
        if !loose { return endsWithApp(at) }
        if source.isCapital(at + 1) {
            return !tokens[first].isCapital || ["from", "into", "to"].contains(word) || endsWithApp(at)
        }
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
            // `Salt and Pepper Squid` is one thing where the others have several words, too.
            let others = found.dropLast().allSatisfy { $0.count > 1 }
            let isOne = tokens[range.lowerBound].isCapital && !spoken && left == 1 && right > 1 && others
            let turned = turns(.conjunction, at: and, chance: isOne ? 0.4 : 0.15)
            if isOne != turned {
                out.append(range)
            } else {
                var low = range.lowerBound
                // Without commas every `and` separates.
                if !commas {
                    for token in range
                    where ["and", "&", "or"].contains(source.word(token)) && !source.isQuoted[token] && token > low
                        && token < and
                    {
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
        let all = range.dropFirst().filter {
            ["and", "&", "or"].contains(source.word($0)) && !tokens[$0].isCapital && !source.isQuoted[$0]
        }
        if let or = all.first(where: { source.word($0) == "or" }) { return or }
        // `Salt and Pepper Squid and Lemon Pie`
        guard commas, let first = all.first, !(first == range.lowerBound + 1 && tokens[range.lowerBound].isCapital)
        else { return all.last }
        return first
    }

    /// `Vaduz, Liechtenstein, Triesen, Liechtenstein`: where every second item is the same, two are one.
    private func mergePlaces(_ found: inout [Range<Int>]) {
        guard found.count >= 4, found.count % 2 == 0 else { return }
        let second = source.text(found[1].lowerBound, found[1].upperBound)
        for index in stride(from: 1, to: found.count, by: 2)
        where source.text(found[index].lowerBound, found[index].upperBound) != second
            || !tokens[found[index].lowerBound].isCapital
        {
            return
        }
        found = stride(from: 0, to: found.count, by: 2).map { found[$0].lowerBound..<found[$0 + 1].upperBound }
    }

    /// What the items are: the last plural noun before them, in the singular.
    private func itemName(_ clause: Int, _ end: Int) -> String {
        let from = max(clause, end - 20)
        for at in stride(from: end - 1, through: from, by: -1) where at >= 0 && source.isWord(at) && !taken[at] {
            let word = source.word(at)
            if GoalWords.isPlural(word), GoalWords.isThing(word) { return GoalWords.singular(word).text }
        }
        return "item"
    }
}
