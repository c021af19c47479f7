// SPDX-License-Identifier: Apache-2.0

import Base
import Inference

extension PreferenceTrainer {
    /// Fits the head to the states of the model as it is, on some of the states to learn from; done once, before the first step.
    ///
    /// - Parameter progress: states that are done, and all.
    public func probe(progress: (Int, Int) -> Void = { _, _ in }) throws {
        guard step == 0, !isBegun, options.probe > 0 else { return }
        var random = SeededRandom(seed: options.seed, name: "probe")
        let chosen = states.shuffled(using: &random).prefix(options.probe).map { state in
            state.limited(to: options.candidateTokens, using: &random)
        }
        var matrix = FeatureMatrix(columns: pass.config.width)
        var groups: [RankingGroup] = []
        for pack in packed(chosen) {
            let rows = try scores(pack).states
            var at = 0
            for state in pack {
                let first = matrix.rows
                for _ in state.candidates {
                    matrix.append(head.normed(rows + at * pass.config.width)[...])
                    at += 1
                }
                groups.append(
                    RankingGroup(
                        right: state.right.map { first + $0 },
                        wrong: state.wrong.map { first + $0 },
                        weight: state.weight,
                        family: state.family,
                        episode: "\(groups.count)"
                    )
                )
            }
            progress(groups.count, chosen.count)
        }
        let split = RankingSplit(groups, validationFamilies: [], share: 0.15, seed: options.seed)
        let ranker = try PairwiseTrainer.train(
            matrix,
            split: split,
            options: PairwiseOptions(l2: 0.01, seed: options.seed)
        )
        for (index, weight) in zip(pass.layout.head, ranker.weights) { pass.values[index] = weight }
        pass.refresh()
    }
}
