// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
import Foundation
import Testing

@testable import Benchmark
@testable import Learning

@Suite struct StateSetTests {
    static func state(
        _ step: Int,
        task: String = "wifi",
        kind: StateRecord.Kind = .decision,
        app: String = "Settings",
        right: String = " tap \"a\"\n"
    ) -> StateRecord {
        StateRecord(
            task: task,
            app: app,
            split: .train,
            seed: 1000,
            run: 0,
            step: step,
            kind: kind,
            goal: "Turn Wi-Fi off \(step)",
            prefix: "\(task) prompt \(step)\nGoal: x\n",
            suffixes: [right, " tap b\n", " tap c\n"],
            right: [0],
            wrong: [1, 2],
            chosen: 0,
            actionSpace: ActionSpace.version
        )
    }

    private func temporary() -> String { NSTemporaryDirectory() + "/states-\(UUID().uuidString).jsonl" }

    @Test func `states after a wrong step and with orders are kept to their shares of the set`() {
        let states =
            (0..<200).map { Self.state($0) } + (200..<260).map { Self.state($0, kind: .selfCorrection) }
            + (300..<400).map { Self.state($0, kind: .order) }
        let set = StateSet.assemble(states, options: StateSetOptions(selfCorrectionShare: 0.03, orderShare: 0.1))
        let corrections = set.count { $0.kind == .selfCorrection }
        let orders = set.count { $0.kind == .order }
        #expect(set.count { $0.kind == .decision } == 200)
        #expect(Double(corrections) <= 0.03 * Double(set.count) && Double(corrections + 1) > 0.03 * Double(set.count))
        #expect(Double(orders) <= 0.1 * Double(set.count) && Double(orders + 1) > 0.1 * Double(set.count))
        let none = StateSet.assemble(states, options: StateSetOptions(selfCorrectionShare: 0, orderShare: 0))
        #expect(none.allSatisfy { $0.kind == .decision })
        let whole = StateSet.assemble(states, options: StateSetOptions(selfCorrectionShare: 1, orderShare: 1))
        #expect(whole == states)
    }

    @Test func `a limit is filled evenly, and small tasks stay whole`() {
        let states =
            (0..<300).map { Self.state($0, task: "long") } + (0..<10).map { Self.state($0, task: "short") }
            + (0..<60).map { Self.state($0, task: "middle") }
        let set = StateSet.assemble(states, options: StateSetOptions(limit: 100))
        #expect(set.count == 100)
        let tasks = Dictionary(grouping: set, by: \.task).mapValues(\.count)
        #expect(tasks["short"] == 10)
        #expect(tasks["long"] == 45 && tasks["middle"] == 45)
        #expect(set == StateSet.assemble(states, options: StateSetOptions(limit: 100)))
        #expect(set != StateSet.assemble(states, options: StateSetOptions(limit: 100, seed: 2)))
        // The order is that of the states.
        let order = states.map { "\($0.task) \($0.step)" }
        let places = set.compactMap { order.firstIndex(of: "\($0.task) \($0.step)") }
        #expect(places == places.sorted())
    }

    @Test func `the limit holds with all kinds, and shares are of the limit`() {
        let states =
            (0..<500).map { Self.state($0) } + (500..<600).map { Self.state($0, kind: .selfCorrection) }
            + (600..<900).map { Self.state($0, kind: .order) }
        let set = StateSet.assemble(states, options: StateSetOptions(limit: 300))
        #expect(set.count == 300)
        #expect(set.count { $0.kind == .selfCorrection } == 9)
        #expect(set.count { $0.kind == .order } == 30)
        let only = StateSet.assemble(states, options: StateSetOptions(limit: 80, only: .selfCorrection))
        #expect(only.count == 80 && only.allSatisfy { $0.kind == .selfCorrection })
    }

    @Test func `a limit takes of kinds without a bound as many as there are among all`() {
        let states = (0..<500).map { Self.state($0) } + (500..<600).map { Self.state($0, kind: .selfCorrection) }
        let options = StateSetOptions(selfCorrectionShare: 1, orderShare: 0, limit: 120)
        let set = StateSet.assemble(states, options: options)
        #expect(set.count == 120)
        // One of six; a limit that they fill first would leave nothing else.
        #expect((8...34).contains(set.count { $0.kind == .selfCorrection }))
    }

    @Test func `instructions are drawn evenly over apps and kinds of action`() {
        let states =
            (0..<200).map { Self.state($0, kind: .instruction) }
            + (200..<220).map { Self.state($0, kind: .instruction, right: " go back\n") }
            + (220..<240).map { Self.state($0, kind: .instruction, app: "Clock") }
        let set = StateSet.assemble(states, options: StateSetOptions(limit: 60))
        let groups = Dictionary(grouping: set) { "\($0.app) \(StateSet.action($0))" }.mapValues(\.count)
        #expect(groups == ["Settings tap": 20, "Settings go back": 20, "Clock tap": 20])
    }

