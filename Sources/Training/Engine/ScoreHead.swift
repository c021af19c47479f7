// SPDX-License-Identifier: Apache-2.0

import Foundation
import Inference

/// The linear head of a verifier: the score of a candidate is the product of its weights with the normed state at the candidate's last token.
///
/// V-Droid scores by a head over the vocabulary's logits, r = v . (W norm(h)); that is (W^T v) . norm(h), a vector as wide as a state, so
/// nothing is lost without the vocabulary.
struct ScoreHead {
    let width: Int
    let epsilon: Float
    let norm: UnsafePointer<Float>

    init(width: Int, epsilon: Float, norm: UnsafePointer<Float>) {
        (self.width, self.epsilon, self.norm) = (width, epsilon, norm)
    }

    init(_ model: FrozenModel) {
        self.init(
            width: model.config.width,
            epsilon: model.config.normEpsilon,
            norm: UnsafePointer(model.outputNorm.base)
        )
    }

    /// Scores of rows of the residual stream.
    func scores(_ states: UnsafePointer<Float>, rows: Int, weights: UnsafePointer<Float>) -> [Double] {
        (0..<rows).map { row in
            let state = states + row * width
            let scale = inverse(state)
            var sum = 0.0
            for index in 0..<width {
                sum += Double(state[index]) * scale * Double(norm[index]) * Double(weights[index])
            }
            return sum
        }
    }

    /// The gradients of states and weights from those of scores.
    ///
    /// - Parameters:
    ///   - states: what the scores were made of.
    ///   - slopes: the gradient of each score.
    ///   - stateGradients: set to the gradient of the states.
    ///   - weightGradients: the gradient of the weights is added to it.
    func backward(
        _ states: UnsafePointer<Float>,
        slopes: [Double],
        weights: UnsafePointer<Float>,
        stateGradients: UnsafeMutablePointer<Float>,
        weightGradients: UnsafeMutablePointer<Float>
    ) {
        for (row, slope) in slopes.enumerated() {
            let state = states + row * width
            let scale = inverse(state)
            var mean = 0.0
            for index in 0..<width {
                let normed = Double(state[index]) * scale
                weightGradients[index] += Float(slope * normed * Double(norm[index]))
                mean += slope * Double(weights[index]) * Double(norm[index]) * normed
            }
            mean /= Double(width)
            for index in 0..<width {
                let normed = Double(state[index]) * scale
                let above = slope * Double(weights[index]) * Double(norm[index])
                stateGradients[row * width + index] = Float(scale * (above - normed * mean))
            }
        }
    }

    /// A row as the weights meet it.
    func normed(_ state: UnsafePointer<Float>) -> [Float] {
        let scale = inverse(state)
        return (0..<width).map { Float(Double(state[$0]) * scale * Double(norm[$0])) }
    }

    private func inverse(_ state: UnsafePointer<Float>) -> Double {
        var sum = 0.0
        for index in 0..<width { sum += Double(state[index]) * Double(state[index]) }
        return 1 / (sum / Double(width) + Double(epsilon)).squareRoot()
    }
}
