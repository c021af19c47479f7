// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Foundation
import Screen

/// The pages of Simple Calendar Pro.
struct CalendarPages {
    static let package = "com.simplemobiletools.calendar.pro"
    static let app = "Simple Calendar Pro"
    let page: OraclePage

    init(_ page: OraclePage) { self.page = page }

    var isInFront: Bool { page.package == Self.package }
    /// Whether one of the main page's views is in front, with its search bar.
    var isMain: Bool { searchField != nil }
    var isMonth: Bool { page.element(id: "month_view_wrapper") != nil }
    var isDay: Bool { page.element(id: "day_holder") != nil }
    var isList: Bool {
        page.element(id: "calendar_events_list") != nil || page.element(id: "calendar_empty_list_placeholder") != nil
    }
    var isSelecting: Bool { page.element(id: "cab_delete") != nil }
    var isSearching: Bool { isMain && !query.isEmpty }
    var isEditor: Bool { page.element(id: "event_nested_scrollview") != nil }
    /// Whether it is asked if events are to go.
    var isDeletion: Bool { page.element(id: "delete_event_description") != nil && page.shows("Yes") }
    var isChangeView: Bool { page.shows("Change view") && page.shows("Simple event list") && !isMain }
    var searchField: Element? { page.element(id: "top_toolbar_search") }
    /// What is searched for; an empty field shows its hint.
    var query: String { searchField.map { $0.text == "Search" ? "" : $0.text } ?? "" }

    /// The rows in sight: what they are called, and whether they are ticked.
    var rows: [(title: String, element: Element, isTicked: Bool)] {
        page.elements(id: "event_item_frame").compactMap { frame in
            guard let title = page.inside(frame.id).first(where: { $0.resourceID.hasSuffix("/event_item_title") })
            else {
                return nil
            }
            return (title.text, title, frame.flags.contains(.selected))
        }
    }

    /// Whether all these are in sight.
    func shows(_ titles: [String]) -> Bool { Set(titles).isSubset(of: rows.map(\.title)) }

    /// The way to the list of a day, or nil where it is in front.
    func go(to day: Date, _ look: CalendarLook) -> OracleMove? {
        if let move = goToMain() { return move }
        if isDay {
            if page.element(id: "top_value")?.text == look.title(day) { return nil }
            let back = page.taps("Back")
            if !back.isEmpty { return OracleMove(back + page.back, note: "back to the month") }
            return OracleMove(page.taps(id: "change_view"), note: "to the month")
        }
        guard isMonth, let shown = page.element(id: "top_value")?.text else {
            return OracleMove(page.taps(id: "change_view"), note: "to the month")
        }
        if shown == look.month(day) {
            return page.tap(look.cell(day), note: "open the day")
        }
        let isLater = look.date(ofMonth: shown).map { $0 > day } ?? false
        return OracleMove(
            page.taps(id: isLater ? "top_left_arrow" : "top_right_arrow"),
            note: "to the month of the day"
        )
    }

    /// The way to the list of what is to come, or nil where it is in front.
    func goToList() -> OracleMove? {
        if isInFront, isChangeView { return OracleMove(page.taps("Simple event list"), note: "to the list") }
        if let move = goToMain() { return move }
        return isList ? nil : OracleMove(page.taps(id: "change_view"), note: "to the list")
    }

    /// The way to the main page with nothing searched and nothing over it, or nil where it is in front.
    private func goToMain() -> OracleMove? {
        guard isInFront else { return page.open(Self.app) }
        if isChangeView { return OracleMove(page.taps("Monthly view"), note: "to the month") }
        if let discard = page.tap("Discard") { return discard }
        if isSearching { return OracleMove(page.taps("Clear"), note: "end the search") }
        return isMain ? nil : page.leave()
    }

    /// The way to what a search finds, or nil where it is in front.
    func search(_ words: String) -> OracleMove? {
        guard isInFront else { return page.open(Self.app) }
        if let discard = page.tap("Discard") { return discard }
        guard isMain, let field = searchField else { return page.leave() }
        if query == words { return nil }
        if !query.isEmpty { return OracleMove(page.clears(field) + page.taps("Clear"), note: "empty the search") }
        return OracleMove(page.types(into: field), neutral: Set(page.taps(on: field)), text: words, note: "search")
    }
}

/// How the app writes days, seen from the device's year.
struct CalendarLook {
    private let year: String

    init(_ device: any DeviceLink) async throws {
        year = try await device.run("date +%Y").text.trimmingSpaces
    }

    private func suffix(_ day: Date) -> String {
        let own = TaskDates.text(day, "yyyy")
        return own == year ? "" : " \(own)"
    }

    /// `October 15 (Sun)`
    func title(_ day: Date) -> String {
        "\(TaskDates.text(day, "MMMM d"))\(suffix(day)) (\(TaskDates.text(day, "EEE")))"
    }

    /// `October`
    func month(_ day: Date) -> String { TaskDates.text(day, "MMMM") + suffix(day) }

    /// `15 October`, as a day of the month is described.
    func cell(_ day: Date) -> String { TaskDates.text(day, "d MMMM") }

