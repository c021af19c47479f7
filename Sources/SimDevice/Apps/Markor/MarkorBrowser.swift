// SPDX-License-Identifier: Apache-2.0

import Media

/// The list of files and folders.
extension MarkorApp {
    static let rowHeight: Dp = 68

    func filesPage(_ ui: UI<Self>) -> any Component {
        let all = MarkorStore(ui.context).list(folder)
        let wanted = query.lowercased()
        let shown = searching && !wanted.isEmpty ? all.filter { $0.name.lowercased().contains(wanted) } : all
        // The way up stands in the list, as a folder with the name `..`.
        let up = folder == DocumentStore.storage || searching ? 0 : 1
        return VStack {
            if !selection.isEmpty {
                selectionBar(all, ui)
            } else if searching {
                searchField(ui)
            } else {
                filesBar(ui)
            }
            ZStack {
                List(count: shown.count + up, rowHeight: Self.rowHeight) { index in
                    index < up ? upRow(ui) : row(shown[index - up], ui)
                }
                .id(Self.id("ui__filesystem_dialog__list"))
                if selection.isEmpty && !searching {
                    FloatingButton(
                        .add,
                        "Create a new file or folder",
                        id: Self.id("fab_add_new_item"),
                        onClick: ui.on { app, _ in
                            (app.asking, app.name) = (.new, "")
                            (app.format, app.ending) = (.markdown, MarkorFormat.markdown.ending)
                        }
                    )
                }
            }
            .weight()
            .fillWidth()
        }
        .fill()
    }

    // MARK: Bars

    private func filesBar(_ ui: UI<Self>) -> View {
        let home = folder == MarkorStore.notebook
        return AppBar(home ? "Markor" : DevicePath.name(folder), id: Self.id("toolbar")) {
            if !home {
                button(.home, "Go to", "action_go_to", ui.on { $0.goHome($1) })
            }
            button(.search, "Search", "action_search", ui.on { app, _ in (app.searching, app.query) = (true, "") })
            IconButton(.sort, "Sort by")
                .className("android.widget.Button")
                .id(Self.id("action_sort"))
                .menu(orders(ui))
        }
        .view
    }

    private func orders(_ ui: UI<Self>) -> [MenuItem] {
        let store = MarkorStore(ui.context)
        func set(_ change: @escaping (inout MarkorStore) -> Void) -> Handler {
            ui.on { _, context in
                var store = MarkorStore(context)
                change(&store)
            }
        }
        return MarkorOrder.allCases.map { order in
            MenuItem(order.title, checked: store.order == order, action: set { $0.setOrder(order) })
        } + [
            MenuItem(
                "Reverse order",
                checked: store.isReversed,
                action: set { $0.setReversed(!$0.isReversed) }
            ),
            MenuItem(
                "Folders first",
                checked: store.foldersFirst,
                action: set { $0.setFoldersFirst(!$0.foldersFirst) }
            ),
        ]
    }

    private func searchField(_ ui: UI<Self>) -> View {
        ui.searchBar(\.searching, \.query, field: Self.id("search_src_text"), bar: Self.id("toolbar"))
    }

    private func selectionBar(_ all: [Document], _ ui: UI<Self>) -> View {
        AppBar(
            "(\(selection.count))",
            leading: .close(ui.on { app, _ in app.selection = [] }),
            background: .surfaceHigh,
            id: Self.id("toolbar"),
            menu: [
                MenuItem("Move", action: ui.on { app, _ in app.startPicking(.move) }),
                MenuItem("Copy", action: ui.on { app, _ in app.startPicking(.copy) }),
                MenuItem("Select all", action: ui.on { app, _ in app.selection = all.map(\.path) }),
            ]
        ) {
            if selection.count == 1 {
                button(
                    .edit,
                    "Rename",
                    "action_rename_selected_item",
                    ui.on { app, _ in
                        guard let path = app.selection.first else { return }
                        (app.asking, app.name) = (.rename(path), DevicePath.name(path))
                    }
                )
            }
            button(
                .delete,
                "Delete",
                "action_delete_selected_items",
                ui.on { app, _ in app.asking = .delete(app.selection) }
            )
        }
        .view
    }

