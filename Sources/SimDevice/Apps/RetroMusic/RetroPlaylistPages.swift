// SPDX-License-Identifier: Apache-2.0

import Media

/// The tab of playlists and the page of one.
extension RetroMusicApp {
    func playlists(_ ui: UI<Self>) -> View {
        let playlists = RetroStore(ui.context).playlists()
        if playlists.isEmpty { return empty("No playlists") }
        return List(count: playlists.count, rowHeight: Self.rowHeight) { index in
            let playlist = playlists[index]
            return entry(
                playlist.name,
                RetroSong.count(playlist.songs.count),
                .list,
                menu: menu(playlist, ui),
                onClick: ui.on { $0.open(.playlist(playlist.id), $1) }
            )
            .key("\(playlist.id)")
        }
        .id(Self.id("recyclerView"))
    }

    private func menu(_ playlist: RetroPlaylist, _ ui: UI<Self>) -> [MenuItem] {
        let songs = playlist.songs
        return [
            MenuItem("Play", enabled: !songs.isEmpty, action: ui.on { $0.play(songs, from: 0, $1) }),
            MenuItem("Play next", enabled: !songs.isEmpty, action: ui.on { $0.enqueue(songs, next: true, $1) }),
            MenuItem(
                "Add to playing queue",
                enabled: !songs.isEmpty,
                action: ui.on { $0.enqueue(songs, next: false, $1) }
            ),
            MenuItem(
                "Add to playlist",
                enabled: !songs.isEmpty,
                action: ui.on { app, _ in app.asking = .addToPlaylist(songs) }
            ),
            MenuItem(
                "Rename",
                action: ui.on { app, _ in (app.asking, app.name) = (.rename(playlist.id), playlist.name) }
            ),
            MenuItem("Delete", action: ui.on { app, _ in app.asking = .delete(playlist.id) }),
            MenuItem("Save as file", action: ui.on { $0.save(playlist, $1) }),
        ]
    }

    func playlistPage(_ id: Int64, _ ui: UI<Self>) -> any Component {
        guard let playlist = RetroStore(ui.context).playlist(id) else {
            return VStack {
                bar("", ui, leading: .up(ui.finish), all: [])
                empty("No playlists").weight()
            }
            .fill()
        }
        let songs = playlist.songs
        return VStack {
            bar("", ui, leading: .up(ui.finish), all: songs, menu: menu(playlist, ui))
            header(playlist.name, playlist.summary, songs, ui)
            if songs.isEmpty {
                empty("No songs").weight().fillWidth()
            } else {
                List(count: songs.count, rowHeight: Self.rowHeight) { index in
                    row(
                        songs[index],
                        ui,
                        place: index,
                        extra: [
                            MenuItem(
                                "Remove from playlist",
                                action: ui.on { $0.remove(songs[index], from: id, $1) }
                            )
                        ],
                        onClick: ui.on { $0.play(songs, from: index, $1) }
                    )
                }
                .id(Self.id("recyclerView"))
                .weight()
            }
            miniPlayer(ui)
        }
        .fill()
    }

    private mutating func remove(_ song: RetroSong, from id: Int64, _ context: AppContext) {
        if (try? RetroStore(context).remove(song: song.id, from: id)) == nil {
            context.toast("Couldn't remove from playlist.")
        }
    }
}
