// SPDX-License-Identifier: Apache-2.0

/// A table as programs look at it: its cells with the values in them, read once and only where they are needed.
///
/// Columns are those of the table, then the group, then what the bar above the list says.
final class AnswerTable {
    let columns: [String]
    let rows: [NoteRow]
    let now: DeviceMoment
    /// The title of each row's table, and which table it is of.
    private let titles: [String]
    let origins: [Int]
    private var values: [String: [ValueSpan]] = [:]
    private var kinds: [ValueKind: [String: [ValueSpan]]] = [:]
    private var folds: [Int: [FoldedText?]] = [:]
    private var dayCells: [Int: [(CalendarDay, CalendarDay)?]] = [:]
    private var timeCells: [Int: [(ClockTime, ClockTime)?]] = [:]
    private var wholes: [FoldedText?]
    private var allPieces: Set<FoldedText>?
    private var profiles: [Profile?]
    private var bestDay: Int??
    private var bestTime: Int??

    /// What the cells of a column are made of, by some of them.
    struct Profile {
        /// The share of the cells that hold a value of a kind, and the share that are nothing else.
        var held: [ValueKind: Double] = [:]
        var whole: [ValueKind: Double] = [:]
        /// The share of cells with bullets or bars, and of those with a colon.
        var pieces = 0.0
        var keys = 0.0
        /// Whether the days in it lie mostly before today: then a weekday alone is one that is past.
        var isPast: Bool?
        /// How many different cells there are among those looked at, and how many of those there were.
        var different = 0
        var seen = 0
    }

    init(_ tables: [NoteTable], now: DeviceMoment) {
        self.now = now
        let isAlike = tables.allSatisfy { $0.columns == tables.first?.columns }
        columns = isAlike ? tables.first?.columns ?? [] : ["text"]
        var (rows, titles, origins): ([NoteRow], [String], [Int]) = ([], [], [])
        for (index, table) in tables.enumerated() {
            for row in table.rows {
                var row = row
                if !isAlike { row.cells = [row.cells.compactMap(\.self).joined(separator: ", ")] }
                rows.append(row)
                titles.append(table.place.title)
                origins.append(index)
            }
        }
        (self.rows, self.titles, self.origins) = (rows, titles, origins)
        profiles = Array(repeating: nil, count: columns.count + 2)
        wholes = Array(repeating: nil, count: rows.count)
    }

    /// The table that a program is about, or nil where there is none.
    convenience init?(_ program: AnswerProgram, _ tables: [NoteTable], now: DeviceMoment) {
        guard !tables.isEmpty, (0...tables.count).contains(program.table) else { return nil }
        self.init(program.table == tables.count ? tables : [tables[program.table]], now: now)
    }

    var group: Int { columns.count }
    var title: Int { columns.count + 1 }
    /// The columns of cells, and the group.
    var places: Range<Int> { 0..<columns.count + 1 }

    func title(_ row: Int) -> String? { titles.indices.contains(row) ? titles[row] : nil }

    func name(_ column: Int) -> String {
        if column == group { return "group" }
        return column == title ? "title above" : columns[column]
    }

    func text(_ row: Int, _ column: Int) -> String? {
        if column == group { return rows[row].group }
        if column == title { return titles[row].isEmpty ? nil : titles[row] }
        let cells = rows[row].cells
        return column >= 0 && column < cells.count ? cells[column] : nil
    }

    /// All that stands alone in a cell, or between bullets of one.
    var pieces: Set<FoldedText> {
        if let allPieces { return allPieces }
        var pieces = Set<FoldedText>()
        for column in places {
            let hasPieces = profile(column).pieces > 0.2
            for (row, fold) in folds(column).enumerated() {
                if let fold { pieces.insert(fold) }
                if hasPieces, let text = text(row, column), Self.hasPieces(text) {
                    for piece in Self.pieces(text) { pieces.insert(FoldedText(piece)) }
                }
            }
        }
        allPieces = pieces
        return pieces
    }

    // MARK: Values

    func spans(_ text: String) -> [ValueSpan] {
        if let known = values[text] { return known }
        // A long text is prose; its first part is enough to see what it is made of, and what stands there.
        let spans = ValueReader.spans(in: text.utf8.count > 4000 ? String(text.prefix(1000)) : text, now: now)
        values[text] = spans
        return spans
    }

    /// The cells of a column as they are compared.
    func folds(_ column: Int) -> [FoldedText?] {
        if let known = folds[column] { return known }
        let folds = rows.indices.map { text($0, column).map { FoldedText($0) } }
        self.folds[column] = folds
        return folds
    }

    /// All cells of a row with its group.
    func whole(_ row: Int) -> FoldedText {
        if let known = wholes[row] { return known }
        let fold = FoldedText(joining: places.compactMap { folds($0)[row] })
        wholes[row] = fold
        return fold
    }

