// SPDX-License-Identifier: Apache-2.0

import ADB
import ArgumentParser
import Base
import Foundation
import Glibc

/// `droidagent emulator avd`: the official emulator's device that AndroidWorld wants, where the Android SDK is installed.
struct EmulatorAvd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "avd",
        abstract: "Create and boot the official emulator's Pixel 6 with API 33, as AndroidWorld wants it.",
        discussion: """
            Needs the Android SDK: $ANDROID_HOME, $ANDROID_SDK_ROOT, or ~/Android/Sdk. What is made is described in \
            Emulator/avd.yaml. The device is started cold and keeps running; `adb -s emulator-5554 emu kill` ends it.
            """
    )

    @OptionGroup var global: GlobalOptions
    @Option(help: ArgumentHelp("The Android SDK.", valueName: "folder")) var sdk: String?
    @Option(help: "Name of the device. Default: AndroidWorldAvd.") var name: String?
    @Option(help: "Port of its console; adb is the next one.") var port = 5554
    @Option(help: "Port of its gRPC server. Default: 8554, as AndroidWorld expects.") var grpc: Int?
    @Option(help: "Seconds that it may take to boot.") var timeout = 600
    @Flag(help: "No window.") var headless = false
    @Flag(help: "Without KVM: it works, but takes many minutes to boot.") var noAcceleration = false
    @Flag(help: "Have sdkmanager download what is missing (about 2 GB).") var install = false
    @Flag(help: "Print the commands and run none.") var dryRun = false

    private struct Line: Encodable {
        let serial: String
        let address: String
        let avd: String
        let consolePort: Int
        let grpcPort: Int
        let pid: Int32
    }

    func validate() throws {
        guard (1024...65534).contains(port), port.isMultiple(of: 2) else {
            throw ValidationError("--port is an even number from 1024 to 65534")
        }
        guard grpc.map((1...65535).contains) ?? true else { throw ValidationError("--grpc is a port") }
        guard timeout > 0 else { throw ValidationError("--timeout is in seconds") }
        guard name.map(AvdRecipe.isName) ?? true else {
            throw ValidationError("--name is made of letters, digits, and . _ -")
        }
    }

    func run() async throws {
        var recipe = try AvdRecipe.load()
        if let name { recipe.name = name }
        if let grpc { recipe.grpc = grpc }
        let sdk = try AndroidSDK.find(sdk)
        let plan = AvdPlan(recipe: recipe, sdk: sdk, port: port, isHeadless: headless, isAccelerated: !noAcceleration)
        let steps = try plan.steps(installs: install)
        if dryRun {
            for step in steps { Terminal.out(step.line) }
            return
        }
        try FileBytes.makeFolder(Locations.state, mode: 0o700)
        for step in steps.dropLast() {
            global.say(Terminal.dim(step.line))
            try step.run(log: plan.logPath)
        }
        guard let start = steps.last else { return }
        try plan.checkPorts()
        global.say(Terminal.dim(start.line))
        let process = try start.start(log: plan.logPath)
        try await plan.waitUntilBooted(process, timeout: .seconds(timeout)) { global.detail($0) }
        let line = Line(
            serial: "emulator-\(port)",
            address: "127.0.0.1:\(port + 1)",
            avd: recipe.name,
            consolePort: port,
            grpcPort: recipe.grpc,
            pid: process.pid
        )
        try global.emit(line)
        if global.json { return }
        global.say("\(recipe.name) has booted: \(Terminal.bold(line.serial)), or \(line.address) without an adb server")
        global.say("  gRPC: 127.0.0.1:\(recipe.grpc)")
        global.say("  log: \(plan.logPath)")
    }
}
