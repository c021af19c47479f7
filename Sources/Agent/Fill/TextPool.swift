// SPDX-License-Identifier: Apache-2.0

import Screen

/// Gathers the texts that a field may be filled with, before anything is made of them.
struct TextPool {
    let field: FieldProfile
    /// What stands in the other fields of the screen.
    let placed: [String]
    let screen: ScreenState
    let sources: TextSources
    let facts: GoalFacts
    private let lowerGoal: String
    private(set) var found: [TextCandidate] = []

    /// Cells taken from one table; the rows that fit best come first.
    private static let cellLimit = 96
    /// Words of the screen and of its pictures.
    static let screenLimit = 12

    init(field: FieldProfile, placed: [String], screen: ScreenState, sources: TextSources) {
        (self.field, self.placed, self.screen, self.sources) = (field, placed, screen, sources)
        facts = GoalFacts(sources.goal.goal)
        lowerGoal = sources.goal.goal.lowercased()
        addSlots()
        addFacts()
        addTables()
        addPrograms()
        addClipboard()
        addScreen()
    }

    private mutating func add(_ candidate: TextCandidate) {
        if !candidate.text.isEmpty { found.append(candidate) }
    }

    // MARK: - The goal

    private mutating func addSlots() {
        let weights: [GoalSlot.Source: Double] = [
            .quoted: 1, .keyed: 1.2, .item: 0.8, .shape: 0.6, .name: 0.7, .phrase: -0.6,
        ]
        for (place, reading) in sources.goal.readings.enumerated() {
            let later = place == 0 ? 0 : 0.6 + 0.2 * Double(place)
            for slot in reading.slots {
                var candidate = TextCandidate(
                    slot.text,
                    value: slot.value,
                    name: slot.name,
                    source: slot.name.isEmpty ? "slot" : "slot \(slot.name)",
                    origin: .goal,
                    base: (weights[slot.source] ?? 0) - later
                )
                if slot.source == .name { candidate.isPerson = true }
                // A goal that names an app seldom wants its name typed.
                if slot.source != .quoted, slot.source != .item, AppNames.isLabel(slot.text) { candidate.base -= 1.5 }
                // The new name of a thing is typed, its old one is only looked for.
                if slot.name.hasPrefix("new "), [.title, .file].contains(field.kind) { candidate.base += 0.6 }
                add(candidate)
                if place == 0, let sentence = sentence(slot) {
                    var ended = candidate.made(sentence, "with the last sign", cost: field.kind == .body ? -0.05 : 0.6)
                    ended.isMade = false
                    add(ended)
                }
                if place == 0, let name = named(slot) { add(candidate.made(name, "without its place", cost: -0.1)) }
            }
            for constraint in reading.constraints where !constraint.text.isEmpty {
                add(
                    TextCandidate(
                        constraint.text,
                        value: constraint.values.first,
                        name: constraint.property,
                        source: "constraint",
                        origin: .goal,
                        base: -0.5 - later
                    )
                )
            }
        }
    }

    /// A sentence of several words with the sign that ends it in the goal, which may be its own.
    private func sentence(_ slot: GoalSlot) -> String? {
        guard slot.source != .quoted, slot.text.first?.isUppercase == true, slot.range.lowerBound >= 0,
            !slot.text.hasSuffix("."), !slot.text.hasSuffix("!"), !slot.text.hasSuffix("?"),
            slot.text.utf8.count(where: { $0 == 32 }) >= 3
        else { return nil }
        let bytes = sources.goal.goal.utf8
        guard slot.range.upperBound < bytes.count else { return nil }
        let next = bytes[bytes.index(bytes.startIndex, offsetBy: slot.range.upperBound)]
        return ".!?".utf8.contains(next) ? slot.text + String(decoding: [next], as: UTF8.self) : nil
    }

    /// `Reports` of a folder called `Reports in Downloads`: files and folders are named with the place that they are in.
    private func named(_ slot: GoalSlot) -> String? {
        guard slot.source == .keyed,
            ["in", "on", "under", "inside", "into"].contains(where: { slot.text.contains(" \($0) ") }),
            ["folder", "file", "directory", "document"].contains(where: { lowerGoal.contains($0) })
        else { return nil }
        return facts.named.first { slot.text.hasPrefix($0 + " ") }
    }

