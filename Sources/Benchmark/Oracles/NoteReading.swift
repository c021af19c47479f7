// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Screen

/// Reads what a task needs from a note of Markor before anything is entered elsewhere.
struct NoteReading {
    let file: String
    /// The lines that must have been seen.
    let lines: [String]

    /// The note's text, where it is in front.
    func shown(_ page: OraclePage) -> [Element] {
        let pages = MarkorPages(page)
        return pages.isEditing(file) ? [pages.editor].compactMap(\.self) : []
    }

    /// The way to the lines; nil when the note was looked at, as the working memory has it.
    func move(_ page: OraclePage) -> OracleMove? {
        let pages = MarkorPages(page)
        let isOpened = page.history.contains { $0.hasPrefix("tap ") && $0.contains("\(file)\"") }
        if pages.isEditing(file) {
            let texts = page.screen.elements.map(\.text)
            let isSeen = lines.allSatisfy { line in texts.contains { $0.contains(line) } }
            // The editor has all of the note in one field; where it does not, the lines are below.
            return isSeen ? nil : page.look(note: "look for the lines")
        }
        return isOpened ? nil : pages.go() ?? page.choose(file)
    }
}

/// Adds the expenses that a note lists: `file`, and `rows`, lines of `NAME|HUNDREDTHS|CATEGORY|NOTE`.
struct ExpenseFromNoteOracle: TaskOracle {
    private let entry: ExpenseAddOracle
    private let reading: NoteReading

    init(_ arguments: ProgramArguments) throws {
        entry = try ExpenseAddOracle(arguments)
        reading = NoteReading(file: try arguments.need("file"), lines: entry.wanted.map(\.noteLine))
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let stored = try await ExpenseTable(device).rows()
        // What is entered already was read.
        let isBegun = entry.wanted.contains { row in stored.contains { row.isEntered(as: $0) } }
        if !isBegun, let move = reading.move(page) { return move }
        return try await entry.move(page, device).noting(reading.shown(page))
    }
}

/// Adds the recipes that a note lists: `file`, and `rows`, lines of
/// `TITLE|DESCRIPTION|SERVINGS|TIME|SOURCE|INGREDIENTS|DIRECTIONS`.
struct RecipeFromNoteOracle: TaskOracle {
    private let wanted: [RecipeRow]
    private let reading: NoteReading

    init(_ arguments: ProgramArguments) throws {
        wanted = try RecipeRow.list("rows", arguments)
        reading = NoteReading(file: try arguments.need("file"), lines: wanted.map(\.noteLine))
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let stored = try await RecipeTable.rows(device)
        let known = Set(stored.map(\.content))
        if !wanted.contains(where: { known.contains($0.content) }), let move = reading.move(page) { return move }
        let move = RecipeEntry(page, wanted: wanted, stored: stored).move() ?? page.done()
        return move.noting(reading.shown(page))
    }
}
