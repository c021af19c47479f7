// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Why there is no connection.
public enum SocketFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case timeout
    /// The name has no address.
    case unknownHost
    /// The system's reason, of `errno`.
    case system(Int32)

    public var description: String {
        switch self {
        case .timeout: "no answer in time"
        case .unknownHost: "the host name is not known"
        case .system(let number): String(cString: strerror(number))
        }
    }
}

/// Connects over TCP, to IPv4 and IPv6 addresses and to names.
public enum TCPConnector {
    /// What the waiting task and the thread that connects share: whoever is first decides.
    private final class Attempt: Sendable {
        struct State {
            var waiter: CheckedContinuation<StreamSocket, any Error>?
            var outcome: Result<StreamSocket, any Error>?
        }
        private let state = Mutex(State())

        var isOver: Bool { state.withLock { $0.outcome != nil } }

        func finish(_ result: Result<StreamSocket, any Error>) {
            let waiter = state.withLock { state -> CheckedContinuation<StreamSocket, any Error>? in
                guard state.outcome == nil else { return nil }
                state.outcome = result
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(with: result)
        }

        func wait(_ continuation: CheckedContinuation<StreamSocket, any Error>) {
            let outcome = state.withLock { state in
                if state.outcome == nil { state.waiter = continuation }
                return state.outcome
            }
            if let outcome { continuation.resume(with: outcome) }
        }
    }

    /// Connects. Every address of the name is tried in turn until the time is over.
    ///
    /// - Throws: `SocketFailure`, or `CancellationError`.
    public static func connect(host: String, port: Int, timeout: Duration) async throws -> StreamSocket {
        let attempt = Attempt()
        let end = DeadlineTimer.now &+ DeadlineTimer.nanoseconds(timeout)
        // The system's name service keeps no deadline of its own.
        let timer = DeadlineTimer.shared.schedule(after: timeout) { attempt.finish(.failure(SocketFailure.timeout)) }
        defer { DeadlineTimer.shared.cancel(timer) }
        startThread("connect") { attempt.finish(Result { try connect(host, port, end, attempt) }) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { attempt.wait($0) }
        } onCancel: {
            attempt.finish(.failure(CancellationError()))
        }
    }

    private static func connect(_ host: String, _ port: Int, _ end: UInt64, _ attempt: Attempt) throws -> StreamSocket {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &list) == 0, let list else { throw SocketFailure.unknownHost }
        defer { freeaddrinfo(list) }
        var count = 0
        var next: UnsafeMutablePointer<addrinfo>? = list
        while let entry = next {
            count += 1
            next = entry.pointee.ai_next
        }
        var failure = SocketFailure.unknownHost
        next = list
        while let entry = next, !attempt.isOver {
            next = entry.pointee.ai_next
            let left = Int64(bitPattern: end &- DeadlineTimer.now) / 1_000_000
            guard left > 0 else { throw SocketFailure.timeout }
            do throws(SocketFailure) {
                return try connect(entry.pointee, milliseconds: left / Int64(count))
            } catch {
                failure = error
            }
            count -= 1
        }
        throw failure
    }

    private static func connect(_ info: addrinfo, milliseconds: Int64) throws(SocketFailure) -> StreamSocket {
        let kind = info.ai_socktype | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(info.ai_family, kind, info.ai_protocol)
        guard descriptor >= 0 else { throw .system(errno) }
        let stream = StreamSocket(adopting: descriptor)
        stream.tune()
        if Glibc.connect(descriptor, info.ai_addr, info.ai_addrlen) != 0 {
            guard errno == EINPROGRESS else { throw .system(errno) }
            var waited = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            var ready = poll(&waited, 1, Int32(clamping: max(1, milliseconds)))
            while ready < 0, errno == EINTR { ready = poll(&waited, 1, Int32(clamping: max(1, milliseconds))) }
            guard ready > 0 else { throw .timeout }
            var problem: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &problem, &length)
            guard problem == 0 else { throw .system(problem) }
        }
        // From here on waiting is what the threads that read and write want.
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        return stream
    }
}
