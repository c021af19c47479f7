// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
import Foundation
import Inference
import Training

/// What `train distill` and `train ternary` are asked for.
public struct DistillationRequest: Sendable {
    /// Files of states.
    public var states: [String]
    /// Files of plain text.
    public var texts: [String]
    /// The GGUF file of the base model.
    public var model: String
    /// The verifier that is to be kept.
    public var adapter: String
    public var recipe: String
    /// Where the adapter goes.
    public var output: String
    /// Where the masks go, or the ternary model.
    public var companion: String
    /// Where the report goes, without ending. Nil for none.
    public var report: String?
    /// Where the checkpoint is kept.
    public var folder: String
    /// Stops after so many minutes; the same call goes on.
    public var minutes: Double?
    public var threads: Int?

    public init(
        states: [String],
        texts: [String],
        model: String,
        adapter: String,
        recipe: String,
        output: String,
        companion: String,
        folder: String
    ) {
        (self.states, self.texts, self.model, self.adapter) = (states, texts, model, adapter)
        (self.recipe, self.output, self.companion, self.folder) = (recipe, output, companion, folder)
    }
}

/// What a distillation says while it runs.
public enum DistillationEvent: Sendable {
    /// Before it begins: decisions and texts to learn from, and how close the cut-down verifier is without learning.
    case begin(decisions: Int, texts: Int, before: DistillationQuality)
    /// Steps that are done, all steps, seconds that are left as far as can be told.
    case step(Int, Int, secondsLeft: Double)
    case point(DistillationPoint)
}

/// From a verifier to one that does with less work: with masks, or on ternary weights.
public enum DistillationTraining {
    /// What came of it.
    public struct Outcome: Codable, Sendable {
        public var isDone: Bool
        public var step: Int
        public var steps: Int
        public var seconds: Double
        /// How close it is to the verifier as it was, cut down without learning and with it, on what is held back.
        public var before: DistillationQuality
        public var after: DistillationQuality
    }

    /// What is learned from, and what is only looked at.
    private struct Material {
        var decisions: [PreferenceState] = []
        var texts: [[Int32]] = []
        var heldDecisions: [PreferenceState] = []
        var heldTexts: [[Int32]] = []
        var digest = ""
    }

    /// Distils, or goes on with a distillation that was interrupted, and writes what it has come to.
    ///
    /// - Throws: `DroidError` from reading, from the model, with code `adapter.unsupported` for an adapter that `train p3` did not write, or
    ///   `training.empty`, `training.checkpoint`, `training.diverged`. Checkpoints that were written stay.
    public static func run(
        _ request: DistillationRequest,
        progress: (DistillationEvent) -> Void = { _ in }
    ) throws -> Outcome {
        let recipe = try DistillationRecipe.load(request.recipe)
        try TrainingFiles.check(
            outputs: [request.output, request.companion],
            inputs: [request.adapter, request.model]
        )
        let model = try FrozenModel.load(request.model, precision: recipe.precision, threads: request.threads)
        let head = try VerifierHead.trained(request.adapter, for: model)
        let material = try material(request, recipe, model.tokenizer, head)
        let isTernary = recipe.target == .ternary
        let trainer = try DistillationTrainer(
            model,
            studentModel: isTernary
                ? FrozenModel.load(request.model, precision: recipe.precision, threads: request.threads) : nil,
            decisions: material.decisions,
            texts: material.texts,
            options: recipe.options(temperature: Double(head.temperature)),
            threads: request.threads
        )
        try trainer.begin(with: request.adapter, head: Array(head.weights.dropLast(VerifierHead.extraFeatures)))
        let mask = try isTernary ? nil : findMask(trainer, recipe, material)
        trainer.student.mask = mask
        // Without learning: ternary weights rounded at once. The first step sees them as floats again.
        trainer.roundWeights()
        let before = try trainer.evaluate(material.heldDecisions, texts: material.heldTexts)

        let identity =
            "\(model.sha256) \(try SHA256.hex(ofFile: request.adapter)) \(material.digest) "
            + (try recipe.identity())
        try FileBytes.makeFolder(request.folder)
        let kept = "\(request.folder)/checkpoint"
        if FileManager.default.fileExists(atPath: kept) {
            try trainer.restore(TrainingCheckpoint.read(kept), identity: identity)
        }
        progress(.begin(decisions: material.decisions.count, texts: material.texts.count, before: before))
        try train(trainer, recipe, request, material, identity, kept, progress)
        let after: DistillationQuality
        if let last = trainer.curve.last, last.step == recipe.steps, let measured = last.validation {
            after = measured
        } else {
            trainer.roundWeights()
            after = try trainer.evaluate(material.heldDecisions, texts: material.heldTexts)
        }
        try write(trainer, recipe, request, head, mask)
        let outcome = Outcome(
            isDone: trainer.step == recipe.steps,
            step: trainer.step,
            steps: recipe.steps,
            seconds: trainer.seconds,
            before: before,
            after: after
        )
        if let path = request.report {
            let facts = [
                "model": model.config.name, "model SHA-256": model.sha256,
                "verifier": (request.adapter as NSString).lastPathComponent,
                "decisions to learn from": "\(material.decisions.count)",
                "texts to learn from": "\(material.texts.count)",
            ]
            let report = DistillationReport(
                title: "Distillation: \(recipe.name)",
                facts: facts,
                trainer: trainer,
                before: before,
                after: after
            )
            try report.write(to: path)
        }
        return outcome
    }

