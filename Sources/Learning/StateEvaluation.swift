// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
import Foundation

/// How well a verifier ranks recorded states, with the numerics that it has in use.
public struct StateEvaluation: Codable, Sendable {
    /// A set of states.
    public struct Part: Codable, Sendable, Equatable {
        public var name: String
        public var states = 0
        /// States with a right candidate on top.
        public var right = 0
        /// The sum over states of the share of their pairs in order.
        public var pairs = 0.0

        public var topOne: Double { states == 0 ? 0 : Double(right) / Double(states) }
        public var pairAccuracy: Double { states == 0 ? 0 : pairs / Double(states) }

        mutating func add(_ scores: [Double], _ state: StateRecord, wrong: [Int]) {
            states += 1
            let best = state.right.map { scores[$0] }.max() ?? -.infinity
            if wrong.allSatisfy({ scores[$0] < best }) { right += 1 }
            var ordered = 0
            for good in state.right { for bad in wrong where scores[good] > scores[bad] { ordered += 1 } }
            pairs += Double(ordered) / Double(max(1, state.right.count * wrong.count))
        }
    }

    /// A state whose first choice is wrong.
    public struct Mistake: Codable, Sendable, Equatable {
        public var task: String
        public var seed: UInt64
        public var step: Int
        public var kind: StateRecord.Kind
        public var goal: String
        /// The candidate that scored highest, and those that would have been right.
        public var chosen: String
        public var right: [String]
        /// By how much the chosen one leads the best of the right ones.
        public var lead: Double
        /// What the model read.
        public var prefix: String
    }

    /// A state's scores, for whoever wants to know more of them than which is the first.
    public struct Scored: Codable, Sendable, Equatable {
        public var task: String
        public var seed: UInt64
        public var run: Int
        public var step: Int
        public var kind: StateRecord.Kind
        /// One a candidate, in the order of the state, with what rules say of them.
        public var scores: [Double]
        public var right: [Int]
        public var wrong: [Int]
    }

    public var all = Part(name: "all")
    /// How what is known of candidates without the model ranks them; nil where nothing is known.
    public var known: Part?
    /// By kind of state, and by task, in the order of their names.
    public var kinds: [Part] = []
    public var tasks: [Part] = []
    /// Seconds of a decision: half of them take no longer, and 95 of 100.
    public var medianSeconds = 0.0
    public var p95Seconds = 0.0

    /// Ranks the candidates of each state.
    ///
    /// - Parameters:
    ///   - mistakes: receives each state whose first choice is wrong.
    ///   - scored: receives the scores of each state.
    ///   - progress: states that are done, and all.
    /// - Throws: `DroidError` from model, adapter or head, with code `training.empty` when no state has a right and a wrong candidate.
    public static func run(
        _ states: [StateRecord],
        by verifier: VerifierFiles,
        mistakes: (Mistake) -> Void = { _ in },
        scored: (Scored) -> Void = { _ in },
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> StateEvaluation {
        let scorer = try StateScorer(verifier)
        var evaluation = StateEvaluation()
        var (kinds, tasks): ([String: Part], [String: Part]) = ([:], [:])
        var seconds: [Double] = []
        for (index, state) in states.enumerated() {
            // Two candidates with the same words cannot be told apart by a model that reads words alone.
            let good = Set(state.right.map { state.suffixes[$0] })
            let wrong = state.wrong.filter { !good.contains(state.suffixes[$0]) }
            guard !good.isEmpty, !wrong.isEmpty else { continue }
            let start = Date()
            let scores = try scorer.scores(state)
            seconds.append(Date().timeIntervalSince(start))
            evaluation.all.add(scores, state, wrong: wrong)
            let priors = state.priors(for: scorer.head)
            if priors.contains(where: { $0 != 0 }) || evaluation.known != nil {
                evaluation.known = evaluation.known ?? Part(name: "without the model")
                evaluation.known?.add(priors, state, wrong: wrong)
            }
            kinds[state.kind.rawValue, default: Part(name: state.kind.rawValue)].add(scores, state, wrong: wrong)
            tasks[state.task, default: Part(name: state.task)].add(scores, state, wrong: wrong)
            scored(
                Scored(
                    task: state.task,
                    seed: state.seed,
                    run: state.run,
                    step: state.step,
                    kind: state.kind,
                    scores: scores,
                    right: state.right,
                    wrong: wrong
                )
            )
            if let mistake = mistake(scores, state, wrong: wrong) { mistakes(mistake) }
            progress(index + 1, states.count)
        }
        guard !seconds.isEmpty else {
            throw DroidError(
                "training.empty",
                "there is nothing to rank",
                why: "none of \(states.count) states has both a right and a wrong candidate",
                next: "collect states with `droidagent train pairs`"
            )
        }
        evaluation.kinds = kinds.values.sorted { $0.name < $1.name }
        evaluation.tasks = tasks.values.sorted { $0.name < $1.name }
        seconds.sort()
        evaluation.medianSeconds = seconds[seconds.count / 2]
        evaluation.p95Seconds = seconds[min(seconds.count - 1, seconds.count * 95 / 100)]
        return evaluation
    }

    private static func mistake(_ scores: [Double], _ state: StateRecord, wrong: [Int]) -> Mistake? {
        guard let chosen = wrong.max(by: { scores[$0] < scores[$1] }),
            let best = state.right.map({ scores[$0] }).max(), scores[chosen] >= best
        else { return nil }
        return Mistake(
            task: state.task,
            seed: state.seed,
            step: state.step,
            kind: state.kind,
            goal: state.goal,
            chosen: state.suffixes[chosen].trimmingCharacters(in: .whitespacesAndNewlines),
            right: state.right.map { state.suffixes[$0].trimmingCharacters(in: .whitespacesAndNewlines) },
            lead: scores[chosen] - best,
            prefix: state.prefix
        )
    }
}
