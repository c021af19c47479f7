// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Synchronization

/// Which addresses of this machine the device's sockets lead to.
final class ReverseTable: Sendable {
    private let rules = Mutex<[String: String]>([:])

    /// Notes a rule.
    ///
    /// - Returns: the address that nothing leads to any more, where the rule replaces another.
    func add(_ remote: String, _ local: String) -> String? {
        rules.withLock { rules in
            let old = rules.updateValue(local, forKey: remote)
            guard let old, !rules.values.contains(old) else { return nil }
            return old
        }
    }

    /// Whether something leads to the address.
    func leads(to local: String) -> Bool { rules.withLock { $0.values.contains(local) } }

    /// Forgets a rule, or all of them.
    ///
    /// - Returns: the addresses that nothing leads to any more.
    func remove(_ remote: String? = nil) -> [String] {
        rules.withLock { rules in
            let gone: [String]
            if let remote {
                gone = rules.removeValue(forKey: remote).map { [$0] } ?? []
            } else {
                gone = Array(Set(rules.values))
                rules = [:]
            }
            return gone.filter { !rules.values.contains($0) }
        }
    }
}

extension ADBDevice {
    /// Has the device listen, and joins each connection there with a port of this machine, until it is removed or this
    /// connection is closed.
    ///
    /// The device can reach exactly the ports that were named here, on 127.0.0.1, and nothing else of this machine.
    ///
    /// - Parameters:
    ///   - remote: the device's socket, `tcp:PORT` (0 for any that is free) or `localabstract:NAME`.
    ///   - local: `tcp:PORT` of this machine, or of the machine of the adb server.
    ///   - rebinds: whether an own rule for the same socket is replaced.
    /// - Returns: the rule, with the port that the device has found.
    /// - Throws: `DroidError`: `adb.reverse` with the device's words, `adb.usage`, `adb.timeout`, `adb.lost`.
    @discardableResult
    public func reverse(_ remote: String, to local: String, rebinds: Bool = true) async throws -> ForwardRule {
        guard let port = ForwardRule.port(of: local), port != 0 else {
            throw ADBError.usage(
                "this machine's end of a reverse forward is tcp:PORT",
                why: "\(local) is not",
                next: "for example: tcp:8080"
            )
        }
        guard Service(parsing: remote) == .socket(remote) else {
            throw ADBError.usage("the device's end is a socket", why: "\(remote) is none", next: "for example: tcp:0")
        }
        let isOwn = !sharesForwards
        if isOwn { try transport.acceptIncoming(local) { await Splice.connect(port: port, $0) } }
        let wantsPort = ForwardRule.port(of: remote) == 0
        let request = ReverseRequest.forward(remote: remote, local: local, rebind: rebinds)
        do {
            let answer = try await ask(request, answers: wantsPort)
            let rule = ForwardRule(serial: serial, local: local, remote: wantsPort ? "tcp:\(answer)" : remote)
            if isOwn, let unused = reverses.add(rule.remote, local) { try transport.acceptIncoming(unused, nil) }
            return rule
        } catch {
            if isOwn, !reverses.leads(to: local) { try? transport.acceptIncoming(local, nil) }
            throw error
        }
    }

    /// The reverse forwards that the device has for this connection.
    public func reverseRules() async throws -> [ForwardRule] {
        let stream = try await transport.open("reverse:list-forward", limit: .total(.seconds(10)), for: "the list")
        defer { stream.drop() }
        var reader = SmartSocketReader()
        while true {
            if let text = try reader.takeText() {
                // On the device the first address is the one that is listened on.
                return ForwardRule.parse(text).map {
                    ForwardRule(serial: serial, local: $0.remote, remote: $0.local)
                }
            }
            guard let bytes = try await stream.read() else { throw ADBError.reverse("it closed the stream") }
            reader.append(bytes)
        }
    }

    /// Ends a reverse forward.
    ///
    /// - Throws: `DroidError` with code `adb.reverse` where the device has none there.
    public func removeReverse(_ remote: String) async throws {
        _ = try await ask(.remove(remote), answers: false)
        if !sharesForwards { for local in reverses.remove(remote) { try transport.acceptIncoming(local, nil) } }
    }

    /// Ends all reverse forwards of this connection.
    public func removeAllReverses() async throws {
        _ = try await ask(.removeAll, answers: false)
        if !sharesForwards { for local in reverses.remove() { try transport.acceptIncoming(local, nil) } }
    }

    private func ask(_ request: ReverseRequest, answers: Bool) async throws -> String {
        let name = "reverse:" + request.text
        let stream = try await transport.open(name, limit: .total(.seconds(10)), for: ADBError.shortened(name))
        defer { stream.drop() }
        var reader = SmartSocketReader()
        var isOkay = false
        while true {
            if !isOkay, let status = try reader.takeStatus() {
                if case .fail(let words) = status { throw ADBError.reverse(words) }
                isOkay = true
                if !answers { return "" }
            }
            if isOkay, let text = try reader.takeText() { return text }
            guard let bytes = try await stream.read() else { throw ADBError.reverse("it closed the stream") }
            reader.append(bytes)
        }
    }
}

extension ADBError {
    static func reverse(_ words: String) -> DroidError {
        DroidError(
            "adb.reverse",
            "the device does not forward",
            why: "it says: \(words)",
            next: "choose another socket of the device, or tcp:0"
        )
    }
}
