// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import Inference
@testable import Training

@Suite("Training from preferences")
struct PreferenceTests {
    /// States whose right candidate begins with one of two tokens, and the others with any of a few other ones.
    static let states: [PreferenceState] = (0..<48).map { seed in
        var state = SmallModel.state(prefix: 12, candidates: [1, 1, 1, 1], seed: UInt64(100 + seed))
        var random = SeededRandom(seed: UInt64(seed), name: "states")
        let best = Int.random(in: 0..<4, using: &random)
        for index in state.candidates.indices {
            state.candidates[index][0] =
                index == best ? .random(in: 10...11, using: &random) : .random(in: 20...25, using: &random)
        }
        state.right = [best]
        state.wrong = state.candidates.indices.filter { $0 != best }
        return state
    }

    func options(_ precision: TrainingPrecision = .float, epochs: Int = 2) -> PreferenceOptions {
        PreferenceOptions(
            shape: AdapterShape(rank: 4, alpha: 8),
            optimizer: AdamWOptions(rate: 5e-3),
            warmUp: 2,
            epochs: epochs,
            batch: 4,
            precision: precision
        )
    }

    func trainer(_ options: PreferenceOptions, identity: String = "test") throws -> PreferenceTrainer {
        try PreferenceTrainer(
            FrozenModel(SmallModel().file(), precision: options.precision, threads: 1),
            states: Array(PreferenceTests.states.prefix(36)),
            validation: Array(PreferenceTests.states.suffix(12)),
            options: options,
            identity: identity,
            threads: 2
        )
    }

    @Test("a verifier learns to rank, on states that it has not seen, too", arguments: TrainingPrecision.allCases)
    func learns(precision: TrainingPrecision) throws {
        let trainer = try trainer(options(precision, epochs: 12))
        let before = try trainer.evaluate(Array(PreferenceTests.states.suffix(12)))
        try trainer.run()
        let last = try #require(trainer.curve.last)
        #expect(last.training.loss < 0.2)
        let held = try #require(last.validation)
        #expect(held.pairs > max(0.9, before.pairs))
        #expect(trainer.step == trainer.totalSteps && trainer.totalSteps == 12 * 9)
    }

    @Test("states that are ranked well already are not taken back through the model")
    func skips() throws {
        var all = options(.float, epochs: 1)
        let whole = try trainer(all)
        try whole.run()
        all.skipBelow = 1e-9
        let none = try trainer(all)
        try none.run()
        #expect(none.curve.allSatisfy { $0.training.skipped == 0 })
        let size = (0..<whole.pass.layout.count).map { abs(whole.pass.values[$0]) }.max() ?? 0
        for index in 0..<whole.pass.layout.count {
            #expect(abs(whole.pass.values[index] - none.pass.values[index]) < 1e-3 * size)
        }
        all.skipBelow = 1e9
        let easy = try trainer(all)
        let before = (0..<easy.pass.layout.count).map { easy.pass.values[$0] }
        try easy.run()
        #expect(easy.curve.allSatisfy { $0.training.skipped == 1 })
        #expect(before.indices.allSatisfy { before[$0] == easy.pass.values[$0] })
        // What is easy changes while it learns: some are learned from, and ever fewer.
        all.skipBelow = 0.05
        all.epochs = 12
        let some = try trainer(all)
        try some.run()
        let shares = some.curve.map(\.training.skipped)
        #expect(try #require(shares.first) < 0.5 && #require(shares.last) > 0.5)
        #expect(try #require(some.curve.last).training.topOne > 0.9)
    }

