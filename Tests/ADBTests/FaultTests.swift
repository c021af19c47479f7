// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc
import SimDevice
import TestSupport
import Testing

@testable import ADB

/// The built-in device in this process, for one test.
func withBuiltIn(_ body: (SimulatedDevice) async throws -> Void) async throws {
    let folder = NSTemporaryDirectory() + "/faults-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let device = try await SimulatedDevice.start(SimDeviceOptions(stateFolder: folder, clock: .stepped))
    do {
        try await body(device)
    } catch {
        await device.stop()
        throw error
    }
    await device.stop()
}

/// How a call ended that may be cut off.
enum CutOutcome: Equatable {
    case done
    case failed(String)

    /// Runs a call with a deadline of its own, above the client's: only a hang gets that far.
    static func of(_ body: @escaping @Sendable () async throws -> Void) async -> CutOutcome {
        await withTaskGroup(of: CutOutcome?.self) { group in
            group.addTask {
                do {
                    try await body()
                    return .done
                } catch let error as DroidError {
                    return .failed(error.code.rawValue)
                } catch is CancellationError {
                    return nil
                } catch {
                    return .failed("\(error)")
                }
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(20))
                return .failed("hung")
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? .failed("nothing")
        }
    }
}

@Suite("A device that goes away", .serialized)
struct FaultTests {
    /// What is cut off: a call, and whether its result is right.
    private static let calls: [(name: String, run: @Sendable (ADBDevice) async throws -> Void)] = [
        ("push", { try await $0.push([UInt8](repeating: 7, count: 3 << 20), to: "/sdcard/Download/cut") }),
        (
            "dump",
            { device in
                let xml = try await device.exec("uiautomator dump /dev/tty")
                #expect(String(decoding: xml, as: UTF8.self).contains("</hierarchy>"))
            }
        ),
        (
            "shell",
            { device in
                let result = try await device.shell(raw: "cat; echo out; echo err >&2; exit 7", stdin: [1, 2, 3])
                #expect(result.exitCode == 7 && result.errorText == "err\n" && result.stdout.count == 7)
            }
        ),
        (
            "pull",
            { device in
                let bytes = try await device.pull("/sdcard/Download/there")
                #expect(bytes.count == 300_000)
            }
        ),
    ]

