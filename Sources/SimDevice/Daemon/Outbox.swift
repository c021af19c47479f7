// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// A stream's way back: bytes go to the event loop, and a task can wait until most of them are gone.
final class Outbox: Sendable {
    private struct State {
        var pending = 0
        var closed = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private static let limit = 4 << 20
    private let state = Mutex(State())
    private let deliver: @Sendable (ArraySlice<UInt8>) -> Void
    private let end: @Sendable () -> Void

    /// - Parameters:
    ///   - deliver: takes the bytes to the event loop.
    ///   - end: closes the stream once what was delivered is written.
    init(deliver: @escaping @Sendable (ArraySlice<UInt8>) -> Void, end: @escaping @Sendable () -> Void = {}) {
        self.deliver = deliver
        self.end = end
    }

    /// Closes the stream once everything that was sent has gone out. A stream whose service returns does so by itself; one
    /// that was opened to the host lasts until this is called or the host closes it.
    func finish() { end() }

    /// Queues bytes; never waits.
    func send(_ bytes: ArraySlice<UInt8>) {
        let open = state.withLock { state in
            state.pending += bytes.count
            return !state.closed
        }
        if open { deliver(bytes) }
    }

    /// Waits while more is queued than should be.
    func drain() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    if state.closed || state.pending <= Self.limit || Task.isCancelled { return true }
                    state.waiters.append(continuation)
                    return false
                }
                if ready { continuation.resume() }
            }
        } onCancel: {
            // A command that was interrupted waits no longer; the stream itself may go on.
            release()
        }
    }

    private func release() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Tells how much still waits; from the event loop.
    func update(pending: Int) {
        let waiters = state.withLock { state in
            state.pending = pending
            guard pending <= Self.limit else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// The stream is gone: what is sent from now on is dropped, and nobody waits.
    func close() {
        let waiters = state.withLock { state in
            state.closed = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
