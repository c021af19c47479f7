// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Training

@Suite struct PairwiseTrainingTests {
    /// Groups of five rows whose right row is the one with the largest product with a hidden direction.
    private func toy(groups: Int, columns: Int, seed: UInt64, noise: Float = 0) -> (FeatureMatrix, [RankingGroup]) {
        var random = SeededRandom(seed: seed)
        var hidden = SeededRandom(seed: 99)
        let direction = (0..<columns).map { _ in Float.random(in: -1...1, using: &hidden) }
        var matrix = FeatureMatrix(columns: columns)
        var out: [RankingGroup] = []
        for group in 0..<groups {
            // A part that all rows of a group share: it must not matter.
            let shared = (0..<columns).map { _ in Float.random(in: -20...20, using: &random) }
            var scores: [Float] = []
            for _ in 0..<5 {
                let row = (0..<columns).map { shared[$0] + Float.random(in: -1...1, using: &random) }
                scores.append(
                    zip(row, direction).reduce(0) { $0 + $1.0 * $1.1 } + Float.random(in: -1...1, using: &random)
                        * noise
                )
                matrix.append(row)
            }
            let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
            let wrong = (0..<5).filter { $0 != best }.map { group * 5 + $0 }
            out.append(RankingGroup(right: [group * 5 + best], wrong: wrong, family: "toy", episode: "\(group)"))
        }
        return (matrix, out)
    }

    @Test func `the gradient is the slope of the loss`() {
        let (matrix, groups) = toy(groups: 7, columns: 37, seed: 3)
        let objective = PairwiseObjective(matrix: matrix, groups: groups, l2: 0.1)
        var random = SeededRandom(seed: 5)
        let point = (0..<37).map { _ in Double.random(in: -0.05...0.05, using: &random) }
        var gradient: [Double] = []
        _ = objective.evaluate(point, gradient: &gradient)
        for index in 0..<37 {
            var unused: [Double] = []
            var up = point
            var down = point
            up[index] += 1e-2
            down[index] -= 1e-2
            let slope = (objective.evaluate(up, gradient: &unused) - objective.evaluate(down, gradient: &unused)) / 2e-2
            #expect(abs(slope - gradient[index]) < 2e-3, "weight \(index): \(slope) by difference, \(gradient[index])")
        }
    }

    @Test func `a separable set is learnt and holds on groups that were not seen`() throws {
        let (matrix, groups) = toy(groups: 600, columns: 24, seed: 1)
        let split = RankingSplit(groups, validationFamilies: [], share: 0.2, seed: 1)
        #expect(!split.validation.isEmpty && split.training.count > 400)
        let head = try PairwiseTrainer.train(matrix, split: split, options: PairwiseOptions(l2: 1e-4))
        let quality = PairwiseTrainer.evaluate(head, matrix, groups: split.validation)
        #expect(quality.topOne > 0.9)
        #expect(quality.pairAccuracy > 0.95)
        let last = try #require(head.curve.last)
        #expect(last.trainingLoss < head.curve[0].trainingLoss)
    }

    @Test func `training twice gives the same bits`() throws {
        let (matrix, groups) = toy(groups: 200, columns: 65, seed: 2, noise: 1)
        let split = RankingSplit(groups, validationFamilies: [], share: 0.2, seed: 4)
        let first = try PairwiseTrainer.train(matrix, split: split, options: PairwiseOptions())
        let second = try PairwiseTrainer.train(matrix, split: split, options: PairwiseOptions())
        #expect(first.weights == second.weights)
        #expect(first.curve == second.curve)
    }

    @Test func `the head's score on raw features orders rows as training did`() throws {
        let (matrix, groups) = toy(groups: 100, columns: 16, seed: 8)
        let split = RankingSplit(groups, validationFamilies: [], share: 0, seed: 1)
        let head = try PairwiseTrainer.train(matrix, split: split, options: PairwiseOptions(maxSteps: 50))
        let top = groups.filter { group in
            let right = group.right.map { head.score(matrix[$0]) }.max() ?? 0
            let wrong = group.wrong.map { head.score(matrix[$0]) }.max() ?? 0
            return right > wrong
        }
        let topOne = try #require(head.curve.last).trainingTopOne
        #expect(abs(Double(top.count) / 100 - topOne) < 0.011)
    }

    @Test func `a split keeps families and episodes whole`() {
        let groups = (0..<300).map {
            RankingGroup(right: [0], wrong: [1], family: "f\($0 % 6)", episode: "e\($0 % 30)")
        }
        let split = RankingSplit(groups, validationFamilies: ["f5"], share: 0.3, seed: 2)
        #expect(!split.training.contains { $0.family == "f5" })
        let trained = Set(split.training.map { "\($0.family)/\($0.episode)" })
        let validated = Set(split.validation.map { "\($0.family)/\($0.episode)" })
        #expect(trained.isDisjoint(with: validated))
        #expect(split.training.count + split.validation.count == 300)
    }

    @Test func `nothing to compare is a clear error`() {
        let matrix = FeatureMatrix(columns: 4)
        let split = RankingSplit([], validationFamilies: [], share: 0, seed: 1)
        #expect { try PairwiseTrainer.train(matrix, split: split, options: PairwiseOptions()) } throws: {
            ($0 as? DroidError)?.code == "training.empty"
        }
    }

    @Test func `a group that names a missing row is refused`() {
        var matrix = FeatureMatrix(columns: 1)
        matrix.append([1])
        let split = RankingSplit([RankingGroup(right: [0], wrong: [7])], validationFamilies: [], share: 0, seed: 1)
        #expect { try PairwiseTrainer.train(matrix, split: split, options: PairwiseOptions()) } throws: {
            ($0 as? DroidError)?.code == "training.rows"
        }
    }

    @Test func `a feature that never varies inside a group gets no weight`() throws {
        var matrix = FeatureMatrix(columns: 2)
        var groups: [RankingGroup] = []
        for group in 0..<20 {
            matrix.append([1, Float(group)])
            matrix.append([0, Float(group)])
            groups.append(RankingGroup(right: [group * 2], wrong: [group * 2 + 1]))
        }
        let split = RankingSplit(groups, validationFamilies: [], share: 0, seed: 1)
        let head = try PairwiseTrainer.train(matrix, split: split, options: PairwiseOptions())
        #expect(head.weights[0] > 0)
        #expect(head.weights[1] == 0)
    }
}
