// SPDX-License-Identifier: Apache-2.0

import Media
import Testing

@testable import SimDevice

@Suite("Audio Recorder app") struct AudioRecorderAppTests {
    /// A device on which the first start is over.
    private func robot(allowed: Bool = true) throws -> Robot {
        let robot = try Robot(start: AudioRecorderApp.package)
        try robot.tap("Get started")
        try robot.tap("Mono")
        try robot.tap("Apply")
        if allowed { robot.system.granted[AudioRecorderApp.package] = [AudioRecorderApp.microphone] }
        return robot
    }

    private func files(_ robot: Robot) -> [String] {
        ((try? robot.system.files.list(RecordStore.folder)) ?? []).sorted()
    }

    private func record(_ robot: Robot, _ milliseconds: Int64 = 3000) throws {
        try robot.tap("Record")
        robot.system.clock.advance(milliseconds)
        try robot.tap("Stop recording")
    }

    @Test("the welcome is seen once")
    func welcome() throws {
        let robot = try robot()
        #expect(robot.sees("btn_record") && robot.sees("00:00"))
        robot.windows.forceStop(AudioRecorderApp.package)
        robot.open(AudioRecorderApp.package)
        #expect(robot.sees("btn_record") && !robot.sees("Get started"))
    }

    @Test("the microphone is asked for, and without it nothing is recorded")
    func permission() throws {
        let robot = try robot(allowed: false)
        try robot.tap("Record")
        #expect(robot.sees("Allow Audio Recorder to record audio?"))
        try robot.tap("Don’t allow")
        #expect(robot.sees("Record") && !robot.sees("Stop recording"))
        try robot.tap("Record")
        try robot.tap("While using the app")
        #expect(robot.sees("Stop recording"))
        #expect(robot.system.granted[AudioRecorderApp.package]?.contains("android.permission.RECORD_AUDIO") == true)
    }

    @Test("a record is a file as long as it was recorded, and gets the name that is typed")
    func save() throws {
        let robot = try robot()
        try record(robot)
        #expect(files(robot) == ["Record-1.m4a"])
        try robot.fill("Record-1", "Inter/view: one")
        try robot.tap("Save")
        #expect(files(robot) == ["Interview one.m4a"])
        #expect(robot.text("txt_name") == "Interview one")
        let bytes = try robot.system.files.read("\(RecordStore.folder)/Interview one.m4a")
        let length = try #require(MP4Facts(bytes)).milliseconds
        #expect((3000...3600).contains(length))
        robot.windows.forceStop(AudioRecorderApp.package)
        robot.open(AudioRecorderApp.package)
        #expect(robot.text("txt_name") == "Interview one")
    }

    @Test("what is held is not recorded; cancelling keeps the app's own name; a taken name gets a number")
    func hold() throws {
        let robot = try robot()
        try robot.tap("Record")
        robot.system.clock.advance(2000)
        try robot.tap("Pause recording")
        robot.system.clock.advance(60_000)
        try robot.tap("Resume recording")
        robot.system.clock.advance(2000)
        try robot.tap("Stop recording")
        try robot.tap("Cancel")
        let bytes = try robot.system.files.read("\(RecordStore.folder)/Record-1.m4a")
        #expect((4000...5000).contains(try #require(MP4Facts(bytes)).milliseconds))
        try record(robot)
        try robot.fill("Record-2", "Record-1")
        try robot.tap("Save")
        #expect(files(robot) == ["Record-1-1.m4a", "Record-1.m4a"])
    }

    @Test("an empty name is refused, and asking can be ended")
    func names() throws {
        let robot = try robot()
        try record(robot)
        try robot.fill("Record-1", " ")
        try robot.tap("Save")
        #expect(robot.message == "Name can't be empty" && files(robot) == ["Record-1.m4a"])
        try robot.tap("Don't ask again")
        try robot.tap("Cancel")
        try record(robot)
        #expect(robot.message == "Saved as Record-2" && !robot.sees("input_name"))
    }

    @Test("what is in progress can be dropped")
    func discard() throws {
        let robot = try robot()
        try robot.tap("Record")
        try robot.tap("Delete recording")
        try robot.tap("No")
        #expect(robot.sees("Stop recording"))
        try robot.tap("Delete recording")
        try robot.tap("Yes")
        #expect(robot.sees("Record") && files(robot).isEmpty)
    }

    @Test("records are listed, renamed, deleted and played")
    func list() throws {
        let robot = try robot()
        for _ in 0..<2 {
            try record(robot)
            try robot.tap("Save")
        }
        try robot.tap("Records list")
        #expect(robot.sees("Record-1") && robot.sees("Record-2"))
        try robot.tap("More")
        try robot.tap("Rename")
        try robot.fill("Record-2", "Song")
        try robot.tap("Save")
        try robot.tap("More", 1)
        try robot.tap("Delete")
        try robot.tap("Yes")
        #expect(files(robot) == ["Song.m4a"])
        try robot.tap("Song")
        #expect(robot.sees("Pause") && robot.text("txt_name") == "Song")
        robot.system.clock.advance(2000)
        robot.windows.timePassed()
        #expect(robot.text("txt_progress") == "00:02")
        robot.system.clock.advance(5000)
        robot.windows.timePassed()
        #expect(robot.sees("Play") && !robot.sees("Stop"))
    }

    @Test("a file that is no sound is listed and does no harm")
    func broken() throws {
        let robot = try robot()
        try robot.system.files.makeFolder(RecordStore.folder)
        try robot.system.files.write("no sound", to: "\(RecordStore.folder)/Odd.m4a")
        try robot.tap("Records list")
        #expect(robot.sees("Odd") && robot.sees("00:00"))
    }
}
