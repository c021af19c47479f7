// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Screen

/// The pages of OpenTracks.
struct TrackPages {
    static let package = "de.dennisguse.opentracks"
    static let app = "OpenTracks"
    let page: OraclePage

    init(_ page: OraclePage) { self.page = page }

    var isInFront: Bool { page.package == Self.package }
    /// Whether the list is in front, with its bar and nothing over it.
    var isList: Bool { page.element(id: "track_list_toolbar") != nil }
    var searchField: Element? { page.element(id: "search_src_text") }
    /// What is searched for; an empty field shows its hint.
    var query: String { searchField.map { $0.text == "Search" ? "" : $0.text } ?? "" }

    /// The names of the tracks in sight that show all there is to read of them, from the top.
    var names: [String] {
        page.elements(id: "list_item_name").filter { name in
            guard let row = name.clickTarget else { return false }
            let parts = page.inside(row).map(\.resourceID)
            return ["list_item_date", "list_item_time_distance", "list_item_category_description"].allSatisfy { part in
                parts.contains { $0.hasSuffix("/" + part) }
            }
        }
        .map(\.text)
    }

    /// The way to the whole list, or to what a search finds; nil where it is in front.
    func go(search: String?) -> OracleMove? {
        guard isInFront else { return page.open(Self.app) }
        guard isList else { return page.leave() }
        guard let search else {
            return searchField == nil ? nil : OracleMove(page.taps("Collapse"), note: "end the search")
        }
        guard let field = searchField else { return OracleMove(page.taps(id: "track_list_search"), note: "search") }
        if query.lowercased() == search.lowercased() { return nil }
        if !query.isEmpty {
            return OracleMove(page.clears(field) + page.taps("Clear query"), note: "empty the search")
        }
        return OracleMove(page.types(into: field), neutral: Set(page.taps(on: field)), text: search, note: "search")
    }
}

/// Answers a question about tracks with `answer`, once its `tracks` (lines, as the set-up has them) can be read: in the list, or, with
/// a `search`, among what it finds.
struct TrackAnswerOracle: TaskOracle {
    let answer: String
    private let names: [String]
    private let search: String?

    init(_ arguments: ProgramArguments) throws {
        answer = try arguments.need("answer")
        names = try TrackRow.list("tracks", arguments).map(\.name)
        if names.isEmpty { throw arguments.failure("tracks must be lines") }
        search = arguments["search"]
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if page.lastAnswer == answer { return page.done("the answer is given") }
        let tracks = TrackPages(page)
        if let move = tracks.go(search: search) { return move }
        let shown = tracks.names
        guard let missing = names.first(where: { !shown.contains($0) }) else {
            return OracleMove(page.answer, text: answer, note: "answer")
        }
        // Newest first, as the list has them.
        let order = try await DeviceTable(device, database: TrackRow.database, table: "tracks").rows()
            .sorted { (Int($0["starttime"] ?? "") ?? 0) > (Int($1["starttime"] ?? "") ?? 0) }.compactMap { $0["name"] }
        let first = shown.first.flatMap { order.firstIndex(of: $0) } ?? 0
        let isAbove = order.firstIndex(of: missing).map { $0 < first } ?? false
        return page.look(isAbove ? .up : .down, note: isAbove ? "look further up" : "look further down")
    }
}
