// SPDX-License-Identifier: Apache-2.0

import GRDB
import Testing

@testable import SimDevice

@Suite("Joplin app") struct JoplinAppTests {
    private func rows(_ robot: Robot, _ table: String = "notes") throws -> [String] {
        let database = robot.system.database(JoplinStore.path) { _ in }
        return try database.read { db in
            try Row.fetchAll(db, sql: "SELECT title, body, is_todo, todo_completed FROM \(table) ORDER BY title").map {
                "\($0["title"] as String)|\($0["body"] as String)|\($0["is_todo"] as Int64)"
                    + "|\($0["todo_completed"] as Int64 > 0)"
            }
        }
    }

    private func store(_ robot: Robot) -> JoplinStore {
        JoplinStore(AppContext(system: robot.system, package: JoplinApp.package))
    }

    /// A robot before the app with two notebooks, each with a note; the first has a to-do too.
    private func robot() throws -> Robot {
        let robot = try Robot(start: JoplinApp.package)
        let home = try store(robot).addFolder("Home")
        let work = try store(robot).addFolder("Work")
        _ = try store(robot).save(
            JoplinNote(folder: home, title: "Roof", body: "# Costs\n\n- **90** tiles\n- a ladder")
        )
        _ = try store(robot).save(JoplinNote(folder: home, title: "Paint", isTodo: true))
        _ = try store(robot).save(JoplinNote(folder: work, title: "Talk", body: "Say hello"))
        robot.windows.forceStop(JoplinApp.package)
        robot.open(JoplinApp.package)
        return robot
    }

    @Test("the side menu leads to the notes of a notebook, and back to all of them")
    func notebooks() throws {
        let robot = try robot()
        #expect(robot.sees("All notes") && robot.sees("Talk") && robot.sees("Roof"))
        try robot.tap("Sidebar")
        #expect(robot.sees("Notebooks") && robot.sees("New Notebook"))
        try robot.tap("Home")
        #expect(robot.sees("Roof") && robot.sees("to-do: Paint") && !robot.sees("Talk") && !robot.sees("to-do: Roof"))
        robot.back()
        #expect(robot.sees("All notes") && robot.sees("Talk"))
    }

    @Test("a note shows its text as it is rendered, and is changed when it is edited and saved")
    func edit() throws {
        let robot = try robot()
        try robot.tap("Roof")
        #expect(robot.sees("Costs") && robot.sees("90 tiles") && robot.sees("a ladder"))
        try robot.tap("Edit")
        try robot.fill("# Costs\n\n- **90** tiles\n- a ladder", "Ask Tom")
        try robot.tap("Save changes")
        #expect(try rows(robot) == ["Paint||1|false", "Roof|Ask Tom|0|false", "Talk|Say hello|0|false"])
        #expect(try rows(robot, "notes_normalized").contains("roof|ask tom|0|false"))
        robot.back()
        if !robot.sees("Edit") { robot.back() }
        #expect(robot.sees("Ask Tom") && robot.sees("Edit"))
        robot.back()
        #expect(robot.sees("All notes"))
    }

    @Test("a new to-do goes into the notebook that is open; BACK asks for what is not saved")
    func add() throws {
        let robot = try robot()
        try robot.tap("Sidebar")
        try robot.tap("Work")
        try robot.tap("Add new")
        try robot.tap("New to-do")
        try robot.fill("Add title", "Slides")
        robot.back()
        if !robot.sees("Save changes") || robot.sees("Actions") { robot.back() }
        #expect(robot.sees("This note has been modified:"))
        try robot.tap("Save changes")
        #expect(robot.sees("Work") && robot.sees("to-do: Slides"))
        try robot.tap("to-do: Slides")
        #expect(try rows(robot).contains("Slides||1|true"))
        robot.windows.forceStop(JoplinApp.package)
        robot.open(JoplinApp.package)
        #expect(robot.find("to-do: Slides")?.view.flags.contains(.checked) == true)
    }

    @Test("the search looks into titles and texts")
    func search() throws {
        let robot = try robot()
        try robot.tap("Search")
        try robot.fill("Search…", "LADDER roof")
        #expect(robot.sees("Roof") && !robot.sees("Talk"))
        try robot.fill("LADDER roof", "ladder talk")
        #expect(robot.sees("No search results"))
        try robot.tap("Clear")
        try robot.fill("Search…", "hello")
        try robot.tap("Talk")
        #expect(robot.sees("Say hello") && robot.sees("Edit"))
    }

    @Test("a notebook is made, and a note is deleted after a question")
    func notebookAndDelete() throws {
        let robot = try robot()
        try robot.tap("Sidebar")
        try robot.tap("New Notebook")
        try robot.fill("Enter notebook title", "Garden")
        try robot.tap("OK")
        #expect(robot.sees("Garden") && robot.texts.contains { $0.hasPrefix("There are currently no notes.") })
        #expect(store(robot).folders().map(\.title) == ["Garden", "Home", "Work"])
        robot.back()
        try robot.tap("Talk")
        try robot.tap("Actions")
        try robot.tap("Delete")
        try robot.tap("Cancel")
        #expect(try rows(robot).count == 3)
        try robot.tap("Actions")
        try robot.tap("Delete")
        try robot.tap("OK")
        #expect(try rows(robot).count == 2 && robot.sees("All notes"))
    }

    @Test("a file that is no database is an empty app, and notebooks that hold each other are listed once")
    func hostile() throws {
        let robot = try robot()
        try robot.system.database(JoplinStore.path) { _ in }.write { db in
            try db.execute(
                sql: "UPDATE folders SET parent_id = (SELECT id FROM folders AS f WHERE f.title != folders.title)"
            )
        }
        try robot.tap("Sidebar")
        #expect(robot.texts.filter { $0 == "Home" || $0 == "Work" }.count == 2)
        robot.system.closeDatabases()
        try robot.system.files.write(Array("no database".utf8), to: JoplinStore.path)
        robot.windows.forceStop(JoplinApp.package)
        robot.open(JoplinApp.package)
        #expect(robot.sees("You currently have no notebooks."))
    }
}
