// SPDX-License-Identifier: Apache-2.0

import Media

/// Retro Music: the library by songs, albums and artists, playlists, the playing queue and the player.
///
/// The app has one activity; its pages stand over each other in it. Songs are the media store's, playlists and the queue
/// lie in the app's databases; a value holds what is ticked or asked on one page.
struct RetroMusicApp: App {
    static let package = "code.name.monkey.retromusic"
    static let mainActivity = "code.name.monkey.retromusic.activities.MainActivity"
    static let icon = AppIcon(glyph: .music, disc: 0xffffff, ink: 0xf44336)
    static let manifest = AppManifest(
        package: package,
        label: "Retro Music",
        versionName: "6.1.0",
        versionCode: 10603,
        mainActivity: mainActivity
    )

    /// The tabs at the bottom of the library.
    enum Tab: Int, CaseIterable { case home, songs, albums, artists, playlists }

    /// What the value is a page of.
    enum Page: Hashable {
        case library
        case album(String)
        case artist(String)
        case playlist(Int64)
        case player
        case queue
    }

    /// What is asked over the page.
    enum Asking: Hashable {
        case addToPlaylist([RetroSong])
        case newPlaylist([RetroSong])
        case rename(Int64)
        case delete(Int64)
        case details(RetroSong)
    }

    var page = Page.library
    var tab = Tab.home
    /// The songs that are ticked, in the order of ticking.
    var selection: [RetroSong] = []
    var asking: Asking?
    /// The name that is being typed.
    var name = ""
    /// The playlist that is being written to a file which is still to be chosen.
    var saving: Int64?

    init?(intent: Intent, context: AppContext) {
        // Both databases are there from the first start on; after the app was ended the player pauses.
        _ = RetroStore(context).playlists()
        let queue = RetroQueue(context)
        var state = queue.state(queue.songs())
        guard state.since != nil else { return }
        state.since = nil
        queue.keep(state)
    }

    init(page: Page) { self.page = page }

    static func id(_ name: String) -> String { "\(package):id/\(name)" }

    func body(_ ui: UI<Self>) -> any Component {
        switch page {
        case .library: libraryPage(ui)
        case .album(let name): groupPage(name, songs(ui.context).filter { $0.album == name }, ui)
        case .artist(let name): groupPage(name, songs(ui.context).filter { $0.artist == name }, ui)
        case .playlist(let id): playlistPage(id, ui)
        case .player: playerPage(ui)
        case .queue: queuePage(ui)
        }
    }

    mutating func back(_ context: AppContext) -> Bool {
        guard !selection.isEmpty else { return false }
        selection = []
        return true
    }

    /// Every song of the library, by title.
    func songs(_ context: AppContext) -> [RetroSong] { MediaStore(context.system).items(.audio).map { RetroSong($0) } }

    func open(_ page: Page, _ context: AppContext) { context.open(Self.mainActivity, RetroMusicApp(page: page)) }

    // MARK: Dialogs

    func dialog(_ ui: UI<Self>) -> Dialog? {
        let cancel = ui.on { (app: inout Self, _: AppContext) in app.asking = nil }
        switch asking {
        case .addToPlaylist(let songs):
            let playlists = RetroStore(ui.context).playlists()
            return choice(playlists, songs, ui, cancel)
        case .newPlaylist(let songs):
            return nameDialog("New playlist", "CREATE", ui, cancel, ui.on { $0.make(songs, $1) })
        case .rename(let id):
            return nameDialog("Rename playlist", "RENAME", ui, cancel, ui.on { $0.rename(id, $1) })
        case .delete(let id):
            let name = RetroStore(ui.context).playlist(id)?.name ?? ""
            return .confirm(
                "Delete playlist",
                message: "Are you sure you want to delete the \(name) playlist?",
                yes: "DELETE",
                no: "CANCEL",
                onYes: ui.on { $0.delete(id, $1) },
                onNo: cancel
            )
        case .details(let song): return details(song, cancel)
        case nil: return nil
        }
    }

