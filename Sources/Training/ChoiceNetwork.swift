// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// A choice among alternatives by what is known of each: the probability of one is its share of a softmax over all scores.
///
/// A score has a linear part (McFadden, "Conditional Logit Analysis of Qualitative Choice Behavior", 1974) and, with units, a hidden layer that
/// sees what is known of the alternative beside the greatest values that any of them has, so that the same can be worth something else in
/// another company (a set function as in Zaheer et al., "Deep Sets", 2017): `linear . x + out . tanh(bias + own x + all max(x))`.
public struct ChoiceNetwork: Sendable, Equatable {
    /// Places of values that are not 0.
    public typealias Values = [(place: Int, value: Double)]

    /// One choice: what is known of each alternative, and the alternatives that are right and wrong. Others are neither and do not count, though
    /// what is known of them is seen.
    public struct Choice: Sendable {
        public var values: [Values]
        public var right: [Int]
        public var wrong: [Int]
        /// What else the score of each alternative has, which is not fitted; empty for nothing.
        public var offsets: [Double]

        public init(values: [Values], right: [Int], wrong: [Int], offsets: [Double] = []) {
            (self.values, self.right, self.wrong, self.offsets) = (values, right, wrong, offsets)
        }
    }

    /// How many values there are of an alternative, and how many hidden units.
    public let inputs: Int
    public let units: Int
    /// One weight a value.
    public var linear: [Double]
    /// `inputs` rows of `units`: of an alternative's values, and of the greatest ones.
    public var own: [Double]
    public var all: [Double]
    /// One a unit.
    public var bias: [Double]
    public var out: [Double]

    /// All weights are 0.
    public init(inputs: Int, units: Int) {
        (self.inputs, self.units) = (inputs, units)
        linear = [Double](repeating: 0, count: inputs)
        own = [Double](repeating: 0, count: inputs * units)
        all = own
        bias = [Double](repeating: 0, count: units)
        out = bias
    }

    /// Where a search begins that may not begin at 0, since there all units are alike.
    static func drawn(inputs: Int, units: Int, linear: [Double]? = nil, seed: UInt64) -> ChoiceNetwork {
        var random = SeededRandom(seed: seed, name: "choice network")
        var network = ChoiceNetwork(inputs: inputs, units: units)
        if let linear { network.linear = linear }
        func draw(_ values: inout [Double]) {
            for place in values.indices { values[place] = Double.random(in: -0.2...0.2, using: &random) }
        }
        draw(&network.own)
        draw(&network.all)
        draw(&network.out)
        return network
    }

    /// The weights with the least mean of -log of the right ones' share, and half of `l2` (of the units: `unitL2`) times their squared distance
    /// from `center`. Without units the function is convex where one alternative is right; with them the search ends in a minimum nearby,
    /// the same for the same choices.
    ///
    /// - Parameters:
    ///   - center: what weights are without any choice, and where the search begins; nil for 0.
    ///   - steps: of the search at most.
    public static func fit(
        _ choices: [Choice],
        inputs: Int,
        units: Int = 0,
        center: ChoiceNetwork? = nil,
        l2: Double = 1e-3,
        unitL2: Double = 3e-3,
        seed: UInt64 = 1,
        steps: Int = 300
    ) -> ChoiceNetwork {
        let useful = choices.filter { !$0.right.isEmpty && !$0.wrong.isEmpty }.map { SeenChoice($0, inputs: inputs) }
        let known = center.flatMap { $0.units == units && $0.inputs == inputs ? $0 : nil }
        let rest = known ?? ChoiceNetwork(inputs: inputs, units: units, linear: center?.linear)
        guard !useful.isEmpty else { return rest }
        let start = known ?? drawn(inputs: inputs, units: units, linear: center?.linear, seed: seed)
        let pull = rest.flat
        let strength = pull.indices.map { $0 < inputs ? l2 : unitL2 }
        var search = LBFGS(start: start.flat) { point, gradient in
            var sum = loss(useful, Layout(inputs: inputs, units: units), point, gradient: &gradient)
            for place in point.indices {
                let moved = point[place] - pull[place]
                sum += strength[place] / 2 * moved * moved
                gradient[place] += strength[place] * moved
            }
            return sum
        }
        for _ in 0..<steps where search.gradientLength > 1e-6 { if !search.step() { break } }
        return ChoiceNetwork(inputs: inputs, units: units, flat: search.point)
    }

    /// The score of each alternative, without offsets.
    public func scores(_ values: [Values]) -> [Double] {
        let choice = SeenChoice(Choice(values: values, right: [], wrong: []), inputs: inputs)
        var hidden: [Double] = []
        return choice.scores(Layout(inputs: inputs, units: units), flat, hidden: &hidden)
    }

