// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// A moment taken apart into calendar fields of a time zone.
struct DateFields {
    let ms: Int64
    let year: Int
    let month: Int
    let day: Int
    let hour: Int
    let minute: Int
    let second: Int
    /// 0 for Sunday.
    let weekday: Int
    /// 1 for the first of January.
    let yearday: Int
    let zoneName: String
    /// Seconds east of UTC.
    let offset: Int

    init(ms: Int64, zone: String = "UTC") {
        self.ms = ms
        let seconds = ms >= 0 ? ms / 1000 : (ms - 999) / 1000
        let (name, offset) = Self.zone(zone, seconds)
        zoneName = name
        self.offset = offset
        let local = seconds + Int64(offset)
        let days = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        let rest = Int(local - days * 86_400)
        (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
        (year, month, day) = Self.civil(days)
        weekday = Int(((days + 4) % 7 + 7) % 7)
        yearday = Int(days - Self.days(year, 1, 1)) + 1
    }

    private static func zone(_ name: String, _ seconds: Int64) -> (String, Int) {
        if ["UTC", "GMT", "Etc/UTC"].contains(name) { return (name == "GMT" ? "GMT" : "UTC", 0) }
        guard let zone = TimeZone(identifier: name) else { return ("UTC", 0) }
        let date = Date(timeIntervalSince1970: Double(seconds))
        return (zone.abbreviation(for: date) ?? "UTC", zone.secondsFromGMT(for: date))
    }

    /// Days since 1970-01-01 of a date of the Gregorian calendar (Hinnant's `days_from_civil`).
    static func days(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        let y = Int64(month <= 2 ? year - 1 : year)
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(_ days: Int64) -> (Int, Int, Int) {
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let mp = (5 * dayOfYear + 2) / 153
        let day = Int(dayOfYear - (153 * mp + 2) / 5 + 1)
        let month = Int(mp < 10 ? mp + 3 : mp - 9)
        return (Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0), month, day)
    }

    private static let dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    private func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    /// `2023-10-15 15:34:00.000000000 +0000`.
    func iso(nanoseconds: Int64) -> String {
        format("%Y-%m-%d %H:%M:%S.") + String(String(nanoseconds + 1_000_000_000).dropFirst()) + format(" %z")
    }

    /// By `strftime`'s letters.
    func format(_ format: String) -> String {
        var out = ""
        var rest = format[...]
        while let c = rest.popFirst() {
            guard c == "%", var letter = rest.popFirst() else {
                out.append(c)
                continue
            }
            let plain = letter == "-"
            if plain || letter == "_" || letter == "0", let next = rest.popFirst() { letter = next }
            let text = field(letter)
            out += plain && text.count > 1 && text.first == "0" ? String(text.dropFirst()) : text
        }
        return out
    }

    private func field(_ letter: Character) -> String {
        switch letter {
        case "a": return String(Self.dayNames[weekday].prefix(3))
        case "A": return Self.dayNames[weekday]
        case "b", "h": return String(Self.monthNames[month - 1].prefix(3))
        case "B": return Self.monthNames[month - 1]
        case "c": return format("%a %b %e %H:%M:%S %Y")
        case "C": return two(year / 100)
        case "d": return two(day)
        case "D": return format("%m/%d/%y")
        case "e": return day < 10 ? " \(day)" : "\(day)"
        case "F": return format("%Y-%m-%d")
        case "H": return two(hour)
        case "I": return two(hour % 12 == 0 ? 12 : hour % 12)
        case "j": return String(String(1000 + yearday).dropFirst())
        case "k": return hour < 10 ? " \(hour)" : "\(hour)"
        case "l": return (hour % 12 == 0 ? 12 : hour % 12) < 10 ? " \(hour % 12)" : "\(hour % 12 == 0 ? 12 : hour % 12)"
        case "m": return two(month)
        case "M": return two(minute)
        case "n": return "\n"
        case "N": return String(String(1_000_000_000 + (ms % 1000 + 1000) % 1000 * 1_000_000).dropFirst())
        case "p": return hour < 12 ? "AM" : "PM"
        case "P": return hour < 12 ? "am" : "pm"
        case "r": return format("%I:%M:%S %p")
        case "R": return format("%H:%M")
        case "s": return "\(ms >= 0 ? ms / 1000 : (ms - 999) / 1000)"
        case "S": return two(second)
        case "t": return "\t"
        case "T", "X": return format("%H:%M:%S")
        case "u": return "\(weekday == 0 ? 7 : weekday)"
        case "w": return "\(weekday)"
        case "x": return format("%m/%d/%y")
        case "y": return two(((year % 100) + 100) % 100)
        case "Y": return "\(year)"
        case "z": return (offset < 0 ? "-" : "+") + two(abs(offset) / 3600) + two(abs(offset) / 60 % 60)
        case "Z": return zoneName
        case "%": return "%"
        default: return "%\(letter)"
        }
    }

    /// Seconds since 1970 for `MMDDhhmm[[CC]YY][.SS]`, as `date` sets it, or `[[CC]YY]MMDDhhmm[.SS]`, as `touch -t`
    /// has it (`compact`); UTC.
    static func parseSetting(_ text: String, now: Int64, compact: Bool = false) -> Int64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }) else { return nil }
        var digits = parts[0]
        guard [8, 10, 12].contains(digits.count) else { return nil }
        var yearText = Substring("")
        if compact {
            yearText = digits.prefix(digits.count - 8)
            digits = digits.suffix(8)
        } else {
            yearText = digits.dropFirst(8)
            digits = digits.prefix(8)
        }
        let pairs = stride(from: 0, to: 8, by: 2).compactMap { Int(digits.dropFirst($0).prefix(2)) }
        guard pairs.count == 4 else { return nil }
        var year = DateFields(ms: now).year
        if yearText.count == 4 { year = Int(yearText) ?? year }
        if yearText.count == 2, let short = Int(yearText) { year = short < 69 ? 2000 + short : 1900 + short }
        let second = parts.count == 2 ? Int(parts[1]) ?? 60 : 0
        return seconds(year, pairs[0], pairs[1], pairs[2], pairs[3], second)
    }

    /// Seconds since 1970 for `@SECONDS`, `YYYY-MM-DD[T ]hh:mm[:ss]` or `YYYY-MM-DD`; UTC.
    static func parse(_ text: String) -> Int64? {
        if text.hasPrefix("@") { return Int64(text.dropFirst().prefix { $0 != "." }) }
        let numbers = text.split(whereSeparator: { "-T :Z".contains($0) }).map { Int($0.prefix { $0 != "." }) }
        guard numbers.count >= 3, numbers.count <= 6, !numbers.contains(nil) else { return nil }
        let n = numbers.compactMap { $0 } + [0, 0, 0]
        return seconds(n[0], n[1], n[2], n[3], n[4], n[5])
    }

    private static func seconds(
        _ year: Int,
        _ month: Int,
        _ day: Int,
        _ hour: Int,
        _ minute: Int,
        _ second: Int
    ) -> Int64? {
        guard (1970...2200).contains(year), (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour),
            (0...59).contains(minute), (0...59).contains(second)
        else { return nil }
        return days(year, month, day) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }
}
