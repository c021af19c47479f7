// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import ADBWire

@Suite("Entries of a device's log")
struct LogRecordTests {
    private static let record = LogRecord(
        seconds: 1_697_384_040,
        nanoseconds: 123_000_000,
        pid: 521,
        tid: 530,
        level: .warning,
        tag: "ActivityManager",
        message: "first line\nsecond: line",
        buffer: .system
    )

    @Test("The bytes are those of the format")
    func golden() {
        let small = LogRecord(
            seconds: 1,
            nanoseconds: 2,
            pid: 3,
            tid: 4,
            level: .info,
            tag: "A",
            message: "b",
            buffer: .crash
        )
        let expected: [UInt8] = [
            5, 0, 28, 0, 3, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 4, 0x41, 0, 0x62, 0,
        ]
        #expect(small.binary == expected)
    }

    @Test("What goes in comes out, however it is split", arguments: [1, 2, 3, 7, 64, 10_000])
    func roundTrip(piece: Int) throws {
        var records: [LogRecord] = []
        for index in 0..<50 {
            var record = Self.record
            record.pid = Int32(index)
            record.level = LogRecord.Level.allCases[index % 6]
            record.message = String(repeating: "ä", count: index * 7)
            records.append(record)
        }
        let stream = records.flatMap(\.binary)
        var decoder = LogRecordDecoder()
        var back: [LogRecord] = []
        for start in stride(from: 0, to: stream.count, by: piece) {
            var input = stream[start..<min(start + piece, stream.count)]
            while let record = try decoder.next(&input) { back.append(record) }
        }
        #expect(back == records)
    }

    @Test("A message that is too long is cut as Android cuts it")
    func long() throws {
        var record = Self.record
        record.message = String(repeating: "x", count: 10_000)
        var decoder = LogRecordDecoder()
        var input = record.binary[...]
        #expect(try decoder.next(&input)?.message.count == 4068 - 1 - 16 - 1)
        #expect(input.isEmpty)
    }

    @Test("Typed events become text")
    func events() throws {
        // A list of a number, a long number and a word, in the events buffer.
        var body: [UInt8] = [0x31, 0x75, 0, 0, 3, 3, 0, 7, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0, 0, 0]
        body += Array("hi".utf8)
        var bytes = LogRecord(seconds: 1, pid: 1, tid: 1, level: .info, tag: "", message: "", buffer: .events).binary
        bytes = Array(bytes.prefix(28)) + body
        bytes[0] = UInt8(body.count)
        var input = bytes[...]
        var decoder = LogRecordDecoder()
        let record = try #require(try decoder.next(&input))
        #expect(record.tag == "[30001]" && record.message == "[7,8,hi]")
    }

    @Test("Lines of threadtime and epoch are read, and dividers are told apart")
    func lines() throws {
        #expect(LogLine("--------- beginning of main") == .divider("main"))
        guard case .record(let epoch) = LogLine("1553110400.424  5583  5658 D Tag: msg: more") else {
            Issue.record("no record")
            return
        }
        #expect(epoch.seconds == 1_553_110_400 && epoch.nanoseconds == 424_000_000)
        #expect((epoch.pid, epoch.tid, epoch.level) == (5583, 5658, .debug))
        #expect(epoch.tag == "Tag" && epoch.message == "msg: more")
        let line = "03-24 16:39:15.282  1537  3089 I ActivityManager  : "
        guard case .record(let record) = LogLine(line, year: 2023, offset: 7200) else {
            Issue.record("no record")
            return
        }
        // 24 March 2023, 16:39:15 two hours east of Greenwich.
        #expect(record.seconds == 1_679_668_755 && record.nanoseconds == 282_000_000)
        #expect(record.tag == "ActivityManager" && record.message.isEmpty)
        for text in [
            "", "hello", "03-24 99:39:15.282  1 2 I a: b", "12.5 x 2 I a: b", "12.5 1 2 Q a: b", "12.5 1 2 I ab",
        ] {
            #expect(LogLine(text) == nil, "\(text)")
        }
    }

    @Test("Random and broken bytes give entries or an error, and nothing worse")
    func fuzz() {
        var random = SeededRandom(seed: 71)
        for round in 0..<4000 {
            var bytes = Self.record.binary + Self.record.binary
            if round % 2 == 0 {
                for _ in 0..<(1 + round % 5) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
            } else {
                bytes = (0..<Int.random(in: 0..<200, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
            }
            var decoder = LogRecordDecoder()
            var input = bytes[...]
            do {
                while try decoder.next(&input) != nil {}
                #expect(input.isEmpty)
            } catch {
                #expect(error.code == "adb.protocol")
            }
            _ = LogLine(String(decoding: bytes, as: UTF8.self), year: round)
        }
    }
}
