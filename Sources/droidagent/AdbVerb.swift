// SPDX-License-Identifier: Apache-2.0

import ADB
import ArgumentParser
import Base
import Foundation
import Glibc

/// `droidagent adb`: the bridge by itself.
struct AdbVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adb",
        abstract: "The bridge by itself, for scripts.",
        subcommands: [AdbShell.self, AdbExec.self, AdbPush.self, AdbPull.self, AdbList.self]
    )
}

struct AdbShell: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shell",
        abstract: "Run a command on the device; its exit code is this program's.",
        discussion: "Several words are joined by spaces and parsed by the device's shell, as adb does."
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @Option(help: "Seconds after which the command is given up.") var timeout: Double = 3600
    @Argument(parsing: .captureForPassthrough, help: "The command.") var command: [String]

    func validate() throws {
        if command.isEmpty { throw ValidationError("Give a command, such as: droidagent adb shell getprop") }
    }

    func run() async throws {
        let device = try await DeviceChoice.open(choice.device, log: { global.detail($0) }).device
        let result = try await device.shell(raw: command.joined(separator: " "), timeout: .seconds(timeout))
        await device.close()
        StandardOutput.write(result.stdout)
        StandardError.write(String(decoding: result.stderr, as: UTF8.self))
        guard let code = result.exitCode else {
            throw DroidError("adb.exit", "the exit code is unknown", why: "the device does not speak shell v2")
        }
        if code != 0 { throw ExitCode(code) }
    }
}

struct AdbExec: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run a command and print its output untouched (as adb exec-out does)."
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @Argument(parsing: .captureForPassthrough, help: "The command.") var command: [String]

    func run() async throws {
        let device = try await DeviceChoice.open(choice.device, log: { global.detail($0) }).device
        let output = try await device.exec(command.joined(separator: " "), timeout: .seconds(3600))
        await device.close()
        StandardOutput.write(output)
    }
}
