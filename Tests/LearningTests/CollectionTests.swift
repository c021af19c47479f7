// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
import Benchmark
import Foundation
import Synchronization
import Testing

@testable import Benchmark
@testable import Learning

/// Collecting on a built-in device, with few tasks and seeds.
@Suite(.serialized) struct CollectionTests {
    private static let suite = Locations.checkout + "/Tasks/androidworld"

    private static func options(_ tasks: [String], _ folder: String) throws -> CollectOptions {
        var options = CollectOptions(suite: suite, folder: folder)
        options.tasks = tasks
        options.seeds = 1000...1000
        (options.runs, options.wanderings, options.orders, options.jobs) = (1, 0, 0, 1)
        options.split = try TrainingSplit.load(Locations.checkout + "/Training/split.yaml")
        return options
    }

    private static func with<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let folder = NSTemporaryDirectory() + "/collect-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(folder)
    }

    @Test func `held-out tasks are collected only where their part is asked for`() async throws {
        try await Self.with { folder in
            var options = try Self.options([], folder)
            let suite = try TaskSuite.load(Self.suite)
            let split = try #require(options.split)
            for (part, count) in [(TrainingSplit.Part.training, 71), (.heldOutTemplate, 30), (.heldOutApp, 15)] {
                options.parts = [part]
                let names = options.templates(of: suite).map(\.name)
                #expect(names.count == count && names.allSatisfy { split.part(of: $0) == part })
            }
            let held = try #require(split.templates(.heldOutApp).first)
            options.tasks = [held]
            options.parts = [.training]
            await #expect { try await StateCollector.run(options) } throws: {
                ($0 as? DroidError)?.code == "states.tasks"
            }
            // Without a split the tasks' own word counts, and all of this suite are held out.
            options.split = nil
            options.tasks = []
            #expect(options.templates(of: suite).isEmpty)
            options.parts = [.heldOutTemplate]
            #expect(options.templates(of: suite).count == 116)
        }
    }

    @Test func `runs of the oracle are kept one by one, and say which part they are of`() async throws {
        try await Self.with { folder in
            let split = try TrainingSplit.load(Locations.checkout + "/Training/split.yaml")
            let app = try #require(split.templates(.heldOutApp).first { $0 == "TasksDueOnDate" })
            var options = try Self.options([app, "CameraTakePhoto"], folder)
            options.parts = Set(TrainingSplit.Part.allCases)
            let first = try await StateCollector.run(options)
            #expect(first.runs == 2 && first.failed == 0)
            #expect(Set(first.states.map(\.task)) == [app, "CameraTakePhoto"])
            for state in first.states {
                #expect(state.split == (split.part(of: state.task) == .training ? .train : .heldout))
                #expect(!state.right.isEmpty && Set(state.right).isDisjoint(with: state.wrong))
            }
            // The second time nothing is run: a file that was put in place of a run stands.
            try StatesFile.write([StateSetTests.state(77, task: app)], to: "\(first.folder)/\(app)/1000-0.jsonl")
            let second = try await StateCollector.run(options)
            #expect(second.states.filter { $0.task == app }.map(\.step) == [77])
        }
    }

    @Test func `after wrong steps the oracle goes on, and what it had not written down it still writes down`()
        async throws
    {
        try await Self.with { folder in
            var options = try Self.options(["SportsTrackerActivityDuration", "SystemBluetoothTurnOn"], folder)
            options.parts = Set(TrainingSplit.Part.allCases)
            (options.runs, options.perturbation) = (3, 0.4)
            let outcome = try await StateCollector.run(options)
            #expect(outcome.failed == 0)
            let corrections = outcome.states.filter { $0.kind == .selfCorrection }
            #expect(!corrections.isEmpty && corrections.allSatisfy { $0.run > 0 })
        }
    }

    @Test func `the oracle demands a note again where something else was done`() async throws {
        let suite = try TaskSuite.load(Self.suite)
        let template = try #require(suite.templates.first { $0.name == "BrowserMultiply" })
        let instance = try TaskInstance(template, seed: 30)
        let device = try await BenchDevice.startBuiltIn()
        for tells in [true, false] {
            let chooser = Forgetful(try Ceiling(instance), tells: tells)
            let runner = EpisodeRunner(device, rules: .lenient, agentName: "oracle")
            let result = await runner.run(instance, chooser: chooser, prompt: .withLedger, mind: MindOptions())
            #expect(result.success == tells)
        }
        await device.stop()
    }

    @Test func `a verifier's own states are labelled, also in runs that fail`() async throws {
        try await Self.with { folder in
            var options = try Self.options(["ContactsAddContact", "SystemWifiTurnOff"], folder)
            options.parts = Set(TrainingSplit.Part.allCases)
            options.source = .actor(
                CollectOptions.ActorOptions(name: "random", mix: 0.4) { RandomChooser(seed: 3, name: "x") }
            )
            let outcome = try await StateCollector.run(options)
            #expect(outcome.failed == 0)
            let states = outcome.states
            #expect(Set(states.map(\.task)).count == 2)
            #expect(states.contains { $0.kind == .selfCorrection })
            // What is known beforehand is kept: facts of candidates, and what rules say of texts that are offered.
            #expect(states.allSatisfy { ($0.facts == nil) == ($0.kind == .text) })
            #expect(states.contains { $0.facts?.contains { $0[.endOpen] == 1 } == true })
            #expect(states.contains { $0.facts?.contains { ($0[.typeFit] ?? 0) > 0.5 } == true })
            #expect(states.contains { $0.kind == .text && Set($0.priors ?? []).count > 2 })
            #expect(states.contains { $0.kind != .text && !$0.right.contains($0.chosen) })
            for state in states { #expect(!state.right.isEmpty && Set(state.right).isDisjoint(with: state.wrong)) }
            // A wrong ending is noted and not done: no run is over after it.
            for run in Dictionary(grouping: states, by: \.task).values {
                let decisions = run.filter { $0.kind != .text }
                #expect(decisions.count > 3)
            }
            options.source = .actor(
                CollectOptions.ActorOptions(name: "random", mix: 0.5) { RandomChooser(seed: 3, name: "x") }
            )
            #expect(try options.digest(of: TaskSuite.find(options.suite)) != outcome.digest)
        }
    }

    @Test func `instructions are one action each, told apart by their words, and the same each time`() async throws {
        let all = try await Self.with { folder in
            var options = try Self.options(["SystemBluetoothTurnOn", "ContactsAddContact"], folder)
            options.parts = Set(TrainingSplit.Part.allCases)
            options.wanderings = 1
            options.source = .instructions(perScreen: 4)
            return try await StateCollector.run(options).states
        }
        #expect(all.count > 40)
        let instructions = all.filter { $0.kind == .instruction }
        #expect(instructions.allSatisfy { !$0.right.isEmpty && Set($0.right).isDisjoint(with: $0.wrong) })
        #expect(
            instructions.allSatisfy { $0.prefix.contains("Last: nothing yet\n") && !$0.prefix.contains("Steps so far") }
        )
        #expect(Set(instructions.map(StateSet.action)).count >= 8)
        #expect(all.contains { $0.kind == .text })
        // What was asked for is named in what is right, where it names anything.
        for state in instructions where StateSet.action(state) == "tap switch" {
            let label = state.suffixes[state.right[0]].split(separator: "\"")[1]
            #expect(state.goal.lowercased().contains(label.lowercased().replacing("…", with: "")), "\(state.goal)")
        }
        #expect(instructions.allSatisfy { !["Pro Expense", "Tasks"].contains($0.app) })
        let again = try await Self.with { folder in
            var options = try Self.options(["SystemBluetoothTurnOn", "ContactsAddContact"], folder)
            options.parts = Set(TrainingSplit.Part.allCases)
            (options.wanderings, options.jobs) = (1, 2)
            options.source = .instructions(perScreen: 4)
            return try await StateCollector.run(options).states
        }
        #expect(all.count == again.count)
        let other = zip(all, again).first { $0 != $1 }
        #expect(other == nil, "\(other.map { Self.difference($0, $1) } ?? "")")
    }

    /// Where two states differ, in few words.
    private static func difference(_ one: StateRecord, _ other: StateRecord) -> String {
        guard one.prefix == other.prefix && one.suffixes == other.suffixes else {
            return "\(one.prefix) \(other.prefix)"
        }
        let facts = zip(one.facts ?? [], other.facts ?? []).enumerated().first { $0.element.0 != $0.element.1 }
        return "\(one.goal): \(facts.map { "\(one.suffixes[$0.offset]) \($0.element)" } ?? "no facts")"
    }
}

/// The oracle, which waits once where it should write something down.
private final class Forgetful: ActionChooser {
    private let oracle: Ceiling
    private let tells: Bool
    private let waited = Mutex(false)

    init(_ oracle: Ceiling, tells: Bool) { (self.oracle, self.tells) = (oracle, tells) }

    func choose(_ decision: Decision) async throws -> Choice {
        let move = try await oracle.judge(decision)
        let count = decision.candidates.count
        let notes = if case .remember = decision.candidates[move.right[0]].action { true } else { false }
        if notes, !waited.withLock(\.self), let wait = decision.candidates.firstIndex(where: { $0.action == .wait }) {
            waited.withLock { $0 = true }
            if tells { oracle.took(.wait, on: decision.screen) }
            return .certain(wait, of: count)
        }
        return .certain(move.right[0], of: count, filledText: move.text)
    }

    func chooseText(_ query: TextQuery) async throws -> Int? { try await oracle.chooseText(query) }

}
