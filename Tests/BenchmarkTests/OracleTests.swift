// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Base
import Foundation
import Synchronization
import Testing

@testable import Benchmark

/// Runs of the first suite on built-in devices with a stepped clock and without a language model.
@Suite(.serialized) struct OracleTests {
    private func run(_ agent: BenchAgent, repeats: Int = 1, jobs: Int = 2) async throws -> [EpisodeResult] {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/first")
        var options = SuiteOptions(agent: agent)
        options.repeats = repeats
        options.jobs = jobs
        return try await SuiteRunner(suite, options: options).run().results
    }

    private static func story(_ result: EpisodeResult) -> String {
        let failed = result.checks.filter { !$0.passed }.map { "\($0.wanted): found \($0.found)" }
        return "\(result.task) \(result.seed) (\(result.goal)): \(result.cause) after \(result.steps) steps, "
            + "\(result.problem ?? "") \(failed.joined(separator: "; "))"
    }

    @Test func `the oracle does all sixteen tasks in the fewest steps that they name`() async throws {
        let results = try await run(.oracle, repeats: 2)
        #expect(results.count == 32)
        for result in results {
            #expect(result.success, "\(Self.story(result))")
            #expect(result.steps <= result.optimalSteps, "\(result.task) \(result.seed) took \(result.steps) steps")
        }
    }

    @Test func `an agent that does nothing passes nothing`() async throws {
        let results = try await run(.noop)
        #expect(results.count == 16)
        for result in results {
            #expect(!result.success && result.cause == .premature, "\(Self.story(result))")
        }
    }

    @Test func `the oracle finds its way back from wrong steps`() async throws {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/first")
        let device = try await BenchDevice.startBuiltIn()
        for template in suite.templates where template.split == .train {
            let instance = try TaskInstance(template, seed: 5)
            let chooser = StrayingOracle(oracle: try Oracle(instance), name: template.name)
            let runner = EpisodeRunner(device, rules: .lenient, agentName: "oracle")
            let result = await runner.run(instance, chooser: chooser)
            #expect(result.success, "\(Self.story(result))\n\(chooser.log.withLock { $0.joined(separator: "\n") })")
        }
        await device.stop()
    }

    @Test func `a run is the same when it is run again`() async throws {
        let first = try await run(.random)
        let second = try await run(.random, jobs: 1)
        #expect(first.map(\.steps) == second.map(\.steps))
        #expect(first.map(\.cause) == second.map(\.cause))
        #expect(first.allSatisfy { $0.cause != .skipped && $0.cause != .error })
    }
}

/// The tasks of AndroidWorld that the built-in device has the apps for.
@Suite(.serialized) struct AndroidWorldTests {
    private func run(_ agent: BenchAgent, repeats: Int) async throws -> [EpisodeResult] {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/androidworld")
        var options = SuiteOptions(agent: agent)
        options.repeats = repeats
        options.jobs = 2
        return try await SuiteRunner(suite, options: options).run().results
    }

    @Test func `the oracle does every task under strict rules within the official budget`() async throws {
        let results = try await run(.oracle, repeats: 3)
        #expect(results.count == 116 * 3)
        for result in results {
            let failed = result.checks.filter { !$0.passed }.map { "\($0.wanted): found \($0.found)" }
            #expect(
                result.success,
                "\(result.task) \(result.seed) (\(result.goal)): \(result.cause) after \(result.steps) steps, \(result.problem ?? "") \(failed)"
            )
        }
    }

    @Test(
        arguments: [
            ("SimpleSms", 8), ("ExpenseDelete", 1), ("Recipe", 2), ("Retro", 2), ("Vlc", 2), ("Markor", 4),
            ("SystemCopy", 4), ("OsmAnd", 2), ("Browser", 2), ("SimpleCalendar", 1), ("Tasks", 1), ("Notes", 1),
            ("SportsTracker", 2), ("AudioRecorder", 4), ("ExpenseAddMultipleFrom", 3), ("SimpleDraw", 6),
            ("OpenApp", 3),
            ("SaveCopy", 2),
        ] as [(String, UInt64)]
    )
    func `an oracle finds its way back from wrong steps`(prefix: String, seeds: UInt64) async throws {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/androidworld")
        let device = try await BenchDevice.startBuiltIn()
        for template in suite.templates where template.name.hasPrefix(prefix) {
            for seed in 5..<(5 + seeds) {
                let instance = try TaskInstance(template, seed: seed)
                // One seed strays as in the first suite; more of them each in a way of their own.
                let name = seeds == 1 ? template.name : "\(template.name) \(seed)"
                let keeps = template.name == "MarkorMergeNotes"
                let chooser = StrayingOracle(oracle: try Oracle(instance), name: name, mayClear: !keeps)
                let runner = EpisodeRunner(device, rules: .lenient, agentName: "oracle")
                let result = await runner.run(instance, chooser: chooser)
                let log = chooser.log.withLock { $0.joined(separator: "\n") }
                #expect(result.success, "\(result.task) \(seed): \(result.cause) after \(result.steps) steps\n\(log)")
            }
        }
        await device.stop()
    }

    @Test func `an agent that only says complete passes exactly the six tasks that begin at their end`() async throws {
        let passed = try await run(.noop, repeats: 1).filter(\.success).map(\.task).sorted()
        #expect(
            passed == [
                "SystemBluetoothTurnOffVerify", "SystemBluetoothTurnOnVerify", "SystemBrightnessMaxVerify",
                "SystemBrightnessMinVerify", "SystemWifiTurnOffVerify", "SystemWifiTurnOnVerify",
            ]
        )
    }
}

/// Every third step is a wrong one.
private final class StrayingOracle: ActionChooser {
    let oracle: Oracle
    let name: String
    /// Whether it may empty fields. A note that Markor has saved empty is lost, and no oracle can merge it any more.
    let mayClear: Bool
    let log = Mutex<[String]>([])

    init(oracle: Oracle, name: String, mayClear: Bool = true) {
        self.oracle = oracle
        self.name = name
        self.mayClear = mayClear
    }

    func choose(_ decision: Decision) async throws -> Choice {
        let move = try await oracle.judge(decision)
        var random = SeededRandom(seed: UInt64(decision.step), name: name)
        let wrong = move.wrong(of: decision.candidates.count).filter { index in
            let action = decision.candidates[index].action
            if case .clearText = action, !mayClear { return false }
            return !action.isStatus && !action.isPlaceholder && Sensitivity.of(action, on: decision.screen) == nil
        }
        let strays = decision.step % 3 == 1 && decision.step < 7
        let chosen = (strays ? wrong.randomElement(using: &random) : nil) ?? move.right[0]
        log.withLock { $0.append("\(decision.candidates[chosen].text) (\(strays ? "stray" : move.note))") }
        return .certain(chosen, of: decision.candidates.count, filledText: chosen == move.right[0] ? move.text : nil)
    }
}
