// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Inference

/// How a verifier is trained from preferences.
public struct PreferenceOptions: Codable, Sendable, Equatable {
    public var shape: AdapterShape
    public var objective: PreferenceObjective
    public var optimizer: AdamWOptions
    public var schedule: LearningSchedule
    /// Steps in which the learning rate rises.
    public var warmUp: Int
    /// The head learns at this many times the rate of the adapter.
    public var headFactor: Double
    public var epochs: Int
    /// States of one step of the optimizer.
    public var batch: Int
    /// Tokens that go through the model at once; states that fit together are put together.
    public var passTokens: Int
    /// Tokens of all candidates of a state; of those that have more some wrong candidates are drawn.
    public var candidateTokens: Int
    public var precision: TrainingPrecision
    /// Keeps less memory from forward to backward, for a third more work.
    public var checkpoints: Bool
    public var seed: UInt64
    /// States whose unchanged model's states the head is fitted to before the adapter learns, so that the first gradients do not tear at
    /// what the model knows (Kumar et al., arXiv 2202.10054); 0 for a head of zeros.
    public var probe: Int
    /// States whose loss is below this are not taken back through the model: their gradients are next to nothing and cost almost half of the
    /// time (selective backpropagation, Jiang et al., arXiv 1910.00762). 0 takes all back.
    public var skipBelow: Double

    public init(
        shape: AdapterShape = AdapterShape(),
        objective: PreferenceObjective = PreferenceObjective(),
        optimizer: AdamWOptions = AdamWOptions(),
        schedule: LearningSchedule = .cosine,
        warmUp: Int = 20,
        headFactor: Double = 5,
        epochs: Int = 1,
        batch: Int = 8,
        passTokens: Int = 1536,
        candidateTokens: Int = 400,
        precision: TrainingPrecision = .bfloat16,
        checkpoints: Bool = false,
        seed: UInt64 = 1,
        probe: Int = 0,
        skipBelow: Double = 0
    ) {
        self.probe = probe
        self.skipBelow = skipBelow
        self.shape = shape
        self.objective = objective
        self.optimizer = optimizer
        self.schedule = schedule
        self.warmUp = warmUp
        self.headFactor = headFactor
        self.epochs = epochs
        self.batch = batch
        self.passTokens = passTokens
        self.candidateTokens = candidateTokens
        self.precision = precision
        self.checkpoints = checkpoints
        self.seed = seed
    }
}

/// How a training did up to a step.
public struct PreferencePoint: Codable, Sendable, Equatable {
    public var step: Int
    /// Means over the states since the point before.
    public var training: RankingQuality
    /// On the states that are held back; nil where they were not looked at.
    public var validation: RankingQuality?
    public var rate: Double
    /// The length of the last step's gradient.
    public var gradient: Double
}

/// Trains an adapter and a linear head so that right candidates score above wrong ones (V-Droid's pair-wise progress preference), with the
/// prefix of each state computed once for all its candidates.
public final class PreferenceTrainer {
    public let options: PreferenceOptions
    public let pass: TrainingPass
    let states: [PreferenceState]
    private let validation: [PreferenceState]
    private let optimizer: AdamW
    private let identity: String
    let head: ScoreHead
    /// Whether it goes on from an earlier training, whose head needs no fitting.
    private(set) var isBegun = false
    public private(set) var step = 0
    public private(set) var seconds = 0.0
    public private(set) var curve: [PreferencePoint] = []

    /// - Parameters:
    ///   - states: to learn from.
    ///   - validation: that are only looked at.
    ///   - identity: what the states and the model are, so that a checkpoint of others is not gone on with.
    /// - Throws: `DroidError` with code `training.empty`, or as `TrainingPass` does.
    public init(
        _ model: FrozenModel,
        states: [PreferenceState],
        validation: [PreferenceState] = [],
        options: PreferenceOptions,
        identity: String,
        threads: Int? = nil
    ) throws {
        let usable = { (state: PreferenceState) in !state.right.isEmpty && !state.wrong.isEmpty && !state.prefix.isEmpty
        }
        self.states = states.filter(usable)
        self.validation = validation.filter(usable)
        guard !self.states.isEmpty else {
            throw DroidError(
                "training.empty",
                "there is nothing to learn from",
                why: "none of \(states.count) states has both a right and a wrong candidate",
                next: "collect states with `droidagent train pairs`"
            )
        }
        self.options = options
        self.identity = try SHA256.hex((identity + JSON.line(options)).utf8)
        pass = try TrainingPass(model, shape: options.shape, checkpoints: options.checkpoints, threads: threads)
        pass.start(seed: options.seed)
        optimizer = AdamW(pass.layout.count, options.optimizer)
        head = ScoreHead(model)
    }

