// SPDX-License-Identifier: Apache-2.0

import GRDB
import Testing

@testable import SimDevice

@Suite("OpenTracks app") struct OpenTracksAppTests {
    /// Sunday, 15 October 2023, 15:34 UTC.
    private static let now: Int64 = 1_697_384_040_000
    private static let day: Int64 = 86_400_000

    private func database(_ robot: Robot) -> DeviceDatabase { robot.system.database(TrackStore.path) { _ in } }

    private func rows(_ robot: Robot) throws -> [String] {
        try database(robot).read { db in
            try Row.fetchAll(db, sql: "SELECT name, category, activity_type, description FROM tracks ORDER BY _id").map
            {
                "\($0["name"] ?? "")|\($0["category"] ?? "")|\($0["activity_type"] ?? "")|\($0["description"] ?? "")"
            }
        }
    }

    /// A device with tracks: name, category, days ago, seconds, metres.
    private func robot(_ tracks: [(String, String, Int64, Int64, Double)] = []) throws -> Robot {
        let robot = try Robot(start: OpenTracksApp.package)
        robot.system.clock.set(Self.now)
        try database(robot).write { db in
            for (name, category, ago, seconds, metres) in tracks {
                try db.execute(
                    sql: """
                        INSERT INTO tracks (name, description, category, activity_type, starttime, stoptime, totaldistance,
                            totaltime, movingtime, avgspeed, maxspeed, elevationgain, starttime_offset)
                        VALUES (?, 'With Bo', ?, ?, ?, 0, ?, ?, ?, 2.5, 5, 48, 0)
                        """,
                    arguments: [
                        name, category, category.replacing(" ", with: "_"), Self.now - ago * Self.day, metres,
                        seconds * 1000, seconds * 1000 - 60_000,
                    ]
                )
            }
        }
        robot.windows.forceStop(OpenTracksApp.package)
        robot.open(OpenTracksApp.package)
        return robot
    }

    private var three: [(String, String, Int64, Int64, Double)] {
        [
            ("Old", "running", 30, 2700, 7000), ("New", "mountain biking", 0, 3900, 12345),
            ("Mid", "running", 3, 600, 480),
        ]
    }

    @Test("the list has the newest first, with day, time, length and activity")
    func list() throws {
        let robot = try robot(three)
        let names = robot.nodes.filter { $0.view.resourceID.hasSuffix("/list_item_name") }.map(\.view.text)
        #expect(names == ["New", "Mid", "Old"])
        for words in [
            "Today", "Thursday", "Sep 15", "3:34 PM", "1:05:00 • 12.35 km", "10:00 • 480 m", "45:00 • 7.00 km",
            "mountain biking • With Bo",
        ] {
            #expect(robot.sees(words), "\(words) in \(robot.texts)")
        }
    }

    @Test("a search looks into names, descriptions and categories")
    func search() throws {
        let robot = try robot(three)
        try robot.tap("Search")
        try robot.fill("Search", "RUN")
        #expect(robot.sees("Old") && robot.sees("Mid") && !robot.sees("New"))
        try robot.fill("RUN", "nothing like it")
        #expect(robot.sees("No tracks found"))
        try robot.tap("Clear query")
        #expect(robot.sees("New"))
        try robot.tap("Collapse")
        #expect(robot.sees("track_list_search") && robot.sees("New"))
    }

    @Test("a track's page has its statistics")
    func track() throws {
        let robot = try robot(three)
        try robot.tap("New")
        #expect(robot.text("stats_distance_value") == "12.35" && robot.text("stats_distance_unit") == "km")
        #expect(robot.text("stats_total_time_value") == "1:05:00")
        #expect(robot.text("stats_moving_time_value") == "1:04:00")
        #expect(robot.text("stats_average_speed_value") == "9.0")
        #expect(robot.text("stats_elevation_gain_value") == "48")
        #expect(robot.text("stats_start_datetime_value") == "Sun, Oct 15, 2023 3:34:00 PM")
        #expect(robot.text("stats_category_value") == "mountain biking")
    }

    @Test("a track is edited; a category that is a type brings its type, and cancelling keeps what was")
    func edit() throws {
        let robot = try robot([three[1]])
        try robot.tap("New")
        try robot.tap("Edit")
        try robot.fill("New", "Newer")
        try robot.fill("mountain biking", "hiking")
        try robot.tap("Save")
        #expect(try rows(robot) == ["Newer|hiking|hiking|With Bo"])
        #expect(robot.sees("Newer"))
        try robot.tap("Edit")
        try robot.tap("Activity type icon")
        try robot.tap("climbing")
        try robot.fill("With Bo", "Alone")
        try robot.tap("Cancel")
        #expect(try rows(robot) == ["Newer|hiking|hiking|With Bo"])
    }

    @Test("a long press ticks, and the ticked go together once it is confirmed")
    func delete() throws {
        let robot = try robot(three)
        try robot.hold("New")
        #expect(robot.sees("Edit"))
        try robot.tap("Old")
        #expect(robot.sees("2") && !robot.sees("Edit"))
        try robot.tap("Delete")
        try robot.tap("Cancel")
        #expect(try rows(robot).count == 3)
        try robot.tap("Delete")
        try robot.tap("OK")
        #expect(try rows(robot) == ["Mid|running|running|With Bo"])
    }

    @Test("the totals add up the tracks of a category")
    func totals() throws {
        let robot = try robot(three)
        try robot.menu("Aggregated statistics")
        #expect(robot.text("aggregated_stats_type_label") == "running")
        #expect(robot.sees("(2)") && robot.sees("7.48 km") && robot.sees("53:00") && robot.sees("12.35 km"))
        robot.back()
        try robot.hold("Old")
        try robot.menu("Aggregated statistics")
        #expect(robot.sees("(1)") && robot.sees("7.00 km") && !robot.sees("12.35 km"))
    }

    @Test("tracks that a tool stored are seen after a force-stop, and a file that is none does no harm")
    func replaced() throws {
        let robot = try robot()
        #expect(robot.sees("There are no recorded tracks yet."))
        try database(robot).write { db in
            try db.execute(sql: "INSERT INTO tracks (name, starttime, totaldistance) VALUES ('Odd', 'x', 9e999)")
            try db.execute(
                sql: "INSERT INTO tracks (name, starttime, totaltime) VALUES ('Far', \(Int64.min), \(Int64.max))"
            )
        }
        robot.windows.forceStop(OpenTracksApp.package)
        robot.open(OpenTracksApp.package)
        #expect(robot.sees("Odd") && robot.sees("Far"))
        robot.system.closeDatabases()
        try robot.system.files.write([UInt8]("no database".utf8), to: TrackStore.path)
        robot.windows.forceStop(OpenTracksApp.package)
        robot.open(OpenTracksApp.package)
        #expect(robot.sees("There are no recorded tracks yet."))
    }
}
