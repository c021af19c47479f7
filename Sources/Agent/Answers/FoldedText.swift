// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A text as it is compared: letters small, every sign a space, one space between words and at the ends, and pieces that bullets, bars or
/// line ends part from each other marked off.
struct FoldedText: Hashable {
    /// Stands at both ends of each piece.
    private static let edge: UInt8 = 1
    private(set) var bytes: [UInt8] = []

    var isEmpty: Bool { bytes.count <= 2 }

    init(_ text: String) {
        let (bytes, isForeign) = Self.folded(text)
        // The standard library knows the small letters of all scripts, which costs much more than those of ASCII.
        self.bytes = isForeign ? Self.folded(text.lowercased()).bytes : bytes
    }

    /// Texts one after the other, each a piece of its own.
    init(joining texts: [FoldedText]) {
        for text in texts { bytes += text.bytes }
        if bytes.isEmpty { bytes = [Self.edge, 0x20, Self.edge] }
    }

    private static func folded(_ text: String) -> (bytes: [UInt8], isForeign: Bool) {
        var text = text
        var isForeign = false
        var bytes: [UInt8] = [edge, 0x20]
        text.withUTF8 { source in
            bytes.reserveCapacity(source.count + 8)
            var index = 0
            while index < source.count {
                var byte = source[index]
                if byte == 0x7c || byte == 10
                    || byte == 0xe2 && index + 2 < source.count && source[index + 1] == 0x80
                        && source[index + 2] == 0xa2
                    || byte == 0xc2 && index + 1 < source.count && source[index + 1] == 0xb7
                {
                    index += byte == 0xe2 ? 3 : byte == 0xc2 ? 2 : 1
                    if bytes.last != 0x20 { bytes.append(0x20) }
                    bytes.append(edge)
                    bytes.append(0x20)
                    continue
                }
                index += 1
                if byte >= 0x41, byte <= 0x5a { byte |= 0x20 }
                // An apostrophe is inside a word.
                if byte == 0x27 { continue }
                if byte >= 0x80 { isForeign = true }
                let isWord = byte >= 0x80 || byte >= 0x61 && byte <= 0x7a || byte >= 0x30 && byte <= 0x39
                if isWord { bytes.append(byte) } else if bytes.last != 0x20 { bytes.append(0x20) }
            }
        }
        if bytes.last != 0x20 { bytes.append(0x20) }
        bytes.append(edge)
        return (bytes, isForeign)
    }

    /// What is looked for in other texts: the words without edges, with the space before the first.
    struct Needle {
        fileprivate let text: FoldedText
        fileprivate let bytes: [UInt8]
        /// Some scripts have no spaces between words.
        fileprivate let isForeign: Bool

        init(_ text: FoldedText) {
            self.text = text
            var bytes = Array(text.bytes.dropFirst().dropLast(2))
            // The ending of a plural is looked for with what follows.
            if bytes.last == 0x73, bytes.count > 4, bytes.dropLast().last != 0x73 { bytes.removeLast() }
            self.bytes = bytes
            isForeign = bytes.contains { $0 >= 0x80 }
        }

        init(_ text: String) { self.init(FoldedText(text)) }

        var isEmpty: Bool { bytes.count < 2 }
    }

    /// Whether the words of another stand in it one after the other, the last with or without the ending of a plural.
    func contains(_ other: Needle) -> Bool { holds(other, asPiece: false) }

    /// Whether one of its pieces, or all of it, is the other.
    func hasPiece(_ other: Needle) -> Bool { holds(other, asPiece: true) || self == other.text }

    private func holds(_ other: Needle, asPiece: Bool) -> Bool {
        guard other.bytes.count > 1, bytes.count >= other.bytes.count + 2 else { return false }
        let (needle, isForeign) = (other.bytes, other.isForeign)
        return bytes.withUnsafeBufferPointer { whole in
            needle.withUnsafeBufferPointer { part in
                guard let start = whole.baseAddress, let wanted = part.baseAddress, whole.count >= part.count + 2 else {
                    return false
                }
                var at = 0
                while at + part.count < whole.count,
                    // Each word begins after a space, so the first letter is what to look for.
                    let hit = memchr(start + at + 1, Int32(part[1]), whole.count - at - part.count)
                {
                    let place = start.distance(to: hit.assumingMemoryBound(to: UInt8.self)) - 1
                    at = place + 1
                    guard memcmp(start + place, wanted, part.count) == 0 else { continue }
                    var end = place + part.count
                    if end < whole.count, whole[end] == 0x65, end + 1 < whole.count, whole[end + 1] == 0x73 { end += 1 }
                    if end < whole.count, whole[end] == 0x73 { end += 1 }
                    // Where words have no spaces between them, the end of one cannot be seen.
                    guard end < whole.count, whole[end] == 0x20 || isForeign && !asPiece else { continue }
                    if !asPiece { return true }
                    if place > 0, whole[place - 1] == Self.edge, end + 1 < whole.count, whole[end + 1] == Self.edge {
                        return true
                    }
                }
                return false
            }
        }
    }
}
