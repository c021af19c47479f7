// SPDX-License-Identifier: Apache-2.0

extension AnswerPrograms {
    /// At most so many tables are looked at: those that were noted last, and what the screen shows, stand at the end.
    static let tableLimit = 16

    /// The candidates for a question, the best by rule first, no value twice with the same words.
    ///
    /// - Parameters:
    ///   - goal: the goal, which asks.
    ///   - tables: notes, and what the present screen shows.
    public static func candidates(_ goal: GoalState, tables: [NoteTable]) -> [AnswerCandidate] {
        var choice = CandidateChoice(isAlone: tables.count == 1, limit: limit)
        var drafts: [(draft: AnswerSearch.Draft, table: AnswerTable)] = []
        for index in tables.indices.suffix(tableLimit) where !tables[index].rows.isEmpty {
            let table = AnswerTable([tables[index]], now: goal.now)
            for reading in goal.readings.prefix(4) {
                guard let question = reading.question else { continue }
                let search = AnswerSearch(table: table, index: index, reading: reading, goal: goal)
                drafts += search.drafts(question).map { ($0, table) }
            }
        }
        for place in sorted(drafts.map(\.draft.prior)) {
            guard !choice.isFull else { break }
            choice.add(drafts[place].draft, drafts[place].table)
        }
        return choice.candidates
    }

    /// Places in descending order of their values; equals stay in their order.
    static func sorted(_ values: [Double]) -> [Int] {
        values.indices.sorted { (values[$1], $0) < (values[$0], $1) }
    }
}

/// Runs programs in turn and keeps what they come to.
struct CandidateChoice {
    /// So many programs are run at most: those that come after are too far from the goal to be worth the time.
    private static let tries = 240
    /// So many rows are gone through by all programs together.
    private static let rowLimit = 4000
    let isAlone: Bool
    let limit: Int
    /// So many programs may come to the same value, or nothing but one value would be left to choose.
    let twins: Int
    private(set) var candidates: [AnswerCandidate] = []
    private var tried = 0
    private var rowsLeft = rowLimit
    private var seen = Set<String>()
    private var values: [String: Int] = [:]

    init(isAlone: Bool, limit: Int, twins: Int = 2) { (self.isAlone, self.limit, self.twins) = (isAlone, limit, twins) }

    var isFull: Bool { candidates.count >= limit || tried >= Self.tries }

    mutating func add(_ draft: AnswerSearch.Draft, _ table: AnswerTable) {
        tried += 1
        // Counting takes no look at the rows; the rest is left to programs over few of them once many have been gone through.
        let rows = [.count, .exists].contains(draft.program.aggregate) ? 0 : draft.rows.count
        guard rows <= max(rowsLeft, 8) else { return }
        rowsLeft -= rows
        guard let result = AnswerRun(draft.program, table).result(draft.rows), !result.value.isEmpty,
            // An answer of pages is none.
            result.value.utf8.count <= 20_000
        else { return }
        add(draft.program, table, result, draft.prior)
    }

    mutating func add(
        _ program: AnswerProgram,
        _ table: AnswerTable,
        _ result: (value: String, evidence: [Int]),
        _ prior: Double
    ) {
        let known = values[result.value, default: 0]
        // Rounded down to the same is the same.
        guard known < twins, known == 0 || program.rounding == .nearest else { return }
        let words = AnswerWords.words(program, table, isAlone: isAlone)
        guard seen.insert(words + "\u{0}" + result.value).inserted else { return }
        values[result.value] = known + 1
        candidates.append(
            AnswerCandidate(
                program: program,
                words: words,
                value: result.value,
                evidence: result.evidence,
                prior: (prior * 1000).rounded() / 1000
            )
        )
    }
}
