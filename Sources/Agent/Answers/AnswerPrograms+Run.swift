// SPDX-License-Identifier: Apache-2.0

extension AnswerPrograms {
    /// The result of a program, or nil where it has none, such as the sum of texts. The evidence are the rows that it is made of, counted
    /// through the table or, for all tables together, through all of them.
    public static func run(
        _ program: AnswerProgram,
        tables: [NoteTable],
        now: DeviceMoment
    ) -> (
        value: String, evidence: [Int]
    )? {
        guard let table = AnswerTable(program, tables, now: now) else { return nil }
        var rows = Array(table.rows.indices)
        for filter in ordered(program.filters) { rows = table.rows(rows, passing: filter) }
        return AnswerRun(program, table).result(rows)
    }

    /// What keeps single rows comes before what compares them.
    static func ordered(_ filters: [AnswerProgram.Filter]) -> [AnswerProgram.Filter] {
        func compares(_ filter: AnswerProgram.Filter) -> Bool {
            filter.relation == .largest || filter.relation == .smallest
        }
        return filters.filter { !compares($0) } + filters.filter(compares)
    }
}

/// Makes the value of a program from the rows that its filters keep.
struct AnswerRun {
    /// What one row gives.
    struct Taken {
        var row: Int
        var text: String
        /// Nil for a part that is taken as it is written.
        var value: TypedValue?
    }

    let program: AnswerProgram
    let table: AnswerTable
    /// The words of the filters, which tell the line of a long cell that is meant.
    private let wanted: [FoldedText.Needle]

    init(_ program: AnswerProgram, _ table: AnswerTable) {
        (self.program, self.table) = (program, table)
        wanted = program.filters.flatMap(\.values).compactMap {
            if case .text(let text) = $0 { return FoldedText.Needle(text) }
            return nil
        }
    }

    func result(_ rows: [Int]) -> (value: String, evidence: [Int])? {
        switch program.aggregate {
        case .count: return (written(Double(rows.count)), rows)
        case .exists:
            if case .choice(let yes, let no) = program.format { return (rows.isEmpty ? no : yes, rows) }
            return (rows.isEmpty ? "No" : "Yes", rows)
        default: break
        }
        if case .pattern(let pattern) = program.format { return filled(pattern, rows) }
        if let column = program.column, !(0...table.title).contains(column) { return nil }
        var taken = rows.compactMap { take($0) }
        guard !taken.isEmpty else { return nil }
        switch program.aggregate {
        case .value:
            // Rows that say the same are one answer; rows that differ are none.
            guard taken.dropFirst().allSatisfy({ $0.text == taken[0].text }) else { return nil }
            return single(taken[0], taken.map(\.row))
        case .first, .last:
            taken = inOrder(taken)
            guard let one = program.aggregate == .first ? taken.first : taken.last else { return nil }
            return single(one, [one.row])
        case .list: return list(taken)
        case .min, .max:
            var best: (size: Double, taken: Taken)?
            for one in taken {
                guard let size = size(one) else { return nil }
                if best.map({ program.aggregate == .min ? size < $0.size : size > $0.size }) ?? true {
                    best = (size, one)
                }
            }
            return best.flatMap { single($0.taken, [$0.taken.row]) }
        default: return combined(taken)
        }
    }

    // MARK: Taking

    /// What a row gives, or nil where it has nothing of the kind.
    private func take(_ row: Int) -> Taken? {
        guard let column = program.column else {
            let text = table.places.dropLast().compactMap { table.text(row, $0) }.joined(separator: ", ")
            return text.isEmpty ? nil : Taken(row: row, text: text, value: nil)
        }
        guard let cell = table.text(row, column) else { return nil }
        switch program.part {
        case .whole: return cell.isEmpty ? nil : Taken(row: row, text: cell, value: nil)
        case .piece(let index):
            let pieces = AnswerTable.pieces(cell)
            return pieces.indices.contains(index) ? Taken(row: row, text: pieces[index], value: nil) : nil
        case .afterKey: return AnswerTable.afterKey(line(cell)).map { Taken(row: row, text: $0, value: nil) }
        case .value(let kind, let index):
            let text = line(cell)
            let values = table.values(kind, in: text)
            guard values.indices.contains(index) else { return nil }
            var value = values[index].value
            if kind == .day, let (first, last) = table.days(text, isPast: table.profile(column).isPast), index == 0,
                first == last
            {
                if case .day = value { value = .day(first) }
            }
            return Taken(row: row, text: values[index].text, value: value)
        }
    }

