// SPDX-License-Identifier: Apache-2.0

import Base

/// How far a device is with starting up.
public struct BootState: Hashable, Sendable {
    /// `sys.boot_completed` is 1.
    public var isCompleted: Bool
    /// The boot animation has stopped.
    public var isAnimationOver: Bool
    /// The package manager answers.
    public var hasPackages: Bool

    /// Whether apps can be started and screens read.
    public var isBooted: Bool { isCompleted && isAnimationOver && hasPackages }

    /// What is still missing, for people; empty where it is booted.
    public var missing: [String] {
        var out: [String] = []
        if !isCompleted { out.append("sys.boot_completed is not 1") }
        if !isAnimationOver { out.append("the boot animation still runs") }
        if !hasPackages { out.append("the package manager does not answer") }
        return out
    }
}

extension ADBDevice {
    /// Asks how far the device is with starting up, in one command.
    ///
    /// - Throws: `DroidError`: `adb.timeout`, `adb.lost`.
    public func bootState(timeout: Duration = .seconds(10)) async throws -> BootState {
        let command = "getprop sys.boot_completed; echo =; getprop init.svc.bootanim; echo =; pm path android 2>&1"
        let text = try await shell(raw: command, timeout: timeout).text
        let parts = text.split(separator: "=", maxSplits: 2, omittingEmptySubsequences: false)
            .map { String($0).trimmingLines }
        guard parts.count == 3 else {
            return BootState(isCompleted: false, isAnimationOver: false, hasPackages: false)
        }
        return BootState(
            isCompleted: parts[0] == "1",
            // A device without an animation has no such service.
            isAnimationOver: parts[1] != "running",
            hasPackages: parts[2].hasPrefix("package:")
        )
    }

    /// Waits until the device is booted: `sys.boot_completed` is 1, the boot animation has stopped, and the package manager
    /// answers.
    ///
    /// - Parameter pause: what to wait for between two looks.
    /// - Throws: `DroidError` with code `adb.boot` at the deadline, which says what was missing; `adb.lost`.
    public func waitUntilBooted(
        timeout: Duration = .seconds(120),
        pause: @Sendable () async throws -> Void = { try await Task.sleep(for: .milliseconds(500)) }
    ) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + timeout
        while true {
            let left = deadline - clock.now
            var missing = ["it did not answer"]
            if left > .zero {
                do {
                    let state = try await bootState(timeout: min(.seconds(10), left))
                    if state.isBooted { return }
                    missing = state.missing
                } catch let error as DroidError where error.code == "adb.timeout" {
                    // A device that starts up answers late; only the deadline counts.
                }
            }
            guard clock.now < deadline else {
                throw DroidError(
                    "adb.boot",
                    "the device \(serial) has not started up in time",
                    why: missing.joined(separator: ", "),
                    next: "look at its screen, and wait longer if it is still starting (--timeout)"
                )
            }
            try await pause()
        }
    }

    /// Waits for as long as the device is there.
    ///
    /// - Throws: `DroidError` with code `adb.lost` when it is gone, `CancellationError`.
    public func waitUntilLost() async throws {
        while true {
            try await transport.confirmAlive()
            try await Task.sleep(for: .milliseconds(500))
        }
    }
}
