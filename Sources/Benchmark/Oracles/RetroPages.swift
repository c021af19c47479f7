// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Screen

/// The pages of Retro Music.
struct RetroPages {
    static let package = "code.name.monkey.retromusic"
    static let app = "Retro Music"
    let page: OraclePage

    init(_ page: OraclePage) { self.page = page }

    var isInFront: Bool { page.package == Self.package }
    var isLibrary: Bool { page.element(id: "bottomNavigationView") != nil }
    /// Whether songs are ticked.
    var isSelecting: Bool { page.element(id: "cab_toolbar") != nil }
    /// The title of the library's tab.
    private var title: String? {
        page.element(id: "toolbar").flatMap { bar in page.inside(bar.id).first { !$0.text.isEmpty }?.text }
    }
    var isSongs: Bool { isLibrary && title == "Songs" }
    var isPlaylists: Bool { isLibrary && title == "Playlists" }
    /// Whether a pop-up menu is open over the page: it stands alone on the screen.
    var isMenu: Bool { page.shows("Play next") }

    /// The titles of the rows in sight.
    var titles: [Element] { page.elements(id: "title") }

    /// The button beside the row with a title.
    func menuButton(of title: String) -> [Int] {
        guard let element = titles.first(where: { $0.text == title }), let row = element.clickTarget,
            let button = page.inside(row).first(where: { $0.resourceID.hasSuffix("/menu") })
        else { return [] }
        return page.taps(on: button)
    }

    // MARK: Selection

    /// The titles that are ticked, in the order of ticking.
    func ticked(among names: Set<String>) -> [String] {
        page.tickedInOrder(among: names, beside: ["More options", "Add to playlist", "New playlist…"])
    }

    /// The move that brings the selection nearer to exactly these songs, in order; nil when it is.
    func tick(_ wanted: [String], all: [String]) -> OracleMove? {
        let ticked = ticked(among: Set(all))
        if isSelecting, ticked.count != page.tickedCount || Array(wanted.prefix(ticked.count)) != ticked {
            return page.leave("drop the selection")
        }
        let done = isSelecting ? ticked.count : 0
        guard done < wanted.count else { return nil }
        if !isSelecting, !isSongs {
            return isLibrary ? OracleMove(page.taps(id: "action_song"), note: "to the songs") : page.leave()
        }
        let next = wanted[done]
        guard let element = titles.first(where: { $0.text == next }) else { return look(for: next, all) }
        let taps = page.taps(on: element)
        let presses = page.longPresses(next)
        return isSelecting
            ? OracleMove(taps, neutral: Set(presses), note: "tick \(next)") : OracleMove(presses, note: "tick \(next)")
    }

    private func look(for title: String, _ all: [String]) -> OracleMove {
        let places = titles.compactMap { all.firstIndex(of: $0.text) }
        let isAbove = (all.firstIndex(of: title) ?? 0) < (places.min() ?? 0)
        return page.look(isAbove ? .up : .down, note: "look for \(title)")
    }

    /// Every song by title, as the app lists them, with its length in milliseconds.
    static func songs(_ device: any DeviceLink) async throws -> [(title: String, milliseconds: Int64)] {
        let query = "SELECT duration || '|' || title FROM files WHERE media_type = 2 ORDER BY title COLLATE NOCASE, _id"
        let database = "/data/data/com.android.providers.media.module/databases/external.db"
        return try await DeviceState(device).rows(database, query).compactMap { line in
            let parts = line.split(separator: "|", maxSplits: 1)
            guard parts.count == 2, let length = Int64(parts[0]) else { return nil }
            return (String(parts[1]), length)
        }
    }

    // MARK: Playlists

    /// Goes to the tab of playlists and opens the menu of one.
    func openMenu(of playlist: String) -> OracleMove {
        guard isPlaylists else {
            return isLibrary ? OracleMove(page.taps(id: "action_playlist"), note: "to the playlists") : page.leave()
        }
        let button = menuButton(of: playlist)
        return button.isEmpty ? page.look() : OracleMove(button, note: "the menu of \(playlist)")
    }
}

