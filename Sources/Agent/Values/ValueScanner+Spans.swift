// SPDX-License-Identifier: Apache-2.0

/// What spans days, and days with a time beside them.
extension ValueScanner {
    /// Between the two ends of a range: `-`, `to`, `until`, and `and` after `between`. The token after it.
    func connector(_ index: Int, from: Int) -> Int? {
        guard let token = at(index) else { return nil }
        if token.isMark(Mark.dash) { return index + 1 }
        switch token.meaning {
        case .to, .until: return index + 1
        case .and:
            if case .between? = meaning(from - 1) { return index + 1 }
            return nil
        default: return nil
        }
    }

    /// Whether `from` or `between` stands before, which makes two values one range.
    private func isOpened(_ from: Int) -> Bool {
        switch meaning(from - 1) {
        case .from, .between: true
        default: false
        }
    }

    /// Reads a day, a range of days, or a day and a time.
    mutating func day(_ index: Int) -> Int? {
        if let end = numberedRange(index) { return end }
        guard var first = singleDay(index) else { return shortDate(index) }
        if let next = connector(first.end, from: index) {
            var start = next
            if case .the? = meaning(start) { start += 1 }
            if var second = singleDay(start) ?? bareDay(start, first.month) {
                if first.yearless != nil, let year = second.month?.year, second.yearless == nil,
                    let (month, day) = first.yearless,
                    let moved = CalendarDay(year: year, month: month, day: day)
                {
                    first.readings = [(moved, 1)]
                }
                if second.yearless != nil, let year = first.month?.year, first.yearless == nil,
                    let (month, day) = second.yearless,
                    let moved = CalendarDay(year: year, month: month, day: day)
                {
                    second.readings = [(moved, 1)]
                }
                if let (from, to) = ordered(first, second) {
                    emit(first, index)
                    // Two days with `to` between them may also be where something is moved from and to.
                    emit(.days(from, to), index, second.end, isOpened(index) || isMark(first.end, Mark.dash) ? 1 : 0.8)
                    if second.end > start + 1 || singleDay(start) != nil { emit(second, start) }
                    return second.end
                }
            }
        }
        emit(first, index)
        if let time = beside(first.end), range(of: time.match, time.start) == nil {
            for day in first.readings {
                for reading in time.match.readings {
                    emit(
                        .moment(day.day, reading.time),
                        index,
                        time.match.end,
                        0.95 * day.certainty * max(reading.certainty, 0.9)
                    )
                }
            }
            // `T` joins the two, and the time is not found again on its own.
            if isGlued(time.start - 1), at(time.start - 1)?.kind == .word {
                for reading in time.match.readings { emit(.time(reading.time), time.start, time.match.end, 0.5) }
                return time.match.end
            }
        }
        return first.end
    }

    private mutating func emit(_ match: DayMatch, _ from: Int) {
        for reading in match.readings { emit(.day(reading.day), from, match.end, reading.certainty) }
    }

    private func ordered(_ first: DayMatch, _ second: DayMatch) -> (CalendarDay, CalendarDay)? {
        for a in first.readings {
            for b in second.readings where a.day < b.day { return (a.day, b.day) }
        }
        return nil
    }

    /// The `15` of `October 9 - 15`.
    private func bareDay(_ index: Int, _ month: (month: Int, year: Int)?) -> DayMatch? {
        guard let month, let day = digits(index, upTo: 2) else { return nil }
        var end = index + 1
        if case .ordinal? = meaning(end), isGlued(end) { end += 1 }
        if isMark(end, Mark.colon), isGlued(end) { return nil }
        if let next = at(end), next.kind == .word {
            switch next.meaning {
            case .am, .pm, .clock: return nil
            default: if next.glued { return nil }
            }
        }
        var year = month.year
        let comma = isMark(end, Mark.comma) ? 1 : 0
        var stated = false
        if let number = self.year(end + comma) { (year, end, stated) = (number, end + comma + 1, true) }
        guard let found = CalendarDay(year: year, month: month.month, day: day) else { return nil }
        return DayMatch(
            readings: [(found, 1)],
            end: end,
            yearless: stated ? nil : (month.month, day),
            month: (month.month, year)
        )
    }

    /// `9-15 October`, `9 to 15 October 2023`.
    private mutating func numberedRange(_ index: Int) -> Int? {
        guard let from = digits(index, upTo: 2), let next = connector(index + 1, from: index),
            at(next)?.kind == .number, let second = singleDay(next), let month = second.month,
            let to = second.readings.first?.day, date(next) == nil,
            let first = CalendarDay(year: to.year, month: month.month, day: from), first < to
        else { return nil }
        emit(.days(first, to), index, second.end, 0.95)
        return second.end
    }

