// SPDX-License-Identifier: Apache-2.0

/// One row of Simple Calendar Pro's table of events, which holds tasks too.
struct CalendarEvent: Hashable {
    static let noReminder = -1

    /// 0 for one that is not stored yet.
    var id: Int64 = 0
    /// Seconds since 1970.
    var start: Int64 = 0
    var end: Int64 = 0
    var title = ""
    var location = ""
    var description = ""
    /// Minutes before the start, or `noReminder`.
    var reminders = [noReminder, noReminder, noReminder]
    var repetition = Repetition()
    /// The days on which a repeated event does not take place, as `20231015`.
    var exceptions: [String] = []
    var importID = ""
    var timeZone = "UTC"
    var flags: Int64 = 0
    /// The event that this one was split from.
    var parent: Int64 = 0
    var lastUpdated: Int64 = 0
    var isTask = false

    private static let allDayFlag: Int64 = 1

    var isAllDay: Bool {
        get { flags & Self.allDayFlag != 0 }
        set { flags = newValue ? flags | Self.allDayFlag : flags & ~Self.allDayFlag }
    }

    var isRepeated: Bool { repetition.interval > 0 }
}

/// When an event takes place again.
struct Repetition: Hashable {
    static let day: Int64 = 86400
    static let week: Int64 = 604_800
    /// Not the length of a month, but the number that means one.
    static let month: Int64 = 2_592_001
    static let year: Int64 = 31_536_000

    /// What a rule of a monthly repetition says.
    enum MonthRule: Int64, CaseIterable {
        case sameDay = 1
        case lastOfWeekday = 2
        case lastDay = 3
        case sameOfWeekday = 4
    }

    /// One of the numbers above, or a multiple of it; 0 for an event that takes place once.
    var interval: Int64 = 0
    /// Of a week, the days as bits from Monday on; of a month, a `MonthRule`.
    var rule: Int64 = 0
    /// The moment after which it does not begin again; a negative number is how often it takes place; 0 is forever.
    var limit: Int64 = 0

    /// The unit of the interval and how many of them it is.
    private var unit: (length: Int64, count: Int)? {
        guard interval > 0 else { return nil }
        for length in [Self.year, Self.month, Self.week, Self.day] where interval % length == 0 {
            return (length, Int(min(interval / length, 100_000)))
        }
        return nil
    }

    var isWeekly: Bool { unit?.length == Self.week }
    var isMonthly: Bool { unit?.length == Self.month }

    /// The rule of a repetition that is chosen for an event on a day.
    static func rule(for interval: Int64, on day: CalendarDay) -> Int64 {
        switch interval {
        case week: weekdayBit(day)
        case month: MonthRule.sameDay.rawValue
        case year: 1
        default: 0
        }
    }

    static func weekdayBit(_ day: CalendarDay) -> Int64 { 1 << Int64((day.weekday + 6) % 7) }

    /// Whether the pattern takes in a day, for an event that first takes place on `first`; the limit is not looked at.
    func takesIn(_ day: CalendarDay, first: CalendarDay) -> Bool {
        guard day.number >= first.number else { return false }
        guard let unit else { return day == first }
        let months = (day.year - first.year) * 12 + day.month - first.month
        switch unit.length {
        case Self.day: return (day.number - first.number) % unit.count == 0
        case Self.week:
            let weeks = Self.weekNumber(day) - Self.weekNumber(first)
            return weeks % unit.count == 0 && rule & Self.weekdayBit(day) != 0
        case Self.month: return months % unit.count == 0 && isOfMonth(day, first: first)
        default:
            return (day.year - first.year) % unit.count == 0 && day.month == first.month && day.day == first.day
        }
    }

    private func isOfMonth(_ day: CalendarDay, first: CalendarDay) -> Bool {
        switch MonthRule(rawValue: rule) ?? .sameDay {
        case .sameDay: day.day == first.day
        case .lastDay: day.day == day.daysInMonth
        case .sameOfWeekday: day.weekday == first.weekday && (day.day - 1) / 7 == (first.day - 1) / 7
        case .lastOfWeekday: day.weekday == first.weekday && day.day + 7 > day.daysInMonth
        }
    }

    /// Weeks since one in 1969; they begin on Monday.
    private static func weekNumber(_ day: CalendarDay) -> Int { (day.number + 3 + 7 * 10_000_000) / 7 }
}

/// One time that an event takes place.
struct EventOccurrence: Hashable {
    var event: CalendarEvent
    var start: LocalTime
    var end: LocalTime
    /// Seconds since 1970.
    var startSeconds: Int64
    var isCompleted = false

    /// What tells it from all others.
    struct Key: Hashable {
        var id: Int64
        var start: Int64
    }

    var key: Key { Key(id: event.id, start: startSeconds) }
}

extension CalendarDay {
    /// `20231015`
    var code: String { "\(year)\(LocalTime.two(month))\(LocalTime.two(day))" }

    func adding(_ days: Int) -> CalendarDay { CalendarDay(number: number + days) }
}
