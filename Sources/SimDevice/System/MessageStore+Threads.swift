// SPDX-License-Identifier: Apache-2.0

import GRDB

/// Messages by whom they are exchanged with.
extension MessageStore {
    /// All messages with one number.
    struct Conversation: Sendable, Hashable {
        /// The number as the newest message has it.
        var address: String
        /// The newest first; never empty. Drafts are among them.
        var messages: [Message]

        /// Whether something has come in that nobody has looked at.
        var isUnread: Bool { messages.contains { !$0.read && $0.box == Box.inbox.rawValue } }
    }

    /// The conversations, the one with the newest message first.
    ///
    /// They are put together by numbers and not by `thread_id`, which rows that a tool wrote may lack.
    func conversations() throws -> [Conversation] {
        var found: [Conversation] = []
        for message in try all() {
            if let index = found.firstIndex(where: { PhoneNumber.same($0.address, message.address) }) {
                found[index].messages.append(message)
            } else {
                found.append(Conversation(address: message.address, messages: [message]))
            }
        }
        return found
    }

    /// The messages with a number, the oldest first.
    func messages(with address: String) throws -> [Message] {
        try all().reversed().filter { PhoneNumber.same($0.address, address) }
    }

    /// Marks what has come from a number as read, or as unread.
    func mark(_ address: String, read: Bool) throws {
        let changed = try messages(with: address).filter { $0.box == Box.inbox.rawValue && $0.read != read }
        guard !changed.isEmpty else { return }
        try database.write { db in
            for message in changed {
                try db.execute(
                    sql: "UPDATE sms SET read = ?, seen = ? WHERE _id = ?",
                    arguments: [read, read, message.id]
                )
            }
            for thread in Set(changed.map(\.thread)) {
                try db.execute(sql: "UPDATE threads SET read = ? WHERE _id = ?", arguments: [read, thread])
            }
        }
    }

    /// Removes messages; a thread goes with its last one.
    func delete(_ messages: [Message]) throws {
        guard !messages.isEmpty else { return }
        try database.write { db in
            for message in messages { try db.execute(sql: "DELETE FROM sms WHERE _id = ?", arguments: [message.id]) }
            for thread in Set(messages.map(\.thread)) { try Self.refresh(db, thread) }
        }
    }

    /// Brings a thread's row in line with its messages.
    private static func refresh(_ db: Database, _ thread: Int64) throws {
        let newest = try Row.fetchOne(
            db,
            sql: "SELECT date, body FROM sms WHERE thread_id = ? ORDER BY date DESC, _id DESC",
            arguments: [thread]
        )
        guard let newest else { return try db.execute(sql: "DELETE FROM threads WHERE _id = ?", arguments: [thread]) }
        try db.execute(
            sql: """
                UPDATE threads SET date = ?, snippet = ?,
                    message_count = (SELECT COUNT(*) FROM sms WHERE thread_id = threads._id),
                    read = NOT EXISTS (SELECT 1 FROM sms WHERE thread_id = threads._id AND read = 0 AND type = 1)
                WHERE _id = ?
                """,
            arguments: [newest["date"] as Int64?, newest["body"] as String?, thread]
        )
    }

    /// The text that stands unsent for a number.
    func draft(for address: String) throws -> String {
        try messages(with: address).last { $0.box == Box.draft.rawValue }?.body ?? ""
    }

    /// Keeps a text for a number, in place of an earlier one; an empty text only takes that away.
    func setDraft(_ text: String, for address: String) throws {
        let drafts = try messages(with: address).filter { $0.box == Box.draft.rawValue }
        if drafts.map(\.body) == (text.isEmpty ? [] : [text]) { return }
        try delete(drafts)
        if !text.isEmpty { try add(address: address, body: text, box: .draft) }
    }
}

extension ContactsStore {
    /// Who has a number; nil for a stranger.
    func person(with number: String) throws -> Contact? {
        guard !number.isEmpty else { return nil }
        return try all().first { $0.phones.contains { PhoneNumber.same($0.value, number) } }
    }
}
