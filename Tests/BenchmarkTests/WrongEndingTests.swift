// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Base
import Foundation
import Screen
import Testing

@testable import Benchmark

/// Every check is able to fail: the right end passes, and each end that is nearly right is refused.
@Suite(.serialized) struct WrongEndingTests {
    @Test func `each task has ends that are nearly right, and its check refuses them`() async throws {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/androidworld")
        #expect(Set(WrongEnding.androidWorld.keys) == Set(suite.templates.map(\.name)))
        let device = try await BenchDevice.startBuiltIn()
        for template in suite.templates {
            let instance = try TaskInstance(template, seed: 11)
            for (index, ending) in WrongEnding.androidWorld[template.name, default: []].enumerated() {
                let words = "\(template.name), end \(index + 1): \(ending)"
                let (right, wrong) = try await ends(instance, ending, device)
                #expect(right.allSatisfy { $0.passed }, "\(words): the right end is refused, \(right)")
                #expect(wrong.contains { !$0.passed }, "\(words): it is let pass")
            }
        }
        await device.stop()
    }

    /// The verdicts on the end that the oracle brings about, and on the one that is made of it.
    private func ends(
        _ instance: TaskInstance,
        _ ending: WrongEnding,
        _ device: BenchDevice
    ) async throws -> (right: [CheckOutcome], wrong: [CheckOutcome]) {
        let runner = EpisodeRunner(device, agentName: "oracle")
        let baselines = try await runner.prepare(instance)
        var options = AgentOptions()
        options.maxSteps = instance.template.maxSteps
        options.confirm = .never
        options.wantsProof = false
        let loop = AgentLoop(
            device: device.adb,
            chooser: try Oracle(instance),
            options: options,
            settle: runner.observer
        )
        let run = try await loop.run(goal: instance.goal)
        func check(_ answer: String?) async throws -> [CheckOutcome] {
            var checks = CheckRunner(device: device.adb, instance: instance, answer: answer, baselines: baselines)
            checks.observer = runner.observer
            return try await checks.run()
        }
        let right = try await check(run.answer)
        switch ending {
        case .answer(let text):
            return (right, try await check(TextTemplate(text).filled(instance.values)))
        case .shell(let command):
            let files = "/storage/emulated/0/Android/data"
            let folders = [
                "notes": "/storage/emulated/0/Documents/Markor",
                "records": "\(files)/com.dimowner.audiorecorder/files/Music/records",
                "osmand": "\(files)/net.osmand/files",
            ]
            let values = instance.values.merging(folders) { own, _ in own }
            let result = try await device.adb.shell(raw: TextTemplate(command).filled(values))
            #expect(result.exitCode == 0, "\(command): \(String(decoding: result.stderr, as: UTF8.self))")
            return (right, try await check(run.answer))
        }
    }
}
