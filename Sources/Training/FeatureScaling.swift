// SPDX-License-Identifier: Apache-2.0

/// The scale of each feature, measured where it matters to a ranking: inside the groups.
///
/// A pairwise loss sees differences between rows of one group only, so what all rows of a group share (the
/// screen, the
/// goal) must not decide a feature's scale. The deviation is taken from the mean of the row's own group.
public struct FeatureScaling: Sendable {
    /// The mean of each feature over all rows that take part.
    public let mean: [Float]
    /// One over the deviation of each feature inside the groups; 0 for a feature that never varies there.
    public let inverse: [Float]

    /// Measures the rows of `groups`.
    public init(_ matrix: FeatureMatrix, groups: [RankingGroup]) {
        let columns = matrix.columns
        var total = [Double](repeating: 0, count: columns)
        var squares = [Double](repeating: 0, count: columns)
        var count = 0
        matrix.values.withUnsafeBufferPointer { values in
            for group in groups {
                let rows = group.right + group.wrong
                guard !rows.isEmpty else { continue }
                var sum = [Double](repeating: 0, count: columns)
                for row in rows { for column in 0..<columns { sum[column] += Double(values[row * columns + column]) } }
                for column in 0..<columns {
                    total[column] += sum[column]
                    sum[column] /= Double(rows.count)
                }
                for row in rows {
                    for column in 0..<columns {
                        let difference = Double(values[row * columns + column]) - sum[column]
                        squares[column] += difference * difference
                    }
                }
                count += rows.count
            }
        }
        let rows = Double(max(count, 1))
        mean = total.map { Float($0 / rows) }
        // Below a millionth of the largest deviation a feature is rounding noise; scaling it up would make it data.
        let deviations = squares.map { ($0 / rows).squareRoot() }
        let least = (deviations.max() ?? 0) * 1e-6
        inverse = deviations.map { $0 > least && $0 > 0 ? Float(1 / $0) : 0 }
    }

    /// Brings every row to mean 0 and deviation 1 inside its group.
    func apply(to matrix: inout FeatureMatrix) {
        let columns = matrix.columns
        guard columns > 0 else { return }
        let rows = matrix.rows
        matrix.withMutableValues { values in
            for row in 0..<rows {
                let start = row * columns
                for column in 0..<columns {
                    values[start + column] = (values[start + column] - mean[column]) * inverse[column]
                }
            }
        }
    }

    /// Weights for features as they come, from weights for scaled ones, and the constant that goes with them.
    ///
    /// `score = constant + sum(weights[i] * feature[i])` then equals the score that was trained.
    public func unscaled(_ weights: [Float]) -> (weights: [Float], constant: Float) {
        let raw = zip(weights, inverse).map { $0 * $1 }
        let constant = -zip(raw, mean).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        return (raw, Float(constant))
    }
}
