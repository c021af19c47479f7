// SPDX-License-Identifier: Apache-2.0

/// Single days, as dates and as words.
extension ValueScanner {
    /// A day that tokens name, with the ways to understand it.
    struct DayMatch {
        var readings: [(day: CalendarDay, certainty: Double)]
        var end: Int
        /// The month, where it was named and the year was not.
        var yearless: (month: Int, day: Int)?
        /// The month and the year that a bare number after a dash belongs to: `October 9 - 15`.
        var month: (month: Int, year: Int)?
    }

    private func weekday(_ index: Int) -> Int? {
        guard let token = at(index), case .weekday(let number, let full)? = token.meaning, full || token.isCapital
        else { return nil }
        return number
    }

    func year(_ index: Int) -> Int? {
        guard let year = digits(index, upTo: 4), tokens[index].length == 4, (1900...2199).contains(year) else {
            return nil
        }
        // `October 15 2023:` may go on, `October 15 2030 m` may not.
        return unitFollows(index + 1) ? nil : year
    }

    private func unitFollows(_ index: Int) -> Bool {
        guard let token = at(index), token.kind == .word else { return false }
        return switch token.meaning {
        case .length, .mass, .volume, .bytes, .percent, .metreOrMinute, .clock, .money: true
        default: token.glued
        }
    }

    /// A date in figures: `2023-10-15`, `10/15/2023`, `15.10.2023`.
    func date(_ index: Int) -> DayMatch? {
        guard let a = digits(index, upTo: 4), let sign = at(index + 1), sign.glued, sign.kind == .mark,
            let b = digits(index + 2, upTo: 2), isGlued(index + 2), let second = at(index + 3), second.glued,
            second.isMark(sign.value), let c = digits(index + 4, upTo: 4), isGlued(index + 4)
        else { return nil }
        guard [Mark.dash, Mark.slash, Mark.dot].contains(sign.value) else { return nil }
        // `2023-10-15-7` is none.
        if let next = at(index + 5), next.glued, next.isMark(sign.value), let after = at(index + 6), after.glued,
            after.kind == .number
        {
            return nil
        }
        let lengths = (tokens[index].length, tokens[index + 4].length)
        if lengths.0 == 4, lengths.1 <= 2 {
            guard let day = CalendarDay(year: a, month: b, day: c), (1800...2300).contains(a) else { return nil }
            return DayMatch(readings: [(day, 1)], end: index + 5, month: (b, a))
        }
        guard lengths.0 <= 2, lengths.1 == 4 || lengths.1 == 2 else { return nil }
        let year = lengths.1 == 2 ? 2000 + c : c
        guard (1800...2300).contains(year) else { return nil }
        let american = CalendarDay(year: year, month: a, day: b)
        let other = CalendarDay(year: year, month: b, day: a)
        // With points the day comes first, with strokes the month does, where both are possible.
        let first = sign.value == Mark.dot ? other : american
        let less = sign.value == Mark.dot ? american : other
        let readings: [(day: CalendarDay, certainty: Double)]
        switch (first, less) {
        case (let first?, let second?) where first != second: readings = [(first, 0.75), (second, 0.3)]
        case (let day?, _), (nil, let day?): readings = [(day, lengths.1 == 2 ? 0.85 : 1)]
        default: return nil
        }
        return DayMatch(readings: readings, end: index + 5)
    }

    /// `October 15`, `Oct. 15th, 2023`, with its weekday in brackets behind or not.
    private func monthDay(_ index: Int, weekday known: Int? = nil) -> DayMatch? {
        guard let token = at(index), case .month(let month, let full)? = token.meaning else { return nil }
        var end = index + 1
        if !full, isMark(end, Mark.dot), isGlued(end) { end += 1 }
        guard let day = digits(end, upTo: 2), (1...31).contains(day) else { return nil }
        if isMark(end + 1, Mark.colon), isGlued(end + 1) { return nil }
        end += 1
        end = afterOrdinal(end)
        guard !unitFollows(end) else { return nil }
        let sure = token.isCapital || full && month != 5 && month != 3 ? 1 : 0.7
        return finished(month: month, day: day, end, known, sure)
    }

    /// `15 October`, `15th of October 2023`.
    private func dayMonth(_ index: Int, weekday known: Int? = nil) -> DayMatch? {
        guard let day = digits(index, upTo: 2), (1...31).contains(day) else { return nil }
        var end = afterOrdinal(index + 1)
        if case .of? = meaning(end) { end += 1 }
        guard let token = at(end), case .month(let month, _)? = token.meaning, !token.glued || end == index + 1 else {
            return nil
        }
        // `15 may be enough`
        guard token.isCapital || month != 5 && month != 3 else { return nil }
        if let next = at(end + 1), next.glued, next.kind == .word { return nil }
        return finished(month: month, day: day, end + 1, known, 1)
    }

