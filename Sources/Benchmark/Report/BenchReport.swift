// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Pages

/// A run of a suite for people and programs: one page, Markdown, JUnit's XML, JSON.
public struct BenchReport: Sendable {
    /// The forms of a report, by the ending of its file.
    public enum Form: String, Sendable, CaseIterable {
        case html, markdown = "md", junit = "xml", json

        /// The form of a file by its ending.
        ///
        /// - Throws: `DroidError` with code `bench.options` for an ending that says nothing.
        public static func of(_ path: String) throws -> Form {
            let ending = (path as NSString).pathExtension.lowercased()
            guard let form = Form(rawValue: ending) else {
                throw DroidError(
                    "bench.options",
                    "a report cannot be written as \(path)",
                    why: "its ending does not say in which form",
                    next: "let it end in .html, .md, .xml (JUnit) or .json"
                )
            }
            return form
        }
    }

    public var title: String
    public var summary: SuiteSummary
    public var results: [EpisodeResult]
    /// What else is to be known: suite, device, model, seeds.
    public var facts: [(String, String)]

    public init(title: String, summary: SuiteSummary, results: [EpisodeResult], facts: [(String, String)] = []) {
        self.title = title
        self.summary = summary
        self.results = results
        self.facts = facts
    }

    /// The report in a form.
    ///
    /// - Throws: `DroidError` when a value cannot be encoded.
    public func text(_ form: Form) throws -> String {
        switch form {
        case .html: html
        case .markdown: markdown
        case .junit: JUnit.text(title: title, results)
        case .json: try json()
        }
    }

    /// Writes it into a folder of results in every form: `report.html`, `report.md`, `report.xml`, `report.json`, and
    /// `summary.json` with the figures alone.
    ///
    /// - Throws: `DroidError` with code `file.write`.
    func write(to folder: String) throws {
        for form in Form.allCases { try FileBytes.write(text(form), to: "\(folder)/report.\(form.rawValue)") }
        try FileBytes.write(JSON.pretty(summary) + "\n", to: folder + "/summary.json")
    }

    /// Everything as one document; the same run gives the same bytes, apart from times.
    private struct Document: Encodable {
        var title: String
        var facts: [String: String]
        var summary: SuiteSummary
        var coverage: Coverage?
        var tasks: [TemplateResult]
        var episodes: [EpisodeResult]
    }

    private func json() throws -> String {
        let document = Document(
            title: title,
            facts: Dictionary(facts) { first, _ in first },
            summary: summary,
            coverage: BenchTables.coverage(results),
            tasks: TemplateResult.of(results),
            episodes: results
        )
        return try JSON.pretty(document) + "\n"
    }

    private var allFacts: [(String, String)] {
        let coverage = BenchTables.coverage(results).map { coverage in
            let share = BenchTables.percent(coverage.share)
            return [("candidate coverage", "\(share) of \(coverage.decisions) decisions on the oracle's way")]
        }
        return facts + (coverage ?? []) + [("machine", Machine.description), ("commit", BuildInfo.commit)]
    }

    private var subtitle: String {
        "\(summary.successes) of \(summary.episodes) episodes, \(BenchTables.percent(summary.rate)) "
            + "(95 %: \(BenchTables.percent(summary.low)) to \(BenchTables.percent(summary.high))), \(summary.skipped) skipped"
    }

    /// The tables behind the overview, in order.
    private var tables: [BenchTable] {
        [
            BenchTables.tasks(results), BenchTables.tags(results), BenchTables.said(results),
            BenchTables.faults(results),
            BenchTables.sizes(results), BenchTables.phases(results),
        ].compactMap(\.self)
    }

    // MARK: Markdown

    private var markdown: String {
        let failed = results.filter { !$0.success }
        let failures = BenchTable(
            title: "Failed episodes",
            head: ["task", "seed", "goal", "cause", "fault", "steps", "checks"],
            rows: failed.map { one in
                [
                    one.task, "\(one.seed)", one.goal, one.cause.rawValue, one.fault?.rawValue ?? "", "\(one.steps)",
                    Self.complaints(one),
                ]
            },
            numeric: [1, 5]
        )
        let parts = [BenchTables.overview(summary, facts: allFacts)] + tables + (failed.isEmpty ? [] : [failures])
        return "# \(title)\n\n\(subtitle)\n\n" + parts.map(\.markdown).joined(separator: "\n")
    }

    // MARK: The page

    private var html: String {
        var page = PageShell(title: title, subtitle: subtitle)
        let bar = Plot.bars(
            [.init(name: summary.agent, value: summary.rate, low: summary.low, high: summary.high)],
            range: 0...1,
            format: BenchTables.percent
        )
        page.section("Result", bar + BenchTables.overview(summary, facts: allFacts).html)
        for table in tables { page.section(table.title, table.html) }
        page.section("How episodes ended", causes)
        page.section("Episodes", episodes)
        return page.html
    }

    private var causes: String {
        let bars = EpisodeResult.Cause.allCases.compactMap { cause -> Plot.Bar? in
            let count = results.count { $0.cause == cause }
            return count == 0 ? nil : Plot.Bar(name: cause.rawValue, value: Double(count))
        }
        return Plot.bars(bars)
    }

    private var episodes: String {
        let head = ["task", "seed", "goal", "", "said", "cause", "steps", "s", "checks"]
        let rows = results.map { one in
            let mark = one.success ? "<span class=\"good\">passed</span>" : "<span class=\"bad\">failed</span>"
            let name = HTML.escape(one.task)
            let link = one.run.map { "<a href=\"\(HTML.escape($0))/run.html\">\(name)</a>" } ?? name
            let cause = one.cause.rawValue + (one.fault.map { ": \($0.rawValue)" } ?? "")
            let cells = [
                link, "\(one.seed)", HTML.escape(one.goal), mark, one.said, cause, "\(one.steps)",
                String(format: "%.1f", one.seconds), "<pre>\(HTML.escape(Self.complaints(one)))</pre>",
            ]
            return "<tr>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>"
        }
        let headings = head.map { "<th>\($0)</th>" }.joined()
        return "<table><thead><tr>\(headings)</tr></thead><tbody>\n\(rows.joined(separator: "\n"))\n</tbody></table>"
    }

    /// What did not hold, and what broke.
    static func complaints(_ one: EpisodeResult) -> String {
        let failed = one.checks.filter { !$0.passed }.map { "\($0.wanted): found \($0.found)" }
        return (failed + (one.problem.map { [$0] } ?? [])).joined(separator: "\n")
    }
}
