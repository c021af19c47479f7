// SPDX-License-Identifier: Apache-2.0

import GRDB

/// Simple Calendar Pro's `events.db`, in the tables that the Room library makes of its entities.
struct CalendarStore {
    static let path = "/data/data/\(CalendarApp.package)/databases/events.db"
    /// What the app's files can be read for: years 1900 to 2200, so that no stored number leads out of the calendar.
    private static let span: ClosedRange<Int64> = -2_208_988_800...7_258_118_400
    private let database: DeviceDatabase
    private let now: Int64
    let zone: String

    init(_ context: AppContext) {
        database = context.system.database(Self.path, create: Self.create)
        now = context.now
        zone = context.system.timeZone
    }

    // MARK: Reading

    /// All events as they are stored. A file that a tool put in the place of the app's may lack the table; then there
    /// are none.
    func all() -> [CalendarEvent] { (try? fetch("")) ?? [] }

    func get(_ id: Int64) -> CalendarEvent? { (try? fetch("WHERE id = ?", [id]))?.first }

    /// What takes place on the days of a range, in order; an event over several days is there once.
    func occurrences(
        _ days: ClosedRange<CalendarDay>,
        where fits: (CalendarEvent) -> Bool = { _ in true }
    ) -> [EventOccurrence] {
        let done = completed()
        return all().filter(fits).flatMap { occurrences(of: $0, days) }
            .map { occurrence in
                var occurrence = occurrence
                occurrence.isCompleted = done.contains(occurrence.key)
                return occurrence
            }
            .sorted {
                ($0.startSeconds, $0.event.isAllDay ? 0 : 1, $0.event.end, $0.event.title, $0.event.id)
                    < ($1.startSeconds, $1.event.isAllDay ? 0 : 1, $1.event.end, $1.event.title, $1.event.id)
            }
    }

    /// The times of one event that touch a range of days.
    func occurrences(of event: CalendarEvent, _ days: ClosedRange<CalendarDay>) -> [EventOccurrence] {
        let first = LocalTime(event.start * 1000, zone: zone)
        let length = max(0, event.end - event.start)
        func occurrence(_ start: Int64) -> EventOccurrence {
            EventOccurrence(
                event: event,
                start: LocalTime(start * 1000, zone: zone),
                end: LocalTime((start + length) * 1000, zone: zone),
                startSeconds: start
            )
        }
        func touches(_ found: EventOccurrence) -> Bool {
            let last =
                length > 0 && !event.isAllDay
                ? LocalTime((found.startSeconds + length - 1) * 1000, zone: zone) : found.end
            return found.start.day <= days.upperBound && last.day >= days.lowerBound
        }
        guard event.isRepeated else {
            let single = occurrence(event.start)
            return touches(single) ? [single] : []
        }
        let limit = event.repetition.limit
        // Where the number of times is limited they have to be counted from the first on.
        let from =
            limit < 0 ? first.day.number : max(first.day.number, days.lowerBound.number - Int(length / 86400) - 1)
        let exceptions = Set(event.exceptions)
        var found: [EventOccurrence] = []
        var count: Int64 = 0
        for number in stride(from: from, through: days.upperBound.number, by: 1) {
            let day = CalendarDay(number: number)
            guard event.repetition.takesIn(day, first: first.day) else { continue }
            let start =
                LocalTime.milliseconds(day, hour: first.hour, minute: first.minute, zone: zone) / 1000
                + Int64(first.second)
            if limit > 0, start > limit { break }
            count += 1
            if limit < 0, count > -limit { break }
            let next = occurrence(start)
            if touches(next), !exceptions.contains(day.code) { found.append(next) }
        }
        return found
    }

    private func completed() -> Set<EventOccurrence.Key> {
        let rows = try? database.read { db in
            try Row.fetchAll(db, sql: "SELECT task_id, start_ts FROM tasks WHERE flags & 8").map { row in
                EventOccurrence.Key(id: row["task_id"] ?? 0, start: row["start_ts"] ?? 0)
            }
        }
        return Set(rows ?? [])
    }

