// SPDX-License-Identifier: Apache-2.0

import Media

/// What the gallery asks over its pages.
extension GalleryApp {
    func dialog(_ ui: UI<Self>) -> Dialog? {
        let cancel = ui.on { (app: inout Self, _: AppContext) in app.asking = nil }
        switch asking {
        case .sort:
            let orders = DocumentOrder.allCases
            return .choice(
                "Sort by",
                orders.map(\.title),
                selected: orders.firstIndex(of: GalleryStore(ui.context).order),
                onPick: ui.on { app, context, index in app.sort(orders[index], context) },
                onCancel: cancel
            )
        case .delete(let paths):
            let what = paths.count == 1 ? "\"\(DevicePath.name(paths[0]))\"" : "\(paths.count) items"
            return Dialog(
                message: "Are you sure you want to delete \(what)?",
                positive: .init("Yes", ui.on { $0.delete(paths, $1) }),
                negative: .init("No", cancel),
                dismiss: cancel
            )
        case .rename(let path): return renameDialog(path, ui, cancel)
        case .properties(let paths): return propertiesDialog(paths, ui, cancel)
        case .destination(let transfer): return destinationDialog(transfer, ui, cancel)
        case .otherFolder(let transfer, let folder): return folderDialog(transfer, folder, ui, cancel)
        case .newFolder(let transfer, let folder):
            return .input(
                "Create new folder",
                hint: "Name",
                text: ui.binding(\.name),
                id: Self.id("folder_name"),
                okEnabled: !name.isEmpty,
                onOK: ui.on { $0.makeFolder(transfer, at: folder, $1) },
                onCancel: ui.on { app, _ in app.asking = .otherFolder(transfer, at: folder) }
            )
        case .conflict(let transfer, let folder): return conflictDialog(transfer, folder, ui, cancel)
        case nil: return nil
        }
    }

    private func renameDialog(_ path: String, _ ui: UI<Self>, _ cancel: @escaping Handler) -> Dialog {
        let rename = ui.on { (app: inout Self, context: AppContext) in app.rename(path, context) }
        return Dialog(
            title: "Rename",
            content: VStack(spacing: 8) {
                TextField(
                    "Name",
                    text: ui.binding(\.name),
                    id: Self.id("rename_item_name"),
                    autofocus: true,
                    onSubmit: rename
                )
                TextField(
                    "Extension",
                    text: ui.binding(\.ending),
                    id: Self.id("rename_item_extension"),
                    onSubmit: rename
                )
            }
            .fillWidth()
            .padding(horizontal: 24, vertical: 8),
            positive: .init("OK", rename),
            negative: .init("Cancel", cancel),
            dismiss: cancel
        )
    }

    private func propertiesDialog(_ paths: [String], _ ui: UI<Self>, _ cancel: @escaping Handler) -> Dialog {
        let found = paths.compactMap { GalleryStore(ui.context).documents.document($0) }
        var lines: [(String, String)] = []
        if found.count == 1, let file = found.first {
            lines += [("Name", file.name), ("Path", DevicePath.parent(file.path))]
        } else {
            lines.append(("Items selected", "\(found.count)"))
        }
        lines.append(("Size", FileFormat.size(found.reduce(0) { $0 + $1.size })))
        if found.count == 1, let file = found.first {
            lines.append(("Last modified", FileFormat.date(file.modified, ui.context)))
            if let picture = pictures.picture(file, ui.context.system.files) {
                lines.append(("Resolution", "\(picture.width) x \(picture.height)"))
            }
        }
        return Dialog(
            title: "Properties",
            content: VStack(spacing: 12) {
                for (label, value) in lines {
                    VStack {
                        Text(label, size: 12, color: .onSurfaceVariant).id(Self.id("property_label"))
                        Text(value, size: 16).id(Self.id("property_value"))
                    }
                    .key(label)
                }
            }
            .fillWidth()
            .padding(horizontal: 24, vertical: 8),
            positive: .init("OK", cancel),
            dismiss: cancel
        )
    }

