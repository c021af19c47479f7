// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen

/// A playlist of a player, as its database has it.
struct StoredPlaylist: Hashable, Sendable {
    var name: String
    /// Titles or file names, in order.
    var entries: [String] = []
    /// How long its songs play together, in milliseconds, where the database says so.
    var milliseconds: Int64 = 0

    var text: String { "\(name): \(entries.joined(separator: ", "))" }
}

/// The players whose playlists a check can read.
enum PlaylistSource: String {
    case retro, vlc

    /// - Throws: `DroidError` with code `tasks.program`.
    init(_ arguments: ProgramArguments) throws {
        let name = try arguments.need("app")
        guard let source = PlaylistSource(rawValue: name) else {
            throw arguments.failure("app is retro or vlc, not \"\(name)\"")
        }
        self = source
    }

    /// Every playlist there is, the oldest first, and what belongs to none under an empty name.
    ///
    /// - Throws: `DroidError` with code `bench.query`.
    func playlists(_ device: any DeviceLink) async throws -> [StoredPlaylist] {
        switch self {
        case .retro: try await retro(device)
        case .vlc: try await vlc(device)
        }
    }

    private func retro(_ device: any DeviceLink) async throws -> [StoredPlaylist] {
        let database = "/data/data/code.name.monkey.retromusic/databases/playlist.db"
        let lists = try await DeviceTable(device, database: database, table: "PlaylistEntity").rows()
        let songs = try await DeviceTable(device, database: database, table: "SongEntity").rows()
        return Self.join(lists, id: "playlist_id", name: "playlist_name", songs.sorted { Self.key($0, $1, "song_key") })
        {
            ($0["playlist_creator_id"] ?? "", $0["title"] ?? "", Int64($0["duration"] ?? "") ?? 0)
        }
    }

    private func vlc(_ device: any DeviceLink) async throws -> [StoredPlaylist] {
        let database = "/data/data/org.videolan.vlc/app_db/vlc_media.db"
        let lists = try await DeviceTable(device, database: database, table: "Playlist").rows()
        let media = try await DeviceTable(device, database: database, table: "Media").rows()
        let relations = try await DeviceTable(device, database: database, table: "PlaylistMediaRelation").rows()
        let names = Dictionary(media.map { ($0["id_media"] ?? "", $0["filename"] ?? "") }) { first, _ in first }
        return Self.join(lists, id: "id_playlist", name: "name", relations.sorted { Self.key($0, $1, "position") }) {
            ($0["playlist_id"] ?? "", names[$0["media_id"] ?? ""] ?? "", 0)
        }
    }

    private static func key(_ a: DeviceTable.Row, _ b: DeviceTable.Row, _ column: String) -> Bool {
        (Int64(a[column] ?? "") ?? 0) < (Int64(b[column] ?? "") ?? 0)
    }

    private static func join(
        _ lists: [DeviceTable.Row],
        id: String,
        name: String,
        _ entries: [DeviceTable.Row],
        _ read: (DeviceTable.Row) -> (list: String, entry: String, length: Int64)
    ) -> [StoredPlaylist] {
        let known = Set(lists.compactMap { $0[id] })
        let read = entries.map(read)
        func fill(_ name: String, _ mine: (String) -> Bool) -> StoredPlaylist {
            let hits = read.filter { mine($0.list) }
            return StoredPlaylist(
                name: name,
                entries: hits.map(\.entry),
                milliseconds: hits.reduce(0) { $0 + $1.length }
            )
        }
        let stray = fill("") { !known.contains($0) }
        return lists.map { list in fill(list[name] ?? "") { $0 == list[id] } } + (stray.entries.isEmpty ? [] : [stray])
    }
}

/// Checks that a player has exactly these playlists: `app` is `retro` or `vlc`, `names` are lines of names, and `entries1`,
/// `entries2` and so on the lines of titles or file names that each must hold, in order. Names need only be alike.
struct Playlists: TaskProgram {
    let source: PlaylistSource
    let wanted: [StoredPlaylist]

    init(_ arguments: ProgramArguments) throws {
        source = try PlaylistSource(arguments)
        wanted = try arguments.lines("names").enumerated().map { index, name in
            _ = try arguments.need("entries\(index + 1)")
            return StoredPlaylist(name: name, entries: arguments.lines("entries\(index + 1)"))
        }
        guard !wanted.isEmpty else { throw arguments.failure("names must be lines of names") }
    }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        let found = try await source.playlists(device)
        var left = wanted
        for playlist in found {
            guard let index = left.firstIndex(where: { Self.holds(playlist, $0) }) else { break }
            left.remove(at: index)
        }
        return CheckOutcome(
            passed: left.isEmpty && found.count == wanted.count,
            found: found.isEmpty ? "no playlist" : found.map(\.text).joined(separator: "; ")
        )
    }

    private static func holds(_ found: StoredPlaylist, _ wanted: StoredPlaylist) -> Bool {
        Spelling.likeness(found.name, wanted.name) >= 0.9 && found.entries == wanted.entries
    }
}

/// Checks that a player has one playlist, with a name like `name`, that plays `from` to `to` minutes: `app`, as in `Playlists`.
struct PlaylistLength: TaskProgram {
    let source: PlaylistSource
    let name: String
    let minutes: ClosedRange<Int>

    init(_ arguments: ProgramArguments) throws {
        source = try PlaylistSource(arguments)
        name = try arguments.need("name")
        let (from, to) = (try arguments.integer("from"), try arguments.integer("to"))
        guard from <= to else { throw arguments.failure("from is not above to") }
        minutes = from...to
    }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        let found = try await source.playlists(device)
        let length = found.first?.milliseconds ?? 0
        let span = Int64(minutes.lowerBound) * 60_000...Int64(minutes.upperBound) * 60_000
        return CheckOutcome(
            passed: found.count == 1 && Spelling.likeness(found[0].name, name) >= 0.9 && span.contains(length),
            found: found.isEmpty ? "no playlist" : "\(found.map(\.text).joined(separator: "; ")); \(length) ms"
        )
    }
}