    /// The line of a cell that the filters are about; all of it where it has one, or none is.
    private func line(_ cell: String) -> String {
        guard !wanted.isEmpty, cell.utf8.contains(10) else { return cell }
        for line in cell.split(separator: "\n") {
            let fold = FoldedText(String(line))
            if wanted.contains(where: { fold.contains($0) }) { return String(line) }
        }
        return cell
    }

    private var kind: ValueKind? {
        if case .value(let kind, _) = program.part { return kind }
        return nil
    }

    private func size(_ taken: Taken) -> Double? {
        if let value = taken.value, let kind {
            return kind == .day
                ? program.column.flatMap { table.size(taken.row, $0, .day) } : AnswerTable.size(value, kind)
        }
        guard let column = program.column, let kind = table.kinds(column).first else { return nil }
        return table.size(taken.row, column, kind)
    }

    /// By day and time where all rows have them, else as they stand.
    private func inOrder(_ taken: [Taken]) -> [Taken] {
        var keyed: [(key: Int, taken: Taken)] = []
        for one in taken {
            let moment = table.moment(one.row)
            guard moment.day != nil || moment.start != nil else { return taken }
            keyed.append(((moment.day?.number ?? 0) * 86_400 + (moment.start?.seconds ?? 0), one))
        }
        // The sort keeps the order of equals.
        return keyed.sorted { $0.key < $1.key }.map(\.taken)
    }

    // MARK: Writing

    private func single(_ taken: Taken, _ evidence: [Int]) -> (value: String, evidence: [Int])? {
        if case .number(_, let unit) = program.format {
            guard let number = taken.value.flatMap({ ValueFormat.number(of: $0, in: unit) }) else { return nil }
            return (written(number), evidence)
        }
        return (taken.text, evidence)
    }

    private func list(_ taken: [Taken]) -> (value: String, evidence: [Int])? {
        var separator = ", "
        if case .list(let own) = program.format { separator = own }
        if case .number = program.format {
            let numbers = taken.compactMap { single($0, [])?.value }
            return numbers.count == taken.count ? (numbers.joined(separator: ", "), taken.map(\.row)) : nil
        }
        var text = ""
        for (index, one) in taken.enumerated() {
            // Lines of one note stay together: what parts notes stands between them alone.
            let parts =
                index > 0 && separator.contains("\n") && table.origins[one.row] == table.origins[taken[index - 1].row]
                && isOfMany
            text += (index == 0 ? "" : parts ? "\n" : separator) + one.text
        }
        return (text, taken.map(\.row))
    }

    /// Whether the rows come from more than one table.
    private var isOfMany: Bool { table.origins.first != table.origins.last }

    private func combined(_ taken: [Taken]) -> (value: String, evidence: [Int])? {
        var numbers: [Double] = []
        var (unit, isNumber): (String?, Bool) = (nil, false)
        if case .number(_, let asked) = program.format { (unit, isNumber) = (asked, true) }
        for one in taken {
            guard let value = one.value, let number = ValueFormat.number(of: value, in: unit) else { return nil }
            numbers.append(number)
        }
        let result: Double
        switch program.aggregate {
        case .sum: result = numbers.reduce(0, +)
        case .product: result = numbers.reduce(1, *)
        case .difference:
            guard numbers.count > 1, let low = numbers.min(), let high = numbers.max() else { return nil }
            result = high - low
        default: return nil
        }
        guard result.isFinite else { return nil }
        let rows = taken.map(\.row)
        return (isNumber || program.aggregate == .product ? written(result) : like(taken[0], result), rows)
    }

