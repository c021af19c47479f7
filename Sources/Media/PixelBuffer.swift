// SPDX-License-Identifier: Apache-2.0

import Base

/// A picture as rows of RGBA bytes, without padding between rows.
public struct PixelBuffer: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// `width * height * 4` bytes: red, green, blue, opacity (not premultiplied), from the top left.
    public var pixels: [UInt8]

    /// A picture of one colour.
    public init(width: Int, height: Int, filled color: RGBA = RGBA(hex: 0, alpha: 0)) {
        self.width = max(0, width)
        self.height = max(0, height)
        let word = [color.red, color.green, color.blue, color.alpha]
        pixels = [UInt8](unsafeUninitializedCapacity: self.width * self.height * 4) { buffer, count in
            count = buffer.count
            for index in 0..<count { buffer[index] = word[index & 3] }
        }
    }

    /// A picture from its bytes.
    ///
    /// - Throws: `DroidError` with code `picture.size` when there are not `width * height * 4` bytes.
    public init(width: Int, height: Int, pixels: [UInt8]) throws {
        let (area, overflow) = width.multipliedReportingOverflow(by: height)
        guard width >= 0, height >= 0, !overflow, area <= Int.max / 4, pixels.count == area * 4 else {
            throw DroidError(
                "picture.size",
                "the picture's bytes do not fit its size",
                why: "\(width)x\(height) pixels and \(pixels.count) bytes"
            )
        }
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// The colour at a place; transparent black outside.
    public subscript(x: Int, y: Int) -> RGBA {
        guard x >= 0, y >= 0, x < width, y < height else { return RGBA(hex: 0, alpha: 0) }
        let at = (y * width + x) * 4
        return RGBA(red: pixels[at], green: pixels[at + 1], blue: pixels[at + 2], alpha: pixels[at + 3])
    }
}

/// A colour of 8 bits a channel, not premultiplied.
public struct RGBA: Sendable, Hashable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8
    public var alpha: UInt8

    public init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
        (self.red, self.green, self.blue, self.alpha) = (red, green, blue, alpha)
    }

    /// Whether light ink can be read on it.
    public var isDark: Bool { Int(red) * 299 + Int(green) * 587 + Int(blue) * 114 < 128_000 }

    /// A colour from 0xRRGGBB and an opacity 0...1.
    public init(hex: UInt32, alpha: Double = 1) {
        red = UInt8(truncatingIfNeeded: hex >> 16)
        green = UInt8(truncatingIfNeeded: hex >> 8)
        blue = UInt8(truncatingIfNeeded: hex)
        self.alpha = UInt8((min(max(alpha, 0), 1) * 255).rounded())
    }

    /// The same colour, less opaque.
    public func opacity(_ factor: Double) -> RGBA {
        var copy = self
        copy.alpha = UInt8((Double(alpha) * min(max(factor, 0), 1)).rounded())
        return copy
    }
}

/// An upright rectangle; `x` and `y` are its top left.
public struct Rect: Sendable, Hashable {
    public var x: Double
    public var y: Double
    public var width: Double
    public var height: Double

    public init(x: Double, y: Double, width: Double, height: Double) {
        (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }

    public var right: Double { x + width }
    public var bottom: Double { y + height }
    public var centerX: Double { x + width / 2 }
    public var centerY: Double { y + height / 2 }

    /// The rectangle with each side moved inwards.
    public func inset(_ by: Double) -> Rect {
        Rect(x: x + by, y: y + by, width: max(0, width - 2 * by), height: max(0, height - 2 * by))
    }
}
