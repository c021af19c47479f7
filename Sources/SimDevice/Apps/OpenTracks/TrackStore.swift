// SPDX-License-Identifier: Apache-2.0

import GRDB

/// OpenTracks' `database.db`: tracks, their points and the markers on them.
struct TrackStore {
    static let path = "/data/data/\(OpenTracksApp.package)/databases/database.db"
    private let database: DeviceDatabase

    init(_ context: AppContext) { database = context.system.database(Self.path, create: Self.create) }

    /// The tracks, newest first, or those whose name, description or category has the words. A file that a tool put in the
    /// place of the app's may lack the table; then there are none.
    func tracks(search: String = "") -> [Track] {
        let all = (try? fetch()) ?? []
        let words = search.lowercased()
        guard !words.isEmpty else { return all }
        return all.filter { track in
            [track.name, track.description, track.category].contains { $0.lowercased().contains(words) }
        }
    }

    /// One of them; nil where there is none with this id.
    func track(_ id: Int64) -> Track? { try? fetch("WHERE _id = ?", [id]).first }

    /// Stores what the user can change of a track.
    func update(_ id: Int64, name: String, description: String, category: String, type: String) throws {
        try database.write { db in
            try db.execute(
                sql: "UPDATE tracks SET name = ?, description = ?, category = ?, activity_type = ? WHERE _id = ?",
                arguments: [name, description, category, type, id]
            )
        }
    }

    /// Removes tracks with their points and markers.
    func delete(_ ids: Set<Int64>) throws {
        try database.write { db in
            for id in ids {
                for (table, column) in [("trackpoints", "trackid"), ("markers", "trackid"), ("tracks", "_id")]
                where try db.tableExists(table) {
                    try db.execute(sql: "DELETE FROM \(table) WHERE \(column) = ?", arguments: [id])
                }
            }
        }
    }

    private func fetch(_ clause: String = "", _ arguments: StatementArguments = []) throws -> [Track] {
        try database.read { db in
            // Columns may hold anything in a file that came from outside; the casts make numbers and texts of it.
            func cast(_ names: [String], _ type: String, _ none: String) -> [String] {
                names.map { "CAST(COALESCE(\($0), \(none)) AS \(type)) AS \($0)" }
            }
            let columns =
                cast(["name", "description", "category", "activity_type"], "TEXT", "''")
                + cast(["starttime", "starttime_offset", "totaltime", "movingtime"], "INTEGER", "0")
                + cast(
                    [
                        "totaldistance", "avgspeed", "avgmovingspeed", "maxspeed", "minelevation", "maxelevation",
                        "elevationgain", "elevationloss",
                    ],
                    "REAL",
                    "0"
                )
            let sql = """
                SELECT CAST(COALESCE(_id, 0) AS INTEGER) AS _id, \(columns.joined(separator: ", ")) FROM tracks \(clause)
                ORDER BY tracks.starttime DESC, tracks._id DESC
                """
            return try Row.fetchAll(db, sql: sql, arguments: arguments).map(Self.track)
        }
    }

    private static func track(_ row: Row) -> Track {
        // No stored number leads out of the calendar.
        func clamped(_ name: String, to most: Int64) -> Int64 { min(max(row[name] as Int64, -most), most) }
        return Track(
            id: row["_id"],
            name: row["name"],
            description: row["description"],
            category: row["category"],
            type: row["activity_type"],
            start: clamped("starttime", to: 7_258_118_400_000),
            offset: clamped("starttime_offset", to: 86400),
            distance: row["totaldistance"],
            totalTime: clamped("totaltime", to: 1_000_000_000_000),
            movingTime: clamped("movingtime", to: 1_000_000_000_000),
            averageSpeed: row["avgspeed"],
            averageMovingSpeed: row["avgmovingspeed"],
            maximumSpeed: row["maxspeed"],
            minimumElevation: row["minelevation"],
            maximumElevation: row["maxelevation"],
            elevationGain: row["elevationgain"],
            elevationLoss: row["elevationloss"]
        )
    }

    private static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE android_metadata (locale TEXT);
                INSERT INTO android_metadata VALUES ('en_US');
                CREATE TABLE tracks (_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, description TEXT, category TEXT,
                    activity_type TEXT, starttime INTEGER, stoptime INTEGER, numpoints INTEGER, totaldistance FLOAT,
                    totaltime INTEGER, movingtime INTEGER, avgspeed FLOAT, avgmovingspeed FLOAT, maxspeed FLOAT,
                    minelevation FLOAT, maxelevation FLOAT, elevationgain FLOAT, elevationloss FLOAT, icon TEXT,
                    uuid BLOB, starttime_offset INTEGER);
                CREATE TABLE trackpoints (_id INTEGER PRIMARY KEY AUTOINCREMENT, trackid INTEGER NOT NULL,
                    longitude INTEGER, latitude INTEGER, time INTEGER, elevation FLOAT, accuracy FLOAT, speed FLOAT,
                    bearing FLOAT, sensor_heartrate FLOAT, sensor_cadence FLOAT, sensor_power FLOAT,
                    elevation_gain FLOAT, elevation_loss FLOAT, type TEXT, sensor_distance FLOAT, accuracy_vert FLOAT,
                    FOREIGN KEY (trackid) REFERENCES tracks(_id) ON UPDATE CASCADE ON DELETE CASCADE);
                CREATE TABLE markers (_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, description TEXT, category TEXT,
                    icon TEXT, trackid INTEGER NOT NULL, length FLOAT, duration INTEGER, longitude INTEGER,
                    latitude INTEGER, time INTEGER, elevation FLOAT, accuracy FLOAT, bearing FLOAT, photoUrl TEXT,
                    FOREIGN KEY (trackid) REFERENCES tracks(_id) ON UPDATE CASCADE ON DELETE CASCADE);
                CREATE UNIQUE INDEX tracks_uuid_index ON tracks(uuid);
                CREATE INDEX trackpoints_trackid_index ON trackpoints(trackid);
                CREATE INDEX markers_trackid_index ON markers(trackid);
                PRAGMA user_version = 38;
                """
        )
    }
}
