// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Inference
import Kernels

/// Who does the same training step, to be compared with.
public protocol TrainingPeer: AnyObject {
    var name: String { get }
    /// Seconds of one forward and backward pass over sequences of one length, of which the states of the last tokens are read.
    func seconds(sequences: Int, tokens: Int) throws -> Double
}

/// The training engine's own clock.
public struct TrainingBench {
    public enum Section: String, CaseIterable, Sendable {
        /// One decision: a prefix and candidates behind it.
        case state
        /// Plain sequences, against others.
        case sequences
        /// Long texts with and without sparsity and checkpoints.
        case sparsity
        /// The loss over some steps with and without sparsity.
        case loss
    }

    public struct Plan: Sendable {
        public var model: String
        public var threads: Int
        public var repeats = 5
        public var precision = TrainingPrecision.bfloat16
        public var shape = AdapterShape()
        /// Tokens of a long text, and steps of the comparison of losses.
        public var longTokens = 8192
        public var steps = 40
        /// A text to train on, cut into pieces of `longTokens`.
        public var text: String?
        public var keptTokens = 0.5
        public var keptColumns = 0.5
        public var command = "droidagent train bench"

        public init(model: String, threads: Int) { (self.model, self.threads) = (model, threads) }
    }

    let plan: Plan
    let model: FrozenModel
    let emit: (MeasurementRow) throws -> Void

    /// Loads the model.
    public init(_ plan: Plan, emit: @escaping (MeasurementRow) throws -> Void) throws {
        self.plan = plan
        self.emit = emit
        model = try FrozenModel.load(plan.model, precision: plan.precision, threads: plan.threads)
    }

    /// Measures, in the order of the sections.
    public func run(_ sections: [Section], peer: () throws -> (any TrainingPeer)?) throws {
        for section in sections {
            switch section {
            case .state: try state()
            case .sequences: try sequences(peer())
            case .sparsity: try sparsity()
            case .loss: try losses()
            }
        }
    }

    func row(
        _ name: String,
        _ value: Double,
        _ unit: String,
        peer: String? = nil,
        peerValue: Double? = nil,
        floor: Double? = nil,
        goal: Double? = nil,
        note: String? = nil
    ) throws {
        var row = MeasurementRow(
            name: name,
            value: value,
            unit: unit,
            peer: peer,
            peerValue: peerValue,
            floor: floor,
            goal: goal,
            command: plan.command
        )
        row.note = note
        try emit(row)
    }

    func median(_ work: () throws -> Void) rethrows -> Double {
        try work()
        var seconds: [Double] = []
        for _ in 0..<plan.repeats {
            let start = monotonicSeconds()
            try work()
            seconds.append(monotonicSeconds() - start)
        }
        return seconds.sorted()[seconds.count / 2]
    }

    func tokens(_ count: Int, _ random: inout SeededRandom) -> [Int32] {
        (0..<count).map { _ in Int32.random(in: 0..<Int32(min(model.config.vocabularySize, 40_000)), using: &random) }
    }

    func makePass(
        _ model: FrozenModel,
        sparsity: TokenSparsity? = nil,
        checkpoints: Bool = false
    ) throws -> TrainingPass {
        let pass = try TrainingPass(
            model,
            shape: plan.shape,
            checkpoints: checkpoints,
            sparsity: sparsity,
            threads: plan.threads
        )
        pass.start(seed: 1)
        var random = SeededRandom(seed: 2)
        for part in pass.layout.parts.joined() {
            for index in part.b..<(part.b + part.outputs * plan.shape.rank) {
                pass.values[index] = .random(in: -0.02...0.02, using: &random)
            }
        }
        for index in pass.layout.head { pass.values[index] = .random(in: -0.2...0.2, using: &random) }
        pass.refresh()
        return pass
    }

    /// Forward and backward over a batch, with slopes that follow from nothing but their number.
    func step(_ pass: TrainingPass, _ batch: TokenBatch) throws {
        let head = ScoreHead(model)
        let weights = UnsafePointer(pass.values + pass.layout.head.lowerBound)
        let rows = try pass.forward(batch)
        let count = batch.keptCount
        let scores = head.scores(rows, rows: count, weights: weights)
        let objective = PreferenceObjective(rivals: 0)
        let slopes = count > 1 ? objective.evaluate(scores, right: [0], wrong: Array(1..<count)).slopes : [1]
        var gradient = [Float](repeating: 0, count: count * pass.width)
        gradient.withUnsafeMutableBufferPointer { gradient in
            guard let base = gradient.baseAddress else { return }
            head.backward(
                rows,
                slopes: slopes,
                weights: weights,
                stateGradients: base,
                weightGradients: pass.gradients + pass.layout.head.lowerBound
            )
            pass.backward(base)
        }
    }