    private func afterOrdinal(_ index: Int) -> Int {
        if case .ordinal? = meaning(index), isGlued(index) { return index + 1 }
        return index
    }

    /// Takes the year and the weekday that stand behind a month and a day.
    private func finished(month: Int, day: Int, _ index: Int, _ known: Int?, _ sure: Double) -> DayMatch? {
        var (end, known) = (index, known)
        let comma = isMark(end, Mark.comma) ? 1 : 0
        if let year = year(end + comma), !(isMark(end + comma + 1, Mark.dash) && isGlued(end + comma + 1)) {
            guard let date = CalendarDay(year: year, month: month, day: day) else { return nil }
            end += comma + 1
            end = weekdayBehind(end)?.end ?? end
            return DayMatch(readings: [(date, sure)], end: end, month: (month, year))
        }
        if known == nil, let behind = weekdayBehind(end) { (known, end) = (behind.weekday, behind.end) }
        let readings = yearless(month: month, day: day, weekday: known, sure)
        guard let first = readings.first else { return nil }
        return DayMatch(readings: readings, end: end, yearless: (month, day), month: (month, first.day.year))
    }

    /// `(Sun)`
    private func weekdayBehind(_ index: Int) -> (weekday: Int, end: Int)? {
        guard isMark(index, Mark.open), isMark(index + 2, Mark.close), let day = weekday(index + 1) else { return nil }
        return (day, index + 3)
    }

    /// A day without a year: in the clock's own, or in the nearest in which its weekday fits.
    private func yearless(
        month: Int,
        day: Int,
        weekday: Int?,
        _ sure: Double
    ) -> [(day: CalendarDay, certainty: Double)] {
        let years = [0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5]
        let days = years.compactMap { CalendarDay(year: now.day.year + $0, month: month, day: day) }
        if let weekday {
            let fitting = days.filter { $0.weekday == weekday }
            if let first = fitting.first { return [(first, sure)] }
        }
        guard let own = days.first else { return [] }
        var readings = [(day: own, certainty: (weekday == nil ? 0.9 : 0.5) * sure)]
        let distance = own.number - now.day.number
        // Half a year off and more: the turn of the year may lie between.
        if abs(distance) > 183,
            let other = CalendarDay(year: own.year + (distance > 0 ? -1 : 1), month: month, day: day)
        {
            readings.append((other, 0.3 * sure))
        }
        return readings
    }

    /// A day, however it is named.
    func singleDay(_ index: Int) -> DayMatch? {
        guard let token = at(index) else { return nil }
        if token.kind == .number { return date(index) ?? dayMonth(index) ?? distance(index) }
        guard let meaning = token.meaning else { return nil }
        switch meaning {
        case .month: return monthDay(index)
        case .weekday: return weekdayFirst(index)
        case .relativeDay(let days): return DayMatch(readings: [(now.day.adding(days: days), 0.95)], end: index + 1)
        case .this, .next, .last, .coming: return steppedWeekday(index)
        case .in: return distance(index + 1, after: true)
        case .count: return distance(index)
        case .the:
            if let match = steppedWeekday(index + 1) { return match }
            if case .day? = self.meaning(index + 1) {
                if case .after? = self.meaning(index + 2), case .relativeDay(1)? = self.meaning(index + 3) {
                    return DayMatch(readings: [(now.day.adding(days: 2), 1)], end: index + 4)
                }
                if case .before? = self.meaning(index + 2), case .relativeDay(-1)? = self.meaning(index + 3) {
                    return DayMatch(readings: [(now.day.adding(days: -2), 1)], end: index + 4)
                }
                return nil
            }
            if self.weekday(index + 1) != nil { return weekdayFirst(index + 1) }
            if let match = dayMonth(index + 1) { return match }
            return dayOfMonth(index + 1)
        default: return nil
        }
    }

    /// `the 15th`: this month's, or the next one's.
    private func dayOfMonth(_ index: Int) -> DayMatch? {
        guard let day = digits(index, upTo: 2), case .ordinal? = meaning(index + 1), isGlued(index + 1),
            let own = CalendarDay(year: now.day.year, month: now.day.month, day: day)
        else { return nil }
        var readings = [(day: own, certainty: 0.5)]
        if own < now.day { readings.append((own.adding(months: 1), 0.4)) }
        return DayMatch(readings: readings, end: index + 2)
    }

    /// Days until the next one of a weekday, 0 to 6.
    private func until(_ weekday: Int) -> Int { (weekday - now.day.weekday + 7) % 7 }

