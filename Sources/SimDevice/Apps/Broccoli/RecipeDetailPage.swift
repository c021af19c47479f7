// SPDX-License-Identifier: Apache-2.0

import Media

/// A recipe's own page, with all of its parts that are not empty.
extension BroccoliApp {
    func detailPage(_ id: Int64, _ ui: UI<Self>) -> any Component {
        guard let recipe = RecipeStore(ui.context).recipe(id) else {
            return VStack {
                AppBar("", leading: .up(ui.finish), id: Self.id("toolbar"))
                EmptyState("No recipes found.").view.weight()
            }
            .fill()
        }
        return VStack {
            detailBar(recipe, ui)
            ScrollView {
                Self.placeholder(size: 56)
                    .id(Self.id("backdrop"))
                    .described("Recipe photo")
                    .height(140)
                    .fillWidth()
                facts(recipe)
                if !recipe.categories.isEmpty { categories(of: recipe, ui) }
                if !recipe.description.isEmpty {
                    Text(recipe.description).id(Self.id("details_description")).padding(horizontal: 20, vertical: 8)
                }
                if !recipe.source.isEmpty {
                    line(.link, recipe.source, "details_source").margin(horizontal: 20, vertical: 8)
                }
                part("Ingredients", "details_ingredients", recipe.ingredients, numbered: false)
                part("Directions", "details_directions", recipe.directions, numbered: true)
                Spacer(24)
            }
            .className("android.widget.ScrollView")
            .id(Self.id("scroll_view"))
            .weight()
        }
        .fill()
    }

    private func detailBar(_ recipe: Recipe, _ ui: UI<Self>) -> View {
        let menu = [
            MenuItem("Share", action: ui.on { $0.share(recipe, $1) }),
            MenuItem(
                "Edit",
                action: ui.on { _, context in
                    context.open(Self.editActivity, BroccoliApp(page: .editor, draft: recipe), request: "edit")
                }
            ),
            MenuItem("Delete", action: ui.on { app, _ in app.asking = .delete(recipe.id) }),
        ]
        return AppBar(recipe.title, leading: .up(ui.finish), id: Self.id("toolbar"), menu: menu) {
            IconButton(
                recipe.isFavorite ? .star : .starOutline,
                recipe.isFavorite ? "Remove from favorites" : "Mark as favorite",
                onClick: ui.on { $0.toggleFavorite(recipe, $1) }
            )
            .className("android.widget.Button")
            .id(Self.id(recipe.isFavorite ? "action_details_unlike" : "action_details_like"))
        }
        .view
    }

    private func line(_ icon: Icon, _ text: String, _ id: String) -> View {
        HStack(spacing: 8) {
            IconView(icon, size: 20).unlisted()
            Text(text, size: 15).id(Self.id(id))
        }
        .unlisted()
    }

    private func facts(_ recipe: Recipe) -> View {
        HStack(spacing: 40) {
            if !recipe.servings.isEmpty { line(.person, recipe.servings, "details_servings") }
            if !recipe.time.isEmpty { line(.clock, recipe.time, "details_preparation_time") }
        }
        .unlisted()
        .padding(left: 20, top: 16, right: 20, bottom: 8)
        .fillWidth()
    }

    private func categories(of recipe: Recipe, _ ui: UI<Self>) -> View {
        let names = RecipeStore(ui.context).categories().filter { recipe.categories.contains($0.id) }.map(\.name)
        return line(.label, names.joined(separator: ", "), "details_categories").margin(horizontal: 20, vertical: 8)
    }

    /// A part with a heading, one row for each of its lines.
    @ViewBuilder private func part(_ title: String, _ id: String, _ text: String, numbered: Bool) -> [View] {
        let lines = text.split(whereSeparator: \.isNewline).map(String.init)
        if !lines.isEmpty {
            Text(title, size: 20, weight: .medium).padding(left: 20, top: 16, right: 20, bottom: 4).key(title)
            VStack {
                for (index, words) in lines.enumerated() {
                    HStack(spacing: 12) {
                        Text(numbered ? "\(index + 1)" : "•", size: 15, color: Self.green).unlisted()
                        Text(words, size: 16).weight()
                    }
                    .unlisted()
                    .padding(vertical: 6)
                    .fillWidth()
                    .key("\(index)")
                }
            }
            .id(Self.id(id))
            .padding(horizontal: 20)
            .fillWidth()
            .key(id)
        }
    }

    // MARK: What the menu does

    private func toggleFavorite(_ recipe: Recipe, _ context: AppContext) {
        var changed = recipe
        changed.isFavorite.toggle()
        if (try? RecipeStore(context).save(changed)) == nil { context.toast("The recipe could not be saved.") }
    }

    mutating func delete(_ id: Int64, _ context: AppContext) {
        asking = nil
        guard (try? RecipeStore(context).delete(id)) != nil else { return }
        context.toast("The recipe has been deleted.")
        context.finish()
    }

    private func share(_ recipe: Recipe, _ context: AppContext) {
        let facts = [recipe.servings, recipe.time, recipe.description].filter { !$0.isEmpty }
        let parts = [("Ingredients", recipe.ingredients), ("Directions", recipe.directions)]
            .filter { !$0.1.isEmpty }.map { "\($0.0):\n\($0.1)" }
        let text = ([recipe.title.uppercased()] + facts + parts).joined(separator: "\n\n")
        context.start(
            Intent(
                action: "android.intent.action.SEND",
                mimeType: "text/plain",
                extras: ["android.intent.extra.SUBJECT": recipe.title, "android.intent.extra.TEXT": text]
            ),
            orSay: "No apps can perform this action."
        )
    }
}
