// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Benchmark
import Foundation
import GRDB
import Testing

@testable import Annotation

@Suite("What comes into a store and goes out")
struct ExchangeTests {
    private func judged(_ fixture: Fixture) throws -> AnnotationStore {
        let store = try fixture.store()
        try store.add(Fixture.items(4))
        try store.startRound(RoundOptions(sampleShare: 0))
        while let task = try store.next("ada") {
            try store.save(.right([task.item.step % 5], harmful: [4]), for: task, annotator: "ada")
        }
        return store
    }

    @Test("Pairs carry who said it, are capped, and keep harmful candidates among the wrong")
    func pairs() throws {
        let store = try judged(Fixture())
        var options = ExportOptions()
        let all = try store.pairs(options)
        #expect(all.pairs.count == 4 * 4 && all.outcome.states == 4 && all.outcome.sources == ["person": 16])
        #expect(all.pairs.allSatisfy { $0.source == .person && $0.weight == 1 && $0.episode == "1000-0" })
        options.pairs.negativesPerStep = 2
        let few = try store.pairs(options).pairs
        #expect(few.count == 8)
        for step in 0..<4 {
            #expect(few.filter { $0.step == step }.contains { $0.rejected == " tap \"\(step)-4\"\n" })
        }
        options.sources = [.oracle]
        #expect(try store.pairs(options).pairs.isEmpty)
        options.sources = [.person]
        options.rounds = [2]
        #expect(try store.pairs(options).pairs.isEmpty)
    }

    @Test("Equal states count once, held-out tasks never, and none-right states are no lesson")
    func leftOut() throws {
        let store = try Fixture().store()
        var twin = Fixture.item(0, episode: "1001-0")
        twin.prefix = Fixture.item(0).prefix
        var heldOut = Fixture.item(1)
        heldOut.split = .heldout
        try store.add([Fixture.item(0), twin, heldOut, Fixture.item(2)])
        try store.startRound()
        while let task = try store.next("ada") {
            try store.save(task.item.step == 2 ? .none("missing") : .right([0]), for: task, annotator: "ada")
        }
        let (pairs, outcome) = try store.pairs()
        #expect(pairs.count == 4 && outcome.heldOut == 1 && outcome.uncovered == 1 && outcome.states == 2)
        #expect(outcome.kept == 1 && outcome.equal == 1)
    }

    @Test("States are exported within the caps of their pairs, with the seed and the run of their episode")
    func exported() throws {
        let store = try judged(Fixture())
        var options = ExportOptions()
        options.pairs.negativesPerStep = 2
        let (states, pairs, outcome) = try store.export(options)
        #expect(states.count == 4 && outcome.kept == 4 && pairs.count == 8 && outcome.pairs == 8)
        #expect(states.allSatisfy { $0.state.seed == 1000 && $0.state.run == 0 && $0.state.wrong.count == 2 })
        let all = try store.judgedStates()
        #expect(all.count == 4 && all.allSatisfy { $0.state.seed == 1000 && $0.state.wrong.count == 4 })
        let other = try Fixture().store()
        try other.add([Fixture.item(0, episode: "31-2"), Fixture.item(1, episode: "run-31-2@today")])
        try other.startRound()
        while let task = try other.next("ada") { try other.save(.right([0]), for: task, annotator: "ada") }
        let numbers = try other.judgedStates().map { [Int($0.state.seed), $0.state.run] }
        #expect(numbers == [[31, 2], [0, 0]])
    }

    @Test("Known answers belong to no round")
    func knownAnswers() throws {
        let store = try judged(Fixture())
        try store.addGold([(Fixture.item(0, task: "gold"), .right([0]))])
        #expect(try store.judgedStates().count == 5)
        var options = ExportOptions()
        options.rounds = [1]
        #expect(try store.judgedStates(options).count == 4)
    }

