// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Benchmark
import Foundation

/// What makes a verifier's raw scores into probabilities, and from which probability on it is believed.
///
/// Temperature scaling (Guo et al., 2017): scores are divided by one number before the softmax, the one under which what
/// annotators said is likeliest. A raw margin says nothing: some verifiers differ by 40, others by 0.4.
public struct Calibration: Codable, Sendable, Equatable {
    /// A scored state whose right candidates are known.
    public struct Sample: Sendable, Equatable {
        public var scores: [Double]
        /// Empty where no candidate is right.
        public var right: [Int]

        public init(scores: [Double], right: [Int]) { (self.scores, self.right) = (scores, right) }
    }

    /// States of nearly the same confidence together.
    public struct Bin: Codable, Sendable, Equatable {
        public var count: Int
        public var confidence: Double
        public var accuracy: Double
    }

    public var temperature: Double
    /// The lowest confidence at which the verifier is believed; nil where none is high enough.
    public var threshold: Double?
    /// The labelled states that it was fitted on.
    public var samples: Int
    /// The expected calibration error (Naeini et al., 2015) on them, with the temperature and with none.
    public var error: Double
    public var rawError: Double
    /// How confidence and accuracy go together, the least confident first.
    public var bins: [Bin]

    /// z of the one-sided 95 % bound.
    static let boundZ = 1.6448536269514722
    private static let binCount = 10

    /// Fits temperature and threshold.
    ///
    /// - Parameters:
    ///   - samples: labelled states; those that the verifier was trained on make it look better than it is.
    ///   - precision: of what is accepted so much has to be right. The threshold is the lowest confidence at which the
    ///     lower end of the one-sided 95 % interval (Wilson's) of the precision on the samples above it is no less, so that few
    ///     samples accept nothing: at 0.97 it takes 88 that are all right.
    public static func fit(_ samples: [Sample], precision: Double) -> Calibration {
        let usable = samples.filter { !$0.scores.isEmpty && $0.scores.allSatisfy(\.isFinite) }
        let temperature = self.temperature(usable)
        let judged = usable.map { Self.judge($0, temperature) }
        let (error, bins) = reliability(judged)
        return Calibration(
            temperature: temperature,
            threshold: threshold(judged, precision: precision),
            samples: usable.count,
            error: error,
            rawError: reliability(usable.map { Self.judge($0, 1) }).error,
            bins: bins
        )
    }

    /// The shares of a state's candidates.
    public func probabilities(_ scores: [Double]) -> [Double] { Self.softmax(scores, temperature) }

    /// Shannon's entropy of shares, in nats: how unsure the verifier is.
    public static func entropy(_ shares: [Double]) -> Double {
        shares.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
    }

    static func softmax(_ scores: [Double], _ temperature: Double) -> [Double] {
        var shares = [Double](repeating: 0, count: scores.count)
        for ranked in Ranked.rank(scores, temperature: temperature) { shares[ranked.index] = ranked.normalised }
        return shares
    }

    // MARK: - Temperature

    private static func temperature(_ samples: [Sample]) -> Double {
        // States without a right candidate say nothing about how the shares of right ones are spread.
        let told = samples.filter { !$0.right.isEmpty && $0.right.count < $0.scores.count }
        guard !told.isEmpty else { return spread(samples.map(\.scores)) }
        func loss(_ logarithm: Double) -> Double {
            let temperature = exp(logarithm)
            // A little weight on a temperature of the scores' own spread: without it, states that are all right would want 0.
            let prior = logarithm - log(spread(told.map(\.scores)))
            return told.reduce(prior * prior * 0.05) { $0 + likelihood($1, temperature) }
        }
        // With several right candidates the loss may have more than one valley: first the best of a grid, then within it.
        let grid = stride(from: -6.0, through: 9.0, by: 0.25).map { ($0, loss($0)) }
        guard let best = grid.min(by: { $0.1 < $1.1 })?.0 else { return 1 }
        var (low, high) = (best - 0.25, best + 0.25)
        let ratio = (5.0.squareRoot() - 1) / 2
        for _ in 0..<40 {
            let (a, b) = (high - ratio * (high - low), low + ratio * (high - low))
            if loss(a) < loss(b) { high = b } else { low = a }
        }
        return exp((low + high) / 2)
    }

    /// The negative logarithm of the share of the right candidates.
    private static func likelihood(_ sample: Sample, _ temperature: Double) -> Double {
        let shares = softmax(sample.scores, temperature)
        let right = sample.right.reduce(0) { shares.indices.contains($1) ? $0 + shares[$1] : $0 }
        return -log(max(right, 1e-300))
    }

    /// The temperature without labels: the median distance of the best two scores. So far apart, they have the odds e.
    static func spread(_ scores: [[Double]]) -> Double {
        let margins = scores.compactMap { values -> Double? in
            let best = values.sorted(by: >).prefix(2)
            guard best.count == 2 else { return nil }
            return best[0] - best[1]
        }
        .filter { $0 > 0 && $0.isFinite }.sorted()
        return margins.isEmpty ? 1 : margins[margins.count / 2]
    }

    /// A calibration without any label: it orders, and accepts nothing.
    static func unlabelled(_ scores: [[Double]]) -> Calibration {
        Calibration(temperature: spread(scores), threshold: nil, samples: 0, error: 0, rawError: 0, bins: [])
    }

    // MARK: - Threshold

    private static func judge(_ sample: Sample, _ temperature: Double) -> (confidence: Double, isRight: Bool) {
        guard let best = Ranked.rank(sample.scores, temperature: temperature).first else { return (0, false) }
        return (best.normalised, sample.right.contains(best.index))
    }

    /// The lowest confidence above which enough is right.
    static func threshold(_ judged: [(confidence: Double, isRight: Bool)], precision: Double) -> Double? {
        let sorted = judged.sorted { $0.confidence > $1.confidence }
        var right = 0
        var found: Double?
        for (place, one) in sorted.enumerated() {
            if one.isRight { right += 1 }
            // What is equally sure is accepted together.
            if place + 1 < sorted.count && sorted[place + 1].confidence == one.confidence { continue }
            let bound = Wilson.interval(successes: right, of: place + 1, z: boundZ).lowerBound
            if bound >= precision { found = one.confidence }
        }
        return found
    }

    /// The expected calibration error over bins of equally many states, and the bins.
    static func reliability(_ judged: [(confidence: Double, isRight: Bool)]) -> (error: Double, bins: [Bin]) {
        guard !judged.isEmpty else { return (0, []) }
        let sorted = judged.sorted { $0.confidence < $1.confidence }
        let count = min(binCount, max(1, sorted.count / 5))
        let bins = (0..<count).map { bin -> Bin in
            let part = sorted[(sorted.count * bin / count)..<(sorted.count * (bin + 1) / count)]
            return Bin(
                count: part.count,
                confidence: part.reduce(0) { $0 + $1.confidence } / Double(part.count),
                accuracy: Double(part.count(where: \.isRight)) / Double(part.count)
            )
        }
        let error = bins.reduce(0) { $0 + abs($1.confidence - $1.accuracy) * Double($1.count) } / Double(sorted.count)
        return (error, bins)
    }
}
