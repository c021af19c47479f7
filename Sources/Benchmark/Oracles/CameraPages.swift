// SPDX-License-Identifier: Apache-2.0

import Agent
import Screen

/// Takes pictures or films until a folder holds one more file than it held: `mode` is `photo` or `video`, `folder` where they go
/// and `before` how many files were there.
struct CameraOracle: TaskOracle {
    private static let package = "com.android.camera2"
    private let isVideo: Bool
    private let folder: String
    private let before: Int

    init(_ arguments: ProgramArguments) throws {
        switch try arguments.need("mode") {
        case "photo": isVideo = false
        case "video": isVideo = true
        case let other: throw arguments.failure("mode is photo or video, not \"\(other)\"")
        }
        folder = try arguments.need("folder")
        before = try arguments.integer("before")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if try await DeviceState(device).count(folder) > before { return page.done() }
        guard page.package == Self.package else { return page.open("Camera") }
        // A film that runs is ended, also one that nobody asked for.
        if let stop = page.tap("Stop video recording") { return stop }
        // The menu of modes stands alone on the screen.
        if page.shows("Camera"), page.shows("Video") { return page.choose(isVideo ? "Video" : "Camera") }
        guard let shutter = page.element(id: "shutter_button") else { return page.leave() }
        let shows = shutter.contentDescription == (isVideo ? "Start video recording" : "Shutter")
        if !shows { return OracleMove(page.taps("Mode list"), note: "change the mode") }
        return OracleMove(page.taps(on: shutter), note: isVideo ? "film" : "take a picture")
    }
}
