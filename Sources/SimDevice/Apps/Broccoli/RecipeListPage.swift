// SPDX-License-Identifier: Apache-2.0

import Media

/// The first page: the recipes as cards, a part of them or those that a search finds.
extension BroccoliApp {
    /// A card and the gap above it.
    private static let rowHeight: Dp = 128

    func recipesPage(_ ui: UI<Self>) -> any Component {
        let store = RecipeStore(ui.context)
        let categories = store.categories()
        let recipes = store.recipes(filter, search: searching ? query : "")
        return VStack {
            bar("Recipes", ui)
            if searching { searchBar(categories, ui) } else { filterBar(categories, ui) }
            ZStack {
                if recipes.isEmpty {
                    empty(ui)
                } else {
                    // The last card can be moved clear of the button.
                    List(count: recipes.count + 1, height: { $0 < recipes.count ? Self.rowHeight : 88 }) { index in
                        index < recipes.count ? card(recipes[index], ui) : Spacer(88).view
                    }
                    .id(Self.id("recycler_view"))
                    .fill()
                }
                FloatingButton(
                    .add,
                    "New Recipe",
                    id: Self.id("fab_recipes"),
                    onClick: ui.on { _, context in
                        context.open(Self.editActivity, BroccoliApp(page: .editor), request: "new")
                    }
                )
                .background(Self.lightGreen, radius: 16, elevation: 6)
            }
            .weight()
            .fillWidth()
        }
        .fill()
    }

    private func empty(_ ui: UI<Self>) -> View {
        VStack(spacing: 12, justify: .center) {
            Text("No recipes found.", size: 20, align: .center).id(Self.id("message_no_recipes")).align(.center)
            if !searching && filter == .all {
                Text(
                    "Create your first recipe and start your collection!",
                    color: .onSurfaceVariant,
                    align: .center
                )
                .id(Self.id("message_create_recipe"))
                .align(.center)
            }
        }
        .id(Self.id("recipes_empty"))
        .padding(32)
        .fill()
    }

    // MARK: Bars

    private func title(_ filter: RecipeStore.Filter, _ categories: [RecipeCategory]) -> String {
        switch filter {
        case .all: "All recipes"
        case .unassigned: "Recipes without category"
        case .favorites: "Favorites"
        case .category(let id): categories.first { $0.id == id }?.name ?? ""
        }
    }

    private func filterBar(_ categories: [RecipeCategory], _ ui: UI<Self>) -> View {
        let filters: [RecipeStore.Filter] = [.all, .unassigned, .favorites] + categories.map { .category($0.id) }
        let spinner = HStack {
            Text(title(filter, categories), size: 16, maxLines: 1).id("android:id/text1")
            IconView(.chevronDown, size: 18).unlisted().margin(left: 8)
        }
        .className("android.widget.Spinner")
        .id(Self.id("spinner"))
        .described("Categories")
        .padding(horizontal: 12)
        .minHeight(48)
        .menu(
            filters.map { choice in
                MenuItem(title(choice, categories), action: ui.on { app, _ in app.filter = choice })
            }
        )
        return HStack {
            spinner
            Spacer()
            IconButton(.search, "Search", onClick: ui.on { app, _ in (app.searching, app.query) = (true, "") })
                .className("android.widget.Button")
                .id(Self.id("action_search"))
        }
        .className("android.view.ViewGroup")
        .id(Self.id("toolbar_recipes"))
        .padding(horizontal: 4)
        .height(56)
        .fillWidth()
        .background(.surfaceVariant)
        .key("bar")
    }

    private func searchBar(_ categories: [RecipeCategory], _ ui: UI<Self>) -> View {
        HStack {
            IconButton(.back, "Collapse", onClick: ui.on { app, _ in (app.searching, app.query) = (false, "") })
            TextField(
                "Search in \(title(filter, categories).uppercased())",
                text: ui.binding(\.query),
                id: Self.id("search_src_text"),
                style: .bare,
                autofocus: true,
                onSubmit: { [context = ui.context] in context.hideKeyboard() }
            )
            .view.weight()
            if !query.isEmpty {
                IconButton(.close, "Clear query", onClick: ui.on { app, _ in app.query = "" })
                    .id(Self.id("search_close_btn"))
            }
        }
        .className("android.view.ViewGroup")
        .id(Self.id("toolbar_recipes"))
        .padding(horizontal: 4)
        .height(56)
        .fillWidth()
        .background(.surfaceVariant)
        .key("search")
    }

    // MARK: Cards

    private func card(_ recipe: Recipe, _ ui: UI<Self>) -> View {
        let words = VStack(spacing: 4, justify: .center) {
            Text(recipe.title, size: 20, maxLines: 2).id(Self.id("card_text_view_title"))
            if !recipe.description.isEmpty {
                Text(recipe.description, size: 14, color: .onSurfaceVariant, maxLines: 2)
                    .id(Self.id("card_text_view_description"))
            }
            if !recipe.source.isEmpty {
                Text(recipe.source, size: 14, color: Self.green, maxLines: 1).id(Self.id("card_text_view_source"))
            }
        }
        let card = HStack {
            Self.placeholder(size: 40).id(Self.id("card_image")).width(120).fillHeight()
            words.unlisted().padding(horizontal: 12).weight().fillHeight()
        }
        .className("android.widget.FrameLayout")
        .id(Self.id("card_view"))
        .height(120)
        .fillWidth()
        .background(.surfaceVariant, radius: 4, elevation: 2)
        .onClick(ui.on { $0.open(recipe.id, $1) })
        return ZStack { card }
            .unlisted()
            .padding(left: 8, top: 8, right: 8)
            .height(Self.rowHeight)
            .fillWidth()
    }

    /// What stands in the place of a photo.
    static func placeholder(size: Dp) -> View {
        ZStack { IconView(.image, color: .rgb(0xffffff), size: size).unlisted().align(.center) }
            .className("android.widget.ImageView")
            .background(.rgb(0xc5d8b8))
    }
}
