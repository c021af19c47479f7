// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Media
import Screen

/// Writes songs as tagged MP3 files of silence and has the device's media scanner find them.
///
/// `songs` are lines of titles; `artists` are lines to draw from; `folder` is what holds them alone afterwards; `seed` draws
/// artists and lengths of 3 to 5 minutes. With `total`, a number of seconds, `count` of the songs last as long together, and
/// the others 3 to 5 minutes as well.
struct MusicSetUp: TaskProgram {
    private let songs: [String]
    private let artists: [String]
    private let folder: String
    private let seed: UInt64
    private let total: (seconds: Int, count: Int)?

    init(_ arguments: ProgramArguments) throws {
        songs = arguments.lines("songs")
        artists = arguments.lines("artists")
        folder = arguments["folder"] ?? "/storage/emulated/0/Music"
        seed = UInt64(try arguments.integer("seed"))
        total =
            arguments["total"] == nil
            ? nil : (try arguments.integer("total"), try arguments.integer("count"))
        guard !songs.isEmpty, !artists.isEmpty else { throw arguments.failure("songs and artists must be lines") }
        if let total, !(1...songs.count).contains(total.count) {
            throw arguments.failure("there are not so many songs")
        }
    }

    func setUp(_ device: any DeviceLink) async throws {
        var random = SeededRandom(seed: seed, name: "songs")
        var lengths = songs.map { _ in Int.random(in: 180...300, using: &random) }
        if let total {
            // Shares of the whole that differ, of which the last takes what is left over.
            let shares = (0..<total.count).map { _ in Double.random(in: 0.75...1.25, using: &random) }
            let sum = shares.reduce(0, +)
            for (index, share) in shares.enumerated() { lengths[index] = Int(share / sum * Double(total.seconds)) }
            lengths[total.count - 1] += total.seconds - lengths.prefix(total.count).reduce(0, +)
        }
        let now = Int64(try await device.run("date +%s").text.trimmingSpaces)
        let place = ShellQuoting.quote(folder)
        _ = try await device.run("rm -rf \(place); mkdir -p \(place)")
        for (index, title) in songs.enumerated() {
            let artist = artists.randomElement(using: &random) ?? ""
            let tags = SongTags(title: title, artist: artist, album: "", track: 0)
            let bytes = MP3.silence(Int64(lengths[index]) * 1000, tags: tags)
            try await device.push(bytes, to: "\(folder)/\(title).mp3", mode: 0o644, modified: now)
        }
        let scan =
            "am broadcast -a android.intent.action.MEDIA_SCANNER_SCAN_FILE -d \(ShellQuoting.quote("file://" + folder))"
        let result = try await device.run(scan)
        guard result.exitCode == 0 else {
            throw DroidError("bench.setup", "the media scanner did not take the songs", why: result.text)
        }
    }
}
