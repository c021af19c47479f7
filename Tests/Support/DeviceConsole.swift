// SPDX-License-Identifier: Apache-2.0

import Base

/// The console of a built-in device, as a person at its keyboard uses it: a line in, lines out.
public final class DeviceConsole: Sendable {
    private let socket: RawSocket

    private init(_ socket: RawSocket) { self.socket = socket }

    /// Connects and gives the token.
    ///
    /// - Throws: `DroidError` with code `test.socket` or `test.console`.
    public static func open(port: Int, token: String) async throws -> DeviceConsole {
        let console = DeviceConsole(try await blocking { try RawSocket.connect(to: port) })
        _ = try await blocking { try console.answer("the greeting") }
        _ = try await console.say("auth \(token)")
        return console
    }

    /// Says one line; the lines before `OK`.
    ///
    /// - Throws: `DroidError` with code `test.console` and the console's words where it says `KO`.
    public func say(_ line: String) async throws -> [String] {
        try await blocking {
            self.socket.send(Array((line + "\n").utf8))
            return try self.answer(line)
        }
    }

    private func answer(_ question: String) throws -> [String] {
        var bytes: [UInt8] = []
        while true {
            let part = socket.receive()
            bytes += part
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").map(String.init)
            if lines.last == "OK" { return Array(lines.dropLast()) }
            if let last = lines.last, last.hasPrefix("KO: ") || part.isEmpty {
                throw DroidError("test.console", "the console does not do: \(question)", why: last)
            }
            if part.isEmpty { throw DroidError("test.console", "the console does not answer", why: question) }
        }
    }
}
