// SPDX-License-Identifier: Apache-2.0

import Media
import Testing

@testable import SimDevice

@Suite("Simple Gallery Pro app") struct GalleryAppTests {
    private static let storage = "/storage/emulated/0"

    private func picture(_ hex: UInt32, width: Int = 60, height: Int = 40) -> PixelBuffer {
        PixelBuffer(width: width, height: height, filled: RGBA(hex: hex))
    }

    private func robot(_ files: [String]) throws -> Robot {
        let robot = try Robot()
        for (index, file) in files.enumerated() {
            let path = "\(Self.storage)/\(file)"
            try robot.system.files.makeParents(of: path)
            let bytes = file.hasSuffix(".png") ? try PNG.encode(picture(0xff0000)) : try JPEG.encode(picture(0x00ff00))
            try robot.system.files.write(bytes, to: path)
            try robot.system.files.touch(path, seconds: robot.system.clock.now / 1000 - Int64(index) * 60)
        }
        robot.open(GalleryApp.package)
        return robot
    }

    private func exists(_ robot: Robot, _ path: String) -> Bool { robot.system.files.exists("\(Self.storage)/\(path)") }

    /// The colour in the middle of the display.
    private func middle(_ robot: Robot) throws -> RGBA {
        let picture = try #require(robot.find("gestures_view")?.visible)
        return robot.windows.screenshot()[picture.centerX, picture.centerY]
    }

    @Test("folders are those that hold pictures, with their number")
    func folders() throws {
        let robot = try robot(["DCIM/a.png", "DCIM/b.jpg", "Pictures/c.jpg"])
        try robot.system.files.write("no picture", to: "\(Self.storage)/Download/d.txt")
        #expect(robot.sees("DCIM") && robot.sees("Pictures") && !robot.sees("Download"))
        #expect(robot.text("photo_cnt") == "2")
        try robot.fill("Search folders", "pict")
        #expect(robot.sees("Pictures") && !robot.sees("DCIM"))
    }

    @Test("without pictures there is an empty page")
    func empty() throws {
        let robot = try robot([])
        #expect(robot.sees("No media with the selected filters have been found."))
    }

    @Test("a picture fills the page with what lies in its file, also after the file has been replaced")
    func view() throws {
        let robot = try robot(["DCIM/a.png"])
        try robot.tap("DCIM")
        try robot.tap("a.png")
        #expect(robot.sees("view_pager"))
        let red = try middle(robot)
        #expect(red.red > 240 && red.green < 20)
        try robot.system.files.write(try JPEG.encode(picture(0x0000ff, width: 64)), to: "\(Self.storage)/DCIM/a.png")
        robot.wait(1000)
        let blue = try middle(robot)
        #expect(blue.blue > 230 && blue.red < 30)
        try robot.system.files.write("broken", to: "\(Self.storage)/DCIM/a.png")
        robot.wait(1000)
        #expect(robot.sees("Unknown file format"))
    }

    @Test("a touch on a picture hides the bars and brings them back")
    func bars() throws {
        let robot = try robot(["DCIM/a.png"])
        try robot.tap("DCIM")
        try robot.tap("a.png")
        try robot.tap("view_pager")
        #expect(!robot.sees("a.png"))
        try robot.tap("view_pager")
        #expect(robot.sees("a.png"))
    }

    @Test("a picture is copied into a folder that holds none yet")
    func copy() throws {
        let robot = try robot(["DCIM/a.jpg", "DCIM/b.jpg"])
        try robot.system.files.makeFolder("\(Self.storage)/Download")
        try robot.tap("DCIM")
        try robot.hold("a.jpg")
        #expect(robot.sees("1 / 2"))
        try robot.menu("Copy to")
        #expect(robot.sees("Select destination") && !robot.sees("Download"))
        try robot.tap("Other folder")
        try robot.tap("Internal >")
        try robot.tap("Download")
        try robot.tap("OK")
        #expect(robot.message == "File copied successfully")
        #expect(exists(robot, "Download/a.jpg") && exists(robot, "DCIM/a.jpg") && !exists(robot, "Download/b.jpg"))
        #expect(!robot.sees("1 / 2"))
    }

    @Test("a name that is taken is asked about")
    func conflict() throws {
        let robot = try robot(["DCIM/a.jpg", "Pictures/a.jpg"])
        try robot.tap("DCIM")
        for (option, count) in [("Skip", 1), ("Keep both", 2), ("Overwrite", 2)] {
            try robot.hold("a.jpg")
            try robot.menu("Copy to")
            try robot.tap("Pictures")
            #expect(robot.sees("File \"a.jpg\" already exists"))
            try robot.tap(option)
            try robot.tap("OK")
            #expect(try robot.system.files.list("\(Self.storage)/Pictures").count == count, "\(option)")
        }
    }

    @Test("into its own folder nothing is copied")
    func same() throws {
        let robot = try robot(["DCIM/a.jpg"])
        try robot.tap("DCIM")
        try robot.hold("a.jpg")
        try robot.menu("Copy to")
        try robot.tap("DCIM")
        #expect(robot.message == "Source and destination cannot be the same")
        #expect(try robot.system.files.list("\(Self.storage)/DCIM").filter { $0.hasSuffix(".jpg") } == ["a.jpg"])
    }

    @Test("pictures are moved, renamed and deleted")
    func change() throws {
        let robot = try robot(["DCIM/a.jpg", "DCIM/b.jpg", "DCIM/c.jpg", "Pictures/x.png"])
        try robot.tap("DCIM")
        try robot.tap("a.jpg")
        try robot.menu("Move to")
        try robot.tap("Pictures")
        #expect(exists(robot, "Pictures/a.jpg") && !exists(robot, "DCIM/a.jpg"))
        #expect(robot.sees("b.jpg"), "the next picture takes its place")
        try robot.menu("Rename")
        try robot.fill("b", "new")
        try robot.tap("OK")
        #expect(exists(robot, "DCIM/new.jpg") && !exists(robot, "DCIM/b.jpg") && robot.sees("new.jpg"))
        try robot.tap("Delete")
        try robot.tap("No")
        #expect(exists(robot, "DCIM/new.jpg"))
        try robot.tap("Delete")
        try robot.tap("Yes")
        #expect(!exists(robot, "DCIM/new.jpg"))
        robot.back()
        try robot.hold("c.jpg")
        try robot.tap("Delete")
        try robot.tap("Yes")
        #expect(robot.sees("Search folders") && !robot.sees("DCIM"))
    }

    @Test("properties tell name, place and size, and names can be hidden")
    func properties() throws {
        let robot = try robot(["DCIM/a.png"])
        try robot.tap("DCIM")
        try robot.hold("a.png")
        try robot.tap("Properties")
        #expect(robot.sees("60 x 40") && robot.sees("\(Self.storage)/DCIM"))
        try robot.tap("OK")
        robot.back()
        try robot.menu("Toggle filename visibility")
        #expect(!robot.sees("a.png") && robot.sees("medium_thumbnail"))
    }
}
