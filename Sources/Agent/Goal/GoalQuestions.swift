// SPDX-License-Identifier: Apache-2.0

/// What a goal asks for, and how the answer is to be written.
enum GoalQuestions {
    /// The question of a goal, and what it wants worked out to be entered somewhere; nil each where there is none.
    static func read(_ source: GoalSource) -> (question: GoalQuestion?, computed: GoalQuestion?) {
        var inMoment = Array(repeating: false, count: source.tokens.count)
        for value in source.values where value.isMoment {
            for token in value.first..<value.end { inMoment[token] = true }
        }
        let reader = Reader(source: source, inMoment: inMoment)
        if let question = reader.question() { return (question, nil) }
        return (nil, reader.computed())
    }

    private struct Reader {
        let source: GoalSource
        /// Tokens of days and times.
        let inMoment: [Bool]

        /// The sentences that a goal has.
        var sentences: [Range<Int>] {
            (0..<max(source.sentenceStarts.count - 1, 0)).map { source.sentenceStarts[$0]..<source.sentenceStarts[$0 + 1] }
        }

        func question() -> GoalQuestion? {
            var asking: Range<Int>?
            var words: Int?
            var ordered = false
            for sentence in sentences where !sentence.isEmpty && !isCovered(sentence) {
                if isOrder(sentence) {
                    ordered = true
                    continue
                }
                if let found = asks(sentence) {
                    if asking == nil { (asking, words) = (sentence, found) }
                }
            }
            guard asking != nil || ordered else { return nil }
            let sentence = asking ?? sentences.first { !$0.isEmpty } ?? 0..<0
            let format = format()
            let from = words ?? sentence.lowerBound
            return GoalQuestion(asks: asks(from, sentence), aggregates: aggregates(from, sentence, format), format: format)
        }

        /// Whether a sentence belongs to a text or to rows.
        private func isCovered(_ sentence: Range<Int>) -> Bool {
            source.isQuoted[sentence.lowerBound] && source.quoteAt[sentence.lowerBound] < 0 && sentence.allSatisfy { source.isQuoted[$0] || source.kindIsMark($0) }
                || source.isQuoted[sentence.lowerBound] && source.quoteAt[sentence.lowerBound] < 0 && !endsWithMark(sentence)
        }

        /// A sentence that says how to answer.
        private func isOrder(_ sentence: Range<Int>) -> Bool {
            var at = sentence.lowerBound
            while at < sentence.upperBound, ["please", "just", "and", "only", "simply"].contains(source.word(at)) || source.kindIsMark(at) { at += 1 }
            let word = source.word(at)
            let next = source.word(at + 1)
            switch word {
            case "answer", "respond":
                return ["with", "in", "as", "using", "only", "yes", "by", "either"].contains(next) || source.quoteAt.indices.contains(at + 1) && source.quoteAt[at + 1] >= 0
            case "reply":
                return ["with", "in", "as"].contains(next) && formats(sentence)
            case "express", "give", "format", "write", "provide", "tell", "state", "report", "use":
                guard word != "tell", word != "report" || next == "the" else { return false }
                let end = min(sentence.upperBound, at + 5)
                if word == "write" { return (at..<end).contains { source.word($0) == "answer" } }
                if (at..<end).contains(where: { ["answer", "result", "format", "integer"].contains(source.word($0)) }) { return true }
                return (word == "give") && formats(sentence)
            case "titles", "title":
                return next == "only"
            case "in":
                return Self.units[next] != nil && formats(sentence) || ["comma", "the"].contains(next) && source.word(at + 2) == "format"
            default:
                return false
            }
        }

        /// Whether a sentence speaks of the form of an answer.
        private func formats(_ sentence: Range<Int>) -> Bool {
            sentence.contains { at in
                !source.isQuoted[at]
                    && ["only", "integer", "comma", "commas", "format", "number", "nothing", "whole", "form", "titles", "rounded", "single", "<", "title"].contains(source.word(at))
            } || sentence.contains { source.quoteAt[$0] >= 0 && source.word($0 + 1) == "true" }
        }

