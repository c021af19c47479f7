// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

/// Runs things at a later time, made for deadlines: most of them are taken back before they are due.
///
/// Setting and taking back a deadline costs a dictionary entry and wakes nobody unless it is earlier than all others. What
/// runs must be quick; it runs on the timer's own thread.
public final class DeadlineTimer: Sendable {
    /// A deadline that was set.
    public struct Token: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    private struct Entry {
        var due: UInt64
        var body: @Sendable () -> Void
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var lastNumber: UInt64 = 0
        /// When the thread looks next; it never sleeps beyond the earliest deadline.
        var wakesAt = UInt64.max
        var hasThread = false
    }

    /// The one of this process.
    public static let shared = DeadlineTimer()

    private let state = Mutex(State())
    private let bell = DispatchSemaphore(value: 0)

    /// Has `body` run after a delay, unless it is taken back before.
    @discardableResult
    public func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) -> Token {
        let due = DeadlineTimer.now &+ DeadlineTimer.nanoseconds(delay)
        let (number, rings, needsThread) = state.withLock { state in
            state.lastNumber += 1
            state.entries[state.lastNumber] = Entry(due: due, body: body)
            let rings = due < state.wakesAt
            if rings { state.wakesAt = due }
            defer { state.hasThread = true }
            return (state.lastNumber, rings, !state.hasThread)
        }
        if needsThread { startThread("deadlines") { self.serve() } }
        if rings { bell.signal() }
        return Token(number: number)
    }

    /// Takes a deadline back; nothing happens where it has passed.
    public func cancel(_ token: Token) { state.withLock { $0.entries[token.number] = nil } }

    /// Nanoseconds of a clock that only moves forward.
    public static var now: UInt64 { DispatchTime.now().uptimeNanoseconds }

    /// A duration in nanoseconds: not below 0, and at most a century.
    public static func nanoseconds(_ duration: Duration) -> UInt64 {
        let seconds = min(max(duration.components.seconds, 0), 3_000_000_000)
        let rest = duration.components.seconds < 0 ? 0 : max(0, duration.components.attoseconds / 1_000_000_000)
        return UInt64(seconds) * 1_000_000_000 + UInt64(rest)
    }

    private func serve() {
        while true {
            let wakesAt = state.withLock { $0.wakesAt }
            if wakesAt == .max {
                bell.wait()
            } else {
                _ = bell.wait(timeout: DispatchTime(uptimeNanoseconds: wakesAt))
            }
            let now = DeadlineTimer.now
            let due = state.withLock { state -> [Entry] in
                guard now >= state.wakesAt else { return [] }
                let passed = state.entries.filter { $0.value.due <= now }
                for number in passed.keys { state.entries[number] = nil }
                state.wakesAt = state.entries.values.reduce(UInt64.max) { min($0, $1.due) }
                return passed.values.sorted { $0.due < $1.due }
            }
            for entry in due { entry.body() }
        }
    }
}
