// SPDX-License-Identifier: Apache-2.0

import Media

/// The page on which a recipe is entered or changed.
extension BroccoliApp {
    func editorPage(_ ui: UI<Self>) -> any Component {
        VStack {
            AppBar(
                original.id == 0 ? "New Recipe" : "Edit",
                leading: .close(
                    ui.on { app, context in
                        if app.draft == app.original { context.finish() } else { app.asking = .discard }
                    }
                ),
                id: Self.id("toolbar")
            ) {
                Button("SAVE", onClick: ui.on { $0.save($1) }).id(Self.id("button_save_recipe"))
            }
            ScrollView {
                field("Title", .edit, "new_title", \.draft.title, ui)
                categoryField(ui)
                field("Description", .info, "new_description", \.draft.description, ui, multiline: true)
                field("Source", .link, "new_source", \.draft.source, ui)
                field("Servings", .person, "new_servings", \.draft.servings, ui)
                field("Time", .clock, "new_preparation_time", \.draft.time, ui)
                field("Ingredients", .list, "new_ingredients", \.draft.ingredients, ui, multiline: true)
                field("Directions", .sort, "new_directions", \.draft.directions, ui, multiline: true)
                Spacer(24)
            }
            .id(Self.id("new_scroll_view"))
            .weight()
        }
        .fill()
    }

    private func row(_ icon: Icon, _ id: String, _ content: View) -> View {
        HStack(spacing: 20) {
            IconView(icon).id(Self.id("icon_" + id.dropFirst(4)))
            content.weight()
        }
        .unlisted()
        .padding(horizontal: 20, vertical: 10)
        .fillWidth()
        .key(id)
    }

    private func field(
        _ hint: String,
        _ icon: Icon,
        _ id: String,
        _ path: WritableKeyPath<Self, String>,
        _ ui: UI<Self>,
        multiline: Bool = false
    ) -> View {
        row(
            icon,
            id,
            TextField(hint, text: ui.binding(path), id: Self.id(id), style: .underlined, multiline: multiline).view
        )
    }

    /// A field that is not typed into: a touch asks for the categories.
    private func categoryField(_ ui: UI<Self>) -> View {
        let names = RecipeStore(ui.context).categories().filter { draft.categories.contains($0.id) }.map(\.name)
        let text = Text(
            names.isEmpty ? "Categories" : names.joined(separator: ", "),
            color: names.isEmpty ? .onSurfaceVariant : .onSurface
        )
        .id(Self.id("new_categories"))
        .padding(horizontal: 4, vertical: 14)
        .fillWidth()
        .onClick(ui.on { app, _ in app.asking = .categories })
        let lined = VStack {
            text
            Divider().view.background(.outline)
        }
        return row(.label, "new_categories", lined.unlisted())
    }

    /// The question which categories the recipe is in.
    func categoryChoice(_ ui: UI<Self>, _ close: @escaping Handler) -> Dialog {
        let categories = RecipeStore(ui.context).categories()
        var dialog = Dialog(title: "Categories", positive: .init("OK", close), dismiss: close)
        guard !categories.isEmpty else {
            dialog.message = "No categories have been created yet."
            return dialog
        }
        dialog.content = ScrollView {
            for category in categories {
                CheckBox(
                    label: category.name,
                    on: draft.categories.contains(category.id),
                    id: "android:id/text1",
                    onChange: ui.on { app, _, on in
                        if on {
                            app.draft.categories.insert(category.id)
                        } else {
                            app.draft.categories.remove(category.id)
                        }
                    }
                )
                .className("android.widget.CheckedTextView")
                .padding(horizontal: 24)
                .fillWidth()
                .key("\(category.id)")
            }
        }
        .className("android.widget.ListView")
        .id("android:id/select_dialog_listview")
        .fillWidth()
        .wrapHeight()
        return dialog
    }

    private mutating func save(_ context: AppContext) {
        guard draft.title.contains(where: { !$0.isWhitespace }) else { return context.toast("Please add a title.") }
        guard let id = try? RecipeStore(context).save(draft) else {
            return context.toast("The recipe could not be saved.")
        }
        context.toast("The recipe has been saved.")
        context.finish(["id": "\(id)"])
    }
}