    /// What the goal states literally, whatever a parser makes of it.
    private mutating func addFacts() {
        func add(_ texts: [String], _ name: String, _ base: Double, kind: TextKind? = nil, isPerson: Bool = false) {
            for (place, text) in texts.prefix(24).enumerated() {
                var candidate = TextCandidate(
                    text,
                    source: name.isEmpty ? "goal" : "goal \(name)",
                    origin: .goal,
                    base: base - 0.04 * Double(place)
                )
                if let kind { candidate.kind = kind }
                candidate.isPerson =
                    isPerson && text.first?.isUppercase == true
                    && !candidate.shape.isDisjoint(with: [.person, .word]) && !candidate.shape.contains(.file)
                self.add(candidate)
            }
        }
        if let target = facts.renameTarget {
            let whole = facts.quoted.last { $0.hasPrefix(target) || target.hasPrefix($0) } ?? target
            let wants = field.kind == .title || field.kind == .file || field.isCalled("rename")
            add([whole], "new name", wants ? 2.5 : -0.5)
        }
        // A later quoted text is the content more often than the name.
        let isBody = field.kind == .body && facts.quoted.count > 1
        add(isBody ? facts.quoted.reversed() : facts.quoted, "quoted", 0.7, isPerson: true)
        // What is quoted goes to its closing quote.
        let named = facts.named.filter { named in !facts.quoted.contains { $0.hasPrefix(named) && $0 != named } }
        add(named, "named", 0.75, isPerson: true)
        add(facts.names, "name", 0.45, isPerson: true)
        add(facts.files, "file", 0.5)
        add(facts.companies, "company", 0.2, kind: .company)
        add(facts.phones, "phone", 0.2, kind: .phone)
        add(facts.emails, "email", 0.2, kind: .email)
        add(facts.dates, "date", 0.2, kind: .date)
        add(facts.times, "time", 0.25, kind: .time)
        for (place, amount) in facts.amounts.prefix(24).enumerated() {
            let units: [(TextKind, [String])] = [
                (.hour, ["hour", "hr"]), (.minute, ["minute", "min"]), (.second, ["second", "sec"]),
            ]
            let unit = units.first { $0.1.contains { amount.1.hasPrefix($0) } }?.0
            var candidate = TextCandidate(
                amount.0,
                name: amount.1,
                source: "goal number",
                origin: .goal,
                base: -0.2 - 0.04 * Double(place)
            )
            candidate.kind = unit ?? .amount
            self.add(candidate)
        }
        if let subject = facts.searchSubject { add([subject], "subject", field.kind == .search ? 0.3 : -1.5) }
    }

    // MARK: - Tables

    private mutating func addTables() {
        for (place, reading) in sources.goal.readings.enumerated() {
            for table in reading.tables {
                addCells(
                    table.columns,
                    table.rows.map { $0.map { $0 } },
                    satisfied: nil,
                    origin: .cell,
                    base: place == 0 ? 1.1 : 0.3
                )
            }
        }
        for table in sources.notes.tables {
            let satisfied = RowFilter(sources.goal, columns: table.columns).keeps(table.rows)
            addCells(table.columns, table.rows.map(\.cells), satisfied: satisfied, origin: .note, base: -0.3)
        }
    }