    private static func train(
        _ trainer: DistillationTrainer,
        _ recipe: DistillationRecipe,
        _ request: DistillationRequest,
        _ material: Material,
        _ identity: String,
        _ kept: String,
        _ progress: (DistillationEvent) -> Void
    ) throws {
        let start = Date()
        var written = start
        var shown = trainer.curve.count
        let first = trainer.step
        // A checkpoint of ternary weights takes 1.3 GB.
        let pause = recipe.target == .ternary ? 600.0 : 120.0
        try trainer.run(
            reportEvery: recipe.reportEvery,
            validateEvery: recipe.validateEvery,
            validation: (material.heldDecisions, material.heldTexts)
        ) { trainer in
            let now = Date()
            let rate = now.timeIntervalSince(start) / Double(max(1, trainer.step - first))
            progress(.step(trainer.step, recipe.steps, secondsLeft: rate * Double(recipe.steps - trainer.step)))
            guard trainer.curve.count > shown else { return true }
            for point in trainer.curve[shown...] { progress(.point(point)) }
            shown = trainer.curve.count
            let isOver = request.minutes.map { now.timeIntervalSince(start) >= $0 * 60 } ?? false
            if isOver || trainer.step == recipe.steps || now.timeIntervalSince(written) > pause {
                try trainer.checkpoint(identity: identity).write(to: kept)
                written = now
            }
            return !isOver
        }
    }

    /// Thresholds from some of what is learned from.
    private static func findMask(
        _ trainer: DistillationTrainer,
        _ recipe: DistillationRecipe,
        _ material: Material
    ) throws -> ActivationMask {
        var batches: [TokenBatch] = []
        // Drawn: decisions lie together by their episodes, and texts by their files.
        var random = SeededRandom(seed: recipe.seed, name: "calibration")
        for state in material.decisions.shuffled(using: &random).prefix(recipe.calibration) {
            var batch = TokenBatch()
            batch.append(prefix: state.prefix, branches: state.candidates)
            batches.append(batch)
        }
        for text in material.texts.shuffled(using: &random).prefix(recipe.calibration) {
            var batch = TokenBatch()
            batch.append(text)
            batches.append(batch)
        }
        return try trainer.student.findMask(sparsity: recipe.sparsity, batches)
    }

