// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Base
import Foundation
import Screen
import Testing

@testable import Benchmark

/// The checks of OsmAnd's and Chrome's tasks against wrong end states.
@Suite(.serialized) struct OsmAndCheckTests {
    private func verdict(
        _ task: String,
        seed: UInt64 = 3,
        _ change: (TaskInstance, BenchDevice) async throws -> Void
    ) async throws -> Bool {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/androidworld")
        let template = try #require(suite.templates.first { $0.name == task })
        let instance = try TaskInstance(template, seed: seed)
        let device = try await BenchDevice.startBuiltIn()
        let baselines = try await EpisodeRunner(device, agentName: "test").prepare(instance)
        try await change(instance, device)
        let checks = CheckRunner(device: device.adb, instance: instance, baselines: baselines)
        let passed = try await checks.run().allSatisfy(\.passed)
        await device.stop()
        return passed
    }

    private func write(_ text: String, _ path: String, _ device: BenchDevice) async throws {
        try await device.adb.push(Array(text.utf8), to: path, mode: 0o644, modified: nil)
    }

    private func gpx(_ points: [(String, Double, Double)], _ kind: String) -> String {
        "<gpx>" + points.map { "<\(kind) lat=\"\($0.1)\" lon=\"\($0.2)\"><name>\($0.0)</name></\(kind)>" }.joined()
            + "</gpx>"
    }

    @Test(
        arguments: [
            ("name", true), ("place", true), ("other", false), ("near miss", false), ("other group", false),
            ("track", false), ("nothing", false),
        ]
    )
    func `a favorite has the name or lies there`(_ row: (change: String, passes: Bool)) async throws {
        let passed = try await verdict("OsmAndFavorite") { instance, device in
            let name = instance.values["name"] ?? ""
            let latitude = Double(instance.values["latitude"] ?? "") ?? 0
            let longitude = Double(instance.values["longitude"] ?? "") ?? 0
            let folder = OsmFiles.folder + "/favorites"
            let text =
                switch row.change {
                case "name": gpx([(name + ", Liechtenstein", 1, 1)], "wpt")
                case "place", "other group": gpx([("Spot", latitude + 0.0005, longitude)], "wpt")
                case "near miss": gpx([("Spot", latitude + 0.002, longitude)], "wpt")
                case "track": gpx([(name, latitude, longitude)], "trkpt")
                case "nothing": "<gpx></gpx>"
                default: gpx([("Vaduz", 47.14, 9.52)], "wpt")
                }
            let file = row.change == "other group" ? "favorites-Trips.gpx" : "favorites.gpx"
            _ = try await device.adb.run("mkdir -p \(folder)")
            try await write(text, "\(folder)/\(file)", device)
        }
        #expect(passed == row.passes, "\(row.change)")
    }

    @Test(arguments: [("right", true), ("near miss", false), ("other", false), ("nothing", false)])
    func `a marker lies at the place`(_ row: (change: String, passes: Bool)) async throws {
        let passed = try await verdict("OsmAndMarker") { instance, device in
            let latitude = Double(instance.values["latitude"] ?? "") ?? 0
            let longitude = Double(instance.values["longitude"] ?? "") ?? 0
            let place: (Double, Double)? =
                switch row.change {
                case "right": (latitude - 0.0004, longitude + 0.0004)
                case "near miss": (latitude, longitude + 0.0012)
                case "other": (47.14, 9.52)
                default: nil
                }
            guard let place else { return }
            let sql = "INSERT INTO map_markers (marker_id, marker_lat, marker_lon) VALUES ('1', \(place.0), \(place.1))"
            let database = "/data/data/net.osmand/databases/map_markers_db"
            let result = try await device.adb.run("sqlite3 \(database) \(ShellQuoting.quote(sql))")
            #expect(result.exitCode == 0, "\(result.text)")
        }
        #expect(passed == row.passes, "\(row.change)")
    }

