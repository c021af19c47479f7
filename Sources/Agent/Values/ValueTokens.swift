// SPDX-License-Identifier: Apache-2.0

/// A piece of a text: a run of digits, a run of letters, or one other sign.
struct ValueToken {
    enum Kind: UInt8 { case number, word, mark }

    var kind: Kind
    /// No space stands before it.
    var glued: Bool
    /// The first letter is a capital.
    var isCapital = false
    var start: Int
    var end: Int
    /// A number's value, -1 where it has over 15 digits; a sign's byte, or one of ``Mark``.
    var value = 0
    var meaning: ValueWord?

    var length: Int { end - start }

    func isMark(_ sign: Int) -> Bool { kind == .mark && value == sign }
}

/// Signs that a scan tells apart, by their ASCII code or a number beyond.
enum Mark {
    static let newline = 10
    static let quote = 34
    static let dollar = 36
    static let percent = 37
    static let apostrophe = 39
    static let open = 40
    static let close = 41
    static let plus = 43
    static let comma = 44
    static let dash = 45
    static let dot = 46
    static let slash = 47
    static let colon = 58
    static let underscore = 95
    static let euro = 256
    static let pound = 257
    static let yen = 258
    static let bullet = 259
    /// One quarter, one half, three quarters.
    static let fractions = 260...262

    static func currency(_ sign: Int) -> String? {
        switch sign {
        case dollar: "$"
        case euro: "€"
        case pound: "£"
        case yen: "¥"
        default: nil
        }
    }
}

/// Splits texts into tokens, in one pass over their UTF-8.
enum ValueTokens {
    /// A word's letters in five bits each; 0 for more than twelve, or any that are not ASCII.
    static func code(_ letters: some Sequence<UInt8>) -> UInt64 {
        var (code, count) = (UInt64(0), 0)
        for letter in letters {
            let small = letter | 0x20
            guard small >= 0x61, small <= 0x7a, count < 12 else { return 0 }
            code = code << 5 | UInt64(small - 0x60)
            count += 1
        }
        return code
    }

    static func tokens(of bytes: UnsafeBufferPointer<UInt8>) -> ContiguousArray<ValueToken> {
        var tokens = ContiguousArray<ValueToken>()
        tokens.reserveCapacity(bytes.count / 3 + 4)
        let count = bytes.count
        var (at, glued) = (0, true)
        while at < count {
            let byte = bytes[at]
            if byte == 0x20 || byte == 9 || byte == 13 {
                (at, glued) = (at + 1, false)
                continue
            }
            if byte >= 0x30 && byte <= 0x39 {
                var (end, value) = (at, 0)
                while end < count, bytes[end] >= 0x30, bytes[end] <= 0x39 {
                    if end - at < 15 { value = value * 10 + Int(bytes[end] - 0x30) }
                    end += 1
                }
                if end - at > 15 { value = -1 }
                tokens.append(ValueToken(kind: .number, glued: glued, start: at, end: end, value: value))
                (at, glued) = (end, true)
                continue
            }
            let small = byte | 0x20
            if byte < 0x80, small < 0x61 || small > 0x7a {
                tokens.append(ValueToken(kind: .mark, glued: glued, start: at, end: at + 1, value: Int(byte)))
                (at, glued) = (at + 1, true)
                continue
            }
            if byte >= 0x80, let (sign, length) = sign(bytes, at) {
                if sign != 0x20 {
                    tokens.append(ValueToken(kind: .mark, glued: glued, start: at, end: at + length, value: sign))
                }
                (at, glued) = (at + length, sign != 0x20)
                continue
            }
            var (end, code) = (at, UInt64(0))
            while end < count {
                let next = bytes[end]
                if next >= 0x80 {
                    if end > at, sign(bytes, end) != nil { break }
                    code = .max
                } else {
                    let letter = next | 0x20
                    if letter < 0x61 || letter > 0x7a { break }
                    // 12 letters fill 60 bits; what is longer is no word of the table.
                    if code >> 55 == 0 { code = code << 5 | UInt64(letter - 0x60) } else { code = .max }
                }
                end += 1
            }
            var token = ValueToken(kind: .word, glued: glued, start: at, end: end)
            token.isCapital = byte >= 0x41 && byte <= 0x5a
            token.meaning = code == .max ? nil : ValueWord.table[code]
            tokens.append(token)
            (at, glued) = (end, true)
        }
        return tokens
    }

    /// The signs outside ASCII that mean something here, and spaces (as 0x20), with their length.
    private static func sign(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> (Int, Int)? {
        let second = at + 1 < bytes.count ? bytes[at + 1] : 0
        switch bytes[at] {
        case 0xc2:
            switch second {
            case 0xa0: return (0x20, 2)
            case 0xa3: return (Mark.pound, 2)
            case 0xa5: return (Mark.yen, 2)
            case 0xb7: return (Mark.bullet, 2)
            case 0xbc...0xbe: return (Mark.fractions.lowerBound + Int(second) - 0xbc, 2)
            default: return nil
            }
        case 0xe2:
            let third = at + 2 < bytes.count ? bytes[at + 2] : 0
            switch (second, third) {
            case (0x80, 0x89), (0x80, 0xaf): return (0x20, 3)
            case (0x80, 0x90...0x95), (0x88, 0x92): return (Mark.dash, 3)
            case (0x80, 0x98...0x99): return (Mark.apostrophe, 3)
            case (0x80, 0x9c...0x9f): return (Mark.quote, 3)
            case (0x80, 0xa2): return (Mark.bullet, 3)
            case (0x82, 0xac): return (Mark.euro, 3)
            default: return nil
            }
        default: return nil
        }
    }
}
