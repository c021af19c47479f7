// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import Benchmark

/// What the checks of OpenTracks' tasks take and refuse, and what their set-up leaves.
@Suite(.serialized) struct TrackCheckTests {
    private func instance(_ name: String, seed: UInt64) throws -> TaskInstance {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/androidworld")
        return try TaskInstance(try #require(suite.templates.first { $0.name == name }), seed: seed)
    }

    @Test(
        arguments: [
            ("SportsTrackerActivitiesCountForWeek", "{count}", ["{count}0", "-1", "many", ""]),
            ("SportsTrackerActivityDuration", "{length1}", ["{length1}1", "{metres1}", "{length1} minutes", ""]),
            ("SportsTrackerLongestDistanceActivity", "{metres1}", ["{metres2}", "{tens1}", "{metres1} m", ""]),
            ("SportsTrackerTotalDurationForCategoryThisWeek", "{total}", ["{length1}", "{length2}", "1{total}"]),
            ("SportsTrackerTotalDistanceForCategoryOverInterval", "{total}", ["{metres1}", "{metres2}", "1{total}"]),
            (
                "SportsTrackerActivitiesOnDate", "{category2}, {category1}",
                ["{category1}", "{category2}", "{category1}, {category1}", "{category1}, {category2}, {category2}", ""]
            ),
        ] as [(String, String, [String])]
    )
    func `an answer must be what is asked for and no more`(name: String, right: String, wrong: [String]) async throws {
        let device = try await BenchDevice.startBuiltIn()
        for seed in 1...3 as ClosedRange<UInt64> {
            let instance = try instance(name, seed: seed)
            func verdict(_ answer: String) async throws -> Bool {
                let answer = try TextTemplate(answer).filled(instance.values)
                let checks = CheckRunner(device: device.adb, instance: instance, answer: answer)
                return try await checks.run().allSatisfy(\.passed)
            }
            #expect(try await verdict(right))
            for answer in wrong { #expect(try await !verdict(answer), "\(answer) for \(instance.goal)") }
        }
        await device.stop()
    }

    @Test func `a distance may be 10 metres off, and no more`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        let instance = try instance("SportsTrackerLongestDistanceActivity", seed: 1)
        let metres = try #require(Int(instance.values["metres1"] ?? ""))
        for (off, fits) in [(10, true), (-10, true), (11, false), (-11, false)] {
            let checks = CheckRunner(device: device.adb, instance: instance, answer: "\(metres + off)")
            #expect(try await checks.run().allSatisfy(\.passed) == fits, "\(off)")
        }
        await device.stop()
    }

    @Test(arguments: [
        "SportsTrackerActivitiesCountForWeek", "SportsTrackerActivityDuration", "SportsTrackerLongestDistanceActivity",
        "SportsTrackerTotalDurationForCategoryThisWeek", "SportsTrackerTotalDistanceForCategoryOverInterval",
        "SportsTrackerActivitiesOnDate",
    ])
    func `the tracks of the span that is asked about are the task's own`(name: String) async throws {
        let device = try await BenchDevice.startBuiltIn()
        for seed in 1...3 as ClosedRange<UInt64> {
            let instance = try instance(name, seed: seed)
            _ = try await EpisodeRunner(device, agentName: "test").prepare(instance)
            let values = instance.values
            let day = values["day"] ?? values["day1"] ?? ""
            let days =
                name.hasSuffix("OverInterval")
                ? (values["first"] ?? "", values["last"] ?? "")
                : name.hasSuffix("OnDate") || name.hasSuffix("Duration") ? (day, day) : ("9", "15")
            let from = try #require(TaskDates.moment("2023-10-\(days.0)")).timeIntervalSince1970 * 1000
            let to = try #require(TaskDates.moment("2023-10-\(days.1)")).timeIntervalSince1970 * 1000 + 86_400_000
            let own = (1...3).compactMap { values["name\($0)"] }
            let rows = try await DeviceTable(device.adb, database: TrackRow.database, table: "tracks").rows()
            let there = rows.filter { row in
                let start = Double(row["starttime"] ?? "") ?? 0
                return (from..<to).contains(start) && (values["category"] ?? row["category"]) == row["category"]
            }
            let count = Int(values["count"] ?? "") ?? own.count
            #expect(rows.count == 20 + count && there.count == count)
            #expect(there.allSatisfy { own.contains($0["name"] ?? "") })
            #expect(Set(rows.compactMap { $0["name"] }).count == rows.count)
        }
        await device.stop()
    }
}
