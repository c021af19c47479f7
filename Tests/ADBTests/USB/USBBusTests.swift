// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc
import SimDevice
import Synchronization
import TestSupport
import Testing

@testable import ADB

/// What only the emulated bus can show. Without the test bed these are left out; `Scripts/test-usb` runs them.
@Suite("USB on an emulated bus", .serialized, .enabled(if: TestBed.current != nil, "run by Scripts/test-usb"))
struct USBBusTests {
    private func bed() throws -> TestBed { try #require(TestBed.current) }

    /// Runs a test with a device that is plugged in with faults and not opened.
    private func plugged(_ words: String..., body: (Bridge, TestBed) async throws -> Void) async throws {
        try await withPlugged(.usb, words: words.joined(separator: " ")) { bridge in
            try await body(bridge, try bed())
        }
    }

    private func listed(_ bridge: Bridge) async throws -> USBDevice? {
        try await USBDevices.list().first { $0.serial == bridge.serial }
    }

    @Test("Prints that the emulated bus was there")
    func bus() throws {
        print("usb: cases over USB: \(Depth.reachable.count { $0 == .usb }) of the depths of each case")
    }

    // MARK: Finding

    @Test(
        "A device is found at whichever interface and setting it speaks ADB",
        arguments: ["plain", "mtp", "alternate"]
    )
    func shapes(shape: String) async throws {
        try await plugged("shape=\(shape)") { (bridge, _) async throws in
            let found = try #require(try await listed(bridge))
            #expect(found.state == .ready && found.vendor == 0x18d1 && found.product == 0x4ee7)
            let device = try await bridge.connect()
            #expect(try await device.shell(["echo", shape]).text == "\(shape)\n")
            await device.close()
        }
    }

    @Test("What speaks fastboot, or cannot be read, is not listed", arguments: ["fastboot", "unreadable"])
    func others(shape: String) async throws {
        try await plugged("shape=\(shape)") { (bridge, _) async throws in
            #expect(try await listed(bridge) == nil)
            await expect("adb.nodevice") { _ = try await bridge.connect() }
        }
    }

    @Test("A device without a serial number goes by its place")
    func nameless() async throws {
        try await plugged("shape=nameless") { (bridge, _) async throws in
            let found = try #require(try await USBDevices.list().first)
            #expect(found.serial == "usb:\(found.path)")
            let device = try await ADBDevice.connect(usb: found.serial)
            #expect(try await device.shell(["true"]).exitCode == 0)
            await device.close()
        }
    }

    @Test("Two devices with one serial number are told apart by their place")
    func twins() async throws {
        try await plugged { (bridge, bed) async throws in
            try bed.plug(bridge.serial, to: bridge.sim.serial)
            let twins = try await USBDevices.list().filter { $0.serial == bridge.serial }
            #expect(twins.count == 2)
            await expect("adb.usage") { _ = try await bridge.connect() }
            let device = try await ADBDevice.connect(usb: "usb:\(twins[1].path)")
            #expect(try await device.shell(["true"]).exitCode == 0)
            await device.close()
            try bed.unplug(bridge.serial)
        }
    }

    @Test("A device that another program owns is busy, and says what to do")
    func busy() async throws {
        try await plugged("busy") { (bridge, _) async throws in
            #expect(try await listed(bridge)?.state == .busy)
            do {
                _ = try await bridge.connect()
                Issue.record("a busy device was opened")
            } catch let error as DroidError {
                #expect(error.code == "adb.busy" && error.next.contains("adb kill-server"))
            }
        }
    }

    @Test("A device that this program has open is ready, and is not opened twice")
    func twice() async throws {
        try await withBridge(.usb) { (device, bridge) async throws in
            #expect(try await listed(bridge)?.state == .ready)
            await expect("adb.busy") { _ = try await bridge.connect() }
            #expect(try await device.shell(["echo", "fine"]).text == "fine\n")
        }
    }

    @Test("A device that may not be opened comes with the rule that allows it")
    func access() async throws {
        try await plugged("access") { (bridge, _) async throws in
            let found = try #require(try await listed(bridge))
            #expect(found.state == .noPermissions && found.stateText == "no permissions")
            do {
                _ = try await bridge.connect()
                Issue.record("a device without permissions was opened")
            } catch let error as DroidError {
                #expect(error.code == "adb.permission")
                #expect(error.next.contains(USBAccess.rule) && error.next.contains(USBAccess.rulePath))
            }
        }
    }

    @Test("Permissions that come a moment after the device are waited for")
    func lag() async throws {
        try await plugged("access") { (bridge, bed) async throws in
            let connecting = Task { try await bridge.connect() }
            // It has tried and failed by then, and goes on trying for a second.
            try await Task.sleep(for: .milliseconds(150))
            try bed.allow(bridge.serial)
            let device = try await connecting.value
            #expect(try await device.shell(["true"]).exitCode == 0)
            await device.close()
        }
    }

    @Test("A kernel driver on the interface is sent away")
    func driver() async throws {
        try await plugged("driver") { (bridge, _) async throws in
            let device = try await bridge.connect()
            #expect(try await device.shell(["true"]).exitCode == 0)
            await device.close()
        }
    }

    @Test("What is plugged in and pulled out is told")
    func hotplug() async throws {
        try await plugged { (bridge, bed) async throws in
            var changes = try await USBDevices.changes().makeAsyncIterator()
            // What was there is told first.
            #expect(await changes.next()?.device.serial == bridge.serial)
            let other = bridge.serial + "B"
            try bed.plug(other, to: bridge.sim.serial)
            let arrival = await changes.next()
            #expect(arrival?.device.serial == other && arrival?.device.state == .ready)
            try bed.unplug(other)
            #expect(await changes.next() == arrival.map { .departed($0.device) })
            try bed.unplug(bridge.serial)
            #expect(await changes.next()?.device.serial == bridge.serial)
        }
    }

    @Test("devices --watch shows each phone as it is plugged in and pulled out")
    func watch() async throws {
        try await plugged { (bridge, bed) async throws in
            let program = try Program()
            defer { program.remove() }
            let watching = try program.start(["devices", "--watch", "--json"])
            func line(_ event: String, _ serial: String, _ state: String = "device") -> String {
                #""event":"\#(event)","serial":"\#(serial)","source":"usb","state":"\#(state)"}"#
            }
            #expect(try await watching.waits(for: line("added", bridge.serial)))
            let other = bridge.serial + "W"
            try bed.plug(other, to: bridge.sim.serial)
            #expect(try await watching.waits(for: line("added", other)))
            let locked = bridge.serial + "L"
            try bed.plug(locked, to: bridge.sim.serial, "access")
            #expect(try await watching.waits(for: line("added", locked, "no permissions")))
            for serial in [other, bridge.serial] {
                try bed.unplug(serial)
                #expect(try await watching.waits(for: line("removed", serial)))
            }
            try bed.unplug(locked)
            watching.signal(SIGINT)
            let lines = try watching.wait().out.split(separator: "\n")
            #expect(lines.allSatisfy { $0.hasPrefix(#"{"description":"usb:"#) })
        }
    }

    @Test("Watching claims nothing: a phone that another program wants is not taken from it")
    func unclaimed() async throws {
        try await plugged("busy") { (bridge, _) async throws in
            var changes = DeviceChange.watch([.usb()]).makeAsyncIterator()
            let arrival = await changes.next()
            #expect(arrival?.kind == .added && arrival?.device.serial == bridge.serial)
            #expect(arrival?.device.state == "device" && arrival?.device.usb != nil)
        }
    }

    // MARK: Transfers

    @Test(
        "Large files pass however usbfs moves them, and whatever a packet holds",
        arguments: ["usbfs=sg", "usbfs=continuation", "usbfs=split", "packet=64", "packet=1024", "payload=4096"]
    )
    func kinds(words: String) async throws {
        try await withBridge(.usb, words: words) { (device, bridge) async throws in
            let bytes = noise(3 << 20)
            try await device.push(bytes, to: "/data/local/tmp/kinds")
            #expect(try await device.pull("/data/local/tmp/kinds") == bytes)
            // Whole packets, which are ended by an empty one; what is asked for after them went out after them.
            let stream = try await device.open("sink:\(1 << 20)")
            try await stream.write(noise(1 << 20)[...])
            #expect(try await device.shell(["true"]).exitCode == 0)
            stream.drop()
            #expect(try bed().counts(bridge.serial)["zero"] ?? 0 > 0, "no payload was ended by an empty packet")
        }
    }

    @Test("A waiting connection costs nothing: no transfer is asked after")
    func idle() async throws {
        try await withBridge(.usb) { (device, bridge) async throws in
            _ = try await device.shell(["true"])
            let before = try bed().counts(bridge.serial)["empty"] ?? 0
            try await Task.sleep(for: .milliseconds(200))
            let after = try bed().counts(bridge.serial)["empty"] ?? 0
            #expect(after - before < 10)
        }
    }

    @Test("A session after one that died finds its packets in the pipe, and drops them")
    func stale() async throws {
        try await withBridge(.usb, words: "stale=10") { (device, _) async throws in
            #expect(try await device.shell(["echo", "fresh"]).text == "fresh\n")
        }
    }

    @Test("A greeting that the device loses is sent again")
    func lostGreeting() async throws {
        try await withBridge(.usb, words: "lose-greetings=1") { (device, _) async throws in
            #expect(try await device.shell(["echo", "heard"]).text == "heard\n")
        }
    }

    @Test(
        "A failure on the cable ends the session with its reason, and the next session works",
        arguments: [
            ("stall-in=6", "halted"), ("stall-out=6", "halted"), ("short=9", "bytes of a transfer"),
            ("error-in=9", "failed on the cable"),
        ]
    )
    func failures(fault: String, word: String) async throws {
        try await plugged(fault) { (bridge, bed) async throws in
            let device = try await bridge.connect()
            var failure: DroidError?
            for _ in 0..<20 where failure == nil {
                do {
                    _ = try await device.shell(["echo", "on"])
                } catch let error as DroidError {
                    failure = error
                }
            }
            #expect(failure?.code == "adb.lost" && failure?.why.contains(word) == true, "\(failure as Any)")
            await device.close()
            let next = try await bridge.connect()
            #expect(try await next.shell(["echo", "again"]).text == "again\n")
            await next.close()
            if fault.hasPrefix("stall") { #expect(try bed.counts(bridge.serial)["clears"] == 1) }
        }
    }

    @Test("A cable that is pulled in the middle of a push is noticed at once", arguments: [7, 20, 41])
    func pulled(after count: Int) async throws {
        try await plugged("disconnect-after=\(count)") { (bridge, _) async throws in
            let device = try await bridge.connect()
            do {
                for _ in 0..<10 { try await device.push(noise(5 << 20), to: "/data/local/tmp/pulled") }
                Issue.record("the device is gone and nobody noticed")
            } catch let error as DroidError {
                #expect(error.code == "adb.lost" && error.why.contains("unplugged"), "\(error)")
            }
            await device.close()
        }
    }

    @Test("A program that is killed in the middle of a transfer leaves a device that works")
    func killed() async throws {
        try await plugged { (bridge, bed) async throws in
            let program = try Program()
            defer { program.remove() }
            let path = bridge.folder + "/large"
            try FileBytes.write(noise(64 << 20), to: path)
            for round in 1...3 {
                let before = try bed.counts(bridge.serial)["urbs_out"] ?? 0
                let pushing = try program.start([
                    "adb", "push", "--device", bridge.serial, path, "/data/local/tmp/large",
                ])
                // It is in the middle of it.
                for _ in 0..<10_000 {
                    if try bed.counts(bridge.serial)["urbs_out"] ?? 0 >= before + 10 + round { break }
                    try await Task.sleep(for: .milliseconds(1))
                }
                pushing.signal(SIGKILL)
                #expect(try pushing.wait().status == 128 + SIGKILL)
                let device = try await bridge.connect()
                #expect(try await device.shell(["echo", "\(round)"]).text == "\(round)\n")
                let bytes = noise(100_000)
                try await device.push(bytes, to: "/data/local/tmp/small")
                #expect(try await device.pull("/data/local/tmp/small") == bytes)
                await device.close()
            }
        }
    }

    @Test("Nothing is left when the last session is closed: no transfer, no open node, no context")
    func leaks() async throws {
        try await plugged { (bridge, bed) async throws in
            for _ in 0..<20 {
                let device = try await bridge.connect()
                _ = try await device.shell(["true"])
                await device.close()
            }
            for _ in 0..<5000 {
                let open = try bed.counts(bridge.serial)["open"] ?? 1
                if open == 0, USBHost.running.load(ordering: .relaxed) == 0 { break }
                try await Task.sleep(for: .milliseconds(1))
            }
            #expect(try bed.counts(bridge.serial)["open"] == 0)
            #expect(USBHost.running.load(ordering: .relaxed) == 0)
            #expect(USBTransfer.alive.load(ordering: .relaxed) == 0)
        }
    }
}
