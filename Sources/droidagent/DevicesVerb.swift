// SPDX-License-Identifier: Apache-2.0

import ADB
import ArgumentParser
import Base

/// `droidagent devices`.
struct DevicesVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "List the devices: built-in ones, those on USB, and those of a running adb server."
    )

    @OptionGroup var global: GlobalOptions
    @Flag(help: "Go on and show each device that comes, changes or goes, until it is interrupted.") var watch = false

    private struct Row: Encodable {
        let serial: String
        let state: String
        let description: String
        let builtIn: Bool
    }

    private struct Change: Encodable {
        let event: String
        let serial: String
        let state: String
        let description: String
        let source: String
    }

    func run() async throws {
        if watch { return try await follow() }
        let devices = await DeviceChoice.all()
        for device in devices {
            var isBuiltIn = false
            if case .builtIn = device.way { isBuiltIn = true }
            try global.emit(
                Row(
                    serial: device.serial,
                    state: device.state,
                    description: device.description,
                    builtIn: isBuiltIn
                )
            )
            if !global.json {
                let state = device.isUsable ? Terminal.green(device.state) : Terminal.yellow(device.state)
                global.say("\(Terminal.fit(device.serial, 24)) \(state)  \(Terminal.dim(device.description))")
            }
        }
        if devices.isEmpty {
            Terminal.plain("No device is connected. The built-in one: droidagent emulator start --detach")
        }
    }

    private func follow() async throws {
        for await change in DeviceChange.watch(DeviceSource.all) {
            let device = change.device
            let description = [device.model, device.product, device.usb.map { "usb:" + $0 }].compactMap { $0 }
                .joined(separator: ", ")
            try global.emit(
                Change(
                    event: change.kind.rawValue,
                    serial: device.serial,
                    state: device.state,
                    description: description,
                    source: change.source
                )
            )
            if global.json { continue }
            let mark =
                switch change.kind {
                case .added: Terminal.green("+")
                case .changed: Terminal.yellow("~")
                case .removed: Terminal.red("-")
                }
            let words = [device.state, change.source, description].filter { !$0.isEmpty }.joined(separator: "  ")
            Terminal.out("\(mark) \(Terminal.fit(device.serial, max(24, device.serial.count))) \(words)")
        }
    }
}