        /// The word that asks in a sentence; nil where it asks nothing.
        private func asks(_ sentence: Range<Int>) -> Int? {
            var at = sentence.lowerBound
            let end = sentence.upperBound
            func skip() {
                while at < end, ["please", "hey", "hi", "hello", "so", "and", "pls", "ok", "okay", "now", "then", "kindly"].contains(source.word(at)) || source.mark(at) == 0x2C { at += 1 }
            }
            skip()
            guard at < end else { return nil }
            let word = source.word(at)
            if GoalWords.questionWords.contains(word) {
                // `What the note says is wrong. Make it …`
                if !endsWithMark(sentence), !orderExists(), sentences.contains(where: { $0.lowerBound >= end && !$0.isEmpty && GoalWords.verbs.contains(source.word($0.lowerBound)) }) { return nil }
                // `When it is there, export it`, `Where recipes are the same, keep one`
                guard !["when", "where", "whose"].contains(word) || GoalWords.auxiliaries.contains(source.word(at + 1)) || word.hasSuffix("s") && word.contains("'") || endsWithMark(sentence) else { return indirect(at, end) }
                return at
            }
            if ["when's", "what's", "where's", "who's", "how's"].contains(word) { return at }
            if GoalWords.auxiliaries.contains(word), ["could", "can", "would", "will"].contains(word), ["you", "we"].contains(source.word(at + 1)) {
                at += 2
                while at < end, ["please", "kindly", "be", "so", "kind", "as", "to"].contains(source.word(at)) { at += 1 }
                return indirect(at, end)
            }
            if GoalWords.auxiliaries.contains(word), source.isWord(at + 1), endsWithMark(sentence) || ["i", "there", "the", "my", "any", "it"].contains(source.word(at + 1)), source.word(at + 1) != "not", word != "have" || source.word(at + 1) == "i" { return at }
            if let found = indirect(at, end) { return found }
            // `The app: which tasks are due?`, `Any events today?`
            if endsWithMark(sentence) {
                if let found = sentence.first(where: { !source.isQuoted[$0] && GoalWords.questionWords.contains(source.word($0)) && ($0 == at || source.kindIsMark($0 - 1)) }) { return found }
                return hasCommand(at, end) ? nil : at
            }
            return sentence.first { !source.isQuoted[$0] && ["which", "what", "how", "when", "whether", "where"].contains(source.word($0)) && ["know", "tell", "out", "me", "see", "remember", "check", "report"].contains(source.word($0 - 1)) && (!["what", "which", "how"].contains(source.word($0)) || !hasCommandAfter($0, end)) }
        }

        private func endsWithMark(_ sentence: Range<Int>) -> Bool {
            sentence.suffix(3).contains { source.mark($0) == 0x3F && !source.isQuoted[$0] }
        }

        /// Whether a sentence tells to do something rather than to say something.
        private func hasCommand(_ at: Int, _ end: Int) -> Bool {
            GoalWords.verbs.contains(source.word(at)) && !["list", "count", "name", "note"].contains(source.word(at))
                || (at..<min(end, at + 30)).contains { source.mark($0) == 0x3A && GoalWords.verbs.contains(source.word($0 + 1)) }
        }

        private func hasCommandAfter(_ at: Int, _ end: Int) -> Bool {
            // `to know what I ate, so delete …` speaks of something else.
            (at..<end).contains { ["so", "then"].contains(source.word($0)) && GoalWords.verbs.contains(source.word($0 + 1)) && !["tell", "look", "check", "find", "count", "see", "list", "name", "give"].contains(source.word($0 + 1)) }
        }

        /// `tell me which …`, `find out how many …`, `count the …`, `check whether …`, `let me know …`.
        private func indirect(_ first: Int, _ end: Int) -> Int? {
            var at = first
            var known: Int?
            let limit = min(end, first + 60)
            while at < limit {
                defer { at += 1 }
                guard !source.isQuoted[at] else { continue }
                let word = source.word(at)
                let next = source.word(at + 1)
                let isStart = at == first || source.kindIsMark(at - 1) || ["so", "and", "please", "to", "then", "you", "i", "is"].contains(source.word(at - 1))
                guard isStart else { continue }
                switch word {
                case "tell":
                    guard next == "me" else { continue }
                    return asked(at + 2, end) ?? at + 2
                case "let":
                    guard next == "me", source.word(at + 2) == "know" else { continue }
                    return asked(at + 3, end) ?? at + 3
                case "find":
                    guard next == "out" else { continue }
                    return asked(at + 2, end) ?? at + 2
                case "look":
                    // `look up the number`: only where the answer is wanted.
                    guard next == "up" || next == "in" || next == "into" else { continue }
                    if let found = asked(at + 2, min(end, at + 14)) { return found }
                    if next == "up", answerWanted(end) { return at + 2 }
                case "check":
                    if let found = asked(at + 1, min(end, at + 12)), ["whether", "if", "which", "what", "how", "when"].contains(source.word(found)) { return found }
                    if answerWanted(end) { return at + 1 }
                case "count", "list", "name":
                    guard at + 1 < end, source.mark(at + 1) != 0x3A, ["the", "all", "my", "every", "how"].contains(next) || GoalWords.isPlural(next) else { continue }
                    if word == "name", !GoalWords.isPlural(source.word(at + 2)) { continue }
                    return at
                case "add", "sum":
                    guard next == "up" else { continue }
                    return at
                case "see", "know", "report", "remember":
                    if let found = asked(at + 1, min(end, at + 4)), known == nil, word == "see" || word == "know" && !hasCommandAfter(found, end) || answerWanted(end) { known = found }
                default: continue
                }
            }
            return known
        }

