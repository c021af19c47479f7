// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Foundation
import Synchronization
import Testing

@testable import Benchmark

/// Gives up at once: what a replay does alone is seen where nobody helps it.
private struct GivingUp: ActionChooser {
    func choose(_ decision: Decision) async throws -> Choice {
        .certain(decision.candidates.firstIndex { $0.action == .infeasible } ?? 0, of: decision.candidates.count)
    }
}

/// Runs of oracles become macros, and macros are done on the built-in device.
@Suite(.serialized) struct MacroReplayTests {
    /// How a replay ended, and what was said on the way.
    private struct Replay {
        var result: EpisodeResult
        var events: [MacroEvent]
        var handedOver: MacroEvent? { events.first { if case .handedOver = $0 { true } else { false } } }
        var passed: Bool { result.success && handedOver == nil }
        var story: String {
            let failed = result.checks.filter { !$0.passed }.map { "\($0.wanted): found \($0.found)" }
            return "\(result.task) \(result.seed) (\(result.goal)): \(result.cause), \(result.problem ?? "") \(failed) \(events.suffix(4))"
        }
    }

    private static func suite() throws -> TaskSuite { try TaskSuite.load(Locations.checkout + "/Tasks/androidworld") }

    private static func template(_ name: String) throws -> TaskTemplate {
        try #require(try suite().templates.first { $0.name == name }, "\(name)")
    }

    /// Runs the oracle and makes a macro of its run.
    private static func recorded(_ instance: TaskInstance, on device: BenchDevice) async throws -> Macro {
        let folder = FileManager.default.temporaryDirectory.path + "/droidagent-macro-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let runner = EpisodeRunner(device, agentName: "oracle", runs: folder)
        let result = await runner.run(instance, chooser: try Oracle(instance))
        try #require(result.success, "\(result.task): \(result.cause)")
        let run = try RunRecord.load("\(folder)/\(try #require(result.run))")
        let path = folder + "/macro.json"
        try MacroRecorder.macro(of: run).write(to: path)
        return try Macro.load(path)
    }

    private static func replay(
        _ macro: Macro,
        _ instance: TaskInstance,
        on device: BenchDevice,
        values: [String: String]
    ) async -> Replay {
        let events = Mutex<[MacroEvent]>([])
        let chooser = MacroChooser(macro, values: values, onEvent: { event in events.withLock { $0.append(event) } }) {
            GivingUp()
        }
        let result = await EpisodeRunner(device, agentName: "macro").run(instance, chooser: chooser)
        return Replay(result: result, events: events.withLock { $0 })
    }

    /// Prints of every task whether its macro does it again, with the same seed and with another.
    ///
    ///     DROIDAGENT_MACROS='*' swift test --filter macrosOfTheSuite
    @Test(.enabled(if: ProcessInfo.processInfo.environment["DROIDAGENT_MACROS"] != nil))
    func macrosOfTheSuite() async throws {
        let wanted = ProcessInfo.processInfo.environment["DROIDAGENT_MACROS"] ?? "*"
        let device = try await BenchDevice.startBuiltIn()
        var counts: [String: Int] = [:]
        for template in try Self.suite().selected(wanted.split(separator: ",").map(String.init)) {
            var line = template.name
            do {
                let first = try TaskInstance(template, seed: 1)
                let macro = try await Self.recorded(first, on: device)
                counts["made", default: 0] += 1
                line += " | \(macro.template) | \(macro.parameters.map { "\($0.name)=\($0.value)" })"
                let same = await Self.replay(macro, first, on: device, values: macro.values)
                counts["same", default: 0] += same.passed ? 1 : 0
                line += "\n   same: \(same.passed ? "passed" : same.story)"
                let second = try TaskInstance(template, seed: 2)
                do {
                    let filled = try macro.filled(goal: second.goal)
                    let other = await Self.replay(macro, second, on: device, values: filled.values)
                    counts["other", default: 0] += other.passed ? 1 : 0
                    counts["other, wrong without a word", default: 0] +=
                        !other.result.success && other.handedOver == nil ? 1 : 0
                    line += "\n   other: \(other.passed ? "passed" : other.story)"
                } catch {
                    counts["other, goal refused", default: 0] += 1
                    line += "\n   other: refused: \(second.goal)"
                }
            } catch {
                line += "\n   no macro: \(error)"
            }
            print(line)
        }
        await device.stop()
        print("MACROS", counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" })
    }
}
