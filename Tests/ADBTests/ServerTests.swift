// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import ADB

/// The folder for temporary files, without a slash at its end.
func temporaryFolder() -> String { (NSTemporaryDirectory() as NSString).standardizingPath }

/// Removes a folder and says what was in it.
func remove(_ folder: String) throws -> [String] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
    try FileManager.default.removeItem(atPath: folder)
    return names
}

/// Debian's adb server, with a home and a port to itself.
final class RealServer {
    static let program = ["/usr/bin/adb", "/usr/lib/android-sdk/platform-tools/adb"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    let server: ADBServer
    private let process = Process()
    private let home: String

    init() async throws {
        // adb cannot be told to choose a port. Below the range from which the system gives out ports, no other
        // connection of these tests can take it first.
        let port = Int.random(in: 20_000..<30_000)
        server = ADBServer(port: port)
        home = "\(temporaryFolder())/adb-home-\(port)"
        try FileBytes.makeFolder(home)
        process.executableURL = URL(fileURLWithPath: RealServer.program ?? "")
        process.arguments = ["-P", "\(port)", "nodaemon", "server"]
        process.environment = [
            "HOME": home, "TMPDIR": home, "ANDROID_ADB_SERVER_PORT": "\(port)", "ADB_MDNS_AUTO_CONNECT": "0",
            "ADB_MDNS_OPENSCREEN": "0", "ADB_LOCAL_TRANSPORT_MAX_PORT": "5554", "PATH": "/usr/bin:/bin",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let deadline = ContinuousClock.now + .seconds(60)
        while (try? await server.version()) == nil {
            guard ContinuousClock.now < deadline else {
                stop()
                throw DroidError("adb.connect", "the adb server of the test does not come up")
            }
            // It makes itself a key first. A loop that only yields would keep a core from it.
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    func stop() {
        // A process that Foundation starts inherits a mask that keeps SIGTERM from adb.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: home)
    }
}

@Suite("Through Debian's adb server", .serialized, .enabled(if: RealServer.program != nil, "apt-get install adb"))
struct ServerInteropTests {
    private func withServer(_ body: (ADBServer, FakeDevice) async throws -> Void) async throws {
        let fake = try await FakeDevice.start()
        let real = try await RealServer()
        do {
            #expect(try await real.server.connect(to: fake.serial).hasPrefix("connected"))
            try await body(real.server, fake)
        } catch {
            real.stop()
            await fake.stop()
            throw error
        }
        real.stop()
        await fake.stop()
    }

    @Test("The server says its version and lists the device")
    func list() async throws {
        try await withServer { (server, fake) async throws in
            #expect(try await server.version() == 41)
            let devices = try await server.devices()
            let found = try #require(devices.first { $0.serial == fake.serial })
            #expect(found.isReady && found.model == "Fake_Phone" && found.product == "fake" && found.device == "fake64")
        }
    }

    @Test("Commands, files and streams work as they do directly")
    func services() async throws {
        try await withServer { (server, fake) async throws in
            let device = try await ADBDevice.connect(serial: fake.serial, server: server)
            #expect(device.banner.features.contains("shell_v2") && device.banner.model == "Fake_Phone")
            let both = try await device.shell(raw: "both")
            #expect(both == ShellResult(exitCode: 3, stdout: Array("out".utf8), stderr: Array("err".utf8)))
            let input = [UInt8](repeating: 7, count: 2_000_000)
            #expect(try await device.shell(raw: "cat", stdin: input).stdout == input)
            #expect(try await device.exec("bytes 1000000").count == 1_000_000)
            for size in [0, 1, 65_537, 3_000_000] {
                let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 13) }
                try await device.push(bytes, to: "/d/f")
                #expect(try await device.pull("/d/f") == bytes)
                #expect(try await device.stat("/d/f")?.size == Int64(size))
            }
            #expect(try await device.list("/d").map(\.name) == ["f"])
            await expect("adb.sync") { _ = try await device.pull("/none") }
            await expect("adb.refused") { _ = try await device.open("nothing:") }
            await expect("adb.timeout") { _ = try await device.shell(raw: "hang", timeout: .milliseconds(30)) }
            let stream = try await device.open("tcp:7")
            try await stream.write(Array("ping".utf8))
            #expect(try await stream.read().map { Array($0) } == Array("ping".utf8))
            stream.close()
        }
    }

    @Test("A device that vanishes fails what is pending")
    func vanish() async throws {
        try await withServer { (server, fake) async throws in
            let device = try await ADBDevice.connect(serial: fake.serial, server: server)
            let before = fake.opened.load(ordering: .relaxed)
            async let shell: Void = expect("adb.lost") { _ = try await device.shell(raw: "hang") }
            async let exec: Void = expect("adb.lost") { _ = try await device.exec("hang") }
            while fake.opened.load(ordering: .relaxed) < before + 2 { await Task.yield() }
            await fake.stop()
            await shell
            await exec
        }
    }

    @Test("Devices that are not there and servers that do not run are named")
    func missing() async throws {
        try await withServer { (server, _) async throws in
            await expect("adb.nodevice") { _ = try await ADBDevice.connect(serial: "nosuch", server: server) }
        }
        let gone = try await FakeDevice.start()
        let port = gone.port
        await gone.stop()
        await expect("adb.connect") { _ = try await ADBServer(port: port).devices() }
    }

    @Test("What is no adb server is told so")
    func notAServer() async throws {
        let web = try await FakeDevice.start { $0.garbage = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8) }
        await expect("adb.protocol") { _ = try await ADBServer(port: web.port).version() }
        await web.stop()
    }
}

@Suite("Lists of devices")
struct ListedDeviceTests {
    @Test("Every shape of line is read")
    func parse() {
        let text = """
            127.0.0.1:16555        device product:sim model:Sim_X device:sim transport_id:1
            0123456789ABCDEF       unauthorized usb:1-2 transport_id:2
            bad                    no permissions (user in plugdev group; are your udev rules wrong?) usb:1-3
            emulator-5554\toffline

            """
        let devices = ListedDevice.parse(text)
        #expect(devices.map(\.serial) == ["127.0.0.1:16555", "0123456789ABCDEF", "bad", "emulator-5554"])
        #expect(devices[0].isReady && devices[0].model == "Sim_X" && devices[0].transportID == 1)
        #expect(devices[1].state == "unauthorized" && devices[1].usb == "1-2")
        #expect(devices[2].state.hasPrefix("no permissions (user in") && devices[2].usb == "1-3")
        #expect(devices[3].state == "offline" && !devices[3].isReady)
    }
}
