// SPDX-License-Identifier: Apache-2.0

import Base
import Benchmark
import Foundation
import GRDB
import Testing

@testable import Annotation

@Suite("Rounds of annotation")
struct RoundTests {
    /// A verifier that is right where it is sure: states with a large margin.
    private func sureVerifier(_ store: AnnotationStore, _ count: Int, unsure: Set<Int>) throws -> [StateRecord] {
        try store.add(Fixture.items(count))
        var scores: [(item: Int64, scores: [Double])] = []
        for stored in try store.items() {
            let number = stored.item.step
            let right = number % 5
            scores.append(
                unsure.contains(number)
                    ? (stored.id, Fixture.scores(5, top: (right + number / 10 % 2) % 5, margin: 0.1))
                    : (stored.id, Fixture.scores(5, top: right, margin: 4 + Double(number % 7)))
            )
        }
        try store.setScores(scores, verifier: "v1")
        return Fixture.items(count).map { item in
            StateRecord(
                task: item.task,
                app: item.app,
                split: .train,
                seed: 1000,
                run: 0,
                step: item.step,
                kind: .decision,
                goal: item.goal,
                prefix: item.prefix,
                suffixes: item.suffixes,
                right: [item.step % 5],
                wrong: (0..<5).filter { $0 != item.step % 5 },
                chosen: 0,
                actionSpace: 2
            )
        }
    }

    @Test("The queue begins with what the verifier is least sure of, whatever the size of its scores")
    func order() throws {
        for scale in [0.01, 1, 40] {
            let store = try Fixture().store()
            try store.add(Fixture.items(6))
            let ids = try store.items().map(\.id)
            let margins = [3.0, 0.2, 2, 5, 1, 4]
            try store.setScores(
                zip(ids, margins).map { ($0, Fixture.scores(5, top: 2, margin: $1).map { $0 * scale }) },
                verifier: "v"
            )
            try store.startRound(RoundOptions(verifier: "v", sampleShare: 0, goldShare: 0, doubleShare: 0))
            var order: [Int64] = []
            while let task = try store.next("ada") {
                order.append(task.id)
                #expect(task.proposal == 2 && abs(task.probabilities.reduce(0, +) - 1) < 1e-9)
                try store.save(.right([2]), for: task, annotator: "ada")
            }
            #expect(order == [1, 4, 2, 0, 5, 3].map { ids[$0] }, "at \(scale)")
        }
    }

    @Test("An oracle as the annotator labels what is unsure; the rest is accepted, audited, and told in the report")
    func oracle() async throws {
        let fixture = Fixture()
        let store = try fixture.store()
        let states = try sureVerifier(store, 600, unsure: Set((0..<60).map { $0 * 10 }))
        let options = RoundOptions(verifier: "v1", sampleShare: 0.2, goldShare: 0)
        let round = try store.startRound(options)
        #expect(round.calibration?.threshold == nil)
        let asked = try await store.annotate(by: StateAnnotator(states))
        let report = try store.report(round.id)
        #expect(report.items == 600 && report.human == asked)
        #expect(report.accepted > 200, "\(report)")
        #expect(report.human + report.accepted == 600)
        let share = try #require(report.humanShare.share)
        #expect(share < 0.6)
        // Acceptance was right, and audits say so without having looked at all.
        #expect(report.audited.of >= 10 && report.audited.share == 1, "\(report.audited)")
        #expect(try #require(report.topOne.share) > 0.8)
        #expect(report.sampleTopOne.of > 60)
        #expect(report.round.calibration.map { $0.error < $0.rawError + 0.05 } == true)
        // Nothing that was accepted is among the unsure.
        let auto = try await store.database.read { try AnnotationStore.words(where: "purpose = 'auto'", in: $0) }
        for (id, words) in auto {
            let item = try #require(try store.item(id))
            #expect(words[0].judgement.right == [item.step % 5])
            #expect(try #require(words[0].probability) >= 0.5 && words[0].verifier == "v1")
        }
        try store.setAccuracy(round: round.id, before: 0.5)
        try store.setAccuracy(round: round.id, after: 0.75)
        let second = try store.report(round.id).round
        #expect(second.accuracyBefore == 0.5 && second.accuracyAfter == 0.75)
        #expect(try store.next("oracle") == nil)
    }

    @Test("What was accepted is taken back when labels show that the verifier is not as good as it seemed")
    func takingBack() async throws {
        let store = try Fixture().store()
        try store.add(Fixture.items(300))
        let ids = try store.items().map(\.id)
        try store.setScores(ids.map { ($0, Fixture.scores(5, top: 1, margin: 3)) }, verifier: "v")
        let early = Fixture.items(120, task: "seen")
        try store.add(early)
        for item in early {
            let id = try #require(try store.id(of: item))
            try store.setScores([(id, Fixture.scores(5, top: 1, margin: 3))], verifier: "v")
        }
        _ = try store.add(
            labelled: early.map {
                AnnotationStore.Labelled(item: $0, judgement: .right([1]), annotator: "ada", source: .person)
            }
        )
        let round = try store.startRound(RoundOptions(verifier: "v", sampleShare: 0.2, goldShare: 0, doubleShare: 0))
        #expect(try store.progress("ben").accepted > 200)
        // From now on the person says otherwise.
        struct Contrary: Annotator {
            let name = "ben"
            let source = PairRecord.Source.person
            func judge(_ task: AnnotationTask) -> Judgement { .right([3]) }
        }
        try await store.annotate(by: Contrary(), limit: 40)
        #expect(try store.progress("ben").accepted == 0)
        let report = try store.report(round.id)
        #expect(report.audited.of > 0 && report.audited.part == 0)
        // The words are still there to be looked at.
        let taken = try store.items().flatMap { try store.history($0.id) }.filter { $0.purpose == .auto }
        #expect(taken.count > 200 && taken.allSatisfy(\.isUndone))
    }

