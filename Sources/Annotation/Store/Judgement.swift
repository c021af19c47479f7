// SPDX-License-Identifier: Apache-2.0

import Base

/// What an annotator says of a state.
public struct Judgement: Codable, Sendable, Equatable {
    /// What kind of word it is.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// Some of the candidates are right; all of them equally.
        case right
        /// No candidate is right: what was needed was not offered.
        case none
        /// The annotator does not want to say.
        case skipped
    }

    public var kind: Kind
    /// The right candidates, ascending; empty unless the kind is `right`.
    public var right: [Int]
    /// Candidates that would do harm; none of them is right.
    public var harmful: [Int]
    /// The text for the placeholder of the first right candidate that has one, or nil.
    public var text: String?
    /// What the annotator wants to say about it; for `none`, what was missing.
    public var note: String?

    public init(kind: Kind, right: [Int] = [], harmful: [Int] = [], text: String? = nil, note: String? = nil) {
        self.kind = kind
        self.right = Array(Set(right)).sorted()
        self.harmful = Array(Set(harmful)).sorted()
        self.text = text
        self.note = note
    }

    /// These candidates are right.
    public static func right(_ candidates: [Int], harmful: [Int] = [], text: String? = nil) -> Judgement {
        Judgement(kind: .right, right: candidates, harmful: harmful, text: text)
    }

    /// No candidate is right.
    public static func none(_ note: String? = nil, harmful: [Int] = []) -> Judgement {
        Judgement(kind: .none, harmful: harmful, note: note)
    }

    public static let skipped = Judgement(kind: .skipped)

    /// Texts beyond this are refused.
    static let textLimit = 4000

    /// - Throws: `DroidError` with code `annotation.label` where it does not fit the item.
    func check(_ item: AnnotationItem) throws {
        let places = item.suffixes.indices
        let problem: String? =
            if let wrong = (right + harmful).first(where: { !places.contains($0) }) {
                "there is no candidate \(wrong) among \(places.count)"
            } else if kind == .right && right.isEmpty {
                "no candidate is named as right"
            } else if kind != .right && !right.isEmpty {
                "a judgement \"\(kind.rawValue)\" names right candidates"
            } else if let both = right.first(where: harmful.contains) {
                "candidate \(both) is named as right and as harmful"
            } else if (text?.count ?? 0) > Self.textLimit || (note?.count ?? 0) > Self.textLimit {
                "a text has more than \(Self.textLimit) characters"
            } else if text != nil && !right.contains(where: item.asks) && !item.actions.isEmpty {
                "no right candidate takes a text"
            } else { nil }
        if let problem { throw DroidError("annotation.label", "the judgement does not fit its state", why: problem) }
    }
}

/// A judgement as the store keeps it. Nothing is ever taken away: a later one of the same annotator counts instead.
public struct AnnotationLabel: Sendable, Equatable, Codable {
    /// Why the state was put before the annotator.
    public enum Purpose: String, Codable, Sendable, CaseIterable {
        /// It was the next of the queue.
        case queue
        /// It was drawn at random, so that the verifier's accuracy can be told without the queue's bias.
        case sample
        /// The verifier was sure of it, and somebody looks whether it was right.
        case audit
        /// A second annotator's word, to see how far they agree.
        case double
        /// The answer is known, and tells how good the annotator is.
        case gold
        /// It was done by the person during a run.
        case live
        /// It came with a file.
        case imported
        /// The verifier's own word, accepted without anybody.
        case auto
    }

    public var id: Int64
    public var item: Int64
    public var round: Int64?
    public var annotator: String
    public var source: PairRecord.Source
    public var purpose: Purpose
    public var judgement: Judgement
    /// For an accepted one: the calibrated probability that it is right.
    public var probability: Double?
    /// The version of the verifier whose proposal the annotator saw, or that spoke itself.
    public var verifier: String?
    /// Seconds since 1970.
    public var time: Double
    /// Seconds from when the state was shown to the word.
    public var seconds: Double
    public var isUndone: Bool
}
