// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Screen

/// Makes playlists in VLC: `names` are lines of names, and `entries1`, `entries2` and so on the lines of file names that each is to
/// hold, in order; the files lie in the storage's folder `VLCVideos`.
struct VLCPlaylistsOracle: TaskOracle {
    private static let package = "org.videolan.vlc"
    private static let app = "VLC"
    private static let folder = "VLCVideos"
    private let wanted: [StoredPlaylist]

    init(_ arguments: ProgramArguments) throws {
        wanted = try arguments.lines("names").enumerated().map { index, name in
            _ = try arguments.need("entries\(index + 1)")
            return StoredPlaylist(name: name, entries: arguments.lines("entries\(index + 1)"))
        }
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let stored = try await PlaylistSource.vlc.playlists(device)
        func held(_ playlist: StoredPlaylist) -> StoredPlaylist? { stored.first { $0.name == playlist.name } }
        let wrong = stored.filter { found in
            !wanted.contains { $0.name == found.name && $0.entries.starts(with: found.entries) }
        }
        let open = wanted.filter { held($0)?.entries != $0.entries }
        if wrong.isEmpty, open.isEmpty { return page.done() }
        guard page.package == Self.package else { return page.open(Self.app) }
        if let playlist = wrong.first { return delete(playlist.name, page) }
        guard let next = open.first else { return page.leave() }
        let left = Array(next.entries.dropFirst(held(next)?.entries.count ?? 0))
        let folder = ShellQuoting.quote("/storage/emulated/0/\(Self.folder)")
        let all = try await device.run("ls -1 \(folder)").text.split(separator: "\n").map(String.init)
            .sorted { ($0.lowercased(), $0) < ($1.lowercased(), $1) }
        let ticked = page.tickedInOrder(among: Set(all), beside: ["Add to playlist"])
        if let field = page.element(id: "dialog_playlist_name") {
            if field.text == next.name { return OracleMove(page.taps("SAVE"), note: "save it") }
            // The working memory has typing after the ticks, so it tells of them only before.
            guard ticked == left else { return page.leave() }
            if held(next) != nil { return page.choose(next.name) }
            return OracleMove(page.types(into: field), text: next.name, note: "type the name")
        }
        return tick(left, ticked, all, page)
    }

    private func titles(_ page: OraclePage) -> [Element] { page.elements(id: "title") }

    /// The title of the bar of a tab; nil where something is ticked or no tab is in front.
    private func title(_ page: OraclePage) -> String? {
        guard page.element(id: "navigation") != nil, let bar = page.element(id: "main_toolbar") else { return nil }
        return page.inside(bar.id).first { !$0.text.isEmpty }?.text
    }

    private func tick(_ left: [String], _ ticked: [String], _ all: [String], _ page: OraclePage) -> OracleMove {
        let isSelecting = page.element(id: "action_mode_bar") != nil
        if isSelecting, ticked.count != page.tickedCount || !left.starts(with: ticked) {
            return page.leave("drop the selection")
        }
        if isSelecting, ticked.count == left.count {
            return OracleMove(page.taps(id: "action_mode_file_add_playlist"), note: "what to do with them")
        }
        if !isSelecting {
            switch title(page) {
            case nil: return page.leave()
            case Self.folder: break
            case "Browse": return page.choose("Internal memory")
            case "Internal memory": return page.choose(Self.folder)
            case "VLC", "Playlists": return OracleMove(page.taps(id: "nav_directories"), note: "to the folders")
            default: return page.leave("up")
            }
        }
        let next = left[isSelecting ? ticked.count : 0]
        guard let element = titles(page).first(where: { $0.text == next }) else {
            let places = titles(page).compactMap { all.firstIndex(of: $0.text) }
            let isAbove = (all.firstIndex(of: next) ?? 0) < (places.min() ?? 0)
            return page.look(isAbove ? .up : .down, note: "look for \(next)")
        }
        let presses = page.longPresses(next)
        return isSelecting
            ? OracleMove(page.taps(on: element), neutral: Set(presses), note: "tick \(next)")
            : OracleMove(presses, note: "tick \(next)")
    }

    private func delete(_ playlist: String, _ page: OraclePage) -> OracleMove {
        if page.shows("Delete playlist") {
            let isMeant = page.screen.elements.contains { $0.text.contains("“\(playlist)”") }
            return isMeant ? OracleMove(page.taps("DELETE"), note: "confirm") : page.leave()
        }
        if page.shows("Delete") { return page.choose("Delete") }
        guard let title = title(page) else { return page.leave() }
        guard title == "Playlists" else { return OracleMove(page.taps(id: "nav_playlists"), note: "to the playlists") }
        guard let element = titles(page).first(where: { $0.text == playlist }), let row = element.clickTarget,
            let button = page.inside(row).first(where: { $0.resourceID.hasSuffix("/item_more") })
        else { return page.look() }
        return OracleMove(page.taps(on: button), note: "the menu of \(playlist)")
    }
}
