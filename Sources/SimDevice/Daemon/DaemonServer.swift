// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Synchronization

/// The daemon: listens for hosts on 127.0.0.1 and keeps their connections.
final class DaemonServer: Sendable {
    private struct State {
        var connections: [ObjectIdentifier: DaemonConnection] = [:]
        var isClosed = false
    }

    /// Hosts at a time; more are turned away.
    private static let limit = 256

    private let device: DeviceActor
    private let banner: ConnectionBanner
    private let state = Mutex(State())
    private let listener = Mutex<TCPListener?>(nil)

    /// - Parameter port: the port; 0 for any that is free.
    /// - Throws: `SocketFailure`.
    init(port: Int, device: DeviceActor, banner: ConnectionBanner) throws {
        self.device = device
        self.banner = banner
        let listening = try TCPListener(port: port) { [weak self] socket in self?.serve(socket) }
        listener.withLock { $0 = listening }
    }

    /// The port that is listened on.
    var port: Int { listener.withLock { $0?.port ?? 0 } }

    /// Stops listening and ends every connection.
    func close() {
        listener.withLock { $0 }?.close()
        let connections = state.withLock { state in
            state.isClosed = true
            defer { state.connections = [:] }
            return Array(state.connections.values)
        }
        for connection in connections { connection.close() }
    }

    private func serve(_ socket: StreamSocket) {
        guard state.withLock({ !$0.isClosed && $0.connections.count < DaemonServer.limit }) else { return }
        // Kept before it starts, so that one that ends at once is not kept for ever.
        let connection = DaemonConnection(socket, device: device, banner: banner)
        state.withLock { $0.connections[ObjectIdentifier(connection)] = connection }
        connection.start { [weak self] in
            self?.state.withLock { $0.connections[ObjectIdentifier(connection)] = nil }
        }
        if state.withLock({ $0.isClosed }) { connection.close() }
    }
}
