// SPDX-License-Identifier: Apache-2.0

/// One decision to learn from: what comes before all candidates, the candidates, and which of them are right and wrong.
public struct PreferenceState: Sendable, Equatable {
    public var prefix: [Int32]
    public var candidates: [[Int32]]
    /// Indices of candidates that are all equally right, and of those that are wrong; others are neither.
    public var right: [Int]
    public var wrong: [Int]
    /// What is known of each candidate without a model, in logarithms of odds. It is added to the scores, so that the model learns what it does
    /// not say. Empty for nothing.
    public var priors: [Double]
    public var weight: Float
    /// What it belongs to: sets are divided by families, never by states.
    public var family: String

    public init(
        prefix: [Int32],
        candidates: [[Int32]],
        right: [Int],
        wrong: [Int],
        priors: [Double] = [],
        weight: Float = 1,
        family: String = ""
    ) {
        (self.prefix, self.candidates, self.right, self.wrong) = (prefix, candidates, right, wrong)
        (self.priors, self.weight, self.family) = (priors, weight, family)
    }

    /// What is known of a candidate without a model.
    func prior(_ candidate: Int) -> Double { priors.isEmpty ? 0 : priors[candidate] }

    /// Tokens of the prefix and of all candidates.
    public var tokens: Int { candidates.reduce(prefix.count) { $0 + $1.count } }

    /// The decision with so few candidates that these have at most `limit` tokens: four of the right ones stay, and of the others those that
    /// `random` draws. Indices are those of the new list.
    public func limited(to limit: Int, using random: inout some RandomNumberGenerator) -> PreferenceState {
        let total = candidates.reduce(0) { $0 + $1.count }
        guard total > limit else { return self }
        var kept = right.prefix(4).sorted()
        var left = limit - kept.reduce(0) { $0 + candidates[$1].count }
        for index in wrong.shuffled(using: &random)
        where candidates[index].count <= left || kept.count == right.prefix(4).count {
            left -= candidates[index].count
            kept.append(index)
        }
        kept.sort()
        var copy = self
        copy.candidates = kept.map { candidates[$0] }
        if !priors.isEmpty { copy.priors = kept.map { priors[$0] } }
        let places = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
        copy.right = right.compactMap { places[$0] }
        copy.wrong = wrong.compactMap { places[$0] }
        return copy
    }
}

/// How scores of one decision become a loss.
public struct PreferenceObjective: Codable, Sendable, Equatable {
    public enum Loss: String, Codable, Sendable, CaseIterable {
        /// The mean of -log sigmoid(r+ - r- - margin) over right and wrong candidates (V-Droid's P3; Bradley and Terry).
        case pairwise
        /// -log of the share that the right candidates have of a softmax over all.
        case listwise
    }

    public var loss: Loss
    /// By how much a right candidate is to lead; for `pairwise`.
    public var margin: Double
    /// Of the wrong candidates only so many count, those with the highest scores; 0 for all.
    public var rivals: Int

    public init(loss: Loss = .pairwise, margin: Double = 0, rivals: Int = 8) {
        (self.loss, self.margin, self.rivals) = (loss, margin, rivals)
    }

    /// The loss of one decision, and its slope by each score.
    public func evaluate(_ scores: [Double], right: [Int], wrong: [Int]) -> (loss: Double, slopes: [Double]) {
        var slopes = [Double](repeating: 0, count: scores.count)
        var rivals = wrong
        if self.rivals > 0, wrong.count > self.rivals {
            let ordered = wrong.sorted { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] }
            rivals = Array(ordered.prefix(self.rivals))
        }
        guard !right.isEmpty, !rivals.isEmpty else { return (0, slopes) }
        switch loss {
        case .pairwise:
            var sum = 0.0
            let share = 1 / Double(right.count * rivals.count)
            for good in right {
                for bad in rivals {
                    let lead = scores[good] - scores[bad] - margin
                    sum += softplus(-lead) * share
                    let slope = -share / (1 + exponential(lead))
                    slopes[good] += slope
                    slopes[bad] -= slope
                }
            }
            return (sum, slopes)
        case .listwise:
            let all = logSumExp((right + rivals).map { scores[$0] })
            let good = logSumExp(right.map { scores[$0] })
            for index in right + rivals { slopes[index] += exponential(scores[index] - all) }
            for index in right { slopes[index] -= exponential(scores[index] - good) }
            return (all - good, slopes)
        }
    }
}

/// How well a verifier ranks a set of decisions.
public struct RankingQuality: Codable, Sendable, Equatable {
    public var states: Int = 0
    public var loss: Double = 0
    /// Share of pairs of a right and a wrong candidate in the right order; a decision counts as one, however many pairs it has.
    public var pairs: Double = 0
    /// Share of decisions with a right candidate on top.
    public var topOne: Double = 0
    /// Share of decisions that were easy enough to be left out of the way back.
    public var skipped: Double = 0

    public init() {}

    /// Adds a decision; the figures become means with `finished`.
    mutating func add(_ scores: [Double], _ state: PreferenceState, loss: Double) {
        states += 1
        self.loss += loss
        var ordered = 0
        for good in state.right { for bad in state.wrong where scores[good] > scores[bad] { ordered += 1 } }
        pairs += Double(ordered) / Double(max(1, state.right.count * state.wrong.count))
        // A wrong candidate that ties with the best right one counts as on top.
        let best = state.right.map { scores[$0] }.max() ?? -.infinity
        if state.wrong.allSatisfy({ scores[$0] < best }) { topOne += 1 }
    }

    func finished() -> RankingQuality {
        var copy = self
        let count = Double(max(1, states))
        copy.loss /= count
        copy.pairs /= count
        copy.topOne /= count
        copy.skipped /= count
        return copy
    }
}
