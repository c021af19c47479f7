// SPDX-License-Identifier: Apache-2.0

/// Values that a word announces: `named X`, `with the title X`, `rename A to B`, `in the X folder`.
extension GoalReader {
    /// A value that a word at a token announces.
    mutating func marked(_ at: Int) -> Int? {
        guard source.isWord(at), at + 1 < tokens.count, !source.isQuoted[at] else { return nil }
        switch source.word(at) {
        case "titled", "entitled", "named", "called", "labeled", "labelled", "tagged":
            return announced(Self.participle(source.word(at)) ?? "name", at + 1)
        case "name", "call", "label":
            // `name it X`, `call the note X from now on`
            if let value = objectThenValue(at) { return announced("name", value) }
        case "rename": return renamed(at)
        case "to": return changedTo(at)
        case "saying", "says", "say", "reads", "reading":
            if source.word(at + 1) != "that", at > source.sentenceStart(at), source.mark(at + 1) != 0x3A, isSaid(at) {
                return freeText("message", at + 1)
            }
        case "top", "bottom", "end", "beginning", "start":
            if let text = placeThenText(at) { return freeText("text", text) }
        case "replace":
            if let text = replacedWith(at) { return freeText("text", text) }
        default: break
        }
        return field(at)
    }

    /// Whether `says` introduces words and not what a screen says.
    private func isSaid(_ at: Int) -> Bool {
        if source.word(at) == "saying" { return true }
        return hasWord(["message", "text", "sms", "email", "note", "reply"], windowStart(at), at)
            && source.quoteAt[at + 1] >= 0
            || source.word(at - 1) == "that"
                && hasWord(["message", "text", "sms", "email", "mail"], windowStart(at), at)
    }

    /// A value that follows its announcement directly; quotes are left to the rule for quotes.
    private mutating func announced(_ name: String, _ first: Int) -> Int? {
        var first = first
        while ["as", "it", "is", "to", "be", "simply", "just"].contains(source.word(first)) { first += 1 }
        guard first < tokens.count, source.quoteAt[first] < 0, source.mark(first) == 0 || tokens[first].kind != .mark,
            !taken[first], tokens[first].sentence == tokens[first - 1].sentence, !source.isQuoted[first]
        else { return nil }
        let end = valueEnd(first)
        guard end > first else { return nil }
        add(name, first, end, .keyed)
        return end
    }

    /// Behind the last token of a value that begins at a token, for values without quotes: one identifier, capitalised words, or
    /// words up to one that goes on with the goal.
    func valueEnd(_ first: Int) -> Int {
        guard first < tokens.count, !source.isQuoted[first], !taken[first] else { return first }
        let end = min(source.sentenceEnd(first), first + 12)
        let token = tokens[first]
        if token.kind == .mark { return first }
        if token.isIdentifier { return first + 1 }
        if token.isCapital { return capitalEnd(first, end) }
        if token.kind == .number {
            if let phone = phoneEnd(first) { return phone }
            if let value = source.value(first) { return value.end }
            return first + 1
        }
        var at = first
        while at < end, tokens[at].kind != .mark, !source.isQuoted[at], !taken[at], at - first < 6 {
            if GoalWords.stops.contains(source.word(at)) { break }
            if at > first, let value = source.value(at), value.isMoment { break }
            at += 1
        }
        return at
    }

    /// Capitalised words with what joins them: `Book of the Year`, `Summer '23`.
    func capitalEnd(_ first: Int, _ limit: Int) -> Int {
        var at = first + 1
        while at < limit, !taken[at] {
            if !tokens[at].space, tokens[at].kind == .mark, tokens[at].mark != 0x2E || !isInitial(at - 1) { break }
            let token = tokens[at]
            if token.kind == .mark {
                // `Mr. Hill`, `J. Smith`, and the year of `Summer '23`
                if token.mark == 0x2E, isInitial(at - 1), at + 1 < limit, tokens[at + 1].isCapital {
                    at += 1
                    continue
                }
                if [0x27, GoalMark.closeSingle, GoalMark.openSingle].contains(token.mark), !source.isQuoted[at],
                    at + 1 < limit, tokens[at + 1].kind == .number, !tokens[at + 1].space
                {
                    at += 2
                    continue
                }
                if token.mark == 0x26, at + 1 < limit, tokens[at + 1].isCapital {
                    at += 1
                    continue
                }
                break
            }
            if source.isQuoted[at] { break }
            if token.isCapital || token.kind == .number {
                if token.kind == .number, let value = source.value(at), value.isMoment { break }
                if token.isCapital, let value = source.value(at), value.isMoment,
                    value.end > at + 1 || GoalWords.weekdays.contains(token.lower)
                {
                    break
                }
                at += 1
                continue
            }
            // A small word counts where a capitalised one follows.
            var next = at
            while next < limit, next - at < 2, GoalWords.titleConnectors.contains(source.word(next)) { next += 1 }
            guard next > at, next < limit, tokens[next].isCapital, source.word(at) != "n" || true,
                source.value(next)?.isMoment != true
            else { break }
            at = next
        }
        return at
    }

