// SPDX-License-Identifier: Apache-2.0

public import ADBWire
import Base

/// What of a device's log is wanted.
public struct LogcatOptions: Hashable, Sendable {
    /// The buffers by name (`main`, `system`, `crash`, `radio`, `events`, `kernel`, `all`); none for the device's default.
    public var buffers: [String] = []
    /// `TAG:LEVEL`, as `logcat` takes them; a level is one of V D I W E F S, and the tag `*` stands for all others.
    public var filters: [String] = []
    /// Only the last so many entries of what is there; all where it is nil.
    public var last: Int?
    /// Only what one process wrote.
    public var pid: Int?
    /// Whether entries that come later follow; without it the log ends with what is there.
    public var follows = true

    public init() {}

    /// The command for the device, in the binary format.
    var command: String {
        var words = ["logcat", "-B"]
        for buffer in buffers { words += ["-b", buffer] }
        if let pid { words.append("--pid=\(pid)") }
        // -t ends after that many, -T goes on.
        if let last { words += [follows ? "-T" : "-t", "\(max(1, last))"] } else if !follows { words.append("-d") }
        return ShellQuoting.join(words + filters)
    }
}

/// A device's log, entry by entry.
///
///     for try await record in try await device.logcat() { print(record.message) }
///
/// Dropping the sequence and its iterators ends it on the device.
public struct Logcat: AsyncSequence, Sendable {
    public typealias Element = LogRecord
    let session: ShellSession

    /// Ends the log.
    public func close() { session.close() }

    public func makeAsyncIterator() -> Iterator { Iterator(session: session) }

    public struct Iterator: AsyncIteratorProtocol {
        let session: ShellSession
        private var decoder = LogRecordDecoder()
        private var pending: ArraySlice<UInt8> = []
        private var words: [UInt8] = []

        init(session: ShellSession) { self.session = session }

        /// The next entry; `nil` at the end.
        ///
        /// - Throws: `DroidError`: `adb.logcat` with the device's words where `logcat` refuses, `adb.protocol`, `adb.lost`.
        public mutating func next() async throws -> LogRecord? {
            while true {
                if let record = try decoder.next(&pending) { return record }
                switch try await session.next() {
                case .stdout(let bytes): pending = bytes
                case .stderr(let bytes): words = Array((words + bytes).suffix(4096))
                case .exit(let code):
                    guard let code, code != 0 else { return nil }
                    throw DroidError(
                        "adb.logcat",
                        "the device does not give its log",
                        why: words.isEmpty
                            ? "logcat ended with \(code)"
                            : String(decoding: words, as: UTF8.self).trimmingLines,
                        next: "check the names of buffers and the filters"
                    )
                case nil: return nil
                }
            }
        }
    }
}

extension ADBDevice {
    /// Reads the device's log.
    ///
    /// - Throws: `DroidError`: `adb.refused`, `adb.timeout`, `adb.lost`.
    public func logcat(_ options: LogcatOptions = LogcatOptions()) async throws -> Logcat {
        let service = banner.has(.shellV2) ? nil : "exec:" + options.command
        guard let service else {
            return Logcat(session: try await openShell(options.command, terminal: false))
        }
        let stream = try await open(service)
        return Logcat(session: ShellSession(stream, transport, framed: false, terminal: false))
    }

    /// Empties the device's log.
    ///
    /// - Throws: `DroidError` with code `adb.logcat` where the device refuses.
    public func clearLog(buffers: [String] = []) async throws {
        let words = ["logcat", "-c"] + buffers.flatMap { ["-b", $0] }
        let result = try await shell(words)
        guard result.exitCode ?? 0 == 0 else {
            throw DroidError("adb.logcat", "the device does not empty its log", why: result.errorText.trimmingLines)
        }
    }
}

extension String {
    /// Without white space at both ends.
    var trimmingLines: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
