// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import GRDB

extension AnnotationStore {
    /// Ends the round that goes on, if one does, and starts another: calibrates on what is labelled, orders the queue,
    /// and accepts what is sure enough. What earlier rounds accepted is decided anew where the round's verifier has
    /// scored the state; where the round accepts nothing, all of it waits for people.
    ///
    /// - Throws: `DroidError` with code `annotation.round`.
    @discardableResult
    public func startRound(_ options: RoundOptions = RoundOptions()) throws -> Round {
        try options.check()
        return try database.write { database in
            try Self.endRound(in: database, at: now())
            try database.execute(
                sql: "INSERT INTO round (options, started) VALUES (?, ?)",
                arguments: [try JSON.line(options), now()]
            )
            let id = database.lastInsertedRowID
            try database.execute(sql: "DELETE FROM lease")
            try calibrate(try Self.need(id, in: database), in: database)
            return try Self.need(id, in: database)
        }
    }

    /// Ends the round that goes on; it is no error where none does.
    public func endRound() throws { try database.write { try Self.endRound(in: $0, at: now()) } }

    private static func endRound(in database: Database, at time: Double) throws {
        try database.execute(sql: "UPDATE round SET ended = ? WHERE ended IS NULL", arguments: [time])
    }

    /// The round that goes on, or nil.
    public func currentRound() throws -> Round? { try database.read { try Self.currentRound(in: $0) } }

    static func currentRound(in database: Database) throws -> Round? {
        try Row.fetchOne(database, sql: "SELECT * FROM round WHERE ended IS NULL ORDER BY id DESC LIMIT 1").map(round)
    }

    /// The round that goes on, or else the last one; nil for none.
    static func lastRound(in database: Database) throws -> Round? {
        try Row.fetchOne(database, sql: "SELECT * FROM round ORDER BY ended IS NULL DESC, id DESC LIMIT 1").map(round)
    }

    /// Whether a round has ended.
    ///
    /// - Throws: `DroidError` with code `annotation.round` where there is none of this number.
    public func hasEnded(round id: Int64) throws -> Bool {
        try database.read { try Self.need(id, in: $0).ended != nil }
    }

    /// All rounds, the first first.
    public func rounds() throws -> [Round] {
        try database.read { try Row.fetchAll($0, sql: "SELECT * FROM round ORDER BY id").map(Self.round) }
    }

    /// Says how good the verifiers before and after a round are, for its report.
    public func setAccuracy(round id: Int64, before: Double? = nil, after: Double? = nil) throws {
        try database.write { database in
            _ = try Self.need(id, in: database)
            try database.execute(
                sql: """
                    UPDATE round SET accuracyBefore = COALESCE(?, accuracyBefore),
                      accuracyAfter = COALESCE(?, accuracyAfter) WHERE id = ?
                    """,
                arguments: [before, after, id]
            )
        }
    }

    static func need(_ id: Int64, in database: Database) throws -> Round {
        guard let row = try Row.fetchOne(database, sql: "SELECT * FROM round WHERE id = ?", arguments: [id]) else {
            throw DroidError(
                "annotation.round",
                "there is no round \(id)",
                next: "droidagent annotate stats lists them"
            )
        }
        return try round(row)
    }

    private static func round(_ row: Row) throws -> Round {
        let id: Int64 = row["id"]
        let calibration: String? = row["calibration"]
        return Round(
            id: id,
            options: try decode(RoundOptions.self, row["options"], "round \(id)"),
            calibration: try calibration.map { try decode(Calibration.self, $0, "the calibration of round \(id)") },
            started: row["started"],
            ended: row["ended"],
            accuracyBefore: row["accuracyBefore"],
            accuracyAfter: row["accuracyAfter"]
        )
    }

    // MARK: - Calibration

    /// Calibrates anew on everything that is labelled by now, orders the queue again, and accepts or takes back accordingly.
    ///
    /// - Throws: `DroidError` with code `annotation.round` where no round goes on.
    public func recalibrate() throws {
        try database.write { database in
            guard let round = try Self.currentRound(in: database) else { throw Self.noRound }
            try calibrate(round, in: database)
        }
    }

    static var noRound: DroidError {
        DroidError("annotation.round", "no round goes on", next: "start one: droidagent annotate, or startRound")
    }

    /// Calibrates where enough labels came since it was last done.
    func calibrateIfDue(_ round: Round, in database: Database) throws -> Round {
        guard round.options.verifier != nil else { return round }
        let before = try Int.fetchOne(
            database,
            sql: "SELECT calibratedAt FROM round WHERE id = ?",
            arguments: [round.id]
        )
        guard try Self.labelCount(round, in: database) >= (before ?? 0) + round.options.calibrateEvery else {
            return round
        }
        try calibrate(round, in: database)
        return try Self.need(round.id, in: database)
    }

    /// How many words people said in a round.
    private static func labelCount(_ round: Round, in database: Database) throws -> Int {
        try Int.fetchOne(
            database,
            sql: """
                SELECT COUNT(*) FROM label WHERE round = ? AND isCurrent = 1 AND kind != 'skipped' AND source != 'verifier'
                """,
            arguments: [round.id]
        ) ?? 0
    }

