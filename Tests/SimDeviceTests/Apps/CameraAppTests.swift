// SPDX-License-Identifier: Apache-2.0

import Media
import Testing

@testable import SimDevice

@Suite("Camera app") struct CameraAppTests {
    private func names(_ robot: Robot, _ folder: String) -> [String] { (try? robot.system.files.list(folder)) ?? [] }

    @Test("the shutter takes pictures that can be read, each with a name of its own")
    func pictures() throws {
        let robot = try Robot()
        try? robot.system.files.removeFolder(CameraStore.pictures)
        robot.open(CameraApp.package)
        try robot.tap("Shutter")
        try robot.tap("Shutter")
        let taken = names(robot, CameraStore.pictures)
        #expect(taken.count == 2 && taken.allSatisfy { $0.hasPrefix("IMG_20231015_") && $0.hasSuffix(".jpg") })
        let pictures = try taken.map { try JPEG.decode(robot.system.files.read("\(CameraStore.pictures)/\($0)")) }
        #expect(pictures.allSatisfy { ($0.width, $0.height) == (1080, 1440) })
        #expect(robot.sees("Image preview"))
    }

    @Test("a film runs from one touch of the shutter to the next, BACK ends it too, and the mode is kept")
    func films() throws {
        let robot = try Robot()
        robot.open(CameraApp.package)
        try robot.tap("Mode list")
        try robot.tap("Video")
        try robot.tap("Start video recording")
        #expect(!robot.sees("Mode list") && names(robot, CameraStore.movies).filter { $0.hasPrefix("VID_") }.isEmpty)
        try robot.tap("Stop video recording")
        try robot.tap("Start video recording")
        robot.back()
        let made = names(robot, CameraStore.movies).filter { $0.hasPrefix("VID_") }
        #expect(made.count == 2)
        for name in made {
            let bytes = try robot.system.files.read("\(CameraStore.movies)/\(name)")
            #expect(String(decoding: bytes[4..<8], as: UTF8.self) == "ftyp" && bytes.count > 1000)
        }
        robot.open(CameraApp.package)
        #expect(robot.sees("Start video recording"))
    }
}
