// SPDX-License-Identifier: Apache-2.0

@testable import Agent

/// Holds one reading against what is expected.
struct GoalJudge {
    let reading: GoalReading
    let values: [String: String]
    let goal: String
    /// Paraphrases may leave the format's exact words to others, and names to other nouns.
    let isParaphrase: Bool
    private(set) var lacks: [String] = []

    init(reading: GoalReading, values: [String: String], goal: String, isParaphrase: Bool) {
        (self.reading, self.values, self.goal, self.isParaphrase) = (reading, values, goal, isParaphrase)
    }

    private func filled(_ text: String) -> String {
        var out = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            out += rest[..<open]
            let name = String(rest[rest.index(after: open)..<close])
            out += values[name] ?? "{\(name)}"
            rest = rest[rest.index(after: close)...]
        }
        return out + rest
    }

    private var allValues: [TypedValue] { reading.slots.map(\.value) + reading.constraints.flatMap(\.values) }

    private func day(_ text: String) -> CalendarDay? {
        let parts = filled(text).split(separator: "-").compactMap { Int($0) }
        return parts.count == 3 ? CalendarDay(year: parts[0], month: parts[1], day: parts[2]) : nil
    }

    private func hour(_ text: String) -> ClockTime? { Int(filled(text)).flatMap { ClockTime(hour: $0) } }

    private func items(_ text: String) -> [String] {
        filled(text).split(separator: ",").map { String($0.drop { $0 == " " }) }
    }

    mutating func check(_ expectation: GoalExpectation) {
        switch expectation {
        case .slot(let text, let names): slot(filled(text), names)
        case .stated(let text, let names): if goal.contains(filled(text)) { slot(filled(text), names) }
        case .items(let text, let names): column(items(text), names)
        case .places(let text, let names):
            let parts = items(text)
            let pairs = stride(from: 0, to: parts.count - 1, by: 2).map { parts[$0] + ", " + parts[$0 + 1] }
            column(pairs, names)
        case .rows(let columns, let rows): table(columns, rows.map { $0.map(filled) })
        case .day(let text):
            let day = day(text)
            need(text) {
                switch $0 {
                case .day(let found), .moment(let found, _): found == day
                default: false
                }
            }
        case .days(let first, let last):
            guard let first = day(first), let last = day(last) else { return }
            if !allValues.contains(.days(first, last)),
                !(allValues.contains(.day(first)) && allValues.contains(.day(last)))
            {
                lacks.append("days \(first.iso) to \(last.iso)")
            }
        case .hour(let text): time(hour(text))
        case .hours(let first, let last):
            time(hour(first))
            time(hour(last))
        case .minutes(let text):
            let seconds = (Int(filled(text)) ?? -1) * 60
            need("\(seconds / 60) minutes") { $0 == .duration(seconds) }
        case .timer(let h, let m, let s):
            let seconds = (Int(filled(h)) ?? -1) * 3600 + (Int(filled(m)) ?? -1) * 60 + (Int(filled(s)) ?? -1)
            need("duration of \(seconds) s") { $0 == .duration(seconds) }
        case .constraint(let relation, let text):
            let text = filled(text)
            let found = reading.constraints.contains { constraint in
                constraint.relation == relation
                    && (text.isEmpty || constraint.text.contains(text) || constraint.property == text
                        || isParaphrase && constraint.property == "completed"
                            && ["completed", "incomplete"].contains(text)
                        || isParaphrase && relation == .between && constraint.values.count == 2)
            }
            if !found { lacks.append("constraint \(relation) \(text)") }
        case .asks(let aggregates, let format): asks(aggregates, format)
        case .computes(let aggregate):
            if reading.computed?.aggregates.first != aggregate { lacks.append("computes \(aggregate)") }
        }
    }

    /// What is expected to ask nothing must ask nothing.
    mutating func finish(_ expectations: [GoalExpectation]) {
        let asks = expectations.contains { if case .asks = $0 { true } else { false } }
        if !asks, reading.question != nil { lacks.append("asks nothing") }
    }

    private mutating func slot(_ text: String, _ names: [String]) {
        let found = reading.slots.filter { $0.text == text }
        if found.isEmpty {
            // A table of one row has its cells as slots; of several, they are in the table.
            if !reading.tables.contains(where: { $0.rows.contains { $0.contains(text) } }) {
                lacks.append("\"\(text)\"")
            }
        } else if !isParaphrase, !names.isEmpty, !found.contains(where: { names.contains($0.name) }) {
            lacks.append("name of \"\(text)\", which is \"\(found[0].name)\"")
        }
    }

    private mutating func column(_ items: [String], _ names: [String]) {
        let found = reading.tables.contains { table in
            table.columns.indices.contains { column in
                table.rows.map { $0[column] } == items && (isParaphrase || names.contains(table.columns[column]))
            }
        }
        if !found { lacks.append("list \(items)") }
    }

    private mutating func table(_ columns: [[String]], _ rows: [[String]]) {
        let found = reading.tables.contains { table in
            guard table.columns.count == columns.count, table.rows == rows else { return false }
            return zip(table.columns, columns).allSatisfy { $1.contains($0) }
        }
        if !found { lacks.append("rows \(rows)") }
    }

    private mutating func need(_ what: String, _ passes: (TypedValue) -> Bool) {
        if !reading.slots.contains(where: { passes($0.value) }) { lacks.append(what) }
    }

    private mutating func time(_ time: ClockTime?) {
        need("time \(time?.text ?? "?")") {
            switch $0 {
            case .time(let found), .moment(_, let found): found == time
            case .times(let first, let last): first == time || last == time
            default: false
            }
        }
    }

    private mutating func asks(_ aggregates: [GoalQuestion.Aggregate], _ format: AnswerFormat) {
        guard let question = reading.question else {
            lacks.append("question")
            return
        }
        if let first = question.aggregates.first, !aggregates.contains(first) {
            lacks.append("aggregate \(aggregates), which is \(first)")
        }
        if question.format == format { return }
        if isParaphrase, case .pattern(let found) = question.format, case .pattern = format, found.hasPrefix("<"),
            found.hasSuffix(">")
        {
            return
        }
        lacks.append("format \(format), which is \(question.format)")
    }
}
