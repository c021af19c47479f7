// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Foundation
import Glibc
import TestSupport
import Testing

/// The command line as its users meet it.
@Suite("Command line")
struct CommandLineTests {
    private static func with<Result>(
        cache: String? = nil,
        _ body: (Program) async throws -> Result
    ) async throws -> Result {
        let program = try Program(cache: cache)
        defer { program.remove() }
        return try await body(program)
    }

    @Test("--version tells version and commit")
    func version() async throws {
        try await Self.with { program in
            let outcome = try program.run(["--version"])
            #expect(outcome.status == 0)
            #expect(outcome.out.hasPrefix("droidagent \(BuildInfo.version) ("))
        }
    }

    @Test(
        "Wrong usage exits with 2 and says how it is used",
        arguments: [
            ["do"], ["no-such-verb"], ["do", "x", "--max-steps", "0"], ["train", "pairs", "first", "--seeds", "9-3"],
            ["train", "pairs", "first", "--seeds", "1-"], ["train", "pairs", "first", "--part", "heldout-apps"],
            ["train", "pairs", "first", "--mix", "2"], ["train", "pairs", "first", "--instructions", "0"],
            ["train", "pairs", "first", "--instructions", "2", "--agent", "verifier"],
        ]
    )
    func usage(arguments: [String]) async throws {
        try await Self.with { program in
            let outcome = try program.run(arguments)
            #expect(outcome.status == 2)
            #expect(outcome.err.contains("Usage:"))
            #expect(outcome.out.isEmpty)
        }
    }

    @Test("An empty goal is an error that says what to do", arguments: ["", "   ", "\n"])
    func emptyGoal(goal: String) async throws {
        try await Self.with { program in
            let outcome = try program.run(["do", goal])
            #expect(outcome.status == 1)
            #expect(outcome.err.contains("the goal is empty"))
            #expect(outcome.err.contains("next:"))
        }
    }

    @Test("A missing model is an error that says how to get it")
    func missingModel() async throws {
        let cache = NSTemporaryDirectory() + "/no-cache-" + UUID().uuidString
        try await Self.with(cache: cache) { program in
            let outcome = try program.run(["do", "Turn Wi-Fi off"])
            #expect(outcome.status == 1)
            #expect(outcome.err.contains("next: run: droidagent model fetch"))
        }
    }

    @Test("A corrupt model is an error, not a crash")
    func corruptModel() async throws {
        try await Self.with { program in
            let path = program.home + "/broken.gguf"
            var random = SeededRandom(seed: 7)
            let noise = (0..<4096).map { _ in UInt8.random(in: 0...255, using: &random) }
            try FileBytes.write(Array("GGUF".utf8) + [3, 0, 0, 0] + noise, to: path)
            let outcome = try program.run(["do", "Turn Wi-Fi off", "--model", path])
            #expect(outcome.status == 1)
            #expect(outcome.err.contains("why:"))
        }
    }

    @Test("An unknown device is an error that lists what there is")
    func unknownDevice() async throws {
        try await Self.with { program in
            let outcome = try program.run(["screen", "--device", "no-such-device"])
            #expect(outcome.status == 1)
            #expect(outcome.err.contains("there is no device no-such-device"))
        }
    }

    @Test("A device in the foreground prints one JSON line, serves, and ends when it is interrupted")
    func foreground() async throws {
        try await Self.with { program in
            // It prints nothing but its line, and the line is true: else it does not count as started.
            let device = try await program.startDevice()
            let answer = try program.run(["adb", "shell", "--device", device.serial, "echo seven; exit 7"])
            #expect(answer.status == 7)
            #expect(answer.out == "seven\n")
            #expect(try device.stop().status == 0)
            #expect(try program.run(["emulator", "list", "--json"]).out.isEmpty)
        }
    }

