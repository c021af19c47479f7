// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
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
    /// counts as right.
    ///
    /// - Throws: `DroidError` when an episode cannot be set up, or the oracle fails it.
    public static func measure(
        _ chooser: any ActionChooser,
        on instances: [TaskInstance],
        device: BenchDevice,
        prompt: PromptOptions = PromptOptions(),
        progress: (Part) -> Void = { _ in }
    ) async throws -> TopOneRate {
        var rate = TopOneRate(parts: [])
        for instance in instances {
            let asking = AskingOracle(oracle: try Oracle(instance), asked: chooser)
            let runner = EpisodeRunner(device, agentName: "oracle")
            let result = await runner.run(instance, chooser: asking, prompt: prompt)
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
            progress(part)
        }
        return rate
    }
}

/// Does what the oracle says, and counts how often another chooser would have done right.
private final class AskingOracle: ActionChooser {
    private let oracle: Oracle
    private let asked: any ActionChooser
    private let counts = Mutex((states: 0, right: 0))

    init(oracle: Oracle, asked: any ActionChooser) {
        self.oracle = oracle
        self.asked = asked
    }

    var counter: PromptCounter? { asked.counter }

    func choose(_ decision: Decision) async throws -> Choice {
        let move = try await oracle.judge(decision)
        let top = try await asked.choose(decision).ranked.first?.index
        counts.withLock {
            $0.states += 1
            if let top, move.right.contains(top) { $0.right += 1 }
        }
        return .certain(move.right[0], of: decision.candidates.count, filledText: move.text)
    }

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
