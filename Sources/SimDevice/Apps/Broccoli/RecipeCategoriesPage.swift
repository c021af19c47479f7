// SPDX-License-Identifier: Apache-2.0

import Media

/// The page of the categories that the user made, and the question for a category's name.
extension BroccoliApp {
    func categoriesPage(_ ui: UI<Self>) -> any Component {
        let categories = RecipeStore(ui.context).categories()
        return VStack {
            bar("Categories", ui)
            ZStack {
                if categories.isEmpty {
                    EmptyState("Add your first custom category and bring order into your collection!").view
                } else {
                    List(count: categories.count, rowHeight: 64) { index in
                        let category = categories[index]
                        return HStack {
                            Text(category.name, size: 18, maxLines: 1).id(Self.id("category_name"))
                        }
                        .padding(horizontal: 20)
                        .height(64)
                        .fillWidth()
                        .onClick(
                            ui.on { app, _ in (app.asking, app.name) = (.category(category.id), category.name) }
                        )
                    }
                    .id(Self.id("recycler_view"))
                    .fill()
                }
                FloatingButton(
                    .add,
                    "Add category",
                    id: Self.id("fab_categories"),
                    onClick: ui.on { app, _ in (app.asking, app.name) = (.category(0), "") }
                )
                .background(Self.lightGreen, radius: 16, elevation: 6)
            }
            .weight()
            .fillWidth()
        }
        .fill()
    }

    /// The question for the name of a category, from which a stored one can be deleted too.
    func categoryDialog(_ id: Int64, _ ui: UI<Self>, _ close: @escaping Handler) -> Dialog {
        var dialog = Dialog.input(
            id == 0 ? "Add category" : "Edit category",
            hint: "Name",
            text: ui.binding(\.name),
            id: Self.id("category_name"),
            ok: "SAVE",
            cancel: "CANCEL",
            okEnabled: name.contains { !$0.isWhitespace },
            onOK: ui.on { app, context in
                app.asking = nil
                if (try? RecipeStore(context).save(RecipeCategory(id: id, name: app.name))) == nil {
                    context.toast("The category could not be saved.")
                }
            },
            onCancel: close
        )
        if id != 0 { dialog.neutral = .init("DELETE", ui.on { app, _ in app.asking = .deleteCategory(id) }) }
        return dialog
    }

    mutating func deleteCategory(_ id: Int64, _ context: AppContext) {
        asking = nil
        if filter == .category(id) { filter = .all }
        try? RecipeStore(context).deleteCategory(id)
    }
}
