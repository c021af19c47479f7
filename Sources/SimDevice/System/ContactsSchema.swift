// SPDX-License-Identifier: Apache-2.0

import GRDB

/// Android's tables of contacts, with the columns that tools and tests read.
enum ContactsSchema {
    /// What a row of `data` holds, by its MIME type.
    enum Kind: String, CaseIterable {
        case email = "vnd.android.cursor.item/email_v2"
        case phone = "vnd.android.cursor.item/phone_v2"
        case organization = "vnd.android.cursor.item/organization"
        case name = "vnd.android.cursor.item/name"
    }

    static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE accounts (_id INTEGER PRIMARY KEY AUTOINCREMENT, account_name TEXT, account_type TEXT,
                    data_set TEXT);
                CREATE TABLE contacts (_id INTEGER PRIMARY KEY AUTOINCREMENT, name_raw_contact_id INTEGER,
                    photo_id INTEGER, custom_ringtone TEXT, send_to_voicemail INTEGER NOT NULL DEFAULT 0,
                    starred INTEGER NOT NULL DEFAULT 0, pinned INTEGER NOT NULL DEFAULT 0,
                    has_phone_number INTEGER NOT NULL DEFAULT 0, lookup TEXT,
                    contact_last_updated_timestamp INTEGER);
                CREATE TABLE raw_contacts (_id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER, sourceid TEXT,
                    version INTEGER NOT NULL DEFAULT 1, dirty INTEGER NOT NULL DEFAULT 0,
                    deleted INTEGER NOT NULL DEFAULT 0, contact_id INTEGER, starred INTEGER NOT NULL DEFAULT 0,
                    display_name TEXT, display_name_alt TEXT, display_name_source INTEGER NOT NULL DEFAULT 40,
                    phonetic_name TEXT, sort_key TEXT COLLATE NOCASE);
                CREATE TABLE mimetypes (_id INTEGER PRIMARY KEY AUTOINCREMENT, mimetype TEXT NOT NULL);
                CREATE TABLE data (_id INTEGER PRIMARY KEY AUTOINCREMENT, mimetype_id INTEGER NOT NULL,
                    raw_contact_id INTEGER NOT NULL, is_primary INTEGER NOT NULL DEFAULT 0,
                    is_super_primary INTEGER NOT NULL DEFAULT 0, data_version INTEGER NOT NULL DEFAULT 0,
                    data1 TEXT, data2 TEXT, data3 TEXT, data4 TEXT, data5 TEXT, data6 TEXT, data7 TEXT, data8 TEXT,
                    data9 TEXT, data10 TEXT, data11 TEXT, data12 TEXT, data13 TEXT, data14 TEXT, data15 BLOB);
                CREATE TABLE phone_lookup (data_id INTEGER, raw_contact_id INTEGER NOT NULL,
                    normalized_number TEXT NOT NULL, min_match TEXT NOT NULL);
                CREATE INDEX data_raw_contact_id ON data (raw_contact_id);
                CREATE VIEW view_raw_contacts AS SELECT * FROM raw_contacts WHERE deleted = 0;
                CREATE VIEW view_data AS SELECT data._id, data.raw_contact_id, raw_contacts.contact_id,
                    mimetypes.mimetype, raw_contacts.display_name, raw_contacts.starred, data1, data2, data3, data4,
                    data5, data6, data7, data8, data9, data10
                    FROM data JOIN mimetypes ON mimetypes._id = data.mimetype_id
                    JOIN raw_contacts ON raw_contacts._id = data.raw_contact_id WHERE raw_contacts.deleted = 0;
                INSERT INTO accounts (account_name, account_type) VALUES (NULL, NULL);
                """
        )
        for kind in Kind.allCases {
            try db.execute(sql: "INSERT INTO mimetypes (mimetype) VALUES (?)", arguments: [kind.rawValue])
        }
    }
}
