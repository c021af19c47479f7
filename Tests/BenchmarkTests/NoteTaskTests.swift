// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen
import Testing

@testable import Benchmark

/// The tasks that read a note of Markor, the drawing, and the opening of an app: what set-ups leave and checks take.
@Suite(.serialized) struct NoteTaskTests {
    private func instance(_ task: String, seed: UInt64) throws -> TaskInstance {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/androidworld")
        return try TaskInstance(#require(suite.templates.first { $0.name == task }), seed: seed)
    }

    private func judge(
        _ task: String,
        seed: UInt64 = 3,
        _ ends: (TaskInstance) throws -> [(words: String, passes: Bool, command: String)]
    ) async throws {
        let instance = try instance(task, seed: seed)
        let device = try await BenchDevice.startBuiltIn()
        for end in try ends(instance) {
            let baselines = try await EpisodeRunner(device, agentName: "test").prepare(instance)
            #expect(try await device.adb.run(end.command).exitCode == 0, "\(end.command)")
            let outcomes = try await CheckRunner(device: device.adb, instance: instance, baselines: baselines).run()
            let found = outcomes.map(\.found).joined(separator: "; ")
            #expect(outcomes.allSatisfy(\.passed) == end.passes, "\(task), \(end.words): \(found)")
        }
        await device.stop()
    }

    private func sqlite(_ sql: String) -> String { "sqlite3 \(ExpenseTable.database) \(ShellQuoting.quote(sql))" }

    private func insert(_ row: ExpenseRow) -> String {
        "INSERT INTO expense (name, amount, category, note, created_date, modified_date) VALUES "
            + "('\(row.name)', \(row.amount), \(row.category), '\(row.note)', 1, 1);"
    }

    @Test func `exactly the reimbursable expenses must come`() async throws {
        try await judge("ExpenseAddMultipleFromMarkor") { instance in
            let arguments = ProgramArguments(name: "test", place: "here", values: instance.values)
            let rows = try ExpenseRow.list("rows", arguments)
            let (first, last) = (rows[0], rows[1])
            func changed(_ change: (inout ExpenseRow) -> Void) -> String {
                var row = last
                change(&row)
                return insert(first) + insert(row)
            }
            let right = insert(first) + insert(last)
            let ends: [(String, Bool, String)] = [
                ("as wanted", true, right),
                ("the other way round", true, insert(last) + insert(first)),
                ("nothing", false, "SELECT 1"),
                ("one only", false, insert(first)),
                ("twice", false, right + insert(last)),
                ("without the mark", false, changed { $0.note = $0.note.replacing(". Reimbursable.", with: "") }),
                ("another sum", false, changed { $0.amount += 1 }),
                ("another category", false, changed { $0.category = $0.category % 11 + 1 }),
                ("another name", false, changed { $0.name = "Tea" }),
                (
                    "another one besides", false,
                    right + insert(ExpenseRow(name: "Tea", amount: 1, category: 1, note: ""))
                ),
                (
                    "an old one changed", false,
                    right + "UPDATE expense SET note='x' WHERE expense_id=(SELECT MIN(expense_id) FROM expense);"
                ),
                (
                    "an old one gone", false,
                    right + "DELETE FROM expense WHERE expense_id=(SELECT MIN(expense_id) FROM expense);"
                ),
            ]
            return ends.map { ($0.0, $0.1, sqlite($0.2)) }
        }
    }

    @Test func `two of 102 transactions of the note are reimbursable`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        for seed in 1...4 as ClosedRange<UInt64> {
            let instance = try instance("ExpenseAddMultipleFromMarkor", seed: seed)
            _ = try await EpisodeRunner(device, agentName: "test").prepare(instance)
            let note = try #require(await MarkorNotes(device.adb).content("my_expenses.txt"))
            let lines = note.split(separator: "\n")
            #expect(lines.count == 103 && lines[0] == "name|amount_dollars|category_name|note")
            let hits = lines.filter { $0.hasSuffix("Reimbursable.") }
            #expect(hits.count == 2 && note.components(separatedBy: "eimburs").count == 3)
            #expect(hits.allSatisfy { $0.split(separator: "|").count == 4 })
            #expect(try await ExpenseTable(device.adb).rows().count == 10)
        }
        await device.stop()
    }

