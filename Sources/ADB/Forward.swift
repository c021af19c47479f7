// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A socket at one end of the bridge that leads to the other end.
public struct ForwardRule: Hashable, Sendable, Codable {
    /// The device, as it was named.
    public var serial: String
    /// The socket of this machine, such as `tcp:8080`. A forward listens here, a reverse connects to it.
    public var local: String
    /// The socket of the device, such as `tcp:9008` or `localabstract:name`.
    public var remote: String

    public init(serial: String, local: String, remote: String) {
        (self.serial, self.local, self.remote) = (serial, local, remote)
    }

    /// The number of a `tcp:` address of either end; nil for any other.
    public static func port(of address: String) -> Int? {
        guard address.hasPrefix("tcp:"), let port = Int(address.dropFirst(4)), (0...65535).contains(port) else {
            return nil
        }
        return port
    }
}

extension ADBDevice {
    /// Whether forwards and reverses are held by an adb server, and outlive this connection.
    public var sharesForwards: Bool { transport is ServerTransport }

    /// Listens on 127.0.0.1 and joins each connection with a socket of the device, until it is removed or this connection is
    /// closed. Through an adb server, the server listens.
    ///
    /// - Parameters:
    ///   - local: `tcp:PORT`; 0 for any port that is free.
    ///   - remote: `tcp:PORT`, `localabstract:NAME` or another socket of the device. It is not looked at before somebody
    ///     connects.
    ///   - rebinds: whether an own forward at the same port is replaced.
    /// - Returns: the rule, with the port that was found.
    /// - Throws: `DroidError`: `adb.forward` (the port is taken), `adb.usage` (what is no socket).
    @discardableResult
    public func forward(_ local: String = "tcp:0", to remote: String, rebinds: Bool = true) async throws -> ForwardRule
    {
        guard let port = ForwardRule.port(of: local) else {
            throw ADBError.usage(
                "this machine's end of a forward is tcp:PORT",
                why: "\(local) is not",
                next: "for example: tcp:0, for any port that is free"
            )
        }
        guard Service(parsing: remote) == .socket(remote) else {
            throw ADBError.usage(
                "the device's end of a forward is a socket",
                why: "\(remote) is none",
                next: "for example: tcp:9008 or localabstract:name"
            )
        }
        if let server = (transport as? ServerTransport)?.server {
            return try await server.forward(ForwardRule(serial: serial, local: local, remote: remote), rebinds: rebinds)
        }
        if port != 0, forwards.has(port) {
            guard rebinds else { throw ADBError.forward(local, why: "this program forwards it already") }
            await forwards.remove(port)
        }
        let transport = transport
        do {
            let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .bind(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture { try Splice.wrap(channel) }
                }
            let bound = listener.channel.localAddress?.port ?? port
            let rule = ForwardRule(serial: serial, local: "tcp:\(bound)", remote: remote)
            forwards.add(bound, rule, listener.channel) {
                try? await listener.executeThenClose { connections in
                    await withDiscardingTaskGroup { group in
                        do {
                            for try await connection in connections {
                                group.addTask { await Self.serve(connection, remote, transport) }
                            }
                        } catch {}
                        group.cancelAll()
                    }
                }
            }
            return rule
        } catch {
            throw ADBError.forward(local, error)
        }
    }

    private static func serve(_ connection: Splice.Connection, _ remote: String, _ transport: any DeviceTransport) async
    {
        do {
            let stream = try await transport.open(remote, limit: .total(.seconds(30)), for: remote)
            stream.disarm()
            await Splice.join(connection, stream)
        } catch {
            // The device has nothing there: whoever connected sees the end at once, as from a port that hangs up.
            try? await connection.executeThenClose { _, _ in }
        }
    }

    /// The forwards of this device: this connection's own, or all that the adb server has for it.
    public func forwardRules() async throws -> [ForwardRule] {
        guard let server = (transport as? ServerTransport)?.server else { return forwards.rules }
        return ForwardRule.parse(try await server.ask("host-serial:\(serial):list-forward")).filter {
            $0.serial == serial
        }
    }

