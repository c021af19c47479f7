// SPDX-License-Identifier: Apache-2.0

import Media

/// The main page with its tabs, the page of a playlist, and the player.
extension VLCApp {
    private static let rowHeight: Dp = 68

    func mainPage(_ ui: UI<Self>) -> any Component {
        VStack {
            bar(ui)
            content(ui).weight().fillWidth()
            tabs(ui)
        }
        .id(Self.id("content"))
        .fill()
    }

    private var title: String {
        switch tab {
        case .video: "VLC"
        case .browse:
            folders.last.map { $0 == DocumentStore.storage ? "Internal memory" : DevicePath.name($0) } ?? "Browse"
        case .playlists: "Playlists"
        }
    }

    private func bar(_ ui: UI<Self>) -> View {
        guard !selection.isEmpty else {
            let up = ui.on { (app: inout Self, context: AppContext) in _ = app.back(context) }
            let isRoot = tab != .browse || folders.isEmpty
            return AppBar(title, leading: isRoot ? .none : .up(up), id: Self.id("main_toolbar")).view
        }
        let paths = selection
        return AppBar(
            "\(paths.count) selected",
            leading: .close(ui.on { app, _ in app.selection = [] }),
            background: .surfaceHigh,
            id: Self.id("action_mode_bar")
        ) {
            IconButton(.play, "Play", onClick: ui.on { $0.play(paths[0], $1) })
                .id(Self.id("action_mode_file_play"))
            IconButton(.add, "Add to playlist", onClick: ui.on { app, _ in app.ask(paths) })
                .id(Self.id("action_mode_file_add_playlist"))
            if paths.count == 1 {
                IconButton(.info, "Information", onClick: ui.on { app, _ in app.asking = .information(paths[0]) })
                    .id(Self.id("action_mode_file_info"))
            }
        }
        .view
    }

    private mutating func ask(_ paths: [String]) { (asking, name) = (.addToPlaylist(paths), "") }

    private func tabs(_ ui: UI<Self>) -> View {
        let entries: [(String, Icon, String)] = [
            ("Video", .video, "nav_video"), ("Browse", .folder, "nav_directories"),
            ("Playlists", .list, "nav_playlists"),
        ]
        return TabBar(
            tabs: entries.map { TabBar.Tab(title: $0.0, icon: $0.1, id: Self.id($0.2)) },
            selected: tab.rawValue,
            bottom: true,
            onSelect: ui.on { app, context, index in
                let new = Tab(rawValue: index) ?? .video
                if new == app.tab { app.folders = [] }
                (app.tab, app.selection) = (new, [])
                context.scrollToTop()
            }
        )
        .id(Self.id("navigation"))
    }

    private func content(_ ui: UI<Self>) -> View {
        let media = (try? VLCStore(ui.context).media()) ?? []
        switch tab {
        case .video:
            if media.isEmpty { return EmptyState("No media files found", icon: .video).view }
            return List(count: media.count, rowHeight: Self.rowHeight) { film(media[$0].path, media, ui) }
                .id(Self.id("video_grid"))
        case .browse: return folders.last.map { browser($0, media, ui) } ?? storages(ui)
        case .playlists: return playlists(ui)
        }
    }

    // MARK: Browsing

    private func storages(_ ui: UI<Self>) -> View {
        List {
            Text("Storages", size: 14, weight: .medium, color: .primary)
                .id(Self.id("title_header"))
                .padding(left: 16, top: 16, bottom: 8)
            row(
                "Internal memory",
                "",
                .storage,
                onClick: ui.on { app, _ in app.folders = [DocumentStore.storage] }
            )
        }
        .id(Self.id("network_list"))
    }

    private func browser(_ folder: String, _ media: [VLCMedia], _ ui: UI<Self>) -> View {
        let store = DocumentStore(files: ui.context.system.files)
        let entries = DocumentOrder.nameUp.sorted(
            store.list(folder).filter { $0.isFolder || $0.type.family == .video || $0.type.family == .audio }
        )
        if entries.isEmpty { return EmptyState("This directory is empty", icon: .folder).view }
        return List(count: entries.count, rowHeight: Self.rowHeight) { index in
            let entry = entries[index]
            guard entry.isFolder else { return film(entry.path, media, ui) }
            return row(
                entry.name,
                "",
                .folder,
                onClick: ui.on { app, context in
                    guard app.selection.isEmpty else { return }
                    app.folders.append(entry.path)
                    context.scrollToTop()
                }
            )
        }
        .id(Self.id("network_list"))
    }

