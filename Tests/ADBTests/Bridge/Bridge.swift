// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Foundation
import SimDevice
import Synchronization
import TestSupport
import Testing

@testable import ADB

/// How deep a test goes: the same client and the same built-in device, and between them memory, a socket, or the real
/// libusb on an emulated bus.
enum Depth: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory, tcp, usb

    /// Those that this process can reach. USB needs the test bed, which `Scripts/test-usb` runs these suites on.
    static let reachable = allCases.filter { $0 != .usb || TestBed.current != nil }

    var testDescription: String { rawValue }
}

/// A built-in device and a way to it.
final class Bridge: Sendable {
    let depth: Depth
    let sim: SimulatedDevice
    let folder: String
    /// Its serial number on the emulated bus.
    let serial: String
    private static let count = Atomic<Int>(0)
    private let links = Mutex<[MemoryLink]>([])

    private init(depth: Depth, sim: SimulatedDevice, folder: String) {
        self.depth = depth
        self.sim = sim
        self.folder = folder
        serial = "BRIDGE\(getpid())N\(Bridge.count.add(1, ordering: .relaxed).newValue)"
    }

    /// - Parameters:
    ///   - words: shape and faults of the device on the emulated bus.
    ///   - change: how the device differs from the usual one.
    static func start(
        _ depth: Depth,
        words: String = "",
        _ change: (inout SimDeviceOptions) -> Void = { _ in }
    ) async throws -> Bridge {
        let folder = NSTemporaryDirectory() + "/bridge-" + UUID().uuidString
        var options = try SimDeviceOptions(stateFolder: folder, clock: .stepped)
        change(&options)
        let sim = try await SimulatedDevice.start(options)
        let bridge = Bridge(depth: depth, sim: sim, folder: folder)
        if depth == .usb { try TestBed.current?.plug(bridge.serial, to: sim.serial, words) }
        return bridge
    }

    /// Another session.
    ///
    /// - Parameters:
    ///   - keys: those of this computer; the user's own are left alone.
    ///   - acceptTime: how long the device's user may take to accept one.
    ///   - onWaiting: told the fingerprint of the key that has to be accepted.
    func connect(
        keys: [AuthKey] = [],
        acceptTime: Duration = .seconds(60),
        onWaiting: (@Sendable (String) -> Void)? = nil
    ) async throws -> ADBDevice {
        let credentials: @Sendable () -> [AuthKey] = { keys }
        switch depth {
        case .memory:
            let transport = MultiplexedTransport(
                serial: "memory",
                acceptTime: acceptTime,
                onWaiting: onWaiting,
                credentials: credentials
            )
            let link = try await MemoryLink.connect(sim, transport)
            links.withLock { $0.append(link) }
            try await transport.start(link, timeout: .seconds(10))
            return ADBDevice(transport: transport)
        case .tcp:
            return try await ADBDevice.connect(
                host: "127.0.0.1",
                port: sim.port,
                timeout: .seconds(10),
                acceptTime: acceptTime,
                onWaiting: onWaiting,
                credentials: credentials
            )
        case .usb:
            return try await ADBDevice.connect(
                usb: serial,
                timeout: .seconds(10),
                acceptTime: acceptTime,
                onWaiting: onWaiting,
                credentials: credentials
            )
        }
    }

    /// The device's console.
    func console() async throws -> DeviceConsole {
        try await DeviceConsole.open(port: sim.consolePort, token: sim.consoleToken)
    }

    /// The device is gone at once, as by a cable that is pulled.
    func vanish() async throws {
        switch depth {
        case .memory: for link in links.withLock({ $0 }) { link.cut() }
        case .tcp: await sim.stop()
        case .usb: try TestBed.current?.unplug(serial)
        }
    }

    func end() async {
        if depth == .usb { try? TestBed.current?.unplug(serial) }
        await sim.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// Runs a test with a device that nobody has connected to.
func withPlugged(
    _ depth: Depth,
    words: String = "",
    _ change: (inout SimDeviceOptions) -> Void = { _ in },
    _ body: (Bridge) async throws -> Void
) async throws {
    let bridge = try await Bridge.start(depth, words: words, change)
    do {
        try await body(bridge)
    } catch {
        await bridge.end()
        throw error
    }
    await bridge.end()
}

/// Runs a test with a device and a session on it. Over USB, the device must have understood everything that it was sent.
func withBridge(
    _ depth: Depth,
    words: String = "",
    options change: (inout SimDeviceOptions) -> Void = { _ in },
    _ body: (ADBDevice, Bridge) async throws -> Void
) async throws {
    try await withPlugged(depth, words: words, change) { bridge in
        let device = try await bridge.connect()
        try await body(device, bridge)
        await device.close()
        if depth == .usb, let counts = try? TestBed.current?.counts(bridge.serial) {
            #expect(counts["violations"] == 0, "the device met with what is no packet")
        }
    }
}

/// Bytes that look random and are the same each time.
func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        for index in 0..<count {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            buffer[index] = UInt8(truncatingIfNeeded: state >> 24)
        }
        initialized = count
    }
}