    @Test("Cut at every packet boundary, a call fails with adb.lost or is complete, and never hangs")
    func everyBoundary() async throws {
        try await withBuiltIn { device in
            let direct = try await ADBDevice.connect(host: "127.0.0.1", port: device.port)
            try await direct.push([UInt8](repeating: 1, count: 300_000), to: "/sdcard/Download/there")
            for call in Self.calls {
                let whole = try CuttingProxy(to: device.port)
                let phone = try await ADBDevice.connect(host: "127.0.0.1", port: whole.port)
                try await call.run(phone)
                await phone.close()
                whole.stop()
                let total = whole.count
                #expect(total >= 6, "\(call.name): \(total) packets")
                var lost = 0
                var done = 0
                for limit in 0..<total {
                    let proxy = try CuttingProxy(to: device.port, after: limit)
                    let port = proxy.port
                    let outcome = await CutOutcome.of {
                        let phone = try await ADBDevice.connect(host: "127.0.0.1", port: port)
                        defer { Task { await phone.close() } }
                        try await call.run(phone)
                    }
                    proxy.stop()
                    switch outcome {
                    case .failed("adb.lost"): lost += 1
                    case .done: done += 1
                    case .failed(let code): Issue.record("\(call.name) cut after \(limit) packets: \(code)")
                    }
                    // Until the result is there nothing may pass for it: that takes the greetings, OPEN, its OKAY, and
                    // at least one packet of each direction.
                    if limit < 5 { #expect(outcome == .failed("adb.lost"), "\(call.name) after \(limit)") }
                }
                #expect(lost + done == total && done <= total / 2 && lost >= 5)
                print(
                    "cut at every packet boundary of a \(call.name): \(total) boundaries, \(lost) lost, \(done) complete"
                )
            }
            #expect(try await direct.shell(["echo", "fine"]).text == "fine\n")
            await direct.close()
        }
    }

    @Test("A device whose process is killed in the middle of a push, a pull, a shell and a dump is lost at once")
    func killed() async throws {
        let program = try Program()
        defer { program.remove() }
        let large = program.home + "/large"
        let descriptor = open(large, O_WRONLY | O_CREAT, 0o600)
        #expect(ftruncate(descriptor, 64 << 30) == 0)
        Glibc.close(descriptor)

        /// Starts a device, a call on it that cannot end by itself, and kills the device once the call is under way.
        func kill(
            _ name: String,
            _ call: @escaping @Sendable (ADBDevice, _ underWay: @escaping @Sendable () -> Void) async throws -> Void
        ) async throws {
            let victim = try await program.startDevice("--latency", "phone")
            let (process, port) = (victim.process, victim.port)
            let phone = try await ADBDevice.connect(host: "127.0.0.1", port: port)
            let started = ContinuousClock.now
            let outcome = await CutOutcome.of {
                try await call(phone) { process.signal(SIGKILL) }
            }
            process.signal(SIGKILL)
            let seconds = (ContinuousClock.now - started) / .seconds(1)
            #expect(outcome == .failed("adb.lost"), "\(name)")
            #expect(seconds < 15, "\(name)")
            #expect(try process.wait().status == 128 + SIGKILL)
            await phone.close()
            print("device killed in the middle of a \(name): adb.lost")
        }
        try await kill("push") { phone, underWay in
            // A device that takes them for ever: 64 GiB of holes.
            try await phone.push(file: large, to: "/dev/null") { sent, _ in if sent > 8 << 20 { underWay() } }
        }
        try await kill("pull") { phone, underWay in
            // Much more than may be under way at any time.
            let (part, back) = (large + ".part", large + ".back")
            let descriptor = open(part, O_WRONLY | O_CREAT, 0o600)
            #expect(ftruncate(descriptor, 256 << 20) == 0)
            Glibc.close(descriptor)
            try await phone.push(file: part, to: "/sdcard/Download/large")
            do {
                try await phone.pull("/sdcard/Download/large", toFile: back) { got, _ in if got > 8 << 20 { underWay() }
                }
            } catch {
                #expect(access(back, F_OK) != 0, "a part of the file has its name")
                throw error
            }
        }
        try await kill("shell") { phone, underWay in
            let stream = try await phone.open("shell,v2,raw:echo here; sleep 1000")
            #expect(try await stream.read() != nil)
            underWay()
            while try await stream.read() != nil {}
            try await phone.transport.confirmAlive()
        }
        try await kill("dump") { phone, underWay in
            // With the times of a phone a dump takes more than a second, so it has begun and not ended.
            let stream = try await phone.open("exec:uiautomator dump /dev/tty")
            underWay()
            while try await stream.read() != nil {}
            try await phone.transport.confirmAlive()
        }
    }

    @Test("200 streams at the same time, each with its own bytes, over one connection")
    func manyStreams() async throws {
        try await withBuiltIn { device in
            let phone = try await ADBDevice.connect(host: "127.0.0.1", port: device.port)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        let bytes = [UInt8](repeating: UInt8(index), count: 20_000 + index)
                        let result = try await phone.shell(raw: "cat; exit \(index)", stdin: bytes)
                        #expect(result.exitCode == Int32(index) && result.stdout == bytes)
                    }
                }
                try await group.waitForAll()
            }
            // And all of them open at once, written to in turn; one is never read, and holds up nobody.
            var streams: [ADBStream] = []
            for _ in 0..<200 { streams.append(try await phone.open("exec:cat")) }
            for round in 0..<3 {
                for (index, stream) in streams.enumerated() {
                    try await stream.write(Array("\(index) \(round)\n".utf8))
                }
            }
            for (index, stream) in streams.enumerated().dropFirst() {
                let wanted = (0..<3).map { "\(index) \($0)\n" }.joined()
                var got: [UInt8] = []
                while got.count < wanted.utf8.count, let part = try await stream.read() { got += part }
                #expect(String(decoding: got, as: UTF8.self) == wanted)
            }
            for stream in streams { stream.close() }
            #expect(try await phone.shell(["echo", "fine"]).text == "fine\n")
            await phone.close()
            print("200 streams at the same time: 200 shells and 200 open streams, all as they should be")
        }
    }
}
