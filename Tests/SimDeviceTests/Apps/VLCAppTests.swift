// SPDX-License-Identifier: Apache-2.0

import Media
import Testing

@testable import SimDevice

@Suite("VLC app") struct VLCAppTests {
    private static let folder = "/storage/emulated/0/VLCVideos"

    private func film(_ name: String, seconds: Int64, _ robot: Robot) throws {
        let encoder = try H264Encoder(width: 64, height: 64, bitRate: 100_000, headersApart: true)
        let units = try encoder.encode(PixelBuffer(width: 64, height: 64), at: 0) + encoder.finish()
        try robot.system.files.makeFolder(Self.folder)
        let bytes = try MP4Writer.file(units, encoder: encoder, length: seconds * 1000)
        try robot.system.files.write(bytes, to: "\(Self.folder)/\(name)")
    }

    private func robot() throws -> Robot {
        let robot = try Robot()
        for (index, name) in ["a.mp4", "b.mp4", "c.mp4"].enumerated() {
            try film(name, seconds: Int64(index + 5), robot)
        }
        robot.open(VLCApp.package)
        return robot
    }

    private func playlists(_ robot: Robot) -> [String] {
        VLCStore(AppContext(system: robot.system, package: VLCApp.package)).playlists().map {
            "\($0.name): \($0.media.map(\.filename).joined(separator: ", "))"
        }
    }

    @Test("films of a folder become a playlist in the order of ticking, and more go to its end")
    func create() throws {
        let robot = try robot()
        try robot.tap("Browse")
        try robot.tap("Internal memory")
        try robot.tap("VLCVideos")
        try robot.hold("c.mp4")
        try robot.tap("a.mp4")
        #expect(robot.sees("2 selected"))
        try robot.tap("Add to playlist")
        try robot.fill("Create new playlist", "Mix")
        try robot.tap("SAVE")
        #expect(playlists(robot) == ["Mix: c.mp4, a.mp4"])
        try robot.hold("b.mp4")
        try robot.tap("Add to playlist")
        try robot.tap("Mix")
        #expect(playlists(robot) == ["Mix: c.mp4, a.mp4, b.mp4"])
        robot.windows.forceStop(VLCApp.package)
        robot.open(VLCApp.package)
        try robot.tap("Playlists")
        #expect(robot.sees("3 tracks"))
        try robot.tap("More")
        try robot.tap("Delete")
        try robot.tap("DELETE")
        #expect(playlists(robot).isEmpty && robot.sees("No playlists"))
    }

    @Test("a film in another's place has its own length, and one that is gone is shown no more")
    func replaced() throws {
        let robot = try robot()
        #expect(robot.sees("a.mp4") && robot.sees("00:05"))
        try film("a.mp4", seconds: 65, robot)
        try robot.system.files.remove("\(Self.folder)/b.mp4")
        robot.windows.forceStop(VLCApp.package)
        robot.open(VLCApp.package)
        #expect(robot.sees("01:05") && !robot.sees("00:05") && !robot.sees("b.mp4"))
    }

    @Test("a database that is none makes empty lists")
    func corrupt() throws {
        let robot = try Robot()
        try robot.system.files.makeFolder("/data/data/org.videolan.vlc/app_db")
        try robot.system.files.write(String(repeating: "no database ", count: 200), to: VLCStore.path)
        robot.open(VLCApp.package)
        #expect(robot.sees("No media files found"))
        try robot.tap("Playlists")
        #expect(robot.sees("No playlists"))
    }

    @Test("the player shows the film's picture at its position, which time and buttons move")
    func picture() throws {
        let robot = try Robot()
        let encoder = try H264Encoder(width: 160, height: 96, headersApart: true)
        var units: [H264Encoder.Unit] = []
        for (index, hex) in ([0xff0000, 0x00ff00, 0x0000ff] as [UInt32]).enumerated() {
            let picture = PixelBuffer(width: 160, height: 96, filled: RGBA(hex: hex))
            units += try encoder.encode(picture, at: Int64(index) * 8000)
        }
        units += try encoder.finish()
        let path = "\(Self.folder)/film.mp4"
        try robot.system.files.makeFolder(Self.folder)
        try robot.system.files.write(try MP4Writer.file(units, encoder: encoder, length: 24_000), to: path)
        robot.open(VLCApp.package)
        try robot.tap("film.mp4")
        func color() throws -> RGBA {
            let place = try #require(robot.find("player_surface")?.visible)
            return robot.windows.screenshot()[place.centerX, place.centerY]
        }
        #expect(try color().red > 200 && color().blue < 60)
        robot.wait(8500)
        #expect(try color().green > 200 && color().red < 60)
        try robot.tap("Pause")
        robot.wait(60_000)
        #expect(try color().green > 200)
        try robot.tap("Forward")
        #expect(try color().blue > 200 && robot.text("player_overlay_time") == "00:18")
        try robot.tap("Forward")
        #expect(robot.text("player_overlay_time") == "00:24")
        try robot.tap("Rewind")
        try robot.tap("Rewind")
        #expect(try color().red > 200 && robot.text("player_overlay_time") == "00:04")
        try robot.system.files.write("no film", to: path)
        robot.wait(1000)
        #expect(try color().red < 20, "a file that is no film shows nothing")
    }
}
