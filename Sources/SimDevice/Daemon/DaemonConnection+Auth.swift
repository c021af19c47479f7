// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Dispatch
import Synchronization

/// Who may in.
extension DaemonConnection {
    /// Everything is opened and sealed from here on. The device greets once the host has proven a key that it trusts.
    func startTLS(begun: [UInt8]) throws(DroidError) -> SecureChannel {
        // This thread belongs to the connection, so it may wait for the device.
        let found = DispatchSemaphore(value: 0)
        let keys = Mutex<[AuthPublicKey]>([])
        Task {
            let trusted = await device.trustedKeys
            keys.withLock { $0 = trusted }
            found.signal()
        }
        found.wait()
        let own = device.tlsKey.map { [$0] } ?? []
        let machine = try TLSMachine(role: .device, keys: own, trusted: keys.withLock { $0 })
        let channel = SecureChannel(
            machine,
            wake: { [weak self] in self?.output.withLock { $0 }?.schedule() },
            ready: { [weak self] in self?.act { $0.secured() } }
        )
        secure.withLock { $0 = channel }
        flush()
        _ = begun.withUnsafeBytes { channel.take($0) }
        return channel
    }

    func challenge(after delay: Duration) {
        Task { [weak self] in
            if delay > .zero { try? await Task.sleep(for: delay) }
            guard let keys = await self?.device.trustedKeys else { return }
            self?.act { $0.challenge(AuthToken.random(), trusting: keys) }
        }
    }

    func ask(_ key: AuthPublicKey, _ name: String) {
        let waiting = WaitingKey(
            key: key,
            name: name,
            accept: { [weak self] in self?.act { $0.acceptKey(key) } },
            connection: ObjectIdentifier(self)
        )
        Task { await device.ask(waiting) }
    }
}
