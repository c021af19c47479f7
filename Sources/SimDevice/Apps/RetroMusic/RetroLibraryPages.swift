// SPDX-License-Identifier: Apache-2.0

import Media

/// The library with its tabs, and the page of an album or artist.
extension RetroMusicApp {
    private static let latest = 8

    func libraryPage(_ ui: UI<Self>) -> any Component {
        let songs = songs(ui.context)
        return VStack {
            bar(title, ui, all: tab == .home ? latest(ui.context) : songs, menu: libraryMenu(songs, ui))
            content(songs, ui).weight().fillWidth()
            miniPlayer(ui)
            tabs(ui)
        }
        .id(Self.id("mainContent"))
        .fill()
    }

    private var title: String {
        switch tab {
        case .home: "Retro Music"
        case .songs: "Songs"
        case .albums: "Albums"
        case .artists: "Artists"
        case .playlists: "Playlists"
        }
    }

    private func libraryMenu(_ songs: [RetroSong], _ ui: UI<Self>) -> [MenuItem] {
        let playlist = MenuItem(
            "New playlist",
            action: ui.on { app, _ in (app.asking, app.name) = (.newPlaylist([]), "") }
        )
        switch tab {
        case .playlists: return [playlist]
        case .songs: return [MenuItem("Play", action: ui.on { $0.play(songs, from: 0, $1) }), playlist]
        default: return []
        }
    }

    private func tabs(_ ui: UI<Self>) -> View {
        let entries: [(String, Icon, String)] = [
            ("Home", .home, "action_home"), ("Songs", .music, "action_song"), ("Albums", .grid, "action_album"),
            ("Artists", .person, "action_artist"), ("Playlists", .list, "action_playlist"),
        ]
        return TabBar(
            tabs: entries.map { TabBar.Tab(title: $0.0, icon: $0.1, id: Self.id($0.2)) },
            selected: tab.rawValue,
            bottom: true,
            onSelect: ui.on { app, context, index in
                (app.tab, app.selection) = (Tab(rawValue: index) ?? .home, [])
                context.scrollToTop()
            }
        )
        .id(Self.id("bottomNavigationView"))
    }

    private func content(_ songs: [RetroSong], _ ui: UI<Self>) -> View {
        switch tab {
        case .home: homePage(ui)
        case .songs: list(songs, ui)
        case .albums:
            groups(songs, \.album, .grid, "No albums", ui) { .album($0) }
        case .artists:
            groups(songs, \.artist, .person, "No artists", ui) { .artist($0) }
        case .playlists: playlists(ui)
        }
    }

    private func latest(_ context: AppContext) -> [RetroSong] {
        MediaStore(context.system).items(.audio).sorted { ($1.added, $0.id) < ($0.added, $1.id) }
            .prefix(Self.latest).map { RetroSong($0) }
    }

    private func homePage(_ ui: UI<Self>) -> View {
        let songs = latest(ui.context)
        if songs.isEmpty { return empty("No songs") }
        return ScrollView {
            Text("Last added", size: 20, weight: .medium).id(Self.id("titleLastAdded")).padding(
                left: 16,
                top: 8,
                bottom: 8
            )
            for (index, song) in songs.enumerated() {
                row(song, ui, place: index, onClick: ui.on { $0.play(songs, from: index, $1) })
            }
        }
        .id(Self.id("container"))
    }

    /// Songs in a list; a touch plays all of them from there.
    func list(_ songs: [RetroSong], _ ui: UI<Self>) -> View {
        if songs.isEmpty { return empty("No songs") }
        return List(count: songs.count, rowHeight: Self.rowHeight) { index in
            row(songs[index], ui, place: index, onClick: ui.on { $0.play(songs, from: index, $1) })
        }
        .id(Self.id("recyclerView"))
    }

    func empty(_ words: String) -> View { EmptyState(words, icon: .music).view }

    /// Albums or artists: what songs have in common, by name.
    private func groups(
        _ songs: [RetroSong],
        _ part: KeyPath<RetroSong, String>,
        _ icon: Icon,
        _ none: String,
        _ ui: UI<Self>,
        _ target: @escaping (String) -> Page
    ) -> View {
        let groups = Dictionary(grouping: songs) { $0[keyPath: part] }
        let names = groups.keys.sorted { ($0.lowercased(), $0) < ($1.lowercased(), $1) }
        if names.isEmpty { return empty(none) }
        return List(count: names.count, rowHeight: Self.rowHeight) { index in
            let name = names[index]
            let songs = groups[name] ?? []
            return entry(
                name,
                part == \.album ? songs.first?.artist ?? "" : RetroSong.count(songs.count),
                icon,
                onClick: ui.on { $0.open(target(name), $1) }
            )
        }
        .id(Self.id("recyclerView"))
    }

    /// A row of something that is no song.
    func entry(
        _ title: String,
        _ text: String,
        _ icon: Icon,
        menu: [MenuItem] = [],
        onClick: @escaping Handler
    ) -> View {
        HStack {
            cover(title, icon, 48)
            VStack(spacing: 2) {
                Text(title, size: 16, maxLines: 1).id(Self.id("title"))
                Text(text, size: 14, color: .onSurfaceVariant, maxLines: 1).id(Self.id("text"))
            }
            .unlisted()
            .margin(left: 16)
            .weight()
            if !menu.isEmpty { IconButton(.more, "More options").id(Self.id("menu")).menu(menu) }
        }
        .className("android.widget.FrameLayout")
        .padding(left: 16, right: 4)
        .height(Self.rowHeight)
        .fillWidth()
        .onClick(onClick)
    }

    /// The page of an album or artist: its songs by their number, then by title.
    func groupPage(_ name: String, _ songs: [RetroSong], _ ui: UI<Self>) -> any Component {
        let songs = songs.enumerated().sorted { ($0.element.track, $0.offset) < ($1.element.track, $1.offset) }
            .map(\.element)
        let length = songs.reduce(0) { $0 + $1.duration }
        return VStack {
            bar(
                "",
                ui,
                leading: .up(ui.finish),
                all: songs,
                menu: songs.isEmpty
                    ? []
                    : [
                        MenuItem("Play next", action: ui.on { $0.enqueue(songs, next: true, $1) }),
                        MenuItem("Add to playing queue", action: ui.on { $0.enqueue(songs, next: false, $1) }),
                        MenuItem("Add to playlist", action: ui.on { app, _ in app.asking = .addToPlaylist(songs) }),
                    ]
            )
            header(name, "\(RetroSong.count(songs.count)) • \(RetroSong.length(length))", songs, ui)
            list(songs, ui).weight().fillWidth()
            miniPlayer(ui)
        }
        .fill()
    }

    /// What stands over the songs of an album, artist or playlist.
    func header(_ name: String, _ summary: String, _ songs: [RetroSong], _ ui: UI<Self>) -> View {
        HStack {
            cover(name, .music, 96)
            VStack(spacing: 4) {
                Text(name, size: 22, weight: .medium, maxLines: 2).id(Self.id("titleText"))
                Text(summary, size: 14, color: .onSurfaceVariant, maxLines: 1).id(Self.id("subtitle"))
                if !songs.isEmpty {
                    Button("Play", style: .tonal, onClick: ui.on { $0.play(songs, from: 0, $1) })
                        .id(Self.id("playButton"))
                        .margin(top: 4)
                }
            }
            .unlisted()
            .margin(left: 16)
            .weight()
        }
        .unlisted()
        .padding(horizontal: 16, vertical: 8)
        .fillWidth()
    }
}
