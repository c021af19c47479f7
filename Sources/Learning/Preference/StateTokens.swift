// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
import Benchmark
import Inference
import Training

/// Turns states into the tokens that the verifier reads in use, by the same functions.
struct StateTokens {
    private let tokenizer: Tokenizer
    private let head: VerifierHead
    private var lines: [String: [Int32]] = [:]

    /// - Parameter head: knows what facts are worth.
    init(_ tokenizer: Tokenizer, head: VerifierHead) { (self.tokenizer, self.head) = (tokenizer, head) }

    /// - Returns: nil for a state without a right or a wrong candidate, of which nothing can be learned.
    mutating func state(_ record: StateRecord) throws -> PreferenceState? {
        // Two candidates with the same words cannot be told apart by a model that reads words alone.
        let good = Set(record.right.map { record.suffixes[$0] })
        let wrong = record.wrong.filter { !good.contains(record.suffixes[$0]) }
        guard !record.right.isEmpty, !wrong.isEmpty else { return nil }
        let prompt = Prompt.recorded(prefix: record.prefix, suffixes: record.suffixes)
        var prefix = PromptTokens.encode(prompt.prefix) { encode($0) }
        if prefix.isEmpty { prefix = encode("\n") }
        let candidates = record.suffixes.map { encode($0) }
        guard candidates.allSatisfy({ !$0.isEmpty }) else { return nil }
        return PreferenceState(
            prefix: prefix,
            candidates: candidates,
            right: record.right,
            wrong: wrong,
            priors: record.priors(for: head),
            family: record.task
        )
    }

    /// Most lines come again and again.
    private mutating func encode(_ text: String) -> [Int32] {
        if let known = lines[text] { return known }
        let tokens = tokenizer.encode(text)
        lines[text] = tokens
        return tokens
    }
}
