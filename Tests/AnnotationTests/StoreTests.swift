// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import GRDB
import Testing

@testable import Annotation

@Suite("The annotation store")
struct StoreTests {
    @Test("A word, its history and its undo outlive the process")
    func keeps() throws {
        let fixture = Fixture()
        let items = Fixture.items(3)
        var id: Int64 = 0
        do {
            let store = try fixture.store()
            #expect(try store.add(items) == AnnotationStore.Added(new: 3, known: 0))
            #expect(try store.add(items) == AnnotationStore.Added(new: 0, known: 3))
            try store.startRound()
            let task = try #require(try store.next("ada"))
            id = task.id
            try store.save(.right([1, 2], harmful: [4]), for: task, annotator: "ada", seconds: 2.5)
            store.close()
        }
        let store = try fixture.store()
        let attributes = try FileManager.default.attributesOfItem(atPath: store.folder)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        let verdict = try #require(try store.verdict(id))
        #expect(verdict.judgement == .right([1, 2], harmful: [4]) && verdict.source == .person)
        let undone = try #require(try store.undo("ada"))
        #expect(undone.item == id && undone.isUndone)
        #expect(try store.verdict(id) == nil)
        #expect(try store.history(id).map(\.isUndone) == [true])
        // The state that was taken back is the next again.
        #expect(try store.next("ada")?.id == id)
        #expect(try store.undo("ada") == nil)
    }

    @Test("Undo brings back what the same annotator said of the state before")
    func undoRestores() throws {
        let store = try Fixture().store()
        try store.add(Fixture.items(1))
        try store.startRound()
        let task = try #require(try store.next("ada"))
        try store.save(.right([1]), for: task, annotator: "ada")
        try store.save(.right([3]), for: task, annotator: "ada")
        #expect(try store.verdict(task.id)?.judgement.right == [3])
        try store.undo("ada")
        #expect(try store.verdict(task.id)?.judgement.right == [1])
        try store.undo("ada")
        #expect(try store.verdict(task.id) == nil)
        #expect(try store.history(task.id).count == 2)
    }

    @Test("Undo takes back the word that it names, once, and no other annotator's")
    func namedUndo() throws {
        let store = try Fixture().store()
        try store.add(Fixture.items(3))
        try store.startRound(RoundOptions(sampleShare: 0, doubleShare: 0))
        var labels: [AnnotationLabel] = []
        for _ in 0..<2 {
            let task = try #require(try store.next("ada"))
            labels.append(try store.save(.right([1]), for: task, annotator: "ada"))
        }
        #expect(try store.undo("ben", label: labels[1].id) == nil)
        #expect(try store.undo("ada", label: labels[0].id)?.id == labels[0].id)
        #expect(try store.undo("ada", label: labels[0].id)?.isUndone == true)
        #expect(try store.verdict(labels[0].item) == nil)
        #expect(try store.verdict(labels[1].item) != nil)
        #expect(try store.lastWord("ada") == labels[1].id)
        #expect(try store.undo("ada")?.id == labels[1].id)
        #expect(try store.lastWord("ada") == nil)
    }

    @Test("What was written is on the disk, and nobody but its user may read it")
    func durable() throws {
        let store = try Fixture().store()
        let level = try store.database.writeWithoutTransaction { database in
            try Int.fetchOne(database, sql: "PRAGMA synchronous")
        }
        // FULL.
        #expect(level == 2)
        for file in ["annotations.sqlite", "annotations.sqlite-wal", "annotations.sqlite-shm"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(store.folder)/\(file)")
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
        }
    }

    @Test("A request that is sent twice is written once")
    func idempotent() throws {
        let store = try Fixture().store()
        try store.add(Fixture.items(2))
        try store.startRound()
        let task = try #require(try store.next("ada"))
        let first = try store.save(.right([1]), for: task, annotator: "ada", request: "r1")
        let again = try store.save(.right([1]), for: task, annotator: "ada", request: "r1")
        #expect(first == again)
        #expect(try store.history(task.id).count == 1)
    }

    @Test("Asked again without a word it is the same state, and no other annotator gets it until the lease is over")
    func leases() throws {
        let fixture = Fixture()
        let store = try fixture.store()
        try store.add(Fixture.items(2))
        try store.startRound(RoundOptions(doubleShare: 0))
        let ada = try #require(try store.next("ada"))
        #expect(try store.next("ada") == ada)
        let ben = try #require(try store.next("ben"))
        #expect(ben.id != ada.id)
        #expect(try store.next("cleo") == nil)
        fixture.pass(seconds: AnnotationStore.leaseSeconds + 1)
        #expect(try store.next("cleo") != nil)
    }

