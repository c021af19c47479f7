// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// The optimizer: Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2).
public struct AdamWOptions: Codable, Sendable, Equatable {
    public var rate: Double
    public var beta1: Double
    public var beta2: Double
    public var epsilon: Double
    public var decay: Double
    /// Gradients longer than this are shortened to it; 0 for none.
    public var clip: Double

    public init(
        rate: Double = 2e-4,
        beta1: Double = 0.9,
        beta2: Double = 0.999,
        epsilon: Double = 1e-8,
        decay: Double = 0,
        clip: Double = 1
    ) {
        (self.rate, self.beta1, self.beta2) = (rate, beta1, beta2)
        (self.epsilon, self.decay, self.clip) = (epsilon, decay, clip)
    }
}

/// How the learning rate goes from the first step to the last one.
public enum LearningSchedule: String, Codable, Sendable, CaseIterable {
    case constant, linear, cosine

    /// The factor for a step, after a warm-up that rises evenly.
    public func factor(step: Int, of total: Int, warmUp: Int) -> Double {
        if step < warmUp { return Double(step + 1) / Double(warmUp) }
        let way = Double(step - warmUp) / Double(max(1, total - warmUp))
        switch self {
        case .constant: return 1
        case .linear: return max(0, 1 - way)
        case .cosine: return 0.5 * (1 + cos(min(1, way) * .pi))
        }
    }
}

/// The moments of the optimizer, and one step of it.
final class AdamW {
    let options: AdamWOptions
    private(set) var first: [Float]
    private(set) var second: [Float]
    private(set) var steps = 0

    init(_ count: Int, _ options: AdamWOptions) {
        self.options = options
        first = [Float](repeating: 0, count: count)
        second = [Float](repeating: 0, count: count)
    }

    /// Goes on from moments that were kept.
    func restore(first: [Float], second: [Float], steps: Int) {
        (self.first, self.second, self.steps) = (first, second, steps)
    }

    /// Changes the values against the gradients.
    ///
    /// - Parameters:
    ///   - factor: of the learning rate.
    ///   - special: a range of values with a factor of its own beside it, and no decay.
    /// - Returns: the length of the gradient before it was shortened.
    @discardableResult
    func step(
        _ values: UnsafeMutablePointer<Float>,
        _ gradients: UnsafeMutablePointer<Float>,
        factor: Double,
        special: (range: Range<Int>, factor: Double)
    ) -> Double {
        var squares = 0.0
        for index in first.indices { squares += Double(gradients[index]) * Double(gradients[index]) }
        let length = squares.squareRoot()
        let shortened = options.clip > 0 && length > options.clip ? Float(options.clip / length) : 1
        steps += 1
        let correction1 = Float(1 - pow(options.beta1, Double(steps)))
        let correction2 = Float(1 - pow(options.beta2, Double(steps)))
        let (beta1, beta2) = (Float(options.beta1), Float(options.beta2))
        let epsilon = Float(options.epsilon)
        func update(_ range: Range<Int>, rate: Float, decay: Float) {
            first.withUnsafeMutableBufferPointer { first in
                second.withUnsafeMutableBufferPointer { second in
                    for index in range {
                        let g = gradients[index] * shortened
                        first[index] = beta1 * first[index] + (1 - beta1) * g
                        second[index] = beta2 * second[index] + (1 - beta2) * g * g
                        let step = first[index] / correction1 / ((second[index] / correction2).squareRoot() + epsilon)
                        values[index] -= rate * (step + decay * values[index])
                    }
                }
            }
        }
        let rate = options.rate * factor
        update(0..<special.range.lowerBound, rate: Float(rate), decay: Float(options.decay))
        update(special.range, rate: Float(rate * special.factor), decay: 0)
        update(special.range.upperBound..<first.count, rate: Float(rate), decay: Float(options.decay))
        return length
    }
}
