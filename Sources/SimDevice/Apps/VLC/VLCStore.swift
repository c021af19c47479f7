// SPDX-License-Identifier: Apache-2.0

import GRDB
import Media

/// A film that VLC's media library knows.
struct VLCMedia: Hashable {
    var id: Int64
    var path: String
    /// Milliseconds.
    var duration: Int64
    var filename: String { DevicePath.name(path) }
}

/// A playlist with its films in order.
struct VLCPlaylist: Hashable {
    var id: Int64
    var name: String
    var media: [VLCMedia]
}

/// VLC's media library, `vlc_media.db`: the films that it found on the storage, and the playlists.
struct VLCStore {
    static let path = "/data/data/org.videolan.vlc/app_db/vlc_media.db"
    private static let scheme = "file://"
    private let database: DeviceDatabase
    private let files: DeviceFiles
    private let now: Int64

    init(_ context: AppContext) {
        database = context.system.database(Self.path, create: Self.create)
        files = context.system.files
        now = context.now / 1000
    }

    // MARK: Discovering

    /// Looks for films on the storage: new ones come in, those that are gone go. VLC asks no media scanner.
    func discover() throws {
        let found = DocumentStore(files: files).find(in: DocumentStore.storage) { $0.type.family == .video }
        let known = Dictionary(try media().map { ($0.path, $0) }) { first, _ in first }
        try database.write { db in
            for document in found {
                let duration = length(document)
                if let old = known[document.path] {
                    guard old.duration != duration else { continue }
                    let sql = "UPDATE Media SET duration = ? WHERE id_media = ?"
                    try db.execute(sql: sql, arguments: [duration, old.id])
                } else {
                    try insert(document, duration, db)
                }
            }
            let paths = Set(found.map(\.path))
            for media in known.values where !paths.contains(media.path) {
                for (table, column) in [
                    ("Media", "id_media"), ("File", "media_id"), ("PlaylistMediaRelation", "media_id"),
                ] {
                    try db.execute(sql: "DELETE FROM \(table) WHERE \(column) = ?", arguments: [media.id])
                }
            }
        }
    }

    private func length(_ document: Document) -> Int64 {
        guard document.size < 64 << 20, let bytes = try? files.read(document.path) else { return -1 }
        return MP4Facts(bytes)?.milliseconds ?? -1
    }

    private func insert(_ document: Document, _ duration: Int64, _ db: Database) throws {
        let name = document.name
        let title = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
        try db.execute(
            sql: """
                INSERT INTO Media (type, subtype, duration, play_count, insertion_date, title, filename, is_present)
                VALUES (1, 0, ?, 0, ?, ?, ?, 1)
                """,
            arguments: [duration, now, title, name]
        )
        let id = db.lastInsertedRowID
        let mrl = Self.scheme + document.path
        try db.execute(sql: "DELETE FROM File WHERE mrl = ?", arguments: [mrl])
        try db.execute(
            sql: "INSERT INTO File (media_id, mrl, type, last_modification_date, size) VALUES (?, ?, 1, ?, ?)",
            arguments: [id, mrl, document.modified, document.size]
        )
    }

    // MARK: Reading

    /// Every film, by title.
    func media() throws -> [VLCMedia] {
        try database.read { try Self.media("ORDER BY Media.filename COLLATE NOCASE, id_media", [], $0) }
    }

    private static func media(_ clause: String, _ arguments: StatementArguments, _ db: Database) throws -> [VLCMedia] {
        let sql = """
            SELECT id_media AS id, CAST(mrl AS TEXT) AS mrl, CAST(COALESCE(duration, -1) AS INTEGER) AS duration
            FROM Media JOIN File ON File.media_id = Media.id_media \(clause)
            """
        return try Row.fetchAll(db, sql: sql, arguments: arguments).map { row in
            VLCMedia(
                id: row["id"],
                path: String((row["mrl"] as String).dropFirst(scheme.count)),
                duration: row["duration"]
            )
        }
    }

