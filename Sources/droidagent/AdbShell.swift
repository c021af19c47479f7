// SPDX-License-Identifier: Apache-2.0

import ADB
import ArgumentParser
import Base
import Foundation
import Glibc

/// `droidagent adb shell`.
struct AdbShell: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shell",
        abstract: "Run a command on the device, or an interactive shell; its exit code is this program's.",
        discussion: """
            Several words are joined by spaces and parsed by the device's shell, as adb does. Input, output and errors go \
            through as they come. In an interactive shell, ~. at the start of a line hangs up.
            """
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @Option(help: "Seconds after which the command is given up. Default: never.") var timeout: Double?
    @Flag(name: .customShort("t"), help: "Run the command in a terminal. Default: only a shell without a command.")
    var terminal = false
    @Flag(name: .customShort("T"), help: "Run no terminal, not even for a shell.")
    var noTerminal = false
    @Flag(name: .customShort("n"), help: "Do not read standard input.")
    var noInput = false
    @Argument(parsing: .captureForPassthrough, help: "The command.") var command: [String] = []

    func run() async throws {
        let device = try await DeviceChoice.open(choice.device, log: { global.detail($0) }).device
        let line = command.joined(separator: " ")
        let wantsTerminal = terminal || (line.isEmpty && !noTerminal && isatty(STDIN_FILENO) == 1)
        let session = try await device.openShell(
            line,
            terminal: wantsTerminal,
            size: wantsTerminal ? LocalTerminal.size : nil,
            term: ProcessInfo.processInfo.environment["TERM"]
        )
        let isRaw = session.hasTerminal && isatty(STDIN_FILENO) == 1 && LocalTerminal.enter()
        defer { if isRaw { LocalTerminal.leave() } }
        let exit = try await Self.carry(session, input: !noInput, raw: isRaw, timeout: timeout)
        if isRaw { LocalTerminal.leave() }
        session.close()
        await device.close()
        guard let code = exit else {
            throw DroidError(
                "adb.exit",
                "the exit code is unknown",
                why: session.isFramed
                    ? "the device ended the command without telling it" : "the device does not speak shell v2"
            )
        }
        if code != 0 { throw ExitCode(code) }
    }

    /// Moves bytes until the command has ended, and gives its exit code.
    private static func carry(_ session: ShellSession, input: Bool, raw: Bool, timeout: Double?) async throws -> Int32?
    {
        let sizes = Signals(raw ? [SIGWINCH] : []) { _ in
            guard let size = LocalTerminal.size else { return }
            Task { try? await session.resize(size) }
        }
        defer { sizes.cancel() }
        let feeder = Task {
            guard input else { return try await session.closeInput() }
            var escape = HangUpKeys()
            while let bytes = await StandardInput.read() {
                if raw, escape.found(in: bytes) { return session.close() }
                try await session.write(bytes)
            }
            try await session.closeInput()
        }
        defer { feeder.cancel() }
        let reader = Task {
            var exit: Int32?
            while let event = try await session.next() {
                switch event {
                case .stdout(let bytes): StandardOutput.write(bytes)
                case .stderr(let bytes): StandardError.write(bytes)
                case .exit(let code): exit = code
                }
            }
            return exit
        }
        guard let timeout else { return try await reader.value }
        let timer = Task {
            try await Task.sleep(for: .seconds(timeout))
            reader.cancel()
        }
        defer { timer.cancel() }
        do {
            return try await reader.value
        } catch is CancellationError {
            throw DroidError(
                "adb.timeout",
                "the command took too long",
                why: "it had not ended after \(String(format: "%g", timeout)) s",
                next: "allow more time with --timeout, or leave it out"
            )
        }
    }
}

/// Finds `~.` after a line break in what is typed, which hangs up on a device that does not answer any more.
struct HangUpKeys {
    private var state = 1

    mutating func found(in bytes: ArraySlice<UInt8>) -> Bool {
        for byte in bytes {
            switch (state, byte) {
            case (_, 10), (_, 13): state = 1
            case (1, UInt8(ascii: "~")): state = 2
            case (2, UInt8(ascii: ".")): return true
            default: state = 0
            }
        }
        return false
    }
}

/// Standard input, read on a thread of its own, so that a terminal that nobody types on holds up nothing.
enum StandardInput {
    private static let queue = DispatchQueue(label: "standard-input")

    /// The next bytes; nil at the end.
    static func read() async -> ArraySlice<UInt8>? {
        await withCheckedContinuation { continuation in
            queue.async {
                var count = 0
                let bytes = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, filled in
                    repeat {
                        count = Glibc.read(STDIN_FILENO, buffer.baseAddress, buffer.count)
                    } while count < 0 && errno == EINTR
                    filled = max(0, count)
                }
                continuation.resume(returning: count > 0 ? bytes[...] : nil)
            }
        }
    }
}
