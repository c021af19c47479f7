// SPDX-License-Identifier: Apache-2.0

/// Finds typed values in text: numbers with their units, money, days, times, durations, ranges.
///
/// One pass over the text's tokens; a value looks at most a dozen of them ahead, so time grows with the text's length alone.
/// A week starts on Monday. A weekday with `this` is the next day of that name, today included; `the Monday after next` is a week after the
/// coming one; a day without a year is in the clock's own year, or in the nearest one in which its weekday fits.
public enum ValueReader {
    /// The values in a text, from left to right. Spans overlap only where words can mean more than one thing.
    public static func spans(in text: String, now: DeviceMoment) -> [ValueSpan] {
        var text = text
        return text.withUTF8 { bytes in
            var scanner = ValueScanner(tokens: ValueTokens.tokens(of: bytes), bytes: bytes, now: now)
            scanner.scan()
            return scanner.found.map { found in
                let (start, end) = (scanner.tokens[found.from].start, scanner.tokens[found.to - 1].end)
                return ValueSpan(
                    value: found.value,
                    range: start..<end,
                    text: String(decoding: bytes[start..<end], as: UTF8.self),
                    certainty: found.certainty
                )
            }
        }
    }

    /// What a text as a whole means: the value that takes all of it, or the text itself.
    public static func value(of text: String, now: DeviceMoment) -> TypedValue {
        // Nothing that is a value is longer; a note of a thousand lines needs no reading to know that it is text.
        guard text.utf8.count <= 80 else { return .text(text) }
        let bytes = Array(text.utf8)
        guard let first = bytes.firstIndex(where: { $0 > 0x20 }), let last = bytes.lastIndex(where: { $0 > 0x20 })
        else {
            return .text(text)
        }
        if let flag = flags[String(decoding: bytes[first...last], as: UTF8.self).lowercased()] { return .flag(flag) }
        let whole = spans(in: text, now: now).filter { $0.range == first..<last + 1 && $0.certainty >= 0.5 }
        guard var best = whole.first else { return .text(text) }
        for span in whole where span.certainty > best.certainty { best = span }
        return best.value
    }

    private static let flags: [String: Bool] = [
        "on": true, "off": false, "true": true, "false": false, "yes": true, "no": false, "enabled": true,
        "disabled": false, "completed": true, "complete": true, "incomplete": false, "not completed": false,
        "uncompleted": false, "done": true, "not done": false, "checked": true, "not checked": false,
        "unchecked": false, "ticked": true, "not ticked": false, "unticked": false,
    ]
}

/// Goes through tokens and collects the values that they make.
struct ValueScanner {
    /// A value over tokens `from` up to, not including, `to`.
    struct Found {
        var value: TypedValue
        var from: Int
        var to: Int
        var certainty: Double
    }

    let tokens: ContiguousArray<ValueToken>
    /// The text; valid only while it is scanned.
    let bytes: UnsafeBufferPointer<UInt8>
    let now: DeviceMoment
    private(set) var found: [Found] = []

    init(tokens: ContiguousArray<ValueToken>, bytes: UnsafeBufferPointer<UInt8>, now: DeviceMoment) {
        (self.tokens, self.bytes, self.now) = (tokens, bytes, now)
    }

    mutating func scan() {
        var at = 0
        while at < tokens.count {
            let token = tokens[at]
            switch token.kind {
            case .word where token.meaning == nil: at += 1
            case .word: at = word(at)
            case .number: at = isFree(at) ? number(at) : at + 1
            case .mark: at = mark(at)
            }
        }
    }

    mutating func emit(_ value: TypedValue, _ from: Int, _ to: Int, _ certainty: Double) {
        found.append(Found(value: value, from: from, to: to, certainty: certainty))
    }

    // MARK: Looking at tokens

    func at(_ index: Int) -> ValueToken? { index >= 0 && index < tokens.count ? tokens[index] : nil }

