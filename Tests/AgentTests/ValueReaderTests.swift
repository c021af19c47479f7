// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Testing

/// What values are found in texts, and how they are written.
@Suite struct ValueReaderTests {
    /// AndroidWorld's clock: a Sunday.
    static let now = DeviceMoment(day: day("2023-10-15"), time: time("15:34"))

    static func day(_ text: String) -> CalendarDay {
        DeviceMoment(text + " 00:00")?.day ?? CalendarDay(number: 0)
    }

    /// Traps where a test names no time.
    static func time(_ text: String) -> ClockTime {
        guard let moment = DeviceMoment("2000-01-01 " + text) else { preconditionFailure("\(text) is no time") }
        return moment.time
    }

    /// Values as short texts, so that a table of them can be read.
    static func short(_ value: TypedValue) -> String {
        switch value {
        case .text(let text): "\"\(text)\""
        case .number(let number, let unit):
            switch unit {
            case .none: ValueFormat.text(of: number)
            case .metres: ValueFormat.text(of: number) + " metres"
            case .grams: ValueFormat.text(of: number) + " grams"
            case .litres: ValueFormat.text(of: number) + " litres"
            case .bytes: ValueFormat.text(of: number) + " bytes"
            case .percent: ValueFormat.text(of: number) + " %"
            case .money(let name): ValueFormat.text(of: number) + " of " + name
            case .other(let word): ValueFormat.text(of: number) + " " + word
            }
        case .day(let day): day.iso
        case .time(let time): time.text
        case .moment(let day, let time): day.iso + " " + time.text
        case .duration(let seconds): "\(seconds) s"
        case .days(let first, let last): first.iso + ".." + last.iso
        case .times(let first, let last): first.text + ".." + last.text
        case .flag(let flag): "\(flag)"
        }
    }

    /// The surest value that begins where the first one does, and takes in most.
    static func first(_ text: String, now: DeviceMoment = now) -> String {
        let spans = ValueReader.spans(in: text, now: now)
        guard var best = spans.first else { return "" }
        for span in spans where span.range.lowerBound == best.range.lowerBound && span.certainty >= 0.5 {
            if span.range.count > best.range.count || span.range == best.range && span.certainty > best.certainty {
                best = span
            }
        }
        return short(best.value)
    }

    @Test(arguments: [
        ("7", "7"), ("It takes 1,234.56 of them", "1234.56"), ("-5", "-5"), ("12.5", "12.5"), ("− 3", "3"),
        ("1/2 cup", "0.5 cup"),
        ("1 1/2 cups", "1.5 cups"), ("½ cup", "0.5 cup"), ("5.21 km", "5210 metres"), ("3 miles", "4828.032 metres"),
        ("5m", "5 metres"),
        ("250 g", "250 grams"), ("1.5 kg", "1500 grams"), ("200 ml", "0.2 litres"), ("2 l", "2 litres"),
        ("512 KB", "512000 bytes"),
        ("3.5 MB", "3500000 bytes"), ("45%", "45 %"), ("2 cups of flour", "2 cups"), ("$12.50", "12.5 of $"),
        ("-$3", "-3 of $"),
        ("12.50 USD", "12.5 of USD"), ("€ 5,20", "5.2 of €"), ("£1,000", "1000 of £"), ("9 €", "9 of €"),
        ("12 dollars", "12 of $"),
        ("Attendees: 25", "25"), ("(8)", "8"), ("47.0688832, 9.5061564", "47.0688832"),
    ])
    func `numbers are read with what they count`(_ text: String, _ value: String) {
        #expect(Self.first(text) == value)
    }

    @Test(arguments: [
        "file2.txt", "IMG_20231015.jpg", "v1.2.3", "192.168.0.1", "+1 555-123-4567", "555-0123", "2023_10_15_note.md",
        "86abc", "sdk_gphone_x86_64",
    ])
    func `what is part of a name, a version or a telephone number is no value`(_ text: String) {
        #expect(ValueReader.spans(in: text, now: Self.now) == [])
    }

