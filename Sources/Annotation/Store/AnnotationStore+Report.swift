// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import GRDB

extension AnnotationStore {
    /// What a round came to so far.
    ///
    /// - Throws: `DroidError` with code `annotation.round` where there is none of this number.
    public func report(_ id: Int64) throws -> RoundReport {
        try database.read { database in
            let round = try Self.need(id, in: database)
            var words = try Self.words(where: "item IN (SELECT item FROM label WHERE round = \(id))", in: database)
            let golds = Set(try Int64.fetchAll(database, sql: "SELECT item FROM gold"))
            let all = try Row.fetchAll(
                database,
                sql: "SELECT * FROM label WHERE round = ? ORDER BY id",
                arguments: [id]
            )
            .map(Self.label)
            let current = Set(
                try Int64.fetchAll(
                    database,
                    sql: "SELECT id FROM label WHERE round = ? AND isCurrent = 1",
                    arguments: [id]
                )
            )
            // What a later round decided anew was accepted in this one all the same.
            for label in all where label.purpose == .auto && !label.isUndone && !current.contains(label.id) {
                words[label.item, default: []].append(label)
            }
            var tally = Tally()
            for (item, words) in words.sorted(by: { $0.key < $1.key }) where !golds.contains(item) {
                let own = words.filter { $0.round == id && $0.purpose != .imported && $0.judgement.kind != .skipped }
                guard !own.isEmpty, let body = try Self.item(item, in: database) else { continue }
                let scores = try round.options.verifier.flatMap {
                    try Self.scores(item, verifier: $0, in: database)
                }
                tally.add(body, words, own, scores: scores)
            }
            tally.audit(all, current: current)
            tally.sample = try Self.sample(round, in: database)
            return RoundReport(
                round: round,
                items: tally.items,
                human: tally.human,
                humanShare: MeasuredShare(tally.human, of: tally.items),
                accepted: tally.items - tally.human,
                audited: MeasuredShare(tally.audited.right, of: tally.audited.of),
                topOne: MeasuredShare(tally.top.right, of: tally.top.of),
                sampleTopOne: MeasuredShare(tally.sample.right, of: tally.sample.of),
                pairwise: MeasuredShare(tally.pairs.right, of: tally.pairs.of),
                backChosen: MeasuredShare(tally.backChosen, of: tally.top.of),
                backRight: MeasuredShare(tally.backRight, of: tally.top.of),
                premature: tally.premature,
                uncovered: tally.uncovered,
                harmful: tally.harmful,
                harmfulChosen: tally.harmfulChosen,
                disputed: tally.disputed,
                annotators: try Self.annotators(all, current: current, in: database),
                agreements: try Self.agreements(in: database)
            )
        }
    }

