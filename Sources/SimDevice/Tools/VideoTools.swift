// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Media

extension ToolTable {
    static let videoTools: [String: Tool] = ["screenrecord": .slow(screenrecord)]

    private static let usage = """
        Usage: screenrecord [options] <filename>

        Records the device's display to a file, or with "-" to standard output.

        Options:
        --size WIDTHxHEIGHT
            The size of the video, such as "1280x720". Default: the display's.
        --bit-rate RATE
            Bits per second; also as megabits, such as "4M". Default: 20M.
        --time-limit TIME
            The longest recording, in seconds; 0 for no limit. Default: 180.
        --output-format FORMAT
            mp4, or h264 for the bare stream. Default: mp4; standard output takes h264 only.
        --display-id ID, --rotate, --verbose, --bugreport, --show-frame-time, --version, --help
        """

    private struct Options {
        var size: (width: Int, height: Int)?
        var bitRate = 20_000_000
        var limit = 180
        var format = "mp4"
        var file = ""
    }

    private static func options(_ call: ToolCall) throws -> Options? {
        var out = Options()
        var rest = call.arguments[...]
        func bad(_ message: String) -> ToolFailure { ToolFailure(message: message, status: 2) }
        while let word = rest.popFirst() {
            guard word.hasPrefix("--") else {
                out.file = word
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1)
            func value() throws -> String {
                if parts.count > 1 { return String(parts[1]) }
                guard let next = rest.popFirst() else {
                    throw bad("screenrecord: option '\(word)' requires an argument")
                }
                return next
            }
            switch parts[0] {
            case "--size":
                let text = try value()
                let sides = text.split(separator: "x").compactMap { Int($0) }
                guard sides.count == 2, sides.allSatisfy({ (1...8192).contains($0) }) else {
                    throw bad("Invalid size '\(text)', must be width x height")
                }
                out.size = (sides[0], sides[1])
            case "--bit-rate":
                let text = try value()
                let isMega = text.last == "M" || text.last == "m"
                guard let number = Double(isMega ? text.dropLast() : text[...]) else {
                    throw bad("Invalid bit rate '\(text)'")
                }
                let rate = number * (isMega ? 1_000_000 : 1)
                guard (100_000...200_000_000).contains(rate) else {
                    throw bad("Bit rate \(text) outside acceptable range [100000,200000000]")
                }
                out.bitRate = Int(rate)
            case "--time-limit":
                let text = try value()
                guard let seconds = Int(text), (0...86_400).contains(seconds) else {
                    throw bad("Time limit \(text) outside acceptable range [0,86400]")
                }
                out.limit = seconds
            case "--output-format":
                out.format = try value()
                guard ["mp4", "h264"].contains(out.format) else { throw bad("Unknown format '\(out.format)'") }
            case "--display-id": _ = try value()
            case "--rotate", "--verbose", "--bugreport", "--show-frame-time", "--show-device-info": break
            case "--version":
                call.out.line("1.3")
                return nil
            case "--help":
                call.err.line(usage)
                return nil
            default: throw bad("screenrecord: unrecognized option '\(word)'\n" + usage)
            }
        }
        guard !out.file.isEmpty else { throw bad("Must specify output file (see --help).") }
        guard out.file != "-" || out.format == "h264" else {
            throw bad("Standard output takes --output-format=h264 only.")
        }
        return out
    }

    /// Films the display: a picture when recording starts, and one whenever the display has changed.
    nonisolated(nonsending) private static func screenrecord(_ call: ToolCall) async throws -> Int32 {
        guard let options = try options(call) else { return 0 }
        let size = options.size ?? (call.system.display.width, call.system.display.height)
        let isFile = options.format == "mp4"
        let encoder: H264Encoder
        do {
            encoder = try H264Encoder(
                width: size.width,
                height: size.height,
                bitRate: options.bitRate,
                headersApart: isFile
            )
        } catch {
            throw ToolFailure(
                message: "ERROR: unable to configure video/avc codec at \(size.width)x\(size.height) (err=-22)",
                status: 1
            )
        }
        if options.file != "-", !call.files.isFolder(DevicePath.parent(call.path(options.file))) {
            throw ToolFailure(message: "Unable to open '\(options.file)': No such file or directory", status: 1)
        }
        var units: [H264Encoder.Unit] = []
        let send: (H264Encoder.Unit) -> Void = { unit in
            if options.file == "-" { call.out.write(unit.bytes) } else { units.append(unit) }
        }
        // Who watches a stream does so in their own time; a file's length is the device's.
        let steps = options.file != "-" && call.system.clock.mode == .stepped
        let film = Film(call.device, encoder, steps: steps)
        do {
            if steps {
                try await film.step(for: Int64(options.limit) * 1000, send: send)
            } else {
                let end = options.limit == 0 ? nil : ContinuousClock.now + .seconds(options.limit)
                try await film.run(until: end, send: send) { await call.out.drain?() }
            }
        } catch is CancellationError {
            // Whoever watched has gone; a file is ended all the same.
        }
        if options.file != "-" { try keep(units, encoder, film.elapsed, at: call.path(options.file), call) }
        return 0
    }