    @Test(arguments: [
        ("on 2023-10-18 at noon", "2023-10-18 12:00"), ("10/15/2023", "2023-10-15"), ("25/12/2023", "2023-12-25"),
        ("15.10.2023", "2023-10-15"),
        ("2023/10/15", "2023-10-15"), ("10/15/23", "2023-10-15"), ("October 16 2023", "2023-10-16"),
        ("Oct 15", "2023-10-15"),
        ("October 15th, 2023", "2023-10-15"), ("15 October", "2023-10-15"), ("the 15th of October 2024", "2024-10-15"),
        ("Sun, Oct 15", "2023-10-15"), ("Monday, October 16", "2023-10-16"), ("October 17 (Tue)", "2023-10-17"),
        ("Tue, Oct 17, 14:30", "2023-10-17 14:30"), ("2023-10-15T15:30", "2023-10-15 15:30"),
        // No 15 October of these years is a Tuesday but that of 2024.
        ("Tuesday, October 15", "2024-10-15"),
        ("Sunday, 15 October 2023 at 3:30 p.m.", "2023-10-15 15:30"), ("3pm on October 15", "2023-10-15 15:00"),
        ("tomorrow at 15h", "2023-10-16 15:00"), ("at 3pm tomorrow", "2023-10-16 15:00"),
    ])
    func `days and moments are read as they are written`(_ text: String, _ value: String) {
        #expect(Self.first(text) == value)
    }

    @Test(arguments: [
        ("today", "2023-10-15"), ("tonight", "2023-10-15"), ("tomorrow", "2023-10-16"), ("yesterday", "2023-10-14"),
        ("the day after tomorrow", "2023-10-17"), ("this Monday", "2023-10-16"), ("this Saturday", "2023-10-21"),
        ("this Sunday", "2023-10-15"), ("next Friday", "2023-10-20"), ("last Thursday", "2023-10-12"),
        ("last Sunday", "2023-10-08"),
        ("the Monday after next", "2023-10-23"), ("the Saturday after next", "2023-10-28"),
        ("in two weeks", "2023-10-29"),
        ("in 3 days", "2023-10-18"), ("two weeks from today", "2023-10-29"), ("in two weeks from today", "2023-10-29"),
        ("a week from today", "2023-10-22"), ("3 days ago", "2023-10-12"), ("a month ago", "2023-09-15"),
        ("Wednesday", "2023-10-18"),
        ("Monday next week", "2023-10-16"), ("Friday of this week", "2023-10-13"), ("a week from Monday", "2023-10-23"),
    ])
    func `days are counted from the device's clock`(_ text: String, _ value: String) {
        #expect(Self.first(text) == value)
    }

