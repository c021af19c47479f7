// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Base
import Dispatch
import Foundation
import Glibc
import SimDevice

/// `droidagent emulator`: the built-in device.
struct EmulatorVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emulator",
        abstract:
            "The built-in device: start, stop, list, console, bench; view, of any device; and the official one: avd.",
        subcommands: [
            EmulatorStart.self, EmulatorStop.self, EmulatorList.self, EmulatorConsole.self, EmulatorBench.self,
            EmulatorView.self, EmulatorAvd.self,
        ]
    )
}

enum ClockChoice: String, ExpressibleByArgument, CaseIterable { case real, stepped }
enum LatencyChoice: String, ExpressibleByArgument, CaseIterable { case none, phone }
enum AuthChoice: String, ExpressibleByArgument, CaseIterable { case none, rsa, tls }
enum ProfileChoice: String, ExpressibleByArgument, CaseIterable { case legacy, n, modern }

struct EmulatorStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Start a built-in device and stay in the foreground until interrupted."
    )

    @OptionGroup var global: GlobalOptions
    @Option(help: "Port of adb on 127.0.0.1; 0 takes a free one.") var port = 0
    @Option(help: ArgumentHelp("Folder of the device image. Default: Emulator/default.", valueName: "folder"))
    var image: String?
    @Option(help: "Seed of everything random on the device.") var seed: UInt64 = 0
    @Option(help: "real: runs with the wall from 2023-10-15 15:34 UTC; stepped: moves only by modelled time.")
    var clock: ClockChoice = .real
    @Option(help: "phone: models the tool times of a real phone.") var latency: LatencyChoice = .none
    @Option(help: ArgumentHelp("YAML file of faults that are on from the start.", valueName: "file"))
    var faults: String?
    @Option(
        help:
            "none: everybody on this machine; rsa: a new key has to be accepted on the console; tls: only trusted keys."
    )
    var auth: AuthChoice = .none
    @Option(
        help: ArgumentHelp(
            "A key that the device trusts, as adb keeps it in adbkey.pub; repeatable.",
            valueName: "file"
        )
    )
    var trust: [String] = []
    @Option(help: "legacy: protocol 1.0 in 4 KiB; n: Android 7; modern: everything.")
    var profile: ProfileChoice = .modern
    @Flag(help: "Forget what is on the device and begin with the image.") var fresh = false
    @Flag(help: "Return as soon as the device accepts connections; it goes on in the background.") var detach = false
    @Option(help: .hidden) var name: String?

    func run() async throws {
        if detach {
            let device = try DetachedDevice.start(arguments)
            try report(device)
            return
        }
        if let name, let running = RunningDevices.find(name) {
            throw DroidError(
                "sim.running",
                "the device \(name) runs already",
                why: "process \(running.pid) serves \(running.serial)",
                next: "droidagent emulator stop \(name)"
            )
        }
        // `sim` keeps what is on it; every other device lives in a folder that ends with it.
        let isKept = name != nil
        let folder =
            isKept
            ? "\(Locations.state)/\(name ?? "sim")" : NSTemporaryDirectory() + "droidagent-device-\(getpid())"
        try FileBytes.makeFolder(Locations.state, mode: 0o700)
        try FileBytes.makeFolder(folder, mode: 0o700)
        defer { if !isKept { try? FileManager.default.removeItem(atPath: folder) } }

        var options = try SimDeviceOptions(stateFolder: folder)
        options.port = port
        if let image { options.image = image }
        options.fresh = fresh
        options.seed = seed
        options.clock = clock == .real ? .real : .stepped
        options.latency = latency == .none ? .none : .phone
        options.faults = faults
        options.auth = SimDeviceOptions.Auth(rawValue: auth.rawValue) ?? .none
        options.profile = SimDeviceOptions.Profile(rawValue: profile.rawValue) ?? .modern
        options.trusted = try trust.flatMap { path in
            String(decoding: try FileBytes.read(path), as: UTF8.self).split(whereSeparator: \.isNewline).map(
                String.init
            )
        }
        let global = global
        options.onKeyWaiting = { fingerprint, name in
            global.say("\(name.isEmpty ? "A computer" : name) wants in with the key \(fingerprint)")
            global.say("  let it in: touch Allow on the device, or adb-key accept \(fingerprint) on the console")
        }
        // A port that adb takes for an emulator's has its console below it, opened by the token that adb looks for.
        let token = NSHomeDirectory() + "/.emulator_console_auth_token"
        let isPair = (5555...5683).contains(port) && port % 2 == 1
        if isPair { options.consolePort = port - 1 }
        if isPair || FileManager.default.fileExists(atPath: token) { options.sharedTokenFile = token }
        let device = try await SimulatedDevice.start(options)
        let running = RunningDevice(
            name: name ?? device.serial,
            serial: device.serial,
            port: device.port,
            consolePort: device.consolePort,
            pid: getpid(),
            consoleToken: device.consoleToken
        )
        try RunningDevices.add(running)
        try report(running)
        await interrupted()
        await device.stop()
        RunningDevices.remove(running.name)
    }

    private var arguments: [String] {
        var all = ["emulator", "start", "--port", "\(port)", "--seed", "\(seed)"]
        all += ["--clock", clock.rawValue, "--latency", latency.rawValue]
        if let image { all += ["--image", image] }
        if let faults { all += ["--faults", (faults as NSString).standardizingPath] }
        all += ["--auth", auth.rawValue, "--profile", profile.rawValue]
        for path in trust { all += ["--trust", (path as NSString).standardizingPath] }
        if fresh { all.append("--fresh") }
        if let name { all += ["--name", name] }
        return all
    }

    private struct Line: Encodable {
        let serial: String
        let port: Int
        let pid: Int32
    }

    private func report(_ device: RunningDevice) throws {
        if global.json {
            try global.emit(Line(serial: device.serial, port: device.port, pid: device.pid))
            return
        }
        global.say("The built-in device accepts connections at \(Terminal.bold(device.serial))")
        global.say("  adb connect \(device.serial)")
        global.say("  console: 127.0.0.1:\(device.consolePort), auth \(device.consoleToken)")
        if !detach { global.say("Interrupt (Ctrl-C) ends it.") }
    }

    private func interrupted() async {
        signal(SIGINT, SIG_IGN)
        signal(SIGTERM, SIG_IGN)
        signal(SIGHUP, SIG_IGN)
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.finish() }
            source.resume()
            return source
        }
        for await _ in stream {}
        sources.forEach { $0.cancel() }
    }
}

struct EmulatorStop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "End a built-in device. What is on `sim` stays for the next start."
    )
    @OptionGroup var global: GlobalOptions
    @Argument(help: "sim, an address or a port.") var device = "sim"

    func run() async throws {
        guard let running = RunningDevices.find(device) else {
            throw DroidError(
                "sim.none",
                "no built-in device \(device) is running",
                next: "droidagent emulator list shows those that are"
            )
        }
        try await RunningDevices.stop(running)
        global.say("\(running.name) was ended")
    }
}

struct EmulatorList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "The built-in devices that run now.")
    @OptionGroup var global: GlobalOptions

    private struct Row: Encodable {
        let name: String
        let serial: String
        let port: Int
        let consolePort: Int
        let pid: Int32
    }

    func run() async throws {
        let running = RunningDevices.all()
        for device in running {
            try global.emit(
                Row(
                    name: device.name,
                    serial: device.serial,
                    port: device.port,
                    consolePort: device.consolePort,
                    pid: device.pid
                )
            )
            if !global.json { global.say("\(Terminal.fit(device.name, 20)) \(device.serial)  process \(device.pid)") }
        }
        if running.isEmpty { Terminal.plain("No built-in device is running. Start one: droidagent emulator start") }
    }
}
