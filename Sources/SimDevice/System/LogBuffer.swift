// SPDX-License-Identifier: Apache-2.0

/// The device's log, as `logcat` shows it: the last lines only.
final class LogBuffer {
    /// A line's weight, by the letter that `logcat` prints.
    enum Level: String, Sendable, CaseIterable {
        case verbose = "V"
        case debug = "D"
        case info = "I"
        case warning = "W"
        case error = "E"
    }

    /// One line of the log.
    struct Line: Sendable {
        /// Device time, in milliseconds since 1970.
        var time: Int64
        var level: Level
        var tag: String
        var message: String
    }

    private static let capacity = 4096
    private let clock: DeviceClock
    private(set) var lines: [Line] = []
    /// Lines that were ever added.
    private(set) var count = 0

    init(clock: DeviceClock) { self.clock = clock }

    /// Adds a line; line breaks in `message` stay in it.
    func add(_ level: Level = .info, _ tag: String, _ message: String) {
        if lines.count >= Self.capacity { lines.removeFirst(Self.capacity / 4) }
        count += 1
        lines.append(Line(time: clock.now, level: level, tag: tag, message: message))
    }

    func clear() { lines.removeAll() }
}
