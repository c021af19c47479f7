// SPDX-License-Identifier: Apache-2.0

/// What a goal says must hold, with how much it weighs in the choice of programs.
struct AnswerCondition {
    var constraint: GoalConstraint
    /// Stated as a constraint; else gathered from the goal's slots and words, where it may be no condition at all.
    var isStated: Bool

    /// The conditions of a reading: its constraints, then values that it states and no constraint has, then the words that say what is asked,
    /// and, for short tables, other words of the goal that some rows have.
    static func all(_ reading: GoalReading, _ goal: GoalState, _ table: AnswerTable) -> [AnswerCondition] {
        var all = reading.constraints.prefix(5).map { AnswerCondition(constraint: $0, isStated: true) }
        var known = Set(all.map { $0.constraint.text.lowercased() })
        var values = Set(all.flatMap(\.constraint.values))
        func add(_ property: String, _ relation: GoalConstraint.Relation, _ value: TypedValue, _ text: String) {
            guard all.count < 9, !text.isEmpty, values.insert(value).inserted, known.insert(text.lowercased()).inserted
            else { return }
            all.append(
                AnswerCondition(
                    constraint: GoalConstraint(property: property, relation: relation, values: [value], text: text),
                    isStated: false
                )
            )
        }
        for slot in reading.slots.prefix(24) where slot.text.utf8.count <= 200 {
            switch slot.value {
            case .text:
                if slot.source != .phrase || !slot.name.isEmpty { add(slot.name, .contains, slot.value, slot.text) }
            case .day, .days, .moment: add(slot.name, .on, slot.value, slot.text)
            default: break
            }
        }
        func add(unstated relation: GoalConstraint.Relation, _ values: [TypedValue], _ text: String) {
            guard all.count < 9 else { return }
            let constraint = GoalConstraint(property: "", relation: relation, values: values, text: text)
            all.append(AnswerCondition(constraint: constraint, isStated: false))
        }
        guard let question = reading.question else { return all }
        let words = AnswerWords.words(question.asks)
        let says = AnswerWords.words(String(goal.goal.prefix(400)))
        // `my next event` comes after now.
        if says.contains("next") || says.contains("upcoming") { add(unstated: .after, [.moment(goal.now.day, goal.now.time)], "next") }
        var isYesOrNo = false
        if case .choice = question.format { isYesOrNo = true }
        if AnswerWords.concepts(of: isYesOrNo ? says : words).contains(.box) {
            add(unstated: .equals, [.flag(true), .flag(false)], "tick box")
        }
        for word in AnswerWords.content(of: words).prefix(4) { add("", .contains, .text(word), word) }
        // A page of labels and values has the property that is asked for in a row of its own.
        let labels = AnswerWords.labels(of: words)
        if table.columns.contains("label"), !labels.isEmpty { add(unstated: .contains, labels.map { .text($0) }, labels[0]) }
        guard table.rows.count <= 60 else { return all }
        for word in AnswerWords.content(of: says).prefix(24) where all.count < 9 {
            let fold = FoldedText(word)
            let rows = table.rows.indices.filter { table.whole($0).contains(fold) }.count
            if rows > 0, rows * 2 <= table.rows.count { add("", .contains, .text(word), word) }
        }
        return all
    }
}

/// A way to make a condition a filter of a table.
struct AnswerFilterOption {
    /// Nil where the condition is left to what the list shows.
    var filter: AnswerProgram.Filter?
    var score: Double
    /// The rows that it keeps; nil for all.
    var kept: [Int]?
}

extension AnswerTable {
    /// The ways to make a condition a filter, the best first, with the way to leave it out as the last.
    func options(_ condition: AnswerCondition) -> [AnswerFilterOption] {
        let constraint = condition.constraint
        let weight = condition.isStated ? 1.0 : 0.6
        var options: [AnswerFilterOption] = []
        let all = Array(rows.indices)
        func add(_ column: Int?, _ relation: GoalConstraint.Relation, _ values: [TypedValue], _ score: Double) {
            guard options.count < 24 else { return }
            let filter = AnswerProgram.Filter(column: column, relation: relation, values: values)
            let kept = rows(all, passing: filter)
            // A filter that keeps nothing is an answer to `how many` alone; one that keeps all says nothing.
            let found = kept.isEmpty ? -0.6 : kept.count == all.count && all.count > 1 ? -0.1 : 0.3
            guard !kept.isEmpty || condition.isStated else { return }
            options.append(AnswerFilterOption(filter: filter, score: weight * (score + found), kept: kept))
        }
        let property = AnswerWords.words(constraint.property)
        switch constraint.relation {
        case .largest, .smallest: extremes(constraint, property, add)
        default:
            switch constraint.values.first {
            case .text: texts(constraint, property, add)
            case .flag(let flag)?:
                if rows.contains(where: { $0.isOn != nil }) { add(nil, .equals, constraint.values, 0.9) }
                if flag || constraint.values.count == 1 { texts(constraint, property, add) }
            case let value?: typed(constraint, value, property, add)
            case nil: break
            }
        }
        options.sort { $0.score > $1.score }
        var kept: [AnswerFilterOption] = []
        // Filters that keep the same rows are one choice; the first of them reads best.
        for option in options where !kept.contains(where: { $0.kept == option.kept }) && kept.count < 4 {
            kept.append(option)
        }
        return kept + [AnswerFilterOption(filter: nil, score: weight * leftOut(condition), kept: nil)]
    }

