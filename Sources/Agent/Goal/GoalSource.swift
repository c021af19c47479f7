// SPDX-License-Identifier: Apache-2.0

/// A goal cut into tokens, with what holds for every way to read it. A class, since every rule has it at hand.
final class GoalSource: Sendable {
    let bytes: [UInt8]
    let now: DeviceMoment
    let tokens: [GoalToken]
    /// In order, none within another.
    let quotes: [GoalQuote]
    /// For each token that opens a quote, its index in `quotes`; -1 elsewhere.
    let quoteAt: [Int]
    /// For each token, whether it stands within a quote or is one of its marks.
    let isQuoted: [Bool]
    /// Values that begin at a token: the longest certain one.
    let valueAt: [Int]
    let values: [Value]
    /// The first token of each sentence, and the number of tokens at the end.
    let sentenceStarts: [Int]
    /// Rows in its lines.
    let blocks: [TextTables.Block]

    /// A value, as indices of its tokens.
    struct Value: Sendable {
        var first: Int
        /// Behind its last token.
        var end: Int
        var span: ValueSpan
        /// Another meaning of the same words.
        var other: ValueSpan?

        var isMoment: Bool {
            switch span.value {
            case .day, .time, .moment, .days, .times: true
            default: false
            }
        }
    }

    init(_ goal: String, now: DeviceMoment) {
        self.now = now
        bytes = Array(goal.utf8)
        var tokens = GoalTokenizer.tokens(bytes)
        quotes = GoalQuotes.pairs(tokens, bytes)
        var quoteAt = Array(repeating: -1, count: tokens.count)
        var isQuoted = Array(repeating: false, count: tokens.count)
        for (index, quote) in quotes.enumerated() {
            quoteAt[quote.open] = index
            for token in quote.open...quote.close { isQuoted[token] = true }
        }
        (self.quoteAt, self.isQuoted) = (quoteAt, isQuoted)
        sentenceStarts = Self.numberSentences(&tokens, isQuoted: isQuoted)
        self.tokens = tokens
        blocks = TextTables.blocks(bytes)
        (values, valueAt) = Self.values(ValueReader.spans(in: goal, now: now), tokens)
    }

    /// The same goal with more tokens that count as quoted.
    init(_ other: GoalSource, isQuoted: [Bool]) {
        (bytes, now, tokens, quotes) = (other.bytes, other.now, other.tokens, other.quotes)
        (quoteAt, valueAt, values) = (other.quoteAt, other.valueAt, other.values)
        (sentenceStarts, blocks) = (other.sentenceStarts, other.blocks)
        self.isQuoted = isQuoted
    }

    func text(_ first: Int, _ end: Int) -> String {
        guard first < end, end <= tokens.count else { return "" }
        return String(decoding: bytes[tokens[first].start..<tokens[end - 1].end], as: UTF8.self)
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Behind the last token of the sentence of a token.
    func sentenceEnd(_ token: Int) -> Int {
        guard token >= 0, token < tokens.count else { return tokens.count }
        return sentenceStarts[tokens[token].sentence + 1]
    }
    /// The first token of the sentence of a token.
    func sentenceStart(_ token: Int) -> Int {
        guard token >= 0, token < tokens.count else { return token < 0 ? 0 : tokens.count }
        return sentenceStarts[tokens[token].sentence]
    }

    /// The word at a token, or none beyond the ends.
    func word(_ at: Int) -> GoalWord { at >= 0 && at < tokens.count ? tokens[at].lower : GoalWord() }
    /// The word at a token in lower case, as it is spelled.
    func spelling(_ at: Int) -> String { text(at, at + 1).lowercased() }
    func mark(_ at: Int) -> UInt8 { at >= 0 && at < tokens.count ? tokens[at].mark : 0 }
    func isWord(_ at: Int) -> Bool { at >= 0 && at < tokens.count && tokens[at].kind == .word }
    func isCapital(_ at: Int) -> Bool { at >= 0 && at < tokens.count && tokens[at].isCapital }

    /// The value that begins at a token.
    func value(_ at: Int) -> Value? { at >= 0 && at < tokens.count && valueAt[at] >= 0 ? values[valueAt[at]] : nil }

    /// A sentence ends after `.`, `!`, `?` before white space, or with a line; not after abbreviations and initials.
    private static func numberSentences(_ tokens: inout [GoalToken], isQuoted: [Bool]) -> [Int] {
        var starts = [0]
        var sentence = 0
        for index in tokens.indices {
            if index > 0, begins(tokens, index, isQuoted) {
                sentence += 1
                starts.append(index)
            }
            tokens[index].sentence = sentence
        }
        starts.append(tokens.count)
        return starts
    }

    private static func begins(_ tokens: [GoalToken], _ index: Int, _ isQuoted: [Bool]) -> Bool {
        let (last, token) = (tokens[index - 1], tokens[index])
        // Within one quote nothing ends.
        if isQuoted[index], isQuoted[index - 1], !isOutside(tokens, index, isQuoted) { return false }
        if token.breaks > 0 { return true }
        guard token.space, last.kind == .mark else { return false }
        switch last.mark {
        case 0x21, 0x3F: return true
        case 0x2E, GoalMark.ellipsis:
            guard index >= 2 else { return true }
            let before = tokens[index - 2]
            if GoalWords.abbreviations.contains(before.lower) { return false }
            return !(before.end - before.start == 1 && before.isCapital && token.isCapital)
        case 0x22, 0x27, GoalMark.closeDouble, GoalMark.closeSingle:
            // `"Arrived." Then …`
            guard index >= 2, token.isCapital else { return false }
            return tokens[index - 2].mark == 0x2E || tokens[index - 2].mark == 0x21 || tokens[index - 2].mark == 0x3F
        default: return false
        }
    }

    /// Whether a quote ends before a token and another begins at it.
    private static func isOutside(_ tokens: [GoalToken], _ index: Int, _ isQuoted: [Bool]) -> Bool {
        tokens[index].kind == .mark && tokens[index - 1].kind == .mark && tokens[index].space
            && tokens[index].mark == tokens[index - 1].mark
    }

    /// Values that begin and end with tokens. Of those that begin together the longest counts; another meaning of just the same
    /// words is kept beside it.
    private static func values(_ spans: [ValueSpan], _ tokens: [GoalToken]) -> ([Value], [Int]) {
        var out: [Value] = []
        var at = Array(repeating: -1, count: tokens.count)
        var first = 0
        for span in spans.sorted(by: { ($0.range.lowerBound, -$0.certainty) < ($1.range.lowerBound, -$1.certainty) }) {
            while first < tokens.count, tokens[first].start < span.range.lowerBound { first += 1 }
            guard first < tokens.count, tokens[first].start == span.range.lowerBound else { continue }
            var end = first
            while end < tokens.count, tokens[end].end <= span.range.upperBound, end - first < 40 { end += 1 }
            guard end > first, tokens[end - 1].end == span.range.upperBound else { continue }
            if at[first] >= 0 {
                let known = out[at[first]]
                if known.end == end {
                    if known.other == nil { out[at[first]].other = span }
                } else if end > known.end {
                    out[at[first]] = Value(first: first, end: end, span: span, other: nil)
                }
                continue
            }
            at[first] = out.count
            out.append(Value(first: first, end: end, span: span, other: nil))
        }
        return (out, at)
    }
}
