// SPDX-License-Identifier: Apache-2.0

import Base
import Inference

/// What a verifier is made of: a model, a head, and a low-rank adapter where the head's file holds one.
public struct VerifierFiles: Sendable {
    /// The model: a GGUF file, or a folder in Hugging Face's form.
    public var model: String
    public var head: VerifierHead
    /// The file that the head came from; nil for a head that needs none.
    public var adapter: String?
    public var precision: Precision
    public var keyValues: KeyValueFormat
    /// Threads to load and to score with; the number of cores when nil.
    public var threads: Int?

    public init(
        model: String,
        head: VerifierHead,
        adapter: String?,
        precision: Precision = .integer,
        keyValues: KeyValueFormat = .float,
        threads: Int? = nil
    ) {
        (self.model, self.head, self.adapter) = (model, head, adapter)
        (self.precision, self.keyValues, self.threads) = (precision, keyValues, threads)
    }

    /// A verifier whose head lies in a file; the likelihood of the words when `adapter` is nil.
    ///
    /// - Throws: `DroidError` with code `head.missing` or `head.corrupt`.
    public init(model: String, adapter: String?, threads: Int? = nil) throws {
        let head = try adapter.map { try VerifierHead.load($0) } ?? .likelihood
        self.init(model: model, head: head, adapter: adapter, threads: threads)
    }

    /// Loads the model, with the adapter if there is one.
    ///
    /// - Throws: as `LanguageModel.load`.
    public func language() throws -> LanguageModel {
        let holdsAdapter = try adapter.map { try Adapter.isHeld(in: $0) } ?? false
        return try LanguageModel.load(
            model,
            adapter: holdsAdapter ? adapter.map { LanguageModel.AdapterChoice(path: $0) } : nil,
            threads: threads,
            precision: precision,
            keyValues: keyValues
        )
    }
}
