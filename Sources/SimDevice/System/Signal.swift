// SPDX-License-Identifier: Apache-2.0

import Base
import Synchronization

/// Wakes those who wait for something to happen.
final class Signal: Sendable {
    private struct State {
        var count = 0
        var next = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    /// How often it was sent.
    var count: Int { state.withLock { $0.count } }

    func send() {
        let waiters = state.withLock { state in
            state.count += 1
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns once it was sent more often than `seen` times, or where the task is cancelled.
    ///
    /// - Parameter end: when it returns in any case; nil for never.
    func wait(after seen: Int, until end: ContinuousClock.Instant? = nil) async {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        let timer = end.map { end in
            DeadlineTimer.shared.schedule(after: end - .now) { self.release(id) }
        }
        defer { if let timer { DeadlineTimer.shared.cancel(timer) } }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    if state.count > seen || Task.isCancelled || end.map({ $0 <= .now }) ?? false { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if ready { continuation.resume() }
            }
        } onCancel: {
            release(id)
        }
    }

    private func release(_ id: Int) { state.withLock { $0.waiters.removeValue(forKey: id) }?.resume() }
}
