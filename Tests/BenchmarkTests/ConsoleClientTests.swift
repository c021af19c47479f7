// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import SimDevice
import Testing

@testable import Benchmark

/// The console and what it does, as a host sees it: over sockets, and over ADB.
@Suite(.serialized) struct ConsoleClientTests {
    /// A device with a stepped clock, its console, and a connection.
    private struct Bench {
        let device: SimulatedDevice
        let console: ConsoleClient
        let adb: ADBDevice
        let folder: String

        init() async throws {
            folder = NSTemporaryDirectory() + "/console-" + UUID().uuidString
            device = try await SimulatedDevice.start(SimDeviceOptions(stateFolder: folder, clock: .stepped))
            console = try await ConsoleClient(port: device.consolePort, token: device.consoleToken)
            adb = try await ADBDevice.connect(host: "127.0.0.1", port: device.port)
        }

        func end() async {
            await adb.close()
            await device.stop()
            try? FileManager.default.removeItem(atPath: folder)
        }

        func shell(_ command: String) async throws -> String { try await adb.shell(raw: command).text }
        func dump() async throws -> String { try await shell("uiautomator dump /dev/tty") }
    }

    private func with(_ body: (Bench) async throws -> Void) async throws {
        let bench = try await Bench()
        do { try await body(bench) } catch {
            await bench.end()
            throw error
        }
        await bench.end()
    }

    @Test func `each command has a name, and does what it says`() async throws {
        try await with { bench in
            let console = bench.console
            try await console.sendMessage(from: "5550107713", "two\nlines \\n and a slash")
            let inbox = try await bench.shell("content query --uri content://sms/inbox --projection body")
            #expect(inbox.contains("two\nlines \\n and a slash"))
            try await console.call(from: "5550100")
            #expect(try await console.calls() == ["inbound from 5550100 : incoming"])
            try await console.acceptCall("5550100")
            #expect(try await bench.shell("dumpsys telephony.registry").contains("mCallState=2"))
            try await console.cancelCall("5550100")
            try await console.setLocation(latitude: 48.85837, longitude: 2.294481, altitude: 35)
            #expect(try await bench.shell("dumpsys location").contains("gps 48.858370,2.294481"))
            try await console.setBattery(level: 41)
            #expect(try await bench.shell("dumpsys battery").contains("level: 41"))
            let now = try await console.clock()
            try await console.advanceClock(60_000)
            #expect(try await console.clock() == now + 60_000)
            try await console.setClock(now)
            #expect(try await console.clock() == now)
            try await console.saveSnapshot("mine")
            #expect(try await console.snapshots() == ["default", "mine"])
            try await console.loadSnapshot("mine")
            try await console.deleteSnapshot("mine")
            await #expect { try await console.loadSnapshot("mine") } throws: {
                ($0 as? DroidError)?.code == "console.refused"
            }
            _ = try await bench.shell("settings put system accelerometer_rotation 1")
            try await console.hold(rotation: 3)
            #expect(try await bench.dump().contains("<hierarchy rotation=\"3\">"))
        }
    }

    @Test func `faults are seen over ADB, and gone when they are cleared`() async throws {
        try await with { bench in
            let console = bench.console
            let settings = "com.android.settings"
            let all: [ConsoleClient.DeviceFault] = [
                .latency("dump", milliseconds: 2500), .noIdleState, .secure,
                .crash(package: settings, afterInputs: 1), .notResponding(package: settings, afterInputs: 9),
                .permission(package: settings, permission: "android.permission.CAMERA", afterInputs: 8),
                .disconnect(afterPackets: 100_000, each: true),
            ]
            for fault in all { try await console.add(fault) }
            #expect(try await console.faults().count == all.count)
            // No idle state: the tool says so on its error output, writes nothing, and tells no error code.
            let before = try await console.clock()
            let failed = try await bench.adb.shell(raw: "uiautomator dump /sdcard/none.xml")
            #expect(failed.errorText == "ERROR: could not get idle state.\n" && failed.exitCode == 0)
            #expect(try await bench.adb.shell(raw: "ls /sdcard/none.xml").exitCode != 0)
            #expect(try await console.clock() >= before + 12_500)
            // A secure page.
            let picture = try await bench.adb.exec("screencap")
            #expect(picture.count == 16 + 1080 * 2400 * 4)
            #expect(stride(from: 16, to: picture.count, by: 4).allSatisfy { picture[$0] == 0 && picture[$0 + 1] == 0 })
            try await console.send("fault idle off")
            // Dies on its first input.
            _ = try await bench.shell("am start -n com.android.settings/.Settings; input tap 540 1300")
            #expect(try await bench.dump().contains("text=\"Settings keeps stopping\""))
            #expect(
                try await bench.shell("dumpsys window | grep mCurrentFocus").contains(
                    "Application Error: com.android.settings"
                )
            )
            try await console.clearFaults()
            #expect(try await console.faults().isEmpty)
            let after = try await bench.dump()
            #expect(!after.contains("keeps stopping"))
            #expect(try await bench.adb.exec("screencap").dropFirst(16).contains { $0 != 0 && $0 != 255 })
        }
    }

    @Test func `a connection is cut after its packets, and the next one lives`() async throws {
        try await with { bench in
            for each in [false, true] {
                try await bench.console.add(.disconnect(afterPackets: 30, each: each))
                for round in 0..<2 {
                    let adb = try await ADBDevice.connect(host: "127.0.0.1", port: bench.device.port)
                    var failed = false
                    for _ in 0..<20 where !failed {
                        do {
                            _ = try await adb.shell(raw: "echo hello", timeout: .seconds(10))
                        } catch {
                            failed = true
                        }
                    }
                    #expect(failed == (each || round == 0), "each \(each), round \(round)")
                    await adb.close()
                }
                try await bench.console.clearFaults()
            }
            // Cut in the middle of a packet.
            try await bench.console.add(.disconnectAfterBytes(100, each: false))
            await #expect(throws: DroidError.self) {
                let adb = try await ADBDevice.connect(host: "127.0.0.1", port: bench.device.port)
                _ = try await adb.shell(raw: "echo hello", timeout: .seconds(10))
            }
            #expect(try await bench.console.faults().isEmpty)
            let adb = try await ADBDevice.connect(host: "127.0.0.1", port: bench.device.port)
            #expect(try await adb.shell(raw: "echo hello").text == "hello\n")
            await adb.close()
        }
    }

    @Test func `the same commands make the same device, to the last pixel`() async throws {
        func play() async throws -> [String] {
            var seen: [String] = []
            try await with { bench in
                let console = bench.console
                try await console.add(
                    .permission(package: "com.google.android.contacts", permission: "CAMERA", afterInputs: 1)
                )
                _ = try await bench.shell(
                    "settings put system user_rotation 1; monkey -p com.google.android.contacts 1"
                )
                try await console.sendMessage(from: "5550107713", "hello")
                _ = try await bench.shell("input tap 300 500")
                seen.append(try await bench.dump())
                seen.append(SHA256.hex(try await bench.adb.exec("screencap")[...]))
                try await console.call(from: "5550107713")
                try await console.acceptCall("5550107713")
                try await console.advanceClock(5000)
                seen.append(try await bench.dump())
                seen.append(SHA256.hex(try await bench.adb.exec("screencap")[...]))
                seen.append("\(try await console.clock())")
            }
            return seen
        }
        let first = try await play()
        #expect(try await play() == first)
        #expect(first[0].contains("permission_deny_button") && first[2].contains("text=\"00:05\""))
    }
}
