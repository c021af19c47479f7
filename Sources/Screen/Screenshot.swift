// SPDX-License-Identifier: Apache-2.0

import Base
import Media

/// A picture of the display, kept in the form in which the device sent it.
public enum Screenshot: Sendable {
    /// Pixels, RGBA, rows packed.
    case pixels(PixelBuffer)
    /// A PNG file.
    case png([UInt8])
    /// A JPEG file.
    case jpeg([UInt8])

    /// The picture as pixels.
    ///
    /// - Throws: what the PNG and JPEG decoders throw.
    public func decoded() throws -> PixelBuffer {
        switch self {
        case .pixels(let buffer): buffer
        case .png(let bytes): try PNG.decode(bytes)
        case .jpeg(let bytes): try JPEG.decode(bytes)
        }
    }

    /// The picture as a PNG file.
    ///
    /// - Throws: what the PNG encoder and the JPEG decoder throw.
    public func encoded() throws -> [UInt8] {
        switch self {
        case .pixels(let buffer): try PNG.encode(buffer)
        case .png(let bytes): bytes
        case .jpeg(let bytes): try PNG.encode(JPEG.decode(bytes))
        }
    }

    /// The bytes that tell two pictures apart.
    var identity: [UInt8] {
        switch self {
        case .pixels(let buffer): buffer.pixels
        case .png(let bytes), .jpeg(let bytes): bytes
        }
    }
}

/// Reads what `screencap` prints.
public enum Screencap {
    /// Larger displays are refused, so that a broken header cannot ask for memory.
    public static let sideLimit = 16_384
    /// How far a warning may push the picture back in the stream.
    private static let prefixLimit = 4096
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// The picture in an answer of `screencap -p`: devices with two displays print a warning ahead of it.
    ///
    /// - Throws: `DroidError` with code `screen.noPicture`.
    public static func png(_ bytes: [UInt8]) throws -> Screenshot {
        var start = 0
        while start + signature.count <= bytes.count && start <= prefixLimit {
            if bytes[start] == signature[0] && bytes[start..<start + signature.count].elementsEqual(signature) {
                return .png(start == 0 ? bytes : Array(bytes[start...]))
            }
            start += 1
        }
        throw failure(bytes)
    }

    /// The picture in an answer of `screencap`: a header of 12 bytes (16 since Android 9) and packed pixels.
    ///
    /// The header is believed only where width, height and format give exactly the bytes that follow.
    ///
    /// - Throws: `DroidError` with code `screen.noPicture`.
    public static func raw(_ bytes: [UInt8]) throws -> Screenshot {
        if let found = picture(bytes, at: 0) { return .pixels(found) }
        // A warning is a line of text; the header comes after a line break.
        for start in bytes.prefix(prefixLimit).indices where start > 0 && bytes[start - 1] == 10 {
            if let found = picture(bytes, at: start) { return .pixels(found) }
        }
        throw failure(bytes)
    }

    private static func picture(_ bytes: [UInt8], at start: Int) -> PixelBuffer? {
        guard bytes.count - start >= 12 else { return nil }
        func word(_ place: Int) -> Int {
            (0..<4).reduce(0) { $0 | Int(bytes[start + place * 4 + $1]) << (8 * $1) }
        }
        let (width, height, format) = (word(0), word(1), word(2))
        guard (1...sideLimit).contains(width), (1...sideLimit).contains(height) else { return nil }
        let size: Int
        switch format {
        case 1, 2: size = 4
        case 3: size = 3
        case 4: size = 2
        default: return nil
        }
        let body = width * height * size
        let header = bytes.count - start - body
        guard header == 12 || header == 16 else { return nil }
        let from = start + header
        if format == 1 { return try? PixelBuffer(width: width, height: height, pixels: Array(bytes[from...])) }
        var pixels = [UInt8](repeating: 255, count: width * height * 4)
        for pixel in 0..<width * height {
            let source = from + pixel * size
            if format == 4 {
                let value = Int(bytes[source]) | Int(bytes[source + 1]) << 8
                pixels[pixel * 4] = UInt8((value >> 11) * 255 / 31)
                pixels[pixel * 4 + 1] = UInt8((value >> 5 & 63) * 255 / 63)
                pixels[pixel * 4 + 2] = UInt8((value & 31) * 255 / 31)
            } else {
                for channel in 0..<3 { pixels[pixel * 4 + channel] = bytes[source + channel] }
            }
        }
        return try? PixelBuffer(width: width, height: height, pixels: pixels)
    }

    static func failure(_ bytes: [UInt8]) -> DroidError {
        let text = String(decoding: bytes.prefix(160), as: UTF8.self)
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        let isText = !line.isEmpty && line.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 0xFFFD }
        return DroidError(
            "screen.noPicture",
            "the device sent no picture of its display",
            why: isText ? "screencap said: \(line)" : "\(bytes.count) bytes came that are no picture",
            next: "a window that forbids pictures may be in front; the agent goes on without one"
        )
    }
}

extension PixelBuffer {
    /// A smaller picture whose pixels are the means of those they stand for.
    ///
    /// - Parameter target: the new width; the height follows. A picture that is narrower already is given back as it is.
    public func downscaled(toWidth target: Int) -> PixelBuffer {
        guard target > 0, target < width, height > 0, pixels.count >= width * height * 4 else { return self }
        let targetHeight = max(1, height * target / width)
        var out = [UInt8](repeating: 255, count: target * targetHeight * 4)
        pixels.withUnsafeBufferPointer { source in
            for y in 0..<targetHeight {
                let top = y * height / targetHeight
                let bottom = max(top + 1, (y + 1) * height / targetHeight)
                for x in 0..<target {
                    let left = x * width / target
                    let right = max(left + 1, (x + 1) * width / target)
                    var (red, green, blue) = (0, 0, 0)
                    for row in top..<bottom {
                        var place = (row * width + left) * 4
                        for _ in left..<right {
                            red += Int(source[place])
                            green += Int(source[place + 1])
                            blue += Int(source[place + 2])
                            place += 4
                        }
                    }
                    let count = (bottom - top) * (right - left)
                    let place = (y * target + x) * 4
                    out[place] = UInt8((red + count / 2) / count)
                    out[place + 1] = UInt8((green + count / 2) / count)
                    out[place + 2] = UInt8((blue + count / 2) / count)
                }
            }
        }
        return (try? PixelBuffer(width: target, height: targetHeight, pixels: out)) ?? self
    }
}
