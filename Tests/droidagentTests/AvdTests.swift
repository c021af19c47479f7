// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc
import TestSupport
import Testing

/// `emulator avd` against an SDK of shell scripts that write down what they are called with. The fake emulator starts a
/// built-in device where the real one would have its adb.
@Suite("The official emulator", .serialized)
struct AvdTests {
    private static let package = "system-images;android-33;google_apis;x86_64"

    /// A fake SDK in the program's home.
    private struct FakeSDK {
        let program: Program
        var folder: String { (program.home as NSString).standardizingPath + "/Android/Sdk" }

        func write(_ name: String, _ script: String) throws {
            let path = "\(folder)/\(name)"
            try FileBytes.makeFolder((path as NSString).deletingLastPathComponent)
            try FileBytes.write(Array("#!/bin/sh\n\(script)\n".utf8), to: path, mode: 0o755)
        }

        /// What was called, a line for each call.
        var calls: [String] {
            let bytes = (try? FileBytes.read(program.home + "/calls")) ?? []
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        }

        func makeTools() throws {
            let note = "echo \"$(basename \"$0\") $*\" >> \(program.home)/calls"
            try write("cmdline-tools/latest/bin/sdkmanager", note)
            // It asks for a hardware profile, and writes what the real one writes.
            try write(
                "cmdline-tools/latest/bin/avdmanager",
                """
                \(note)
                read answer
                echo "answer $answer" >> \(program.home)/calls
                mkdir -p \(program.home)/.android/avd/AndroidWorldAvd.avd
                echo path=\(program.home)/.android/avd/AndroidWorldAvd.avd > \(program.home)/.android/avd/AndroidWorldAvd.ini
                { echo image.sysdir.1=system-images/android-33/google_apis/x86_64/; echo hw.device.name=pixel_6; } \
                > \(program.home)/.android/avd/AndroidWorldAvd.avd/config.ini
                """
            )
            try write("platform-tools/adb", note)
            try write(
                "emulator/emulator",
                """
                \(note)
                while [ "$1" != -port ]; do shift; done
                exec \(Program.path) emulator start --port $(($2 + 1)) --name avd
                """
            )
        }

        func makeImage() throws { try write("system-images/android-33/google_apis/x86_64/system.img", "") }
    }

    private func with(_ body: (Program, FakeSDK) async throws -> Void) async throws {
        let program = try Program()
        defer { program.remove() }
        try await body(program, FakeSDK(program: program))
    }

    private func fails(_ program: Program, _ arguments: [String] = [], with words: String...) throws {
        let outcome = try program.run(["emulator", "avd"] + arguments)
        #expect(outcome.status == 1)
        for word in words { #expect(outcome.err.contains(word), "\(outcome.err)") }
        #expect(outcome.err.contains("next:"))
    }

    @Test("What is missing is said exactly, with what to do: SDK, tools, image, licence, virtualisation")
    func missing() async throws {
        try await with { program, sdk in
            try fails(program, with: "there is no Android SDK", sdk.folder, "command-line tools")
            try FileBytes.makeFolder(sdk.folder + "/cmdline-tools")
            try fails(program, with: "the SDK has no sdkmanager")
            try sdk.makeTools()
            let manager = sdk.folder + "/cmdline-tools/latest/bin/sdkmanager"
            try fails(program, with: "the system image is not installed", "\(manager) --install '\(Self.package)'")
            try fails(program, ["--install"], with: "licence", "\(manager) --licenses")
            try sdk.makeImage()
            unlink(sdk.folder + "/emulator/emulator")
            try fails(program, with: "the emulator is not installed", "\(manager) --install 'emulator'")
            try sdk.makeTools()
            if access("/dev/kvm", R_OK | W_OK) != 0 { try fails(program, with: "KVM", "--no-acceleration") }
            #expect(sdk.calls.isEmpty, "something was run: \(sdk.calls)")
        }
    }

    @Test("--dry-run prints the commands and runs none")
    func dryRun() async throws {
        try await with { program, sdk in
            try sdk.makeTools()
            try sdk.write("licenses/android-sdk-license", "accepted")
            let outcome = try program.run([
                "emulator", "avd", "--dry-run", "--install", "--headless", "--no-acceleration",
            ])
            #expect(outcome.status == 0, "\(outcome.err)")
            let tools = sdk.folder + "/cmdline-tools/latest/bin"
            let wanted = """
                \(tools)/sdkmanager --install '\(Self.package)'
                echo no | \(tools)/avdmanager create avd --name AndroidWorldAvd --package '\(Self.package)' --device pixel_6
                \(sdk.folder)/emulator/emulator -avd AndroidWorldAvd -no-snapshot -port 5554 -grpc 8554 \
                -no-window -no-audio -no-boot-anim -gpu swiftshader_indirect -accel off

                """
            #expect(outcome.out == wanted)
            #expect(sdk.calls.isEmpty)
        }
    }

    @Test("It is created once, booted, waited for, and told how to be reached")
    func boots() async throws {
        struct Line: Decodable {
            let serial: String
            let address: String
            let pid: Int32
        }
        try await with { program, sdk in
            try sdk.makeTools()
            try sdk.makeImage()
            let port = Int.random(in: 10_000..<14_000) * 2
            let arguments = [
                "emulator", "avd", "--no-acceleration", "--port", "\(port)", "--grpc", "\(port + 2)", "--json",
            ]
            let outcome = try program.run(arguments)
            try #require(outcome.status == 0, "\(outcome.err)")
            let line = try JSON.decode(Line.self, from: Array(outcome.out.utf8))
            #expect(line.serial == "emulator-\(port)" && line.address == "127.0.0.1:\(port + 1)")
            #expect(
                sdk.calls == [
                    "avdmanager create avd --name AndroidWorldAvd --package \(Self.package) --device pixel_6",
                    "answer no",
                    "emulator -avd AndroidWorldAvd -no-snapshot -port \(port) -grpc \(port + 2) -accel off",
                ]
            )
            let asked = try program.run(["adb", "shell", "--device", line.address, "getprop sys.boot_completed"])
            #expect(asked.out == "1\n")
            // Its port is taken now, and that is said; the device itself is there and is not made again.
            try fails(program, ["--no-acceleration", "--port", "\(port)", "--grpc", "\(port + 2)"], with: "is taken")
            #expect(sdk.calls.count == 3)
            kill(line.pid, SIGTERM)
        }
    }

    @Test("An emulator that ends at once, and another device of that name, are errors that say so")
    func endsEarly() async throws {
        try await with { program, sdk in
            try sdk.makeTools()
            try sdk.makeImage()
            try sdk.write("emulator/emulator", "echo 'FATAL: no such thing' >&2; exit 3")
            let port = Int.random(in: 10_000..<14_000) * 2
            let options = ["--no-acceleration", "--port", "\(port)", "--grpc", "\(port + 2)"]
            try fails(program, options, with: "the emulator ended with 3", "FATAL: no such thing")
            let config = program.home + "/.android/avd/AndroidWorldAvd.avd/config.ini"
            try FileBytes.write(
                Array("image.sysdir.1=system-images/android-30/x/y/\nhw.device.name=pixel\n".utf8),
                to: config
            )
            try fails(program, options, with: "but it is another device", "android-30", "avdmanager delete avd")
            try sdk.write("cmdline-tools/latest/bin/avdmanager", "echo 'ERROR: JAVA_HOME is not set' >&2; exit 1")
            try fails(program, options + ["--name", "Other"], with: "avdmanager ended with 1", "JAVA_HOME", "openjdk")
        }
    }
}