    private func fetch(_ clause: String, _ arguments: StatementArguments = []) throws -> [CalendarEvent] {
        try database.read { db in
            // Columns may hold anything in a file that came from outside; the casts make numbers and texts of it.
            func number(_ name: String) -> String { "CAST(COALESCE(\(name), 0) AS INTEGER) AS \(name)" }
            func text(_ name: String) -> String { "CAST(COALESCE(\(name), '') AS TEXT) AS \(name)" }
            let numbers = [
                "start_ts", "end_ts", "reminder_1_minutes", "reminder_2_minutes", "reminder_3_minutes",
                "repeat_interval", "repeat_rule", "repeat_limit", "flags", "parent_id", "last_updated", "type",
            ]
            let texts = ["title", "location", "description", "repetition_exceptions", "import_id", "time_zone"]
            let columns = (["id"] + numbers.map(number) + texts.map(text)).joined(separator: ", ")
            return try Row.fetchAll(db, sql: "SELECT \(columns) FROM events \(clause)", arguments: arguments)
                .map { row in
                    var event = CalendarEvent(id: row["id"])
                    event.start = Self.clamped(row["start_ts"])
                    event.end = Self.clamped(row["end_ts"])
                    event.title = row["title"]
                    event.location = row["location"]
                    event.description = row["description"]
                    event.reminders = (1...3).map { place in
                        Int(min(max(row["reminder_\(place)_minutes"] as Int64, -1), 1_000_000))
                    }
                    event.repetition.interval = max(0, row["repeat_interval"])
                    event.repetition.rule = row["repeat_rule"]
                    event.repetition.limit = max(row["repeat_limit"], -1_000_000)
                    event.exceptions = Self.codes(row["repetition_exceptions"])
                    event.importID = row["import_id"]
                    event.timeZone = row["time_zone"]
                    event.flags = row["flags"]
                    event.parent = row["parent_id"]
                    event.lastUpdated = row["last_updated"]
                    event.isTask = row["type"] == 1
                    return event
                }
        }
    }

    private static func clamped(_ seconds: Int64) -> Int64 {
        min(max(seconds, span.lowerBound), span.upperBound)
    }

    /// The days in a list such as `["20231015","20231016"]`.
    private static func codes(_ text: String) -> [String] {
        text.split { !($0.isASCII && $0.isNumber) }.map(String.init)
    }

    // MARK: Writing

