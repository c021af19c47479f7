// SPDX-License-Identifier: Apache-2.0

extension Ledger {
    /// Lets rows of notes join, where the goal names the note that they stand in: its name is in the bar above the list that was
    /// read, or is the source itself.
    mutating func join(_ notes: NoteBook) {
        guard takesNotes, !notes.tables.isEmpty, units.count < Self.rowLimit else { return }
        let names = goal.best.slots.filter { slot in
            if case .text = slot.value { true } else { false }
        }
        .map { LedgerWording($0.text) }
        for (number, table) in notes.tables.enumerated() {
            let place = [LedgerText.fold(table.place.title), LedgerText.fold(table.place.source)]
            guard names.contains(where: { name in place.contains { name.stands(in: $0) } }) else { continue }
            for row in table.rows where units.count < Self.rowLimit {
                guard Self.passes(row, of: table, goal.best.constraints, now: goal.now),
                    joined.insert("\(number) \(row.signature)").inserted
                else { continue }
                let text = TextTable(columns: table.columns, rows: [row.cells.map { $0 ?? "" }])
                units += LedgerUnit.rows(text, number: number, removes: false, now: goal.now)
            }
        }
        guard !joined.isEmpty else { return }
        // The note's own name is where the rows come from, not something to write.
        for index in units.indices where units[index].work == .record {
            for cell in units[index].cells.indices where units[index].cells[cell].state == .open {
                let name = units[index].cells[cell].wording
                let isSource = notes.tables.contains { table in
                    name.stands(in: LedgerText.fold(table.place.title))
                        || name.stands(in: LedgerText.fold(table.place.source))
                }
                if isSource { units[index].cells[cell].isLocator = true }
            }
        }
    }

    /// Whether a row is one that the goal means.
    static func passes(_ row: NoteRow, of table: NoteTable, _ constraints: [GoalConstraint], now: DeviceMoment) -> Bool
    {
        constraints.allSatisfy { constraint in
            let property = LedgerText.fold(constraint.property)
            let column =
                property.isEmpty
                ? nil
                : table.columns.firstIndex { column in
                    let name = LedgerText.fold(column)
                    return LedgerText.contains(name, property) || LedgerText.contains(property, name)
                        || LedgerText.joined(name).starts(with: LedgerText.joined(property))
                }
            let cells = column.map { $0 < row.cells.count ? [row.cells[$0]] : [] } ?? (row.cells + [row.group])
            let texts = cells.compactMap { $0 }
            switch constraint.relation {
            case .equals, .contains, .on:
                let wording = LedgerWording(constraint.text, value: constraint.values.first)
                return texts.contains { text in
                    let folded = LedgerText.fold(text)
                    if constraint.relation == .equals, column != nil { return wording.whole.contains(folded) }
                    return wording.stands(in: folded)
                }
            case .before, .after, .between:
                return texts.contains { compares(ValueReader.value(of: $0, now: now), constraint) }
            // Which row is the largest is known only when all are: they all join.
            case .largest, .smallest: return true
            }
        }
    }

    private static func compares(_ value: TypedValue, _ constraint: GoalConstraint) -> Bool {
        let bounds = constraint.values.compactMap(order)
        guard let own = order(value), let first = bounds.first, own.kind == first.kind else { return false }
        switch constraint.relation {
        case .before: return own.number < first.number
        case .after: return own.number > first.number
        default:
            guard bounds.count > 1, bounds[1].kind == own.kind else { return false }
            return own.number >= first.number && own.number <= bounds[1].number
        }
    }

    /// Values of one kind in their order.
    private static func order(_ value: TypedValue) -> (kind: Int, number: Double)? {
        switch value {
        case .number(let number, _): (0, number)
        case .day(let day): (1, Double(day.number))
        case .moment(let day, let time): (2, Double(day.number) * 86_400 + Double(time.seconds))
        case .time(let time): (3, Double(time.seconds))
        case .duration(let seconds): (4, Double(seconds))
        default: nil
        }
    }
}
