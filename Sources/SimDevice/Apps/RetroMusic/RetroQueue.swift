// SPDX-License-Identifier: Apache-2.0

import GRDB

/// Retro Music's playing queue, in `music_playback_state.db`, and where in it the player stands, in its preferences.
///
/// Nothing sounds, so what is being played follows from when it was started and what the clock says now.
struct RetroQueue {
    static let path = "/data/data/code.name.monkey.retromusic/databases/music_playback_state.db"

    /// What the player does.
    struct State: Hashable {
        /// The place in the queue.
        var index = 0
        /// Milliseconds into the song, at `since` where it plays.
        var position: Int64 = 0
        /// When it was started; nil where it pauses.
        var since: Int64?
    }

    private let database: DeviceDatabase
    private let context: AppContext

    init(_ context: AppContext) {
        self.context = context
        database = context.system.database(Self.path, create: Self.create)
    }

    // MARK: Reading

    func songs() -> [RetroSong] {
        let sql = """
            SELECT CAST(COALESCE(_id, 0) AS INTEGER) AS id, CAST(COALESCE(title, '') AS TEXT) AS title,
                CAST(COALESCE(artist, '') AS TEXT) AS artist, CAST(COALESCE(album, '') AS TEXT) AS album,
                CAST(COALESCE(track, 0) AS INTEGER) AS track, CAST(COALESCE(duration, 0) AS INTEGER) AS duration,
                CAST(COALESCE(_data, '') AS TEXT) AS path, CAST(COALESCE(date_modified, 0) AS INTEGER) AS modified
            FROM playing_queue ORDER BY rowid
            """
        return (try? database.read { try Row.fetchAll($0, sql: sql).map { RetroSong($0) } }) ?? []
    }

    /// Where the player stands now: songs that have ended since it was started lie behind it.
    func state(_ songs: [RetroSong]) -> State {
        let preferences = preferences
        var state = State()
        state.index = min(Int(clamping: preferences.int("POSITION") ?? 0), max(0, songs.count - 1))
        state.index = max(0, state.index)
        state.position = max(0, preferences.int("POSITION_IN_TRACK") ?? 0)
        guard let since = preferences.int("PLAYING_SINCE"), !songs.isEmpty else { return state }
        var elapsed = state.position + max(0, context.now - since)
        while elapsed >= max(1, songs[state.index].duration) {
            guard state.index + 1 < songs.count else { return State(index: state.index) }
            elapsed -= max(1, songs[state.index].duration)
            state.index += 1
        }
        return State(index: state.index, position: elapsed, since: context.now)
    }

    private var preferences: SharedPreferences {
        SharedPreferences(context.system.files, package: RetroMusicApp.package)
    }

    // MARK: Changing

    func keep(_ state: State) {
        var preferences = preferences
        preferences["POSITION"] = .int(state.index)
        preferences["POSITION_IN_TRACK"] = .long(state.position)
        preferences["PLAYING_SINCE"] = state.since.map { .long($0) }
        try? preferences.save()
    }

    /// Puts songs in the place of the whole queue.
    func replace(_ songs: [RetroSong], index: Int, playing: Bool) throws {
        try store(songs)
        keep(State(index: index, since: playing ? context.now : nil))
    }

    /// Puts songs at the end, or behind the one that is on. An empty queue becomes them.
    func add(_ songs: [RetroSong], next: Bool) throws {
        var all = self.songs()
        let state = state(all)
        let place = next && !all.isEmpty ? state.index + 1 : all.count
        all.insert(contentsOf: songs, at: place)
        try store(all)
        keep(state)
    }

    func remove(at index: Int) throws {
        var all = songs()
        guard all.indices.contains(index) else { return }
        var state = state(all)
        all.remove(at: index)
        if index < state.index { state.index -= 1 } else if index == state.index { state.position = 0 }
        if all.isEmpty { state = State() }
        try store(all)
        keep(state)
    }

    private func store(_ songs: [RetroSong]) throws {
        try database.write { db in
            for table in ["playing_queue", "original_playing_queue"] {
                try db.execute(sql: "DELETE FROM \(table)")
                for song in songs {
                    try db.execute(
                        sql: """
                            INSERT INTO \(table) (_id, title, track, year, duration, _data, date_modified, album_id, album,
                                artist_id, artist, composer, album_artist)
                            VALUES (?, ?, ?, 0, ?, ?, ?, 0, ?, 0, ?, NULL, NULL)
                            """,
                        arguments: [
                            song.id, song.title, song.track, song.duration, song.path, song.modified, song.album,
                            song.artist,
                        ]
                    )
                }
            }
        }
    }

    private static func create(_ db: Database) throws {
        let columns = """
            (_id INTEGER NOT NULL, title TEXT NOT NULL, track INTEGER NOT NULL, year INTEGER NOT NULL,
            duration INTEGER NOT NULL, _data TEXT NOT NULL, date_modified INTEGER NOT NULL, album_id INTEGER NOT NULL,
            album TEXT NOT NULL, artist_id INTEGER NOT NULL, artist TEXT NOT NULL, composer TEXT, album_artist TEXT)
            """
        try db.execute(
            sql: """
                CREATE TABLE android_metadata (locale TEXT);
                INSERT INTO android_metadata VALUES ('en_US');
                CREATE TABLE playing_queue \(columns);
                CREATE TABLE original_playing_queue \(columns);
                PRAGMA user_version = 12;
                """
        )
    }
}
