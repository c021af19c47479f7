// SPDX-License-Identifier: Apache-2.0

/// Capitalised names, and the words that are left.
extension GoalReader {
    /// What things are told apart by: `running activities`, `my Board meeting event`, `reimbursable transactions`.
    mutating func qualified() {
        for at in tokens.indices where source.isWord(at) && !taken[at] && !source.isQuoted[at] && !tokens[at].isCapital
        {
            let word = source.word(at)
            if word == "app" {
                appName(at)
                continue
            }
            if hasLaterNoun(at) { continue }
            if at > 0, GoalWords.things.contains(word), let first = owned(at) {
                add(word.text, first, at, .phrase)
                continue
            }
            guard GoalWords.isThing(word), at > 0,
                !["title", "name", "item", "number", "place", "location", "text", "list"].contains(
                    GoalWords.singular(word)
                )
            else { continue }
            let start = max(windowStart(at), at - 9)
            // Back to a word that opens the phrase.
            var first = at
            var capital = -1
            while first > start, source.isWord(first - 1), !taken[first - 1], !source.isQuoted[first - 1] {
                let before = source.word(first - 1)
                if tokens[first - 1].isCapital, first - 1 > source.sentenceStart(at) { capital = first - 1 }
                if Self.openers.contains(before) {
                    if capital < 0 || ["my", "your"].contains(before) { break }
                }
                if capital < 0, at - first >= 3 { break }
                if source.value(first - 1)?.isMoment == true { break }
                first -= 1
            }
            guard first > start, Self.openers.contains(source.word(first - 1)), first < at else { continue }
            if capital >= 0 { continue }
            while first < at,
                Self.plainWords.contains(source.word(first)) || GoalWords.determiners.contains(source.word(first))
            { first += 1 }
            guard first < at, at - first <= 3,
                (first..<at).allSatisfy({
                    !GoalWords.stops.contains(source.word($0)) && !Self.plainWords.contains(source.word($0))
                        && !Self.commands.contains(source.word($0))
                })
            else { continue }
            add(GoalWords.singular(word).text, first, at, .phrase)
        }
    }

    /// Whether a noun of a compound is not its last: `run` in `charity run event`.
    private func hasLaterNoun(_ at: Int) -> Bool {
        var next = at + 1
        while next < tokens.count, next < at + 4, source.isWord(next), !taken[next], !tokens[next].isCapital,
            !GoalWords.determiners.contains(source.word(next)),
            !GoalWords.prepositions.contains(source.word(next)), !GoalWords.auxiliaries.contains(source.word(next))
        {
            if GoalWords.things.contains(source.word(next)) { return true }
            next += 1
        }
        return false
    }

    /// Where the title begins in `my Review of the budget event`.
    private func owned(_ at: Int) -> Int? {
        var first = at
        let start = max(windowStart(at), at - 10)
        while first > start, source.isWord(first - 1), !taken[first - 1] {
            first -= 1
            if ["my", "your"].contains(source.word(first)) {
                guard first + 1 < at, tokens[first + 1].isCapital, source.value(first + 1)?.isMoment != true else {
                    return nil
                }
                return first + 1
            }
        }
        return nil
    }

    private static let commands = GoalWords.verbs.subtracting(WordSet("running set"))

    private static let openers = WordSet(
        """
        many the my a an for of any all what which in every those these your this one delete remove show list with
        count find log
        """
    )

    /// Words before a noun that say nothing which a field would hold.
    private static let plainWords = WordSet(
        """
        new next upcoming last first following calendar audio text phone most recent newest latest oldest same
        recurring entire existing unread active favorite location contact recent previous current single two three
        four exact unique any all other high low medium priority completed incomplete open duplicate longest shortest
        sms voice music video shopping to-do whole own my the many old email wifi screen group required provided extra
        set more several such their your of playing minute second hour wallpaper social
        """
    )

    /// `the camera app`, `the app clock`.
    private mutating func appName(_ at: Int) {
        var first = at
        while first > windowStart(at), source.isWord(first - 1), !taken[first - 1], !tokens[first - 1].isCapital,
            !Self.openers.contains(source.word(first - 1)), !GoalWords.stops.contains(source.word(first - 1)),
            !GoalWords.verbs.contains(source.word(first - 1)), at - first < 3
        {
            first -= 1
        }
        if first < at, at == 0 || !source.isCapital(at - 1),
            ["the", "open", "launch", "start", "my"].contains(source.word(first - 1))
        {
            add("app", first, at, .phrase)
        } else if first == at, source.word(at - 1) == "the", source.isWord(at + 1), !tokens[at + 1].isCapital,
            !GoalWords.stops.contains(source.word(at + 1)), tokens[at + 1].sentence == tokens[at].sentence
        {
            add("app", at + 1, at + 2, .phrase)
        }
    }

    /// Runs of capitalised words that nothing has taken.
    mutating func names() {
        var at = 0
        while at < tokens.count {
            guard source.isCapital(at), source.isWord(at), !taken[at], !source.isQuoted[at], !isPlain(at) else {
                at += 1
                continue
            }
            let end = capitalEnd(at, min(source.sentenceEnd(at), at + 10))
            if let last = place(at, end) {
                at = last
                continue
            }
            name(at, end)
            at = end
        }
    }

