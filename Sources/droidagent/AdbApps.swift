// SPDX-License-Identifier: Apache-2.0

import ADB
import ArgumentParser
import Base
import Foundation

/// `droidagent adb install`.
struct AdbInstall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Install an app from an APK of this machine."
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @Flag(name: .customShort("r"), help: "Replace an app that is there; its data stays.") var replace = false
    @Flag(name: .customShort("t"), help: "Take apps that are only for tests.") var test = false
    @Flag(name: .customShort("g"), help: "Grant all permissions that the app asks for.") var grant = false
    @Flag(name: .customShort("d"), help: "Let an older version replace a newer one.") var downgrade = false
    @Argument(help: "An APK.") var apk: String

    private struct Row: Encodable {
        let apk: String
        let bytes: Int
        let seconds: Double
    }

    func run() async throws {
        let device = try await DeviceChoice.open(choice.device, log: { global.detail($0) }).device
        var options = InstallOptions()
        (options.replaces, options.allowsTest) = (replace, test)
        (options.grantsPermissions, options.allowsDowngrade) = (grant, downgrade)
        let start = ContinuousClock.now
        try await device.install(apk, options: options)
        await device.close()
        let size = (try? FileManager.default.attributesOfItem(atPath: apk)[.size] as? Int) ?? 0
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        try global.emit(Row(apk: apk, bytes: size, seconds: seconds))
        if !global.json { global.say("Success: \(Terminal.size(size)) in \(String(format: "%.2f", seconds)) s") }
    }
}

/// `droidagent adb uninstall`.
struct AdbUninstall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "uninstall", abstract: "Remove an app.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @Flag(name: .customShort("k"), help: "Keep the app's data for a later installation.") var keep = false
    @Argument(help: "The app's package, such as com.example.notes.") var package: String

    private struct Row: Encodable { let package: String }

    func run() async throws {
        let device = try await DeviceChoice.open(choice.device, log: { global.detail($0) }).device
        try await device.uninstall(package, keepsData: keep)
        await device.close()
        try global.emit(Row(package: package))
        if !global.json { global.say("Success") }
    }
}

/// `droidagent adb reboot`.
struct AdbReboot: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "reboot", abstract: "Start the device anew.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @Argument(help: "bootloader, recovery, sideload or fastboot. Default: a plain restart.") var mode: String = ""

    func run() async throws {
        let device = try await DeviceChoice.open(choice.device, log: { global.detail($0) }).device
        let words = try await device.reboot(mode)
        await device.close()
        try AdbAnswer.show(words, global)
    }
}

/// `droidagent adb root`.
struct AdbRoot: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "root",
        abstract: "Have the device's daemon run as root; only builds for development let it."
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @Flag(help: "Go back to the shell user.") var undo = false

    func run() async throws {
        let device = try await DeviceChoice.open(choice.device, log: { global.detail($0) }).device
        let words = try await device.root(!undo)
        await device.close()
        try AdbAnswer.show(words, global)
        if words.contains("cannot run as root") { throw ExitCode(1) }
    }
}

/// What a device says about itself, in its own words.
enum AdbAnswer {
    private struct Row: Encodable { let answer: String }

    static func show(_ words: String, _ global: GlobalOptions) throws {
        try global.emit(Row(answer: words))
        if !global.json, !words.isEmpty { global.say(words) }
    }
}
