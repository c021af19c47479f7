// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Screen

/// How recipes are entered into Broccoli, whatever page is in front. What a task read elsewhere is given as rows.
struct RecipeEntry {
    private let page: OraclePage
    private let recipes: BroccoliPages
    private let wanted: [RecipeRow]
    private let stored: [RecipeRow]

    /// - Parameters:
    ///   - wanted: the recipes that are to be there.
    ///   - stored: all that are there, in the order of the list.
    init(_ page: OraclePage, wanted: [RecipeRow], stored: [RecipeRow]) {
        self.page = page
        recipes = BroccoliPages(page)
        self.wanted = wanted
        self.stored = stored
    }

    /// The recipes that are not there as they should be.
    private var missing: [RecipeRow] {
        let known = Set(stored.map(\.content))
        return wanted.filter { !known.contains($0.content) }
    }

    /// A stored recipe that has the title of a missing one and differs in something else.
    private var broken: (stored: RecipeRow, wanted: RecipeRow)? {
        let right = Set(wanted.map(\.content))
        for row in missing {
            let hit = stored.first { !right.contains($0.content) && $0.title == row.title }
            if let hit { return (hit, row) }
        }
        return nil
    }

    /// The next move, or nil when all of the recipes are there.
    func move() -> OracleMove? {
        guard let first = missing.first else { return nil }
        guard recipes.isInFront else { return page.open(BroccoliPages.app) }
        if recipes.isEditor { return edit(first) }
        if page.shows("Discard changes?") {
            return isOwnEditor
                ? OracleMove(page.taps("CANCEL"), note: "go on typing")
                : OracleMove(page.taps("DISCARD"), note: "drop what was typed")
        }
        if recipes.isMenu {
            guard let broken, recipes.lastOpened(stored.map(\.title)) == broken.stored.title else {
                return page.leave()
            }
            return OracleMove(page.taps("Edit"), note: "set it right")
        }
        if recipes.isDetail {
            guard let broken, recipes.shows(broken.stored) else { return page.leave("back to the list") }
            return OracleMove(page.taps("More options"), note: "open the menu")
        }
        if let broken { return recipes.open([broken.stored], among: stored) }
        if recipes.isList { return OracleMove(page.taps(id: "fab_recipes"), note: "new recipe") }
        if recipes.isDrawer { return OracleMove(page.taps("Recipes"), note: "to the recipes") }
        return page.leave()
    }

    // MARK: The editor

    /// The steps since the editor was opened, by the working memory; the first is that which opened it.
    private var session: ArraySlice<String> {
        let opening = page.history.lastIndex { Self.isTap($0, "New Recipe") || Self.isTap($0, "Edit") }
        return opening.map { page.history[$0...] } ?? []
    }

    private static func isTap(_ line: String, _ name: String) -> Bool { line.hasPrefix("tap \"\(name)\"") }

    /// Whether the editor that was opened last is that of a new recipe, or of one that is to be set right.
    private var isOwnEditor: Bool {
        guard let line = session.first, Self.isTap(line, "Edit") else { return true }
        guard let broken else { return false }
        return recipes.lastOpened(stored.map(\.title)) == broken.stored.title
    }

    /// Whether this text was typed since the editor was opened. Fields out of sight cannot be looked at without moving
    /// the page to and fro; what has gone wrong in one shows in the table.
    private func isTyped(_ text: String) -> Bool {
        session.contains { $0.hasPrefix("type \"" + text.prefix(40)) }
    }

    private func edit(_ first: RecipeRow) -> OracleMove {
        guard isOwnEditor else { return page.leave("this is another recipe") }
        let isNew = recipes.barTitle == "New Recipe"
        if !isNew && broken == nil { return page.leave("this is another recipe") }
        let row = isNew ? entered ?? first : broken?.wanted ?? first
        let before = isNew ? RecipeRow(title: "") : broken?.stored ?? RecipeRow(title: "")
        var typing: [(move: [Int], text: String)] = []
        var hidden: [Int] = []
        var seen: [Int] = []
        for (index, field) in Self.fields.enumerated() {
            let text = row[keyPath: field.path]
            guard let element = page.element(id: field.id) else {
                if before[keyPath: field.path] != text, !isTyped(text) { hidden.append(index) }
                continue
            }
            seen.append(index)
            // An empty field shows its hint as its text.
            let now = element.text == field.hint ? "" : element.text
            if now == text { continue }
            // What stands in a field is not what belongs there: out with it first.
            if !now.isEmpty { return OracleMove(page.clears(element), note: "empty \(field.hint)") }
            typing.append((page.types(into: element), text))
        }
        if let next = typing.first {
            // The order is free, but only one text can be filled in.
            let others = Set(typing.dropFirst().flatMap(\.move))
            return OracleMove(next.move, neutral: others, text: next.text, note: "type \(next.text)")
        }
        if let next = hidden.first {
            return page.look(next < (seen.first ?? 0) ? .up : .down, note: "look for \(Self.fields[next].hint)")
        }
        return OracleMove(page.taps(id: "button_save_recipe"), note: "save")
    }

    /// The missing recipe whose title was typed into the new recipe's page.
    private var entered: RecipeRow? {
        if let title = page.element(id: "new_title") { return missing.first { $0.title == title.text } }
        let typed = session.reversed().first { line in missing.contains { line.hasPrefix("type \"\($0.title)\"") } }
        return missing.first { row in typed?.hasPrefix("type \"\(row.title)\"") ?? false }
    }

    private static let fields: [(id: String, hint: String, path: any KeyPath<RecipeRow, String> & Sendable)] = [
        ("new_title", "Title", \.title),
        ("new_description", "Description", \.description),
        ("new_source", "Source", \.source),
        ("new_servings", "Servings", \.servings),
        ("new_preparation_time", "Time", \.time),
        ("new_ingredients", "Ingredients", \.ingredients),
        ("new_directions", "Directions", \.directions),
    ]
}

/// Adds recipes: `rows`, lines of `TITLE|DESCRIPTION|SERVINGS|TIME|SOURCE|INGREDIENTS|DIRECTIONS`.
struct RecipeAddOracle: TaskOracle {
    private let wanted: [RecipeRow]

    init(_ arguments: ProgramArguments) throws { wanted = try RecipeRow.list("rows", arguments) }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let stored = try await RecipeTable.rows(device)
        return RecipeEntry(page, wanted: wanted, stored: stored).move() ?? page.done()
    }
}