    @Test func `three of forty recipes of the note take the time, and all of the other note's three are meant`()
        async throws
    {
        let device = try await BenchDevice.startBuiltIn()
        for seed in 1...4 as ClosedRange<UInt64> {
            let instance = try instance("RecipeAddMultipleRecipesFromMarkor2", seed: seed)
            _ = try await EpisodeRunner(device, agentName: "test").prepare(instance)
            let note = try #require(await MarkorNotes(device.adb).content("recipes.txt"))
            let rows = note.split(separator: "\n").dropFirst().map { $0.split(separator: "|") }
            let time = try #require(instance.values["time"])
            let hits = rows.filter { $0[3] == time }.map { String($0[0]) }
            #expect(rows.count == 40 && Set(hits) == Set((1...3).compactMap { instance.values["title\($0)"] }))
            #expect(hits.count == 3 && instance.goal.contains(time))
        }
        let plain = try instance("RecipeAddMultipleRecipesFromMarkor", seed: 2)
        _ = try await EpisodeRunner(device, agentName: "test").prepare(plain)
        let note = try #require(await MarkorNotes(device.adb).content("recipes.txt"))
        #expect(note.split(separator: "\n").count == 4)
        #expect(try await RecipeTable.rows(device.adb).count == 10)
        await device.stop()
    }

    @Test func `the drawing must lie in the folder under its whole name`() async throws {
        try await judge("SimpleDrawProCreateDrawing") { instance in
            let name = try #require(instance.values["name"])
            let folder = "/storage/emulated/0/Pictures"
            return [
                ("as wanted", true, "touch \(folder)/\(name)"),
                ("nothing", false, "true"),
                ("elsewhere", false, "touch /storage/emulated/0/Download/\(name)"),
                ("below it", false, "mkdir \(folder)/a && touch \(folder)/a/\(name)"),
                ("without its ending", false, "touch \(folder)/\(name.split(separator: ".")[0])"),
                ("with two endings", false, "touch \(folder)/\(name).png"),
            ]
        }
    }

    @Test func `the app that is asked for must be in front`() async throws {
        for seed in 1...5 as ClosedRange<UInt64> {
            try await judge("OpenAppTaskEval", seed: seed) { instance in
                let package = try #require(instance.values["package"])
                func launch(_ package: String) -> String {
                    "monkey -p \(package) -c android.intent.category.LAUNCHER 1"
                }
                return [
                    ("as wanted", true, launch(package)),
                    ("nothing", false, "true"),
                    ("another app", false, launch("net.gsantner.markor")),
                    ("left again", false, launch(package) + "; input keyevent 3"),
                ]
            }
        }
    }

    @Test(
        arguments: [
            ("ExpenseNoteSetUp", ["rows": "Tea|x|Food|", "file": "a.txt", "seed": "1"]),
            ("ExpenseNoteSetUp", ["rows": "Tea|1|Food|", "seed": "1"]),
            ("RecipeNoteSetUp", ["rows": "Soup|x", "file": "a.txt", "seed": "1"]),
            ("RecipeNoteSetUp", ["rows": "Soup||||||", "file": "a.txt", "seed": "1", "noise": "41"]),
            ("RecipeNoteSetUp", ["rows": "Soup||||||", "file": "a.txt", "seed": "x"]),
        ] as [(String, [String: String])]
    )
    func `a set-up that makes no sense is refused`(name: String, values: [String: String]) {
        #expect(throws: DroidError.self) {
            try Programs.make(ProgramArguments(name: name, place: "here", values: values))
        }
    }
}
