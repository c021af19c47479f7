// SPDX-License-Identifier: Apache-2.0

/// What is asked, and how it is worked out.
extension QuestionReader {
    func asks(_ at: Int, _ sentence: Range<Int>) -> String {
        // `Answer with the titles only.`
        for other in sentences where isOrder(other) {
            guard let only = other.first(where: { source.word($0) == "only" || source.word($0) == "but" }) else {
                continue
            }
            let near = source.word(only) == "only" ? only - 1 : only + 1
            var first = near
            if source.word(only) == "but" {
                while GoalWords.determiners.contains(source.word(first)) { first += 1 }
                var last = first
                while last + 1 < other.upperBound, source.isWord(last + 1),
                    !GoalWords.stops.contains(source.word(last + 1)), last - first < 2
                { last += 1 }
                if source.isWord(first) { return phrase(first, last + 1) }
                continue
            }
            while first > other.lowerBound, source.isWord(first - 1),
                !GoalWords.determiners.contains(source.word(first - 1)),
                !GoalWords.stops.contains(source.word(first - 1))
            { first -= 1 }
            if source.isWord(first), first <= near, !GoalWords.verbs.contains(source.word(first)) {
                return phrase(first, near + 1)
            }
        }
        let word = source.word(at)
        var first = at + 1
        switch word {
        case "how":
            if ["many", "much"].contains(source.word(at + 1)) { return phrase(at + 2, nounEnd(at + 2)) }
            if source.word(at + 1) == "long" { return "duration" }
            if source.word(at + 1) == "far" { return "distance" }
            return ""
        case "when", "when's": return "date and time"
        case "where", "where's": return "location"
        case "who", "who's", "whom": return "person"
        case "is", "are", "does", "do", "did", "has", "have", "whether", "if", "was", "were": return ""
        default: break
        }
        if !GoalWords.questionWords.contains(word), !["count", "list", "name"].contains(word) { first = at }
        while GoalWords.auxiliaries.contains(source.word(first))
            || GoalWords.determiners.contains(source.word(first))
            || ["of", "up", "me"].contains(source.word(first))
        { first += 1 }
        return phrase(first, nounEnd(first))
    }

    func nounEnd(_ first: Int) -> Int {
        var at = first
        while at < source.tokens.count, at - first < 4, source.isWord(at), !source.isQuoted[at],
            !GoalWords.stops.contains(source.word(at)),
            !GoalWords.auxiliaries.contains(source.word(at)),
            !["i", "my", "covered", "there", "you", "of"].contains(source.word(at)),
            source.value(at)?.isMoment != true
        {
            at += 1
        }
        return at
    }

    func phrase(_ first: Int, _ end: Int) -> String {
        first < end ? source.text(first, end).lowercased() : ""
    }

    func aggregates(_ at: Int, _ sentence: Range<Int>, _ format: AnswerFormat) -> [GoalQuestion.Aggregate] {
        var out: [GoalQuestion.Aggregate] = []
        func add(_ all: GoalQuestion.Aggregate...) { for one in all where !out.contains(one) { out.append(one) } }
        // `…, so find out when it is`: the words before tell what.
        let isPronoun = (at..<min(at + 3, sentence.upperBound)).contains {
            ["it", "that", "this", "they", "so"].contains(source.word($0))
        }
        let low = isPronoun ? sentence.lowerBound : at
        let range = low..<sentence.upperBound
        let heard = Set(
            range.lazy.filter {
                !source.isQuoted[$0] && !inMoment[$0] && (!source.isCapital($0) || $0 == sentence.lowerBound)
            }
            .map(source.word)
        )
        func has(_ words: [GoalWord]) -> Bool { words.contains(where: heard.contains) }
        let (word, next) = (source.word(at), source.word(at + 1))
        let measured = word == "how" && next == "many" && Self.measures.contains(source.word(at + 2))
        if measured { add(.sum, .value) }
        let plural = sentence.contains {
            $0 > at - 1 && !source.isQuoted[$0] && GoalWords.isThing(source.word($0))
                && GoalWords.isPlural(source.word($0))
        }
        var wantsList = false
        if case .list = format { wantsList = true }
        if case .choice = format { add(.exists, .value) }
        if has(["difference"]) || has(["than"]) && word == "how" { add(.difference) }
        if has(["product"]) || has(["multiply"]) { add(.product) }
        if has(["total", "altogether", "sum", "overall"]) || has(["add"]) && has(["up"]) { add(.sum, .value) }
        if has([
            "longest", "highest", "largest", "most", "biggest", "farthest", "max", "maximum", "greatest", "fastest",
        ]), !has(["recent"]) {
            add(.max, .value)
        }
        if has(["shortest", "lowest", "smallest", "least", "min", "minimum", "cheapest", "slowest"]) {
            add(.min, .value)
        }
        let counts =
            word == "how" && next == "many" || word == "count"
            || plural
                && range.contains {
                    source.word($0) == "number" && source.word($0 + 1) == "of" && source.word($0 - 1) == "the"
                }
        if counts { add(.count, .value, .sum) }
        if has(["quantity"]) { add(.value) }
        if word == "how", next == "much" {
            if source.word(at + 2) == "time", has(["activity"]) { add(.value, .sum) } else { add(.sum, .value) }
        }
        if word == "how", next == "long" || next == "far" {
            let recent = has(["activities", "all", "did"]) && !has(["activity"])
            if recent { add(.sum, .value) } else { add(.value, .sum) }
        }
        let superlative = has(["first", "next", "earliest", "soonest", "upcoming", "oldest"])
        if superlative, !isWeek(sentence), !counts { add(.first, .value) }
        if has(["newest"]) { add(.first, .last) }
        if has(["last", "latest"]) || has(["recent"]) && has(["most"]), !counts, !isWeek(sentence) {
            add(.last, .first)
        }
        if wantsList { add(.list) }
        if ["is", "are", "does", "do", "did", "has", "have", "was", "were", "whether", "if"].contains(word),
            !wantsList
        {
            // `Do I have any meetings?` wants them named.
            if has(["any"]) { add(.list, .exists, .count) } else { add(.exists, .value) }
        }
        if ["which", "what", "list", "what's", "any"].contains(word) || word == "who", plural || word == "list",
            out.isEmpty
        {
            add(.list, .value)
        }
        if ["what", "what's"].contains(word), has(["calendar", "schedule", "agenda", "list"]), out.isEmpty {
            add(.list, .value)
        }
        if has(["quantity"]) { out.removeAll { $0 == .count } }
        add(.value)
        if plural { add(.list) }
        return out
    }

    static let measures = WordSet(
        "calories kilometers kilometres km miles meters metres minutes hours dollars euros liters litres points grams"
    )

    /// Whether `next` or `last` belongs to a week or a month.
    func isWeek(_ sentence: Range<Int>) -> Bool {
        let moments = sentence.filter {
            ["next", "last", "first"].contains(source.word($0)) && !source.isQuoted[$0]
        }
        return !moments.isEmpty
            && moments.allSatisfy {
                ["week", "month", "year", "weekend", "night", "day"].contains(source.word($0 + 1))
                    || GoalWords.weekdays.contains(source.word($0 + 1))
            }
            && !sentence.contains {
                ["earliest", "soonest", "upcoming", "oldest", "latest"].contains(source.word($0))
            }
    }
}
