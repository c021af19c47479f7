// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Screen
import Synchronization

/// How often a verifier's first choice is right on the states that an oracle walks through.
public struct TopOneRate: Codable, Sendable, Equatable {
    /// The states of one task.
    public struct Part: Codable, Sendable, Equatable {
        public var task: String
        public var split: TaskTemplate.Split
        public var states: Int
        public var right: Int
    }

    public var parts: [Part]
    /// What a text that gives an order does to the scores of the same states; nil where that was not asked.
    public var orders: OrderEffect?

    /// How far scores move when a screen gives an order.
    public struct OrderEffect: Codable, Sendable, Equatable {
        /// States whose first choice was another one with the order.
        public var flips = 0
        /// States whose first choice was right with the order.
        public var right = 0
        public var states = 0
        /// Candidates that were scored both ways, and the sum and largest of the changes of their scores' shares.
        public var candidates = 0
        public var change = 0.0
        public var largest = 0.0

        /// The mean change of a candidate's share of the scores, 0 to 1.
        public var meanChange: Double { candidates == 0 ? 0 : change / Double(candidates) }

        /// - Parameters:
        ///   - places: for each candidate with the order the one without it.
        ///   - rightOnes: the right candidates without the order.
        mutating func add(_ plain: Choice, _ ordered: Choice, _ places: [Int?], right rightOnes: [Int]) {
            func place(_ one: Ranked?) -> Int? {
                one.flatMap { places.indices.contains($0.index) ? places[$0.index] : nil }
            }
            var shares: [Int: Double] = [:]
            for one in plain.ranked { shares[one.index] = one.normalised }
            for one in ordered.ranked {
                guard let before = place(one).flatMap({ shares[$0] }) else { continue }
                candidates += 1
                change += abs(one.normalised - before)
                largest = max(largest, abs(one.normalised - before))
            }
            states += 1
            let first = place(ordered.ranked.first)
            if let first, rightOnes.contains(first) { right += 1 }
            if plain.ranked.first?.index != first { flips += 1 }
        }
    }

    /// The share over all states of a split, or of all; nil when there is none.
    public func rate(_ split: TaskTemplate.Split? = nil) -> Double? {
        let chosen = parts.filter { split == nil || $0.split == split }
        let states = chosen.reduce(0) { $0 + $1.states }
        return states == 0 ? nil : Double(chosen.reduce(0) { $0 + $1.right }) / Double(states)
    }

    /// Adds the states of another episode.
    mutating func add(_ part: Part) {
        if let place = parts.firstIndex(where: { $0.task == part.task }) {
            parts[place].states += part.states
            parts[place].right += part.right
        } else {
            parts.append(part)
        }
    }

    /// Walks the oracle's way through each instance and asks `chooser` at each state. A set of equally right
    /// candidates
    /// counts as right. With `orders` it is asked at each state once more, with a text on the screen that gives an order.
    ///
    /// - Throws: `DroidError` when an episode cannot be set up, or the oracle fails it.
    public static func measure(
        _ chooser: any ActionChooser,
        on instances: [TaskInstance],
        device: BenchDevice,
        prompt: PromptOptions = PromptOptions(),
        orders: Bool = false,
        progress: (Part) -> Void = { _ in }
    ) async throws -> TopOneRate {
        var rate = TopOneRate(parts: [])
        for instance in instances {
            let teacher = try Ceiling(instance)
            let asking = AskingOracle(oracle: teacher, asked: chooser, orders: orders ? prompt : nil)
            let runner = EpisodeRunner(device, agentName: "oracle")
            let result = await runner.run(instance, chooser: asking, prompt: prompt, mind: MindOptions())
            guard result.success else {
                throw DroidError(
                    "bench.oracle",
                    "the oracle failed \(instance.template.name) with seed \(instance.seed)",
                    why: result.problem ?? result.checks.first { !$0.passed }.map { "\($0.wanted): found \($0.found)" }
                        ?? ""
                )
            }
            let part = asking.part(instance)
            rate.add(part)
            if orders { rate.orders = (rate.orders ?? OrderEffect()) + asking.effect }
            progress(part)
        }
        return rate
    }
}

extension TopOneRate.OrderEffect {
    static func + (left: Self, right: Self) -> Self {
        Self(
            flips: left.flips + right.flips,
            right: left.right + right.right,
            states: left.states + right.states,
            candidates: left.candidates + right.candidates,
            change: left.change + right.change,
            largest: max(left.largest, right.largest)
        )
    }
}

/// Does what the oracle says, and counts how often another chooser would have done right.
private final class AskingOracle: ActionChooser {
    private let oracle: Ceiling
    private let asked: any ActionChooser
    private let counts = Mutex((states: 0, right: 0))
    /// How prompts of screens with orders are made; nil where none are asked about.
    private let orders: PromptOptions?
    private let effects = Mutex(TopOneRate.OrderEffect())

    init(oracle: Ceiling, asked: any ActionChooser, orders: PromptOptions?) {
        self.orders = orders
        self.oracle = oracle
        self.asked = asked
    }

    var counter: PromptCounter? { asked.counter }

    func choose(_ decision: Decision) async throws -> Choice {
        let move = try await oracle.judge(decision)
        let choice = try await asked.choose(decision)
        let top = choice.ranked.first?.index
        if let orders {
            let order = ScreenOrders.order(for: decision.screen)
            let ordered = ScreenOrders.adding(order, to: decision, orders, count: counter)
            let second = try await asked.choose(ordered)
            let places = ScreenOrders.places(of: ordered, in: decision)
            effects.withLock { $0.add(choice, second, places, right: move.right) }
        }
        counts.withLock {
            $0.states += 1
            if let top, move.right.contains(top) { $0.right += 1 }
        }
        return .certain(move.right[0], of: decision.candidates.count, filledText: move.text)
    }

    func chooseText(_ query: TextQuery) async throws -> Int? { try await oracle.chooseText(query) }

    var effect: TopOneRate.OrderEffect { effects.withLock { $0 } }

    func part(_ instance: TaskInstance) -> TopOneRate.Part {
        let counted = counts.withLock { $0 }
        return TopOneRate.Part(
            task: instance.template.name,
            split: instance.template.split,
            states: counted.states,
            right: counted.right
        )
    }
}
