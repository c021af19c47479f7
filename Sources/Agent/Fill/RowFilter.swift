// SPDX-License-Identifier: Apache-2.0

/// Keeps the rows of a table that are as a goal wants them.
struct RowFilter {
    private struct Test {
        var column: Int?
        var constraint: GoalConstraint
        var lower: String
        var essence: String
    }

    private let tests: [Test]
    private let now: DeviceMoment

    init(_ goal: GoalState, columns: [String]) {
        now = goal.now
        let names = columns.map(NameWords.init)
        tests = (goal.readings.first?.constraints ?? []).compactMap { constraint in
            guard constraint.relation != .largest, constraint.relation != .smallest else { return nil }
            let property = NameWords(constraint.property)
            let likenesses = names.map { $0.likeness(property) }
            let best = likenesses.indices.max { likenesses[$0] < likenesses[$1] }
            return Test(
                column: best.flatMap { likenesses[$0] >= 0.5 ? $0 : nil },
                constraint: constraint,
                lower: constraint.text.lowercased(),
                essence: TextEssence.of(constraint.text)
            )
        }
    }

    /// Which rows are as the goal wants them; nil where it tells no row of the table from another.
    ///
    /// What no row has is said of something else: `log the reimbursable transactions in the pro expense` asks for no row with `pro`.
    func keeps(_ rows: [NoteRow]) -> [Bool]? {
        let verdicts = tests.map { test in rows.map { passes($0, test) } }.filter { $0.contains(true) }
        guard !verdicts.isEmpty else { return nil }
        let kept = rows.indices.map { row in verdicts.allSatisfy { $0[row] } }
        return kept.contains(true) ? kept : nil
    }

    private func passes(_ row: NoteRow, _ test: Test) -> Bool {
        var cells = row.cells.compactMap { $0 }
        if let column = test.column {
            cells = row.cells.indices.contains(column) ? [row.cells[column]].compactMap { $0 } : []
        } else if let group = row.group {
            cells.append(group)
        }
        return cells.contains { passes($0, test) }
    }

    private func passes(_ cell: String, _ test: Test) -> Bool {
        switch test.constraint.relation {
        case .contains: return !test.lower.isEmpty && cell.lowercased().contains(test.lower)
        case .equals:
            if !test.essence.isEmpty, TextEssence.of(cell) == test.essence { return true }
        case .on, .before, .after, .between: break
        case .largest, .smallest: return true
        }
        // Reading a value takes longer than comparing letters; texts have no more to it.
        guard let wanted = test.constraint.values.first else { return false }
        if case .text = wanted { return false }
        let value = ValueReader.value(of: cell, now: now)
        switch test.constraint.relation {
        case .equals, .on: return Self.compare(value, wanted).map { $0 == 0 } ?? (value == wanted)
        case .before: return Self.compare(value, wanted).map { $0 < 0 } ?? false
        case .after: return Self.compare(value, wanted).map { $0 > 0 } ?? false
        case .between:
            guard let last = test.constraint.values.last, let low = Self.compare(value, wanted),
                let high = Self.compare(value, last)
            else { return false }
            return low >= 0 && high <= 0
        case .contains, .largest, .smallest: return false
        }
    }

    /// Below, at or above zero as one value lies before, with or after the other; nil where they do not compare. A range holds
    /// what lies in it.
    private static func compare(_ left: TypedValue, _ right: TypedValue) -> Double? {
        if case .days(let first, let last) = right, let day = day(of: left) {
            return day < first ? -1 : day > last ? 1 : 0
        }
        switch (left, right) {
        case (.number(let a, let one), .number(let b, let other)) where one == other || one == .none || other == .none:
            return a - b
        case (.duration(let a), .duration(let b)): return Double(a - b)
        case (.time(let a), .time(let b)): return Double(a.seconds - b.seconds)
        case (.moment(let a, let time), .moment(let b, let other)):
            return a == b ? Double(time.seconds - other.seconds) : Double(a.number - b.number)
        default:
            guard let a = day(of: left), let b = day(of: right) else { return nil }
            return Double(a.number - b.number)
        }
    }

    private static func day(of value: TypedValue) -> CalendarDay? {
        switch value {
        case .day(let day), .moment(let day, _): day
        default: nil
        }
    }
}
