// SPDX-License-Identifier: Apache-2.0

/// What a goal says must hold, with how much it weighs in the choice of programs.
struct AnswerCondition {
    var constraint: GoalConstraint
    /// 1 for what is stated as a constraint; less for what is gathered from the goal's slots and words, and may be no condition at all.
    var weight: Double

    var isStated: Bool { weight == 1 }

    /// The most conditions that are looked at.
    private static let limit = 9

    /// The conditions of a reading: its constraints, then values that it states and no constraint has, then the words that say what is asked,
    /// and, for texts that are read as lines, other words of the goal that some lines have.
    static func all(_ reading: GoalReading, _ goal: GoalState, _ table: AnswerTable) -> [AnswerCondition] {
        var gathering = Gathering(all: reading.constraints.prefix(5).map { AnswerCondition(constraint: $0, weight: 1) })
        for slot in reading.slots.prefix(24) where slot.text.utf8.count <= 200 {
            switch slot.value {
            case .text:
                if slot.source != .phrase || !slot.name.isEmpty {
                    gathering.add(slot.name, .contains, [slot.value], slot.text, 0.6)
                }
            case .day, .days, .moment: gathering.add(slot.name, .on, [slot.value], slot.text, 0.6)
            default: break
            }
        }
        guard let question = reading.question else { return gathering.all }
        let words = AnswerWords.words(question.asks)
        let says = AnswerWords.words(String(goal.goal.prefix(400)))
        if comesNext(says) { gathering.add("", .after, [.moment(goal.now.day, goal.now.time)], "next", 0.6) }
        var isYesOrNo = false
        if case .choice = question.format { isYesOrNo = true }
        if AnswerWords.concepts(of: isYesOrNo ? says : words).contains(.box) {
            gathering.add("", .equals, [.flag(true), .flag(false)], "tick box", 0.9)
        }
        // `which category has the most` compares, whether or not a superlative stands there.
        if question.aggregates.contains(.max) {
            gathering.add(question.asks, .largest, [], "largest \(question.asks)", 0.6)
        }
        if question.aggregates.contains(.min) {
            gathering.add(question.asks, .smallest, [], "smallest \(question.asks)", 0.6)
        }
        for word in AnswerWords.content(of: words).prefix(4) { gathering.add("", .contains, [.text(word)], word, 0.6) }
        // A page of labels and values has the property that is asked for in a row of its own.
        let labels = AnswerWords.labels(of: words)
        if table.columns.contains("label"), let first = labels.first {
            gathering.add("", .contains, labels.map { .text($0) }, first + " label", 0.6)
        }
        // A word of the goal that is a whole cell, such as a category, is meant.
        let raw = goal.goal.prefix(400).split { !$0.isLetter && !$0.isNumber }.map { $0.lowercased() }
        let content = Set(AnswerWords.content(of: says))
        for word in raw.prefix(60)
        where content.contains(AnswerWords.words(word).first ?? "") && table.pieces.contains(FoldedText(word)) {
            gathering.add("", .equals, [.text(word)], word, 0.7)
        }
        guard table.columns.count == 1, table.rows.count <= 60 else { return gathering.all }
        let isOneText = table.rows.count == 1 && table.text(0, 0)?.utf8.contains(10) == true
        for word in AnswerWords.content(of: says).prefix(24) {
            let fold = FoldedText.Needle(word)
            let rows = table.rows.indices.filter { table.whole($0).contains(fold) }.count
            // A word that most lines have tells none of them; a text in one cell is looked through line by line.
            let tells = rows * 2 <= table.rows.count || isOneText
            if rows > 0, tells { gathering.add("", .contains, [.text(word)], word, 0.35) }
        }
        return gathering.all
    }

    /// `my next event` comes after now; `next week` says when.
    private static func comesNext(_ words: [String]) -> Bool {
        for (index, word) in words.enumerated() {
            if word == "upcoming" { return true }
            guard word == "next" else { continue }
            let after = index + 1 < words.count ? words[index + 1] : ""
            let before = index > 0 ? words[index - 1] : ""
            guard before != "after" else { continue }
            switch ValueWord.table[ValueTokens.code(after.utf8)] {
            case .month, .weekday, .day, .week, .weekend, .monthUnit, .year, .clock, .count: continue
            default: return true
            }
        }
        return false
    }

    private struct Gathering {
        var all: [AnswerCondition]
        private var texts: [FoldedText]
        private var values: Set<TypedValue>

        init(all: [AnswerCondition]) {
            self.all = all
            texts = all.map { FoldedText($0.constraint.text) }
            values = Set(all.flatMap(\.constraint.values))
        }