    /// Steps of the whole training.
    public var totalSteps: Int { options.epochs * stepsPerEpoch }
    private var stepsPerEpoch: Int { (states.count + options.batch - 1) / options.batch }

    /// States of a step, which follow from the seed and the step alone. Each epoch has an order of its own.
    private func batch(_ step: Int) -> [PreferenceState] {
        let epoch = step / stepsPerEpoch
        var random = SeededRandom(seed: options.seed, name: "epoch \(epoch)")
        let order = states.indices.shuffled(using: &random)
        let first = step % stepsPerEpoch * options.batch
        return order[first..<min(first + options.batch, order.count)].map { index in
            var random = SeededRandom(seed: options.seed, name: "state \(epoch) \(index)")
            return states[index].limited(to: options.candidateTokens, using: &random)
        }
    }

    /// Puts states together that fit into one pass.
    func packed(_ batch: [PreferenceState]) -> [[PreferenceState]] {
        PreferenceState.packed(batch, tokens: options.passTokens)
    }

    /// The scores of all candidates of some states, by the numerics of training.
    func scores(_ states: [PreferenceState]) throws -> (states: UnsafePointer<Float>, scores: [[Double]]) {
        try pass.scores(of: states, head: head)
    }

    /// Does one step of the optimizer.
    ///
    /// - Returns: how the verifier ranked the step's states before it.
    /// - Throws: `DroidError` with code `model.memory`, or `training.diverged` when a gradient is no number; the values are then those of
    ///   before the step.
    @discardableResult
    public func advance() throws -> (quality: RankingQuality, gradient: Double) {
        let start = monotonicSeconds()
        let batch = batch(step)
        let total = batch.reduce(0) { $0 + Double($1.weight) }
        var quality = RankingQuality()
        pass.clearGradients()
        // Each state by itself where some are left out, so that one that is not learned from costs nothing beside one that is.
        for pack in options.skipBelow > 0 ? batch.map({ [$0] }) : packed(batch) {
            let (rows, scores) = try scores(pack)
            var slopes: [Double] = []
            var isEasy = true
            for (state, scores) in zip(pack, scores) {
                let result = options.objective.evaluate(scores, right: state.right, wrong: state.wrong)
                quality.add(scores, state, loss: result.loss)
                // A loss that is no number is not easy.
                if !(result.loss < options.skipBelow) { isEasy = false }
                slopes += result.slopes.map { $0 * Double(state.weight) / total }
            }
            if isEasy { quality.skipped += 1 } else { pass.learn(rows, slopes, head: head) }
        }
        let factor = options.schedule.factor(step: step, of: totalSteps, warmUp: options.warmUp)
        for index in 0..<pass.layout.count where !pass.gradients[index].isFinite {
            throw DroidError(
                "training.diverged",
                "the training has diverged at step \(step + 1)",
                why: "a gradient is no number",
                next: "lower the learning rate in the recipe"
            )
        }
        let length = optimizer.step(
            pass.values,
            pass.gradients,
            factor: factor,
            special: (pass.layout.head, options.headFactor)
        )
        pass.refresh()
        step += 1
        seconds += monotonicSeconds() - start
        return (quality, length)
    }

    /// How the verifier ranks states that it does not learn from.
    public func evaluate(_ states: [PreferenceState]) throws -> RankingQuality {
        var quality = RankingQuality()
        for pack in packed(states) {
            for (state, scores) in zip(pack, try scores(pack).scores) {
                let loss = options.objective.evaluate(scores, right: state.right, wrong: state.wrong).loss
                quality.add(scores, state, loss: loss)
            }
        }
        return quality.finished()
    }

