// SPDX-License-Identifier: Apache-2.0

/// Text as the ledger compares it: words of letters and digits in lower case with one space between.
///
/// Fields format numbers, lists add a currency's sign and capital letters; words and digits are what counts.
enum LedgerText {
    /// Longer texts are compared by their beginning only, so that a screen costs a bounded amount of work.
    static let limit = 4096

    /// The words of a text with a space before, between and after them, as UTF-8; empty where there is no word.
    static func fold(_ text: some StringProtocol) -> [UInt8] {
        var out: [UInt8] = []
        var isOpen = false
        for scalar in text.unicodeScalars {
            guard out.count < limit else { break }
            let value = scalar.value
            if value < 0x80 {
                let byte = UInt8(value)
                let isUpper = (65...90).contains(byte)
                guard isUpper || (97...122).contains(byte) || (48...57).contains(byte) else {
                    isOpen = false
                    continue
                }
                if !isOpen { out.append(32) }
                out.append(isUpper ? byte + 32 : byte)
            } else {
                guard scalar.properties.isAlphabetic || scalar.properties.numericType != nil else {
                    isOpen = false
                    continue
                }
                if !isOpen { out.append(32) }
                out.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
            }
            isOpen = true
        }
        if !out.isEmpty { out.append(32) }
        return out
    }

    /// Whether a folded text has the words of another one in a row.
    static func contains(_ text: [UInt8], _ words: [UInt8]) -> Bool {
        guard !words.isEmpty, words.count <= text.count else { return false }
        if words.count == text.count { return words == text }
        return text.withUnsafeBufferPointer { text in
            words.withUnsafeBufferPointer { words in
                var start = 0
                let last = text.count - words.count
                while start <= last {
                    // Both begin with a space, which only stands between words.
                    if text[start] == 32 {
                        var place = 1
                        while place < words.count, text[start + place] == words[place] { place += 1 }
                        if place == words.count { return true }
                    }
                    start += 1
                }
                return false
            }
        }
    }

    /// A folded text without its spaces, for names that are written with and without them.
    static func joined(_ text: [UInt8]) -> [UInt8] { text.filter { $0 != 32 } }
}

/// The ways in which a value may be written, and how it is known again in other texts.
struct LedgerWording: Sendable, Hashable {
    /// Folded spellings that may stand among other words.
    private(set) var inside: [[UInt8]] = []
    /// Folded spellings that must be the whole text: short words and numbers stand everywhere.
    private(set) var whole: Set<[UInt8]> = []
    /// Whether it is a text that a thing would be known by; days, times, numbers and short words are not.
    let isTelling: Bool
    /// The spelling of the goal.
    private let written: [UInt8]?

    /// The wording of a value.
    ///
    /// - Parameters:
    ///   - text: as it is written.
    ///   - value: what it means, whose other spellings are the same to a reader.
    ///   - shown: a value that shows it, such as the end of an event its duration.
    init(_ text: String, value: TypedValue? = nil, shown: TypedValue? = nil) {
        var spellings = [LedgerText.fold(text)]
        for value in [value, shown].compactMap(\.self) {
            spellings += ValueFormat.spellings(of: value).map { LedgerText.fold($0) }
        }
        var seen: Set<[UInt8]> = []
        for spelling in spellings where !spelling.isEmpty && seen.insert(spelling).inserted {
            whole.insert(spelling)
            if Self.standsAlone(spelling) { inside.append(spelling) }
        }
        // Lists of files often leave the ending out.
        if let dot = text.lastIndex(of: "."), dot > text.startIndex,
            (1...4).contains(text.distance(from: dot, to: text.endIndex) - 1),
            text[dot...].dropFirst().allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }),
            !text.contains(where: \.isWhitespace), text[dot...].contains(where: \.isLetter)
        {
            whole.insert(LedgerText.fold(text[..<dot]))
        }
        let first = spellings[0]
        written = first.isEmpty ? nil : first
        let isText: Bool = if case .text? = value { true } else { value == nil }
        let letters = first.count { (97...122).contains($0) || $0 >= 0x80 }
        // A telephone number is as good as a name.
        isTelling = isText && letters >= 4 || letters == 0 && first.count { (48...57).contains($0) } >= 7
    }

    /// The words of the value as it is written, each folded, where it may be told in several fields: a person's names.
    var words: [[UInt8]] {
        guard isTelling, let first = written, first.count < 80 else { return [] }
        let parts = first.split(separator: 32).map { [32] + $0 + [32] }
        return (2...4).contains(parts.count) ? parts : []
    }

    /// Enough letters, or enough digits, to be no chance.
    private static func standsAlone(_ folded: [UInt8]) -> Bool {
        folded.count { (97...122).contains($0) || $0 >= 0x80 } >= 3 || folded.count { (48...57).contains($0) } >= 5
    }

    /// Whether a folded text tells this value.
    func stands(in folded: [UInt8]) -> Bool {
        guard !folded.isEmpty else { return false }
        return whole.contains(folded) || inside.contains { LedgerText.contains(folded, $0) }
    }
}