    /// What it costs to leave a condition to the list: nothing where the bar above says that it holds.
    private func leftOut(_ condition: AnswerCondition) -> Double {
        guard let title = title(0), !title.isEmpty else { return condition.isStated ? -0.4 : 0 }
        let passes = condition.constraint.values.contains { value in
            rows([0], passing: AnswerProgram.Filter(column: self.title, relation: .on, values: [value])) == [0]
        }
        return passes ? 1.2 : condition.isStated ? -0.4 : 0
    }

    private typealias Add = (Int?, GoalConstraint.Relation, [TypedValue], Double) -> Void

    private func fit(_ property: [String], _ column: Int) -> Double {
        // A group has no name; what it says stands for many a property.
        column == group
            ? (property.isEmpty ? 0 : 0.4) : 0.8 * AnswerWords.fit(property, AnswerWords.words(columns[column]))
    }

    private func texts(_ constraint: GoalConstraint, _ property: [String], _ add: Add) {
        var wanted: [String] = []
        for case .text(let text) in constraint.values { wanted.append(text) }
        if wanted.isEmpty { wanted.append(constraint.text) }
        var spellings = wanted
        // `high` of the property `priority` stands as `High priority`.
        if !constraint.property.isEmpty {
            spellings += wanted.map { "\($0) \(constraint.property)" } + wanted.map { "\(constraint.property) \($0)" }
        }
        if !spellings.contains(constraint.text) { spellings.append(constraint.text) }
        let relation = constraint.relation == .equals
        for (index, spelling) in spellings.prefix(5).enumerated() {
            let fold = FoldedText(spelling)
            guard !fold.isEmpty else { continue }
            let values: [TypedValue] = index == 0 && wanted.count > 1 ? constraint.values : [.text(spelling)]
            let folds = index == 0 ? wanted.map { FoldedText($0) } : [fold]
            let less = index == 0 ? 0 : index < wanted.count ? 0.5 : 0.15
            let here = rows.indices.filter { row in folds.contains { whole(row).contains($0) } }
            guard !here.isEmpty else {
                if index == 0 { add(nil, .contains, values, 0) }
                continue
            }
            for column in places {
                let cells = here.compactMap { text($0, column) }
                let fit = fit(property, column) - less
                if cells.contains(where: { cell in folds.contains { isPiece($0, of: cell) } }) {
                    add(column, .equals, values, 0.9 + fit + (relation ? 0.1 : 0))
                }
                if cells.contains(where: { cell in folds.contains { self.fold(cell).contains($0) } }) {
                    add(column, .contains, values, 0.75 + fit)
                }
            }
            add(nil, .contains, values, 0.5 - less)
        }
    }

    private func isPiece(_ fold: FoldedText, of cell: String) -> Bool { self.fold(cell).hasPiece(fold) }

    private func typed(_ constraint: GoalConstraint, _ value: TypedValue, _ property: [String], _ add: Add) {
        guard let kind = ValueKind.allCases.first(where: { $0.takes(value) }) else { return }
        if case .moment = value {
            guard dayColumn != nil else { return }
            add(nil, constraint.relation, constraint.values, 0.9)
            return
        }
        var anywhere = false
        for column in places {
            let profile = profile(column)
            // A number without a unit is compared with any.
            let held =
                kind == .quantity
                ? ValueKind.allCases.compactMap { $0 == .day || $0 == .time ? nil : profile.held[$0] }.max() ?? 0
                : profile.held[kind] ?? 0
            guard held > 0 else { continue }
            anywhere = true
            let whole = profile.whole[kind] ?? 0
            let score = 0.5 + 0.4 * held + 0.2 * whole + fit(property, column)
            add(column, constraint.relation, constraint.values, score)
            // `by Friday` is read as before it, and may mean that day.
            if kind == .day, constraint.relation == .before || constraint.relation == .after {
                add(column, .on, constraint.values, score - 0.3)
            }
        }
        if anywhere || kind == .day || kind == .time { add(nil, constraint.relation, constraint.values, 0.3) }
        // A number may as well stand in a name: `Route 66`.
        if kind == .quantity || kind == .duration {
            texts(
                GoalConstraint(
                    property: "",
                    relation: .contains,
                    values: [.text(constraint.text)],
                    text: constraint.text
                ),
                property
            ) { add($0, $1, $2, $3 - 0.6) }
        }
    }

    private func extremes(_ constraint: GoalConstraint, _ property: [String], _ add: Add) {
        let kinds = AnswerWords.kinds(property, nil)
        for column in places where profile(column).seen > 0 {
            let own = self.kinds(column)
            let fit = fit(property, column)
            if let first = own.first {
                add(column, constraint.relation, [], 0.5 + fit + (kinds.contains(first) ? 0.4 : 0))
            } else if constraint.relation == .largest {
                add(column, .largest, [], 0.3 + fit)
            }
        }
    }
}