    /// Ends a forward; connections that are open go on.
    ///
    /// - Throws: `DroidError` with code `adb.forward` where there is none at that address.
    public func removeForward(_ local: String) async throws {
        if let server = (transport as? ServerTransport)?.server {
            try await server.command("host-serial:\(serial):killforward:\(local)", ADBError.forward(local))
            return
        }
        guard let port = ForwardRule.port(of: local), forwards.has(port) else {
            throw ADBError.forward(local, why: "this program forwards no such port")
        }
        await forwards.remove(port)
    }
}

extension ForwardRule {
    /// Reads a list of rules, `SERIAL LOCAL REMOTE` a line.
    static func parse(_ text: String) -> [ForwardRule] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3 else { return nil }
            return ForwardRule(serial: String(words[0]), local: String(words[1]), remote: String(words[2]))
        }
    }
}

extension ADBServer {
    func forward(_ rule: ForwardRule, rebinds: Bool) async throws -> ForwardRule {
        let request = "host-serial:\(rule.serial):forward:\(rebinds ? "" : "norebind:")\(rule.local);\(rule.remote)"
        let wantsPort = ForwardRule.port(of: rule.local) == 0
        let port = try await command(request, ADBError.forward(rule.local), answers: wantsPort)
        return ForwardRule(serial: rule.serial, local: wantsPort ? "tcp:\(port)" : rule.local, remote: rule.remote)
    }

    /// A request that the server answers with `OKAY` for itself, `OKAY` for what it did, and a text where it has one.
    @discardableResult
    func command(
        _ request: String,
        _ failure: @autoclosure () -> (String) -> DroidError,
        answers: Bool = false
    ) async throws -> String {
        var session = try await ServerSession(self, request, timeout: .seconds(10), for: "the adb server's answer")
        defer { session.stream.drop() }
        do {
            try await session.request(request)
            try await session.status()
            return answers ? try await session.text() : ""
        } catch let error as DroidError where error.code == "adb.server" {
            throw failure()(error.why)
        }
    }
}

extension ADBError {
    static func forward(_ address: String) -> (String) -> DroidError { { forward(address, why: $0) } }

    static func forward(_ address: String, why: String) -> DroidError {
        DroidError("adb.forward", "cannot forward \(address)", why: why, next: "choose another address, or tcp:0")
    }

    static func forward(_ address: String, _ error: any Error) -> DroidError {
        if let error = error as? DroidError { return error }
        return forward(address, why: (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)")
    }
}

/// The forwards that a connection holds itself.
final class ForwardTable: Sendable {
    private struct Entry {
        var rule: ForwardRule
        var listener: any Channel
        var task: Task<Void, Never>
    }

    private let entries = Mutex<[Int: Entry]>([:])

    deinit { for entry in entries.withLock({ $0 }).values { entry.listener.close(promise: nil) } }

    var rules: [ForwardRule] { entries.withLock { $0.sorted { $0.key < $1.key }.map(\.value.rule) } }

    func has(_ port: Int) -> Bool { entries.withLock { $0[port] != nil } }

    func add(_ port: Int, _ rule: ForwardRule, _ listener: any Channel, _ body: @escaping @Sendable () async -> Void) {
        let task = Task { await body() }
        entries.withLock { $0[port] = Entry(rule: rule, listener: listener, task: task) }
    }

    /// Ends listening at a port; it can be bound again when this returns.
    func remove(_ port: Int) async {
        let entry = entries.withLock { $0.removeValue(forKey: port) }
        try? await entry?.listener.close()
    }

    /// Ends all forwards, and the connections that came by them.
    func close() async {
        let all = entries.withLock { entries in
            defer { entries = [:] }
            return Array(entries.values)
        }
        for entry in all {
            try? await entry.listener.close()
            entry.task.cancel()
        }
    }
}
