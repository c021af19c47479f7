// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import GRDB

extension AnnotationStore {
    /// A state that was put before an annotator belongs to nobody else for this long.
    static let leaseSeconds = 600.0

    /// How far the labelling is, for one annotator.
    public struct Progress: Codable, Sendable, Equatable {
        /// States that wait for a person.
        public var waiting: Int
        /// States that a person has judged, and those that were accepted without one.
        public var judged: Int
        public var accepted: Int
        /// Words of this annotator, all in all.
        public var own: Int
    }

    /// The state that the annotator should look at next; nil where there is none.
    ///
    /// Mostly the one that the verifier is least sure of; among them audits of what was accepted, states that are drawn at random,
    /// questions with a known answer, and such as another annotator has judged. Asked again without a word in between, also after
    /// a kill, it is the same one.
    ///
    /// - Throws: `DroidError` with code `annotation.round` where no round goes on.
    public func next(_ annotator: String) throws -> AnnotationTask? {
        try Self.check(annotator: annotator)
        return try database.write { database in
            guard var round = try Self.currentRound(in: database) else { throw Self.noRound }
            try database.execute(sql: "DELETE FROM lease WHERE until < ?", arguments: [now()])
            if let row = try Row.fetchOne(
                database,
                sql: "SELECT item, purpose FROM lease WHERE annotator = ? ORDER BY until DESC LIMIT 1",
                arguments: [annotator]
            ), let purpose = AnnotationLabel.Purpose(rawValue: row["purpose"]) {
                return try Self.task(row["item"], purpose, round, in: database)
            }
            round = try calibrateIfDue(round, in: database)
            guard let (id, purpose) = try Self.choose(annotator, round, in: database) else { return nil }
            try Self.lease(id, to: annotator, purpose, until: now() + Self.leaseSeconds, in: database)
            return try Self.task(id, purpose, round, in: database)
        }
    }

