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

        public init(values: [[(place: Int, value: Double)]], right: [Int], wrong: [Int]) {
            (self.values, self.right, self.wrong) = (values, right, wrong)
        }
    }

    /// The weights with the least mean of -log of the right ones' share, and `l2 / 2` times their squared length. The function is concave where
    /// one alternative is right, so they do not depend on where the search begins.
    ///
    /// - Parameters:
    ///   - count: how many values there are.
    ///   - steps: of the search at most.
    public static func fit(_ choices: [Choice], count: Int, l2: Double = 1e-3, steps: Int = 200) -> [Double] {
        let useful = choices.filter { !$0.right.isEmpty && !$0.wrong.isEmpty }
        guard !useful.isEmpty else { return [Double](repeating: 0, count: count) }
        var search = LBFGS(start: [Double](repeating: 0, count: count)) { weights, gradient in
            loss(useful, weights, l2: l2, gradient: &gradient)
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
        l2: Double,
        gradient: inout [Double]
    ) -> Double {
        gradient = weights.map { $0 * l2 }
        var sum = 0.0
        let share = 1 / Double(choices.count)
        let objective = PreferenceObjective(loss: .listwise, rivals: 0)
        for choice in choices {
            let scores = choice.values.map { score($0, weights) }
            let (loss, slopes) = objective.evaluate(scores, right: choice.right, wrong: choice.wrong)
            sum += loss * share
            for (values, slope) in zip(choice.values, slopes) where slope != 0 {
                for (place, value) in values { gradient[place] += slope * value * share }
            }
        }
        return sum + l2 / 2 * weights.reduce(0) { $0 + $1 * $1 }
    }
}