    private func isInitial(_ at: Int) -> Bool {
        GoalWords.abbreviations.contains(source.word(at))
            || tokens[at].isCapital && tokens[at].end - tokens[at].start == 1
    }

    /// `name it X`, `name the file X`: where X begins.
    private func objectThenValue(_ at: Int) -> Int? {
        let next = source.word(at + 1)
        if ["it", "this", "that", "them"].contains(next) { return at + 2 }
        guard source.word(at) != "label", ["the", "this", "my"].contains(next), GoalWords.isThing(source.word(at + 2))
        else { return nil }
        return at + 3
    }

    /// `rename A to B`: A, where it is no pronoun; B is left to `to`.
    private mutating func renamed(_ at: Int) -> Int? {
        var first = at + 1
        while GoalWords.determiners.contains(source.word(first))
            || GoalWords.isThing(source.word(first)) && !source.isCapital(first)
        { first += 1 }
        guard first < tokens.count, !["it", "to"].contains(source.word(first)), tokens[first].kind != .mark else {
            return nil
        }
        let end = valueEnd(first)
        guard end > first, source.word(end) == "to" else { return nil }
        add("name", first, end, .keyed)
        return end
    }

    /// The new value in `rename it to X`, `change its name to X`, `set the font size to large`.
    private mutating func changedTo(_ at: Int) -> Int? {
        let start = max(windowStart(at), at - 10)
        guard
            let verb = (start..<at).last(where: {
                ["rename", "change", "set", "update", "switch"].contains(source.word($0))
            })
        else { return nil }
        // Another value or clause in between ends it.
        guard at > verb + 1, !(verb..<at).contains(where: { ["then", "when", ";"].contains(source.word($0)) }) else {
            return nil
        }
        var first = at + 1
        while GoalWords.determiners.contains(source.word(first)) { first += 1 }
        guard first < tokens.count, source.quoteAt[first] < 0, tokens[first].kind != .mark,
            source.value(first)?.isMoment != true || source.word(verb) == "rename",
            !taken[first]
        else { return nil }
        if let phone = phoneEnd(first) {
            add("number", first, phone, .shape)
            return phone
        }
        if let value = source.value(first), tokens[first].kind == .number, value.end > first { return nil }
        let name = source.word(verb) == "rename" ? "new name" : changedField(verb, at)
        let end = valueEnd(first)
        guard end > first else { return nil }
        add(name, first, end, .keyed)
        return end
    }

    private func changedField(_ verb: Int, _ to: Int) -> String {
        var last = to - 1
        while last > verb, !source.isWord(last) || taken[last] || !GoalWords.fields.contains(source.word(last)) {
            last -= 1
        }
        if last > verb { return fieldName(endingAt: last, from: verb + 1) ?? source.word(last).text }
        var first = to - 1
        while first > verb + 1, !GoalWords.determiners.contains(source.word(first)), to - first < 3 { first -= 1 }
        if GoalWords.determiners.contains(source.word(first)) { first += 1 }
        return first < to ? source.text(first, to).lowercased() : ""
    }

    /// `to the bottom of the note X`: where X begins, if anything does without another word between.
    private func placeThenText(_ at: Int) -> Int? {
        guard source.word(at - 1) == "the" || source.word(at - 1) == "its", source.word(at + 1) == "of" else {
            return nil
        }
        var next = at + 2
        while GoalWords.determiners.contains(source.word(next)) { next += 1 }
        guard GoalWords.isThing(source.word(next)) || ["text", "page"].contains(source.word(next)) else { return nil }
        next += 1
        if let token = tokens.indices.contains(next) ? tokens[next] : nil, token.isIdentifier { next += 1 }
        if source.mark(next) == 0x3A { return next + 1 < tokens.count ? next + 1 : nil }
        guard next < tokens.count,
            hasWord(["add", "append", "insert", "write", "put", "prepend", "type"], windowStart(at), at)
        else { return nil }
        guard tokens[next].isCapital || source.quoteAt[next] >= 0 || tokens[next].kind == .number,
            tokens[next].sentence == tokens[at].sentence
        else { return nil }
        return next
    }

