// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import GRDB
import Testing

@testable import Annotation

@Suite("What a round leaves to people, and what it says of them")
struct WaitingTests {
    /// A verifier that is equally sure of 300 states, and 120 others on which ada says that it is right.
    private func trusted() throws -> AnnotationStore {
        let store = try Fixture().store()
        let seen = Fixture.items(120, task: "seen")
        try store.add(Fixture.items(300) + seen)
        try store.setScores(
            try store.items().map { ($0.id, Fixture.scores(5, top: 1, margin: 3)) },
            verifier: "v"
        )
        _ = try store.add(
            labelled: seen.map {
                AnnotationStore.Labelled(item: $0, judgement: .right([1]), annotator: "ada", source: .person)
            }
        )
        return store
    }

    private func options(_ verifier: String, auditShare: Double = 0.1, accepts: Bool = true) -> RoundOptions {
        RoundOptions(
            verifier: verifier,
            auditShare: auditShare,
            sampleShare: 0.2,
            goldShare: 0,
            doubleShare: 0,
            accepts: accepts
        )
    }

    @Test("What waits is told whoever asks: what is before somebody waits, what was judged, skipped or known does not")
    func unhandled() throws {
        let store = try Fixture().store()
        try store.add(Fixture.items(4))
        try store.addGold([(Fixture.item(0, task: "gold"), .right([0]))])
        #expect(try store.unhandled() == 4)
        let round = try store.startRound(RoundOptions(sampleShare: 0, goldShare: 0, doubleShare: 0))
        let first = try #require(try store.next("ada"))
        #expect(try store.next("ben") != nil)
        #expect(try store.unhandled() == 4)
        try store.save(.right([1]), for: first, annotator: "ada")
        #expect(try store.unhandled() == 3)
        let second = try #require(try store.next("ada"))
        try store.save(.skipped, for: second, annotator: "ada")
        #expect(try store.unhandled() == 2)
        try store.undo("ada")
        #expect(try store.unhandled() == 3)

        #expect(try store.hasEnded(round: round.id) == false)
        try store.endRound()
        #expect(try store.hasEnded(round: round.id))
        #expect(try store.unhandled() == 3)
        #expect { try store.hasEnded(round: 99) } throws: { ($0 as? DroidError)?.code == "annotation.round" }
    }

    @Test("What was accepted does not wait, but for the audits that are still to be done")
    func audits() throws {
        let store = try trusted()
        try store.startRound(options("v", auditShare: 0.2))
        let accepted = try store.progress("ben").accepted
        let waiting = try store.unhandled()
        #expect(accepted > 200 && waiting > 300 - accepted && waiting < 300)
        #expect(try store.progress("ben").waiting == waiting)
        while let task = try store.next("ben") { try store.save(.right([1]), for: task, annotator: "ben") }
        #expect(try store.unhandled() == 0)
        #expect(try store.progress("ben").accepted > 100)
    }

    @Test("A word that comes behind the end of its round is kept, as one of that round")
    func late() throws {
        let store = try Fixture().store()
        try store.add(Fixture.items(2))
        let round = try store.startRound()
        let task = try #require(try store.next("ada"))
        try store.endRound()
        let label = try store.save(.right([1]), for: task, annotator: "ada")
        #expect(label.round == round.id)
        #expect(try store.report(round.id).human == 1)
    }

