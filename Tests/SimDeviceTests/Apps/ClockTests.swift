// SPDX-License-Identifier: Apache-2.0

import GRDB
import Testing

@testable import SimDevice

@Suite("Clock") struct ClockTests {
    private func robot(_ tab: String) throws -> Robot {
        let robot = try Robot(start: DeskClock.package)
        try robot.tap("tab_menu_" + tab)
        return robot
    }

    /// The rows of the alarms, such as `07:45 days 0 on 1 vibrates 1 Gym`, in the order in which they were made.
    private func alarms(_ robot: Robot) throws -> [String] {
        try robot.system.database(AlarmStore.path) { _ in }.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT printf('%02d:%02d days %d on %d vibrates %d %s', hour, minutes, daysofweek, enabled, vibrate,
                    label) FROM alarm_templates ORDER BY _id
                    """
            )
        }
    }

    @Test("an alarm set on the dial is a row of alarms.db and a card")
    func addAlarm() throws {
        let robot = try robot("alarm")
        try robot.tap("Add alarm")
        try robot.tap("7 o'clock")
        try robot.tap("material_value_index_45")
        try robot.tap("AM")
        try robot.tap("OK")
        #expect(robot.message == "Alarm set for 16 hours and 11 minutes from now.")
        #expect(robot.sees("7:45 AM"))
        #expect(try alarms(robot).last == "07:45 days 0 on 1 vibrates 1 ")
    }

    @Test("an alarm can be typed, and cancelled")
    func typeAlarm() throws {
        let robot = try robot("alarm")
        try robot.tap("Add alarm")
        try robot.tap("material_timepicker_mode_button")
        try robot.fill("Hour", "6")
        try robot.fill("Minute", "05")
        try robot.tap("PM")
        try robot.tap("OK")
        #expect(try alarms(robot).last == "18:05 days 0 on 1 vibrates 1 ")
        try robot.tap("Add alarm")
        try robot.tap("Cancel")
        #expect(try alarms(robot).count == 3)
    }

    @Test("days, label, vibration, sound and switch of a card change its row")
    func editAlarm() throws {
        let robot = try robot("alarm")
        try robot.tap("Expand alarm")
        try robot.tap("Saturday")
        try robot.tap("Monday")
        try robot.tap("edit_label")
        try robot.fill("Label", "Gym")
        try robot.tap("OK")
        try robot.tap("vibrate_onoff")
        try robot.tap("choose_ringtone")
        try robot.tap("Argon")
        robot.back()
        try robot.tap("onoff")
        #expect(try alarms(robot).first == "08:30 days \(31 - 1 + 32) on 1 vibrates 1 Gym")
        #expect(robot.sees("Ringtone Argon"))
        #expect(robot.sees("Tue, Wed, Thu, Fri, Sat"))
    }

    @Test("a deleted alarm is gone until it is brought back")
    func deleteAlarm() throws {
        let robot = try robot("alarm")
        try robot.tap("Expand alarm")
        try robot.tap("Delete")
        #expect(try alarms(robot).count == 1)
        #expect(robot.message == "Alarm deleted")
        try robot.tap("Undo")
        #expect(try alarms(robot).count == 2)
    }

    @Test("digits of a new timer come in from the right and start a countdown of the device's clock")
    func timer() throws {
        let robot = try robot("timer")
        #expect(robot.text("timer_setup_time") == "00h 00m 00s")
        #expect(!robot.sees("Start"))
        for digit in ["0", "1", "6", "00", "3", "5"] { try robot.tap("timer_setup_digit_" + digit) }
        #expect(robot.text("timer_setup_time") == "16h 00m 35s")
        #expect(robot.sees("16 hours, 0 minutes, 35 seconds"))
        for _ in 0..<4 { try robot.tap("timer_setup_delete") }
        #expect(robot.text("timer_setup_time") == "00h 00m 16s")
        try robot.tap("Start")
        #expect(robot.text("timer_time_text") == "16")
        robot.wait(6_500)
        #expect(robot.text("timer_time_text") == "10")
        try robot.tap("Pause")
        robot.wait(60_000)
        #expect(robot.text("timer_time_text") == "10")
        try robot.tap("Add 1 minute to timer")
        #expect(robot.text("timer_time_text") == "1:10")
        try robot.tap("Reset")
        #expect(robot.text("timer_time_text") == "16")
        try robot.tap("Delete timer")
        #expect(robot.sees("timer_setup_time"))
    }

    @Test("timers and stopwatch run on while the app is stopped")
    func persistence() throws {
        let robot = try robot("stopwatch")
        try robot.tap("Start")
        robot.wait(2_340)
        try robot.tap("Lap")
        robot.windows.forceStop(DeskClock.package)
        robot.wait(60_000)
        robot.open(DeskClock.package)
        #expect(robot.sees("Pause") && robot.sees("Lap"))
        #expect(robot.text("stopwatch_time_text") == "1:02")
        #expect(robot.text("stopwatch_hundredths_text") == "34")
        #expect(robot.sees("# 1") && robot.sees("02.34") && robot.sees("1:02.34"))
    }

    @Test("a paused stopwatch offers Start and its name twice, and Reset sets it back")
    func stopwatch() throws {
        let robot = try robot("stopwatch")
        try robot.tap("Start")
        robot.wait(1_000)
        try robot.tap("Pause")
        robot.wait(5_000)
        #expect(robot.sees("Start"))
        #expect(robot.texts.filter { $0 == "Stopwatch" }.count >= 2)
        #expect(robot.text("stopwatch_time_text") == "01")
        try robot.tap("Reset")
        #expect(robot.text("stopwatch_time_text") == "00")
        #expect(!robot.sees("Reset"))
    }

    @Test("a searched city stands on the world clock with its distance")
    func cities() throws {
        let robot = try robot("clock")
        try robot.tap("Add city")
        try robot.fill("Search for a city", "tok")
        try robot.tap("Tokyo")
        robot.back()
        robot.back()
        #expect(robot.sees("Tokyo"))
        #expect(robot.sees("Tomorrow, 9 hrs ahead"))
        #expect(robot.sees("12:34 AM"))
    }

    @Test("intents open the right tab and set alarms and timers")
    func intents() throws {
        let robot = try Robot()
        let extras = ["HOUR": "9", "MINUTES": "15", "MESSAGE": "Tea"]
        _ = robot.windows.start(
            Intent(
                action: "android.intent.action.SET_ALARM",
                extras: Dictionary(uniqueKeysWithValues: extras.map { ("android.intent.extra.alarm." + $0, $1) })
            )
        )
        #expect(robot.sees("9:15 AM"))
        #expect(try alarms(robot).last == "09:15 days 0 on 1 vibrates 1 Tea")
    }

    @Test("the announcement names days, hours and minutes")
    func announcements() {
        let sunday = DeviceClock.start
        func said(_ hour: Int, _ minutes: Int, days: Int = 0) -> String {
            Alarm(hour: hour, minutes: minutes, days: days).announcement(now: sunday, zone: "UTC")
        }
        #expect(said(15, 35) == "Alarm set for 1 minute from now.")
        #expect(said(16, 34) == "Alarm set for 1 hour from now.")
        #expect(said(15, 34) == "Alarm set for 1 day from now.")
        #expect(said(17, 0, days: Alarm.bit(2)) == "Alarm set for 2 days, 1 hour, and 26 minutes from now.")
    }

    @Test("an alarm that rings once is off after its time, another waits for its next day")
    func passed() throws {
        let robot = try robot("alarm")
        try robot.tap("onoff")
        try robot.tap("Add alarm")
        try robot.tap("4 o'clock")
        try robot.tap("OK")
        #expect(try alarms(robot).last == "16:34 days 0 on 1 vibrates 1 ")
        robot.wait(24 * 3_600_000)
        #expect(
            try alarms(robot) == [
                "08:30 days 31 on 1 vibrates 0 ", "09:00 days 96 on 0 vibrates 0 ", "16:34 days 0 on 0 vibrates 1 ",
            ]
        )
        #expect(robot.sees("Not scheduled"))
    }

    @Test("the first day of the week is chosen in the settings")
    func settings() throws {
        let robot = try robot("alarm")
        try robot.menu("Settings")
        try robot.tap("Start week on")
        try robot.tap("Monday")
        #expect(robot.sees("Monday"))
        robot.back()
        try robot.tap("Expand alarm")
        let days = robot.nodes.filter { $0.view.resourceID.contains("day_button") }.map(\.view.contentDescription)
        #expect(days.first == "Monday" && days.last == "Sunday")
    }

    @Test("a timer that is over counts on and can be stopped")
    func expired() throws {
        let robot = try robot("timer")
        try robot.tap("timer_setup_digit_9")
        try robot.tap("Start")
        robot.wait(12_000)
        #expect(robot.text("timer_time_text") == "−3")
        try robot.tap("Stop")
        #expect(robot.text("timer_time_text") == "9" && robot.sees("Start"))
    }

    @Test("times are shown with 24 hours where the device is set to")
    func hours24() throws {
        let robot = try robot("alarm")
        robot.system.settings.put(.system, "time_12_24", "24")
        #expect(robot.sees("08:30"))
        try robot.tap("Add alarm")
        #expect(!robot.sees("AM"))
        try robot.tap("23 hours")
        try robot.tap("OK")
        #expect(try alarms(robot).last == "23:34 days 0 on 1 vibrates 1 ")
    }
}