    /// The folders that hold pictures already; any other is a button away.
    private func destinationDialog(_ transfer: Transfer, _ ui: UI<Self>, _ cancel: @escaping Handler) -> Dialog {
        let source = DevicePath.parent(transfer.paths.first ?? "")
        let folders = GalleryStore(ui.context).folders()
        return Dialog(
            title: "Select destination",
            content: ScrollView {
                for folder in folders {
                    destinationRow(folder, transfer, ui)
                }
            }
            .id(Self.id("directories_grid"))
            .fillWidth()
            .wrapHeight(),
            positive: .init("Other folder", ui.on { app, _ in app.asking = .otherFolder(transfer, at: source) }),
            negative: .init("Cancel", cancel),
            dismiss: cancel
        )
    }

    private func destinationRow(_ folder: GalleryStore.Folder, _ transfer: Transfer, _ ui: UI<Self>) -> View {
        HStack(spacing: 16) {
            IconView(.folder).unlisted()
            Text(GalleryStore.title(folder.path), size: 16, maxLines: 1).id(Self.id("dir_name")).weight()
            Text("\(folder.pictures.count)", size: 14, color: .onSurfaceVariant).id(Self.id("photo_cnt"))
        }
        .padding(horizontal: 24)
        .height(56)
        .fillWidth()
        .key(folder.path)
        .onClick(ui.on { app, context in app.bring(transfer, into: folder.path, context) })
    }

    /// Any folder of the storage, with the way to it above.
    private func folderDialog(
        _ transfer: Transfer,
        _ folder: String,
        _ ui: UI<Self>,
        _ cancel: @escaping Handler
    ) -> Dialog {
        let inside = DocumentOrder.nameUp.sorted(GalleryStore(ui.context).documents.list(folder).filter(\.isFolder))
        let way = [DocumentStore.storage] + FilesApp.chain(to: folder)
        var dialog = Dialog(
            title: "Select a folder",
            positive: .init("OK", ui.on { $0.bring(transfer, into: folder, $1) }),
            negative: .init("Cancel", cancel),
            neutral: .init(
                "Create new folder",
                ui.on { app, _ in (app.name, app.asking) = ("", .newFolder(transfer, at: folder)) }
            ),
            dismiss: cancel
        )
        dialog.content = VStack {
            HStack(spacing: 4) {
                for path in way {
                    Text(path == way.last ? GalleryStore.title(path) : "\(GalleryStore.title(path)) >", size: 15)
                        .id(Self.id("breadcrumb_text"))
                        .padding(horizontal: 6, vertical: 12)
                        .key(path)
                        .onClick(ui.on { app, _ in app.asking = .otherFolder(transfer, at: path) })
                }
            }
            .id(Self.id("filepicker_breadcrumbs"))
            .padding(horizontal: 18)
            .fillWidth()
            ScrollView {
                for entry in inside {
                    HStack(spacing: 16) {
                        IconView(.folder).unlisted()
                        Text(entry.name, size: 16, maxLines: 1).id(Self.id("list_item_name")).weight()
                    }
                    .padding(horizontal: 24)
                    .height(52)
                    .fillWidth()
                    .key(entry.path)
                    .onClick(ui.on { app, _ in app.asking = .otherFolder(transfer, at: entry.path) })
                }
            }
            .id(Self.id("filepicker_list"))
            .fillWidth()
            .height(360)
        }
        .fillWidth()
        return dialog
    }

    private func conflictDialog(
        _ transfer: Transfer,
        _ folder: String,
        _ ui: UI<Self>,
        _ cancel: @escaping Handler
    ) -> Dialog {
        let taken = GalleryStore(ui.context).taken(transfer.paths, in: folder) ?? ""
        return Dialog(
            title: "File \"\(DevicePath.name(taken))\" already exists",
            content: VStack {
                for option in GalleryStore.Conflict.allCases {
                    RadioButton(
                        label: option.title,
                        on: conflict == option,
                        onClick: ui.on { app, _ in app.conflict = option }
                    )
                }
            }
            .fillWidth()
            .padding(horizontal: 24, vertical: 8),
            positive: .init("OK", ui.on { $0.finish(transfer, into: folder, $1) }),
            negative: .init("Cancel", cancel),
            dismiss: cancel
        )
    }
}