    /// The values of a kind in a text from left to right, each as it is surest.
    func values(_ kind: ValueKind, in text: String) -> [ValueSpan] {
        if let known = kinds[kind]?[text] { return known }
        let values = surest(kind, in: text)
        kinds[kind, default: [:]][text] = values
        return values
    }

    private func surest(_ kind: ValueKind, in text: String) -> [ValueSpan] {
        var found: [ValueSpan] = []
        for span in spans(text) where span.certainty >= 0.25 && kind.takes(span.value) {
            if let last = found.last, span.range.lowerBound < last.range.upperBound {
                // A range takes in its ends; and of two readings the surer one counts.
                let isWider = last.range.lowerBound == span.range.lowerBound && span.range.count > last.range.count
                if span.certainty > last.certainty || isWider && span.certainty >= 0.6 { found[found.count - 1] = span }
            } else {
                found.append(span)
            }
        }
        return found
    }

    /// The first and the last day that a text is about.
    func days(_ text: String, isPast: Bool?) -> (CalendarDay, CalendarDay)? {
        guard let best = values(.day, in: text).first else { return nil }
        guard case .day(let day) = best.value, let isPast else { return Self.days(best.value) }
        if isPast ? day <= now.day : day >= now.day { return (day, day) }
        for other in spans(text) where other.range == best.range {
            if case .day(let second) = other.value, isPast ? second <= now.day : second >= now.day {
                return (second, second)
            }
        }
        return (day, day)
    }

    static func days(_ value: TypedValue) -> (CalendarDay, CalendarDay)? {
        switch value {
        case .day(let day), .moment(let day, _): (day, day)
        case .days(let first, let last): (first, last)
        default: nil
        }
    }

    /// The days of the cells of a column. Where the column does not tell whether weekdays alone are past, `isPast` does.
    func days(in column: Int, isPast: Bool? = nil) -> [(CalendarDay, CalendarDay)?] {
        let own = profile(column).isPast
        let key = column * 3 + (own != nil ? 0 : isPast.map { $0 ? 1 : 2 } ?? 0)
        if let known = dayCells[key] { return known }
        let days = rows.indices.map { text($0, column).flatMap { self.days($0, isPast: own ?? isPast) } }
        dayCells[key] = days
        return days
    }

    /// The start and the end of what the cells of a column are about; the same for a time alone.
    func times(in column: Int) -> [(ClockTime, ClockTime)?] {
        if let known = timeCells[column] { return known }
        let times = rows.indices.map { row in
            text(row, column).flatMap { values(.time, in: $0).first }.flatMap { Self.times($0.value) }
        }
        timeCells[column] = times
        return times
    }

    static func times(_ value: TypedValue) -> (ClockTime, ClockTime)? {
        switch value {
        case .time(let time), .moment(_, let time): (time, time)
        case .times(let first, let last): (first, last)
        default: nil
        }
    }

    // MARK: Columns

    func profile(_ column: Int) -> Profile {
        if let known = profiles[column] { return known }
        var profile = Profile()
        var (past, future) = (0, 0)
        var (sureTimes, sureDurations) = (0, 0)
        var different = Set<String>()
        // Rows from all over the list, as its start may be of one kind.
        let step = max(1, rows.count / 48)
        for row in stride(from: 0, to: rows.count, by: step) {
            guard let text = text(row, column), !text.isEmpty else { continue }
            profile.seen += 1
            guard different.insert(text).inserted || profile.seen < 16 else { continue }
            var kinds: Set<ValueKind> = []
            for span in spans(text) where span.certainty >= 0.25 {
                for kind in ValueKind.allCases where kind.takes(span.value) {
                    if kinds.insert(kind).inserted { profile.held[kind, default: 0] += 1 }
                    if span.range.count >= text.utf8.count - 2 { profile.whole[kind, default: 0] += 1 }
                }
                if span.certainty >= 0.85, let (first, last) = Self.days(span.value) {
                    if last < now.day { past += 1 } else if first > now.day { future += 1 }
                }
            }
            switch timeOrDuration(text) {
            case .time: sureTimes += 1
            case .duration: sureDurations += 1
            default: break
            }
            if Self.hasPieces(text) { profile.pieces += 1 }
            if Self.afterKey(text) != nil { profile.keys += 1 }
        }
        profile.different = different.count
        let looked = Double(max(1, profile.seen < 16 ? profile.seen : max(16, different.count)))
        profile.held = profile.held.mapValues { min(1, $0 / looked) }
        profile.whole = profile.whole.mapValues { min(1, $0 / looked) }
        (profile.pieces, profile.keys) = (min(1, profile.pieces / looked), min(1, profile.keys / looked))
        // `15:00` is a length among `1:05:30` and `75:20`, and a time among others of its kind.
        if sureDurations > 0, sureTimes == 0 {
            (profile.held[.time], profile.whole[.time]) = (nil, nil)
        } else if sureDurations == 0, sureTimes == 0, profile.held[.time] != nil {
            (profile.held[.duration], profile.whole[.duration]) = (nil, nil)
        }
        if past != future { profile.isPast = past > future }
        profiles[column] = profile
        return profile
    }