    @Test func `a weekday alone may be past, and next Friday may be this week's or the next one's`() {
        let friday = ValueReader.spans(in: "Friday", now: Self.now).map { Self.short($0.value) }
        #expect(friday == ["2023-10-20", "2023-10-13"])
        let wednesday = DeviceMoment(day: Self.day("2023-10-18"), time: Self.time("09:00"))
        #expect(
            ValueReader.spans(in: "next Friday", now: wednesday).map { Self.short($0.value) } == [
                "2023-10-27", "2023-10-20",
            ]
        )
        #expect(Self.first("this Friday", now: wednesday) == "2023-10-20")
        #expect(Self.first("the Friday after next", now: wednesday) == "2023-10-27")
    }

    @Test(arguments: [
        ("this week", "2023-10-09..2023-10-15"), ("next week", "2023-10-16..2023-10-22"),
        ("the next week", "2023-10-16..2023-10-22"),
        ("last week", "2023-10-02..2023-10-08"), ("this weekend", "2023-10-14..2023-10-15"),
        ("this month", "2023-10-01..2023-10-31"),
        ("next month", "2023-11-01..2023-11-30"), ("last year", "2022-01-01..2022-12-31"),
        ("October 2023", "2023-10-01..2023-10-31"),
        ("October 9 to October 15", "2023-10-09..2023-10-15"), ("Oct 9 - 15", "2023-10-09..2023-10-15"),
        ("Oct 9 - 15, 2024", "2024-10-09..2024-10-15"), ("9-15 October", "2023-10-09..2023-10-15"),
        ("2023-10-01 until 2023-10-05", "2023-10-01..2023-10-05"),
        ("October 2 2023 to October 7 2023", "2023-10-02..2023-10-07"),
        ("the last 7 days", "2023-10-09..2023-10-15"), ("December 30 to January 2 2024", "2023-12-30..2024-01-02"),
    ])
    func `ranges of days have a first and a last one`(_ text: String, _ value: String) {
        // A range over the turn of the year is none without its years, so only its ends are read.
        let spans = ValueReader.spans(in: text, now: Self.now).map { Self.short($0.value) }
        if text.hasPrefix("December") {
            #expect(!spans.contains(value))
        } else {
            #expect(spans.contains(value), "\(spans)")
        }
    }

    @Test(arguments: [
        ("15:30", "15:30"), ("3:30 PM", "15:30"), ("3pm", "15:00"), ("12am", "00:00"), ("12 pm", "12:00"),
        ("at 15h", "15:00"),
        ("at 8h30", "08:30"), ("noon", "12:00"), ("midnight", "00:00"), ("5 o'clock", "17:00"), ("at 9", "09:00"),
        ("9:00 - 10:30", "09:00..10:30"), ("2pm and 8pm", "14:00"), ("2:00 PM – 3:00 PM", "14:00..15:00"),
        ("2-4pm", "14:00..16:00"),
        ("11 to 1 pm", "11:00..13:00"), ("9:00 to 5:00 PM", "09:00..17:00"),
    ])
    func `times are read with 24 and with 12 hours`(_ text: String, _ value: String) {
        #expect(Self.first(text) == value)
    }

    @Test func `between makes two times a range, as from makes two days one`() {
        #expect(Self.first("between 2pm and 8pm") == "14:00..20:00")
        let days = ValueReader.spans(in: "from October 9 to October 15", now: Self.now)
        #expect(
            days.first { $0.certainty == 1 && Self.short($0.value) == "2023-10-09..2023-10-15" }?.text
                == "October 9 to October 15"
        )
    }

    @Test(arguments: [
        ("1:05:30", "3930 s"), ("75:20", "4520 s"), ("45 mins", "2700 s"), ("1 hr 20 min", "4800 s"),
        ("2 hours", "7200 s"),
        ("1h 5m", "3900 s"), ("1 hour and 20 minutes", "4800 s"), ("an hour and a half", "5400 s"),
        ("half an hour", "1800 s"),
        ("1.5 hours", "5400 s"), ("90 seconds", "90 s"),
    ])
    func `durations are seconds`(_ text: String, _ value: String) {
        #expect(Self.first(text) == value)
    }

    @Test func `figures that may be a time or a length are both`() {
        let spans = ValueReader.spans(in: "15:00 • 3.20 km", now: Self.now)
        #expect(Set(spans.map { Self.short($0.value) }).isSuperset(of: ["15:00", "900 s", "3200 metres"]))
        #expect(spans.first?.text == "15:00" && spans.first?.range == 0..<5)
    }

    @Test(arguments: [
        ("on", "true"), ("Off", "false"), ("Not completed", "false"), ("done", "true"), (" 7 ", "7"),
        ("Sun, Oct 15", "2023-10-15"),
        ("2 cups", "2 cups"), ("May", "\"May\""), ("5 Oak Street", "\"5 Oak Street\""), ("1:05:30", "3930 s"),
        ("", "\"\""),
        ("Lunch at 12:00", "\"Lunch at 12:00\""),
    ])
    func `a text as a whole means what takes all of it`(_ text: String, _ value: String) {
        #expect(Self.short(ValueReader.value(of: text, now: Self.now)) == value)
    }

    @Test func `any text is read, and spans lie within it`() {
        var random = SeededRandom(seed: 15)
        let pieces = [
            "Oct", "15", "2023", "-", "/", ":", ".", ",", " ", " ", "\n", "$", "€", "½", "–", "•", "th", "pm", "a.m.",
            "km", "m", "h", "in", "two",
            "weeks", "from", "today", "the", "Monday", "after", "next", "to", "between", "and", "99999999999999999999",
            "0", "00", "31", "(", ")", "%",
            "\u{202f}", "é", "日", "\u{0}", "_", "'", "week", "an", "hour", "half", "May", "T", "+", "é́", "🙂",
        ]
        var spans = 0
        for _ in 0..<10_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                if Int.random(in: 0..<12, using: &random) == 0 {
                    text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 1..<0xd800, using: &random)) ?? "x")
                } else {
                    text += pieces.randomElement(using: &random) ?? ""
                }
            }
            for span in ValueReader.spans(in: text, now: Self.now) {
                spans += 1
                let bytes = Array(text.utf8)
                guard span.range.lowerBound >= 0, span.range.upperBound <= bytes.count, !span.range.isEmpty,
                    (0...1).contains(span.certainty),
                    String(decoding: bytes[span.range], as: UTF8.self) == span.text
                else {
                    Issue.record("\(span) in \(text.debugDescription)")
                    return
                }
                _ = ValueFormat.spellings(of: span.value)
            }
            _ = ValueReader.value(of: text, now: Self.now)
        }
        // The hostile texts do hold values, or nothing was tested.
        #expect(spans > 5000)
    }

    @Test func `long texts of one sign are read in steps that grow with their length`() {
        for piece in [
            "1", "1,", "1.", "1-", "1:", "1/", "Oct ", "the ", "in two weeks from ", "1 h ", "9:00 - ", "Oct 9 - ", "(",
            "+1 ", "½",
        ] {
            let text = String(repeating: piece, count: 2000)
            // No reading of the text is as long as a part of it, whatever it repeats; the suite's time is where a square would show.
            for span in ValueReader.spans(in: text, now: Self.now) where span.range.count > 200 {
                Issue.record("\(piece) gave a span of \(span.range.count) bytes")
                return
            }
        }
    }

    // MARK: Writing

    @Test(arguments: [
        (
            TypedValue.day(day("2023-10-05")),
            ["2023-10-05", "October 5 2023", "10/05/2023", "Oct 5, 2023", "Thursday, October 5"]
        ),
        (.time(time("15:00")), ["15:00", "3:00 PM", "3pm", "15h"]), (.time(time("00:30")), ["00:30", "12:30 AM"]),
        (.moment(day("2023-10-05"), time("15:00")), ["2023-10-05 15:00", "October 5 2023 15:00"]),
        (.number(5210, .metres), ["5210", "5.21 km", "5210 m"]),
        (.number(12.5, .money("$")), ["12.5", "12.50", "$12.50"]),
        (.number(2, .other("cups")), ["2", "2 cups"]), (.number(1234.5, .none), ["1234.5", "1,234.5"]),
        (.number(45, .percent), ["45", "45%"]),
        (.duration(3900), ["1 hr 5 mins", "1:05:00", "65", "65 mins"]), (.duration(2700), ["45 mins", "45:00", "45"]),
        (.flag(true), ["True", "Yes", "On"]), (.text("x"), ["x"]),
        (.times(time("09:00"), time("10:30")), ["09:00 - 10:30"]),
        (.days(day("2023-10-09"), day("2023-10-15")), ["2023-10-09 - 2023-10-15", "October 9 - October 15"]),
    ])
    func `a value is written in the ways that fields want`(_ value: TypedValue, _ wanted: [String]) {
        let spellings = ValueFormat.spellings(of: value)
        #expect(spellings.first == wanted.first)
        #expect(Set(spellings).isSuperset(of: wanted), "\(spellings)")
        #expect(Set(spellings).count == spellings.count)
    }

    @Test(
        arguments: [
            (65.5, 0, "66"), (65.4, 0, "65"), (1.005, 2, "1.01"), (-0.001, 2, "0.00"), (0.1 + 0.2, nil, "0.3"),
            (12, nil, "12"), (1e18, nil, "1e+18"),
            (-12.25, 1, "-12.3"), (2.675, 2, "2.68"), (123_456_789_012.0, nil, "123456789012"),
        ] as [(Double, Int?, String)]
    )
    func `numbers have the places that are asked for`(_ number: Double, _ places: Int?, _ text: String) {
        #expect(ValueFormat.text(of: number, places: places) == text)
    }

    @Test(arguments: [
        "<month name> <day> <year> <hour in 24-hour format>:<minutes>",
        "<name of the month> <day> <year> <hour from 0 to 23>:<minutes>",
        "<month name> <day> <year> <24-hour clock hour>:<minutes>", "<month name> <day> <year> <hour>:<minutes>",
    ])
    func `a pattern is filled in its own words`(_ pattern: String) {
        let source = ValueFormat.PatternSource(.moment(Self.day("2023-10-05"), Self.time("08:05")))
        #expect(ValueFormat.fill(pattern, from: source) == "October 5 2023 08:05")
        #expect(ValueFormat.fill(pattern, from: ValueFormat.PatternSource()) == nil)
    }

    @Test func `an amount keeps the spelling that it has`() {
        let source = ValueFormat.PatternSource(.number(2.5, .other("cups")), written: "2.5 cups")
        #expect(ValueFormat.fill("<amount> <unit>", from: source) == "2.5 cups")
        #expect(
            ValueFormat.fill("<weekday> at <time>", from: .init(.moment(Self.day("2023-10-05"), Self.time("08:05"))))
                == "Thursday at 08:05"
        )
        #expect(ValueFormat.fill("no place", from: .init()) == "no place")
        #expect(ValueFormat.fill("<open", from: .init()) == nil)
    }

    @Test func `what is written is read as the same value again`() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<300 {
            let day = Self.now.day.adding(days: Int.random(in: -150...150, using: &random))
            for spelling in [
                "\(day.iso)", ValueFormat.spellings(of: .day(day))[1], ValueFormat.spellings(of: .day(day))[4],
            ] {
                #expect(ValueReader.value(of: spelling, now: Self.now) == .day(day))
            }
            let minute = Int.random(in: 0..<1440, using: &random)
            let time = Self.time("\(minute / 60):\(minute % 60)")
            for spelling in ValueFormat.spellings(of: .time(time)).prefix(4) {
                #expect(ValueReader.value(of: spelling, now: Self.now) == .time(time), "\(spelling)")
            }
        }
    }
}
