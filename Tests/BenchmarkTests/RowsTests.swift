// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Testing

@testable import Benchmark

/// Checks over tables of a device.
@Suite(.serialized) struct RowsTests {
    private static let database = "/data/local/tmp/shop.db"

    private func program(_ name: String, _ values: [String: String]) throws -> any TaskProgram {
        let all = ["database": Self.database, "table": "goods", "key": "id"].merging(values) { _, new in new }
        return try Programs.make(ProgramArguments(name: name, place: "here", values: all))
    }

    private func fill(_ device: BenchDevice) async throws -> DeviceTable {
        let sql =
            "DROP TABLE IF EXISTS goods; "
            + "CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT, price REAL, note TEXT, seen INTEGER, \"odd name\" BLOB)"
        let made = try await device.adb.shell(["sqlite3", Self.database, sql])
        #expect(made.exitCode == 0)
        let table = DeviceTable(device.adb, database: Self.database, table: "goods")
        try await table.replace(with: [
            ["id": 1, "name": "Apple's | \"best\"\nkind", "price": 1.5, "note": .null, "odd name": .blob([0, 255])],
            ["id": 2, "name": "Pear", "price": 2, "note": "ripe"],
            ["id": 3, "name": "Pear", "price": 2, "note": "ripe"],
        ])
        return table
    }

    @Test func `rows come back as they were written, whatever is in them`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        let rows = try await fill(device).rows()
        #expect(rows.count == 3)
        #expect(rows[0]["name"] == "Apple's | \"best\"\nkind" && rows[0]["price"] == "1.5" && rows[0]["note"] == nil)
        #expect(rows[1] == ["id": "2", "name": "Pear", "price": "2.0", "note": "ripe"])
        let missing = DeviceTable(device.adb, database: Self.database, table: "none")
        await #expect { try await missing.rows() } throws: { ($0 as? DroidError)?.code == "bench.query" }
        await #expect { try await missing.insert([["a": 1]]) } throws: { ($0 as? DroidError)?.code == "bench.setup" }
        await device.stop()
    }

    @Test(arguments: [
        ("DELETE FROM goods WHERE id=1; INSERT INTO goods VALUES (9, 'Green plums', 3, 'sweet', 5, NULL)", true),
        // A near miss in the text that may be alike; one letter more is too much.
        ("DELETE FROM goods WHERE id=1; INSERT INTO goods VALUES (9, 'Green plum', 3, 'sweet', 5, NULL)", true),
        ("DELETE FROM goods WHERE id=1; INSERT INTO goods VALUES (9, 'Greens', 3, 'sweet', 5, NULL)", false),
        ("DELETE FROM goods WHERE id=1; INSERT INTO goods VALUES (9, 'Green plums', 3.01, 'sweet', 5, NULL)", false),
        ("DELETE FROM goods WHERE id=1; INSERT INTO goods VALUES (9, 'Green plums', 3, 'sweets', 5, NULL)", false),
        ("DELETE FROM goods WHERE id=1", false),
        ("INSERT INTO goods VALUES (9, 'Green plums', 3, 'sweet', 5, NULL)", false),
        // Side edits: another row changed, gone, or one too many; what is ignored may change.
        (
            "DELETE FROM goods WHERE id=1; INSERT INTO goods VALUES (9, 'Green plums', 3, 'sweet', 5, NULL); UPDATE goods SET note='x' WHERE id=2",
            false
        ),
        ("DELETE FROM goods WHERE id<3; INSERT INTO goods VALUES (9, 'Green plums', 3, 'sweet', 5, NULL)", false),
        (
            "DELETE FROM goods WHERE id=1; INSERT INTO goods VALUES (9, 'Green plums', 3, 'sweet', 5, NULL), (10, 'Green plums', 3, 'sweet', 5, NULL)",
            false
        ),
        (
            "DELETE FROM goods WHERE id=1; INSERT INTO goods VALUES (9, 'Green plums', 3, 'sweet', 5, NULL); UPDATE goods SET seen=7",
            true
        ),
        // The right content under an old key is a row that was changed.
        ("DELETE FROM goods WHERE id=1; UPDATE goods SET name='Green plums', price=3, note='sweet' WHERE id=2", false),
    ])
    func `exactly the named rows may come and go`(_ sql: String, _ holds: Bool) async throws {
        let device = try await BenchDevice.startBuiltIn()
        _ = try await fill(device)
        let check = try program(
            "RowsDifference",
            [
                "columns": "name|price|note", "like": "name", "added": "Green plums|3.0|sweet\n", "removed_by": "id",
                "removed": "1", "ignore": "seen",
            ]
        )
        let baseline = try await check.baseline(device.adb)
        _ = try await device.adb.shell(["sqlite3", Self.database, sql])
        let outcome = try await check.check(device.adb, baseline: baseline)
        #expect(outcome.passed == holds, "\(outcome.found)")
        await device.stop()
    }

    @Test(arguments: [
        ("DELETE FROM goods WHERE id=2", true), ("DELETE FROM goods WHERE id=3", true), ("", false),
        ("DELETE FROM goods WHERE id>1", false), ("DELETE FROM goods WHERE id<3", false),
        ("DELETE FROM goods WHERE id=2; UPDATE goods SET note='x' WHERE id=3", false),
        ("DELETE FROM goods WHERE id=2; INSERT INTO goods VALUES (9, 'New', 1, 'y', 1, NULL)", false),
    ])
    func `of equal rows exactly one stays`(_ sql: String, _ holds: Bool) async throws {
        let device = try await BenchDevice.startBuiltIn()
        _ = try await fill(device)
        let check = try program("RowsDuplicates", [:])
        let baseline = try await check.baseline(device.adb)
        if !sql.isEmpty { _ = try await device.adb.shell(["sqlite3", Self.database, sql]) }
        #expect(try await check.check(device.adb, baseline: baseline).passed == holds)
        await device.stop()
    }

    @Test func `a device's clock is set as AndroidWorld sets it`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        let moment = try #require(TaskDates.moment("2024-02-29 08:09:10"))
        try await DeviceClockSetter(device: device.adb).set(moment)
        #expect(try await device.adb.shell(["date", "+%F %H:%M"]).text == "2024-02-29 08:09\n")
        #expect(try await device.adb.shell(["settings", "get", "global", "auto_time"]).text == "0\n")
        await device.stop()
    }

    @Test func `arguments that do not fit are errors that say so`() throws {
        #expect { try program("RowsDifference", ["columns": "a|b", "added": "1|2|3"]) } throws: {
            "\($0)".contains("lines of a|b")
        }
        #expect { try program("RowsDifference", ["removed": "1"]) } throws: { "\($0)".contains("removed_by") }
    }
}
