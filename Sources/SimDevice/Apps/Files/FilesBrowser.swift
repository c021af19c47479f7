// SPDX-License-Identifier: Apache-2.0

import Media

/// The browser's page: bars, breadcrumb, and the files as a list or a grid. The picker is the same page with buttons.
extension FilesApp {
    func browser(_ ui: UI<Self>) -> any Component {
        let documents = documents(ui.context)
        let page = VStack {
            bar(documents, ui)
            if !searching && !folders.isEmpty { breadcrumb(ui) }
            if !searching || !query.isEmpty { header(ui) }
            content(documents, ui).weight().fillWidth()
            if isPicker { pickerButtons(ui) }
        }
        .id(Self.id("coordinator_layout"))
        .fill()
        return ZStack {
            if drawerOpen { page.withoutListing() } else { page }
            if drawerOpen { drawer(ui) }
        }
        .id(Self.id("drawer_layout"))
        .fill()
    }

    // MARK: Bars

    private func bar(_ documents: [Document], _ ui: UI<Self>) -> View {
        if !selection.isEmpty { return selectionBar(documents, ui) }
        if searching { return searchBar(ui) }
        let name = folders.last.map(DevicePath.name) ?? title(root, ui.context)
        var view = AppBar(
            name,
            leading: .drawer(ui.on { app, _ in app.drawerOpen = true }),
            id: Self.id("toolbar"),
            menu: menu(documents, ui)
        ) {
            IconButton(.search, "Search", onClick: ui.on { app, _ in (app.searching, app.query) = (true, "") })
                .className("android.widget.Button")
                .id(Self.id("option_menu_search"))
        }
        .view
        view.children[0] = view.children[0].described("Show roots")
        return view
    }

    private func searchBar(_ ui: UI<Self>) -> View {
        let field = TextField(
            "Search in \(title(root, ui.context))",
            text: ui.binding(\.query),
            id: Self.id("search_src_text"),
            style: .bare,
            size: 18,
            autofocus: true
        )
        return AppBar("", leading: .up(ui.on { _ = $0.back($1) }), titleView: field, id: Self.id("toolbar")) {
            if !query.isEmpty {
                IconButton(.close, "Clear query", onClick: ui.on { app, _ in app.query = "" })
                    .id(Self.id("search_close_btn"))
            }
        }
        .view
    }

    private func menu(_ documents: [Document], _ ui: UI<Self>) -> [MenuItem] {
        let hidden = store(ui.context).showHidden
        var items = [
            MenuItem(
                "New folder",
                enabled: folder != nil,
                action: ui.on { app, _ in (app.asking, app.name) = (.newFolder, "") }
            ),
            MenuItem("Sort by...", action: ui.on { app, _ in app.asking = .sort }),
        ]
        if !isPicker {
            items.append(
                MenuItem(
                    "Select all",
                    enabled: !documents.isEmpty,
                    action: ui.on { app, _ in app.selection = documents.map(\.path) }
                )
            )
        }
        items.append(
            MenuItem(
                hidden ? "Don't show hidden files" : "Show hidden files",
                action: ui.on { $0.setShowHidden(!hidden, $1) }
            )
        )
        return items
    }

    private func selectionBar(_ documents: [Document], _ ui: UI<Self>) -> View {
        let paths = selection
        var items = [
            MenuItem("Select all", action: ui.on { app, _ in app.selection = documents.map(\.path) }),
            MenuItem("Copy to…", action: ui.on { $0.startPicking(.copy, $1) }),
            MenuItem("Move to…", action: ui.on { $0.startPicking(.move, $1) }),
        ]
        if paths.count == 1 {
            items += [
                MenuItem("Rename", action: ui.on { app, _ in app.startRenaming(paths[0]) }),
                MenuItem("Get info", action: ui.on { $1.open(Self.infoActivity, FilesApp(page: .info(paths[0]))) }),
            ]
        }
        return AppBar(
            "\(paths.count) selected",
            leading: .close(ui.on { app, _ in app.selection = [] }),
            background: .secondaryContainer,
            id: Self.id("action_mode_bar"),
            menu: items
        ) {
            IconButton(.delete, "Delete", onClick: ui.on { app, _ in app.asking = .delete(paths) })
                .className("android.widget.Button")
                .id(Self.id("action_menu_delete"))
        }
        .view
    }

