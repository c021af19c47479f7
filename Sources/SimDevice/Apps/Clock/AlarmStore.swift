// SPDX-License-Identifier: Apache-2.0

import GRDB

/// An alarm, as a row of DeskClock's `alarm_templates`.
struct Alarm: Hashable {
    /// 0 for one that is not stored yet.
    var id: Int64 = 0
    var hour: Int
    var minutes: Int
    /// Bit 0 is Monday, bit 6 is Sunday; 0 rings once.
    var days = 0
    var enabled = true
    var vibrate = true
    var label = ""
    var ringtone = Ringtone.standard.uri

    func rings(onWeekday weekday: Int) -> Bool { days & Self.bit(weekday) != 0 }

    /// The bit of a weekday; 0 is Sunday.
    static func bit(_ weekday: Int) -> Int { 1 << ((weekday + 6) % 7) }

    /// When it rings next, in milliseconds since 1970.
    func next(after now: Int64, zone: String) -> Int64 {
        let today = LocalTime(now, zone: zone).day.number
        for offset in 0...7 {
            let day = CalendarDay(number: today + offset)
            if days != 0 && !rings(onWeekday: day.weekday) { continue }
            let moment = LocalTime.milliseconds(day, hour: hour, minute: minutes, zone: zone)
            if moment > now { return moment }
        }
        return LocalTime.milliseconds(CalendarDay(number: today + 1), hour: hour, minute: minutes, zone: zone)
    }

    /// `Mon, Tue`, `Every day`; of one that rings once, `Today`, `Tomorrow` or `Not scheduled`.
    func schedule(now: Int64, zone: String) -> String {
        if days == 127 { return "Every day" }
        if days != 0 {
            return (0..<7).filter(rings).map { String(CalendarDay.weekdayNames[$0].prefix(3)) }.joined(separator: ", ")
        }
        guard enabled else { return "Not scheduled" }
        let today = LocalTime(now, zone: zone).day
        return LocalTime(next(after: now, zone: zone), zone: zone).day == today ? "Today" : "Tomorrow"
    }

    /// What the line at the bottom says after an alarm was turned on.
    func announcement(now: Int64, zone: String) -> String {
        let left = next(after: now, zone: zone) - now
        if left < 60_000 { return "Alarm set for less than 1 minute from now." }
        let total = (left + 59_999) / 60_000
        let parts = [(total / 1440, "day"), (total / 60 % 24, "hour"), (total % 60, "minute")]
            .filter { $0.0 > 0 }
            .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
        let time =
            switch parts.count {
            case 3: "\(parts[0]), \(parts[1]), and \(parts[2])"
            case 2: "\(parts[0]) and \(parts[1])"
            default: parts.joined()
            }
        return "Alarm set for \(time) from now."
    }
}

/// A sound that alarms can have.
struct Ringtone: Hashable {
    var title: String
    var uri: String

    static let standard = Ringtone(title: "Default (Cesium)", uri: "content://settings/system/alarm_alert")
    static let silent = Ringtone(title: "Silent", uri: "content://silent")
    static let all: [Ringtone] =
        [silent, standard]
        + ["Argon", "Carbon", "Helium", "Krypton", "Neon", "Osmium", "Oxygen", "Platinum"].enumerated().map {
            Ringtone(
                title: $1,
                uri: "content://media/internal/audio/media/\($0 + 21)?title=\($1)&canonical=1"
            )
        }

    /// The name of a stored sound.
    static func title(_ uri: String) -> String { all.first { $0.uri == uri }?.title ?? "Unknown" }
}

/// DeskClock's `alarms.db`: the alarms, and one instance for each that is turned on.
struct AlarmStore {
    static let path = "/data/data/com.google.android.deskclock/databases/alarms.db"
    private let database: DeviceDatabase
    private let files: DeviceFiles
    private let now: Int64
    private let zone: String

    init(_ context: AppContext) {
        database = context.system.database(Self.path, create: Self.create)
        files = context.system.files
        (now, zone) = (context.now, context.system.timeZone)
    }