    /// What a cell holds for certain, where figures with colons may be a time and a length.
    private func timeOrDuration(_ text: String) -> ValueKind? {
        var (time, duration) = (0.0, 0.0)
        for span in spans(text) {
            switch span.value {
            // A range of times is both.
            case .times: return .time
            case .time, .moment: time = max(time, span.certainty)
            case .duration: duration = max(duration, span.certainty)
            default: break
            }
        }
        if duration >= 0.65, duration > time { return .duration }
        return time >= 0.95 || time > 0 && duration == 0 ? .time : nil
    }

    /// The kinds of value that most cells of a column hold, those that fill the cells first.
    func kinds(_ column: Int, from share: Double = 0.5) -> [ValueKind] {
        let profile = profile(column)
        return ValueKind.allCases.filter { profile.held[$0] ?? 0 >= share }
            .sorted {
                (profile.whole[$0] ?? 0, profile.held[$0] ?? 0) > (profile.whole[$1] ?? 0, profile.held[$1] ?? 0)
            }
    }

    /// The column that tells a row's day, or its time.
    private func best(_ kind: ValueKind) -> Int? {
        var best: (column: Int, score: Double)?
        for column in 0...title {
            let profile = profile(column)
            guard let held = profile.held[kind], held >= 0.5 else { continue }
            // A cell that is a day and nothing else says more than a title with a day in it.
            let score = held + 2 * (profile.whole[kind] ?? 0) + (column >= group ? 0.4 : 0)
            if score > best?.score ?? 0 { best = (column, score) }
        }
        return best?.column
    }

    var dayColumn: Int? {
        if let known = bestDay { return known }
        let found = best(.day)
        bestDay = .some(found)
        return found
    }

    var timeColumn: Int? {
        if let known = bestTime { return known }
        let found = best(.time)
        bestTime = .some(found)
        return found
    }

    /// When a row is, as far as its cells, its group and the bar above tell.
    func moment(_ row: Int) -> (day: CalendarDay?, start: ClockTime?, end: ClockTime?) {
        let times = timeColumn.flatMap { self.times(in: $0)[row] }
        return (dayColumn.flatMap { days(in: $0)[row]?.0 }, times?.0, times?.1)
    }

    // MARK: Parts of cells

    /// What follows the first colon, where words stand before it and it is no time.
    static func afterKey(_ text: String) -> String? {
        guard let colon = text.utf8.firstIndex(of: 0x3a), colon > text.startIndex else { return nil }
        let rest = text[text.utf8.index(after: colon)...]
        guard let next = rest.utf8.first, next == 0x20 || next == 9 else { return nil }
        let value = rest.drop { $0 == " " || $0 == "\t" }
        return value.isEmpty ? nil : String(value)
    }

    /// What stands between bullets and bars, without the spaces around it.
    static func pieces(_ text: String) -> [String] {
        guard hasPieces(text) else { return [text] }
        let bytes = Array(text.utf8)
        var (pieces, start, at): ([String], Int, Int) = ([], 0, 0)
        func close(_ end: Int) {
            var (first, last) = (start, end)
            while first < last, bytes[first] <= 0x20 { first += 1 }
            while last > first, bytes[last - 1] <= 0x20 { last -= 1 }
            if first < last { pieces.append(String(decoding: bytes[first..<last], as: UTF8.self)) }
        }
        while at < bytes.count {
            let length = separator(bytes, at)
            if length > 0 {
                close(at)
                start = at + length
            }
            at += max(1, length)
        }
        close(bytes.count)
        return pieces
    }

    /// The length of the bullet or bar that stands here, 0 for none.
    private static func separator(_ bytes: [UInt8], _ at: Int) -> Int {
        switch bytes[at] {
        case 0x7c: return 1
        case 0xc2: return at + 1 < bytes.count && bytes[at + 1] == 0xb7 ? 2 : 0
        case 0xe2: return at + 2 < bytes.count && bytes[at + 1] == 0x80 && bytes[at + 2] == 0xa2 ? 3 : 0
        default: return 0
        }
    }

    /// Whether there may be such signs in a text.
    static func hasPieces(_ text: String) -> Bool {
        for byte in text.utf8 where byte == 0x7c || byte == 0xc2 || byte == 0xe2 {
            let bytes = Array(text.utf8)
            return bytes.indices.contains { separator(bytes, $0) > 0 }
        }
        return false
    }
}