    /// Reads states and texts, and divides them into what is learned from and what is looked at: whole episodes, and every tenth text.
    private static func material(
        _ request: DistillationRequest,
        _ recipe: DistillationRecipe,
        _ tokenizer: Tokenizer,
        _ head: VerifierHead
    ) throws -> Material {
        var material = Material()
        var hash = SHA256()
        var records: [StateRecord] = []
        for path in request.states {
            hash.update(try FileBytes.read(path))
            records += try StatesFile.read(path)
        }
        if !records.isEmpty {
            let prompt = try PromptAgreement.prompt(records.map { ($0.actionSpace, $0.prompt) })
            guard prompt == head.prompt else {
                throw DroidError(
                    "training.prompt",
                    "states and verifier do not belong together",
                    why: "the states have other prompts than those that the verifier was trained with",
                    next: "collect the states anew with `droidagent train pairs --adapter \(request.adapter)`"
                )
            }
        }
        var random = SeededRandom(seed: recipe.seed, name: "material")
        var tokens = StateTokens(tokenizer, head: head)
        let episodes = Dictionary(grouping: records) { "\($0.task) \($0.seed)" }
        let limit = min(recipe.validation, records.count / 4)
        for episode in episodes.keys.sorted().shuffled(using: &random) {
            let states = try (episodes[episode] ?? []).compactMap { record -> PreferenceState? in
                guard var state = try tokens.state(record) else { return nil }
                // Scores are divided by the temperature together with what is known beforehand, which is meant for what comes of that.
                for index in state.priors.indices { state.priors[index] *= Double(head.temperature) }
                return state
            }
            if material.heldDecisions.count + states.count <= limit {
                material.heldDecisions += states
            } else {
                material.decisions += states
            }
        }
        var pieces: [[Int32]] = []
        for path in request.texts {
            let bytes = try FileBytes.read(path)
            hash.update(bytes)
            let all = tokenizer.encode(String(decoding: bytes, as: UTF8.self))
            pieces += stride(from: 0, to: all.count, by: recipe.textTokens).map {
                Array(all[$0..<min($0 + recipe.textTokens, all.count)])
            }
        }
        for (index, piece) in pieces.enumerated() where piece.count > 1 {
            if index % 10 == 9 { material.heldTexts.append(piece) } else { material.texts.append(piece) }
        }
        material.digest = hash.finalHex()
        return material
    }

    private static func write(
        _ trainer: DistillationTrainer,
        _ recipe: DistillationRecipe,
        _ request: DistillationRequest,
        _ head: VerifierHead,
        _ mask: ActivationMask?
    ) throws {
        var head = head
        if let weights = trainer.student.weights {
            let floats = request.companion + ".floats"
            try weights.write(to: floats)
            defer { try? FileManager.default.removeItem(atPath: floats) }
            _ = try ModelQuantizer.quantize(
                GGUFFile.open(floats),
                to: .ternary,
                path: request.companion,
                threads: request.threads
            )
            head.baseSHA256 = try SHA256.hex(ofFile: request.companion)
        }
        try mask?.write(to: request.companion)
        let values = trainer.student.layout.head.map { trainer.student.values[$0] }
        head.weights = values + [Float](repeating: 0, count: VerifierHead.extraFeatures)
        try head.checkShape()
        try trainer.student.writeAdapter(to: request.output, name: recipe.name, keys: head.adapterKeys)
    }
}

extension VerifierHead {
    /// The head of an adapter that training can go on from: one that reads the last state alone.
    ///
    /// - Throws: as `load` and `check`, or with code `adapter.unsupported`.
    static func trained(_ path: String, for model: FrozenModel) throws -> VerifierHead {
        let head = try VerifierHead.load(path)
        try head.check(baseSHA256: model.sha256, dModel: model.config.width, blocks: model.config.blockCount)
        guard head.layers == [model.config.blockCount], !head.readsMean, !head.readsWords else {
            throw DroidError(
                "adapter.unsupported",
                "training cannot go on from \(path)",
                why: "its head reads more than the last state",
                next: "name an adapter that `droidagent train p3` wrote"
            )
        }
        return head
    }
}
