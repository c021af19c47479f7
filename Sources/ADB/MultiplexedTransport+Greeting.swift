// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Synchronization

/// How the ends meet, and how long that may take.
extension MultiplexedTransport {
    /// Starts to speak over a link and waits until the device has answered.
    ///
    /// - Throws: `DroidError` with code `adb.timeout`, `adb.lost`, `adb.unauthorized` or `adb.protocol`; the link is
    ///   closed then.
    func start(_ link: any PacketLink, timeout: Duration) async throws {
        expectGreeting(within: timeout) { ADBError.timeout("the greeting of \($0)", timeout, idle: false) }
        defer { stopTimer() }
        state.withLock { state in
            state.link = link
            for case .send(let packet) in state.connection.start() { state.outbox.append(packet) }
        }
        wake()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if let lost = state.lost { return .failure(lost) }
                    if state.connection.agreement != nil { return .success(()) }
                    state.waiter = continuation
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            lose(ADBError.lost(serial, why: "the attempt to connect was given up"))
        }
    }

    private func expectGreeting(within limit: Duration, _ error: @escaping @Sendable (String) -> DroidError) {
        let timer = DeadlineTimer.shared.schedule(after: limit) {
            guard self.state.withLock({ $0.connection.agreement == nil }) else { return }
            self.lose(error(self.serial))
        }
        let old = state.withLock { state in
            defer { state.timer = timer }
            return state.timer
        }
        if let old { DeadlineTimer.shared.cancel(old) }
    }

    private func stopTimer() {
        let timer = state.withLock { state in
            defer { state.timer = nil }
            return state.timer
        }
        if let timer { DeadlineTimer.shared.cancel(timer) }
    }

    /// The keys of this computer that the device may want, once it has asked.
    var keys: [AuthKey] { state.withLock { $0.connection.keys } }

    /// The device asks its user: that may take a while.
    func waitForUser(_ key: AuthPublicKey) {
        let limit = acceptTime
        expectGreeting(within: limit) { ADBError.notAccepted($0, key.fingerprint, limit) }
        onWaiting?(key.fingerprint)
    }
}
