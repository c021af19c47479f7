// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen

/// A row of Pro Expense's table.
struct ExpenseRow: Hashable, Sendable {
    var id: Int64 = 0
    var name: String
    /// Hundredths.
    var amount: Int64
    var category: Int
    var note: String
    /// Milliseconds since 1970.
    var created: Int64 = 0
    var modified: Int64 = 0

    /// The app's categories; the first has the number 1.
    static let categories = [
        "Others", "Income", "Food", "Housing", "Social", "Entertainment", "Transportation", "Clothes", "Health Care",
        "Education", "Donation",
    ]

    /// Reads lines of `NAME|HUNDREDTHS|CATEGORY|NOTE`.
    static func list(_ key: String, _ arguments: ProgramArguments) throws -> [ExpenseRow] {
        try (arguments[key] ?? "").split(separator: "\n").map { line in
            let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(\.trimmingSpaces)
            guard fields.count == 4, let amount = Int64(fields[1]), let category = categories.firstIndex(of: fields[2])
            else { throw arguments.failure("\(key) must be lines of NAME|HUNDREDTHS|CATEGORY|NOTE, not \"\(line)\"") }
            return ExpenseRow(name: fields[0], amount: amount, category: category + 1, note: fields[3])
        }
    }

    /// Whether a stored row is this one that was to be entered: sum and category exactly, the texts nearly.
    func isEntered(as row: ExpenseRow) -> Bool {
        amount == row.amount && category == row.category && Spelling.likeness(name, row.name) >= 0.9
            && Spelling.likeness(note, row.note) >= 0.9
    }

    /// The same without its number: what exact duplicates have in common.
    var content: ExpenseRow {
        var copy = self
        copy.id = 0
        return copy
    }

    /// `386.84`
    var sum: String { "\(amount / 100)." + (amount % 100 < 10 ? "0" : "") + "\(amount % 100)" }

    var text: String { "\(id) \(name)|\(sum)|\(category)|\(note)" }
}

/// The table of expenses on a device.
struct ExpenseTable {
    static let database = "/data/data/com.arduia.expense/databases/accounting.db"
    let device: any DeviceLink

    init(_ device: any DeviceLink) { self.device = device }

    /// Every row, the latest first, as the app lists them.
    ///
    /// - Throws: `DroidError` with code `bench.query` when the database cannot be read.
    func rows() async throws -> [ExpenseRow] { try Self.parse(await lines()) }

    /// The rows as lines, which `parse` reads. Texts are in hexadecimal, so that they may hold anything.
    func lines() async throws -> [String] {
        let text = try await run(
            """
            SELECT expense_id, amount, category, created_date, modified_date, hex(name), hex(note) FROM expense
            ORDER BY created_date DESC, expense_id DESC
            """,
            "bench.query",
            "the expenses could not be read"
        )
        return text.split(separator: "\n").map(String.init)
    }

    static func parse(_ lines: [String]) throws -> [ExpenseRow] {
        try lines.map { line in
            let fields = line.split(separator: "|", omittingEmptySubsequences: false)
            let numbers = fields.prefix(5).map { Int64($0) ?? Int64(Double($0) ?? -1) }
            guard fields.count == 7 else {
                throw DroidError("bench.query", "a row of the expenses cannot be read", why: line)
            }
            return ExpenseRow(
                id: numbers[0],
                name: Hex.text(fields[5]),
                amount: numbers[1],
                category: Int(numbers[2]),
                note: Hex.text(fields[6]),
                created: numbers[3],
                modified: numbers[4]
            )
        }
    }

    /// Empties the table and fills it with these, in their order.
    func replace(with rows: [ExpenseRow]) async throws {
        func quote(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }
        let values = rows.map { row in
            "(\(quote(row.name)), \(row.amount), \(row.category), \(quote(row.note)), \(row.created), \(row.modified))"
        }
        var sql = "DELETE FROM expense;"
        if !values.isEmpty {
            sql += " INSERT INTO expense (name, amount, category, note, created_date, modified_date) VALUES "
            sql += values.joined(separator: ", ") + ";"
        }
        _ = try await run(sql, "bench.setup", "the expenses could not be stored")
    }

    private func run(_ sql: String, _ code: DroidError.Code, _ problem: String) async throws -> String {
        let command = "sqlite3 \(ShellQuoting.quote(Self.database)) \(ShellQuoting.quote(sql))"
        let result = try await device.run(command)
        guard result.exitCode == 0 else {
            throw DroidError(
                code,
                problem,
                why: String(String(decoding: result.stderr + result.stdout, as: UTF8.self).prefix(200)),
                next: "open Pro Expense once, so that it makes its database"
            )
        }
        return result.text
    }
}

/// Fills Pro Expense's table: `rows` (lines of `NAME|HUNDREDTHS|CATEGORY|NOTE`), and around them as many others as
/// `noise` says, drawn from `seed`, in the two weeks before now.
///
/// With `twice: "true"` the first of the rows is there twice; `near` is the number of further ones that differ from
/// it in their sum, their day, or both. The app must have made its database.
struct ExpenseSetUp: TaskProgram {
    let rows: [ExpenseRow]
    let noise: Int
    let near: Int
    let twice: Bool
    let seed: UInt64