    /// Words whose capital letter says nothing: those that begin a sentence and are common, months and days, `I`.
    private func isPlain(_ at: Int) -> Bool {
        let word = source.word(at)
        if word == "i" || word.hasPrefix("i'") { return true }
        if source.value(at)?.isMoment == true { return true }
        if tokens[at].end - tokens[at].start == 1, !source.isCapital(at + 1) { return true }
        let isFirst = at == source.sentenceStart(at) || source.mark(at - 1) == 0x3A
        if !isFirst { return word == "ok" || word == "not" || word == "do" }
        return GoalWords.verbs.contains(word) || GoalWords.sentenceStarters.contains(word)
            || GoalWords.questionWords.contains(word)
            || GoalWords.auxiliaries.contains(word)
            || source.isWord(at + 1) && !source.isCapital(at + 1) && tokens[at + 1].space && isCommon(word)
    }

    private func isCommon(_ word: GoalWord) -> Bool {
        GoalWords.things.contains(word) || GoalWords.fields.contains(word) || word.hasSuffix("ing")
            || GoalWords.stops.contains(word)
    }

    /// `Vaduz, Liechtenstein`: both together, and the first by itself.
    private mutating func place(_ at: Int, _ end: Int) -> Int? {
        guard source.mark(end) == 0x2C, source.isCapital(end + 1), isFree(end, end + 2),
            tokens[end + 1].sentence == tokens[at].sentence,
            source.value(end + 1)?.isMoment != true, !GoalWords.verbs.contains(source.word(end + 1)), at > 0,
            at > source.sentenceStart(at)
        else { return nil }
        let last = capitalEnd(end + 1, min(source.sentenceEnd(at), end + 6))
        // A third part makes it a list or a clause.
        guard source.mark(last) != 0x2C || last + 1 >= tokens.count || !source.isCapital(last + 1) else { return nil }
        let text = tokens[at].start..<tokens[last - 1].end
        slots.append(
            GoalSlot(
                name: "place",
                value: .text(source.text(text)),
                text: source.text(text),
                range: text,
                source: .name
            )
        )
        addName("", at, end)
        take(at, last)
        return last
    }

    private mutating func name(_ at: Int, _ end: Int) {
        let before = source.word(at - 1)
        let hasFile =
            hasWord(
                ["file", "folder", "move", "copy", "directory", "note", "notes"],
                windowStart(at),
                min(at + 12, tokens.count)
            ) || before == "into"
        var name = contextName(at, end) ?? ""
        let start = max(windowStart(at), at - 3)
        let opening = (start..<at).last { GoalWords.prepositions.contains(source.word($0)) || tokens[$0].kind == .mark }
        if name == "folder" || name.isEmpty {
            let preposition = before == "the" || before == "folder" ? opening.map { source.word($0) } ?? "" : before
            let moves = hasWord(["move", "copy", "take", "put", "share", "transfer"], windowStart(at), at)
            switch preposition {
            case "from", "of":
                if hasFile {
                    name = moves ? "source folder" : "folder"
                } else if preposition == "from", name.isEmpty {
                    name = "sender"
                }
            case "to", "into": name = hasFile && moves ? "target folder" : name.isEmpty ? "recipient" : name
            case "in", "under", "within": if hasFile { name = "folder" }
            case "with", "for", "contact", "message", "text": if name.isEmpty { name = "person" }
            default: break
            }
        }
        let last = withoutPossessive(at, end)
        let isPossessive =
            last <= tokens.count && tokens[last - 1].isPossessive
        let owns =
            isPossessive && last < tokens.count && tokens[last].kind == .word
            && !GoalWords.stops.contains(source.word(last)) && tokens[last].sentence == tokens[at].sentence
        addName(name, at, isPossessive ? last : end, keep: isPossessive && !owns)
    }

    // MARK: - What is left

    private static let objectVerbs = WordSet(
        """
        buy order play search type enter open launch install uninstall add remove delete cancel book watch find move
        start log look convert listen download visit get check schedule create plan navigate go show track block
        record
        """
    )

    /// The objects of verbs, where nothing else has taken them.
    mutating func objects() {
        for at in tokens.indices
        where source.isWord(at) && !taken[at] && !source.isQuoted[at] && Self.objectVerbs.contains(source.word(at))
            && isVerb(at)
        {
            var first = at + 1
            var searches = false
            if ["search", "look", "listen", "navigate", "go"].contains(source.word(at)) {
                guard ["for", "up", "to"].contains(source.word(first)) else { continue }
                first += 1
                searches = source.word(at) != "go"
            }
            while GoalWords.determiners.contains(source.word(first))
                || ["some", "more", "new"].contains(source.word(first))
            { first += 1 }
            guard first < tokens.count, tokens[first].sentence == tokens[at].sentence, !taken[first],
                tokens[first].kind != .mark
            else { continue }
            let end = objectEnd(first, searches: searches)
            guard end > first,
                !(first..<end).allSatisfy({
                    GoalWords.isThing(source.word($0)) && !["open", "launch"].contains(source.word(at))
                        || Self.plainWords.contains(source.word($0))
                        || ["it", "all", "them", "everything", "me"].contains(source.word($0))
                }), source.word(first) != "me"
            else { continue }
            add("", first, end, .phrase)
        }
    }

    private func objectEnd(_ first: Int, searches: Bool) -> Int {
        let limit = min(source.sentenceEnd(first), first + (searches ? 14 : 6))
        var at = first
        while at < limit, tokens[at].kind != .mark, !taken[at], !source.isQuoted[at] {
            let word = source.word(at)
            if at > first || !searches, let value = source.value(at), value.isMoment { break }
            if !searches || at == first, GoalWords.stops.contains(word) { break }
            if !searches, GoalWords.prepositions.contains(word) || Self.participle(word) != nil && word != "subject" {
                break
            }
            if searches, ["in", "on", "using", "with"].contains(word),
                ["the", "my"].contains(source.word(at + 1)) || source.isCapital(at + 1)
            {
                break
            }
            at += 1
        }
        return at
    }
}
