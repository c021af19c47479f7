// SPDX-License-Identifier: Apache-2.0

/// One task of Tasks.org, a row of its table.
struct TaskItem: Hashable {
    /// How important a task is, by the number that is stored.
    enum Priority: Int, CaseIterable {
        case high, medium, low, none

        var title: String {
            switch self {
            case .high: "High"
            case .medium: "Medium"
            case .low: "Low"
            case .none: "None"
            }
        }

        /// The heading of its group.
        var heading: String { self == .none ? "No priority" : "\(title) priority" }

        /// The colour of its check box, which is all that a list tells of it.
        var tone: Tone {
            switch self {
            case .high: .rgb(0xe53935)
            case .medium: .rgb(0xffb300)
            case .low: .rgb(0x2196f3)
            case .none: .rgb(0x9e9e9e)
            }
        }
    }

    /// 0 for one that is not stored yet.
    var id: Int64 = 0
    var title = ""
    var priority = Priority.none
    /// Milliseconds since 1970; 0 for none. With seconds it is a time of day, else the day alone.
    var due: Int64 = 0
    /// Milliseconds since 1970; 0 while it is open.
    var completed: Int64 = 0
    var created: Int64 = 0
    var modified: Int64 = 0
    var notes = ""

    var isCompleted: Bool { completed > 0 }
    var hasTime: Bool { due > 0 && due / 1000 % 60 > 0 }

    /// Sets the day, and with `hour` and `minute` the time, as the app stores them: noon where there is no time.
    mutating func setDue(_ day: CalendarDay?, hour: Int? = nil, minute: Int = 0, zone: String) {
        guard let day else {
            due = 0
            return
        }
        due = LocalTime.milliseconds(day, hour: hour ?? 12, minute: hour == nil ? 0 : minute, zone: zone)
        // A second past the minute is how a time is told from noon of a day.
        if hour != nil { due += 1000 }
    }
}

/// How Tasks.org writes days and times.
struct TaskWords {
    let today: CalendarDay
    let now: Int64
    let zone: String
    let is24Hour: Bool

    init(_ context: AppContext) {
        today = context.localNow.day
        now = context.now
        zone = context.system.timeZone
        is24Hour = context.is24Hour
    }

    /// `Today`, `Tomorrow`, `Tue, Oct 17`; with the year where it is not this one.
    func day(_ day: CalendarDay) -> String {
        switch day.number - today.number {
        case 0: "Today"
        case 1: "Tomorrow"
        case -1: "Yesterday"
        default: day.short + (day.year == today.year ? "" : ", \(day.year)")
        }
    }

    /// `Tue, Oct 17, 14:30`; empty where nothing is due.
    func due(_ item: TaskItem) -> String {
        guard item.due > 0 else { return "" }
        let time = LocalTime(item.due, zone: zone)
        return day(time.day) + (item.hasTime ? ", \(time.clock(is24Hour: is24Hour))" : "")
    }

    /// Whether a task should have been done by now.
    func isOverdue(_ item: TaskItem) -> Bool {
        guard item.due > 0, !item.isCompleted else { return false }
        return item.hasTime ? item.due < now : LocalTime(item.due, zone: zone).day < today
    }
}