    @Test("a training that was stopped goes on with the same bits")
    func resumes() throws {
        let whole = try trainer(options())
        try whole.run(reportEvery: 3)
        let first = try trainer(options())
        var kept: TrainingCheckpoint?
        try first.run(reportEvery: 3, progress: { $0.step < 7 }, keep: { kept = $0.checkpoint })
        let path = "\(NSTemporaryDirectory())/\(UInt64.random(in: 0 ... .max)).checkpoint"
        defer { unlink(path) }
        try #require(kept).write(to: path)
        let second = try trainer(options())
        try second.restore(TrainingCheckpoint.read(path))
        #expect(second.step == 6)
        try second.run(reportEvery: 3)
        #expect(
            (0..<whole.pass.layout.count).allSatisfy {
                whole.pass.values[$0].bitPattern == second.pass.values[$0].bitPattern
            }
        )
        #expect(whole.curve == second.curve)
    }

    @Test(
        "a head that was fitted to the model as it is ranks better than one of zeros, and the adapter goes on from there"
    )
    func probe() throws {
        var options = options()
        options.probe = 30
        let trainer = try trainer(options)
        let seen = Array(PreferenceTests.states.prefix(36))
        let before = try trainer.evaluate(seen)
        try trainer.probe()
        let after = try trainer.evaluate(seen)
        #expect(before.topOne == 0)
        #expect(after.topOne > 0.7)
        #expect(after.loss < before.loss)
        try trainer.advance()
        let values = trainer.headWeights
        // Once training has begun the head is the training's own.
        try trainer.probe()
        #expect(trainer.headWeights == values)
    }

    @Test("a training goes on from the adapter of an earlier one, and refuses one of another shape")
    func goesOn() throws {
        let first = try trainer(options())
        try first.run()
        let path = "\(NSTemporaryDirectory())/\(UInt64.random(in: 0 ... .max)).gguf"
        defer { unlink(path) }
        try first.pass.writeAdapter(to: path, name: "first")
        let second = try trainer(options())
        try second.begin(with: path, head: first.headWeights)
        let held = Array(PreferenceTests.states.suffix(12))
        // The file keeps half precision.
        #expect(abs(try first.evaluate(held).loss - second.evaluate(held).loss) < 0.01)
        var other = options()
        other.shape.rank = 3
        let third = try trainer(other)
        #expect(throws: DroidError.self) { try third.begin(with: path, head: first.headWeights) }
        #expect(throws: DroidError.self) { try second.begin(with: path, head: [1]) }
    }

    @Test("a checkpoint of another training is refused")
    func otherTraining() throws {
        let checkpoint = try trainer(options()).checkpoint
        #expect(throws: DroidError.self) { try trainer(options(), identity: "other").restore(checkpoint) }
        #expect(throws: DroidError.self) { try trainer(options(epochs: 3)).restore(checkpoint) }
    }

    @Test("a damaged checkpoint is named, wherever the damage is")
    func damaged() throws {
        let path = "\(NSTemporaryDirectory())/\(UInt64.random(in: 0 ... .max)).checkpoint"
        defer { unlink(path) }
        let facts = TrainingCheckpoint.Facts(identity: "x", step: 3, seconds: 1, curve: [])
        try TrainingCheckpoint(facts: facts, values: [1, 2, 3], first: [4, 5, 6], second: [7, 8, 9]).write(to: path)
        let bytes = try FileBytes.read(path)
        #expect(try TrainingCheckpoint.read(path).second == [7, 8, 9])
        var random = SeededRandom(seed: 1)
        for round in 0..<400 {
            var broken = bytes
            if round % 2 == 0 {
                broken.removeLast(Int.random(in: 1...bytes.count, using: &random))
            } else {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                broken[place] ^= UInt8.random(in: 1...255, using: &random)
            }
            // A changed name or time of the facts is no damage that can be seen.
            guard let read = try? TrainingCheckpoint(bytes: broken, name: "x") else { continue }
            #expect(read.values == [1, 2, 3] && read.first == [4, 5, 6] && read.second == [7, 8, 9])
        }
    }

    @Test("slopes of both losses are those of the loss", arguments: PreferenceObjective.Loss.allCases)
    func slopes(loss: PreferenceObjective.Loss) {
        let objective = PreferenceObjective(loss: loss, margin: 0.3, rivals: 3)
        let scores = [0.4, -1.2, 2.0, 0.1, 0.9, -3.0]
        let (right, wrong) = ([0, 4], [1, 2, 3, 5])
        let slopes = objective.evaluate(scores, right: right, wrong: wrong).slopes
        for index in scores.indices {
            func moved(_ by: Double) -> Double {
                var copy = scores
                copy[index] += by
                return objective.evaluate(copy, right: right, wrong: wrong).loss
            }
            #expect(abs((moved(1e-5) - moved(-1e-5)) / 2e-5 - slopes[index]) < 1e-8)
        }
        // The easiest rival does not count.
        #expect(slopes[5] == 0 && slopes[2] > 0)
    }

    @Test("a state with too many tokens keeps its right candidates, and loses wrong ones only")
    func limited() {
        let state = PreferenceState(
            prefix: [1],
            candidates: (0..<40).map { [Int32]($0..<($0 + 5)) },
            right: [7, 30],
            wrong: (0..<40).filter { $0 != 7 && $0 != 30 }
        )
        var random = SeededRandom(seed: 1)
        let small = state.limited(to: 50, using: &random)
        #expect(small.candidates.count == 10)
        #expect(small.right.map { small.candidates[$0] } == [state.candidates[7], state.candidates[30]])
        #expect(Set(small.right + small.wrong) == Set(0..<10))
        #expect(state.limited(to: 200, using: &random) == state)
        var known = state
        known.priors = (0..<40).map(Double.init)
        let left = known.limited(to: 50, using: &random)
        #expect(left.priors.count == 10 && left.priors == left.candidates.map { Double($0[0]) })
    }

    @Test("what is known of candidates is added to their scores, and learned no more")
    func priors() throws {
        let trainer = try trainer(options())
        let state = PreferenceTests.states[0]
        var known = state
        known.priors = [0.5, -2, 0, 7]
        let plain = try trainer.scores([state]).scores[0]
        let both = try trainer.scores([known, state]).scores
        for index in plain.indices { #expect(abs(both[0][index] - plain[index] - known.priors[index]) < 1e-5) }
        #expect(zip(both[1], plain).allSatisfy { abs($0 - $1) < 1e-5 })
        // Rules that are sure of the right one leave nothing to learn.
        known.priors = state.candidates.indices.map { state.right.contains($0) ? 30 : 0 }
        #expect(try trainer.evaluate([known]).loss < 1e-6)
        #expect(try trainer.evaluate([known]).topOne == 1)
    }

    @Test("the temperature that made the choices is found, whatever else is known of the candidates")
    func temperature() {
        var random = SeededRandom(seed: 9)
        let decisions = (0..<3000).map { _ in
            let scores = (0..<4).map { _ in Double.random(in: -6...6, using: &random) }
            let priors = (0..<4).map { _ in Double.random(in: -2...2, using: &random) }
            let weights = zip(scores, priors).map { exp($0 / 3 + $1) }
            var left = Double.random(in: 0..<weights.reduce(0, +), using: &random)
            let right =
                weights.firstIndex {
                    left -= $0; return left < 0
                } ?? 3
            return Temperature.Decision(
                scores: scores,
                priors: priors,
                right: [right],
                wrong: (0..<4).filter { $0 != right }
            )
        }
        #expect(abs(Temperature.best(decisions) - 3) < 0.4)
    }

    @Test("AdamW does what its paper says")
    func adamW() {
        let options = AdamWOptions(rate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decay: 0.01, clip: 0)
        let optimizer = AdamW(2, options)
        var (values, gradients): ([Float], [Float]) = ([1, -2], [0.5, 0.25])
        var (m, v, x) = ([0.0, 0.0], [0.0, 0.0], [1.0, -2.0])
        for step in 1...5 {
            optimizer.step(&values, &gradients, factor: 1, special: (2..<2, 1))
            for i in 0..<2 {
                let g = Double([0.5, 0.25][i])
                m[i] = 0.9 * m[i] + 0.1 * g
                v[i] = 0.99 * v[i] + 0.01 * g * g
                var (mean, square) = (m[i], v[i])
                for (beta, power) in [(0.9, step), (0.99, step)] {
                    let rest = 1 - (0..<power).reduce(1.0) { product, _ in product * beta }
                    if beta == 0.9 { mean /= rest } else { square /= rest }
                }
                x[i] -= 0.1 * (mean / (square.squareRoot() + 1e-8) + 0.01 * x[i])
            }
        }
        for i in 0..<2 { #expect(abs(Double(values[i]) - x[i]) < 1e-5) }
    }

    @Test("the learning rate rises, then falls as its schedule says")
    func schedule() {
        #expect(LearningSchedule.cosine.factor(step: 0, of: 100, warmUp: 10) == 0.1)
        #expect(LearningSchedule.cosine.factor(step: 10, of: 100, warmUp: 10) == 1)
        #expect(abs(LearningSchedule.cosine.factor(step: 55, of: 100, warmUp: 10) - 0.5) < 1e-9)
        #expect(LearningSchedule.linear.factor(step: 55, of: 100, warmUp: 10) == 0.5)
        #expect(LearningSchedule.constant.factor(step: 99, of: 100, warmUp: 10) == 1)
    }
}
