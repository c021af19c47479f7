// SPDX-License-Identifier: Apache-2.0

import Media

/// The grids of folders and of pictures.
extension GalleryApp {
    private static let columns = 3
    private static let cell: Dp = 132

    func foldersPage(_ ui: UI<Self>) -> any Component {
        let all = GalleryStore(ui.context).folders()
        let folders = query.isEmpty ? all : all.filter { GalleryStore.title($0.path).localizedContains(query) }
        return VStack {
            searchBar("Search folders", ui)
            if folders.isEmpty {
                EmptyState(query.isEmpty ? "No media with the selected filters have been found." : "No items found")
                    .view.weight()
            } else {
                grid(folders.count, height: Self.cell + 44) { folderCell(folders[$0], ui) }
                    .id(Self.id("directories_grid"))
                    .weight()
            }
        }
        .id(Self.id("directories_coordinator"))
        .fill()
    }

    /// The bar that is a search field, with the page's menu at its end.
    private func searchBar(_ hint: String, _ ui: UI<Self>) -> View {
        let shows = Self.showsNames(ui.context)
        return HStack {
            if case .folder = page {
                IconButton(.back, "Back", onClick: ui.finish)
            } else {
                IconView(.search).margin(horizontal: 12)
            }
            TextField(hint, text: ui.binding(\.query), id: Self.id("top_toolbar_search"), style: .bare).view.weight()
            IconButton(.sort, "Sort by", onClick: ui.on { app, _ in app.asking = .sort }).id(Self.id("sort"))
            if case .folder = page {
                IconButton(.more, "More options").className("android.widget.ImageView").menu([
                    MenuItem(
                        "Toggle filename visibility",
                        action: ui.on { app, context in app.showNames(!shows, context) }
                    )
                ])
            }
        }
        .className("android.view.ViewGroup")
        .id(Self.id("top_toolbar_holder"))
        .height(56)
        .fillWidth()
        .margin(horizontal: 12, vertical: 8)
        .background(.surfaceVariant, radius: 28)
    }

    /// Rows of cells, made only where they are seen.
    private func grid(_ count: Int, height: Dp, _ cell: @escaping (Int) -> View) -> View {
        let rows = (count + Self.columns - 1) / Self.columns
        return List(count: rows, rowHeight: height) { row in
            HStack(spacing: 4) {
                for column in 0..<Self.columns {
                    let index = row * Self.columns + column
                    if index < count { cell(index) } else { Spacer().view.weight() }
                }
            }
            .unlisted()
            .padding(horizontal: 4, vertical: 2)
            .height(height)
            .fillWidth()
        }
        .view
    }

    private func folderCell(_ folder: GalleryStore.Folder, _ ui: UI<Self>) -> View {
        VStack(spacing: 2) {
            thumbnail(folder.pictures.first, ui.context, ticked: false)
                .id(Self.id("dir_thumbnail"))
                .height(Self.cell)
                .fillWidth()
            Text(GalleryStore.title(folder.path), size: 14, maxLines: 1).id(Self.id("dir_name")).margin(horizontal: 4)
            Text("\(folder.pictures.count)", size: 12, color: .onSurfaceVariant).id(Self.id("photo_cnt"))
                .margin(horizontal: 4)
        }
        .className("android.widget.RelativeLayout")
        .id(Self.id("dir_holder"))
        .weight()
        .key(folder.path)
        .onClick(
            ui.on { app, context in
                context.open(Self.mediaActivity, GalleryApp(page: .folder(folder.path), pictures: app.pictures))
            }
        )
    }

    /// A picture that fills its square, or a sign for a file that holds none.
    private func thumbnail(_ document: Document?, _ context: AppContext, ticked: Bool) -> View {
        let small = document.flatMap { pictures.thumbnail($0, context.system.files) }
        return ZStack {
            if let small {
                Picture(small, fit: .cover).unlisted().fill()
            } else {
                IconView(.image, color: .outline, size: 40).unlisted().align(.center)
            }
            if ticked {
                IconView(.check, color: .onPrimary, size: 20).padding(2).background(.primary, radius: 12)
                    .id(Self.id("medium_check")).margin(6).align(.topEnd)
            }
        }
        .className("android.widget.ImageView")
        .background(.surfaceVariant)
    }

    // MARK: A folder

    func folderPage(_ folder: String, _ ui: UI<Self>) -> any Component {
        let all = GalleryStore(ui.context).pictures(in: folder)
        let found = query.isEmpty ? all : all.filter { $0.name.localizedContains(query) }
        let shows = Self.showsNames(ui.context)
        return VStack {
            if selection.isEmpty {
                searchBar("Search in \(GalleryStore.title(folder))", ui)
            } else {
                selectionBar(all, ui)
            }
            if found.isEmpty {
                EmptyState("No items found").view.weight()
            } else {
                grid(found.count, height: Self.cell + (shows ? 24 : 4)) { pictureCell(found[$0], shows, ui) }
                    .id(Self.id("media_grid"))
                    .weight()
            }
        }
        .id(Self.id("media_coordinator"))
        .fill()
    }

