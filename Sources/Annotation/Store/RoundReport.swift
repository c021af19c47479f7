// SPDX-License-Identifier: Apache-2.0

import Base
import Benchmark

/// A share of something, with Wilson's 95 % interval.
public struct MeasuredShare: Codable, Sendable, Equatable {
    public var part: Int
    public var of: Int
    public var low: Double
    public var high: Double

    /// Nil where there is nothing to take a share of.
    public var share: Double? { of > 0 ? Double(part) / Double(of) : nil }

    public init(_ part: Int, of total: Int) {
        (self.part, of) = (part, total)
        let interval = Wilson.interval(successes: part, of: total)
        (low, high) = (interval.lowerBound, interval.upperBound)
    }
}

/// What a round came to.
public struct RoundReport: Codable, Sendable, Equatable {
    /// What one annotator did in the round.
    public struct Annotator: Codable, Sendable, Equatable {
        public var name: String
        public var source: PairRecord.Source
        /// Words that count, and how many were taken back. Of several on one state the last counts.
        public var labels: Int
        public var skipped: Int
        public var undone: Int
        /// The median of the seconds that a word took; what was done on a device is not among them.
        public var medianSeconds: Double
        /// Questions with a known answer, and how many were answered right.
        public var gold: MeasuredShare
    }

    public var round: Round
    /// States that were decided in this round, by a person or by acceptance.
    public var items: Int
    /// Those that a person had to look at, and the share of them.
    public var human: Int
    public var humanShare: MeasuredShare
    /// Those that were accepted without anybody.
    public var accepted: Int
    /// Of what was accepted and looked at: how often it was right, by an annotator's last word. What was taken back later
    /// is among it.
    public var audited: MeasuredShare
    /// How often the verifier's first choice was right where a person judged. Over all, the queue bends it: the doubtful
    /// ones come first. The random sample is not bent: there, those count that were drawn before the first one that still
    /// waits.
    public var topOne: MeasuredShare
    public var sampleTopOne: MeasuredShare
    /// Of all pairs of a right and a wrong candidate: how often the verifier's score of the right one was higher.
    public var pairwise: MeasuredShare
    /// How often the verifier's first choice was to go back, and how often that was right: a verifier that goes back
    /// too often walks in circles.
    public var backChosen: MeasuredShare
    public var backRight: MeasuredShare
    /// How often the verifier wanted to end a run that was not done.
    public var premature: Int
    /// States without a right candidate.
    public var uncovered: Int
    /// Candidates that were named as harmful, and how often the verifier's first choice was one.
    public var harmful: Int
    public var harmfulChosen: Int
    /// States on which annotators are torn; they are not learned from.
    public var disputed: Int
    public var annotators: [Annotator]
    /// Of each two annotators, over all rounds.
    public var agreements: [Agreement]
}

/// A state for which no candidate is right.
public struct CoverageGap: Codable, Sendable, Equatable {
    public var item: Int64
    public var task: String
    public var episode: String
    public var step: Int
    public var goal: String
    public var origin: String
    public var annotator: String
    /// What the annotator says was missing.
    public var note: String?
}