    /// `Sunday`, `Sun, Oct 15`, `the Monday after next`, `Monday next week`.
    private func weekdayFirst(_ index: Int) -> DayMatch? {
        guard let token = at(index), case .weekday(let weekday, let full)? = token.meaning else { return nil }
        var next = index + 1
        if isMark(next, Mark.dot), isGlued(next), !full { next += 1 }
        let plain = next
        if isMark(next, Mark.comma) { next += 1 }
        if case .the? = meaning(next) { next += 1 }
        if let match = monthDay(next, weekday: weekday) ?? dayMonth(next, weekday: weekday) ?? date(next) {
            return match
        }
        guard full || token.isCapital else { return nil }
        let ahead = until(weekday)
        if case .after? = meaning(plain), case .next? = meaning(plain + 1) {
            if case .week? = meaning(plain + 2) { return nil }
            return DayMatch(readings: [(now.day.adding(days: (ahead == 0 ? 7 : ahead) + 7), 0.95)], end: plain + 2)
        }
        var week = plain
        if case .of? = meaning(week) { week += 1 }
        if let weeks = step(week), case .week? = meaning(week + 1) {
            return DayMatch(readings: [(now.day.monday.adding(days: 7 * weeks + weekday - 1), 0.95)], end: week + 2)
        }
        let sure = full ? 1 : 0.8
        let past = ahead == 0 ? -7 : ahead - 7
        return DayMatch(
            readings: [(now.day.adding(days: ahead), 0.65 * sure), (now.day.adding(days: past), 0.35 * sure)],
            end: plain
        )
    }

    /// Weeks that a word steps: `this`, `next`, `last`.
    func step(_ index: Int) -> Int? {
        switch meaning(index) {
        case .this: 0
        case .next, .coming: 1
        case .last: -1
        default: nil
        }
    }

    /// `this Monday`, `next Friday`, `last Thursday`.
    private func steppedWeekday(_ index: Int) -> DayMatch? {
        guard let word = meaning(index), let weekday = weekday(index + 1) else { return nil }
        var end = index + 2
        // `this Monday, October 16` says it twice.
        let comma = isMark(end, Mark.comma) ? 1 : 0
        if let match = monthDay(end + comma, weekday: weekday) ?? dayMonth(end + comma, weekday: weekday) {
            return match
        }
        let ahead = until(weekday)
        let strict = ahead == 0 ? 7 : ahead
        var readings: [(day: CalendarDay, certainty: Double)]
        switch word {
        case .this: readings = [(now.day.adding(days: ahead), 0.95)]
        case .coming: readings = [(now.day.adding(days: strict), 0.95)]
        case .last: readings = [(now.day.adding(days: ahead - 7), 0.95)]
        case .next:
            // The next one that comes, or that of the next week.
            let (nearest, following) = (now.day.adding(days: strict), now.day.monday.adding(days: 6 + weekday))
            readings = nearest == following ? [(nearest, 0.95)] : [(following, 0.55), (nearest, 0.5)]
        default: return nil
        }
        if case .week? = meaning(end) { end += 1 }
        return DayMatch(readings: readings, end: end)
    }

    /// `two weeks from today`, `3 days ago`, `a week from Monday`; with `after`, the `in` before it suffices.
    private func distance(_ index: Int, after: Bool = false) -> DayMatch? {
        let count: Int
        var end = index + 1
        if let number = digits(index, upTo: 4) {
            count = number
        } else if case .count(let number)? = meaning(index), number >= 1 {
            count = Int(number)
        } else {
            return nil
        }
        let unit = meaning(end)
        switch unit {
        case .day, .week, .monthUnit, .year: end += 1
        default: return nil
        }
        func moved(_ start: CalendarDay, _ sign: Int) -> CalendarDay {
            switch unit {
            case .day: start.adding(days: sign * count)
            case .week: start.adding(days: sign * count * 7)
            case .monthUnit: start.adding(months: sign * count)
            default: start.adding(months: sign * count * 12)
            }
        }
        switch meaning(end) {
        case .ago: return DayMatch(readings: [(moved(now.day, -1), 1)], end: end + 1)
        case .from, .after, .before:
            let sign = if case .before? = meaning(end) { -1 } else { 1 }
            var start = end + 1
            if case .relativeDay(let days)? = meaning(start) {
                return DayMatch(readings: [(moved(now.day.adding(days: days), sign), 1)], end: start + 1)
            }
            if let token = at(start), token.kind == .word, token.length == 3, token.meaning == nil, spells(token, "now")
            {
                return DayMatch(readings: [(moved(now.day, sign), 1)], end: start + 1)
            }
            if case .this? = meaning(start) { start += 1 }
            if case .next? = meaning(start) { start += 1 }
            if let weekday = weekday(start) {
                return DayMatch(readings: [(moved(now.day.adding(days: until(weekday)), sign), 0.8)], end: start + 1)
            }
        default: break
        }
        return after ? DayMatch(readings: [(moved(now.day, 1), 0.95)], end: end) : nil
    }

    /// Whether a word is this one, whatever its capitals.
    func spells(_ token: ValueToken, _ word: String) -> Bool {
        token.length == word.utf8.count && zip(bytes[token.start..<token.end], word.utf8).allSatisfy { $0 | 0x20 == $1 }
    }
}
