// SPDX-License-Identifier: Apache-2.0

import GRDB

extension CallStore {
    /// A call that has ended.
    struct Entry: Hashable {
        var id: Int64
        var number: String
        var name: String?
        /// Nil for a kind that is not known.
        var kind: Kind?
        /// When it began, in milliseconds since 1970.
        var date: Int64
        var duration: Int64

        /// Whom it was with, as the display shows it.
        var title: String {
            if let name, !name.isEmpty { return name }
            return number.isEmpty ? "Unknown" : number
        }
    }

    /// The latest calls, the latest first.
    func history(limit: Int = 200) throws -> [Entry] {
        try database.read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT _id, number, name, type, date, duration FROM calls ORDER BY date DESC, _id DESC LIMIT ?",
                arguments: [limit]
            ).map { row in
                Entry(
                    id: row["_id"] ?? 0,
                    number: row["number"] ?? "",
                    name: row["name"],
                    kind: (row["type"] as Int?).flatMap(Kind.init),
                    date: row["date"] ?? 0,
                    duration: row["duration"] ?? 0
                )
            }
        }
    }

    /// Forgets all calls.
    func clear() throws {
        try database.write { try $0.execute(sql: "DELETE FROM calls") }
    }
}
