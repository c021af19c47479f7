// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import ADB

@Suite("Services of a device", .timeLimit(.minutes(2)))
struct DeviceServiceTests {
    @Test("The picture of framebuffer: is that of screencap")
    func framebuffer() async throws {
        try await withBuiltIn { (device, _) async throws in
            let picture = try await device.framebuffer()
            #expect(picture.width == 1080 && picture.height == 2400)
            let raw = try await device.exec("screencap")
            #expect(Array(raw.suffix(picture.rgba.count)) == picture.rgba)
        }
    }

    @Test("A device that closes in the middle of a picture, or has none, is an error")
    func noPicture() async throws {
        try await withDevice { (device, _) async throws in
            await expect("adb.refused") { _ = try await device.framebuffer() }
        }
    }

    @Test("The log comes as records, and what is logged later follows")
    func log() async throws {
        try await withBuiltIn { (device, _) async throws in
            _ = try await device.shell(["log", "-t", "Before", "-p", "w", "first\nsecond"])
            var options = LogcatOptions()
            options.filters = ["Before:V", "After:V", "*:S"]
            let log = try await device.logcat(options)
            var records = log.makeAsyncIterator()
            let before = try #require(try await records.next())
            #expect(before.tag == "Before" && before.level == .warning && before.message == "first\nsecond")
            #expect(before.buffer == .main && before.seconds > 1_697_384_000)
            for number in 0..<20 {
                _ = try await device.shell(["log", "-t", "Hidden", "x"])
                _ = try await device.shell(["log", "-t", "After", "\(number)"])
                let after = try #require(try await records.next())
                #expect(after.tag == "After" && after.message == "\(number)")
            }
            log.close()
            options.follows = false
            options.last = 3
            var count = 0
            for try await record in try await device.logcat(options) {
                count += 1
                #expect(record.tag == "After")
            }
            #expect(count == 3)
            try await device.clearLog()
            for try await record in try await device.logcat(options) { Issue.record("\(record) is still there") }
            options.buffers = ["nosuch"]
            let wrong = try await device.logcat(options)
            await expect("adb.logcat") { for try await _ in wrong {} }
        }
    }

    @Test("An app is streamed in, whatever its size, and taken out again")
    func install() async throws {
        try await withBuiltIn { (device, _) async throws in
            let path = temporaryFolder() + "/\(UUID().uuidString).apk"
            defer { unlink(path) }
            var writer = ApkWriter()
            (writer.ballast, writer.deflates) = (5 << 20, false)
            try FileBytes.write(writer.bytes, to: path)
            let most = Mutex<(Int64, Int64)>((0, 0))
            try await device.install(path) { done, total in most.withLock { $0 = (done, total) } }
            let size = Int64(writer.bytes.count)
            #expect(most.withLock { $0 } == (size, size))
            let place = try await device.shell(["pm", "path", writer.package]).text.dropFirst(8).dropLast()
            #expect(try await device.pull(String(place)) == writer.bytes)
            await expect("adb.install") { try await device.install(path) }
            var options = InstallOptions()
            options.replaces = true
            try await device.install(path, options: options)
            try FileBytes.write(Array("no package".utf8), to: path)
            do {
                try await device.install(path, options: options)
                Issue.record("it was installed")
            } catch let error as DroidError {
                #expect(error.why.hasPrefix("Failure [INSTALL_PARSE_FAILED_NOT_APK") && !error.next.isEmpty)
            }
            try await device.uninstall(writer.package)
            await expect("adb.install") { try await device.uninstall(writer.package) }
            await expect("file.read") { try await device.install("/nosuch.apk") }
            // The connection is as good as before.
            #expect(try await device.shell(raw: "echo fine").text == "fine\n")
        }
    }

    @Test("Waiting for a start ends when all three signs are there, and the deadline says which are missing")
    func boot() async throws {
        try await withBuiltIn { (device, _) async throws in
            try await device.waitUntilBooted(timeout: .seconds(10))
            _ = try await device.shell(raw: "setprop sys.boot_completed 0; setprop init.svc.bootanim running")
            let rounds = Atomic<Int>(0)
            try await device.waitUntilBooted(timeout: .seconds(60)) {
                let round = rounds.add(1, ordering: .relaxed).newValue
                if round == 1 { _ = try await device.shell(raw: "setprop sys.boot_completed 1") }
                if round == 2 { _ = try await device.shell(raw: "setprop init.svc.bootanim stopped") }
            }
            #expect(rounds.load(ordering: .relaxed) == 2)
            _ = try await device.shell(raw: "setprop sys.boot_completed 0")
            do {
                try await device.waitUntilBooted(timeout: .milliseconds(1))
                Issue.record("it counts as booted")
            } catch let error as DroidError {
                #expect(error.code == "adb.boot" && !error.why.isEmpty)
            }
        }
    }

    @Test("root and reboot give the device's words")
    func words() async throws {
        try await withBuiltIn { (device, _) async throws in
            #expect(try await device.root() == "adbd is already running as root")
            #expect(try await device.reboot().contains("does not reboot"))
        }
    }

    @Test("A recording's pictures come one by one; the last one without waiting for the next")
    func recording() async throws {
        let key: [UInt8] = [0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68, 2, 0, 0, 0, 1, 0x65, 0x88, 7]
        let inter: [UInt8] = [0, 0, 0, 1, 0x41, 0x9a, 8]
        let stream = ADBStream(service: "test")
        stream.opened()
        let recording = ScreenRecording(stream, idle: .milliseconds(5))
        stream.deliver((key + inter.prefix(4))[...])
        stream.deliver(inter.dropFirst(4))
        let first = try await recording.next()
        #expect(first?.bytes == key && first?.isKey == true)
        // Nothing follows this one.
        let second = try await recording.next()
        #expect(second?.bytes == inter && second?.isKey == false)
        stream.deliver(inter[...])
        stream.finished()
        #expect(try await recording.next()?.bytes == inter)
        #expect(try await recording.next() == nil)
    }