    func isMark(_ index: Int, _ sign: Int) -> Bool { at(index)?.isMark(sign) ?? false }

    func meaning(_ index: Int) -> ValueWord? { at(index)?.meaning }

    func isGlued(_ index: Int) -> Bool { at(index)?.glued ?? false }

    /// The value of a number with at most so many digits.
    func digits(_ index: Int, upTo most: Int) -> Int? {
        guard let token = at(index), token.kind == .number, token.length <= most else { return nil }
        return token.value
    }

    /// Whether a number begins here: it is no part of a word, a file's name or a version.
    private func isFree(_ index: Int) -> Bool {
        guard tokens[index].glued, let before = at(index - 1) else { return true }
        switch before.kind {
        case .word, .number: return false
        case .mark:
            if before.value == Mark.underscore { return false }
            let joins = before.value == Mark.dot || before.value == Mark.slash
            guard joins, before.glued, let further = at(index - 2) else { return true }
            return further.kind == .mark
        }
    }

    // MARK: What a value can begin with

    private mutating func word(_ index: Int) -> Int {
        guard let meaning = tokens[index].meaning else { return index + 1 }
        switch meaning {
        case .plain, .ago, .at, .on, .of, .and, .to, .until, .am, .pm, .ordinal, .clock, .metreOrMinute, .length, .mass,
            .volume,
            .bytes, .percent, .money:
            return index + 1
        default: break
        }
        // A word that is part of a longer name, such as `may_2` or `note-sun`, is none of ours.
        if isGlued(index), isMark(index - 1, Mark.underscore) { return index + 1 }
        switch meaning {
        case .from, .between:
            // Taken in by the range that follows, so that its words are not a value of their own.
            return index + 1
        case .in:
            return day(index) ?? fromNow(index) ?? index + 1
        default:
            return days(index) ?? day(index) ?? time(index) ?? duration(index) ?? index + 1
        }
    }

    /// `in 20 minutes`: a moment, or a measure.
    private mutating func fromNow(_ index: Int) -> Int? {
        let before = found.count
        guard let end = duration(index + 1) else { return nil }
        guard found.count > before, case .duration(let seconds) = found[before].value, seconds < 10_000_000 else {
            return end
        }
        let all = now.time.seconds + seconds
        let rest = all % 86_400
        if let time = ClockTime(hour: rest / 3600, minute: rest / 60 % 60, second: rest % 60) {
            let moment = TypedValue.moment(now.day.adding(days: all / 86_400), time)
            found.insert(Found(value: moment, from: index, to: end, certainty: 0.6), at: before)
        }
        return end
    }

    private mutating func number(_ index: Int) -> Int {
        if let end = chain(index) { return end }
        return day(index) ?? time(index) ?? duration(index) ?? quantity(index, sign: nil, from: index) ?? index + 1
    }

    private mutating func mark(_ index: Int) -> Int {
        let sign = tokens[index].value
        if let currency = Mark.currency(sign) { return money(currency, index, from: index) ?? index + 1 }
        if Mark.fractions.contains(sign) { return quantity(index, sign: nil, from: index) ?? index + 1 }
        if sign == Mark.plus, let next = at(index + 1), next.kind == .number, next.glued {
            return telephone(index + 1) ?? quantity(index + 1, sign: nil, from: index) ?? index + 1
        }
        guard sign == Mark.dash, let next = at(index + 1), next.glued else { return index + 1 }
        // A minus stands alone before its number: after a word or a number it is a hyphen or a range.
        if tokens[index].glued, let before = at(index - 1), before.kind != .mark || before.value == Mark.close {
            return index + 1
        }
        if next.kind == .mark, let currency = Mark.currency(next.value) {
            return money(currency, index + 1, from: index) ?? index + 1
        }
        guard next.kind == .number else { return index + 1 }
        return quantity(index + 1, sign: -1, from: index) ?? index + 1
    }
}
