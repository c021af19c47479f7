// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Foundation
import Screen

/// Adds an event: `title`, `description`, `start` and `end` (seconds since 1970, on one day), and how it is repeated:
/// `interval` with its `rule`, which may be absent.
struct CalendarAddOracle: TaskOracle {
    let title: String
    let description: String
    let start: Date
    let end: Date
    let interval: Int
    let rule: Int

    init(_ arguments: ProgramArguments) throws {
        title = try arguments.need("title")
        description = try arguments.need("description")
        start = Date(timeIntervalSince1970: Double(try arguments.integer("start")))
        end = Date(timeIntervalSince1970: Double(try arguments.integer("end")))
        interval = arguments["interval"] == nil ? 0 : try arguments.integer("interval")
        rule = arguments["rule"] == nil ? 0 : try arguments.integer("rule")
    }

    private static func time(_ date: Date) -> String { TaskDates.text(date, "HH:mm") }

    private var repetition: String { [0: "No repetition", 86400: "Daily", 604_800: "Weekly"][interval] ?? "Yearly" }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let stored = try await DeviceTable(device, database: CalendarRow.database, table: "events").rows()
        if stored.contains(where: isEntered) { return page.done() }
        let calendar = CalendarPages(page)
        guard calendar.isInFront else { return page.open(CalendarPages.app) }
        let look = try await CalendarLook(device)
        if calendar.isEditor { return try fill(page, look) }
        return dialog(page, look)
            ?? {
                let event = page.taps(id: "fab_event_label")
                if !event.isEmpty {
                    return OracleMove(event + page.taps(id: "calendar_fab"), note: "new event")
                }
                let add = page.taps(id: "calendar_fab")
                return add.isEmpty ? page.leave() : OracleMove(add, note: "add something")
            }()
    }

    private func isEntered(_ row: DeviceTable.Row) -> Bool {
        func number(_ column: String) -> Int { row[column].flatMap { Int($0) } ?? -1 }
        return row["title"] == title && row["description"] == description && row["location"]?.isEmpty != false
            && number("start_ts") == Int(start.timeIntervalSince1970)
            && number("end_ts") == Int(end.timeIntervalSince1970) && number("repeat_interval") == interval
            && number("repeat_rule") == rule
    }

    /// The move in what stands over the editor; nil where nothing does.
    private func dialog(_ page: OraclePage, _ look: CalendarLook) -> OracleMove? {
        let picker = TimePickerPage(page)
        if picker.isShown {
            // The start is set before the end, and the end moves with it: a picker that was opened on the wanted start is
            // the end's. Should it not be, the next look at the editor tells.
            let opened = page.history.reversed().lazy.compactMap(Self.tappedTime).first
            let wanted = opened == Self.time(start) ? end : start
            return picker.set(
                hour: Int(TaskDates.text(wanted, "H")) ?? 0,
                minute: Int(TaskDates.text(wanted, "m")) ?? 0
            )
        }
        if page.element(id: "datePicker") != nil { return pickDate(page) }
        if page.shows("Yearly"), page.shows("No repetition") {
            return OracleMove(page.taps(repetition), note: "repeat it so")
        }
        if let forever = page.tap("Repeat forever") { return forever }
        return page.tap("Discard")
    }

    /// `16:00` of `tap "16:00" #9`
    private static func tappedTime(_ line: String) -> String? {
        guard line.hasPrefix("tap \"") else { return nil }
        let name = line.dropFirst(5).prefix { $0 != "\"" }
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { $0.count == 2 && Int($0) != nil } ? String(name) : nil
    }

    private func pickDate(_ page: OraclePage) -> OracleMove {
        if page.element(id: "prev") == nil {
            return OracleMove(page.taps(id: "date_picker_header_date"), note: "back to the days")
        }
        let wanted = TaskDates.text(start, "dd MMMM yyyy")
        if let cell = page.element(wanted) {
            if cell.isChecked { return OracleMove(page.taps("OK"), note: "take the day") }
            return OracleMove(page.taps(on: cell), note: "choose the day")
        }
        // The days in sight tell which month is shown.
        let first = page.screen.elements.lazy
            .compactMap { TaskDates.spoken(Self.american($0.contentDescription)) }.first
        let isLater = first.map { $0 > start } ?? false
        return OracleMove(page.taps(id: isLater ? "prev" : "next"), note: "to the month of the day")
    }

    /// `October 15 2023 00:00` of `15 October 2023`
    private static func american(_ text: String) -> String {
        let words = text.split(separator: " ")
        return words.count == 3 ? "\(words[1]) \(words[0]) \(words[2]) 00:00" : ""
    }

    /// The move that brings the editor nearer to the event, or saves it.
    private func fill(_ page: OraclePage, _ look: CalendarLook) throws -> OracleMove {
        guard page.shows("New Event") else { return page.leave() }
        var typing: [(move: [Int], text: String)] = []
        for (id, hint, text) in [
            ("event_title", "Title", title), ("event_location", "Location", ""),
            ("event_description", "Description", description),
        ] {
            guard let field = page.element(id: id) else { return page.look(.up, note: "look for \(hint)") }
            // An empty field shows its hint.
            let now = field.text == hint ? "" : field.text
            if now == text { continue }
            if !now.isEmpty { return OracleMove(page.clears(field), note: "empty \(hint)") }
            typing.append((page.types(into: field), text))
        }
        if let first = typing.first {
            // The order is free, but only one text can be filled in.
            let others = Set(typing.dropFirst().flatMap(\.move))
            return OracleMove(first.move, neutral: others, text: first.text, note: "type \(first.text)")
        }
        if let allDay = page.element(id: "event_all_day"), allDay.isChecked {
            return OracleMove(page.taps(on: allDay), note: "not the whole day")
        }
        let facts = [
            ("event_start_date", look.title(start)), ("event_start_time", Self.time(start)),
            ("event_end_time", Self.time(end)), ("event_end_date", look.title(end)), ("event_repetition", repetition),
        ]
        for (id, wanted) in facts {
            guard let element = page.element(id: id) else { return page.look(note: "look for \(id)") }
            if element.text != wanted { return OracleMove(page.taps(on: element), note: "set \(wanted)") }
        }
        if interval == 604_800, page.element(id: "event_repetition_rule")?.text != TaskDates.text(start, "EEE") {
            return OracleMove(page.taps(id: "event_repetition"), note: "repeat it on its day")
        }
        if interval > 0, let limit = page.element(id: "event_repetition_limit"), limit.text != "Forever" {
            return OracleMove(page.taps(on: limit), note: "repeat it forever")
        }
        return OracleMove(page.taps(id: "save"), note: "save")
    }
}
