// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Foundation
import NIOCore
import NIOPosix
import SimDevice
import Synchronization
import Testing

@testable import ADB

/// Runs a test against a built-in device of its own.
func withBuiltIn(_ body: (ADBDevice, SimulatedDevice) async throws -> Void) async throws {
    let folder = temporaryFolder() + "/services-" + UUID().uuidString
    let simulated = try await SimulatedDevice.start(SimDeviceOptions(stateFolder: folder))
    do {
        let device = try await ADBDevice.connect(host: "127.0.0.1", port: simulated.port)
        try await body(device, simulated)
        await device.close()
    } catch {
        await simulated.stop()
        try? FileManager.default.removeItem(atPath: folder)
        throw error
    }
    await simulated.stop()
    try? FileManager.default.removeItem(atPath: folder)
}

extension ShellSession {
    /// Reads until the output holds `text`; everything that was read.
    func output(until text: String) async throws -> String {
        var seen: [UInt8] = []
        while !String(decoding: seen, as: UTF8.self).contains(text) {
            switch try await next() {
            case .stdout(let bytes), .stderr(let bytes): seen += bytes
            case .exit(let code):
                Issue.record(
                    "ended with \(String(describing: code)) before \(text): \(String(decoding: seen, as: UTF8.self))"
                )
                return String(decoding: seen, as: UTF8.self)
            case nil: return String(decoding: seen, as: UTF8.self)
            }
        }
        return String(decoding: seen, as: UTF8.self)
    }

    func write(_ text: String) async throws { try await write(Array(text.utf8)[...]) }

    /// Reads to the end; the output and the exit code.
    func rest() async throws -> (out: String, err: String, code: Int32?) {
        var (out, err): ([UInt8], [UInt8]) = ([], [])
        while let event = try await next() {
            switch event {
            case .stdout(let bytes): out += bytes
            case .stderr(let bytes): err += bytes
            case .exit(let code):
                return (String(decoding: out, as: UTF8.self), String(decoding: err, as: UTF8.self), code)
            }
        }
        return (String(decoding: out, as: UTF8.self), String(decoding: err, as: UTF8.self), nil)
    }
}

@Suite("Shells that are open", .timeLimit(.minutes(2)))
struct ShellSessionTests {
    @Test("Input, output and errors go through as they come, and the exit code is the program's")
    func raw() async throws {
        try await withBuiltIn { (device, _) async throws in
            let session = try await device.openShell(
                "read a; echo got $a; read b; echo $b >&2; exit 5",
                terminal: false
            )
            try await session.write("one\n")
            #expect(try await session.output(until: "\n") == "got one\n")
            try await session.write("two\n")
            let end = try await session.rest()
            #expect(end.out.isEmpty && end.err == "two\n" && end.code == 5)
            #expect(try await session.next() == nil)
        }
    }

    @Test("Stdin that is closed ends what reads it; megabytes go through both ways")
    func flow() async throws {
        try await withBuiltIn { (device, _) async throws in
            let session = try await device.openShell("cat; echo end", terminal: false)
            let block = [UInt8](repeating: 65, count: 1 << 20)
            async let writing: Void = {
                for _ in 0..<8 { try await session.write(block[...]) }
                try await session.closeInput()
            }()
            let end = try await session.rest()
            try await writing
            #expect(end.out.utf8.count == (8 << 20) + 4)
            #expect(end.out.hasSuffix("Aend\n") && end.code == 0)
        }
    }

    @Test("A terminal echoes, edits, knows its size, and ^C ends the command and not the shell")
    func terminal() async throws {
        try await withBuiltIn { (device, _) async throws in
            let size = TerminalSize(rows: 24, columns: 80)
            let session = try await device.openShell(terminal: true, size: size, term: "xterm")
            _ = try await session.output(until: "# ")
            try await session.write("echo $TERM-$((6*7))x\u{7f}\r")
            #expect(try await session.output(until: "xterm-42\r\n").contains("x\u{8} \u{8}"))
            try await session.resize(TerminalSize(rows: 33, columns: 77))
            try await session.write("stty size; echo $COLUMNS\r")
            _ = try await session.output(until: "33 77\r\n77\r\n")
            try await session.write("sleep 1000\r")
            _ = try await session.output(until: "sleep 1000\r\n")
            try await session.write("\u{3}")
            _ = try await session.output(until: "^C\r\n130|")
            // What is typed for a command is its own, line by line, up to ^D.
            try await session.write("cat; echo after\r")
            _ = try await session.output(until: "after\r\n")
            try await session.write("typed\r")
            _ = try await session.output(until: "typed\r\ntyped\r\n")
            try await session.write("\u{4}")
            _ = try await session.output(until: "after\r\n")
            try await session.write("exit 9\r")
            #expect(try await session.rest().code == 9)
        }
    }

    @Test("A command in a terminal is ended by ^C with 130, and ^D ends a shell")
    func keys() async throws {
        try await withBuiltIn { (device, _) async throws in
            let sleeping = try await device.openShell("echo ready; sleep 1000", terminal: true)
            _ = try await sleeping.output(until: "ready\r\n")
            try await sleeping.write("\u{3}")
            #expect(try await sleeping.rest().code == 130)
            let shell = try await device.openShell(terminal: true)
            _ = try await shell.output(until: "# ")
            try await shell.write("\u{4}")
            #expect(try await shell.rest().code == 0)
        }
    }

    @Test("A session that is closed or cancelled ends the command on the device")
    func hangUp() async throws {
        try await withBuiltIn { (device, _) async throws in
            let session = try await device.openShell("nc -l -p 0", terminal: false)
            let port = try await session.output(until: "\n").dropLast()
            let taken = try await device.shell(raw: "nc -l -p \(port)")
            #expect(taken.exitCode == 1 && taken.errorText.contains("Address already in use"))
            session.close()
            // A listener that finds the port free waits, up to its deadline.
            var isFree = false
            while !isFree {
                do {
                    _ = try await device.shell(raw: "nc -l -p \(port)", timeout: .milliseconds(200))
                } catch let error as DroidError where error.code == "adb.timeout" {
                    isFree = true
                }
            }
        }
    }

    @Test("A device without shell_v2 has an unknown exit code, never 0")
    func legacy() async throws {
        try await withDevice(Shape.legacy.apply) { (device, _) async throws in
            let session = try await device.openShell("both", terminal: false)
            #expect(!session.isFramed)
            let end = try await session.rest()
            #expect(end.out == "outerr" && end.code == nil)
        }
    }

    @Test("A stream that ends without a code has an unknown one; a device that is gone is an error")
    func noCode() async throws {
        try await withDevice { (device, fake) async throws in
            let session = try await device.openShell("cut", terminal: false)
            #expect(try await session.rest().code == nil)
            let hanging = try await device.openShell("hang", terminal: false)
            async let gone: Void = expect("adb.lost") { _ = try await hanging.rest() }
            await fake.stop()
            await gone
        }
    }
}
