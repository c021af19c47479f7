// SPDX-License-Identifier: Apache-2.0

import Media

/// The dialogs over the list of files: a new file or folder, another name, deletion, and where to move to.
extension MarkorApp {
    private func close(_ ui: UI<Self>) -> Handler { ui.on { app, _ in app.asking = nil } }

    // MARK: New

    /// The name that is taken where none was typed; the field shows it as its hint.
    private static let unnamed = "my_note"

    func newDialog(_ ui: UI<Self>) -> Dialog {
        Dialog(
            content: VStack(spacing: 8) {
                HStack(spacing: 12) {
                    VStack {
                        label("Name")
                        TextField(
                            Self.unnamed,
                            text: ui.binding(\.name),
                            id: Self.id("new_file_dialog__name"),
                            style: .underlined,
                            autofocus: true
                        )
                    }
                    .unlisted()
                    .weight(3)
                    VStack {
                        label("Extension")
                        TextField(
                            "",
                            text: ui.binding(\.ending),
                            id: Self.id("new_file_dialog__ext"),
                            style: .underlined
                        )
                    }
                    .unlisted()
                    .weight(1)
                }
                .unlisted()
                .fillWidth()
                label("Type")
                HStack {
                    Text(format.title, size: 16).id("android:id/text1").weight()
                    IconView(.chevronDown).unlisted()
                }
                .className("android.widget.Spinner")
                .id(Self.id("new_file_dialog__type"))
                .padding(horizontal: 4, vertical: 12)
                .fillWidth()
                .menu(
                    MarkorFormat.allCases.map { format in
                        MenuItem(
                            format.title,
                            action: ui.on { app, _ in (app.format, app.ending) = (format, format.ending) }
                        )
                    }
                )
            }
            .padding(left: 24, top: 24, right: 24)
            .fillWidth(),
            positive: .init("OK", ui.on { $0.makeFile($1) }),
            negative: .init("Cancel", close(ui)),
            neutral: .init("Folder", ui.on { $0.makeFolder($1) }),
            dismiss: close(ui)
        )
    }

    private func label(_ words: String) -> View { Text(words, size: 12, color: .onSurfaceVariant).view }

    private var typedName: String {
        let name = MarkorStore.fileName(name)
        return name.isEmpty ? Self.unnamed : name
    }

    private mutating func makeFile(_ context: AppContext) {
        asking = nil
        let path = DevicePath.join(folder, MarkorStore.fileName(typedName + ending))
        let files = context.system.files
        // A file that is there is opened as it is.
        if !files.exists(path), (try? files.write("", to: path)) == nil {
            return context.toast("Error could not create file")
        }
        guard !files.isFolder(path) else { return context.toast("Error could not create file") }
        edit(path, isNew: true, context)
    }

    private mutating func makeFolder(_ context: AppContext) {
        asking = nil
        if MarkorStore(context).documents.makeFolder(typedName, in: folder) == nil {
            context.toast("Error could not create folder")
        }
    }

    // MARK: Rename and delete

    func renameDialog(_ path: String, _ ui: UI<Self>) -> Dialog {
        Dialog.input(
            "Rename",
            text: ui.binding(\.name),
            id: Self.id("new_name"),
            onOK: ui.on { app, context in
                (app.asking, app.selection) = (nil, [])
                let name = MarkorStore.fileName(app.name)
                if !MarkorStore(context).documents.rename(path, to: name) { context.toast("Error could not rename") }
            },
            onCancel: close(ui)
        )
    }

    func deleteDialog(_ paths: [String], _ ui: UI<Self>) -> Dialog {
        Dialog.confirm(
            "Confirm delete",
            message: paths.map { DevicePath.name($0) }.joined(separator: "\n"),
            yes: "OK",
            onYes: ui.on { app, context in
                (app.asking, app.selection) = (nil, [])
                let store = MarkorStore(context).documents
                let failed = paths.filter { !store.delete($0) }
                if !failed.isEmpty { context.toast("Error could not delete \(DevicePath.name(failed[0]))") }
            },
            onNo: close(ui)
        )
    }

    // MARK: Move and copy

    func pickDialog(_ transfer: Transfer, _ paths: [String], _ folder: String, _ ui: UI<Self>) -> Dialog {
        let documents = MarkorStore(ui.context).list(folder)
        let folders = documents.filter { $0.isFolder && !paths.contains($0.path) }
        func open(_ path: String) -> Handler {
            ui.on { app, _ in app.asking = .pick(transfer, paths: paths, folder: path) }
        }
        let parent = DevicePath.parent(folder)
        var dialog = Dialog(dismiss: close(ui), bare: true)
        dialog.content = VStack {
            Text("Select folder", size: 20, weight: .medium)
                .id(Self.id("ui__filesystem_dialog__title"))
                .padding(left: 20, top: 16, right: 20, bottom: 4)
                .fillWidth()
            Text(folder, size: 12, color: .onSurfaceVariant, maxLines: 2)
                .id(Self.id("ui__filesystem_dialog__path"))
                .padding(horizontal: 20)
                .fillWidth()
            List {
                if folder != DocumentStore.storage {
                    Self.row("..", detail: parent, isFolder: true).onClick(open(parent))
                }
                for item in folders {
                    Self.row(item.name, detail: "", isFolder: true).onClick(open(item.path))
                }
            }
            .id(Self.id("ui__filesystem_dialog__list"))
            .height(400)
            HStack(spacing: 8, justify: .end) {
                Button("Cancel", onClick: close(ui)).id(Self.id("ui__filesystem_dialog__button_cancel"))
                Button(
                    "Select this folder",
                    onClick: ui.on { $0.carry(transfer, paths, into: folder, $1) }
                )
                .id(Self.id("ui__filesystem_dialog__button_ok"))
            }
            .unlisted()
            .padding(12)
            .fillWidth()
        }
        .fillWidth()
        return dialog
    }

    private mutating func carry(
        _ transfer: Transfer,
        _ paths: [String],
        into folder: String,
        _ context: AppContext
    ) {
        (asking, selection) = (nil, [])
        let store = MarkorStore(context).documents
        let failed = paths.filter { transfer == .move ? !store.move($0, into: folder) : !store.copy($0, into: folder) }
        if !failed.isEmpty { context.toast("Error could not \(transfer.rawValue) \(DevicePath.name(failed[0]))") }
    }
}
