// SPDX-License-Identifier: Apache-2.0

import GRDB
import Testing

@testable import SimDevice

@Suite("Tasks app") struct TasksAppTests {
    /// Noon of Sunday, 15 October 2023, in UTC: the day that the device's clock starts on.
    private static let noon: Int64 = 1_697_371_200_000
    private static let day: Int64 = 86_400_000

    private func rows(_ robot: Robot) throws -> [String] {
        let database = robot.system.database(TaskStore.path) { _ in }
        return try database.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM tasks WHERE deleted = 0 ORDER BY _id").map { row in
                let due = row["dueDate"] as Int64
                let when = due == 0 ? "-" : "\((due - Self.noon) / 60_000)m \(due / 1000 % 60)s"
                let done = row["completed"] as Int64 > 0 ? "done" : "open"
                return "\(row["title"] as String)|\(row["importance"] as Int64)|\(when)|\(done)"
                    + "|\(row["notes"] as String? ?? "")"
            }
        }
    }

    private func store(_ robot: Robot) -> TaskStore {
        TaskStore(AppContext(system: robot.system, package: TasksApp.package))
    }

    /// A robot before the app with tasks: days from today, priorities, and whether they are done.
    private func robot(
        _ tasks: [(days: Int64, title: String, priority: TaskItem.Priority, done: Bool)] = []
    ) throws -> Robot {
        let robot = try Robot()
        robot.system.settings.put(.system, "time_12_24", "24")
        robot.open(TasksApp.package)
        for (days, title, priority, done) in tasks {
            try store(robot).save(
                TaskItem(
                    title: title,
                    priority: priority,
                    due: Self.noon + days * Self.day,
                    completed: done ? Self.noon : 0
                )
            )
        }
        robot.windows.forceStop(TasksApp.package)
        robot.open(TasksApp.package)
        return robot
    }

    @Test("a task is stored with its day, its time and its priority")
    func add() throws {
        let robot = try robot()
        #expect(robot.sees("There are no tasks here."))
        try robot.tap("Create new task")
        try robot.fill("Task name", "Buy stamps")
        try robot.tap("due_date_row")
        try robot.tap("Pick date")
        try robot.tap("18 October 2023")
        try robot.tap("OK")
        #expect(robot.text("due_summary") == "Wed, Oct 18")
        try robot.tap("Evening")
        try robot.tap("OK")
        #expect(robot.text("due_date") == "Wed, Oct 18, 17:00")
        try robot.tap("High")
        try robot.fill("Description", "Ten of them")
        try robot.tap("Save")
        #expect(try rows(robot) == ["Buy stamps|0|\(3 * 1440 + 300)m 1s|open|Ten of them"])
        #expect(robot.texts.contains("Wed, Oct 18") && robot.sees("Wed, Oct 18, 17:00"))
    }

    @Test("the list stands under the headings of its days, and hides what is completed")
    func list() throws {
        let robot = try robot([
            (2, "Later", .none, false), (-3, "Late", .high, false), (0, "Now", .low, false), (1, "Done", .none, true),
        ])
        let words = ["Overdue", "Late", "Thu, Oct 12", "Today", "Now", "Today", "Tue, Oct 17", "Later", "Tue, Oct 17"]
        #expect(robot.texts == ["My Tasks"] + words)
        try robot.menu("Show completed")
        #expect(robot.texts == ["My Tasks"] + words + ["Completed", "Done", "Tomorrow"])
        robot.windows.forceStop(TasksApp.package)
        robot.open(TasksApp.package)
        #expect(robot.sees("Done"))
        try robot.menu("Clear completed")
        try robot.tap("OK")
        #expect(try rows(robot).count == 3 && robot.message == "1 task deleted")
    }

    @Test("the list is grouped by priority, and stays so")
    func group() throws {
        let robot = try robot([
            (1, "Low one", .low, false), (2, "High one", .high, false), (3, "Plain", .none, false),
        ])
        try robot.tap("Sort")
        try robot.tap("Group")
        try robot.tap("Priority")
        robot.back()
        robot.windows.forceStop(TasksApp.package)
        robot.open(TasksApp.package)
        let headings = robot.nodes.filter { $0.view.resourceID.hasSuffix("/header") }.map(\.view.text)
        #expect(headings == ["High priority", "Low priority", "No priority"])
        try robot.tap("High one")
        #expect(robot.nodes.filter { $0.view.flags.contains(.checked) }.map(\.view.contentDescription) == ["High"])
    }

    @Test("a tick completes a task, and can be taken back")
    func complete() throws {
        let robot = try robot([(1, "A", .none, false)])
        try robot.tap("Mark complete")
        #expect(try rows(robot) == ["A|3|1440m 0s|done|"])
        #expect(!robot.sees("A") && robot.message == "Task completed")
        try robot.menu("Show completed")
        try robot.tap("Mark incomplete")
        #expect(try rows(robot) == ["A|3|1440m 0s|open|"])
    }

    @Test("the drawer's filters and the search take what they say")
    func filters() throws {
        let robot = try robot([(-1, "Past", .none, false), (4, "Future", .none, false), (1, "Fulfilled", .none, true)])
        try robot.tap("Menu")
        try robot.tap("Today")
        #expect(robot.sees("Past") && !robot.sees("Future"))
        robot.back()
        #expect(robot.sees("Future"))
        try robot.tap("Search")
        try robot.fill("Search", "fu")
        #expect(robot.sees("Future") && robot.sees("Fulfilled") && !robot.sees("Past"))
        try robot.fill("fu", "nothing of it")
        #expect(robot.sees("There are no tasks here."))
    }

    @Test("what is not saved is asked for, and what is deleted is no longer listed")
    func discardAndDelete() throws {
        let robot = try robot([(1, "A", .none, false), (1, "B", .none, false)])
        try robot.tap("A")
        try robot.tap("Medium")
        robot.back()
        #expect(robot.sees("Discard changes?"))
        try robot.tap("Discard")
        #expect(try rows(robot).first == "A|3|1440m 0s|open|")
        try robot.tap("A")
        try robot.tap("Delete task")
        try robot.tap("OK")
        #expect(try rows(robot) == ["B|3|1440m 0s|open|"])
        try robot.hold("B")
        #expect(robot.text("action_mode_bar") != nil && robot.sees("1"))
        try robot.tap("Delete")
        try robot.tap("OK")
        #expect(try rows(robot).isEmpty && robot.sees("There are no tasks here."))
    }

    @Test("a database that was put in the place of the app's is seen after a force-stop, whatever it holds")
    func replaced() throws {
        let robot = try robot([(1, "Old", .none, false)])
        let files = robot.system.files
        let bytes = try files.read(TaskStore.path)
        try store(robot).save(TaskItem(title: "New"))
        robot.system.closeDatabases()
        try files.remove(TaskStore.path)
        try files.write(bytes, to: TaskStore.path)
        robot.windows.forceStop(TasksApp.package)
        robot.open(TasksApp.package)
        #expect(robot.sees("Old") && !robot.sees("New"))
        try robot.system.database(TaskStore.path) { _ in }.write { db in
            try db.execute(sql: "UPDATE tasks SET dueDate = 9223372036854775807, importance = 77, title = x'ff00'")
        }
        #expect(store(robot).all().count == 1)
        robot.system.closeDatabases()
        try files.write(Array("no database".utf8), to: TaskStore.path)
        robot.windows.forceStop(TasksApp.package)
        robot.open(TasksApp.package)
        #expect(robot.sees("There are no tasks here."))
    }
}
