// SPDX-License-Identifier: Apache-2.0

/// How the answer is to be written.
extension QuestionReader {
    func format() -> AnswerFormat {
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
                if ["separated", "delimited"].contains(source.word(at + 1)) || word == "comma-separated" {
                    return .list(separator: ", ")
                }
            case "commas":
                if ["by", "with"].contains(source.word(at - 1)) { return .list(separator: ", ") }
            case "semicolons":
                if ["by", "with"].contains(source.word(at - 1)) { return .list(separator: "; ") }
            case "integer": integer = true
            case "number":
                if ["single", "one", "whole", "just", "a"].contains(source.word(at - 1)),
                    inOrder(at) || source.word(at - 1) != "a"
                {
                    number = true
                    if source.word(at - 1) == "whole" { integer = true }
                }
            case "decimal":
                if ["place", "places"].contains(source.word(at + 1)), let count = Self.count(source.word(at - 1)) {
                    places = count
                }
            default:
                if let name = Self.unit(word), ["in", "of"].contains(source.word(at - 1)),
                    inOrder(at) || source.word(at - 1) == "in"
                {
                    unit = name
                }
            }
        }
        if let places { return .number(places: places, unit: unit) }
        if integer { return .number(places: 0, unit: unit) }
        if number { return .number(places: nil, unit: unit) }
        if let unit, ordersAny { return .number(places: nil, unit: unit) }
        return .text
    }

    func inOrder(_ at: Int) -> Bool {
        let sentence = source.tokens[at].sentence
        return hasOrder(source.sentenceStarts[sentence]..<source.sentenceStarts[sentence + 1])
    }

    /// Whether a sentence, or what follows a comma in it, says how to answer.
    func hasOrder(_ sentence: Range<Int>) -> Bool {
        if isOrder(sentence) { return true }
        return sentence.contains {
            source.mark($0) == 0x2C && !source.isQuoted[$0] && $0 + 1 < sentence.upperBound
                && $0 + 12 > sentence.lowerBound && isOrder(($0 + 1)..<min(sentence.upperBound, $0 + 24))
        }
    }

    static func count(_ word: GoalWord) -> Int? {
        switch word {
        case "no": return 0
        case "one": return 1
        case "two": return 2
        case "three": return 3
        case "four": return 4
        default:
            guard word.count == 1, GoalTokenizer.isDigit(word.last) else { return nil }
            return Int(word.last - 0x30)
        }
    }

    static func unit(_ word: GoalWord) -> String? {
        switch word {
        case "minutes", "mins": "minutes"
        case "hours", "seconds", "kilometers", "meters", "miles", "days", "dollars", "euros", "percent", "grams",
            "feet":
            word.text
        case "metres": "meters"
        case "kilometres", "km": "kilometers"
        case "kg": "kilograms"
        default: nil
        }
    }

    /// `<month name> <day> <year>`: from the first angle bracket to the last in one sentence.
    func pattern() -> String? {
        let tokens = source.tokens
        guard let open = tokens.indices.first(where: { tokens[$0].mark == 0x3C && !source.isQuoted[$0] }) else {
            return nil
        }
        let end = min(source.sentenceEnd(open), open + 80)
        guard let close = (open..<end).last(where: { tokens[$0].mark == 0x3E }), close > open + 1 else {
            return nil
        }
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
    func choice() -> AnswerFormat? {
        let orders = source.quotes.filter { quote in
            quote.close == quote.open + 2
                && (source.word(quote.close + 1) == "if"
                    || ["with", "otherwise", "answer", "or", "else", "and", "either"].contains(
                        source.word(quote.open - 1)
                    ))
        }
        if orders.count > 1 {
            let texts = orders.prefix(2).map { source.text($0.open + 1, $0.close) }
            if texts[0].lowercased() != texts[1].lowercased() {
                let negative = ["no", "false", "off", "not", "n"]
                return negative.contains(texts[0].lowercased())
                    ? .choice(yes: texts[1], no: texts[0]) : .choice(yes: texts[0], no: texts[1])
            }
        }
        for at in source.tokens.indices
        where source.word(at) == "yes" && source.word(at + 1) == "or" && source.word(at + 2) == "no"
            && !source.isQuoted[at]
        {
            return .choice(yes: source.text(at, at + 1), no: source.text(at + 2, at + 3))
        }
        for at in source.tokens.indices
        where source.word(at) == "true" && source.word(at + 1) == "or" && source.word(at + 2) == "false"
            && !source.isQuoted[at]
        {
            return .choice(yes: source.text(at, at + 1), no: source.text(at + 2, at + 3))
        }
        return nil
    }
}
