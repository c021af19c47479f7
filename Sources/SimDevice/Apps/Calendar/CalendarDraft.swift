// SPDX-License-Identifier: Apache-2.0

/// A day and a time of day, as the editor's fields hold them.
struct DraftTime: Hashable {
    var day: CalendarDay
    var hour: Int
    var minute: Int

    init(_ time: LocalTime) { (day, hour, minute) = (time.day, time.hour, time.minute) }

    init(minutes: Int) {
        let number = minutes >= 0 ? minutes / 1440 : (minutes - 1439) / 1440
        day = CalendarDay(number: number)
        (hour, minute) = ((minutes - number * 1440) / 60, (minutes - number * 1440) % 60)
    }

    /// Minutes since 1970 on the clock of the place.
    var minutes: Int { day.number * 1440 + hour * 60 + minute }

    func seconds(_ zone: String) -> Int64 {
        LocalTime.milliseconds(day, hour: hour, minute: minute, zone: zone) / 1000
    }
}

/// What stands in the fields of the editor.
struct CalendarDraft: Hashable {
    var isTask = false
    var title = ""
    var location = ""
    var description = ""
    var start = DraftTime(minutes: 0)
    var end = DraftTime(minutes: 0)
    var isAllDay = false
    var reminders = [10, CalendarEvent.noReminder, CalendarEvent.noReminder]
    var repetition = Repetition()

    init() {}

    /// A new one on a day, at the next full hour.
    static func new(on day: CalendarDay, isTask: Bool, _ context: AppContext) -> CalendarDraft {
        var draft = CalendarDraft()
        draft.isTask = isTask
        draft.start = DraftTime(minutes: day.number * 1440 + (context.localNow.hour + 1) * 60)
        draft.end = draft.start
        return draft
    }

    init(_ occurrence: EventOccurrence, zone: String) {
        let event = occurrence.event
        isTask = event.isTask
        (title, location, description) = (event.title, event.location, event.description)
        (start, end) = (DraftTime(occurrence.start), DraftTime(occurrence.end))
        isAllDay = event.isAllDay
        (reminders, repetition) = (event.reminders, event.repetition)
    }

    /// Moves the start, and the end with it, so that the length stays.
    mutating func setStart(_ change: (inout DraftTime) -> Void) {
        let length = end.minutes - start.minutes
        change(&start)
        end = DraftTime(minutes: start.minutes + length)
        // A repetition that hangs on the day follows it.
        if repetition.interval == Repetition.week {
            repetition.rule = Repetition.rule(for: Repetition.week, on: start.day)
        }
    }

    /// Writes the fields over an event.
    func write(to event: inout CalendarEvent, zone: String) {
        (event.title, event.location, event.description) = (title, location, description)
        event.isTask = isTask
        event.isAllDay = isAllDay
        var (from, to) = (start, isTask ? start : end)
        if isAllDay {
            (from.hour, from.minute) = (0, 0)
            // Noon of the last day: whatever the clocks do, it is still that day.
            (to.hour, to.minute) = isTask ? (0, 0) : (12, 0)
        }
        (event.start, event.end) = (from.seconds(zone), to.seconds(zone))
        // In the order of their times, those that are set first.
        event.reminders = reminders.filter { $0 >= 0 }.sorted()
        while event.reminders.count < 3 { event.reminders.append(CalendarEvent.noReminder) }
        event.repetition = repetition
        event.timeZone = zone
    }
}
