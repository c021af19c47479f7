// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Screen

/// The pages of Broccoli.
struct BroccoliPages {
    static let package = "com.flauschcode.broccoli"
    static let app = "Broccoli"
    let page: OraclePage

    init(_ page: OraclePage) { self.page = page }

    var isInFront: Bool { page.package == Self.package }
    var isDrawer: Bool { page.element(id: "nav_view") != nil }
    /// Whether recipes are listed, all or a part of them.
    var isList: Bool { page.element(id: "fab_recipes") != nil && !isDrawer }
    var isSearching: Bool { page.element(id: "search_src_text") != nil }
    var isEditor: Bool { page.element(id: "button_save_recipe") != nil }
    var isDetail: Bool { page.element(id: "scroll_view") != nil }
    /// Whether a recipe's menu is open: a window of its own with entries only.
    var isMenu: Bool { page.shows("Share") && page.shows("Delete") && page.element(id: "toolbar") == nil }
    /// Whether the menu of what is listed is open.
    var isFilterMenu: Bool {
        page.shows("Favorites") && page.shows("All recipes") && page.element(id: "toolbar") == nil
    }

    private func text(_ id: String) -> String? { page.element(id: id)?.text }

    /// The title on a recipe's page or the editor's bar.
    var barTitle: String? {
        guard let bar = page.element(id: "toolbar") else { return nil }
        return page.inside(bar.id).first { !$0.text.isEmpty }?.text
    }

    /// Whether the page of details is this recipe's, as far as it is in sight.
    func shows(_ row: RecipeRow) -> Bool {
        func lines(_ text: String) -> [String] { text.split(whereSeparator: \.isNewline).map(String.init) }
        func same(_ id: String, _ wanted: String) -> Bool { text(id).map { $0 == wanted } ?? true }
        func part(_ id: String, _ wanted: String) -> Bool {
            guard let box = page.element(id: id) else { return true }
            let wanted = lines(wanted)
            return page.inside(box.id).map(\.text).filter { !$0.isEmpty }.allSatisfy(wanted.contains)
        }
        return isDetail && barTitle == row.title && same("details_servings", row.servings)
            && same("details_preparation_time", row.time) && same("details_description", row.description)
            && part("details_ingredients", row.ingredients) && part("details_directions", row.directions)
    }

    /// The title among `titles` that the last card that was opened had, as the working memory has it.
    func lastOpened(_ titles: [String]) -> String? {
        for line in page.history.reversed() where line.hasPrefix("tap \"") {
            let rest = line.dropFirst(5)
            // A title may be the start of another.
            let hits = titles.filter { rest.hasPrefix($0) }
            if let title = hits.max(by: { $0.count < $1.count }) { return title }
        }
        return nil
    }

    // MARK: The list

    /// A card with as much as is in sight of it.
    struct Card {
        var title: String?
        var description: String?
        var element: Element

        func fits(_ row: RecipeRow) -> Bool {
            (title.map { $0 == row.title } ?? true) && (description.map { $0 == row.description } ?? true)
        }
    }

    var cards: [Card] {
        page.elements(id: "card_view").map { card in
            let inside = page.inside(card.id)
            func text(_ id: String) -> String? { inside.first { $0.resourceID.hasSuffix("/" + id) }?.text }
            return Card(
                title: text("card_text_view_title"),
                description: text("card_text_view_description"),
                element: card
            )
        }
    }

    /// The way to a card of one of `wanted`, among all that there are, as they stand in the list.
    func open(_ wanted: Set<RecipeRow>, among all: [RecipeRow]) -> OracleMove {
        if isDrawer { return OracleMove(page.taps("Recipes"), note: "to the recipes") }
        if isFilterMenu { return OracleMove(page.taps("All recipes"), note: "list all recipes") }
        guard isList, !isSearching else { return page.leave() }
        if let spinner = page.element(id: "spinner"), !page.texts(in: spinner.id).contains("All recipes") {
            return OracleMove(page.taps(on: spinner), note: "list all recipes")
        }
        let cards = cards
        // Recipes may look alike, so their place among the others tells which one a card is.
        let offsets = cards.isEmpty || cards.count > all.count ? [] : Array(0...(all.count - cards.count))
        let offset = offsets.first { start in cards.indices.allSatisfy { cards[$0].fits(all[start + $0]) } }
        guard let offset else { return page.look(note: "look for the recipe") }
        let hits = cards.indices.filter { wanted.contains(all[offset + $0]) && cards[$0].title != nil }
        if let first = hits.first {
            let taps = hits.flatMap { page.taps(on: cards[$0].element) }
            return OracleMove(taps, note: "open \(cards[first].title ?? "the recipe")")
        }
        let isBelow = all.dropFirst(offset + cards.count - 1).contains { wanted.contains($0) }
        return page.look(isBelow ? .down : .up, note: "look for the recipe")
    }
}

/// Deletes recipes: those of `titles` (lines), or those whose directions hold the word `containing`; or, without
/// both, all but one of those that are the same but for their number.
struct RecipeDeleteOracle: TaskOracle {
    private let titles: Set<String>?
    private let word: String?

    init(_ arguments: ProgramArguments) throws {
        titles = arguments["titles"] == nil ? nil : Set(arguments.lines("titles"))
        word = arguments["containing"]?.lowercased()
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let stored = try await RecipeTable.rows(device)
        let targets = targets(stored)
        if targets.isEmpty { return page.done() }
        let recipes = BroccoliPages(page)
        guard recipes.isInFront else { return page.open(BroccoliPages.app) }
        // The menu and the question name nobody: only the way to them tells which recipe is meant.
        if recipes.isMenu || page.shows("Delete this recipe?") {
            guard let opened = recipes.lastOpened(stored.map(\.title)), targets.contains(where: { $0.title == opened })
            else { return page.leave() }
            return recipes.isMenu
                ? OracleMove(page.taps("Delete"), note: "delete") : OracleMove(page.taps("DELETE"), note: "confirm")
        }
        if recipes.isDetail {
            guard targets.contains(where: recipes.shows) else { return page.leave() }
            return OracleMove(page.taps("More options"), note: "open the menu")
        }
        if page.shows("Discard changes?") { return OracleMove(page.taps("DISCARD"), note: "drop what was typed") }
        return recipes.open(Set(targets), among: stored)
    }

    private func targets(_ stored: [RecipeRow]) -> [RecipeRow] {
        if let titles { return stored.filter { titles.contains($0.title) } }
        if let word { return stored.filter { $0.directions.lowercased().contains(word) } }
        let groups = Dictionary(grouping: stored, by: \.content)
        return stored.filter { (groups[$0.content]?.count ?? 0) > 1 }
    }
}
