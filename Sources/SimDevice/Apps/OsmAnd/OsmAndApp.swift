// SPDX-License-Identifier: Apache-2.0

import Media

/// OsmAnd: a map with search, favourites, markers, and tracks that are planned on it.
///
/// The app has one activity, whose fragments lie over its map. The offline map is plain: settlements at their true
/// places and a grid of degrees; what is drawn of the user's own is read from the app's files at each page.
struct OsmAndApp: App {
    static let package = "net.osmand"
    static let mainActivity = "net.osmand.plus.activities.MapActivity"
    static let icon = AppIcon(glyph: .location, disc: 0xff8800)
    static let manifest = AppManifest(
        package: package,
        label: "OsmAnd",
        versionName: "4.6.13",
        versionCode: 4613,
        mainActivity: mainActivity
    )

    /// What stands in the place of the map's own controls.
    enum Page: Hashable {
        case map
        case search
        case editor
        case markers
        case places
        /// The planning of a route.
        case plan
    }

    /// What stands over the page.
    enum Asking: Hashable {
        case actions
        case planStart
        case saveTrack
        case leavePlan
        case leaveEditor
        case newGroup
        case favorite(OsmFavorite)
        case marker(OsmMarker)
        case track(OsmTrack)
    }

    /// What the map's context menu is about.
    struct Selection: Hashable {
        var name: String
        /// Below the name: the country, or what kind of thing it is.
        var kind: String
        var point: GeoPoint
    }

    /// The route that is being planned.
    struct Plan: Hashable {
        var points: [GeoPoint] = []
        /// The track that it was opened from.
        var source: OsmTrack?
        var name = ""
        var isChanged = false
    }

    /// A favourite that is being made or changed.
    struct Draft: Hashable {
        var name: String
        var group: String
        var point: GeoPoint
        /// What it was before; nil for a new one.
        var old: OsmFavorite?
        var isChanged = false
    }

    var page = Page.map
    var asking: Asking?
    var map = MapView.home
    var drawerOpen = false
    var selection: Selection?
    /// The track that the map shows.
    var shown: OsmTrack?
    var query = ""
    var plan: Plan?
    var draft: Draft?
    var newGroup = ""
    /// Tabs of the lists.
    var tab = 0

    init?(intent: Intent, context: AppContext) {
        // The app opens its database when it starts, and so makes it where it is missing.
        _ = OsmStore(context).markers()
        let preferences = SharedPreferences(context.system.files, package: Self.package)
        if let latitude = preferences.string("last_known_map_lat").flatMap(Double.init),
            let longitude = preferences.string("last_known_map_lon").flatMap(Double.init),
            let zoom = preferences.int("last_known_map_zoom"), abs(latitude) <= 85, abs(longitude) <= 180
        {
            map = MapView(center: GeoPoint(latitude, longitude), zoom: MapView.home.zoom)
            map.zoom(by: Int(clamping: min(max(zoom, 0), 30)) - map.zoom)
        }
    }

    static func id(_ name: String) -> String { "\(package):id/\(name)" }

    func body(_ ui: UI<Self>) -> any Component {
        switch page {
        case .map, .plan: mapPage(ui)
        case .search: searchPage(ui)
        case .editor: editorPage(ui)
        case .markers: markersPage(ui)
        case .places: placesPage(ui)
        }
    }

    mutating func paused(_ context: AppContext) {
        var preferences = SharedPreferences(context.system.files, package: Self.package)
        preferences["last_known_map_lat"] = .string("\(map.center.latitude)")
        preferences["last_known_map_lon"] = .string("\(map.center.longitude)")
        preferences["last_known_map_zoom"] = .int(map.zoom)
        try? preferences.save()
    }

    mutating func back(_ context: AppContext) -> Bool {
        switch page {
        case .map:
            if drawerOpen {
                drawerOpen = false
            } else if selection != nil || shown != nil {
                (selection, shown) = (nil, nil)
            } else {
                return false
            }
        case .search: page = plan == nil ? .map : .plan
        case .editor: leaveEditor()
        case .markers, .places: page = .map
        case .plan: leavePlan()
        }
        return true
    }

    mutating func leaveEditor() {
        if draft?.isChanged == true { asking = .leaveEditor } else { (page, draft) = (.map, nil) }
    }

    mutating func leavePlan() {
        if plan?.isChanged == true, plan?.points.isEmpty == false {
            asking = .leavePlan
        } else {
            (page, plan) = (.map, nil)
        }
    }

    // MARK: Going about

    mutating func openSearch(_ context: AppContext) { (page, query, drawerOpen) = (.search, "", false) }

    /// Shows a place in the middle of the map, with its context menu unless a route is being planned.
    mutating func show(_ selection: Selection) {
        map.center = selection.point
        map.zoom = max(map.zoom, 14)
        (drawerOpen, shown) = (false, nil)
        if plan != nil {
            page = .plan
        } else {
            (page, self.selection) = (.map, selection)
        }
    }

    mutating func startPlan(_ points: [GeoPoint] = [], from track: OsmTrack? = nil, _ context: AppContext) {
        let day = context.localNow.day
        let date = "\(day.year)-\(LocalTime.two(day.month))-\(LocalTime.two(day.day))"
        plan = Plan(
            points: points,
            source: track,
            name: track?.name ?? date,
            isChanged: track == nil && !points.isEmpty
        )
        if let first = points.first { map.center = first }
        (page, asking, selection, shown) = (.plan, nil, nil, nil)
    }

    mutating func addPoint(_ point: GeoPoint) {
        plan?.points.append(point)
        plan?.isChanged = true
    }

    mutating func saveTrack(_ context: AppContext) {
        guard let plan else { return }
        let name = plan.name.trimming
        guard !name.isEmpty else { return context.toast("Please fill in the name") }
        (asking, page, self.plan) = (nil, .map, nil)
        guard (try? OsmStore(context).saveTrack(name, plan.points, over: plan.source?.path)) != nil else {
            return context.toast("The track could not be saved")
        }
        context.toast("Track is saved: \(name)")
        shown = OsmTrack(name: name, path: "", points: plan.points)
    }

    /// A touch of the map: a point of the route, a place near the finger, or nothing. A long one is about the point itself.
    mutating func touch(_ place: View.Place, long: Bool, _ context: AppContext) {
        let point = map.point(place)
        if plan != nil { return addPoint(point) }
        let named = nearby(context).filter { $0.point.distance(to: point) < 22 * map.metresPerDp }
        if let nearest = named.min(by: { $0.point.distance(to: point) < $1.point.distance(to: point) }), !long {
            selection = nearest
        } else {
            selection = long ? Selection(name: point.text, kind: "Location", point: point) : nil
        }
    }

    /// Everything on the map that has a name.
    private func nearby(_ context: AppContext) -> [Selection] {
        let store = OsmStore(context)
        return store.allFavorites().map { Selection(name: $0.name, kind: "Favorite", point: $0.point) }
            + store.markers().filter(\.isActive).map { Selection(name: $0.name, kind: "Map marker", point: $0.point) }
            + OsmPlace.all.map { Selection(name: $0.name, kind: OsmPlace.country, point: $0.point) }
    }

    mutating func drag(_ from: View.Place, _ to: View.Place) {
        map.center = map.point(x: from.x - to.x, y: from.y - to.y)
    }

    mutating func locate(_ context: AppContext) {
        guard let fix = context.system.hardware.location else {
            return context.toast("Your position is not known yet.")
        }
        map.center = GeoPoint(fix.latitude, fix.longitude)
    }
}

extension String {
    /// Without blanks at both ends.
    var trimming: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