    /// States for which no candidate is right, over all rounds: what the agent does not offer.
    public func coverageGaps() throws -> [CoverageGap] {
        try database.read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM label WHERE isCurrent = 1 AND kind = 'none' ORDER BY id"
            ).compactMap { row in
                let label = try Self.label(row)
                guard let item = try Self.item(label.item, in: database) else { return nil }
                return CoverageGap(
                    item: label.item,
                    task: item.task,
                    episode: item.episode,
                    step: item.step,
                    goal: item.goal,
                    origin: item.origin,
                    annotator: label.annotator,
                    note: label.judgement.note
                )
            }
        }
    }

    /// How far each two annotators agree on the states that both judged, over all rounds.
    public func agreements() throws -> [Agreement] { try database.read { try Self.agreements(in: $0) } }

    private struct Tally {
        var items = 0
        var human = 0
        var disputed = 0
        var uncovered = 0
        var harmful = 0
        var harmfulChosen = 0
        var premature = 0
        var backChosen = 0
        var backRight = 0
        var top = (right: 0, of: 0)
        var sample = (right: 0, of: 0)
        var pairs = (right: 0, of: 0)
        var audited = (right: 0, of: 0)

        mutating func add(
            _ item: AnnotationItem,
            _ words: [AnnotationLabel],
            _ own: [AnnotationLabel],
            scores: [Double]?
        ) {
            items += 1
            let people = own.filter { $0.source != .verifier }
            guard !people.isEmpty else { return }
            human += 1
            guard let judgement = Verdict.of(words)?.judgement else {
                disputed += 1
                return
            }
            if judgement.kind == .none { uncovered += 1 }
            harmful += judgement.harmful.count
            guard let scores, let first = Ranked.rank(scores).first?.index else { return }
            let isRight = judgement.right.contains(first)
            (top.right, top.of) = (top.right + (isRight ? 1 : 0), top.of + 1)
            if judgement.harmful.contains(first) { harmfulChosen += 1 }
            func acts(_ candidate: Int, _ action: Action, _ words: String) -> Bool {
                item.actions.isEmpty ? item.words(candidate) == words : item.actions[candidate] == action
            }
            if acts(first, .navigateBack, "go back") { backChosen += 1 }
            if judgement.right.contains(where: { acts($0, .navigateBack, "go back") }) { backRight += 1 }
            if !isRight && acts(first, .complete, "done") { premature += 1 }
            for right in judgement.right {
                for wrong in scores.indices where !judgement.right.contains(wrong) {
                    pairs.of += 1
                    if scores[right] > scores[wrong] { pairs.right += 1 }
                }
            }
        }

        /// Compares what was accepted with what was said of it afterwards.
        mutating func audit(_ labels: [AnnotationLabel], current: Set<Int64>) {
            for audit in labels where audit.purpose == .audit && current.contains(audit.id) {
                guard audit.judgement.kind != .skipped,
                    let accepted = labels.last(where: { $0.item == audit.item && $0.purpose == .auto })
                else { continue }
                audited.of += 1
                if accepted.judgement.right.allSatisfy(audit.judgement.right.contains) { audited.right += 1 }
            }
        }
    }

    /// How often the verifier's first choice was right on the states drawn at random that waited for this round.
    ///
    /// In the order of their draws, up to the first of which nobody has said a word yet: behind that one the queue has
    /// taken the doubtful ones first. States that were judged before, came with a word, or were skipped, are no part of it.
    private static func sample(_ round: Round, in database: Database) throws -> (right: Int, of: Int) {
        var found = (right: 0, of: 0)
        guard let verifier = round.options.verifier else { return found }
        let share = round.options.sampleShare
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT item.id AS id, score.scores AS scores FROM item
                  JOIN score ON score.item = item.id AND score.verifier = :verifier
                WHERE draw < :share AND (:ended IS NULL OR added <= :ended)
                  AND NOT EXISTS (SELECT 1 FROM gold WHERE gold.item = item.id)
                ORDER BY draw
                """,
            arguments: ["verifier": verifier, "share": share, "ended": round.ended]
        )
        let words = try Self.words(where: "item IN (SELECT id FROM item WHERE draw < \(share))", in: database)
        for row in rows {
            let id: Int64 = row["id"]
            let said = words[id] ?? []
            let people = said.filter { $0.source != .verifier }
            let isOfRound = people.contains { word in
                word.round == round.id && word.purpose != .imported && word.judgement.kind != .skipped
            }
            guard isOfRound else {
                if people.contains(where: { ($0.round ?? 0) <= round.id }) { continue }
                break
            }
            let scores = try decode([Double].self, row["scores"], "the scores of item \(id)")
            guard let judgement = Verdict.of(said)?.judgement, let first = Ranked.rank(scores).first?.index else {
                continue
            }
            found.of += 1
            if judgement.right.contains(first) { found.right += 1 }
        }
        return found
    }

    private static func annotators(
        _ labels: [AnnotationLabel],
        current: Set<Int64>,
        in database: Database
    ) throws -> [RoundReport.Annotator] {
        var answers: [Int64: Judgement] = [:]
        for row in try Row.fetchAll(database, sql: "SELECT item, judgement FROM gold") {
            let id: Int64 = row["item"]
            answers[id] = try decode(Judgement.self, row["judgement"], "the answer of item \(id)")
        }
        let people = labels.filter { $0.source != .verifier && $0.purpose != .imported }
        return Dictionary(grouping: people, by: \.annotator).sorted { $0.key < $1.key }.map { name, words in
            let standing = words.filter { current.contains($0.id) }
            let gold = standing.filter { $0.judgement.kind != .skipped }.compactMap { word in
                answers[word.item].map { isRight(word.judgement, by: $0) }
            }
            // What was done on a device took no time on the page.
            let seconds = standing.filter { $0.purpose != .live }.map(\.seconds).sorted()
            return RoundReport.Annotator(
                name: name,
                source: words[0].source,
                labels: standing.count { $0.judgement.kind != .skipped },
                skipped: standing.count { $0.judgement.kind == .skipped },
                undone: words.count(where: \.isUndone),
                medianSeconds: seconds.isEmpty ? 0 : seconds[seconds.count / 2],
                gold: MeasuredShare(gold.count { $0 }, of: gold.count)
            )
        }
    }

    /// Whether an answer is right: it names none that is not, and at least one that is.
    private static func isRight(_ judgement: Judgement, by answer: Judgement) -> Bool {
        judgement.kind == answer.kind && judgement.right.allSatisfy(answer.right.contains)
    }

    private static func agreements(in database: Database) throws -> [Agreement] {
        let shared = try words(
            where: """
                kind != 'skipped' AND source != 'verifier' AND item IN (SELECT item FROM label WHERE isCurrent = 1
                  AND kind != 'skipped' AND source != 'verifier' GROUP BY item HAVING COUNT(*) > 1)
                """,
            in: database
        )
        var pairs: [[String]: [(candidates: Int, one: Set<Int>, other: Set<Int>)]] = [:]
        for (id, words) in shared.sorted(by: { $0.key < $1.key }) {
            guard let item = try item(id, in: database) else { continue }
            let sorted = words.sorted { $0.annotator < $1.annotator }
            for (place, one) in sorted.enumerated() {
                for other in sorted[(place + 1)...] {
                    pairs[[one.annotator, other.annotator], default: []].append(
                        (item.suffixes.count, Set(one.judgement.right), Set(other.judgement.right))
                    )
                }
            }
        }
        return pairs.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { Agreement(first: $0.key[0], second: $0.key[1], pairs: $0.value) }
    }
}
