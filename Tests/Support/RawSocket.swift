// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc
import Synchronization

/// A blocking TCP socket on loopback, for peers that behave as no library would let them.
public final class RawSocket: Sendable {
    public let descriptor: Int32
    /// The port that a listening socket has.
    public let port: Int

    private init(_ descriptor: Int32, port: Int = 0) {
        self.descriptor = descriptor
        self.port = port
    }

    deinit { close(descriptor) }

    /// A connection to a port of this machine.
    public static func connect(to port: Int) throws -> RawSocket {
        let made = RawSocket(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        var address = loopback(port)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(made.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw failure("connect") }
        made.prepare()
        return made
    }

    /// A socket that listens on a free port.
    public static func listen() throws -> RawSocket {
        let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(made, raw, size) == 0 && Glibc.listen(made, 64) == 0 && getsockname(made, raw, &size) == 0
            }
        }
        guard result else { throw failure("listen") }
        return RawSocket(made, port: Int(in_port_t(bigEndian: address.sin_port)))
    }

    /// The next connection; nil once the socket is shut down.
    public func accept() -> RawSocket? {
        let made = Glibc.accept(descriptor, nil, nil)
        guard made >= 0 else { return nil }
        let socket = RawSocket(made)
        socket.prepare()
        return socket
    }

    /// Ends both directions; whoever waits is woken.
    public func shut() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Some bytes; none at the end, after an error, or when 20 s have passed.
    public func receive(_ limit: Int = 65536) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = max(0, recv(descriptor, buffer.baseAddress, limit, 0))
        }
    }

    /// Exactly so many bytes; nil where they do not come.
    public func receive(exactly count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let part = receive(count - bytes.count)
            if part.isEmpty { return nil }
            bytes += part
        }
        return bytes
    }

    /// Writes all bytes; false where the peer is gone.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                Glibc.send(
                    descriptor,
                    raw.baseAddress?.advanced(by: done),
                    raw.count - done,
                    Int32(MSG_NOSIGNAL)
                )
            }
            if count <= 0 { return false }
            done += count
        }
        return true
    }

    /// Writes all bytes and meanwhile reads and drops what comes, so that two ends that both write cannot block each
    /// other.
    ///
    /// - Returns: false where the peer is gone or took nothing for 20 s.
    public func sendDropping(_ bytes: [UInt8]) -> Bool {
        var done = 0
        var drain = [UInt8](repeating: 0, count: 1 << 18)
        while done < bytes.count {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN | POLLOUT), revents: 0)
            guard poll(&waiting, 1, 20_000) > 0 else { return false }
            if waiting.revents & Int16(POLLIN) != 0 {
                let count = recv(descriptor, &drain, drain.count, Int32(MSG_DONTWAIT))
                if count == 0 || (count < 0 && errno != EAGAIN) { return false }
            }
            guard waiting.revents & Int16(POLLOUT) != 0 else {
                if waiting.revents & Int16(POLLERR | POLLHUP) != 0 { return false }
                continue
            }
            let count = bytes.withUnsafeBytes { raw in
                Glibc.send(
                    descriptor,
                    raw.baseAddress?.advanced(by: done),
                    raw.count - done,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
                )
            }
            if count < 0 && errno != EAGAIN { return false }
            done += max(0, count)
        }
        return true
    }

    /// Reads and drops until the peer closes; false when it has not within 20 s.
    public func dropToEnd() -> Bool {
        var drain = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = recv(descriptor, &drain, drain.count, 0)
            if count > 0 { continue }
            return count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)
        }
    }

    private func prepare() {
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func failure(_ what: String) -> DroidError {
        DroidError("test.socket", "cannot \(what)", why: String(cString: strerror(errno)))
    }
}

/// The memory of a process, from `/proc`.
public enum ProcessMemory {
    /// Bytes that are in memory now.
    public static func resident(_ pid: Int32 = getpid()) -> Int { field("VmRSS:", pid) }

    /// The most that ever were.
    public static func peak(_ pid: Int32 = getpid()) -> Int { field("VmHWM:", pid) }

    private static func field(_ name: String, _ pid: Int32) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }
}