    /// Trains to the end, or until told to stop.
    ///
    /// - Parameters:
    ///   - reportEvery: steps between two points of the curve.
    ///   - validateEvery: steps between two looks at the states that are held back.
    ///   - progress: called after each step; the training stops when it returns false.
    ///   - keep: called when something was gained that is worth keeping: at each point, and at the end.
    public func run(
        reportEvery: Int = 10,
        validateEvery: Int = 100,
        progress: (PreferenceTrainer) -> Bool = { _ in true },
        keep: (PreferenceTrainer) throws -> Void = { _ in }
    ) throws {
        var since = RankingQuality()
        while step < totalSteps {
            let (quality, gradient) = try advance()
            since.merge(quality)
            let isLast = step == totalSteps
            if step % reportEvery == 0 || isLast {
                let validates = !validation.isEmpty && (step % validateEvery == 0 || isLast)
                curve.append(
                    PreferencePoint(
                        step: step,
                        training: since.finished(),
                        validation: validates ? try evaluate(validation) : nil,
                        rate: options.optimizer.rate
                            * options.schedule.factor(step: step - 1, of: totalSteps, warmUp: options.warmUp),
                        gradient: gradient
                    )
                )
                since = RankingQuality()
                try keep(self)
            }
            if !progress(self) { break }
        }
    }

    /// What is needed to go on from here. Take it at a point of the curve: what was counted since the last one is not part of it.
    public var checkpoint: TrainingCheckpoint {
        TrainingCheckpoint(
            facts: TrainingCheckpoint.Facts(identity: identity, step: step, seconds: seconds, curve: curve),
            values: Array(UnsafeBufferPointer(start: pass.values, count: pass.layout.count)),
            first: optimizer.first,
            second: optimizer.second
        )
    }

    /// Goes on from a checkpoint.
    ///
    /// - Throws: `DroidError` with code `training.checkpoint` when it is of another training.
    public func restore(_ checkpoint: TrainingCheckpoint) throws {
        guard checkpoint.facts.identity == identity, checkpoint.values.count == pass.layout.count else {
            throw TrainingCheckpoint.other
        }
        for (index, value) in checkpoint.values.enumerated() { pass.values[index] = value }
        pass.refresh()
        optimizer.restore(first: checkpoint.first, second: checkpoint.second, steps: checkpoint.facts.step)
        step = checkpoint.facts.step
        seconds = checkpoint.facts.seconds
        curve = checkpoint.facts.curve
    }

    /// Begins with the adapter and the head of an earlier training rather than with none. Call it before the first step.
    ///
    /// - Throws: as `TrainingPass.readAdapter`; also for a head that is not as wide as the model's states.
    public func begin(with adapter: String, head weights: [Float]) throws {
        guard step == 0, weights.count == pass.layout.head.count else {
            throw DroidError(
                "adapter.unsupported",
                "training cannot go on from \(adapter)",
                why: "its head has \(weights.count) weights, and the model's states are \(pass.layout.head.count) wide",
                next: "name an adapter that `droidagent train p3` wrote"
            )
        }
        try pass.readAdapter(adapter)
        for (index, weight) in zip(pass.layout.head, weights) { pass.values[index] = weight }
        pass.refresh()
        isBegun = true
    }

    /// The head's weights.
    public var headWeights: [Float] { pass.layout.head.map { pass.values[$0] } }
}

extension RankingQuality {
    /// Adds the sums of another one, before both are finished.
    mutating func merge(_ other: RankingQuality) {
        states += other.states
        loss += other.loss
        pairs += other.pairs
        topOne += other.topOne
        skipped += other.skipped
    }
}

extension PreferenceTrainer {
    /// Takes a state forward and back without learning from it.
    func passOver(_ state: PreferenceState) throws {
        let (rows, scores) = try scores([state])
        let slopes = options.objective.evaluate(scores[0], right: state.right, wrong: state.wrong).slopes
        pass.learn(rows, slopes, head: head)
        pass.clearGradients()
    }

    /// The temperature of this verifier's scores, by the states that are given.
    public func temperature(_ states: [PreferenceState]) throws -> Double {
        var scored: [Temperature.Decision] = []
        for pack in packed(states) {
            for (state, scores) in zip(pack, try scores(pack).scores) {
                let own = scores.indices.map { scores[$0] - state.prior($0) }
                scored.append(
                    Temperature.Decision(scores: own, priors: state.priors, right: state.right, wrong: state.wrong)
                )
            }
        }
        return Temperature.best(scored)
    }
}
