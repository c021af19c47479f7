// SPDX-License-Identifier: Apache-2.0

import GRDB
import Media
import Testing

@testable import SimDevice

@Suite("Retro Music app") struct RetroMusicAppTests {
    private static let folder = "/storage/emulated/0/Music"

    private func put(_ title: String, _ seconds: Int64, as file: String, _ robot: Robot) throws {
        try robot.system.files.makeFolder(Self.folder)
        let bytes = MP3.silence(seconds * 1000, tags: SongTags(title: title, artist: "Ada"))
        try robot.system.files.write(bytes, to: "\(Self.folder)/\(file).mp3")
    }

    private func robot(_ titles: [String] = ["Alpha", "Beta", "Gamma"]) throws -> Robot {
        let robot = try Robot()
        for title in titles { try put(title, 60, as: title, robot) }
        try MediaStore(robot.system).scan(Self.folder)
        robot.open(RetroMusicApp.package)
        try robot.tap("Songs")
        return robot
    }

    private func playlists(_ robot: Robot) -> [String] {
        RetroStore(AppContext(system: robot.system, package: RetroMusicApp.package)).playlists().map {
            "\($0.name): \($0.songs.map(\.title).joined(separator: ", "))"
        }
    }

    private func queue(_ robot: Robot) -> [String] {
        RetroQueue(AppContext(system: robot.system, package: RetroMusicApp.package)).songs().map(\.title)
    }

    private func make(_ name: String, of titles: [String], _ robot: Robot) throws {
        try robot.hold(titles[0])
        for title in titles.dropFirst() { try robot.tap(title) }
        #expect(robot.sees("\(titles.count) selected"))
        try robot.menu("Add to playlist")
        try robot.tap("New playlist…")
        try robot.fill("Playlist name", name)
        try robot.tap("CREATE")
    }

    @Test("ticked songs become a playlist in the order of ticking, which a force-stop keeps")
    func create() throws {
        let robot = try robot()
        try make("Mix", of: ["Gamma", "Alpha"], robot)
        #expect(playlists(robot) == ["Mix: Gamma, Alpha"])
        robot.windows.forceStop(RetroMusicApp.package)
        robot.open(RetroMusicApp.package)
        try robot.tap("Playlists")
        try robot.tap("Mix")
        #expect(robot.text("subtitle") == "2 Songs • 02:00")
    }

    @Test("a name that is taken makes no second playlist")
    func taken() throws {
        let robot = try robot()
        try make("Mix", of: ["Gamma"], robot)
        try make("Mix", of: ["Beta"], robot)
        #expect(robot.message == "Playlist exists")
        #expect(playlists(robot) == ["Mix: Gamma"])
    }

    @Test("songs are queued at the end, and a touch on a song plays the whole list from there")
    func enqueue() throws {
        let robot = try robot()
        try robot.hold("Beta")
        try robot.tap("Alpha")
        try robot.menu("Add to playing queue")
        #expect(queue(robot) == ["Beta", "Alpha"])
        try robot.tap("menu")
        try robot.tap("Add to playing queue")
        #expect(queue(robot) == ["Beta", "Alpha", "Alpha"])
        try robot.tap("Gamma")
        #expect(queue(robot) == ["Alpha", "Beta", "Gamma"])
        #expect(robot.text("miniPlayerTitle") == "Gamma")
    }

    @Test("what plays follows the clock, and the queue can be cleared")
    func play() throws {
        let robot = try robot()
        try robot.tap("Alpha")
        robot.wait(61_500)
        try robot.tap("miniPlayerFragment")
        #expect(robot.text("title") == "Beta" && robot.sees("00:01"))
        try robot.tap("Playing queue")
        try robot.menu("Clear playing queue")
        #expect(queue(robot).isEmpty && robot.sees("No songs"))
    }

    @Test("a playlist is saved where the system's picker says, as an M3U file")
    func export() throws {
        let robot = try robot()
        try robot.system.files.makeFolder("/sdcard/Download")
        try make("Mix", of: ["Gamma", "Alpha"], robot)
        try robot.tap("Playlists")
        try robot.tap("menu")
        try robot.tap("Save as file")
        robot.back()
        #expect(try robot.system.files.list("/sdcard/Download").isEmpty)
        try robot.tap("menu")
        try robot.tap("Save as file")
        #expect(robot.sees("Downloads"))
        try robot.tap("SAVE")
        let text = try robot.system.files.readText("/sdcard/Download/Mix.m3u")
        #expect(
            text.split(separator: "\n").map(String.init) == [
                "#EXTM3U", "#EXTINF:60,Ada - Gamma", "\(Self.folder)/Gamma.mp3", "#EXTINF:60,Ada - Alpha",
                "\(Self.folder)/Alpha.mp3",
            ]
        )
    }

    @Test("a file in another's place is another song after a scan, and a file that is gone is none")
    func replaced() throws {
        let robot = try robot(["Alpha", "Beta"])
        try put("Omega", 125, as: "Alpha", robot)
        #expect(robot.sees("Alpha"))
        try MediaStore(robot.system).scan(Self.folder)
        try robot.system.files.remove("\(Self.folder)/Beta.mp3")
        try robot.tap("Home")
        try robot.tap("Songs")
        #expect(robot.sees("Omega") && !robot.sees("Alpha") && !robot.sees("Beta"))
        try robot.tap("menu")
        try robot.tap("Details")
        #expect(robot.sees("Track length: 02:05"))
    }

    @Test("databases that are none, and files that are no songs, make empty lists")
    func corrupt() throws {
        let robot = try Robot()
        try robot.system.files.makeFolder(Self.folder)
        try robot.system.files.write("no song", to: "\(Self.folder)/a.mp3")
        try robot.system.files.makeFolder("/data/data/code.name.monkey.retromusic/databases")
        try robot.system.files.write(String(repeating: "no database ", count: 200), to: RetroStore.path)
        try robot.system.files.write(String(repeating: "no database ", count: 200), to: RetroQueue.path)
        try MediaStore(robot.system).scan(Self.folder)
        robot.open(RetroMusicApp.package)
        try robot.tap("Songs")
        #expect(robot.sees("No songs"))
        try robot.tap("Playlists")
        #expect(robot.sees("No playlists"))
    }
}

@Suite("Sound and film files") struct MediaFactsTests {
    @Test("silence has the tags and the length that it was made with")
    func silence() throws {
        let tags = SongTags(title: "Été", artist: "Zoë", album: "Ж", track: 3)
        let file = MP3.silence(200_016, tags: tags)
        #expect(file.count < 201_000)
        let facts = try #require(MP3.facts(file))
        #expect(facts.tags == tags && facts.milliseconds == 200_016)
    }

    @Test("what is cut off or no sound is read as far as it goes, or not at all")
    func damaged() {
        let file = MP3.silence(720, tags: SongTags(title: "A"))
        #expect(MP3.facts(Array(file.dropLast(1)))?.milliseconds == 648)
        #expect(MP3.facts(Array("ID3".utf8)) == nil && MP3.facts([]) == nil)
        #expect(MP3.facts(Array(file.prefix(20))) == nil)
        for count in 0..<64 { _ = MP4Facts(Array("\0\0\0\u{10}moov\0\0\0\u{8}mvhd".utf8.prefix(count))) }
        #expect(MP4Facts(Array("\0\0\0\u{10}moov\0\0\0\u{8}mvhd".utf8)) == nil)
    }
}