    /// `replace the text with X`: where X begins.
    private func replacedWith(_ at: Int) -> Int? {
        let end = min(source.sentenceEnd(at), at + 12)
        guard let with = (at..<end).first(where: { ["with", "by"].contains(source.word($0)) }), with + 1 < end,
            hasWord(["text", "content", "contents", "everything", "body"], at, with), tokens[with + 1].isCapital,
            source.quoteAt[with + 1] < 0
        else { return nil }
        return with + 1
    }

    // MARK: - Fields without a colon

    /// `phone label Home`, `the number is 123`, `Anna as first name`.
    private mutating func field(_ at: Int) -> Int? {
        let word = source.word(at)
        if word == "as" { return asField(at) }
        // A capital letter makes it part of a name, a colon a key.
        if tokens[at].isCapital, at != source.sentenceStart(at) { return nil }
        if source.mark(at + 1) == 0x3A || source.mark(at + 2) == 0x3A { return nil }
        guard GoalWords.fields.contains(word),
            ![
                "note", "text", "start", "end", "time", "day", "date", "path", "reminder", "minutes", "hours",
                "seconds", "duration", "size", "distance", "place", "message", "folder",
            ].contains(word) || source.word(at + 1) == "is"
        else { return nil }
        var first = at + 1
        var linked = false
        while ["is", "to", "should", "be", "now", "it", "="].contains(source.word(first)), first < at + 4 {
            linked = true
            first += 1
        }
        guard first < tokens.count, !taken[first], source.quoteAt[first] < 0, !source.isQuoted[first],
            tokens[first].sentence == tokens[at].sentence
        else { return nil }
        let token = tokens[first]
        if GoalWords.isPlural(word), GoalWords.isThing(word), isListAhead(first) { return nil }
        guard token.kind != .mark,
            token.isCapital || token.isIdentifier || token.kind == .number || token.lower.hasPrefix("+")
        else {
            guard !linked, token.kind == .word, ["password", "category", "pin", "code"].contains(word),
                !GoalWords.stops.contains(token.lower)
            else { return nil }
            let end = valueEnd(first)
            add(fieldName(endingAt: at, from: windowStart(at)) ?? word.text, first, end, .keyed)
            return end
        }
        if token.isCapital, source.word(first - 1) == "of" || (source.value(first)?.isMoment ?? false) { return nil }
        if word == "address" || word == "location" || word == "name", !linked, token.isCapital == false,
            token.kind == .word, !token.isIdentifier
        {
            return nil
        }
        if token.kind == .number, phoneEnd(first) == nil, let value = source.value(first),
            value.isMoment || !["number", "amount", "quantity", "price", "code", "pin", "servings"].contains(word)
        {
            return nil
        }
        var end = valueEnd(first)
        if word == "address", token.kind == .number { end = addressEnd(first) }
        guard end > first else { return nil }
        add(fieldName(endingAt: at, from: windowStart(at)) ?? word.text, first, end, .keyed)
        return end
    }

    /// `fill in Anna as first name`: the words before `as`.
    private mutating func asField(_ at: Int) -> Int? {
        var last = at + 1
        while GoalWords.determiners.contains(source.word(last)) { last += 1 }
        if GoalWords.fieldModifiers.contains(source.word(last)), GoalWords.fields.contains(source.word(last + 1)) {
            last += 1
        }
        guard GoalWords.fields.contains(source.word(last)), at > 0,
            source.isWord(at - 1) || tokens[at - 1].kind == .number
        else { return nil }
        let name = fieldName(endingAt: last, from: at + 1) ?? source.word(last).text
        var first = at
        let start = max(windowStart(at), at - 6)
        while first > start, !taken[first - 1], tokens[first - 1].isCapital || tokens[first - 1].kind == .number {
            first -= 1
        }
        while first < at, GoalWords.verbs.contains(source.word(first)), first == source.sentenceStart(first) {
            first += 1
        }
        guard first < at else { return nil }
        add(name, first, at, .keyed)
        return last + 1
    }

    /// `12 Harbor Lane`, and a town after a comma.
    func addressEnd(_ first: Int) -> Int {
        guard first + 1 < tokens.count, tokens[first + 1].isCapital,
            tokens[first + 1].sentence == tokens[first].sentence
        else { return first + 1 }
        var end = capitalEnd(first + 1, min(source.sentenceEnd(first), first + 8))
        if source.mark(end) == 0x2C, end + 1 < tokens.count, tokens[end + 1].isCapital,
            tokens[end + 1].sentence == tokens[first].sentence
        {
            end = capitalEnd(end + 1, min(source.sentenceEnd(first), end + 5))
        }
        return end
    }
}
