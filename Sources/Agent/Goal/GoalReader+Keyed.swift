// SPDX-License-Identifier: Apache-2.0

/// Values after their keys, and texts that go on to the end.
extension GoalReader {
    // MARK: - Lines

    /// Takes the rows that lines list. A single row's cells, and the items of a list, are slots as well.
    mutating func lines() {
        var token = 0
        for block in source.blocks {
            guard let first = block.rows.first?.compactMap({ $0 }).first?.range.lowerBound,
                let end = block.rows.last?.compactMap({ $0 }).last?.range.upperBound
            else { continue }
            while token < tokens.count, tokens[token].end <= first { token += 1 }
            guard token < tokens.count, !source.isQuoted[token] || source.quoteAt[token] >= 0 else { continue }
            tables.append(block.table)
            // The header and the first key stand before the first cell.
            var start = token
            while start > 0, tokens[start - 1].sentence == tokens[token].sentence, tokens[start].breaks == 0 {
                start -= 1
            }
            if block.kind == .delimited, start > 0 {
                start -= 1
                while start > 0, tokens[start].breaks == 0 { start -= 1 }
            }
            var last = token
            while last < tokens.count, tokens[last].start < end { last += 1 }
            take(start, last)
            if block.rows.count == 1 || block.kind == .bullets {
                for row in block.rows {
                    for (column, cell) in row.enumerated() {
                        guard let cell, !cell.range.isEmpty else { continue }
                        let name = block.columns[column]
                        slots.append(
                            GoalSlot(
                                name: name,
                                value: ValueReader.value(of: cell.text, now: source.now),
                                text: cell.text,
                                range: cell.range,
                                source: block.kind == .bullets ? .item : .keyed
                            )
                        )
                    }
                }
            }
        }
    }

    // MARK: - Colons

    /// What follows a colon: the value of a key, a text, a list; or nothing of the kind, where the colon ends a topic.
    mutating func colon(_ at: Int) -> Int? {
        guard source.mark(at) == 0x3A || source.mark(at) == 0x3D, at > 0, at + 1 < tokens.count,
            ![0x3C, 0x3E].contains(source.mark(at - 1)), ![0x3C, 0x3E, 0x3A, 0x3D].contains(source.mark(at + 1))
        else { return nil }
        let start = clauseStart(before: at)
        guard start < at else { return nil }
        let isTextNext = isFreeText(start, at)
        // Lines that were taken as rows may be a text, too.
        guard !taken[at + 1] else { return nil }
        let key = keyStart(start, at)
        // `details: First Name: Anna`: the first colon only introduces.
        if let next = nextKeyColon(at + 1), next.first == at + 1 { return at + 1 }
        if let key, let end = pairEnd(at, key: key) {
            addValue(fieldName(key, at), at + 1, end, .keyed)
            take(key, at + 1)
            lastPair = end
            return end
        }
        if source.mark(at) == 0x3D { return isListAhead(at + 1) ? items(start: at + 1, clause: start, colon: at) : nil }
        if isListHead(start, at), let end = items(start: at + 1, clause: start, colon: at) { return end }
        if hasWord(["reminder", "remind", "forget"], max(start, at - 12), at), let end = thought("title", at + 1) {
            return end
        }
        if isTextNext { return freeText(textName(start, at), at + 1) }
        if isTopic(start, at) { return at + 1 }
        if isListAhead(at + 1), let end = items(start: at + 1, clause: start, colon: at) { return end }
        if let key, GoalWords.fields.contains(source.word(at - 1)) { return freeText(fieldName(key, at), at + 1) }
        return at + 1
    }

    /// Where the words before a colon begin: behind the sentence's start, another colon or a bracket.
    private func clauseStart(before at: Int) -> Int {
        let start = windowStart(at)
        var first = at
        while first > start {
            let mark = source.mark(first - 1)
            if mark == 0x3A || mark == 0x3B || mark == 0x28 { break }
            first -= 1
        }
        return first
    }

