// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The database of Tasks.org, in the tables that the Room library makes of its entities.
struct TaskStore {
    static let path = "/data/data/\(TasksApp.package)/databases/database"
    /// Years 1900 to 2200, so that no stored number leads out of the calendar.
    private static let span: ClosedRange<Int64> = -2_208_988_800_000...7_258_118_400_000
    private let database: DeviceDatabase
    private let now: Int64

    init(_ context: AppContext) {
        database = context.system.database(Self.path, create: Self.create)
        now = context.now
    }

    // MARK: Reading

    /// All tasks that are not deleted. A file that a tool put in the place of the app's may lack the table; then there
    /// are none.
    func all() -> [TaskItem] { (try? fetch("WHERE CAST(COALESCE(deleted, 0) AS INTEGER) = 0")) ?? [] }

    func get(_ id: Int64) -> TaskItem? { (try? fetch("WHERE _id = ?", [id]))?.first }

    private func fetch(_ clause: String, _ arguments: StatementArguments = []) throws -> [TaskItem] {
        try database.read { db in
            // Columns may hold anything in a file that came from outside; the casts make numbers and texts of it.
            let numbers = ["importance", "dueDate", "completed", "created", "modified"].map {
                "CAST(COALESCE(\($0), 0) AS INTEGER) AS \($0)"
            }
            let texts = ["title", "notes"].map { "CAST(COALESCE(\($0), '') AS TEXT) AS \($0)" }
            let columns = (["_id"] + numbers + texts).joined(separator: ", ")
            return try Row.fetchAll(db, sql: "SELECT \(columns) FROM tasks \(clause)", arguments: arguments)
                .map { row in
                    TaskItem(
                        id: row["_id"],
                        title: row["title"],
                        priority: TaskItem.Priority(rawValue: Int(clamping: row["importance"] as Int64)) ?? .none,
                        due: Self.clamped(row["dueDate"]),
                        completed: Self.clamped(row["completed"]),
                        created: Self.clamped(row["created"]),
                        modified: Self.clamped(row["modified"]),
                        notes: row["notes"]
                    )
                }
        }
    }

    private static func clamped(_ moment: Int64) -> Int64 { min(max(moment, span.lowerBound), span.upperBound) }

    // MARK: Writing

    /// Stores a new task, or what was changed of a stored one.
    func save(_ item: TaskItem) throws {
        let notes = item.notes.isEmpty ? nil : item.notes
        try database.write { db in
            if item.id != 0 {
                return try db.execute(
                    sql: """
                        UPDATE tasks SET title = ?, importance = ?, dueDate = ?, completed = ?, notes = ?, modified = ?
                        WHERE _id = ?
                        """,
                    arguments: [item.title, item.priority.rawValue, item.due, item.completed, notes, now, item.id]
                )
            }
            try db.execute(
                sql: """
                    INSERT INTO tasks (title, importance, dueDate, hideUntil, created, modified, completed, deleted,
                        notes, estimatedSeconds, elapsedSeconds, timerStart, notificationFlags, lastNotified,
                        recurrence, repeat_from, calendarUri, remoteId, collapsed, parent, "order", read_only)
                    VALUES (?, ?, ?, 0, ?, ?, ?, 0, ?, 0, 0, 0, 6, 0, NULL, 0, NULL, lower(hex(randomblob(16))), 0, 0,
                        NULL, 0)
                    """,
                arguments: [item.title, item.priority.rawValue, item.due, now, now, item.completed, notes]
            )
        }
    }

    /// Ticks a task, or takes the tick away.
    func setCompleted(_ on: Bool, _ id: Int64) throws {
        try database.write { db in
            try db.execute(
                sql: "UPDATE tasks SET completed = ?, modified = ? WHERE _id = ?",
                arguments: [on ? now : 0, now, id]
            )
        }
    }

    /// Deletes tasks as the app does: they stay in the table with the time of their end, for its servers to hear of.
    func delete(_ ids: some Collection<Int64>) throws {
        try database.write { db in
            for id in ids {
                try db.execute(
                    sql: "UPDATE tasks SET deleted = ?, modified = ? WHERE _id = ?",
                    arguments: [now, now, id]
                )
            }
        }
    }

    private static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE android_metadata (locale TEXT);
                INSERT INTO android_metadata VALUES ('en_US');
                CREATE TABLE tasks (_id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, title TEXT,
                    importance INTEGER NOT NULL, dueDate INTEGER NOT NULL, hideUntil INTEGER NOT NULL,
                    created INTEGER NOT NULL, modified INTEGER NOT NULL, completed INTEGER NOT NULL,
                    deleted INTEGER NOT NULL, notes TEXT, estimatedSeconds INTEGER NOT NULL,
                    elapsedSeconds INTEGER NOT NULL, timerStart INTEGER NOT NULL, notificationFlags INTEGER NOT NULL,
                    lastNotified INTEGER NOT NULL, recurrence TEXT, repeat_from INTEGER NOT NULL DEFAULT 0,
                    calendarUri TEXT, remoteId TEXT, collapsed INTEGER NOT NULL, parent INTEGER NOT NULL,
                    "order" INTEGER, read_only INTEGER NOT NULL DEFAULT 0);
                CREATE UNIQUE INDEX t_rid ON tasks (remoteId);
                CREATE INDEX active_and_visible ON tasks (completed, deleted, hideUntil);
                CREATE TABLE room_master_table (id INTEGER PRIMARY KEY, identity_hash TEXT);
                PRAGMA user_version = 88;
                """
        )
    }
}
