// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Synchronization
import Testing

@testable import ADB

/// Runs a test with a fake device and a connection to it.
func withDevice(
    _ change: (inout FakeDevice.Behaviour) -> Void = { _ in },
    _ body: (ADBDevice, FakeDevice) async throws -> Void
) async throws {
    let fake = try await FakeDevice.start(change)
    do {
        let device = try await ADBDevice.connect(host: "127.0.0.1", port: fake.port)
        try await body(device, fake)
        await device.close()
    } catch {
        await fake.stop()
        throw error
    }
    await fake.stop()
}

/// Expects an error with a code.
func expect(_ code: DroidError.Code, _ body: () async throws -> Void) async {
    do {
        try await body()
        Issue.record("nothing was thrown where \(code.rawValue) was expected")
    } catch {
        #expect((error as? DroidError)?.code == code, "\(error)")
    }
}

/// The shapes of device that a client meets.
enum Shape: String, CaseIterable, Sendable {
    case modern, nougat, legacy

    func apply(_ behaviour: inout FakeDevice.Behaviour) {
        switch self {
        case .modern: break
        case .nougat:
            behaviour.features = [.shellV2, .cmd]
            behaviour.maxPayload = 256 << 10
        case .legacy:
            behaviour.features = []
            behaviour.maxPayload = 4096
            behaviour.version = .v1_0
        }
    }
}

@Suite("The client over TCP")
struct ClientTests {
    @Test("The banner names the device and what both can do")
    func banner() async throws {
        try await withDevice { (device, fake) async throws in
            #expect(device.banner.model == "Fake Phone" && device.banner.product == "fake")
            #expect(device.banner.features.contains("shell_v2"))
            #expect(device.serial == fake.serial)
        }
    }

    @Test("A command's outputs come apart and with its exit code", arguments: [Shape.modern, .nougat])
    func shell(shape: Shape) async throws {
        try await withDevice(shape.apply) { (device, _) async throws in
            let both = try await device.shell(raw: "both")
            #expect(both == ShellResult(exitCode: 3, stdout: Array("out".utf8), stderr: Array("err".utf8)))
            #expect(try await device.shell(["echo", "a b"]).text == "'a b'\n")
            #expect(try await device.shell(["exit", "255"]).exitCode == 255)
            let missing = try await device.shell(["nosuch"])
            #expect(missing.exitCode == 127 && missing.errorText.contains("not found"))
        }
    }

    @Test("An old device's exit code is unknown, never 0")
    func legacyShell() async throws {
        try await withDevice(Shape.legacy.apply) { (device, _) async throws in
            let result = try await device.shell(raw: "both")
            #expect(result == ShellResult(exitCode: nil, stdout: Array("outerr".utf8), stderr: []))
        }
    }

    @Test("A command that ends without a code has an unknown one")
    func noExitPacket() async throws {
        try await withDevice { (device, _) async throws in
            let result = try await device.shell(raw: "cut")
            #expect(result.exitCode == nil && result.stdout == [65])
        }
    }

    @Test("Stdin of any size reaches the command, and ends", arguments: [0, 1, 65_536, 3_000_000])
    func stdin(size: Int) async throws {
        try await withDevice { (device, _) async throws in
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            #expect(try await device.shell(raw: "cat", stdin: bytes).stdout == bytes)
        }
    }

    @Test("Bare output comes byte for byte", arguments: Shape.allCases)
    func exec(shape: Shape) async throws {
        try await withDevice(shape.apply) { (device, _) async throws in
            for size in [0, 1, 4095, 4096, 4097, 1_000_000] {
                let expected = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                #expect(try await device.exec("bytes \(size)") == expected)
            }
        }
    }

    @Test("Files go there and come back the same", arguments: Shape.allCases)
    func transfer(shape: Shape) async throws {
        try await withDevice(shape.apply) { (device, fake) async throws in
            var random = SeededRandom(seed: 5)
            for size in [0, 1, 65_535, 65_536, 65_537, 3_000_000] {
                let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
                try await device.push(bytes, to: "/data/f", mode: 0o600, modified: 1_700_000_000)
                #expect(fake.files.withLock { $0["/data/f"]?.bytes == bytes })
                #expect(try await device.pull("/data/f") == bytes)
                let stat = try await device.stat("/data/f")
                #expect(stat?.size == Int64(size) && stat?.mode == 0o100600 && stat?.modified == 1_700_000_000)
                #expect(stat?.isFile == true && stat?.isFolder == false)
            }
        }
    }

    @Test("A folder's files are listed without the folder itself", arguments: Shape.allCases)
    func list(shape: Shape) async throws {
        try await withDevice(shape.apply) { (device, _) async throws in
            for name in ["a", "ü b", "c,1"] { try await device.push([1], to: "/sdcard/\(name)") }
            let entries = try await device.list("/sdcard")
            #expect(entries.map(\.name) == ["a", "c,1", "ü b"])
            #expect(entries.allSatisfy { $0.stat.size == 1 })
            #expect(try await device.list("/nothing").isEmpty)
        }
    }

