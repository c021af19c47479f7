// SPDX-License-Identifier: Apache-2.0

/// Turns a device's answer, in pieces of any size, into bytes that an XML parser can take.
///
/// It drops what stands before `<hierarchy`, joins surrogate pairs that were written as two numeric references, puts a
/// full stop for references and control characters that XML forbids (as newer Androids do themselves), and repairs
/// UTF-8.
struct HierarchyFilter {
    /// The first bytes that stood before the document.
    private(set) var noise: [UInt8] = []
    private var out: [UInt8] = []
    /// What could not be decided yet: a part of the start mark, of a reference, or of a UTF-8 sequence.
    private var held: [UInt8] = []
    private var isInside = false
    private static let mark = Array("<hierarchy".utf8)
    private static let noiseLimit = 1024

    mutating func feed(_ piece: some Sequence<UInt8>) {
        held.append(contentsOf: piece)
        if !isInside { seek() }
        if isInside { clean(last: false) }
    }

    mutating func finish() {
        if isInside {
            clean(last: true)
        } else {
            keepNoise(held[...])
            held = []
        }
    }

    /// The clean bytes so far; they are handed over once.
    mutating func take() -> [UInt8] {
        defer { out = [] }
        return out
    }

    private mutating func seek() {
        let mark = Self.mark
        var index = 0
        while index + mark.count <= held.count {
            if held[index] == mark[0] && held[index..<index + mark.count].elementsEqual(mark) {
                keepNoise(held[..<index])
                held.removeSubrange(..<index)
                isInside = true
                return
            }
            index += 1
        }
        keepNoise(held[..<index])
        held.removeFirst(index)
    }

    private mutating func keepNoise(_ bytes: ArraySlice<UInt8>) {
        noise.append(contentsOf: bytes.prefix(max(0, Self.noiseLimit - noise.count)))
    }

    private mutating func clean(last: Bool) {
        let bytes = held
        out.reserveCapacity(out.count + bytes.count)
        var index = 0
        bytes.withUnsafeBufferPointer { source in
            while index < source.count {
                // Nearly everything is plain text, which goes over in one piece.
                var end = index
                while end < source.count && Self.isPlain[Int(source[end])] { end += 1 }
                out.append(contentsOf: source[index..<end])
                index = end
                guard index < source.count else { break }
                let byte = source[index]
                if byte == UInt8(ascii: "&") {
                    guard let used = reference(source, index, last: last) else { break }
                    index += used
                } else if byte < 0x20 {
                    out.append(UInt8(ascii: "."))
                    index += 1
                } else {
                    guard let used = sequence(source, index, last: last) else { break }
                    index += used
                }
            }
        }
        held = index == bytes.count ? [] : Array(bytes[index...])
    }

    /// ASCII that an XML parser may see as it is, the ampersand left out.
    private static let isPlain: [Bool] = (0..<256).map { byte in
        byte < 0x80 && byte != 0x26 && (byte >= 0x20 || byte == 9 || byte == 10 || byte == 13)
    }

    /// Reads one UTF-8 sequence; nil when more bytes are needed. A broken one becomes U+FFFD.
    private mutating func sequence(_ source: UnsafeBufferPointer<UInt8>, _ start: Int, last: Bool) -> Int? {
        let lead = source[start]
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        if start + length > source.count && !last {
            // What is there may already be broken; then there is nothing to wait for.
            let rest = source[(start + 1)...]
            if lead >= 0xC2, lead <= 0xF4, rest.allSatisfy({ $0 & 0xC0 == 0x80 }) { return nil }
        }
        let end = min(start + length, source.count)
        var decoder = UTF8()
        var iterator = source[start..<end].makeIterator()
        if end == start + length, case .scalarValue(let scalar) = decoder.decode(&iterator),
            scalar.utf8.count == length,
            scalar.value != 0xFFFE, scalar.value != 0xFFFF
        {
            out.append(contentsOf: source[start..<end])
            return length
        }
        out.append(contentsOf: "\u{FFFD}".utf8)
        return 1
    }

    /// Reads one reference; nil when more bytes are needed.
    private mutating func reference(_ source: UnsafeBufferPointer<UInt8>, _ start: Int, last: Bool) -> Int? {
        guard let first = number(source, start) else { return last ? keepAmpersand() : nil }
        guard first.length > 0 else {
            // Not numeric: the five names of XML pass, any other ampersand is text.
            guard let known = named(source, start, last: last) else { return nil }
            if known == 0 { return keepAmpersand() }
            out.append(contentsOf: source[start..<start + known])
            return known
        }
        if (0xD800..<0xDC00).contains(first.value) {
            let next = start + first.length
            guard let second = number(source, next) else {
                if !last { return nil }
                out.append(UInt8(ascii: "."))
                return first.length
            }
            if second.length > 0, (0xDC00..<0xE000).contains(second.value) {
                let value = 0x10000 + (first.value - 0xD800) << 10 + (second.value - 0xDC00)
                if let scalar = Unicode.Scalar(value) { out.append(contentsOf: scalar.utf8) }
                return first.length + second.length
            }
        }
        let isAllowed =
            first.value == 9 || first.value == 10 || first.value == 13 || (0x20...0xD7FF).contains(first.value)
            || (0xE000...0xFFFD).contains(first.value) || (0x10000...0x10FFFF).contains(first.value)
        if isAllowed {
            out.append(contentsOf: source[start..<start + first.length])
        } else {
            out.append(UInt8(ascii: "."))
        }
        return first.length
    }

    private mutating func keepAmpersand() -> Int {
        out.append(contentsOf: "&amp;".utf8)
        return 1
    }

    /// `&#123;` or `&#x7b;` at `start`: its value and length; length 0 when it is something else; nil when undecided.
    private func number(_ source: UnsafeBufferPointer<UInt8>, _ start: Int) -> (value: UInt32, length: Int)? {
        let none: (UInt32, Int) = (0, 0)
        guard start < source.count else { return nil }
        guard source[start] == UInt8(ascii: "&") else { return none }
        guard start + 1 < source.count else { return nil }
        guard source[start + 1] == UInt8(ascii: "#") else { return none }
        var index = start + 2
        guard index < source.count else { return nil }
        let isHex = source[index] == UInt8(ascii: "x")
        if isHex { index += 1 }
        var value: UInt32 = 0
        var digits = 0
        while index < source.count {
            let byte = source[index]
            if byte == UInt8(ascii: ";") { return digits > 0 ? (value, index + 1 - start) : none }
            let digit: UInt32
            switch byte {
            case 48...57: digit = UInt32(byte - 48)
            case 65...70 where isHex: digit = UInt32(byte - 55)
            case 97...102 where isHex: digit = UInt32(byte - 87)
            default: return none
            }
            digits += 1
            guard digits <= 10 else { return none }
            value = min(value &* (isHex ? 16 : 10) &+ digit, 0x7FFF_FFFF)
            index += 1
        }
        return nil
    }

    /// The length of `&amp;` and its like at `start`; 0 for another ampersand; nil when undecided.
    private func named(_ source: UnsafeBufferPointer<UInt8>, _ start: Int, last: Bool) -> Int? {
        let rest = source[start..<min(start + 6, source.count)]
        var undecided = false
        for name in ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"] {
            let bytes = name.utf8
            if rest.starts(with: bytes) { return bytes.count }
            if rest.count < bytes.count && bytes.starts(with: rest) { undecided = true }
        }
        return undecided && !last ? nil : 0
    }
}
