// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Foundation
import Screen

/// The pages of Joplin, which has no resource ids: its nodes are known by their words.
struct NotesPages {
    static let package = "net.cozic.joplin"
    static let app = "Joplin"
    static let hint = "Search…"
    let page: OraclePage

    init(_ page: OraclePage) { self.page = page }

    var isInFront: Bool { page.package == Self.package }
    /// Whether the list of notes is in front, with nothing over it.
    var isList: Bool { page.shows("Sidebar") }
    var isMenu: Bool { page.shows("New Notebook") && page.shows("Notebooks") }
    var isAdding: Bool { page.shows("New to-do") }
    /// The field of the search, which has a page of its own.
    var searchField: Element? {
        isNote || isList ? nil : page.fields.first { page.shows("Back") && $0.resourceID.isEmpty }
    }
    /// What is searched for; an empty field shows its hint.
    var query: String { searchField.map { $0.text == Self.hint ? "" : $0.text } ?? "" }
    var isNote: Bool { page.shows("Actions") }
    /// The title of the note whose page is in front; an empty field shows its hint.
    var noteTitle: String? { isNote ? page.fields.first?.text : nil }

    /// The way to what a search finds, or nil where it is in front.
    func search(_ words: String) -> OracleMove? {
        guard isInFront else { return page.open(Self.app) }
        if let discard = page.tap("Discard changes") { return discard }
        if isList { return OracleMove(page.taps("Search"), note: "search") }
        guard let field = searchField else { return page.leave() }
        if query == words { return nil }
        if !query.isEmpty { return OracleMove(page.clears(field) + page.taps("Clear"), note: "empty the search") }
        return OracleMove(page.types(into: field), neutral: Set(page.taps(on: field)), text: words, note: "search")
    }

    /// The way to the list of a notebook, or nil where it is in front.
    func go(to folder: String) -> OracleMove? {
        guard isInFront else { return page.open(Self.app) }
        if let discard = page.tap("Discard changes") { return discard }
        if isMenu { return page.choose(folder) }
        guard isList else { return page.leave() }
        // The bar's title stands before all that the list shows.
        let title = page.screen.elements.first { !$0.text.isEmpty }?.text
        return title == folder ? nil : OracleMove(page.taps("Sidebar"), note: "to the notebooks")
    }
}

/// Answers a question about notes with `answer`. With a `folder`, once its notes called `titles` (lines) have been in sight;
/// else once the one called `titles` is found by a search, and, with `shows`, this line of its text is in sight.
struct NotesAnswerOracle: TaskOracle {
    let answer: String
    let titles: [String]
    let folder: String?
    let shows: String?

    init(_ arguments: ProgramArguments) throws {
        answer = try arguments.need("answer")
        titles = arguments.lines("titles")
        if titles.isEmpty { throw arguments.failure("titles must be lines") }
        folder = arguments["folder"]
        shows = arguments["shows"]
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if page.lastAnswer == answer { return page.done("the answer is given") }
        let notes = NotesPages(page)
        let says = OracleMove(page.answer, text: answer, note: "answer")
        if let folder {
            if let move = notes.go(to: folder) { return move }
            return try await look(page, folder, device, says)
        }
        let title = titles[0]
        if let shows, notes.isInFront, notes.noteTitle == title { return page.shows(shows) ? says : page.look() }
        if let move = notes.search(title) { return move }
        // The title stands in the search's field too.
        let rows = page.screen.elements.filter { $0.text == title && !$0.isEditable }
        guard !rows.isEmpty else { return page.look() }
        return shows == nil ? says : OracleMove(rows.flatMap { page.taps(on: $0) }, note: "open the note")
    }

    /// Looks through the list of a notebook, in which what was changed last stands first, until all has been seen.
    private func look(
        _ page: OraclePage,
        _ folder: String,
        _ device: any DeviceLink,
        _ says: OracleMove
    ) async throws -> OracleMove {
        let folders = try await DeviceTable(device, database: NotesRow.database, table: "folders").rows()
        let id = folders.first { $0["title"] == folder }?["id"]
        let rows = try await DeviceTable(device, database: NotesRow.database, table: "notes").rows()
        let all = rows.filter { $0["parent_id"] == id }
            .sorted { (Int($0["updated_time"] ?? "") ?? 0) > (Int($1["updated_time"] ?? "") ?? 0) }
            .compactMap { $0["title"] }
        let places = titles.compactMap { all.firstIndex(of: $0) }
        let seen = page.screen.elements.compactMap { all.firstIndex(of: $0.text) }
        // What the task put there has been changed; the answer does not change with it.
        guard places.count == titles.count, let first = places.min(), let last = places.max(),
            let top = seen.min(), let bottom = seen.max()
        else { return says }
        if bottom < last { return page.look() }
        // The earlier ones have gone by where the last steps led down to here.
        let cameDown = page.history.last?.hasPrefix("scroll down") ?? false
        guard top <= first || (cameDown && top <= last) else { return page.look(.up, note: "look further up") }
        return says
    }
}
