// SPDX-License-Identifier: Apache-2.0

import Media

/// The page on which a track's name, activity and description are changed.
extension OpenTracksApp {
    func editPage(_ id: Int64, _ ui: UI<Self>) -> any Component {
        VStack {
            AppBar("Edit track", leading: .up(ui.finish), id: Self.id("bottom_app_bar"))
            ScrollView {
                label("Name")
                TextField("Name", text: ui.binding(\.draft.name), id: Self.id("fields_name")).margin(horizontal: 16)
                label("Activity type")
                HStack(spacing: 8) {
                    TextField(
                        "Activity type",
                        text: ui.binding(\.draft.category, then: { app, _ in app.typeFollowsCategory() }),
                        id: Self.id("fields_activity_type")
                    )
                    .view.weight()
                    type(draft.type).icon()
                        .id(Self.id("fields_activity_type_icon"))
                        .described("Activity type icon")
                        .onClick(ui.on { app, _ in app.asking = .activityType })
                }
                .unlisted()
                .padding(horizontal: 16)
                .fillWidth()
                label("Description")
                TextField(
                    "Description",
                    text: ui.binding(\.draft.description),
                    id: Self.id("fields_description"),
                    multiline: true
                )
                .margin(horizontal: 16)
            }
            .weight()
            HStack(spacing: 8, justify: .end) {
                Button("Cancel", onClick: ui.finish).id(Self.id("track_edit_cancel"))
                Button("Save", style: .filled, onClick: ui.on { $0.save(id, $1) }).id(Self.id("track_edit_save"))
            }
            .unlisted()
            .padding(16)
            .fillWidth()
        }
        .fill()
    }

    private func label(_ text: String) -> View {
        Text(text, size: 14, color: .onSurfaceVariant).padding(left: 16, top: 16, right: 16, bottom: 4).key(text)
    }

    private func type(_ id: String) -> TrackActivityType {
        TrackActivityType.all.first { $0.id == id } ?? TrackActivityType.all[0]
    }

    /// A category that names a type brings its picture.
    private mutating func typeFollowsCategory() {
        let words = draft.category.lowercased()
        if let type = TrackActivityType.all.first(where: { $0.label == words }) { draft.type = type.id }
    }

    /// The question which type of activity it was.
    func typeDialog(_ ui: UI<Self>, _ close: @escaping Handler) -> Dialog {
        let types = TrackActivityType.all
        return .choice(
            "Activity type",
            types.map(\.label),
            selected: types.firstIndex { $0.id == draft.type },
            onPick: ui.on { app, _, index in
                app.asking = nil
                (app.draft.type, app.draft.category) = (types[index].id, types[index].label)
            },
            onCancel: close
        )
    }

    private func save(_ id: Int64, _ context: AppContext) {
        do {
            try TrackStore(context).update(
                id,
                name: draft.name,
                description: draft.description,
                category: draft.category,
                type: draft.type
            )
        } catch {
            return context.toast("The track could not be saved")
        }
        context.finish()
    }
}
