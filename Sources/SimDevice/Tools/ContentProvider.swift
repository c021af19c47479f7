// SPDX-License-Identifier: Apache-2.0

import GRDB

/// A table of a content provider, found by its URI: contacts, text messages, settings.
///
/// Queries run as SQL over a select that has the provider's public columns, as on Android, so conditions and sort
/// orders may use them.
struct ContentProvider {
    private enum Table {
        case phones, emails, contacts, rawContacts, data
        case messages(box: Int?), threads
        case calls
        case media(MediaStore.Kind?)
        case settings(SettingsStore.Namespace)
    }

    private let table: Table
    /// The row that the URI names at its end.
    private let row: Int64?
    private let system: DeviceSystem

    /// Nil where the device has no such provider.
    init?(_ uri: String, _ system: DeviceSystem) {
        guard uri.hasPrefix("content://") else { return nil }
        var parts = uri.dropFirst(10).split(separator: "?")[0].split(separator: "/").map(String.init)
        guard let authority = parts.first else { return nil }
        parts.removeFirst()
        let id = parts.last.flatMap { Int64($0) }
        if id != nil { parts.removeLast() }
        self.system = system
        row = id
        switch (authority, parts.joined(separator: "/")) {
        case ("contacts", "phones"), ("com.android.contacts", "data/phones"): table = .phones
        case ("com.android.contacts", "data/emails"): table = .emails
        case ("contacts", "people"), ("com.android.contacts", "contacts"): table = .contacts
        case ("com.android.contacts", "raw_contacts"): table = .rawContacts
        case ("com.android.contacts", "data"): table = .data
        case ("sms", ""): table = .messages(box: nil)
        case ("sms", "inbox"): table = .messages(box: 1)
        case ("sms", "sent"): table = .messages(box: 2)
        case ("sms", "draft"): table = .messages(box: 3)
        case ("sms", "failed"): table = .messages(box: 5)
        case ("mms-sms", "conversations"), ("sms", "conversations"): table = .threads
        case ("call_log", "calls"): table = .calls
        case ("media", "external/audio/media"): table = .media(.audio)
        case ("media", "external/video/media"): table = .media(.video)
        case ("media", "external/file"): table = .media(nil)
        case ("settings", let name):
            guard let space = SettingsStore.Namespace(rawValue: name) else { return nil }
            table = .settings(space)
        default: return nil
        }
    }

    /// The part after `content://`.
    static func authority(_ uri: String) -> String {
        guard uri.hasPrefix("content://") else { return uri }
        return uri.dropFirst(10).split(separator: "/").first.map(String.init) ?? ""
    }

    // MARK: Reading

    func query(_ projection: [String]?, _ filter: String?, _ sort: String?) throws -> [[(String, DatabaseValue)]] {
        if case .settings(let space) = table { return settings(space, projection, filter) }
        if case .media = table { try MediaStore(system).forgetMissing() }
        let columns = projection.map { $0.joined(separator: ", ") } ?? "*"
        var sql = "SELECT \(columns) FROM (\(source))"
        let conditions = [filter.map { "(\($0))" }, row.map { "_id = \($0)" }].compactMap { $0 }
        if !conditions.isEmpty { sql += " WHERE " + conditions.joined(separator: " AND ") }
        sql += " ORDER BY " + (sort ?? order)
        return try database.read { db in
            try Row.fetchAll(db, sql: sql).map { row in zip(row.columnNames, row.databaseValues).map { ($0, $1) } }
        }
    }

    private var database: DeviceDatabase {
        switch table {
        case .messages, .threads: system.messages.database
        case .calls: system.calls.database
        case .media: MediaStore(system).database
        default: system.contacts.database
        }
    }

    private var order: String {
        switch table {
        case .messages: "date DESC"
        case .threads, .calls: "date DESC"
        default: "_id"
        }
    }