    @Test("devices --watch shows built-in devices as they start and end, however they end")
    func watch() async throws {
        try await Self.with { program in
            let watching = try program.start(["devices", "--watch", "--json"])
            func line(_ event: String, _ serial: String) -> String {
                #""event":"\#(event)","serial":"\#(serial)","source":"built-in","state":"device"}"#
            }
            let first = try await program.startDevice()
            #expect(try await watching.waits(for: line("added", first.serial)))
            let second = try await program.startDevice()
            #expect(try await watching.waits(for: line("added", second.serial)))
            #expect(try first.stop().status == 0)
            #expect(try await watching.waits(for: line("removed", first.serial)))
            // One that is killed takes nothing away; it is missed all the same.
            second.process.signal(SIGKILL)
            #expect(try second.process.wait().status == 128 + SIGKILL)
            #expect(try await watching.waits(for: line("removed", second.serial)))
            watching.signal(SIGINT)
            let lines = try watching.wait().out.split(separator: "\n")
            #expect(lines.count == 4, "\(lines)")
        }
    }

    @Test("sim is started when it is needed, found again, and keeps what is on it")
    func sim() async throws {
        try await Self.with { program in
            let first = try program.run(["adb", "shell", "--device", "sim", "settings put global droid_test 41"])
            #expect(first.status == 0)
            #expect(try program.run(["adb", "shell", "settings get global droid_test"]).out == "41\n")
            #expect(try program.run(["emulator", "stop"]).status == 0)
            let again = try program.run(["adb", "shell", "--device", "sim", "settings get global droid_test"])
            #expect(again.out == "41\n")
        }
    }

    @Test("screen prints the candidates, the hierarchy and a picture")
    func screen() async throws {
        try await Self.with { program in
            let actions = try program.run(["screen", "--device", "sim"])
            #expect(actions.out.contains("tap \"Settings\""))
            let xml = try program.run(["screen", "--format", "xml"])
            #expect(xml.out.contains("<hierarchy rotation=\"0\">"))
            let path = program.home + "/screen.png"
            #expect(try program.run(["screen", "--format", "png", "--out", path]).status == 0)
            #expect(try FileBytes.read(path).starts(with: [0x89, 0x50, 0x4E, 0x47]))
        }
    }

    @Test("A run ends with a verdict line, a folder and a page; a dry run does nothing")
    func doesTasks() async throws {
        try await Self.with { program in
            let dry = try program.run(["do", "Turn Wi-Fi off", "--adapter", "likelihood", "--dry-run", "--json"])
            #expect(dry.status == 0)
            #expect(dry.out.split(separator: "\n").count > 10)
            let folder = program.home + "/run"
            let outcome = try program.run([
                "do", "🚀 Turn Wi-Fi off 📶", "--adapter", "likelihood", "--max-steps", "2", "--json", "--record", folder,
            ])
            #expect([0, 3].contains(outcome.status), "\(outcome.err)")
            let last = try #require(outcome.out.split(separator: "\n").last)
            #expect(last.contains("\"run\":\"\(folder)\""))
            #expect(last.contains("\"answer\":"))
            #expect(FileManager.default.fileExists(atPath: folder + "/run.html"))
        }
    }