    /// Where the key that ends at a colon begins: at most three words, the last one a field's name, or any that follow a comma or
    /// the clause's start where the next pair follows; nil where the words are no key.
    private func keyStart(_ start: Int, _ at: Int) -> Int? {
        var first = at
        while first > start, at - first < 4, source.isWord(first - 1), !taken[first - 1] {
            let word = source.word(first - 1)
            if ["and", "with", "the", "its", "their", "a", "my", "new", "then", "set", "enter", "add", "is"].contains(
                word
            ) {
                break
            }
            first -= 1
        }
        guard first < at else { return nil }
        if GoalWords.fields.contains(source.word(at - 1)) {
            if at - 2 >= first, GoalWords.fieldModifiers.contains(source.word(at - 2)) { return at - 2 }
            return at - 1
        }
        let boundary =
            first == start || source.mark(first - 1) == 0x2C || ["and", "with"].contains(source.word(first - 1))
        return boundary && at - first <= 3 ? first : nil
    }

    private func fieldName(_ first: Int, _ end: Int) -> String {
        (first..<end).map { source.spelling($0) }.joined(separator: " ")
    }

    /// The end of a pair's value, where the clause is a series of pairs or its key is a field that holds no long text.
    private mutating func pairEnd(_ at: Int, key: Int) -> Int? {
        let isField = GoalWords.fields.contains(source.word(at - 1))
        let isText = GoalWords.textFields.contains(source.word(at - 1))
        let inSeries = lastPair >= 0 && key >= lastPair && key - lastPair < 3
        if let next = nextKeyColon(at + 1) {
            // The value ends before the mark that the next key follows.
            var end = next.first
            while end > at + 1,
                source.mark(end - 1) == 0x2C || source.mark(end - 1) == 0x3B || source.word(end - 1) == "and"
            {
                end -= 1
            }
            return isField || inSeries || !isTopic(key, at) ? end : nil
        }
        guard (isField && !isText) || inSeries, !isListHeadWord(at - 1),
            !["reminder", "note", "address"].contains(source.word(at - 1)) || inSeries
        else { return nil }
        if inSeries, isText { return nil }
        if GoalWords.questionWords.contains(source.word(at + 1)) { return nil }
        var end = source.sentenceEnd(at)
        if tokens[at + 1].sentence != tokens[at].sentence { end = source.sentenceEnd(at + 1) }
        // Up to a clause that goes on with something else.
        var cut = at + 2
        while cut < end {
            if source.mark(cut) == 0x3B { break }
            if source.mark(cut) == 0x2C, cut + 1 < end,
                GoalWords.prepositions.contains(source.word(cut + 1))
                    || ["and", "then", "but"].contains(source.word(cut + 1))
                    || GoalWords.fields.contains(source.word(cut + 1))
            {
                break
            }
            cut += 1
        }
        return trimmed(at + 1, min(cut, end))
    }

    /// The next key with a colon in the same sentence, with only its value's words between: where it begins, and its colon.
    private func nextKeyColon(_ from: Int) -> (first: Int, colon: Int)? {
        guard from < tokens.count else { return nil }
        let end = min(source.sentenceEnd(from), from + 40)
        var first = from
        for at in from..<end {
            let mark = source.mark(at)
            if source.quoteAt[at] >= 0 { continue }
            if source.isQuoted[at] { continue }
            if mark == 0x2C || mark == 0x3B || source.word(at) == "and" {
                first = at + 1
                continue
            }
            guard mark == 0x3A else { continue }
            guard at > first, at - first <= 3, (first..<at).allSatisfy({ source.isWord($0) && !source.isQuoted[$0] })
            else { return nil }
            return (first, at)
        }
        return nil
    }