    /// The mean of -log of the right ones' share, and its slope by each weight: linear, own, all, bias, out.
    func loss(_ choices: [Choice], gradient: inout [Double]) -> Double {
        let seen = choices.map { SeenChoice($0, inputs: inputs) }
        return Self.loss(seen, Layout(inputs: inputs, units: units), flat, gradient: &gradient)
    }

    private static func loss(
        _ choices: [SeenChoice],
        _ layout: Layout,
        _ point: [Double],
        gradient: inout [Double]
    ) -> Double {
        gradient = [Double](repeating: 0, count: point.count)
        let share = 1 / Double(choices.count)
        return choices.reduce(0) { $0 + $1.add(share, layout, point, to: &gradient) }
    }

    /// With another value at one place of all weights.
    func moved(_ place: Int, by step: Double) -> ChoiceNetwork {
        var flat = flat
        flat[place] += step
        return ChoiceNetwork(inputs: inputs, units: units, flat: flat)
    }

    // MARK: - As one vector

    private init(inputs: Int, units: Int, linear: [Double]?) {
        self.init(inputs: inputs, units: units)
        if let linear { self.linear = linear }
    }

    private init(inputs: Int, units: Int, flat: [Double]) {
        self.init(inputs: inputs, units: units)
        let at = Layout(inputs: inputs, units: units)
        linear = Array(flat[..<at.own])
        own = Array(flat[at.own..<at.all])
        all = Array(flat[at.all..<at.bias])
        bias = Array(flat[at.bias..<at.out])
        out = Array(flat[at.out...])
    }

    private var flat: [Double] { linear + own + all + bias + out }
}

/// Where the parts of a network begin in one vector.
private struct Layout {
    let units: Int
    let own: Int
    let all: Int
    let bias: Int
    let out: Int

    init(inputs: Int, units: Int) {
        self.units = units
        own = inputs
        all = own + inputs * units
        bias = all + inputs * units
        out = bias + units
    }
}

/// A choice with the greatest values of its alternatives.
private struct SeenChoice {
    let choice: ChoiceNetwork.Choice
    let greatest: ChoiceNetwork.Values

    init(_ choice: ChoiceNetwork.Choice, inputs: Int) {
        self.choice = choice
        var most = [Double](repeating: 0, count: inputs)
        for (place, value) in choice.values.joined() { most[place] = max(most[place], value) }
        greatest = most.enumerated().filter { $0.element != 0 }.map { ($0.offset, $0.element) }
    }

    /// - Parameter hidden: receives what the units of each alternative say.
    func scores(_ at: Layout, _ point: [Double], hidden: inout [Double]) -> [Double] {
        let units = at.units
        var shared = Array(point[at.bias..<at.bias + units])
        for (place, value) in greatest {
            let row = at.all + place * units
            for unit in 0..<units { shared[unit] += value * point[row + unit] }
        }
        hidden = [Double](repeating: 0, count: units * choice.values.count)
        return choice.values.enumerated().map { index, values in
            var score = choice.offsets.isEmpty ? 0 : choice.offsets[index]
            var state = shared
            for (place, value) in values {
                score += value * point[place]
                let row = at.own + place * units
                for unit in 0..<units { state[unit] += value * point[row + unit] }
            }
            for unit in 0..<units {
                let said = tanh(state[unit])
                hidden[index * units + unit] = said
                score += said * point[at.out + unit]
            }
            return score
        }
    }

    /// Adds the gradient of the loss, times `share`, and returns that loss.
    func add(_ share: Double, _ at: Layout, _ point: [Double], to gradient: inout [Double]) -> Double {
        let units = at.units
        var hidden: [Double] = []
        let scores = scores(at, point, hidden: &hidden)
        let objective = PreferenceObjective(loss: .listwise, rivals: 0)
        let (loss, slopes) = objective.evaluate(scores, right: choice.right, wrong: choice.wrong)
        var shared = [Double](repeating: 0, count: units)
        var state = shared
        for (index, slope) in slopes.enumerated() where slope != 0 {
            let slope = slope * share
            for unit in 0..<units {
                let said = hidden[index * units + unit]
                gradient[at.out + unit] += slope * said
                state[unit] = slope * point[at.out + unit] * (1 - said * said)
                shared[unit] += state[unit]
            }
            for (place, value) in choice.values[index] {
                gradient[place] += slope * value
                let row = at.own + place * units
                for unit in 0..<units { gradient[row + unit] += value * state[unit] }
            }
        }
        for unit in 0..<units { gradient[at.bias + unit] += shared[unit] }
        for (place, value) in greatest {
            let row = at.all + place * units
            for unit in 0..<units { gradient[row + unit] += value * shared[unit] }
        }
        return loss * share
    }
}
