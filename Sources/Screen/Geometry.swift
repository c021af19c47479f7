// SPDX-License-Identifier: Apache-2.0

/// A size in pixels.
public struct DisplaySize: Sendable, Hashable, Codable {
    public var width: Int
    public var height: Int

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }
}

/// A rectangle in display pixels; right and bottom are outside, as `uiautomator` prints them.
public struct Bounds: Sendable, Hashable, Codable, CustomStringConvertible {
    public var left: Int
    public var top: Int
    public var right: Int
    public var bottom: Int

    public init(left: Int, top: Int, right: Int, bottom: Int) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }

    /// Nothing at the origin.
    public static let zero = Bounds(left: 0, top: 0, right: 0, bottom: 0)

    public var width: Int { right - left }
    public var height: Int { bottom - top }
    /// Whether no pixel lies inside.
    public var isEmpty: Bool { right <= left || bottom <= top }
    /// The number of pixels inside.
    public var area: Int { isEmpty ? 0 : width * height }
    /// The pixel in the middle.
    public var center: (x: Int, y: Int) { (left + width / 2, top + height / 2) }
    /// `[left,top][right,bottom]`.
    public var description: String { "[\(left),\(top)][\(right),\(bottom)]" }

    /// The part of this that lies in `other`; empty where they do not meet.
    public func intersection(_ other: Bounds) -> Bounds {
        Bounds(
            left: max(left, other.left),
            top: max(top, other.top),
            right: min(right, other.right),
            bottom: min(bottom, other.bottom)
        )
    }

    /// Whether every pixel of `other` lies inside this.
    public func contains(_ other: Bounds) -> Bool {
        left <= other.left && top <= other.top && right >= other.right && bottom >= other.bottom
    }

    /// Reads `[l,t][r,b]` from UTF-8; nil for anything else. Coordinates beyond ±1,000,000 are refused, so that no sum
    /// of them can overflow.
    public init?(_ text: some Sequence<UInt8>) {
        var numbers: [Int] = []
        var current: Int?
        var negative = false
        for byte in text {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let next = (current ?? 0) * 10 + Int(byte - 48)
                guard next <= 1_000_000 else { return nil }
                current = next
            case UInt8(ascii: "-"):
                guard current == nil else { return nil }
                negative = true
            case UInt8(ascii: ","), UInt8(ascii: "]"):
                guard let value = current, numbers.count < 4 else { return nil }
                numbers.append(negative ? -value : value)
                current = nil
                negative = false
            case UInt8(ascii: "["), UInt8(ascii: " "):
                continue
            default:
                return nil
            }
        }
        guard numbers.count == 4, current == nil else { return nil }
        self.init(left: numbers[0], top: numbers[1], right: numbers[2], bottom: numbers[3])
    }
}
