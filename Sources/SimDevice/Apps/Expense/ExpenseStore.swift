// SPDX-License-Identifier: Apache-2.0

import GRDB
import Media

/// What an expense was for, by the number that the database has.
enum ExpenseCategory: Int, CaseIterable {
    case others = 1
    case income, food, housing, social, entertainment, transportation, clothes, healthCare, education, donation

    var title: String {
        switch self {
        case .others: "Others"
        case .income: "Income"
        case .food: "Food"
        case .housing: "Housing"
        case .social: "Social"
        case .entertainment: "Entertainment"
        case .transportation: "Transportation"
        case .clothes: "Clothes"
        case .healthCare: "Health Care"
        case .education: "Education"
        case .donation: "Donation"
        }
    }

    var icon: Icon {
        switch self {
        case .others: .label
        case .income: .download
        case .food: .timer
        case .housing: .home
        case .social: .people
        case .entertainment: .play
        case .transportation: .location
        case .clothes: .person
        case .healthCare: .add
        case .education: .edit
        case .donation: .star
        }
    }
}

/// A sum of money in hundredths.
struct MoneyAmount: Hashable {
    var cents: Int64

    init(cents: Int64) { self.cents = cents }

    /// Takes what was typed: digits with a point and at most two digits after it. `nil` where that is no sum, or none
    /// that the database could hold.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }) else {
            return nil
        }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard fraction.count <= 2, parts[0].count <= 12, !(parts[0].isEmpty && fraction.isEmpty) else { return nil }
        let whole = Int64(parts[0]) ?? 0
        let rest = Int64(fraction + String(repeating: "0", count: 2 - fraction.count)) ?? 0
        cents = whole * 100 + rest
    }

    /// `1234.50`, as a field holds it.
    var plain: String { "\(cents < 0 ? "-" : "")\(cents.magnitude / 100).\(Self.two(cents.magnitude % 100))" }

    /// `1,234.50`
    var text: String {
        var whole = String(cents.magnitude / 100)
        var grouped = ""
        while whole.count > 3 {
            grouped = "," + whole.suffix(3) + grouped
            whole.removeLast(3)
        }
        return "\(cents < 0 ? "-" : "")\(whole)\(grouped).\(Self.two(cents.magnitude % 100))"
    }

    /// What is left of typed text in a field that takes a sum: digits, one point, two digits after it.
    static func filtered(_ text: String) -> String {
        var out = ""
        var decimals: Int?
        for letter in text {
            if letter == ".", decimals == nil {
                decimals = 0
            } else if letter.isASCII, letter.isNumber, (decimals ?? 0) < 2 {
                decimals = decimals.map { $0 + 1 }
            } else {
                continue
            }
            out.append(letter)
        }
        return out
    }

    private static func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

/// One row of the app's table.
struct Expense: Hashable {
    /// 0 for one that is not stored yet.
    var id: Int64 = 0
    var name = ""
    var amount = MoneyAmount(cents: 0)
    var category = ExpenseCategory.others
    var note = ""
    /// Milliseconds since 1970.
    var created: Int64 = 0
    var modified: Int64 = 0
}

/// Pro Expense's `accounting.db`, in the tables that the Room library makes of its entities.
struct ExpenseStore {
    static let path = "/data/data/com.arduia.expense/databases/accounting.db"
    private let database: DeviceDatabase
    private let now: Int64

    init(_ context: AppContext) {
        database = context.system.database(Self.path, create: Self.create)
        now = context.now
    }

    /// All of them, the latest first. A file that a tool put in the place of the app's may lack the table; then
    /// there are none.
    func all(ascending: Bool = false) -> [Expense] {
        let order = ascending ? "ASC" : "DESC"
        return (try? fetch("ORDER BY created_date \(order), expense_id \(order)")) ?? []
    }

    /// One of them; nil where there is none with this id.
    func get(_ id: Int64) -> Expense? { try? fetch("WHERE expense_id = ?", [id]).first }

    /// Stores a new one and gives its id.
    @discardableResult
    func insert(_ expense: Expense) throws -> Int64 {
        try database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO expense (name, amount, category, note, created_date, modified_date)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [expense.name, expense.amount.cents, expense.category.rawValue, expense.note, now, now]
            )
            return db.lastInsertedRowID
        }
    }

    /// Replaces what is stored under the expense's id; when it was made stays.
    func update(_ expense: Expense) throws {
        try database.write { db in
            try db.execute(
                sql: """
                    UPDATE expense SET name = ?, amount = ?, category = ?, note = ?, modified_date = ?
                    WHERE expense_id = ?
                    """,
                arguments: [
                    expense.name, expense.amount.cents, expense.category.rawValue, expense.note, now, expense.id,
                ]
            )
        }
    }

    func delete(_ ids: some Collection<Int64>) throws {
        try database.write { db in
            for id in ids { try db.execute(sql: "DELETE FROM expense WHERE expense_id = ?", arguments: [id]) }
        }
    }

    private func fetch(_ clause: String, _ arguments: StatementArguments = []) throws -> [Expense] {
        try database.read { db in
            // Columns may hold anything in a file that came from outside; the casts make numbers and texts of it.
            let sql = """
                SELECT expense_id, CAST(COALESCE(name, '') AS TEXT) AS name,
                    CAST(COALESCE(amount, 0) AS INTEGER) AS amount, CAST(COALESCE(category, 1) AS INTEGER) AS category,
                    CAST(COALESCE(note, '') AS TEXT) AS note,
                    CAST(COALESCE(created_date, 0) AS INTEGER) AS created_date,
                    CAST(COALESCE(modified_date, 0) AS INTEGER) AS modified_date
                FROM expense \(clause)
                """
            return try Row.fetchAll(db, sql: sql, arguments: arguments).map { row in
                Expense(
                    id: row["expense_id"],
                    name: row["name"],
                    amount: MoneyAmount(cents: row["amount"]),
                    category: ExpenseCategory(rawValue: row["category"]) ?? .others,
                    note: row["note"],
                    created: row["created_date"],
                    modified: row["modified_date"]
                )
            }
        }
    }

    private static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE android_metadata (locale TEXT);
                INSERT INTO android_metadata VALUES ('en_US');
                CREATE TABLE expense (expense_id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, name TEXT,
                    amount INTEGER NOT NULL, category INTEGER NOT NULL, note TEXT, created_date INTEGER NOT NULL,
                    modified_date INTEGER NOT NULL);
                CREATE TABLE room_master_table (id INTEGER PRIMARY KEY, identity_hash TEXT);
                PRAGMA user_version = 8;
                """
        )
    }
}
