// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc
import Synchronization

/// adb 36 with a server of its own, connected to a device; and its server over plain blocking sockets, which is the
/// fastest way there is to use it.
final class BridgePeer: Sendable {
    /// Where `Scripts/peers adb` keeps it.
    static var program: String { "\(Locations.cache)/peers/adb/adb" }

    private let home: String
    private let serial: String
    private let port: Int
    private let environment: [String: String]

    /// Starts a server; nil where adb 36 is not here.
    ///
    /// - Parameters:
    ///   - home: the folder of its keys and its log.
    ///   - serial: the device that it is to connect to.
    ///   - burst: whether its server acknowledges late (`ADB_BURST_MODE`).
    /// - Throws: `DroidError` with code `bench.adb`.
    static func start(_ home: String, _ serial: String, burst: Bool) throws -> BridgePeer? {
        guard FileManager.default.isExecutableFile(atPath: program) else { return nil }
        try FileBytes.makeFolder(home, mode: 0o700)
        for _ in 0..<5 {
            let peer = BridgePeer(home, serial, port: Int.random(in: 20_000..<30_000), burst: burst)
            guard (try? peer.run(["start-server"], named: false)) != nil else { continue }
            do {
                try peer.run(["connect", serial], named: false)
                try peer.run(["shell", "true"])
                return peer
            } catch {
                peer.stop()
                throw error
            }
        }
        throw DroidError("bench.adb", "the server of \(program) does not start")
    }

    private init(_ home: String, _ serial: String, port: Int, burst: Bool) {
        (self.home, self.serial, self.port) = (home, serial, port)
        var environment = [
            "HOME": home, "TMPDIR": home, "ANDROID_ADB_SERVER_PORT": "\(port)", "ADB_MDNS_AUTO_CONNECT": "0",
            "ADB_MDNS_OPENSCREEN": "0", "ADB_LOCAL_TRANSPORT_MAX_PORT": "5554",
        ]
        if burst { environment["ADB_BURST_MODE"] = "1" }
        self.environment = environment
    }

    func stop() { _ = try? run(["kill-server"], named: false) }

    /// Runs adb to its end.
    ///
    /// - Throws: `DroidError` with code `bench.adb`, with what it said.
    func run(_ arguments: [String], named: Bool = true) throws {
        let said = home + "/said"
        let process = try ChildProcess(
            Self.program,
            (named ? ["-s", serial] : []) + arguments,
            environment: environment,
            error: said
        )
        let code = process.wait()
        guard code == 0 else {
            let words = (try? FileBytes.read(said)).map { String(decoding: $0.suffix(300), as: UTF8.self) } ?? ""
            let line = "adb \(arguments.joined(separator: " ")) ended with \(code)"
            throw DroidError("bench.adb", line, why: words.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    /// Reads a service to its end and drops the bytes; their number.
    func read(_ service: String) throws -> Int {
        let socket = try PeerSocket(port)
        try socket.ask("host:transport:\(serial)")
        try socket.ask(service)
        var count = 0
        while let part = try socket.readSome() { count += part }
        return count
    }

    /// Runs `shell,v2:true` so many times, each on a connection of its own, as a client of adb's server has to.
    func shells(_ count: Int, atATime width: Int) throws {
        let failure = Mutex<(any Error)?>(nil)
        let done = DispatchGroup()
        for worker in 0..<width {
            done.enter()
            Thread.detachNewThread { [self] in
                defer { done.leave() }
                do {
                    for _ in stride(from: worker, to: count, by: width) { try shell() }
                } catch {
                    failure.withLock { $0 = error }
                }
            }
        }
        done.wait()
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private func shell() throws {
        let socket = try PeerSocket(port)
        try socket.ask("host:transport:\(serial)")
        try socket.ask("shell,v2:true")
        // The only packet is the exit code: id 3, length 1, the code.
        guard try socket.read(6) == [3, 1, 0, 0, 0, 0] else {
            throw DroidError("bench.adb", "`true` over adb's server did not end with exit code 0")
        }
    }
}

/// A blocking connection to an adb server.
private final class PeerSocket {
    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 1 << 20)

    init(_ port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        // A server that is stuck must not hang the bench.
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if connected != 0 { throw Self.failure("cannot connect to adb's server") }
    }

    deinit { close(descriptor) }

    func ask(_ request: String) throws {
        let text = Array((String(format: "%04x", request.utf8.count) + request).utf8)
        guard send(descriptor, text, text.count, Int32(MSG_NOSIGNAL)) == text.count else {
            throw Self.failure("cannot write to adb's server")
        }
        let answer = try read(4)
        guard answer == Array("OKAY".utf8) else {
            throw DroidError(
                "bench.adb",
                "adb's server refuses \(request)",
                why: String(decoding: answer, as: UTF8.self)
            )
        }
    }

    func read(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let got = recv(descriptor, &buffer, count - bytes.count, 0)
            guard got > 0 else { throw Self.failure("adb's server closed the connection") }
            bytes += buffer[..<got]
        }
        return bytes
    }

    /// Some bytes, which are dropped; nil at the end.
    func readSome() throws -> Int? {
        let got = recv(descriptor, &buffer, buffer.count, 0)
        guard got >= 0 else { throw Self.failure("cannot read from adb's server") }
        return got == 0 ? nil : got
    }

    private static func failure(_ what: String) -> DroidError {
        DroidError("bench.adb", what, why: String(cString: strerror(errno)))
    }
}
