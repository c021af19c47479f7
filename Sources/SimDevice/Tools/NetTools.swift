// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Synchronization

extension ToolTable {
    static let netTools: [String: Tool] = [
        "nc": .slow(nc), "netcat": .slow(nc), "stty": .quick(stty), "tty": .quick(tty),
    ]

    /// `nc HOST PORT` and `nc -l -p PORT`: a socket of the device joined with standard input and output.
    ///
    /// Only the device's own ports can be reached: it has no network.
    nonisolated(nonsending) private static func nc(_ call: ToolCall) async throws -> Int32 {
        let options = try ToolOptions(call, "lL46nu", valued: "pwqsU")
        let ports = call.device.ports
        let connection: PortConnection
        var hold: AsyncStream<Void>.Continuation?
        defer { hold?.finish() }
        if options.has("l") || options.has("L") {
            let text = options.values["p"] ?? options.operands.last ?? "0"
            guard let port = Int(text), (0...65_535).contains(port) else { throw call.failure("bad port '\(text)'") }
            guard let accepted = try await accept(port, ports, call) else { return 130 }
            (connection, hold) = (accepted.connection, accepted.hold)
        } else {
            let address: String
            if let path = options.values["U"] {
                address = "localfilesystem:" + call.path(path)
            } else {
                try options.need(2, call)
                let (name, text) = (options.operands[0], options.operands[1])
                guard let port = Int(text), (1...65_535).contains(port) else {
                    throw call.failure("bad port '\(text)'")
                }
                guard ["127.0.0.1", "localhost", "::1", "0.0.0.0"].contains(name) else {
                    throw call.failure("connect: Network is unreachable")
                }
                address = "tcp:\(port)"
            }
            guard let made = ports.connect(to: address) else { throw call.failure("connect: Connection refused") }
            connection = made
        }
        let (ready, rest) = call.input.detached()
        let silence = Silence()
        let feeder = Task {
            if !ready.isEmpty { connection.outgoing.send(ready) }
            if let rest {
                for await bytes in rest {
                    connection.outgoing.send(bytes)
                    await connection.outgoing.drain()
                }
            }
            if !connection.closesHalf { await silence.wait() }
            connection.outgoing.finish()
        }
        while let bytes = await connection.incoming.next() {
            silence.broken()
            call.out.write(bytes)
            if let drain = call.out.drain { await drain() }
        }
        feeder.cancel()
        connection.outgoing.finish()
        return Task.isCancelled ? 130 : 0
    }

    /// Waits for one connection to a port; nil where the command was interrupted.
    nonisolated(nonsending) private static func accept(
        _ port: Int,
        _ ports: DevicePorts,
        _ call: ToolCall
    ) async throws -> Accepted? {
        let waiting = Waiting()
        let server: DevicePorts.Server = { pipe, outbox in
            let (watch, done) = AsyncStream<Void>.makeStream()
            let connection = PortConnection(incoming: pipe, outgoing: outbox, closesHalf: false)
            guard waiting.hand(Accepted(connection: connection, hold: done)) else { return }
            // The connection lasts until the tool lets go of it.
            for await _ in watch {}
        }
        var address = "tcp:\(port)"
        if port == 0 {
            let free = (30_000..<40_000).first { ports.listen("tcp:\($0)", server) }
            guard let free else { throw call.failure("bind: Address already in use") }
            address = "tcp:\(free)"
            call.out.line("\(free)")
        } else if !ports.listen(address, server) {
            throw call.failure("bind: Address already in use")
        }
        let connection = await waiting.take()
        ports.close(address)
        return connection
    }

    /// A connection that somebody made to a listener; its other end goes away when `hold` is finished.
    private struct Accepted: Sendable {
        var connection: PortConnection
        var hold: AsyncStream<Void>.Continuation
    }

    /// One connection on its way from its listener to the tool.
    private final class Waiting: Sendable {
        private struct State {
            var connection: Accepted?
            var isOver = false
            var reader: CheckedContinuation<Accepted?, Never>?
        }
        private let state = Mutex(State())

        /// False where one was handed over before.
        func hand(_ connection: Accepted) -> Bool {
            let (taken, reader) = state.withLock { state -> (Bool, CheckedContinuation<Accepted?, Never>?) in
                guard !state.isOver, state.connection == nil else { return (false, nil) }
                defer { state.reader = nil }
                if state.reader == nil { state.connection = connection } else { state.isOver = true }
                return (true, state.reader)
            }
            reader?.resume(returning: connection)
            return taken
        }

        func take() async -> Accepted? {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let ready = state.withLock { state in
                        if state.connection == nil, !Task.isCancelled {
                            state.reader = continuation
                            return false
                        }
                        state.isOver = true
                        return true
                    }
                    if ready { continuation.resume(returning: state.withLock { $0.connection }) }
                }
            } onCancel: {
                state.withLock { state in
                    state.isOver = true
                    defer { state.reader = nil }
                    return state.reader
                }?.resume(returning: nil)
            }
        }
    }

    // MARK: Terminals

    private static func stty(_ call: ToolCall) throws -> Int32 {
        guard let terminal = call.shell.terminal else {
            throw call.failure("/dev/tty: No such device or address")
        }
        let size = terminal.size
        let (rows, columns) = (size?.rows ?? 0, size?.columns ?? 0)
        guard !call.arguments.isEmpty else {
            call.out.line("speed 38400 baud; rows \(rows); columns \(columns);\n\(terminal.echoes ? "" : "-")echo")
            return 0
        }
        var rest = call.arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "size": call.out.line("\(rows) \(columns)")
            case "-a":
                call.out.line("speed 38400 baud; rows \(rows); columns \(columns); line = 0;")
                call.out.line("intr = ^C; quit = ^\\; erase = ^?; kill = ^U; eof = ^D;")
                call.out.line("icrnl opost onlcr isig icanon \(terminal.echoes ? "" : "-")echo echoe echok")
            case "echo": terminal.setEcho(true)
            case "-echo": terminal.setEcho(false)
            case "sane": terminal.setEcho(true)
            case "rows", "cols", "columns":
                guard let value = rest.popFirst().flatMap({ Int($0) }), (0...65_535).contains(value) else {
                    throw call.failure("bad \(word)")
                }
                terminal.resize(word == "rows" ? (value, columns) : (rows, value))
            default: throw call.failure("bad \(word)@1")
            }
        }
        return 0
    }

    private static func tty(_ call: ToolCall) throws -> Int32 {
        let has = call.shell.terminal != nil
        if !call.arguments.contains("-s") { call.out.line(has ? "/dev/pts/0" : "not a tty") }
        return has ? 0 : 1
    }
}

extension Terminal {
    fileprivate func resize(_ size: (rows: Int, columns: Int)) {
        let old = self.size
        resize(.init(rows: size.rows, columns: size.columns, width: old?.width ?? 0, height: old?.height ?? 0))
    }
}
