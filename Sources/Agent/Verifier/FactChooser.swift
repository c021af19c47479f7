// SPDX-License-Identifier: Apache-2.0

/// Ranks candidates by what a head knows of them without its model: facts alone, and of texts the rule.
///
/// It shows what a verifier owes to its model. It also walks into the states that such a verifier comes to, at no cost worth speaking of, so that
/// weights of facts can be fitted to them.
public struct FactChooser: ActionChooser {
    private let head: VerifierHead
    public let counter: PromptCounter?

    /// - Parameter counter: counts tokens for the prompt that is recorded; nil for an estimate.
    public init(_ head: VerifierHead, counter: PromptCounter?) {
        (self.head, self.counter) = (head, counter)
    }

    public func choose(_ decision: Decision) async throws -> Choice {
        let facts = decision.facts
        return Choice(ranked: Ranked.rank(head.priors(facts)), facts: facts)
    }
}