    /// The products and sums of a forward and a backward pass, in 10^9, without those of norms and activations.
    func operations(rows: Int, pairs: Double) -> Double {
        let config = model.config
        let (heads, keys) = (config.headCount * config.headWidth, config.keyValueHeadCount * config.headWidth)
        let weights =
            config.width * (heads + 2 * keys) + heads * config.width + 3 * config.width * config.feedForwardWidth
        let inner =
            (3 * config.width + heads + 2 * config.width + config.feedForwardWidth)
            + (2 * heads + 2 * keys + 2 * config.feedForwardWidth + config.width)
        let block = 4.0 * Double(weights) * Double(rows) + 6.0 * Double(inner * plan.shape.rank) * Double(rows)
        return (block + 14 * pairs * Double(heads)) * Double(config.blockCount) * 1e-9
    }

    /// What the multipliers of all threads give at the same time, in GFLOP/s; 0 where nobody has written that loop. Two threads of one core
    /// share them, so this is no multiple of what one thread gets alone.
    private func peak() throws -> Double {
        let pool = try ThreadPool(threads: plan.threads)
        let rates = try FloatBuffer(plan.threads)
        return (0..<3).map { _ in
            pool.run(plan.threads) { task, _ in rates.base[task] = Float(dk_training_peak(plan.precision.element)) }
            return (0..<plan.threads).reduce(0) { $0 + Double(rates.base[$1]) }
        }.max() ?? 0
    }

    private func state() throws {
        let pass = try makePass(model)
        var random = SeededRandom(seed: 3)
        var batch = TokenBatch()
        batch.append(prefix: tokens(600, &random), branches: (0..<24).map { _ in tokens(12, &random) })
        let seconds = try median { try step(pass, batch) }
        let pairs = 600.0 * 601 / 2 + 24 * (12 * 600 + 12 * 13 / 2)
        let peak = try peak()
        let rate = operations(rows: 888, pairs: pairs) / seconds
        pass.clearGradients()
        try step(pass, batch)
        let own = (0..<pass.layout.count).map { pass.gradients[$0] }
        let exact = try makePass(FrozenModel.load(plan.model, precision: .float, threads: plan.threads))
        exact.clearGradients()
        try step(exact, batch)
        var (dot, a, b) = (0.0, 0.0, 0.0)
        for index in own.indices {
            let (x, y) = (Double(own[index]), Double(exact.gradients[index]))
            (dot, a, b) = (dot + x * y, a + x * x, b + y * y)
        }
        try row(
            "training.state.seconds",
            seconds,
            "s",
            floor: 1.8,
            goal: 1.1,
            note: "prefix of 600 tokens, 24 candidates of 12; " + String(format: "%.0f GFLOP/s", rate)
                + (peak > 0 ? String(format: ", %.0f %% of what the multipliers give", rate / peak * 100) : "")
        )
        try row(
            "training.state.gradient_cosine",
            dot / (a * b).squareRoot(),
            "",
            note: "against the same gradient in 32-bit floats"
        )
    }

    private func sequences(_ peer: (any TrainingPeer)?) throws {
        let (count, length) = (4, 640)
        let pass = try makePass(model)
        var random = SeededRandom(seed: 4)
        var batch = TokenBatch()
        for _ in 0..<count { batch.append(tokens(length, &random), readsAll: false) }
        let seconds = try median { try step(pass, batch) }
        let peerSeconds = try peer?.seconds(sequences: count, tokens: length)
        let own = Double(count * length) / seconds
        try row(
            "training.sequences.tokens_per_second",
            own,
            "tokens/s",
            peer: peer?.name,
            peerValue: peerSeconds.map { Double(count * length) / $0 },
            note: "\(count) sequences of \(length) tokens, forward and backward, \(plan.precision.rawValue)"
        )
        if let peerSeconds, let peer {
            try row(
                "training.sequences.ratio",
                peerSeconds / seconds,
                "x",
                peer: peer.name,
                peerValue: 1,
                floor: 1.5,
                goal: 2.5
            )
        }
    }
}
