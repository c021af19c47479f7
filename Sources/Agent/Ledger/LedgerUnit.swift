// SPDX-License-Identifier: Apache-2.0

/// One value that a goal wants on the device, and how far it has come.
struct LedgerCell: Sendable, Hashable {
    /// What lines call it.
    var name: String
    /// As the goal writes it.
    var text: String
    var wording: LedgerWording
    var state = Ledger.State.open
    /// The field it stood in when it was last looked for.
    var field: LedgerSight.FieldKey?
    /// The form that it was entered in, by number, and the visit to it.
    var form: Int?
    var visit = 0
    /// How often it was written at each place before it was entered.
    var before: [LedgerSight.Place: Int] = [:]
    /// It was picked among what was there rather than typed.
    var isPicked = false
    /// It only tells where to go: it was there before, and was opened.
    var isLocator = false
    /// A text that the goal wants written without stating it, such as what the clipboard holds: whatever stands in a field.
    var isContent = false

    init(name: String, text: String, value: TypedValue? = nil, shown: TypedValue? = nil) {
        self.name = name
        self.text = text
        wording = LedgerWording(text, value: value, shown: shown)
    }

    static var content: LedgerCell {
        var cell = LedgerCell(name: "content", text: "")
        cell.isContent = true
        return cell
    }

    /// Takes what stands in a field as the text that is wanted.
    mutating func take(_ field: LedgerSight.Field, at place: LedgerSight.Place, count: (LedgerWording) -> Int) {
        let text = String(decoding: field.content, as: UTF8.self)
        if self.text != text {
            self.text = text
            wording = LedgerWording(text)
        }
        // What is outside while it is being written was there before.
        before[place] = max(before[place] ?? 0, count(wording))
    }
}

/// One unit of a goal's work.
struct LedgerUnit: Sendable, Hashable {
    enum Work: Sendable, Hashable {
        /// Cells that are written together; the first is what the row is known by.
        case row
        /// Values that stand alone in the goal; together they are one record.
        case record
        /// The first cell is to go.
        case remove
        /// The first cell is to be found where the second one says.
        case move
        case toggle(LedgerSwitchName, Bool)
        /// The app of a package is to be in front.
        case app(String)
        /// A question is to be answered.
        case answer
    }

    var work: Work
    /// The table of the goal that it is a row of; nil for what stands alone.
    var table: Int?
    var cells: [LedgerCell]
    /// Done as a whole, where its cells do not tell.
    var isSettled = false
    // What is to go: at which places and in which lists it was seen, whether it was touched since, and whether something was deleted then.
    var seenAt: Set<LedgerSight.Place> = []
    var seenIn: Set<String> = []
    var isTouched = false
    var isPending = false

    init(_ work: Work, table: Int? = nil, cells: [LedgerCell]) {
        (self.work, self.table, self.cells) = (work, table, cells)
    }

    var isDone: Bool {
        switch work {
        case .row: cells.allSatisfy { $0.state == .done }
        case .record: cells.allSatisfy { $0.state == .done || $0.isLocator }
        case .remove, .move, .toggle, .app, .answer: isSettled
        }
    }

    var isApp: Bool { if case .app = work { true } else { false } }
    var isWriting: Bool { work == .row || work == .record }
}

extension LedgerUnit {
    /// The units of a goal.
    static func units(of goal: GoalState, apps: AppCatalog) -> [LedgerUnit] {
        let reading = goal.best
        if reading.question != nil {
            return [LedgerUnit(.answer, cells: [LedgerCell(name: "answer", text: "")])]
        }
        let words = LedgerGoal(goal.goal, taken: reading.slots.map(\.range))
        var out: [LedgerUnit] = []
        var record: [LedgerCell] = []
        var moved: [(cell: LedgerCell, preposition: String?)] = []
        // What switches are called is no value to write, whatever it was read as; texts that are to be typed name none.
        let texts = reading.slots.filter { [.quoted, .keyed, .item].contains($0.source) }
        let switches = LedgerGoal(goal.goal, taken: texts.map(\.range)).switches
        let switched = switches.map { LedgerSwitchName($0.name) }
        let inTables = Set(reading.tables.flatMap { $0.rows.joined() }.map { LedgerText.fold($0) })
        // What must hold of things is not to be written.
        let isSaid = Set(reading.constraints.map { LedgerText.fold($0.text) })
        for slot in reading.slots {
            let name = slot.name.isEmpty ? kind(of: slot.value) : slot.name
            if case .flag(let isOn) = slot.value {
                let label = slot.name.isEmpty ? slot.text : slot.name
                let cell = LedgerCell(name: "\(label) \(isOn ? "on" : "off")", text: slot.text)
                out.append(LedgerUnit(.toggle(LedgerSwitchName(label), isOn), cells: [cell]))
                continue
            }
            let aim = words.aim(at: slot.range.lowerBound)
            let app = apps.app(named: slot.text)
            if slot.name == "app" || slot.name.hasSuffix(" app") || app != nil {
                if aim == .open, let app {
                    let cell = LedgerCell(name: "open \(slot.text)", text: slot.text)
                    out.append(LedgerUnit(.app(app.package), cells: [cell]))
                }
                continue
            }
            // The words between others, and names that nothing is said of, tell what it is about and are no values.
            if slot.source == .phrase || slot.name.isEmpty && slot.source == .name { continue }
            if isSaid.contains(LedgerText.fold(slot.text)) || isWithin(slot, reading.slots) { continue }
            let folded = LedgerText.fold(slot.text)
            if inTables.contains(folded) || switched.contains(where: { $0.matches(folded) }) { continue }
            let cell = LedgerCell(name: name, text: slot.text, value: slot.value, shown: end(of: slot.value, in: goal))
            guard !cell.wording.whole.isEmpty else { continue }
            let preposition = words.preposition(at: slot.range.lowerBound)
            let isText: Bool = if case .text = slot.value { true } else { false }
            let isPlace = isText && ["in", "into", "within", "inside", "from", "of"].contains(preposition ?? "")
            switch aim {
            case .remove where isText && !isPlace && !places.contains(slot.name):
                var unit = LedgerUnit(.remove, cells: [cell])
                unit.cells[0].name = "delete \(slot.text)"
                out.append(unit)
            case .remove: continue
            case .move: moved.append((cell, preposition))
            case .enter, .open:
                if !isPlace { record.append(cell) }
            }
        }
        out += moves(moved)
        if words.takesContent(from: reading.slots.map(\.name)) { record.append(LedgerCell.content) }
        if !record.isEmpty { out.append(LedgerUnit(.record, cells: record)) }
        for (place, table) in reading.tables.enumerated() {
            let removes = removes(table, in: goal.goal, words)
            out += rows(table, number: place, removes: removes, now: goal.now)
        }
        // A switch is named by words alone.
        for (name, isOn) in switches
        where !out.contains(where: { unit in
            if case .toggle(LedgerSwitchName(name), _) = unit.work { true } else { false }
        }) {
            let cell = LedgerCell(name: "\(name) \(isOn ? "on" : "off")", text: name)
            out.append(LedgerUnit(.toggle(LedgerSwitchName(name), isOn), cells: [cell]))
        }
        return out
    }

