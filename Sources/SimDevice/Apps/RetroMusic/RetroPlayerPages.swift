// SPDX-License-Identifier: Apache-2.0

import Media

/// The player, small at the bottom of a page and large on its own, and the playing queue.
extension RetroMusicApp {
    /// The line of what is on; nothing while the queue is empty.
    func miniPlayer(_ ui: UI<Self>) -> View {
        let queue = RetroQueue(ui.context)
        let songs = queue.songs()
        guard !songs.isEmpty else { return Spacer(0).view }
        let state = queue.state(songs)
        let song = songs[state.index]
        return HStack {
            cover(song.album, .music, 40).id(Self.id("miniPlayerImage"))
            VStack(spacing: 2) {
                Text(song.title, size: 15, maxLines: 1).id(Self.id("miniPlayerTitle"))
                Text(song.artist, size: 13, color: .onSurfaceVariant, maxLines: 1).unlisted()
            }
            .unlisted()
            .margin(left: 12)
            .weight()
            IconButton(state.since == nil ? .play : .pause, "Play/Pause", onClick: ui.on { $0.turn($1) })
                .id(Self.id("miniPlayerPlayPauseButton"))
        }
        .className("android.widget.FrameLayout")
        .id(Self.id("miniPlayerFragment"))
        .padding(left: 16, right: 8)
        .height(60)
        .fillWidth()
        .background(.surfaceHigh)
        .onClick(ui.on { $0.open(.player, $1) })
    }

    func playerPage(_ ui: UI<Self>) -> any Component {
        let queue = RetroQueue(ui.context)
        let songs = queue.songs()
        let state = queue.state(songs)
        let song = songs.isEmpty ? nil : songs[state.index]
        return VStack {
            AppBar("", leading: .up(ui.finish), id: Self.id("playerToolbar"), menu: playerMenu(song, ui)) {
                IconButton(.list, "Playing queue", onClick: ui.on { $0.open(.queue, $1) }).id(Self.id("now_playing"))
            }
            if let song {
                ZStack { cover(song.album, .music, 280).align(.center) }.unlisted().weight().fillWidth()
                Text(song.title, size: 24, weight: .medium, maxLines: 2, align: .center)
                    .id(Self.id("title")).padding(horizontal: 24).fillWidth()
                Text(song.artist, size: 16, color: .onSurfaceVariant, maxLines: 1, align: .center)
                    .id(Self.id("text")).padding(horizontal: 24, vertical: 4).fillWidth()
                HStack(justify: .between) {
                    Text(RetroSong.length(state.position), size: 13).id(Self.id("songCurrentProgress"))
                    Text(RetroSong.length(song.duration), size: 13).id(Self.id("songTotalTime"))
                }
                .unlisted()
                .padding(horizontal: 32, vertical: 12)
                .fillWidth()
                HStack(spacing: 24, justify: .center) {
                    IconButton(.chevronLeft, "Previous", onClick: ui.on { $0.skip(-1, $1) })
                        .id(Self.id("previousButton"))
                    IconButton(
                        state.since == nil ? .play : .pause,
                        "Play/Pause",
                        color: .onPrimaryContainer,
                        onClick: ui.on { $0.turn($1) }
                    )
                    .id(Self.id("playPauseButton"))
                    .size(64, 64)
                    .background(.primaryContainer, radius: 32)
                    IconButton(.chevronRight, "Next", onClick: ui.on { $0.skip(1, $1) }).id(Self.id("nextButton"))
                }
                .unlisted()
                .padding(horizontal: 24, vertical: 24)
                .fillWidth()
            } else {
                empty("No songs").weight()
            }
        }
        .id(Self.id("playerFragment"))
        .fill()
    }

    private func playerMenu(_ song: RetroSong?, _ ui: UI<Self>) -> [MenuItem] {
        guard let song else { return [] }
        return [
            MenuItem("Add to playlist", action: ui.on { app, _ in app.asking = .addToPlaylist([song]) }),
            MenuItem("Go to album", action: ui.on { $0.open(.album(song.album), $1) }),
            MenuItem("Go to artist", action: ui.on { $0.open(.artist(song.artist), $1) }),
            MenuItem("Details", action: ui.on { app, _ in app.asking = .details(song) }),
        ]
    }

    func queuePage(_ ui: UI<Self>) -> any Component {
        let queue = RetroQueue(ui.context)
        let songs = queue.songs()
        let state = queue.state(songs)
        let left = songs.dropFirst(state.index + 1).reduce(0) { $0 + $1.duration }
        let menu =
            songs.isEmpty
            ? []
            : [
                MenuItem(
                    "Save playing queue",
                    action: ui.on { app, _ in app.asking = .addToPlaylist(songs) }
                ),
                MenuItem("Clear playing queue", action: ui.on { $0.clearQueue($1) }),
            ]
        return VStack {
            bar("Playing queue", ui, leading: .up(ui.finish), all: songs, menu: menu)
            if songs.isEmpty {
                empty("No songs").weight()
            } else {
                Text("Up next • \(RetroSong.length(left))", size: 14, color: .onSurfaceVariant)
                    .id(Self.id("playerQueueSubHeader"))
                    .padding(horizontal: 16, vertical: 8)
                List(count: songs.count, rowHeight: Self.rowHeight) { index in
                    row(
                        songs[index],
                        ui,
                        place: index,
                        highlighted: index == state.index,
                        extra: [
                            MenuItem(
                                "Remove from playing queue",
                                action: ui.on { $0.removeFromQueue(index, $1) }
                            )
                        ],
                        onClick: ui.on { $0.jump(to: index, $1) }
                    )
                }
                .id(Self.id("recyclerView"))
                .weight()
            }
        }
        .fill()
    }

    // MARK: Playing

    /// Plays, or pauses.
    private func turn(_ context: AppContext) {
        let queue = RetroQueue(context)
        var state = queue.state(queue.songs())
        state.since = state.since == nil ? context.now : nil
        queue.keep(state)
    }

    private func skip(_ by: Int, _ context: AppContext) {
        let queue = RetroQueue(context)
        let songs = queue.songs()
        jump(to: queue.state(songs).index + by, context)
    }

    private func jump(to index: Int, _ context: AppContext) {
        let queue = RetroQueue(context)
        guard queue.songs().indices.contains(index) else { return }
        queue.keep(.init(index: index, since: context.now))
    }

    private func removeFromQueue(_ index: Int, _ context: AppContext) {
        if (try? RetroQueue(context).remove(at: index)) == nil { context.toast("Couldn't remove from the queue.") }
    }

    private func clearQueue(_ context: AppContext) {
        if (try? RetroQueue(context).replace([], index: 0, playing: false)) == nil {
            context.toast("Couldn't clear the queue.")
        }
    }
}
