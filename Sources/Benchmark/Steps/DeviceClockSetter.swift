// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen

/// Sets the clock of a device, as AndroidWorld's harness does before each task: automatic time off, UTC, 24 hours.
struct DeviceClockSetter {
    let device: any DeviceLink

    /// - Throws: `DroidError` with code `bench.setup` where the device does not let itself be set, which needs root.
    func set(_ moment: Date) async throws {
        let commands = [
            "settings put global auto_time 0", "settings put global auto_time_zone 0",
            "settings put system time_12_24 24", "service call alarm 3 s16 UTC",
            "date \(TaskDates.text(moment, "MMddHHmmyyyy.ss"))",
        ]
        for command in commands {
            let result = try await device.run(command)
            guard result.exitCode == 0 else {
                throw DroidError(
                    "bench.setup",
                    "the device's clock could not be set",
                    why: "`\(command)`: " + String(decoding: result.stderr + result.stdout, as: UTF8.self).prefix(200),
                    next: "run `adb root` first: on an emulator without the Play Store it works"
                )
            }
        }
        // The command succeeds on some builds although nothing is set.
        let seconds = Double(try await device.run("date +%s").text.trimmingSpaces) ?? 0
        guard abs(seconds - moment.timeIntervalSince1970) < 120 else {
            throw DroidError(
                "bench.setup",
                "the device's clock does not stand where it was set",
                why: "it tells \(Int(seconds)) and not \(Int(moment.timeIntervalSince1970))",
                next: "run `adb root` first, and turn automatic time off in Settings"
            )
        }
    }
}
