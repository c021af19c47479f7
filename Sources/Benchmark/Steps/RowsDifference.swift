// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen

/// Checks that exactly the named rows came into a table and went from it, and every other row is as before.
///
/// `database` is a path, `table` a table with the key column `key`. `added` are lines of values in the order of
/// `columns` (all separated by `|`), of which those in `like` need only be alike, and the others equal. `removed` are lines of
/// values of the column `removed_by`. What stands in `ignore` may change in every row. `added` and `removed` may be absent.
struct RowsDifference: TaskProgram {
    private let table: TableArguments
    private let columns: [String]
    private let like: Set<String>
    private let added: [DeviceTable.Row]
    private let removedBy: String?
    private let removed: Set<String>

    init(_ arguments: ProgramArguments) throws {
        table = try TableArguments(arguments)
        let columns = arguments.parts("columns")
        self.columns = columns
        like = Set(arguments.parts("like"))
        added = try arguments.lines("added").map { line in
            let values = line.split(separator: "|", omittingEmptySubsequences: false).map(\.trimmingSpaces)
            guard values.count == columns.count else {
                throw arguments.failure("added must be lines of \(columns.joined(separator: "|")), not \"\(line)\"")
            }
            return DeviceTable.Row(uniqueKeysWithValues: zip(columns, values))
        }
        removed = Set(arguments.lines("removed"))
        removedBy = arguments["removed_by"]
        if !removed.isEmpty && removedBy == nil { throw arguments.failure("removed needs removed_by") }
    }

    func baseline(_ device: any DeviceLink) async throws -> [String] { try await table.on(device).lines() }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        let change = try await table.change(since: baseline, device)
        var missing = added
        let right = change.come.allSatisfy { row in
            // A row under an old key is one that was changed.
            guard !change.isKnown(row), let hit = missing.firstIndex(where: { isEntered(row, as: $0) }) else {
                return false
            }
            missing.remove(at: hit)
            return true
        }
        let wanted = change.before.filter { row in removedBy.flatMap { row[$0] }.map(removed.contains) ?? false }
        return CheckOutcome(
            passed: right && missing.isEmpty && Set(change.gone) == Set(wanted) && change.hasKeysOnce,
            found: change.words(columns.isEmpty ? [table.key, removedBy].compactMap(\.self) : columns)
        )
    }

    private func isEntered(_ row: DeviceTable.Row, as wanted: DeviceTable.Row) -> Bool {
        columns.allSatisfy { column in
            let (found, text) = (row[column] ?? "", wanted[column] ?? "")
            if like.contains(column) { return Spelling.likeness(found, text) >= 0.9 }
            // 12.5 is 12.50: how a number is written is the database's business.
            if let a = Double(found), let b = Double(text) { return a == b }
            return found == text
        }
    }
}

/// Checks that of each group of rows that differ in their key only exactly one is left, and every other row is as before.
///
/// `database`, `table`, `key` and `ignore` as in `RowsDifference`.
struct RowsDuplicates: TaskProgram {
    private let table: TableArguments

    init(_ arguments: ProgramArguments) throws { table = try TableArguments(arguments) }

    func baseline(_ device: any DeviceLink) async throws -> [String] { try await table.on(device).lines() }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        let change = try await table.change(since: baseline, device)
        func content(_ rows: [DeviceTable.Row]) -> [DeviceTable.Row] {
            rows.map { row in row.filter { $0.key != table.key } }
        }
        let left = change.before.filter { !Set(change.gone).contains($0) }
        let kept = Set(content(left))
        return CheckOutcome(
            passed: change.come.isEmpty && kept == Set(content(change.before)) && left.count == kept.count,
            found: change.words([table.key])
        )
    }
}

/// What the checks over a table have in common.
private struct TableArguments: Sendable {
    let database: String
    let table: String
    let key: String
    let ignored: Set<String>

    init(_ arguments: ProgramArguments) throws {
        database = try arguments.need("database")
        table = try arguments.need("table")
        key = try arguments.need("key")
        ignored = Set(arguments.parts("ignore"))
    }

    func on(_ device: any DeviceLink) -> DeviceTable { DeviceTable(device, database: database, table: table) }

    /// What happened to the table.
    func change(since baseline: [String], _ device: any DeviceLink) async throws -> TableChange {
        func counted(_ rows: [DeviceTable.Row]) -> [DeviceTable.Row] {
            rows.map { row in row.filter { !ignored.contains($0.key) } }
        }
        let before = counted(try DeviceTable.parse(baseline))
        return TableChange(key: key, before: before, after: counted(try await on(device).rows()))
    }
}

/// Two states of a table.
private struct TableChange {
    let key: String
    let before: [DeviceTable.Row]
    let after: [DeviceTable.Row]
    /// Rows that are there now and were not, and the other way round; a changed row is in both.
    let come: [DeviceTable.Row]
    let gone: [DeviceTable.Row]

    init(key: String, before: [DeviceTable.Row], after: [DeviceTable.Row]) {
        self.key = key
        self.before = before
        self.after = after
        let (old, new) = (Set(before), Set(after))
        come = after.filter { !old.contains($0) }
        gone = before.filter { !new.contains($0) }
    }

    /// Whether a row of this key was there before.
    func isKnown(_ row: DeviceTable.Row) -> Bool { before.contains { $0[key] == row[key] } }

    /// A table without a primary key could hold a row twice, which sets do not see.
    var hasKeysOnce: Bool { Set(after.map { $0[key] }).count == after.count }

    func words(_ columns: [String]) -> String {
        func text(_ row: DeviceTable.Row) -> String { columns.map { row[$0] ?? "NULL" }.joined(separator: "|") }
        let words = come.map { "+ \(text($0))" } + gone.map { "- \(text($0))" }
        return words.isEmpty ? "no change" : words.joined(separator: ", ")
    }
}

extension ProgramArguments {
    /// The lines of a value, without spaces at their ends and without empty ones.
    func lines(_ key: String) -> [String] {
        (self[key] ?? "").split(separator: "\n").map(\.trimmingSpaces).filter { !$0.isEmpty }
    }

    /// What stands between the bars of a value.
    func parts(_ key: String) -> [String] {
        (self[key] ?? "").split(separator: "|").map(\.trimmingSpaces).filter { !$0.isEmpty }
    }
}
