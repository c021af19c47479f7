// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen

/// Carries out the set-up steps of a task over ADB.
struct SetupRunner {
    let device: any DeviceLink
    let instance: TaskInstance

    /// Runs every step in order and ends on the home screen.
    ///
    /// - Throws: `DroidError` with code `bench.setup` when a command fails, or what ADB throws; the device then is
    ///   somewhere in between, and the next set-up starts over.
    func run() async throws {
        for step in instance.template.setup { try await run(step) }
        try await must("input keyevent HOME", "go to the home screen")
    }

    private func run(_ step: SetupStep) async throws {
        func fill(_ text: TextTemplate) throws -> String { try text.filled(instance.values) }
        switch step {
        case .setting(let namespace, let key, let value):
            let words = [try fill(namespace), try fill(key), try fill(value)].map(ShellQuoting.quote)
            try await must("settings put \(words.joined(separator: " "))", "change a setting")
        case .radio(let radios):
            for (radio, state) in radios { try await turn(radio, try fill(state)) }
        case .file(let path, let content):
            let path = try fill(path)
            if let slash = path.lastIndex(of: "/") {
                try await must("mkdir -p \(ShellQuoting.quote(String(path[..<slash])))", "make a folder")
            }
            try await push(Array(try fill(content).utf8), to: path)
        case .folder(let path):
            try await must("mkdir -p \(ShellQuoting.quote(try fill(path)))", "make a folder")
        case .remove(let path):
            try await must("rm -rf \(ShellQuoting.quote(try fill(path)))", "remove a file")
        case .noiseFiles(let folder, let count, let except):
            try await noiseFiles(try fill(folder), count, except: try except.map(fill))
        case .clearContacts:
            try await must("content delete --uri content://com.android.contacts/raw_contacts", "clear the contacts")
        case .contact(let given, let family, let phone):
            try await ContactRows(device).insert(
                given: try fill(given),
                family: try family.map(fill) ?? "",
                phone: try phone.map(fill)
            )
        case .noiseContacts(let count, let except):
            try await noiseContacts(count, except: try except.map(fill))
        case .sqlite(let database, let sql):
            let words = [try fill(database), try fill(sql)].map(ShellQuoting.quote)
            try await must("sqlite3 \(words.joined(separator: " "))", "change a database")
        case .stop(let package):
            try await must("am force-stop \(ShellQuoting.quote(try fill(package)))", "stop an app")
        case .clear(let package):
            try await must("pm clear \(ShellQuoting.quote(try fill(package)))", "clear an app")
        case .start(let component):
            try await must("am start -W -n \(ShellQuoting.quote(try fill(component)))", "start an app")
        case .shell(let command):
            try await must(try fill(command), "run a command")
        case .program(let call):
            try await Programs.make(call.filled(instance.values)).setUp(device)
        }
    }

    private func turn(_ radio: SetupStep.Radio, _ state: String) async throws {
        guard ["on", "off"].contains(state) else {
            throw DroidError("bench.setup", "a radio is on or off, not \"\(state)\"", next: "mend the task's set-up")
        }
        let verb = state == "on" ? "enable" : "disable"
        let command = radio == .airplane ? "cmd connectivity airplane-mode \(verb)" : "svc \(radio.rawValue) \(verb)"
        try await must(command, "turn \(radio.rawValue) \(state)")
    }

    private func noiseFiles(_ folder: String, _ count: Int, except: String?) async throws {
        var random = SeededRandom(seed: instance.seed, name: "\(instance.template.name)/noise files \(folder)")
        try await must("mkdir -p \(ShellQuoting.quote(folder))", "make a folder")
        var made: Set<String> = except.map { [$0] } ?? []
        for _ in 0..<count {
            let name = Noise.fileName(&random, except: made)
            made.insert(name)
            let content = Array("\(Noise.sentence(&random))\n".utf8)
            try await push(content, to: "\(folder)/\(name)")
        }
    }

    private func noiseContacts(_ count: Int, except: String?) async throws {
        var random = SeededRandom(seed: instance.seed, name: "\(instance.template.name)/noise contacts")
        var made: Set<String> = except.map { [$0] } ?? []
        for _ in 0..<count {
            let (given, family) = Noise.person(&random, except: made)
            made.insert("\(given) \(family)")
            try await ContactRows(device).insert(given: given, family: family, phone: Noise.phone(&random))
        }
    }

    /// Pushes a file with the device's own time: apps show it, and this machine's time would differ from run to run.
    private func push(_ content: [UInt8], to path: String) async throws {
        let now = Int64(try await device.run("date +%s").text.trimmingSpaces)
        try await device.push(content, to: path, mode: 0o644, modified: now)
    }

    private func must(_ command: String, _ purpose: String) async throws {
        let result = try await device.run(command)
        guard result.exitCode == 0 else {
            let said = String(decoding: result.stderr + result.stdout, as: UTF8.self)
            throw DroidError(
                "bench.setup",
                "the set-up of \(instance.template.name) could not \(purpose)",
                why: "`\(command)` ended with \(result.exitCode.map(String.init) ?? "no status"): \(said.prefix(200))",
                next: "try the command with `droidagent adb shell`"
            )
        }
    }
}

/// What stands around the thing that a task is about.
enum Noise {
    private static let given = [
        "Alma", "Boris", "Carla", "Dario", "Edith", "Felix", "Greta", "Hugo", "Irma", "Jonas", "Klara", "Lars", "Mona",
        "Nils", "Olga", "Pavel", "Rita", "Sven", "Tilda", "Viktor",
    ]
    private static let family = [
        "Adler", "Brandt", "Costa", "Dunn", "Eriksen", "Farrow", "Gruber", "Holt", "Ibarra", "Jensen", "Kovac", "Lund",
        "Marsh", "Novak", "Olsen", "Perez", "Quist", "Rossi", "Stone", "Tanaka",
    ]
    private static let words = [
        "apple", "bridge", "cloud", "desert", "ember", "forest", "garden", "harbor", "island", "jungle", "kettle",
        "lantern", "meadow", "needle", "ocean", "pepper", "quartz", "river", "stone", "tunnel", "valley", "window",
    ]
    private static let endings = ["txt", "md", "csv", "log", "html"]

    /// A name that is not among `taken`.
    static func person(_ random: inout SeededRandom, except taken: Set<String>) -> (given: String, family: String) {
        let all = given.flatMap { first in family.map { (first, $0) } }.filter { !taken.contains("\($0.0) \($0.1)") }
        return all.randomElement(using: &random) ?? ("Nobody", "Else")
    }

    static func phone(_ random: inout SeededRandom) -> String {
        "+1555" + (0..<7).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
    }

    /// A file name that is not among `taken`.
    static func fileName(_ random: inout SeededRandom, except taken: Set<String>) -> String {
        while true {
            let word = words.randomElement(using: &random) ?? "file"
            let ending = endings.randomElement(using: &random) ?? "txt"
            let name = "\(word)_\(Int.random(in: 10...999, using: &random)).\(ending)"
            if !taken.contains(name) { return name }
        }
    }

    static func sentence(_ random: inout SeededRandom) -> String {
        (0..<6).compactMap { _ in words.randomElement(using: &random) }.joined(separator: " ")
    }
}
