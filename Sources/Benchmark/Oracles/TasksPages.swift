// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Foundation
import Screen

/// The pages of the Tasks app.
struct TasksPages {
    static let package = "org.tasks"
    static let app = "Tasks"
    let page: OraclePage

    init(_ page: OraclePage) { self.page = page }

    var isInFront: Bool { page.package == Self.package }
    /// Whether the list is in front, with nothing searched, ticked or open over it.
    var isList: Bool { page.element(id: "bottomAppBar") != nil }
    var isDrawer: Bool { page.element(id: "drawer") != nil }
    /// The menu over the list that shows or hides what is completed.
    var isMenu: Bool { page.shows("Show completed") && page.shows("Clear completed") && !isList }
    var isSorting: Bool { page.shows("Group") && page.shows("Sort") && !isList }
    var isGroupChoice: Bool { page.shows("Due date") && page.shows("None") && !isList && !isSorting }

    /// The titles of the tasks in sight, from the top.
    var titles: [String] { page.elements(id: "title").map(\.text) }
}

/// How the app puts its list in order now, by its preferences.
struct TasksOrder: Sendable {
    var group = "2"
    var showsCompleted = false
    var completedLast = true

    init(_ device: any DeviceLink) async throws {
        let path = "/data/data/\(TasksPages.package)/shared_prefs/\(TasksPages.package)_preferences.xml"
        let text = try await device.run("cat \(path)").text
        func value(_ key: String) -> String? {
            guard let start = text.range(of: "name=\"\(key)\" value=\"") else { return nil }
            return String(text[start.upperBound...].prefix { $0 != "\"" })
        }
        group = value("group_mode") ?? group
        showsCompleted = value("show_completed") == "true"
        completedLast = value("completed_tasks_at_bottom") != "false"
    }

    /// The titles in the order of the list, as far as it is in order by groups of days or priorities.
    func titles(_ rows: [DeviceTable.Row]) -> [String] {
        func number(_ row: DeviceTable.Row, _ column: String) -> Int { row[column].flatMap { Int($0) } ?? 0 }
        func place(_ row: DeviceTable.Row) -> [Int] {
            let completed = number(row, "completed")
            if completed > 0, completedLast { return [1, -completed, 0, -number(row, "_id")] }
            let due = number(row, "dueDate")
            return [0, group == "3" ? number(row, "importance") : 0, due > 0 ? due : .max, number(row, "_id")]
        }
        return rows.filter { number($0, "deleted") == 0 && (showsCompleted || number($0, "completed") == 0) }
            .sorted { place($0).lexicographicallyPrecedes(place($1)) }
            .compactMap { $0["title"] }
    }
}

/// Answers a question about tasks with `answer`, once those called `titles` (lines) have been in sight in the list, which is
/// grouped by due date, or by `group: priority`, and shows what is completed with `completed: true`.
struct TasksAnswerOracle: TaskOracle {
    let answer: String
    let titles: [String]
    let byPriority: Bool
    let completed: Bool

    init(_ arguments: ProgramArguments) throws {
        answer = try arguments.need("answer")
        titles = arguments.lines("titles")
        if titles.isEmpty { throw arguments.failure("titles must be lines") }
        byPriority = arguments["group"] == "priority"
        completed = arguments["completed"] == "true"
    }

    /// The number that the preferences have for the wanted groups, and what the app calls them.
    private var group: (code: String, title: String) { byPriority ? ("3", "Priority") : ("2", "Due date") }

    /// Whether the working memory, which keeps 60 letters of an answer, has not all of it.
    private static func isCut(_ answer: String) -> Bool { answer.count == 60 && answer.hasSuffix("…") }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if let last = page.lastAnswer, Self.isCut(last) ? answer.hasPrefix(last.dropLast()) : last == answer {
            return page.done("the answer is given")
        }
        let tasks = TasksPages(page)
        guard tasks.isInFront else { return page.open(TasksPages.app) }
        let order = try await TasksOrder(device)
        if let move = goToList(tasks, order) { return move }
        let rows = try await DeviceTable(device, database: TaskRow.database, table: "tasks").rows()
        return look(tasks, order.titles(rows))
    }

    /// The way to the list in the wanted order, or nil where it is in front.
    private func goToList(_ tasks: TasksPages, _ order: TasksOrder) -> OracleMove? {
        let page = tasks.page
        if let discard = page.tap("Discard") { return discard }
        if tasks.isMenu {
            return order.showsCompleted == completed
                ? page.leave("close the menu") : OracleMove(page.taps("Show completed"), note: "show what is completed")
        }
        if tasks.isSorting {
            return order.group == group.code
                ? page.leave("close the sheet") : OracleMove(page.taps("Group"), note: "change the groups")
        }
        if tasks.isGroupChoice {
            return OracleMove(page.taps(group.title), note: "group by \(group.title.lowercased())")
        }
        if tasks.isDrawer { return OracleMove(page.taps("My Tasks"), note: "to all tasks") }
        guard tasks.isList else { return page.leave() }
        guard page.shows("My Tasks") else { return OracleMove(page.taps("Menu"), note: "to all tasks") }
        if order.group != group.code { return OracleMove(page.taps("Sort"), note: "change the groups") }
        guard order.showsCompleted == completed else {
            return OracleMove(page.taps("More options"), note: "show or hide what is completed")
        }
        return nil
    }

    /// Looks through the list, in the order in which it stands there, until all that is asked for has been seen.
    private func look(_ tasks: TasksPages, _ all: [String]) -> OracleMove {
        let page = tasks.page
        let places = titles.compactMap { all.firstIndex(of: $0) }
        let seen = tasks.titles.compactMap { all.firstIndex(of: $0) }
        // What the task put there has been changed; the answer does not change with it.
        guard places.count == titles.count, let first = places.min(), let last = places.max() else {
            return OracleMove(page.answer, text: answer, note: "answer")
        }
        guard let top = seen.min(), let bottom = seen.max() else { return page.look(.up, note: "look for the list") }
        if bottom < last { return page.look() }
        // The earlier ones have gone by where the last steps led down to here.
        let cameDown = page.history.last?.hasPrefix("scroll down") ?? false
        guard top <= first || (cameDown && top <= last) else { return page.look(.up, note: "look further up") }
        return OracleMove(page.answer, text: answer, note: "answer")
    }
}
