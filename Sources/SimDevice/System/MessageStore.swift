// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The telephony provider's text messages, in Android's `sms` and `threads` tables of `mmssms.db`.
final class MessageStore {
    /// Where a message lies, by Android's numbers.
    enum Box: Int, Sendable {
        case inbox = 1
        case sent = 2
        case draft = 3
        /// Could not be sent.
        case failed = 5
    }

    /// One message.
    struct Message: Sendable, Hashable {
        var id: Int64
        var thread: Int64
        var address: String
        /// Device time, in milliseconds since 1970.
        var date: Int64
        var body: String
        var box: Int
        var read: Bool
    }

    static let path = "/data/data/com.android.providers.telephony/databases/mmssms.db"

    let database: DeviceDatabase
    private let clock: DeviceClock

    init(database: DeviceDatabase, clock: DeviceClock) {
        self.database = database
        self.clock = clock
    }

    /// Stores a message with the device's time, in the thread of its number.
    @discardableResult
    func add(address: String, body: String, box: Box, date: Int64? = nil) throws -> Message {
        let time = date ?? clock.now
        return try database.write { db in
            let thread = try Self.thread(db, address)
            try db.execute(
                sql: """
                    INSERT INTO sms (thread_id, address, date, date_sent, protocol, read, status, type, body, seen)
                    VALUES (?, ?, ?, ?, ?, ?, -1, ?, ?, ?)
                    """,
                arguments: [
                    thread, address, time, box == .inbox ? time : 0, box == .inbox ? 0 : nil, box != .inbox,
                    box.rawValue, body, box != .inbox,
                ]
            )
            let id = db.lastInsertedRowID
            try db.execute(
                sql: """
                    UPDATE threads SET date = ?, message_count = message_count + 1, snippet = ?, read = ? WHERE _id = ?
                    """,
                arguments: [time, body, box != .inbox, thread]
            )
            return Message(
                id: id,
                thread: thread,
                address: address,
                date: time,
                body: body,
                box: box.rawValue,
                read: box != .inbox
            )
        }
    }

    /// All messages, the newest first.
    func all(_ box: Box? = nil) throws -> [Message] {
        try database.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM sms ORDER BY date DESC, _id DESC").map { row in
                Message(
                    id: row["_id"] ?? 0,
                    thread: row["thread_id"] ?? 0,
                    address: row["address"] ?? "",
                    date: row["date"] ?? 0,
                    body: row["body"] ?? "",
                    box: row["type"] ?? 0,
                    read: row["read"] ?? false
                )
            }
            .filter { box == nil || $0.box == box?.rawValue }
        }
    }

    private static func thread(_ db: Database, _ address: String) throws -> Int64 {
        // The same number may be written in several ways.
        let known = try Row.fetchAll(db, sql: "SELECT _id, address FROM canonical_addresses ORDER BY _id")
        var recipient: Int64? = known.first { PhoneNumber.same($0["address"] ?? "", address) }?["_id"]
        if recipient == nil {
            try db.execute(sql: "INSERT INTO canonical_addresses (address) VALUES (?)", arguments: [address])
            recipient = db.lastInsertedRowID
        }
        let key = "\(recipient ?? 0)"
        if let thread = try Int64.fetchOne(db, sql: "SELECT _id FROM threads WHERE recipient_ids = ?", arguments: [key])
        {
            return thread
        }
        try db.execute(sql: "INSERT INTO threads (recipient_ids) VALUES (?)", arguments: [key])
        return db.lastInsertedRowID
    }

    static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE sms (_id INTEGER PRIMARY KEY AUTOINCREMENT, thread_id INTEGER, address TEXT,
                    person INTEGER, date INTEGER, date_sent INTEGER DEFAULT 0, protocol INTEGER,
                    read INTEGER DEFAULT 0, status INTEGER DEFAULT -1, type INTEGER, reply_path_present INTEGER,
                    subject TEXT, body TEXT, service_center TEXT, locked INTEGER DEFAULT 0, sub_id INTEGER DEFAULT 1,
                    error_code INTEGER DEFAULT 0, creator TEXT, seen INTEGER DEFAULT 0);
                CREATE TABLE canonical_addresses (_id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT);
                CREATE TABLE threads (_id INTEGER PRIMARY KEY AUTOINCREMENT, date INTEGER DEFAULT 0,
                    message_count INTEGER DEFAULT 0, recipient_ids TEXT, snippet TEXT, snippet_cs INTEGER DEFAULT 0,
                    read INTEGER DEFAULT 1, archived INTEGER DEFAULT 0, type INTEGER DEFAULT 0,
                    error INTEGER DEFAULT 0, has_attachment INTEGER DEFAULT 0);
                """
        )
    }
}
