// SPDX-License-Identifier: Apache-2.0

/// A day of the Gregorian calendar.
public struct CalendarDay: Sendable, Hashable, Comparable, Codable {
    public let year: Int
    /// 1 to 12.
    public let month: Int
    /// From 1.
    public let day: Int

    /// Nil where there is no such day, or the year is not within 1 to 9999.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month),
            (1...Self.length(ofMonth: month, year: year)).contains(day)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// Days since 1 January 1970, by the civil calendar's arithmetic (H. Hinnant, "chrono-compatible low-level date
    /// algorithms").
    public var number: Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let ofEra = y - era * 400
        let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }

    /// The day with a number; the first or the last that there is where it is beyond them.
    public init(number: Int) {
        let z = min(max(number, -719_162), 2_932_896) + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let ofEra = z - era * 146_097
        let years = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * years + years / 4 - years / 100)
        let shifted = (5 * ofYear + 2) / 153
        day = ofYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = years + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// 1 for Monday to 7 for Sunday.
    public var weekday: Int { ((number + 3) % 7 + 7) % 7 + 1 }

    /// The day so many days later, or earlier.
    public func adding(days: Int) -> CalendarDay { CalendarDay(number: number + days) }

    /// The same day so many months later; the month's last one where it is shorter.
    public func adding(months: Int) -> CalendarDay {
        let all = min(max(year * 12 + month - 1 + months, 12), 9999 * 12 + 11)
        let (year, month) = (all / 12, all % 12 + 1)
        return CalendarDay(year: year, month: month, day: min(day, Self.length(ofMonth: month, year: year))) ?? self
    }

    /// The Monday on or before it.
    public var monday: CalendarDay { adding(days: 1 - weekday) }

    /// `2023-10-15`.
    public var iso: String { "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))" }

    public static func < (left: CalendarDay, right: CalendarDay) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    /// How many days a month has.
    public static func length(ofMonth month: Int, year: Int) -> Int {
        if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// A time of day.
public struct ClockTime: Sendable, Hashable, Comparable, Codable {
    /// 0 to 23.
    public let hour: Int
    /// 0 to 59.
    public let minute: Int
    /// 0 to 59.
    public let second: Int

    /// Nil where there is no such time.
    public init?(hour: Int, minute: Int = 0, second: Int = 0) {
        guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second) else { return nil }
        (self.hour, self.minute, self.second) = (hour, minute, second)
    }

    /// Seconds since midnight.
    public var seconds: Int { hour * 3600 + minute * 60 + second }

    /// `07:05`, or `07:05:09` where there are seconds.
    public var text: String {
        let short = "\(CalendarDay.padded(hour, 2)):\(CalendarDay.padded(minute, 2))"
        return second == 0 ? short : short + ":\(CalendarDay.padded(second, 2))"
    }

    public static func < (left: ClockTime, right: ClockTime) -> Bool { left.seconds < right.seconds }
}

/// What a device's clock says. Days such as "tomorrow" are counted from it.
public struct DeviceMoment: Sendable, Hashable, Codable {
    public var day: CalendarDay
    public var time: ClockTime

    public init(day: CalendarDay, time: ClockTime) { (self.day, self.time) = (day, time) }

    /// Reads what `date '+%Y-%m-%d %H:%M:%S'` prints; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split { !$0.isASCII || !$0.isNumber }.compactMap { Int($0) }
        guard parts.count >= 5, let day = CalendarDay(year: parts[0], month: parts[1], day: parts[2]),
            let time = ClockTime(hour: parts[3], minute: parts[4], second: parts.count > 5 ? parts[5] : 0)
        else { return nil }
        self.init(day: day, time: time)
    }

    /// The command whose answer `init(_:)` reads.
    public static let command = "date '+%Y-%m-%d %H:%M:%S'"
}