    /// `10/15`: a day of this year, or a fraction.
    private mutating func shortDate(_ index: Int) -> Int? {
        guard let a = digits(index, upTo: 2), isMark(index + 1, Mark.slash), isGlued(index + 1),
            let b = digits(index + 2, upTo: 2),
            isGlued(index + 2), !(isMark(index + 3, Mark.slash) && isGlued(index + 3))
        else { return nil }
        guard b > 0 else { return nil }
        let isPart = a < b && [2, 3, 4, 8].contains(b)
        let unit = unit(index + 3)
        if isPart, unit != nil { return quantity(index, sign: nil, from: index) }
        let (year, first) = (now.day.year, found.count)
        if let day = CalendarDay(year: year, month: a, day: b) { emit(.day(day), index, index + 3, isPart ? 0.4 : 0.6) }
        if a != b, let day = CalendarDay(year: year, month: b, day: a) {
            emit(.day(day), index, index + 3, found.count > first ? 0.3 : 0.6)
        }
        emit(.number(Double(a) / Double(b), .none), index, index + 3, isPart ? 0.6 : 0.3)
        return index + 3
    }

    /// A time after a day: `October 15 at 3pm`, `2023-10-15T15:30`, `Oct 15, 15:30`.
    private func beside(_ index: Int) -> (match: TimeMatch, start: Int)? {
        var start = index
        if isMark(start, Mark.comma) { start += 1 }
        switch meaning(start) {
        case .at, .from: start += 1
        default:
            if let token = at(start), token.kind == .word, token.length == 1, token.glued, spells(token, "t") {
                start += 1
            }
        }
        guard let match = timeMatch(start), !match.readings.isEmpty else { return nil }
        return (match, start)
    }

    /// A day behind a time: `3pm tomorrow`, `12:00 on Monday`.
    func dayBehind(_ index: Int) -> DayMatch? {
        var start = index
        if isMark(start, Mark.comma) { start += 1 }
        if case .on? = meaning(start) { start += 1 }
        return singleDay(start)
    }

    /// `this week`, `the next 7 days`, `last month`, `October 2023`.
    mutating func days(_ index: Int) -> Int? {
        var start = index
        let the = if case .the? = meaning(index) { true } else { false }
        if the { start += 1 }
        if case .month(let month, let full)? = meaning(start), !the { return wholeMonth(start, month, full) }
        guard let step = step(start) else { return nil }
        let today = now.day
        let after = start + 1
        var count: Int?
        if let number = digits(after, upTo: 3) {
            count = number
        } else if case .count(let number)? = meaning(after), number >= 1 {
            count = Int(number)
        }
        if let count, step != 0 {
            let length: Int
            switch meaning(after + 1) {
            case .day: length = count
            case .week: length = count * 7
            default: return nil
            }
            guard length > 0 else { return nil }
            if step > 0 {
                emit(.days(today, today.adding(days: length)), index, after + 2, 0.6)
                emit(.days(today.adding(days: 1), today.adding(days: length)), index, after + 2, 0.5)
            } else {
                emit(.days(today.adding(days: 1 - length), today), index, after + 2, 0.6)
                emit(.days(today.adding(days: -length), today.adding(days: -1)), index, after + 2, 0.4)
            }
            return after + 2
        }
        let monday = today.monday.adding(days: 7 * step)
        let first: CalendarDay
        let last: CalendarDay
        switch meaning(after) {
        case .week: (first, last) = (monday, monday.adding(days: 6))
        case .weekend: (first, last) = (monday.adding(days: 5), monday.adding(days: 6))
        case .monthUnit:
            let own = today.adding(days: 1 - today.day).adding(months: step)
            (first, last) = (own, own.adding(days: CalendarDay.length(ofMonth: own.month, year: own.year) - 1))
        case .year:
            guard let new = CalendarDay(year: today.year + step, month: 1, day: 1),
                let old = CalendarDay(year: today.year + step, month: 12, day: 31)
            else { return nil }
            (first, last) = (new, old)
        default: return nil
        }
        emit(.days(first, last), index, after + 1, 0.95)
        if case .week? = meaning(after), the, step > 0 {
            // `in the next week` may count from today.
            emit(.days(today, today.adding(days: 7)), index, after + 1, 0.4)
        }
        return after + 1
    }

    private mutating func wholeMonth(_ index: Int, _ month: Int, _ full: Bool) -> Int? {
        if digits(index + 1, upTo: 2) != nil { return nil }
        guard tokens[index].isCapital, full || isMark(index + 1, Mark.dot) || year(index + 1) != nil else { return nil }
        let comma = isMark(index + 1, Mark.comma) ? 1 : 0
        let stated = year(index + 1 + comma)
        let year = stated ?? now.day.year
        guard let first = CalendarDay(year: year, month: month, day: 1) else { return nil }
        let last = first.adding(days: CalendarDay.length(ofMonth: month, year: year) - 1)
        let end = stated == nil ? index + 1 : index + 2 + comma
        emit(.days(first, last), index, end, stated != nil ? 0.9 : month == 5 || month == 3 ? 0.25 : 0.45)
        return end
    }
}