        /// Adds what no condition before it says.
        mutating func add(
            _ property: String,
            _ relation: GoalConstraint.Relation,
            _ values: [TypedValue],
            _ text: String,
            _ weight: Double
        ) {
            let fold = FoldedText(text)
            let needle = FoldedText.Needle(fold)
            guard all.count < limit, !needle.isEmpty, !values.contains(where: { self.values.contains($0) }),
                !texts.contains(where: { $0.contains(needle) })
            else { return }
            self.values.formUnion(values)
            texts.append(fold)
            let constraint = GoalConstraint(property: property, relation: relation, values: values, text: text)
            all.append(AnswerCondition(constraint: constraint, weight: weight))
        }
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
        let weight = condition.weight
        var options: [AnswerFilterOption] = []
        let all = Array(rows.indices)
        // `among` are the rows that can pass at all, where they are known.
        func add(
            _ column: Int?,
            _ relation: GoalConstraint.Relation,
            _ values: [TypedValue],
            _ score: Double,
            _ among: [Int]?
        ) {
            guard options.count < 24 else { return }
            let filter = AnswerProgram.Filter(column: column, relation: relation, values: values)
            let kept = rows(among ?? all, passing: filter)
            // A filter that keeps nothing is an answer to `how many` alone; one that keeps all says nothing.
            let found = kept.isEmpty ? -0.6 : kept.count == all.count && all.count > 1 ? -0.1 : 0.3
            // That a thing has no box to tick says as much as that it has one.
            guard !kept.isEmpty || condition.isStated || values == [.flag(true), .flag(false)] else { return }
            options.append(AnswerFilterOption(filter: filter, score: weight * (score + found), kept: kept))
        }
        let property = AnswerWords.words(constraint.property)
        switch constraint.relation {
        case .largest, .smallest: extremes(constraint, property, add)
        default:
            switch constraint.values.first {
            case .text: texts(constraint, property, add)
            case .flag(let flag)?:
                // Both values ask for a box to tick, which a thing may lack.
                if constraint.values.count > 1 || rows.contains(where: { $0.isOn != nil }) {
                    add(nil, .equals, constraint.values, 0.9, nil)
                }
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

    private typealias Add = (Int?, GoalConstraint.Relation, [TypedValue], Double, [Int]?) -> Void

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
            let needle = FoldedText.Needle(spelling)
            guard !needle.isEmpty else { continue }
            let values: [TypedValue] = index == 0 && wanted.count > 1 ? constraint.values : [.text(spelling)]
            let needles = index == 0 ? wanted.map { FoldedText.Needle($0) } : [needle]
            let less = index == 0 ? 0 : index < wanted.count ? 0.5 : 0.15
            let here = rows.indices.filter { row in needles.contains { whole(row).contains($0) } }
            guard !here.isEmpty else {
                if index == 0 { add(nil, .contains, values, 0, here) }
                continue
            }
            for column in places {
                let all = self.folds(column)
                let cells = here.compactMap { all[$0] }
                let fit = fit(property, column) - less
                guard cells.contains(where: { cell in needles.contains { cell.contains($0) } }) else { continue }
                if cells.contains(where: { cell in needles.contains { cell.hasPiece($0) } }) {
                    add(column, .equals, values, 0.9 + fit + (relation ? 0.1 : 0), here)
                }
                add(column, .contains, values, 0.75 + fit, here)
            }
            add(nil, .contains, values, 0.5 - less, here)
        }
    }

    private func typed(_ constraint: GoalConstraint, _ value: TypedValue, _ property: [String], _ add: Add) {
        guard let kind = ValueKind.allCases.first(where: { $0.takes(value) }) else { return }
        if case .moment = value {
            guard dayColumn != nil else { return }
            add(nil, constraint.relation, constraint.values, 0.9, nil)
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
            add(column, constraint.relation, constraint.values, score, nil)
            // `by Friday` is read as before it, and may mean that day.
            if kind == .day, constraint.relation == .before || constraint.relation == .after {
                add(column, .on, constraint.values, score - 0.3, nil)
            }
        }
        if anywhere || kind == .day || kind == .time { add(nil, constraint.relation, constraint.values, 0.3, nil) }
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
            ) { add($0, $1, $2, $3 - 0.6, $4) }
        }
    }

    private func extremes(_ constraint: GoalConstraint, _ property: [String], _ add: Add) {
        let kinds = AnswerWords.kinds(property, nil)
        for column in places where profile(column).seen > 0 {
            let own = self.kinds(column)
            let fit = fit(property, column)
            if let first = own.first {
                add(column, constraint.relation, [], 0.5 + fit + (kinds.contains(first) ? 0.4 : 0), nil)
            } else if constraint.relation == .largest {
                add(column, .largest, [], 0.3 + fit, nil)
            }
        }
    }
}
