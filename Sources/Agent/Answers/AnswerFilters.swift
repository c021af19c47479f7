// SPDX-License-Identifier: Apache-2.0

/// Which rows a filter keeps.
extension AnswerTable {
    /// The rows of those given that pass a filter, in their order.
    func rows(_ rows: [Int], passing filter: AnswerProgram.Filter) -> [Int] {
        switch filter.relation {
        case .largest, .smallest: return extreme(rows, filter.column, largest: filter.relation == .largest)
        default: break
        }
        let test = RowTest(self, filter)
        let kept = rows.filter { test.passes($0) }
        guard filter.column == title, filter.values.count > 1, filter.relation != .between else { return kept }
        // Several titles are wanted in their order: the contents of one note after those of another.
        return filter.values.indices.reduce(into: (kept: [Int](), left: kept)) { sorted, index in
            sorted.kept += sorted.left.filter { test.passes($0, index) }
            sorted.left.removeAll { test.passes($0, index) }
        }.kept
    }

    /// Those with the largest or the smallest value; on words, those of the largest group.
    private func extreme(_ rows: [Int], _ column: Int?, largest: Bool) -> [Int] {
        guard let column, (0...title).contains(column) else { return [] }
        if let kind = kinds(column).first {
            var best: (size: Double, rows: [Int])?
            for row in rows {
                guard let size = size(row, column, kind) else { continue }
                if size == best?.size {
                    best?.rows.append(row)
                } else if best.map({ largest ? size > $0.size : size < $0.size }) ?? true {
                    best = (size, [row])
                }
            }
            return best?.rows ?? []
        }
        var groups: [FoldedText: [Int]] = [:]
        var order: [FoldedText] = []
        let keys = folds(column)
        for row in rows {
            guard let key = keys[row] else { continue }
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(row)
        }
        var best: [Int] = []
        // The first of equals, so that the result does not hang on the order of a dictionary.
        for key in order {
            let group = groups[key] ?? []
            if best.isEmpty || (largest ? group.count > best.count : group.count < best.count) { best = group }
        }
        return best
    }

    /// A cell's value as a number to compare by.
    func size(_ row: Int, _ column: Int, _ kind: ValueKind) -> Double? {
        guard let text = text(row, column) else { return nil }
        if kind == .day {
            guard let (day, _) = days(in: column)[row] else { return nil }
            let own = values(.time, in: text).first.flatMap { Self.times($0.value) }
            let time = own ?? timeColumn.flatMap { times(in: $0)[row] }
            return Double(day.number) + Double(time?.0.seconds ?? 0) / 86_400
        }
        return values(kind, in: text).first.flatMap { Self.size($0.value, kind) }
    }

    static func size(_ value: TypedValue, _ kind: ValueKind) -> Double? {
        switch value {
        case .number(let number, _): number
        case .duration(let seconds): Double(seconds)
        case .times(let first, let last):
            kind == .duration ? Double(last.seconds - first.seconds) : Double(first.seconds)
        case .time(let time), .moment(_, let time): Double(time.seconds)
        default: days(value).map { Double($0.0.number) }
        }
    }
}

/// A filter that is made ready once, for all rows of a table.
private struct RowTest {
    let table: AnswerTable
    let filter: AnswerProgram.Filter
    private let needles: [FoldedText.Needle?]
    /// The cells of the column that is looked at, where there is one.
    private let cellFolds: [FoldedText?]
    /// The days and the times of the columns that are looked at.
    private let days: [[(CalendarDay, CalendarDay)?]]
    private let times: [[(ClockTime, ClockTime)?]]

    init(_ table: AnswerTable, _ filter: AnswerProgram.Filter) {
        (self.table, self.filter) = (table, filter)
        needles = filter.values.map {
            if case .text(let text) = $0 { return FoldedText.Needle(text) }
            return nil
        }
        let isText = needles.contains { $0 != nil }
        let columns = filter.column.map { (0...table.title).contains($0) ? [$0] : [] }
        cellFolds = isText ? columns?.first.map { table.folds($0) } ?? [] : []
        let wanted = filter.values.compactMap { AnswerTable.days($0) }
        let isPast = wanted.last.map { $0.1 <= table.now.day }
        // For the row as a whole, columns that hold such values at all.
        func places(_ kind: ValueKind) -> [Int] {
            columns ?? table.places.filter { table.profile($0).held[kind] != nil }
        }
        days = wanted.isEmpty ? [] : places(.day).map { table.days(in: $0, isPast: isPast) }
        let hasTimes = filter.values.contains { AnswerTable.times($0) != nil }
        times = hasTimes ? places(.time).map { table.times(in: $0) } : []
    }

