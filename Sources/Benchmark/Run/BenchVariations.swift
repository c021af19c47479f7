// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen

/// What is unlike an agent's own way: what AndroidWorld's harness does that a person would not expect, for results that compare with those
/// of the harness, and screens that mean ill.
public enum BenchQuirk: String, Sendable, CaseIterable {
    /// Enter follows every typed text: it submits forms and adds line breaks.
    case enter
    /// A scroll of element 0 scrolls the whole screen, as the harness takes that number for no number.
    case scroll0
    /// Each screen has a text on it that gives an order.
    case orders

    /// Several for the record: sorted, without doubles; nil for none.
    static func words(_ quirks: [BenchQuirk]) -> String? {
        let names = Set(quirks.map(\.rawValue)).sorted()
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }
}

/// How the screen differs from the device's own in every episode.
public enum BenchScreen: String, Sendable, CaseIterable {
    /// The dark theme.
    case dark
    /// Letters 1.3 times as large.
    case fontLarge = "font-large"
    /// The display held sideways.
    case landscape

    /// What brings it about, for the device's shell.
    private var commands: [String] {
        switch self {
        case .dark: ["cmd uimode night yes"]
        case .fontLarge: ["settings put system font_scale 1.3"]
        case .landscape:
            ["settings put system accelerometer_rotation 0", "settings put system user_rotation 1"]
        }
    }

    /// Brings it about. On a device that is not brought back to its start it stays after the run.
    ///
    /// - Throws: `DroidError` with code `bench.setup`, or of ADB.
    func apply(to device: any DeviceLink) async throws {
        for command in commands {
            let result = try await device.run(command)
            guard result.exitCode == 0 else {
                throw DroidError(
                    "bench.setup",
                    "the screen could not be made \(rawValue)",
                    why:
                        "\(command) ended with \(result.exitCode.map { "\($0)" } ?? "no status"): \(result.text.prefix(200))"
                )
            }
        }
    }
}
