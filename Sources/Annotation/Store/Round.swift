// SPDX-License-Identifier: Apache-2.0

import Base

/// How a round is led.
public struct RoundOptions: Codable, Sendable, Equatable {
    /// The version of the verifier that proposes; nil where nobody does.
    public var verifier: String?
    /// Of what is accepted without a person so much has to be right.
    public var precision: Double
    /// The share of what is accepted that a person looks at after all.
    public var auditShare: Double
    /// The share of all states that a person labels whatever the verifier thinks: what is drawn at random tells how good it is.
    public var sampleShare: Double
    /// The share of questions whose answer is known, as far as there are such.
    public var goldShare: Double
    /// The share of states that a second annotator is asked about, too.
    public var doubleShare: Double
    /// Calibrates anew after so many further labels.
    public var calibrateEvery: Int
    /// The labelled states of before this round that calibration may use: such as the verifier was not trained on. Nil for all.
    public var calibrateOn: [Int64]?
    /// Whether anything is accepted without a person.
    public var accepts: Bool
    /// Seed of what is drawn.
    public var seed: UInt64

    public init(
        verifier: String? = nil,
        precision: Double = 0.97,
        auditShare: Double = 0.1,
        sampleShare: Double = 0.1,
        goldShare: Double = 0.05,
        doubleShare: Double = 0.1,
        calibrateEvery: Int = 25,
        calibrateOn: [Int64]? = nil,
        accepts: Bool = true,
        seed: UInt64 = 1
    ) {
        (self.verifier, self.precision, self.auditShare) = (verifier, precision, auditShare)
        (self.sampleShare, self.goldShare, self.doubleShare) = (sampleShare, goldShare, doubleShare)
        (self.calibrateEvery, self.calibrateOn) = (max(1, calibrateEvery), calibrateOn)
        (self.accepts, self.seed) = (accepts, seed)
    }

    /// - Throws: `DroidError` with code `annotation.round` for what is no share.
    func check() throws {
        for (name, share) in [
            ("precision", precision), ("audit share", auditShare), ("sample share", sampleShare),
            ("gold share", goldShare), ("double share", doubleShare),
        ] where !(0...1).contains(share) {
            throw DroidError("annotation.round", "the \(name) is \(share)", why: "a share lies between 0 and 1")
        }
    }
}

/// Some labelling with one verifier: what it proposes is the same from the first state to the last.
public struct Round: Codable, Sendable, Equatable {
    public var id: Int64
    public var options: RoundOptions
    public var calibration: Calibration?
    /// Seconds since 1970; `ended` is nil while it goes on.
    public var started: Double
    public var ended: Double?
    /// How good the verifier was before the round's labels, and the one that learned from them, as whoever trains has measured
    /// it on states that neither learned from.
    public var accuracyBefore: Double?
    public var accuracyAfter: Double?
}

/// A state that an annotator is asked about.
public struct AnnotationTask: Codable, Sendable, Equatable {
    public var id: Int64
    public var item: AnnotationItem
    /// Why it is asked. Pages do not show it: nobody should be more careful with an audit.
    public var purpose: AnnotationLabel.Purpose
    /// The verifier's raw scores, and their calibrated shares; empty where it did not score the state.
    public var scores: [Double]
    public var probabilities: [Double]
    /// All candidates, the best first; as the screen has them where there are no scores.
    public var ranking: [Int]
    /// Whose scores they are.
    public var verifier: String?

    /// What the verifier would do; nil where it has no scores.
    public var proposal: Int? { scores.isEmpty ? nil : ranking.first }
    /// The share of that.
    public var confidence: Double? { proposal.map { probabilities[$0] } }
}
