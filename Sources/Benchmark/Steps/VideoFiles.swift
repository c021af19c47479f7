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

/// Writes a film that shows words, one after another, among films that show none.
///
/// `folder` is what holds them alone afterwards; `file` is the film, `words` are its lines, each of which is shown for `seconds`;
/// `others` are lines of names of further films; `seed` draws lengths and colours.
struct TextVideoSetUp: TaskProgram {
    private let folder: String
    private let file: String
    private let words: [String]
    private let seconds: Int64
    private let others: [String]
    private let seed: UInt64

    init(_ arguments: ProgramArguments) throws {
        folder = try arguments.need("folder")
        file = try arguments.need("file")
        words = arguments.lines("words")
        seconds = Int64(try arguments.integer("seconds"))
        others = arguments.lines("others").filter { $0 != arguments["file"] }
        seed = UInt64(try arguments.integer("seed"))
        guard !words.isEmpty, (1...600).contains(seconds) else {
            throw arguments.failure("words must be lines, and seconds 1...600")
        }
    }

    func setUp(_ device: any DeviceLink) async throws {
        var random = SeededRandom(seed: seed, name: "films")
        let now = Int64(try await device.run("date +%s").text.trimmingSpaces)
        let place = ShellQuoting.quote(folder)
        _ = try await device.run("rm -rf \(place); mkdir -p \(place)")
        for other in others {
            let film = try VideoSetUp.film(
                milliseconds: Int64.random(in: 5...90, using: &random) * 1000,
                colours: [UInt8.random(in: 0...255, using: &random), UInt8.random(in: 0...255, using: &random)]
            )
            try await device.push(film, to: "\(folder)/\(other)", mode: 0o644, modified: now)
        }
        let film = try Self.film(words, milliseconds: seconds * 1000)
        try await device.push(film, to: "\(folder)/\(file)", mode: 0o644, modified: now)
    }

    /// A film of one picture for each word, black on white.
    static func film(_ words: [String], milliseconds: Int64) throws -> [UInt8] {
        let (width, height) = (640, 360)
        let encoder = try H264Encoder(width: width, height: height, bitRate: 2_000_000, headersApart: true)
        var units: [H264Encoder.Unit] = []
        let text = TextEngine()
        for (index, word) in words.enumerated() {
            let canvas = Canvas(width: width, height: height, text: text)
            let whole = Rect(x: 0, y: 0, width: Double(width), height: Double(height))
            canvas.fill(whole, RGBA(hex: 0xffffff))
            canvas.draw(
                word,
                FontStyle(size: 56),
                x: whole.centerX,
                y: whole.centerY,
                RGBA(hex: 0x000000),
                centered: true
            )
            units += try encoder.encode(canvas.pixels(), at: milliseconds * Int64(index))
        }
        units += try encoder.finish()
        return try MP4Writer.file(units, encoder: encoder, length: milliseconds * Int64(words.count))
    }
}
