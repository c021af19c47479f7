// SPDX-License-Identifier: Apache-2.0

import GRDB
import Testing

@testable import SimDevice

@Suite("Simple Calendar Pro app") struct CalendarAppTests {
    /// Midnight of Sunday, 15 October 2023, in UTC: the day that the device's clock starts on.
    private static let today: Int64 = 1_697_328_000

    private func rows(_ robot: Robot) throws -> [String] {
        let database = robot.system.database(CalendarStore.path) { _ in }
        return try database.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM events ORDER BY id").map { row in
                let start = row["start_ts"] as Int64 - Self.today
                let length = row["end_ts"] as Int64 - (row["start_ts"] as Int64)
                return "\(row["title"] as String)|\(start / 3600)h|\(length / 60)m|\(row["repeat_interval"] as Int64)"
                    + "|\(row["repeat_rule"] as Int64)|\(row["repetition_exceptions"] as String)"
            }
        }
    }

    /// A robot before the app with events: hours after midnight of today, titles, and how they are repeated.
    private func robot(_ events: [(hour: Int64, title: String, interval: Int64)] = []) throws -> Robot {
        let robot = try Robot()
        robot.system.settings.put(.system, "time_12_24", "24")
        robot.open(CalendarApp.package)
        for (hour, title, interval) in events {
            var event = CalendarEvent(title: title)
            event.start = Self.today + hour * 3600
            event.end = event.start + 1800
            event.location = "Room \(title)"
            event.repetition = Repetition(interval: interval, rule: interval == Repetition.week ? 64 : 0)
            try store(robot).insert(event)
        }
        robot.windows.forceStop(CalendarApp.package)
        robot.open(CalendarApp.package)
        return robot
    }

    private func store(_ robot: Robot) -> CalendarStore {
        CalendarStore(AppContext(system: robot.system, package: CalendarApp.package))
    }

    private func open(_ robot: Robot) throws {
        try robot.tap("calendar_fab")
        try robot.tap("fab_event_label")
    }

    @Test("an event is stored with its day and hours; the end moves with the start")
    func add() throws {
        let robot = try robot()
        try open(robot)
        #expect(robot.sees("New Event") && robot.text("event_start_time") == "16:00")
        try robot.fill("Title", "Dentist")
        try robot.fill("Description", "Bring the card")
        try robot.tap("event_start_date")
        try robot.tap("18 October 2023")
        try robot.tap("OK")
        #expect(robot.text("event_end_date") == "October 18 (Wed)")
        try robot.tap("event_start_time")
        try robot.tap("material_value_index_9")
        try robot.tap("material_timepicker_ok_button")
        #expect(robot.text("event_end_time") == "09:00")
        try robot.tap("event_end_time")
        try robot.tap("material_minute_tv")
        try robot.tap("material_value_index_45")
        try robot.tap("material_timepicker_ok_button")
        try robot.tap("Save")
        #expect(try rows(robot) == ["Dentist|81h|45m|0|0|[]"])
        try robot.tap("18 October")
        #expect(robot.sees("Dentist") && robot.sees("09:00 - 09:45") && robot.sees("Bring the card"))
    }

    @Test("nothing is saved without a title, or with an end before the start")
    func refused() throws {
        let robot = try robot()
        try open(robot)
        try robot.tap("Save")
        #expect(robot.message == "Please enter a title")
        try robot.fill("Title", "A")
        try robot.tap("event_end_time")
        try robot.tap("material_value_index_9")
        try robot.tap("material_timepicker_ok_button")
        try robot.tap("Save")
        #expect(robot.message == "The event cannot end earlier than it starts")
        #expect(try rows(robot).isEmpty)
    }

    @Test("BACK asks for what is not saved")
    func unsaved() throws {
        let robot = try robot()
        try open(robot)
        robot.back()
        #expect(robot.sees("calendar_fab"))
        try open(robot)
        try robot.fill("Title", "A")
        robot.back()
        if !robot.sees("Discard") { robot.back() }
        #expect(robot.sees("You have unsaved changes. Save before exit?"))
        try robot.tap("Discard")
        #expect(try robot.sees("calendar_fab") && rows(robot).isEmpty)
    }

    @Test("a weekly event gets its weekday's bit and is seen every week")
    func weekly() throws {
        let robot = try robot()
        try open(robot)
        try robot.fill("Title", "Choir")
        try robot.tap("event_start_date")
        try robot.tap("17 October 2023")
        try robot.tap("OK")
        try robot.tap("event_repetition")
        try robot.tap("Weekly")
        #expect(robot.text("event_repetition_rule") == "Tue" && robot.text("event_repetition_limit") == "Forever")
        try robot.tap("Save")
        #expect(try rows(robot) == ["Choir|64h|0m|604800|2|[]"])
        try robot.tap("24 October")
        #expect(robot.sees("Choir"))
        try robot.tap("Next day")
        #expect(!robot.sees("Choir") && robot.text("top_value") == "October 25 (Wed)")
    }

    @Test("of a repeated event one time, all from one on, or all are deleted")
    func reach() throws {
        let robot = try robot([(10, "Run", Repetition.day)])
        try robot.tap("17 October")
        try robot.hold("Run")
        try robot.tap("Delete")
        try robot.tap("Yes")
        #expect(try rows(robot) == ["Run|10h|30m|86400|0|[\"20231017\"]"])
        #expect(!robot.sees("Run"))
        try robot.tap("Next day")
        try robot.tap("Next day")
        try robot.tap("Run")
        try robot.tap("Delete")
        try robot.tap("delete_event_future")
        try robot.tap("Yes")
        #expect(!robot.sees("Run"))
        try robot.tap("Previous day")
        #expect(robot.sees("Run"))
        try robot.tap("Run")
        try robot.tap("Delete")
        try robot.tap("delete_event_all")
        try robot.tap("Yes")
        #expect(try rows(robot).isEmpty)
    }

    @Test("a changed time of a repeated event becomes one of its own")
    func split() throws {
        let robot = try robot([(10, "Run", Repetition.day)])
        try robot.tap("17 October")
        try robot.tap("Run")
        try robot.fill("Run", "Swim")
        try robot.tap("Save")
        try robot.tap("OK")
        #expect(try rows(robot) == ["Run|10h|30m|86400|0|[\"20231017\"]", "Swim|58h|30m|0|0|[]"])
    }

    @Test("a long press ticks, and the ticked go together after a question")
    func select() throws {
        let robot = try robot([(34, "A", 0), (36, "B", 0), (38, "C", 0)])
        try robot.tap("16 October")
        try robot.hold("A")
        try robot.tap("C")
        #expect(robot.sees("2 / 3"))
        try robot.tap("Delete")
        try robot.tap("No")
        #expect(try rows(robot).count == 3)
        try robot.tap("Delete")
        try robot.tap("Yes")
        #expect(try rows(robot) == ["B|36h|30m|0|0|[]"])
        robot.back()
        #expect(robot.sees("month_view_wrapper"))
    }

    @Test("the list has what is to come, and the choice of a view outlasts a force-stop")
    func list() throws {
        let robot = try robot([(9, "Over", 0), (18, "Soon", 0), (60, "Later", 0)])
        try robot.tap("Change view")
        try robot.tap("Simple event list")
        robot.windows.forceStop(CalendarApp.package)
        robot.open(CalendarApp.package)
        #expect(robot.sees("Today, October 15 (Sun)") && robot.sees("Soon") && robot.sees("October 17 (Tue)"))
        #expect(!robot.sees("Over"))
    }

    @Test("the search looks into titles and places")
    func search() throws {
        let robot = try robot([(34, "Alpha", 0), (36, "Beta", 0)])
        try robot.fill("Search", "room be")
        #expect(robot.sees("Beta") && !robot.sees("Alpha"))
        try robot.tap("Beta")
        #expect(robot.text("event_location") == "Room Beta" && robot.sees("Edit Event"))
        robot.back()
        try robot.tap("Clear")
        #expect(robot.sees("month_view_wrapper"))
    }

    @Test("a database that was put in the place of the app's is seen after a force-stop, whatever it holds")
    func replaced() throws {
        let robot = try robot([(34, "Old", 0)])
        let files = robot.system.files
        let bytes = try files.read(CalendarStore.path)
        try store(robot).insert(CalendarEvent(title: "New"))
        robot.system.closeDatabases()
        try files.remove(CalendarStore.path)
        try files.write(bytes, to: CalendarStore.path)
        robot.windows.forceStop(CalendarApp.package)
        robot.open(CalendarApp.package)
        try robot.tap("16 October")
        #expect(try robot.sees("Old") && rows(robot).count == 1)
        robot.system.closeDatabases()
        try files.write(Array("no database".utf8), to: CalendarStore.path)
        robot.windows.forceStop(CalendarApp.package)
        robot.open(CalendarApp.package)
        #expect(robot.sees("month_view_wrapper"))
    }

    @Test("repetitions take in the days that their rules say")
    func patterns() {
        let first = CalendarDay(year: 2023, month: 10, day: 31)
        func days(_ interval: Int64, _ rule: Int64) -> [String] {
            let repetition = Repetition(interval: interval, rule: rule)
            return (0...100).map { first.adding($0) }.filter { repetition.takesIn($0, first: first) }.prefix(3).map(
                \.code
            )
        }
        #expect(days(Repetition.day * 2, 0) == ["20231031", "20231102", "20231104"])
        #expect(days(Repetition.week, 2 | 8) == ["20231031", "20231102", "20231107"])
        #expect(days(Repetition.week * 2, 2) == ["20231031", "20231114", "20231128"])
        #expect(days(Repetition.month, 1) == ["20231031", "20231231", "20240131"])
        #expect(days(Repetition.month, 3) == ["20231031", "20231130", "20231231"])
        #expect(days(Repetition.month, 2) == ["20231031", "20231128", "20231226"])
        #expect(days(Repetition.year, 1) == ["20231031"])
    }
}
