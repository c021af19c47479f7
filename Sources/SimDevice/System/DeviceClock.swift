// SPDX-License-Identifier: Apache-2.0

/// The device's clock, in milliseconds since 1970 UTC. It is independent of the host's.
final class DeviceClock {
    /// What moves the clock.
    enum Mode: Sendable {
        /// It runs with the wall.
        case real
        /// It moves only when it is told to: by the modelled time of inputs and waits, and by the console.
        case stepped
    }

    /// 15 October 2023, 15:34:00 UTC: where a fresh device starts.
    static let start: Int64 = 1_697_384_040_000

    let mode: Mode
    private var base: Int64
    private var since: ContinuousClock.Instant

    init(mode: Mode, now: Int64 = DeviceClock.start) {
        self.mode = mode
        base = now
        since = .now
    }

    /// The device's time now.
    var now: Int64 {
        switch mode {
        case .stepped: base
        case .real: base + Self.milliseconds(ContinuousClock.now - since)
        }
    }

    /// Milliseconds that this device has been on: never set back by `set`.
    var uptime: Int64 { now - base + moved }

    private var moved: Int64 = 0

    /// Sets the time; uptime is not changed by it.
    func set(_ ms: Int64) {
        moved = uptime
        base = ms
        since = .now
    }

    /// Moves the time forward (or, with a negative value, back).
    func advance(_ ms: Int64) {
        let (target, overflow) = now.addingReportingOverflow(ms)
        guard !overflow else { return }
        let before = uptime
        base = target
        since = .now
        moved = before + max(0, ms)
    }

    private static func milliseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
