// SPDX-License-Identifier: Apache-2.0

/// A word, a number or a mark of a goal.
struct GoalToken: Sendable {
    enum Kind: Sendable { case word, number, mark }

    /// Offsets in the text's UTF-8.
    var start: Int
    var end: Int
    var kind: Kind
    /// As rules compare it.
    var lower: GoalWord
    /// Begins with a capital letter.
    var isCapital: Bool
    /// White space, or nothing at all, stands before it.
    var space: Bool
    /// Line breaks before it: 0, 1, or 2 for more.
    var breaks: Int
    /// A mark's character where it is ASCII; of typographic marks the one in `GoalMark`.
    var mark: UInt8 = 0
    /// Which sentence it belongs to, from 0.
    var sentence = 0

    var isWord: Bool { kind == .word }
    /// Ends in an apostrophe and an s.
    var isPossessive: Bool { lower.hasSuffix("'s") }
    /// Looks like a file's name or an identifier rather than a word of a language.
    var isIdentifier = false
}

/// Codes for marks beyond ASCII.
enum GoalMark {
    static let openDouble: UInt8 = 1
    static let closeDouble: UInt8 = 2
    static let openSingle: UInt8 = 3
    static let closeSingle: UInt8 = 4
    static let openAngle: UInt8 = 5
    static let closeAngle: UInt8 = 6
    static let lowDouble: UInt8 = 7
    static let ellipsis: UInt8 = 8
    static let dash: UInt8 = 9
    static let bullet: UInt8 = 10
}

/// Cuts a text into tokens, in one pass over its bytes.
enum GoalTokenizer {
    static func tokens(_ bytes: [UInt8]) -> [GoalToken] {
        var out: [GoalToken] = []
        out.reserveCapacity(bytes.count / 5 + 4)
        var at = 0
        var breaks = 0
        var space = true
        while at < bytes.count {
            let byte = bytes[at]
            if byte == 0x0A || byte == 0x0D {
                if byte == 0x0A || at + 1 == bytes.count || bytes[at + 1] != 0x0A { breaks += 1 }
                space = true
                at += 1
                continue
            }
            if byte <= 0x20 || byte == 0x7F {
                space = true
                at += 1
                continue
            }
            if let blank = blankLength(bytes, at) {
                space = true
                at += blank
                continue
            }
            var token = next(bytes, at)
            token.space = space
            token.breaks = min(breaks, 2)
            (space, breaks) = (false, 0)
            at = token.end
            out.append(token)
        }
        return out
    }

    /// The length of a typographic space: no-break space, thin spaces, zero-width marks, byte order mark.
    private static func blankLength(_ bytes: [UInt8], _ at: Int) -> Int? {
        guard bytes[at] >= 0xC2 else { return nil }
        if bytes[at] == 0xC2, at + 1 < bytes.count, bytes[at + 1] == 0xA0 { return 2 }
        guard at + 2 < bytes.count else { return nil }
        if bytes[at] == 0xE2, bytes[at + 1] == 0x80, (0x80...0x8F).contains(bytes[at + 2]) || bytes[at + 2] == 0xAF {
            return 3
        }
        if bytes[at] == 0xEF, bytes[at + 1] == 0xBB, bytes[at + 2] == 0xBF { return 3 }
        return nil
    }

    private static func next(_ bytes: [UInt8], _ at: Int) -> GoalToken {
        if let (mark, length) = typographic(bytes, at) { return markToken(bytes, at, length, mark) }
        if !isWordByte(bytes[at]), !startsNumber(bytes, at) { return markToken(bytes, at, 1, bytes[at]) }
        var end = at + 1
        var digits = isDigit(bytes[at]) ? 1 : 0
        var letters = isLetter(bytes[at]) ? 1 : 0
        var odd = bytes[at] == 0x5F
        while end < bytes.count {
            let byte = bytes[end]
            if byte >= 0x80 {
                if typographicLength(bytes, end) != nil {
                    // An apostrophe within a word belongs to it.
                    if isApostrophe(bytes, end), end + 3 < bytes.count, isAlphanumeric(bytes[end + 3]) {
                        end += 3
                        continue
                    }
                    break
                }
                if blankLength(bytes, end) != nil { break }
                letters += 1
                end += 1
                continue
            }
            if isAlphanumeric(byte) || byte == 0x5F {
                digits += isDigit(byte) ? 1 : 0
                letters += isLetter(byte) ? 1 : 0
                odd = odd || byte == 0x5F
                end += 1
                continue
            }
            guard end + 1 < bytes.count, joins(bytes, end) else { break }
            odd = odd || byte == 0x2F || (byte == 0x2E && letters > 0) || byte == 0x40
            end += 1
        }
        if end < bytes.count, bytes[end] == 0x25, digits > 0, letters == 0 { end += 1 }
        let first = bytes[at]
        let isNumber = digits > 0 && (isDigit(first) || !isLetter(first) && first != 0x5F && letters <= 3)
        var token = GoalToken(
            start: at,
            end: end,
            kind: isNumber ? .number : .word,
            lower: word(bytes, at..<end),
            isCapital: isCapital(bytes, at),
            space: false,
            breaks: 0
        )
        token.isIdentifier = letters > 0 && (odd || digits > 0 && !isDigit(first))
        return token
    }

