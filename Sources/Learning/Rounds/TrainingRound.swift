// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
import Benchmark
import Foundation
import Inference

/// How rounds of collecting, annotating and training are led.
public struct RoundPlan: Sendable {
    /// Where all rounds and the annotation store lie.
    public var folder: String
    public var suite: String
    public var split: TrainingSplit?
    /// The GGUF file of the base model, and the recipe of the verifier.
    public var model: String
    public var recipe: String
    /// The verifier that the first round begins with; nil for none: then the oracle leads, and nothing is proposed.
    public var adapter: String?
    /// Files of states that are learned from beside what is annotated.
    public var states: [String]
    /// States that no round learns from, to say how good the verifier is before and after a round.
    public var evaluation: String
    /// States of a round.
    public var limit = 2000
    /// Seeds of a task that a round collects, from `firstSeed` on, each round others.
    public var seeds = 3
    public var firstSeed: UInt64 = 2000
    /// The probability that the oracle's move is done at a step of the verifier's runs.
    public var mix = 0.5
    public var tasks: [String] = []
    public var jobs = 2
    public var threads = 2
    /// How a round of annotation is led; its verifier is set by the round.
    public var annotation = RoundOptions(auditShare: 0.05, sampleShare: 0.03, goldShare: 0, doubleShare: 0)
    /// Whether a person annotates; otherwise the oracle does in a person's place.
    public var isPerson = false
    /// Whether a round's training goes on from the verifier that proposed, with `states` and what was said in that round alone. Otherwise
    /// each round trains anew, with all that was ever said.
    public var goesOn = false
    /// Stops after so many minutes of training; the next call goes on.
    public var minutes: Double?

    public init(folder: String, suite: String, model: String, recipe: String, states: [String], evaluation: String) {
        self.folder = folder
        self.suite = suite
        self.model = model
        self.recipe = recipe
        self.states = states
        self.evaluation = evaluation
    }

    var store: String { "\(folder)/annotations" }
    func folder(of round: Int) -> String { "\(folder)/round-\(round)" }
}

/// What a round came to, as its `round.json` keeps it. It is written after each stage, so that a round that was interrupted goes on behind the
/// last one that was done.
public struct TrainingRound: Codable, Sendable {
    public enum Stage: String, Codable, Sendable, CaseIterable {
        case collecting, scoring, annotating, training, evaluating, done
    }

    public var number: Int
    /// What is to be done next.
    public var stage = Stage.collecting
    /// The verifier that proposes, and the one that came of the round.
    public var before: String?
    public var after: String?
    public var states = 0
    /// The round in the annotation store.
    public var annotation: Int64?
    public var report: RoundReport?
    /// SHA-256 of the states that no round learns from, and how good the verifiers are on them.
    public var evaluation: String?
    public var accuracyBefore: StateEvaluation.Part?
    public var accuracyAfter: StateEvaluation.Part?
    public var seconds: [String: Double] = [:]
}

/// Leads rounds: collect with the current verifier, annotate, train, evaluate.
public enum RoundRunner {
    /// What happens in a round.
    public enum Event: Sendable {
        case stage(Int, TrainingRound.Stage)
        case collecting(StateCollector.Progress)
        case counted(String, Int, Int)
        case training(PreferenceTrainingEvent)
        /// A person has to annotate before it goes on: the store's folder, and states that wait.
        case waits(String, Int)
    }

    /// Goes on with the round that is not done, or begins the next one, and does what can be done of it.
    ///
    /// - Returns: the round; its stage says what is left.
    /// - Throws: `DroidError` from any stage. What was done is kept.
    public static func run(
        _ plan: RoundPlan,
        onEvent: @escaping @Sendable (Event) -> Void = { _ in }
    ) async throws -> TrainingRound {
        var round = try current(plan)
        let folder = plan.folder(of: round.number)
        try FileBytes.makeFolder(folder, mode: 0o700)
        while round.stage != .done {
            onEvent(.stage(round.number, round.stage))
            let (stage, start) = (round.stage, Date())
            let isDone: Bool
            switch stage {
            case .collecting: isDone = try await collect(&round, plan, onEvent)
            case .scoring: isDone = try score(&round, plan, onEvent)
            case .annotating: isDone = try await annotate(&round, plan, onEvent)
            case .training: isDone = try train(&round, plan, onEvent)
            case .evaluating: isDone = try evaluate(&round, plan, onEvent)
            case .done: isDone = true
            }
            round.seconds[stage.rawValue, default: 0] += Date().timeIntervalSince(start)
            if isDone, let place = TrainingRound.Stage.allCases.firstIndex(of: stage) {
                round.stage = TrainingRound.Stage.allCases[place + 1]
            }
            try FileBytes.write(JSON.pretty(round) + "\n", to: "\(folder)/round.json")
            if !isDone { break }
        }
        return round
    }