    private static func keep(
        _ units: [H264Encoder.Unit],
        _ encoder: H264Encoder,
        _ length: Int64,
        at path: String,
        _ call: ToolCall
    ) throws {
        guard !units.isEmpty else { throw ToolFailure(message: "ERROR: no frame was recorded", status: 1) }
        guard encoder.headersApart else { return try call.files.write(units.flatMap(\.bytes), to: path) }
        do {
            try call.files.write(try MP4Writer.file(units, encoder: encoder, length: length), to: path)
        } catch let error as DroidError {
            throw ToolFailure(message: "ERROR: \(error.what): \(error.why)", status: 1)
        }
    }
}

/// One recording that runs.
private final class Film {
    /// How often the display is looked at while only time passes.
    private static let frame = Duration.milliseconds(50)
    /// Looks at the display in a film of a clock that is stepped.
    private static let steps: Int64 = 200

    private let device: DeviceContext
    private let encoder: H264Encoder
    /// Whether time is that of the device's clock, which moves by the recording itself.
    private let steps: Bool
    private let start = ContinuousClock.now
    private let startOfDevice: Int64
    private var drawn: PixelBuffer?
    private var document: [UInt8] = []
    private var changes = 0
    private var revision = 0

    init(_ device: DeviceContext, _ encoder: H264Encoder, steps: Bool) {
        self.device = device
        self.encoder = encoder
        self.steps = steps
        startOfDevice = device.system.clock.uptime
    }

    /// Milliseconds since the recording started.
    var elapsed: Int64 {
        if steps { return device.system.clock.uptime - startOfDevice }
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    nonisolated(nonsending) func run(
        until end: ContinuousClock.Instant?,
        send: (H264Encoder.Unit) -> Void,
        drain: () async -> Void
    ) async throws {
        let latency = device.latency.wait
        let activity = device.system.activity
        var seen = activity.count
        try await film(after: latency[.videoStart] ?? 0, send)
        while end.map({ ContinuousClock.now < $0 }) ?? true {
            await activity.wait(after: seen, until: [end, nextLook].compactMap { $0 }.min())
            try Task.checkCancellation()
            await drain()
            seen = activity.count
            device.catchUp()
            guard hasChanged else { continue }
            try await film(after: latency[.videoFrame] ?? 0, send)
        }
    }

    /// Films so many milliseconds of a clock that moves only by what is done: the recording moves it, as a wait does.
    nonisolated(nonsending) func step(for length: Int64, send: (H264Encoder.Unit) -> Void) async throws {
        try await film(after: 0, send)
        // Long films have fewer looks: each costs a drawing of the display.
        let frame = max(50, length / Film.steps)
        while elapsed < length {
            try Task.checkCancellation()
            try await device.sleep(min(frame, length - elapsed))
            if hasChanged { try await film(after: 0, send) }
            await Task.yield()
        }
    }

    /// When the display may change though nobody does anything: when an input has its effect, and where the clock runs, with
    /// the next frame, since time alone changes what apps show.
    private var nextLook: ContinuousClock.Instant? {
        let frame = device.system.clock.mode == .real ? ContinuousClock.now + Film.frame : nil
        return [device.nextReaction, frame].compactMap { $0 }.min()
    }

    /// Whether the display may look other than in the last picture.
    private var hasChanged: Bool {
        let windows = device.windows
        return windows.changes != changes || device.system.settings.revision != revision
            || windows.document() != document
    }

    /// Draws the display and, where it looks other than before, sends its picture so long after the change.
    nonisolated(nonsending) private func film(after ms: Int64, _ send: (H264Encoder.Unit) -> Void) async throws {
        let seen = ContinuousClock.now
        let windows = device.windows
        changes = windows.changes
        revision = device.system.settings.revision
        document = windows.document()
        let picture = windows.screenshot()
        guard picture != drawn else { return }
        drawn = picture
        let units = try encoder.encode(picture, at: elapsed)
        if ms > 0 { try await Task.sleep(until: seen + .milliseconds(ms)) }
        units.forEach(send)
    }
}
