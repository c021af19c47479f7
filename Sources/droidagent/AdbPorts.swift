// SPDX-License-Identifier: Apache-2.0

import ADB
import ArgumentParser
import Base
import Foundation
import Glibc

/// `droidagent adb forward`.
struct AdbForward: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forward",
        abstract: "Let a port of this machine lead to a socket of the device.",
        discussion: """
            It listens on 127.0.0.1 only, and lasts until this program is ended; through an adb server, as long as that \
            runs. tcp:0 is any port that is free. A socket of the device is tcp:PORT or localabstract:NAME.
            """
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @Flag(help: "Show the forwards that there are.") var list = false
    @Flag(help: "End the forward at LOCAL.") var remove = false
    @Flag(help: "Fail where the port leads somewhere already.") var noRebind = false
    @Argument(help: "This machine's end, tcp:PORT.") var local: String?
    @Argument(help: "The device's end.") var remote: String?

    func validate() throws {
        if !list, local == nil {
            throw ValidationError("Give both ends, such as: droidagent adb forward tcp:0 tcp:9008")
        }
        if !list, !remove, remote == nil { throw ValidationError("Give the device's end as well, such as tcp:9008") }
    }

    func run() async throws {
        if list { return try await PortRule.list(.forward, choice, global) }
        let local = local ?? ""
        if remove { return try await PortRule.remove(.forward, local, choice, global) }
        let device = try await DeviceChoice.open(choice.device, log: { global.detail($0) }).device
        let rule = try await device.forward(local, to: remote ?? "", rebinds: !noRebind)
        try await PortRule.hold(rule, .forward, device, global)
    }
}

/// `droidagent adb reverse`.
struct AdbReverse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reverse",
        abstract: "Let a socket of the device lead to a port of this machine.",
        discussion: """
            The device reaches exactly that port, on 127.0.0.1, and nothing else of this machine. It lasts until this \
            program is ended; through an adb server, as long as that runs.
            """
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @Flag(help: "Show the reverse forwards that there are.") var list = false
    @Flag(help: "End the reverse forward at REMOTE.") var remove = false
    @Flag(help: "Fail where the socket leads somewhere already.") var noRebind = false
    @Argument(help: "The device's end, tcp:PORT or localabstract:NAME; tcp:0 is any port that is free.")
    var remote: String?
    @Argument(help: "This machine's end, tcp:PORT.") var local: String?

    func validate() throws {
        if !list, remote == nil {
            throw ValidationError("Give both ends, such as: droidagent adb reverse tcp:0 tcp:8080")
        }
        if !list, !remove, local == nil { throw ValidationError("Give this machine's end as well, such as tcp:8080") }
    }

    func run() async throws {
        if list { return try await PortRule.list(.reverse, choice, global) }
        let remote = remote ?? ""
        if remove { return try await PortRule.remove(.reverse, remote, choice, global) }
        let device = try await DeviceChoice.open(choice.device, log: { global.detail($0) }).device
        let rule = try await device.reverse(remote, to: local ?? "", rebinds: !noRebind)
        try await PortRule.hold(rule, .reverse, device, global)
    }
}

/// A forward or reverse forward that a running `droidagent` holds, as a file beside those of the built-in devices tells.
struct PortRule: Codable {
    enum Kind: String, Codable { case forward, reverse }

    var kind: Kind
    var pid: Int32
    var serial: String
    var local: String
    var remote: String

    private static var folder: String { "\(Locations.state)/forwards" }
    private var path: String { "\(Self.folder)/\(pid).json" }

    private struct Row: Encodable {
        let serial: String
        let local: String
        let remote: String
        let pid: Int32?
    }

    /// The rules whose programs run.
    private static var running: [PortRule] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().compactMap { name in
            guard name.hasSuffix(".json"), let bytes = try? FileBytes.read("\(folder)/\(name)"),
                let rule = try? JSON.decode(PortRule.self, from: bytes)
            else { return nil }
            // A recycled process number is no program of ours.
            let command = (try? FileBytes.read("/proc/\(rule.pid)/cmdline")) ?? []
            let words = String(decoding: command, as: UTF8.self)
            if words.contains("adb\0\(rule.kind.rawValue)") { return rule }
            unlink("\(folder)/\(name)")
            return nil
        }
    }

    /// Shows the rule, and stays until it is interrupted or the device is gone, unless an adb server holds the rule.
    static func hold(_ rule: ForwardRule, _ kind: Kind, _ device: ADBDevice, _ global: GlobalOptions) async throws {
        let isShared = device.sharesForwards
        let own = PortRule(
            kind: kind,
            pid: getpid(),
            serial: rule.serial,
            local: rule.local,
            remote: rule.remote
        )
        if !isShared {
            try FileBytes.makeFolder(Locations.state, mode: 0o700)
            try FileBytes.makeFolder(folder, mode: 0o700)
            try FileBytes.write(JSON.pretty(own), to: own.path, mode: 0o600)
        }
        try global.emit(Row(serial: rule.serial, local: rule.local, remote: rule.remote, pid: isShared ? nil : own.pid))
        if !global.json {
            let (from, to) = kind == .forward ? (rule.local, rule.remote) : (rule.remote, rule.local)
            Terminal.out("\(from) -> \(to)")
            if !isShared, !global.quiet { Terminal.plain("active until this program is ended (ctrl-C)") }
        }
        guard !isShared else { return await device.close() }
        defer { unlink(own.path) }
        let gone = Task<Void, any Error> { try await device.waitUntilLost() }
        let outcome = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await Signals.interruption()
                return true
            }
            group.addTask {
                _ = await gone.result
                return false
            }
            let interrupted = await group.next() ?? true
            group.cancelAll()
            gone.cancel()
            return interrupted
        }
        await device.close()
        if !outcome { try await gone.value }
    }

    static func list(_ kind: Kind, _ choice: DeviceOptions, _ global: GlobalOptions) async throws {
        var rows = running.filter { $0.kind == kind && (choice.device == nil || choice.device == $0.serial) }
            .map { Row(serial: $0.serial, local: $0.local, remote: $0.remote, pid: $0.pid) }
        if let device = try? await DeviceChoice.open(choice.device, log: { global.detail($0) }).device {
            if device.sharesForwards {
                let rules = try await kind == .forward ? device.forwardRules() : device.reverseRules()
                rows += rules.map { Row(serial: $0.serial, local: $0.local, remote: $0.remote, pid: nil) }
            }
            await device.close()
        }
        for row in rows {
            try global.emit(row)
            let ends = kind == .forward ? "\(row.local) \(row.remote)" : "\(row.remote) \(row.local)"
            if !global.json { Terminal.out("\(row.serial) \(ends)" + (row.pid.map { "  (process \($0))" } ?? "")) }
        }
    }

    static func remove(_ kind: Kind, _ address: String, _ choice: DeviceOptions, _ global: GlobalOptions) async throws {
        let own = running.first { rule in
            rule.kind == kind && address == (kind == .forward ? rule.local : rule.remote)
                && (choice.device == nil || choice.device == rule.serial)
        }
        if let own {
            kill(own.pid, SIGTERM)
            return
        }
        let device = try await DeviceChoice.open(choice.device, log: { global.detail($0) }).device
        if kind == .forward { try await device.removeForward(address) } else { try await device.removeReverse(address) }
        await device.close()
    }
}
