// SPDX-License-Identifier: Apache-2.0

import Base
import Inference

/// Teaches a verifier whose work is cut down to decide as it did before (self-distillation: ActiveFlow, arXiv 2504.08378, section 4, with masks;
/// BitDistill, arXiv 2510.13998, with ternary weights).
///
/// Teacher and student begin with the same adapter and head. On decisions the student follows the teacher's distribution over the candidates, on
/// texts that over the vocabulary.
public final class DistillationTrainer {
    public let options: DistillationOptions
    /// The verifier as it was; nothing of it changes.
    public let teacher: TrainingPass
    public let student: TrainingPass
    let decisions: [PreferenceState]
    let texts: [[Int32]]
    private let head: ScoreHead
    private let loss: VocabularyLoss
    private let optimizer: AdamW
    private let weightOptimizer: AdamW?
    private let teacherRows: FloatBuffer
    private let gradient: FloatBuffer
    public private(set) var step = 0
    public private(set) var seconds = 0.0
    public private(set) var curve: [DistillationPoint] = []

    /// - Parameters:
    ///   - model: the dense model.
    ///   - studentModel: the same model once more where its weights are to learn; nil where the adapter alone learns.
    ///   - decisions: recorded decisions; what is right and wrong in them does not matter.
    ///   - texts: of at most `options.textTokens` tokens each.
    /// - Throws: `DroidError` with code `training.empty` without decisions and texts, or as `TrainingPass` and `TernaryWeights` do.
    public init(
        _ model: FrozenModel,
        studentModel: FrozenModel? = nil,
        decisions: [PreferenceState],
        texts: [[Int32]],
        options: DistillationOptions,
        threads: Int? = nil
    ) throws {
        var random = SeededRandom(seed: options.seed, name: "candidates")
        self.decisions = decisions.filter { !$0.prefix.isEmpty && $0.candidates.count > 1 }.map {
            $0.limited(to: options.candidateTokens, using: &random)
        }
        self.texts = texts.filter { (2...options.textTokens).contains($0.count) }
        guard !self.decisions.isEmpty || !self.texts.isEmpty else {
            throw DroidError(
                "training.empty",
                "there is nothing to learn from",
                why: "there is no decision with two candidates, and no text",
                next: "collect states with `droidagent train pairs`"
            )
        }
        self.options = options
        teacher = try TrainingPass(model, shape: options.shape, threads: threads)
        student = try TrainingPass(studentModel ?? model, shape: options.shape, threads: threads)
        head = ScoreHead(model)
        loss = try VocabularyLoss(student)
        optimizer = AdamW(student.layout.count, options.optimizer)
        if let studentModel {
            let weights = try TernaryWeights(studentModel, threads: threads)
            student.weights = weights
            var own = options.optimizer
            own.rate = options.weightRate
            weightOptimizer = AdamW(weights.count, own)
        } else {
            weightOptimizer = nil
        }
        teacherRows = try FloatBuffer(options.textTokens * model.config.width)
        gradient = try FloatBuffer(options.textTokens * model.config.width)
        for pass in [teacher, student] { pass.start(seed: options.seed) }
    }

    /// Gives both the adapter and the head of a verifier.
    ///
    /// - Throws: as `TrainingPass.readAdapter`.
    public func begin(with adapter: String, head weights: [Float]) throws {
        precondition(weights.count == teacher.layout.head.count)
        for pass in [teacher, student] {
            try pass.readAdapter(adapter)
            for (index, weight) in zip(pass.layout.head, weights) { pass.values[index] = weight }
            pass.refresh()
        }
    }

    /// What of a list belongs to a step; each time round the order is another one.
    private func choose<Item>(_ items: [Item], _ count: Int, _ name: String) -> [Item] {
        guard !items.isEmpty else { return [] }
        var chosen: [Item] = []
        for number in (step * count)..<((step + 1) * count) {
            var random = SeededRandom(seed: options.seed, name: "\(name) \(number / items.count)")
            chosen.append(items[items.indices.shuffled(using: &random)[number % items.count]])
        }
        return chosen
    }

