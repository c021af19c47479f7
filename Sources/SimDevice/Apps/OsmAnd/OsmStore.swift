// SPDX-License-Identifier: Apache-2.0

import GRDB
import Media

/// A row of the app's table of markers.
struct OsmMarker: Hashable {
    var id: String
    var name: String
    var point: GeoPoint
    /// Whether it is still to be visited; the others make the history.
    var isActive: Bool
}

/// A favourite place with its group; the group without a name is the app's own.
struct OsmFavorite: Hashable {
    var name: String
    var group: String
    var point: GeoPoint
    var time: Int64 = 0
}

/// A track in the app's folder.
struct OsmTrack: Hashable {
    var name: String
    var path: String
    var points: [GeoPoint]
}

/// What OsmAnd keeps: markers in a database, favourites and tracks in files of GPX.
struct OsmStore {
    static let database = "/data/data/net.osmand/databases/map_markers_db"
    static let folder = "/storage/emulated/0/Android/data/net.osmand/files"
    static let favorites = folder + "/favorites"
    static let tracks = folder + "/tracks"
    private let markersDatabase: DeviceDatabase
    private let files: DeviceFiles
    private let now: Int64

    init(_ context: AppContext) {
        markersDatabase = context.system.database(Self.database, create: Self.create)
        files = context.system.files
        now = context.now
    }

    // MARK: Markers

    /// All markers, the newest first. A file that a tool put in the place of the app's may lack the table; then there are none.
    func markers() -> [OsmMarker] {
        let found = try? markersDatabase.read { db in
            let sql = """
                SELECT CAST(marker_id AS TEXT) AS id, CAST(COALESCE(marker_description, '') AS TEXT) AS words,
                    CAST(COALESCE(marker_lat, 0) AS REAL) AS lat, CAST(COALESCE(marker_lon, 0) AS REAL) AS lon,
                    CAST(COALESCE(marker_active, 1) AS INTEGER) AS active
                FROM map_markers WHERE marker_id IS NOT NULL ORDER BY marker_added DESC, rowid DESC
                """
            return try Row.fetchAll(db, sql: sql).map { row in
                let words: String = row["words"]
                return OsmMarker(
                    id: row["id"],
                    name: words.split(separator: "#").last.map { String($0) } ?? "",
                    point: GeoPoint(row["lat"], row["lon"]),
                    isActive: (row["active"] as Int64) != 0
                )
            }
        }
        return found ?? []
    }

    func addMarker(_ name: String, _ point: GeoPoint) throws {
        let count = markers().count
        try markersDatabase.write { db in
            try db.execute(
                sql: """
                    INSERT INTO map_markers (marker_id, marker_lat, marker_lon, marker_description, marker_active,
                        marker_added, marker_visited, group_name, group_key, marker_color, marker_next_key,
                        marker_disabled, marker_selected, marker_map_object_name, title)
                    VALUES (?, ?, ?, ?, 1, ?, 0, NULL, NULL, ?, 'next', 0, 0, NULL, NULL)
                    """,
                arguments: [
                    "\(now)\(100 + count % 900)", point.latitude, point.longitude, "location#\(name)", now, count % 7,
                ]
            )
        }
    }

    /// Puts a marker into the history, or takes it out again.
    func setMarker(_ id: String, active: Bool) throws {
        try markersDatabase.write { db in
            try db.execute(
                sql: "UPDATE map_markers SET marker_active = ?, marker_visited = ? WHERE marker_id = ?",
                arguments: [active ? 1 : 0, active ? 0 : now, id]
            )
        }
    }

    func deleteMarker(_ id: String) throws {
        try markersDatabase.write {
            try $0.execute(sql: "DELETE FROM map_markers WHERE marker_id = ?", arguments: [id])
        }
    }

