// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What listens on the device: TCP ports and local sockets, by the names that the bridge uses (`tcp:9008`,
/// `localabstract:scrcpy`). Nothing here is a port of the host.
final class DevicePorts: Sendable {
    /// Serves one connection: bytes from the peer, bytes to it. The connection ends when it returns.
    typealias Server = @Sendable (BytePipe, Outbox) async -> Void

    private let servers = Mutex<[String: Server]>([:])

    /// Starts to listen.
    ///
    /// - Returns: false, and nothing changes, where something listens there already.
    func listen(_ address: String, _ server: @escaping Server) -> Bool {
        servers.withLock { servers in
            guard servers[address] == nil else { return false }
            servers[address] = server
            return true
        }
    }

    /// Ends listening; connections that are open go on.
    func close(_ address: String) { servers.withLock { $0[address] = nil } }

    /// What listens there.
    func server(at address: String) -> Server? { servers.withLock { $0[address] } }

    /// Every address that is listened on, sorted.
    var addresses: [String] { servers.withLock { $0.keys.sorted() } }
}
