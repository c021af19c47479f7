// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import SimDevice

@Suite("The device's files")
struct FilesTests {
    @Test("one tree is seen under all names of shared storage")
    func aliases() throws {
        let device = try TestDevice()
        try device.files.write("x", to: "/sdcard/t.txt")
        for path in [
            "/storage/emulated/0/t.txt", "/data/media/0/t.txt", "/storage/self/primary/t.txt", "/mnt/sdcard/t.txt",
        ] {
            #expect(try device.files.readText(path) == "x")
        }
    }

    @Test("neither dots nor links lead out of the device")
    func escapes() throws {
        let device = try TestDevice()
        let secret = device.folder + "/secret"
        try FileBytes.write("host", to: secret)
        #expect(!device.files.exists("/../secret"))
        #expect(!device.files.exists("/sdcard/../../../../../../secret"))
        try device.files.makeLink(to: secret, at: "/sdcard/l1")
        try device.files.makeLink(to: "../../../../../secret", at: "/sdcard/l2")
        try device.files.makeLink(to: "/", at: "/sdcard/l3")
        for path in ["/sdcard/l1", "/sdcard/l2", "/sdcard/l3" + secret] {
            #expect(!device.files.exists(path), "\(path)")
        }
        // A link of the host that was put there leads nowhere either.
        try FileManager.default.createSymbolicLink(
            atPath: device.folder + "/root/data/local/tmp/host",
            withDestinationPath: device.folder
        )
        #expect(!device.files.exists("/data/local/tmp/host/secret"))
        #expect(throws: FileFailure.self) { try device.files.read("/sdcard/a\0b") }
        try device.files.makeLink(to: "/sdcard/loop2", at: "/sdcard/loop1")
        try device.files.makeLink(to: "/sdcard/loop1", at: "/sdcard/loop2")
        #expect(throws: FileFailure.self) { try device.files.read("/sdcard/loop1") }
    }

    @Test("no random path leaves the root")
    func fuzz() throws {
        let device = try TestDevice()
        try device.files.makeLink(to: "../../..", at: "/sdcard/up")
        var random = SeededRandom(seed: 3)
        let parts = ["..", ".", "", "sdcard", "up", "data", "a", "storage", "emulated", "0", "~"]
        for _ in 0..<20_000 {
            let path =
                "/"
                + (0..<(random.next() % 12)).map { _ in parts[Int(random.next() % UInt64(parts.count))] }.joined(
                    separator: "/"
                )
            guard let host = try? device.files.hostPath(path) else { continue }
            #expect(host == device.files.root || host.hasPrefix(device.files.root + "/"))
            #expect(!host.contains("/../"))
        }
    }

    @Test("files carry the device's time and keep their mode")
    func times() throws {
        let device = try TestDevice()
        try device.files.write("a", to: "/sdcard/m", mode: 0o640)
        device.system.clock.advance(90_000)
        try device.files.write("b", to: "/sdcard/m", mode: 0o600)
        let status = try device.files.stat("/sdcard/m")
        #expect(status.permissions == 0o640)
        #expect(status.modified == (DeviceClock.start + 90_000) / 1000)
    }

    @Test("a folder cannot be copied into itself, and mounts cannot be removed")
    func guards() throws {
        let device = try TestDevice()
        #expect(throws: FileFailure.self) { try device.files.copy("/storage/emulated/0", "/sdcard/Download/x") }
        #expect(throws: FileFailure.self) { try device.files.remove("/sdcard/.") }
        #expect(throws: FileFailure.self) { try device.files.remove("/") }
        #expect(device.files.isFolder("/sdcard/Download"))
    }
}
