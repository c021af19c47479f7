// SPDX-License-Identifier: Apache-2.0

import Base
import Media

/// A line of text that was read in a picture.
public struct ReadText: Sendable, Hashable, Codable {
    public var text: String
    /// On the display.
    public var bounds: Bounds
    /// 0 to 1, as the recogniser sees it.
    public var confidence: Double

    public init(text: String, bounds: Bounds, confidence: Double) {
        (self.text, self.bounds, self.confidence) = (text, bounds, confidence)
    }
}

/// Reads what stands in the pictures of a screen, where its hierarchy says nothing of them.
///
/// A picture is an element that is a leaf, has no text or description, takes no text, and fills more than a share of the
/// display. Pictures that have been read are known by their pixels, so an unchanged one costs no more than a digest.
public actor PictureText {
    private static let knownLimit = 64
    /// What is read with less confidence is mostly no text.
    private static let leastConfidence = 0.3
    private let language: String
    private let share: Double
    private var recognizer: TextRecognizer?
    private var known: [String: [ReadText]] = [:]
    /// Pictures that were recognised, and those that were known.
    public private(set) var counts = (read: 0, known: 0)

    /// - Parameters:
    ///   - language: as tesseract calls it.
    ///   - share: the part of the display from which on an element counts as a picture.
    public init(language: String = "eng", share: Double = 0.02) {
        (self.language, self.share) = (language, share)
    }

    /// The screen with what its pictures say, in `readTexts`. A screen without such pictures is given back as it is.
    ///
    /// - Throws: `DroidError` with code `screen.ocr` where tesseract has no data, `screen.noPicture` where the screen has no
    ///   picture to read in, and what the decoders throw.
    public func read(_ screen: ScreenState) throws -> ScreenState {
        let pictures = Self.pictures(of: screen, share: share)
        guard !pictures.isEmpty else { return screen }
        guard let whole = try screen.screenshot?.decoded() else {
            throw DroidError(
                "screen.noPicture",
                "there is no picture of the display to read in",
                next: "observe the screen with a picture"
            )
        }
        var copy = screen
        for element in pictures {
            let lines = try lines(of: element, on: screen, whole)
            if !lines.isEmpty { copy.readTexts[element.id] = lines }
        }
        return copy
    }

    /// The same, with a picture of the display that is taken now where the screen has none and one is needed.
    ///
    /// - Throws: as `read(_:)`, and what the link throws.
    public func read(_ screen: ScreenState, from device: any DeviceLink) async throws -> ScreenState {
        let isNeeded = screen.screenshot == nil && !Self.pictures(of: screen, share: share).isEmpty
        guard isNeeded else { return try read(screen) }
        var copy = screen
        copy.screenshot = try Screencap.raw(try await device.exec("screencap", timeout: .seconds(20)))
        var read = try read(copy)
        read.screenshot = nil
        return read
    }

    /// The elements that are pictures without words of their own.
    static func pictures(of screen: ScreenState, share: Double) -> [Element] {
        let least = Double(screen.displaySize.width * screen.displaySize.height) * share
        return screen.elements.filter { element in
            element.isLeaf && element.text.isEmpty && element.contentDescription.isEmpty && element.hint.isEmpty
                && !element.isEditable && !element.isCheckable
                && Double(screen.visibleBounds(of: element.id).area) >= max(least, 1)
        }
    }

    private func lines(of element: Element, on screen: ScreenState, _ whole: PixelBuffer) throws -> [ReadText] {
        let scale = Double(whole.width) / Double(max(screen.displaySize.width, 1))
        let place = screen.visibleBounds(of: element.id)
        let part = whole.part(
            Bounds(
                left: Int(Double(place.left) * scale),
                top: Int(Double(place.top) * scale),
                right: Int(Double(place.right) * scale),
                bottom: Int(Double(place.bottom) * scale)
            )
        )
        func onDisplay(_ bounds: Bounds) -> Bounds {
            Bounds(
                left: place.left + Int(Double(bounds.left) / scale),
                top: place.top + Int(Double(bounds.top) / scale),
                right: place.left + Int(Double(bounds.right) / scale),
                bottom: place.top + Int(Double(bounds.bottom) / scale)
            )
        }
        // What stands over the picture and has words of its own is no part of it.
        let others = screen.elements.filter {
            $0.id != element.id && $0.isLeaf && !($0.text.isEmpty && $0.contentDescription.isEmpty)
        }
        return try recognized(part).compactMap { line in
            let bounds = onDisplay(line.bounds)
            let (x, y) = bounds.center
            let isCovered = others.contains {
                (x >= $0.bounds.left && x < $0.bounds.right) && (y >= $0.bounds.top && y < $0.bounds.bottom)
            }
            return isCovered ? nil : ReadText(text: line.text, bounds: bounds, confidence: line.confidence)
        }
    }

    private func recognized(_ picture: PixelBuffer) throws -> [ReadText] {
        var hash = SHA256()
        hash.update("\(picture.width)x\(picture.height)\n".utf8)
        hash.update(picture.pixels)
        let key = hash.finalHex()
        if let lines = known[key] {
            counts.known += 1
            return lines
        }
        let recognizer = try self.recognizer ?? TextRecognizer(language: language)
        self.recognizer = recognizer
        let lines = try recognizer.lines(in: picture).filter { $0.confidence >= Self.leastConfidence }
        counts.read += 1
        if known.count >= Self.knownLimit { known.removeAll() }
        known[key] = lines
        return lines
    }
}

extension PixelBuffer {
    /// The part of the picture inside a rectangle, as far as it has pixels there.
    func part(_ wanted: Bounds) -> PixelBuffer {
        let bounds = wanted.intersection(Bounds(left: 0, top: 0, right: width, bottom: height))
        guard !bounds.isEmpty else { return PixelBuffer(width: 0, height: 0) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(bounds.area * 4)
        for y in bounds.top..<bounds.bottom {
            let start = (y * width + bounds.left) * 4
            bytes += pixels[start..<(start + bounds.width * 4)]
        }
        return (try? PixelBuffer(width: bounds.width, height: bounds.height, pixels: bytes)) ?? self
    }
}
