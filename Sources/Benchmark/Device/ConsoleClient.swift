// SPDX-License-Identifier: Apache-2.0

import Base
import Dispatch
import Foundation
import Glibc

/// A client of the emulator console: a line out, lines back that end in `OK` or `KO: why`.
///
/// The console is how the official emulator is told about snapshots and its clock, which have no place in ADB.
public final class ConsoleClient: Sendable {
    private let descriptor: Int32
    // One command at a time; blocking calls stay off the threads that tasks run on.
    private let queue = DispatchQueue(label: "droidagent.console")

    /// Connects and shows the token.
    ///
    /// - Throws: `DroidError` with code `console.lost`, `console.timeout` or `console.refused`.
    public init(port: Int, token: String, timeout: Double = 5) async throws {
        descriptor = try await Self.connect(port, timeout, queue)
        do {
            _ = try await reply()
            try await send("auth \(token)")
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    deinit { Glibc.close(descriptor) }

    /// Runs a command; the lines before `OK` are its output.
    ///
    /// - Throws: `DroidError` with code `console.refused` when the console answers `KO`, `console.lost`,
    ///   `console.timeout`.
    @discardableResult
    public func send(_ command: String) async throws -> [String] {
        try await perform { [descriptor] in
            try Self.write("\(command)\r\n", descriptor)
            return try Self.readReply(descriptor, command)
        }
    }

    private func reply() async throws -> [String] {
        try await perform { [descriptor] in try Self.readReply(descriptor, "connect") }
    }

    private func perform<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }

    private static func connect(_ port: Int, _ timeout: Double, _ queue: DispatchQueue) async throws -> Int32 {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try connect(port, timeout) }) }
        }
    }

    private static func connect(_ port: Int, _ timeout: Double) throws -> Int32 {
        guard let port = UInt16(exactly: port) else { throw lost("\(port) is no port") }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw lost(String(cString: strerror(errno))) }
        let whole = Int(timeout)
        var limit = timeval(tv_sec: whole, tv_usec: Int((timeout - Double(whole)) * 1e6))
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let why = String(cString: strerror(errno))
            Glibc.close(descriptor)
            throw lost(why)
        }
        return descriptor
    }

    private static func write(_ text: String, _ descriptor: Int32) throws {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw lost(String(cString: strerror(errno))) }
            done += count
        }
    }

    /// Reads up to the line `OK` or `KO`. Replies are small; one that does not end is cut off at 1 MiB.
    private static func readReply(_ descriptor: Int32, _ command: String) throws -> [String] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count < 1 << 20 {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 && errno == EINTR { continue }
            if count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) {
                throw DroidError("console.timeout", "the device's console did not answer `\(command)` in time")
            }
            guard count > 0 else { throw lost("it closed the connection") }
            bytes.append(contentsOf: buffer[..<count])
            guard bytes.last == 10 else { continue }
            var lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
            guard let last = lines.popLast() else { continue }
            if last == "OK" { return lines }
            if last == "KO" || last.hasPrefix("KO:") {
                throw DroidError("console.refused", "the device's console refused `\(command)`", why: last)
            }
        }
        throw lost("its reply to `\(command)` does not end")
    }

    private static func lost(_ why: String) -> DroidError {
        DroidError("console.lost", "the device's console cannot be reached", why: why)
    }
}
