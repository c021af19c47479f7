// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Listens on 127.0.0.1, and nowhere else, and hands on each connection from a thread of its own.
public final class TCPListener: Sendable {
    /// What the thread and `close` share: a number that was given back belongs to somebody else.
    private final class Descriptor: Sendable {
        private let number: Mutex<Int32?>

        init(_ number: Int32) { self.number = Mutex(number) }

        func shutDown() { number.withLock { if let number = $0 { _ = shutdown(number, Int32(SHUT_RDWR)) } } }

        func giveBack() {
            number.withLock { number in
                if let open = number { Glibc.close(open) }
                number = nil
            }
        }
    }

    private let descriptor: Descriptor
    /// The port that is listened on.
    public let port: Int

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - port: the port; 0 for any that is free.
    ///   - accept: takes each connection; it must not wait.
    /// - Throws: `SocketFailure`; nothing listens then.
    public init(port: Int, accept: @escaping @Sendable (StreamSocket) -> Void) throws {
        guard let port = UInt16(exactly: port) else { throw SocketFailure.system(EINVAL) }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketFailure.system(errno) }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0, listen(descriptor, 128) == 0 else {
            let number = errno
            Glibc.close(descriptor)
            throw SocketFailure.system(number)
        }
        self.port = StreamSocket.port(of: descriptor)
        let shared = Descriptor(descriptor)
        self.descriptor = shared
        startThread("listener") {
            TCPListener.serve(descriptor, accept)
            shared.giveBack()
        }
    }

    deinit { descriptor.shutDown() }

    /// Stops listening; connections that were handed on stay. May be called any number of times.
    public func close() { descriptor.shutDown() }

    private static func serve(_ descriptor: Int32, _ accept: @Sendable (StreamSocket) -> Void) {
        while true {
            let connection = Glibc.accept(descriptor, nil, nil)
            guard connection < 0 else {
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                let socket = StreamSocket(adopting: connection)
                socket.tune()
                accept(socket)
                continue
            }
            switch errno {
            case EINTR, ECONNABORTED: continue
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: usleep(20_000)  // Others give something back, sooner or later.
            default: return
            }
        }
    }
}
