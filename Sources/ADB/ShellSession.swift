// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Synchronization

/// The size of a terminal in characters, and in pixels where it is known.
public struct TerminalSize: Hashable, Sendable {
    public var rows: Int
    public var columns: Int
    public var width: Int
    public var height: Int

    public init(rows: Int, columns: Int, width: Int = 0, height: Int = 0) {
        (self.rows, self.columns, self.width, self.height) = (rows, columns, width, height)
    }
}

/// A command or a shell that runs on the device, with its streams as they are.
///
/// One task reads with `next`, another may write at the same time. Cancelling either closes the session, and so does
/// dropping it.
public final class ShellSession: Sendable {
    /// What comes from a session, in order.
    public enum Event: Hashable, Sendable {
        case stdout(ArraySlice<UInt8>)
        /// Never with a terminal, whose output is all one.
        case stderr(ArraySlice<UInt8>)
        /// The last event: the command's exit code, or `nil` where it is not known, which is never the same as 0.
        case exit(Int32?)
    }

    /// Whether the device runs the command in a terminal.
    public let hasTerminal: Bool
    /// Whether output and errors come apart, stdin can be ended and the exit code is told: the device has `shell_v2`.
    public let isFramed: Bool
    private let stream: ADBStream
    private let transport: any DeviceTransport
    private let reader: ShellReader

    init(_ stream: ADBStream, _ transport: any DeviceTransport, framed: Bool, terminal: Bool) {
        self.stream = stream
        self.transport = transport
        isFramed = framed
        hasTerminal = terminal
        reader = ShellReader(framed: framed)
    }

    deinit { stream.drop() }

    /// The next event; `nil` after `exit`.
    ///
    /// - Throws: `DroidError` with code `adb.lost` where the device went away in the middle, `CancellationError`; the
    ///   session is over then.
    public func next() async throws -> Event? {
        while true {
            if let event = reader.take() { return event }
            if reader.isOver { return nil }
            guard let bytes = try await stream.read() else {
                try await transport.confirmAlive()
                reader.end()
                continue
            }
            if reader.add(bytes) { stream.drop() }
        }
    }

    /// Writes to the command's stdin.
    ///
    /// - Throws: `DroidError` with code `adb.closed` where the command has ended, `adb.lost`; `CancellationError`.
    public func write(_ bytes: ArraySlice<UInt8>) async throws {
        guard !bytes.isEmpty else { return }
        guard isFramed else { return try await stream.write(bytes) }
        var rest = bytes
        while !rest.isEmpty {
            let part = rest.prefix(transport.maxPayload - ShellPacket.headerSize)
            rest = rest.dropFirst(part.count)
            try await stream.write(ShellPacket.encoded(.stdin(part)))
        }
    }

    /// Ends the command's stdin. A device without `shell_v2` has no way to be told; nothing happens there.
    public func closeInput() async throws {
        if isFramed { try await stream.write(ShellPacket.encoded(.closeStdin)) }
    }

    /// Tells the device that the terminal has another size. Without a terminal, or without `shell_v2`, nothing happens.
    public func resize(_ size: TerminalSize) async throws {
        guard isFramed, hasTerminal else { return }
        let window = WindowSize(rows: size.rows, columns: size.columns, width: size.width, height: size.height)
        try await stream.write(ShellPacket.encoded(.windowSize(window)))
    }

    /// Ends the session; the device hangs up on the command.
    public func close() { stream.close() }
}

extension ADBDevice {
    /// Starts a command, or an interactive shell where it is empty, and leaves its streams to the caller.
    ///
    /// - Parameters:
    ///   - command: the command line, as the device's shell reads it.
    ///   - terminal: whether it runs in a terminal: input is echoed and edited there, ^C interrupts.
    ///   - size: the terminal's size.
    ///   - term: the value of `TERM`.
    ///   - timeout: how long the device may take to start it. The session itself has no deadline.
    /// - Throws: `DroidError`: `adb.refused`, `adb.timeout`, `adb.lost`.
    public func openShell(
        _ command: String = "",
        terminal: Bool,
        size: TerminalSize? = nil,
        term: String? = nil,
        timeout: Duration = .seconds(30)
    ) async throws -> ShellSession {
        let framed = banner.has(.shellV2)
        let request = ShellRequest(
            command,
            framed: framed,
            terminal: framed ? terminal : nil,
            term: framed ? term : nil
        )
        let stream = try await open(request.name, timeout: timeout)
        // Before shell_v2 a terminal comes with an empty command and only then.
        let session = ShellSession(
            stream,
            transport,
            framed: framed,
            terminal: framed ? terminal : command.isEmpty
        )
        if let size { try await session.resize(size) }
        return session
    }
}

/// Turns a stream's bytes into events; guarded, since `next` may move between threads.
private final class ShellReader: Sendable {
    private struct State {
        var decoder = ShellPacketDecoder()
        var events: [ShellSession.Event] = []
        var isOver = false
    }

    private let framed: Bool
    private let state = Mutex(State())

    init(framed: Bool) { self.framed = framed }

    var isOver: Bool { state.withLock { $0.isOver } }

    func take() -> ShellSession.Event? { state.withLock { $0.events.isEmpty ? nil : $0.events.removeFirst() } }

    /// - Returns: whether the command has ended.
    func add(_ bytes: ArraySlice<UInt8>) -> Bool {
        state.withLock { state in
            guard framed else {
                state.events.append(.stdout(bytes))
                return false
            }
            var input = bytes
            while !state.isOver, let piece = state.decoder.next(&input) {
                switch piece {
                case .stdout(let data): state.events.append(.stdout(data))
                case .stderr(let data): state.events.append(.stderr(data))
                case .exit(let code):
                    state.events.append(.exit(Int32(code)))
                    state.isOver = true
                case .stdin, .closeStdin, .windowSize: break
                }
            }
            return state.isOver
        }
    }

    func end() {
        state.withLock { state in
            if !state.isOver { state.events.append(.exit(nil)) }
            state.isOver = true
        }
    }
}
