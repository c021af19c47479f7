// SPDX-License-Identifier: Apache-2.0

import Media

/// Rows of songs, their menus, and the bar of a selection: what all pages have.
extension RetroMusicApp {
    static let rowHeight: Dp = 72

    /// A song in a list. `place` tells equal songs of one list apart; `extra` entries stand at the end of its menu.
    func row(
        _ song: RetroSong,
        _ ui: UI<Self>,
        place: Int,
        highlighted: Bool = false,
        extra: [MenuItem] = [],
        onClick: @escaping Handler
    ) -> View {
        let ticked = selection.contains(song)
        return HStack {
            cover(song.album, .music, 48, ticked: ticked)
            VStack(spacing: 2) {
                Text(song.title, size: 16, color: highlighted ? .primary : .onSurface, maxLines: 1)
                    .id(Self.id("title"))
                Text(song.artist, size: 14, color: .onSurfaceVariant, maxLines: 1).id(Self.id("text"))
            }
            .unlisted()
            .margin(left: 16)
            .weight()
            if selection.isEmpty {
                IconButton(.more, "More options").id(Self.id("menu")).menu(menu(song, ui) + extra)
            }
        }
        .className("android.widget.FrameLayout")
        .padding(left: 16, right: 4)
        .height(Self.rowHeight)
        .fillWidth()
        .background(ticked ? .secondaryContainer : .clear)
        .selected(ticked)
        .onClick(selection.isEmpty ? onClick : ui.on { app, _ in app.tick(song) })
        .onLongClick(ui.on { app, _ in app.tick(song) })
        .key("\(place)")
    }

    /// A square in the colour of a name, as songs without a picture have it.
    func cover(_ name: String, _ icon: Icon, _ size: Dp, ticked: Bool = false) -> View {
        let colours: [UInt32] = [0xef9a9a, 0x9fa8da, 0x80cbc4, 0xffcc80, 0xce93d8, 0xa5d6a7, 0x90caf9, 0xbcaaa4]
        let hash = name.utf8.reduce(0) { ($0 * 31 + Int($1)) % 9973 }
        return ZStack {
            IconView(ticked ? .check : icon, color: .rgb(0xffffff), size: size / 2).unlisted().align(.center)
        }
        .className("android.widget.ImageView")
        .id(Self.id("image"))
        .size(size, size)
        .background(ticked ? .primary : .rgb(colours[hash % colours.count]), radius: 8)
    }

    private mutating func tick(_ song: RetroSong) {
        if let index = selection.firstIndex(of: song) {
            selection.remove(at: index)
        } else {
            selection.append(song)
        }
    }

    private func menu(_ song: RetroSong, _ ui: UI<Self>) -> [MenuItem] {
        [
            MenuItem("Play next", action: ui.on { $0.enqueue([song], next: true, $1) }),
            MenuItem("Add to playing queue", action: ui.on { $0.enqueue([song], next: false, $1) }),
            MenuItem("Add to playlist", action: ui.on { app, _ in app.asking = .addToPlaylist([song]) }),
            MenuItem("Go to album", action: ui.on { $0.open(.album(song.album), $1) }),
            MenuItem("Go to artist", action: ui.on { $0.open(.artist(song.artist), $1) }),
            MenuItem("Details", action: ui.on { app, _ in app.asking = .details(song) }),
        ]
    }

    /// The bar of a page; while songs are ticked, that of the selection, which may go up to `all`.
    func bar(
        _ title: String,
        _ ui: UI<Self>,
        leading: AppBar.Leading = .none,
        all: [RetroSong],
        menu: [MenuItem] = []
    ) -> View {
        guard !selection.isEmpty else {
            return AppBar(title, leading: leading, id: Self.id("toolbar"), menu: menu).view
        }
        let songs = selection
        return AppBar(
            "\(songs.count) selected",
            leading: .close(ui.on { app, _ in app.selection = [] }),
            background: .surfaceHigh,
            id: Self.id("cab_toolbar"),
            menu: [
                MenuItem("Play", action: ui.on { $0.play(songs, from: 0, $1) }),
                MenuItem("Play next", action: ui.on { $0.enqueue(songs, next: true, $1) }),
                MenuItem("Add to playing queue", action: ui.on { $0.enqueue(songs, next: false, $1) }),
                MenuItem("Add to playlist", action: ui.on { app, _ in app.asking = .addToPlaylist(songs) }),
                MenuItem("Select all", action: ui.on { app, _ in app.selection = all }),
            ]
        )
        .view
    }

    // MARK: Playing

    mutating func play(_ songs: [RetroSong], from index: Int, _ context: AppContext) {
        selection = []
        if (try? RetroQueue(context).replace(songs, index: index, playing: true)) == nil {
            context.toast("Couldn't play song.")
        }
    }

    mutating func enqueue(_ songs: [RetroSong], next: Bool, _ context: AppContext) {
        selection = []
        guard !songs.isEmpty else { return }
        guard (try? RetroQueue(context).add(songs, next: next)) != nil else {
            return context.toast("Couldn't add to the playing queue.")
        }
        context.toast(
            songs.count == 1
                ? "Added 1 title to the playing queue." : "Added \(songs.count) titles to the playing queue."
        )
    }
}