        /// Whether a later sentence says how to answer.
        private func answerWanted(_ end: Int) -> Bool {
            sentences.contains { $0.lowerBound >= end && isOrder($0) }
        }

        private func asked(_ first: Int, _ end: Int) -> Int? {
            guard first < end else { return nil }
            return (first..<min(end, first + 14)).first {
                !source.isQuoted[$0] && !(source.word($0) == "how" && source.word($0 + 1) == "to") && (GoalWords.questionWords.contains(source.word($0)) || ["whether", "if"].contains(source.word($0)))
            }
        }

        // MARK: What is asked

        private func asks(_ at: Int, _ sentence: Range<Int>) -> String {
            // `Answer with the titles only.`
            for other in sentences where isOrder(other) {
                guard let only = other.first(where: { source.word($0) == "only" || source.word($0) == "but" }) else { continue }
                let near = source.word(only) == "only" ? only - 1 : only + 1
                var first = near
                if source.word(only) == "but" {
                    while GoalWords.determiners.contains(source.word(first)) { first += 1 }
                    var last = first
                    while last + 1 < other.upperBound, source.isWord(last + 1), !GoalWords.stops.contains(source.word(last + 1)), last - first < 2 { last += 1 }
                    if source.isWord(first) { return phrase(first, last + 1) }
                    continue
                }
                while first > other.lowerBound, source.isWord(first - 1), !GoalWords.determiners.contains(source.word(first - 1)), !GoalWords.stops.contains(source.word(first - 1)) { first -= 1 }
                if source.isWord(first), first <= near, !GoalWords.verbs.contains(source.word(first)) { return phrase(first, near + 1) }
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
            while GoalWords.auxiliaries.contains(source.word(first)) || GoalWords.determiners.contains(source.word(first)) || ["of", "up", "me"].contains(source.word(first)) { first += 1 }
            return phrase(first, nounEnd(first))
        }

        private func nounEnd(_ first: Int) -> Int {
            var at = first
            while at < source.tokens.count, at - first < 4, source.isWord(at), !source.isQuoted[at], !GoalWords.stops.contains(source.word(at)),
                !GoalWords.auxiliaries.contains(source.word(at)), !["i", "my", "covered", "there", "you", "of"].contains(source.word(at)), source.value(at)?.isMoment != true
            {
                at += 1
            }
            return at
        }

        private func phrase(_ first: Int, _ end: Int) -> String { first < end ? source.text(first, end).lowercased() : "" }

        private func aggregates(_ at: Int, _ sentence: Range<Int>, _ format: AnswerFormat) -> [GoalQuestion.Aggregate] {
            var out: [GoalQuestion.Aggregate] = []
            func add(_ all: GoalQuestion.Aggregate...) { for one in all where !out.contains(one) { out.append(one) } }
            // `…, so find out when it is`: the words before tell what.
            let isPronoun = (at..<min(at + 3, sentence.upperBound)).contains { ["it", "that", "this", "they", "so"].contains(source.word($0)) }
            let range = (isPronoun ? sentence.lowerBound : max(sentence.lowerBound, min(at, sentence.upperBound)))..<sentence.upperBound
            func has(_ words: Set<String>) -> Bool {
                range.contains {
                    !source.isQuoted[$0] && !inMoment[$0] && words.contains(source.word($0)) && (!source.isCapital($0) || $0 == sentence.lowerBound)
                }
            }
            let (word, next) = (source.word(at), source.word(at + 1))
            let measured = word == "how" && next == "many" && Self.measures.contains(source.word(at + 2))
            if measured { add(.sum, .value) }
            let plural = sentence.contains { $0 > at - 1 && !source.isQuoted[$0] && GoalWords.isThing(source.word($0)) && GoalWords.isPlural(source.word($0)) }
            var wantsList = false
            if case .list = format { wantsList = true }
            if case .choice = format { add(.exists, .value) }
            if has(["difference"]) || has(["than"]) && word == "how" { add(.difference) }
            if has(["product"]) || has(["multiply"]) { add(.product) }
            if has(["total", "altogether", "sum", "overall"]) || has(["add"]) && has(["up"]) { add(.sum, .value) }
            if has(["longest", "highest", "largest", "most", "biggest", "farthest", "max", "maximum", "greatest", "fastest"]), !has(["recent"]) { add(.max, .value) }
            if has(["shortest", "lowest", "smallest", "least", "min", "minimum", "cheapest", "slowest"]) { add(.min, .value) }
            let counts = word == "how" && next == "many" || word == "count" || plural && range.contains { source.word($0) == "number" && source.word($0 + 1) == "of" && source.word($0 - 1) == "the" }
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
            if has(["last", "latest"]) || has(["recent"]) && has(["most"]), !counts, !isWeek(sentence) { add(.last, .first) }
            if wantsList { add(.list) }
            if ["is", "are", "does", "do", "did", "has", "have", "was", "were", "whether", "if"].contains(word), !wantsList {
                // `Do I have any meetings?` wants them named.
                if has(["any"]) { add(.list, .exists, .count) } else { add(.exists, .value) }
            }
            if ["which", "what", "list", "what's", "any"].contains(word) || word == "who", plural || word == "list", out.isEmpty { add(.list, .value) }
            if ["what", "what's"].contains(word), has(["calendar", "schedule", "agenda", "list"]), out.isEmpty { add(.list, .value) }
            if has(["quantity"]) { out.removeAll { $0 == .count } }
            add(.value)
            if plural { add(.list) }
            return out
        }

        private static let measures: Set<String> = [
            "calories", "kilometers", "kilometres", "km", "miles", "meters", "metres", "minutes", "hours", "dollars", "euros", "liters", "litres", "points", "grams",
        ]

        /// Whether `next` or `last` belongs to a week or a month.
        private func isWeek(_ sentence: Range<Int>) -> Bool {
            let moments = sentence.filter { ["next", "last", "first"].contains(source.word($0)) && !source.isQuoted[$0] }
            return !moments.isEmpty
                && moments.allSatisfy { ["week", "month", "year", "weekend", "night", "day"].contains(source.word($0 + 1)) || GoalWords.weekdays.contains(source.word($0 + 1)) }
                && !sentence.contains { ["earliest", "soonest", "upcoming", "oldest", "latest"].contains(source.word($0)) }
        }

        // MARK: How the answer is written

        private func format() -> AnswerFormat {
            if let pattern = pattern() { return .pattern(pattern) }
            if let choice = choice() { return choice }
            let tokens = source.tokens
            var integer = false
            var number = false
            var unit: String?
            var places: Int?
            for at in tokens.indices where !source.isQuoted[at] {
                let word = source.word(at)
                switch word {
                case "comma", "comma-separated":
                    if ["separated", "delimited"].contains(source.word(at + 1)) || word == "comma-separated" { return .list(separator: ", ") }
                case "commas":
                    if ["by", "with"].contains(source.word(at - 1)) { return .list(separator: ", ") }
                case "semicolons":
                    if ["by", "with"].contains(source.word(at - 1)) { return .list(separator: "; ") }
                case "integer": integer = true
                case "number":
                    if ["single", "one", "whole", "just", "a"].contains(source.word(at - 1)), inOrder(at) || source.word(at - 1) != "a" {
                        number = true
                        if source.word(at - 1) == "whole" { integer = true }
                    }
                case "decimal":
                    if ["place", "places"].contains(source.word(at + 1)), let count = Self.count(source.word(at - 1)) { places = count }
                default:
                    if let name = Self.units[word], ["in", "of"].contains(source.word(at - 1)), inOrder(at) || source.word(at - 1) == "in" { unit = name }
                }
            }
            if let places { return .number(places: places, unit: unit) }
            if integer { return .number(places: 0, unit: unit) }
            if number { return .number(places: nil, unit: unit) }
            if let unit, orderExists() { return .number(places: nil, unit: unit) }
            return .text
        }

        private func inOrder(_ at: Int) -> Bool {
            let sentence = source.tokens[at].sentence
            return hasOrder(source.sentenceStarts[sentence]..<source.sentenceStarts[sentence + 1])
        }

        private func orderExists() -> Bool { sentences.contains { hasOrder($0) } }

        /// Whether a sentence, or what follows a comma in it, says how to answer.
        private func hasOrder(_ sentence: Range<Int>) -> Bool {
            if isOrder(sentence) { return true }
            return sentence.contains { source.mark($0) == 0x2C && !source.isQuoted[$0] && $0 + 1 < sentence.upperBound && $0 + 12 > sentence.lowerBound && isOrder(($0 + 1)..<min(sentence.upperBound, $0 + 24)) }
        }

        private static func count(_ word: String) -> Int? {
            let words = ["no": 0, "one": 1, "two": 2, "three": 3, "four": 4]
            guard let value = words[word] ?? Int(word), (0...9).contains(value) else { return nil }
            return value
        }

        private static let units = [
            "minutes": "minutes", "mins": "minutes", "hours": "hours", "seconds": "seconds", "meters": "meters", "metres": "meters",
            "kilometers": "kilometers", "kilometres": "kilometers", "km": "kilometers", "miles": "miles", "days": "days", "dollars": "dollars",
            "euros": "euros", "percent": "percent", "grams": "grams", "feet": "feet", "kg": "kilograms",
        ]

        /// `<month name> <day> <year>`: from the first angle bracket to the last in one sentence.
        private func pattern() -> String? {
            let tokens = source.tokens
            guard let open = tokens.indices.first(where: { tokens[$0].mark == 0x3C && !source.isQuoted[$0] }) else { return nil }
            let end = min(source.sentenceEnd(open), open + 80)
            guard let close = (open..<end).last(where: { tokens[$0].mark == 0x3E }), close > open + 1 else { return nil }
            // Closed before something else opens.
            var depth = 0
            var last = open
            for at in open...close {
                if tokens[at].mark == 0x3C { depth += 1 }
                if tokens[at].mark == 0x3E {
                    depth -= 1
                    if depth == 0 { last = at }
                }
                if depth > 1 || depth < 0 { return nil }
                // Words between two of them are no part of it, unless it goes on at once.
                if depth == 0, tokens[at].mark != 0x3E, at - last > 3 { break }
            }
            return source.text(open, last + 1)
        }

        /// `'True' if it is, or 'False' if not`, `yes or no`.
        private func choice() -> AnswerFormat? {
            let orders = source.quotes.filter { quote in
                quote.close == quote.open + 2 && (source.word(quote.close + 1) == "if" || ["with", "otherwise", "answer", "or", "else", "and", "either"].contains(source.word(quote.open - 1)))
            }
            if orders.count > 1 {
                let texts = orders.prefix(2).map { source.text($0.open + 1, $0.close) }
                if texts[0].lowercased() != texts[1].lowercased() {
                    let negative: Set<String> = ["no", "false", "off", "not", "n"]
                    return negative.contains(texts[0].lowercased()) ? .choice(yes: texts[1], no: texts[0]) : .choice(yes: texts[0], no: texts[1])
                }
            }
            for at in source.tokens.indices where source.word(at) == "yes" && source.word(at + 1) == "or" && source.word(at + 2) == "no" && !source.isQuoted[at] {
                return .choice(yes: source.text(at, at + 1), no: source.text(at + 2, at + 3))
            }
            for at in source.tokens.indices where source.word(at) == "true" && source.word(at + 1) == "or" && source.word(at + 2) == "false" && !source.isQuoted[at] {
                return .choice(yes: source.text(at, at + 1), no: source.text(at + 2, at + 3))
            }
            return nil
        }

        // MARK: What is worked out to be entered

        /// `enter their product in the form`.
        func computed() -> GoalQuestion? {
            let kinds: [String: GoalQuestion.Aggregate] = [
                "product": .product, "sum": .sum, "total": .sum, "difference": .difference, "multiply": .product, "maximum": .max, "minimum": .min,
            ]
            for at in source.tokens.indices where source.isWord(at) && !source.isQuoted[at] {
                guard let aggregate = kinds[source.word(at)] else { continue }
                let start = max(source.sentenceStart(at), at - 8)
                let end = min(source.sentenceEnd(at), at + 12)
                let enters = (start..<end).contains { ["enter", "fill", "type", "put", "write", "insert", "input", "submit"].contains(source.word($0)) }
                guard enters, ["their", "the", "its", "multiply"].contains(source.word(at)) || ["their", "the", "its"].contains(source.word(at - 1)) else { continue }
                return GoalQuestion(asks: "numbers", aggregates: [aggregate], format: .number(places: nil, unit: nil))
            }
            return nil
        }
    }
}