    init(_ arguments: ProgramArguments) throws {
        func number(_ key: String) throws -> Int {
            guard let text = arguments[key] else { return 0 }
            guard let number = Int(text), (0...1000).contains(number) else {
                throw arguments.failure("\(key) must be 0...1000, not \"\(text)\"")
            }
            return number
        }
        rows = try ExpenseRow.list("rows", arguments)
        noise = try number("noise")
        near = try number("near")
        twice = arguments["twice"] == "true"
        guard let seed = UInt64(try arguments.need("seed")) else { throw arguments.failure("seed must be a number") }
        self.seed = seed
        if (twice || near > 0) && rows.isEmpty { throw arguments.failure("twice and near need a row") }
    }

    private static let day: Int64 = 86_400_000

    func setUp(_ device: any DeviceLink) async throws {
        guard let seconds = Int64(try await device.run("date +%s").text.trimmingSpaces) else {
            throw DroidError("bench.setup", "the device does not tell its time")
        }
        var random = SeededRandom(seed: seed, name: "expenses")
        var all = rows
        let taken = Set(rows.map(\.name))
        for _ in 0..<noise { all.append(ExpenseNoise.row(&random, except: taken)) }
        for index in all.indices {
            all[index].created = seconds * 1000 - Int64.random(in: 3600...1_209_600, using: &random) * 1000
            all[index].modified = all[index].created
        }
        if let first = rows.isEmpty ? nil : all.first {
            if twice { all.append(first) }
            for index in 0..<near {
                var copy = first
                if index % 3 != 1 { copy.amount += Int64.random(in: 100...999, using: &random) }
                if index % 3 != 0 { copy.created -= Self.day * Int64(1 + index) }
                copy.modified = copy.created
                all.append(copy)
            }
        }
        try await ExpenseTable(device).replace(with: all.shuffled(using: &random))
    }
}

/// Checks that exactly the named expenses came and went, and every other row is as before.
///
/// `added` are lines of `NAME|HUNDREDTHS|CATEGORY|NOTE`, `removed` lines of names; both may be absent.
struct ExpenseDifference: TaskProgram {
    let added: [ExpenseRow]
    let removed: Set<String>

    init(_ arguments: ProgramArguments) throws {
        added = try ExpenseRow.list("added", arguments)
        removed = Set((arguments["removed"] ?? "").split(separator: "\n").map(\.trimmingSpaces))
    }

    func baseline(_ device: any DeviceLink) async throws -> [String] { try await ExpenseTable(device).lines() }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        let before = try ExpenseTable.parse(baseline)
        let (come, gone) = try await ExpenseChange.since(before, device)
        var missing = added
        let known = Set(before.map(\.id))
        let right = come.allSatisfy { row in
            // A row under an old number is one that was changed.
            guard !known.contains(row.id), let hit = missing.firstIndex(where: { $0.isEntered(as: row) }) else {
                return false
            }
            missing.remove(at: hit)
            return true
        }
        let wanted = before.filter { removed.contains($0.name) }
        return CheckOutcome(
            passed: right && missing.isEmpty && Set(gone) == Set(wanted),
            found: ExpenseChange.words(come, gone)
        )
    }
}

/// What happened to the table.
private enum ExpenseChange {
    /// Rows that are there now and were not, and the other way round; a changed row is in both.
    static func since(
        _ before: [ExpenseRow],
        _ device: any DeviceLink
    ) async throws
        -> (come: [ExpenseRow], gone: [ExpenseRow])
    {
        let after = try await ExpenseTable(device).rows()
        let (old, new) = (Set(before), Set(after))
        return (after.filter { !old.contains($0) }, before.filter { !new.contains($0) })
    }

    static func words(_ come: [ExpenseRow], _ gone: [ExpenseRow]) -> String {
        let words = come.map { "+ \($0.text)" } + gone.map { "- \($0.text)" }
        return words.isEmpty ? "no change" : words.joined(separator: ", ")
    }
}

/// Expenses that stand around those that a task is about.
enum ExpenseNoise {
    private static let names: [(name: String, category: String)] = [
        ("Stamps", "Others"), ("Locker Rent", "Others"), ("Side Job", "Income"), ("Tax Refund", "Income"),
        ("Bakery", "Food"), ("Noodle Bar", "Food"), ("Water Bill", "Housing"), ("New Curtains", "Housing"),
        ("Wedding Gift", "Social"), ("Club Fee", "Social"), ("Bowling", "Entertainment"),
        ("Zoo Visit", "Entertainment"),
        ("Bus Pass", "Transportation"), ("Bike Repair", "Transportation"), ("Rain Jacket", "Clothes"),
        ("Wool Socks", "Clothes"), ("Eye Test", "Health Care"), ("Vitamins", "Health Care"),
        ("Language Class", "Education"), ("Exam Fee", "Education"), ("Food Bank", "Donation"),
        ("Animal Shelter", "Donation"),
    ]
    private static let notes = [
        "Paid in cash", "Monthly", "On the weekend", "Shared with friends", "One time only", "Was on sale",
        "Paid by card", "For the family",
    ]

    static func row(_ random: inout SeededRandom, except taken: Set<String>) -> ExpenseRow {
        let (name, category) = names.filter { !taken.contains($0.name) }.randomElement(using: &random) ?? ("", "Others")
        return ExpenseRow(
            name: name,
            amount: Int64.random(in: 1000...50000, using: &random),
            category: (ExpenseRow.categories.firstIndex(of: category) ?? 0) + 1,
            note: notes.randomElement(using: &random) ?? ""
        )
    }
}