    private func breadcrumb(_ ui: UI<Self>) -> View {
        ScrollView(.horizontal) {
            crumb(title(root, ui.context), last: false, ui.on { app, _ in app.folders = [] })
            for (index, path) in folders.enumerated() {
                IconView(.chevronRight, size: 18).unlisted().align(.center)
                crumb(
                    DevicePath.name(path),
                    last: index == folders.count - 1,
                    ui.on { app, _ in app.folders = Array(app.folders.prefix(index + 1)) }
                )
            }
        }
        .className("androidx.recyclerview.widget.RecyclerView")
        .id(Self.id("horizontal_breadcrumb"))
        .padding(horizontal: 12)
        .height(44)
        .fillWidth()
    }

    private func crumb(_ name: String, last: Bool, _ click: @escaping Handler) -> View {
        HStack {
            Text(name, size: 15, weight: .medium, color: last ? .primary : .onSurfaceVariant, maxLines: 1)
                .id(Self.id("breadcrumb_text"))
        }
        .padding(horizontal: 8)
        .height(44)
        .onClick(click)
    }

    private func header(_ ui: UI<Self>) -> View {
        let grid = Self.isGrid(ui.context)
        let name = folders.last.map(DevicePath.name) ?? title(root, ui.context)
        return HStack {
            Text(searching ? "Search results" : "Files in \(name)", size: 15, weight: .medium, maxLines: 1)
                .id(Self.id("header_title"))
                .weight()
            IconButton(grid ? .list : .grid, grid ? "List view" : "Grid view", onClick: ui.on { $0.setGrid(!grid, $1) })
                .className("android.widget.Button")
                .id(Self.id(grid ? "sub_menu_list" : "sub_menu_grid"))
        }
        .className("android.widget.LinearLayout")
        .padding(left: 20, right: 8)
        .height(48)
        .fillWidth()
    }

    private func saveBar(_ ui: UI<Self>) -> View {
        HStack(spacing: 12) {
            TextField("", text: ui.binding(\.fileName), id: "android:id/title").weight()
            Button("SAVE", style: .filled, onClick: ui.on { app, context in app.finishCreating(context) })
                .id("android:id/button1")
                .enabled(folder != nil && !fileName.isEmpty)
        }
        .id(Self.id("container_save"))
        .padding(horizontal: 16, vertical: 12)
        .fillWidth()
        .background(.surfaceHigh)
    }

    private func pickerButtons(_ ui: UI<Self>) -> View {
        if case .create = page { return saveBar(ui) }
        guard case .picker(let operation, _) = page else { return ZStack().view }
        return HStack(spacing: 12, justify: .end) {
            Button("Cancel", onClick: ui.finish).id("android:id/button2")
            Button(operation == .move ? "MOVE" : "COPY", style: .filled, onClick: ui.on { $0.finishPicking($1) })
                .id("android:id/button1")
                .enabled(folder != nil)
        }
        .id(Self.id("container_save"))
        .padding(horizontal: 16, vertical: 12)
        .fillWidth()
        .background(.surfaceHigh)
    }

    // MARK: Files

    private func content(_ documents: [Document], _ ui: UI<Self>) -> View {
        if documents.isEmpty {
            return EmptyState(
                searching ? (query.isEmpty ? "" : "No matches") : "No items",
                icon: searching ? .search : .folder
            )
            .view.id(Self.id("content"))
        }
        let list =
            Self.isGrid(ui.context)
            ? grid(documents, ui)
            : List(
                count: documents.count,
                rowHeight: 72,
                row: { row(documents[$0], ui) }
            ).view
        return list.id(Self.id("dir_list"))
    }

    private func row(_ document: Document, _ ui: UI<Self>) -> View {
        let ticked = selection.contains(document.path)
        return HStack {
            ZStack { IconView(ticked ? .check : document.type.icon, color: tint(document)).unlisted().align(.center) }
                .className("android.widget.ImageView")
                .id(Self.id("icon_mime"))
                .size(40, 40)
                .background(ticked ? .primaryContainer : .surfaceVariant, radius: 20)
            VStack(spacing: 2) {
                Text(document.name, size: 16, maxLines: 1).id("android:id/title")
                HStack(spacing: 8) {
                    for (name, text) in details(document, ui.context) {
                        Text(text, size: 13, color: .onSurfaceVariant, maxLines: 1).id(Self.id(name))
                    }
                }
                .id(Self.id("line2"))
            }
            .weight()
            .margin(left: 16)
        }
        .id(Self.id("item_root"))
        .described(spoken(document, ui.context))
        .padding(horizontal: 16)
        .height(72)
        .fillWidth()
        .background(ticked ? .secondaryContainer : .clear)
        .handles(document, ticked, self, ui)
    }

