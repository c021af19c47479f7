// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What scores are divided by so that their softmax is a fair guess of how often the top one is right (Guo et al., "On Calibration of
/// Modern Neural Networks", 2017).
public enum Temperature {
    /// The temperature with the least log loss of the right candidates, found on a grid of a factor 1.1. A mild preference for 1 decides where
    /// the decisions do not: where all of a few are right, the loss alone would make scores as sharp as the grid allows.
    ///
    /// - Parameter decisions: the scores of right and wrong candidates of each.
    public static func best(_ decisions: [(right: [Double], wrong: [Double])]) -> Double {
        func loss(_ temperature: Double) -> Double {
            decisions.reduce(pow(log(temperature), 2) / 2) { sum, decision in
                let right = logSumExp(decision.right.map { $0 / temperature })
                return sum + logSumExp((decision.right + decision.wrong).map { $0 / temperature }) - right
            }
        }
        let grid = (-40...60).map { pow(1.1, Double($0)) }
        return grid.min { loss($0) < loss($1) } ?? 1
    }
}
