// SPDX-License-Identifier: Apache-2.0

/// Times of day, ranges of them, durations.
extension ValueScanner {
    /// A time that tokens name, and the durations that the same figures may be.
    struct TimeMatch {
        var readings: [(time: ClockTime, certainty: Double)] = []
        var durations: [(seconds: Int, certainty: Double)] = []
        var end: Int
        /// `am` or `pm` stood behind it.
        var isHalfDay = false
        var hour = 0
        var minute = 0
    }

    /// `am`, `PM`, `p.m.`: whether it is the later half, and the token after it.
    private func halfDay(_ index: Int) -> (isLate: Bool, end: Int)? {
        guard let token = at(index), token.kind == .word else { return nil }
        switch token.meaning {
        case .am:
            // `5 am` against `I am`: a number stands before, so it is the time.
            return (false, index + 1)
        case .pm: return (true, index + 1)
        default: break
        }
        guard token.length == 1, isMark(index + 1, Mark.dot), isGlued(index + 1), let m = at(index + 2), m.glued,
            spells(m, "m")
        else {
            return nil
        }
        let end = isMark(index + 3, Mark.dot) && isGlued(index + 3) ? index + 4 : index + 3
        if spells(token, "p") { return (true, end) }
        return spells(token, "a") ? (false, end) : nil
    }

    private func clock(_ hour: Int, _ minute: Int, _ second: Int = 0, late: Bool?) -> ClockTime? {
        guard let late else { return ClockTime(hour: hour, minute: minute, second: second) }
        guard (1...12).contains(hour) else { return nil }
        return ClockTime(hour: hour % 12 + (late ? 12 : 0), minute: minute, second: second)
    }

    func timeMatch(_ index: Int) -> TimeMatch? {
        guard let token = at(index) else { return nil }
        if case .fixedTime(let hour)? = token.meaning, let time = ClockTime(hour: hour) {
            return TimeMatch(readings: [(time, 0.95)], end: index + 1, isHalfDay: true, hour: hour)
        }
        guard let hour = digits(index, upTo: 4) else { return nil }
        if isMark(index + 1, Mark.colon), isGlued(index + 1), let minute = digits(index + 2, upTo: 2),
            isGlued(index + 2),
            tokens[index + 2].length == 2, minute < 60
        {
            return figures(index, hour, minute)
        }
        guard token.length <= 2 else { return nil }
        if let half = halfDay(index + 1), let time = clock(hour, 0, late: half.isLate) {
            return TimeMatch(readings: [(time, 1)], end: half.end, isHalfDay: true, hour: hour)
        }
        if let next = at(index + 1), next.glued, next.length == 1, spells(next, "h") { return hours(index, hour) }
        if let next = at(index + 1), next.kind == .word, spells(next, "o"), isMark(index + 2, Mark.apostrophe),
            let word = at(index + 3), word.glued, spells(word, "clock"), let time = ClockTime(hour: hour)
        {
            return TimeMatch(readings: Self.bothHalves(time, 0.6), end: index + 4, hour: hour)
        }
        return nil
    }

    /// `5 o'clock` is in the morning or the afternoon.
    private static func bothHalves(_ time: ClockTime, _ certainty: Double) -> [(time: ClockTime, certainty: Double)] {
        guard (1...11).contains(time.hour), let late = ClockTime(hour: time.hour + 12, minute: time.minute) else {
            return [(time, certainty)]
        }
        return time.hour < 8
            ? [(late, certainty), (time, certainty - 0.1)] : [(time, certainty), (late, certainty - 0.1)]
    }

    /// `15:30`, `1:05:30`, `3:30 PM`.
    private func figures(_ index: Int, _ hour: Int, _ minute: Int) -> TimeMatch? {
        var end = index + 3
        var second: Int?
        if isMark(end, Mark.colon), isGlued(end), let number = digits(end + 1, upTo: 2), isGlued(end + 1),
            tokens[end + 1].length == 2, number < 60
        {
            (second, end) = (number, end + 2)
        }
        if isMark(end, Mark.colon), isGlued(end), let more = at(end + 1), more.glued, more.kind == .number {
            return nil
        }
        if let half = halfDay(end), let time = clock(hour, minute, second ?? 0, late: half.isLate) {
            return TimeMatch(readings: [(time, 1)], end: half.end, isHalfDay: true, hour: hour, minute: minute)
        }
        var match = TimeMatch(end: end, hour: hour, minute: minute)
        if tokens[index].length <= 2, let time = ClockTime(hour: hour, minute: minute, second: second ?? 0) {
            // Three figures without a leading zero look more like a length than a time.
            match.readings = [(time, second == nil ? 0.9 : tokens[index].length == 2 ? 0.7 : 0.4)]
        }
        let seconds = second.map { hour * 3600 + minute * 60 + $0 } ?? hour * 60 + minute
        match.durations = [
            (seconds, match.readings.isEmpty ? 0.9 : second == nil ? 0.35 : tokens[index].length == 2 ? 0.6 : 0.65)
        ]
        if second == nil, hour < 24 { match.durations.append((hour * 3600 + minute * 60, 0.25)) }
        return match
    }

    /// `15h`, `15h30`; as a length where nothing says that it is a time.
    private func hours(_ index: Int, _ hour: Int) -> TimeMatch? {
        var (minute, end) = (0, index + 2)
        if let number = digits(end, upTo: 2), isGlued(end), tokens[end].length == 2, number < 60 {
            (minute, end) = (number, end + 1)
        }
        // `1h 5m` is a duration of two parts.
        if end == index + 2, at(end)?.kind == .number, unitOfTime(end + 1) != nil { return nil }
        if end == index + 3, unitOfTime(end) != nil { return nil }
        guard let time = ClockTime(hour: hour, minute: minute) else { return nil }
        var isTime = false
        switch meaning(index - 1) {
        case .at, .from, .until, .after, .before, .between: isTime = true
        default: break
        }
        var match = TimeMatch(readings: [(time, isTime ? 1 : 0.55)], end: end, hour: hour, minute: minute)
        if !isTime { match.durations = [(hour * 3600 + minute * 60, 0.5)] }
        return match
    }