    /// The cells of a table's rows, with what their row and their column say for them.
    private mutating func addCells(
        _ columns: [String],
        _ rows: [[String?]],
        satisfied: [Bool]?,
        origin: TextCandidate.Origin,
        base: Double
    ) {
        let order = RowOrder(rows, others: placed, typed: sources.typed)
        struct Place {
            var row: Int
            var column: Int
            var worth: Double
            var rank: Double
            var isActive: Bool
        }
        // Names repeat in every row, so each is looked at once.
        let names = columns.map(NameWords.init)
        let likenesses = names.map { 3 * field.likeness($0) }
        let main = likenesses.indices.filter { likenesses[$0] >= 1.5 }.max { likenesses[$0] < likenesses[$1] }
        var places: [Place] = []
        var position = 0
        for (row, cells) in rows.enumerated() {
            let fits = satisfied?[row] ?? true
            for (column, cell) in cells.enumerated() {
                guard let cell, !cell.isEmpty else { continue }
                let (bonus, isActive) = order.bonus(row, column, main: main)
                let worth = base + bonus + (fits ? 0 : -4) - 0.03 * Double(min(position, 60))
                let rank = worth + (likenesses.indices.contains(column) ? likenesses[column] : 0)
                places.append(Place(row: row, column: column, worth: worth, rank: rank, isActive: isActive))
            }
            if fits { position += 1 }
        }
        // The order of equals is the order of the rows.
        let best = places.enumerated().sorted { left, right in
            left.element.rank != right.element.rank
                ? left.element.rank > right.element.rank : left.offset < right.offset
        }
        for place in best.prefix(Self.cellLimit).map(\.element) {
            guard let cell = rows[place.row][place.column] else { continue }
            let name = columns.indices.contains(place.column) ? columns[place.column] : ""
            var candidate = TextCandidate(
                cell,
                name: name,
                source: (origin == .cell ? "row" : "note") + " \(place.row + 1)" + (name.isEmpty ? "" : " \(name)"),
                origin: origin,
                base: place.worth
            )
            candidate.mindsTyped = !place.isActive
            add(candidate)
        }
    }

    // MARK: - What is made of notes, and what is in sight

    /// Results of programs over notes, and texts made of several rows.
    private mutating func addPrograms() {
        let tables = sources.notes.tables
        guard !tables.isEmpty else { return }
        func add(_ answers: [AnswerCandidate]) {
            for (place, answer) in answers.prefix(16).enumerated() {
                // What speaks for a program in the goal speaks for its result.
                let base = 0.6 * max(-1, min(answer.prior, 4)) - 0.05 * Double(place)
                self.add(TextCandidate(answer.value, source: "program", origin: .program, base: base))
            }
        }
        if sources.goal.readings.contains(where: { $0.question != nil || $0.computed != nil }) {
            add(AnswerPrograms.candidates(sources.goal, tables: tables))
        }
        add(AnswerPrograms.texts(sources.goal, tables: tables))
    }

    private mutating func addClipboard() {
        guard let clipboard = sources.clipboard else { return }
        let isMeant = ["clipboard", "paste", "copied"].contains { lowerGoal.contains($0) }
        add(TextCandidate(clipboard, source: "clipboard", origin: .clipboard, base: isMeant ? 2.5 : -2.5))
    }

    /// Words of the screen: sentences before words, and what is shown before what can be pressed.
    private mutating func addScreen() {
        var seen: Set<String> = []
        var words: [(text: String, weight: Double)] = []
        for element in screen.elements where !element.isEditable {
            for text in [element.text, element.contentDescription] where !text.isEmpty && text.utf8.count <= 400 {
                guard seen.insert(text).inserted else { continue }
                let isShown = element.clickTarget == nil || element.role == .text
                words.append((text, (isShown ? 0.5 : 0) + (text.contains(" ") ? 0.3 : 0)))
            }
        }
        for id in screen.readTexts.keys.sorted() {
            for line in screen.readTexts[id] ?? [] where seen.insert(line.text).inserted {
                words.append((line.text, 0.6))
            }
        }
        // What the goal names is likelier than what it does not.
        let goal = sources.goal.goal
        var ranked: [(place: Int, text: String, weight: Double)] = []
        for (place, word) in words.prefix(400).enumerated() {
            let isNamed = word.text.utf8.count > 2 && goal.contains(word.text)
            ranked.append((place, word.text, word.weight + (isNamed ? 0.4 : 0) + shapeWeight(word.text)))
        }
        ranked.sort { $0.weight != $1.weight ? $0.weight > $1.weight : $0.place < $1.place }
        for (place, entry) in ranked.prefix(Self.screenLimit).enumerated() {
            add(TextCandidate(entry.text, source: "screen", origin: .screen, base: -4 - 0.05 * Double(place)))
        }
    }

    private func shapeWeight(_ text: String) -> Double {
        guard let kind = field.kind else { return 0 }
        return max(0, TextFit.bonus(TextCandidate(text, source: "", origin: .screen, base: 0), for: kind))
    }
}
