// SPDX-License-Identifier: Apache-2.0

/// The small vector pictures of the built-in device, drawn for it on a grid of 24 x 24.
public enum Icon: String, CaseIterable, Sendable {
    // Getting about.
    case back, forward, up, chevronRight, chevronDown, chevronUp, chevronLeft, close, drawer, more, search, home,
        recents
    // Doing things.
    case add, remove, check, delete, edit, copy, cut, paste, share, sort, filter, download, save, undo, redo, grid, list
    case selectAll, refresh, backspace, enter, shift, keyboard, reset
    // Things.
    case folder, file, image, music, video, archive, sdCard, phoneDevice, person, people, personAdd, phone, message,
        mail
    case star, starOutline, label, company, calendar, notifications, link, camera
    // Time.
    case clock, alarm, timer, hourglass, stopwatch, play, pause, stop, flag, world
    // The device.
    case wifi, wifiOff, bluetooth, airplane, mobileData, sim, brightness, brightnessLow, battery, volume, vibrate
    case doNotDisturb, rotate, flashlight, dark, settings, display, storage, apps, system, info, devices, lock, location
    case accessibility, privacy, language, cast, usb, textSize, error, visibility
    case microphone, microphoneOff, callEnd, charge

    struct Part: Sendable {
        var path: VectorPath
        /// Width of the line, or `nil` for a filled shape.
        var stroke: Double?
    }

    /// The icon's shapes, in the order in which they are drawn.
    var parts: [Part] { Self.shapes[self] ?? [] }

    private static let shapes: [Icon: [Part]] = Dictionary(
        uniqueKeysWithValues: allCases.map { icon in
            (icon, IconShapes.words(icon).split(separator: "|").map(part))
        }
    )

    /// `s` strokes with a line of 2, `t` with one of 1.6; `f` fills.
    private static func part(_ words: Substring) -> Part {
        let trimmed = words.drop { $0 == " " }
        let path = VectorPath(words: String(trimmed.dropFirst()))
        switch trimmed.first {
        case "s": return Part(path: path, stroke: 2)
        case "t": return Part(path: path, stroke: 1.6)
        default: return Part(path: path, stroke: nil)
        }
    }
}
