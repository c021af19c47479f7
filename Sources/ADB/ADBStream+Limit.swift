// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Synchronization

extension ADBStream {
    /// How long a stream may take.
    enum Limit: Sendable {
        case none
        /// From now on in all.
        case total(Duration)
        /// Without anything moving.
        case idle(Duration)
    }

    /// A limit that is in force.
    struct Watch {
        /// Tells this limit from those before it, whose timers may be on their way.
        var number: UInt64
        var limit: Limit
        var what: String
        /// What ends it; nil until it is set.
        var timer: DeadlineTimer.Token?
    }

    /// Replaces the limit; the clock starts anew.
    func arm(_ limit: Limit, for what: String) {
        let duration: Duration
        switch limit {
        case .none:
            disarm()
            return
        case .total(let value), .idle(let value): duration = value
        }
        // The watch stands before its timer runs: a limit of nothing is over at once.
        let (old, number) = state.withLock { state -> (DeadlineTimer.Token?, UInt64?) in
            let old = state.watch?.timer
            state.watch = nil
            guard state.end == nil else { return (old, nil) }
            state.lastWatch += 1
            state.lastActivity = DeadlineTimer.now
            state.watch = Watch(number: state.lastWatch, limit: limit, what: what)
            return (old, state.lastWatch)
        }
        if let old { DeadlineTimer.shared.cancel(old) }
        if let number { schedule(duration, number) }
    }

    /// Takes the limit away.
    func disarm() {
        let timer = state.withLock { state in
            defer { state.watch = nil }
            return state.watch?.timer
        }
        if let timer { DeadlineTimer.shared.cancel(timer) }
    }

    private func schedule(_ delay: Duration, _ number: UInt64) {
        let timer = DeadlineTimer.shared.schedule(after: delay) { [weak self] in self?.expire(number) }
        let isKept = state.withLock { state in
            guard state.watch?.number == number else { return false }
            state.watch?.timer = timer
            return true
        }
        if !isKept { DeadlineTimer.shared.cancel(timer) }
    }

    private func expire(_ number: UInt64) {
        let verdict: (error: DroidError?, again: Duration?) = state.withLock { state in
            guard let watch = state.watch, watch.number == number else { return (nil, nil) }
            switch watch.limit {
            case .none: return (nil, nil)
            case .total(let duration): return (ADBError.timeout(watch.what, duration, idle: false), nil)
            case .idle(let duration):
                let (due, now) = (state.lastActivity &+ DeadlineTimer.nanoseconds(duration), DeadlineTimer.now)
                if due > now { return (nil, .nanoseconds(Int64(clamping: due - now))) }
                // What waits to be read is our own slowness, not the device's.
                if !state.input.isEmpty { return (nil, duration) }
                return (ADBError.timeout(watch.what, duration, idle: true), nil)
            }
        }
        if let error = verdict.error { fail(error) }
        if let again = verdict.again { schedule(again, number) }
    }
}
