// SPDX-License-Identifier: Apache-2.0

import ADB
import ArgumentParser
import Base
import Foundation

/// `--device`, and how a device is found without it.
struct DeviceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A USB serial, host:port, a serial of the adb server, or sim. Default: the only device; sim if there is none.",
            valueName: "device"
        )
    )
    var device: String?
}

/// A device that could be used, and by which way.
struct ListedChoice: Sendable {
    enum Way: Sendable {
        case builtIn(RunningDevice)
        case server(ADBServer)
        case usb(USBDevice)
    }
    let serial: String
    let state: String
    let description: String
    let way: Way

    var isUsable: Bool { state == "device" }
}

/// Finds and opens the device that a verb works on.
enum DeviceChoice {
    /// Every device that is there: built-in ones, those of a running adb server (none is started), and on USB those that
    /// no server has.
    static func all() async -> [ListedChoice] {
        let running = RunningDevices.all()
        var found = running.map {
            ListedChoice(
                serial: $0.name == "sim" ? "sim" : $0.serial,
                state: "device",
                description: "built-in device at \($0.serial)",
                way: .builtIn($0)
            )
        }
        let server = ADBServer()
        let addresses = Set(running.map(\.serial))
        for device in (try? await server.devices()) ?? [] where !addresses.contains(device.serial) {
            found.append(
                ListedChoice(
                    serial: device.serial,
                    state: device.state,
                    description: [device.model, device.product].compactMap { $0 }.joined(separator: ", "),
                    way: .server(server)
                )
            )
        }
        // Where a server runs, what it owns is in its list; the rest of the busy ones belong to other programs.
        let owned = Set(found.map(\.serial))
        for device in (try? await USBDevices.list()) ?? [] where !owned.contains(device.serial) {
            found.append(listed(device))
        }
        return found
    }

    /// A device on USB as lists show it.
    static func listed(_ device: USBDevice) -> ListedChoice {
        let next =
            switch device.state {
            case .ready: ""
            case .busy: "; another program owns it: adb kill-server"
            case .noPermissions: "; droidagent doctor says how to allow it"
            case .failed(let why): "; \(why)"
            }
        return ListedChoice(
            serial: device.serial,
            state: device.stateText,
            description: "USB \(device.path)\(next)",
            way: .usb(device)
        )
    }

    /// Opens the device that `--device` names, or the only one there is.
    ///
    /// - Returns: the connection, and whether it is a built-in device.
    /// - Throws: `DroidError` with code `device.several`, `device.unknown`, or what connecting throws.
    static func open(
        _ name: String?,
        log: (String) -> Void
    ) async throws -> (device: ADBDevice, builtIn: RunningDevice?) {
        if let name { return try await open(named: name, log: log) }
        let usable = await all().filter(\.isUsable)
        if usable.count > 1 {
            throw DroidError(
                "device.several",
                "there are several devices",
                why: usable.map { "\($0.serial) (\($0.description))" }.joined(separator: "; "),
                next: "name one with --device"
            )
        }
        if let only = usable.first { return try await open(only) }
        log("no device is connected: using the built-in device sim")
        return try await connect(DetachedDevice.sim(log: log))
    }

    private static func open(
        named name: String,
        log: (String) -> Void
    ) async throws -> (device: ADBDevice, builtIn: RunningDevice?) {
        if name == "sim" { return try await connect(DetachedDevice.sim(log: log)) }
        if let running = RunningDevices.find(name) { return try await connect(running) }
        let listed = await all()
        if let choice = listed.first(where: { $0.serial == name }) {
            if case .server = choice.way, (try? await USBDevices.list())?.contains(where: { $0.serial == name }) == true
            {
                log("the adb server owns \(name): going through it")
            }
            return try await open(choice)
        }
        // By its place, whatever its serial number.
        if name.hasPrefix("usb:") { return (try await ADBDevice.connect(usb: name, onWaiting: waiting), nil) }
        if let (host, port) = address(name) {
            return (try await ADBDevice.connect(host: host, port: port, onWaiting: waiting), nil)
        }
        throw DroidError(
            "device.unknown",
            "there is no device \(name)",
            why: listed.isEmpty
                ? "no device is connected and no adb server knows one"
                : "there are: " + listed.map(\.serial).joined(separator: ", "),
            next: "droidagent devices lists them; host:port connects to a network device"
        )
    }

    private static func open(_ choice: ListedChoice) async throws -> (device: ADBDevice, builtIn: RunningDevice?) {
        switch choice.way {
        case .builtIn(let running): return try await connect(running)
        case .server(let server): return (try await ADBDevice.connect(serial: choice.serial, server: server), nil)
        case .usb(let device): return (try await ADBDevice.connect(usb: device.serial, onWaiting: waiting), nil)
        }
    }

    private static func connect(_ running: RunningDevice) async throws -> (device: ADBDevice, builtIn: RunningDevice?) {
        (try await ADBDevice.connect(host: "127.0.0.1", port: running.port, onWaiting: waiting), running)
    }

    /// Tells the user what the device waits for; without it the program would seem to hang.
    @Sendable
    private static func waiting(_ fingerprint: String) {
        Terminal.plain("Accept the key of this computer on the device's screen: \(fingerprint)")
    }

    /// Takes `host:port` apart; `[::1]:5555` is an IPv6 address.
    static func address(_ text: String) -> (host: String, port: Int)? {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (1...65535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        return host.isEmpty ? nil : (host, port)
    }
}
