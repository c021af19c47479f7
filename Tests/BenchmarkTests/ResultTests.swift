// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import Benchmark

@Suite struct ResultTests {
    static func result(
        _ task: String,
        _ seed: UInt64,
        _ success: Bool,
        _ cause: EpisodeResult.Cause? = nil
    ) -> EpisodeResult {
        EpisodeResult(
            task: task,
            seed: seed,
            success: success,
            said: success ? "complete" : "nothing",
            steps: 3,
            cause: cause ?? (success ? .passed : .budget),
            seconds: 0.5,
            goal: "Do <b>it</b>",
            app: "Settings",
            split: .train,
            tags: [],
            optimalSteps: 2,
            maxSteps: 9,
            held: success,
            checks: [CheckOutcome(passed: success, wanted: "a", found: "b")]
        )
    }

    @Test func `Wilson's interval has the values of the book`() {
        let some = Wilson.interval(successes: 8, of: 10)
        #expect(abs(some.lowerBound - 0.4902) < 1e-3 && abs(some.upperBound - 0.9433) < 1e-3)
        let none = Wilson.interval(successes: 0, of: 10)
        #expect(none.lowerBound == 0 && abs(none.upperBound - 0.2775) < 1e-3)
        #expect(Wilson.interval(successes: 10, of: 10).upperBound == 1)
        #expect(Wilson.interval(successes: 0, of: 0) == 0...1)
    }

    @Test func `a task passes with two of three seeds`() {
        let results = [
            Self.result("a", 1, true), Self.result("a", 2, true), Self.result("a", 3, false),
            Self.result("b", 1, true), Self.result("b", 2, false), Self.result("b", 3, false),
        ]
        let templates = TemplateResult.of(results)
        #expect(templates.map(\.task) == ["a", "b"])
        #expect(templates.map(\.passed) == [true, false])
    }

    @Test func `what was skipped is counted apart`() throws {
        let results = [Self.result("a", 1, true), Self.result("a", 2, false, .skipped)]
        let summary = SuiteSummary(agent: "noop", rules: .strict, results: results)
        #expect(summary.episodes == 1 && summary.successes == 1 && summary.skipped == 1 && summary.rate == 1)
        let line = try summary.line()
        for key in ["agent", "rules", "episodes", "successes", "skipped", "rate", "low", "high"] {
            #expect(line.contains("\"\(key)\":"))
        }
        #expect(line.hasPrefix("{\"summary\":{"))
    }

    @Test func `the parts of a split are told apart, with and without the tasks that begin done`() throws {
        let split = try TrainingSplit.load(Locations.checkout + "/Training/split.yaml")
        let (seen, held) = (split.templates(.training), split.templates(.heldOutTemplate))
        let noOp = try #require(split.noOp.first)
        let home = try #require(split.part(of: noOp))
        let other = try #require((home == .training ? held : seen).first)
        let same = try #require((home == .training ? seen : held).first { !split.noOp.contains($0) })
        let results = [
            Self.result(noOp, 1, true), Self.result(same, 1, false), Self.result(other, 1, true),
            Self.result(other, 2, false, .skipped), Self.result("Unknown", 1, true),
        ]
        let parts = PartSummary.of(results, split: split)
        #expect(parts.count == 3)
        let all = try #require(parts.first { $0.part == home.rawValue })
        #expect(all.episodes == 2 && all.successes == 1 && all.low < 0.5 && all.high > 0.5)
        let some = try #require(parts.first { $0.part == "\(home.rawValue), without no-op tasks" })
        #expect(some.episodes == 1 && some.successes == 0)
        #expect(parts.first { $0.part != home.rawValue && $0.part != some.part }?.rate == 1)
    }

    @Test func `an episode's line has the seven keys of the format`() throws {
        let line = try Self.result("a", 7, true).line()
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(object?.keys.sorted() == ["cause", "said", "seconds", "seed", "steps", "success", "task"])
    }

    @Test func `a run goes on where it was killed`() throws {
        let folder = NSTemporaryDirectory() + "/results-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var header = ResultStore.Header(
            suite: "first",
            agent: "oracle",
            rules: .strict,
            device: "built-in",
            model: nil,
            adapter: nil,
            seed: 30,
            repeats: 3
        )
        let store = try ResultStore(folder: folder, header: header)
        try store.add(Self.result("a", 1, true))
        try store.add(Self.result("a", 2, false))
        // A kill in the middle of a line.
        let path = folder + "/results.jsonl"
        let bytes = try FileBytes.read(path)
        try FileBytes.write(bytes + Array("{\"task\": \"a".utf8), to: path)
        let again = try ResultStore(folder: folder, header: header)
        #expect(again.done.map(\.seed) == [1, 2])
        #expect(try FileBytes.read(path) == bytes)
        header.without = "ledger"
        #expect { try ResultStore(folder: folder, header: header) } throws: {
            "\($0)".contains("without was nothing and is ledger")
        }
        (header.without, header.agent) = (nil, "noop")
        #expect { try ResultStore(folder: folder, header: header) } throws: {
            ($0 as? DroidError)?.code == "bench.resume" && "\($0)".contains("agent was oracle and is noop")
        }
    }

    @Test func `rules set the budget`() {
        #expect(BenchRules.strict.budget(10) == 10)
        #expect(BenchRules.lenient.budget(10) == 20)
    }

    @Test func `content rows are read with commas and line breaks in their values`() {
        let text =
            "Row: 0 display_name=Lee, Ann, data1=+1 555\nRow: 1 display_name=A\nB, data1=\nRow: 2 display_name=x=y, data1=NULL\n"
        let rows = ContentRows.parse(text, projection: ["display_name", "data1"])
        #expect(rows.map { $0["display_name"] } == ["Lee, Ann", "A\nB", "x=y"])
        #expect(rows.map { $0["data1"] } == ["+1 555", "", "NULL"])
        #expect(ContentRows.parse("No result found.\n", projection: ["a"]).isEmpty)
    }

    @Test func `a difference tells what came and went`() {
        let (added, removed) = Programs.difference(["a", "b", "b"], ["b", "c"])
        #expect(added == ["c"])
        #expect(removed == ["a", "b"])
    }

    @Test(arguments: [
        ("is", "x", " x\n", true), ("is_not", "x", "y", true), ("like", "Meeting notes", "meeting note", true),
        ("like", "abc", "xyz", false), ("contains", "Wi", "turn wifi", true), ("digits", "+1 (555) 12", "155512", true),
        ("digits", "5", "", false), ("number", "3", "3.0", true), ("number", "3", "three", false),
        ("within", "1234 +- 10", "1244", true), ("within", "1234 +- 10", "1245", false),
        ("within", "x +- 1", "1", false),
        ("moment", "October 16 2023 13:00", "october 16, 2023 13:00", true),
        ("moment", "October 16 2023 13:00", "October 16 2023 13:01", false),
        ("moment", "October 16 2023 13:00", "tomorrow", false),
        ("list", "Team lunch, Dentist", "dentist,Team lunch", true),
        ("list", "Team lunch, Dentist", "Dentist", false), ("list", "Dentist", "Dentist, Dentist", false),
        ("list", "Dentist, Team lunch", "Dentist, Dentist", false), ("list", "Dentist", "", false),
        ("list", "Call with Ann, Call with Anne", "Call with Anne, Call with Ann", true),
    ])
    func `comparisons compare`(_ kind: String, _ wanted: String, _ found: String, _ holds: Bool) throws {
        let field = try YAMLField.parse("{\(kind): \"\(wanted)\"}", file: "x.yaml")
        #expect(try Comparison(field).holds(found, [:]) == holds)
    }
}