    @Test("A skipped state goes to others, and not to the same annotator again")
    func skipping() throws {
        let store = try Fixture().store()
        try store.add(Fixture.items(1))
        try store.startRound()
        let task = try #require(try store.next("ada"))
        try store.save(.skipped, for: task, annotator: "ada")
        #expect(try store.next("ada") == nil)
        #expect(try store.next("ben")?.id == task.id)
    }

    @Test("Judgements that do not fit their state are refused, and nothing is written")
    func refusals() throws {
        let store = try Fixture().store()
        try store.add(Fixture.items(1))
        try store.startRound()
        let task = try #require(try store.next("ada"))
        let wrong: [Judgement] = [
            .right([5]), .right([-1]), .right([]), .right([1], harmful: [1]), .none(harmful: [9]),
            Judgement(kind: .none, right: [1]),
            .none(String(repeating: "x", count: 5000)),
        ]
        for judgement in wrong {
            #expect { try store.save(judgement, for: task, annotator: "ada") } throws: {
                ($0 as? DroidError)?.code == "annotation.label"
            }
        }
        for name in ["", "  ", "verifier", "a\nb", String(repeating: "x", count: 65)] {
            #expect { try store.save(.right([1]), for: task, annotator: name) } throws: {
                ($0 as? DroidError)?.code == "annotation.annotator"
            }
        }
        #expect(try store.history(task.id).isEmpty)
        var stray = task
        stray.id = 99
        #expect(throws: DroidError.self) { try store.save(.right([1]), for: stray, annotator: "ada") }
    }

    @Test("A list of items with one that cannot be labelled adds none")
    func brokenItems() throws {
        let store = try Fixture().store()
        var broken = Fixture.item(1)
        broken.chosen = 7
        var boxes = Fixture.item(2)
        boxes.look = AnnotationItem.Look(width: 10, height: 10, boxes: [[1, 2]])
        var empty = Fixture.item(3)
        empty.suffixes = []
        for bad in [broken, boxes, empty] {
            #expect { try store.add([Fixture.item(0), bad]) } throws: { ($0 as? DroidError)?.code == "annotation.item" }
        }
        #expect(try store.count() == 0)
    }

    @Test("Pictures are kept once, and a name from outside leads to no other file")
    func pictures() throws {
        let store = try Fixture().store()
        let digest = try store.keep(picture: [1, 2, 3])
        #expect(try store.keep(picture: [1, 2, 3]) == digest)
        #expect(store.picture(digest) == [1, 2, 3])
        for name in ["", "../annotations.sqlite", String(repeating: "a", count: 64), "../" + digest.dropFirst(3)] {
            #expect(store.picture(name) == nil)
        }
    }

    @Test("A file that is no store is left as it is, and so is one of a newer program")
    func strangers() throws {
        let fixture = Fixture()
        try FileBytes.makeFolder(fixture.folder + "/store")
        let path = fixture.folder + "/store/annotations.sqlite"
        try FileBytes.write(Array("these are no annotations, but something that somebody wrote".utf8), to: path)
        #expect { try fixture.store() } throws: { ($0 as? DroidError)?.code == "annotation.store" }
        #expect(try FileBytes.read(path).starts(with: Array("these are no".utf8)))

        let newer = Fixture()
        let store = try newer.store()
        try store.database.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('2100')") }
        store.close()
        #expect { try newer.store() } throws: { "\($0)".contains("newer droidagent") }
    }

    @Test("Rows that somebody has broken are errors with a name, whatever stands in them")
    func brokenRows() throws {
        var random = SeededRandom(seed: 11)
        for round in 0..<60 {
            let store = try Fixture().store()
            try store.add(Fixture.items(2))
            let ids = try store.items().map(\.id)
            try store.setScores(ids.map { ($0, Fixture.scores(5, top: 1, margin: 3)) }, verifier: "v")
            try store.startRound(RoundOptions(verifier: "v"))
            if let task = try store.next("ada") { try store.save(.right([1]), for: task, annotator: "ada") }
            let targets = [
                ("item", "body"), ("score", "scores"), ("label", "judgement"), ("label", "source"),
                ("round", "options"),
                ("round", "calibration"),
            ]
            let (table, column) = targets[round % targets.count]
            let text = String(
                decoding: (0..<Int.random(in: 0..<40, using: &random)).map { _ in
                    UInt8.random(in: 32...126, using: &random)
                },
                as: UTF8.self
            )
            try store.database.write { try $0.execute(sql: "UPDATE \(table) SET \(column) = ?", arguments: [text]) }
            for call: () throws -> Void in [
                { _ = try store.next("ben") }, { _ = try store.items() }, { _ = try store.pairs() },
                { _ = try store.rounds() }, { _ = try store.report(1) }, { try store.recalibrate() },
            ] {
                do { try call() } catch { #expect(error is DroidError, "\(table).\(column): \(error)") }
            }
        }
    }
}
