// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SimDevice

@Suite("Markor app") struct MarkorAppTests {
    private static let notebook = MarkorStore.notebook

    /// A device with the app in front and these notes in its notebook.
    private func robot(_ notes: [String: String] = [:]) throws -> Robot {
        let robot = try Robot()
        for (name, text) in notes { try robot.system.files.write(text, to: "\(Self.notebook)/\(name)") }
        robot.open(MarkorApp.package)
        return robot
    }

    private func text(_ robot: Robot, _ name: String) -> String? {
        try? robot.system.files.readText("\(Self.notebook)/\(name)")
    }

    /// The titles of the list, from the top.
    private func titles(_ robot: Robot) -> [String] {
        robot.nodes.filter { $0.view.resourceID.hasSuffix("/opoc_filesystem_item__title") }.map(\.view.text)
    }

    @Test("a new note has the name and the ending that were typed, and is saved by the button")
    func create() throws {
        let robot = try robot()
        try robot.tap("Create a new file or folder")
        try robot.fill("my_note", "plan")
        try robot.fill(".md", ".txt")
        try robot.tap("OK")
        #expect(robot.sees("plan") && text(robot, "plan.txt") == "")
        robot.windows.type("First line\nSecond")
        #expect(text(robot, "plan.txt") == "")
        try robot.tap("Save")
        #expect(text(robot, "plan.txt") == "First line\nSecond")
    }

    @Test("the type brings its ending, a name that is missing is replaced, and what is there is opened as it is")
    func types() throws {
        let robot = try robot(["my_note.csv": "a,b"])
        try robot.tap("Create a new file or folder")
        try robot.tap("Markdown")
        try robot.tap("CSV")
        #expect(robot.sees(".csv"))
        try robot.tap("OK")
        #expect(text(robot, "my_note.csv") == "a,b" && robot.sees("a,b"))
    }

    @Test("what is typed is saved when the page is left by the arrow, by BACK, or for home, and lost by a force-stop")
    func autosave() throws {
        let robot = try robot(["a.md": "one"])
        try robot.tap("a.md")
        try robot.fill("one", "two")
        try robot.tap("Navigate up")
        #expect(text(robot, "a.md") == "two")
        try robot.tap("a.md")
        try robot.fill("two", "three")
        robot.back()
        robot.back()
        #expect(text(robot, "a.md") == "three" && robot.sees("Sort by"))
        try robot.tap("a.md")
        try robot.fill("three", "four")
        robot.windows.goHome()
        #expect(text(robot, "a.md") == "four")
        robot.open(MarkorApp.package)
        try robot.fill("four", "five")
        robot.windows.forceStop(MarkorApp.package)
        #expect(text(robot, "a.md") == "four")
        robot.open(MarkorApp.package)
        #expect(robot.sees("Sort by"))
    }

    @Test("a note that is only looked at keeps its time; one that is saved takes the device's")
    func times() throws {
        let robot = try robot(["a.md": "one"])
        let path = "\(Self.notebook)/a.md"
        let before = try robot.system.files.stat(path).modified
        robot.wait(120_000)
        try robot.tap("a.md")
        try robot.tap("Navigate up")
        #expect(try robot.system.files.stat(path).modified == before)
        try robot.tap("a.md")
        try robot.fill("one", "two")
        try robot.tap("Save")
        #expect(try robot.system.files.stat(path).modified == before + 120)
    }

    @Test("changes are undone and redone")
    func undo() throws {
        let robot = try robot(["a.md": "one"])
        try robot.tap("a.md")
        try robot.fill("one", "two")
        try robot.tap("Undo")
        #expect(robot.sees("one"))
        try robot.tap("Redo")
        #expect(robot.sees("two"))
        try robot.menu("Reload")
        #expect(robot.sees("one"))
        try robot.tap("View mode")
        #expect(robot.sees("Edit mode") && robot.sees("one"))
    }

    @Test("files are listed by name, or by date with the newest first; folders come before them")
    func order() throws {
        let robot = try robot(["b.md": "b"])
        robot.wait(60_000)
        try robot.system.files.write("a", to: "\(Self.notebook)/a.md")
        robot.wait(60_000)
        try robot.system.files.write("c", to: "\(Self.notebook)/c.md")
        try robot.system.files.makeFolder("\(Self.notebook)/z")
        #expect(titles(robot) == ["..", "z", "a.md", "b.md", "c.md"])
        try robot.tap("Sort by")
        try robot.tap("Date")
        #expect(titles(robot) == ["..", "z", "c.md", "a.md", "b.md"])
        try robot.tap("Sort by")
        try robot.tap("Reverse order")
        robot.windows.forceStop(MarkorApp.package)
        robot.open(MarkorApp.package)
        #expect(titles(robot) == ["..", "z", "b.md", "a.md", "c.md"])
    }