    /// All playlists by name. A file that a tool put in the place of VLC's may lack the tables; then there are none.
    func playlists() -> [VLCPlaylist] {
        let found = try? database.read { db in
            let sql = """
                SELECT id_playlist AS id, CAST(COALESCE(name, '') AS TEXT) AS name FROM Playlist
                ORDER BY name COLLATE NOCASE, id
                """
            return try Row.fetchAll(db, sql: sql).map { row in
                let clause = """
                    JOIN PlaylistMediaRelation ON PlaylistMediaRelation.media_id = Media.id_media
                    WHERE PlaylistMediaRelation.playlist_id = ? ORDER BY position
                    """
                return VLCPlaylist(
                    id: row["id"],
                    name: row["name"],
                    media: try Self.media(clause, [row["id"] as Int64], db)
                )
            }
        }
        return found ?? []
    }

    // MARK: Changing

    /// Puts films at a playlist's end, which is made where there is none with this name.
    func add(_ paths: [String], to name: String) throws {
        try discover()
        let known = Dictionary(try media().map { ($0.path, $0.id) }) { first, _ in first }
        let old = playlists().first { $0.name.lowercased() == name.lowercased() }
        try database.write { db in
            var id = old?.id ?? 0
            if old == nil {
                let sql = "INSERT INTO Playlist (name, creation_date) VALUES (?, ?)"
                try db.execute(sql: sql, arguments: [name, now])
                id = db.lastInsertedRowID
            }
            var position = old?.media.count ?? 0
            for media in paths.compactMap({ known[$0] }) {
                try db.execute(
                    sql: "INSERT INTO PlaylistMediaRelation (media_id, playlist_id, position) VALUES (?, ?, ?)",
                    arguments: [media, id, position]
                )
                position += 1
            }
        }
    }

    func delete(_ id: Int64) throws {
        try database.write { db in
            try db.execute(sql: "DELETE FROM Playlist WHERE id_playlist = ?", arguments: [id])
            try db.execute(sql: "DELETE FROM PlaylistMediaRelation WHERE playlist_id = ?", arguments: [id])
        }
    }

    /// Takes the film at a place out of a playlist; those behind it move up.
    func remove(at index: Int, from playlist: VLCPlaylist) throws {
        guard playlist.media.indices.contains(index) else { return }
        var left = playlist.media
        left.remove(at: index)
        try database.write { db in
            try db.execute(sql: "DELETE FROM PlaylistMediaRelation WHERE playlist_id = ?", arguments: [playlist.id])
            for (position, media) in left.enumerated() {
                try db.execute(
                    sql: "INSERT INTO PlaylistMediaRelation (media_id, playlist_id, position) VALUES (?, ?, ?)",
                    arguments: [media.id, playlist.id, position]
                )
            }
        }
    }

    private static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE Media (id_media INTEGER PRIMARY KEY AUTOINCREMENT, type INTEGER, subtype INTEGER,
                    duration INTEGER DEFAULT -1, last_position REAL DEFAULT -1, play_count UNSIGNED INTEGER NOT NULL DEFAULT 0,
                    last_played_date UNSIGNED INTEGER, insertion_date UNSIGNED INTEGER, release_date UNSIGNED INTEGER,
                    title TEXT COLLATE NOCASE, filename TEXT COLLATE NOCASE, is_favorite BOOLEAN NOT NULL DEFAULT 0,
                    is_present BOOLEAN NOT NULL DEFAULT 1);
                CREATE TABLE File (id_file INTEGER PRIMARY KEY AUTOINCREMENT, media_id UNSIGNED INT, mrl TEXT,
                    type UNSIGNED INTEGER, last_modification_date UNSIGNED INT, size UNSIGNED INT);
                CREATE TABLE Playlist (id_playlist INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT COLLATE NOCASE,
                    creation_date UNSIGNED INT NOT NULL, artwork_mrl TEXT);
                CREATE TABLE PlaylistMediaRelation (media_id INTEGER, playlist_id INTEGER, position INTEGER);
                """
        )
    }
}
