// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation

/// The loss of a linear ranking: `-log sigmoid(r+ - r-)`, the mean over a group's pairs, the weighted mean over
/// groups,
/// and `l2 / 2` times the squared length of the weights.
///
/// (Bradley and Terry, 1952; Burges et al., "Learning to Rank using Gradient Descent", 2005.) The function is convex.
/// Groups are summed in a fixed number of chunks whose results are added in order, so the value has the same bits for
/// any number of threads.
struct PairwiseObjective {
    /// How the weights do on the groups.
    struct Quality {
        /// The mean pair loss without the L2 term.
        var loss = 0.0
        /// The share of pairs in the right order, each group counting its weight.
        var pairAccuracy = 0.0
        /// The share of groups with a right candidate on top.
        var topOne = 0.0
    }

    private static let chunks = 64

    let matrix: FeatureMatrix
    let groups: [RankingGroup]
    let l2: Double
    let totalWeight: Double

    init(matrix: FeatureMatrix, groups: [RankingGroup], l2: Double) {
        self.matrix = matrix
        self.groups = groups.filter(\.isUseful)
        self.l2 = l2
        totalWeight = self.groups.reduce(0) { $0 + Double($1.weight) }
    }

    /// The loss, and its slope in each weight.
    func evaluate(_ weights: [Double], gradient: inout [Double]) -> Double {
        let parts = forEachChunk(weights, wantsGradient: true)
        gradient = weights.map { $0 * l2 }
        var loss = 0.0
        for part in parts {
            loss += part.loss
            for index in gradient.indices { gradient[index] += Double(part.gradient[index]) }
        }
        return loss + l2 / 2 * weights.reduce(0) { $0 + $1 * $1 }
    }

    /// How the weights do, without the slope.
    func quality(_ weights: [Double]) -> Quality {
        forEachChunk(weights, wantsGradient: false).reduce(into: Quality()) { sum, part in
            sum.loss += part.loss
            sum.pairAccuracy += part.ordered
            sum.topOne += part.top
        }
    }

    private struct Part {
        var loss = 0.0
        var ordered = 0.0
        var top = 0.0
        var gradient: [Float] = []
    }

    private func forEachChunk(_ weights: [Double], wantsGradient: Bool) -> [Part] {
        guard !groups.isEmpty else { return [] }
        let weights = weights.map { Float($0) }
        let chunks = min(Self.chunks, groups.count)
        var parts = [Part](repeating: Part(), count: chunks)
        parts.withUnsafeMutableBufferPointer { parts in
            // Each iteration writes its own element only.
            nonisolated(unsafe) let parts = parts
            DispatchQueue.concurrentPerform(iterations: chunks) { chunk in
                let range = chunk * groups.count / chunks..<(chunk + 1) * groups.count / chunks
                parts[chunk] = part(groups[range], weights, wantsGradient)
            }
        }
        return parts
    }

    private func part(_ groups: ArraySlice<RankingGroup>, _ weights: [Float], _ wantsGradient: Bool) -> Part {
        let columns = matrix.columns
        var part = Part()
        if wantsGradient { part.gradient = [Float](repeating: 0, count: columns) }
        matrix.values.withUnsafeBufferPointer { values in
            weights.withUnsafeBufferPointer { weights in
                part.gradient.withUnsafeMutableBufferPointer { gradient in
                    guard let values = values.baseAddress, let weights = weights.baseAddress else { return }
                    for group in groups {
                        func score(_ row: Int) -> Float { VectorMath.dot(values + row * columns, weights, columns) }
                        let right = group.right.map(score)
                        let wrong = group.wrong.map(score)
                        let share = Double(group.weight) / totalWeight
                        let pairShare = share / Double(right.count * wrong.count)
                        var slopeRight = [Double](repeating: 0, count: right.count)
                        var slopeWrong = [Double](repeating: 0, count: wrong.count)
                        for (r, scoreRight) in right.enumerated() {
                            for (w, scoreWrong) in wrong.enumerated() {
                                let margin = Double(scoreRight) - Double(scoreWrong)
                                part.loss += pairShare * Self.softplus(-margin)
                                if margin > 0 { part.ordered += pairShare }
                                let slope = -pairShare / (1 + exp(margin))
                                slopeRight[r] += slope
                                slopeWrong[w] -= slope
                            }
                        }
                        if let best = right.max(), let other = wrong.max(), best > other { part.top += share }
                        // An empty array may have an address, so that alone does not say there is room.
                        guard wantsGradient, let gradient = gradient.baseAddress else { continue }
                        for (r, row) in group.right.enumerated() {
                            VectorMath.add(Float(slopeRight[r]), values + row * columns, to: gradient, columns)
                        }
                        for (w, row) in group.wrong.enumerated() {
                            VectorMath.add(Float(slopeWrong[w]), values + row * columns, to: gradient, columns)
                        }
                    }
                }
            }
        }
        return part
    }

    /// `log(1 + exp(x))` without overflow.
    static func softplus(_ x: Double) -> Double { x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)) }
}