    /// The time at which something ends that begins at the goal's only time and lasts as long as a value says.
    private static func end(of value: TypedValue, in goal: GoalState) -> TypedValue? {
        guard case .duration = value else { return nil }
        let times = PickerReader.wanted(goal, row: []).times
        return times.count == 2 ? .time(times[1]) : nil
    }

    /// Whether a slot is a part of another one: the minutes of `1 hour and 5 minutes`.
    private static func isWithin(_ slot: GoalSlot, _ slots: [GoalSlot]) -> Bool {
        slots.contains { other in
            other.range != slot.range && other.range.lowerBound <= slot.range.lowerBound
                && other.range.upperBound >= slot.range.upperBound
        }
    }

    private static let places: Set<String> = ["folder", "place", "source", "location", "path"]

    /// The units of a table's rows.
    static func rows(_ table: TextTable, number: Int, removes: Bool, now: DeviceMoment) -> [LedgerUnit] {
        table.rows.compactMap { row in
            var cells: [LedgerCell] = []
            for (column, text) in row.enumerated() {
                let name = column < table.columns.count ? table.columns[column] : ""
                let cell = LedgerCell(
                    name: name.isEmpty ? "column \(column + 1)" : name,
                    text: text,
                    value: ValueReader.value(of: text, now: now)
                )
                if !cell.wording.whole.isEmpty { cells.append(cell) }
            }
            guard !cells.isEmpty else { return nil }
            return removes
                ? LedgerUnit(.remove, table: number, cells: [cells[0]]) : LedgerUnit(.row, table: number, cells: cells)
        }
    }

    /// Whether the verb before a table's first cell, or else the one after it, says that its rows are to go.
    private static func removes(_ table: TextTable, in goal: String, _ words: LedgerGoal) -> Bool {
        guard let first = table.rows.first?.first, !first.isEmpty else { return words.removes && !words.enters }
        let offset = offset(of: first, in: goal) ?? goal.utf8.count
        return words.aim(at: offset) == .remove
    }

    private static func offset(of part: String, in text: String) -> Int? {
        let (part, text) = (Array(part.utf8), Array(text.utf8))
        guard part.count <= text.count, let first = part.first else { return nil }
        for start in 0...(text.count - part.count) where text[start] == first {
            // A text of equal letters would make this slow; a value is looked for by its first bytes.
            if text[start..<min(start + min(part.count, 64), text.count)].elementsEqual(part.prefix(64)) {
                return start
            }
        }
        return nil
    }

    /// What is moved comes first; where to is what follows `to` or `into`, else the last one that follows `in`.
    private static func moves(_ parts: [(cell: LedgerCell, preposition: String?)]) -> [LedgerUnit] {
        guard let first = parts.first, parts.count > 1 else { return [] }
        let target =
            parts.dropFirst().last { ["to", "into"].contains($0.preposition ?? "") }
            ?? parts.dropFirst().last { ["in", "within", "inside"].contains($0.preposition ?? "") }
        guard let target else { return [] }
        var unit = LedgerUnit(.move, cells: [first.cell, target.cell])
        unit.cells[0].name = "move \(first.cell.text)"
        return [unit]
    }

    private static func kind(of value: TypedValue) -> String {
        switch value {
        case .text: "text"
        case .number: "number"
        case .day, .days: "date"
        case .time, .times: "time"
        case .moment: "date and time"
        case .duration: "duration"
        case .flag: "state"
        }
    }
}