    private static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE android_metadata (locale TEXT);
                INSERT INTO android_metadata VALUES ('en_US');
                CREATE TABLE map_markers (marker_id TEXT, marker_lat double, marker_lon double, marker_description TEXT,
                    marker_active int, marker_added long, marker_visited long, group_name TEXT, group_key TEXT,
                    marker_color int, marker_next_key TEXT, marker_disabled int, marker_selected int,
                    marker_map_object_name TEXT, title TEXT);
                CREATE TABLE map_markers_groups (group_id TEXT, group_name TEXT, group_type TEXT, group_disabled int,
                    group_categories TEXT);
                PRAGMA user_version = 12;
                """
        )
    }

    // MARK: Favourites

    /// The file of a group: `favorites.gpx` for the app's own, `favorites-NAME.gpx` for the others.
    static func file(of group: String) -> String {
        let name = group.map { $0 == "/" ? "_" : $0 }
        return "\(favorites)/favorites\(group.isEmpty ? "" : "-" + String(name)).gpx"
    }

    /// The groups that have a file, the app's own first.
    func groups() -> [String] {
        let names = ((try? files.list(Self.favorites)) ?? []).compactMap { name -> String? in
            guard name.hasPrefix("favorites-"), name.hasSuffix(".gpx") else { return nil }
            return String(name.dropFirst("favorites-".count).dropLast(".gpx".count))
        }
        return [""] + names.filter { !$0.isEmpty }
    }

    func allFavorites() -> [OsmFavorite] {
        groups().flatMap { group in
            read(Self.file(of: group)).waypoints.map {
                OsmFavorite(name: $0.name, group: group, point: $0.point, time: $0.time)
            }
        }
    }

    /// Stores a favourite, in the place of another where one is given.
    func save(_ favorite: OsmFavorite, replacing old: OsmFavorite? = nil) throws {
        if let old { try delete(old) }
        var file = read(Self.file(of: favorite.group))
        file.name = favorite.group.isEmpty ? "favorites" : favorite.group
        file.waypoints.append(.init(name: favorite.name, point: favorite.point, time: now))
        try write(file, to: Self.file(of: favorite.group))
    }

    func delete(_ favorite: OsmFavorite) throws {
        let path = Self.file(of: favorite.group)
        var file = read(path)
        guard let index = file.waypoints.firstIndex(where: { $0.name == favorite.name && $0.point == favorite.point })
        else { return }
        file.waypoints.remove(at: index)
        try write(file, to: path)
    }

    // MARK: Tracks

    func allTracks() -> [OsmTrack] {
        ((try? files.list(Self.tracks)) ?? []).filter { $0.hasSuffix(".gpx") }.map { file in
            let path = "\(Self.tracks)/\(file)"
            return OsmTrack(name: String(file.dropLast(4)), path: path, points: read(path).track)
        }
    }

    /// Writes a track under a name, or under one with a number where the name is taken by another track.
    func saveTrack(_ name: String, _ points: [GeoPoint], over path: String? = nil) throws {
        let clean = String(name.map { "/\\:*?\"<>|".contains($0) ? "_" : $0 })
        var target = "\(Self.tracks)/\(clean).gpx"
        var number = 2
        while target != path, files.exists(target) {
            target = "\(Self.tracks)/\(clean) (\(number)).gpx"
            number += 1
        }
        var file = GPXFile()
        (file.name, file.track) = (clean, points)
        try write(file, to: target)
        if let path, path != target { try files.remove(path) }
    }

    func deleteTrack(_ path: String) throws { try files.remove(path) }

    /// What a file holds; a missing one, or one that is no GPX, holds nothing.
    private func read(_ path: String) -> GPXFile {
        guard let stat = try? files.stat(path), stat.size < 4 << 20, let text = try? files.readText(path) else {
            return GPXFile()
        }
        return GPXFile(text)
    }

    private func write(_ file: GPXFile, to path: String) throws {
        try files.makeParents(of: path)
        try files.write(file.text(time: now), to: path)
    }
}