    /// Does one step of the optimizer.
    ///
    /// - Returns: sums over what the step read, from before it.
    /// - Throws: `DroidError` with code `model.memory`, or `training.diverged` when a gradient is no number; the values are then those of before
    ///   the step.
    @discardableResult
    public func advance() throws -> DistillationQuality {
        let start = monotonicSeconds()
        if step == 0 { showWeights() }
        student.clearGradients()
        var quality = DistillationQuality()
        let chosen = choose(decisions, options.decisions, "decisions")
        for pack in PreferenceState.packed(chosen, tokens: options.passTokens) {
            quality.merge(try follow(pack, share: 1 / Double(chosen.count)))
        }
        let texts = choose(texts, options.texts, "texts")
        for text in texts { quality.merge(try follow(text, weight: options.textWeight / Double(texts.count))) }
        try update()
        seconds += monotonicSeconds() - start
        return quality
    }

    /// Rounds the weights as far as the next step is to see them, and shows all values to the products.
    private func showWeights() {
        student.weights?.share = Float(min(1, Double(step + 1) / max(1, options.ramp * Double(options.steps))))
        student.refresh()
    }

    /// Rounds ternary weights wholly, as use sees them, until the next step.
    public func roundWeights() {
        guard let weights = student.weights else { return }
        weights.share = 1
        weights.refresh()
    }

    /// Changes the values by their gradients.
    private func update() throws {
        // All of them before any value changes.
        let weights = student.weights
        guard (0..<student.layout.count).allSatisfy({ student.gradients[$0].isFinite }),
            (0..<(weights?.count ?? 0)).allSatisfy({ weights?.gradients[$0].isFinite ?? true })
        else {
            throw DroidError(
                "training.diverged",
                "the distillation has diverged at step \(step + 1)",
                why: "a gradient is no number",
                next: "lower the learning rate in the recipe"
            )
        }
        let factor = options.schedule.factor(step: step, of: options.steps, warmUp: options.warmUp)
        optimizer.step(student.values, student.gradients, factor: factor, special: (student.layout.head, 1))
        if let weights, let weightOptimizer {
            let none = weights.count..<weights.count
            weightOptimizer.step(weights.values, weights.gradients, factor: factor, special: (none, 1))
        }
        step += 1
        showWeights()
    }

    /// Compares decisions, and learns from them unless `share` is nil.
    private func follow(_ pack: [PreferenceState], share: Double?) throws -> DistillationQuality {
        let goals = try teacher.scores(of: pack, head: head).scores
        let (rows, scores) = try student.scores(of: pack, head: head)
        var quality = DistillationQuality()
        var slopes: [Double] = []
        for (goal, score) in zip(goals, scores) {
            let (p, q) = (logSoftmax(goal), logSoftmax(score))
            quality.decisions += 1
            quality.divergence += zip(p, q).reduce(0) { $0 + exponential($1.0) * ($1.0 - $1.1) }
            if best(goal) == best(score) { quality.kept += 1 }
            let scale = (share ?? 0) / options.temperature
            slopes += zip(p, q).map { (exponential($1) - exponential($0)) * scale }
        }
        if share != nil { student.learn(rows, slopes, head: head) }
        return quality
    }

    private func logSoftmax(_ scores: [Double]) -> [Double] {
        let scaled = scores.map { $0 / options.temperature }
        let all = logSumExp(scaled)
        return scaled.map { $0 - all }
    }

    private func best(_ scores: [Double]) -> Int? { scores.indices.max { scores[$0] < scores[$1] } }

    /// Compares what both expect of a text, and learns from it unless `weight` is nil.
    private func follow(_ text: [Int32], weight: Double?) throws -> DistillationQuality {
        var batch = TokenBatch()
        batch.append(text)
        let count = text.count * student.width
        teacherRows.base.update(from: try teacher.forward(batch), count: count)
        let rows = try student.forward(batch)
        var quality = DistillationQuality()
        quality.tokens = text.count
        if let weight {
            let mean = try loss.divergence(rows, from: teacherRows.base, rows: text.count, gradient: gradient.base)
            quality.textDivergence = mean * Double(text.count)
            for index in 0..<count { gradient.base[index] *= Float(weight) }
            student.backward(gradient.base)
        } else {
            let targets = Array(text.dropFirst()) + [-1]
            quality.textDivergence =
                try loss.divergence(rows, from: teacherRows.base, rows: text.count, gradient: nil) * Double(text.count)
            quality.studentPerplexity = loss.evaluate(rows, targets: targets, gradient: nil) * Double(text.count)
            quality.teacherPerplexity =
                loss.evaluate(teacherRows.base, targets: targets, gradient: nil) * Double(text.count)
        }
        return quality
    }

