// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base

/// A device that is connected: shell commands, file transfer and any other service, many at a time.
///
/// Each call has a deadline (`adb.timeout`), can be cancelled, and fails at once with `adb.lost` when the device is gone.
/// A failed call leaves the others and the connection alone, except where the connection itself is what failed.
///
///     let device = try await ADBDevice.connect(host: "127.0.0.1", port: 5555)
///     let result = try await device.shell(["settings", "get", "global", "wifi_on"])
///     await device.close()
public final class ADBDevice: Sendable {
    /// `HOST:PORT` for a direct connection, otherwise the server's name for the device.
    public let serial: String
    /// What the device says about itself.
    public let banner: ADBBanner
    let transport: any DeviceTransport
    let forwards = ForwardTable()
    let reverses = ReverseTable()

    init(transport: any DeviceTransport) {
        serial = transport.serial
        banner = transport.banner
        self.transport = transport
    }

    deinit { transport.close() }

    /// Connects to a device over TCP, under TLS where the device wants it. A device that wants to know this computer is
    /// shown the keys that adb uses (`~/.android/adbkey`, which is made where it is missing, and `ADB_VENDOR_KEYS`).
    ///
    /// - Parameters:
    ///   - timeout: how long the device may take to greet.
    ///   - acceptTime: how long its user may take to accept the key of this computer.
    ///   - onWaiting: told the fingerprint of the key when the device asks its user about it.
    /// - Throws: `DroidError`: `adb.connect` (nothing listens there), `adb.timeout` (it does not greet), `adb.unauthorized`
    ///   (its user did not accept the key), `adb.protocol` (it is no adb device).
    public static func connect(
        host: String,
        port: Int,
        timeout: Duration = .seconds(5),
        acceptTime: Duration = .seconds(60),
        onWaiting: (@Sendable (String) -> Void)? = nil
    ) async throws -> ADBDevice {
        let keys: @Sendable () -> [AuthKey] = { HostKeys.load() }
        return try await connect(
            host: host,
            port: port,
            timeout: timeout,
            acceptTime: acceptTime,
            onWaiting: onWaiting,
            credentials: keys
        )
    }

    /// The same with other keys than this user's.
    static func connect(
        host: String,
        port: Int,
        timeout: Duration,
        acceptTime: Duration,
        onWaiting: (@Sendable (String) -> Void)?,
        credentials: @escaping @Sendable () -> [AuthKey]
    ) async throws -> ADBDevice {
        let clock = ContinuousClock()
        let start = clock.now
        let transport = MultiplexedTransport(
            serial: host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)",
            acceptTime: acceptTime,
            onWaiting: onWaiting,
            credentials: credentials
        )
        let link = try await TCPLink.connect(host: host, port: port, timeout: timeout, transport: transport)
        try await transport.start(link, timeout: max(.milliseconds(1), timeout - (clock.now - start)))
        return ADBDevice(transport: transport)
    }

    /// Uses a device that an adb server holds.
    ///
    /// - Throws: `DroidError`: `adb.connect` (no server), `adb.nodevice`, `adb.offline`, `adb.unauthorized`.
    public static func connect(
        serial: String,
        server: ADBServer,
        timeout: Duration = .seconds(5)
    ) async throws -> ADBDevice {
        ADBDevice(transport: try await ServerTransport.connect(serial: serial, server: server, timeout: timeout))
    }

    /// Opens a stream to a service by its name, such as `tcp:8080` or `exec:logcat`. The stream itself has no deadline.
    ///
    /// - Parameters:
    ///   - service: the service's name.
    ///   - timeout: how long the device may take to open it.
    /// - Throws: `DroidError`: `adb.refused`, `adb.timeout`, `adb.lost`.
    public func open(_ service: String, timeout: Duration = .seconds(10)) async throws -> ADBStream {
        let stream = try await transport.open(service, limit: .total(timeout), for: ADBError.shortened(service))
        stream.disarm()
        return stream
    }

    /// Closes the connection. Calls that are under way fail with `adb.lost`.
    public func close() async {
        transport.close()
        await forwards.close()
    }
}
