// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// How a built-in device starts.
public struct SimDeviceOptions: Sendable {
    /// What moves the device's clock.
    public enum Clock: String, Sendable, CaseIterable {
        /// It runs with the wall, from 15 October 2023, 15:34 UTC.
        case real
        /// It moves only by the modelled time of inputs, waits and dumps, and by the console.
        case stepped
    }

    /// Whether tools take as long as on a phone.
    public enum Latency: String, Sendable, CaseIterable {
        case none
        case phone
    }

    /// Who may use the device.
    public enum Auth: String, Sendable, CaseIterable {
        /// Everybody on this machine, as with emulators.
        case none
        /// Whoever proves a key that the device trusts; a new one is asked about on its display and the console (`adb-key accept`).
        case rsa
        /// As `rsa`, but under TLS, and a key that is not trusted is turned away.
        case tls

        var wire: AuthPolicy {
            switch self {
            case .none: .none
            case .rsa: .rsa
            case .tls: .tls
            }
        }
    }

    /// The generation of device whose protocol is spoken.
    public enum Profile: String, Sendable, CaseIterable {
        /// Before Android 7: protocol 1.0 with checksums, payloads of 4 KiB, no features.
        case legacy
        /// Android 7: the second shell protocol, payloads of 256 KiB.
        case n
        /// Today: everything.
        case modern

        var wire: DeviceProfile {
            switch self {
            case .legacy: .legacy
            case .n: .n
            case .modern: .modern
            }
        }
    }

    /// The port of the daemon on 127.0.0.1; 0 for any that is free.
    public var port = 0
    /// The port of the console on 127.0.0.1; 0 for any that is free.
    public var consolePort = 0
    /// The folder of the device image.
    public var image: String
    /// Where the device lies on the host; made with mode 0700.
    public var stateFolder: String
    /// Whether what lies in the state folder is thrown away first.
    public var fresh: Bool
    /// Where the device's randomness starts.
    public var seed: UInt64
    public var clock: Clock
    public var latency: Latency
    public var auth = Auth.none
    public var profile = Profile.modern
    /// Keys that the device trusts from the start, as lines of `.pub` files.
    public var trusted: [String] = []
    /// Told the fingerprint of a key that waits to be accepted, and what its computer calls itself.
    public var onKeyWaiting: (@Sendable (String, String) -> Void)?
    /// A YAML file of faults that are on from the start; nil for none.
    public var faults: String?
    /// A file with another token that the console takes, as the official emulator keeps one in
    /// `~/.emulator_console_auth_token`; made with a new token where it is missing. Nil for the device's own token alone.
    public var sharedTokenFile: String?

    /// - Parameters:
    ///   - stateFolder: where the device lies on the host.
    ///   - image: the image's folder; nil for the default one that ships with the program.
    ///   - fresh: whether what lies in the state folder is thrown away first.
    ///   - seed: where the device's randomness starts.
    ///   - clock: what moves the device's clock.
    ///   - latency: whether tools take as long as on a phone.
    ///   - port: the port of the daemon on 127.0.0.1; 0 for any that is free.
    ///   - consolePort: the port of the console on 127.0.0.1; 0 for any that is free.
    /// - Throws: `DroidError` with code `data.missing` when the default image is not to be found.
    public init(
        stateFolder: String,
        image: String? = nil,
        fresh: Bool = false,
        seed: UInt64 = 0,
        clock: Clock = .real,
        latency: Latency = .none,
        port: Int = 0,
        consolePort: Int = 0
    ) throws {
        self.stateFolder = stateFolder
        self.image = try image ?? Locations.data("Emulator") + "/default"
        self.fresh = fresh
        self.seed = seed
        self.clock = clock
        self.latency = latency
        self.port = port
        self.consolePort = consolePort
    }
}

/// A built-in device that runs: a daemon that speaks ADB, and a console, both on 127.0.0.1 only.
public final class SimulatedDevice: Sendable {
    private let device: DeviceActor
    private let daemon: DaemonServer
    private let channels: ChannelSet
    /// The port that the daemon listens on.
    public let port: Int
    /// The port that the console listens on.
    public let consolePort: Int
    /// What lets somebody into the console; it lies in the state folder as well, readable by its owner only.
    public let consoleToken: String

    private init(
        device: DeviceActor,
        daemon: DaemonServer,
        channels: ChannelSet,
        consolePort: Int,
        token: String
    ) {
        self.device = device
        self.daemon = daemon
        self.channels = channels
        port = daemon.port
        self.consolePort = consolePort
        consoleToken = token
    }

