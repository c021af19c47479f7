// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
import Foundation
import Inference
import Training

/// What `train p3` is asked for.
public struct PreferenceTrainingOptions: Sendable {
    /// Files of states.
    public var states: [String]
    /// The GGUF file of the base model.
    public var model: String
    /// The recipe file.
    public var recipe: String
    /// Where the adapter goes.
    public var output: String
    /// Where the report goes, without ending. Nil for none.
    public var report: String?
    /// An adapter that an earlier training wrote, to begin with; nil to begin anew.
    public var start: String?
    /// Where the checkpoint is kept, so that an interrupted training goes on.
    public var folder: String
    /// Stops after so many minutes; the training goes on with the next call. Nil to train to the end.
    public var minutes: Double?
    public var threads: Int?

    public init(states: [String], model: String, recipe: String, output: String, folder: String) {
        self.states = states
        self.model = model
        self.recipe = recipe
        self.output = output
        self.folder = folder
    }
}

/// What a training says while it runs.
public enum PreferenceTrainingEvent: Sendable {
    /// Before it begins.
    case plan(PreferencePlan)
    /// While the head is fitted to the model as it is: states that are done, and all.
    case probe(Int, Int)
    /// After each step: steps that are done, all steps, and seconds that are left as far as can be told.
    case step(Int, Int, secondsLeft: Double)
    case point(PreferencePoint)
}

/// What a training will take, said before it begins.
public struct PreferencePlan: Codable, Sendable {
    public var states: Int
    public var validation: Int
    /// Tokens of one epoch: each prefix once.
    public var tokens: Int
    /// The same with a full sequence for each candidate, as trainers do that share no prefix.
    public var unsharedTokens: Int
    public var steps: Int
    /// Steps that were done before.
    public var doneSteps: Int
    /// Memory at the peak.
    public var bytes: Int
    /// Seconds for all steps that are left, from one pass that was timed; nil when there are none.
    public var seconds: Double?
}

/// From states to a verifier: an adapter and a head in one file.
public enum PreferenceTraining {
    /// What came of it.
    public struct Outcome: Codable, Sendable {
        public var isDone: Bool
        public var step: Int
        public var steps: Int
        public var seconds: Double
        public var training: RankingQuality?
        public var validation: RankingQuality?
    }

    /// Trains, or goes on with a training that was interrupted, and writes the adapter as it stands at the end.
    ///
    /// - Throws: `DroidError` from reading, from the model, or with code `training.empty`, `training.checkpoint`, `training.diverged`.
    ///   Checkpoints that were written stay.
    @discardableResult
    public static func run(
        _ options: PreferenceTrainingOptions,
        progress: (PreferenceTrainingEvent) -> Void = { _ in }
    ) throws -> Outcome {
        let recipe = try PreferenceRecipe.load(options.recipe)
        try TrainingFiles.check(outputs: [options.output], inputs: [options.start, options.model].compactMap(\.self))
        let (records, digest) = try read(options.states, recipe)
        let prompt = try PromptAgreement.prompt(records.map { ($0.actionSpace, $0.prompt) })
        let model = try FrozenModel.load(options.model, precision: recipe.precision, threads: options.threads)
        let start = try options.start.map { try VerifierHead.trained($0, for: model) }
        let worth: FactWeights? =
            switch recipe.facts {
            case .fit: try fit(records.filter { !isHeldBack($0, recipe) }, recipe, start, options)
            case .keep: start.flatMap(FactWeights.init)
            case .none: nil
            }
        let knowledge = VerifierHead(kind: .linear, facts: worth?.linear, network: worth?.network)
        var tokens = StateTokens(model.tokenizer, head: knowledge)
        var training: [PreferenceState] = []
        var validation: [PreferenceState] = []
        for record in records {
            guard let state = try tokens.state(record) else { continue }
            if isHeldBack(record, recipe) { validation.append(state) } else { training.append(state) }
        }
        if training.isEmpty, !validation.isEmpty {
            throw DroidError(
                "training.empty",
                "there is nothing to learn from",
                why: "all \(validation.count) states are of episodes that are held back",
                next: "lower validation_share in the recipe, or collect more seeds"
            )
        }
        let trainer = try PreferenceTrainer(
            model,
            states: training,
            validation: validation,
            options: recipe.options,
            identity: "\(model.sha256) \(digest) \(try options.start.map { try SHA256.hex(ofFile: $0) } ?? "") "
                + recipe.identity(),
            threads: options.threads
        )
        if let path = options.start, let start {
            try trainer.begin(with: path, head: Array(start.weights.dropLast(VerifierHead.extraFeatures)))
        }
        try FileBytes.makeFolder(options.folder)
        let kept = "\(options.folder)/checkpoint"
        if FileManager.default.fileExists(atPath: kept) { try trainer.restore(TrainingCheckpoint.read(kept)) }
        progress(.plan(try trainer.plan(training, validation: validation)))
        try trainer.probe { progress(.probe($0, $1)) }
        let begun = Date()
        var (written, shown) = (begun, trainer.curve.count)
        let before = trainer.step
        var isOver = false
        try trainer.run(
            reportEvery: recipe.reportEvery,
            validateEvery: recipe.validateEvery,
            progress: { trainer in
                let seconds = Date().timeIntervalSince(begun)
                let rate = seconds / Double(max(1, trainer.step - before))
                progress(
                    .step(
                        trainer.step,
                        trainer.totalSteps,
                        secondsLeft: rate * Double(trainer.totalSteps - trainer.step)
                    )
                )
                return !isOver
            },
            keep: { trainer in
                for point in trainer.curve[shown...] { progress(.point(point)) }
                shown = trainer.curve.count
                let now = Date()
                if let minutes = options.minutes, now.timeIntervalSince(begun) >= minutes * 60 { isOver = true }
                guard now.timeIntervalSince(written) > 120 || isOver || trainer.step == trainer.totalSteps else {
                    return
                }
                try trainer.checkpoint.write(to: kept)
                written = now
            }
        )
        let measured = validation.isEmpty ? Array(training.prefix(200)) : validation
        let head = VerifierHead(
            kind: .linear,
            layers: [model.config.blockCount],
            dModel: model.config.width,
            weights: trainer.headWeights + [Float](repeating: 0, count: VerifierHead.extraFeatures),
            temperature: Float(try trainer.temperature(measured)),
            baseSHA256: model.sha256,
            prompt: prompt,
            facts: knowledge.facts,
            network: knowledge.network
        )
        try head.checkShape()
        try trainer.pass.writeAdapter(to: options.output, name: recipe.name, keys: head.adapterKeys)
        if let path = options.report {
            try report(trainer, recipe, options, model, records, training.count, validation.count, head).write(to: path)
        }
        return Outcome(
            isDone: trainer.step == trainer.totalSteps,
            step: trainer.step,
            steps: trainer.totalSteps,
            seconds: trainer.seconds,
            training: trainer.curve.last?.training,
            validation: trainer.curve.last { $0.validation != nil }?.validation
        )
    }

