// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Foundation

/// The figures of a run of a suite, as tables.
enum BenchTables {
    /// What ran and what came out; `facts` are further lines.
    static func overview(_ summary: SuiteSummary, facts: [(String, String)]) -> BenchTable {
        let rows = [
            ["agent", summary.agent], ["rules", summary.rules.rawValue], ["episodes", "\(summary.episodes)"],
            ["successes", "\(summary.successes)"], ["skipped", "\(summary.skipped)"], ["rate", percent(summary.rate)],
            ["95 % interval", "\(percent(summary.low)) to \(percent(summary.high))"],
        ]
        return BenchTable(title: "Result", head: ["", ""], rows: rows + facts.map { [$0.0, $0.1] })
    }

    static func tasks(_ results: [EpisodeResult]) -> BenchTable {
        let templates = TemplateResult.of(results)
        let passed = TaskTemplate.Split.allCases.compactMap { split -> String? in
            let part = templates.filter { $0.split == split }
            return part.isEmpty ? nil : "\(part.count(where: \.passed)) of \(part.count) \(split.rawValue) tasks passed"
        }
        return BenchTable(
            title: "Tasks",
            note: passed.joined(separator: ", ") + ". A task passes when two of three seeds do.",
            head: ["task", "app", "split", "", "episodes", "skipped", "steps", "best"],
            rows: templates.map { one in
                [
                    one.task, one.app, one.split.rawValue, one.passed ? "passed" : "failed",
                    "\(one.successes) of \(one.episodes)", "\(one.skipped)", String(format: "%.1f", one.meanSteps),
                    "\(one.optimalSteps)",
                ]
            },
            numeric: [4, 5, 6, 7]
        )
    }

    /// Success by tag and difficulty, as AndroidWorld's harness prints it; nil where tasks have neither.
    static func tags(_ results: [EpisodeResult]) -> BenchTable? {
        let judged = results.filter { $0.cause != .skipped }
        let columns = TaskTemplate.Difficulty.allCases.filter { level in judged.contains { $0.difficulty == level } }
        let tags = Set(judged.flatMap(\.tags)).sorted()
        guard !columns.isEmpty || !tags.isEmpty else { return nil }
        func row(_ name: String, _ part: [EpisodeResult]) -> [String] {
            [name] + columns.map { level in share(part.filter { $0.difficulty == level }) } + [share(part)]
        }
        let untagged = judged.filter(\.tags.isEmpty)
        return BenchTable(
            title: "Difficulty and tags",
            note: "Episodes that succeeded, of those that were judged. A task counts under each of its tags.",
            head: ["tag"] + columns.map(\.rawValue) + ["all"],
            rows: tags.map { tag in row(tag, judged.filter { $0.tags.contains(tag) }) }
                + (untagged.isEmpty ? [] : [row("no tag", untagged)]) + [row("all", judged)],
            numeric: Set(1...(columns.count + 1))
        )
    }

    static func said(_ results: [EpisodeResult]) -> BenchTable {
        let judged = results.filter { $0.cause != .skipped }
        return BenchTable(
            title: "Said and so",
            note: "What the agent said at the end, against what the device says.",
            head: ["the agent said", "checks held", "checks failed"],
            rows: [Said.complete, .infeasible, .nothing].map { said in
                let part = judged.filter { $0.said == said.rawValue }
                return [said.rawValue, "\(part.count(where: \.held))", "\(part.count { !$0.held })"]
            },
            numeric: [1, 2]
        )
    }

    /// What stood between the agent and the tasks; nil where no failure was looked into.
    static func faults(_ results: [EpisodeResult]) -> BenchTable? {
        let failed = results.filter { $0.fault != nil }
        guard !failed.isEmpty else { return nil }
        let words: [Fault: String] = [
            .coverage: "the action that was needed was no candidate",
            .choice: "it was one, and another was chosen",
            .fill: "the right field was chosen, and another text was typed",
            .answer: "the answer was wrong, or none was given",
            .loop: "the agent went in circles",
            .budget: "every step was right, and there were not enough of them",
        ]
        return BenchTable(
            title: "What failures come from",
            note: "The first step at which the agent left the way of the task's oracle.",
            head: ["cause", "episodes", "tasks", ""],
            rows: Fault.allCases.map { fault in
                let part = failed.filter { $0.fault == fault }
                return [fault.rawValue, "\(part.count)", "\(Set(part.map(\.task)).count)", words[fault] ?? ""]
            },
            numeric: [1, 2]
        )
    }

    /// How often what was needed could be chosen; nil where nobody looked.
    static func coverage(_ results: [EpisodeResult]) -> Coverage? {
        let parts = results.compactMap(\.coverage)
        return parts.isEmpty ? nil : parts.reduce(into: Coverage()) { $0 += $1 }
    }

    /// Seconds a step by phase; nil where no step was timed.
    static func phases(_ results: [EpisodeResult]) -> BenchTable? {
        let timed = results.filter { $0.timings != nil && $0.steps > 0 }
        let steps = timed.reduce(0) { $0 + $1.steps }
        guard steps > 0 else { return nil }
        let sum = timed.compactMap(\.timings).reduce(into: StepTimings()) { $0 += $1 }
        let all = timed.reduce(0) { $0 + $1.seconds }
        let phases = [
            ("observe", sum.observe), ("encode", sum.encode), ("score", sum.score), ("fill", sum.fill),
            ("act", sum.act),
            ("settle", sum.settle), ("set-up, checks, records", max(0, all - sum.total)),
        ]
        return BenchTable(
            title: "Time",
            note: String(format: "%d steps in %.1f s.", steps, all),
            head: ["phase", "ms a step", "share"],
            rows: phases.map { name, seconds in
                [name, String(format: "%.2f", seconds * 1000 / Double(steps)), percent(all > 0 ? seconds / all : 0)]
            },
            numeric: [1, 2]
        )
    }

    /// What a verifier has to read at a decision, and the steps against the fewest possible; nil where nobody watched.
    static func sizes(_ results: [EpisodeResult]) -> BenchTable? {
        let sizes = results.compactMap(\.sizes).reduce(into: DecisionSizes()) { $0 += $1 }
        guard !sizes.candidates.isEmpty else { return nil }
        let ratios = results.filter { $0.success && $0.optimalSteps > 0 }
            .map { Double($0.steps) / Double($0.optimalSteps) }
        func row<T: Comparable>(_ name: String, _ values: [T], _ text: (T) -> String) -> [String]? {
            guard let median = DecisionSizes.quantile(values, 0.5), let high = DecisionSizes.quantile(values, 0.95)
            else {
                return nil
            }
            return [name, text(median), text(high)]
        }
        let rows = [
            row("prompt tokens before the candidates", sizes.promptTokens) { "\($0)" },
            row("candidates", sizes.candidates) { "\($0)" },
            row("tokens of all candidates", sizes.suffixTokens) { "\($0)" },
            row("steps, as a share of the task's optimal ones", ratios) { String(format: "%.2f", $0) },
        ]
        return BenchTable(
            title: "Sizes",
            note: "\(sizes.candidates.count) decisions; tokens "
                + (sizes.isEstimate ? "estimated" : "by the model's tokenizer")
                + "; steps of \(ratios.count) episodes that succeeded.",
            head: ["", "median", "p95"],
            rows: rows.compactMap(\.self),
            numeric: [1, 2]
        )
    }

    private static func share(_ results: [EpisodeResult]) -> String {
        guard !results.isEmpty else { return "–" }
        let successes = results.count(where: \.success)
        return "\(successes) of \(results.count) (\(percent(Double(successes) / Double(results.count))))"
    }

    static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
}
