// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Foundation
import SimDevice
import Testing

@testable import ADB

/// A generation of device at a depth.
struct Generation: Sendable, CustomTestStringConvertible {
    let depth: Depth
    let profile: SimDeviceOptions.Profile

    static let reachable = Depth.reachable.flatMap { depth in
        SimDeviceOptions.Profile.allCases.map { Generation(depth: depth, profile: $0) }
    }

    var testDescription: String { "\(profile) over \(depth)" }
}

@Suite("The bridge at each depth: generations of devices", .serialized, .timeLimit(.minutes(5)))
struct BridgeProfileTests {
    private func with(
        _ generation: Generation,
        _ body: (ADBDevice, Bridge) async throws -> Void
    ) async throws {
        try await withBridge(generation.depth, options: { $0.profile = generation.profile }, body)
    }

    @Test("Both ends agree on what the older one can do", arguments: Generation.reachable)
    func agreement(generation: Generation) async throws {
        try await with(generation) { (device, _) async throws in
            let wanted = generation.profile.features
            #expect(
                device.banner.features.isSuperset(of: wanted.has)
                    && device.banner.features.isDisjoint(with: wanted.lacks)
            )
            let largest = ["legacy": 4096, "n": 256 << 10, "modern": 1 << 20][generation.profile.rawValue]
            #expect(device.transport.maxPayload == largest)
        }
    }

    @Test("Without the second shell protocol an exit code is unknown, never 0", arguments: Generation.reachable)
    func shell(generation: Generation) async throws {
        try await with(generation) { (device, _) async throws in
            let isOld = generation.profile == .legacy
            for command in ["true", "false", "exit 7", "nosuch", ":"] {
                let result = try await device.shell(raw: command)
                #expect((result.exitCode == nil) == isOld, "\(command): \(String(describing: result.exitCode))")
            }
            #expect(try await device.shell(raw: "exit 7").exitCode == (isOld ? nil : 7))
            let both = try await device.shell(raw: "echo out; echo err >&2")
            #expect(both.text == (isOld ? "out\nerr\n" : "out\n") && both.errorText == (isOld ? "" : "err\n"))
            let session = try await device.openShell("echo hello", terminal: false)
            #expect(session.isFramed == !isOld)
            let rest = try await session.rest()
            #expect(rest.out == "hello\n" && rest.code == (isOld ? nil : 0))
        }
    }

    @Test(
        "Files and folders go there and come back by whichever version of the protocol",
        arguments: Generation.reachable
    )
    func files(generation: Generation) async throws {
        try await with(generation) { (device, bridge) async throws in
            for size in [0, 1, 4071, 4072, 4073, 4096, 65536, 65537, 1_500_000] {
                let bytes = noise(size, seed: UInt64(size + 3))
                let path = "/sdcard/Download/size-\(size)"
                try await device.push(bytes, to: path, mode: 0o600, modified: 1_700_000_000)
                #expect(try await device.pull(path) == bytes, "\(size) bytes")
                let status = try #require(try await device.stat(path))
                #expect(status.size == Int64(size) && status.modified == 1_700_000_000)
            }
            #expect(try await device.stat("/sdcard/none") == nil)
            await expect("adb.sync") { _ = try await device.pull("/sdcard/none") }
            await expect("adb.sync") { try await device.push([1], to: "/sdcard") }
            let (there, back) = (bridge.folder + "/there", bridge.folder + "/back")
            for index in 0..<40 {
                try FileBytes.makeFolder("\(there)/sub\(index % 4)")
                try FileBytes.write(
                    noise(index * 97, seed: UInt64(index + 1)),
                    to: "\(there)/sub\(index % 4)/f\(index)"
                )
            }
            #expect(try await device.push([there], to: "/sdcard/tree").failures.isEmpty)
            #expect(try await device.list("/sdcard/tree").count { $0.name.hasPrefix("sub") } == 4)
            #expect(try await device.pull(["/sdcard/tree"], to: back).failures.isEmpty)
            for index in 0..<40 {
                let name = "sub\(index % 4)/f\(index)"
                #expect(try FileBytes.read("\(back)/\(name)") == FileBytes.read("\(there)/\(name)"), "\(name)")
            }
        }
    }

    @Test("The screen's hierarchy and picture come whole", arguments: Generation.reachable)
    func screen(generation: Generation) async throws {
        try await with(generation) { (device, _) async throws in
            let dump = String(decoding: try await device.exec("uiautomator dump /dev/tty"), as: UTF8.self)
            #expect(dump.hasPrefix("<?xml") && dump.contains("</hierarchy>"))
            _ = try await device.shell(raw: "uiautomator dump")
            let file = String(decoding: try await device.pull("/sdcard/window_dump.xml"), as: UTF8.self)
            #expect(dump.hasPrefix(file))
            let raw = try await device.exec("screencap")
            #expect(raw.count == 16 + 1080 * 2400 * 4)
            let picture = try await device.exec("screencap -p")
            #expect(picture.prefix(8) == [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])
            #expect(picture[16..<24] == [0, 0, 0x04, 0x38, 0, 0, 0x09, 0x60])  // 1080 x 2400
            let frame = try await device.framebuffer()
            #expect(frame.width == 1080 && frame.height == 2400 && frame.rgba.elementsEqual(raw[16...]))
        }
    }

    @Test("The log, forwards, reverses and many streams do not need what is new", arguments: Generation.reachable)
    func services(generation: Generation) async throws {
        try await with(generation) { (device, _) async throws in
            _ = try await device.shell(["log", "-t", "Old", "-p", "w", "first\nsecond"])
            var options = LogcatOptions()
            options.follows = false
            options.filters = ["Old:V", "*:S"]
            var records: [LogRecord] = []
            for try await record in try await device.logcat(options) { records.append(record) }
            #expect(records.map(\.message) == ["first\nsecond"] && records.first?.level == .warning)
            let forward = try await device.forward(to: "tcp:1")
            #expect(try await device.forwardRules() == [forward])
            let reverse = try await device.reverse("tcp:0", to: "tcp:1")
            #expect(try await device.reverseRules() == [reverse])
            let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<50 {
                    group.addTask { try await device.shell(["echo", "\(index)"]).text == "\(index)\n" }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(answers == 50)
        }
    }
}

extension SimDeviceOptions.Profile {
    /// Features that the device has, and some that it must not have.
    fileprivate var features: (has: Set<String>, lacks: Set<String>) {
        switch self {
        case .legacy: ([], ["shell_v2", "cmd", "stat_v2", "ls_v2", "sendrecv_v2", "delayed_ack", "abb_exec"])
        case .n: (["shell_v2", "cmd"], ["stat_v2", "ls_v2", "sendrecv_v2", "delayed_ack", "abb_exec"])
        case .modern: (["shell_v2", "cmd", "stat_v2", "ls_v2", "sendrecv_v2", "delayed_ack"], [])
        }
    }
}
