// SPDX-License-Identifier: Apache-2.0

extension AnswerPrograms {
    /// Texts made of rows, for typing into fields: lists with commas, with lines or with empty lines between, lines of comma-separated values
    /// under a header that the goal quotes, sums and products. The best by rule first, no text twice, at most `limit`.
    ///
    /// - Parameters:
    ///   - goal: the goal, which need not ask anything.
    ///   - tables: notes, and what the present screen shows. Several are also taken together, in the order in which the goal names them.
    public static func texts(_ goal: GoalState, tables: [NoteTable]) -> [AnswerCandidate] {
        var drafts: [(draft: AnswerSearch.Draft, table: AnswerTable)] = []
        let reading = goal.best
        let words = Set(AnswerWords.words(String(goal.goal.prefix(2000))))
        for index in tables.indices.suffix(tableLimit) where !tables[index].rows.isEmpty {
            let table = AnswerTable([tables[index]], now: goal.now)
            let search = AnswerSearch(table: table, index: index, reading: reading, goal: goal)
            drafts += search.textDrafts(search.sieves(limit: 6), words).map { ($0, table) }
        }
        if tables.count > 1, tables.count <= tableLimit, tables.reduce(0, { $0 + $1.rows.count }) <= 2000 {
            let table = AnswerTable(tables, now: goal.now)
            let search = AnswerSearch(table: table, index: tables.count, reading: reading, goal: goal)
            drafts += search.textDrafts(search.together(tables), words).map { ($0, table) }
        }
        var choice = CandidateChoice(isAlone: tables.count == 1, limit: limit, twins: 1)
        for place in sorted(drafts.map(\.draft.prior)) {
            guard !choice.isFull else { break }
            choice.add(drafts[place].draft, drafts[place].table)
        }
        return choice.candidates
    }
}

extension AnswerSearch {
    /// Ways to take several tables together: all of them, and those that the goal names, in its order.
    func together(_ tables: [NoteTable]) -> [Sieve] {
        let all = Array(table.rows.indices)
        var sieves = [Sieve(filters: [], rows: all, score: 0)]
        let titles = tables.map { FoldedText($0.place.title) }
        var named: [TypedValue] = []
        for slot in reading.slots.prefix(24) {
            guard case .text(let text) = slot.value else { continue }
            let fold = FoldedText.Needle(text)
            if !fold.isEmpty, titles.contains(where: { $0.contains(fold) }), !named.contains(slot.value) {
                named.append(slot.value)
            }
        }
        if !named.isEmpty {
            let filter = AnswerProgram.Filter(column: table.title, relation: .contains, values: named)
            sieves.append(
                Sieve(filters: [filter], rows: table.rows(all, passing: filter), score: named.count > 1 ? 1.5 : 0.2)
            )
        }
        return sieves
    }

