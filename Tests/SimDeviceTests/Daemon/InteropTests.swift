// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc
import Media
import Testing

@testable import SimDevice

/// Debian's own `adb` against the built-in device, with a home and a server of its own.
@Suite("Unmodified adb", .serialized)
struct InteropTests {
    private static let adb: String? = ["/usr/bin/adb", "/usr/local/bin/adb"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// One private server and one device.
    private final class Bench {
        let folder: String
        let device: SimulatedDevice
        private let port: Int
        private let program: String

        init(_ program: String) async throws {
            self.program = program
            folder = NSTemporaryDirectory() + "/interop-" + UUID().uuidString
            try FileBytes.makeFolder(folder + "/home")
            device = try await SimulatedDevice.start(SimDeviceOptions(stateFolder: folder + "/state"))
            port = 20_000 + Int.random(in: 0..<20_000)
        }

        @discardableResult
        func adb(_ arguments: String...) throws -> (code: Int32, out: [UInt8]) {
            let output = folder + "/out-" + UUID().uuidString
            let environment = [
                "HOME": folder + "/home", "TMPDIR": folder, "PATH": "/usr/bin:/bin",
                "ANDROID_ADB_SERVER_PORT": "\(port)",
                "ADB_MDNS_AUTO_CONNECT": "0", "ADB_MDNS_OPENSCREEN": "0", "ADB_LOCAL_TRANSPORT_MAX_PORT": "5554",
            ]
            let code = try Self.spawn([program] + arguments, environment, output: output)
            return (code, try FileBytes.read(output))
        }

        /// Runs a program to its end. Foundation's `Process` waits until the server that adb leaves behind ends as well.
        private static func spawn(_ words: [String], _ environment: [String: String], output: String) throws -> Int32 {
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
            var arguments = words.map { strdup($0) } + [nil]
            var variables = environment.map { strdup($0.key + "=" + $0.value) } + [nil]
            defer { for text in arguments + variables { free(text) } }
            var child: pid_t = 0
            let failure = posix_spawn(&child, words[0], &actions, nil, &arguments, &variables)
            guard failure == 0 else {
                throw DroidError("test.spawn", "cannot run \(words[0])", why: String(cString: strerror(failure)))
            }
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0 && errno == EINTR {}
            return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f)
        }

        func shell(_ command: String) throws -> (code: Int32, text: String) {
            let result = try adb("-s", device.serial, "shell", command)
            return (result.code, String(decoding: result.out, as: UTF8.self))
        }

        func end() async {
            _ = try? adb("kill-server")
            await device.stop()
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    @Test("connects, runs commands with their exit codes, and moves files whole")
    func everything() async throws {
        guard let program = Self.adb else {
            if ProcessInfo.processInfo.environment["CI"] != nil { Issue.record("adb is missing: apt-get install adb") }
            print("skipped: adb is not installed (apt-get install adb)")
            return
        }
        let bench = try await Bench(program)
        let serial = bench.device.serial
        do {
            let connected = try bench.adb("connect", serial)
            #expect(String(decoding: connected.out, as: UTF8.self).contains("connected to \(serial)"))
            let list = String(decoding: try bench.adb("devices", "-l").out, as: UTF8.self)
            #expect(list.contains("device product:sdk_gphone64_x86_64 model:Pixel_6 device:emu64x"))

            #expect(try bench.shell("exit 7").code == 7)
            #expect(try bench.shell("echo hello; nope 2>/dev/null; echo $?").text == "hello\n127\n")
            #expect(try bench.shell("settings put global wifi_on 0; settings get global wifi_on").text == "0\n")

            let picture = try PNG.decode(try bench.adb("-s", serial, "exec-out", "screencap", "-p").out)
            #expect(picture.width == 1080 && picture.height == 2400)

            #expect(try bench.shell("uiautomator dump").text.contains("dumped to: /sdcard/window_dump.xml"))
            let xml = bench.folder + "/dump.xml"
            #expect(try bench.adb("-s", serial, "pull", "/sdcard/window_dump.xml", xml).code == 0)
            #expect(String(decoding: try FileBytes.read(xml), as: UTF8.self).hasSuffix("</hierarchy>"))

            var random = SeededRandom(seed: 11)
            for size in [0, 1, 65_535, 65_536, 65_537, 8 << 20] {
                let bytes = (0..<((size + 7) / 8)).flatMap { _ in withUnsafeBytes(of: random.next(), Array.init) }
                    .prefix(size)
                let (local, back) = (bench.folder + "/random", bench.folder + "/back")
                try FileBytes.write(bytes, to: local)
                #expect(try bench.adb("-s", serial, "push", local, "/sdcard/Download/deep/random.bin").code == 0)
                #expect(
                    try bench.shell("sha256sum /sdcard/Download/deep/random.bin").text.prefix(64) == SHA256.hex(bytes)
                )
                #expect(try bench.adb("-s", serial, "pull", "/sdcard/Download/deep/random.bin", back).code == 0)
                #expect(try SHA256.hex(ofFile: back) == SHA256.hex(bytes))
            }
            #expect(try bench.adb("-s", serial, "pull", "/sdcard/none", bench.folder + "/x").code != 0)
            let listing = String(decoding: try bench.adb("-s", serial, "ls", "/sdcard/Download").out, as: UTF8.self)
            #expect(listing.contains("museum_tickets.txt"))
            #expect(try bench.adb("-s", serial, "root").code == 0)
        } catch {
            await bench.end()
            throw error
        }
        await bench.end()
    }
}
