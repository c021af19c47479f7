// SPDX-License-Identifier: Apache-2.0

import ADB
import ADBWire
import ArgumentParser
import Base
import Foundation

/// `droidagent adb logcat`.
struct AdbLogcat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logcat",
        abstract: "Show the device's log, and what comes later.",
        discussion: "Filters are TAG:LEVEL with a level of V D I W E F S; * stands for all other tags. Times are UTC."
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: DeviceOptions
    @Flag(name: [.customShort("d"), .long], help: "End with what is there.") var dump = false
    @Flag(name: [.customShort("c"), .long], help: "Empty the log and end.") var clear = false
    @Option(
        name: [.customShort("t"), .customLong("tail")],
        help: ArgumentHelp("Only the last entries.", valueName: "n")
    )
    var last: Int?
    @Option(
        name: [.customShort("b"), .long],
        help: ArgumentHelp("A buffer: main, system, crash, radio, events, all.", valueName: "name")
    )
    var buffer: [String] = []
    @Option(help: "Only what this process wrote.") var pid: Int?
    @Argument(help: "Filters.") var filters: [String] = []

    private struct Row: Encodable {
        let time: Double
        let pid: Int32
        let tid: Int32
        let level: String
        let tag: String
        let message: String
        let buffer: String?
    }

    func run() async throws {
        let device = try await DeviceChoice.open(choice.device, log: { global.detail($0) }).device
        if clear {
            try await device.clearLog(buffers: buffer)
            return await device.close()
        }
        var options = LogcatOptions()
        (options.buffers, options.filters, options.last, options.pid) = (buffer, filters, last, pid)
        options.follows = !dump
        for try await record in try await device.logcat(options) {
            let time = Double(record.seconds) + Double(record.nanoseconds) / 1e9
            try global.emit(
                Row(
                    time: time,
                    pid: record.pid,
                    tid: record.tid,
                    level: String(record.level.rawValue),
                    tag: record.tag,
                    message: record.message,
                    buffer: record.buffer?.name
                )
            )
            if !global.json { Terminal.out(Self.line(record)) }
        }
        await device.close()
    }

    private static func line(_ record: LogRecord) -> String {
        let date = Date(timeIntervalSince1970: Double(record.seconds))
        let milliseconds = String(format: "%03d", record.nanoseconds / 1_000_000)
        let time = date.formatted(stamp) + "." + milliseconds
        let level = String(record.level.rawValue)
        let head = Terminal.dim("\(time) \(String(format: "%5d %5d", record.pid, record.tid))")
        return record.message.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            "\(head) " + colour("\(level) \(Terminal.fit(record.tag, max(8, record.tag.count))): \(line)", record.level)
        }
        .joined(separator: "\n")
    }

    private static let stamp = Date.VerbatimFormatStyle(
        format:
            "\(month: .twoDigits)-\(day: .twoDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)",
        timeZone: .gmt,
        calendar: Calendar(identifier: .gregorian)
    )

    private static func colour(_ text: String, _ level: LogRecord.Level) -> String {
        switch level {
        case .verbose: Terminal.dim(text)
        case .debug: Terminal.cyan(text)
        case .info: Terminal.green(text)
        case .warning: Terminal.yellow(text)
        case .error, .fatal, .silent: Terminal.red(text)
        }
    }
}
