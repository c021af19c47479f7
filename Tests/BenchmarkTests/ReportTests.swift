// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Foundation
import Testing

@testable import Benchmark

#if canImport(FoundationXML)
import FoundationXML
#endif

/// What people and programs read of a run.
@Suite struct ReportTests {
    private static var results: [EpisodeResult] {
        var hard = ResultTests.result("a", 2, false)
        (hard.difficulty, hard.tags, hard.fault) = (.hard, ["search"], .choice)
        hard.checks = [CheckOutcome(passed: false, wanted: "x | y", found: "<z>\n`q`")]
        var easy = ResultTests.result("a", 1, true)
        (easy.difficulty, easy.tags) = (.easy, ["search", "data_entry"])
        easy.coverage = Coverage()
        easy.coverage?.decisions = 4
        easy.coverage?.covered = 3
        return [easy, hard, ResultTests.result("b", 1, false, .skipped), ResultTests.result("c", 1, false, .error)]
    }

    private static var report: BenchReport {
        BenchReport(
            title: "A & B on the built-in device: random",
            summary: SuiteSummary(agent: "random", rules: .strict, results: results),
            results: results,
            facts: [("seed", "30")]
        )
    }

    @Test func `the page escapes what it shows and has every table`() throws {
        let page = try Self.report.text(.html)
        #expect(page.contains("Do &lt;b&gt;it&lt;/b&gt;") && !page.contains("<b>it"))
        for part in [
            "checks held", "Difficulty and tags", "data_entry", "What failures come from", "75.0 % of 4 decisions",
        ] {
            #expect(page.contains(part), "\(part)")
        }
        let parser = XMLParser(data: Data(page.replacing("<!DOCTYPE html>", with: "").utf8))
        #expect(parser.parse())
    }

    @Test func `Markdown keeps its tables whatever a phone shows`() throws {
        let text = try Self.report.text(.markdown)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| a | 2 |") }
        #expect(rows.count == 1)
        let row = String(rows.first ?? "")
        #expect(row.contains("x \\| y: found &lt;z><br>\\`q\\`"), "\(row)")
        // The bars that end cells: seven columns.
        #expect(row.replacing("\\|", with: "").count { $0 == "|" } == 8)
        #expect(text.contains("| search | 1 of 1 (100.0 %) | 0 of 1 (0.0 %) | 1 of 2 (50.0 %) |"))
    }

    @Test func `JUnit's XML counts as CI does`() throws {
        let text = try Self.report.text(.junit)
        final class Counter: NSObject, XMLParserDelegate {
            var seen: [String: Int] = [:]
            var root: [String: String] = [:]
            func parser(
                _ parser: XMLParser,
                didStartElement name: String,
                namespaceURI: String?,
                qualifiedName: String?,
                attributes: [String: String]
            ) {
                if name == "testsuites" { root = attributes }
                seen[name, default: 0] += 1
            }
        }
        let counter = Counter()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = counter
        #expect(parser.parse())
        #expect(
            counter.seen == ["testsuites": 1, "testsuite": 1, "testcase": 4, "failure": 1, "error": 1, "skipped": 1]
        )
        #expect(counter.root["tests"] == "4" && counter.root["failures"] == "1" && counter.root["errors"] == "1")
    }

    @Test func `a report's form is its file's ending`() throws {
        #expect(try BenchReport.Form.of("a/b.md") == .markdown)
        #expect(try BenchReport.Form.of("b.XML") == .junit)
        #expect(throws: DroidError.self) { try BenchReport.Form.of("report.pdf") }
    }

    private func verdict(_ right: Set<Int>, text: String? = nil, answers: Bool = false) -> DiagnosedChooser.Verdict {
        DiagnosedChooser.Verdict(right: right, neutral: [9], text: text, answers: answers)
    }

    @Test func `a failure is put down to the first step that left the way`() {
        typealias Deed = DiagnosedChooser.Deed
        func fault(
            _ steps: [(DiagnosedChooser.Verdict, Deed)],
            _ cause: EpisodeResult.Cause = .premature,
            answerOnly: Bool = false
        ) -> Fault { DiagnosedChooser.fault(steps, cause: cause, onlyAnswerFailed: answerOnly) }
        let good = (verdict([1, 2]), Deed(chosen: 2))
        #expect(fault([good, (verdict([]), Deed(chosen: 0))]) == .coverage)
        #expect(fault([good, (verdict([1]), Deed(chosen: 0)), (verdict([]), Deed(chosen: 0))]) == .choice)
        #expect(
            fault([(verdict([1]), Deed(chosen: 9)), (verdict([1], text: "Ann"), Deed(chosen: 1, filled: "Bob"))])
                == .fill
        )
        #expect(fault([(verdict([1], text: "Ann "), Deed(chosen: 1, filled: "ann"))], .budget) == .budget)
        #expect(fault([(verdict([1], text: "3", answers: true), Deed(chosen: 1, filled: "4"))]) == .answer)
        #expect(fault([good], .budget, answerOnly: true) == .answer)
        #expect(fault([(verdict([1]), Deed(chosen: 0))], .loop) == .loop)
    }

    @Test func `flips are counted, and judged as the book does`() {
        let one = [("a", true), ("b", false), ("c", false), ("d", true)].map { ResultTests.result($0, 1, $1) }
        var other = [("a", false), ("b", true), ("c", false), ("e", true)].map { ResultTests.result($0, 1, $1) }
        let flips = Flips(one, other)
        #expect(flips.common == 3 && flips.same == 1)
        #expect(flips.gained.map(\.one.task) == ["b"] && flips.lost.map(\.one.task) == ["a"])
        #expect(flips.probability == 1)
        // Nine flips, one of them back: 2 * (C(9,0) + C(9,1)) / 2^9.
        let many = (0..<9).map { ResultTests.result("t\($0)", 1, $0 == 0) }
        other = (0..<9).map { ResultTests.result("t\($0)", 1, $0 != 0) }
        #expect(abs(Flips(many, other).probability - 20.0 / 512) < 1e-9)
        #expect(Flips([], []).probability == 1)
    }
}

