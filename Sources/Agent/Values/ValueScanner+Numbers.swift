// SPDX-License-Identifier: Apache-2.0

/// Numbers, quantities, money.
extension ValueScanner {
    /// A number as it is written, and the token after it.
    struct Amount {
        var value: Double
        var end: Int
        var certainty = 1.0
    }

    /// `1,234.56`, `12.5`, `1 1/2`, `½`. Nil for what has too many digits to be a quantity.
    func amount(_ index: Int, isMoney: Bool = false) -> Amount? {
        if let token = at(index), token.kind == .mark, Mark.fractions.contains(token.value) {
            return Amount(value: [0.25, 0.5, 0.75][token.value - Mark.fractions.lowerBound], end: index + 1)
        }
        guard let first = digits(index, upTo: 15) else { return nil }
        var (value, end, certainty) = (Double(first), index + 1, 1.0)
        if tokens[index].length <= 3, tokens[index].length < 2 || first >= 10 {
            while isMark(end, Mark.comma), isGlued(end), let group = at(end + 1), group.kind == .number, group.glued,
                group.length == 3,
                end - index < 8
            {
                value = value * 1000 + Double(group.value)
                end += 2
            }
        }
        if isMark(end, Mark.dot), isGlued(end), let places = at(end + 1), places.kind == .number, places.glued {
            guard places.length <= 9 else { return nil }
            value += Double(places.value) / Self.power(places.length)
            end += 2
        } else if end == index + 1, isMark(end, Mark.comma), isGlued(end), let places = at(end + 1),
            places.kind == .number,
            places.glued, places.length <= 2, !(isMark(end + 2, Mark.comma) && isGlued(end + 2)),
            isMoney || unit(end + 2) != nil
        {
            // A comma before the decimals, as much of Europe writes it; only where a unit shows that it is one number.
            (value, end, certainty) = (value + Double(places.value) / Self.power(places.length), end + 2, 0.6)
        } else if isMark(end, Mark.slash), isGlued(end), let below = digits(end + 1, upTo: 2), isGlued(end + 1),
            below > 0,
            tokens[index].length <= 2, !isMark(end + 2, Mark.slash)
        {
            (value, end, certainty) = (value / Double(below), end + 2, 0.9)
        } else if end == index + 1, first < 100 {
            if let token = at(end), token.kind == .mark, Mark.fractions.contains(token.value) {
                return Amount(value: value + [0.25, 0.5, 0.75][token.value - Mark.fractions.lowerBound], end: end + 1)
            }
            if let above = digits(end, upTo: 1), !isGlued(end), isMark(end + 1, Mark.slash),
                let below = digits(end + 2, upTo: 1),
                below > above, !isMark(end + 3, Mark.slash)
            {
                return Amount(value: value + Double(above) / Double(below), end: end + 3, certainty: 0.9)
            }
        }
        return Amount(value: value, end: end, certainty: certainty)
    }

    /// Seconds as a duration, where they are some that can be counted.
    mutating func emit(duration seconds: Double, _ from: Int, _ to: Int, _ certainty: Double) {
        guard seconds >= 0, seconds < 1e12 else { return }
        emit(.duration(Int(seconds.rounded())), from, to, certainty)
    }

    static func power(_ places: Int) -> Double {
        var power = 1.0
        for _ in 0..<places { power *= 10 }
        return power
    }

    /// A number that is no part of something longer, with what it counts.
    mutating func quantity(_ index: Int, sign: Double?, from: Int) -> Int? {
        guard var amount = amount(index) else { return nil }
        amount.value *= sign ?? 1
        let next = at(amount.end)
        if let next, next.glued {
            // `86abc`, `2023_10`, `2.tar`: a name, not a number.
            if next.kind == .word, unit(amount.end) == nil { return amount.end + 1 }
            if next.isMark(Mark.underscore) { return amount.end + 1 }
            if next.isMark(Mark.dot), let after = at(amount.end + 1), after.glued, after.kind != .mark {
                return amount.end + 2
            }
        }
        if case .ordinal? = next?.meaning, next?.glued == true {
            emit(.number(amount.value, .none), from, amount.end + 1, 0.6)
            return amount.end + 1
        }
        guard let unit = unit(amount.end) else {
            emit(.number(amount.value, .none), from, amount.end, amount.certainty)
            return amount.end
        }
        for reading in unit.readings {
            emit(
                .number(amount.value * reading.factor, reading.unit),
                from,
                unit.end,
                reading.certainty * amount.certainty
            )
        }
        switch next?.meaning {
        case .metreOrMinute: emit(duration: amount.value * 60, from, unit.end, next?.glued == true ? 0.6 : 0.4)
        case .day: emit(duration: amount.value * 86_400, from, unit.end, 0.4)
        case .week: emit(duration: amount.value * 604_800, from, unit.end, 0.4)
        default: break
        }
        // A word after a number may be what is counted, or the next of the sentence.
        if unit.isWord { emit(.number(amount.value, .none), from, amount.end, 0.6 * amount.certainty) }
        return unit.end
    }