    private func button(_ icon: Icon, _ title: String, _ id: String, _ handler: @escaping Handler) -> View {
        IconButton(icon, title, onClick: handler).className("android.widget.Button").id(Self.id(id)).key(id)
    }

    private mutating func startPicking(_ transfer: Transfer) {
        asking = .pick(transfer, paths: selection, folder: MarkorStore.notebook)
    }

    // MARK: Rows

    private func upRow(_ ui: UI<Self>) -> View {
        let parent = DevicePath.parent(folder)
        return Self.row("..", detail: parent, isFolder: true).onClick(ui.on { $0.open(parent, $1) })
    }

    private func row(_ document: Document, _ ui: UI<Self>) -> View {
        let on = selection.contains(document.path)
        return Self.row(document.name, detail: Self.detail(document, ui.context), isFolder: document.isFolder)
            .background(on ? .secondaryContainer : .clear)
            .selected(on)
            .onClick(ui.on { $0.touch(document, $1) })
            .onLongClick(ui.on { app, _ in app.tick(document.path) })
    }

    /// A line of the list, without what it does.
    static func row(_ name: String, detail: String, isFolder: Bool) -> View {
        HStack {
            IconView(isFolder ? .folder : .file, color: isFolder ? .primary : .onSurfaceVariant, size: 32)
                .id(id("opoc_filesystem_item__image"))
            VStack(spacing: 2) {
                Text(name, size: 16, maxLines: 1).id(id("opoc_filesystem_item__title"))
                Text(detail, size: 12, color: .onSurfaceVariant, maxLines: 1).id(
                    id("opoc_filesystem_item__description")
                )
            }
            .unlisted()
            .weight()
            .margin(left: 16)
        }
        .className("android.widget.LinearLayout")
        .id(id("opoc_filesystem_item__root"))
        .described("\(isFolder ? "Folder" : "File") \(name) ")
        .key(name)
        .padding(horizontal: 16)
        .height(rowHeight)
        .fillWidth()
    }

    /// `Oct 15, 2023, 15:34, 20 B`; of a folder its time alone.
    private static func detail(_ document: Document, _ context: AppContext) -> String {
        let time = LocalTime(document.modified * 1000, zone: context.system.timeZone)
        let day = "\(time.day.monthName.prefix(3)) \(time.day.day), \(time.day.year)"
        let moment = "\(day), \(time.clock(is24Hour: context.is24Hour))"
        return document.isFolder ? moment : "\(moment), \(size(document.size))"
    }

    private static func size(_ bytes: Int64) -> String {
        if bytes < 1000 { return "\(bytes) B" }
        let (unit, name): (Int64, String) = bytes < 1_000_000 ? (1000, "kB") : (1_000_000, "MB")
        return "\(bytes / unit).\(bytes % unit * 10 / unit) \(name)"
    }

    // MARK: Doing

    private mutating func touch(_ item: Document, _ context: AppContext) {
        if !selection.isEmpty { return tick(item.path) }
        if item.isFolder { return open(item.path, context) }
        edit(item.path, isNew: false, context)
    }

    private mutating func tick(_ path: String) {
        if let index = selection.firstIndex(of: path) {
            selection.remove(at: index)
        } else {
            selection.append(path)
        }
    }

    private mutating func open(_ path: String, _ context: AppContext) {
        (searching, query, selection) = (false, "", [])
        if path == MarkorStore.notebook { return goHome(context) }
        trail.append(path)
        context.scrollToTop()
    }

    private mutating func goHome(_ context: AppContext) {
        trail = [MarkorStore.notebook]
        context.scrollToTop()
    }

    /// Opens a file in the editor. What is no text is not opened, as the app hands such files to others.
    func edit(_ path: String, isNew: Bool, _ context: AppContext) {
        guard ![.image, .video, .audio].contains(FileType.of(DevicePath.name(path)).family) else {
            return context.toast("No app can perform this action")
        }
        context.open(Self.documentActivity, MarkorApp(editing: path, isNew: isNew, context))
    }
}
