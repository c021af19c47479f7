// SPDX-License-Identifier: Apache-2.0

import Media

/// What OsmAnd asks over its pages.
extension OsmAndApp {
    func dialog(_ ui: UI<Self>) -> Dialog? {
        let close = ui.on { (app: inout Self, _: AppContext) in app.asking = nil }
        switch asking {
        case .actions: return actions(close, ui)
        case .planStart: return planStart(close, ui)
        case .saveTrack:
            return .input(
                "Save as new track",
                hint: "Track name",
                text: Binding(
                    get: { [store = ui.store] in store.app.plan?.name ?? "" },
                    set: { [store = ui.store] in store.app.plan?.name = $0 }
                ),
                id: Self.id("name_text"),
                ok: "Save",
                onOK: ui.on { $0.saveTrack($1) },
                onCancel: close
            )
        case .leavePlan:
            return .confirm(
                "Exit without saving?",
                message: "Are you sure you want to close plan route without saving?\nYou will lose all changes.",
                yes: "Exit",
                onYes: ui.on { app, _ in (app.asking, app.page, app.plan) = (nil, .map, nil) },
                onNo: close
            )
        case .leaveEditor:
            return .confirm(
                "Exit without saving?",
                message: "All unsaved changes will be lost. Are you sure you want to exit?",
                yes: "Exit",
                onYes: ui.on { app, _ in (app.asking, app.page, app.draft) = (nil, .map, nil) },
                onNo: close
            )
        case .newGroup:
            return .input(
                "Add new group",
                hint: "Name",
                text: ui.binding(\.newGroup),
                id: Self.id("name_edit"),
                ok: "Save",
                okEnabled: !newGroup.trimming.isEmpty,
                onOK: ui.on { app, _ in
                    app.draft?.group = app.newGroup.trimming
                    app.draft?.isChanged = true
                    app.asking = nil
                },
                onCancel: close
            )
        case .favorite(let favorite):
            return .confirm(
                "Delete \(favorite.name)?",
                message: "Are you sure you want to delete this favorite point?",
                yes: "Delete",
                onYes: ui.on { app, context in
                    try? OsmStore(context).delete(favorite)
                    app.asking = nil
                    if app.page == .editor { (app.page, app.draft, app.selection) = (.map, nil, nil) }
                },
                onNo: close
            )
        case .track(let track):
            return .confirm(
                "Delete \(track.name)?",
                message: "The track will be deleted from the device.",
                yes: "Delete",
                onYes: ui.on { app, context in
                    try? OsmStore(context).deleteTrack(track.path)
                    app.asking = nil
                },
                onNo: close
            )
        case .marker(let marker):
            let change = marker.isActive ? "Mark passed" : "Restore"
            return sheet(
                marker.name,
                [
                    (
                        change, .flag,
                        ui.on { app, context in
                            try? OsmStore(context).setMarker(marker.id, active: !marker.isActive)
                            app.asking = nil
                        }
                    ),
                    (
                        "Delete", .delete,
                        ui.on { app, context in
                            try? OsmStore(context).deleteMarker(marker.id)
                            app.asking = nil
                        }
                    ),
                ],
                close
            )
        case nil: return nil
        }
    }

    private func actions(_ close: @escaping Handler, _ ui: UI<Self>) -> Dialog? {
        guard let selection else { return nil }
        return sheet(
            "Actions",
            [
                ("Plan a route", .link, ui.on { $0.startPlan([selection.point], $1) }),
                (
                    "Copy coordinates", .copy,
                    ui.on { app, context in
                        context.system.clipboard = selection.point.text
                        context.toast("Copied to clipboard")
                        app.asking = nil
                    }
                ),
                (
                    "Share", .share,
                    ui.on { app, context in
                        app.asking = nil
                        app.share(context)
                    }
                ),
            ],
            close
        )
    }

    private func planStart(_ close: @escaping Handler, _ ui: UI<Self>) -> Dialog {
        let tracks = OsmStore(ui.context).allTracks()
        return sheet(
            "Plan a route",
            [("Create new route", .add, ui.on { $0.startPlan([], $1) })]
                + tracks.map { track in (track.name, .link, ui.on { $0.startPlan(track.points, from: track, $1) }) },
            close
        )
    }

    /// A sheet of choices at the bottom.
    private func sheet(_ title: String, _ rows: [(String, Icon, Handler)], _ close: @escaping Handler) -> Dialog {
        var dialog = Dialog(place: .bottom, dismiss: close, bare: true)
        dialog.content = VStack {
            Text(title, size: 18, weight: .medium).id(Self.id("title_text")).padding(
                left: 20,
                top: 20,
                right: 20,
                bottom: 8
            )
            for (index, row) in rows.enumerated() {
                ListRow(row.0, icon: row.1, titleID: Self.id("title"), onClick: row.2).key("row \(index)")
            }
        }
        .padding(bottom: 12)
        .fillWidth()
        return dialog
    }
}