    /// `$12.50`, `-$12.50`.
    mutating func money(_ currency: String, _ index: Int, from: Int) -> Int? {
        guard var amount = amount(index + 1, isMoney: true) else { return nil }
        if from < index { amount.value = -amount.value }
        emit(.number(amount.value, .money(currency)), from, amount.end, amount.certainty)
        return amount.end
    }

    struct Unit {
        var readings: [(unit: ValueUnit, factor: Double, certainty: Double)]
        var end: Int
        /// Any word, not one that is known as a unit.
        var isWord = false
    }

    /// What is measured, after a number.
    func unit(_ index: Int) -> Unit? {
        guard let token = at(index) else { return nil }
        if token.kind == .mark {
            if token.value == Mark.percent { return Unit(readings: [(.percent, 1, 1)], end: index + 1) }
            guard let currency = Mark.currency(token.value) else { return nil }
            // `5 $12` is a number and a price.
            if let next = at(index + 1), next.kind == .number, next.glued || !token.glued { return nil }
            return Unit(readings: [(.money(currency), 1, 1)], end: index + 1)
        }
        guard token.kind == .word else { return nil }
        switch token.meaning {
        case .length(let factor): return Unit(readings: [(.metres, factor, 1)], end: index + 1)
        case .mass(let factor): return Unit(readings: [(.grams, factor, 1)], end: index + 1)
        case .volume(let factor): return Unit(readings: [(.litres, factor, 1)], end: index + 1)
        case .bytes(let factor): return Unit(readings: [(.bytes, factor, 1)], end: index + 1)
        case .percent: return Unit(readings: [(.percent, 1, 1)], end: index + 1)
        case .metreOrMinute: return Unit(readings: [(.metres, 1, 0.8)], end: index + 1)
        case .money(let code): return Unit(readings: [(.money(ValueWord.currencies[code]), 1, 1)], end: index + 1)
        case .day: return named("days", 0.7, index)
        case .week: return named("weeks", 0.7, index)
        case .monthUnit: return named("months", 0.7, index)
        case .year: return named("years", 0.7, index)
        case nil:
            guard !token.glued, token.length <= 24 else { return nil }
            // `5 Main Street` counts nothing; `2 cups` does.
            return named(nil, token.isCapital ? 0.4 : 0.7, index)
        default: return nil
        }
    }

    private func named(_ name: String?, _ certainty: Double, _ index: Int) -> Unit {
        let word = name ?? String(decoding: bytes[tokens[index].start..<tokens[index].end], as: UTF8.self).lowercased()
        return Unit(readings: [(.other(word), 1, certainty)], end: index + 1, isWord: true)
    }

    /// Digits in groups that are no quantity: telephone numbers, versions, addresses of computers. The token after them.
    mutating func chain(_ index: Int) -> Int? {
        var (end, digits, groups, signs) = (index, 0, 0, Set<Int>())
        var zero = false
        while let token = at(end), token.kind == .number, end == index || token.glued, groups < 12 {
            if groups > 0,
                token.value == 0 || token.length > 1 && token.value < Int(Self.power(min(token.length - 1, 15)))
            {
                zero = true
            }
            (groups, digits) = (groups + 1, digits + token.length)
            guard let sign = at(end + 1), sign.glued, sign.isMark(Mark.dash) || sign.isMark(Mark.dot),
                let next = at(end + 2), next.kind == .number, next.glued
            else {
                end += 1
                break
            }
            signs.insert(sign.value)
            end += 2
        }
        guard groups > 1 else { return nil }
        let first = tokens[index].length
        if signs == [Mark.dash] {
            // 2023-10-15 and 10-15-2023 are days, 3-4 a range of numbers.
            if groups == 3, self.date(index) != nil { return nil }
            return groups > 2 || zero && digits > 5 || first > 2 && digits >= 7 ? end : nil
        }
        if signs == [Mark.dot] {
            if groups == 3, self.date(index) != nil { return nil }
            return groups > 2 ? end : nil
        }
        // 1.5-2.5 has both.
        return groups > 4 ? end : nil
    }

    /// After a plus: `+1 555-123-4567`. The token after it, where there are seven digits or more.
    func telephone(_ index: Int) -> Int? {
        var (end, digits) = (index, 0)
        while let token = at(end), end - index < 12 {
            if token.kind == .number {
                digits += token.length
            } else if !(token.isMark(Mark.dash) || token.isMark(Mark.open) || token.isMark(Mark.close)
                || token.isMark(Mark.dot))
            {
                break
            }
            end += 1
        }
        return digits >= 7 ? end : nil
    }
}