    private static func markToken(_ bytes: [UInt8], _ at: Int, _ length: Int, _ mark: UInt8) -> GoalToken {
        let end = min(at + length, bytes.count)
        return GoalToken(
            start: at,
            end: end,
            kind: .mark,
            lower: word(bytes, at..<end),
            isCapital: false,
            space: false,
            breaks: 0,
            mark: mark
        )
    }

    private static func word(_ bytes: [UInt8], _ range: Range<Int>) -> GoalWord {
        // Nearly all words are ASCII.
        if !bytes[range].contains(where: { $0 >= 0x80 }) {
            return GoalWord(bytes[range].lazy.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 })
        }
        var out: [UInt8] = []
        out.reserveCapacity(range.count * 3)
        var at = range.lowerBound
        while at < range.upperBound {
            let byte = bytes[at]
            if byte < 0x80 {
                out.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
                at += 1
                continue
            }
            if isApostrophe(bytes, at) {
                out.append(0x27)
                at += 3
                continue
            }
            out.append(0x3F)
            repeat {
                out.append(hexadecimal[Int(bytes[at] >> 4)])
                out.append(hexadecimal[Int(bytes[at] & 15)])
                at += 1
            } while at < range.upperBound && bytes[at] & 0xC0 == 0x80
        }
        return GoalWord(out)
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)

    /// Whether a mark within a word belongs to it: the point of a file's name, a hyphen, an apostrophe.
    private static func joins(_ bytes: [UInt8], _ at: Int) -> Bool {
        let (before, after) = (bytes[at - 1], bytes[at + 1])
        switch bytes[at] {
        case 0x27, 0x2E, 0x2D, 0x40, 0x26, 0x2B:  // ' . - @ & +
            return isAlphanumeric(before) && (isAlphanumeric(after) || after >= 0xC3)
        case 0x2F:  // /
            return (isAlphanumeric(before) || before == 0x2F || before == 0x3A)
                && (isAlphanumeric(after) || after == 0x2F)
        case 0x3A:  // :
            return isDigit(before) && isDigit(after) || after == 0x2F && at + 2 < bytes.count && bytes[at + 2] == 0x2F
        case 0x2C:  // , between thousands
            return isDigit(before) && isDigit(after) && at + 3 < bytes.count && isDigit(bytes[at + 2])
                && isDigit(bytes[at + 3]) && (at + 4 == bytes.count || !isDigit(bytes[at + 4]))
        case 0x3F, 0x3D, 0x23, 0x25, 0x7E:  // ? = # % ~ in addresses only
            return false
        default: return false
        }
    }

    /// A sign before a number: `+49`, `$12`, `-3`, `#4`, `€`.
    private static func startsNumber(_ bytes: [UInt8], _ at: Int) -> Bool {
        guard at + 1 < bytes.count, isDigit(bytes[at + 1]) else { return false }
        return bytes[at] == 0x2B || bytes[at] == 0x24 || bytes[at] == 0x23
            || bytes[at] == 0x2D && (at == 0 || bytes[at - 1] <= 0x20)
    }

    private static func typographicLength(_ bytes: [UInt8], _ at: Int) -> Int? { typographic(bytes, at)?.1 }

    private static func isApostrophe(_ bytes: [UInt8], _ at: Int) -> Bool {
        at + 2 < bytes.count && bytes[at] == 0xE2 && bytes[at + 1] == 0x80 && bytes[at + 2] == 0x99
    }

    private static func typographic(_ bytes: [UInt8], _ at: Int) -> (UInt8, Int)? {
        if bytes[at] == 0xC2, at + 1 < bytes.count {
            if bytes[at + 1] == 0xAB { return (GoalMark.openAngle, 2) }
            if bytes[at + 1] == 0xBB { return (GoalMark.closeAngle, 2) }
            return nil
        }
        guard bytes[at] == 0xE2, at + 2 < bytes.count else { return nil }
        if bytes[at + 1] == 0x97, bytes[at + 2] == 0xA6 || bytes[at + 2] == 0x8F { return (GoalMark.bullet, 3) }
        guard bytes[at + 1] == 0x80 else { return nil }
        switch bytes[at + 2] {
        case 0x9C: return (GoalMark.openDouble, 3)
        case 0x9D: return (GoalMark.closeDouble, 3)
        case 0x9E: return (GoalMark.lowDouble, 3)
        case 0x98, 0x9A: return (GoalMark.openSingle, 3)
        case 0x99: return (GoalMark.closeSingle, 3)
        case 0xA6: return (GoalMark.ellipsis, 3)
        case 0x92...0x95: return (GoalMark.dash, 3)
        case 0xA2: return (GoalMark.bullet, 3)
        default: return nil
        }
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte >= 0x80 }
    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
    }
    private static func isWordByte(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || byte == 0x5F || byte >= 0x80 }

    private static func isCapital(_ bytes: [UInt8], _ at: Int) -> Bool {
        if bytes[at] < 0x80 { return bytes[at] >= 0x41 && bytes[at] <= 0x5A }
        let length = min(bytes.count - at, 4)
        guard let scalar = String(decoding: bytes[at..<(at + length)], as: UTF8.self).unicodeScalars.first else {
            return false
        }
        return scalar.properties.isUppercase
    }
}
