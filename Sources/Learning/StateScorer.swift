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

    /// - Parameters:
    ///   - model: the GGUF file of the base model.
    ///   - adapter: the file with the head, and with a low-rank adapter if it holds one; the likelihood of the words when nil.
    /// - Throws: `DroidError` from model, adapter or head.
    public init(model: String, adapter: String?, threads: Int?) throws {
        let holdsAdapter = try adapter.map { try Adapter.isHeld(in: $0) } ?? false
        let choice = holdsAdapter ? adapter.map { LanguageModel.AdapterChoice(path: $0) } : nil
        language = try LanguageModel.load(model, adapter: choice, threads: threads)
        head = try adapter.map { try VerifierHead.load($0) } ?? .likelihood
        try head.check(baseSHA256: language.sha256, dModel: language.config.width, blocks: language.config.blockCount)
        session = try ScoringSession(model: language, threads: threads)
        version = try Self.version(model: language.sha256, adapter: adapter)
    }

    /// What tells a verifier from others, without loading it.
    ///
    /// - Parameter model: SHA-256 of the base model's file.
    static func version(model: String, adapter: String?) throws -> String {
        let name = try adapter.map { try SHA256.hex(ofFile: $0) } ?? "likelihood"
        return "\(model.prefix(12)) \(name.prefix(12))"
    }

    /// The raw scores of a state's candidates.
    public func scores(_ state: StateRecord) throws -> [Double] {
        let prompt = Prompt.recorded(prefix: state.prefix, suffixes: state.suffixes)
        let request = try Verifier.request(prompt, head: head, tokenizer: language.tokenizer)
        return try session.score(request).scores.map { Verifier.score($0, head: head) }
    }
}