    /// Serves a host that comes by another way than the port: tests do without a socket.
    func serve(_ socket: any ByteSocket) { daemon.serve(socket) }

    /// The address by which `adb connect` and `ADBDevice.connect` find the device.
    public var serial: String { "127.0.0.1:\(port)" }

    /// Starts a device; it accepts connections when this returns.
    ///
    /// - Throws: `DroidError` with codes `sim.image`, `sim.latency`, `sim.state`, `sim.faults`, `sim.fault`, `sim.port`,
    ///   and `adb.key` where what is to be trusted is no key.
    ///   Nothing runs after it.
    public static func start(_ options: SimDeviceOptions) async throws -> SimulatedDevice {
        if options.fresh {
            for part in ["root", "snapshots"] {
                try? FileManager.default.removeItem(atPath: options.stateFolder + "/" + part)
            }
        }
        let faults = try options.faults.map { try FaultFile.load($0) } ?? []
        let device = try DeviceActor(options)
        for fault in faults { try await device.apply(fault) }
        for line in options.trusted { try await device.trust(line) }
        let token = try makeToken()
        let tokenPath = options.stateFolder + "/console-token"
        try FileBytes.write(token + "\n", to: tokenPath, mode: 0o600)
        let shared = try options.sharedTokenFile.flatMap { try sharedToken($0) }
        let channels = ChannelSet()
        let banner = await device.banner
        var daemon: DaemonServer?
        do {
            let server = try DaemonServer(port: options.port, device: device, banner: banner)
            daemon = server
            let session = ConsoleSession(
                device: device,
                tokens: [token] + (shared.map { [$0] } ?? []),
                tokenPath: shared == nil ? tokenPath : options.sharedTokenFile ?? tokenPath
            ) {
                Task {
                    server.close()
                    await channels.close()
                }
            }
            let console = try await listen(options.consolePort, channels) { ConsoleHandler(session: session) }
            return SimulatedDevice(
                device: device,
                daemon: server,
                channels: channels,
                consolePort: console,
                token: token
            )
        } catch {
            daemon?.close()
            await channels.close()
            throw DroidError(
                "sim.port",
                "the device cannot listen on 127.0.0.1",
                why: "\(error)",
                next: "choose another port, or 0 for any that is free"
            )
        }
    }

    /// Ends all connections and closes the device's files. What is on it stays in the state folder.
    public func stop() async {
        daemon.close()
        await channels.close()
        await device.close()
    }

    /// Returns when the device has ended, by `stop` or by the console's `kill`.
    public func waitUntilStopped() async { await channels.waitUntilClosed() }

    /// The token in a file that every console of this user shares; nil where the file is empty.
    private static func sharedToken(_ path: String) throws -> String? {
        if FileManager.default.fileExists(atPath: path) {
            let text = String(decoding: try FileBytes.read(path).prefix(1024), as: UTF8.self)
            return text.split(whereSeparator: \.isWhitespace).first.map(String.init)
        }
        let token = try makeToken()
        try FileBytes.write(token, to: path, mode: 0o600)
        return token
    }

    private static func makeToken() throws -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).flatMap { _ in withUnsafeBytes(of: generator.next(), Array.init) }.hex
    }

    private static func listen(
        _ port: Int,
        _ channels: ChannelSet,
        _ handler: @escaping @Sendable () -> any ChannelHandler
    ) async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard channels.add(channel) else { throw ChannelError.alreadyClosed }
                    try channel.pipeline.syncOperations.addHandler(handler())
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        guard channels.add(channel) else { throw ChannelError.alreadyClosed }
        return channel.localAddress?.port ?? port
    }
}

/// The open sockets of a device.
final class ChannelSet: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var closed = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Keeps a channel until it closes; false where everything has been closed already.
    func add(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let open = state.withLock { state in
            if !state.closed { state.channels[id] = channel }
            return !state.closed
        }
        if open { channel.closeFuture.whenComplete { _ in self.state.withLock { $0.channels[id] = nil } } }
        return open
    }

    /// Closes all and refuses new ones.
    func close() async {
        let (channels, waiters) = state.withLock { state in
            state.closed = true
            defer {
                state.channels = [:]
                state.waiters = []
            }
            return (Array(state.channels.values), state.waiters)
        }
        for channel in channels { try? await channel.close() }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns once `close` was called.
    func waitUntilClosed() async {
        await withCheckedContinuation { continuation in
            let closed = state.withLock { state in
                if !state.closed { state.waiters.append(continuation) }
                return state.closed
            }
            if closed { continuation.resume() }
        }
    }
}
