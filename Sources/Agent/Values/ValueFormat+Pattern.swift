// SPDX-License-Identifier: Apache-2.0

/// Fills a goal's own pattern, such as `<month name> <day> <year> <hour in 24-hour format>:<minutes>`.
extension ValueFormat {
    /// What a place of a pattern is filled from.
    public struct PatternSource: Sendable {
        public var day: CalendarDay?
        public var time: ClockTime?
        /// A number as it is written, and what stands behind it: `2.5` and `cups`.
        public var amount: (number: String, unit: String)?
        /// Values by what they are called, such as the cells of a row.
        public var named: [(name: String, value: String)]

        public init(
            day: CalendarDay? = nil,
            time: ClockTime? = nil,
            amount: (number: String, unit: String)? = nil,
            named: [(name: String, value: String)] = []
        ) {
            (self.day, self.time, self.amount, self.named) = (day, time, amount, named)
        }

        /// The parts that a value has, and how it is written.
        public init(_ value: TypedValue, written: String = "") {
            self.init()
            switch value {
            case .day(let day): self.day = day
            case .time(let time): self.time = time
            case .moment(let day, let time): (self.day, self.time) = (day, time)
            case .days(let first, _): day = first
            case .times(let first, _): time = first
            case .number: amount = Self.amount(written)
            default: break
            }
        }

        /// Splits `2.5 cups` into its number and the rest.
        static func amount(_ text: String) -> (number: String, unit: String)? {
            let trimmed = text.drop { $0 == " " || $0 == "-" }
            let number = trimmed.prefix { $0.isNumber || ".,/ ".contains($0) }
            let unit = trimmed[number.endIndex...]
            let figure = number.split(separator: " ").joined(separator: " ")
            return figure.isEmpty ? nil : (figure, unit.split(separator: " ").joined(separator: " "))
        }
    }

    /// The pattern with its places filled, or nil where there is nothing for one of them.
    public static func fill(_ pattern: String, from source: PatternSource) -> String? {
        var (text, rest) = ("", pattern[...])
        while let open = rest.firstIndex(of: "<") {
            text += rest[..<open]
            guard let close = rest[open...].firstIndex(of: ">") else { return nil }
            guard let part = part(rest[rest.index(after: open)..<close].lowercased(), source) else { return nil }
            text += part
            rest = rest[rest.index(after: close)...]
        }
        return text + rest
    }

    /// Whether a pattern has a place that a day or a time fills.
    public static func asksForMoment(_ pattern: String) -> Bool {
        let probe = PatternSource(day: CalendarDay(number: 0), time: ClockTime(hour: 0), amount: nil)
        var rest = pattern[...]
        while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
            if part(rest[rest.index(after: open)..<close].lowercased(), probe) != nil { return true }
            rest = rest[rest.index(after: close)...]
        }
        return false
    }

    private static func part(_ place: String, _ source: PatternSource) -> String? {
        let words = place.split { !$0.isLetter && !$0.isNumber }.map(String.init)
        let has = { (names: String...) in names.contains { words.contains($0) } }
        if let day = source.day {
            if has("weekday") || has("day") && has("week") { return weekdays[day.weekday - 1] }
            if has("month") && !has("day") || has("mm") && !has("hh") {
                let isNumber = has("number", "digits", "digit", "mm") || has("01", "1") && has("12")
                if has("abbreviated", "short", "abbreviation") { return String(months[day.month - 1].prefix(3)) }
                return isNumber ? CalendarDay.padded(day.month, 2) : months[day.month - 1]
            }
            if has("year", "yyyy") { return "\(day.year)" }
            if has("day", "dd") { return has("two", "dd") ? CalendarDay.padded(day.day, 2) : "\(day.day)" }
            if has("date") { return source.time == nil || !has("time") ? day.iso : nil }
        }
        if let time = source.time {
            if has("hour", "hours", "hh") {
                if has("12"), !has("24") { return "\((time.hour + 11) % 12 + 1)" }
                return CalendarDay.padded(time.hour, 2)
            }
            if has("minute", "minutes", "min", "mins", "mm") { return CalendarDay.padded(time.minute, 2) }
            if has("second", "seconds", "ss") { return CalendarDay.padded(time.second, 2) }
            if has("am", "pm", "ampm") { return time.hour < 12 ? "AM" : "PM" }
            if has("time") { return has("12") ? halfDay(time) : time.text }
        }
        if let amount = source.amount {
            if has("amount", "number", "quantity", "count", "value") { return amount.number }
            if has("unit", "units", "measure") { return amount.unit }
        }
        if let exact = source.named.first(where: { $0.name.lowercased() == place }) { return exact.value }
        // The name that shares most words with the place; the first of equals.
        var best: (shared: Int, value: String)?
        for (name, value) in source.named {
            let shared = name.lowercased().split { !$0.isLetter && !$0.isNumber }.filter { words.contains(String($0)) }
                .count
            if shared > best?.shared ?? 0 { best = (shared, value) }
        }
        return best?.value
    }
}
