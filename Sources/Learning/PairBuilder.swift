// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Benchmark

/// How pairs are made from states.
public struct PairOptions: Sendable, Codable, Equatable {
    /// The most states right after a wrong step, as a share of all states. Many of them teach an agent to go
    /// in circles.
    public var selfCorrectionShare: Double
    /// The most states with a text that gives an order, as a share of all states.
    public var orderShare: Double
    /// The most wrong candidates of a state that are compared with each right one; 0 for all.
    public var negativesPerStep: Int
    /// Seed of what is drawn.
    public var seed: UInt64

    public init(
        selfCorrectionShare: Double = 0.1,
        orderShare: Double = 0.25,
        negativesPerStep: Int = 0,
        seed: UInt64 = 1
    ) {
        self.orderShare = orderShare
        self.selfCorrectionShare = selfCorrectionShare
        self.negativesPerStep = negativesPerStep
        self.seed = seed
    }
}

/// Makes pairs from the states of oracle runs.
public enum PairBuilder {
    /// The pairs of `states`: every right candidate against the wrong ones. Of equal states (same prompt,
    /// same verdict) one
    /// is kept, so a home screen that starts every run does not outweigh all else.
    public static func pairs(_ states: [StateRecord], options: PairOptions = PairOptions()) -> [PairRecord] {
        var random = SeededRandom(seed: options.seed, name: "pairs")
        let set = StateSetOptions(
            selfCorrectionShare: options.selfCorrectionShare,
            orderShare: options.orderShare,
            seed: options.seed
        )
        return StateSet.assemble(states, options: set).flatMap { state -> [PairRecord] in
            var wrong = state.wrong
            if options.negativesPerStep > 0 && wrong.count > options.negativesPerStep {
                wrong = Array(wrong.shuffled(using: &random).prefix(options.negativesPerStep)).sorted()
            }
            return state.right.flatMap { right in wrong.compactMap { pair(state, right, $0) } }
        }
    }

    private static func pair(_ state: StateRecord, _ right: Int, _ wrong: Int) -> PairRecord? {
        guard state.suffixes.indices.contains(right), state.suffixes.indices.contains(wrong) else { return nil }
        // Two candidates with the same words cannot be told apart by a model that reads only the words.
        guard state.suffixes[right] != state.suffixes[wrong] else { return nil }
        return PairRecord(
            task: state.task,
            app: state.app,
            episode: "\(state.seed)-\(state.run)",
            step: state.step,
            prefix: state.prefix,
            chosen: state.suffixes[right],
            rejected: state.suffixes[wrong],
            kind: state.kind,
            source: .oracle,
            weight: 1,
            actionSpace: state.actionSpace,
            prompt: state.prompt
        )
    }
}