    /// How many states wait for somebody, whoever it is: those of which nobody has said a word and that were not
    /// accepted, and audits that are still to be done. A state that is before somebody waits until the word is said; one
    /// that was skipped waits no more.
    ///
    /// Audits are those of the round that goes on; where none does, there are none.
    public func unhandled() throws -> Int {
        try database.read { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT COUNT(*) FROM item WHERE \(Self.isUnknown)
                      AND NOT EXISTS
                        (SELECT 1 FROM label WHERE label.item = item.id AND isCurrent = 1 AND source != 'verifier')
                      AND (NOT \(Self.isAccepted) OR \(Self.hasAudit))
                    """,
                arguments: ["round": try Self.currentRound(in: database)?.id]
            ) ?? 0
        }
    }

    /// How far it is.
    public func progress(_ annotator: String) throws -> Progress {
        try database.read { database in
            func count(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
                try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM \(sql)", arguments: arguments) ?? 0
            }
            return Progress(
                waiting: try count("item WHERE \(Self.isOpen)", ["annotator": annotator])
                    + count(
                        "item WHERE \(Self.isToAudit)",
                        ["annotator": annotator, "round": try Self.currentRound(in: database)?.id]
                    ),
                judged: try count(
                    "(SELECT DISTINCT item FROM label WHERE isCurrent = 1 AND kind != 'skipped' AND source != 'verifier')"
                ),
                accepted: try count("label WHERE isCurrent = 1 AND purpose = 'auto'"),
                own: try count("label WHERE annotator = ? AND undone IS NULL", [annotator])
            )
        }
    }

    // MARK: - Choosing

    private static let isFree = """
        NOT EXISTS (SELECT 1 FROM lease WHERE lease.item = item.id AND lease.annotator != :annotator)
        AND NOT EXISTS (SELECT 1 FROM label WHERE label.item = item.id AND isCurrent = 1 AND annotator = :annotator)
        """
    /// Whether its answer is not known beforehand.
    private static let isUnknown = "NOT EXISTS (SELECT 1 FROM gold WHERE gold.item = item.id)"
    private static let isUnjudged = """
        NOT EXISTS (SELECT 1 FROM label WHERE label.item = item.id AND isCurrent = 1 AND kind != 'skipped'
          AND source != 'verifier')
        AND \(isUnknown)
        """
    private static let isAccepted = """
        EXISTS (SELECT 1 FROM label WHERE label.item = item.id AND isCurrent = 1 AND purpose = 'auto')
        """
    /// What another round accepted is that round's to audit.
    private static let hasAudit = """
        isAudited = 1 AND EXISTS
          (SELECT 1 FROM label WHERE label.item = item.id AND isCurrent = 1 AND purpose = 'auto' AND round = :round)
        """
    private static let isOpen = "\(isFree) AND \(isUnjudged) AND NOT \(isAccepted)"
    private static let isToAudit = "\(isFree) AND \(isUnjudged) AND \(hasAudit)"

    private static func choose(
        _ annotator: String,
        _ round: Round,
        in database: Database
    ) throws -> (id: Int64, purpose: AnnotationLabel.Purpose)? {
        func first(_ condition: String, order: String, _ more: StatementArguments = []) throws -> Int64? {
            try Int64.fetchOne(
                database,
                sql: "SELECT id FROM item WHERE \(condition) ORDER BY \(order) LIMIT 1",
                arguments: ["annotator": annotator] + more
            )
        }
        func pick(_ purpose: AnnotationLabel.Purpose) throws -> Int64? {
            switch purpose {
            case .gold:
                return try first("\(isFree) AND EXISTS (SELECT 1 FROM gold WHERE gold.item = item.id)", order: "draw")
            case .audit: return try first(isToAudit, order: "draw", ["round": round.id])
            case .sample:
                return try first("\(isOpen) AND draw < :share", order: "draw", ["share": round.options.sampleShare])
            case .double:
                // Once judged by one other, or by two who do not agree.
                let words = """
                    SELECT COUNT(*) FROM label WHERE label.item = item.id AND isCurrent = 1 AND kind != 'skipped'
                      AND source != 'verifier'
                    """
                let verdicts = words.replacing("COUNT(*)", with: "COUNT(DISTINCT verdict)")
                return try first(
                    """
                    \(isFree) AND \(isUnknown) AND ((second < :share AND (\(words)) = 1)
                      OR ((\(words)) = 2 AND (\(verdicts)) = 2))
                    """,
                    order: "draw",
                    ["share": round.options.doubleShare]
                )
            default: return try first(isOpen, order: "entropy IS NULL DESC, entropy DESC, id")
            }
        }
        // Which kind of question comes next follows from how many this annotator has answered.
        let answered = try Int.fetchOne(
            database,
            sql: "SELECT COUNT(*) FROM label WHERE annotator = ? AND undone IS NULL AND round = ?",
            arguments: [annotator, round.id]
        )
        var random = SeededRandom(seed: round.options.seed, name: "\(round.id) \(annotator) \(answered ?? 0)")
        let draw = Double.random(in: 0..<1, using: &random)
        let options = round.options
        var order: [AnnotationLabel.Purpose] = [.queue, .audit, .double]
        let shares: [(AnnotationLabel.Purpose, Double)] = [
            (.gold, options.goldShare), (.sample, max(options.sampleShare, 0.001)), (.double, options.doubleShare),
            // So that it is known early whether what is accepted is right.
            (.audit, options.auditShare > 0 ? 0.2 : 0),
        ]
        var upTo = 0.0
        for (purpose, share) in shares {
            upTo += share
            if draw < upTo {
                order.insert(purpose, at: 0)
                break
            }
        }
        for purpose in order {
            if let id = try pick(purpose) { return (id, purpose) }
        }
        return nil
    }

    static func lease(
        _ item: Int64,
        to annotator: String,
        _ purpose: AnnotationLabel.Purpose,
        until: Double,
        in database: Database
    ) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO lease (item, annotator, purpose, until) VALUES (?, ?, ?, ?)",
            arguments: [item, annotator, purpose.rawValue, until]
        )
    }

    /// Gives a state that was put before an annotator to others.
    public func release(_ annotator: String) throws {
        try database.write { try $0.execute(sql: "DELETE FROM lease WHERE annotator = ?", arguments: [annotator]) }
    }

    /// A state as it was put before an annotator, with why, also after its round has ended; one that was not is as the
    /// next of the queue. Nil where there is none.
    func asked(_ id: Int64, of annotator: String) throws -> AnnotationTask? {
        try database.read { database in
            let purpose = try String.fetchOne(
                database,
                sql: "SELECT purpose FROM lease WHERE item = ? AND annotator = ?",
                arguments: [id, annotator]
            )
            .flatMap { AnnotationLabel.Purpose(rawValue: $0) }
            return try Self.task(id, purpose ?? .queue, Self.lastRound(in: database), in: database)
        }
    }

    /// A state as an annotator is asked about it; nil where there is none.
    public func task(_ id: Int64, purpose: AnnotationLabel.Purpose = .queue) throws -> AnnotationTask? {
        try database.read { database in try Self.task(id, purpose, Self.currentRound(in: database), in: database) }
    }

    private static func task(
        _ id: Int64,
        _ purpose: AnnotationLabel.Purpose,
        _ round: Round?,
        in database: Database
    ) throws -> AnnotationTask? {
        guard let item = try item(id, in: database) else { return nil }
        var task = AnnotationTask(
            id: id,
            item: item,
            purpose: purpose,
            scores: [],
            probabilities: [],
            ranking: Array(item.suffixes.indices)
        )
        if let verifier = round?.options.verifier, let values = try scores(id, verifier: verifier, in: database) {
            let calibration = round?.calibration ?? .unlabelled([values])
            task.scores = values
            task.probabilities = calibration.probabilities(values)
            task.ranking = Ranked.rank(values).map(\.index)
            task.verifier = verifier
        }
        return task
    }
}
