// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What scores are divided by so that their softmax is a fair guess of how often the top one is right (Guo et al., "On Calibration of
/// Modern Neural Networks", 2017).
public enum Temperature {
    /// The scores of a decision's candidates without what is known of them otherwise, their priors in logarithms of odds (empty for none), and
    /// the indices of right and wrong ones.
    public struct Decision {
        var scores: [Double]
        var priors: [Double]
        var right: [Int]
        var wrong: [Int]

        public init(scores: [Double], priors: [Double] = [], right: [Int], wrong: [Int]) {
            (self.scores, self.priors, self.right, self.wrong) = (scores, priors, right, wrong)
        }

        func share(_ candidate: Int, _ temperature: Double) -> Double {
            scores[candidate] / temperature + (priors.isEmpty ? 0 : priors[candidate])
        }
    }

    /// The temperature with the least log loss of the right candidates, found on a grid of a factor 1.1. A mild preference for 1 decides where
    /// the decisions do not: where all of a few are right, the loss alone would make scores as sharp as the grid allows.
    /// Priors are no scores and stay as they are.
    public static func best(_ decisions: [Decision]) -> Double {
        func loss(_ temperature: Double) -> Double {
            decisions.reduce(pow(log(temperature), 2) / 2) { sum, decision in
                let right = logSumExp(decision.right.map { decision.share($0, temperature) })
                let all = logSumExp((decision.right + decision.wrong).map { decision.share($0, temperature) })
                return sum + all - right
            }
        }
        let grid = (-40...60).map { pow(1.1, Double($0)) }
        return grid.min { loss($0) < loss($1) } ?? 1
    }
}
