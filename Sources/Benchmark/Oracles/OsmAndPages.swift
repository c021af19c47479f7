// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Foundation
import Screen

/// The pages of OsmAnd.
struct OsmAndPages {
    static let package = "net.osmand"
    static let app = "OsmAnd"
    let page: OraclePage

    var isInFront: Bool { page.package == Self.package }
    var isEditor: Bool { page.element(id: "name_edit") != nil && page.element(id: "coordinates") != nil }
    /// Whether the planning of a route is in front, with its points.
    var isPlan: Bool { page.element(id: "add_point_button") != nil }

    /// The way into the app; the sheet on which a place is shared stands over it until it is left.
    func enter() -> OracleMove { page.package == "android" ? page.leave() : page.open(Self.app) }

    /// Whether the context menu is about this place.
    func isAbout(_ place: MapPlace) -> Bool { page.element(id: "context_menu_line3")?.text == place.text }

    /// The way through the page of the search to a place; nil on other pages.
    func find(_ place: MapPlace) -> OracleMove? {
        guard let field = page.element(id: "searchEditText") else { return nil }
        // A place is found by its name or by its coordinates; either is its title then.
        let rows = page.elements(id: "title").filter { $0.text == place.name || $0.text == place.text }
        if !rows.isEmpty {
            return OracleMove(rows.flatMap { page.taps(on: $0) }, note: "show \(place.name)")
        }
        if !field.text.isEmpty, field.text != "Type to search all" {
            return OracleMove(page.clears(field), note: "empty the field")
        }
        // Accents cannot be typed with every keyboard, and the search does without.
        let words = place.name.folding(options: .diacriticInsensitive, locale: nil)
        return OracleMove(page.types(into: field), text: words, note: "search for \(place.name)")
            .or(place.spellings)
    }

    /// The way from the map to the context menu of a place; nil when it is open.
    func open(_ place: MapPlace) -> OracleMove? {
        if let way = find(place) { return way }
        if isAbout(place) { return nil }
        let search = page.taps(id: "map_search_button")
        if !search.isEmpty, !isPlan, page.element(id: "menuItems") == nil {
            return OracleMove(search, note: "search")
        }
        return leave()
    }

    /// Away from a page that is none of the way, also past the question whether to lose what was typed.
    func leave() -> OracleMove {
        if page.shows("Exit without saving?") { return OracleMove(page.taps("Exit"), note: "lose it") }
        return page.leave()
    }

    /// The names of a route's points, as the page shows them.
    static func names(_ text: String) -> [String] {
        text.components(separatedBy: " • ").map(\.trimmingSpaces).filter { !$0.isEmpty }
    }
}

/// Adds a place to OsmAnd's favourites: `place`, a line `NAME|LATITUDE|LONGITUDE`.
struct OsmFavoriteOracle: TaskOracle {
    private let wanted: OsmFavoriteThere

    init(_ arguments: ProgramArguments) throws { wanted = try OsmFavoriteThere(arguments) }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if wanted.holds(try await OsmFiles(device: device).favorites()) { return page.done() }
        let osm = OsmAndPages(page: page)
        guard osm.isInFront else { return osm.enter() }
        if osm.isEditor {
            guard page.element(id: "coordinates")?.text == wanted.place.text else { return osm.leave() }
            let groups = page.elements(id: "group_name")
            if let own = groups.first(where: { $0.text == "Favorites" }), !own.isChecked {
                return OracleMove(page.taps(on: own), note: "into the app's own group")
            }
            if let field = page.element(id: "name_edit"), field.text.trimmingSpaces.isEmpty || field.text == "Name" {
                return OracleMove(page.types(into: field), text: "Place", note: "name it").or(wanted.place.spellings)
            }
            return OracleMove(page.taps(id: "save_button"), note: "save")
        }
        return osm.open(wanted.place) ?? OracleMove(page.taps(id: "context_menu_fav_view"), note: "to the favorite")
    }
}

/// Puts a marker at a place on OsmAnd's map: `place`, a line `NAME|LATITUDE|LONGITUDE`.
struct OsmMarkerOracle: TaskOracle {
    private let place: MapPlace

    init(_ arguments: ProgramArguments) throws { place = try MapPlace(arguments.need("place"), arguments) }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let rows = try await DeviceState(device).rows(
            "/data/data/net.osmand/databases/map_markers_db",
            "SELECT marker_lat, marker_lon FROM map_markers"
        )
        let markers = rows.compactMap { row -> MapPlace? in
            let parts = row.split(separator: "|").compactMap { Double($0) }
            return parts.count == 2 ? MapPlace(name: "", latitude: parts[0], longitude: parts[1]) : nil
        }
        if markers.contains(where: { $0.isNear(place) }) { return page.done() }
        let osm = OsmAndPages(page: page)
        guard osm.isInFront else { return osm.enter() }
        return osm.open(place) ?? OracleMove(page.taps(id: "context_menu_route_view"), note: "set the marker")
    }
}

/// Plans a route through places and saves it as a track: `stops` and `places` as `OsmTrackThere` has them.
struct OsmTrackOracle: TaskOracle {
    private let wanted: OsmTrackThere

    init(_ arguments: ProgramArguments) throws { wanted = try OsmTrackThere(arguments) }

    /// The first stop that the points have not come to, or nil.
    private func next(after points: [String]) -> MapPlace? {
        var left = wanted.stops[...]
        for point in points { if point == left.first?.name { left.removeFirst() } }
        return left.first
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if wanted.holds(try await OsmFiles(device: device).tracks()) { return page.done() }
        let osm = OsmAndPages(page: page)
        guard osm.isInFront else { return osm.enter() }
        if page.element(id: "searchEditText") != nil {
            guard let line = page.element(id: "plan_points")?.text else { return osm.leave() }
            let points = OsmAndPages.names(String(line.drop { $0 != ":" }.dropFirst()))
            return next(after: points).flatMap { osm.find($0) } ?? osm.leave()
        }
        if osm.isPlan {
            let points = OsmAndPages.names(page.element(id: "points_list")?.text ?? "")
            guard let next = next(after: points) else {
                return OracleMove(page.taps(id: "save_button"), note: "save the track")
            }
            if page.element(id: "center_coordinates")?.text == next.text {
                return OracleMove(page.taps(id: "add_point_button"), note: "add \(next.name)")
            }
            return OracleMove(page.taps(id: "search_button"), note: "look for \(next.name)")
        }
        if page.shows("Save as new track"), let field = page.element(id: "name_text") {
            if field.text.trimmingSpaces.isEmpty || field.text == "Track name" {
                return OracleMove(page.types(into: field), text: "Track", note: "name it")
            }
            return OracleMove(page.taps("Save") + page.taps("SAVE"), note: "save it")
        }
        if page.shows("Create new route") { return OracleMove(page.taps("Create new route"), note: "a new route") }
        if page.element(id: "menuItems") != nil { return OracleMove(page.taps("Plan a route"), note: "plan a route") }
        let menu = page.taps(id: "map_menu_button")
        return menu.isEmpty ? osm.leave() : OracleMove(menu, note: "to the menu")
    }
}