    /// The first day of a month as the app writes it.
    func date(ofMonth text: String) -> Date? {
        let words = text.split(separator: " ")
        return TaskDates.spoken("\(words.first ?? "") 1 \(words.count > 1 ? String(words[1]) : year) 00:00")
    }
}

/// Deletes the events that begin from `from` to `to` (seconds since 1970, on one day), all or those called `title`.
struct CalendarDeleteOracle: TaskOracle {
    let from: Int
    let to: Int
    let title: String?

    init(_ arguments: ProgramArguments) throws {
        from = try arguments.integer("from")
        to = try arguments.integer("to")
        title = arguments["title"]
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let stored = try await DeviceTable(device, database: CalendarRow.database, table: "events").rows()
        let targets = Set(
            stored.filter { row in
                guard let start = row["start_ts"].flatMap({ Int($0) }) else { return false }
                return (from...to).contains(start) && (title == nil || row["title"] == title)
            }
            .compactMap { $0["title"] }
        )
        if targets.isEmpty { return page.done() }
        let calendar = CalendarPages(page)
        let day = Date(timeIntervalSince1970: Double(from))
        let look = try await CalendarLook(device)
        guard calendar.isInFront else { return page.open(CalendarPages.app) }
        if calendar.isDeletion {
            return ticked(page, Set(stored.compactMap { $0["title"] })) == targets
                ? OracleMove(page.taps("Yes"), note: "confirm") : page.leave()
        }
        if calendar.isSelecting {
            let shown = calendar.rows.filter(\.isTicked).map(\.title)
            guard page.element(id: "top_value")?.text == look.title(day), targets.isSuperset(of: shown) else {
                return page.leave("drop the selection")
            }
            let missing = calendar.rows.filter { targets.contains($0.title) && !$0.isTicked }
            if let first = missing.first {
                return OracleMove(missing.flatMap { page.taps(on: $0.element) }, note: "tick \(first.title)")
            }
            guard Set(shown) == targets else { return page.leave("drop the selection") }
            return OracleMove(page.taps(id: "cab_delete"), note: "delete them")
        }
        if let move = calendar.go(to: day, look) { return move }
        let hits = calendar.rows.map(\.title).filter(targets.contains)
        guard let first = hits.first else { return page.look() }
        return OracleMove(hits.flatMap { page.longPresses($0) }, note: "tick \(first)")
    }

    /// What is ticked while the question stands over the list, as the working memory has it.
    private func ticked(_ page: OraclePage, _ all: Set<String>) -> Set<String> {
        var ticked: Set<String> = []
        for line in page.history {
            let words = line.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            let name = words.count > 1 ? words[1] : ""
            // Long titles are cut in the memory.
            let title = all.first { $0 == name || name.hasSuffix("…") && $0.hasPrefix(name.dropLast()) }
            switch (words.first, title) {
            case ("long press ", let title?): ticked.insert(title)
            case ("tap ", let title?): if !ticked.isEmpty { ticked.formSymmetricDifference([title]) }
            case ("tap ", nil) where name == "Delete" || name == "No": break
            case (let word?, _) where word.hasPrefix("scroll") || word.hasPrefix("wait"): break
            default: ticked = []
            }
        }
        return ticked
    }
}

/// Answers a question about events with `answer`, once the events called `titles` (lines) are in sight: on the page of a
/// `day`, or, with a `query`, among what it finds, or else in the list of what is to come. With `location` one of them is opened.
struct CalendarAnswerOracle: TaskOracle {
    let answer: String
    let titles: [String]
    let day: Date?
    let query: String?
    let location: String?

    init(_ arguments: ProgramArguments) throws {
        answer = try arguments.need("answer")
        titles = arguments.lines("titles")
        if titles.isEmpty { throw arguments.failure("titles must be lines") }
        day = try arguments["day"].map { text in
            guard let day = TaskDates.moment(text) else { throw arguments.failure("\"\(text)\" is no day") }
            return day
        }
        query = arguments["query"]
        location = arguments["location"]
    }

    /// Whether the working memory, which keeps 60 letters of an answer, has not all of it.
    private static func isCut(_ answer: String) -> Bool { answer.count == 60 && answer.hasSuffix("…") }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if let last = page.lastAnswer, Self.isCut(last) ? answer.hasPrefix(last.dropLast()) : last == answer {
            return page.done("the answer is given")
        }
        let calendar = CalendarPages(page)
        let says = OracleMove(page.answer, text: answer, note: "answer")
        if let location, calendar.isInFront, page.element(id: "event_location")?.text == location { return says }
        if let query {
            if let move = calendar.search(query) { return move }
        } else if let day {
            if let move = try await calendar.go(to: day, CalendarLook(device)) { return move }
        } else if let move = calendar.goToList() {
            return move
        }
        guard calendar.shows(titles) else { return page.look() }
        guard location != nil else { return says }
        return OracleMove(
            calendar.rows.filter { titles.contains($0.title) }.flatMap { page.taps(on: $0.element) },
            note: "open the event"
        )
    }
}
