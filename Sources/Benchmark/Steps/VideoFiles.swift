// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Media
import Screen

/// Writes films as small H.264 files: `files` are lines of names, `folder` is what holds them alone afterwards, `seed` draws their
/// lengths and colours.
struct VideoSetUp: TaskProgram {
    private let files: [String]
    private let folder: String
    private let seed: UInt64

    init(_ arguments: ProgramArguments) throws {
        files = arguments.lines("files")
        folder = try arguments.need("folder")
        seed = UInt64(try arguments.integer("seed"))
        guard !files.isEmpty else { throw arguments.failure("files must be lines of names") }
    }

    func setUp(_ device: any DeviceLink) async throws {
        var random = SeededRandom(seed: seed, name: "films")
        let now = Int64(try await device.run("date +%s").text.trimmingSpaces)
        let place = ShellQuoting.quote(folder)
        _ = try await device.run("rm -rf \(place); mkdir -p \(place)")
        for file in files {
            let film = try Self.film(
                milliseconds: Int64.random(in: 5...90, using: &random) * 1000,
                colours: [UInt8.random(in: 0...255, using: &random), UInt8.random(in: 0...255, using: &random)]
            )
            try await device.push(film, to: "\(folder)/\(file)", mode: 0o644, modified: now)
        }
    }

    /// A film of one picture for each grey, which share its time: long and yet small.
    static func film(milliseconds: Int64, colours: [UInt8]) throws -> [UInt8] {
        let encoder = try H264Encoder(width: 160, height: 96, bitRate: 100_000, headersApart: true)
        var units: [H264Encoder.Unit] = []
        for (index, grey) in colours.enumerated() {
            let picture = PixelBuffer(width: 160, height: 96, filled: RGBA(red: grey, green: grey, blue: grey))
            units += try encoder.encode(picture, at: milliseconds * Int64(index) / Int64(colours.count))
        }
        units += try encoder.finish()
        return try MP4Writer.file(units, encoder: encoder, length: milliseconds)
    }
}
