// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base

/// How a shell command ended and what it wrote.
public struct ShellResult: Hashable, Sendable {
    /// The exit code; `nil` where it is not known, which is never the same as 0. An old device does not tell it.
    public var exitCode: Int32?
    /// What the command wrote to stdout; on an old device also what it wrote to stderr.
    public var stdout: [UInt8]
    /// What the command wrote to stderr.
    public var stderr: [UInt8]

    public init(exitCode: Int32?, stdout: [UInt8], stderr: [UInt8]) {
        self.exitCode = exitCode
        self.stdout = stdout
        self.stderr = stderr
    }

    /// Stdout as text, bytes that are no UTF-8 replaced.
    public var text: String { String(decoding: stdout, as: UTF8.self) }
    /// Stderr as text, bytes that are no UTF-8 replaced.
    public var errorText: String { String(decoding: stderr, as: UTF8.self) }
}

/// Words as a POSIX shell reads them back.
public enum ShellQuoting {
    /// One word, in single quotes unless it is plain.
    public static func quote(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
            case 0x25, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f, 0x3a, 0x3d, 0x40, 0x5f: true  // % + , - . / : = @ _
            default: false
            }
        }
        if isPlain, !word.isEmpty { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// A command line that a POSIX shell splits into exactly these words.
    public static func join(_ words: [String]) -> String { words.map(quote).joined(separator: " ") }
}

extension ADBDevice {
    /// Bytes of output that a call without a file takes.
    static let outputLimit = 256 << 20

    /// Runs a program with exactly these arguments; the device's shell sees them quoted.
    ///
    /// - Throws: as `shell(raw:stdin:timeout:)`. An exit code that is not 0 is no error.
    public func shell(
        _ arguments: [String],
        stdin: [UInt8] = [],
        timeout: Duration = .seconds(30)
    ) async throws -> ShellResult {
        try await shell(raw: ShellQuoting.join(arguments), stdin: stdin, timeout: timeout)
    }

    /// Runs a command line, as the device's shell reads it.
    ///
    /// On a device without `shell_v2` both outputs come merged, the exit code is unknown, and stdin has no end.
    ///
    /// - Parameters:
    ///   - command: the command line.
    ///   - stdin: what the command reads; it meets the end after that.
    ///   - timeout: how long the command may take in all.
    /// - Throws: `DroidError`: `adb.timeout`, `adb.lost`, `adb.refused`, `adb.toolarge`; the command's stream is closed.
    public func shell(
        raw command: String,
        stdin: [UInt8] = [],
        timeout: Duration = .seconds(30)
    ) async throws -> ShellResult {
        let what = ADBError.shortened(command)
        guard banner.has(.shellV2) else {
            let request = ShellRequest(command, framed: false)
            let stdout = try await output(of: request.name, stdin: stdin, timeout: timeout, for: what)
            return ShellResult(exitCode: nil, stdout: stdout, stderr: [])
        }
        let request = ShellRequest(command, framed: true, terminal: false)
        let stream = try await transport.begin(request.name, limit: .total(timeout), for: what)
        defer { stream.drop() }
        // The bytes are in memory already, so they are queued whole: a command that writes before it reads cannot block.
        if !stdin.isEmpty {
            for start in Swift.stride(from: 0, to: stdin.count, by: WireLimit.maxPayload) {
                let part = stdin[start..<min(start + WireLimit.maxPayload, stdin.count)]
                try stream.enqueue(ShellPacket.stdinHeader(length: part.count)[...])
                try stream.enqueue(part)
            }
        }
        try stream.enqueue(ShellPacket.encoded(.closeStdin)[...])
        return try await collect(stream, what)
    }

    /// Runs a command line and returns what it writes, byte for byte. Its exit code is not known.
    ///
    /// - Throws: as `shell(raw:stdin:timeout:)`.
    public func exec(_ command: String, timeout: Duration = .seconds(30)) async throws -> [UInt8] {
        try await output(of: "exec:\(command)", stdin: [], timeout: timeout, for: ADBError.shortened(command))
    }

    /// All that a service without framing writes.
    private func output(of service: String, stdin: [UInt8], timeout: Duration, for what: String) async throws -> [UInt8]
    {
        let stream = try await transport.begin(service, limit: .total(timeout), for: what)
        defer { stream.drop() }
        if !stdin.isEmpty { try stream.enqueue(stdin[...]) }
        let bytes = try await stream.readAll(limit: ADBDevice.outputLimit)
        // The end of such a stream looks the same whether the command ended or the device went away.
        try await transport.confirmAlive()
        return bytes
    }

    private func collect(_ stream: ADBStream, _ what: String) async throws -> ShellResult {
        var result = ShellResult(exitCode: nil, stdout: [], stderr: [])
        var decoder = ShellPacketDecoder()
        while var input = try await stream.read() {
            while let piece = decoder.next(&input) {
                switch piece {
                case .stdout(let bytes): result.stdout.append(contentsOf: bytes)
                case .stderr(let bytes): result.stderr.append(contentsOf: bytes)
                case .exit(let code):
                    result.exitCode = Int32(code)
                    return result
                case .stdin, .closeStdin, .windowSize: break  // Not for a host; the real one ignores them too.
                }
            }
            guard result.stdout.count + result.stderr.count <= ADBDevice.outputLimit else {
                throw ADBError.tooLarge(what, ADBDevice.outputLimit)
            }
        }
        try await transport.confirmAlive()
        return result
    }
}
