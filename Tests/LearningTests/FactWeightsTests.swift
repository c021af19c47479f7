// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Testing

@testable import Learning

@Suite("What facts of candidates are worth")
struct FactWeightsTests {
    /// Decisions where the one with a fact is right, and texts where the one that fits best is.
    private static func states() -> [StateRecord] {
        (0..<40).map { step in
            var state = StateSetTests.state(step, kind: step % 2 == 0 ? .decision : .text)
            if step % 2 == 0 {
                state.facts = [[.tapWhole: 1], [.end: 1], [:]]
            } else {
                // The fit is wrong in one of ten.
                state.priors = step % 20 == 1 ? [0, 1, 0] : [1, 0, 0]
            }
            return state
        }
    }

    @Test func `texts have a weight for how well they fit, beside the facts of decisions`() throws {
        let weights = try #require(FactWeights.fit(Self.states()))
        #expect(try #require(weights[.tapWhole]) > 1 && #require(weights[.end]) < 0)
        // The share that fits with odds of e to the weight is right in 9 of 10.
        let worth = try #require(weights[.textFit])
        #expect(worth > 2 && worth < 3.5)
        let head = VerifierHead(kind: .likelihood, facts: weights)
        #expect(head.prior(ofText: 2) == 2 * Double(worth))
        #expect(Self.states()[1].priors(for: head) == [0, Double(worth), 0])
        #expect(Self.states()[1].priors(for: .likelihood) == [0, 1, 0])
    }

    @Test func `beside a model weights say what it does not, and stay where they were for the rest`() throws {
        let states = Self.states().filter { $0.facts != nil }
        let known: CandidateFacts = [.tapWhole: 0.5, .search: -2]
        // What the model is sure of needs no facts.
        let sure = try #require(FactWeights.fit(states, from: known, beside: states.map { _ in [20, 0, 0] }))
        #expect(try abs(#require(sure[.tapWhole]) - 0.5) < 0.01 && sure[.search] == -2 && sure[.textFit] == 1)
        let wrong = try #require(FactWeights.fit(states, from: known, beside: states.map { _ in [0, 3, 0] }))
        #expect(try #require(wrong[.tapWhole]) > 2 && #require(wrong[.end]) < -2 && wrong[.search] == -2)
    }

    @Test func `without facts of decisions there are no weights`() {
        let texts = Self.states().filter { $0.kind == .text }
        #expect(FactWeights.fit(texts) == nil)
    }
}
