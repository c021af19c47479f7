// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Glibc

/// An adb server that runs on this or another machine, and the devices that it holds.
public struct ADBServer: Sendable, Hashable {
    public let host: String
    public let port: Int

    /// A server by its address; the port is that of `ANDROID_ADB_SERVER_PORT`, or 5037.
    public init(host: String = "127.0.0.1", port: Int = ADBServer.defaultPort) {
        self.host = host
        self.port = port
    }

    /// `ANDROID_ADB_SERVER_PORT` where it is a port, otherwise 5037.
    public static var defaultPort: Int {
        guard let text = getenv("ANDROID_ADB_SERVER_PORT"), let port = Int(String(cString: text)),
            (1...65535).contains(port)
        else { return 5037 }
        return port
    }

    /// The version of the server's protocol; 41 for those of today.
    ///
    /// - Throws: `DroidError`: `adb.connect` when no server runs there.
    public func version() async throws -> Int {
        let text = try await ask("host:version")
        guard let version = Int(text, radix: 16) else {
            throw DroidError(
                "adb.protocol",
                "what answers is no adb server",
                why: "its version is \"\(text.prefix(40))\""
            )
        }
        return version
    }

    /// The devices that the server holds, in its order.
    public func devices() async throws -> [ListedDevice] { ListedDevice.parse(try await ask("host:devices-l")) }

    /// Has the server connect to a device over TCP.
    ///
    /// - Returns: the server's words, such as `connected to 127.0.0.1:5555`.
    /// - Throws: `DroidError` with code `adb.connect` when it says that it did not work.
    public func connect(to address: String) async throws -> String {
        let words = try await ask("host:connect:\(address)")
        guard words.hasPrefix("connected to") || words.hasPrefix("already connected") else {
            throw DroidError("adb.connect", "the adb server cannot connect to \(address)", why: words)
        }
        return words
    }

    /// A question to the server that it answers with one text.
    ///
    /// - Throws: `DroidError`: `adb.connect`, `adb.timeout`, or what the server's `FAIL` means.
    public func ask(_ request: String, timeout: Duration = .seconds(10)) async throws -> String {
        var session = try await ServerSession(self, request, timeout: timeout, for: "the adb server's answer")
        defer { session.stream.drop() }
        try await session.request(request)
        return try await session.text()
    }
}

/// One connection to an adb server, up to the point where it belongs to a device.
struct ServerSession {
    let stream: ADBStream
    private let serial: String
    private var reader = SmartSocketReader()

    init(_ server: ADBServer, _ service: String, serial: String = "", timeout: Duration, for what: String) async throws
    {
        stream = try await SocketStream.connect(
            host: server.host,
            port: server.port,
            service: service,
            timeout: timeout
        )
        self.serial = serial
        stream.arm(.total(timeout), for: what)
    }

    /// Sends a request and waits for `OKAY`.
    mutating func request(_ text: String) async throws {
        try await stream.write(SmartSocket.encoded(text))
        try await status()
    }

    /// Waits for a further `OKAY`.
    mutating func status() async throws {
        while true {
            if let status = try reader.takeStatus() {
                guard case .fail(let words) = status else { return }
                throw ADBError.server(words, serial: serial)
            }
            try await more()
        }
    }

    /// Waits for a text.
    mutating func text() async throws -> String {
        while true {
            if let text = try reader.takeText() { return text }
            try await more()
        }
    }

    /// The stream, which from here on belongs to the device.
    mutating func handOver() -> ADBStream {
        stream.unread(reader.rest[...])
        reader = SmartSocketReader()
        return stream
    }

    private mutating func more() async throws {
        guard let bytes = try await stream.read() else {
            throw DroidError(
                "adb.lost",
                "the adb server closed the connection",
                why: "it was ended, or is no adb server",
                next: "run `adb start-server` and try again"
            )
        }
        reader.append(bytes)
    }
}
