// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import GRDB

/// A word that is about to be written.
struct NewLabel {
    var item: Int64
    var annotator: String
    var source: PairRecord.Source
    var purpose: AnnotationLabel.Purpose
    var judgement: Judgement
    var probability: Double?
    var verifier: String?
    var seconds = 0.0
    var request: String?
}

/// What all words on a state come to.
public struct Verdict: Sendable, Equatable {
    public var judgement: Judgement
    public var source: PairRecord.Source
    public var probability: Double?
    public var verifier: String?

    /// What counts: what most of the people say, who outweigh a verifier; nil where nobody said anything, or they are torn.
    static func of(_ words: [AnnotationLabel]) -> Verdict? {
        let told = words.filter { $0.judgement.kind != .skipped }
        let people = told.filter { $0.source != .verifier }
        guard !people.isEmpty else {
            return told.last.map {
                Verdict(
                    judgement: $0.judgement,
                    source: .verifier,
                    probability: $0.probability,
                    verifier: $0.verifier
                )
            }
        }
        let groups = Dictionary(grouping: people) { $0.judgement.verdict }
        guard let most = groups.values.max(by: { $0.count < $1.count }), most.count * 2 > people.count,
            let last = most.max(by: { $0.id < $1.id })
        else { return nil }
        // Whoever sees harm is believed, and a text that one of them wrote is kept.
        var judgement = last.judgement
        let harmful = Set(people.flatMap(\.judgement.harmful)).subtracting(judgement.right)
        judgement.harmful = harmful.sorted()
        judgement.text = judgement.text ?? most.lazy.compactMap(\.judgement.text).first
        return Verdict(judgement: judgement, source: last.source, verifier: last.verifier)
    }
}

extension Judgement {
    /// What is compared between annotators.
    var verdict: String { "\(kind.rawValue) \(right.map(String.init).joined(separator: ","))" }
}

extension AnnotationStore {
    /// Writes an annotator's word, as one of the round that goes on; where none does any more, of the last one.
    ///
    /// - Parameters:
    ///   - task: what was asked; the word is kept with its purpose and with the verifier whose proposal was seen.
    ///   - seconds: how long the annotator took.
    ///   - request: a name for this call: asked twice with the same one, it is written once.
    /// - Throws: `DroidError` with code `annotation.label` where it does not fit, `annotation.annotator` for a name that is none.
    @discardableResult
    public func save(
        _ judgement: Judgement,
        for task: AnnotationTask,
        annotator: String,
        source: PairRecord.Source = .person,
        seconds: Double = 0,
        request: String? = nil
    ) throws -> AnnotationLabel {
        try save(
            NewLabel(
                item: task.id,
                annotator: annotator,
                source: source,
                purpose: task.purpose,
                judgement: judgement,
                verifier: task.verifier,
                seconds: seconds,
                request: request
            )
        )
    }

    @discardableResult
    func save(_ label: NewLabel) throws -> AnnotationLabel {
        try Self.check(annotator: label.annotator)
        return try database.write { database in
            if let request = label.request,
                let known = try Row.fetchOne(
                    database,
                    sql: "SELECT * FROM label WHERE request = ?",
                    arguments: [request]
                )
            {
                return try Self.label(known)
            }
            guard let item = try Self.item(label.item, in: database) else {
                throw DroidError("annotation.label", "there is no item \(label.item) in the store")
            }
            try label.judgement.check(item)
            // A round may end under an annotator's hands: what is said then is the last one's.
            let round = try Self.lastRound(in: database)
            let id = try Self.insert(label, round: round?.id, time: now(), in: database)
            try database.execute(
                sql: "DELETE FROM lease WHERE item = ? AND annotator = ?",
                arguments: [label.item, label.annotator]
            )
            guard let row = try Row.fetchOne(database, sql: "SELECT * FROM label WHERE id = ?", arguments: [id]) else {
                throw DroidError("annotation.store", "the label was not kept")
            }
            return try Self.label(row)
        }
    }

    /// - Throws: `DroidError` with code `annotation.annotator`.
    public static func check(annotator name: String) throws {
        let isPlain = name.unicodeScalars.allSatisfy { !CharacterSet.controlCharacters.contains($0) }
        guard !name.trimmingCharacters(in: .whitespaces).isEmpty, name.count <= 64, isPlain, name != machine else {
            throw DroidError(
                "annotation.annotator",
                "\"\(name)\" is no name for an annotator",
                why: "a name has 1 to 64 characters, and \"\(machine)\" is taken",
                next: "give one with --annotator"
            )
        }
    }

