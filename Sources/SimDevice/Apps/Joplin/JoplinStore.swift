// SPDX-License-Identifier: Apache-2.0

import GRDB

/// A note or to-do of Joplin.
struct JoplinNote: Hashable {
    /// 32 hexadecimal digits; empty for one that is not stored yet.
    var id = ""
    /// The notebook that it is in.
    var folder = ""
    var title = ""
    var body = ""
    var isTodo = false
    /// Milliseconds since 1970; 0 while it is open.
    var completed: Int64 = 0
    var updated: Int64 = 0
}

/// A notebook of Joplin.
struct JoplinFolder: Hashable {
    var id: String
    var title: String
    /// The notebook that it is in; empty at the top.
    var parent: String
}

/// Joplin's `joplin.sqlite`. `notes_normalized` has the texts of all notes in lower case, for the search.
struct JoplinStore {
    static let path = "/data/data/\(JoplinApp.package)/databases/joplin.sqlite"
    private let database: DeviceDatabase
    private let now: Int64

    init(_ context: AppContext) {
        database = context.system.database(Self.path, create: Self.create)
        now = context.now
    }

    // MARK: Reading

    /// The notebooks by name. A file that a tool put in the place of the app's may lack the table; then there are none.
    func folders() -> [JoplinFolder] {
        let found = try? database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT CAST(id AS TEXT) AS id, CAST(COALESCE(title, '') AS TEXT) AS title,
                        CAST(COALESCE(parent_id, '') AS TEXT) AS parent_id
                    FROM folders WHERE id IS NOT NULL
                    """
            )
            .map { JoplinFolder(id: $0["id"], title: $0["title"], parent: $0["parent_id"]) }
        }
        return (found ?? []).sorted { ($0.title.lowercased(), $0.id) < ($1.title.lowercased(), $1.id) }
    }

    /// The notes of a notebook, or all of them; what was changed last stands first.
    func notes(in folder: String? = nil) -> [JoplinNote] {
        let all =
            try? folder.map { try fetch("WHERE parent_id = ?", [$0]) } ?? fetch("")
        return (all ?? []).sorted { ($1.updated, $0.title, $0.id) < ($0.updated, $1.title, $1.id) }
    }

    func get(_ id: String) -> JoplinNote? { (try? fetch("WHERE id = ?", [id]))?.first }

    /// The notes whose title or text has all the words.
    func search(_ query: String) -> [JoplinNote] {
        let words = query.lowercased().split(whereSeparator: \.isWhitespace)
        guard !words.isEmpty else { return [] }
        return notes().filter { note in
            let text = "\(note.title)\n\(note.body)".lowercased()
            return words.allSatisfy { text.contains($0) }
        }
    }

    private func fetch(_ clause: String, _ arguments: StatementArguments = []) throws -> [JoplinNote] {
        try database.read { db in
            // Columns may hold anything in a file that came from outside; the casts make numbers and texts of it.
            let texts = ["id", "parent_id", "title", "body"].map { "CAST(COALESCE(\($0), '') AS TEXT) AS \($0)" }
            let numbers = ["is_todo", "todo_completed", "updated_time"].map {
                "CAST(COALESCE(\($0), 0) AS INTEGER) AS \($0)"
            }
            let columns = (texts + numbers).joined(separator: ", ")
            return try Row.fetchAll(db, sql: "SELECT \(columns) FROM notes \(clause)", arguments: arguments)
                .map { row in
                    JoplinNote(
                        id: row["id"],
                        folder: row["parent_id"],
                        title: row["title"],
                        body: row["body"],
                        isTodo: row["is_todo"] as Int64 != 0,
                        completed: row["todo_completed"],
                        updated: row["updated_time"]
                    )
                }
        }
    }

    // MARK: Writing

    /// Stores a new note, or what was changed of a stored one, and gives back its id.
    func save(_ note: JoplinNote) throws -> String {
        try database.write { db in
            var id = note.id
            if id.isEmpty {
                id = try String.fetchOne(db, sql: "SELECT lower(hex(randomblob(16)))") ?? ""
                try db.execute(
                    sql: """
                        INSERT INTO notes (id, parent_id, title, body, created_time, updated_time, is_todo,
                            todo_completed, user_created_time, user_updated_time, source, source_application)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'joplin', 'net.cozic.joplin-mobile')
                        """,
                    arguments: [
                        id, note.folder, note.title, note.body, now, now, note.isTodo ? 1 : 0, note.completed, now, now,
                    ]
                )
            } else {
                try db.execute(
                    sql: """
                        UPDATE notes SET parent_id = ?, title = ?, body = ?, is_todo = ?, todo_completed = ?,
                            updated_time = ?, user_updated_time = ? WHERE id = ?
                        """,
                    arguments: [
                        note.folder, note.title, note.body, note.isTodo ? 1 : 0, note.completed, now, now, id,
                    ]
                )
            }
            try db.execute(sql: "DELETE FROM notes_normalized WHERE id = ?", arguments: [id])
            try db.execute(
                sql: """
                    INSERT INTO notes_normalized (id, parent_id, title, body, is_todo, todo_completed,
                        user_created_time, user_updated_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    id, note.folder, note.title.lowercased(), note.body.lowercased(), note.isTodo ? 1 : 0,
                    note.completed, now, now,
                ]
            )
            return id
        }
    }

    func delete(_ id: String) throws {
        try database.write { db in
            for table in ["notes", "notes_normalized"] {
                try db.execute(sql: "DELETE FROM \(table) WHERE id = ?", arguments: [id])
            }
        }
    }

    func addFolder(_ title: String) throws -> String {
        try database.write { db in
            let id = try String.fetchOne(db, sql: "SELECT lower(hex(randomblob(16)))") ?? ""
            try db.execute(
                sql: """
                    INSERT INTO folders (id, title, created_time, updated_time, user_created_time, user_updated_time)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [id, title, now, now, now, now]
            )
            return id
        }
    }

    private static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE folders (id TEXT PRIMARY KEY, title TEXT NOT NULL DEFAULT '', created_time INT NOT NULL,
                    updated_time INT NOT NULL, user_created_time INT NOT NULL DEFAULT 0,
                    user_updated_time INT NOT NULL DEFAULT 0, encryption_cipher_text TEXT NOT NULL DEFAULT '',
                    encryption_applied INT NOT NULL DEFAULT 0, parent_id TEXT NOT NULL DEFAULT '',
                    is_shared INT NOT NULL DEFAULT 0, share_id TEXT NOT NULL DEFAULT '',
                    master_key_id TEXT NOT NULL DEFAULT '', icon TEXT NOT NULL DEFAULT '');
                CREATE INDEX folders_title ON folders (title);
                CREATE TABLE notes (id TEXT PRIMARY KEY, parent_id TEXT NOT NULL DEFAULT '',
                    title TEXT NOT NULL DEFAULT '', body TEXT NOT NULL DEFAULT '', created_time INT NOT NULL,
                    updated_time INT NOT NULL, is_conflict INT NOT NULL DEFAULT 0, latitude NUMERIC NOT NULL DEFAULT 0,
                    longitude NUMERIC NOT NULL DEFAULT 0, altitude NUMERIC NOT NULL DEFAULT 0,
                    author TEXT NOT NULL DEFAULT '', source_url TEXT NOT NULL DEFAULT '',
                    is_todo INT NOT NULL DEFAULT 0, todo_due INT NOT NULL DEFAULT 0,
                    todo_completed INT NOT NULL DEFAULT 0, source TEXT NOT NULL DEFAULT '',
                    source_application TEXT NOT NULL DEFAULT '', application_data TEXT NOT NULL DEFAULT '',
                    "order" NUMERIC NOT NULL DEFAULT 0, user_created_time INT NOT NULL DEFAULT 0,
                    user_updated_time INT NOT NULL DEFAULT 0, encryption_cipher_text TEXT NOT NULL DEFAULT '',
                    encryption_applied INT NOT NULL DEFAULT 0, markup_language INT NOT NULL DEFAULT 1,
                    is_shared INT NOT NULL DEFAULT 0, share_id TEXT NOT NULL DEFAULT '',
                    conflict_original_id TEXT NOT NULL DEFAULT '', master_key_id TEXT NOT NULL DEFAULT '');
                CREATE INDEX notes_title ON notes (title);
                CREATE INDEX notes_updated_time ON notes (updated_time);
                CREATE TABLE notes_normalized (id TEXT NOT NULL, title TEXT NOT NULL DEFAULT '',
                    body TEXT NOT NULL DEFAULT '', user_created_time INT NOT NULL DEFAULT 0,
                    user_updated_time INT NOT NULL DEFAULT 0, is_todo INT NOT NULL DEFAULT 0,
                    todo_completed INT NOT NULL DEFAULT 0, parent_id TEXT NOT NULL DEFAULT '',
                    latitude NUMERIC NOT NULL DEFAULT 0, longitude NUMERIC NOT NULL DEFAULT 0,
                    altitude NUMERIC NOT NULL DEFAULT 0, source_url TEXT NOT NULL DEFAULT '',
                    todo_due INT NOT NULL DEFAULT 0);
                CREATE INDEX notes_normalized_id ON notes_normalized (id);
                CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT);
                CREATE TABLE version (version INT NOT NULL, table_fields_version INT NOT NULL DEFAULT 0);
                INSERT INTO version VALUES (44, 44);
                """
        )
    }
}
