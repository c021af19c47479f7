// SPDX-License-Identifier: Apache-2.0

import GRDB

/// A song as Retro Music keeps it in its own databases: what the media store said when it was put there.
struct RetroSong: Hashable {
    /// The media store's number.
    var id: Int64
    var title: String
    var artist: String
    var album: String
    var track: Int
    /// Milliseconds.
    var duration: Int64
    var path: String
    var modified: Int64

    init(_ item: MediaStore.Item) {
        (id, title, artist, album) = (item.id, item.title, item.artist, item.album)
        (track, duration, path, modified) = (item.track, item.duration, item.path, item.modified)
    }

    /// Reads a row that has the columns of `RetroStore.songColumns` or `RetroQueue.columns`, cast and renamed.
    init(_ row: Row) {
        (id, title, artist, album) = (row["id"], row["title"], row["artist"], row["album"])
        (track, duration, path, modified) = (row["track"], row["duration"], row["path"], row["modified"])
    }

    /// `3:07`, `1:02:45`
    static func length(_ milliseconds: Int64) -> String {
        let seconds = Int(clamping: max(0, milliseconds) / 1000)
        let rest = "\(LocalTime.two(seconds % 60))"
        if seconds < 3600 { return "\(LocalTime.two(seconds / 60)):\(rest)" }
        return "\(LocalTime.two(seconds / 3600)):\(LocalTime.two(seconds / 60 % 60)):\(rest)"
    }

    /// `1 Song`, `3 Songs`
    static func count(_ count: Int) -> String { "\(count) \(count == 1 ? "Song" : "Songs")" }
}

/// A playlist with its songs in order.
struct RetroPlaylist: Hashable {
    var id: Int64
    var name: String
    var songs: [RetroSong]

    /// `2 Songs • 07:31`
    var summary: String {
        RetroSong.count(songs.count) + " • " + RetroSong.length(songs.reduce(0) { $0 + $1.duration })
    }

    /// The playlist as an extended M3U file.
    var m3u: String {
        let lines = songs.flatMap { ["#EXTINF:\($0.duration / 1000),\($0.artist) - \($0.title)", $0.path] }
        return (["#EXTM3U"] + lines).joined(separator: "\n") + "\n"
    }
}

/// Retro Music's `playlist.db`, in the tables that the Room library makes of its entities.
struct RetroStore {
    static let path = "/data/data/code.name.monkey.retromusic/databases/playlist.db"
    private let database: DeviceDatabase

    init(_ context: AppContext) { database = context.system.database(Self.path, create: Self.create) }

    /// All playlists by name. A file that a tool put in the place of the app's may lack the tables; then there are none.
    func playlists() -> [RetroPlaylist] {
        let found = try? database.read { db in
            let sql = """
                SELECT playlist_id AS id, CAST(COALESCE(playlist_name, '') AS TEXT) AS name FROM PlaylistEntity
                ORDER BY name COLLATE NOCASE, id
                """
            return try Row.fetchAll(db, sql: sql).map { row in
                RetroPlaylist(id: row["id"], name: row["name"], songs: try Self.songs(of: row["id"], db))
            }
        }
        return found ?? []
    }

    func playlist(_ id: Int64) -> RetroPlaylist? { playlists().first { $0.id == id } }

    private static func songs(of id: Int64, _ db: Database) throws -> [RetroSong] {
        let sql = """
            SELECT CAST(COALESCE(id, 0) AS INTEGER) AS id, CAST(COALESCE(title, '') AS TEXT) AS title,
                CAST(COALESCE(artist_name, '') AS TEXT) AS artist, CAST(COALESCE(album_name, '') AS TEXT) AS album,
                CAST(COALESCE(track_number, 0) AS INTEGER) AS track, CAST(COALESCE(duration, 0) AS INTEGER) AS duration,
                CAST(COALESCE(data, '') AS TEXT) AS path, CAST(COALESCE(date_modified, 0) AS INTEGER) AS modified
            FROM SongEntity WHERE playlist_creator_id = ? ORDER BY song_key
            """
        return try Row.fetchAll(db, sql: sql, arguments: [id]).map { RetroSong($0) }
    }

    // MARK: Changing

    /// Makes a playlist and gives its number.
    func make(_ name: String) throws -> Int64 {
        try database.write { db in
            try db.execute(sql: "INSERT INTO PlaylistEntity (playlist_name) VALUES (?)", arguments: [name])
            return db.lastInsertedRowID
        }
    }

    func rename(_ id: Int64, to name: String) throws {
        try database.write { db in
            try db.execute(
                sql: "UPDATE PlaylistEntity SET playlist_name = ? WHERE playlist_id = ?",
                arguments: [name, id]
            )
        }
    }

    func delete(_ id: Int64) throws {
        try database.write { db in
            try db.execute(sql: "DELETE FROM PlaylistEntity WHERE playlist_id = ?", arguments: [id])
            try db.execute(sql: "DELETE FROM SongEntity WHERE playlist_creator_id = ?", arguments: [id])
        }
    }

    /// Puts songs at a playlist's end. One that is there moves to the end, as a playlist holds a song once.
    func add(_ songs: [RetroSong], to id: Int64) throws {
        try database.write { db in
            for song in songs {
                try db.execute(
                    sql: """
                        INSERT OR REPLACE INTO SongEntity (playlist_creator_id, id, title, track_number, year, duration,
                            data, date_modified, album_id, album_name, artist_id, artist_name, composer, album_artist)
                        VALUES (?, ?, ?, ?, 0, ?, ?, ?, 0, ?, 0, ?, NULL, NULL)
                        """,
                    arguments: [
                        id, song.id, song.title, song.track, song.duration, song.path, song.modified, song.album,
                        song.artist,
                    ]
                )
            }
        }
    }

    func remove(song: Int64, from id: Int64) throws {
        try database.write { db in
            try db.execute(
                sql: "DELETE FROM SongEntity WHERE playlist_creator_id = ? AND id = ?",
                arguments: [id, song]
            )
        }
    }

    private static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE android_metadata (locale TEXT);
                INSERT INTO android_metadata VALUES ('en_US');
                CREATE TABLE PlaylistEntity (playlist_id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
                    playlist_name TEXT NOT NULL);
                CREATE TABLE SongEntity (song_key INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
                    playlist_creator_id INTEGER NOT NULL, id INTEGER NOT NULL, title TEXT NOT NULL,
                    track_number INTEGER NOT NULL, year INTEGER NOT NULL, duration INTEGER NOT NULL, data TEXT NOT NULL,
                    date_modified INTEGER NOT NULL, album_id INTEGER NOT NULL, album_name TEXT NOT NULL,
                    artist_id INTEGER NOT NULL, artist_name TEXT NOT NULL, composer TEXT, album_artist TEXT);
                CREATE UNIQUE INDEX index_SongEntity_playlist_creator_id_id ON SongEntity (playlist_creator_id, id);
                CREATE TABLE room_master_table (id INTEGER PRIMARY KEY, identity_hash TEXT);
                PRAGMA user_version = 24;
                """
        )
    }
}