    /// Whether words before a colon only say where something is done: `The app: open it`.
    private func isTopic(_ start: Int, _ at: Int) -> Bool {
        let next = source.word(at + 1)
        let isName = source.isCapital(at + 1) && source.isCapital(at + 2)
        if !isName,
            GoalWords.verbs.contains(next) || GoalWords.questionWords.contains(next)
                || GoalWords.auxiliaries.contains(next)
        {
            // `text: Call me` is a text, `The app: call me` is not.
            return !isFreeText(start, at)
        }
        if ["new", "first", "in", "please", "what", "any", "then", "only"].contains(next) { return true }
        return source.isCapital(start) && (start..<at).allSatisfy { !GoalWords.verbs.contains(source.word($0)) }
            && !isFreeText(start, at) && !GoalWords.isThing(source.word(at - 1))
    }

    private func textName(_ start: Int, _ at: Int) -> String {
        if let noun = following(start, at) { return noun }
        for token in stride(from: at - 1, through: max(start, at - 8), by: -1) {
            let word = source.word(token)
            if word == "text" || word == "message" || GoalWords.textFields.contains(word) {
                return Self.participle(word) ?? word.text
            }
        }
        let words = max(start, at - 12)
        if hasWord(GoalWords.sending, start, at) {
            return "message"
        }
        if hasWord(["note", "file", "document", "clipboard"], words, at) { return "text" }
        return "title"
    }

    /// Whether what follows a colon is a text, by the words before it.
    private func isFreeText(_ start: Int, _ at: Int) -> Bool {
        let last = source.word(at - 1)
        if GoalWords.textFields.contains(last), last != "notes" { return true }
        if last == "clipboard" || last == "reminder" || last == "note" { return true }
        let from = max(start, at - 10)
        if ["is", "be", "it", "this", "reads", "forget", "following", "with"].contains(last) {
            return hasWord(
                [
                    "text", "message", "content", "contents", "write", "put", "type", "enter", "note", "say", "sms",
                    "forget",
                ],
                from,
                at
            )
        }
        if hasWord(["following"], from, at), hasWord(["text", "message", "content", "note", "sentence"], from, at) {
            return true
        }
        // `text Anna: I am late`, `reply to 123: yes`
        let speaks = GoalWords.speaking
        if hasWord(speaks, start, min(start + 3, at)) || hasWord(["reply", "text"], from, at)
            || hasWord(["send"], start, min(start + 2, at))
        {
            return !hasWord(["following", "these"], from, at) || !GoalWords.isPlural(last)
        }
        return hasWord(["reminder", "remind"], from, at)
    }

    // MARK: - Texts to the end

    /// Adds a text that goes on to where the goal plainly goes on itself.
    mutating func freeText(_ name: String, _ first: Int) -> Int {
        guard first < tokens.count else { return first }
        let index = source.quoteAt[first]
        if index >= 0 {
            addQuote(name, source.quotes[index])
            return source.quotes[index].close + 1
        }
        var end = sentenceAfterText(first)
        let whole = end == tokens.count
        if whole {
            end = withoutTail(first, end)
        } else {
            end = withoutStop(first, end)
        }
        add(name, first, end, .keyed)
        return max(end, first + 1)
    }

    /// The sentence with which the goal goes on after a text, or the end.
    private mutating func sentenceAfterText(_ first: Int) -> Int {
        var sentence = tokens[first].sentence + 1
        var weak: Int?
        while sentence + 1 < source.sentenceStarts.count {
            let start = source.sentenceStarts[sentence]
            let sure = goesOn(start)
            if sure >= 3 {
                if turns(.sentence, at: start, chance: sure > 4 ? 0.05 : 0.2) { break }
                return start
            }
            if sure > 0, weak == nil { weak = start }
            sentence += 1
        }
        if let weak, turns(.sentence, at: weak, chance: 0.3) { return weak }
        return tokens.count
    }

