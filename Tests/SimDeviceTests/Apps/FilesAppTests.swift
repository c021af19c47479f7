// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SimDevice

@Suite("Files app") struct FilesAppTests {
    private func robot(_ files: [String], at folder: String...) throws -> Robot {
        let robot = try Robot()
        try robot.system.files.makeFolder("/sdcard/Download")
        for file in files { try robot.system.files.write("hello", to: "/sdcard/" + file) }
        robot.open(FilesApp.package)
        try robot.tap("Show roots")
        try robot.tap("sdk_gphone_x86_64")
        for name in folder { try robot.tap(name) }
        return robot
    }

    private func exists(_ robot: Robot, _ path: String) -> Bool { robot.system.files.exists("/sdcard/" + path) }

    @Test("a file is deleted after the question")
    func delete() throws {
        let robot = try robot(["Music/a.mp3", "Music/b.mp3"], at: "Music")
        try robot.hold("a.mp3")
        #expect(robot.sees("1 selected"))
        try robot.tap("Delete")
        #expect(robot.sees("Delete \"a.mp3\"?"))
        try robot.tap("Cancel")
        #expect(exists(robot, "Music/a.mp3"))
        try robot.tap("Delete")
        try robot.tap("OK")
        #expect(!exists(robot, "Music/a.mp3") && exists(robot, "Music/b.mp3"))
        #expect(robot.message == "Deleting 1 item.")
        #expect(!robot.sees("a.mp3") && robot.sees("b.mp3"))
    }

    @Test("a file is moved to the folder that the picker shows")
    func move() throws {
        let robot = try robot(["Music/a.mp3", "Documents/x.txt"], at: "Music")
        try robot.hold("a.mp3")
        try robot.menu("Move to…")
        try robot.tap("sdk_gphone_x86_64")
        try robot.tap("Documents")
        try robot.tap("MOVE")
        #expect(!exists(robot, "Music/a.mp3") && exists(robot, "Documents/a.mp3"))
        #expect(robot.message == "Moving 1 item.")
        #expect(robot.sees("No items"))
    }

    @Test("a copy keeps the first and takes a free name; BACK leaves the picker without one")
    func copy() throws {
        let robot = try robot(["Music/a.mp3", "Documents/a.mp3"], at: "Music")
        try robot.hold("a.mp3")
        try robot.menu("Copy to…")
        robot.back()
        robot.back()
        #expect(robot.sees("1 selected"))
        try robot.menu("Copy to…")
        try robot.tap("Show roots")
        try robot.tap("sdk_gphone_x86_64")
        try robot.tap("Documents")
        try robot.tap("COPY")
        #expect(exists(robot, "Music/a.mp3") && exists(robot, "Documents/a (1).mp3"))
    }

    @Test("a file is renamed, but not to a name that is taken")
    func rename() throws {
        let robot = try robot(["Music/a.mp3", "Music/b.mp3"], at: "Music")
        try robot.hold("a.mp3")
        try robot.menu("Rename")
        try robot.fill("a.mp3", "c.mp3")
        try robot.tap("OK")
        #expect(!exists(robot, "Music/a.mp3") && exists(robot, "Music/c.mp3"))
        try robot.hold("c.mp3")
        try robot.menu("Rename")
        try robot.fill("c.mp3", "b.mp3")
        try robot.tap("OK")
        #expect(exists(robot, "Music/c.mp3"))
        #expect(robot.message == "An item with this name already exists.")
    }

    @Test("a new folder is made where one stands")
    func newFolder() throws {
        let robot = try robot(["Music/a.mp3"], at: "Music")
        try robot.menu("New folder")
        robot.windows.type("Live")
        try robot.tap("OK")
        #expect(robot.system.files.isFolder("/sdcard/Music/Live"))
        #expect(robot.sees("Live"))
    }

    @Test("the picker can make the folder into which it moves")
    func newFolderInPicker() throws {
        let robot = try robot(["Music/a.mp3"], at: "Music")
        try robot.hold("a.mp3")
        try robot.menu("Move to…")
        try robot.menu("New folder")
        robot.windows.type("Old")
        try robot.tap("OK")
        try robot.tap("MOVE")
        #expect(exists(robot, "Music/Old/a.mp3"))
    }

