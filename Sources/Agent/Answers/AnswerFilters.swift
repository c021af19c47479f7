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
        guard let column else { return [] }
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
        for row in rows {
            guard let text = text(row, column) else { continue }
            let key = fold(text)
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
            guard let (day, _) = days(text, isPast: profile(column).isPast) else { return nil }
            let time =
                values(.time, in: text).first.flatMap { Self.times($0.value) }
                ?? timeColumn.flatMap { self.text(row, $0) }.flatMap { times($0) }
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
    private let folds: [FoldedText?]
    /// Whether weekdays alone are read as past ones, where the column does not tell.
    private let isPast: Bool?

    init(_ table: AnswerTable, _ filter: AnswerProgram.Filter) {
        (self.table, self.filter) = (table, filter)
        folds = filter.values.map {
            if case .text(let text) = $0 { return FoldedText(text) }
            return nil
        }
        let days = filter.values.compactMap { AnswerTable.days($0) }
        isPast = days.last.map { $0.1 <= table.now.day }
    }

    func passes(_ row: Int) -> Bool {
        if filter.relation == .between, filter.values.count == 2 {
            return isBetween(row, filter.values[0], filter.values[1])
        }
        return filter.values.indices.contains { passes(row, $0) }
    }

    func passes(_ row: Int, _ index: Int) -> Bool {
        switch filter.values[index] {
        case .text: return folds[index].map { passes(row, text: $0) } ?? false
        case .flag(let flag): return table.rows[row].isOn == flag
        case .day, .days, .moment: return passes(row, moment: filter.values[index])
        case .time, .times: return cells(row).contains { passes($0.text, time: filter.values[index]) }
        case .number, .duration: return cells(row).contains { passes($0.text, size: filter.values[index]) }
        }
    }

    private func cells(_ row: Int) -> [(text: String, column: Int)] {
        if let column = filter.column { return table.text(row, column).map { [($0, column)] } ?? [] }
        return table.places.compactMap { column in table.text(row, column).map { ($0, column) } }
    }

    private func passes(_ row: Int, text: FoldedText) -> Bool {
        guard let column = filter.column else { return table.whole(row).contains(text) }
        guard let cell = table.text(row, column) else { return false }
        return filter.relation == .equals ? table.fold(cell).hasPiece(text) : table.fold(cell).contains(text)
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
        return cells(row).contains { cell in
            guard let (from, to) = table.days(cell.text, isPast: table.profile(cell.column).isPast ?? isPast) else {
                return false
            }
            switch filter.relation {
            case .before: return to < first
            case .after: return from > last
            default: return from <= last && to >= first
            }
        }
    }

    private func passes(_ text: String, time wanted: TypedValue) -> Bool {
        guard let (start, end) = table.times(text), let (first, last) = AnswerTable.times(wanted) else { return false }
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
        case (.time(let a), .time(let b)): return cells(row).contains { passes($0.text, time: .times(a, b)) }
        case (.moment(let a, let from), .moment(let b, let to)):
            let own = table.moment(row)
            guard let day = own.day else { return false }
            return (day, own.start ?? from) >= (a, from) && (day, own.start ?? to) <= (b, to)
        default:
            return cells(row).contains { cell in
                table.spans(cell.text).contains { span in
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