    /// Two cells a row: low ones for folders, tall ones with a picture for files.
    private func grid(_ documents: [Document], _ ui: UI<Self>) -> View {
        let folders = documents.filter(\.isFolder)
        let files = documents.filter { !$0.isFolder }
        let folderRows = (folders.count + 1) / 2
        return List(
            count: folderRows + (files.count + 1) / 2,
            height: { $0 < folderRows ? 64 : 196 },
            row: { index in
                let (group, row) = index < folderRows ? (folders, index) : (files, index - folderRows)
                let pair = group[(row * 2)..<min(row * 2 + 2, group.count)]
                return HStack {
                    for document in pair { cell(document, ui) }
                    if pair.count == 1 { Spacer() }
                }
                .unlisted()
                .padding(horizontal: 8)
                .height(index < folderRows ? 64 : 196)
                .fillWidth()
            }
        ).view
    }

    private func cell(_ document: Document, _ ui: UI<Self>) -> View {
        let ticked = selection.contains(document.path)
        let name = Text(document.name, size: 14, weight: .medium, maxLines: 1).id("android:id/title")
        let icon = IconView(ticked ? .check : document.type.icon, color: tint(document)).id(Self.id("icon_mime_sm"))
        let line = details(document, ui.context).map(\.1).prefix(2).joined(separator: ", ")
        let view =
            document.isFolder
            ? HStack(spacing: 12) {
                icon
                name.weight()
            }.padding(horizontal: 14)
            : VStack {
                thumbnail(document, ui).weight().fillWidth()
                HStack(spacing: 8) {
                    icon
                    VStack {
                        name
                        Text(line, size: 12, color: .onSurfaceVariant, maxLines: 1).id(Self.id("details"))
                    }
                    .unlisted()
                    .weight()
                }
                .unlisted()
                .padding(horizontal: 12)
                .height(60)
                .fillWidth()
            }.view
        return view.className("android.widget.LinearLayout")
            .id(Self.id("item_root"))
            .described(spoken(document, ui.context))
            .margin(4)
            .weight()
            .fillHeight()
            .background(ticked ? .secondaryContainer : .clear, radius: 12, border: ticked ? .primary : .divider)
            .handles(document, ticked, self, ui)
    }

    private func thumbnail(_ document: Document, _ ui: UI<Self>) -> View {
        if let pixels = thumbnails.picture(of: document, ui.context.system.files) {
            return Picture(pixels, fit: .cover).view.id(Self.id("icon_thumb"))
        }
        return ZStack { IconView(document.type.icon, color: tint(document), size: 48).unlisted().align(.center) }
            .className("android.widget.ImageView")
            .id(Self.id("icon_mime_lg"))
            .background(.surfaceVariant, radius: 12)
    }

    private func tint(_ document: Document) -> Tone {
        switch document.type.family {
        case .folder: .onSurfaceVariant
        case .image: .rgb(0xd93025)
        case .video: .rgb(0xe8710a)
        case .audio: .rgb(0x9334e6)
        case .document: .rgb(0x1a73e8)
        case .archive: .rgb(0x795548)
        case .app: .rgb(0x188038)
        case .other: .onSurfaceVariant
        }
    }

    private func details(_ document: Document, _ context: AppContext) -> [(String, String)] {
        let date = ("date", FileFormat.date(document.modified, context))
        if document.isFolder { return [date] }
        return [("size", FileFormat.size(document.size)), date, ("file_type", document.type.name)]
    }

    /// What a screen reader says of a row: `a.txt, 12 B, Oct 15`.
    private func spoken(_ document: Document, _ context: AppContext) -> String {
        ([document.name] + details(document, context).map(\.1).prefix(2)).joined(separator: ", ")
    }
}

extension View {
    /// What a touch on a file does. In the picker files cannot be taken, as there is nothing to do to them.
    fileprivate func handles(_ document: Document, _ ticked: Bool, _ app: FilesApp, _ ui: UI<FilesApp>) -> View {
        let view = selected(ticked)
        if app.isPicker {
            return document.isFolder ? view.onClick(ui.on { $0.touch(document, $1) }) : view.enabled(false)
        }
        return view.onClick(ui.on { $0.touch(document, $1) }).onLongClick(ui.on { app, _ in app.tick(document) })
    }

    /// The same drawing without any node in the hierarchy and without any touch.
    func withoutListing() -> View {
        var view = self
        view.className = ""
        view.handlers = Handlers()
        view.children = children.map { $0.withoutListing() }
        if case .lazy(let rows) = arrangement {
            view.arrangement = .lazy(
                .init(count: rows.count, height: rows.height, row: { rows.row($0).withoutListing() })
            )
        }
        return view
    }
}
