// SPDX-License-Identifier: Apache-2.0

/// What is said to a person, and what is to be remembered.
extension GoalReader {
    /// `tell Tom that dinner is ready`, `remind me to buy milk tomorrow`, `note that the key is here`.
    mutating func speech(_ at: Int) -> Int? {
        guard source.isWord(at), !source.isQuoted[at], at + 1 < tokens.count else { return nil }
        let word = source.word(at)
        if ["remind", "remmind", "remember"].contains(word), isVerb(at) { return reminder(at) }
        if ["task", "reminder", "todo", "to-do", "note", "alarm"].contains(word), source.word(at + 1) == "to",
            source.isWord(at + 2),
            !GoalWords.determiners.contains(source.word(at + 2)), !source.isCapital(at + 2),
            !hasWord(["move", "rename", "change"], windowStart(at), at)
        {
            return thought("title", at + 2)
        }
        if word == "note", source.word(at + 1) == "that", at == source.sentenceStart(at) {
            return freeText("text", at + 2)
        }
        if word == "let", isVerb(at) { return message(at, person: at + 1) }
        if GoalWords.messageVerbs.contains(word), isVerb(at) { return message(at, person: at + 1) }
        if word == "send", isVerb(at) { return message(at, person: at + 1) }
        if ["call", "ring", "phone", "dial", "invite", "forward"].contains(word), isVerb(at),
            source.mark(at + 2) != 0x3A, !isListAhead(at + 1)
        {
            _ = person(at + 1)
            return nil
        }
        return nil
    }

    /// A text up to where a time is told: `buy milk | tomorrow at 9`.
    mutating func thought(_ name: String, _ first: Int) -> Int? {
        guard first < tokens.count, tokens[first].kind != .mark || source.quoteAt[first] >= 0 else { return nil }
        if source.quoteAt[first] >= 0 {
            addQuote(name, source.quotes[source.quoteAt[first]])
            return source.quotes[source.quoteAt[first]].close + 1
        }
        let end = thoughtEnd(first)
        guard end > first else { return nil }
        add(name, first, trimmed(first, end), .phrase)
        return end
    }

    private func thoughtEnd(_ first: Int) -> Int {
        let end = source.sentenceEnd(first)
        var at = first
        while at < end, !taken[at] {
            if at > first {
                if let value = source.value(at), value.isMoment { break }
                if ["at", "on", "by", "for", "in", "from", "until", "before", "after", "due", "every"].contains(
                    source.word(at)
                ) {
                    var next = at + 1
                    while ["the", "next", "this", "by", "at", "on"].contains(source.word(next)),
                        source.value(next) == nil, next < at + 3
                    { next += 1 }
                    if let value = source.value(next), next < end,
                        value.isMoment || source.word(at) == "in" && isDuration(value)
                    {
                        break
                    }
                    if source.word(at) == "every" { break }
                }
                if GoalWords.frequencies.contains(source.word(at)) { break }
                if source.mark(at) == 0x2C, source.word(at + 1) == "due" || source.value(at + 1)?.isMoment == true {
                    break
                }
            }
            at += 1
        }
        return at
    }

    private func isDuration(_ value: GoalSource.Value) -> Bool {
        if case .duration = value.span.value { return true }
        return false
    }

    private mutating func reminder(_ at: Int) -> Int? {
        let end = min(source.sentenceEnd(at), at + 24)
        var place = at + 1
        // `remind me at 18:00 to …`: the first `to` that follows.
        while place < end {
            let word = source.word(place)
            if ["to", "2", "about", "that"].contains(word), source.value(place)?.isMoment != true, !taken[place] {
                return thought("title", place + 1)
            }
            place += 1
        }
        return nil
    }

    /// A person to whom something is said, and what.
    private mutating func message(_ at: Int, person first: Int) -> Int? {
        let verb = source.word(at)
        var first = first
        let end = min(source.sentenceEnd(at), at + 40)
        if verb == "send" || verb == "write" || source.word(first) == "a" || source.word(first) == "an" {
            // `send a message to X saying Y`
            if let to = (first..<end).first(where: { source.word($0) == "to" && !source.isQuoted[$0] }),
                hasWord(["message", "text", "sms", "email", "mail"], first, to), to - first < 5
            {
                first = to + 1
            } else if verb == "write" || source.word(first) == "a" || source.word(first) == "an" {
                return nil
            }
        }
        guard !["me", "us", "it", "this"].contains(source.word(first)), let last = person(first) else { return nil }
        guard GoalWords.messageVerbs.contains(verb) || verb == "let" || verb == "send" else { return last }
        // What is said: after `that`, `know`, `if`; words about a group may stand between.
        var say = last
        let limit = min(end, last + 7)
        while say < limit {
            let word = source.word(say)
            // An object of its own comes between: `text Anna the address that …`
            if say == last, GoalWords.determiners.contains(word), word != "that" { return last }
            if word == "know", verb == "let" {
                say += 1
                if source.word(say) == "that" { say += 1 }
                return freeText("message", say)
            }
            if word == "that", verb != "send" || say == last {
                for token in last..<say where source.quoteAt[token] >= 0 {
                    addQuote(
                        name(before: token, after: source.quotes[source.quoteAt[token]].close + 1),
                        source.quotes[source.quoteAt[token]]
                    )
                }
                return freeText("message", say + 1)
            }
            if ["if", "whether"].contains(word), verb == "ask" { return freeText("message", say + 1) }
            if source.mark(say) != 0, !source.isQuoted[say] { return last }
            say += 1
        }
        return last
    }