    /// A number in the format that is asked for.
    private func written(_ number: Double) -> String {
        guard case .number(let places, let unit) = program.format else { return ValueFormat.text(of: number) }
        if places == nil, unit != nil, program.rounding == .nearest {
            // What comes of another unit may have no end: a third of an hour.
            return ValueFormat.text(of: (number * 100).rounded() / 100)
        }
        guard program.rounding == .down else { return ValueFormat.text(of: number, places: places) }
        let scale = ValueScanner.power(min(max(places ?? 0, 0), 6))
        // A sum that is a hair under a whole number is that number.
        return ValueFormat.text(
            of: ((number + abs(number).ulp * 4) * scale).rounded(.towardZero) / scale,
            places: places
        )
    }

    /// A number written as one of those that it is made of: `$15.50`, `6.22 km`, `1:40:00`.
    private func like(_ taken: Taken, _ number: Double) -> String {
        guard let value = taken.value else { return ValueFormat.text(of: number) }
        switch value {
        case .duration, .times:
            let seconds = Int(number.rounded())
            let spellings = ValueFormat.spellings(of: .duration(seconds))
            return taken.text.utf8.contains(0x3a) && spellings.count > 1 ? spellings[1] : spellings[0]
        case .number(let own, _):
            let text = taken.text
            guard let first = text.firstIndex(where: { $0.isASCII && $0.isNumber }),
                let last = text.lastIndex(where: { $0.isASCII && $0.isNumber }),
                let figure = Double(text[first...last].replacing(",", with: ""))
            else { return ValueFormat.text(of: number) }
            let factor = figure == 0 || own == 0 ? 1 : abs(own) / figure
            let isMoney = ValueKind.money.takes(value)
            let figures = ValueFormat.text(of: abs(number) / factor, places: isMoney ? 2 : nil)
            let before = text[..<first].drop { $0 == "-" }
            return (number < 0 ? "-" : "") + before + figures + text[text.index(after: last)...]
        default: return ValueFormat.text(of: number)
        }
    }

    /// The goal's own pattern, filled from rows.
    ///
    /// A pattern of two lines is a header and a line for each row, whose places are columns.
    private func filled(_ whole: String, _ rows: [Int]) -> (value: String, evidence: [Int])? {
        var (texts, pattern, head): ([Taken], String, String?) = ([], whole, nil)
        if let end = whole.lastIndex(of: "\n") {
            (head, pattern) = (String(whole[..<end]), String(whole[whole.index(after: end)...]))
        }
        for row in rows {
            var source = ValueFormat.PatternSource()
            if head == nil {
                let moment = table.moment(row)
                (source.day, source.time) = (moment.day, moment.start)
            }
            for column in table.places {
                guard let text = table.text(row, column) else { continue }
                source.named.append((table.name(column), text))
            }
            if let column = program.column, case .value(let kind, _) = program.part {
                guard let taken = take(row), let value = taken.value else { continue }
                let own = ValueFormat.PatternSource(value, written: taken.text)
                if kind == .day { source.day = own.day ?? source.day }
                if kind == .day || kind == .time { source.time = own.time ?? source.time }
                source.amount = own.amount
                source.named.insert((table.name(column), taken.text), at: 0)
            }
            if let text = ValueFormat.fill(pattern, from: source) {
                texts.append(Taken(row: row, text: text, value: nil))
            }
        }
        guard !texts.isEmpty else { return nil }
        switch program.aggregate {
        case .value: return texts.allSatisfy { $0.text == texts[0].text } ? (texts[0].text, texts.map(\.row)) : nil
        case .first, .min: return inOrder(texts).first.map { ($0.text, [$0.row]) }
        case .last, .max: return inOrder(texts).last.map { ($0.text, [$0.row]) }
        case .list:
            guard let head else { return (texts.map(\.text).joined(separator: ", "), texts.map(\.row)) }
            // A header that was read as a row is not written twice.
            if FoldedText(texts[0].text) == FoldedText(head) { texts.removeFirst() }
            let lines = (head.isEmpty ? [] : [head]) + texts.map(\.text)
            return (lines.joined(separator: "\n"), texts.map(\.row))
        default: return nil
        }
    }
}