    /// All alarms by their time of day.
    func all() throws -> [Alarm] {
        try database.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM alarm_templates ORDER BY hour, minutes, _id").map { row in
                Alarm(
                    id: row["_id"],
                    hour: row["hour"],
                    minutes: row["minutes"],
                    days: row["daysofweek"],
                    enabled: row["enabled"],
                    vibrate: row["vibrate"],
                    label: row["label"] ?? "",
                    ringtone: row["ringtone"] ?? Ringtone.standard.uri
                )
            }
        }
    }

    /// Stores an alarm and gives its row; one that came from `all` is replaced.
    @discardableResult
    func save(_ alarm: Alarm) throws -> Int64 {
        try database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO alarm_templates
                    (_id, hour, minutes, daysofweek, enabled, vibrate, label, ringtone, delete_after_use)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)
                    ON CONFLICT (_id) DO UPDATE SET hour = excluded.hour, minutes = excluded.minutes,
                    daysofweek = excluded.daysofweek, enabled = excluded.enabled, vibrate = excluded.vibrate,
                    label = excluded.label, ringtone = excluded.ringtone
                    """,
                arguments: [
                    alarm.id == 0 ? nil : alarm.id, alarm.hour, alarm.minutes, alarm.days, alarm.enabled, alarm.vibrate,
                    alarm.label, alarm.ringtone,
                ]
            )
            let id = alarm.id == 0 ? db.lastInsertedRowID : alarm.id
            try db.execute(sql: "DELETE FROM alarm_instances WHERE alarm_id = ?", arguments: [id])
            if alarm.enabled { try schedule(db, alarm, id) }
            return id
        }
    }

    /// What the clock has passed by: alarms that ring once are off after their time, others wait for their next day.
    func settle() throws {
        guard files.exists(Self.path) else { return }
        let ids = try passed()
        for var alarm in try all() where ids.contains(alarm.id) {
            if alarm.days == 0 { alarm.enabled = false }
            try save(alarm)
        }
    }

    /// The alarms whose instance lies behind the clock.
    private func passed() throws -> Set<Int64> {
        let rows = try database.read { db in try Row.fetchAll(db, sql: "SELECT * FROM alarm_instances") }
        return Set(
            rows.filter { row in
                let day = CalendarDay(year: row["year"], month: row["month"] + 1, day: row["day"])
                return LocalTime.milliseconds(day, hour: row["hour"], minute: row["minutes"], zone: zone) <= now
            }
            .compactMap { $0["alarm_id"] }
        )
    }

    func delete(_ id: Int64) throws {
        try database.write { db in
            try db.execute(sql: "DELETE FROM alarm_instances WHERE alarm_id = ?", arguments: [id])
            try db.execute(sql: "DELETE FROM alarm_templates WHERE _id = ?", arguments: [id])
        }
    }

    private func schedule(_ db: Database, _ alarm: Alarm, _ id: Int64) throws {
        let time = LocalTime(alarm.next(after: now, zone: zone), zone: zone)
        try db.execute(
            sql: """
                INSERT INTO alarm_instances
                (year, month, day, hour, minutes, vibrate, label, ringtone, alarm_state, alarm_id)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)
                """,
            arguments: [
                time.day.year, time.day.month - 1, time.day.day, alarm.hour, alarm.minutes, alarm.vibrate, alarm.label,
                alarm.ringtone, id,
            ]
        )
    }

    /// DeskClock's tables, with the two alarms that a fresh one has.
    private static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE alarm_templates (_id INTEGER PRIMARY KEY, hour INTEGER NOT NULL, minutes INTEGER NOT NULL,
                    daysofweek INTEGER NOT NULL, enabled INTEGER NOT NULL, vibrate INTEGER NOT NULL,
                    label TEXT NOT NULL, ringtone TEXT, delete_after_use INTEGER NOT NULL DEFAULT 0);
                CREATE TABLE alarm_instances (_id INTEGER PRIMARY KEY, year INTEGER NOT NULL, month INTEGER NOT NULL,
                    day INTEGER NOT NULL, hour INTEGER NOT NULL, minutes INTEGER NOT NULL, vibrate INTEGER NOT NULL,
                    label TEXT NOT NULL, ringtone TEXT, alarm_state INTEGER NOT NULL,
                    alarm_id INTEGER REFERENCES alarm_templates(_id) ON UPDATE CASCADE ON DELETE CASCADE);
                INSERT INTO alarm_templates (hour, minutes, daysofweek, enabled, vibrate, label)
                    VALUES (8, 30, 31, 0, 0, ''), (9, 0, 96, 0, 0, '');
                PRAGMA user_version = 8;
                """
        )
    }
}
