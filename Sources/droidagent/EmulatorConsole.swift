// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Base
import Benchmark
import Foundation

/// `droidagent emulator console`: one command of a running device's console.
struct EmulatorConsole: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "Run a command of a built-in device's console: messages, calls, place, battery, clock, faults.",
        discussion: """
            `droidagent emulator console help` lists the commands, `help COMMAND` tells how one is used. What the \
            console answers is printed; a command that it refuses ends with exit code 1.
            """
    )

    @OptionGroup var global: GlobalOptions
    @Option(help: "sim, an address or a port.") var device = "sim"
    @Argument(parsing: .allUnrecognized, help: "The command, such as: sms send 5550100 Hello") var command: [String]

    private struct Answer: Encodable { let lines: [String] }

    func run() async throws {
        guard let running = RunningDevices.find(device) else {
            throw DroidError(
                "sim.none",
                "no built-in device \(device) is running",
                next: "droidagent emulator list shows those that are"
            )
        }
        let line = command.joined(separator: " ")
        guard !line.contains(where: \.isNewline) else {
            throw DroidError("console.line", "a command of the console is one line", next: "write \\n for a line break")
        }
        let client = try await ConsoleClient(port: running.consolePort, token: running.consoleToken)
        if line == "kill" {
            // It ends the connection with the device, so there is no `OK` line to wait for.
            try await RunningDevices.stop(running)
            global.say("\(running.name) was ended")
            return
        }
        let lines = try await client.send(line)
        if global.json { try global.emit(Answer(lines: lines)) } else { for line in lines { print(line) } }
    }
}
