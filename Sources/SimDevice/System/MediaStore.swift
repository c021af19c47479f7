// SPDX-License-Identifier: Apache-2.0

import GRDB
import Media

/// The songs and films of the shared storage as the media scanner found them, in the media provider's database.
///
/// A file is known once a scan has met it. What is known of a file that is gone goes with it, as Android's own file
/// system tells the provider.
struct MediaStore {
    static let path = "/data/data/com.android.providers.media.module/databases/external.db"

    /// What the table calls `media_type`.
    enum Kind: Int { case audio = 2, video = 3 }

    struct Item: Hashable {
        var id: Int64
        var path: String
        var title: String
        var artist: String
        var album: String
        var track: Int
        /// Milliseconds.
        var duration: Int64
        var size: Int64
        /// Seconds since 1970.
        var added: Int64
        var modified: Int64
    }

    let database: DeviceDatabase
    private let files: DeviceFiles
    private let now: Int64

    init(_ system: DeviceSystem) {
        database = system.database(Self.path, create: Self.create)
        files = system.files
        now = system.clock.now
    }

    // MARK: Scanning

    /// Looks at a file, or at all files under a folder, and forgets those that are gone.
    func scan(_ path: String) throws {
        let path = (try? files.resolve(path).device) ?? path
        let store = DocumentStore(files: files, showHidden: true)
        var found = store.find(in: path) { $0.type.family == .audio || $0.type.family == .video }
        if let file = store.document(path), !file.isFolder { found.append(file) }
        let items = found.compactMap { document in facts(document).map { (document, $0) } }
        try forgetMissing()
        try database.write { db in
            for (document, facts) in items { try keep(document, facts, db) }
        }
    }

    private struct Facts {
        var kind: Kind
        var duration: Int64
        var tags = SongTags()
    }

    private func facts(_ document: Document) -> Facts? {
        // A longer file is no song that anybody pushes; reading it would hold up the device.
        guard document.size < 64 << 20, let bytes = try? files.read(document.path) else { return nil }
        switch document.type.family {
        case .audio:
            guard let facts = MP3.facts(bytes) else { return nil }
            return Facts(kind: .audio, duration: facts.milliseconds, tags: facts.tags)
        case .video: return MP4Facts(bytes).map { Facts(kind: .video, duration: $0.milliseconds) }
        default: return nil
        }
    }

    private func keep(_ document: Document, _ facts: Facts, _ db: Database) throws {
        let dot = document.name.lastIndex(of: ".") ?? document.name.endIndex
        let folder = DevicePath.name(DevicePath.parent(document.path))
        func filled(_ text: String, _ other: String) -> String { text.isEmpty ? other : text }
        try db.execute(
            sql: """
                INSERT INTO files (_data, _display_name, _size, mime_type, media_type, title, artist, album, track,
                    duration, date_added, date_modified, is_music)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (_data) DO UPDATE SET _size = excluded._size, mime_type = excluded.mime_type,
                    media_type = excluded.media_type, title = excluded.title, artist = excluded.artist,
                    album = excluded.album, track = excluded.track, duration = excluded.duration,
                    date_modified = excluded.date_modified, is_music = excluded.is_music
                """,
            arguments: [
                document.path, document.name, document.size, document.type.mime, facts.kind.rawValue,
                filled(facts.tags.title, String(document.name[..<dot])), filled(facts.tags.artist, "<unknown>"),
                filled(facts.tags.album, folder), facts.tags.track, facts.duration, now / 1000, document.modified,
                facts.kind == .audio,
            ]
        )
    }

    /// Drops what is known of files that are gone.
    func forgetMissing() throws {
        let known = try database.read { try String.fetchAll($0, sql: "SELECT CAST(_data AS TEXT) FROM files") }
        let gone = known.filter { !files.exists($0) }
        guard !gone.isEmpty else { return }
        try database.write { db in
            for path in gone { try db.execute(sql: "DELETE FROM files WHERE _data = ?", arguments: [path]) }
        }
    }

    // MARK: Reading

    /// What is known of a kind, by title.
    func items(_ kind: Kind) -> [Item] {
        try? forgetMissing()
        // The file may come from outside: the casts make texts and numbers of whatever it holds.
        let sql = """
            SELECT _id, CAST(_data AS TEXT) AS path, CAST(COALESCE(title, '') AS TEXT) AS title,
                CAST(COALESCE(artist, '') AS TEXT) AS artist, CAST(COALESCE(album, '') AS TEXT) AS album,
                CAST(COALESCE(track, 0) AS INTEGER) AS track, CAST(COALESCE(duration, 0) AS INTEGER) AS duration,
                CAST(COALESCE(_size, 0) AS INTEGER) AS size, CAST(COALESCE(date_added, 0) AS INTEGER) AS added,
                CAST(COALESCE(date_modified, 0) AS INTEGER) AS modified
            FROM files WHERE media_type = ? ORDER BY title COLLATE NOCASE, _id
            """
        let rows = try? database.read { try Row.fetchAll($0, sql: sql, arguments: [kind.rawValue]) }
        return (rows ?? []).map { row in
            Item(
                id: row["_id"],
                path: row["path"],
                title: row["title"],
                artist: row["artist"],
                album: row["album"],
                track: row["track"],
                duration: row["duration"],
                size: row["size"],
                added: row["added"],
                modified: row["modified"]
            )
        }
    }

    private static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE android_metadata (locale TEXT);
                INSERT INTO android_metadata VALUES ('en_US');
                CREATE TABLE files (_id INTEGER PRIMARY KEY AUTOINCREMENT, _data TEXT UNIQUE COLLATE NOCASE,
                    _display_name TEXT, _size INTEGER, mime_type TEXT, media_type INTEGER, title TEXT, artist TEXT,
                    album TEXT, track INTEGER, duration INTEGER, date_added INTEGER, date_modified INTEGER,
                    is_music INTEGER);
                """
        )
    }
}
