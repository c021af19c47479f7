// SPDX-License-Identifier: Apache-2.0

import Media

/// Broccoli: the recipes as cards, a recipe's own page, the page on which one is entered, and the categories.
///
/// Recipes lie in the app's database alone; a value holds what is searched, typed or asked on one page.
struct BroccoliApp: App {
    static let package = "com.flauschcode.broccoli"
    static let detailActivity = package + ".recipe.details.RecipeDetailsActivity"
    static let editActivity = package + ".recipe.crud.CreateAndEditRecipeActivity"
    static let icon = AppIcon(glyph: .label, disc: 0x4c8c2b)
    static let manifest = AppManifest(
        package: package,
        label: "Broccoli",
        versionName: "1.2.6",
        versionCode: 1_020_600,
        mainActivity: ".MainActivity",
        activities: [detailActivity, editActivity]
    )
    /// The green of the app's bars and buttons.
    static let green = Tone.rgb(0x4c8c2b)
    static let lightGreen = Tone.rgb(0xc5e1b0)

    /// What the value is a page of.
    enum Page: Hashable {
        case recipes, categories, about
        case detail(Int64)
        case editor
    }

    /// What stands over the page.
    enum Asking: Hashable {
        case delete(Int64)
        case discard
        case categories
        /// A category's name; 0 stands for a new one.
        case category(Int64)
        case deleteCategory(Int64)
    }

    var page = Page.recipes
    var drawerOpen = false
    var asking: Asking?
    // The recipes.
    var filter = RecipeStore.Filter.all
    var searching = false
    var query = ""
    // The editor.
    var draft = Recipe()
    /// The recipe as it was when the editor opened.
    var original = Recipe()
    // The categories.
    var name = ""

    init?(intent: Intent, context: AppContext) {
        // The app opens its database when it starts, and so makes it where it is missing, before anything is drawn.
        _ = RecipeStore(context).recipes()
    }

    init(page: Page, draft: Recipe = Recipe()) { (self.page, self.draft, original) = (page, draft, draft) }

    static func id(_ name: String) -> String { "\(package):id/\(name)" }

    func body(_ ui: UI<Self>) -> any Component {
        let content: any Component =
            switch page {
            case .recipes: recipesPage(ui)
            case .categories: categoriesPage(ui)
            case .about: aboutPage(ui)
            case .detail(let id): detailPage(id, ui)
            case .editor: editorPage(ui)
            }
        return ZStack {
            if drawerOpen { content.view.withoutListing() } else { content.view }
            if drawerOpen { drawer(ui) }
        }
        .fill()
    }

    mutating func back(_ context: AppContext) -> Bool {
        if drawerOpen {
            drawerOpen = false
        } else if searching {
            (searching, query) = (false, "")
        } else if page == .editor, draft != original {
            asking = .discard
        } else if page == .categories || page == .about {
            page = .recipes
        } else {
            return false
        }
        return true
    }

    mutating func result(of request: String, _ values: [String: String], _ context: AppContext) {
        // A new recipe is shown at once.
        guard request == "new", let id = values["id"].flatMap({ Int64($0) }) else { return }
        filter = .all
        open(id, context)
    }

    /// Opens a recipe's page over this one.
    func open(_ id: Int64, _ context: AppContext) {
        context.open(Self.detailActivity, BroccoliApp(page: .detail(id)))
    }

    func dialog(_ ui: UI<Self>) -> Dialog? {
        let close = ui.on { (app: inout Self, _: AppContext) in app.asking = nil }
        switch asking {
        case .delete(let id):
            return Dialog(
                message: "Delete this recipe?",
                positive: .init("DELETE", ui.on { $0.delete(id, $1) }),
                negative: .init("CANCEL", close),
                dismiss: close
            )
        case .discard:
            return Dialog(
                message: "Discard changes?",
                positive: .init("DISCARD", ui.finish),
                negative: .init("CANCEL", close),
                dismiss: close
            )
        case .categories: return categoryChoice(ui, close)
        case .category(let id): return categoryDialog(id, ui, close)
        case .deleteCategory(let id):
            return Dialog(
                message: "Do you really want to delete this category?",
                positive: .init("DELETE", ui.on { $0.deleteCategory(id, $1) }),
                negative: .init("CANCEL", close),
                dismiss: close
            )
        case nil: return nil
        }
    }

    // MARK: Drawer

    /// The bar of a page that the drawer leads to.
    func bar(_ title: String, _ ui: UI<Self>) -> View {
        AppBar(
            title,
            leading: .drawer(ui.on { app, _ in app.drawerOpen = true }),
            id: Self.id("toolbar")
        )
        .view
    }

    private func drawer(_ ui: UI<Self>) -> View {
        let close = ui.on { (app: inout Self, _: AppContext) in app.drawerOpen = false }
        return HStack {
            VStack {
                VStack(justify: .end) {
                    Text("Broccoli", size: 24, weight: .medium, color: .rgb(0xffffff)).id(Self.id("nav_header_title"))
                }
                .unlisted()
                .padding(24)
                .height(140)
                .fillWidth()
                .background(Self.green)
                ScrollView {
                    entry("Recipes", .list, .recipes, ui)
                    entry("Categories", .label, .categories, ui)
                    entry("About the app", .info, .about, ui)
                }
                .className("androidx.recyclerview.widget.RecyclerView")
                .id(Self.id("design_navigation_view"))
                .padding(vertical: 8)
                .weight()
            }
            .id(Self.id("nav_view"))
            .width(300)
            .fillHeight()
            .background(.surfaceHigh)
            ZStack().unlisted().weight().fillHeight().background(.rgba(0x000000, 0.4)).onClick(close)
        }
        .unlisted()
        .fill()
    }

    private func entry(_ title: String, _ icon: Icon, _ target: Page, _ ui: UI<Self>) -> View {
        let on = target == page
        return HStack {
            IconView(icon, color: on ? Self.green : .onSurfaceVariant).unlisted().margin(right: 28)
            Text(title, size: 15, weight: .medium, color: on ? Self.green : .onSurface, maxLines: 1)
                .className("android.widget.CheckedTextView")
                .id(Self.id("design_menu_item_text"))
                .weight()
        }
        .className("androidx.appcompat.widget.LinearLayoutCompat")
        .padding(horizontal: 16)
        .margin(horizontal: 8, vertical: 2)
        .height(48)
        .fillWidth()
        .background(on ? .rgba(0x4c8c2b, 0.15) : .clear, radius: 6)
        .selected(on)
        .onClick(
            ui.on { app, _ in
                (app.page, app.drawerOpen) = (target, false)
                (app.searching, app.query) = (false, "")
            }
        )
    }

    private func aboutPage(_ ui: UI<Self>) -> any Component {
        VStack {
            bar("About the app", ui)
            ListRow("Version", summary: Self.manifest.versionName)
        }
        .fill()
    }
}
