// SPDX-License-Identifier: Apache-2.0

import ADBWire

/// The device's log, as `logcat` shows it: the last entries only.
final class LogBuffer {
    /// How grave an entry is.
    enum Level: Sendable {
        case verbose, debug, info, warning, error, fatal

        fileprivate var letter: LogRecord.Level {
            switch self {
            case .verbose: .verbose
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            case .fatal: .fatal
            }
        }
    }

    private static let capacity = 4096
    private let clock: DeviceClock
    private(set) var records: [LogRecord] = []
    /// Entries that were ever added.
    private(set) var count = 0
    /// Tells those who follow the log that something was added.
    let news = Signal()

    /// Tags of the system and of the radio; all others are in the main buffer.
    private static let places: [String: LogRecord.Buffer] = [
        "ActivityManager": .system, "ActivityTaskManager": .system, "PackageManager": .system,
        "ConnectivityService": .system, "WindowManager": .system, "RIL": .radio, "AndroidRuntime": .crash,
    ]

    init(clock: DeviceClock) { self.clock = clock }

    /// Adds an entry; line breaks in `message` stay in it.
    func add(
        _ level: Level = .info,
        _ tag: String,
        _ message: String,
        pid: Int32 = 521,
        buffer: LogRecord.Buffer? = nil
    ) { record(level.letter, tag, message, pid: pid, buffer: buffer) }

    func record(
        _ level: LogRecord.Level,
        _ tag: String,
        _ message: String,
        pid: Int32,
        buffer: LogRecord.Buffer? = nil
    ) {
        if records.count >= Self.capacity { records.removeFirst(Self.capacity / 4) }
        count += 1
        let now = clock.now
        let seconds = now >= 0 ? now / 1000 : (now - 999) / 1000
        records.append(
            LogRecord(
                seconds: seconds,
                nanoseconds: Int32(now - seconds * 1000) * 1_000_000,
                pid: pid,
                tid: pid,
                level: level,
                tag: tag,
                message: message,
                buffer: buffer ?? Self.places[tag] ?? .main
            )
        )
        news.send()
    }

    /// Empties some buffers.
    func clear(_ buffers: Set<LogRecord.Buffer>) {
        records.removeAll { buffers.contains($0.buffer ?? .main) }
    }
}