    func passes(_ row: Int) -> Bool {
        if filter.relation == .between, filter.values.count == 2 {
            return isBetween(row, filter.values[0], filter.values[1])
        }
        return filter.values.indices.contains { passes(row, $0) }
    }

    func passes(_ row: Int, _ index: Int) -> Bool {
        switch filter.values[index] {
        case .text: return needles[index].map { passes(row, text: $0) } ?? false
        case .flag(let flag): return filter.column == nil && table.rows[row].isOn == flag
        case .day, .days, .moment: return passes(row, moment: filter.values[index])
        case .time, .times: return times.contains { passes($0[row], time: filter.values[index]) }
        case .number, .duration: return cells(row).contains { passes($0, size: filter.values[index]) }
        }
    }

    private func cells(_ row: Int) -> [String] {
        if let column = filter.column { return table.text(row, column).map { [$0] } ?? [] }
        return table.places.compactMap { table.text(row, $0) }
    }

    private func passes(_ row: Int, text: FoldedText.Needle) -> Bool {
        if filter.column == nil { return table.whole(row).contains(text) }
        guard row < cellFolds.count, let cell = cellFolds[row] else { return false }
        return filter.relation == .equals ? cell.hasPiece(text) : cell.contains(text)
    }

    private func passes(_ row: Int, moment wanted: TypedValue) -> Bool {
        guard let (first, last) = AnswerTable.days(wanted) else { return false }
        if case .moment(_, let time) = wanted {
            // A row that has a day and no time counts by its day.
            let own = table.moment(row)
            guard let day = own.day else { return false }
            let (start, end) = (own.start ?? time, own.end ?? own.start ?? time)
            switch filter.relation {
            case .before: return (day, start) < (first, time)
            case .after: return (day, start) >= (first, time)
            default: return day == first && start <= time && (time < end || start == time)
            }
        }
        return days.contains { cells in
            guard let (from, to) = cells[row] else { return false }
            switch filter.relation {
            case .before: return to < first
            case .after: return from > last
            default: return from <= last && to >= first
            }
        }
    }

    private func passes(_ cell: (ClockTime, ClockTime)?, time wanted: TypedValue) -> Bool {
        guard let (start, end) = cell, let (first, last) = AnswerTable.times(wanted) else { return false }
        switch filter.relation {
        case .before: return start < first
        // From that time on: an event at 13:00 is the first after 13:00 that one can go to.
        case .after: return start >= last
        default:
            if first == last { return start == first || start <= first && first < end }
            return start < last && (end > first || start >= first)
        }
    }

    private func passes(_ text: String, size wanted: TypedValue) -> Bool {
        // `at least 10` is of any unit; `10 km` only of lengths.
        for span in table.spans(text) where span.certainty >= 0.25 {
            guard let kind = ValueKind.allCases.first(where: { $0.takes(wanted) }) else { return false }
            let isAny = kind == .quantity
            guard kind.takes(span.value) || isAny, let own = AnswerTable.size(span.value, kind),
                let size = AnswerTable.size(wanted, kind)
            else { continue }
            if isAny, case .number = span.value {} else if isAny { continue }
            switch filter.relation {
            case .before: if own < size { return true }
            case .after: if own > size { return true }
            default: if abs(own - size) <= 1e-9 * max(1, abs(size)) { return true }
            }
        }
        return false
    }

    private func isBetween(_ row: Int, _ low: TypedValue, _ high: TypedValue) -> Bool {
        switch (low, high) {
        case (.day(let a), .day(let b)): return passes(row, moment: .days(a, b))
        case (.time(let a), .time(let b)): return times.contains { passes($0[row], time: .times(a, b)) }
        case (.moment(let a, let from), .moment(let b, let to)):
            let own = table.moment(row)
            guard let day = own.day else { return false }
            return (day, own.start ?? from) >= (a, from) && (day, own.start ?? to) <= (b, to)
        default:
            return cells(row).contains { cell in
                table.spans(cell).contains { span in
                    guard let kind = ValueKind.allCases.first(where: { $0.takes(low) }), kind.takes(high),
                        kind.takes(span.value) || kind == .quantity, let own = AnswerTable.size(span.value, kind),
                        let from = AnswerTable.size(low, kind), let to = AnswerTable.size(high, kind)
                    else { return false }
                    if kind == .quantity { guard case .number = span.value else { return false } }
                    return from <= own && own <= to
                }
            }
        }
    }
}
