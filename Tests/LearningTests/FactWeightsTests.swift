// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
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
        #expect(weights.network == nil)
        let linear = weights.linear
        #expect(try #require(linear[.tapWhole]) > 1 && #require(linear[.end]) < 0)
        // The share that fits with odds of e to the weight is right in 9 of 10.
        let worth = try #require(linear[.textFit])
        #expect(worth > 2 && worth < 3.5)
        let head = VerifierHead(kind: .likelihood, facts: linear)
        #expect(head.prior(ofText: 2) == 2 * Double(worth))
        #expect(Self.states()[1].priors(for: head) == [0, Double(worth), 0])
        #expect(Self.states()[1].priors(for: .likelihood) == [0, 1, 0])
    }

    @Test func `beside a model weights say what it does not, and stay where they were for the rest`() throws {
        let states = Self.states().filter { $0.facts != nil }
        let known = FactWeights(linear: [.tapWhole: 0.5, .search: -2])
        // What the model is sure of needs no facts.
        let sure = try #require(FactWeights.fit(states, from: known, beside: states.map { _ in [20, 0, 0] })).linear
        #expect(try abs(#require(sure[.tapWhole]) - 0.5) < 0.01 && sure[.search] == -2 && sure[.textFit] == 1)
        let wrong = try #require(FactWeights.fit(states, from: known, beside: states.map { _ in [0, 3, 0] })).linear
        #expect(try #require(wrong[.tapWhole]) > 2 && #require(wrong[.end]) < -2 && wrong[.search] == -2)
    }

    @Test func `hidden units make a network that a head reads as the fit does`() throws {
        // A tap is right only where another one names the goal's words; otherwise the end is.
        let states = Self.states().filter { $0.facts != nil }.enumerated().map { place, state in
            var state = state
            let isNamed = place % 2 == 0
            state.facts = [[.tap: 1], [.end: 1], isNamed ? [.back: 1, .tapWhole: 1] : [.back: 1]]
            (state.right, state.wrong) = isNamed ? ([0], [1, 2]) : ([1], [0, 2])
            return state
        }
        let found = try #require(FactWeights.fit(states, units: 4))
        var head = VerifierHead(kind: .likelihood, facts: found.linear, network: found.network)
        for state in states {
            let priors = head.priors(state.facts ?? [])
            #expect(priors.indices.max { priors[$0] < priors[$1] } == state.right[0])
        }
        #expect(try VerifierHead.fromGGUF(head.ggufBytes()) == head)
        #expect(FactWeights(head) == found)
        // It goes on from what it was, and stays where nothing is wrong.
        let again = try #require(FactWeights.fit(states, units: 4, from: found))
        let (had, has) = (try #require(found.network), try #require(again.network))
        #expect(zip(had.own, has.own).allSatisfy { abs($0 - $1) < 0.3 })
        head.network = FactNetwork(facts: had.facts, own: had.own, all: [], bias: had.bias, out: had.out)
        #expect(throws: DroidError.self) { try head.checkShape() }
    }

    @Test func `without facts of decisions there are no weights`() {
        let texts = Self.states().filter { $0.kind == .text }
        #expect(FactWeights.fit(texts) == nil)
    }
}
