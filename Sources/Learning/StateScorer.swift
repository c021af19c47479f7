// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
import Benchmark
import Inference

/// A verifier's scores of recorded states, with the numerics that it has in use.
public final class StateScorer {
    let language: LanguageModel
    let head: VerifierHead
    /// What tells this verifier from others: the digests of model and adapter.
    public let version: String
    private let session: ScoringSession

    /// - Throws: `DroidError` from model, adapter or head.
    public init(_ files: VerifierFiles) throws {
        language = try files.language()
        head = files.head
        try head.check(baseSHA256: language.sha256, dModel: language.config.width, blocks: language.config.blockCount)
        session = try ScoringSession(model: language, threads: files.threads)
        let name = try files.adapter.map { try SHA256.hex(ofFile: $0) } ?? head.kind.rawValue
        version = "\(language.sha256.prefix(12)) \(name.prefix(12))"
    }

    /// A verifier whose head lies in a file; the likelihood of the words when `adapter` is nil.
    ///
    /// - Throws: as `init(_:)`.
    public convenience init(model: String, adapter: String?, threads: Int?) throws {
        try self.init(VerifierFiles(model: model, adapter: adapter, threads: threads))
    }

    /// The scores of a state's candidates, together with what is known of them beforehand.
    public func scores(_ state: StateRecord) throws -> [Double] {
        let prompt = Prompt.recorded(prefix: state.prefix, suffixes: state.suffixes)
        let request = try Verifier.request(prompt, head: head, tokenizer: language.tokenizer)
        let scores = try session.score(request).scores
        return zip(scores, state.priors(for: head)).map { Verifier.score($0, head: head, prior: $1) }
    }

    /// What the model alone says of a state's candidates.
    func plainScores(_ state: StateRecord) throws -> [Double] {
        var plain = state
        (plain.facts, plain.priors) = (nil, nil)
        return try scores(plain)
    }
}