/// Makes a playlist: `name`, and either `songs`, lines of titles in order, or `from` and `to`, the minutes that it is to play. With
/// `folder`, it is also saved there as a file.
struct RetroPlaylistOracle: TaskOracle {
    private let name: String
    private let songs: [String]
    private let minutes: ClosedRange<Int>?
    private let folder: String?

    init(_ arguments: ProgramArguments) throws {
        name = try arguments.need("name")
        songs = arguments.lines("songs")
        folder = arguments["folder"]
        let (from, to) = try songs.isEmpty ? (arguments.integer("from"), arguments.integer("to")) : (0, 0)
        guard from <= to else { throw arguments.failure("from is not above to") }
        minutes = songs.isEmpty ? from...to : nil
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let all = try await RetroPages.songs(device)
        let wanted = minutes.map { Self.fill($0, all) } ?? songs
        let stored = try await PlaylistSource.retro.playlists(device)
        let retro = RetroPages(page)
        // A playlist of the name that holds the first of the songs can be added to; everything else has to go.
        let wrong = stored.filter { $0.name != name || !isPart($0.entries, wanted) }
        let held = stored.first { $0.name == name && isPart($0.entries, wanted) }
        if wrong.isEmpty, let held, held.entries.count == wanted.count {
            guard let folder else { return page.done() }
            if try await DeviceState(device).exists("\(folder)/\(name).m3u") { return page.done() }
            return save(retro)
        }
        guard retro.isInFront else { return page.open(RetroPages.app) }
        if let playlist = wrong.first { return delete(playlist.name, retro) }
        let left = wanted.filter { held?.entries.contains($0) != true }
        if page.shows("New playlist"), let field = page.element(id: "actionNewPlaylist") { return type(field, page) }
        let selection = retro.ticked(among: Set(all.map(\.title)))
        if page.shows("Add to playlist"), page.element(id: "select_dialog_listview") != nil {
            guard selection == left else { return page.leave() }
            return OracleMove(page.taps(held == nil ? "New playlist…" : name), note: "choose the playlist")
        }
        if retro.isMenu { return selection == left ? page.choose("Add to playlist") : page.leave() }
        return retro.tick(left, all: all.map(\.title))
            ?? OracleMove(page.taps("More options"), note: "what to do with them")
    }

    /// Whether songs are the first of those that are wanted; where lengths alone count, any of them.
    private func isPart(_ held: [String], _ wanted: [String]) -> Bool {
        minutes == nil ? Array(wanted.prefix(held.count)) == held : Set(held).isSubset(of: wanted)
    }

    private func type(_ field: Element, _ page: OraclePage) -> OracleMove {
        if field.text == name { return OracleMove(page.taps("CREATE"), note: "create it") }
        if !field.text.isEmpty, field.text != "Playlist name" {
            return OracleMove(page.clears(field), note: "empty it")
        }
        return OracleMove(page.types(into: field), text: name, note: "type the name")
    }

    private func delete(_ playlist: String, _ retro: RetroPages) -> OracleMove {
        let page = retro.page
        if page.shows("Delete playlist") {
            let isMeant = page.screen.elements.contains { $0.text.contains(" \(playlist) playlist?") }
            return isMeant ? OracleMove(page.taps("DELETE"), note: "confirm") : page.leave()
        }
        if retro.isMenu { return page.shows("Save as file") ? page.choose("Delete") : page.leave() }
        return retro.isSelecting ? page.leave() : retro.openMenu(of: playlist)
    }

