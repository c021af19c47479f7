// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A connected socket. Reads wait; writes wait or not, as the caller wants. It closes when its last owner lets it go.
public final class StreamSocket: Sendable {
    /// What became of a write.
    public enum Written: Hashable, Sendable {
        /// So many bytes are with the system, which may be fewer than there were.
        case bytes(Int)
        /// Nothing: the caller did not want to wait and would have had to.
        case full
        /// The connection is gone.
        case gone
    }

    private let descriptor: Int32

    /// Takes over an open descriptor.
    public init(adopting descriptor: Int32) { self.descriptor = descriptor }

    deinit { Glibc.close(descriptor) }

    /// Waits for bytes.
    ///
    /// - Returns: how many came; 0 when no more come, for whatever reason.
    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            return max(0, count)
        }
    }

    /// Writes two runs of bytes, one after the other, in one call of the system.
    public func write(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, waiting: Bool) -> Written {
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: 2) { vectors in
            var used = 0
            for part in [first, second] where !part.isEmpty {
                vectors[used] = iovec(iov_base: .init(mutating: part.baseAddress), iov_len: part.count)
                used += 1
            }
            guard used > 0 else { return .bytes(0) }
            var message = msghdr()
            message.msg_iov = vectors.baseAddress
            message.msg_iovlen = used
            let flags = Int32(MSG_NOSIGNAL) | (waiting ? 0 : Int32(MSG_DONTWAIT))
            while true {
                let count = sendmsg(descriptor, &message, flags)
                if count >= 0 { return .bytes(count) }
                switch errno {
                case EINTR: continue
                case EAGAIN where !waiting: return .full
                default: return .gone
                }
            }
        }
    }

    /// Ends the connection in both directions; whoever waits in `read` or `write` returns.
    public func shutDown() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// The port of this end; 0 where it has none.
    public var localPort: Int { StreamSocket.port(of: descriptor) }

    /// No delays for small writes, and a peer that falls silent is noticed in about nine seconds. It holds for IPv4 and
    /// IPv6 alike.
    func tune() {
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 3)
        set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 2)
        set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
    }

    private func set(_ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    static func port(of descriptor: Int32) -> Int {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { socket in
                guard getsockname(descriptor, socket, &length) == 0 else { return 0 }
                switch Int32(socket.pointee.sa_family) {
                case AF_INET:
                    return socket.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                        Int(UInt16(bigEndian: $0.pointee.sin_port))
                    }
                case AF_INET6:
                    return socket.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                        Int(UInt16(bigEndian: $0.pointee.sin6_port))
                    }
                default: return 0
                }
            }
        }
    }
}
