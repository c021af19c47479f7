// SPDX-License-Identifier: Apache-2.0

import Agent

/// How large the decisions of an episode were, one number for each: what a verifier has to read.
public struct DecisionSizes: Codable, Sendable, Equatable {
    /// Tokens of the prompt before the candidates.
    public var promptTokens: [Int] = []
    public var candidates: [Int] = []
    /// Tokens of all candidates together.
    public var suffixTokens: [Int] = []
    /// Whether tokens were estimated, since no model was at hand.
    public var isEstimate = false

    public init() {}

    mutating func add(_ decision: Decision, _ counter: PromptCounter?) {
        isEstimate = counter == nil
        let count = counter ?? PromptBuilder.estimate
        promptTokens.append(decision.prompt.prefixTokens)
        candidates.append(decision.candidates.count)
        suffixTokens.append(decision.prompt.suffixes.reduce(0) { $0 + count($1) })
    }

    static func += (sum: inout DecisionSizes, other: DecisionSizes) {
        sum.promptTokens += other.promptTokens
        sum.candidates += other.candidates
        sum.suffixTokens += other.suffixTokens
        sum.isEstimate = sum.isEstimate || other.isEstimate
    }

    /// The value at a share of sorted ones, by the nearest rank; nil of none.
    static func quantile<T: Comparable>(_ values: [T], _ share: Double) -> T? {
        guard !values.isEmpty else { return nil }
        let rank = Int((share * Double(values.count)).rounded(.up)) - 1
        return values.sorted()[min(max(rank, 0), values.count - 1)]
    }
}
