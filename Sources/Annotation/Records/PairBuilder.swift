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

/// A state with the word of whoever judged it.
public struct JudgedState: Sendable, Equatable {
    public var state: StateRecord
    public var source: PairRecord.Source
    public var weight: Double
    /// The version of the verifier that had a part in it, or nil.
    public var verifier: String?
    /// What ties the pairs of one episode together.
    public var episode: String
    /// Wrong candidates that would do harm: a limit on the wrong ones leaves these in.
    public var harmful: [Int]

    public init(
        _ state: StateRecord,
        source: PairRecord.Source,
        weight: Double = 1,
        verifier: String? = nil,
        episode: String? = nil,
        harmful: [Int] = []
    ) {
        (self.state, self.source, self.weight, self.verifier) = (state, source, weight, verifier)
        (self.episode, self.harmful) = (episode ?? "\(state.seed)-\(state.run)", harmful)
    }
}

/// Makes pairs from judged states.
public enum PairBuilder {
    /// The pairs of oracle states.
    public static func pairs(_ states: [StateRecord], options: PairOptions = PairOptions()) -> [PairRecord] {
        pairs(states.map { JudgedState($0, source: .oracle) }, options: options)
    }

    /// The pairs of `states`: every right candidate against the wrong ones. Of equal states (same prompt, same verdict) one is
    /// kept, so a home screen that starts every run does not outweigh all else.
    public static func pairs(_ states: [JudgedState], options: PairOptions = PairOptions()) -> [PairRecord] {
        pairs(of: kept(states, options: options))
    }

    /// The states of which pairs are made, each with the wrong candidates that are compared.
    static func kept(_ states: [JudgedState], options: PairOptions) -> [JudgedState] {
        var random = SeededRandom(seed: options.seed, name: "pairs")
        let set = StateSetOptions(
            selfCorrectionShare: options.selfCorrectionShare,
            orderShare: options.orderShare,
            seed: options.seed
        )
        return StateSet.places(states.map(\.state), options: set).map { place -> JudgedState in
            var judged = states[place]
            let wrong = judged.state.wrong
            if options.negativesPerStep > 0 && wrong.count > options.negativesPerStep {
                let harmful = wrong.filter(judged.harmful.contains)
                let others = wrong.filter { !harmful.contains($0) }.shuffled(using: &random)
                let limit = max(options.negativesPerStep, harmful.count)
                judged.state.wrong = Array((harmful + others).prefix(limit)).sorted()
            }
            return judged
        }
    }

    /// The pairs of states as they are.
    static func pairs(of states: [JudgedState]) -> [PairRecord] {
        states.flatMap { judged -> [PairRecord] in
            judged.state.right.flatMap { right in judged.state.wrong.compactMap { pair(judged, right, $0) } }
        }
    }

    private static func pair(_ judged: JudgedState, _ right: Int, _ wrong: Int) -> PairRecord? {
        let state = judged.state
        guard state.suffixes.indices.contains(right), state.suffixes.indices.contains(wrong) else { return nil }
        // Two candidates with the same words cannot be told apart by a model that reads only the words.
        guard state.suffixes[right] != state.suffixes[wrong] else { return nil }
        return PairRecord(
            task: state.task,
            app: state.app,
            episode: judged.episode,
            step: state.step,
            prefix: state.prefix,
            chosen: state.suffixes[right],
            rejected: state.suffixes[wrong],
            kind: state.kind,
            source: judged.source,
            weight: judged.weight,
            verifier: judged.verifier,
            actionSpace: state.actionSpace,
            prompt: state.prompt
        )
    }
}