    @Test("several are selected at once and deleted together")
    func selectAll() throws {
        let robot = try robot(["Music/a.mp3", "Music/b.mp3", "Music/c.mp3"], at: "Music")
        try robot.menu("Select all")
        #expect(robot.sees("3 selected"))
        try robot.tap("b.mp3")
        #expect(robot.sees("2 selected"))
        try robot.tap("Delete")
        #expect(robot.sees("Delete 2 files?"))
        try robot.tap("OK")
        #expect(try robot.system.files.list("/sdcard/Music") == ["b.mp3"])
    }

    @Test("the search looks into all folders of the root")
    func search() throws {
        let robot = try robot(["Music/song.mp3", "Documents/deep/down/song.txt", "x.txt"])
        try robot.tap("Search")
        robot.windows.type("SONG")
        #expect(robot.sees("song.mp3") && robot.sees("song.txt") && !robot.sees("x.txt"))
        robot.back()
        robot.back()
        #expect(robot.sees("x.txt"))
    }

    @Test("roots collect files of one kind from everywhere")
    func roots() throws {
        let robot = try robot(["Music/song.mp3", "Pictures/p.png", "Documents/d.txt"])
        try robot.tap("Show roots")
        try robot.tap("Audio")
        #expect(robot.sees("song.mp3") && !robot.sees("p.png"))
    }

    @Test("list and grid, order and hidden files are chosen; sizes and dates read as Android writes them")
    func looks() throws {
        let robot = try robot(["Music/b.txt", "Music/.hidden", "Music/a.txt"], at: "Music")
        try robot.system.files.write([UInt8](repeating: 0, count: 12_345), to: "/sdcard/Music/b.txt")
        try robot.tap("List view")
        #expect(robot.sees("12.35 kB") && robot.sees("5 B") && robot.sees("TXT document") && robot.sees("3:34 PM"))
        #expect(robot.sees("b.txt, 12.35 kB, 3:34 PM"))
        try robot.menu("Sort by...")
        try robot.tap("Size (largest first)")
        #expect(robot.texts.filter { $0.hasSuffix(".txt") } == ["b.txt", "a.txt"])
        #expect(!robot.sees(".hidden"))
        try robot.menu("Show hidden files")
        #expect(robot.sees(".hidden"))
        robot.windows.forceStop(FilesApp.package)
        robot.open(FilesApp.package)
        #expect(robot.sees("Grid view"))
    }

    @Test("BACK and the breadcrumb lead up")
    func breadcrumb() throws {
        let robot = try robot(["Documents/one/two/f.txt"], at: "Documents", "one", "two")
        #expect(robot.sees("f.txt"))
        robot.back()
        #expect(robot.sees("two") && !robot.sees("f.txt"))
        try robot.tap("sdk_gphone_x86_64")
        #expect(robot.sees("Download"))
    }

    @Test("a file that no app opens is answered by a toast")
    func open() throws {
        let robot = try robot(["a.bin"])
        try robot.tap("a.bin")
        #expect(robot.message == "Can't open file")
    }

    @Test("the information page tells size, kind and place")
    func info() throws {
        let robot = try robot(["Music/a.mp3"], at: "Music")
        try robot.hold("a.mp3")
        try robot.menu("Get info")
        #expect(robot.sees("MP3 audio") && robot.sees("5 B") && robot.sees("/storage/emulated/0/Music/a.mp3"))
    }

    @Test("a folder is not moved into itself")
    func intoItself() throws {
        let robot = try robot(["Music/Live/a.mp3"], at: "Music")
        try robot.hold("Live")
        try robot.menu("Move to…")
        try robot.tap("Live")
        try robot.tap("MOVE")
        #expect(exists(robot, "Music/Live/a.mp3"))
        #expect(robot.message == "Couldn't move 1 item.")
    }

    @Test(
        "sizes are written in units of 1000",
        arguments: [
            (0, "0 B"), (900, "900 B"), (901, "0.90 kB"), (99_994, "99.99 kB"), (145_000, "145 kB"),
            (5_000_000, "5.00 MB"),
        ]
    )
    func sizes(bytes: Int, words: String) { #expect(FileFormat.size(Int64(bytes)) == words) }
}
