// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
import Benchmark
import Foundation
import Inference
import Testing
import Training

@testable import Learning

/// With the shipped model, which `droidagent model fetch` puts there.
@Suite(
    "Training from states",
    .enabled(if: FileManager.default.fileExists(atPath: Locations.cache + "/models/smollm2-135m-instruct-q4_1.gguf"))
)
struct RoundTests {
    let model = Locations.cache + "/models/smollm2-135m-instruct-q4_1.gguf"
    let folder = NSTemporaryDirectory() + "/rounds-\(UInt64.random(in: 0 ... .max))"

    static let recipe = """
        name: small
        rank: 4
        alpha: 8
        first_block: 26
        probe: 12
        skip_below: 0.001
        facts: fit
        fact_units: 2
        loss: listwise
        margin: 0
        rivals: 0
        learning_rate: 0.0005
        head_factor: 2
        schedule: linear
        warm_up: 1
        weight_decay: 0
        clip: 1
        epochs: 1
        batch: 4
        pass_tokens: 1024
        candidate_tokens: 96
        precision: bf16
        checkpoints: false
        seed: 1
        validation_share: 0
        correction_share: 0.03
        report_every: 1
        validate_every: 4
        """

    func plan() throws -> RoundPlan {
        try FileBytes.makeFolder(folder)
        try FileBytes.write(Self.recipe, to: folder + "/small.yaml")
        var plan = RoundPlan(
            folder: folder + "/rounds",
            suite: "first",
            model: model,
            recipe: folder + "/small.yaml",
            states: [],
            evaluation: folder + "/evaluation.jsonl"
        )
        plan.tasks = ["wifi", "bluetooth"]
        (plan.limit, plan.seeds, plan.jobs) = (12, 1, 1)
        return plan
    }

    @Test("a round is led to its end in stages, its verifier leads the next one, and what was done is not done again")
    func rounds() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let plan = try plan()
        // Without states to measure with the first round stops behind its training.
        await #expect(throws: DroidError.self) { try await RoundRunner.run(plan) }
        let stopped = try #require(RoundRunner.rounds(plan).last)
        #expect(stopped.stage == .evaluating && stopped.number == 1 && stopped.states == 12)
        let report = try #require(stopped.report)
        #expect(report.human == 12 && report.accepted == 0)
        let states = try StatesFile.read(plan.folder(of: 1) + "/judged.jsonl")
        #expect(states.count == 12 && states.allSatisfy { !$0.right.isEmpty && $0.seed == 2000 })
        try StatesFile.write(states.prefix(6), to: plan.evaluation)
        let trained = try FileBytes.read(try #require(stopped.after))
        let first = try await RoundRunner.run(plan)
        #expect(first.stage == .done && first.number == 1)
        #expect(try FileBytes.read(try #require(first.after)) == trained)
        let (before, after) = (try #require(first.accuracyBefore), try #require(first.accuracyAfter))
        #expect(before.states == 6 && after.states == 6 && after.pairAccuracy > before.pairAccuracy)
        // The file is a verifier: it scores, and its head says what it is for.
        let scorer = try StateScorer(model: model, adapter: first.after, threads: 2)
        #expect(try scorer.scores(states[0]).count == states[0].suffixes.count)
        #expect(!scorer.head.readsWords && scorer.head.layers == [30])
        // What facts are worth was learned with it, and goes on to the verifiers that come of it.
        let worth = try #require(scorer.head.facts)
        #expect((worth[.giveUp] ?? 0) < 0 && (worth[.giveUp] ?? 0) < (worth[.tap] ?? 0))
        // A rule's word counts as much as its weight says once scores are shares, whatever the size of the scores.
        var (plain, known) = (states[0], states[0])
        (plain.priors, known.priors) = (
            states[0].suffixes.map { _ in 0 }, states[0].suffixes.indices.map { $0 == 1 ? -2 : 0 }
        )
        let moved = try zip(scorer.scores(known), scorer.scores(plain)).map { $0 - $1 }
        let word = scorer.head.prior(ofText: -2) * Double(scorer.head.temperature)
        #expect(word < 0 && abs(moved[1] - word) < 1e-4 && abs(moved[0]) < 1e-4)
        // The second round collects what that verifier comes to, and the store has its scores.
        var next = plan
        next.isPerson = true
        let second = try await RoundRunner.run(next)
        #expect(second.number == 2 && second.stage == .annotating && second.before == first.after)
        let store = try AnnotationStore(folder: plan.folder + "/annotations")
        defer { store.close() }
        #expect(try store.verifiers().contains(scorer.version))
    }

    @Test("recipes that ship are read; what is missing, stray or out of range is named")
    func recipes() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileBytes.makeFolder(folder)
        let shipped = try PreferenceRecipe.load(Locations.data("Training") + "/recipes/p3.yaml")
        #expect(shipped.rank == 12 && shipped.precision == .bfloat16)
        func error(_ change: (String) -> String) throws -> DroidError? {
            try FileBytes.write(change(Self.recipe), to: folder + "/r.yaml")
            do { _ = try PreferenceRecipe.load(folder + "/r.yaml") } catch { return error as? DroidError }
            return nil
        }
        #expect(try error { $0 } == nil)
        #expect(try #require(error { $0.replacing("rank: 4", with: "rank: 400") }).why.contains("rank is 400"))
        #expect(try error { $0.replacing("rank: 4\n", with: "") } != nil)
        #expect(try "\(#require(error { $0 + "\ncolour: red" }))".contains("colour"))
        #expect(try error { $0.replacing("precision: bf16", with: "precision: int3") } != nil)
    }

    @Test("states whose words do not tell right from wrong are left out, and tokens are those of use")
    func tokens() throws {
        let tokenizer = try Tokenizer(GGUFFile(path: model))
        var tokens = StateTokens(tokenizer, head: .likelihood)
        var record = StateRecord(
            task: "t",
            app: "a",
            split: .train,
            seed: 1,
            run: 0,
            step: 0,
            kind: .decision,
            goal: "g",
            prefix: "Goal: g\nNext:",
            suffixes: [" tap \"A\"\n", " tap \"A\"\n", " go back\n"],
            right: [0],
            wrong: [1, 2],
            chosen: 0,
            actionSpace: 2
        )
        let found = try tokens.state(record)
        let state = try #require(found)
        #expect(state.right == [0] && state.wrong == [2])
        #expect(state.candidates[2] == tokenizer.encode(" go back\n"))
        record.wrong = [1]
        let none = try tokens.state(record)
        #expect(none == nil)
    }
}