    /// A person's name, a number or an address that begins at a token: a slot, and the token behind it.
    mutating func person(_ first: Int) -> Int? {
        guard first < tokens.count, !taken[first], source.quoteAt[first] < 0 else { return nil }
        let token = tokens[first]
        if let end = phoneEnd(first) {
            add("recipient", first, end, .shape)
            return end
        }
        if kind(first) == "email" {
            add("recipient", first, first + 1, .shape)
            return first + 1
        }
        if token.isCapital, source.value(first)?.isMoment != true {
            let end = capitalEnd(first, min(source.sentenceEnd(first), first + 6))
            let last = withoutPossessive(first, end)
            addName("recipient", first, last)
            return end
        }
        guard token.kind == .word else { return nil }
        if Self.relatives.contains(token.lower) {
            add("recipient", first, first + 1, .phrase)
            return first + 1
        }
        if ["my", "the", "our"].contains(token.lower), Self.relatives.contains(source.word(first + 1)) {
            add("recipient", first + 1, first + 2, .phrase)
            return first + 2
        }
        if ["everyone", "everybody", "all", "them", "him", "her"].contains(token.lower) { return first + 1 }
        return nil
    }

    private static let relatives = WordSet(
        """
        mum mom mother dad father grandma grandpa granny sister brother wife husband son daughter aunt uncle boss
        landlord doctor dentist plumber neighbor neighbour mommy daddy papa mama nan partner girlfriend boyfriend
        teacher coach manager cousin roommate babysitter
        """
    )

    /// Adds a name whose last word may end in `'s`, without that.
    mutating func addName(_ name: String, _ first: Int, _ end: Int, keep: Bool = false) {
        guard first < end else { return }
        let start = tokens[first].start
        var stop = tokens[end - 1].end
        if !keep {
            if source.bytes[start..<stop].suffix(2).elementsEqual([0x27, 0x73]) { stop -= 2 }
            if source.bytes[start..<stop].suffix(4).elementsEqual([0xE2, 0x80, 0x99, 0x73]) { stop -= 4 }
        }
        guard stop > start else { return }
        let text = source.text(start..<stop)
        slots.append(GoalSlot(name: name, value: .text(text), text: text, range: start..<stop, source: .name))
        take(first, end)
    }

    /// A possessive ends a name: `Vera's email`.
    func withoutPossessive(_ first: Int, _ end: Int) -> Int {
        for at in first..<end where tokens[at].isPossessive {
            return at + 1
        }
        return end
    }

    private static let inOrSo = WordSet("in so")
    private static let noStops = WordSet("")

    private static let tellers = WordSet(
        """
        quantity amount price definition meaning use uses contain contains mention include includes with have cannot
        eat for on
        """
    )

    /// What certain words tell, after the main pass: `quantity of flour`, `that use garlic`, `$5 for lunch`.
    mutating func spoken() {
        for at in tokens.indices
        where Self.tellers.contains(tokens[at].lower) && !taken[at] && !source.isQuoted[at] {
            // `of the flour`, `quantity of flour do I need`
            if ["quantity", "amount", "price", "definition", "meaning"].contains(source.word(at)),
                source.word(at + 1) == "of"
            {
                addPhrase("item", at + 2, stop: GoalWords.auxiliaries)
            }
            if [
                "use", "uses", "contain", "contains", "mention", "include", "includes", "with", "have", "cannot", "eat",
            ].contains(source.word(at)),
                source.word(at + 2) == "in"
                    || ["that", "which", "directions", "ingredients", "recipes", "cannot"].contains(source.word(at - 1)),
                !["cannot", "the", "a", "it"].contains(source.word(at + 1))
            {
                if hasWord(
                    ["that", "which", "whose", "recipes", "all", "cannot", "directions", "every"],
                    windowStart(at),
                    at
                ),
                    source.word(at) != "with"
                        || hasWord(["directions", "ingredients", "title", "notes"], at, min(at + 6, tokens.count))
                {
                    addPhrase("keyword", at + 1, stop: Self.inOrSo)
                }
            }
            if source.word(at) == "for" || source.word(at) == "on",
                hasWord(["expense", "spent", "log", "paid", "pay", "spend"], windowStart(at), at),
                !GoalWords.determiners.contains(source.word(at + 1)), at > 0,
                taken[at - 1] || tokens[at - 1].kind == .number || source.word(at - 1) == "euros"
                    || source.word(at - 1) == "dollars"
            {
                addPhrase("name", at + 1, stop: Self.noStops)
            }
        }
    }

    /// Adds lower-case words from a token to a stop word, if there are any.
    @discardableResult mutating func addPhrase(_ name: String, _ first: Int, stop: WordSet) -> Bool {
        guard first < tokens.count else { return false }
        let limit = min(source.sentenceEnd(max(first - 1, 0)), first + 5)
        var end = first
        while end < limit, source.isWord(end), !taken[end], !source.isQuoted[end], !tokens[end].isCapital || end > first
        {
            let word = source.word(end)
            if GoalWords.stops.contains(word) || stop.contains(word) || GoalWords.determiners.contains(word) { break }
            if source.value(end)?.isMoment == true { break }
            end += 1
        }
        guard end > first else { return false }
        add(name, first, end, .phrase)
        return true
    }
}
