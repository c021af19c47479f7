// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The call log, in the table `calls` of Android's `calllog.db`.
final class CallStore {
    /// Android's `CallLog.Calls.TYPE`.
    enum Kind: Int, Sendable {
        case incoming = 1
        case outgoing = 2
        case missed = 3
        case rejected = 5
    }

    static let path = "/data/data/com.android.providers.contacts/databases/calllog.db"

    let database: DeviceDatabase

    init(database: DeviceDatabase) { self.database = database }

    /// Adds a call that has ended.
    ///
    /// - Parameters:
    ///   - date: when it began, in milliseconds since 1970.
    ///   - duration: how long it was connected, in seconds.
    func add(number: String, name: String?, kind: Kind, date: Int64, duration: Int64) throws {
        try database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO calls (number, presentation, date, duration, type, name, new, is_read, last_modified)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    number, number.isEmpty ? 3 : 1, date, duration, kind.rawValue, name, kind == .missed,
                    kind != .missed, date + duration * 1000,
                ]
            )
        }
    }

    static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE calls (_id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT,
                    presentation INTEGER NOT NULL DEFAULT 1, post_dial_digits TEXT NOT NULL DEFAULT '', date INTEGER,
                    duration INTEGER, data_usage INTEGER, type INTEGER, features INTEGER NOT NULL DEFAULT 0,
                    subscription_component_name TEXT, subscription_id TEXT, new INTEGER, name TEXT,
                    numbertype INTEGER, numberlabel TEXT, countryiso TEXT, voicemail_uri TEXT, is_read INTEGER,
                    geocoded_location TEXT, lookup_uri TEXT, matched_number TEXT, normalized_number TEXT,
                    photo_id INTEGER NOT NULL DEFAULT 0, formatted_number TEXT, last_modified INTEGER DEFAULT 0);
                """
        )
    }
}
