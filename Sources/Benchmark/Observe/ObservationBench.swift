// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Base
import Foundation
import Screen
import SimDevice

/// How long looking at a device takes, and a step of the agent, with the tool times of a phone.
///
/// It starts a built-in device of its own. What is read is compared with the plain way in the same run: dump, picture and
/// probes by the device's tools, one call after the other.
public struct ObservationBench: Sendable {
    /// Runs of each figure; the median counts.
    let repeats: Int
    /// The command that prints the figures again.
    let command: String

    public init(repeats: Int = 5, command: String = "droidagent bench observe") {
        self.repeats = max(1, repeats)
        self.command = command
    }

    /// Measures everything and hands over each figure as it is there.
    ///
    /// - Throws: `DroidError` from the device or ADB; nothing is left behind then.
    public func run(_ report: (MeasurementRow) throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/droidagent-observe-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let device = try await SimulatedDevice.start(
            SimDeviceOptions(stateFolder: folder + "/device", fresh: true, clock: .real, latency: .phone)
        )
        do {
            let adb = try await ADBDevice.connect(host: "127.0.0.1", port: device.port)
            try await observations(adb, report)
            try await steps(adb, folder, report)
            await adb.close()
        } catch {
            await device.stop()
            throw error
        }
        await device.stop()
    }

    // MARK: Looking

    private func observations(_ adb: ADBDevice, _ report: (MeasurementRow) throws -> Void) async throws {
        let tools = ScreenObserver(adb)
        _ = try await tools.observe()
        let dump = try await median { _ = try await adb.exec("uiautomator dump /dev/tty") }
        let picture = try await median { _ = try await adb.exec("screencap") }
        let plain = try await median {
            _ = try HierarchyParser.parse(try await adb.exec("uiautomator dump /dev/tty"))
            _ = try Screencap.raw(try await adb.exec("screencap"))
            _ = try await adb.shell(["wm", "size"])
            _ = try await adb.shell(["am", "stack", "list"])
            _ = try await adb.shell(["dumpsys", "input_method"])
        }
        try report(row("observe.plain.seconds", plain, "s"))
        let parallel = try await median { try await check(tools.observe()) }
        try report(row("observe.tools.seconds", parallel, "s", peer: "one call after the other", plain))
        try report(row("observe.tools.speedup", plain / parallel, "x", floor: 1.2))
        let above = (parallel - max(dump, picture)) * 1000
        try report(row("observe.tools.above_slower.milliseconds", above, "ms", floor: 30))
        for kind in [ObserverKind.agent, .h264] {
            let source = try await ScreenSource.open(kind, on: adb)
            let observer = source.observer()
            // The first picture of a video takes longer, once.
            try await check(observer.observe())
            let seconds = try await median { try await check(observer.observe()) }
            await source.close()
            let name = "observe.\(kind.rawValue)"
            try report(row("\(name).seconds", seconds, "s", peer: "one call after the other", plain))
            try report(row("\(name).speedup", plain / seconds, "x", floor: 3))
        }
    }

    /// An observation that lacks a part was not a whole one.
    private func check(_ seen: Observation) throws {
        guard seen.state.flags.isEmpty, seen.state.screenshot != nil else {
            throw DroidError(
                "bench.observe",
                "a screen was read in part only",
                why: seen.pictureProblem?.what ?? seen.treeProblem?.what
                    ?? seen.state.flags.names.joined(separator: ", ")
            )
        }
    }

    private func median(_ body: () async throws -> Void) async throws -> Double {
        var times: [Double] = []
        for _ in 0..<repeats {
            let start = ContinuousClock.now
            try await body()
            times.append((ContinuousClock.now - start).inSeconds)
        }
        return times.sorted()[times.count / 2]
    }

    // MARK: Steps

    private func steps(_ adb: ADBDevice, _ folder: String, _ report: (MeasurementRow) throws -> Void) async throws {
        let limits: [(kind: ObserverKind, floor: Double, goal: Double)] = [
            (.tools, 2.1, 1.9), (.agent, 0.9, 0.7), (.h264, 0.9, 0.7),
        ]
        for (kind, floor, goal) in limits {
            _ = try await adb.shell(["input", "keyevent", "3"])
            let source = try await ScreenSource.open(kind, on: adb)
            let times = try await StepTour.times(adb, source, folder: "\(folder)/run-\(kind.rawValue)")
            await source.close()
            try report(
                row("step.\(kind.rawValue).seconds", times.sorted()[times.count / 2], "s", floor: floor, goal: goal)
            )
        }
    }

    private func row(
        _ name: String,
        _ value: Double,
        _ unit: String,
        peer: String? = nil,
        _ peerValue: Double? = nil,
        floor: Double? = nil,
        goal: Double? = nil
    ) -> MeasurementRow {
        MeasurementRow(
            name: name,
            value: value,
            unit: unit,
            peer: peer,
            peerValue: peerValue,
            floor: floor,
            goal: goal,
            command: command
        )
    }
}

/// Walks through Settings with a chooser that knows the way, and takes the decisions' time out.
private enum StepTour {
    /// Seconds of each step that touched the display.
    static func times(_ adb: ADBDevice, _ source: ScreenSource, folder: String) async throws -> [Double] {
        let watch = StepWatch()
        var options = AgentOptions()
        options.wantsProof = false
        options.confirm = .never
        options.maxSteps = Way.words.count
        let loop = AgentLoop(
            device: adb,
            chooser: Way(),
            options: options,
            settle: source.observer(),
            input: source.input(on: adb),
            onEvent: { event in if case .step(let step) = event { watch.add(step) } }
        )
        let header = RunHeader(
            goal: "bench",
            device: adb.serial,
            agent: "bench",
            prompt: options.prompt,
            maxSteps: options.maxSteps
        )
        let result = try await loop.run(goal: "bench", recorder: try RunRecorder(folder: folder, header: header))
        let times = watch.times
        guard result.error == nil, times.count >= Way.words.count - 1 else {
            throw result.error
                ?? DroidError(
                    "bench.observe",
                    "the way through Settings was left after \(times.count) steps",
                    why: result.reason ?? ""
                )
        }
        return times
    }

    /// Takes the actions of a fixed way, each on its own screen.
    private struct Way: ActionChooser {
        static let words = [
            "tap \"Settings", "tap \"Network", "go back", "tap \"Connected", "go back", "tap \"Display", "go back",
            "go home",
        ]

        func choose(_ decision: Decision) async throws -> Choice {
            let wanted = Self.words[min(decision.step, Self.words.count - 1)]
            guard let index = decision.candidates.firstIndex(where: { $0.text.hasPrefix(wanted) }) else {
                throw DroidError(
                    "bench.observe",
                    "the screen has no \(wanted)",
                    why: decision.candidates.prefix(40).map(\.text).joined(separator: "; ")
                )
            }
            return .certain(index, of: decision.candidates.count)
        }
    }
}
