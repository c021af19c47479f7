// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import ArgumentParser
import Base
import Foundation
import Pages
import Screen

/// `droidagent emulator view`: a device in the browser.
struct EmulatorView: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "view",
        abstract: "Show any device's live screen in the browser, and touch and type there.",
        discussion: """
            Prints the page's address and serves it until interrupted. The page is on 127.0.0.1 alone, and its address holds \
            a random token: whoever has the address has the device. An agent on the same device can be watched.
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @OptionGroup var eyes: ObserverChoice
    @Option(help: "Port of the page on 127.0.0.1; 0 takes a free one.") var port = 0

    private struct Line: Encodable {
        let address: String
        let device: String
    }

    func run() async throws {
        let device = try await DeviceChoice.open(choice.device, log: { global.say(Terminal.dim($0)) }).device
        let source = try await eyes.open(on: device)
        let view = DeviceView(device, source: source)
        let server: LoopbackServer
        do {
            server = try await LoopbackServer.start(port: port) { try await view.handle($0) }
        } catch {
            await source.close()
            await device.close()
            throw error
        }
        let looking = Task { await view.run() }
        try global.emit(Line(address: server.address, device: device.serial))
        if !global.json {
            global.say("\(device.serial) is shown at \(Terminal.bold(server.address))")
            global.say("Interrupt (Ctrl-C) ends it.")
        }
        await Signals.interruption()
        looking.cancel()
        await server.stop()
        await looking.value
        await source.close()
        await device.close()
    }
}
