// SPDX-License-Identifier: Apache-2.0

import Media

/// The player: the film's picture at the playing position, and what moves that.
extension VLCApp {
    /// How far the buttons beside the middle one go.
    private static let leap: Int64 = 10_000

    func playerPage(_ path: String, _ since: Int64, _ ui: UI<Self>) -> any Component {
        let length = (try? VLCStore(ui.context).media())?.first { $0.path == path }?.duration ?? -1
        let position = position(since, length, ui.context.now)
        let picture = frames.picture(path, at: position, ui.context.system.files)
        return VStack {
            AppBar(DevicePath.name(path), leading: .up(ui.finish), id: Self.id("player_overlay_title"))
            ZStack {
                if let picture { Picture(picture).unlisted().fill() }
            }
            .className("android.view.SurfaceView")
            .id(Self.id("player_surface"))
            .weight()
            .fillWidth()
            .background(.rgb(0x000000))
            if length > 0 {
                SeekBar(
                    value: Int(clamping: position / 1000),
                    range: 0...Int(clamping: length / 1000),
                    id: Self.id("player_overlay_seekbar"),
                    onChange: ui.on { app, context, seconds in app.seek(to: Int64(seconds) * 1000, length, context) }
                )
            }
            HStack(justify: .between) {
                Text(Self.length(position), size: 13).id(Self.id("player_overlay_time"))
                button("Rewind", .undo, "player_overlay_rewind", ui) { $0.leap(-Self.leap, length, $1) }
                button(
                    paused == nil ? "Pause" : "Play",
                    paused == nil ? .pause : .play,
                    "player_overlay_play",
                    ui
                ) { app, context in app.stopOrGo(length, context) }
                button("Forward", .redo, "player_overlay_forward", ui) { $0.leap(Self.leap, length, $1) }
                Text(Self.length(length), size: 13).id(Self.id("player_overlay_length"))
            }
            .id(Self.id("player_hud"))
            .padding(horizontal: 24, vertical: 12)
            .fillWidth()
        }
        .id(Self.id("player_root"))
        .fill()
    }

    private func button(
        _ description: String,
        _ icon: Icon,
        _ id: String,
        _ ui: UI<Self>,
        _ change: @escaping (inout Self, AppContext) -> Void
    ) -> View {
        IconButton(icon, description, onClick: ui.on(change)).id(Self.id(id))
    }

    /// Where a film stands, in milliseconds; it stays at its end.
    private func position(_ since: Int64, _ length: Int64, _ now: Int64) -> Int64 {
        let played = paused ?? (now - since)
        return length < 0 ? played : min(played, length)
    }

    private mutating func stopOrGo(_ length: Int64, _ context: AppContext) {
        guard case .player(let path, let since) = page else { return }
        if let at = paused {
            page = .player(path, since: context.now - at)
            paused = nil
        } else {
            paused = position(since, length, context.now)
        }
    }

    private mutating func leap(_ by: Int64, _ length: Int64, _ context: AppContext) {
        guard case .player(_, let since) = page else { return }
        seek(to: position(since, length, context.now) + by, length, context)
    }

    private mutating func seek(to time: Int64, _ length: Int64, _ context: AppContext) {
        guard case .player(let path, _) = page else { return }
        let target = max(0, length < 0 ? time : min(time, length))
        if paused == nil { page = .player(path, since: context.now - target) } else { paused = target }
    }
}