    @Test("A file that is not there is nil to stat and an error to pull", arguments: Shape.allCases)
    func missing(shape: Shape) async throws {
        try await withDevice(shape.apply) { (device, _) async throws in
            #expect(try await device.stat("/none") == nil)
            do {
                _ = try await device.pull("/none")
                Issue.record("nothing was thrown")
            } catch let error as DroidError {
                #expect(error.code == "adb.sync" && error.why.contains("No such file or directory"))
            }
        }
    }

    @Test("A device that refuses a file says why, also when it is long", arguments: Shape.allCases)
    func refused(shape: Shape) async throws {
        try await withDevice(shape.apply) { (device, _) async throws in
            for size in [0, 10, 5_000_000] {
                do {
                    try await device.push([UInt8](repeating: 1, count: size), to: "/forbidden/x")
                    Issue.record("nothing was thrown")
                } catch let error as DroidError {
                    #expect(error.code == "adb.sync" && error.why.contains("Permission denied"))
                }
            }
            #expect(try await device.shell(["echo", "still"]).text == "still\n")
        }
    }

    @Test("Local files are pushed and pulled with progress, and a failed pull leaves none")
    func files() async throws {
        try await withDevice { (device, fake) async throws in
            let folder = "\(temporaryFolder())/adb-client-\(fake.port)"
            let bytes = [UInt8](repeating: 9, count: 2_500_000)
            try FileBytes.write(bytes, to: "\(folder)/source", mode: 0o640)
            let seen = Mutex<[Int64]>([])
            try await device.push(file: "\(folder)/source", to: "/x") { done, total in
                #expect(total == 2_500_000)
                seen.withLock { $0.append(done) }
            }
            #expect(seen.withLock { $0 == $0.sorted() && $0.last == 2_500_000 })
            #expect(try await device.stat("/x")?.permissions == 0o640)
            try await device.pull("/x", toFile: "\(folder)/sub/target") { done, total in #expect(done <= total) }
            #expect(try FileBytes.read("\(folder)/sub/target") == bytes)
            await expect("adb.sync") { try await device.pull("/none", toFile: "\(folder)/sub/none") }
            await expect("file.read") { try await device.push(file: "\(folder)/nothing", to: "/y") }
            await expect("file.read") { try await device.push(file: folder, to: "/y") }
            #expect(try remove(folder) == ["source", "sub", "sub/target"])
        }
    }

    @Test("Paths that no device could take are refused before they are sent")
    func badPaths() async throws {
        try await withDevice { (device, fake) async throws in
            for path in ["", "a\0b", String(repeating: "x", count: 1100)] {
                await expect("adb.usage") { _ = try await device.stat(path) }
                await expect("adb.usage") { try await device.push([], to: path) }
            }
            #expect(fake.opened.load(ordering: .relaxed) == 0)
        }
    }

    @Test("An answer that makes no sense ends the call and leaves the connection")
    func nonsense() async throws {
        try await withDevice { (device, _) async throws in
            await expect("adb.protocol") { _ = try await device.stat("/odd") }
            #expect(try await device.shell(["echo", "x"]).text == "x\n")
        }
    }

    @Test("A service that the device lacks is refused")
    func unknownService() async throws {
        try await withDevice { (device, _) async throws in
            await expect("adb.refused") { _ = try await device.open("nothing:") }
        }
    }

    @Test("A stream of one's own is read and written until it is closed")
    func openStream() async throws {
        try await withDevice { (device, fake) async throws in
            let stream = try await device.open("tcp:7")
            for size in [1, 100_000, 2_000_000] {
                let bytes = [UInt8](repeating: UInt8(size & 0xff), count: size)
                async let written: Void = stream.write(bytes)
                var got: [UInt8] = []
                while got.count < size, let part = try await stream.read() { got += part }
                try await written
                #expect(got == bytes)
            }
            stream.close()
            #expect(try await stream.read() == nil)
            await expect("adb.closed") { try await stream.write([1]) }
            // A call after it: what was sent before has been seen by then.
            _ = try await device.shell(["echo"])
            #expect(fake.closed.load(ordering: .relaxed) >= 1)
        }
    }

    @Test("Two hundred calls at once all get their own answers")
    func concurrency() async throws {
        try await withDevice { (device, _) async throws in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        switch index % 3 {
                        case 0: return try await device.shell(["echo", "\(index)"]).text == "\(index)\n"
                        case 1: return try await device.exec("bytes \(index * 1000)").count == index * 1000
                        default:
                            let bytes = [UInt8](repeating: UInt8(index & 0xff), count: index * 777)
                            try await device.push(bytes, to: "/p\(index)")
                            return try await device.pull("/p\(index)") == bytes
                        }
                    }
                }
                for try await right in group { #expect(right) }
            }
        }
    }

    @Test("A reader that does not read holds up its own stream and no other")
    func slowReader() async throws {
        try await withDevice { (device, fake) async throws in
            let stalled = try await device.open("exec:flood")
            for index in 0..<50 { #expect(try await device.shell(["echo", "\(index)"]).text == "\(index)\n") }
            #expect(fake.flooded.load(ordering: .relaxed) <= 8 << 20)
            // Once it reads, the stream goes on.
            var got = 0
            while got < 20 << 20, let part = try await stalled.read() { got += part.count }
            #expect(got >= 20 << 20)
            stalled.close()
        }
    }
}

