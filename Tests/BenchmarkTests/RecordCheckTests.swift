// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen
import Testing

@testable import Benchmark

/// What the checks of Audio Recorder's tasks take and refuse.
@Suite(.serialized) struct RecordCheckTests {
    private func verdicts(_ name: String, _ commands: (TaskInstance) -> [String]) async throws -> [Bool] {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/androidworld")
        let instance = try TaskInstance(try #require(suite.templates.first { $0.name == name }), seed: 3)
        let device = try await BenchDevice.startBuiltIn()
        var verdicts: [Bool] = []
        for command in commands(instance) {
            let baselines = try await EpisodeRunner(device, agentName: "test").prepare(instance)
            let result = try await device.adb.run("cd \(RecorderFiles.folder) && \(command)")
            #expect(result.exitCode == 0, "\(command): \(result.text)")
            let checks = CheckRunner(device: device.adb, instance: instance, baselines: baselines)
            verdicts.append(try await checks.run().allSatisfy(\.passed))
        }
        await device.stop()
        return verdicts
    }

    @Test func `one record with something in it must come`() async throws {
        let found = try await verdicts("AudioRecorderRecordAudio") { _ in
            [
                "echo sound > 'A b.m4a'", "true", "touch A.m4a", "echo sound > A.m4a && echo sound > B.m4a",
                "echo sound > ../A.m4a",
            ]
        }
        #expect(found == [true, false, false, false, false])
    }

    @Test func `the record must have the name`() async throws {
        let found = try await verdicts("AudioRecorderRecordAudioWithFileName") { instance in
            let name = instance.values["file_name"] ?? ""
            return [
                "echo sound > \(name).m4a", "true", "echo sound > Record-1.m4a", "echo sound > \(name)0.m4a",
                "echo sound > \(name)", "echo sound > ../\(name).m4a",
            ]
        }
        #expect(found == [true, false, false, false, false, false])
    }
}
