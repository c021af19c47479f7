// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen

/// A value for a column of a table on a device.
enum TableValue: Hashable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByFloatLiteral
{
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    init(integerLiteral value: Int64) { self = .integer(value) }
    init(stringLiteral value: String) { self = .text(value) }
    init(floatLiteral value: Double) { self = .real(value) }

    /// As SQL writes it.
    var sql: String {
        switch self {
        case .null: "NULL"
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .text(let text): "'" + text.replacing("'", with: "''") + "'"
        case .blob(let bytes): "x'\(bytes.hex)'"
        }
    }
}

/// A table of a SQLite database on a device, through the `sqlite3` there: what every check over an app's rows stands on.
struct DeviceTable: Sendable {
    /// A row: each column's value as text; a column that holds NULL is absent.
    typealias Row = [String: String]

    let device: any DeviceLink
    let database: String
    let table: String

    init(_ device: any DeviceLink, database: String, table: String) {
        self.device = device
        self.database = database
        self.table = table
    }

    /// Every row, in the order of their row numbers.
    ///
    /// - Throws: `DroidError` with code `bench.query` when the table cannot be read.
    func rows() async throws -> [Row] { try Self.parse(await lines()) }

    /// The rows as lines, which `parse` reads: `COLUMN=HEX|COLUMN=HEX`. Values are in hexadecimal, so that they may hold
    /// anything; those that are NULL are left out.
    func lines() async throws -> [String] {
        let quoted = table.replacing("'", with: "''")
        let names = try await run("SELECT name FROM pragma_table_info('\(quoted)')", "bench.query", "could not be read")
            .split(separator: "\n").map { String($0) }
        guard !names.isEmpty else { throw failure("bench.query", "could not be read", "there is no such table") }
        let columns = names.map {
            "'\($0)=' || CASE WHEN \(identifier($0)) IS NULL THEN '-' ELSE hex(\(identifier($0))) END"
        }
        let sql = "SELECT \(columns.joined(separator: " || '|' || ")) FROM \(identifier(table)) ORDER BY rowid"
        return try await run(sql, "bench.query", "could not be read").split(separator: "\n").map { line in
            line.split(separator: "|").filter { !$0.hasSuffix("=-") }.joined(separator: "|")
        }
    }

    /// Reads what `lines` gave.
    ///
    /// - Throws: `DroidError` with code `bench.query` for anything else.
    static func parse(_ lines: [String]) throws -> [Row] {
        try lines.map { line in
            var row: Row = [:]
            for field in line.split(separator: "|") {
                guard let sign = field.firstIndex(of: "=") else {
                    throw DroidError("bench.query", "a row of a table cannot be read", why: line)
                }
                row[String(field[..<sign])] = Hex.text(field[field.index(after: sign)...])
            }
            return row
        }
    }

    /// Empties the table and fills it with these rows, in their order.
    ///
    /// - Throws: `DroidError` with code `bench.setup` when the device refuses; the table is then as before.
    func replace(with rows: [[String: TableValue]]) async throws {
        try await change("DELETE FROM \(identifier(table));", rows)
    }

    /// Adds rows, in their order.
    ///
    /// - Throws: `DroidError` with code `bench.setup` when the device refuses; the table is then as before.
    func insert(_ rows: [[String: TableValue]]) async throws { try await change("", rows) }

    private func change(_ start: String, _ rows: [[String: TableValue]]) async throws {
        var sql = "BEGIN; \(start)"
        for row in rows {
            let columns = row.keys.sorted()
            sql += " INSERT INTO \(identifier(table)) (\(columns.map(identifier).joined(separator: ", "))) VALUES ("
            sql += columns.map { row[$0, default: .null].sql }.joined(separator: ", ") + ");"
        }
        _ = try await run(sql + " COMMIT;", "bench.setup", "could not be written")
    }

    private func identifier(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }

    private func run(_ sql: String, _ code: DroidError.Code, _ problem: String) async throws -> String {
        let result = try await device.run("sqlite3 \(ShellQuoting.quote(database)) \(ShellQuoting.quote(sql))")
        guard result.exitCode == 0 else {
            throw failure(code, problem, String(decoding: result.stderr + result.stdout, as: UTF8.self))
        }
        return result.text
    }

    private func failure(_ code: DroidError.Code, _ problem: String, _ why: String) -> DroidError {
        DroidError(
            code,
            "the table \(table) of \(database) \(problem)",
            why: String(why.prefix(200)).trimmingSpaces,
            next: "open the app once, so that it makes its database"
        )
    }
}

/// Hexadecimal digits, as SQLite's `hex` writes them.
enum Hex {
    /// The text whose UTF-8 the digits are.
    static func text(_ digits: some StringProtocol) -> String {
        let values = digits.utf8.map { UInt8(Character(Unicode.Scalar($0)).hexDigitValue ?? 0) }
        let bytes = stride(from: 0, to: values.count - 1, by: 2).map { values[$0] << 4 | values[$0 + 1] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