    @Test("a long press ticks; the ticked are deleted together, after a question")
    func delete() throws {
        let robot = try robot(["a.md": "a", "b.md": "b", "c.md": "c"])
        try robot.hold("a.md")
        try robot.tap("c.md")
        #expect(robot.sees("(2)") && !robot.sees("Rename"))
        try robot.tap("Delete")
        #expect(robot.sees("Confirm delete") && robot.sees("a.md\nc.md"))
        try robot.tap("Cancel")
        #expect(text(robot, "a.md") == "a")
        try robot.tap("Delete")
        try robot.tap("OK")
        #expect(titles(robot) == ["..", "b.md"])
        try robot.hold("b.md")
        robot.back()
        #expect(robot.sees("Sort by"))
    }

    @Test("a note is renamed, unless the name is taken")
    func rename() throws {
        let robot = try robot(["a.md": "a", "b.md": "b"])
        try robot.hold("a.md")
        try robot.tap("Rename")
        try robot.fill("a.md", "b.md")
        try robot.tap("OK")
        #expect(robot.message == "Error could not rename" && text(robot, "a.md") == "a" && text(robot, "b.md") == "b")
        try robot.hold("a.md")
        try robot.tap("Rename")
        try robot.fill("a.md", "c.txt")
        try robot.tap("OK")
        #expect(titles(robot) == ["..", "b.md", "c.txt"] && text(robot, "c.txt") == "a")
    }

    @Test("a folder is made and gone into, and notes are moved and copied by the picker")
    func folders() throws {
        let robot = try robot(["a.md": "a"])
        try robot.tap("Create a new file or folder")
        try robot.fill("my_note", "Box")
        try robot.tap("Folder")
        #expect(titles(robot) == ["..", "Box", "a.md"])
        try robot.hold("a.md")
        try robot.menu("Copy")
        try robot.tap("Box")
        try robot.tap("Select this folder")
        #expect(text(robot, "Box/a.md") == "a" && text(robot, "a.md") == "a")
        try robot.tap("Box")
        try robot.hold("a.md")
        try robot.menu("Move")
        try robot.tap("Select this folder")
        #expect(text(robot, "Box/a.md") == nil && text(robot, "a (1).md") == "a")
        #expect(titles(robot) == [".."])
        robot.back()
        #expect(titles(robot) == ["..", "Box", "a (1).md", "a.md"])
    }

    @Test("the search, the quick files, and the way out of the notebook and back")
    func about() throws {
        let robot = try robot(["a.md": "a", "b.md": "b"])
        try robot.tap("Search")
        robot.windows.type("B")
        #expect(titles(robot) == ["b.md"])
        robot.back()
        robot.back()
        try robot.tap("..")
        #expect(titles(robot).contains("Markor"))
        try robot.tap("Go to")
        #expect(titles(robot) == ["..", "a.md", "b.md"])
        try robot.tap("QuickNote")
        try robot.tap("document__fragment__edit__highlighting_editor")
        robot.windows.type("quick")
        try robot.tap("Files")
        #expect(text(robot, "QuickNote.md") == "quick")
    }

    @Test("a note is shared as plain text with the messenger, and the sheet copies it too")
    func share() throws {
        let robot = try robot(["a.md": "Hello\nworld"])
        try robot.tap("a.md")
        try robot.menu("Share")
        try robot.tap("Plain text")
        #expect(robot.sees("Hello\nworld") && robot.sees("Simple SMS Messenger"))
        try robot.tap("Copy")
        #expect(robot.system.clipboard == "Hello\nworld" && robot.sees("Save"))
        try robot.menu("Share")
        try robot.tap("Plain text")
        try robot.tap("Simple SMS Messenger")
        try robot.fill("Add Contact or Number…", "5550100")
        try robot.tap("Confirm")
        #expect(robot.text("thread_type_message") == "Hello\nworld")
        try robot.tap("thread_send_message")
        let sent = try robot.system.messages.all()
        #expect(sent.map(\.body) == ["Hello\nworld"] && sent.map(\.address) == ["5550100"])
        for _ in 0..<5 where !robot.sees("View mode") { robot.back() }
        #expect(robot.sees("View mode"))
    }

    @Test("a file that is no text, and a notebook that is a file, do no harm")
    func hostile() throws {
        let robot = try Robot()
        try robot.system.files.write([0xff, 0xfe, 0x00, 0x41], to: "\(Self.notebook)/bad.md")
        robot.open(MarkorApp.package)
        try robot.tap("bad.md")
        try robot.tap("Navigate up")
        #expect(try robot.system.files.read("\(Self.notebook)/bad.md") == [0xff, 0xfe, 0x00, 0x41])
        try robot.system.files.remove(Self.notebook)
        try robot.system.files.write("x", to: Self.notebook)
        robot.windows.forceStop(MarkorApp.package)
        robot.open(MarkorApp.package)
        try robot.tap("Create a new file or folder")
        try robot.tap("OK")
        #expect(robot.message == "Error could not create file")
    }
}
