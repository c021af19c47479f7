// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import SimDevice

/// The device that episodes run on: one of our own in a temporary folder, or one that was there before.
///
/// A device of our own is brought back to its default state by a console snapshot before each episode. On any
/// other the
/// task's set-up steps are all there is.
public actor BenchDevice {
    /// The connection that agent, set-up and checks share.
    public nonisolated let adb: ADBDevice
    /// Whether the device is a built-in one that this object started.
    public nonisolated let isBuiltIn: Bool

    private static let snapshot = "bench_default"
    private let simulated: SimulatedDevice?
    private let console: ConsoleClient?
    private let folder: String?

    private init(adb: ADBDevice, simulated: SimulatedDevice?, console: ConsoleClient?, folder: String?) {
        self.adb = adb
        self.simulated = simulated
        self.console = console
        self.folder = folder
        isBuiltIn = simulated != nil
    }

    /// Starts a built-in device with the default image, a stepped clock and a folder of its own, which goes with it.
    ///
    /// - Throws: `DroidError` from the device, its console or ADB; nothing is left behind then.
    public static func startBuiltIn(image: String? = nil, seed: UInt64 = 0) async throws -> BenchDevice {
        let folder = FileManager.default.temporaryDirectory.path + "/droidagent-bench-\(UUID().uuidString)"
        try FileBytes.makeFolder(folder, mode: 0o700)
        do {
            let simulated = try await SimulatedDevice.start(
                SimDeviceOptions(stateFolder: folder, image: image, fresh: true, seed: seed, clock: .stepped)
            )
            do {
                let console = try await ConsoleClient(port: simulated.consolePort, token: simulated.consoleToken)
                try await console.send("snapshot save \(snapshot)")
                let adb = try await ADBDevice.connect(host: "127.0.0.1", port: simulated.port)
                return BenchDevice(adb: adb, simulated: simulated, console: console, folder: folder)
            } catch {
                await simulated.stop()
                throw error
            }
        } catch {
            try? FileManager.default.removeItem(atPath: folder)
            throw error
        }
    }

    /// Takes a device that is connected already.
    public static func using(_ adb: ADBDevice) -> BenchDevice {
        BenchDevice(adb: adb, simulated: nil, console: nil, folder: nil)
    }

    /// Brings a built-in device back to its default state; does nothing to any other.
    public func restore() async throws {
        try await console?.send("snapshot load \(Self.snapshot)")
    }

    /// Ends the connection, and a built-in device with its folder.
    public func stop() async {
        await adb.close()
        await simulated?.stop()
        if let folder { try? FileManager.default.removeItem(atPath: folder) }
    }
}
