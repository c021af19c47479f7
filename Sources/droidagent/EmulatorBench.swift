// SPDX-License-Identifier: Apache-2.0

import ADB
import ArgumentParser
import Base
import Benchmark
import Foundation
import Glibc
import SimDevice

/// `droidagent emulator bench`: the built-in device's own clock.
struct EmulatorBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "How fast the built-in device is here: start, snapshots, looking, moving files."
    )

    @OptionGroup var global: GlobalOptions
    @Option(help: "Runs of each figure; the median counts.") var repeats = 9

    func run() async throws {
        let folder = NSTemporaryDirectory() + "droidagent-emulator-bench-\(getpid())"
        try FileBytes.makeFolder(folder, mode: 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func start() async throws -> SimulatedDevice {
            try await SimulatedDevice.start(SimDeviceOptions(stateFolder: folder, clock: .stepped))
        }
        // The first start makes the image's files.
        try await report("sim.start_first.milliseconds", repeats: 1) { await (try await start()).stop() }
        try await report("sim.start.milliseconds") { await (try await start()).stop() }

        let device = try await start()
        let console = try await ConsoleClient(port: device.consolePort, token: device.consoleToken)
        let adb = try await ADBDevice.connect(host: "127.0.0.1", port: device.port)
        try await report("sim.snapshot_save.milliseconds", floor: 20) { try await console.send("snapshot save bench") }
        try await report("sim.snapshot_load.milliseconds", floor: 20) { try await console.send("snapshot load bench") }
        let change = "settings put global bench $(date +%s%N); echo $RANDOM > /sdcard/Download/bench"
        try await report(
            "sim.snapshot_load_changed.milliseconds",
            floor: 20,
            before: { _ = try await adb.shell(raw: change) }
        ) {
            try await console.send("snapshot load bench")
        }
        try await report("sim.hierarchy.milliseconds") { _ = try await adb.exec("uiautomator dump /dev/tty") }
        try await report("sim.screencap.milliseconds") { _ = try await adb.exec("screencap") }
        try await report("sim.screencap_png.milliseconds") { _ = try await adb.exec("screencap -p") }
        try await report("sim.shell.milliseconds") { _ = try await adb.shell(["true"]) }
        let bytes = [UInt8](repeating: 7, count: 8 << 20)
        try await report("bridge.push_8_mib.milliseconds") { try await adb.push(bytes, to: "/sdcard/Download/bench") }
        try await report("bridge.pull_8_mib.milliseconds") { _ = try await adb.pull("/sdcard/Download/bench") }
        await adb.close()
        await device.stop()
    }

    private func report(
        _ name: String,
        repeats: Int? = nil,
        floor: Double? = nil,
        before: () async throws -> Void = {},
        _ body: () async throws -> Void
    ) async throws {
        var times: [Double] = []
        for _ in 0..<max(1, repeats ?? self.repeats) {
            try await before()
            let start = ContinuousClock.now
            try await body()
            times.append((ContinuousClock.now - start) / .milliseconds(1))
        }
        times.sort()
        let row = MeasurementRow(
            name: name,
            value: times[times.count / 2],
            unit: "ms",
            floor: floor,
            command: "droidagent emulator bench --repeats \(self.repeats)"
        )
        try global.emit(row)
        if !global.json {
            let limit = row.floor.map { "  floor \(Int($0))" } ?? ""
            global.say("\(Terminal.fit(name, 42)) \(String(format: "%8.2f", row.value)) ms\(limit)")
        }
    }
}
