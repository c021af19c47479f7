// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import TestSupport
import Testing

/// The program against built-in devices of its own, each a process: generations of devices, and those that want a key.
@Suite("The program and started devices", .timeLimit(.minutes(5)))
struct StartedDeviceTests {
    private func with(_ body: (Program) async throws -> Void) async throws {
        let program = try Program()
        defer { program.remove() }
        try await body(program)
    }

    @Test("Each generation of device is used by the same verbs", arguments: ["legacy", "n", "modern"])
    func generations(profile: String) async throws {
        try await with { program in
            let device = try await program.startDevice("--profile", profile)
            func run(_ words: String...) throws -> Program.Outcome {
                try program.run(Array(words.prefix(2)) + ["--device", device.serial] + words.dropFirst(2))
            }
            let told = try run("adb", "shell", "echo out; exit 0")
            #expect(told.out == "out\n")
            let failed = try run("adb", "shell", "exit 7")
            if profile == "legacy" {
                // What is not known is an error, and never success.
                #expect(told.status == 1 && failed.status == 1)
                #expect(told.err.contains("the exit code is unknown") && told.err.contains("shell v2"))
            } else {
                #expect(told.status == 0 && failed.status == 7)
            }
            let (there, back) = (program.home + "/there", program.home + "/back")
            var random = SeededRandom(seed: 3)
            for index in 0..<20 {
                let bytes = (0..<index * 4099).map { _ in UInt8.random(in: 0...255, using: &random) }
                try FileBytes.makeFolder(there + "/deep")
                try FileBytes.write(bytes, to: "\(there)/\(index % 2 == 0 ? "deep/" : "")\(index)")
            }
            #expect(try run("adb", "push", there, "/sdcard/there").status == 0)
            #expect(try run("adb", "pull", "/sdcard/there", back).status == 0)
            for index in 0..<20 {
                let name = "\(index % 2 == 0 ? "deep/" : "")\(index)"
                #expect(try FileBytes.read("\(back)/\(name)") == FileBytes.read("\(there)/\(name)"), "\(name)")
            }
            #expect(try run("adb", "pull", "/sdcard/none", back + "/none").status == 1)
            let actions = try program.run(["screen", "--device", device.serial])
            #expect(actions.status == 0 && actions.out.contains("tap \"Settings\""), "\(actions.err)")
            let picture = program.home + "/screen.png"
            let shot = try program.run(["screen", "--device", device.serial, "--format", "png", "--out", picture])
            #expect(shot.status == 0)
            #expect(try FileBytes.read(picture).starts(with: [0x89, 0x50, 0x4E, 0x47]))
            #expect(try device.stop().status == 0)
        }
    }

    @Test("A device that wants a key is waited for, says so, and knows the key once it was accepted")
    func rsa() async throws {
        try await with { program in
            let device = try await program.startDevice("--auth", "rsa")
            let waiting = try program.start(["adb", "shell", "--device", device.serial, "echo in; exit 5"])
            let console = try await device.console()
            // The device tells on its own output which key waits; until it is accepted nothing goes through.
            #expect(try await device.process.waits(forError: "wants"), "\(device.process.errors)")
            let asked = try await console.say("adb-key list")
            #expect(asked.count == 1 && waiting.output.isEmpty)
            _ = try await console.say("adb-key accept")
            let answer = try waiting.wait()
            #expect(answer.status == 5 && answer.out == "in\n")
            let fingerprint = try #require(asked.first?.split(separator: " ").first)
            #expect(answer.err.contains("Accept the key of this computer") && answer.err.contains(fingerprint))
            // The key is that of `adb`, in this home; from now on nobody is asked.
            #expect(FileManager.default.fileExists(atPath: program.home + "/.android/adbkey.pub"))
            let again = try program.run(["adb", "shell", "--device", device.serial, "echo again"])
            #expect(again.status == 0 && again.out == "again\n" && !again.err.contains("Accept"))
            #expect(try device.stop().status == 0)
        }
    }

    @Test("Under TLS a key that is trusted goes through and no other")
    func tls() async throws {
        try await with { program in
            let strict = try await program.startDevice("--auth", "tls")
            let stranger = try program.run(["adb", "shell", "--device", strict.serial, "echo in"])
            #expect(stranger.status == 1 && stranger.out.isEmpty)
            #expect(stranger.err.contains("does not let this program in over TLS") && stranger.err.contains("next:"))
            #expect(try strict.stop().status == 0)
            let key = program.home + "/.android/adbkey.pub"
            let device = try await program.startDevice("--auth", "tls", "--trust", key)
            let inside = try program.run(["adb", "shell", "--device", device.serial, "echo in; exit 6"])
            #expect(inside.status == 6 && inside.out == "in\n", "\(inside.err)")
            let actions = try program.run(["screen", "--device", device.serial])
            #expect(actions.status == 0 && actions.out.contains("tap \"Settings\""))
            #expect(try device.stop().status == 0)
        }
    }
}
