// SPDX-License-Identifier: Apache-2.0

import ADBWire

/// `reverse:`: sockets of the device whose connections go to the host that asked for them. They end with its connection.
extension ServiceSession {
    func reverse(_ request: ReverseRequest) async {
        switch request {
        case .list:
            let lines = device.ports.reverses(of: host).map { "host-1 \($0.remote) \($0.local)\n" }
            say(protocol: lines.joined())
        case .removeAll:
            device.ports.closeAll(of: host)
            say("OKAY")
        case .remove(let remote):
            if device.ports.close(remote, of: host) { say("OKAY") } else { fail("listener '\(remote)' not found") }
        case .forward(let remote, let local, let rebind): listen(remote, local, rebind)
        }
    }

    private func listen(_ remote: String, _ local: String, _ rebind: Bool) {
        guard case .socket = Service(parsing: remote) else { return fail("unknown socket specification: \(remote)") }
        if remote.hasPrefix("tcp:") {
            guard let port = Int(remote.dropFirst(4)), (0...65_535).contains(port) else {
                return fail("bad port number '\(remote.dropFirst(4))'")
            }
        }
        let (ports, host, openToHost) = (device.ports, host, openToHost)
        do {
            let found = try ports.listen(remote, for: .init(host: host, local: local), rebind: rebind) { pipe, outbox in
                guard let (hostPipe, hostOutbox) = await openToHost(local) else { return }
                await Self.splice(pipe, outbox, hostPipe, hostOutbox)
            }
            // Once for each connection would do; once for each listener does no harm.
            whenHostLeaves { ports.closeAll(of: host) }
            say("OKAY")
            if remote == "tcp:0" { say(protocol: String(found.dropFirst(4))) }
        } catch {
            switch error {
            case .own: fail("cannot rebind existing socket")
            case .taken: fail("cannot bind listener: Address already in use")
            }
        }
    }

    /// Moves bytes between a socket of the device and the host until the host is done.
    private static func splice(_ pipe: BytePipe, _ outbox: Outbox, _ hostPipe: BytePipe, _ hostOutbox: Outbox) async {
        let silence = Silence()
        let up = Task {
            while let bytes = await pipe.next() {
                hostOutbox.send(bytes)
                await hostOutbox.drain()
            }
            await silence.wait()
            hostOutbox.finish()
            hostPipe.finish()
        }
        while let bytes = await hostPipe.next() {
            silence.broken()
            outbox.send(bytes)
            await outbox.drain()
        }
        up.cancel()
        hostOutbox.finish()
    }

    private func fail(_ words: String) {
        say("FAIL")
        say(protocol: words)
    }

    /// A text with its length in four hexadecimal digits.
    private func say(protocol text: String) {
        if let bytes = try? SmartSocket.encoded(text) { outbox.send(bytes[...]) }
    }
}