    @discardableResult
    static func insert(_ label: NewLabel, round: Int64?, time: Double, in database: Database) throws -> Int64 {
        try database.execute(
            sql: "UPDATE label SET isCurrent = 0 WHERE item = ? AND annotator = ?",
            arguments: [label.item, label.annotator]
        )
        try database.execute(
            sql: """
                INSERT INTO label (item, round, annotator, source, purpose, kind, judgement, verdict, probability, verifier,
                  time, seconds, request) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                label.item, round, label.annotator, label.source.rawValue, label.purpose.rawValue,
                label.judgement.kind.rawValue, try JSON.line(label.judgement), label.judgement.verdict,
                label.probability, label.verifier, time, max(0, label.seconds), label.request,
            ]
        )
        return database.lastInsertedRowID
    }

    /// Takes an annotator's word back, and puts its state before the annotator again. What was said before on that
    /// state counts again.
    ///
    /// - Parameter id: the word that is meant; nil for the last one. Taken back twice, it is so once.
    /// - Returns: the word that was taken back; nil where there is none.
    @discardableResult
    public func undo(_ annotator: String, label id: Int64? = nil) throws -> AnnotationLabel? {
        try database.write { database in
            guard
                let row = try Row.fetchOne(
                    database,
                    sql: """
                        SELECT * FROM label WHERE annotator = :annotator AND \(Self.isSaid)
                          AND CASE WHEN :id IS NULL THEN undone IS NULL ELSE id = :id END
                        ORDER BY id DESC LIMIT 1
                        """,
                    arguments: ["annotator": annotator, "id": id]
                )
            else { return nil }
            var label = try Self.label(row)
            try database.execute(
                sql: "UPDATE label SET undone = COALESCE(undone, ?), isCurrent = 0 WHERE id = ?",
                arguments: [now(), label.id]
            )
            try database.execute(
                sql: """
                    UPDATE label SET isCurrent = 1 WHERE id =
                      (SELECT MAX(id) FROM label WHERE item = ? AND annotator = ? AND undone IS NULL)
                    """,
                arguments: [label.item, annotator]
            )
            try database.execute(sql: "DELETE FROM lease WHERE annotator = ?", arguments: [annotator])
            try Self.lease(label.item, to: annotator, label.purpose, until: now() + Self.leaseSeconds, in: database)
            label.isUndone = true
            return label
        }
    }

    /// What an annotator has said, and may take back.
    private static let isSaid = "purpose NOT IN ('auto', 'imported')"

    /// The annotator's last word that stands; nil for none.
    func lastWord(_ annotator: String) throws -> Int64? {
        try database.read { database in
            try Int64.fetchOne(
                database,
                sql: "SELECT MAX(id) FROM label WHERE annotator = ? AND undone IS NULL AND \(Self.isSaid)",
                arguments: [annotator]
            )
        }
    }

    /// The word that was written under a request's name; nil where none arrived.
    func word(request: String, of annotator: String) throws -> Int64? {
        try database.read { database in
            try Int64.fetchOne(
                database,
                sql: "SELECT id FROM label WHERE request = ? AND annotator = ?",
                arguments: [request, annotator]
            )
        }
    }

    /// Everything that was ever said of an item, the oldest first; what was taken back, too.
    public func history(_ item: Int64) throws -> [AnnotationLabel] {
        try database.read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM label WHERE item = ? ORDER BY id", arguments: [item])
                .map(Self.label)
        }
    }

    /// What counts of what was said of an item; nil where nobody said anything, or they are torn.
    public func verdict(_ item: Int64) throws -> Verdict? {
        try database.read { database in
            try Self.words(where: "item = \(item)", in: database)[item].flatMap { Verdict.of($0) }
        }
    }

    /// Each annotator's last word on each item, the oldest first.
    ///
    /// - Parameter condition: SQL that no text from outside is part of.
    static func words(where condition: String, in database: Database) throws -> [Int64: [AnnotationLabel]] {
        let sql = "SELECT * FROM label WHERE isCurrent = 1 AND \(condition) ORDER BY id"
        return Dictionary(grouping: try Row.fetchAll(database, sql: sql).map(label), by: \.item)
    }

    static func label(_ row: Row) throws -> AnnotationLabel {
        let id: Int64 = row["id"]
        guard let source = PairRecord.Source(rawValue: row["source"]),
            let purpose = AnnotationLabel.Purpose(rawValue: row["purpose"])
        else { throw DroidError("annotation.store", "label \(id) in the store cannot be read") }
        return AnnotationLabel(
            id: id,
            item: row["item"],
            round: row["round"],
            annotator: row["annotator"],
            source: source,
            purpose: purpose,
            judgement: try decode(Judgement.self, row["judgement"], "label \(id)"),
            probability: row["probability"],
            verifier: row["verifier"],
            time: row["time"],
            seconds: row["seconds"],
            isUndone: (row["undone"] as Double?) != nil
        )
    }
}
