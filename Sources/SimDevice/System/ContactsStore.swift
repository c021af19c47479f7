// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The contacts provider: people in `contacts2.db`, in Android's tables.
///
/// `raw_contacts` holds one row a person, `data` one row for each name, number, address, organisation, with the kind
/// in `mimetypes`. What Android aggregates from several accounts is one to one here.
final class ContactsStore {
    /// A number or an address with Android's type code.
    struct Labelled: Hashable, Sendable {
        var value: String
        /// Android's type code: for a phone 1 home, 2 mobile, 3 work, 7 other; for an email 1 home, 2 work, 3 other.
        var type: Int
        /// The user's own word where `type` is 0.
        var label: String?

        init(_ value: String, type: Int, label: String? = nil) {
            self.value = value
            self.type = type
            self.label = label
        }
    }

    /// One person.
    struct Contact: Hashable, Sendable {
        /// The row in `raw_contacts`; 0 for one that is not stored yet.
        var id: Int64 = 0
        var given = ""
        var family = ""
        var company = ""
        var phones: [Labelled] = []
        var emails: [Labelled] = []
        var starred = false

        init(
            id: Int64 = 0,
            given: String = "",
            family: String = "",
            company: String = "",
            phones: [Labelled] = [],
            emails: [Labelled] = [],
            starred: Bool = false
        ) {
            self.id = id
            self.given = given
            self.family = family
            self.company = company
            self.phones = phones
            self.emails = emails
            self.starred = starred
        }

        /// The name as lists show it: given and family name, else company, number or address.
        var display: String {
            let name = [given, family].filter { !$0.isEmpty }.joined(separator: " ")
            if !name.isEmpty { return name }
            if !company.isEmpty { return company }
            return phones.first?.value ?? emails.first?.value ?? ""
        }
    }

    static let path = "/data/data/com.android.providers.contacts/databases/contacts2.db"

    let database: DeviceDatabase
    private let clock: DeviceClock

    init(database: DeviceDatabase, clock: DeviceClock) {
        self.database = database
        self.clock = clock
    }

    /// Everybody, by display name without regard to case.
    func all() throws -> [Contact] {
        try database.read { db in
            let ids = try Int64.fetchAll(
                db,
                sql: """
                    SELECT _id FROM raw_contacts WHERE deleted = 0
                    ORDER BY display_name COLLATE NOCASE, _id
                    """
            )
            return try ids.compactMap { try Self.load(db, $0) }
        }
    }

    /// One person; nil where there is none with this id.
    func get(_ id: Int64) throws -> Contact? { try database.read { try Self.load($0, id) } }

    /// Those whose name, company, number or address contains the text; digits are compared as digits.
    func search(_ text: String) throws -> [Contact] {
        let wanted = text.lowercased()
        let digits = wanted.filter(\.isNumber)
        return try all().filter { contact in
            if contact.display.lowercased().contains(wanted) { return true }
            if contact.company.lowercased().contains(wanted) { return true }
            if contact.emails.contains(where: { $0.value.lowercased().contains(wanted) }) { return true }
            guard !digits.isEmpty, wanted.allSatisfy({ $0.isNumber || " -+()".contains($0) }) else { return false }
            return contact.phones.contains { $0.value.filter(\.isNumber).contains(digits) }
        }
    }

    /// Stores a new person and gives its id.
    @discardableResult
    func insert(_ contact: Contact) throws -> Int64 {
        try database.write { db in
            try db.execute(sql: "INSERT INTO contacts DEFAULT VALUES")
            let aggregate = db.lastInsertedRowID
            try db.execute(
                sql: """
                    INSERT INTO raw_contacts (account_id, contact_id, display_name, display_name_alt, sort_key, starred)
                    VALUES (1, ?, '', '', '', 0)
                    """,
                arguments: [aggregate]
            )
            let id = db.lastInsertedRowID
            try db.execute(
                sql: "UPDATE contacts SET name_raw_contact_id = ? WHERE _id = ?",
                arguments: [id, aggregate]
            )
            try store(db, contact, id)
            return id
        }
    }

    /// Replaces what is stored of `contact.id`; false where there is no such person.
    @discardableResult
    func update(_ contact: Contact) throws -> Bool {
        try database.write { db in
            guard try Self.load(db, contact.id) != nil else { return false }
            try store(db, contact, contact.id)
            return true
        }
    }