    /// All rounds that were begun, the first first.
    ///
    /// - Throws: `DroidError` with code `round.format` for a record that cannot be read.
    public static func rounds(_ plan: RoundPlan) throws -> [TrainingRound] {
        var out: [TrainingRound] = []
        while true {
            let path = "\(plan.folder(of: out.count + 1))/round.json"
            guard FileManager.default.fileExists(atPath: path) else { return out }
            do {
                out.append(try JSON.decode(TrainingRound.self, from: FileBytes.read(path)))
            } catch {
                throw DroidError.wrapping(
                    error,
                    "round.format",
                    "\(path) is no record of a round",
                    next: "delete the round's folder to do it again"
                )
            }
        }
    }

    private static func current(_ plan: RoundPlan) throws -> TrainingRound {
        let rounds = try rounds(plan)
        guard let last = rounds.last else { return TrainingRound(number: 1, before: plan.adapter) }
        return last.stage == .done ? TrainingRound(number: last.number + 1, before: last.after) : last
    }

    // MARK: - Stages

    private static func collect(
        _ round: inout TrainingRound,
        _ plan: RoundPlan,
        _ onEvent: @escaping @Sendable (Event) -> Void
    ) async throws -> Bool {
        let file = try GGUFFile(path: plan.model)
        let tokenizer = try Tokenizer(file)
        var options = CollectOptions(suite: plan.suite, folder: "\(plan.folder(of: round.number))/runs")
        options.split = plan.split
        options.tasks = plan.tasks
        let first = plan.firstSeed + UInt64((round.number - 1) * plan.seeds)
        options.seeds = first...(first + UInt64(max(plan.seeds, 1) - 1))
        (options.runs, options.wanderings, options.orders) = (1, 0, 0)
        options.jobs = plan.jobs
        options.counter = { tokenizer.encode($0).count }
        options.tokenizer = SHA256.hex(file.bytes)
        if let path = round.before {
            let scorer = try StateScorer(model: plan.model, adapter: path, threads: plan.threads)
            options.prompt = scorer.head.prompt
            let (model, head) = (scorer.language, scorer.head)
            let each = max(1, plan.threads / max(plan.jobs, 1))
            options.source = .actor(
                CollectOptions.ActorOptions(name: scorer.version, mix: plan.mix) {
                    try Verifier(model: model, head: head, threads: each)
                }
            )
        }
        let outcome = try await StateCollector.run(options) { onEvent(.collecting($0)) }
        let set = StateSet.assemble(
            outcome.states,
            options: StateSetOptions(
                selfCorrectionShare: 1,
                orderShare: 0,
                limit: plan.limit,
                seed: UInt64(round.number)
            )
        )
        try StatesFile.write(set, to: path(of: "states", round, plan))
        round.states = set.count
        return true
    }

    private static func path(of name: String, _ round: TrainingRound, _ plan: RoundPlan) -> String {
        "\(plan.folder(of: round.number))/\(name).jsonl"
    }

    private static func score(
        _ round: inout TrainingRound,
        _ plan: RoundPlan,
        _ onEvent: @escaping @Sendable (Event) -> Void
    ) throws -> Bool {
        let states = try StatesFile.read(path(of: "states", round, plan))
        let store = try AnnotationStore(folder: plan.store)
        defer { store.close() }
        let items = states.map { AnnotationItem($0, origin: "round \(round.number)") }
        try store.add(items)
        guard let path = round.before else { return true }
        let scorer = try StateScorer(model: plan.model, adapter: path, threads: plan.threads)
        // In portions, so that what was scored before an interruption is not scored again.
        var portion: [(item: Int64, scores: [Double])] = []
        for (index, (state, item)) in zip(states, items).enumerated() {
            guard let id = try store.id(of: item) else { continue }
            if try store.scores(id, verifier: scorer.version) == nil { portion.append((id, try scorer.scores(state))) }
            if portion.count == 100 || index == states.count - 1 {
                try store.setScores(portion, verifier: scorer.version)
                portion = []
            }
            onEvent(.counted("scoring", index + 1, states.count))
        }
        return true
    }

