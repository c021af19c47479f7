// SPDX-License-Identifier: Apache-2.0

/// How the calendar writes days, times, repetitions and reminders.
struct CalendarWords {
    let today: CalendarDay
    let is24Hour: Bool

    init(_ context: AppContext) {
        today = context.localNow.day
        is24Hour = context.is24Hour
    }

    /// `October 15`, with the year where it is not this one.
    func date(_ day: CalendarDay) -> String {
        "\(day.monthName) \(day.day)" + (day.year == today.year ? "" : " \(day.year)")
    }

    /// `October 15 (Sun)`
    func title(_ day: CalendarDay) -> String { "\(date(day)) (\(day.weekdayName.prefix(3)))" }

    /// `October`, with the year where it is not this one.
    func month(_ day: CalendarDay) -> String {
        day.monthName + (day.year == today.year ? "" : " \(day.year)")
    }

    /// `Today, October 15 (Sun)`
    func section(_ day: CalendarDay) -> String {
        switch day.number - today.number {
        case 0: "Today, \(title(day))"
        case 1: "Tomorrow, \(title(day))"
        default: title(day)
        }
    }

    func time(_ time: LocalTime) -> String { time.clock(is24Hour: is24Hour) }

    /// The hours of an event in a list, as they are seen on a day.
    func hours(_ occurrence: EventOccurrence) -> String {
        let (start, end) = (occurrence.start, occurrence.end)
        if occurrence.event.isAllDay {
            return start.day == end.day ? "All-day" : "\(title(start.day)) - \(title(end.day))"
        }
        if occurrence.event.isTask || occurrence.event.start == occurrence.event.end { return time(start) }
        // Where it ends on another day, that day is said too.
        return "\(time(start)) - \(time(end))" + (start.day == end.day ? "" : " (\(date(end.day)))")
    }

    static let repetitions: [(title: String, interval: Int64)] = [
        ("No repetition", 0), ("Daily", Repetition.day), ("Weekly", Repetition.week), ("Monthly", Repetition.month),
        ("Yearly", Repetition.year),
    ]

    func repetition(_ interval: Int64) -> String {
        if let known = Self.repetitions.first(where: { $0.interval == interval }) { return known.title }
        for (unit, name) in [
            (Repetition.year, "years"), (Repetition.month, "months"), (Repetition.week, "weeks"),
            (Repetition.day, "days"),
        ] where interval % unit == 0 {
            return "Every \(interval / unit) \(name)"
        }
        return "Every \(interval) seconds"
    }

    static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

    /// `Mon, Thu`
    func weekdays(_ rule: Int64) -> String {
        let all = Self.weekdays.indices.filter { rule & (1 << Int64($0)) != 0 }
        if all.count == 7 { return "Every day" }
        return all.map { String(Self.weekdays[$0].prefix(3)) }.joined(separator: ", ")
    }

    /// The rule of a month for an event on a day.
    func monthRule(_ rule: Repetition.MonthRule, _ day: CalendarDay) -> String {
        switch rule {
        case .sameDay: return "The same day every month"
        case .lastDay: return "The last day of the month"
        case .lastOfWeekday: return "Every last \(day.weekdayName)"
        case .sameOfWeekday:
            let ordinal = ["first", "second", "third", "fourth", "fifth"][(day.day - 1) / 7]
            return "Every \(ordinal) \(day.weekdayName)"
        }
    }

    /// Until when an event is repeated.
    func limit(_ limit: Int64, zone: String) -> String {
        if limit == 0 { return "Forever" }
        return limit > 0 ? title(LocalTime(limit * 1000, zone: zone).day) : "\(-limit) times"
    }

    static let reminders = [CalendarEvent.noReminder, 0, 5, 10, 30, 60, 1440]

    func reminder(_ minutes: Int) -> String {
        switch minutes {
        case CalendarEvent.noReminder: "No reminder"
        case 0: "At start"
        case _ where minutes % 1440 == 0: "\(counted(minutes / 1440, "day")) before"
        case _ where minutes % 60 == 0: "\(counted(minutes / 60, "hour")) before"
        default: "\(counted(minutes, "minute")) before"
        }
    }

    private func counted(_ count: Int, _ unit: String) -> String { "\(count) \(unit)\(count == 1 ? "" : "s")" }
}