@Suite("When things go wrong")
struct FailureTests {
    @Test("A device that vanishes fails every pending call at once")
    func vanish() async throws {
        try await withDevice { (device, fake) async throws in
            await withTaskGroup(of: DroidError.Code?.self) { group in
                let calls: [@Sendable () async throws -> Void] = [
                    { _ = try await device.shell(raw: "hang") },
                    { _ = try await device.exec("hang") },
                    { _ = try await device.stat("/stuck") },
                    { _ = try await device.open("tcp:7").readAll() },
                ]
                for call in calls {
                    group.addTask {
                        do { try await call() } catch { return (error as? DroidError)?.code }
                        return nil
                    }
                }
                while fake.opened.load(ordering: .relaxed) < calls.count { await Task.yield() }
                fake.vanish()
                for await code in group { #expect(code == "adb.lost") }
            }
            await expect("adb.lost") { _ = try await device.shell(["echo"]) }
        }
    }

    @Test("Closing the connection fails what is pending")
    func close() async throws {
        try await withDevice { (device, fake) async throws in
            async let pending: Void = expect("adb.lost") { _ = try await device.shell(raw: "hang") }
            while fake.opened.load(ordering: .relaxed) < 1 { await Task.yield() }
            await device.close()
            await pending
        }
    }

    @Test("A call that takes too long is given up, and its stream closed")
    func timeout() async throws {
        try await withDevice { (device, fake) async throws in
            await expect("adb.timeout") { _ = try await device.shell(raw: "hang", timeout: .milliseconds(20)) }
            await expect("adb.timeout") { _ = try await device.exec("hang", timeout: .milliseconds(20)) }
            #expect(try await device.shell(["echo", "x"]).text == "x\n")
            #expect(fake.closed.load(ordering: .relaxed) >= 2)
        }
    }

    @Test("Cancelling a call closes its stream")
    func cancellation() async throws {
        try await withDevice { (device, fake) async throws in
            let task = Task { try await device.shell(raw: "hang") }
            while fake.opened.load(ordering: .relaxed) < 1 { await Task.yield() }
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            _ = try await device.shell(["echo"])
            #expect(fake.closed.load(ordering: .relaxed) >= 1)
        }
    }

    @Test("Nothing that listens, nothing that greets, something else and a locked device are told apart")
    func connecting() async throws {
        // Port 1 is nobody's; one that was just given back may be another test's by now.
        await expect("adb.connect") { _ = try await ADBDevice.connect(host: "127.0.0.1", port: 1) }

        let mute = try await FakeDevice.start { $0.greets = false }
        await expect("adb.timeout") {
            _ = try await ADBDevice.connect(host: "127.0.0.1", port: mute.port, timeout: .milliseconds(50))
        }
        await mute.stop()

        let web = try await FakeDevice.start { $0.garbage = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8) }
        await expect("adb.protocol") { _ = try await ADBDevice.connect(host: "127.0.0.1", port: web.port) }
        await web.stop()

        let locked = try await FakeDevice.start { $0.wantsKey = true }
        await expect("adb.unauthorized") {
            _ = try await ADBDevice.connect(host: "127.0.0.1", port: locked.port, acceptTime: .milliseconds(300))
        }
        await locked.stop()
    }
}

@Suite("Quoting")
struct QuotingTests {
    @Test(
        "Words are quoted so that a POSIX shell reads them back",
        arguments: [
            ("a", "a"), ("", "''"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("$HOME", "'$HOME'"),
            ("/sdcard/x.txt", "/sdcard/x.txt"),
            ("a;b", "'a;b'"), ("*", "'*'"), ("ü", "'ü'"), ("'", "''\\'''"), ("a\nb", "'a\nb'"), ("~", "'~'"),
        ]
    )
    func quote(word: String, quoted: String) { #expect(ShellQuoting.quote(word) == quoted) }

    @Test("A list of words is one line")
    func join() { #expect(ShellQuoting.join(["input", "text", "a b"]) == "input text 'a b'") }
}
