// SPDX-License-Identifier: Apache-2.0

import ADB
import ArgumentParser
import Base
import Foundation

/// `droidagent adb wait`.
struct AdbWait: AsyncParsableCommand {
    enum State: String, ExpressibleByArgument, CaseIterable { case booted, device, gone }

    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until the device is there and has started up.",
        discussion: """
            booted: sys.boot_completed is 1, the boot animation has stopped, and the package manager answers. \
            device: it can be talked to. gone: it cannot.
            """
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @Option(help: "Seconds to wait at most.") var timeout: Double = 180
    @Option(
        name: .customLong("for"),
        help: "What to wait for: \(State.allCases.map(\.rawValue).joined(separator: ", "))."
    )
    var state = State.booted

    private struct Row: Encodable {
        let serial: String
        let state: String
        let seconds: Double
    }

    func validate() throws {
        if !(timeout > 0) { throw ValidationError("--timeout is a number of seconds above 0.") }
    }

    func run() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let deadline = start + .seconds(timeout)
        var serial = choice.device ?? ""
        var last: (any Error)?
        while true {
            do {
                let device = try await DeviceChoice.find(choice.device)
                serial = device.serial
                switch state {
                case .device: return try await done(device, start)
                case .booted:
                    try await device.waitUntilBooted(timeout: max(.zero, deadline - clock.now))
                    return try await done(device, start)
                case .gone:
                    await device.close()
                    last = nil
                }
            } catch let error as DroidError where error.code == "adb.boot" || error.code == "device.several" {
                throw error
            } catch {
                if state == .gone { return try report(serial, start) }
                last = error
            }
            guard clock.now < deadline else { throw late(serial, last) }
            try await Task.sleep(for: min(.milliseconds(250), max(.milliseconds(1), deadline - clock.now)))
        }
    }

    private func done(_ device: ADBDevice, _ start: ContinuousClock.Instant) async throws {
        let serial = device.serial
        await device.close()
        try report(serial, start)
    }

    private func report(_ serial: String, _ start: ContinuousClock.Instant) throws {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        try global.emit(Row(serial: serial, state: state.rawValue, seconds: seconds))
        if !global.json { global.detail("\(serial): \(state.rawValue)") }
    }

    private func late(_ serial: String, _ last: (any Error)?) -> DroidError {
        let name = serial.isEmpty ? "a device" : "the device \(serial)"
        if state == .gone {
            return DroidError(
                "adb.wait",
                "\(name) is still there",
                why: "it answers after \(String(format: "%g", timeout)) s"
            )
        }
        let error = last as? DroidError
        let why = error.map { $0.why.isEmpty ? $0.what : "\($0.what): \($0.why)" } ?? last.map { "\($0)" } ?? ""
        return DroidError(
            "adb.wait",
            "\(name) did not come within \(String(format: "%g", timeout)) s",
            why: why,
            next: error?.next ?? "droidagent devices lists what is there"
        )
    }
}
