// SPDX-License-Identifier: Apache-2.0

/// A choice among alternatives by a linear score of what is known of each (McFadden, "Conditional Logit Analysis of Qualitative Choice
/// Behavior", 1974): the probability of an alternative is its share of a softmax over all.
public enum ConditionalLogit {
    /// One choice: what is known of each alternative, as places of values that are not 0, and the alternatives that are right and wrong. Others
    /// are neither and do not count.
    public struct Choice: Sendable {
        public var values: [[(place: Int, value: Double)]]
        public var right: [Int]
        public var wrong: [Int]
        /// What else the score of each alternative has, which is not fitted; empty for nothing.
        public var offsets: [Double]

        public init(values: [[(place: Int, value: Double)]], right: [Int], wrong: [Int], offsets: [Double] = []) {
            (self.values, self.right, self.wrong, self.offsets) = (values, right, wrong, offsets)
        }
    }

    /// The weights with the least mean of -log of the right ones' share, and `l2 / 2` times their squared distance from `center`. The function
    /// is concave where one alternative is right, so they do not depend on where the search begins.
    ///
    /// - Parameters:
    ///   - count: how many values there are.
    ///   - center: what weights are without any choice; nil for 0.
    ///   - steps: of the search at most.
    public static func fit(
        _ choices: [Choice],
        count: Int,
        center: [Double]? = nil,
        l2: Double = 1e-3,
        steps: Int = 200
    ) -> [Double] {
        let useful = choices.filter { !$0.right.isEmpty && !$0.wrong.isEmpty }
        let center = center ?? [Double](repeating: 0, count: count)
        guard !useful.isEmpty else { return center }
        var search = LBFGS(start: center) { weights, gradient in
            loss(useful, weights, center, l2: l2, gradient: &gradient)
        }
        for _ in 0..<steps where search.gradientLength > 1e-6 { if !search.step() { break } }
        return search.point
    }

    /// The score of an alternative.
    public static func score(_ values: [(place: Int, value: Double)], _ weights: [Double]) -> Double {
        values.reduce(0) { $0 + $1.value * weights[$1.place] }
    }

    private static func loss(
        _ choices: [Choice],
        _ weights: [Double],
        _ center: [Double],
        l2: Double,
        gradient: inout [Double]
    ) -> Double {
        let moved = zip(weights, center).map { $0 - $1 }
        gradient = moved.map { $0 * l2 }
        var sum = 0.0
        let share = 1 / Double(choices.count)
        let objective = PreferenceObjective(loss: .listwise, rivals: 0)
        for choice in choices {
            var scores = choice.values.map { score($0, weights) }
            for (index, offset) in choice.offsets.enumerated() { scores[index] += offset }
            let (loss, slopes) = objective.evaluate(scores, right: choice.right, wrong: choice.wrong)
            sum += loss * share
            for (values, slope) in zip(choice.values, slopes) where slope != 0 {
                for (place, value) in values { gradient[place] += slope * value * share }
            }
        }
        return sum + l2 / 2 * moved.reduce(0) { $0 + $1 * $1 }
    }
}