    private var source: String {
        switch table {
        case .phones:
            """
            SELECT data._id AS _id, data.raw_contact_id AS person, raw_contacts.contact_id AS contact_id,
            data.raw_contact_id AS raw_contact_id, display_name, display_name AS name, data1 AS number, data1,
            CAST(data2 AS INTEGER) AS type, data2, data3 AS label, data3, data4 AS number_key, data4,
            raw_contacts.starred AS starred
            FROM data JOIN mimetypes ON mimetypes._id = data.mimetype_id
            JOIN raw_contacts ON raw_contacts._id = data.raw_contact_id
            WHERE mimetype = '\(ContactsSchema.Kind.phone.rawValue)' AND raw_contacts.deleted = 0
            """
        case .emails:
            """
            SELECT data._id AS _id, raw_contact_id, raw_contacts.contact_id AS contact_id, display_name,
            data1 AS address, data1, CAST(data2 AS INTEGER) AS type, data2, data3 AS label, data3
            FROM data JOIN mimetypes ON mimetypes._id = data.mimetype_id
            JOIN raw_contacts ON raw_contacts._id = data.raw_contact_id
            WHERE mimetype = '\(ContactsSchema.Kind.email.rawValue)' AND raw_contacts.deleted = 0
            """
        case .contacts:
            """
            SELECT contacts._id AS _id, display_name, display_name AS name, display_name_alt, contacts.starred AS starred,
            has_phone_number, name_raw_contact_id, contact_last_updated_timestamp
            FROM contacts JOIN raw_contacts ON raw_contacts._id = contacts.name_raw_contact_id
            WHERE raw_contacts.deleted = 0
            """
        case .rawContacts:
            """
            SELECT raw_contacts._id AS _id, contact_id, display_name, display_name_alt, raw_contacts.starred AS starred,
            deleted, version, dirty, account_name, account_type
            FROM raw_contacts LEFT JOIN accounts ON accounts._id = raw_contacts.account_id
            """
        case .data: "SELECT * FROM view_data"
        case .messages(let box):
            """
            SELECT _id, thread_id, address, person, date, date_sent, protocol, read, status, type, reply_path_present,
            subject, body, service_center, locked, sub_id, error_code, creator, seen FROM sms
            """ + (box.map { " WHERE type = \($0)" } ?? "")
        case .threads: "SELECT * FROM threads"
        case .calls: "SELECT * FROM calls"
        case .media(let kind): "SELECT * FROM files" + (kind.map { " WHERE media_type = \($0.rawValue)" } ?? "")
        case .settings: ""
        }
    }

