// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Days and times in tasks. All are UTC in the Gregorian calendar, as the clock of AndroidWorld's devices is.
enum TaskDates {
    /// The day that a task begins on: Sunday, 15 October 2023 (AndroidWorld sets the clock to 15:34 of it before each).
    static let today = Date(timeIntervalSince1970: 1_697_328_000)

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()

    private static func formatter(_ format: String) -> DateFormatter {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.calendar = calendar
        formatter.isLenient = false
        formatter.dateFormat = format
        return formatter
    }

    /// Reads `2023-10-15`, `2023-10-15 15:34` or `2023-10-15 15:34:10`, each number with or without its zero.
    static func moment(_ text: String) -> Date? {
        let numbers = text.split { "- :T".contains($0) }.map { Int($0) }
        guard numbers.count == 3 || numbers.count == 5 || numbers.count == 6, !numbers.contains(nil) else { return nil }
        let all = numbers.compactMap(\.self) + [0, 0, 0]
        let parts = DateComponents(
            year: all[0],
            month: all[1],
            day: all[2],
            hour: all[3],
            minute: all[4],
            second: all[5]
        )
        guard let date = calendar.date(from: parts) else { return nil }
        let back = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
        // The 31st of a month that has 30 would roll over into the next.
        return back == parts ? date : nil
    }

    /// A moment in DateFormatter's letters, such as `MMMM d yyyy`.
    static func text(_ date: Date, _ format: String) -> String { formatter(format).string(from: date) }

    /// Reads `October 16 2023 13:00`; commas and case do not matter.
    static func spoken(_ text: String) -> Date? {
        let plain = text.replacing(",", with: " ").split(separator: " ").joined(separator: " ")
        return ["MMMM d yyyy HH:mm", "MMM d yyyy HH:mm"].lazy.compactMap { formatter($0).date(from: plain) }.first
    }

    /// Ways to name a day in a sentence, seen from `today`; the first names it in full.
    static func words(for date: Date) -> [String] {
        let day = calendar.startOfDay(for: date)
        let distance = Int((day.timeIntervalSince(today) / 86400).rounded())
        let weekday = text(day, "EEEE")
        var words = ["on \(text(day, "MMMM d yyyy"))", "on \(text(day, "EEEE, MMMM d"))"]
        switch distance {
        case 0: words.append("today")
        case 1: words += ["tomorrow", "this \(weekday)"]
        case -1: words += ["yesterday", "last \(weekday)"]
        case 2...6: words.append("this \(weekday)")
        case 8...13: words.append("the \(weekday) after next")
        case -6 ... -2: words.append("last \(weekday)")
        case 7: words.append("a week from today")
        case 14: words.append("in two weeks from today")
        default: break
        }
        return words
    }
}

/// Sums of whole numbers, such as `({hour} + 1) * 60`.
enum Arithmetic {
    /// The value of a sum with `+ - * / %` and parentheses; nil when it is none, or when it leaves 64 bits.
    static func value(of formula: String) -> Int? {
        var rest = formula.filter { !$0.isWhitespace }[...]
        guard let value = sum(&rest, depth: 0), rest.isEmpty else { return nil }
        return value
    }

    private static func sum(_ rest: inout Substring, depth: Int) -> Int? {
        guard var value = product(&rest, depth: depth) else { return nil }
        while let sign = rest.first, sign == "+" || sign == "-" {
            rest.removeFirst()
            guard let next = product(&rest, depth: depth) else { return nil }
            let (result, overflow) =
                sign == "+" ? value.addingReportingOverflow(next) : value.subtractingReportingOverflow(next)
            if overflow { return nil }
            value = result
        }
        return value
    }

    private static func product(_ rest: inout Substring, depth: Int) -> Int? {
        guard var value = factor(&rest, depth: depth) else { return nil }
        while let sign = rest.first, "*/%".contains(sign) {
            rest.removeFirst()
            guard let next = factor(&rest, depth: depth) else { return nil }
            let (result, overflow) =
                switch sign {
                case "*": value.multipliedReportingOverflow(by: next)
                case "/": value.dividedReportingOverflow(by: next)
                default: value.remainderReportingOverflow(dividingBy: next)
                }
            if overflow { return nil }
            value = result
        }
        return value
    }

    private static func factor(_ rest: inout Substring, depth: Int) -> Int? {
        // A task file comes from outside; a thousand parentheses must not use up the stack.
        guard let first = rest.first, depth < 100 else { return nil }
        if first == "-" {
            rest.removeFirst()
            return factor(&rest, depth: depth + 1).flatMap { $0 == .min ? nil : -$0 }
        }
        if first == "(" {
            rest.removeFirst()
            guard let value = sum(&rest, depth: depth + 1), rest.popFirst() == ")" else { return nil }
            return value
        }
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest[digits.endIndex...]
        return Int(digits)
    }
}
