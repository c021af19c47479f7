// SPDX-License-Identifier: Apache-2.0

import Base

/// A piece of work that the engine and its peers are timed at. Tokens are random; encoded, it is a line that
/// `Scripts/compare/engine_peer.py` reads.
public struct EngineJob: Sendable, Encodable {
    /// What is to be done.
    public enum Kind: String, Sendable, Encodable {
        /// `tokens` from nothing.
        case prompt
        /// `tokens` at once behind `depth` that are there.
        case suffix
        /// `tokens` one after the other behind `depth` that are there.
        case decode
        /// A prefix of which `cached` tokens are there, then candidates of `length` tokens that share nothing.
        case decision
    }

    public var job: Kind
    public var tokens: Int?
    public var depth: Int?
    public var prefix: Int?
    public var candidates: Int?
    public var length: Int?
    public var cached: Int?
    /// Whether the score of a candidate is the likelihood of all its tokens, for which each of them is put through the output
    /// matrix, rather than a linear head on its last token's state. Peers are not asked for it.
    var readsLikelihood = false

    private enum CodingKeys: String, CodingKey { case job, tokens, depth, prefix, candidates, length, cached }

    private init(_ job: Kind) { self.job = job }

    static func prompt(_ tokens: Int) -> EngineJob {
        var job = EngineJob(.prompt)
        job.tokens = tokens
        return job
    }

    static func suffix(_ tokens: Int, depth: Int) -> EngineJob {
        var job = EngineJob(.suffix)
        (job.tokens, job.depth) = (tokens, depth)
        return job
    }

    static func decode(_ tokens: Int, depth: Int) -> EngineJob {
        var job = EngineJob(.decode)
        (job.tokens, job.depth) = (tokens, depth)
        return job
    }

    /// The decision of the product's clock: 600 tokens and 24 candidates of 12.
    static func decision(cached: Int, readsLikelihood: Bool = false) -> EngineJob {
        var job = EngineJob(.decision)
        job.readsLikelihood = readsLikelihood
        (job.prefix, job.candidates, job.length, job.cached) = (600, 24, 12, cached)
        return job
    }
}

/// Who does the work: the engine in some form, or a peer.
public protocol EngineContestant: AnyObject {
    /// What a row calls it.
    var name: String { get }
    /// Does a job once, and says how long that took; what has to be there before it is made first, outside the clock.
    func seconds(_ job: EngineJob) throws -> Double
}

/// How a peer is to run.
public struct EnginePeerSetting: Sendable {
    /// The model's file.
    public var model: String
    /// The type that its weights are quantized to first; nil leaves the file as it is.
    public var type: String?
    /// The type that keys and values are kept in.
    public var keyValues = "f16"
    /// The adapter that is applied.
    public var adapter: String?
    /// The most tokens that are there at one time.
    public var limit = 2048

    init(_ model: String, type: String? = nil) { (self.model, self.type) = (model, type) }
}

/// How far the predictions of a path are from those of a reference, over a text.
public struct EngineDivergence: Sendable, Codable, Equatable {
    /// Mean Kullback-Leibler divergence of the next token's distribution, in nats.
    public var divergence: Double
    /// Share of the positions with the same most probable token.
    public var sameTop: Double
    /// Perplexity over that of the reference.
    public var perplexityRatio: Double
    public var positions: Int
}

/// Another program that does the same work.
public protocol EnginePeer: EngineContestant {
    /// Compares its predictions on the first tokens of a text file with another run of its own.
    ///
    /// - Parameters:
    ///   - referenceType: the type of the reference's weights; nil for those that it runs on.
    ///   - referenceKeyValues: the type of the reference's keys and values.
    func divergence(
        text: String,
        tokens: Int,
        window: Int,
        referenceType: String?,
        referenceKeyValues: String
    ) throws -> EngineDivergence
}

/// A figure, what is asked of it, and which way is better.
public struct EngineRow: Sendable {
    public var row: MeasurementRow
    public var lowerIsBetter: Bool
    /// Whether the floor is met; nil where there is none.
    public var isMet: Bool? { row.floor.map { lowerIsBetter ? row.value <= $0 : row.value >= $0 } }
    /// Whether the goal is reached; nil where there is none.
    public var isReached: Bool? { row.goal.map { lowerIsBetter ? row.value <= $0 : row.value >= $0 } }
}
