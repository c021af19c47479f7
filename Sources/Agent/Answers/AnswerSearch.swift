// SPDX-License-Identifier: Apache-2.0

/// Finds the programs over one table that a reading of a goal allows, by rule the best first.
struct AnswerSearch {
    /// A program with the rows that its filters keep.
    struct Draft {
        var program: AnswerProgram
        var rows: [Int]
        var prior: Double
    }

    /// Filters that go together.
    struct Sieve {
        var filters: [AnswerProgram.Filter]
        var rows: [Int]
        var score: Double
    }

    let table: AnswerTable
    let index: Int
    let reading: GoalReading
    let goal: GoalState

    // MARK: Filters

    /// The ways to filter the table, the best first: at most two filters each, each condition made a filter at most once.
    func sieves(limit: Int = 14) -> [Sieve] {
        let conditions = AnswerCondition.all(reading, goal, table).map { table.options($0) }
        var partial: [(filters: [AnswerProgram.Filter], kept: [[Int]], score: Double)] = [([], [], 0)]
        for options in conditions {
            var next: [(filters: [AnswerProgram.Filter], kept: [[Int]], score: Double)] = []
            for sieve in partial {
                for option in options {
                    guard let filter = option.filter, let kept = option.kept else {
                        next.append((sieve.filters, sieve.kept, sieve.score + option.score))
                        continue
                    }
                    guard sieve.filters.count < 2 else { continue }
                    next.append((sieve.filters + [filter], sieve.kept + [kept], sieve.score + option.score))
                }
            }
            // What no condition has favoured so far is still kept, as the last ones may need the two places.
            partial = next.sorted { $0.score > $1.score }
            if partial.count > 48 { partial.removeLast(partial.count - 48) }
        }
        var sieves: [Sieve] = []
        var seen = Set<[AnswerProgram.Filter]>()
        for sieve in partial where seen.insert(sieve.filters).inserted {
            let rows = intersection(sieve.filters, sieve.kept)
            sieves.append(Sieve(filters: sieve.filters, rows: rows, score: sieve.score))
        }
        if !seen.contains([]) { sieves.append(Sieve(filters: [], rows: Array(table.rows.indices), score: -1)) }
        return Array(sieves.sorted { $0.score > $1.score }.prefix(limit))
    }

    private func intersection(_ filters: [AnswerProgram.Filter], _ kept: [[Int]]) -> [Int] {
        if filters.isEmpty { return Array(table.rows.indices) }
        // What compares rows does so among those that the other filters keep.
        if filters.contains(where: { $0.relation == .largest || $0.relation == .smallest }) {
            var rows = Array(table.rows.indices)
            for filter in AnswerPrograms.ordered(filters) { rows = table.rows(rows, passing: filter) }
            return rows
        }
        guard kept.count > 1 else { return kept[0] }
        var both = [Bool](repeating: false, count: table.rows.count)
        for row in kept[0] { both[row] = true }
        return kept[1].filter { both[$0] }
    }

    // MARK: What is taken

    struct Target {
        var column: Int?
        var part: AnswerProgram.Part
        var score: Double
    }

    /// Columns of values that can be calculated with, by how well they fit what is asked.
    func numbers(_ asked: [String], unit: String?) -> [Target] {
        let wanted = AnswerWords.kinds(asked, unit)
        let measured = unit.map { AnswerWords.kinds([], $0) } ?? []
        var targets: [Target] = []
        for column in table.places {
            let profile = table.profile(column)
            let fit = column == table.group ? 0 : AnswerWords.fit(asked, AnswerWords.words(table.columns[column]))
            for kind in ValueKind.allCases {
                guard let held = profile.held[kind], held > 0 else { continue }
                // A unit that was asked for rules out what is measured in another.
                if !measured.isEmpty, !measured.contains(kind), kind != .quantity { continue }
                let isExact = measured.contains(kind)
                let score =
                    (wanted.contains(kind) ? 0.8 : -0.3) + (isExact ? 0.4 : 0) + 0.4 * fit + 0.3 * held + 0.2
                    * (profile.whole[kind] ?? 0)
                targets.append(Target(column: column, part: .value(kind, at: 0), score: score))
                targets.append(Target(column: column, part: .value(kind, at: 1), score: score - 0.7))
            }
        }
        return targets.sorted { $0.score > $1.score }
    }