    private func calibrate(_ round: Round, in database: Database) throws {
        try Self.reopen(for: round, in: database)
        guard let verifier = round.options.verifier else {
            try database.execute(sql: "UPDATE item SET entropy = NULL, confidence = NULL, top = NULL, isAudited = 0")
            return
        }
        var scores: [(item: Int64, values: [Double])] = []
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT item, scores FROM score WHERE verifier = ? ORDER BY item",
            arguments: [verifier]
        )
        while let row = try rows.next() {
            let id: Int64 = row["item"]
            scores.append((id, try Self.decode([Double].self, row["scores"], "the scores of item \(id)")))
        }
        let samples = try Self.samples(round, in: database)
        let calibration =
            samples.isEmpty
            ? Calibration.unlabelled(scores.map(\.values))
            : Calibration.fit(samples, precision: round.options.precision)
        try database.execute(
            sql: "UPDATE round SET calibration = ?, calibratedAt = ? WHERE id = ?",
            arguments: [try JSON.line(calibration), try Self.labelCount(round, in: database), round.id]
        )
        try database.execute(sql: "UPDATE item SET entropy = NULL, confidence = NULL, top = NULL")
        let update = try database.makeStatement(
            sql: "UPDATE item SET entropy = ?, confidence = ?, top = ?, isAudited = ? WHERE id = ?"
        )
        for (id, values) in scores {
            let shares = calibration.probabilities(values)
            let top = Ranked.rank(values).first?.index
            var random = SeededRandom(seed: round.options.seed, name: "audit \(round.id) \(id)")
            let isAudited = Double.random(in: 0..<1, using: &random) < round.options.auditShare
            try update.execute(
                arguments: [Calibration.entropy(shares), top.map { shares[$0] }, top, isAudited, id]
            )
        }
        try accept(round, calibration, verifier, in: database)
    }

    /// The labelled states of a verifier, for its calibration.
    private static func samples(_ round: Round, in database: Database) throws -> [Calibration.Sample] {
        guard let verifier = round.options.verifier else { return [] }
        let allowed = round.options.calibrateOn.map(Set.init)
        var samples: [Calibration.Sample] = []
        for (id, words) in try Self.words(where: "1", in: database).sorted(by: { $0.key < $1.key }) {
            let isOfRound = words.contains { $0.round == round.id && $0.purpose != .imported }
            guard isOfRound || allowed?.contains(id) ?? true else { continue }
            guard let judgement = Verdict.of(words)?.judgement, words.contains(where: { $0.source != .verifier }),
                let values = try Self.scores(id, verifier: verifier, in: database)
            else { continue }
            samples.append(Calibration.Sample(scores: values, right: judgement.right))
        }
        return samples
    }

    /// What earlier rounds accepted counts no longer where this one can decide on it: where its verifier has scored the
    /// state, or where it accepts nothing. It is not taken back, since in those rounds it was accepted.
    private static func reopen(for round: Round, in database: Database) throws {
        try database.execute(
            sql: """
                UPDATE label SET isCurrent = 0 WHERE purpose = 'auto' AND isCurrent = 1 AND round IS NOT :round
                  AND (NOT :accepts OR item IN (SELECT item FROM score WHERE verifier = :verifier))
                """,
            arguments: [
                "round": round.id, "accepts": round.options.accepts, "verifier": round.options.verifier,
            ]
        )
    }

    /// Accepts what nobody has judged and is sure enough, and takes back what is so no longer.
    private func accept(
        _ round: Round,
        _ calibration: Calibration,
        _ verifier: String,
        in database: Database
    ) throws {
        let threshold = round.options.accepts ? calibration.threshold ?? .infinity : .infinity
        let time = now()
        try database.execute(
            sql: """
                UPDATE label SET undone = ?, isCurrent = 0 WHERE purpose = 'auto' AND undone IS NULL AND round = ?
                  AND item IN (SELECT id FROM item WHERE confidence < ?)
                """,
            arguments: [time, round.id, threshold.isFinite ? threshold : 2]
        )
        guard threshold.isFinite else { return }
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT id, top, confidence FROM item WHERE confidence >= ? AND draw >= ?
                  AND NOT EXISTS (SELECT 1 FROM gold WHERE gold.item = item.id)
                  AND NOT EXISTS (SELECT 1 FROM label WHERE label.item = item.id AND isCurrent = 1 AND kind != 'skipped')
                  AND NOT EXISTS (SELECT 1 FROM lease WHERE lease.item = item.id)
                """,
            arguments: [threshold, round.options.sampleShare]
        )
        for row in rows {
            let label = NewLabel(
                item: row["id"],
                annotator: Self.machine,
                source: .verifier,
                purpose: .auto,
                judgement: .right([row["top"]]),
                probability: row["confidence"],
                verifier: verifier
            )
            try Self.insert(label, round: round.id, time: time, in: database)
        }
    }

    /// The annotator's name of what was accepted without one.
    static let machine = "verifier"
}
