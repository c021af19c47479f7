// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen
import Testing

@testable import Benchmark

/// What the checks of the question tasks of Tasks and Joplin take and refuse, and what their set-ups put there.
@Suite(.serialized) struct QuestionCheckTests {
    private func instance(_ name: String, seed: UInt64 = 3) throws -> TaskInstance {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/androidworld")
        let template = try #require(suite.templates.first { $0.name == name })
        return try TaskInstance(template, seed: seed)
    }

    @Test(
        arguments: [
            (
                "TasksCompletedTasksForDate", "{title3}, {title1}, {title2}",
                ["", "{title1}, {title2}", "{title1}, {title1}, {title2}", "{title1}, {title2}, {title3}, {thing1}"]
            ),
            ("TasksDueNextWeek", "6", ["5", "7", "six", "", "{title1}"]),
            ("TasksDueOnDate", "{title2}, {title3}, {title1}", ["{title2}", "{title1}, {title2}, {note1}"]),
            ("TasksHighPriorityTasks", "{title1}", ["{thing1}", "{title1}, {title1}", "{verb1}"]),
            ("TasksHighPriorityTasksDueOnDate", "{title1}", ["{thing1}", "{title1}, {title1}", ""]),
            (
                "TasksIncompleteTasksOnDate", "{title1}, {title2}, {title3}",
                ["{title1}, {title3}", "{title1} {title2} {title3}"]
            ),
            ("NotesIsTodo", "{answer}", ["", "{kind} or not", "{title}"]),
            ("NotesMeetingAttendeeCount", "{count}", ["{minutes}", "1{count}", ""]),
            ("NotesRecipeIngredientCount", "{amount2} {unit2}", ["{amount2}", "{unit2}", "{ingredient2}"]),
            ("NotesTodoItemCount", "3", ["2", "4", "33", ""]),
        ] as [(String, String, [String])]
    )
    func `an answer must be complete and no more`(name: String, right: String, wrong: [String]) async throws {
        let device = try await BenchDevice.startBuiltIn()
        let instance = try instance(name)
        func verdict(_ words: String) async throws -> Bool {
            var answer = words
            for (key, value) in instance.values { answer = answer.replacing("{\(key)}", with: value) }
            let checks = CheckRunner(device: device.adb, instance: instance, answer: answer)
            return try await checks.run().allSatisfy(\.passed)
        }
        #expect(try await verdict(right))
        for words in wrong { #expect(try await !verdict(words), "\(words)") }
        await device.stop()
    }

    @Test func `one that is a to-do is not said to be none`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        for seed in 1...6 as ClosedRange<UInt64> {
            let instance = try instance("NotesIsTodo", seed: seed)
            let other = instance.values["kind"] == "todo" ? "False" : "True"
            let checks = CheckRunner(device: device.adb, instance: instance, answer: other)
            #expect(try await !checks.run().allSatisfy(\.passed))
        }
        await device.stop()
    }

    @Test(
        arguments: [
            (
                "TasksCompletedTasksForDate", 3,
                "completed > 0 AND date(dueDate / 1000, 'unixepoch') = '2023-10-{day}'"
            ),
            ("TasksDueNextWeek", 6, "date(dueDate / 1000, 'unixepoch') BETWEEN '2023-10-16' AND '2023-10-22'"),
            ("TasksDueOnDate", 3, "date(dueDate / 1000, 'unixepoch') = '2023-10-{day}'"),
            ("TasksHighPriorityTasks", 1, "importance = 0"),
            (
                "TasksHighPriorityTasksDueOnDate", 1,
                "importance = 0 AND date(dueDate / 1000, 'unixepoch') = '2023-10-{day}'"
            ),
            (
                "TasksIncompleteTasksOnDate", 3,
                "completed = 0 AND date(dueDate / 1000, 'unixepoch') <= '2023-10-{day}'"
            ),
        ] as [(String, Int, String)]
    )
    func `no noise is what the goal asks for`(name: String, count: Int, condition: String) async throws {
        let device = try await BenchDevice.startBuiltIn()
        for seed in 1...2 as ClosedRange<UInt64> {
            let instance = try instance(name, seed: seed)
            _ = try await EpisodeRunner(device, agentName: "test").prepare(instance)
            let day = instance.values["day"] ?? ""
            let filled = condition.replacing("{day}", with: day)
            let sql = "SELECT count(*) FROM tasks WHERE \(filled); SELECT count(*) FROM tasks"
            let result = try await device.adb.run("sqlite3 \(TaskRow.database) \(ShellQuoting.quote(sql))")
            #expect(result.text == "\(count)\n\(count + 20)\n", "\(result.text)")
        }
        await device.stop()
    }

    @Test func `a notebook has the to-dos that are counted among a hundred other notes`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        let instance = try instance("NotesTodoItemCount")
        _ = try await EpisodeRunner(device, agentName: "test").prepare(instance)
        let folder = (instance.values["folder"] ?? "")
        let sql = """
            SELECT count(*) FROM notes n JOIN folders f ON f.id = n.parent_id WHERE f.title = '\(folder)' AND is_todo; \
            SELECT count(*) FROM notes; SELECT count(*) FROM notes_normalized; SELECT count(*) FROM folders
            """
        let result = try await device.adb.run("sqlite3 \(NotesRow.database) \(ShellQuoting.quote(sql))")
        #expect(result.text == "3\n103\n103\n8\n")
        await device.stop()
    }

    @Test(arguments: [
        ["tasks": "2023-10-16|4|open|A|", "refuse": "-|-|-", "seed": "1"],
        ["tasks": "2023-10-32|1|open|A|", "refuse": "-|-|-", "seed": "1"],
        ["tasks": "2023-10-16|1|half|A|", "refuse": "-|-|-", "seed": "1"],
        ["tasks": "", "refuse": "2023-10-20..2023-10-16|-|-", "seed": "1"],
        ["tasks": "", "refuse": "-|-|-", "seed": "one"], ["tasks": "", "seed": "1"],
        ["tasks": "", "refuse": "-|-|-", "seed": "1", "noise": "many"],
    ])
    func `a set-up that cannot be read is refused`(values: [String: String]) {
        let arguments = ProgramArguments(name: "TasksSetUp", place: "here", values: values)
        #expect(throws: DroidError.self) { try TasksSetUp(arguments) }
    }
}
