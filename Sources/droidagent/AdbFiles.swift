// SPDX-License-Identifier: Apache-2.0

import ADB
import ArgumentParser
import Base
import Foundation

struct AdbPush: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "push", abstract: "Copy a file to the device.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @Argument(help: "A file of this machine.") var local: String
    @Argument(help: "Where it goes on the device.") var remote: String

    func run() async throws {
        let device = try await DeviceChoice.open(choice.device, log: { global.detail($0) }).device
        let target = remote.hasSuffix("/") ? remote + (local as NSString).lastPathComponent : remote
        let start = ContinuousClock.now
        try await device.push(file: local, to: target)
        await device.close()
        let size = (try? FileManager.default.attributesOfItem(atPath: local)[.size] as? Int) ?? 0
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        global.say("\(local) -> \(target): \(Terminal.size(size)) in \(String(format: "%.3f", seconds)) s")
    }
}

struct AdbPull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "pull", abstract: "Copy a file from the device.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @Argument(help: "A file of the device.") var remote: String
    @Argument(help: "Where it goes on this machine.") var local: String?

    func run() async throws {
        let device = try await DeviceChoice.open(choice.device, log: { global.detail($0) }).device
        let target = local ?? (remote as NSString).lastPathComponent
        let start = ContinuousClock.now
        let bytes = try await device.pull(remote)
        try FileBytes.write(bytes, to: target)
        await device.close()
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        global.say("\(remote) -> \(target): \(Terminal.size(bytes.count)) in \(String(format: "%.3f", seconds)) s")
    }
}

struct AdbList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "ls", abstract: "List a folder of the device.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @Argument(help: "A folder of the device.") var remote: String

    private struct Row: Encodable {
        let name: String
        let size: UInt64
        let mode: UInt32
    }

    func run() async throws {
        let device = try await DeviceChoice.open(choice.device, log: { global.detail($0) }).device
        for entry in try await device.list(remote) {
            try global.emit(Row(name: entry.name, size: UInt64(entry.stat.size), mode: entry.stat.mode))
            if !global.json { Terminal.out("\(String(entry.stat.mode, radix: 8)) \(entry.stat.size) \(entry.name)") }
        }
        await device.close()
    }
}