    /// Cells and parts of cells as they are written.
    func texts(_ asked: [String]) -> [Target] {
        let wanted = AnswerWords.kinds(asked, nil)
        let concept = AnswerWords.concepts(of: asked)
        var targets: [Target] = []
        var isFirst = true
        for column in table.places {
            let profile = table.profile(column)
            guard profile.seen > 0 else { continue }
            let fit = column == table.group ? 0 : AnswerWords.fit(asked, AnswerWords.words(table.columns[column]))
            let isValue = ValueKind.allCases.contains { profile.whole[$0] ?? 0 > 0.6 }
            var score = fit + (column == table.group ? -0.4 : 0)
            if !isValue, column != table.group, isFirst {
                // What a row is called stands first in it, and is what most questions are about.
                score += concept.isEmpty || concept.contains(.title) ? 0.6 : 0.2
                isFirst = false
            }
            if isValue { score += wanted.contains { profile.whole[$0] ?? 0 > 0.6 } ? 0.5 : -0.3 }
            targets.append(Target(column: column, part: .whole, score: score))
            if profile.pieces > 0.2 {
                for piece in 0..<3 {
                    targets.append(
                        Target(column: column, part: .piece(piece), score: score + 0.05 - 0.15 * Double(piece))
                    )
                }
            }
            if profile.keys > 0 { targets.append(Target(column: column, part: .afterKey, score: score + 0.1)) }
            for kind in ValueKind.allCases {
                guard let held = profile.held[kind], held > 0, profile.whole[kind] ?? 0 < 0.9 else { continue }
                let value = (wanted.contains(kind) ? 0.6 : -0.4) + 0.3 * fit + 0.2 * held
                targets.append(Target(column: column, part: .value(kind, at: 0), score: value))
                targets.append(Target(column: column, part: .value(kind, at: 1), score: value - 0.6))
            }
        }
        return targets.sorted { $0.score > $1.score }
    }

    // MARK: Programs

    func drafts(_ question: GoalQuestion) -> [Draft] {
        guard !table.rows.isEmpty else { return [] }
        let asked = AnswerWords.words(question.asks)
        var unit: String?
        if case .number(_, let own) = question.format { unit = own }
        let numbers = Array(numbers(asked, unit: unit).prefix(6))
        let texts = Array(texts(asked).prefix(6))
        let aggregates = aggregates(question)
        let words = Set(AnswerWords.content(of: asked))
        var drafts: [Draft] = []
        for sieve in sieves() {
            for (aggregate, score) in aggregates {
                for target in targets(aggregate, question.format, numbers: numbers, texts: texts) {
                    guard !sieve.rows.isEmpty || aggregate == .count || aggregate == .exists else { continue }
                    let program = AnswerProgram(
                        table: index,
                        filters: sieve.filters,
                        column: target.column,
                        part: target.part,
                        aggregate: aggregate,
                        format: question.format
                    )
                    let prior =
                        sieve.score + score + target.score + fit(aggregate, sieve, target, question, words) - 0.05
                        * Double(sieve.filters.count)
                        + 0.3 * (reading.score - 1)
                    drafts.append(Draft(program: program, rows: sieve.rows, prior: prior))
                    for (variant, less) in variants(program, asked) {
                        drafts.append(Draft(program: variant, rows: sieve.rows, prior: prior - less))
                    }
                }
            }
        }
        return drafts
    }

