// SPDX-License-Identifier: Apache-2.0

import Media

/// The editor of a file, on a page of its own or in the main page.
extension MarkorApp {
    func documentPage(_ ui: UI<Self>) -> any Component {
        VStack {
            documentBar(ui)
            ScrollView {
                if isViewing {
                    Text(document?.text ?? "", size: 16)
                        .id(Self.id("document__fragment_view_webview"))
                        .padding(horizontal: 12, vertical: 10)
                        .fillWidth()
                } else {
                    TextField(
                        "",
                        text: text(ui),
                        id: Self.id("document__fragment__edit__highlighting_editor"),
                        style: .bare,
                        multiline: true,
                        autofocus: isNew
                    )
                    .padding(horizontal: 12, vertical: 10)
                    .minHeight(360)
                }
            }
            .id(Self.id("document__fragment__edit__content_editor__scrolling_parent"))
            .weight()
        }
        .fill()
    }

    private func text(_ ui: UI<Self>) -> Binding<String> {
        Binding(
            get: { [store = ui.store] in store.app.document?.text ?? "" },
            set: ui.on { app, _, text in
                app.document?.text = text
                app.document?.typed()
            }
        )
    }

    private func documentBar(_ ui: UI<Self>) -> View {
        let title = page == .document ? document?.title ?? "" : tab == .todo ? "To-Do" : "QuickNote"
        return AppBar(
            title,
            leading: page == .document ? .up(ui.on { $0.leave($1) }) : .none,
            id: Self.id("toolbar"),
            menu: [
                MenuItem("Reload", action: ui.on { $0.document?.load($1) }),
                MenuItem("Share", action: ui.on { app, _ in app.asking = .share }),
            ]
        ) {
            if !isViewing {
                action(
                    .undo,
                    "Undo",
                    "action_undo",
                    document?.canUndo == true,
                    ui.on { app, _ in app.document?.undo() }
                )
                action(
                    .redo,
                    "Redo",
                    "action_redo",
                    document?.canRedo == true,
                    ui.on { app, _ in app.document?.redo() }
                )
                action(.save, "Save", "action_save", document?.isChanged == true, ui.on { $0.save($1) })
            }
            action(
                isViewing ? .edit : .visibility,
                isViewing ? "Edit mode" : "View mode",
                isViewing ? "action_edit" : "action_preview",
                true,
                ui.on { app, context in
                    app.keep(context)
                    app.isViewing.toggle()
                    context.hideKeyboard()
                }
            )
        }
        .view
    }

    private func action(
        _ icon: Icon,
        _ title: String,
        _ id: String,
        _ enabled: Bool,
        _ handler: @escaping Handler
    ) -> View {
        IconButton(icon, title, onClick: enabled ? handler : nil)
            .className("android.widget.Button")
            .id(Self.id(id))
            .key(id)
            .enabled(enabled)
    }

    private mutating func save(_ context: AppContext) {
        if document?.save(context) == false { context.toast("Error could not save file") }
    }

    private mutating func leave(_ context: AppContext) {
        keep(context)
        context.finish()
    }

    /// The entries under "Share".
    func shareDialog(_ ui: UI<Self>) -> Dialog {
        let close = ui.on { (app: inout Self, _: AppContext) in app.asking = nil }
        return Dialog(
            title: "Share",
            content: VStack {
                ListRow(
                    "Plain text",
                    icon: .file,
                    onClick: ui.on { app, context in
                        app.asking = nil
                        app.keep(context)
                        context.share(app.document?.text ?? "")
                    }
                )
            }
            .padding(bottom: 16)
            .fillWidth(),
            dismiss: close
        )
    }
}
