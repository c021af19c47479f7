// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import TestSupport
import Testing

@Suite("The bench of the bridge", .serialized)
struct BridgeBenchTests {
    @Test("--quick prints a row for each figure, with adb 36 beside it where that is here, and leaves nothing behind")
    func quick() async throws {
        let program = try Program()
        defer { program.remove() }
        let outcome = try program.run(["bench", "bridge", "--quick", "--json"])
        #expect(outcome.status == 0, "\(outcome.err)")
        let rows = try outcome.out.split(separator: "\n").map { line in
            try JSON.decode(MeasurementRow.self, from: Array(line.utf8))
        }
        let names = Set(rows.map(\.name))
        let figures = [
            "push.bytes", "pull.bytes", "push_file.bytes", "pull_file.bytes", "push_files.files", "pull_files.files",
            "shell.requests", "shell16.requests",
        ]
        for figure in figures { #expect(names.contains("bridge.\(figure)_per_second")) }
        #expect(
            rows.allSatisfy { $0.value > 0 && $0.value.isFinite && $0.command.hasPrefix("droidagent bench bridge") }
        )
        if FileManager.default.isExecutableFile(atPath: Locations.cache + "/peers/adb/adb") {
            #expect(names.contains("bridge.push.ratio"))
            #expect(rows.allSatisfy { $0.peer?.hasPrefix("adb 36: ") == true })
        }
        #expect(rows.first { $0.name == "bridge.push.bytes_per_second" }?.floor == 500e6)
        for place in ["/dev/shm", NSTemporaryDirectory()] {
            let left = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
            #expect(!left.contains { $0.hasPrefix("droidagent-bridge-") }, "\(left)")
        }
    }
}