    /// How close the student is on what it does not learn from.
    public func evaluate(_ decisions: [PreferenceState], texts: [[Int32]]) throws -> DistillationQuality {
        var quality = DistillationQuality()
        var random = SeededRandom(seed: options.seed, name: "candidates")
        let some = decisions.map { $0.limited(to: options.candidateTokens, using: &random) }
        for pack in PreferenceState.packed(some, tokens: options.passTokens) {
            quality.merge(try follow(pack, share: nil))
        }
        for text in texts { quality.merge(try follow(text, weight: nil)) }
        return quality.finished()
    }

    /// Trains to the end, or until told to stop.
    ///
    /// - Parameters:
    ///   - validation: looked at every `validateEvery` steps and at the end.
    ///   - progress: called after each step; the training stops when it returns false.
    public func run(
        reportEvery: Int = 5,
        validateEvery: Int = 50,
        validation: (decisions: [PreferenceState], texts: [[Int32]]) = ([], []),
        progress: (DistillationTrainer) throws -> Bool = { _ in true }
    ) throws {
        var since = DistillationQuality()
        while step < options.steps {
            since.merge(try advance())
            let isLast = step == options.steps
            if step % reportEvery == 0 || isLast {
                let looks =
                    (step % validateEvery == 0 || isLast) && !(validation.decisions.isEmpty && validation.texts.isEmpty)
                curve.append(
                    DistillationPoint(
                        step: step,
                        training: since.finished(),
                        validation: looks ? try evaluate(validation.decisions, texts: validation.texts) : nil,
                        rate: options.optimizer.rate
                            * options.schedule.factor(step: step - 1, of: options.steps, warmUp: options.warmUp)
                    )
                )
                since = DistillationQuality()
            }
            if try !progress(self) { break }
        }
    }

    /// What is needed to go on from here. Take it at a point of the curve: what was counted since the last one is not part of it.
    ///
    /// - Parameter identity: what model, adapter and data are, so that another distillation does not go on from it.
    public func checkpoint(identity: String) throws -> TrainingCheckpoint {
        let weights = student.weights
        return TrainingCheckpoint(
            facts: TrainingCheckpoint.Facts(
                identity: try SHA256.hex((identity + JSON.line(options)).utf8),
                step: step,
                seconds: seconds,
                curve: [],
                distillation: curve
            ),
            values: Array(UnsafeBufferPointer(start: student.values, count: student.layout.count))
                + (weights.map { Array(UnsafeBufferPointer(start: $0.values, count: $0.count)) } ?? []),
            first: optimizer.first + (weightOptimizer?.first ?? []),
            second: optimizer.second + (weightOptimizer?.second ?? [])
        )
    }

    /// Goes on from a checkpoint.
    ///
    /// - Throws: `DroidError` with code `training.checkpoint` when it is of another distillation.
    public func restore(_ checkpoint: TrainingCheckpoint, identity: String) throws {
        let (own, all) = (student.layout.count, student.layout.count + (student.weights?.count ?? 0))
        guard checkpoint.facts.identity == (try SHA256.hex((identity + JSON.line(options)).utf8)),
            checkpoint.values.count == all
        else { throw TrainingCheckpoint.other }
        for index in 0..<own { student.values[index] = checkpoint.values[index] }
        for index in own..<all { student.weights?.values[index - own] = checkpoint.values[index] }
        step = checkpoint.facts.step
        func halves(_ list: [Float]) -> ([Float], [Float]) { (Array(list[..<own]), Array(list[own...])) }
        let (first, second) = (halves(checkpoint.first), halves(checkpoint.second))
        optimizer.restore(first: first.0, second: second.0, steps: step)
        weightOptimizer?.restore(first: first.1, second: second.1, steps: step)
        seconds = checkpoint.facts.seconds
        curve = checkpoint.facts.distillation ?? []
        showWeights()
    }
}
