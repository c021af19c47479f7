// SPDX-License-Identifier: Apache-2.0

import Media
import Testing

@testable import SimDevice

@Suite("Simple Draw Pro app") struct DrawAppTests {
    private static let pictures = "/storage/emulated/0/Pictures"

    /// The middle of the canvas.
    private func middle(_ robot: Robot) throws -> (x: Int, y: Int) {
        let bounds = try #require(robot.nodes.first { $0.view.resourceID.hasSuffix("/my_canvas") }).visible
        return ((bounds.left + bounds.right) / 2, (bounds.top + bounds.bottom) / 2)
    }

    private func stroke(_ robot: Robot, _ dx: Int, _ dy: Int) throws {
        let (x, y) = try middle(robot)
        robot.windows.swipe(x1: x - dx, y1: y - dy, x2: x + dx, y2: y + dy)
    }

    private func color(_ picture: PixelBuffer, _ x: Int, _ y: Int) -> UInt32 {
        let at = (y * picture.width + x) * 4
        return picture.pixels[at..<(at + 3)].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The colour in the middle of the display's canvas.
    private func shown(_ robot: Robot) throws -> UInt32 {
        let (x, y) = try middle(robot)
        return color(robot.windows.screenshot(), x, y)
    }

    private func save(_ robot: Robot, _ name: String, _ format: String) throws {
        try robot.tap("Save as")
        try robot.fill(robot.text("save_image_filename") ?? "", name)
        try robot.tap(format)
        try robot.tap("OK")
        if !robot.sees("Pictures") {
            try robot.tap("Show roots")
            try robot.tap("summary")
        }
        try robot.tap("Pictures")
        try robot.tap("SAVE")
    }

    @Test("a stroke is seen, undone, done again, wiped off by the eraser, and cleared")
    func strokes() throws {
        let robot = try Robot(start: DrawApp.package)
        #expect(try shown(robot) == 0xffffff)
        try stroke(robot, 200, 0)
        #expect(try shown(robot) == 0)
        try robot.tap("Undo")
        #expect(try shown(robot) == 0xffffff)
        try robot.tap("Redo")
        #expect(try shown(robot) == 0)
        try robot.tap("Eraser")
        try stroke(robot, 0, 200)
        #expect(try shown(robot) == 0xffffff)
        try robot.tap("Eraser")
        let (x, y) = try middle(robot)
        robot.windows.tap(x: x, y: y)
        #expect(try shown(robot) == 0)
        try robot.menu("Clear")
        #expect(try shown(robot) == 0xffffff)
    }

    @Test("a colour is picked or typed, for the brush and for the ground")
    func colors() throws {
        let robot = try Robot(start: DrawApp.package)
        try robot.tap("Change color")
        try robot.tap("#f44336")
        try robot.tap("OK")
        try stroke(robot, 100, 100)
        #expect(try shown(robot) == 0xf44336)
        try robot.menu("Change background")
        try robot.fill(robot.text("color_picker_new_hex") ?? "", "00ff00")
        try robot.tap("OK")
        try robot.tap("Undo")
        #expect(try shown(robot) == 0x00ff00)
        try robot.tap("Change color")
        try robot.fill(robot.text("color_picker_new_hex") ?? "", "zz")
        #expect(robot.find("OK")?.isEnabled == false)
    }

    @Test("a finger's whole way is drawn, not only its ends")
    func ways() throws {
        let robot = try Robot(start: DrawApp.package)
        let (x, y) = try middle(robot)
        robot.windows.motionDown(x: x - 200, y: y - 200)
        robot.windows.motionMove(x: x + 200, y: y - 200)
        robot.windows.motionUp(x: x + 200, y: y + 200)
        let picture = robot.windows.screenshot()
        #expect(color(picture, x, y - 200) == 0 && color(picture, x + 200, y) == 0 && color(picture, x, y) == 0xffffff)
    }

    @Test("what is saved is what was drawn, in each form")
    func saving() throws {
        let robot = try Robot()
        try robot.system.files.makeFolder(Self.pictures)
        robot.open(DrawApp.package)
        try stroke(robot, 200, 0)
        for format in ["PNG", "JPG", "SVG"] { try save(robot, "drawn", format) }
        let files = robot.system.files
        for picture in [
            try PNG.decode(files.read(Self.pictures + "/drawn.png")),
            try JPEG.decode(files.read(Self.pictures + "/drawn.jpg")),
        ] {
            #expect(color(picture, picture.width / 2, picture.height / 2) < 0x202020)
            #expect(color(picture, 5, 5) > 0xf0f0f0 && picture.width == 1080)
        }
        let svg = String(decoding: try files.read(Self.pictures + "/drawn.svg"), as: UTF8.self)
        #expect(
            svg.hasPrefix("<svg ") && svg.split(separator: "\n").count { $0.hasPrefix("<path ") } == 1
                && svg.hasSuffix("</svg>\n")
        )
        robot.back()
        #expect(!robot.sees("my_canvas"))
    }

    @Test("a drawing that is not saved is asked for, and a name must be given")
    func leaving() throws {
        let robot = try Robot(start: DrawApp.package)
        try stroke(robot, 200, 0)
        robot.back()
        #expect(robot.sees("You have unsaved changes. Save before exit?"))
        try robot.tap("Save")
        try robot.fill(robot.text("save_image_filename") ?? "", " ")
        try robot.tap("OK")
        #expect(robot.message == "Filename cannot be empty")
        try robot.tap("Cancel")
        robot.back()
        try robot.tap("Discard")
        #expect(robot.windows.foreground?.package != DrawApp.package)
    }
}
