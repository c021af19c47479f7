// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen
import Testing

@testable import Benchmark

/// The checks of playlists and of the playing queue against wrong end states.
@Suite(.serialized) struct PlaylistCheckTests {
    private func verdict(
        _ task: String,
        _ sql: (TaskInstance) -> [(database: String, sql: String)]
    ) async throws -> Bool {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/androidworld")
        let template = try #require(suite.templates.first { $0.name == task })
        let instance = try TaskInstance(template, seed: 3)
        let device = try await BenchDevice.startBuiltIn()
        let baselines = try await EpisodeRunner(device, agentName: "test").prepare(instance)
        for change in sql(instance) {
            let result = try await device.adb.run("sqlite3 \(change.database) \(ShellQuoting.quote(change.sql))")
            #expect(result.exitCode == 0, "\(result.text)")
        }
        let checks = CheckRunner(device: device.adb, instance: instance, baselines: baselines)
        let passed = try await checks.run().allSatisfy(\.passed)
        await device.stop()
        return passed
    }

    private static let retro = "/data/data/code.name.monkey.retromusic/databases/playlist.db"
    private static let queue = "/data/data/code.name.monkey.retromusic/databases/music_playback_state.db"
    private static let vlc = "/data/data/org.videolan.vlc/app_db/vlc_media.db"

    private func song(_ title: String, list: Int = 1, _ id: Int, _ duration: Int = 200_000) -> String {
        """
        INSERT INTO SongEntity (playlist_creator_id, id, title, track_number, year, duration, data, date_modified, album_id,
        album_name, artist_id, artist_name) VALUES (\(list), \(id), '\(title.replacing("'", with: "''"))', 0, 0, \(duration), '', 0, 0, '', 0, '');
        """
    }

    private func playlist(_ name: String, _ titles: [String], list: Int = 1) -> String {
        "INSERT INTO PlaylistEntity VALUES (\(list), '\(name)');"
            + titles.enumerated().map { song($1, list: list, list * 100 + $0) }.joined()
    }

    @Test(
        arguments: [
            ("right", true), ("near name", true), ("other name", false), ("turned round", false),
            ("one missing", false),
            ("one more", false), ("another playlist", false), ("near title", false), ("stray song", false),
            ("nothing", false),
        ]
    )
    func `a playlist has the name, the songs and the order`(_ row: (change: String, passes: Bool)) async throws {
        let passed = try await verdict("RetroCreatePlaylist") { instance in
            let name = instance.values["playlist"] ?? ""
            let songs = (instance.values["targets"] ?? "").split(separator: "\n").map(String.init)
            let sql: String =
                switch row.change {
                case "right": playlist(name, songs)
                case "near name": playlist(name.lowercased(), songs)
                case "other name": playlist("Old " + name + " two", songs)
                case "turned round": playlist(name, songs.reversed())
                case "one missing": playlist(name, Array(songs.dropLast()))
                case "one more": playlist(name, songs + ["Other"])
                case "another playlist": playlist(name, songs) + playlist("Other", [], list: 2)
                case "near title": playlist(name, songs.map { $0 + "s" })
                case "stray song": playlist(name, songs) + song("Other", list: 7, 900)
                default: "SELECT 1"
                }
            return [(Self.retro, sql)]
        }
        #expect(passed == row.passes, "\(row.change)")
    }

    @Test(arguments: [(2_700_000, true), (3_000_000, true), (2_699_000, false), (3_001_000, false)])
    func `a playlist plays as long as is asked`(_ row: (milliseconds: Int, passes: Bool)) async throws {
        let passed = try await verdict("RetroPlaylistDuration") { instance in
            [
                (
                    Self.retro,
                    playlist(instance.values["playlist"] ?? "", []) + song("A", 1, row.milliseconds - 5)
                        + song("B", 2, 5)
                )
            ]
        }
        #expect(passed == row.passes)
    }

    @Test(arguments: [("right", true), ("turned round", false), ("twice", false), ("nothing", false)])
    func `a queue has the songs in order`(_ row: (change: String, passes: Bool)) async throws {
        let passed = try await verdict("RetroPlayingQueue") { instance in
            let songs = (instance.values["targets"] ?? "").split(separator: "\n").map(String.init)
            let titles: [String] =
                switch row.change {
                case "right": songs
                case "turned round": songs.reversed()
                case "twice": songs + songs
                default: []
                }
            let rows = titles.map { title in
                """
                INSERT INTO playing_queue (_id, title, track, year, duration, _data, date_modified, album_id, album, artist_id,
                artist) VALUES (1, '\(title.replacing("'", with: "''"))', 0, 0, 1, '', 0, 0, '', 0, '');
                """
            }
            return [(Self.queue, rows.joined() + "SELECT 1")]
        }
        #expect(passed == row.passes, "\(row.change)")
    }

    @Test(arguments: [("right", true), ("one only", false), ("exchanged", false), ("more", false)])
    func `two playlists of films are both as asked`(_ row: (change: String, passes: Bool)) async throws {
        let passed = try await verdict("VlcCreateTwoPlaylists") { instance in
            let names = ["playlist1", "playlist2"].map { instance.values[$0] ?? "" }
            let files = ["targets1", "targets2"].map {
                (instance.values[$0] ?? "").split(separator: "\n").map(String.init)
            }
            var sql = ""
            for (index, name) in names.enumerated() where row.change != "one only" || index == 0 {
                sql += "INSERT INTO Playlist (id_playlist, name, creation_date) VALUES (\(index + 1), '\(name)', 1);"
                let list =
                    files[row.change == "exchanged" ? 1 - index : index] + (row.change == "more" ? ["x.mp4"] : [])
                for (position, file) in list.enumerated() {
                    let id = (index + 1) * 100 + position
                    sql += "INSERT INTO Media (id_media, filename) VALUES (\(id), '\(file)');"
                    sql += "INSERT INTO PlaylistMediaRelation VALUES (\(id), \(index + 1), \(position));"
                }
            }
            return [(Self.vlc, sql)]
        }
        #expect(passed == row.passes, "\(row.change)")
    }
}