    /// A file that can be played: a touch does so, a long one ticks it.
    private func film(_ path: String, _ media: [VLCMedia], _ ui: UI<Self>) -> View {
        let isFilm = FileType.of(path).family == .video
        let known = media.first { $0.path == path }
        return row(
            DevicePath.name(path),
            known.map { Self.length($0.duration) } ?? "",
            isFilm ? .video : .music,
            ticked: selection.contains(path),
            menu: selection.isEmpty ? menu(path, known != nil, ui) : [],
            onClick: ui.on { app, context in
                if app.selection.isEmpty { app.play(path, context) } else { app.tick(path) }
            },
            // What the media library does not know goes into no playlist.
            onLongClick: known == nil ? nil : ui.on { app, _ in app.tick(path) }
        )
    }

    private func menu(_ path: String, _ isKnown: Bool, _ ui: UI<Self>) -> [MenuItem] {
        let play = MenuItem("Play", action: ui.on { $0.play(path, $1) })
        guard isKnown else { return [play] }
        return [
            play,
            MenuItem("Information", action: ui.on { app, _ in app.asking = .information(path) }),
            MenuItem("Add to playlist", action: ui.on { app, _ in app.ask([path]) }),
        ]
    }

    private mutating func tick(_ path: String) {
        if let index = selection.firstIndex(of: path) {
            selection.remove(at: index)
        } else {
            selection.append(path)
        }
    }

    private func row(
        _ title: String,
        _ text: String,
        _ icon: Icon,
        ticked: Bool = false,
        menu: [MenuItem] = [],
        onClick: @escaping Handler,
        onLongClick: Handler? = nil
    ) -> View {
        HStack {
            ZStack {
                IconView(ticked ? .check : icon, color: ticked ? .onPrimary : .rgb(0xff8800)).unlisted().align(.center)
            }
            .className("android.widget.ImageView")
            .id(Self.id("item_icon"))
            .size(44, 44)
            .background(ticked ? .primary : .surfaceVariant, radius: 6)
            VStack(spacing: 2) {
                Text(title, size: 16, maxLines: 1).id(Self.id("title"))
                if !text.isEmpty { Text(text, size: 13, color: .onSurfaceVariant, maxLines: 1).id(Self.id("text")) }
            }
            .unlisted()
            .margin(left: 16)
            .weight()
            if !menu.isEmpty { IconButton(.more, "More").id(Self.id("item_more")).menu(menu) }
        }
        .className("android.view.ViewGroup")
        .padding(left: 16, right: 4)
        .height(Self.rowHeight)
        .fillWidth()
        .background(ticked ? .secondaryContainer : .clear)
        .selected(ticked)
        .onClick(onClick)
        .onLongClick(onLongClick)
    }

    // MARK: Playlists

    private func playlists(_ ui: UI<Self>) -> View {
        let playlists = VLCStore(ui.context).playlists()
        if playlists.isEmpty { return EmptyState("No playlists", icon: .list).view }
        return List(count: playlists.count, rowHeight: Self.rowHeight) { index in
            let playlist = playlists[index]
            let count = playlist.media.count
            return row(
                playlist.name,
                "\(count) \(count == 1 ? "track" : "tracks")",
                .list,
                menu: [MenuItem("Delete", action: ui.on { app, _ in app.asking = .delete(playlist.id) })],
                onClick: ui.on { $1.open(Self.playlistActivity, VLCApp(page: .playlist(playlist.id))) }
            )
            .key("\(playlist.id)")
        }
        .id(Self.id("audio_list"))
    }

    func playlistPage(_ id: Int64, _ ui: UI<Self>) -> any Component {
        let playlist = VLCStore(ui.context).playlists().first { $0.id == id }
        let media = playlist?.media ?? []
        return VStack {
            AppBar(
                playlist?.name ?? "",
                leading: .up(ui.finish),
                id: Self.id("main_toolbar"),
                menu: playlist == nil ? [] : [MenuItem("Delete", action: ui.on { app, _ in app.asking = .delete(id) })]
            )
            if let playlist, !media.isEmpty {
                List(count: media.count, rowHeight: Self.rowHeight) { index in
                    row(
                        media[index].filename,
                        Self.length(media[index].duration),
                        .video,
                        menu: [
                            MenuItem("Play", action: ui.on { $0.play(media[index].path, $1) }),
                            MenuItem("Remove from playlist", action: ui.on { $0.remove(index, playlist, $1) }),
                        ],
                        onClick: ui.on { $0.play(media[index].path, $1) }
                    )
                    .key("\(index)")
                }
                .id(Self.id("songs"))
                .weight()
            } else {
                EmptyState("No media files found", icon: .video).view.weight()
            }
        }
        .fill()
    }

    private func remove(_ index: Int, _ playlist: VLCPlaylist, _ context: AppContext) {
        if (try? VLCStore(context).remove(at: index, from: playlist)) == nil {
            context.toast("The playlist could not be changed.")
        }
    }
}