    private func settings(
        _ space: SettingsStore.Namespace,
        _ projection: [String]?,
        _ filter: String?
    ) -> [[(String, DatabaseValue)]] {
        let wanted = filter.flatMap { text -> String? in
            guard let found = text.firstMatch(of: /^\s*name\s*=\s*['"](.*)['"]\s*$/) else { return nil }
            return String(found.output.1)
        }
        return system.settings.list(space).enumerated().compactMap { index, entry in
            if let wanted, wanted != entry.0 { return nil }
            let all: [(String, DatabaseValue)] = [
                ("_id", (index + 1).databaseValue), ("name", entry.0.databaseValue), ("value", entry.1.databaseValue),
            ]
            guard let projection else { return all }
            return projection.compactMap { name in all.first { $0.0 == name } }
        }
    }

    // MARK: Changing

    func insert(_ values: [(String, DatabaseValue)]) throws {
        func text(_ name: String) -> String? {
            values.first { $0.0 == name }.flatMap { String.fromDatabaseValue($0.1) ?? "\($0.1)" }
        }
        switch table {
        case .settings(let space):
            if let name = text("name"), let value = text("value") { system.settings.put(space, name, value) }
        case .messages(let box):
            let message = try system.messages.add(
                address: text("address") ?? "",
                body: text("body") ?? "",
                box: MessageStore.Box(rawValue: box ?? text("type").flatMap { Int($0) } ?? 1) ?? .inbox,
                date: text("date").flatMap { Int64($0) }
            )
            if let read = text("read") {
                try database.write { db in
                    try db.execute(sql: "UPDATE sms SET read = ? WHERE _id = ?", arguments: [read, message.id])
                }
            }
        case .contacts, .rawContacts, .phones:
            // A raw contact begins empty and gets its parts by inserts into `data`.
            var contact = ContactsStore.Contact()
            let names = (text("display_name") ?? text("name") ?? "").split(separator: " ", maxSplits: 1)
            contact.given = names.first.map(String.init) ?? ""
            contact.family = names.count > 1 ? String(names[1]) : ""
            if let number = text("number") {
                contact.phones = [.init(number, type: text("type").flatMap { Int($0) } ?? 2)]
            }
            try system.contacts.insert(contact)
        case .data, .emails: try insertData(values, text)
        case .calls:
            let kind = text("type").flatMap { Int($0) }.flatMap { CallStore.Kind(rawValue: $0) }
            try system.calls.add(
                number: text("number") ?? "",
                name: text("name"),
                kind: kind ?? .incoming,
                date: text("date").flatMap { Int64($0) } ?? system.clock.now,
                duration: text("duration").flatMap { Int64($0) } ?? 0
            )
        case .threads, .media: break
        }
    }

    private func insertData(_ values: [(String, DatabaseValue)], _ text: (String) -> String?) throws {
        guard let person = text("raw_contact_id").flatMap({ Int64($0) }), var contact = try system.contacts.get(person)
        else {
            throw ToolFailure(
                message:
                    "Error while accessing provider:com.android.contacts\njava.lang.IllegalArgumentException: raw_contact_id is required"
            )
        }
        let kind = ContactsSchema.Kind(rawValue: text("mimetype") ?? ContactsSchema.Kind.email.rawValue)
        let first = text("data1") ?? ""
        let type = text("data2").flatMap { Int($0) }
        switch kind {
        case .phone: contact.phones.append(.init(first, type: type ?? 2, label: text("data3")))
        case .email: contact.emails.append(.init(first, type: type ?? 1, label: text("data3")))
        case .organization: contact.company = first
        case .name:
            let names = first.split(separator: " ", maxSplits: 1)
            contact.given = text("data2") ?? names.first.map(String.init) ?? ""
            contact.family = text("data3") ?? (names.count > 1 ? String(names[1]) : "")
        case nil:
            throw ToolFailure(
                message:
                    "Error while accessing provider:com.android.contacts\njava.lang.IllegalArgumentException: mimetype is required"
            )
        }
        try system.contacts.update(contact)
    }

    func update(_ values: [(String, DatabaseValue)], _ filter: String?) throws {
        guard !values.isEmpty else { return }
        if case .settings = table { return try insert(values) }
        guard let target else { return }
        let names = values.map { "\"\($0.0.replacing("\"", with: ""))\" = ?" }.joined(separator: ", ")
        try database.write { db in
            // One statement only: a condition cannot bring another one with it.
            let statement = try db.makeStatement(sql: "UPDATE \(target) SET \(names) WHERE _id IN (\(ids(filter)))")
            try statement.execute(arguments: StatementArguments(values.map(\.1)))
        }
    }

    func delete(_ filter: String?) throws {
        if case .settings(let space) = table {
            for entry in settings(space, ["name"], filter) {
                if let name = entry.first.flatMap({ String.fromDatabaseValue($0.1) }) {
                    system.settings.delete(space, name)
                }
            }
            return
        }
        switch table {
        case .contacts, .rawContacts:
            let people = try query([isContacts ? "name_raw_contact_id" : "_id"], filter, "1")
            for person in people.compactMap({ $0.first.flatMap { Int64.fromDatabaseValue($0.1) } }) {
                try system.contacts.delete(person)
            }
        default:
            guard let target else { return }
            try database.write { db in
                try db.makeStatement(sql: "DELETE FROM \(target) WHERE _id IN (\(ids(filter)))").execute()
            }
            if case .messages = table {
                try database.write {
                    try $0.execute(sql: "DELETE FROM threads WHERE _id NOT IN (SELECT thread_id FROM sms)")
                }
            }
        }
    }

    private var isContacts: Bool { if case .contacts = table { true } else { false } }

    /// The select that names the rows of a condition.
    private func ids(_ filter: String?) -> String {
        let conditions = [filter.map { "(\($0))" }, row.map { "_id = \($0)" }].compactMap { $0 }
        return "SELECT _id FROM (\(source))"
            + (conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND "))
    }

    private var target: String? {
        switch table {
        case .messages: "sms"
        case .threads: "threads"
        case .data, .phones, .emails: "data"
        case .contacts: "contacts"
        case .rawContacts: "raw_contacts"
        case .calls: "calls"
        case .media: "files"
        case .settings: nil
        }
    }
}
