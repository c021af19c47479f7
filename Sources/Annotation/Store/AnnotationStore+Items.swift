// SPDX-License-Identifier: Apache-2.0

import Base
import GRDB

extension AnnotationStore {
    /// An item of the store.
    public struct Stored: Sendable, Equatable {
        public var id: Int64
        public var item: AnnotationItem
    }

    /// What adding items came to.
    public struct Added: Sendable, Equatable, Codable {
        /// Items that were new.
        public var new = 0
        /// Items that were there already.
        public var known = 0
    }

    /// Adds items, all or none; those that are there stay as they are, with what was said of them.
    ///
    /// - Throws: `DroidError` with code `annotation.item` for one that cannot be labelled.
    @discardableResult
    public func add(_ items: [AnnotationItem]) throws -> Added {
        for item in items { try item.check() }
        return try database.write { database in
            var added = Added()
            for item in items {
                let (_, isNew) = try Self.insert(item, time: now(), in: database)
                if isNew { added.new += 1 } else { added.known += 1 }
            }
            return added
        }
    }

    /// The row of an item, made where it is missing.
    static func insert(
        _ item: AnnotationItem,
        time: Double,
        in database: Database
    ) throws -> (id: Int64, isNew: Bool) {
        let key = item.key
        if let known = try Int64.fetchOne(database, sql: "SELECT id FROM item WHERE key = ?", arguments: [key]) {
            return (known, false)
        }
        // The draws of an item follow from what it is, so that a store that is made anew draws the same.
        var random = SeededRandom(seed: 1, name: key)
        try database.execute(
            sql: "INSERT INTO item (key, task, app, episode, step, body, added, draw, second) "
                + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                key, item.task, item.app, item.episode, item.step, try JSON.line(item), time,
                Double.random(in: 0..<1, using: &random), Double.random(in: 0..<1, using: &random),
            ]
        )
        return (database.lastInsertedRowID, true)
    }

    /// An item by its number; nil for none.
    public func item(_ id: Int64) throws -> AnnotationItem? {
        try database.read { try Self.item(id, in: $0) }
    }

    static func item(_ id: Int64, in database: Database) throws -> AnnotationItem? {
        try String.fetchOne(database, sql: "SELECT body FROM item WHERE id = ?", arguments: [id])
            .map { try decode(AnnotationItem.self, $0, "item \(id)") }
    }

    /// All items in the order in which they came.
    public func items() throws -> [Stored] {
        try database.read { database in
            try Row.fetchAll(database, sql: "SELECT id, body FROM item ORDER BY id").map { row in
                let id: Int64 = row["id"]
                return Stored(id: id, item: try Self.decode(AnnotationItem.self, row["body"], "item \(id)"))
            }
        }
    }

    /// The number of items.
    public func count() throws -> Int {
        try database.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM item") ?? 0 }
    }

    /// The number of an item; nil where it is not in the store.
    public func id(of item: AnnotationItem) throws -> Int64? {
        try database.read { database in
            try Int64.fetchOne(database, sql: "SELECT id FROM item WHERE key = ?", arguments: [item.key])
        }
    }

    // MARK: - Scores

    /// Keeps a verifier's raw scores of items, one for each candidate. Scores of the same verifier are replaced.
    ///
    /// - Throws: `DroidError` with code `annotation.scores` where their number is not that of the candidates, or one is not a
    ///   number.
    public func setScores(_ scores: [(item: Int64, scores: [Double])], verifier: String) throws {
        try database.write { database in
            for (id, values) in scores { try Self.setScores(id, values, verifier: verifier, in: database) }
        }
    }

    static func setScores(_ id: Int64, _ values: [Double], verifier: String, in database: Database) throws {
        guard let item = try item(id, in: database), item.suffixes.count == values.count,
            values.allSatisfy(\.isFinite)
        else {
            throw DroidError(
                "annotation.scores",
                "these are no scores of item \(id)",
                why: "an item has one finite score for each of its candidates"
            )
        }
        try database.execute(
            sql: "INSERT OR REPLACE INTO score (item, verifier, scores) VALUES (?, ?, ?)",
            arguments: [id, verifier, try JSON.line(values)]
        )
    }

    /// A verifier's raw scores of an item; nil where it did not score it.
    public func scores(_ id: Int64, verifier: String) throws -> [Double]? {
        try database.read { try Self.scores(id, verifier: verifier, in: $0) }
    }

    static func scores(_ id: Int64, verifier: String, in database: Database) throws -> [Double]? {
        try String.fetchOne(
            database,
            sql: "SELECT scores FROM score WHERE item = ? AND verifier = ?",
            arguments: [id, verifier]
        ).map { try decode([Double].self, $0, "the scores of item \(id)") }
    }

    /// The verifiers that scored items, the one that scored last first.
    public func verifiers() throws -> [String] {
        try database.read { database in
            try String.fetchAll(
                database,
                sql: "SELECT verifier FROM score GROUP BY verifier ORDER BY MAX(item) DESC, verifier"
            )
        }
    }

    // MARK: - Gold

    /// Makes items questions with a known answer: they are mixed in among the others, and what annotators say tells how good
    /// they are. Their answers are learned from like an oracle's.
    ///
    /// - Throws: `DroidError` with code `annotation.item` or `annotation.label`.
    @discardableResult
    public func addGold(_ items: [(item: AnnotationItem, judgement: Judgement)]) throws -> Added {
        for (item, judgement) in items {
            try item.check()
            try judgement.check(item)
        }
        return try database.write { database in
            var added = Added()
            for (item, judgement) in items {
                let (id, isNew) = try Self.insert(item, time: now(), in: database)
                if isNew { added.new += 1 } else { added.known += 1 }
                try database.execute(
                    sql: "INSERT OR REPLACE INTO gold (item, judgement) VALUES (?, ?)",
                    arguments: [id, try JSON.line(judgement)]
                )
            }
            return added
        }
    }
}