    @Test(
        "A step after a wrong one, or after the first wrong step of its episode, is a self-correction within its share"
    )
    func corrections() throws {
        let store = try Fixture().store()
        let steps = (0..<40).map { Fixture.item($0, chosen: $0 == 3 || $0 == 20 ? 1 : 0) }
        try store.add(steps)
        try store.set(AnnotationEpisode(task: "wifi", app: "Settings", episode: "1000-0", goal: "Turn Wi-Fi off"))
        try store.startRound()
        while let task = try store.next("ada") { try store.save(.right([0]), for: task, annotator: "ada") }
        try store.save(
            EpisodeJudgement(reached: false, firstWrong: 30),
            episode: "1000-0",
            task: "wifi",
            annotator: "ada"
        )
        var options = ExportOptions()
        options.pairs.selfCorrectionShare = 0.5
        let found = try store.pairs(options).pairs.filter { $0.kind == .selfCorrection }
        #expect(Set(found.map(\.step)) == [4, 21, 31])
        let capped = try store.pairs(ExportOptions(pairs: PairOptions(selfCorrectionShare: 0.03))).outcome
        #expect(capped.corrections == 1 && capped.correctionsLeftOut == 2)
        #expect(throws: DroidError.self) {
            try store.save(EpisodeJudgement(firstWrong: 99), episode: "1000-0", task: "wifi", annotator: "ada")
        }
    }

    @Test("A text that was filled in becomes a choice among the texts that were offered")
    func texts() throws {
        let store = try Fixture().store()
        var item = Fixture.item(0, candidates: 2, chosen: 0)
        item.suffixes = [" type into Name\n", " go back\n"]
        item.actions = [.inputText(3, text: nil), .navigateBack]
        item.filled = "Ben"
        item.offered = ["Ada", "Ben", "Cleo"]
        (item.facts, item.offeredPriors) = ([[.type: 1], [.back: 1]], [2, 3, -1])
        try store.add([item])
        try store.startRound()
        let task = try #require(try store.next("ada"))
        #expect(throws: DroidError.self) {
            try store.save(.right([1], text: "Ada"), for: task, annotator: "ada")
        }
        try store.save(.right([0], text: "Ada"), for: task, annotator: "ada")
        let pairs = try store.pairs().pairs.filter { $0.kind == .text }
        #expect(pairs.map(\.chosen) == [" type \"Ada\" into Name\n", " type \"Ada\" into Name\n"])
        #expect(Set(pairs.map(\.rejected)) == [" type \"Ben\" into Name\n", " type \"Cleo\" into Name\n"])
        // What is known of candidates and texts stays with them, whatever their order.
        let states = try store.judgedStates().map(\.state)
        #expect(states.map(\.facts) == [[[.type: 1], [.back: 1]], nil])
        #expect(states.map(\.priors) == [nil, [2, 3, -1]])
        item.facts = [[:]]
        #expect(throws: DroidError.self) { try item.check() }
    }

    @Test("Of several right ones the text is that of the first that takes one")
    func textOfSeveral() throws {
        let store = try Fixture().store()
        var item = Fixture.item(0, candidates: 3, chosen: 1)
        item.suffixes = [" go back\n", " type into Name\n", " go home\n"]
        item.actions = [.navigateBack, .inputText(3, text: nil), .navigateHome]
        (item.filled, item.offered) = ("Ben", ["Ada"])
        try store.add([item])
        try store.startRound()
        let task = try #require(try store.next("ada"))
        try store.save(.right([0, 1], text: "Ada"), for: task, annotator: "ada")
        let pairs = try store.pairs().pairs.filter { $0.kind == .text }
        #expect(pairs.map(\.chosen) == [" type \"Ada\" into Name\n"])
    }

    @Test("Pairs and Label Studio's JSON come back as the same words on the same states", arguments: ["jsonl", "json"])
    func roundTrip(form: String) throws {
        let fixture = Fixture()
        let store = try judged(fixture)
        let path = fixture.folder + "/out." + form
        let pairs = try store.pairs().pairs
        if form == "jsonl" {
            try PairsFile.write(pairs, to: path)
        } else {
            try FileBytes.write(LabelStudio.document(pairs), to: path)
        }
        // Into the store they came from, of nobody's name: nothing new is said.
        #expect(try LabelImport.add(path, to: store).labels == 0)
        #expect(try store.agreements().isEmpty)
        // With a name: a second annotator's words on the same states.
        let back = try LabelImport.add(path, to: store, annotator: "ben")
        #expect(back.known == 4 && back.new == 0 && back.labels == 4)
        #expect(try store.agreements().first?.same == 4)
        #expect(try LabelImport.add(path, to: store, annotator: "ben").labels == 0)
        // Into another: states of their own, with the same pairs.
        let other = Fixture()
        let fresh = try other.store()
        #expect(try LabelImport.add(path, to: fresh).new == 4)
        func key(_ pair: PairRecord) -> String { "\(pair.task) \(pair.step) \(pair.chosen) \(pair.rejected)" }
        #expect(Set(try fresh.pairs().pairs.map(key)) == Set(pairs.map(key)))
    }

    @Test("The side of the chosen one tells nothing in Label Studio's tasks")
    func sides() throws {
        let store = try Fixture().store()
        try store.add(Fixture.items(60))
        try store.startRound()
        while let task = try store.next("ada") { try store.save(.right([0]), for: task, annotator: "ada") }
        let text = try LabelStudio.document(try store.pairs().pairs)
        let left = text.components(separatedBy: "\"selected\" : \"left\"").count - 1
        #expect(left > 80 && left < 160, "\(left) of 240")
    }

    @Test("Label Studio's own exports are read: JSON, JSON-MIN, several annotators, cancelled and undecided tasks")
    func labelStudio() throws {
        let json = """
            [{"id": 1, "project": 83, "data": {"prompt": "Goal: x", "text1": "tap a", "text2": "tap b"}, "annotations": [
               {"id": 1, "completed_by": 7, "was_cancelled": false, "lead_time": 4.2, "result": [
                 {"from_name": "pw", "id": "x", "to_name": "text1,text2", "type": "pairwise", "value": {"selected": "right"}}]},
               {"id": 2, "completed_by": {"id": 8, "email": "b@example.org"}, "result": [
                 {"from_name": "pw", "to_name": "text1,text2", "type": "pairwise", "value": {"selected": "left"}}]},
               {"id": 3, "was_cancelled": true, "result": []}], "predictions": []},
             {"id": 2, "data": {"text1": "a", "text2": "b"}, "annotations": []},
             {"id": 3, "data": {"text1": "a", "text2": "b"}, "annotations": [{"result": [{"type": "pairwise", "value": {}}]}]},
             {"id": 4, "text1": "c", "text2": "d", "prompt": "p", "pw": "left", "annotator": 3},
             {"id": 5, "text1": "c", "text2": "e", "prompt": "p", "pw": {"selected": "right"}}]
            """
        let words = try LabelStudio.read(Array(json.utf8))
        #expect(words.map(\.pair.chosen) == ["tap b", "tap a", "c", "e"])
        #expect(words.map(\.annotator) == ["label-studio 7", "label-studio b@example.org", "label-studio 3", nil])
    }

    @Test(
        "What is no export says what is wrong, and with which task",
        arguments: [
            ("", "no JSON"), ("{}", "no list"), ("[1]", "task 1 is no object"),
            (#"[{"annotations": 5}]"#, "task 1: its annotations are no list"),
            (#"[{}, {"annotations": [3]}]"#, "task 2: an annotation is no object"),
            (#"[{"annotations": [{"result": {}}]}]"#, "its result is no list"),
            (
                #"[{"data": {"text1": "a"}, "annotations": [{"result": [{"value": {"selected": "left"}}]}]}]"#,
                "no two texts"
            ),
            (
                #"[{"data": {"text1": "a", "text2": "b", "pair": {}}, "annotations": [{"result": [{"value": {"selected": "left"}}]}]}]"#,
                "\"pair\" cannot be read"
            ),
        ]
    )
    func wrongExports(_ row: (text: String, why: String)) {
        #expect { try LabelStudio.read(Array(row.text.utf8)) } throws: {
            ($0 as? DroidError)?.code == "labelstudio.format" && "\($0)".contains(row.why)
        }
    }

    private func labelCount(_ store: AnnotationStore) throws -> Int {
        try store.database.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM label") ?? 0 }
    }

    @Test("Broken files of every form are errors with a name, and leave the store as it was")
    func fuzz() throws {
        let fixture = Fixture()
        let store = try judged(fixture)
        let pairs = try store.pairs().pairs
        let states = try store.judgedStates().map { try JSON.line($0.state) }.joined(separator: "\n")
        var random = SeededRandom(seed: 2026)
        let forms = [
            Array(try pairs.map { try JSON.line($0) }.joined(separator: "\n").utf8),
            Array(try LabelStudio.document(Array(pairs.prefix(4))).utf8), Array(states.utf8),
        ]
        let path = fixture.folder + "/broken"
        let before = try store.count()
        var refused = 0
        for round in 0..<900 {
            var bytes = forms[round % 3]
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...50, using: &random)))
                case 2: bytes.insert(contentsOf: Array("[{\"}],:9e999null-1".utf8.shuffled(using: &random)), at: place)
                default: bytes = Array(bytes.prefix(place + 1))
                }
                if bytes.isEmpty { bytes = [10] }
            }
            try FileBytes.write(bytes, to: path)
            let (items, labels) = (try store.count(), try labelCount(store))
            do {
                _ = try LabelImport.add(path, to: store, use: LabelImport.Use.allCases[round / 3 % 3], annotator: "ben")
            } catch let error as DroidError {
                refused += 1
                #expect(!error.what.isEmpty)
                #expect(try store.count() == items)
                #expect(try labelCount(store) == labels)
            }
        }
        #expect(refused > 300)
        #expect(try store.count() >= before)
    }

    @Test("A JSON nest of any depth is refused and overflows nothing")
    func nests() throws {
        let fixture = Fixture()
        let store = try fixture.store()
        let path = fixture.folder + "/nest"
        for text in [String(repeating: "[", count: 200_000), String(repeating: "[{\"a\":", count: 100_000)] {
            try FileBytes.write(text, to: path)
            #expect(throws: DroidError.self) { try LabelImport.add(path, to: store) }
        }
    }

    @Test("States of an oracle are items, labels or gold, as is asked")
    func states() throws {
        let fixture = Fixture()
        let path = fixture.folder + "/states.jsonl"
        let store = try judged(fixture)
        let states = try store.judgedStates().map(\.state)
        try FileBytes.write(try states.map { try JSON.line($0) + "\n" }.joined(), to: path)
        let other = try Fixture().store()
        #expect(try LabelImport.add(path, to: other).new == 4)
        #expect(try other.pairs().pairs.isEmpty)
        #expect(try LabelImport.add(path, to: other, use: .labels).labels == 4)
        #expect(try other.pairs().outcome.sources == ["oracle": 16])
        let gold = try Fixture().store()
        #expect(try LabelImport.add(path, to: gold, use: .gold).new == 4)
        #expect(try gold.pairs().pairs.count == 16)
    }
}