    private static func annotate(
        _ round: inout TrainingRound,
        _ plan: RoundPlan,
        _ onEvent: @escaping @Sendable (Event) -> Void
    ) async throws -> Bool {
        let store = try AnnotationStore(folder: plan.store)
        defer { store.close() }
        // Interrupted behind the end of its round: nothing is left to be said.
        let isOver = try round.annotation.map { try store.hasEnded(round: $0) } ?? false
        if round.annotation == nil {
            var options = plan.annotation
            options.seed = UInt64(round.number)
            options.verifier = try round.before.map {
                try StateScorer(model: plan.model, adapter: $0, threads: plan.threads).version
            }
            round.annotation = try store.startRound(options).id
            // At once, so that a kill leads to no second round in the store.
            try FileBytes.write(JSON.pretty(round) + "\n", to: "\(plan.folder(of: round.number))/round.json")
        }
        if !isOver, try await !isAnnotated(round, plan, store, onEvent) { return false }
        var said = ExportOptions()
        if plan.goesOn { said.rounds = Set([round.annotation].compactMap(\.self)) }
        try StatesFile.write(store.judgedStates(said).map(\.state), to: path(of: "judged", round, plan))
        if let id = round.annotation {
            round.report = try store.report(id)
            if !isOver { try store.endRound() }
        }
        return true
    }

    /// Lets the oracle annotate, or looks whether persons have.
    private static func isAnnotated(
        _ round: TrainingRound,
        _ plan: RoundPlan,
        _ store: AnnotationStore,
        _ onEvent: @escaping @Sendable (Event) -> Void
    ) async throws -> Bool {
        if plan.isPerson {
            let waiting = try store.unhandled()
            if waiting > 0 { onEvent(.waits(plan.store, waiting)) }
            return waiting == 0
        }
        let states = try StatesFile.read(path(of: "states", round, plan))
        var done = 0
        try await store.annotate(by: StateAnnotator(states)) { _, _ in
            done += 1
            onEvent(.counted("annotating", done, states.count))
        }
        return true
    }

    private static func train(
        _ round: inout TrainingRound,
        _ plan: RoundPlan,
        _ onEvent: @escaping @Sendable (Event) -> Void
    ) throws -> Bool {
        let folder = plan.folder(of: round.number)
        var options = PreferenceTrainingOptions(
            states: plan.states + [path(of: "judged", round, plan)],
            model: plan.model,
            recipe: plan.recipe,
            output: "\(folder)/verifier.gguf",
            folder: "\(folder)/training"
        )
        if plan.goesOn { options.start = round.before }
        options.report = "\(folder)/training-report"
        options.minutes = plan.minutes
        options.threads = plan.threads
        let outcome = try PreferenceTraining.run(options) { onEvent(.training($0)) }
        round.after = options.output
        return outcome.isDone
    }

    private static func evaluate(
        _ round: inout TrainingRound,
        _ plan: RoundPlan,
        _ onEvent: @escaping @Sendable (Event) -> Void
    ) throws -> Bool {
        let states = try StatesFile.read(plan.evaluation)
        func part(_ adapter: String?) throws -> StateEvaluation.Part {
            try StateEvaluation.run(
                states,
                by: VerifierFiles(model: plan.model, adapter: adapter, threads: plan.threads),
                progress: { onEvent(.counted("evaluating", $0, $1)) }
            ).all
        }
        let digest = try SHA256.hex(ofFile: plan.evaluation)
        // What came of the round before was measured then, if on the same states.
        let last = try rounds(plan).dropLast().last
        let known = last?.evaluation == digest ? last?.accuracyAfter : nil
        round.evaluation = digest
        round.accuracyBefore = try known ?? part(round.before)
        round.accuracyAfter = try part(round.after)
        if let id = round.annotation {
            let store = try AnnotationStore(folder: plan.store)
            defer { store.close() }
            try store.setAccuracy(round: id, before: round.accuracyBefore?.topOne, after: round.accuracyAfter?.topOne)
            round.report = try store.report(id)
        }
        return true
    }
}