/// Shards, merged folders, and runs that are run again.
@Suite(.serialized) struct ResultFolderTests {
    private let folder = NSTemporaryDirectory() + "/folders-" + UUID().uuidString

    private func run(_ name: String, shard: (Int, Int) = (1, 1), jobs: Int = 2) async throws -> String {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/first")
        var options = SuiteOptions(agent: .oracle)
        options.repeats = 2
        options.tasks = ["wifi-*", "alarm-*", "file-*"]
        options.jobs = jobs
        options.shard = (shard.0, shard.1)
        options.folder = "\(folder)/\(name)"
        _ = try await SuiteRunner(suite, options: options).run()
        return "\(folder)/\(name)"
    }

    /// The report without what tells of time.
    private func content(_ folder: String) throws -> String {
        let text = String(decoding: try FileBytes.read(folder + "/report.json"), as: UTF8.self)
        let times = ["\"seconds\"", "\"observe\"", "\"encode\"", "\"score\"", "\"fill\"", "\"act\"", "\"settle\""]
        return text.split(separator: "\n").filter { line in !times.contains { line.contains($0 + " : ") } }
            .joined(separator: "\n")
    }

    @Test func `two runs with the same seed give the same bytes, and so do shards that are merged`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let whole = try await content(run("whole"))
        #expect(whole.contains("\"episodes\"") && !whole.contains("seconds"))
        #expect(try await content(run("again", jobs: 1)) == whole)
        let shards = [try await run("one", shard: (1, 2)), try await run("two", shard: (2, 2))]
        let merged = try ResultFolders.merge(shards, into: folder + "/merged")
        #expect(try content(folder + "/merged") == whole)
        #expect(merged.incomplete.isEmpty)
        let run = try #require(merged.results.first?.run)
        #expect(FileManager.default.fileExists(atPath: "\(folder)/merged/\(run)/run.html"))
        // A shard alone lacks the other's episodes; merging says so, and refuses what does not belong together.
        #expect(try !ResultFolders.merge([shards[0]], into: folder + "/half").incomplete.isEmpty)
        #expect { try ResultFolders.merge(shards, into: folder + "/merged") } throws: {
            ($0 as? DroidError)?.code == "bench.merge"
        }
        var header = try JSON.decode(ResultStore.Header.self, from: FileBytes.read(shards[1] + "/suite.json"))
        header.agent = "noop"
        try FileBytes.write(JSON.pretty(header), to: shards[1] + "/suite.json")
        #expect { try ResultFolders.merge(shards, into: folder + "/other") } throws: {
            "\($0)".contains("agent was oracle and is noop")
        }
        let flips = try ResultFolders.compare(folder + "/whole", folder + "/again")
        #expect(flips.common == merged.results.count && flips.gained.isEmpty && flips.lost.isEmpty)
    }

    @Test func `a new task loads, and its oracle does it`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = try NewTask.write("MyTask", app: "Files", folder: folder)
        #expect(path.hasSuffix("/MyTask.yaml"))
        let suite = try TaskSuite.load(folder)
        for goals in [TaskInstance.Goals.bySeed, .paraphrase] {
            var options = SuiteOptions(agent: .oracle)
            options.goals = goals
            let results = try await SuiteRunner(suite, options: options).run().results
            #expect(results.count == 3 && results.allSatisfy { $0.success && $0.difficulty == .easy }, "\(results)")
            #expect(results.allSatisfy { $0.goal.hasPrefix("I no longer") == (goals == .paraphrase) })
        }
        for (name, app) in [("MyTask", "Files"), ("../up", "Files"), ("1st", "Files"), ("Fine", "a\"b")] {
            #expect { try NewTask.write(name, app: app, folder: folder) } throws: {
                ($0 as? DroidError)?.code == "tasks.new"
            }
        }
    }

    @Test func `a task without an oracle runs, and is not asked of the oracle`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let text = NewTask.text(app: "Files").components(separatedBy: "# The Swift type")[0]
        try FileBytes.makeFolder(folder)
        try FileBytes.write(text, to: folder + "/Lone.yaml")
        let suite = try TaskSuite.load(folder)
        let results = try await SuiteRunner(suite, options: SuiteOptions(agent: .noop)).run().results
        #expect(results.count == 3 && results.allSatisfy { $0.cause == .premature && $0.fault == nil })
        #expect { try SuiteRunner(suite, options: SuiteOptions(agent: .oracle)).plan() } throws: {
            "\($0)".contains("Lone has no oracle")
        }
    }
}