    private func pictureCell(_ document: Document, _ shows: Bool, _ ui: UI<Self>) -> View {
        let ticked = selection.contains(document.path)
        return VStack(spacing: 2) {
            thumbnail(document, ui.context, ticked: ticked)
                .id(Self.id("medium_thumbnail"))
                .height(Self.cell)
                .fillWidth()
            if shows {
                Text(document.name, size: 12, maxLines: 1).id(Self.id("medium_name")).margin(horizontal: 4)
            }
        }
        .className("android.widget.RelativeLayout")
        .id(Self.id("media_item_holder"))
        .weight()
        .selected(ticked)
        .key(document.path)
        .onClick(
            ui.on { app, context in
                if app.selection.isEmpty {
                    let page = GalleryApp(page: .picture(document.path), pictures: app.pictures)
                    context.open(Self.pagerActivity, page)
                } else {
                    app.tick(document.path)
                }
            }
        )
        .onLongClick(ui.on { app, _ in app.tick(document.path) })
    }

    private func selectionBar(_ all: [Document], _ ui: UI<Self>) -> View {
        let paths = selection
        var menu: [MenuItem] = []
        if paths.count == 1 { menu.append(MenuItem("Rename", action: ui.on { app, _ in app.startRenaming(paths[0]) })) }
        menu += transferMenu(paths, ui)
        menu.append(MenuItem("Select all", action: ui.on { app, _ in app.selection = all.map(\.path) }))
        return AppBar(
            "\(paths.count) / \(all.count)",
            leading: .close(ui.on { app, _ in app.selection = [] }),
            background: .surfaceHigh,
            id: "android:id/action_mode_bar",
            menu: menu
        ) {
            IconButton(.info, "Properties", onClick: ui.on { app, _ in app.asking = .properties(paths) })
                .id(Self.id("cab_properties"))
            IconButton(.delete, "Delete", onClick: ui.on { app, _ in app.asking = .delete(paths) })
                .id(Self.id("cab_delete"))
        }
        .view
    }

    private func transferMenu(_ paths: [String], _ ui: UI<Self>) -> [MenuItem] {
        [
            MenuItem(
                "Copy to",
                action: ui.on { app, _ in app.asking = .destination(Transfer(paths: paths, move: false)) }
            ),
            MenuItem(
                "Move to",
                action: ui.on { app, _ in app.asking = .destination(Transfer(paths: paths, move: true)) }
            ),
        ]
    }

    // MARK: A picture

    func picturePage(_ path: String, _ ui: UI<Self>) -> any Component {
        let document = GalleryStore(ui.context).documents.document(path)
        let picture = document.flatMap { pictures.picture($0, ui.context.system.files) }
        let stage = ZStack {
            if let picture {
                Picture(picture).id(Self.id("gestures_view")).fill()
            } else {
                Text("Unknown file format", color: .rgb(0xffffff)).align(.center)
            }
        }
        .className("androidx.viewpager.widget.ViewPager")
        .id(Self.id("view_pager"))
        .fillWidth()
        .background(.rgb(0x000000))
        .onClick(ui.on { app, _ in app.isBare.toggle() })
        .onSwipe { direction in
            switch direction {
            case .left: ui.on { app, context in app.turn(1, context) }()
            case .right: ui.on { app, context in app.turn(-1, context) }()
            case .up, .down: break
            }
        }
        return VStack {
            if !isBare {
                AppBar(
                    DevicePath.name(path),
                    leading: .up(ui.finish),
                    id: Self.id("medium_viewer_toolbar"),
                    menu: [MenuItem("Rename", action: ui.on { app, _ in app.startRenaming(path) })]
                        + transferMenu([path], ui)
                )
            }
            stage.weight()
            if !isBare {
                HStack(justify: .center) {
                    IconButton(.info, "Properties", onClick: ui.on { app, _ in app.asking = .properties([path]) })
                        .id(Self.id("bottom_properties")).margin(horizontal: 40)
                    IconButton(.delete, "Delete", onClick: ui.on { app, _ in app.asking = .delete([path]) })
                        .id(Self.id("bottom_delete")).margin(horizontal: 40)
                }
                .id(Self.id("bottom_actions"))
                .height(64)
                .fillWidth()
                .background(.surface)
            }
        }
        .id(Self.id("fragment_viewer_holder"))
        .fill()
    }

    /// To the next picture of the folder, or to the one before; at either end nothing happens.
    private mutating func turn(_ by: Int, _ context: AppContext) {
        guard case .picture(let path) = page else { return }
        let all = GalleryStore(context).pictures(in: DevicePath.parent(path)).map(\.path)
        guard let index = all.firstIndex(of: path), all.indices.contains(index + by) else { return }
        page = .picture(all[index + by])
    }
}

extension String {
    /// Whether it holds the words, whatever the case.
    fileprivate func localizedContains(_ words: String) -> Bool { lowercased().contains(words.lowercased()) }
}
