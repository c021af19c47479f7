// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import Training

@Suite("Choices by what is known")
struct ChoiceNetworkTests {
    private static func linear(_ values: ChoiceNetwork.Values, _ weights: [Double]) -> Double {
        values.reduce(0) { $0 + $1.value * weights[$1.place] }
    }

    /// Choices that were drawn by given weights.
    private static func choices(_ count: Int, weights: [Double]) -> [ChoiceNetwork.Choice] {
        var random = SeededRandom(seed: 7)
        return (0..<count).map { _ in
            let values = (0..<5).map { _ in
                weights.indices.compactMap { place -> (place: Int, value: Double)? in
                    Bool.random(using: &random) ? (place, Double.random(in: -1...1, using: &random)) : nil
                }
            }
            let shares = values.map { exp(Self.linear($0, weights)) }
            var left = Double.random(in: 0..<shares.reduce(0, +), using: &random)
            var right = 4
            for (index, share) in shares.enumerated() {
                left -= share
                if left < 0 {
                    right = index
                    break
                }
            }
            return ChoiceNetwork.Choice(values: values, right: [right], wrong: (0..<5).filter { $0 != right })
        }
    }

    @Test("the weights that made the choices are found, and what never varies gets none")
    func found() {
        let weights = [2, -1, 0.5, 0]
        let found = ChoiceNetwork.fit(Self.choices(6000, weights: weights), inputs: 5, l2: 1e-6).linear
        for (have, want) in zip(found, weights + [0]) { #expect(abs(have - want) < 0.15) }
    }

    @Test("nothing to choose from is no weights")
    func empty() {
        #expect(ChoiceNetwork.fit([], inputs: 3).linear == [0, 0, 0])
        let one = ChoiceNetwork.Choice(values: [[(0, 1)]], right: [0], wrong: [])
        #expect(ChoiceNetwork.fit([one], inputs: 1).linear == [0])
    }

    @Test("with offsets and a center it fits what these leave")
    func offsets() {
        let weights = [1.5, -0.5, 0.0, 2.0, -1.0]
        let choices = Self.choices(6000, weights: weights).map { choice in
            var choice = choice
            choice.offsets = choice.values.map { Self.linear($0, [1, 0, 0, 1, 0]) }
            return choice
        }
        var center = ChoiceNetwork(inputs: 5, units: 0)
        center.linear = [3, 3, 3, 3, 3]
        let found = ChoiceNetwork.fit(choices, inputs: 5, center: center, l2: 1e-6).linear
        for (weight, rest) in zip(found, [0.5, -0.5, 0, 1, -1]) { #expect(abs(weight - rest) < 0.15) }
        #expect(ChoiceNetwork.fit([], inputs: 5, center: center) == center)
    }

    /// The first is right where any of them has the second value, and the last one where none has: no linear score says that.
    private static func crossed(_ count: Int) -> [ChoiceNetwork.Choice] {
        (0..<count).map { index in
            let isSeen = index % 2 == 0
            let values: [ChoiceNetwork.Values] = [[(0, 1)], isSeen ? [(1, 1)] : [], [(2, 1)]]
            return ChoiceNetwork.Choice(values: values, right: [isSeen ? 0 : 2], wrong: isSeen ? [1, 2] : [0, 1])
        }
    }

    @Test("hidden units learn what depends on the other alternatives")
    func units() {
        let choices = Self.crossed(200)
        func right(_ network: ChoiceNetwork) -> Int {
            choices.count { choice in
                let scores = network.scores(choice.values)
                return scores.indices.max { scores[$0] < scores[$1] } == choice.right[0]
            }
        }
        #expect(right(ChoiceNetwork.fit(choices, inputs: 3)) <= 100)
        let network = ChoiceNetwork.fit(choices, inputs: 3, units: 4)
        #expect(right(network) == 200)
        #expect(ChoiceNetwork.fit(choices, inputs: 3, units: 4) == network)
        // Where it goes on from a network that is right, it stays near it.
        let more = ChoiceNetwork.fit(choices, inputs: 3, units: 4, center: network, steps: 1)
        #expect(right(more) == 200 && more.units == 4)
    }

    @Test("slopes are those of finite differences")
    func slopes() {
        var choices = Self.crossed(4)
        choices[0].offsets = [0.3, -0.2, 0.1]
        choices[1].values[0].append((1, -0.5))
        let (inputs, units) = (3, 2)
        let start = ChoiceNetwork.drawn(inputs: inputs, units: units, linear: [0.1, -0.2, 0.3], seed: 3)
        var gradient: [Double] = []
        _ = start.loss(choices, gradient: &gradient)
        var unused: [Double] = []
        for place in gradient.indices {
            let step = 1e-5
            let above = start.moved(place, by: step).loss(choices, gradient: &unused)
            let below = start.moved(place, by: -step).loss(choices, gradient: &unused)
            #expect(abs((above - below) / (2 * step) - gradient[place]) < 1e-7)
        }
        #expect(gradient.contains { abs($0) > 1e-3 })
    }
}
