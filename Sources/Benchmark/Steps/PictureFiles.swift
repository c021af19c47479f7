// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Media
import Screen

/// Writes pictures of text as JPEG or PNG files, as a person would photograph a receipt.
///
/// `folder` is what holds them alone afterwards; `file` and `text` are the picture that a task is about; `seed` draws what the
/// paper looks like. With `noise`, a number, there are as many older ones, called `noise_name` with a number, each with three of
/// the lines of `noise_lines`. The picture of the task is the newest.
struct PictureSetUp: TaskProgram {
    private let folder: String
    private let file: String
    private let text: String
    private let noise: Int
    private let noiseName: String
    private let noiseLines: [String]
    private let seed: UInt64

    init(_ arguments: ProgramArguments) throws {
        folder = try arguments.need("folder")
        file = try arguments.need("file")
        text = try arguments.need("text")
        noise = arguments["noise"] == nil ? 0 : try arguments.integer("noise")
        noiseName = arguments["noise_name"] ?? "picture"
        noiseLines = arguments.lines("noise_lines")
        seed = UInt64(try arguments.integer("seed"))
        guard !text.isEmpty, TextPicture.isName(file) else {
            throw arguments.failure("file must end in .png or .jpg, and text must not be empty")
        }
        guard (0...100).contains(noise), noise == 0 || noiseLines.count >= 3 else {
            throw arguments.failure("noise must be 0...100 and needs three lines in noise_lines")
        }
    }

    func setUp(_ device: any DeviceLink) async throws {
        var random = SeededRandom(seed: seed, name: "pictures")
        guard let now = Int64(try await device.run("date +%s").text.trimmingSpaces) else {
            throw DroidError("bench.setup", "the device does not tell its time")
        }
        let place = ShellQuoting.quote(folder)
        _ = try await device.run("rm -rf \(place); mkdir -p \(place)")
        let ending = file.split(separator: ".").last ?? "png"
        for index in 0..<noise {
            let words = noiseLines.shuffled(using: &random).prefix(3).joined(separator: "\n")
            let bytes = try TextPicture(words, &random).file(ending: String(ending))
            let age = Int64(index + 1) * 86400
            try await device.push(
                bytes,
                to: "\(folder)/\(noiseName)_\(index).\(ending)",
                mode: 0o644,
                modified: now - age
            )
        }
        let bytes = try TextPicture(text, &random).file(ending: String(ending))
        try await device.push(bytes, to: "\(folder)/\(file)", mode: 0o644, modified: now)
    }
}

/// Text on paper, as a picture that is as wide as a phone's display.
struct TextPicture {
    private static let width = 1080
    private static let margin = 56.0
    private let text: String
    private let size: Double
    private let paper: RGBA
    private let ink: RGBA

    /// Draws the size of the letters and the colours of paper and ink, all of them easy to read.
    init(_ text: String, _ random: inout SeededRandom) {
        self.text = text
        size = Double(Int.random(in: 36...42, using: &random))
        let light = UInt8.random(in: 236...255, using: &random)
        paper = RGBA(red: light, green: light, blue: light - UInt8.random(in: 0...16, using: &random))
        let dark = UInt8.random(in: 0...56, using: &random)
        ink = RGBA(red: dark, green: dark, blue: dark)
    }

    /// Whether a file's name says that it is a picture that can be written.
    static func isName(_ name: String) -> Bool {
        [".png", ".jpg", ".jpeg"].contains { name.lowercased().hasSuffix($0) }
    }

    var pixels: PixelBuffer {
        let engine = TextEngine()
        let block = engine.block(text, FontStyle(size: size), width: Self.width - 2 * Int(Self.margin))
        let height = max(480, block.height + 2 * Int(Self.margin))
        let canvas = Canvas(width: Self.width, height: height, text: engine)
        canvas.fill(Rect(x: 0, y: 0, width: Double(Self.width), height: Double(height)), paper)
        canvas.draw(block, x: Self.margin, y: Self.margin, ink)
        return canvas.pixels()
    }

    /// - Throws: what the encoders throw.
    func file(ending: String) throws -> [UInt8] {
        ending.lowercased() == "png" ? try PNG.encode(pixels, effort: .small) : try JPEG.encode(pixels, quality: 92)
    }
}

/// Checks that a file was copied: `from` is still there, and `to` has the same bytes.
struct FileCopied: TaskProgram {
    private let from: String
    private let to: String

    init(_ arguments: ProgramArguments) throws {
        from = try arguments.need("from")
        to = try arguments.need("to")
    }

    /// What the file is at the start: it must not be put in another's place.
    func baseline(_ device: any DeviceLink) async throws -> [String] { [try await digest(from, device) ?? ""] }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        let (source, copy) = (try await digest(from, device), try await digest(to, device))
        let found =
            switch (source, copy) {
            case (nil, _): "\(from) is gone"
            case (_, nil): "\(to) is not there"
            default: source == copy ? "the same file twice" : "two different files"
            }
        return CheckOutcome(
            passed: source != nil && source == copy && baseline == [source],
            wanted: "\(to) is a copy of \(from)",
            found: found
        )
    }

    private func digest(_ path: String, _ device: any DeviceLink) async throws -> String? {
        guard try await device.run("test -f \(ShellQuoting.quote(path))").exitCode == 0 else { return nil }
        return SHA256.hex(try await device.pull(path))
    }
}
