// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Media
import Screen
import Testing

@testable import Benchmark

/// What the checks of the tasks with pictures take and reject, and whether what stands in the pictures can be read.
@Suite(.serialized) struct PictureTaskTests {
    private static let storage = "/storage/emulated/0"

    private func instance(_ task: String, seed: UInt64 = 3) throws -> TaskInstance {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/androidworld")
        return try TaskInstance(#require(suite.templates.first { $0.name == task }), seed: seed)
    }

    /// An end state: its words, whether it is what the task wants, and the commands that make it.
    private typealias End = (words: String, passes: Bool, commands: [String])

    private func judge(_ task: String, _ ends: (TaskInstance) throws -> [End]) async throws {
        let instance = try instance(task)
        let device = try await BenchDevice.startBuiltIn()
        for end in try ends(instance) {
            let baselines = try await EpisodeRunner(device, agentName: "test").prepare(instance)
            for command in end.commands {
                #expect(try await device.adb.run(command).exitCode == 0, "\(command)")
            }
            let outcomes = try await CheckRunner(device: device.adb, instance: instance, baselines: baselines).run()
            let found = outcomes.map(\.found).joined(separator: "; ")
            #expect(outcomes.allSatisfy(\.passed) == end.passes, "\(task), \(end.words): \(found)")
        }
        await device.stop()
    }

    private static func write(_ text: String, _ name: String) -> String {
        "printf '%s' \(ShellQuoting.quote(text)) > \(Self.storage)/Documents/Markor/\(name)"
    }

    @Test func `a copy of the receipt is the same file under the same name, and nothing else has come`() async throws {
        try await judge("SaveCopyOfReceiptTaskEval") { instance in
            let file = try #require(instance.values["file"])
            let (source, target) = ("\(Self.storage)/DCIM/\(file)", "\(Self.storage)/Download/\(file)")
            return [
                ("as wanted", true, ["cp \(source) \(target)"]),
                ("nothing", false, []),
                ("moved", false, ["mv \(source) \(target)"]),
                ("another name", false, ["cp \(source) \(Self.storage)/Download/receipt.jpg"]),
                ("another folder", false, ["cp \(source) \(Self.storage)/Pictures/\(file)"]),
                ("an empty file", false, ["touch \(target)"]),
                ("twice", false, ["cp \(source) \(target)", "cp \(source) \(target).jpg"]),
                ("a second one beside it", false, ["cp \(source) \(target)", "cp \(source) \(source).jpg"]),
                ("both changed", false, ["echo x > \(source)", "cp \(source) \(target)"]),
            ]
        }
    }

    @Test func `a receipt that is written down has its header and every line in order`() async throws {
        try await judge("MarkorTranscribeReceipt") { instance in
            let text = try #require(instance.values["content"])
            let lines = text.split(separator: "\n").map(String.init)
            return [
                ("as wanted", true, [Self.write(text, "receipt.md")]),
                ("with a line break at the end", true, [Self.write(text + "\n", "receipt.md")]),
                ("nothing", false, []),
                ("another name", false, [Self.write(text, "receipt.txt")]),
                ("no header", false, [Self.write(lines.dropFirst().joined(separator: "\n"), "receipt.md")]),
                ("the header alone", false, [Self.write(lines[0], "receipt.md")]),
                ("from the end", false, [Self.write(String(text.reversed()), "receipt.md")]),
            ]
        }
    }

    @Test func `the expenses of the picture count alone and exactly`() async throws {
        try await judge("ExpenseAddMultipleFromGallery") { instance in
            let rows = try ExpenseRow.list(
                "rows",
                ProgramArguments(name: "test", place: "test", values: ["rows": instance.values["rows"] ?? ""])
            )
            func insert(_ row: ExpenseRow, amount: Int64 = 0) -> String {
                let sql = """
                    INSERT INTO expense (name, amount, category, note, created_date, modified_date) VALUES \
                    ('\(row.name)', \(row.amount + amount), \(row.category), '\(row.note)', 1697383000000, 1697383000000)
                    """
                return "sqlite3 \(ExpenseTable.database) \(ShellQuoting.quote(sql))"
            }
            #expect(rows.count == 3)
            return [
                ("as wanted", true, rows.map { insert($0) }),
                ("nothing", false, []),
                ("two of three", false, rows.dropLast().map { insert($0) }),
                ("one twice", false, (rows + [rows[0]]).map { insert($0) }),
                ("a cent more", false, [insert(rows[0], amount: 1)] + rows.dropFirst().map { insert($0) }),
            ]
        }
    }

    @Test func `the recipes of the picture count alone and exactly`() async throws {
        try await judge("RecipeAddMultipleRecipesFromImage") { instance in
            let rows = try RecipeRow.list(
                "rows",
                ProgramArguments(name: "test", place: "test", values: ["rows": instance.values["rows"] ?? ""])
            )
            func insert(_ row: RecipeRow) -> String {
                let values = row.values.sorted { $0.key < $1.key }
                let sql =
                    "INSERT INTO recipes (\(values.map(\.key).joined(separator: ", "))) VALUES "
                    + "(\(values.map(\.value.sql).joined(separator: ", ")))"
                return "sqlite3 \(RecipeTable.database) \(ShellQuoting.quote(sql))"
            }
            var other = rows[2]
            other.servings = "99 servings"
            return [
                ("as wanted", true, rows.map(insert)),
                ("nothing", false, []),
                ("two of three", false, rows.dropLast().map(insert)),
                ("other servings", false, [rows[0], rows[1], other].map(insert)),
            ]
        }
    }

    @Test func `what stands in a picture at full screen is read, and an unchanged picture only once`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        let reader = PictureText()
        let tasks = [
            ("MarkorTranscribeReceipt", "content", "receipt.png"),
            ("ExpenseAddMultipleFromGallery", "text", "expenses.jpg"),
            ("RecipeAddMultipleRecipesFromImage", "text", "recipes.jpg"),
        ]
        var expected = 0
        for (task, value, file) in tasks {
            for seed in 3...4 as ClosedRange<UInt64> {
                let instance = try instance(task, seed: seed)
                _ = try await EpisodeRunner(device, agentName: "test").prepare(instance)
                _ = try await device.adb.run(
                    "am start -W -a android.intent.action.VIEW -t image/* -d file://\(Self.storage)/DCIM/\(file)"
                )
                let screen = try await ScreenObserver(device.adb).observe().state
                let clock = ContinuousClock()
                let began = clock.now
                let read = try await reader.read(screen)
                let time = clock.now - began
                #expect(read.readTexts.count == 1 && read.contentHash == screen.contentHash)
                let lines = read.readTexts.values.flatMap { $0 }
                // Long lines are broken on the paper, so words count and not where lines end.
                func words(_ text: String) -> String {
                    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                }
                let wanted = words(instance.values[value] ?? "")
                let found = words(lines.map(\.text).joined(separator: " "))
                let likeness = Spelling.likeness(found, wanted)
                print("\(task) \(seed): \(lines.count) lines in \(time), likeness \(likeness)")
                #expect(likeness >= 0.95, "\(found)\nwanted \(wanted)")
                #expect(lines.allSatisfy { $0.bounds.top > 0 && $0.confidence > 0.3 })
                _ = try await reader.read(screen)
                expected += 1
                #expect(await reader.counts == (expected, expected))
            }
        }
        await device.stop()
    }

    @Test func `where the data of a language are missing, the error says what to install`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        let instance = try instance("MarkorTranscribeReceipt")
        _ = try await EpisodeRunner(device, agentName: "test").prepare(instance)
        let view = "am start -W -a android.intent.action.VIEW -t image/* -d file://\(Self.storage)/DCIM/receipt.png"
        _ = try await device.adb.run(view)
        let screen = try await ScreenObserver(device.adb).observe().state
        let error = await #expect(throws: DroidError.self) { try await PictureText(language: "zzz").read(screen) }
        #expect(error?.code == "screen.ocr" && error?.next.contains("tesseract-ocr-zzz") == true)
        await device.stop()
    }

    @Test(
        arguments: [
            ["folder": "/x", "file": "a.txt", "text": "x", "seed": "1"],
            ["folder": "/x", "file": "a.png", "text": "", "seed": "1"],
            ["folder": "/x", "file": "a.png", "text": "x", "seed": "1", "noise": "3"],
        ]
    )
    func `a set-up of pictures that makes no sense is refused`(values: [String: String]) {
        let arguments = ProgramArguments(name: "PictureSetUp", place: "here", values: values)
        #expect(throws: DroidError.self) { try PictureSetUp(arguments) }
    }
}
