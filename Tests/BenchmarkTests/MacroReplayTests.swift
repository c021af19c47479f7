// SPDX-License-Identifier: Apache-2.0

import ADB
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
            return
                "\(result.task) \(result.seed) (\(result.goal)): \(result.cause), \(result.problem ?? "") \(failed) \(events.suffix(4))"
        }
    }

    private static func suite() throws -> TaskSuite { try TaskSuite.load(Locations.checkout + "/Tasks/androidworld") }

    private static func template(_ name: String) throws -> TaskTemplate {
        try #require(try suite().templates.first { $0.name == name }, "\(name)")
    }

    /// Another instance of a task whose goal is said in the same words.
    private static func other(_ template: TaskTemplate, than first: TaskInstance) throws -> TaskInstance {
        let all = try (2...20).map { try TaskInstance(template, seed: $0) }
        return try #require(all.first { $0.wording == first.wording && $0.goal != first.goal } ?? all.first)
    }

    /// Runs the oracle and makes a macro of its run.
    private static func recorded(_ instance: TaskInstance, on device: BenchDevice) async throws -> Macro {
        let folder = FileManager.default.temporaryDirectory.path + "/droidagent-macro-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // As an episode runs it, but without pictures and their page, which a macro does not need.
        let runner = EpisodeRunner(device, agentName: "oracle")
        _ = try await runner.prepare(instance)
        var options = AgentOptions()
        options.maxSteps = runner.rules.budget(instance.template.maxSteps)
        options.confirm = .never
        options.wantsProof = false
        let loop = AgentLoop(
            device: device.adb,
            chooser: try Oracle(instance),
            options: options,
            settle: runner.observer
        )
        let header = RunHeader(
            goal: instance.goal,
            device: device.adb.serial,
            agent: "oracle",
            prompt: options.prompt,
            maxSteps: options.maxSteps
        )
        let recorder = try RunRecorder(folder: folder, header: header)
        let result = try await loop.run(goal: instance.goal, recorder: recorder)
        try #require(result.verdict == .done, "\(instance.template.name): \(result.reason ?? "")")
        let run = try RunRecord.load(folder)
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

    @Test(
        "A macro does its task again on a fresh device, with the same values and with others",
        arguments: [
            "ContactsAddContact", "FilesDeleteFile", "MarkorDeleteNote", "SimpleSmsSend", "MarkorCreateFolder",
            "AudioRecorderRecordAudioWithFileName", "SystemWifiTurnOff",
        ]
    )
    func again(name: String) async throws {
        let template = try Self.template(name)
        let device = try await BenchDevice.startBuiltIn()
        let first = try TaskInstance(template, seed: 1)
        let macro = try await Self.recorded(first, on: device)
        await device.stop()
        let fresh = try await BenchDevice.startBuiltIn()
        let same = await Self.replay(macro, first, on: fresh, values: try macro.filled(goal: nil).values)
        #expect(same.passed, "\(same.story)")
        let second = try Self.other(template, than: first)
        let other = await Self.replay(macro, second, on: fresh, values: try macro.filled(goal: second.goal).values)
        #expect(other.passed, "\(other.story)")
        await fresh.stop()
    }

    @Test("A macro whose way depends on the data hands over where the data differs, and does nothing wrong before")
    func handsOver() async throws {
        let device = try await BenchDevice.startBuiltIn()
        let macro = try await Self.recorded(try TaskInstance(try Self.template("FilesDeleteFile"), seed: 1), on: device)
        // The goal of another seed in place of its values: the file that the macro is about is not there.
        let second = try TaskInstance(try Self.template("FilesDeleteFile"), seed: 2)
        let replay = await Self.replay(macro, second, on: device, values: macro.values)
        #expect(!replay.result.success && replay.result.said == "infeasible")
        guard case .handedOver(let step, of: let count, _)? = replay.handedOver else {
            Issue.record("\(replay.story)")
            return
        }
        let deleting = macro.steps.lastIndex { $0.element?.label?.isOpen == true }
        #expect(deleting.map { step <= $0 + 1 } == true && step < count, "\(replay.story)")
        await device.stop()
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
                let second = try Self.other(template, than: first)
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
            fflush(nil)
        }
        await device.stop()
        print("MACROS", counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" })
    }
}
