// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import SimDevice

@Suite("The floating bar over text fields") struct EditBarTests {
    /// A device with the search of Markor's files open.
    private func robot(_ typed: String, clipboard: String? = nil) throws -> Robot {
        let robot = try Robot(start: MarkorApp.package)
        robot.system.clipboard = clipboard
        try robot.tap("Search")
        robot.windows.type(typed)
        return robot
    }

    /// What the bar offers, as the hierarchy tells it.
    private func bar(_ robot: Robot) -> [String] {
        let xml = String(decoding: robot.windows.hierarchy(), as: UTF8.self)
        return xml.components(separatedBy: "<node").filter { $0.contains("floating_toolbar_menu_item_text") }
            .compactMap { node in
                node.firstMatch(of: #/ text="([^"]*)"/#).map { String($0.output.1) }
            }
    }

    private func hold(_ robot: Robot) throws {
        let field = try #require(robot.find("search_src_text")).visible
        robot.windows.longPress(x: field.centerX, y: field.centerY)
    }

    private func press(_ robot: Robot, _ title: String) throws {
        let window = try #require(robot.windows.windows().first { $0.kind == .editBar })
        let node = try #require(window.root.first { $0.view.contentDescription == title })
        robot.windows.tap(x: node.visible.centerX, y: node.visible.centerY)
    }

    @Test("a long press marks a word and offers to cut, copy and mark all; a touch takes the bar away")
    func word() throws {
        let robot = try robot("red blue")
        #expect(bar(robot) == [])
        try hold(robot)
        #expect(bar(robot) == ["Cut", "Copy", "Select all"])
        try press(robot, "Copy")
        #expect(robot.system.clipboard == "blue" && bar(robot) == [])
        try hold(robot)
        #expect(bar(robot) == ["Cut", "Copy", "Paste", "Select all"])
        try robot.tap("search_src_text")
        #expect(bar(robot) == [])
    }

    @Test("all is marked, copied and cut")
    func all() throws {
        let robot = try robot("red blue")
        try hold(robot)
        try press(robot, "Select all")
        #expect(bar(robot) == ["Cut", "Copy"])
        try press(robot, "Copy")
        #expect(robot.system.clipboard == "red blue" && robot.text("search_src_text") == "red blue")
        try hold(robot)
        try press(robot, "Select all")
        try press(robot, "Cut")
        #expect(robot.text("search_src_text") == "" && bar(robot) == [])
    }

    @Test("an empty field offers to paste, where there is something; what is marked is replaced")
    func paste() throws {
        let empty = try robot("")
        try hold(empty)
        #expect(bar(empty) == [])
        let robot = try robot("", clipboard: "green")
        try hold(robot)
        #expect(bar(robot) == ["Paste"])
        try press(robot, "Paste")
        #expect(robot.text("search_src_text") == "green" && bar(robot) == [])
        try hold(robot)
        try press(robot, "Paste")
        #expect(robot.text("search_src_text") == "green")
    }

    @Test("typing, a key and BACK take the bar away")
    func gone() throws {
        let robot = try robot("red", clipboard: "x")
        try hold(robot)
        robot.windows.type("a")
        #expect(robot.text("search_src_text") == "a" && bar(robot) == [])
        try hold(robot)
        robot.back()
        #expect(bar(robot) == [] && robot.windows.keyboardShown && robot.text("search_src_text") == "a")
        robot.windows.type("b")
        #expect(robot.text("search_src_text") == "ab")
        try hold(robot)
        robot.windows.goHome()
        robot.open(MarkorApp.package)
        #expect(bar(robot) == [])
    }

    @Test("the bar stands inside the display and above the field where there is room")
    func place() throws {
        let robot = try robot("red", clipboard: "x")
        try hold(robot)
        let window = try #require(robot.windows.windows().first { $0.kind == .editBar })
        let field = try #require(robot.find("search_src_text")).visible
        let bar = window.root.frame
        #expect(bar.left >= 0 && bar.right <= Screen.width && bar.top >= Screen.pixels(Screen.statusBar))
        #expect(bar.bottom <= field.top || bar.top >= field.bottom)
    }
}
