// SPDX-License-Identifier: Apache-2.0

import ADB
import ADBWire
import Base
import Testing

@Suite("The bridge at each depth: the device's log", .serialized, .timeLimit(.minutes(3)))
struct BridgeLogTests {
    @Test("Entries come with their fields, whatever a message holds", arguments: Depth.reachable)
    func records(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            let messages = [
                "one", "two\nlines", "--------- beginning of main", "ümläut 🚀", "quote ' and \" and \\ and $HOME",
                String(repeating: "long ", count: 700),
            ]
            let levels: [LogRecord.Level] = [.verbose, .debug, .info, .warning, .error, .fatal]
            for (message, level) in zip(messages, levels) {
                let letter = String(level.rawValue).lowercased()
                #expect(try await device.shell(["log", "-t", "Depth", "-p", letter, "--", message]).exitCode == 0)
            }
            var options = LogcatOptions()
            options.follows = false
            options.filters = ["Depth:V", "*:S"]
            var records: [LogRecord] = []
            for try await record in try await device.logcat(options) { records.append(record) }
            #expect(records.map(\.message) == messages)
            #expect(records.map(\.level) == levels)
            #expect(records.allSatisfy { $0.tag == "Depth" && $0.buffer == .main && $0.pid > 0 })
            // The clock of the device began on 15 October 2023, 15:34 UTC.
            #expect(records.allSatisfy { $0.seconds >= 1_697_384_040 && $0.nanoseconds < 1_000_000_000 })
        }
    }

    @Test("What is logged later follows, beside other streams, and closing it ends it", arguments: Depth.reachable)
    func follows(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            var options = LogcatOptions()
            options.last = 1
            options.filters = ["Later:I", "*:S"]
            let log = try await device.logcat(options)
            var records = log.makeAsyncIterator()
            for number in 0..<20 {
                _ = try await device.shell(raw: "log -t Other hidden; log -t Later -p d hidden; log -t Later \(number)")
                let record = try #require(try await records.next())
                #expect(record.tag == "Later" && record.message == "\(number)")
            }
            log.close()
            #expect(try await device.shell(["echo", "fine"]).text == "fine\n")
            try await device.clearLog()
            options.follows = false
            options.last = nil
            for try await record in try await device.logcat(options) { Issue.record("\(record) is still there") }
        }
    }

    @Test("logcat | grep shows what it finds as it comes, and ends with its stream", arguments: Depth.reachable)
    func piped(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            let session = try await device.openShell("logcat -v raw -s Needle Hay | grep needle", terminal: false)
            for number in 0..<10 {
                _ = try await device.shell(raw: "log -t Hay hay \(number); log -t Needle needle \(number)")
                #expect(try await session.output(until: "\n") == "needle \(number)\n")
            }
            session.close()
            // A reader that has enough ends the log, with the next entry at the latest.
            let first = try await device.openShell("logcat -v raw -s Needle | head -n 3", terminal: false)
            let lines = try await first.output(until: "needle 1\n")
            #expect(lines == "--------- beginning of main\nneedle 0\nneedle 1\n")
            _ = try await device.shell(["log", "-t", "Needle", "last"])
            #expect(try await first.rest().code == 0)
        }
    }

    @Test("What logcat refuses is an error with its words", arguments: Depth.reachable)
    func refusal(depth: Depth) async throws {
        try await withBridge(depth) { (device, _) async throws in
            var options = LogcatOptions()
            options.buffers = ["nosuch"]
            let log = try await device.logcat(options)
            await expect("adb.logcat") { for try await _ in log {} }
        }
    }
}