    /// The end of a range that begins with this time.
    func range(of first: TimeMatch, _ from: Int) -> (first: ClockTime, last: ClockTime, second: Int, match: TimeMatch)?
    {
        guard let next = connector(first.end, from: from), let match = timeMatch(next),
            let last = match.readings.first?.time,
            var start = first.readings.first?.time
        else { return nil }
        if match.isHalfDay, !first.isHalfDay, first.hour <= 12, first.hour > 0 {
            // `2:00 - 4:00 PM`: the first has the half of the second, unless it would come after it.
            let late = clock(first.hour, first.minute, late: true)
            let early = clock(first.hour, first.minute, late: false)
            if let late, late < last { start = late } else if let early { start = early }
        }
        return start < last ? (start, last, next, match) : nil
    }

    /// Reads a time, a range of times, or a time and a day.
    mutating func time(_ index: Int) -> Int? {
        if let end = looseRange(index) { return end }
        guard let match = timeMatch(index) else { return bareHour(index) }
        if let range = range(of: match, index) {
            emit(.times(range.first, range.last), index, range.match.end, 0.95)
            emit(.time(range.first), index, match.end, 0.4)
            emit(.time(range.last), range.second, range.match.end, 0.4)
            return range.match.end
        }
        for reading in match.readings { emit(.time(reading.time), index, match.end, reading.certainty) }
        for reading in match.durations { emit(.duration(reading.seconds), index, match.end, reading.certainty) }
        if let time = match.readings.first, let day = dayBehind(match.end) {
            for reading in day.readings {
                emit(.moment(reading.day, time.time), index, day.end, 0.95 * reading.certainty)
            }
        }
        return match.end
    }

    /// `2-4pm`, `from 2 to 4 pm`.
    private mutating func looseRange(_ index: Int) -> Int? {
        guard let hour = digits(index, upTo: 2), (1...12).contains(hour), let next = connector(index + 1, from: index),
            let match = timeMatch(next), match.isHalfDay, let last = match.readings.first?.time
        else { return nil }
        let starts = [clock(hour, 0, late: true), clock(hour, 0, late: false)].compactMap(\.self)
        guard let start = starts.first(where: { $0 < last }) else { return nil }
        emit(.times(start, last), index, match.end, 0.95)
        return match.end
    }

    /// `at 5`, with nothing that it could count.
    private mutating func bareHour(_ index: Int) -> Int? {
        guard case .at? = meaning(index - 1), let hour = digits(index, upTo: 2), let time = ClockTime(hour: hour) else {
            return nil
        }
        if let next = at(index + 1) {
            if next.glued, next.kind != .mark || next.value != Mark.dot && next.value != Mark.comma { return nil }
            if next.kind == .word, next.meaning == nil { return nil }
            if next.glued, let after = at(index + 2), after.glued { return nil }
        }
        for reading in Self.bothHalves(time, 0.6) { emit(.time(reading.time), index, index + 1, reading.certainty) }
        emit(.number(Double(hour), .none), index, index + 1, 0.4)
        return index + 1
    }

    private func unitOfTime(_ index: Int) -> Int? {
        switch meaning(index) {
        case .clock(let seconds): seconds
        case .metreOrMinute: 60
        default: nil
        }
    }

    /// `45 mins`, `1 hr 20 min`, `an hour and a half`, `1h 5m`.
    mutating func duration(_ index: Int) -> Int? {
        var (end, seconds, parts, last, certainty) = (index, 0.0, 0, Int.max, 1.0)
        while parts < 4 {
            var start = end
            if parts > 0 {
                if isMark(start, Mark.comma) { start += 1 }
                if case .and? = meaning(start) { start += 1 }
            }
            if parts > 0, let half = halfMore(start) {
                seconds += Double(last) / 2
                end = half
                break
            }
            guard let count = count(start) else { break }
            // `5m` alone is as well a length, which is read as one, with this reading beside it.
            guard let unit = unitOfTime(count.end), unit < last else { break }
            if case .metreOrMinute? = meaning(count.end), parts == 0, unitOfTime(count.end + 2) == nil { break }
            if parts == 0, count.isArticle { certainty = unit == 1 ? 0.4 : 0.7 }
            seconds += count.value * Double(unit)
            (last, end, parts) = (unit, count.end + 1, parts + 1)
        }
        guard parts > 0 else { return nil }
        emit(duration: seconds, index, end, certainty)
        return end
    }

    /// `a half`, after `an hour and`.
    private func halfMore(_ index: Int) -> Int? {
        guard case .count(1)? = meaning(index), case .count(0.5)? = meaning(index + 1) else { return nil }
        return unitOfTime(index + 2) == nil ? index + 2 : nil
    }

    /// A count before a unit of time: figures, `two`, `an`, `half an`.
    private func count(_ index: Int) -> (value: Double, end: Int, isArticle: Bool)? {
        if case .count(let value)? = meaning(index) {
            if value == 0.5 {
                if case .count(1)? = meaning(index + 1) { return (0.5, index + 2, false) }
                return nil
            }
            // The packed table knows `a`, `an` and `one` alike; a single one is certain only where it is written so.
            let isArticle = value == 1 && !(at(index)?.length == 3)
            return (value, index + 1, isArticle)
        }
        guard let amount = amount(index) else { return nil }
        return (amount.value, amount.end, false)
    }
}
