// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen
import Testing

@testable import Benchmark

/// What the checks of the calendar's tasks take and refuse, on a built-in device with the tasks' own set-up.
@Suite(.serialized) struct CalendarCheckTests {
    private func instance(_ name: String, seed: UInt64 = 3) throws -> TaskInstance {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/androidworld")
        let template = try #require(suite.templates.first { $0.name == name })
        return try TaskInstance(template, seed: seed)
    }

    /// The verdicts after each of several changes, each made on the start of the task.
    private func verdicts(_ name: String, _ changes: (TaskInstance) -> [String]) async throws -> [Bool] {
        let device = try await BenchDevice.startBuiltIn()
        let instance = try instance(name)
        var verdicts: [Bool] = []
        for sql in changes(instance) {
            let baselines = try await EpisodeRunner(device, agentName: "test").prepare(instance)
            let result = try await device.adb.run("sqlite3 \(CalendarRow.database) \(ShellQuoting.quote(sql))")
            #expect(result.exitCode == 0, "\(sql): \(result.text)")
            let checks = CheckRunner(device: device.adb, instance: instance, baselines: baselines)
            verdicts.append(try await checks.run().allSatisfy(\.passed))
        }
        await device.stop()
        return verdicts
    }

    /// SQL that adds an event; the values that are not named are those of one that the app makes.
    private func insert(
        _ title: String,
        _ description: String,
        _ start: Int,
        _ end: Int,
        interval: String = "0",
        rule: String = "0",
        limit: String = "0",
        location: String = ""
    ) -> String {
        """
        INSERT INTO events VALUES (NULL, \(start), \(end), '\(title)', '\(location)', '\(description)', 10, -1, -1, 0, 0, 0, \
        \(interval), \(rule), \(limit), '[]', '', 'x', 'UTC', 0, 1, 0, 0, 'simple-calendar', 0, 0, 0);
        """
    }

    @Test func `an added event must have its times and texts, and nothing else may change`() async throws {
        let found = try await verdicts("SimpleCalendarAddOneEvent") { instance in
            let values = instance.values
            let (title, text) = (values["title"] ?? "", values["description"] ?? "")
            let (start, end) = (Int(values["start"] ?? "") ?? 0, Int(values["end"] ?? "") ?? 0)
            let right = insert(title, text, start, end)
            return [
                right,
                insert(title.uppercased(), text + ".", start, end),
                "SELECT 1",
                insert(title, text, start + 3600, end + 3600),
                insert(title, text, start, end + 900),
                insert("Something else", text, start, end),
                insert(title, "No words", start, end),
                insert(title, text, start, end, interval: "86400"),
                insert(title, text, start, end, location: "Town Hall"),
                right + right,
                right + insert("Extra", "", 1_697_328_000, 1_697_329_000),
                right + "DELETE FROM events WHERE id = (SELECT min(id) FROM events);",
                right + "UPDATE events SET end_ts = end_ts + 60 WHERE id = (SELECT min(id) FROM events);",
            ]
        }
        #expect(found == [true, true] + Array(repeating: false, count: 11))
    }

    @Test func `a repeated event must be repeated as told, for ever`() async throws {
        let found = try await verdicts("SimpleCalendarAddRepeatingEvent") { instance in
            let values = instance.values
            let (title, text) = (values["title"] ?? "", values["description"] ?? "")
            let (start, end) = (Int(values["start"] ?? "") ?? 0, Int(values["end"] ?? "") ?? 0)
            let (interval, rule) = (values["interval"] ?? "", values["rule"] ?? "")
            return [
                insert(title, text, start, end, interval: interval, rule: rule),
                insert(title, text, start, end),
                insert(title, text, start, end, interval: "2592001", rule: "1"),
                insert(title, text, start, end, interval: interval, rule: rule == "1" ? "2" : "1"),
                insert(title, text, start, end, interval: interval, rule: rule, limit: "1698000000"),
            ]
        }
        #expect(found == [true, false, false, false, false])
    }

    @Test(arguments: [
        "SimpleCalendarDeleteEvents", "SimpleCalendarDeleteEventsOnRelativeDay", "SimpleCalendarDeleteOneEvent",
    ])
    func `exactly the named events must go`(name: String) async throws {
        let found = try await verdicts(name) { instance in
            let (from, to) = (instance.values["from"] ?? "", instance.values["to"] ?? "")
            let title = (instance.values["title1"] ?? "").replacing("'", with: "''")
            let right =
                "DELETE FROM events WHERE start_ts BETWEEN \(from) AND \(to)"
                + (name.hasSuffix("OneEvent") ? " AND title = '\(title)';" : ";")
            return [
                right, "SELECT 1", "DELETE FROM events;",
                right + "DELETE FROM events WHERE id = (SELECT min(id) FROM events);",
                right + insert("Extra", "", 1_697_328_000, 1_697_329_000),
                right + "UPDATE events SET description = 'x' WHERE id = (SELECT min(id) FROM events);",
                "UPDATE events SET start_ts = start_ts + 864000 WHERE title = '\(title)';",
            ]
        }
        #expect(found == [true] + Array(repeating: false, count: 6))
    }

    @Test(
        arguments: [
            (
                "SimpleCalendarAnyEventsOnDate", ["title3", "title1", "title2"],
                [["title1", "title2"], ["title1", "title2", "topic3"]]
            ),
            ("SimpleCalendarEventsInNextWeek", ["title2", "title1"], [["title1"], ["title1", "title1"]]),
            ("SimpleCalendarEventOnDateAtTime", ["title1"], [["kind1"], ["title1", "title1"]]),
            ("SimpleCalendarLocationOfEvent", ["place1"], [["title1"], ["place1", "place1"]]),
            ("SimpleCalendarNextMeetingWithPerson", ["moment"], [["hour1"], ["person"]]),
        ] as [(String, [String], [[String]])]
    )
    func `an answer must be complete and no more`(name: String, right: [String], wrong: [[String]]) async throws {
        let device = try await BenchDevice.startBuiltIn()
        let instance = try instance(name)
        func verdict(_ keys: [String]) async throws -> Bool {
            let answer = keys.map { instance.values[$0] ?? "" }.joined(separator: ", ")
            let checks = CheckRunner(device: device.adb, instance: instance, answer: answer)
            return try await checks.run().allSatisfy(\.passed)
        }
        #expect(try await verdict(right))
        for keys in wrong { #expect(try await !verdict(keys), "\(keys)") }
        await device.stop()
    }

    @Test func `the noise keeps off what must be free and what is asked about`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        for seed in 1...4 as ClosedRange<UInt64> {
            let instance = try instance("SimpleCalendarAnyEventsOnDate", seed: seed)
            _ = try await EpisodeRunner(device, agentName: "test").prepare(instance)
            let rows = try await DeviceTable(device.adb, database: CalendarRow.database, table: "events").rows()
            let day = try #require(TaskDates.moment("2023-10-\(instance.values["day"] ?? "")")).timeIntervalSince1970
            let there = rows.filter { row in
                let start = Double(row["start_ts"] ?? "") ?? 0
                return (day..<(day + 86400)).contains(start)
            }
            #expect(rows.count == 23 && there.count == 3)
        }
        await device.stop()
    }
}
