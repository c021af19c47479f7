// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A stream's way back: bytes go to the connection, and a task can wait until most of them are gone.
final class Outbox: Sendable {
    /// What an outbox needs of the connection.
    struct Link: Sendable {
        /// Queues bytes; the last ones may wait for `end`, which follows.
        var send: @Sendable (_ bytes: ArraySlice<UInt8>, _ isLast: Bool) -> Void
        /// Bytes that are queued and not with the peer.
        var queued: @Sendable () -> Int
        /// Closes the stream once what was sent is written.
        var end: @Sendable () -> Void
    }

    private struct State {
        var closed = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// Bytes that may be queued before `drain` waits, where a connection has few streams.
    static let usualLimit = 4 << 20
    private let limit: Int
    private let link: Link
    private let state = Mutex(State())

    init(limit: Int = Outbox.usualLimit, link: Link) {
        self.limit = limit
        self.link = link
    }

    /// An outbox that no connection is behind: what is sent is taken at once.
    convenience init(
        deliver: @escaping @Sendable (ArraySlice<UInt8>) -> Void,
        end: @escaping @Sendable () -> Void = {}
    ) {
        self.init(link: Link(send: { bytes, _ in deliver(bytes) }, queued: { 0 }, end: end))
    }

    /// Queues bytes; never waits.
    ///
    /// - Parameter isLast: whether the stream ends at once behind them; then they go out together with its end.
    /// - Returns: false where nobody reads any more.
    @discardableResult func send(_ bytes: ArraySlice<UInt8>, isLast: Bool = false) -> Bool {
        if state.withLock({ $0.closed }) { return false }
        link.send(bytes, isLast)
        return true
    }

    /// Whether more is queued than should be, and somebody is there to take it.
    var isFull: Bool { link.queued() > limit && !state.withLock { $0.closed } }

    /// Waits while more is queued than should be.
    func drain() async {
        guard link.queued() > limit else { return }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.closed || Task.isCancelled { return true }
                    state.waiters.append(continuation)
                    return false
                }
                if isReady {
                    continuation.resume()
                } else {
                    drained()  // The queue may have run down before the waiter was on the list.
                }
            }
        } onCancel: {
            // A command that was interrupted waits no longer; the stream itself may go on.
            wakeAll(closing: false)
        }
    }

    /// Closes the stream once everything that was sent has gone out. A stream whose service returns does so by itself; one
    /// that was opened to the host lasts until this is called or the host closes it.
    func finish() { link.end() }

    /// Some of what was queued has gone out; from any thread.
    func drained() {
        guard state.withLock({ !$0.waiters.isEmpty }), link.queued() <= limit else { return }
        wakeAll(closing: false)
    }

    /// The stream is gone: what is sent from now on is dropped, and nobody waits.
    func close() { wakeAll(closing: true) }

    private func wakeAll(closing: Bool) {
        let waiters = state.withLock { state in
            if closing { state.closed = true }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
