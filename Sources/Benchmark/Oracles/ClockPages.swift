// SPDX-License-Identifier: Apache-2.0

import Agent
import Screen

/// The pages of the Clock app.
struct ClockPages {
    static let package = "com.google.android.deskclock"
    static let app = "Clock"

    /// A tab at the bottom, by the last part of its id.
    enum Tab: String {
        case alarm, clock, timer, stopwatch
        var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
    }

    let page: OraclePage

    init(_ page: OraclePage) { self.page = page }

    /// The way to a tab, or nil when the app is in front and shows it.
    func go(to tab: Tab) -> OracleMove? {
        guard page.package == Self.package else { return page.open(Self.app) }
        guard page.element(id: "tab_menu_alarm") != nil else { return page.leave("close what is over the tabs") }
        guard selected != tab else { return nil }
        return OracleMove(page.taps(id: "tab_menu_\(tab.rawValue)"), note: "go to \(tab.title)")
    }

    /// The tab that is shown, by what is on it.
    private var selected: Tab? {
        if page.element(id: "stopwatch_time_text") != nil { return .stopwatch }
        if page.element(id: "timer_setup") != nil || page.shows("Add timer") || page.element(id: "timer_card") != nil {
            return .timer
        }
        return page.shows("Add alarm") ? .alarm : .clock
    }
}

/// The material time picker, in which a time is set by touching the dial.
struct TimePickerPage {
    let page: OraclePage

    init(_ page: OraclePage) { self.page = page }

    var isShown: Bool { page.element(id: "material_timepicker_ok_button") != nil }

    /// The move that brings the picker nearer to a time, or accepts it.
    func set(hour: Int, minute: Int) -> OracleMove {
        guard let hourChip = page.element(id: "material_hour_tv"),
            let minuteChip = page.element(id: "material_minute_tv")
        else {
            return OracleMove(page.taps(id: "material_timepicker_mode_button"), note: "back to the dial")
        }
        let choosingMinute = minuteChip.isChecked
        if Int(hourChip.text) != hour {
            if choosingMinute { return OracleMove(page.taps(on: hourChip), note: "choose the hour") }
            return OracleMove(
                page.taps(id: "material_value_index_\(hour)"),
                neutral: Set(page.taps(on: minuteChip)),
                note: "hour \(hour)"
            )
        }
        if Int(minuteChip.text) != minute {
            if !choosingMinute { return OracleMove(page.taps(on: minuteChip), note: "choose the minute") }
            return OracleMove(page.taps(id: "material_value_index_\(minute)"), note: "minute \(minute)")
        }
        return OracleMove(page.taps(id: "material_timepicker_ok_button"), note: "take the time")
    }
}

/// Sets an alarm. `hour` and `minute` are numbers; the minute must be one that the dial shows, a multiple of five.
struct AlarmAddOracle: TaskOracle {
    static let database = "/data/data/com.google.android.deskclock/databases/alarms.db"
    let hour: Int
    let minute: Int

    init(_ arguments: ProgramArguments) throws {
        hour = try arguments.integer("hour")
        minute = try arguments.integer("minute")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let sql = "SELECT enabled FROM alarm_templates WHERE hour=\(hour) AND minutes=\(minute)"
        let rows = try await DeviceState(device).rows(Self.database, sql)
        if rows.contains("1") { return page.done() }
        let picker = TimePickerPage(page)
        if page.package == ClockPages.package, picker.isShown { return picker.set(hour: hour, minute: minute) }
        if let move = ClockPages(page).go(to: .alarm) { return move }
        if !rows.isEmpty, let turn = turnOn(page) { return turn }
        return OracleMove(page.taps("Add alarm"), note: "add an alarm")
    }

    /// The switch of the alarm that is there already.
    private func turnOn(_ page: OraclePage) -> OracleMove? {
        let time = "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
        let cards = page.elements(id: "alarm_card_expanded") + page.elements(id: "alarm_card_collapsed")
        for card in cards where page.texts(in: card.id).contains(time) {
            if let toggle = page.inside(card.id).first(where: { $0.resourceID.hasSuffix("/onoff") && !$0.isChecked }) {
                return OracleMove(page.taps(on: toggle), note: "turn the alarm on")
            }
        }
        return nil
    }
}

/// Starts the stopwatch.
struct StopwatchRunOracle: TaskOracle {
    init(_ arguments: ProgramArguments) throws {}

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if let move = ClockPages(page).go(to: .stopwatch) { return move }
        if page.shows("Pause") && page.shows("Lap") { return page.done() }
        return OracleMove(page.taps("Start") + page.taps(id: "stopwatch_circle"), note: "start")
    }
}

/// Leaves the stopwatch's page in front with nothing running on it.
struct StopwatchPauseOracle: TaskOracle {
    init(_ arguments: ProgramArguments) throws {}

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if let move = ClockPages(page).go(to: .stopwatch) { return move }
        return page.tap("Pause") ?? page.done()
    }
}

/// Enters a timer and does not start it. `hours`, `minutes` and `seconds` are numbers.
struct TimerSetOracle: TaskOracle {
    let digits: String

    init(_ arguments: ProgramArguments) throws {
        let number =
            try arguments.integer("hours") * 10_000 + arguments.integer("minutes") * 100
            + arguments.integer("seconds")
        digits = number == 0 ? "" : String(number)
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if let move = ClockPages(page).go(to: .timer) { return move }
        guard let time = page.element(id: "timer_setup_time") else {
            return OracleMove(page.taps("Add timer"), note: "add a timer")
        }
        let entered = String(time.text.filter(\.isNumber).drop { $0 == "0" })
        if entered == digits { return page.done() }
        guard digits.hasPrefix(entered) else {
            return OracleMove(page.taps(id: "timer_setup_delete"), note: "take back a digit")
        }
        let rest = digits.dropFirst(entered.count)
        let keys = (rest.hasPrefix("00") ? ["00", "0"] : [String(rest.prefix(1))])
        return OracleMove(keys.flatMap { page.taps(id: "timer_setup_digit_\($0)") }, note: "enter \(keys[0])")
    }
}

extension ProgramArguments {
    /// A whole number that must be there.
    func integer(_ key: String) throws -> Int {
        let text = try need(key)
        guard let value = Int(text) else { throw failure("\"\(key)\" must be a whole number, not \"\(text)\"") }
        return value
    }
}
