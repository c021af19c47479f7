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

    private struct Row: Encodable {
        let serial: String
        let state: String
        let description: String
        let builtIn: Bool
    }

    func run() async throws {
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
}
