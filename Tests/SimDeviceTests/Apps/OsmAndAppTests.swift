// SPDX-License-Identifier: Apache-2.0

import GRDB
import Testing

@testable import SimDevice

@Suite("OsmAnd app") struct OsmAndAppTests {
    private let favorites = OsmStore.favorites + "/favorites.gpx"

    private func search(_ words: String, _ result: String, _ robot: Robot) throws {
        try robot.tap("Search")
        // In small letters, so that the row is told from the field.
        try robot.fill("Type to search all", words.lowercased())
        try robot.tap(result)
    }

    private func text(_ path: String, _ robot: Robot) -> String { (try? robot.system.files.readText(path)) ?? "" }

    private func markers(_ robot: Robot) throws -> [String] {
        try robot.system.database(OsmStore.database) { _ in }.read { db in
            try Row.fetchAll(db, sql: "SELECT marker_lat, marker_lon, marker_active FROM map_markers").map {
                "\($0["marker_lat"] as Double)|\($0["marker_lon"] as Double)|\($0["marker_active"] as Int64)"
            }
        }
    }

    @Test("a place that was searched is stored as a favorite, as a waypoint of a GPX file")
    func favorite() throws {
        let robot = try Robot(start: OsmAndApp.package)
        try search("schonberg, liechten", "Schönberg", robot)
        #expect(robot.sees("47.13038, 9.59301"))
        try robot.tap("Add")
        #expect(robot.sees("Add favorite"))
        try robot.tap("Save")
        let file = text(favorites, robot)
        #expect(file.contains(#"<wpt lat="47.1303814" lon="9.5930117">"#) && file.contains("<name>Schönberg</name>"))
        #expect(robot.text("context_menu_line2") == "Favorite")
        robot.windows.forceStop(OsmAndApp.package)
        robot.open(OsmAndApp.package)
        try robot.tap("Menu")
        try robot.tap("My Places")
        #expect(robot.sees("Schönberg"))
    }

    @Test("a favorite goes into another group's own file, and is asked about before it is lost")
    func groups() throws {
        let robot = try Robot(start: OsmAndApp.package)
        try search("Triesen", "Triesen", robot)
        try robot.tap("Add")
        try robot.fill("Triesen", "Home & work")
        robot.back()
        robot.back()
        #expect(robot.sees("Exit without saving?"))
        try robot.tap("Cancel")
        try robot.tap("Add group")
        try robot.fill("Name", "Trips")
        try robot.tap("Save")
        try robot.tap("save_button")
        #expect(!robot.system.files.exists(favorites))
        #expect(text(OsmStore.favorites + "/favorites-Trips.gpx", robot).contains("<name>Home &amp; work</name>"))
    }

    @Test("coordinates are found, and a marker there is a row, active until it is passed")
    func marker() throws {
        let robot = try Robot(start: OsmAndApp.package)
        try search("47.2122151, 9.5062101", "47.21222, 9.50621", robot)
        try robot.tap("Marker")
        #expect(try markers(robot) == ["47.2122151|9.5062101|1"])
        try robot.tap("Mark passed")
        #expect(try markers(robot) == ["47.2122151|9.5062101|0"])
        robot.back()
        try robot.tap("Menu")
        try robot.tap("Map markers")
        #expect(robot.sees("You don't have any active markers"))
        try robot.tap("History")
        #expect(robot.sees("47.21222, 9.50621"))
    }

    @Test("a route through places is saved as a track")
    func track() throws {
        let robot = try Robot(start: OsmAndApp.package)
        try robot.tap("Menu")
        try robot.tap("Plan a route")
        try robot.tap("Create new route")
        try robot.tap("Save")
        #expect(robot.message == "Please add at least one point.")
        for name in ["Ruggell", "Malbun"] {
            try search(name, name, robot)
            try robot.tap("Add")
        }
        #expect(robot.text("points_list") == "Ruggell • Malbun")
        robot.back()
        #expect(robot.sees("Exit without saving?"))
        try robot.tap("Cancel")
        try robot.tap("Save")
        try robot.fill("Track name", "Way")
        try robot.tap("Save")
        let file = GPXFile(text(OsmStore.tracks + "/Way.gpx", robot))
        #expect(file.track == [GeoPoint(47.23976, 9.5262837), GeoPoint(47.1026191, 9.6083057)])
        #expect(file.waypoints.isEmpty && file.name == "Way")
    }

    @Test("a touch of the map adds the point under the finger, and a stroke moves the map")
    func touch() throws {
        let robot = try Robot(start: OsmAndApp.package)
        let map = try #require(robot.find("map_view_with_layers")).frame
        let offset = MapView.home.offset(GeoPoint(47.1663432, 9.5103085))
        func pixels(_ middle: Int, _ dp: Double) -> Int { middle + Int((dp * Screen.scale).rounded()) }
        robot.windows.tap(x: pixels(map.centerX, offset.x), y: pixels(map.centerY, offset.y))
        #expect(robot.text("context_menu_line1") == "Schaan")
        robot.back()
        robot.windows.swipe(x1: map.centerX, y1: map.centerY, x2: map.centerX - 200, y2: map.centerY)
        try robot.tap("Menu")
        try robot.tap("Plan a route")
        try robot.tap("Create new route")
        robot.windows.tap(x: pixels(map.centerX, offset.x) - 200, y: pixels(map.centerY, offset.y))
        #expect(robot.text("points_list") == "Schaan")
        try robot.tap("Undo")
        #expect(robot.text("measurement_points_text_view") == "0 points")
    }

    @Test("files that are no GPX, or no database, hold nothing and do no harm")
    func damaged() throws {
        let robot = try Robot()
        for path in [favorites, OsmStore.tracks + "/a.gpx", OsmStore.database] {
            try robot.system.files.makeParents(of: path)
            try robot.system.files.write("<wpt lat=\"x\"><name>\u{0}", to: path)
        }
        robot.open(OsmAndApp.package)
        try robot.tap("Menu")
        try robot.tap("My Places")
        #expect(robot.sees("You don't have favorite places yet"))
        try robot.tap("Tracks")
        #expect(robot.sees("a"))
    }

    @Test("words and degrees are read as a person means them")
    func reading() {
        #expect(OsmPlace.find("planken").map(\.name) == ["Planken"])
        #expect(OsmPlace.find("Schaan").map(\.name) == ["Schaan", "Schaanwald"])
        #expect(OsmPlace.find("Balzers, Austria").isEmpty && OsmPlace.find(" ").isEmpty)
        #expect(GeoPoint("47.1 9.5") == GeoPoint(47.1, 9.5))
        #expect(GeoPoint("47.1") == nil && GeoPoint("147.1, 9.5") == nil && GeoPoint("47, 9") == nil)
        let view = MapView.home
        let point = GeoPoint(47.2, 9.6)
        let offset = view.offset(point)
        #expect(view.point(x: offset.x, y: offset.y).distance(to: point) < 0.01)
    }
}
