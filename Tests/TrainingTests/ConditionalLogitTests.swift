// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import Training

@Suite("Choices by what is known")
struct ConditionalLogitTests {
    /// Choices that were drawn by given weights.
    private static func choices(_ count: Int, weights: [Double]) -> [ConditionalLogit.Choice] {
        var random = SeededRandom(seed: 7)
        return (0..<count).map { _ in
            let values = (0..<5).map { _ in
                weights.indices.compactMap { place -> (place: Int, value: Double)? in
                    Bool.random(using: &random) ? (place, Double.random(in: -1...1, using: &random)) : nil
                }
            }
            let shares = values.map { exp(ConditionalLogit.score($0, weights)) }
            var left = Double.random(in: 0..<shares.reduce(0, +), using: &random)
            var right = 4
            for (index, share) in shares.enumerated() {
                left -= share
                if left < 0 {
                    right = index
                    break
                }
            }
            return ConditionalLogit.Choice(values: values, right: [right], wrong: (0..<5).filter { $0 != right })
        }
    }

    @Test("the weights that made the choices are found, and what never varies gets none")
    func found() {
        let weights = [2, -1, 0.5, 0]
        let found = ConditionalLogit.fit(Self.choices(6000, weights: weights), count: 5, l2: 1e-6)
        for (have, want) in zip(found, weights + [0]) { #expect(abs(have - want) < 0.15) }
    }

    @Test("nothing to choose from is no weights")
    func empty() {
        #expect(ConditionalLogit.fit([], count: 3) == [0, 0, 0])
        let one = ConditionalLogit.Choice(values: [[(0, 1)]], right: [0], wrong: [])
        #expect(ConditionalLogit.fit([one], count: 1) == [0])
    }

    @Test("with offsets and a center it fits what these leave")
    func offsets() {
        let weights = [1.5, -0.5, 0.0, 2.0, -1.0]
        let choices = Self.choices(6000, weights: weights).map { choice in
            var choice = choice
            choice.offsets = choice.values.map { ConditionalLogit.score($0, [1, 0, 0, 1, 0]) }
            return choice
        }
        let found = ConditionalLogit.fit(choices, count: 5, center: [3, 3, 3, 3, 3], l2: 1e-6)
        for (weight, rest) in zip(found, [0.5, -0.5, 0, 1, -1]) { #expect(abs(weight - rest) < 0.15) }
        #expect(ConditionalLogit.fit([], count: 2, center: [1, 2]) == [1, 2])
    }
}
