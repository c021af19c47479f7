// SPDX-License-Identifier: Apache-2.0

import Base

/// Foretells which blocks of tokens attention will find informative, before it is computed (LeMo, section 5).
///
/// A block of tokens is seen by the mean of its normed rows u, with a 1 behind it. For each transformer block two small matrices bring it to a
/// query and a key, and the informativeness of a key is the sum of what the queries behind it make of it: sum over i >= j of
/// relu((Q u_i) . (K u_j)).
public struct BlockPredictor: Codable, Sendable {
    /// Width of the small queries and keys.
    public let inner: Int
    /// Features and the 1 behind them.
    private let width: Int
    /// For each transformer block that it is made for: [inner][width] for queries, then for keys.
    var weights: [Int: [Float]]

    public init(width: Int, inner: Int = 16) {
        (self.width, self.inner) = (width + 1, inner)
        weights = [:]
    }

    /// One sequence to learn from: features and what attention measured, for a transformer block.
    public struct Lesson: Sendable {
        var block: Int
        var features: [[Float]]
        var informativeness: [Float]
    }

    /// Informativeness of each block of tokens; nil for a transformer block that nothing was learned of.
    func informativeness(_ block: Int, _ features: [[Float]]) -> [Float]? {
        guard let weights = weights[block] else { return nil }
        let (queries, keys) = project(weights, features)
        return features.indices.map { j in
            (j..<features.count).reduce(Float(0)) { sum, i in sum + max(0, dot(queries[i], keys[j])) }
        }
    }

    private func project(_ weights: [Float], _ features: [[Float]]) -> ([[Float]], [[Float]]) {
        func rows(_ from: Int) -> [[Float]] {
            features.map { u in
                (0..<inner).map { r in
                    var sum = weights[from + r * width + width - 1]
                    for c in 0..<(width - 1) { sum += weights[from + r * width + c] * u[c] }
                    return sum
                }
            }
        }
        return (rows(0), rows(inner * width))
    }

    private func dot(_ a: [Float], _ b: [Float]) -> Float {
        var sum: Float = 0
        for index in a.indices { sum += a[index] * b[index] }
        return sum
    }

    /// Learns from sequences, by squared errors of informativeness that is scaled to a mean of one.
    ///
    /// - Parameter steps: passes over the lessons of each transformer block.
    public mutating func learn(_ lessons: [Lesson], steps: Int = 200, seed: UInt64 = 1) {
        for (block, lessons) in Dictionary(grouping: lessons, by: \.block).sorted(by: { $0.key < $1.key }) {
            var random = SeededRandom(seed: seed, name: "predictor \(block)")
            let limit = 1 / Float(width).squareRoot()
            var values =
                weights[block]
                ?? (0..<(2 * inner * width)).map { _ in Float.random(in: -limit...limit, using: &random) }
            let optimizer = AdamW(values.count, AdamWOptions(rate: 3e-3, clip: 1))
            for step in 0..<steps {
                var gradients = [Float](repeating: 0, count: values.count)
                slopes(lessons[step % lessons.count], values, &gradients)
                optimizer.step(
                    &values,
                    &gradients,
                    factor: 1 - Double(step) / Double(steps),
                    special: (values.count..<values.count, 1)
                )
            }
            weights[block] = values
        }
    }

    private func slopes(_ lesson: Lesson, _ values: [Float], _ gradients: inout [Float]) {
        let count = lesson.features.count
        let (queries, keys) = project(values, lesson.features)
        let mean = max(lesson.informativeness.reduce(0, +) / Float(count), 1e-9)
        var dq = [[Float]](repeating: [Float](repeating: 0, count: inner), count: count)
        var dk = dq
        for j in 0..<count {
            var sum: Float = 0
            var active: [Int] = []
            for i in j..<count {
                let product = dot(queries[i], keys[j])
                if product > 0 {
                    sum += product
                    active.append(i)
                }
            }
            let slope = 2 * (sum - lesson.informativeness[j] / mean) / Float(count)
            for i in active {
                for r in 0..<inner {
                    dq[i][r] += slope * keys[j][r]
                    dk[j][r] += slope * queries[i][r]
                }
            }
        }
        for (index, u) in lesson.features.enumerated() {
            for r in 0..<inner {
                for c in 0..<width {
                    let feature = c < width - 1 ? u[c] : 1
                    gradients[r * width + c] += dq[index][r] * feature
                    gradients[(inner + r) * width + c] += dk[index][r] * feature
                }
            }
        }
    }
}
