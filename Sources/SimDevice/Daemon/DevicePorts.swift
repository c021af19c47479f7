// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What listens on the device: TCP ports and local sockets, by the names that the bridge uses (`tcp:9008`,
/// `localabstract:scrcpy`). Nothing here is a port of the host.
final class DevicePorts: Sendable {
    /// Serves one connection: bytes from the peer, bytes to it. The connection ends when it returns.
    typealias Server = @Sendable (BytePipe, Outbox) async -> Void

    /// A listener whose connections go to a host.
    struct Reverse: Sendable, Hashable {
        /// The connection of the host that asked for it.
        var host: ObjectIdentifier
        /// The address at the host.
        var local: String
    }

    /// Why nobody can listen somewhere.
    enum Failure: Error {
        case taken
        /// The same host listens there, and did not want it replaced.
        case own
    }

    private struct Entry {
        var server: Server
        var reverse: Reverse?
    }

    private let servers = Mutex<[String: Entry]>([:])

    /// Starts to listen.
    ///
    /// - Returns: false, and nothing changes, where something listens there already.
    func listen(_ address: String, _ server: @escaping Server) -> Bool {
        servers.withLock { servers in
            guard servers[address] == nil else { return false }
            servers[address] = Entry(server: server)
            return true
        }
    }

    /// Listens for a host; `tcp:0` is any port that is free.
    ///
    /// - Returns: the address that was found.
    func listen(
        _ address: String,
        for reverse: Reverse,
        rebind: Bool,
        _ server: @escaping Server
    ) throws(Failure) -> String {
        let found: Result<String, Failure> = servers.withLock { servers in
            var address = address
            if address == "tcp:0" {
                guard let port = (40_000...65_535).first(where: { servers["tcp:\($0)"] == nil }) else {
                    return .failure(.taken)
                }
                address = "tcp:\(port)"
            }
            if let known = servers[address] {
                guard known.reverse?.host == reverse.host else { return .failure(.taken) }
                guard rebind else { return .failure(.own) }
            }
            servers[address] = Entry(server: server, reverse: reverse)
            return .success(address)
        }
        return try found.get()
    }

    /// Ends listening; connections that are open go on.
    func close(_ address: String) { servers.withLock { $0[address] = nil } }

    /// Ends a listener of a host; false where it has none there.
    func close(_ address: String, of host: ObjectIdentifier) -> Bool {
        servers.withLock { servers in
            guard servers[address]?.reverse?.host == host else { return false }
            servers[address] = nil
            return true
        }
    }

    /// Ends all listeners of a host.
    func closeAll(of host: ObjectIdentifier) {
        servers.withLock { servers in servers = servers.filter { $0.value.reverse?.host != host } }
    }

    /// What listens there.
    func server(at address: String) -> Server? { servers.withLock { $0[address]?.server } }

    /// Every address that is listened on, sorted.
    var addresses: [String] { servers.withLock { $0.keys.sorted() } }

    /// The listeners of a host by address, each with where it leads to.
    func reverses(of host: ObjectIdentifier) -> [(remote: String, local: String)] {
        servers.withLock { servers in
            servers.compactMap { address, entry in
                entry.reverse.flatMap { $0.host == host ? (address, $0.local) : nil }
            }
        }
        .sorted { $0.0 < $1.0 }
    }

    /// Connects from within the device; nil where nothing listens.
    func connect(to address: String) -> PortConnection? {
        guard let server = server(at: address) else { return nil }
        let (near, far) = PortConnection.pair()
        Task {
            await server(far.incoming, far.outgoing)
            far.outgoing.finish()
            far.incoming.finish()
        }
        return near
    }
}

/// One end of a connection within the device.
struct PortConnection: Sendable {
    /// What the other end sends.
    let incoming: BytePipe
    /// What goes to the other end.
    let outgoing: Outbox
    /// Whether the other end can be told that nothing more comes while it still sends; a stream of the bridge cannot.
    var closesHalf = true

    /// The two ends of a new connection.
    static func pair() -> (PortConnection, PortConnection) {
        let (there, back) = (Lane(), Lane())
        return (
            PortConnection(incoming: back.pipe, outgoing: there.outbox),
            PortConnection(incoming: there.pipe, outgoing: back.outbox)
        )
    }

    /// One direction: what is sent lies in the pipe, and the sender is told as it is taken.
    private final class Lane: Sendable {
        let pipe: BytePipe
        let outbox: Outbox

        init() {
            let queued = Mutex(0)
            let told = Mutex<Outbox?>(nil)
            let pipe = BytePipe { count in
                queued.withLock { $0 -= count }
                told.withLock { $0 }?.drained()
            }
            self.pipe = pipe
            outbox = Outbox(
                link: Outbox.Link(
                    send: { bytes, _ in
                        queued.withLock { $0 += bytes.count }
                        pipe.push(bytes)
                    },
                    queued: { queued.withLock { $0 } },
                    end: { pipe.finish() }
                )
            )
            told.withLock { $0 = outbox }
        }
    }
}

/// Waits for the end of a silence: for ends that cannot say that nothing more comes without hanging up.
final class Silence: Sendable {
    /// How long whoever still sends may be silent.
    static let limit = Duration.seconds(2)
    private let last = Mutex(ContinuousClock.now)

    /// Something came.
    func broken() { last.withLock { $0 = .now } }

    /// Returns once nothing has come for the limit, or where the task is cancelled.
    func wait() async {
        broken()
        while !Task.isCancelled {
            let left = Self.limit - (ContinuousClock.now - last.withLock { $0 })
            if left <= .zero { return }
            try? await Task.sleep(for: left)
        }
    }
}