    /// How surely a sentence speaks to the device again; 3 and more mean that it does.
    private func goesOn(_ start: Int) -> Int {
        var points = 0
        let word = source.word(start)
        // Two full stops: the text's own and the goal's.
        if start > 1, source.mark(start - 1) == 0x2E, [0x2E, 0x3F, 0x21].contains(source.mark(start - 2)) {
            points += 4
        }
        let end = min(source.sentenceEnd(start), start + 40)
        var verb = start
        if ["then", "afterwards", "finally", "next"].contains(word) {
            points += 2
            verb = start + 1
        } else if word == "after", ["that", "this"].contains(source.word(start + 1)) {
            points += 2
            verb = start + 2
        } else if word == "and", source.word(start + 1) == "then" {
            points += 3
            verb = start + 2
        } else if word == "do", source.word(start + 1) == "not" {
            verb = start + 2
        } else if ["don't", "please", "also"].contains(word) {
            verb = start + 1
        } else if word == "when", hasWord(["done", "there", "finished"], start, min(start + 5, end)) {
            points += 2
        }
        while verb < end, source.kindIsMark(verb) { verb += 1 }
        if ["use", "using"].contains(source.word(verb)), source.isCapital(verb + 1) { points += 2 }
        guard GoalWords.verbs.contains(source.word(verb)) else { return points }
        if GoalWords.deviceVerbs.contains(source.word(verb)) { points += 1 }
        var determined = false
        for at in verb + 1..<max(end, verb + 1) {
            let word = source.word(at)
            if GoalWords.deviceNouns.contains(word) {
                let before = source.word(at - 1)
                if word == "it" || word == "them"
                    || ["the", "this", "that", "new", "as", "via", "an", "phone", "of"].contains(before)
                {
                    determined = true
                }
            }
            if word == "sms" || word == "app" { determined = true }
        }
        return points + (determined ? (GoalWords.deviceVerbs.contains(source.word(verb)) ? 2 : 1) : 0)
    }

    /// The end of a text before the next sentence, without the full stop that belongs to the goal.
    private mutating func withoutStop(_ first: Int, _ end: Int) -> Int {
        guard end - 1 > first, source.mark(end - 1) == 0x2E else { return end }
        if [0x2E, 0x21, 0x3F].contains(source.mark(end - 2)) { return end - 1 }
        let several = tokens[first].sentence != tokens[end - 1].sentence
        let turned = turns(.textEnd, at: end, chance: 0.35)
        return several != turned ? end : end - 1
    }

    /// The end of a text without the words that say with what it is sent: `… in The Messenger`.
    private mutating func withoutTail(_ first: Int, _ end: Int) -> Int {
        var last = end
        if source.mark(last - 1) == 0x2E { last -= 1 }
        var at = last
        var capitals = 0
        var app = false
        while at > first + 1, last - at < 7 {
            let token = tokens[at - 1]
            if token.isCapital, token.kind == .word {
                capitals += 1
            } else if ["app", "application"].contains(token.lower) {
                app = true
            } else if ["the", "my"].contains(token.lower) {
            } else {
                break
            }
            at -= 1
        }
        guard capitals > 0, at > first, at < last,
            ["in", "using", "via", "with", "through", "on"].contains(source.word(at - 1))
        else { return end }
        let cut = at - 1
        guard cut > first else { return end }
        let closed = [0x2E, 0x21, 0x3F].contains(source.mark(cut - 1))
        let sure = closed || app || capitals > 1
        let turned = turns(.tail, at: cut, chance: closed ? 0.05 : sure ? 0.25 : 0.4)
        return sure != turned ? cut : end
    }

    /// Without marks at a value's end.
    func trimmed(_ first: Int, _ end: Int) -> Int {
        var end = end
        while end > first + 1, [0x2E, 0x2C, 0x3B, 0x21, 0x3F, 0x3A].contains(source.mark(end - 1)) { end -= 1 }
        return end
    }

    /// Adds a short value, or what is quoted of it.
    mutating func addValue(_ name: String, _ first: Int, _ end: Int, _ kind: GoalSlot.Source) {
        guard first < end else { return }
        if source.quoteAt[first] >= 0 {
            addQuote(name, source.quotes[source.quoteAt[first]])
            return
        }
        add(name, first, trimmed(first, end), kind)
        take(first, end)
    }
}

extension GoalSource {
    func kindIsMark(_ at: Int) -> Bool { at >= 0 && at < tokens.count && tokens[at].kind == .mark }
}
