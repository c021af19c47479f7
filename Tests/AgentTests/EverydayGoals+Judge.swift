// SPDX-License-Identifier: Apache-2.0

@testable import Agent

extension EverydayGoals {
    /// The goals, each with what is expected.
    static var all: [(goal: String, expected: [String])] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return stride(from: 0, to: lines.count - 1, by: 2).map { index in
            let expected = lines[index + 1].dropFirst(2).split(separator: "|").map { part in
                part.split(separator: " ").joined(separator: " ")
            }
            return (lines[index].replacing("\\n", with: "\n"), expected)
        }
    }

    /// What a reading lacks of what is expected; empty where all is right.
    static func lacks(_ reading: GoalReading, _ expected: [String]) -> [String] {
        var out: [String] = []
        var asks = false
        for want in expected {
            if want.hasPrefix("?") {
                asks = true
                if reading.question?.aggregates.first?.rawValue != String(want.dropFirst()) {
                    out.append("\(want), not \(reading.question?.aggregates.first?.rawValue ?? "no question")")
                }
            } else if want.hasPrefix("@") {
                if !hasValue(reading, String(want.dropFirst())) { out.append(want) }
            } else if want.hasPrefix("[") {
                let items = want.dropFirst().dropLast().split(separator: ";").map { String($0.trimmingSpaces()) }
                let found = reading.tables.contains { table in
                    table.columns.indices.contains { column in table.rows.map { $0[column] } == items }
                }
                if !found { out.append(want) }
            } else if !reading.slots.contains(where: { $0.text == want })
                && !reading.tables.contains(where: { $0.rows.contains { $0.contains(want) } })
            {
                out.append(want)
            }
        }
        if !asks, reading.question != nil { out.append("asks nothing") }
        return out
    }

    private static func hasValue(_ reading: GoalReading, _ want: String) -> Bool {
        let values = reading.slots.map(\.value) + reading.constraints.flatMap(\.values)
        if want.hasPrefix("#") {
            return values.contains { if case .number(let n, _) = $0 { n == Double(want.dropFirst()) } else { false } }
        }
        if want.hasSuffix("s"), let seconds = Int(want.dropLast()) { return values.contains(.duration(seconds)) }
        let ends = want.split(separator: ".").compactMap { day(String($0)) }
        if ends.count == 2 {
            return values.contains(.days(ends[0], ends[1]))
                || values.contains(.day(ends[0])) && values.contains(.day(ends[1]))
        }
        if let day = ends.first {
            return values.contains { value in
                switch value {
                case .day(let other), .moment(let other, _): other == day
                default: false
                }
            }
        }
        let parts = want.split(separator: ":").compactMap { Int($0) }
        guard parts.count == 2, let time = ClockTime(hour: parts[0], minute: parts[1]) else { return false }
        return values.contains { value in
            switch value {
            case .time(let other), .moment(_, let other): other == time
            case .times(let first, let last): first == time || last == time
            default: false
            }
        }
    }

    private static func day(_ text: String) -> CalendarDay? {
        let parts = text.split(separator: "-").compactMap { Int($0) }
        return parts.count == 3 ? CalendarDay(year: parts[0], month: parts[1], day: parts[2]) : nil
    }
}