    @Test(
        arguments: [
            ("right", true), ("more between", true), ("turned round", false), ("one missing", false),
            ("waypoints", false), ("two files", false), ("nothing", false),
        ]
    )
    func `a track comes to the places in their order`(_ row: (change: String, passes: Bool)) async throws {
        let passed = try await verdict("OsmAndTrack") { instance, device in
            let places = (instance.values["places"] ?? "").split(separator: "\n").map { $0.split(separator: "|") }
            let stops = (instance.values["stops"] ?? "").split(separator: "\n").compactMap { stop in
                places.first { $0[0] == stop.prefix { $0 != "," } }
            }
            .map { ("", Double($0[1]) ?? 0, Double($0[2]) ?? 0) }
            #expect(stops.count >= 2)
            let vaduz = ("", 47.14, 9.52)
            let files: [String] =
                switch row.change {
                case "right": [gpx(stops, "trkpt")]
                case "more between": [gpx([vaduz] + stops.flatMap { [$0, vaduz] }, "trkpt")]
                case "turned round": [gpx(stops.reversed(), "trkpt")]
                case "one missing": [gpx(Array(stops.dropLast()), "trkpt")]
                case "waypoints": [gpx(stops, "wpt")]
                case "two files": stops.map { gpx([$0], "trkpt") }
                default: []
                }
            for (index, text) in files.enumerated() {
                try await write(text, "\(OsmFiles.folder)/tracks/\(index).gpx", device)
            }
        }
        #expect(passed == row.passes, "\(row.change)")
    }

    /// Success on a page that was put in the place of the task's, in the other viewer, or only as a typed word, is none.
    @Test(arguments: [("right", true), ("viewer", false), ("other page", false), ("typed", false), ("opened", false)])
    func `success is Chrome's, on the page that was put there`(_ row: (change: String, passes: Bool)) async throws {
        let passed = try await verdict("BrowserMaze") { instance, device in
            let easy = #"<script type="application/json" id="page">{"kind":"maze","cells":["..",".."]}</script>"#
            if row.change == "other page" { try await write(easy, BrowserPage.path, device) }
            let package = row.change == "viewer" ? "com.android.htmlviewer" : "com.android.chrome"
            let activity =
                row.change == "viewer"
                ? "com.android.htmlviewer.HTMLViewerActivity" : "com.google.android.apps.chrome.Main"
            let start = "am start -n \(package)/\(activity) -d file://\(BrowserPage.path) -t text/html"
            #expect(try await device.adb.run(start).exitCode == 0)
            if package == "com.android.chrome" { try await tap("Accept & continue", device) }
            let html = String(decoding: try await device.adb.pull(BrowserPage.path), as: UTF8.self)
            let data = try #require(BrowserPageData(html: html))
            if row.change == "typed" {
                try await tap("file://\(BrowserPage.path)", device)
                _ = try await device.adb.run("input text 'Success!'")
            } else if row.change != "opened" {
                for direction in BrowserPageData.way(data.cells ?? [], from: (0, 0)) ?? [] {
                    try await tap(direction, device)
                }
            }
        }
        #expect(passed == row.passes, "\(row.change)")
    }

    private func tap(_ words: String, _ device: BenchDevice) async throws {
        let observer = ScreenObserver(device.adb, options: ObserverOptions(picture: .none))
        let screen = try await observer.observe().state
        let element = try #require(screen.elements.first { $0.text == words }, "no \(words)")
        let place = element.bounds.center
        _ = try await device.adb.run("input tap \(place.x) \(place.y)")
    }

    @Test func `pages differ from seed to seed, and every maze has a way that fits the budget`() throws {
        var mazes: Set<[String]> = []
        for seed in 0..<200 as Range<UInt64> {
            let maze = BrowserPageData(.maze, seed: seed)
            let cells = try #require(maze.cells)
            let way = try #require(BrowserPageData.way(cells, from: (0, 0)))
            #expect((6...BrowserPageData.longestWay).contains(way.count))
            mazes.insert(cells)
            #expect(BrowserPageData(html: try maze.html()) == maze)
            let draw = BrowserPageData(.draw, seed: seed)
            #expect(Set(draw.wanted ?? []).count == 3)
            #expect(BrowserPageData(.multiply, seed: seed).numbers?.count == 5)
        }
        #expect(mazes.count > 100)
    }
}