    /// Removes a person; false where there is none.
    @discardableResult
    func delete(_ id: Int64) throws -> Bool {
        try database.write { db in
            try db.execute(sql: "DELETE FROM contacts WHERE name_raw_contact_id = ?", arguments: [id])
            try db.execute(sql: "DELETE FROM data WHERE raw_contact_id = ?", arguments: [id])
            try db.execute(sql: "DELETE FROM phone_lookup WHERE raw_contact_id = ?", arguments: [id])
            try db.execute(sql: "DELETE FROM raw_contacts WHERE _id = ?", arguments: [id])
            return db.changesCount > 0
        }
    }

    // MARK: Rows

    private func store(_ db: Database, _ contact: Contact, _ id: Int64) throws {
        let alternative = [contact.family, contact.given].filter { !$0.isEmpty }.joined(separator: ", ")
        try db.execute(
            sql: """
                UPDATE raw_contacts SET display_name = ?, display_name_alt = ?, sort_key = ?, starred = ?,
                version = version + 1, dirty = 1 WHERE _id = ?
                """,
            arguments: [
                contact.display, alternative.isEmpty ? contact.display : alternative, contact.display.lowercased(),
                contact.starred, id,
            ]
        )
        try db.execute(
            sql: """
                UPDATE contacts SET starred = ?, has_phone_number = ?, contact_last_updated_timestamp = ?
                WHERE name_raw_contact_id = ?
                """,
            arguments: [contact.starred, !contact.phones.isEmpty, clock.now, id]
        )
        try db.execute(sql: "DELETE FROM data WHERE raw_contact_id = ?", arguments: [id])
        try db.execute(sql: "DELETE FROM phone_lookup WHERE raw_contact_id = ?", arguments: [id])
        if !contact.given.isEmpty || !contact.family.isEmpty {
            try row(db, id, .name, [contact.display, contact.given, contact.family])
        }
        if !contact.company.isEmpty { try row(db, id, .organization, [contact.company, "1"]) }
        for phone in contact.phones {
            let plain = phone.value.filter { $0.isNumber || $0 == "+" }
            try row(db, id, .phone, [phone.value, "\(phone.type)", phone.label, plain])
            try db.execute(
                sql: """
                    INSERT INTO phone_lookup (data_id, raw_contact_id, normalized_number, min_match)
                    VALUES (?, ?, ?, ?)
                    """,
                arguments: [db.lastInsertedRowID, id, plain, String(plain.reversed().prefix(7))]
            )
        }
        for email in contact.emails { try row(db, id, .email, [email.value, "\(email.type)", email.label]) }
    }

    private func row(_ db: Database, _ contact: Int64, _ kind: ContactsSchema.Kind, _ values: [String?]) throws {
        let columns = (1...values.count).map { "data\($0)" }.joined(separator: ", ")
        let marks = values.map { _ in "?" }.joined(separator: ", ")
        try db.execute(
            sql: """
                INSERT INTO data (raw_contact_id, mimetype_id, \(columns))
                VALUES (?, (SELECT _id FROM mimetypes WHERE mimetype = ?), \(marks))
                """,
            arguments: StatementArguments([contact, kind.rawValue] as [any DatabaseValueConvertible])
                + StatementArguments(values)
        )
    }

    private static func load(_ db: Database, _ id: Int64) throws -> Contact? {
        guard
            let raw = try Row.fetchOne(
                db,
                sql: "SELECT display_name, starred FROM raw_contacts WHERE _id = ? AND deleted = 0",
                arguments: [id]
            )
        else { return nil }
        var contact = Contact(id: id, starred: raw["starred"] ?? false)
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT mimetype, data1, data2, data3 FROM data JOIN mimetypes ON mimetypes._id = data.mimetype_id
                WHERE raw_contact_id = ? ORDER BY data._id
                """,
            arguments: [id]
        )
        var named = false
        for row in rows {
            let value: String = row["data1"] ?? ""
            let type = (row["data2"] as String?).flatMap { Int($0) } ?? 0
            switch ContactsSchema.Kind(rawValue: row["mimetype"] ?? "") {
            case .name:
                contact.given = row["data2"] ?? ""
                contact.family = row["data3"] ?? ""
                if contact.given.isEmpty && contact.family.isEmpty { contact.given = value }
                named = true
            case .organization: contact.company = value
            case .phone: contact.phones.append(Labelled(value, type: type, label: row["data3"]))
            case .email: contact.emails.append(Labelled(value, type: type, label: row["data3"]))
            case nil: break
            }
        }
        // Rows that a tool wrote by hand may carry the name in `raw_contacts` only.
        let stored: String = raw["display_name"] ?? ""
        if !named && contact.display != stored { contact.given = stored }
        return contact
    }
}
