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
        subcommands: [
            AdbShell.self, AdbExec.self, AdbPush.self, AdbPull.self, AdbList.self, AdbInstall.self, AdbUninstall.self,
            AdbForward.self, AdbReverse.self, AdbLogcat.self, AdbWait.self, AdbReboot.self, AdbRoot.self,
        ]
    )
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
