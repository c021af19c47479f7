// SPDX-License-Identifier: Apache-2.0

/// What a goal asks for, and how the answer is to be written.
enum GoalQuestions {
    /// The question of a goal, and what it wants worked out to be entered somewhere; nil each where there is none.
    static func read(_ source: GoalSource) -> (question: GoalQuestion?, computed: GoalQuestion?) {
        var inMoment = Array(repeating: false, count: source.tokens.count)
        for value in source.values where value.isMoment {
            for token in value.first..<value.end { inMoment[token] = true }
        }
        let reader = QuestionReader(source: source, inMoment: inMoment)
        if let question = reader.question() { return (question, nil) }
        return (nil, reader.computed())
    }
}

/// Finds what a goal asks.
struct QuestionReader {
    let source: GoalSource
    /// Tokens of days and times.
    let inMoment: [Bool]

    /// The sentences that a goal has.
    let sentences: [Range<Int>]
    /// Where the last sentence begins that says how to answer, and the last that tells to do something; -1 for none.
    private(set) var lastOrder = -1
    private(set) var lastCommand = -1
    /// Whether any sentence, or a clause of one, says how to answer.
    private(set) var ordersAny = false

    init(source: GoalSource, inMoment: [Bool]) {
        (self.source, self.inMoment) = (source, inMoment)
        sentences = (0..<max(source.sentenceStarts.count - 1, 0)).map {
            source.sentenceStarts[$0]..<source.sentenceStarts[$0 + 1]
        }
        for sentence in sentences where !sentence.isEmpty {
            if isOrder(sentence) { lastOrder = sentence.lowerBound }
            if GoalWords.verbs.contains(source.word(sentence.lowerBound)) { lastCommand = sentence.lowerBound }
            ordersAny = ordersAny || hasOrder(sentence)
        }
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
        let from = max(sentence.lowerBound, min(words ?? sentence.lowerBound, sentence.upperBound))
        return GoalQuestion(
            asks: asks(from, sentence),
            aggregates: aggregates(from, sentence, format),
            format: format
        )
    }

    /// Whether a sentence belongs to a text or to rows.
    func isCovered(_ sentence: Range<Int>) -> Bool {
        source.isQuoted[sentence.lowerBound] && source.quoteAt[sentence.lowerBound] < 0
            && sentence.allSatisfy { source.isQuoted[$0] || source.kindIsMark($0) }
            || source.isQuoted[sentence.lowerBound] && source.quoteAt[sentence.lowerBound] < 0
                && !endsWithMark(sentence)
    }

    /// A sentence that says how to answer.
    func isOrder(_ sentence: Range<Int>) -> Bool {
        var at = sentence.lowerBound
        while at < sentence.upperBound,
            ["please", "just", "and", "only", "simply"].contains(source.word(at)) || source.kindIsMark(at)
        { at += 1 }
        let word = source.word(at)
        let next = source.word(at + 1)
        switch word {
        case "answer", "respond":
            return ["with", "in", "as", "using", "only", "yes", "by", "either"].contains(next)
                || source.quoteAt.indices.contains(at + 1) && source.quoteAt[at + 1] >= 0
        case "reply":
            return ["with", "in", "as"].contains(next) && formats(sentence)
        case "express", "give", "format", "write", "provide", "tell", "state", "report", "use":
            guard word != "tell", word != "report" || next == "the" else { return false }
            let end = min(sentence.upperBound, at + 5)
            if word == "write" { return (at..<end).contains { source.word($0) == "answer" } }
            if (at..<end).contains(where: { ["answer", "result", "format", "integer"].contains(source.word($0)) }) {
                return true
            }
            return (word == "give") && formats(sentence)
        case "titles", "title":
            return next == "only"
        case "in":
            return Self.unit(next) != nil && formats(sentence)
                || ["comma", "the"].contains(next) && source.word(at + 2) == "format"
        default:
            return false
        }
    }

    /// Whether a sentence speaks of the form of an answer.
    func formats(_ sentence: Range<Int>) -> Bool {
        sentence.contains { at in
            !source.isQuoted[at]
                && [
                    "only", "integer", "comma", "commas", "format", "number", "nothing", "whole", "form", "titles",
                    "rounded", "single", "<", "title",
                ].contains(source.word(at))
        } || sentence.contains { source.quoteAt[$0] >= 0 && source.word($0 + 1) == "true" }
    }