    @Test("A macro loads no model until it hands over to it")
    func macros() async throws {
        try await Self.with { program in
            let path = program.home + "/macro.json"
            let step = #"{"action":"open_app","text":"{app}","changes":true,"words":"open app Clock","#
            let head =
                #"{"schema":1,"goal":"Open the Clock app","template":"Open the {app} app","run":"r","program":"p","#
            try FileBytes.write(
                head + #""actionSpaceVersion":\#(ActionSpace.version),"parameters":[{"name":"app","value":"Clock"}],"#
                    + #""steps":[\#(step)"screen":{"package":"","activity":"","parts":[]}}]}"#,
                to: path
            )
            let options = ["--macro", path, "--model", "/no/such/model.gguf", "--adapter", "likelihood", "--json"]
            let old = try program.run(["do"] + options + ["--dry-run"])
            #expect(old.status == 0 && old.out.contains(#""filled":"Clock""#), "\(old.err)")
            let new = try program.run(["do", "Open the Settings app"] + options + ["--dry-run"])
            #expect(new.status == 0 && new.out.contains(#""filled":"Settings""#), "\(new.err)")
            let set = try program.run(["do"] + options + ["--set", "app=Contacts", "--dry-run"])
            #expect(set.status == 0 && set.out.contains(#""filled":"Contacts""#), "\(set.err)")
            let other = try program.run(["do", "Delete everything"] + options + ["--dry-run"])
            #expect(
                other.status == 1 && other.err.contains("does not fit the macro")
                    && other.err.contains("--set app=VALUE")
            )
            #expect(try program.run(["do"]).status == 2)
            #expect(try program.run(["do", "x", "--set", "app=Clock"]).status == 2)

            // After its only step there is nothing left, and the model that takes over is not there.
            let folder = program.home + "/run"
            let run = try program.run(["do"] + options + ["--record", folder])
            #expect(run.status == 1 && run.out.contains(#""verdict":"error""#), "\(run.out)")
            #expect(run.err.contains("macro step 1 of 1") && run.err.contains("/no/such/model.gguf"), "\(run.err)")
            let refused = try program.run(["view", folder, "--macro", path])
            #expect(refused.status == 1 && refused.err.contains("cannot become a macro"), "\(refused.err)")
        }
    }

    @Test("A run that was done with the head that ships becomes a macro, which does it again without a model")
    func runToMacro() async throws {
        try await Self.with { program in
            let (folder, path) = (program.home + "/run", program.home + "/macro.json")
            let goal = "Switch off the Wi-Fi of this phone"
            let first = try program.run(["do", goal, "--device", "sim", "--json", "--record", folder])
            #expect(first.status == 0 && first.out.contains(#""verdict":"done""#), "\(first.out) \(first.err)")
            #expect(try program.run(["adb", "shell", "settings get global wifi_on"]).out == "0\n")
            let made = try program.run(["view", folder, "--macro", path])
            #expect(made.status == 0, "\(made.err)")
            #expect(
                try program.run(["adb", "shell", "settings put global wifi_on 1; input keyevent HOME"]).status == 0
            )
            let again = try program.run(["do", "--macro", path, "--model", "/no/such/model.gguf", "--json"])
            #expect(again.status == 0 && again.out.contains(#""verdict":"done""#), "\(again.out) \(again.err)")
            #expect(try program.run(["adb", "shell", "settings get global wifi_on"]).out == "0\n")
        }
    }

    @Test("A device that vanishes in the middle of a run is an error, and the run can be read")
    func vanishes() async throws {
        try await Self.with { program in
            // With the times of a phone every step takes more than a second of the device, and whatever the agent chooses
            // on its first screen, it has to ask the device again.
            let device = try await program.startDevice("--latency", "phone").process
            let folder = program.home + "/run"
            let running = try program.start([
                "do", "Wait for something", "--adapter", "likelihood", "--max-steps", "50", "--json", "--record",
                folder,
            ])
            // The first screen is written down before the model is asked.
            #expect(await running.waits { FileManager.default.fileExists(atPath: folder + "/steps/000/screen.xml") })
            device.signal(SIGKILL)
            let outcome = try running.wait()
            #expect(try device.wait().status == 128 + SIGKILL)
            #expect(outcome.status == 1, "\(outcome.out)")
            #expect(outcome.err.contains("is gone") && outcome.err.contains("next:"), "\(outcome.err)")
            #expect(outcome.out.contains("\"verdict\":\"error\""))
            let page = program.home + "/page.html"
            #expect(try program.run(["view", folder, "--out", page]).status == 0)
            #expect(try FileBytes.read(page).count > 1000)
        }
    }

    @Test("The manual page names every verb and option of the program's own help")
    func manual() async throws {
        struct Dump: Decodable { let command: Command }
        struct Command: Decodable {
            struct Argument: Decodable {
                struct Name: Decodable { let name: String }
                let names: [Name]?
                let shouldDisplay: Bool
            }
            let commandName: String
            let subcommands: [Command]?
            let arguments: [Argument]?
        }
        func words(_ command: Command) -> Set<String> {
            var all: Set = [command.commandName]
            for argument in command.arguments ?? [] where argument.shouldDisplay {
                all.formUnion((argument.names ?? []).map(\.name).filter { $0.count > 1 })
            }
            for sub in command.subcommands ?? [] where sub.commandName != "help" { all.formUnion(words(sub)) }
            return all
        }
        let outcome = try await Self.with { try $0.run(["--experimental-dump-help"]) }
        let dump = try JSON.decode(Dump.self, from: Array(outcome.out.utf8))
        let page = String(decoding: try FileBytes.read(Locations.checkout + "/Docs/droidagent.1"), as: UTF8.self)
        let missing = words(dump.command).filter {
            !page.contains($0.replacing("-", with: "\\-")) && !page.contains($0)
        }
        #expect(missing.isEmpty, "run Scripts/manual: \(missing.sorted())")
    }
}