    /// What facts are worth: first by themselves, to all states, unless the verifier that it goes on from has as many units; then beside what
    /// that verifier says of some, since what it learned fits the weights that it learned beside. So they move only where its scores leave
    /// something to say.
    private static func fit(
        _ records: [StateRecord],
        _ recipe: PreferenceRecipe,
        _ start: VerifierHead?,
        _ options: PreferenceTrainingOptions
    ) throws -> FactWeights? {
        var known = start.flatMap(FactWeights.init)
        if known.map({ $0.units != recipe.factUnits }) ?? true {
            known = FactWeights.fit(records, units: recipe.factUnits)
        }
        guard start != nil, let known else { return known }
        let scorer = try StateScorer(model: options.model, adapter: options.start, threads: options.threads)
        var random = SeededRandom(seed: recipe.seed, name: "facts")
        let some = Array(records.shuffled(using: &random).prefix(recipe.probe))
        let scores = try some.map { try scorer.plainScores($0) }
        let head = VerifierHead(kind: .linear, facts: known.linear, network: known.network)
        let temperature = Temperature.best(
            zip(some, scores).map { state, scores in
                let priors = state.priors(for: head)
                return Temperature.Decision(scores: scores, priors: priors, right: state.right, wrong: state.wrong)
            }
        )
        let odds = scores.map { $0.map { $0 / temperature } }
        return FactWeights.fit(some, units: recipe.factUnits, from: known, beside: odds) ?? known
    }

    /// Reads states and keeps those right after a wrong step to the recipe's share; also a digest of all that was read.
    private static func read(_ paths: [String], _ recipe: PreferenceRecipe) throws -> ([StateRecord], String) {
        var hash = SHA256()
        var records: [StateRecord] = []
        for path in paths {
            hash.update(try FileBytes.read(path))
            records += try StatesFile.read(path)
        }
        let share = recipe.correctionShare
        let corrections = records.indices.filter { records[$0].kind == .selfCorrection }
        let others = records.count - corrections.count
        let limit = share < 1 ? Int(share / (1 - share) * Double(others)) : corrections.count
        if corrections.count > limit {
            var random = SeededRandom(seed: recipe.seed, name: "corrections")
            let dropped = Set(corrections.shuffled(using: &random).dropFirst(limit))
            records = records.indices.filter { !dropped.contains($0) }.map { records[$0] }
        }
        return (records, hash.finalHex())
    }

    /// Whole episodes are held back, so that no state is learned whose neighbour is looked at.
    private static func isHeldBack(_ record: StateRecord, _ recipe: PreferenceRecipe) -> Bool {
        var random = SeededRandom(seed: recipe.seed, name: "held back \(record.task) \(record.seed)")
        return Double.random(in: 0..<1, using: &random) < recipe.validationShare
    }

    private static func report(
        _ trainer: PreferenceTrainer,
        _ recipe: PreferenceRecipe,
        _ options: PreferenceTrainingOptions,
        _ model: FrozenModel,
        _ records: [StateRecord],
        _ training: Int,
        _ validation: Int,
        _ head: VerifierHead
    ) -> PreferenceReport {
        let kinds = Dictionary(grouping: records, by: \.kind.rawValue).mapValues(\.count)
        var facts = [
            "model": model.config.name, "model SHA-256": model.sha256,
            "states": options.states.map { ($0 as NSString).lastPathComponent }.joined(separator: ", "),
            "states to learn from": "\(training)", "states held back": "\(validation)",
            "tasks": "\(Set(records.map(\.task)).count)", "temperature": "\(head.temperature)",
            "prompt version": "\(head.promptVersion)", "action space": "\(head.actionSpaceVersion)",
        ]
        for (kind, count) in kinds { facts["states: \(kind)"] = "\(count)" }
        return PreferenceReport(title: "Verifier: \(recipe.name)", facts: facts, trainer: trainer)
    }
}

extension VerifierHead {
    /// The head as an adapter's file keeps it.
    var adapterKeys: [(String, AdapterKey)] {
        ggufMetadata.compactMap { key, value in
            guard key.hasPrefix(VerifierHead.key) else { return nil }
            switch value {
            case .string(let text): return (key, .text(text))
            case .integers(let numbers): return (key, .integers(numbers))
            case .floats(let numbers): return (key, .floats(numbers))
            }
        }
    }
}