    /// The word that asks in a sentence; nil where it asks nothing.
    func asks(_ sentence: Range<Int>) -> Int? {
        var at = sentence.lowerBound
        let end = sentence.upperBound
        func skip() {
            while at < end,
                ["please", "hey", "hi", "hello", "so", "and", "pls", "ok", "okay", "now", "then", "kindly"]
                    .contains(source.word(at)) || source.mark(at) == 0x2C
            { at += 1 }
        }
        skip()
        guard at < end else { return nil }
        let word = source.word(at)
        if GoalWords.questionWords.contains(word) {
            // `What the note says is wrong. Make it …`
            if !endsWithMark(sentence), !ordersAny, lastCommand >= end { return nil }
            // `When it is there, export it`, `Where recipes are the same, keep one`
            guard
                !["when", "where", "whose"].contains(word) || GoalWords.auxiliaries.contains(source.word(at + 1))
                    || word.hasSuffix("'s") || endsWithMark(sentence)
            else { return indirect(at, end) }
            return at
        }
        if ["when's", "what's", "where's", "who's", "how's"].contains(word) { return at }
        if GoalWords.auxiliaries.contains(word), ["could", "can", "would", "will"].contains(word),
            ["you", "we"].contains(source.word(at + 1))
        {
            at += 2
            while at < end, ["please", "kindly", "be", "so", "kind", "as", "to"].contains(source.word(at)) {
                at += 1
            }
            return indirect(at, end)
        }
        if GoalWords.auxiliaries.contains(word), source.isWord(at + 1),
            endsWithMark(sentence) || ["i", "there", "the", "my", "any", "it"].contains(source.word(at + 1)),
            source.word(at + 1) != "not", word != "have" || source.word(at + 1) == "i"
        {
            return at
        }
        if let found = indirect(at, end) { return found }
        // `The app: which tasks are due?`, `Any events today?`
        if endsWithMark(sentence) {
            if let found = sentence.first(where: {
                !source.isQuoted[$0] && GoalWords.questionWords.contains(source.word($0))
                    && ($0 == at || source.kindIsMark($0 - 1))
            }) {
                return found
            }
            if hasCommand(at, end) { return nil }
            // `Calendar: location of my next event?`: what stands before the colon only says where.
            return sentence.first { $0 + 1 < end && source.mark($0) == 0x3A && !source.isQuoted[$0] }.map { $0 + 1 }
                ?? at
        }
        return sentence.first {
            !source.isQuoted[$0] && ["which", "what", "how", "when", "whether", "where"].contains(source.word($0))
                && ["know", "tell", "out", "me", "see", "remember", "check", "report"].contains(source.word($0 - 1))
                && (!["what", "which", "how"].contains(source.word($0)) || !hasCommandAfter($0, end))
        }
    }

    func endsWithMark(_ sentence: Range<Int>) -> Bool {
        sentence.suffix(3).contains { source.mark($0) == 0x3F && !source.isQuoted[$0] }
    }

    /// Whether a sentence tells to do something rather than to say something.
    func hasCommand(_ at: Int, _ end: Int) -> Bool {
        GoalWords.verbs.contains(source.word(at)) && !["list", "count", "name", "note"].contains(source.word(at))
            || (at..<min(end, at + 30)).contains {
                source.mark($0) == 0x3A && GoalWords.verbs.contains(source.word($0 + 1))
            }
    }

    func hasCommandAfter(_ at: Int, _ end: Int) -> Bool {
        // `to know what I ate, so delete …` speaks of something else.
        (at..<end).contains {
            ["so", "then"].contains(source.word($0)) && GoalWords.verbs.contains(source.word($0 + 1))
                && !["tell", "look", "check", "find", "count", "see", "list", "name", "give"].contains(
                    source.word($0 + 1)
                )
        }
    }

    /// `tell me which …`, `find out how many …`, `count the …`, `check whether …`, `let me know …`.
    func indirect(_ first: Int, _ end: Int) -> Int? {
        var at = first
        var known: Int?
        let limit = min(end, first + 60)
        while at < limit {
            defer { at += 1 }
            guard !source.isQuoted[at] else { continue }
            let word = source.word(at)
            let next = source.word(at + 1)
            let isStart =
                at == first || source.kindIsMark(at - 1)
                || ["so", "and", "please", "to", "then", "you", "i", "is"].contains(source.word(at - 1))
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
                if let found = asked(at + 1, min(end, at + 12)),
                    ["whether", "if", "which", "what", "how", "when"].contains(source.word(found))
                {
                    return found
                }
                if answerWanted(end) { return at + 1 }
            case "count", "list", "name":
                guard at + 1 < end, source.mark(at + 1) != 0x3A,
                    ["the", "all", "my", "every", "how"].contains(next) || GoalWords.isPlural(next)
                else { continue }
                if word == "name", !GoalWords.isPlural(source.word(at + 2)) { continue }
                return at
            case "add", "sum":
                guard next == "up" else { continue }
                return at
            case "see", "know", "report", "remember":
                if let found = asked(at + 1, min(end, at + 4)), known == nil,
                    word == "see" || word == "know" && !hasCommandAfter(found, end) || answerWanted(end)
                {
                    known = found
                }
            default: continue
            }
        }
        return known
    }

    /// Whether a later sentence says how to answer.
    func answerWanted(_ end: Int) -> Bool {
        lastOrder >= end
    }

    func asked(_ first: Int, _ end: Int) -> Int? {
        guard first < end else { return nil }
        return (first..<min(end, first + 14)).first {
            !source.isQuoted[$0] && !(source.word($0) == "how" && source.word($0 + 1) == "to")
                && (GoalWords.questionWords.contains(source.word($0))
                    || ["whether", "if"].contains(source.word($0)))
        }
    }

    /// `enter their product in the form`.
    func computed() -> GoalQuestion? {
        for at in source.tokens.indices where source.isWord(at) && !source.isQuoted[at] {
            guard let aggregate = Self.computation(source.word(at)) else { continue }
            let start = max(source.sentenceStart(at), at - 8)
            let end = min(source.sentenceEnd(at), at + 12)
            let enters = (start..<end).contains {
                ["enter", "fill", "type", "put", "write", "insert", "input", "submit"].contains(source.word($0))
            }
            guard enters,
                ["their", "the", "its", "multiply"].contains(source.word(at))
                    || ["their", "the", "its"].contains(source.word(at - 1))
            else { continue }
            return GoalQuestion(asks: "numbers", aggregates: [aggregate], format: .number(places: nil, unit: nil))
        }
        return nil
    }

    private static func computation(_ word: GoalWord) -> GoalQuestion.Aggregate? {
        switch word {
        case "product", "multiply": .product
        case "sum", "total": .sum
        case "difference": .difference
        case "maximum": .max
        case "minimum": .min
        default: nil
        }
    }
}