    /// The playlists that songs may go to, a new one first.
    private func choice(
        _ playlists: [RetroPlaylist],
        _ songs: [RetroSong],
        _ ui: UI<Self>,
        _ cancel: @escaping Handler
    ) -> Dialog {
        func entry(_ title: String, _ action: @escaping Handler) -> View {
            Text(title, size: 16, maxLines: 1)
                .id("android:id/text1")
                .padding(horizontal: 24, vertical: 14)
                .fillWidth()
                .onClick(action)
        }
        var dialog = Dialog(title: "Add to playlist", dismiss: cancel)
        dialog.content = ScrollView {
            entry("New playlist…", ui.on { app, _ in (app.asking, app.name) = (.newPlaylist(songs), "") }).key("new")
            for playlist in playlists {
                entry(playlist.name, ui.on { $0.add(songs, to: playlist.id, $1) }).key("\(playlist.id)")
            }
        }
        .className("android.widget.ListView")
        .id(Self.id("select_dialog_listview"))
        .fillWidth()
        .wrapHeight()
        return dialog
    }

    private func nameDialog(
        _ title: String,
        _ ok: String,
        _ ui: UI<Self>,
        _ cancel: @escaping Handler,
        _ accept: @escaping Handler
    ) -> Dialog {
        .input(
            title,
            hint: "Playlist name",
            text: ui.binding(\.name),
            id: Self.id("actionNewPlaylist"),
            ok: ok,
            cancel: "CANCEL",
            onOK: accept,
            onCancel: cancel
        )
    }

    private func details(_ song: RetroSong, _ close: @escaping Handler) -> Dialog {
        func fact(_ title: String, _ id: String, _ value: String) -> View {
            Text("\(title): \(value)", size: 14).id(Self.id(id)).padding(horizontal: 24, vertical: 4).fillWidth()
        }
        var dialog = Dialog(title: "Details", positive: .init("OK", close), dismiss: close)
        dialog.content = VStack {
            fact("File name", "fileName", DevicePath.name(song.path))
            fact("File path", "filePath", song.path)
            fact("Track length", "trackLength", RetroSong.length(song.duration))
            fact("Title", "title", song.title)
            fact("Artist", "artist", song.artist)
            fact("Album", "album", song.album)
        }
        .unlisted()
        .fillWidth()
        return dialog
    }

    // MARK: Playlists

    private mutating func make(_ songs: [RetroSong], _ context: AppContext) {
        guard !name.isEmpty else { return context.toast("Playlist name empty") }
        let store = RetroStore(context)
        if store.playlists().contains(where: { $0.name == name }) {
            return context.toast("Playlist exists")
        }
        guard let id = try? store.make(name) else { return context.toast("Couldn't create playlist.") }
        if songs.isEmpty {
            asking = nil
            context.toast("Created playlist \(name).")
        } else {
            add(songs, to: id, context)
        }
    }

    private mutating func add(_ songs: [RetroSong], to id: Int64, _ context: AppContext) {
        (asking, selection) = (nil, [])
        let store = RetroStore(context)
        guard (try? store.add(songs, to: id)) != nil, let playlist = store.playlist(id) else {
            return context.toast("Couldn't add to playlist.")
        }
        context.toast("Inserted \(songs.count) songs into the playlist \(playlist.name).")
    }

    private mutating func rename(_ id: Int64, _ context: AppContext) {
        guard !name.isEmpty else { return context.toast("Playlist name empty") }
        asking = nil
        if (try? RetroStore(context).rename(id, to: name)) == nil { context.toast("Couldn't rename playlist.") }
    }

    private mutating func delete(_ id: Int64, _ context: AppContext) {
        asking = nil
        guard (try? RetroStore(context).delete(id)) != nil else { return context.toast("Couldn't delete playlist.") }
        if page == .playlist(id) { context.finish() }
    }

    /// Asks the system where a playlist's file is to lie.
    mutating func save(_ playlist: RetroPlaylist, _ context: AppContext) {
        saving = playlist.id
        context.start(
            Intent(
                action: FilesApp.createAction,
                mimeType: "audio/x-mpegurl",
                extras: ["android.intent.extra.TITLE": playlist.name]
            ),
            request: "save"
        )
    }

    mutating func result(of request: String, _ values: [String: String], _ context: AppContext) {
        defer { saving = nil }
        guard let saving, let path = values[FilesApp.createdPath] else { return }
        guard let playlist = RetroStore(context).playlist(saving),
            (try? context.system.files.write(playlist.m3u, to: path)) != nil
        else { return context.toast("Couldn't save playlist.") }
        context.toast("Saved playlist to \(path)")
    }
}
