// SPDX-License-Identifier: Apache-2.0

import Media

/// VLC: the films of the storage, its folders, playlists, and a player.
///
/// A value is the main page with its tabs, the page of a playlist, or the player. Films and playlists lie in the app's
/// media library; a value holds what is open, ticked or asked.
struct VLCApp: App {
    static let package = "org.videolan.vlc"
    static let mainActivity = "org.videolan.vlc.gui.MainActivity"
    static let playlistActivity = "org.videolan.vlc.gui.HeaderMediaListActivity"
    static let playerActivity = "org.videolan.vlc.gui.video.VideoPlayerActivity"
    static let icon = AppIcon(glyph: .play, disc: 0xff8800)
    static let manifest = AppManifest(
        package: package,
        label: "VLC",
        versionName: "3.5.4",
        versionCode: 13_050_408,
        mainActivity: mainActivity,
        activities: [playlistActivity, playerActivity]
    )

    /// The tabs at the bottom.
    enum Tab: Int, CaseIterable { case video, browse, playlists }

    /// What the value is a page of.
    enum Page: Hashable {
        case main
        case playlist(Int64)
        /// A film, and when it was started.
        case player(String, since: Int64)
    }

    /// What is asked over the page.
    enum Asking: Hashable {
        case addToPlaylist([String])
        case delete(Int64)
        case information(String)
    }

    var page = Page.main
    var tab = Tab.video
    /// The open folders of the Browse tab, the storage first.
    var folders: [String] = []
    /// Paths that are ticked, in the order of ticking.
    var selection: [String] = []
    var asking: Asking?
    /// The name that is being typed.
    var name = ""
    /// Where the player was stopped, in milliseconds; nil while it plays.
    var paused: Int64?
    let frames = VLCFrames()

    init?(intent: Intent, context: AppContext) {
        guard intent.component == nil || intent.component?.activity == Self.mainActivity else { return nil }
        discover(context)
    }

    init(page: Page) { self.page = page }

    static func id(_ name: String) -> String { "\(package):id/\(name)" }

    private func discover(_ context: AppContext) {
        do {
            try VLCStore(context).discover()
        } catch {
            context.system.log.add(.error, "VLC", "The media library cannot be read: \(error)")
        }
    }

    mutating func resumed(_ context: AppContext) { if page == .main { discover(context) } }

    func body(_ ui: UI<Self>) -> any Component {
        switch page {
        case .main: mainPage(ui)
        case .playlist(let id): playlistPage(id, ui)
        case .player(let path, let since): playerPage(path, since, ui)
        }
    }

    mutating func back(_ context: AppContext) -> Bool {
        if !selection.isEmpty {
            selection = []
        } else if tab == .browse, !folders.isEmpty {
            folders.removeLast()
        } else {
            return false
        }
        return true
    }

    // MARK: Dialogs

    func dialog(_ ui: UI<Self>) -> Dialog? {
        let cancel = ui.on { (app: inout Self, _: AppContext) in app.asking = nil }
        switch asking {
        case .addToPlaylist(let paths): return addDialog(paths, ui, cancel)
        case .delete(let id):
            let name = VLCStore(ui.context).playlists().first { $0.id == id }?.name ?? ""
            return .confirm(
                "Delete playlist",
                message: "Are you sure you want to delete “\(name)”?",
                yes: "DELETE",
                no: "CANCEL",
                onYes: ui.on { $0.delete(id, $1) },
                onNo: cancel
            )
        case .information(let path):
            let media = (try? VLCStore(ui.context).media())?.first { $0.path == path }
            return Dialog(
                title: DevicePath.name(path),
                message: "Length: \(Self.length(media?.duration ?? -1))\nPath: \(DevicePath.parent(path))",
                positive: .init("OK", cancel),
                dismiss: cancel
            )
        case nil: return nil
        }
    }

    /// A name for a new playlist, or one of those that are there.
    private func addDialog(_ paths: [String], _ ui: UI<Self>, _ cancel: @escaping Handler) -> Dialog {
        let playlists = VLCStore(ui.context).playlists()
        var dialog = Dialog(
            title: "Add to playlist",
            positive: .init("SAVE", enabled: !name.isEmpty, ui.on { $0.add(paths, to: $0.name, $1) }),
            negative: .init("CANCEL", cancel),
            dismiss: cancel
        )
        dialog.content = ScrollView {
            TextField(
                "Create new playlist",
                text: ui.binding(\.name),
                id: Self.id("dialog_playlist_name"),
                autofocus: playlists.isEmpty
            )
            .margin(horizontal: 24, vertical: 8)
            for playlist in playlists {
                HStack(spacing: 16) {
                    IconView(.list).unlisted()
                    Text(playlist.name, size: 16, maxLines: 1).id(Self.id("playlist_title")).weight()
                }
                .padding(horizontal: 24)
                .height(52)
                .fillWidth()
                .onClick(ui.on { $0.add(paths, to: playlist.name, $1) })
                .key("\(playlist.id)")
            }
        }
        .id(Self.id("dialog_list_container"))
        .fillWidth()
        .wrapHeight()
        return dialog
    }

    private mutating func add(_ paths: [String], to name: String, _ context: AppContext) {
        (asking, selection) = (nil, [])
        guard (try? VLCStore(context).add(paths, to: name)) != nil else {
            return context.toast("The playlist could not be saved.")
        }
        context.toast("Added to playlist")
    }

    private mutating func delete(_ id: Int64, _ context: AppContext) {
        asking = nil
        guard (try? VLCStore(context).delete(id)) != nil else {
            return context.toast("The playlist could not be deleted.")
        }
        if page == .playlist(id) { context.finish() }
    }

    /// `1min 5s` as `01:05`; `--:--` for a file whose length is not known.
    static func length(_ milliseconds: Int64) -> String {
        milliseconds < 0 ? "--:--" : RetroSong.length(milliseconds)
    }

    func play(_ path: String, _ context: AppContext) {
        context.open(Self.playerActivity, VLCApp(page: .player(path, since: context.now)))
    }
}