    /// The same with a result that is written otherwise, and by how much less it is to be expected.
    private func variants(_ program: AnswerProgram, _ asked: [String]) -> [(AnswerProgram, Double)] {
        var variants: [(AnswerProgram, Double)] = []
        switch program.format {
        case .number(let places, let unit) where ![.count, .exists, .product, .list].contains(program.aggregate):
            var down = program
            down.rounding = .down
            variants.append((down, 0.1))
            if places == nil, unit != nil {
                var whole = program
                whole.format = .number(places: 0, unit: unit)
                variants.append((whole, 0.05))
            }
        case .text, .list:
            // When something is takes its day and its time, which stand apart.
            let concept = AnswerWords.concepts(of: asked)
            guard !concept.isDisjoint(with: [.day, .time]), [.value, .first, .last].contains(program.aggregate),
                program.part == .whole
            else { break }
            var moment = program
            (moment.column, moment.format) = (nil, .pattern("<month name> <day> <year> <hour>:<minutes>"))
            variants.append((moment, 0.2))
        default: break
        }
        return variants
    }

    /// What the question suggests, and what is near it.
    private func aggregates(_ question: GoalQuestion) -> [(GoalQuestion.Aggregate, Double)] {
        // Yes or no is all that is wanted.
        if case .choice = question.format { return [(.exists, 0.8)] }
        var all: [(GoalQuestion.Aggregate, Double)] = []
        for (place, aggregate) in question.aggregates.enumerated() where !all.contains(where: { $0.0 == aggregate }) {
            all.append((aggregate, 0.8 - 0.2 * Double(place)))
        }
        for aggregate in [GoalQuestion.Aggregate.value, .list, .first] where !all.contains(where: { $0.0 == aggregate })
        {
            all.append((aggregate, -0.3))
        }
        if case .number = question.format {
            for aggregate in [GoalQuestion.Aggregate.count, .sum] where !all.contains(where: { $0.0 == aggregate }) {
                all.append((aggregate, -0.5))
            }
        }
        return all
    }

    private func targets(
        _ aggregate: GoalQuestion.Aggregate,
        _ format: AnswerFormat,
        numbers: [Target],
        texts: [Target]
    ) -> [Target] {
        switch aggregate {
        case .count, .exists: return [Target(column: nil, part: .whole, score: 0.6)]
        case .sum, .product, .difference, .min, .max: break
        default:
            switch format {
            case .number: break
            case .pattern(let pattern):
                let isMoment = ValueFormat.asksForMoment(pattern)
                let row = Target(column: nil, part: .whole, score: isMoment ? 0.8 : 0.1)
                let parts = numbers.filter { target in
                    guard case .value(let kind, _) = target.part else { return false }
                    return (kind == .day || kind == .time) == isMoment
                }
                return [row] + parts.prefix(5)
            default: return texts
            }
        }
        return numbers
    }

    /// How well an aggregate fits rows that are filtered in a way.
    private func fit(
        _ aggregate: GoalQuestion.Aggregate,
        _ sieve: Sieve,
        _ target: Target,
        _ question: GoalQuestion,
        _ asked: Set<String>
    ) -> Double {
        let rows = sieve.rows.count
        switch aggregate {
        case .value, .list:
            var fit = aggregate == .value ? (rows == 1 ? 0.3 : -0.2) : rows > 60 ? -0.3 : 0
            // `Attendees: 7` answers how many attendees there are, which no counting of rows does.
            if aggregate == .value, rows == 1, question.aggregates.contains(.count),
                case .value(.quantity, _) = target.part,
                sieve.filters.contains(where: { names($0, asked) })
            {
                fit += 0.9
            }
            return fit
        case .first where isPage: return 0.4
        case .sum, .product, .difference, .first, .last, .min, .max:
            // What stands on a page of one thing is not to be added up.
            return isPage ? -0.8 : rows > 1 ? 0.05 : -0.05
        case .count: return rows == 0 ? -0.7 : 0
        case .exists:
            guard case .choice = question.format else { return rows == 0 ? -0.7 : 0 }
            // Whether a thing is so, not whether there is such a thing.
            return sieve.filters.contains { if case .flag? = $0.values.first { true } else { false } } ? 0.4 : 0
        }
    }

    /// Labels and values of one thing.
    private var isPage: Bool { table.columns == ["label", "value"] }

    /// Whether a filter is for a word of what is asked.
    private func names(_ filter: AnswerProgram.Filter, _ asked: Set<String>) -> Bool {
        filter.values.contains { value in
            if case .text(let text) = value { return AnswerWords.words(text).contains { asked.contains($0) } }
            return false
        }
    }
}