    /// Stores a new event and gives it a number.
    @discardableResult
    func insert(_ event: CalendarEvent) throws -> Int64 {
        try database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO events (start_ts, end_ts, title, location, description, reminder_1_minutes,
                        reminder_2_minutes, reminder_3_minutes, reminder_1_type, reminder_2_type, reminder_3_type,
                        repeat_interval, repeat_rule, repeat_limit, repetition_exceptions, attendees, import_id,
                        time_zone, flags, event_type, parent_id, last_updated, source, availability, color, type)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, ?, ?, '', ?, ?, ?, 1, ?, ?, 'simple-calendar', 0, 0, ?)
                    """,
                arguments: values(event) + [event.isTask ? 1 : 0]
            )
            return db.lastInsertedRowID
        }
    }

    /// Replaces what is stored under the event's number.
    func update(_ event: CalendarEvent) throws {
        try database.write { db in
            try db.execute(
                sql: """
                    UPDATE events SET start_ts = ?, end_ts = ?, title = ?, location = ?, description = ?,
                        reminder_1_minutes = ?, reminder_2_minutes = ?, reminder_3_minutes = ?, repeat_interval = ?,
                        repeat_rule = ?, repeat_limit = ?, repetition_exceptions = ?, import_id = ?, time_zone = ?,
                        flags = ?, parent_id = ?, last_updated = ? WHERE id = ?
                    """,
                arguments: values(event) + [event.id]
            )
        }
    }

    private func values(_ event: CalendarEvent) -> StatementArguments {
        let exceptions = "[" + event.exceptions.map { "\"\($0)\"" }.joined(separator: ",") + "]"
        return [
            event.start, event.end, event.title, event.location, event.description, event.reminders[0],
            event.reminders[1], event.reminders[2], event.repetition.interval, event.repetition.rule,
            event.repetition.limit, exceptions, event.importID, event.timeZone, event.flags, event.parent, now,
        ]
    }

    func delete(_ ids: some Collection<Int64>) throws {
        try database.write { db in
            for id in ids { try db.execute(sql: "DELETE FROM events WHERE id = ?", arguments: [id]) }
        }
    }

    /// Takes one time out of a repeated event.
    func except(_ key: EventOccurrence.Key) throws {
        guard var event = get(key.id) else { return }
        event.exceptions.append(LocalTime(key.start * 1000, zone: zone).day.code)
        try update(event)
    }

    /// Ends a repeated event before one of its times; before the first, nothing of it is left.
    func end(before key: EventOccurrence.Key) throws {
        guard var event = get(key.id) else { return }
        if key.start <= event.start { return try delete([event.id]) }
        event.repetition.limit = key.start - 1
        try update(event)
    }

    /// Remembers whether one time of a task is done.
    func setCompleted(_ on: Bool, _ key: EventOccurrence.Key) throws {
        try database.write { db in
            try db.execute(
                sql: "DELETE FROM tasks WHERE task_id = ? AND start_ts = ?",
                arguments: [key.id, key.start]
            )
            guard on else { return }
            try db.execute(
                sql: "INSERT INTO tasks (task_id, start_ts, flags) VALUES (?, ?, 8)",
                arguments: [key.id, key.start]
            )
        }
    }

    private static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE android_metadata (locale TEXT);
                INSERT INTO android_metadata VALUES ('en_US');
                CREATE TABLE events (id INTEGER PRIMARY KEY AUTOINCREMENT, start_ts INTEGER NOT NULL,
                    end_ts INTEGER NOT NULL, title TEXT NOT NULL, location TEXT NOT NULL, description TEXT NOT NULL,
                    reminder_1_minutes INTEGER NOT NULL, reminder_2_minutes INTEGER NOT NULL,
                    reminder_3_minutes INTEGER NOT NULL, reminder_1_type INTEGER NOT NULL,
                    reminder_2_type INTEGER NOT NULL, reminder_3_type INTEGER NOT NULL,
                    repeat_interval INTEGER NOT NULL, repeat_rule INTEGER NOT NULL, repeat_limit INTEGER NOT NULL,
                    repetition_exceptions TEXT NOT NULL, attendees TEXT NOT NULL, import_id TEXT NOT NULL,
                    time_zone TEXT NOT NULL, flags INTEGER NOT NULL, event_type INTEGER NOT NULL,
                    parent_id INTEGER NOT NULL, last_updated INTEGER NOT NULL, source TEXT NOT NULL,
                    availability INTEGER NOT NULL, color INTEGER NOT NULL, type INTEGER NOT NULL);
                CREATE UNIQUE INDEX index_events_id ON events (id);
                CREATE TABLE event_types (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL,
                    color INTEGER NOT NULL, caldav_calendar_id INTEGER NOT NULL, caldav_display_name TEXT NOT NULL,
                    caldav_email TEXT NOT NULL, type INTEGER NOT NULL);
                CREATE UNIQUE INDEX index_event_types_id ON event_types (id);
                INSERT INTO event_types VALUES (1, 'Regular event', -13873818, 0, '', '', 0);
                CREATE TABLE widgets (id INTEGER PRIMARY KEY AUTOINCREMENT, widget_id INTEGER NOT NULL,
                    period INTEGER NOT NULL);
                CREATE TABLE tasks (id INTEGER PRIMARY KEY AUTOINCREMENT, task_id INTEGER NOT NULL,
                    start_ts INTEGER NOT NULL, flags INTEGER NOT NULL);
                CREATE UNIQUE INDEX index_tasks_id_task_id ON tasks (id, task_id);
                CREATE TABLE room_master_table (id INTEGER PRIMARY KEY, identity_hash TEXT);
                PRAGMA user_version = 9;
                """
        )
    }
}

extension CalendarDay: Comparable {
    static func < (a: CalendarDay, b: CalendarDay) -> Bool { (a.year, a.month, a.day) < (b.year, b.month, b.day) }
}
