// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

@testable import SimDevice

/// A device in a folder of its own, without a daemon: what tests of tools and shell run on.
final class TestDevice {
    let folder: String
    let context: DeviceContext
    var system: DeviceSystem { context.system }
    var files: DeviceFiles { context.system.files }

    /// What a command line left.
    struct Outcome: Sendable {
        var code: Int32
        var out: String
        var err: String
    }

    init(clock: DeviceClock.Mode = .stepped, seed: UInt64 = 1) throws {
        folder = NSTemporaryDirectory() + "/simdevice-" + UUID().uuidString
        try FileBytes.makeFolder(folder)
        let data = try Locations.data("Emulator")
        let image = try DeviceImage(folder: data + "/default")
        let system = try DeviceSystem(
            root: folder + "/root",
            clock: DeviceClock(mode: clock),
            seed: seed,
            properties: image.properties
        )
        system.settings.apply(defaults: image.settings)
        system.installed = image.packages
        try image.install(in: system)
        context = DeviceContext(
            system: system,
            windows: WindowManager(system: system),
            latency: try LatencyModel.load(data + "/latency.yaml", phone: false)
        )
    }

    deinit {
        system.closeDatabases()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// What stands for the device's actor: the stages of a pipeline run on one.
    private actor Runner {
        func run(_ context: sending DeviceContext, _ command: String, _ input: String) async -> Outcome {
            let (out, err) = (ShellOutput.buffer, ShellOutput.buffer)
            let shell = Shell(device: context, input: ShellInput(Array(input.utf8)), output: out, error: err)
            let code = await shell.run(command)
            return Outcome(
                code: code,
                out: String(decoding: out.bytes, as: UTF8.self),
                err: String(decoding: err.bytes, as: UTF8.self)
            )
        }
    }

    /// Runs a command line in a new shell.
    func run(_ command: String, input: String = "") async -> Outcome {
        // Whoever has the device waits here, so nobody else touches it meanwhile.
        nonisolated(unsafe) let context = context
        return await Runner().run(context, command, input)
    }
}