    @Test("Calibration uses no label of before that it must not")
    func heldOutCalibration() throws {
        let store = try Fixture().store()
        let items = Fixture.items(200)
        _ = try store.add(
            labelled: items.map {
                AnnotationStore.Labelled(item: $0, judgement: .right([1]), annotator: "ada", source: .person)
            }
        )
        let ids = try store.items().map(\.id)
        try store.setScores(ids.map { ($0, Fixture.scores(5, top: 1, margin: 3)) }, verifier: "v")
        let all = try store.startRound(RoundOptions(verifier: "v"))
        #expect(all.calibration?.samples == 200)
        let held = try store.startRound(RoundOptions(verifier: "v", calibrateOn: Array(ids.prefix(30))))
        #expect(held.calibration?.samples == 30 && held.calibration?.threshold == nil)
    }

    @Test("Gold questions are mixed in, each once, and tell how good an annotator is")
    func gold() async throws {
        let store = try Fixture().store()
        try store.add(Fixture.items(60))
        let known = Fixture.items(10, task: "gold")
        try store.addGold(known.map { ($0, .right([$0.step % 5])) })
        let round = try store.startRound(RoundOptions(goldShare: 0.25, doubleShare: 0))
        struct Careless: Annotator {
            let name = "ada"
            let source = PairRecord.Source.person
            /// Right on even steps of the known ones.
            func judge(_ task: AnnotationTask) -> Judgement {
                .right([(task.item.step + (task.item.step % 2)) % 5])
            }
        }
        try await store.annotate(by: Careless())
        let report = try store.report(round.id)
        let ada = try #require(report.annotators.first)
        #expect(ada.gold.of >= 6 && ada.gold.of <= 10)
        #expect(ada.gold.part == (try goldSteps(store).count { $0 % 2 == 0 }))
        // Questions with a known answer are no work done.
        #expect(report.items == 60 && report.human == 60)
    }

    private func goldSteps(_ store: AnnotationStore) throws -> [Int] {
        try store.items().filter { $0.item.task == "gold" }
            .filter { try store.history($0.id).contains { $0.purpose == .gold } }.map(\.item.step)
    }

    @Test("Two annotators share a queue without meeting, agree as kappa says, and a third is asked where they do not")
    func twoAnnotators() async throws {
        let fixture = Fixture()
        let store = try fixture.store()
        try store.add(Fixture.items(120))
        try store.startRound(RoundOptions(doubleShare: 0.5))
        struct Person: Annotator {
            let name: String
            let source = PairRecord.Source.person
            let strays: Int
            func judge(_ task: AnnotationTask) -> Judgement {
                let step = task.item.step
                return .right([step % strays == 0 ? (step + 1) % 5 : step % 5])
            }
        }
        // Two stores on one file, as two programs have them.
        let other = try fixture.store()
        async let one = store.annotate(by: Person(name: "ada", strays: 1000))
        async let two = other.annotate(by: Person(name: "ben", strays: 4))
        let (ada, ben) = try await (one, two)
        // Whoever ended first did not see what the other did after; now both see all.
        let rest =
            try await store.annotate(by: Person(name: "ada", strays: 1000))
            + other.annotate(by: Person(name: "ben", strays: 4))
        let words = try store.items().map { try store.history($0.id) }
        #expect(words.allSatisfy { (1...2).contains($0.count) && Set($0.map(\.annotator)).count == $0.count })
        let double = words.filter { $0.count == 2 }
        #expect(ada + ben + rest == 120 + double.count && double.count > 40)
        let agreement = try #require(try store.agreements().first)
        #expect(agreement.items == double.count && agreement.first == "ada" && agreement.second == "ben")
        let torn = try store.items().filter { try store.history($0.id).count == 2 && store.verdict($0.id) == nil }
        #expect(agreement.same == double.count - torn.count && !torn.isEmpty)
        let kappa = try #require(agreement.kappa)
        #expect(kappa < 1 && kappa > 0.5)
        #expect(try store.pairs().outcome.disputed == torn.count)
        let settled = try await store.annotate(by: Person(name: "cleo", strays: 1000))
        #expect(settled >= torn.count)
        #expect(try store.pairs().outcome.disputed == 0)
    }

    @Test("States without a right candidate are on the list of gaps, with what was missing")
    func gaps() throws {
        let store = try Fixture().store()
        try store.add(Fixture.items(1))
        let round = try store.startRound()
        let task = try #require(try store.next("ada"))
        try store.save(.none("a slider for the volume"), for: task, annotator: "ada")
        let gap = try #require(try store.coverageGaps().first)
        #expect(gap.note == "a slider for the volume" && gap.item == task.id && gap.annotator == "ada")
        #expect(try store.report(round.id).uncovered == 1)
        try store.undo("ada")
        #expect(try store.coverageGaps().isEmpty)
    }

    @Test("Without a round nothing is asked, and shares that are none are refused")
    func wrongRounds() throws {
        let store = try Fixture().store()
        #expect { try store.next("ada") } throws: { ($0 as? DroidError)?.code == "annotation.round" }
        #expect { try store.report(4) } throws: { ($0 as? DroidError)?.code == "annotation.round" }
        for options in [RoundOptions(precision: 1.5), RoundOptions(auditShare: -0.1), RoundOptions(goldShare: .nan)] {
            #expect { try store.startRound(options) } throws: { ($0 as? DroidError)?.code == "annotation.round" }
        }
        try store.startRound()
        try store.startRound()
        #expect(try store.rounds().map { $0.ended != nil } == [true, false])
    }
}
