// SPDX-License-Identifier: Apache-2.0

import ADB
import Base

/// What Screen and Agent need of a device: commands and files over ADB. `ADBDevice` is one; tests script another.
///
/// There is no other way to a device: what cannot be reached through this cannot be reached by the agent.
public protocol DeviceLink: Sendable {
    /// The name under which the device was reached.
    var serial: String { get }

    /// Runs a shell command line as it is.
    ///
    /// - Throws: `DroidError` with code `adb.lost` or `adb.timeout`. A non-zero exit code is a result, not an error.
    func shell(raw command: String, stdin: [UInt8], timeout: Duration) async throws -> ShellResult

    /// Runs a command and gives its raw output, without the shell protocol in between.
    func exec(_ command: String, timeout: Duration) async throws -> [UInt8]

    /// The content of a file on the device.
    func pull(_ path: String) async throws -> [UInt8]

    /// Writes a file on the device.
    func push(_ bytes: [UInt8], to path: String, mode: UInt32, modified: Int64?) async throws

    /// Opens a stream to a service of the device, such as `tcp:9008`.
    ///
    /// - Throws: `DroidError` with code `adb.refused` where there is no such service, `adb.lost` or `adb.timeout`.
    func stream(to service: String, timeout: Duration) async throws -> any LinkStream
}

/// One stream to a service of a device.
public protocol LinkStream: Sendable {
    /// The next bytes; nil at the end.
    func read() async throws -> ArraySlice<UInt8>?
    func write(_ bytes: ArraySlice<UInt8>) async throws
    func close()
}

extension ADBStream: LinkStream {}

extension ADBDevice: DeviceLink {
    public func stream(to service: String, timeout: Duration) async throws -> any LinkStream {
        try await open(service, timeout: timeout)
    }
}

extension DeviceLink {
    /// A link that has no streams refuses them.
    public func stream(to service: String, timeout: Duration) async throws -> any LinkStream {
        throw DroidError("adb.refused", "\(serial) has no service \(service)")
    }

    /// Runs a shell command line as it is, with no input.
    public func run(_ command: String, timeout: Duration = .seconds(30)) async throws -> ShellResult {
        try await shell(raw: command, stdin: [], timeout: timeout)
    }
}

/// A clock that can be replaced: deadlines in tests pass without waiting.
public protocol WaitClock: Sendable {
    /// Time since some fixed moment.
    func now() -> Duration
    /// Waits; throws `CancellationError` when the task is cancelled.
    func sleep(for duration: Duration) async throws
}

/// The machine's monotonic clock.
public struct SystemClock: WaitClock {
    private static let start = ContinuousClock.now

    public init() {}
    public func now() -> Duration { ContinuousClock.now - Self.start }
    public func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}

extension Duration {
    /// The duration as seconds with a fraction.
    public var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
