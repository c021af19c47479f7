// SPDX-License-Identifier: Apache-2.0

/// How far what a model expects is from what a reference expects, over a text.
public struct ModelComparison: Sendable, Codable, Equatable {
    /// Positions that were predicted.
    public var positions = 0
    /// Mean Kullback-Leibler divergence of the model's next-token distribution from the reference's, in nats.
    public var meanDivergence = 0.0
    /// Share of positions at which both have the same most probable token.
    public var sameTop = 0.0
    public var referencePerplexity = 1.0
    public var perplexity = 1.0

    /// Compares two models of one vocabulary, usually one file in two precisions. The text is cut into windows of
    /// `contextLength` tokens, as in `ScoringSession.predictions`.
    ///
    /// - Throws: `DroidError` with code `score.input` or `model.memory`.
    public static func run(
        reference: ScoringSession,
        model: ScoringSession,
        tokens: [Int32],
        contextLength: Int
    ) throws -> ModelComparison {
        var result = ModelComparison()
        var (referenceLoss, loss, same) = (0.0, 0.0, 0)
        for start in stride(from: 0, to: tokens.count, by: contextLength) {
            let window = Array(tokens[start..<min(start + contextLength, tokens.count)])
            var expected: [[Float]] = []
            try reference.logits(window) { _, logits in expected.append(Array(logits)) }
            try model.logits(window) { row, logits in
                guard row + 1 < window.count else { return }
                let (p, q) = (Distribution(expected[row]), Distribution(Array(logits)))
                var divergence = 0.0
                for (a, b) in zip(expected[row], logits) {
                    let (logP, logQ) = (p.logProb(a), q.logProb(b))
                    divergence += exponential(logP) * (logP - logQ)
                }
                result.meanDivergence += divergence
                referenceLoss -= p.logProb(expected[row][Int(window[row + 1])])
                loss -= q.logProb(logits[Int(window[row + 1])])
                same += p.top == q.top ? 1 : 0
                result.positions += 1
            }
        }
        let count = Double(max(result.positions, 1))
        result.meanDivergence /= count
        result.sameTop = Double(same) / count
        result.referencePerplexity = exponential(referenceLoss / count)
        result.perplexity = exponential(loss / count)
        return result
    }

    private struct Distribution {
        let top: Int
        private let logSum: Double

        init(_ logits: [Float]) {
            var top = 0
            for index in logits.indices where logits[index] > logits[top] { top = index }
            let highest = Double(logits[top])
            var sum = 0.0
            for logit in logits { sum += exponential(Double(logit) - highest) }
            self.top = top
            logSum = highest + logarithm(sum)
        }

        func logProb(_ logit: Float) -> Double { Double(logit) - logSum }
    }
}
