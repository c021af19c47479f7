// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Pages

/// The page of a suite's run: what passed, what the agent said beside what was so, and why episodes failed.
public enum BenchReport {
    /// The page. Links to runs are relative to the folder of the results.
    ///
    /// - Parameters:
    ///   - title: what ran, such as `first: verifier`.
    ///   - summary: what the episodes came to.
    ///   - results: the episodes, in the order of the page.
    ///   - facts: what else belongs beside the result, as name and value.
    public static func html(
        title: String,
        summary: SuiteSummary,
        results: [EpisodeResult],
        facts: [(String, String)] = []
    ) -> String {
        var page = PageShell(title: title, subtitle: subtitle(summary))
        page.section("Result", overview(summary, facts: facts))
        page.section("Tasks", tasks(results))
        page.section("Said and so", confusion(results))
        page.section("Why", causes(results))
        page.section("Episodes", episodes(results))
        return page.html
    }

    private static func subtitle(_ summary: SuiteSummary) -> String {
        "\(summary.successes) of \(summary.episodes) episodes, \(percent(summary.rate)) "
            + "(95 %: \(percent(summary.low)) to \(percent(summary.high))), \(summary.skipped) skipped"
    }

    private static func overview(_ summary: SuiteSummary, facts: [(String, String)]) -> String {
        let rows = [
            ["agent", summary.agent], ["rules", summary.rules.rawValue], ["episodes", "\(summary.episodes)"],
            ["successes", "\(summary.successes)"], ["skipped", "\(summary.skipped)"], ["rate", percent(summary.rate)],
            ["95 % interval", "\(percent(summary.low)) to \(percent(summary.high))"],
            ["machine", Machine.description], ["commit", BuildInfo.commit],
        ]
        let bar = Plot.bars(
            [.init(name: summary.agent, value: summary.rate, low: summary.low, high: summary.high)],
            range: 0...1,
            format: percent
        )
        return bar + HTML.table(head: ["", ""], rows: rows + facts.map { [$0.0, $0.1] })
    }

    private static func tasks(_ results: [EpisodeResult]) -> String {
        let templates = TemplateResult.of(results)
        let rows = templates.map { one in
            [
                one.task, one.app, one.split.rawValue, one.passed ? "passed" : "failed",
                "\(one.successes) of \(one.episodes)", "\(one.skipped)", String(format: "%.1f", one.meanSteps),
                "\(one.optimalSteps)",
            ]
        }
        let passed = TaskTemplate.Split.allCases.map { split in
            let part = templates.filter { $0.split == split }
            return "\(part.count(where: \.passed)) of \(part.count) \(split.rawValue) tasks passed"
        }
        let table = HTML.table(
            head: ["task", "app", "split", "", "episodes", "skipped", "steps", "best"],
            rows: rows,
            numeric: [4, 5, 6, 7]
        )
        return "<p>\(HTML.escape(passed.joined(separator: ", "))). A task passes when two of three seeds do.</p>"
            + table
    }

    private static func confusion(_ results: [EpisodeResult]) -> String {
        let judged = results.filter { $0.cause != .skipped }
        let rows = ["complete", "infeasible", "nothing"].map { said in
            let part = judged.filter { $0.said == said }
            return [said, "\(part.count(where: \.held))", "\(part.count { !$0.held })"]
        }
        return HTML.table(head: ["the agent said", "checks held", "checks failed"], rows: rows, numeric: [1, 2])
    }

    private static func causes(_ results: [EpisodeResult]) -> String {
        let bars = EpisodeResult.Cause.allCases.compactMap { cause -> Plot.Bar? in
            let count = results.count { $0.cause == cause }
            return count == 0 ? nil : Plot.Bar(name: cause.rawValue, value: Double(count))
        }
        return Plot.bars(bars)
    }

    private static func episodes(_ results: [EpisodeResult]) -> String {
        let head = ["task", "seed", "goal", "", "said", "cause", "steps", "s", "checks"]
        let rows = results.map { one in
            let mark = one.success ? "<span class=\"good\">passed</span>" : "<span class=\"bad\">failed</span>"
            let name = HTML.escape(one.task)
            let link = one.run.map { "<a href=\"\(HTML.escape($0))/run.html\">\(name)</a>" } ?? name
            let failed = one.checks.filter { !$0.passed }.map { "\($0.wanted): found \($0.found)" }
            let why = (failed + (one.problem.map { [$0] } ?? [])).joined(separator: "\n")
            let cells = [
                link, "\(one.seed)", HTML.escape(one.goal), mark, one.said, one.cause.rawValue, "\(one.steps)",
                String(format: "%.1f", one.seconds), "<pre>\(HTML.escape(why))</pre>",
            ]
            return "<tr>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>"
        }
        let headings = head.map { "<th>\($0)</th>" }.joined()
        return "<table><thead><tr>\(headings)</tr></thead><tbody>\n\(rows.joined(separator: "\n"))\n</tbody></table>"
    }

    static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
}