    private func save(_ retro: RetroPages) -> OracleMove {
        let page = retro.page
        if page.package == FilesPages.package, let bar = page.element(id: "container_save"),
            let field = page.inside(bar.id).first(where: \.isEditable)
        {
            guard FilesPages(page).picksDownloads else { return FilesPages(page).toDownloads() }
            if field.text == name { return OracleMove(page.taps("SAVE"), note: "save") }
            if !field.text.isEmpty { return OracleMove(page.clears(field), note: "empty the name") }
            return OracleMove(page.types(into: field), text: name, note: "type the name")
        }
        guard retro.isInFront else { return page.open(RetroPages.app) }
        if retro.isMenu { return page.shows("Save as file") ? page.choose("Save as file") : page.leave() }
        return retro.isSelecting ? page.leave() : retro.openMenu(of: name)
    }

    /// Songs that together play as long as is wanted: the longest that still fit, and so on, so that they are few.
    static func fill(_ minutes: ClosedRange<Int>, _ all: [(title: String, milliseconds: Int64)]) -> [String] {
        let (from, to) = (Int64(minutes.lowerBound) * 60_000, Int64(minutes.upperBound) * 60_000)
        let byLength = all.sorted { ($1.milliseconds, $0.title) < ($0.milliseconds, $1.title) }
        func search(_ start: Int, _ sum: Int64, _ chosen: [String], _ count: Int) -> [String]? {
            if (from...to).contains(sum) { return chosen }
            guard chosen.count < count else { return nil }
            for index in byLength.indices.dropFirst(start) where sum + byLength[index].milliseconds <= to {
                // The rest are no longer than this one, so that too few of them cannot reach the sum.
                guard sum + byLength[index].milliseconds * Int64(count - chosen.count) >= from else { break }
                let next = chosen + [byLength[index].title]
                if let found = search(index + 1, sum + byLength[index].milliseconds, next, count) { return found }
            }
            return nil
        }
        for count in 1...max(1, all.count) {
            if let found = search(0, 0, [], count) { return all.map(\.title).filter { found.contains($0) } }
        }
        return []
    }
}

/// Puts songs into the playing queue: `songs`, lines of titles in order.
struct RetroQueueOracle: TaskOracle {
    private let songs: [String]

    init(_ arguments: ProgramArguments) throws {
        _ = try arguments.need("songs")
        songs = arguments.lines("songs")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let database = "/data/data/code.name.monkey.retromusic/databases/music_playback_state.db"
        let stored = try await DeviceTable(device, database: database, table: "playing_queue").rows().map {
            $0["title"] ?? ""
        }
        if stored == songs { return page.done() }
        let retro = RetroPages(page)
        guard retro.isInFront else { return page.open(RetroPages.app) }
        guard Array(songs.prefix(stored.count)) == stored else { return clear(retro) }
        let left = Array(songs.dropFirst(stored.count))
        let all = try await RetroPages.songs(device).map(\.title)
        if retro.isMenu {
            return retro.ticked(among: Set(all)) == left ? page.choose("Add to playing queue") : page.leave()
        }
        return retro.tick(left, all: all) ?? OracleMove(page.taps("More options"), note: "what to do with them")
    }

    /// The way to an empty queue.
    private func clear(_ retro: RetroPages) -> OracleMove {
        let page = retro.page
        if page.shows("Clear playing queue") { return page.choose("Clear playing queue") }
        if retro.isMenu || retro.isSelecting { return page.leave() }
        if page.element(id: "playerQueueSubHeader") != nil {
            let bar = page.element(id: "toolbar").map { page.inside($0.id) } ?? []
            let button = bar.first { $0.contentDescription == "More options" }
            return OracleMove(button.map { page.taps(on: $0) } ?? [], note: "the menu of the queue")
        }
        if page.element(id: "now_playing") != nil {
            return OracleMove(page.taps(id: "now_playing"), note: "to the queue")
        }
        let mini = page.taps(id: "miniPlayerFragment")
        return mini.isEmpty ? page.leave() : OracleMove(mini, note: "to the player")
    }
}