    func textDrafts(_ sieves: [Sieve], _ goalWords: Set<String>) -> [Draft] {
        let asked = AnswerWords.words(reading.question?.asks ?? "")
        let texts = texts(asked).prefix(5)
        let numbers = numbers(asked, unit: nil).filter { target in
            if case .value(let kind, _) = target.part { return kind != .day && kind != .time }
            return false
        }.prefix(4)
        func says(_ words: String...) -> Bool { words.contains { goalWords.contains($0) } }
        let wantsLines = says("line", "merge", "append", "newline", "content", "paste", "copy")
        let wantsCommas = says("comma", "separated")
        let separators: [(String, Double)] = [
            (", ", wantsCommas ? 1.2 : 0.3), ("\n", wantsLines ? 0.7 : 0.4), ("\n\n", wantsLines ? 0.8 : 0.1),
        ]
        var drafts: [Draft] = []
        func add(
            _ sieve: Sieve,
            _ target: Target,
            _ aggregate: GoalQuestion.Aggregate,
            _ format: AnswerFormat,
            _ score: Double
        ) {
            let program = AnswerProgram(
                table: index,
                filters: sieve.filters,
                column: target.column,
                part: target.part,
                aggregate: aggregate,
                format: format
            )
            drafts.append(Draft(program: program, rows: sieve.rows, prior: sieve.score + target.score + score))
        }
        // The header is no row to look for.
        let lines = lines(goalWords)
        let sieves = sieves.filter { sieve in
            !sieve.filters.flatMap(\.values).contains { value in
                if case .text(let text) = value { return lines.contains { $0.text.hasPrefix(text + "\n") } }
                return false
            }
        }
        for sieve in sieves where !sieve.rows.isEmpty {
            for pattern in lines {
                add(sieve, Target(column: nil, part: .whole, score: pattern.score), .list, .pattern(pattern.text), 0)
            }
            for target in texts {
                for (separator, score) in separators { add(sieve, target, .list, .list(separator: separator), score) }
            }
            for target in numbers {
                add(
                    sieve,
                    target,
                    .product,
                    .number(places: nil, unit: nil),
                    says("product", "multiply", "multiplied") ? 1.6 : -0.6
                )
                add(
                    sieve,
                    target,
                    .sum,
                    .number(places: nil, unit: nil),
                    says("sum", "total", "add", "altogether") ? 0.8 : -0.5
                )
            }
        }
        return drafts
    }

    /// Patterns for lines of comma-separated values under a header that the goal states.
    private func lines(_ goalWords: Set<String>) -> [(text: String, score: Double)] {
        var patterns: [(text: String, score: Double)] = []
        for slot in reading.slots.prefix(24) where slot.text.utf8.count <= 120 && slot.text.utf8.contains(0x2c) {
            let names = slot.text.split(separator: ",", omittingEmptySubsequences: false).map { name in
                name.split(separator: " ").joined(separator: " ")
            }
            guard names.count > 1,
                names.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 24 && !$0.contains("<") && !$0.contains("\n") })
            else {
                continue
            }
            let separator = slot.text.contains(", ") ? ", " : ","
            let isHeader = goalWords.contains("header") || goalWords.contains("csv") ? 1.5 : 0
            guard let columns = columns(for: names) else {
                // The lines are in one column already.
                guard table.columns.count == 1 else { continue }
                patterns.append(("\(slot.text)\n<\(table.columns[0])>", isHeader + 0.6))
                continue
            }
            let line = columns.map { "<\(table.columns[$0])>" }.joined(separator: separator)
            patterns.append(("\(slot.text)\n\(line)", isHeader + 1))
            patterns.append(("\n\(line)", isHeader + 0.5))
        }
        return patterns
    }

    /// The column for each name of a header: by its words, then by the kind of its values, then by its place.
    private func columns(for names: [String]) -> [Int]? {
        guard table.columns.count >= names.count, Set(table.columns).count == table.columns.count,
            !table.columns.contains(where: { $0.isEmpty || $0.contains(">") || $0.contains("<") })
        else { return nil }
        var columns = [Int?](repeating: nil, count: names.count)
        var free = Set(table.columns.indices)
        func take(_ name: Int, _ column: Int?) {
            guard let column, columns[name] == nil, free.remove(column) != nil else { return }
            columns[name] = column
        }
        let words = names.map { AnswerWords.words($0) }
        for (name, words) in words.enumerated() {
            let fits = free.sorted().map { ($0, AnswerWords.fit(words, AnswerWords.words(table.columns[$0]))) }
            take(name, fits.filter { $0.1 >= 0.9 }.max { $0.1 < $1.1 }?.0)
        }
        for (name, words) in words.enumerated() {
            let kinds = AnswerWords.kinds(words, nil)
            take(name, free.sorted().first { column in kinds.contains { table.profile(column).whole[$0] ?? 0 >= 0.5 } })
        }
        for name in names.indices where columns[name] == nil {
            take(name, table.columns.count == names.count && free.contains(name) ? name : free.min())
        }
        let found = columns.compactMap(\.self)
        return found.count == names.count ? found : nil
    }
}
