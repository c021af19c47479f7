// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SimDevice

@Suite("Chrome app") struct ChromeAppTests {
    private func html(_ block: String) -> String {
        "<html><title>Task</title><script type=\"application/json\" id=\"page\">\(block)</script></html>"
    }

    private static let maze = ##"{"kind":"maze","cells":["..","#."]}"##

    /// Opens a file from Files with Chrome, through the question and the first run.
    private func robot(_ block: String) throws -> Robot {
        let robot = try Robot()
        try robot.system.files.makeFolder("/sdcard/Download")
        try robot.system.files.write(html(block), to: "/sdcard/Download/task.html")
        try open(robot)
        try robot.tap("Accept & continue")
        return robot
    }

    private func open(_ robot: Robot) throws {
        robot.open(FilesApp.package)
        try robot.tap("task.html")
        #expect(robot.sees("Open with") && robot.sees("HTML Viewer"))
        try robot.tap("Chrome")
        try robot.tap("Just once")
    }

    @Test("the way through the maze ends in success; walls stop")
    func maze() throws {
        let robot = try robot(Self.maze)
        try robot.tap("Down")
        #expect(robot.text(at: "cell-0-0") == "X" && !robot.sees("Success!"))
        try robot.tap("Right")
        #expect(!robot.sees("Success!"))
        try robot.tap("Down")
        #expect(robot.text(at: "cell-1-1") == "X" && robot.sees("Success!"))
        try robot.tap("Up")
        #expect(!robot.sees("Success!"))
    }

    @Test("another file is another page, read again at a refresh; a page without data is not known")
    func files() throws {
        let robot = try robot(Self.maze)
        try robot.system.files.write(html(#"{"kind":"multiply","numbers":[3,4]}"#), to: "/sdcard/Download/task.html")
        try robot.menu("Refresh")
        #expect(robot.sees("Click me") && !robot.sees("Up"))
        for block in [
            "{", ##"{"kind":"maze","cells":["#."]}"##, #"{"kind":"chess"}"#, #"{"kind":"multiply","numbers":[]}"#,
        ] {
            try robot.system.files.write(html(block), to: "/sdcard/Download/task.html")
            try robot.menu("Refresh")
            #expect(robot.sees("This device's Chrome shows only pages it knows."))
        }
    }

    @Test("the product counts only after all numbers, and only if it is right")
    func multiply() throws {
        let robot = try robot(#"{"kind":"multiply","numbers":[3,4]}"#)
        try robot.tap("Click me")
        #expect(robot.text(at: "number") == "3" && !robot.sees("Submit"))
        try robot.tap("Click me")
        #expect(robot.text(at: "number") == "4")
        try robot.fill("Product", "13")
        try robot.tap("Submit")
        #expect(robot.sees("Try again.") && !robot.sees("Success!"))
        try robot.fill("13", "12")
        try robot.tap("Submit")
        #expect(robot.sees("Success!"))
    }

    @Test("a drawing needs all the colors that are asked for")
    func draw() throws {
        let palette = ["red", "blue", "teal"].map { "{\"name\":\"\($0)\",\"hex\":\"#102030\"}" }.joined(separator: ",")
        let robot = try robot("{\"kind\":\"draw\",\"wanted\":[\"red\",\"teal\"],\"palette\":[\(palette)]}")
        let canvas = try #require(robot.nodes.first { $0.view.resourceID == "canvas" }).visible
        func stroke() {
            robot.windows.swipe(
                x1: canvas.left + 50,
                y1: canvas.top + 50,
                x2: canvas.right - 50,
                y2: canvas.bottom - 50
            )
        }
        func choose(_ name: String) throws {
            let button = robot.nodes.first { $0.view.text == name && $0.view.className == "android.widget.Button" }
            let box = try #require(button).visible
            robot.windows.tap(x: box.centerX, y: box.centerY)
        }
        stroke()
        #expect(robot.text(at: "used") == "Nothing drawn yet")
        for name in ["red", "blue"] {
            try choose(name)
            stroke()
        }
        #expect(robot.text(at: "used") == "Drawn: red, blue")
        try robot.tap("Submit")
        #expect(!robot.sees("Success!"))
        try choose("teal")
        stroke()
        try robot.tap("Submit")
        #expect(robot.sees("Success!"))
        try robot.tap("Clear")
        #expect(robot.text(at: "used") == "Nothing drawn yet" && !robot.sees("Success!"))
    }

    @Test("the first run comes back when the app's data are cleared, and Always is remembered")
    func firstRun() throws {
        let robot = try robot(Self.maze)
        robot.windows.clearData(ChromeApp.package)
        robot.open(FilesApp.package)
        try robot.tap("task.html")
        try robot.tap("Chrome")
        try robot.tap("Always")
        #expect(robot.sees("Welcome to Chrome"))
        robot.open(FilesApp.package)
        try robot.tap("task.html")
        #expect(robot.sees("Welcome to Chrome"))
    }

    @Test("the HTML viewer shows the same page, in its own name")
    func viewer() throws {
        let robot = try robot(Self.maze)
        robot.open(FilesApp.package)
        try robot.tap("task.html")
        try robot.tap("HTML Viewer")
        try robot.tap("Just once")
        try robot.tap("Right")
        try robot.tap("Down")
        #expect(robot.sees("Success!") && robot.windows.activeWindow?.package == HTMLViewerApp.package)
    }

    @Test("an address that is typed is opened, or is none that is known")
    func address() throws {
        let robot = try robot(Self.maze)
        try robot.fill("file:///storage/emulated/0/Download/task.html", "example.com")
        robot.windows.key(66)
        #expect(robot.sees("This device's Chrome shows only pages it knows."))
        robot.back()
        #expect(robot.sees("Navigate the X to the bottom-right cell."))
    }
}

extension Robot {
    /// The text of an element of a page, by its id there.
    fileprivate func text(at id: String) -> String? { nodes.first { $0.view.resourceID == id }?.view.text }
}
