// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Testing

@Suite("The bridge at each depth: commands", .serialized)
struct BridgeShellTests {
    @Test("The banner names the device and what both ends can do", arguments: Depth.reachable)
    func banner(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            #expect(device.banner.systemType == "device")
            #expect(device.banner.model == "Pixel 6" && device.banner.product == "sdk_gphone64_x86_64")
            #expect(device.banner.features.isSuperset(of: ["shell_v2", "stat_v2", "ls_v2", "cmd"]))
        }
    }

    @Test("A command's outputs come apart, with its exit code", arguments: Depth.reachable)
    func outputs(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            let result = try await device.shell(raw: "echo out; echo err >&2; exit 7")
            #expect(result.exitCode == 7 && result.text == "out\n" && result.errorText == "err\n")
            #expect(try await device.shell(["true"]).exitCode == 0)
            let missing = try await device.shell(["nosuch"])
            #expect(missing.exitCode == 127 && missing.errorText.contains("not found"))
            #expect(try await device.shell(["echo", "a  b", "$HOME", "'"]).text == "a  b $HOME '\n")
        }
    }

    @Test("What a command reads reaches it whole, and ends", arguments: Depth.reachable)
    func input(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            for count in [0, 1, 511, 512, 65536, 300_000] {
                let bytes = noise(count, seed: UInt64(count + 1))
                let result = try await device.shell(["cat"], stdin: bytes)
                #expect(result.exitCode == 0 && result.stdout == bytes, "\(count) bytes")
            }
        }
    }

    @Test("Every byte passes as it is, both ways", arguments: Depth.reachable)
    func binary(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            let all = (0..<4096).map { UInt8(truncatingIfNeeded: $0) } + [13, 10, 13, 13, 10, 0, 0, 26, 4, 3]
            try await device.push(all, to: "/data/local/tmp/all")
            #expect(try await device.exec("cat /data/local/tmp/all") == all)
            #expect(try await device.shell(["cat"], stdin: all).stdout == all)
            let picture = try await device.exec("screencap -p")
            #expect(picture.starts(with: [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]))
        }
    }

    @Test("A raw picture, many packets long, comes whole", arguments: Depth.reachable)
    func picture(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            let bytes = try await device.exec("screencap")
            #expect(bytes.count == 16 + 1080 * 2400 * 4)
        }
    }

    @Test("A service that is not there is refused, and nothing else suffers", arguments: Depth.reachable)
    func refusal(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            await expect("adb.refused") { _ = try await device.open("nosuch:service") }
            #expect(try await device.shell(["echo", "fine"]).text == "fine\n")
        }
    }
}
