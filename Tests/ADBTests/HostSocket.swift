// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// A plain TCP socket of this machine, as a program has it that knows nothing of ours. Calls block for ten seconds at most.
final class HostSocket: Sendable {
    let descriptor: Int32

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { Glibc.close(descriptor) }

    private static func failure(_ what: String) -> DroidError {
        DroidError("test.socket", what, why: String(cString: strerror(errno)))
    }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    private static func with<Result>(
        _ address: inout sockaddr_in,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    )
        -> Result
    {
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    static func connect(_ port: Int) throws -> HostSocket {
        let socket = HostSocket(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        var address = address(port)
        guard with(&address, { Glibc.connect(socket.descriptor, $0, $1) }) == 0 else { throw failure("connect") }
        return socket
    }

    static func listen() throws -> (socket: HostSocket, port: Int) {
        let socket = HostSocket(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        var address = address(0)
        guard with(&address, { Glibc.bind(socket.descriptor, $0, $1) }) == 0, Glibc.listen(socket.descriptor, 8) == 0
        else {
            throw failure("listen")
        }
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(socket.descriptor, $0, &size) }
        }
        return (socket, Int(UInt16(bigEndian: address.sin_port)))
    }

    func accept() throws -> HostSocket {
        let other = Glibc.accept(descriptor, nil, nil)
        guard other >= 0 else { throw HostSocket.failure("accept") }
        return HostSocket(other)
    }

    func send(_ bytes: [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw HostSocket.failure("send") }
            done += count
        }
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Says that nothing more is sent.
    func closeHalf() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Up to so many bytes; none at the end.
    func receive(_ limit: Int = 65_536) throws -> [UInt8] {
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            count = recv(descriptor, buffer.baseAddress, limit, 0)
            filled = max(0, count)
        }
        guard count >= 0 else { throw HostSocket.failure("receive") }
        return bytes
    }

    /// Everything up to the end.
    func rest() throws -> [UInt8] {
        var out: [UInt8] = []
        while true {
            let bytes = try receive()
            if bytes.isEmpty { return out }
            out += bytes
        }
    }
}