    @Test("A recording that is lost says so, and a reader that is cancelled waits no longer")
    func recordingEnds() async throws {
        let stream = ADBStream(service: "test")
        stream.opened()
        let recording = ScreenRecording(stream, idle: .seconds(1))
        let reader = Task { try await recording.next() }
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        let other = ADBStream(service: "test")
        other.opened()
        let lost = ScreenRecording(other, idle: .seconds(1))
        async let gone: Void = expect("adb.lost") { _ = try await lost.next() }
        other.fail(ADBError.lost("x"))
        await gone
    }
}

@Suite("Devices that come and go", .timeLimit(.minutes(2)))
struct TrackingTests {
    private func device(_ serial: String, _ state: String = "device") -> ListedDevice {
        ListedDevice(serial: serial, state: state)
    }

    @Test("What leads from one list to the next is told: removed, changed, added")
    func difference() {
        let old = [device("a"), device("b", "offline"), device("c")]
        let new = [device("d"), device("b"), device("c")]
        let changes = DeviceChange.between(old, new, source: "x")
        #expect(changes.map(\.kind) == [.removed, .changed, .added])
        #expect(changes.map(\.device) == [device("a"), device("b"), device("d")])
        #expect(changes.allSatisfy { $0.source == "x" })
        #expect(DeviceChange.between(new, new, source: "x").isEmpty)
        // A list that names a device twice counts it once.
        #expect(DeviceChange.between([], [device("a"), device("a")], source: "x").count == 1)
    }

    @Test("Several sources are watched at once")
    func watch() async {
        let (usb, feed) = AsyncStream<[ListedDevice]>.makeStream()
        let sources = [
            DeviceSource("usb") { usb },
            DeviceSource("server") { AsyncStream { $0.yield([ListedDevice(serial: "s", state: "device")]) } },
        ]
        var changes = DeviceChange.watch(sources).makeAsyncIterator()
        #expect(await changes.next()?.device.serial == "s")
        feed.yield([device("u", "unauthorized")])
        #expect(await changes.next() == DeviceChange(.added, device("u", "unauthorized"), source: "usb"))
        feed.yield([device("u")])
        #expect(await changes.next() == DeviceChange(.changed, device("u"), source: "usb"))
        feed.yield([])
        #expect(await changes.next()?.kind == .removed)
    }

    @Test("A device that two sources know is told once, by the first of them that has it")
    func twice() async {
        let (server, serverFeed) = AsyncStream<[ListedDevice]>.makeStream()
        let (usb, usbFeed) = AsyncStream<[ListedDevice]>.makeStream()
        let sources = [DeviceSource("server") { server }, DeviceSource("usb") { usb }]
        var changes = DeviceChange.watch(sources).makeAsyncIterator()
        usbFeed.yield([device("a"), device("b")])
        #expect(await changes.next() == DeviceChange(.added, device("a"), source: "usb"))
        #expect(await changes.next() == DeviceChange(.added, device("b"), source: "usb"))
        serverFeed.yield([device("a", "unauthorized")])
        #expect(await changes.next() == DeviceChange(.changed, device("a", "unauthorized"), source: "server"))
        // The server goes: what is on USB is still there.
        serverFeed.yield([])
        #expect(await changes.next() == DeviceChange(.changed, device("a"), source: "usb"))
        usbFeed.yield([device("b")])
        #expect(await changes.next() == DeviceChange(.removed, device("a"), source: "usb"))
    }

    @Test("A real server's devices are followed", .enabled(if: RealServer.program != nil, "apt-get install adb"))
    func server() async throws {
        let real = try await RealServer()
        let fake = try await FakeDevice.start()
        do {
            var lists = real.server.trackDevices().makeAsyncIterator()
            #expect(try await lists.next() == [])
            _ = try await real.server.connect(to: fake.serial)
            var list: [ListedDevice] = []
            while !list.contains(where: { $0.serial == fake.serial && $0.isReady }) {
                list = try await lists.next() ?? []
            }
            await fake.stop()
            while list.contains(where: { $0.serial == fake.serial && $0.isReady }) {
                list = try await lists.next() ?? []
            }
            real.stop()
            await expect("adb.lost") { while try await lists.next() != nil {} }
        } catch {
            real.stop()
            await fake.stop()
            throw error
        }
    }

    @Test(
        "Forwards through a real server are the server's",
        .enabled(if: RealServer.program != nil, "apt-get install adb")
    )
    func serverForwards() async throws {
        let real = try await RealServer()
        let fake = try await FakeDevice.start()
        do {
            _ = try await real.server.connect(to: fake.serial)
            let device = try await ADBDevice.connect(serial: fake.serial, server: real.server)
            #expect(device.sharesForwards)
            let rule = try await device.forward(to: "tcp:7")
            #expect(ForwardRule.port(of: rule.local) ?? 0 > 0)
            #expect(try await device.forwardRules() == [rule])
            await expect("adb.forward") { try await device.forward(rule.local, to: "tcp:8", rebinds: false) }
            try await device.removeForward(rule.local)
            #expect(try await device.forwardRules().isEmpty)
        } catch {
            real.stop()
            await fake.stop()
            throw error
        }
        real.stop()
        await fake.stop()
    }
}