    @Test("Another round decides anew on what was accepted before where it can, and the one before still tells of it")
    func anew() throws {
        let store = try trusted()
        let first = try store.startRound(options("v"))
        let accepted = try store.progress("ben").accepted
        #expect(accepted > 200)
        // The same verifier again: what it accepts is now the new round's, to be audited and taken back there.
        let second = try store.startRound(options("v"))
        #expect(try store.progress("ben").accepted == accepted)
        #expect(try store.report(second.id).accepted == accepted)
        #expect(try store.report(first.id).accepted == accepted)
        // Another one, of whose worth nothing is known yet, and that has scored some of the states.
        let picked = try store.items().filter { $0.item.task == "wifi" }.prefix(50).map(\.id)
        let scored = try picked.filter { id in try store.history(id).contains { $0.purpose == .auto } }.count
        try store.setScores(picked.map { ($0, Fixture.scores(5, top: 2, margin: 3)) }, verifier: "w")
        try store.startRound(options("w"))
        #expect(scored > 0)
        #expect(try store.progress("ben").accepted == accepted - scored)
        #expect(try store.unhandled() == 300 - accepted + scored)
        // Where nothing is accepted, all of it waits.
        try store.startRound(options("w", accepts: false))
        #expect(try store.progress("ben").accepted == 0)
        #expect(try store.unhandled() == 300)
        for round in [first, second] { #expect(try store.report(round.id).accepted == accepted) }
    }

    @Test("The random sample counts in the order of its draws, up to the first that waits")
    func sample() throws {
        let store = try Fixture().store()
        try store.add(Fixture.items(200))
        // Right where it is sure, so that the queue asks about its errors first.
        try store.setScores(
            try store.items().map { stored in
                let step = stored.item.step
                let isSure = step % 2 == 0
                let scores = Fixture.scores(5, top: (isSure ? step : step + 1) % 5, margin: isSure ? 5 : 0.1)
                return (stored.id, scores)
            },
            verifier: "v"
        )
        let round = try store.startRound(
            RoundOptions(verifier: "v", sampleShare: 0.5, goldShare: 0, doubleShare: 0, accepts: false)
        )
        var judged: Set<Int64> = []
        for _ in 0..<60 {
            let task = try #require(try store.next("ada"))
            judged.insert(task.id)
            try store.save(.right([task.item.step % 5]), for: task, annotator: "ada")
        }
        let drawn = try store.database.read { database in
            try Int64.fetchAll(database, sql: "SELECT id FROM item WHERE draw < 0.5 ORDER BY draw")
        }
        let whole = drawn.prefix { judged.contains($0) }.count
        let early = try store.report(round.id)
        #expect(early.topOne.of == 60 && early.sampleTopOne.of == whole)
        // Others of the sample were judged, too, since the verifier is unsure of them.
        #expect(whole > 5 && drawn.filter { judged.contains($0) }.count > whole)
        while let task = try store.next("ada") {
            try store.save(.right([task.item.step % 5]), for: task, annotator: "ada")
        }
        let last = try store.report(round.id).sampleTopOne
        let share = try #require(last.share)
        #expect(last.of == drawn.count && abs(share - 0.5) < 0.2)
    }

    @Test("Figures of annotators are those of their last words, and what was done on a device took no time")
    func lastWords() throws {
        let store = try Fixture().store()
        try store.add(Fixture.items(3))
        let round = try store.startRound(RoundOptions(sampleShare: 0, goldShare: 0, doubleShare: 0))
        let task = try #require(try store.next("ada"))
        try store.save(.right([1]), for: task, annotator: "ada", seconds: 4)
        try store.save(.right([2]), for: task, annotator: "ada", seconds: 8)
        for id in try store.items().map(\.id) where id != task.id {
            try store.save(
                NewLabel(item: id, annotator: "ada", source: .person, purpose: .live, judgement: .right([0]))
            )
        }
        let ada = try #require(try store.report(round.id).annotators.first)
        #expect(ada.labels == 3 && ada.undone == 0 && ada.medianSeconds == 8)
    }

    @Test("An audit that was said otherwise later is one audit, with the last word")
    func auditAgain() throws {
        let store = try trusted()
        let round = try store.startRound(options("v", auditShare: 1))
        var audit: AnnotationTask?
        while audit == nil, let task = try store.next("ben") {
            if task.purpose == .audit {
                audit = task
            } else {
                try store.save(.right([1]), for: task, annotator: "ben")
            }
        }
        let task = try #require(audit)
        try store.save(.right([3]), for: task, annotator: "ben")
        #expect(try store.report(round.id).audited.part == 0)
        try store.save(.right([1]), for: task, annotator: "ben")
        let audited = try store.report(round.id).audited
        #expect(audited.of == 1 && audited.part == 1)
    }
}
