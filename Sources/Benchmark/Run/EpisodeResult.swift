// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Foundation

/// How one episode went.
public struct EpisodeResult: Codable, Sendable {
    /// Why an episode counts as it does.
    public enum Cause: String, Codable, Sendable, CaseIterable {
        /// Everything held, and the agent said so.
        case passed
        /// The agent said that it was done, and a check failed.
        case premature
        /// Every check held, but the agent never said so: a failure by the strict rules.
        case undeclared
        /// The step budget was used up, and a check failed.
        case budget
        /// The agent gave up: it called the task impossible.
        case infeasible
        /// The agent's own guard against going in circles ended the run.
        case loop
        /// The agent stopped before it did something that needs a person's word.
        case refused
        /// Something broke during the run.
        case error
        /// The episode could not be set up or judged; it is no part of the rate.
        case skipped
    }

    public var task: String
    public var seed: UInt64
    public var success: Bool
    /// What the agent said at the end: `complete`, `infeasible` or `nothing`.
    public var said: String
    public var steps: Int
    public var cause: Cause
    public var seconds: Double
    public var goal: String
    public var app: String
    public var split: TaskTemplate.Split
    public var tags: [String]
    public var optimalSteps: Int
    public var maxSteps: Int
    /// Whether every check held, whatever the agent said.
    public var held: Bool
    public var checks: [CheckOutcome]
    public var answer: String?
    /// What broke, for `error` and `skipped`.
    public var problem: String?
    /// Which of its task's episodes it is, counted from 0; nil in results of before that was kept.
    public var episode: Int?
    /// How hard the task is, where its file says so.
    public var difficulty: TaskTemplate.Difficulty?
    /// What stood between the agent and the task, for failures that were looked into.
    public var fault: Fault?
    /// How often the right action was a candidate, as long as the agent was on the oracle's way.
    public var coverage: Coverage?
    /// How large its decisions were, where somebody watched.
    public var sizes: DecisionSizes?
    /// Seconds of each phase, all steps together.
    public var timings: StepTimings?
    /// The folder of the run's record, under the results' folder, where one was kept.
    public var run: String?

    /// The line that `bench --json` prints.
    public func line() throws -> String {
        try JSON.line(
            Line(task: task, seed: seed, success: success, said: said, steps: steps, cause: cause, seconds: seconds)
        )
    }

    private struct Line: Codable {
        var task: String
        var seed: UInt64
        var success: Bool
        var said: String
        var steps: Int
        var cause: Cause
        var seconds: Double
    }
}

/// What a whole run of a suite came to.
public struct SuiteSummary: Codable, Sendable, Equatable {
    public var agent: String
    public var rules: BenchRules
    /// Episodes that were judged.
    public var episodes: Int
    public var successes: Int
    /// Episodes that could not be set up or judged, beside those that count.
    public var skipped: Int
    public var rate: Double
    /// The ends of Wilson's 95 % interval of the rate.
    public var low: Double
    public var high: Double

    public init(agent: String, rules: BenchRules, results: [EpisodeResult]) {
        let judged = results.filter { $0.cause != .skipped }
        self.agent = agent
        self.rules = rules
        episodes = judged.count
        successes = judged.count(where: \.success)
        skipped = results.count - judged.count
        rate = judged.isEmpty ? 0 : Double(successes) / Double(episodes)
        let interval = Wilson.interval(successes: successes, of: episodes)
        low = interval.lowerBound
        high = interval.upperBound
    }

    /// The last line of `bench --json`.
    public func line() throws -> String { try JSON.line(["summary": self]) }
}

/// How the tasks of one part of a split did.
public struct PartSummary: Codable, Sendable, Equatable {
    /// The part's name; for the tasks that are not done by doing nothing, with `, without no-op tasks` behind it.
    public var part: String
    public var episodes: Int
    public var successes: Int
    public var rate: Double
    /// The ends of Wilson's 95 % interval of the rate.
    public var low: Double
    public var high: Double

    private init(_ part: String, _ results: [EpisodeResult]) {
        let summary = SuiteSummary(agent: "", rules: .strict, results: results)
        (self.part, episodes, successes) = (part, summary.episodes, summary.successes)
        (rate, low, high) = (summary.rate, summary.low, summary.high)
    }

    /// Each part of which something ran, with all its tasks and, where that differs, without those whose check holds before anything was done.
    public static func of(_ results: [EpisodeResult], split: TrainingSplit) -> [PartSummary] {
        TrainingSplit.Part.allCases.flatMap { part in
            let own = results.filter { split.part(of: $0.task) == part }
            let some = own.filter { !split.noOp.contains($0.task) }
            if own.isEmpty { return [] as [PartSummary] }
            let all = PartSummary(part.rawValue, own)
            return some.count == own.count || some.isEmpty
                ? [all] : [all, PartSummary("\(part.rawValue), without no-op tasks", some)]
        }
    }
}

/// Which rules say that an episode is a success.
public enum BenchRules: String, Codable, Sendable, CaseIterable {
    /// AndroidWorld's: every check holds, and the agent itself ended the run within the budget.
    case strict
    /// V-Droid's: ten steps more than the budget, and every check holds, whether the agent said so or not.
    case lenient

    /// The step budget of a task under these rules.
    public func budget(_ maxSteps: Int) -> Int { self == .strict ? maxSteps : maxSteps + 10 }
}

/// Wilson's interval of a share (Wilson, 1927): it stays within 0 and 1 and is right for few episodes too.
public enum Wilson {
    /// The interval that holds the true share with a probability of 95 %, or of what `z` stands for.
    public static func interval(successes: Int, of count: Int, z: Double = 1.959963984540054) -> ClosedRange<Double> {
        guard count > 0 else { return 0...1 }
        let n = Double(count)
        let p = Double(successes) / n
        let middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        // The ends are exact at no and at full success; rounding must not move them.
        let low = successes == 0 ? 0 : max(0, middle - half)
        let high = successes == count ? 1 : min(1, middle + half)
        return low...high
    }
}

/// How a task did over its seeds.
public struct TemplateResult: Codable, Sendable, Equatable {
    public var task: String
    public var app: String
    public var split: TaskTemplate.Split
    public var episodes: Int
    public var successes: Int
    public var skipped: Int
    public var meanSteps: Double
    public var optimalSteps: Int
    /// Whether at least two thirds of its judged seeds succeeded: 2 of 3.
    public var passed: Bool

    /// The results of each task, in the order in which tasks first appear.
    public static func of(_ results: [EpisodeResult]) -> [TemplateResult] {
        var order: [String] = []
        var groups: [String: [EpisodeResult]] = [:]
        for result in results {
            if groups[result.task] == nil { order.append(result.task) }
            groups[result.task, default: []].append(result)
        }
        return order.compactMap { name in
            guard let group = groups[name], let first = group.first else { return nil }
            let judged = group.filter { $0.cause != .skipped }
            let successes = judged.count(where: \.success)
            let steps = judged.reduce(0) { $0 + $1.steps }
            return TemplateResult(
                task: name,
                app: first.app,
                split: first.split,
                episodes: judged.count,
                successes: successes,
                skipped: group.count - judged.count,
                meanSteps: judged.isEmpty ? 0 : Double(steps) / Double(judged.count),
                optimalSteps: first.optimalSteps,
                passed: !judged.isEmpty && successes * 3 >= judged.count * 2
            )
        }
    }
}