    @Test(arguments: [
        (" tap switch \"Wi-Fi\" (on)\n", "tap switch"), (" tap \"OK\"\n", "tap"),
        (" tap field \"Name\"\n", "tap field"),
        (" type into \"Name\"\n", "type"), (" go home\n", "go home"), (" read the list\n", "read the"),
        (" open app\n", "open app"),
        (" done\n", "done"), (" answer the question\n", "answer"), (" jump\n", "jump"),
    ]) func `the kind of action is told`(suffix: String, action: String) {
        #expect(StateSet.action(Self.state(0, right: suffix)) == action)
    }

    @Test func `states come back as they were written`() throws {
        let path = temporary()
        defer { try? FileManager.default.removeItem(atPath: path) }
        var states = (0..<5).map { Self.state($0, kind: $0 == 3 ? .instruction : .decision) }
        states[1].facts = states[1].suffixes.indices.map { $0 == 0 ? [.tap: 1, .tapShare: 0.25] : [:] }
        states[2].priors = states[2].suffixes.indices.map(Double.init)
        try StatesFile.write(states, to: path)
        #expect(try StatesFile.read(path) == states)
        #expect(try FileBytes.read(path).count { $0 == 10 } == 5)
    }

    @Test(arguments: [
        ("{\"schema\": 1}", "no state"), ("\u{1}", "no state"), ("right", "does not have"),
        ("priors", "facts or priors"), ("facts", "facts or priors"),
    ]) func `a line that is no state is named`(line: String, words: String) throws {
        let path = temporary()
        defer { try? FileManager.default.removeItem(atPath: path) }
        var broken = Self.state(9)
        if line == "right" { broken.right = [7] }
        if line == "priors" { broken.priors = [1] }
        if line == "facts" { broken.facts = [[.tap: 1]] }
        let text = broken == Self.state(9) ? line : try JSON.line(broken)
        try StatesFile.write([Self.state(0)], to: path)
        try FileBytes.write(FileBytes.read(path) + Array("\(text)\n".utf8), to: path)
        #expect { try StatesFile.read(path) } throws: { error in
            "\(error)".contains("line 2") && "\(error)".contains(words)
        }
    }

    @Test func `a file of any bytes is an error or states`() throws {
        let path = temporary()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try StatesFile.write((0..<3).map { Self.state($0) }, to: path)
        let good = try FileBytes.read(path)
        var random = SeededRandom(seed: 4)
        for _ in 0..<200 {
            var bytes = good
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            try FileBytes.write(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)), to: path)
            do {
                for state in try StatesFile.read(path) { #expect(state.suffixes.indices.contains(state.chosen)) }
            } catch { #expect(error is DroidError) }
        }
    }

    @Test func `a manifest describes its file`() throws {
        let path = temporary()
        let beside = StateManifest.path(for: path)
        defer { for file in [path, beside] { try? FileManager.default.removeItem(atPath: file) } }
        let states =
            (0..<9).map { Self.state($0) } + [
                Self.state(9, task: "sms", kind: .text, app: "Messages", right: " go back\n")
            ]
        try StatesFile.write(states, to: path)
        let manifest = try StateManifest(
            states,
            file: path,
            command: ["droidagent", "train", "pairs"],
            options: ["seeds": "1-2"],
            prompt: .withLedger,
            runs: 4,
            failedRuns: 1,
            counter: { $0.count }
        )
        try manifest.write(beside: path)
        #expect(beside.hasSuffix(".manifest.json"))
        #expect(try JSON.decode(StateManifest.self, from: FileBytes.read(beside)) == manifest)
        #expect(try manifest.sha256 == SHA256.hex(ofFile: path))
        #expect(try manifest.bytes == FileBytes.read(path).count)
        #expect(manifest.states == 10 && manifest.seeds == [1000])
        #expect(manifest.tasks == ["wifi": 9, "sms": 1] && manifest.apps == ["Settings": 9, "Messages": 1])
        #expect(manifest.kinds == ["decision": 9, "text": 1] && manifest.actions == ["tap": 9, "go back": 1])
        #expect(manifest.candidates.median == 3)
        #expect(manifest.prefixTokens.median == "wifi prompt 0\nGoal: x\n".count)
        #expect(manifest.actionSpace == ActionSpace.version && manifest.promptVersion == PromptBuilder.version)
    }
}
