// SPDX-License-Identifier: Apache-2.0

/// A word as rules compare it: in lower case and in ASCII, held in two registers. A goal's words are compared with those of some
/// hundreds of rules, so comparing must cost no more than comparing numbers; the compiler makes numbers of the rules' words.
///
/// A typographic apostrophe counts as a plain one, each other character beyond ASCII as `?` and its bytes in hexadecimal. Of a word of
/// more than fifteen bytes only a hash and its end are kept: no rule has such a word, and slots take their text from the goal.
struct GoalWord: Hashable, Sendable {
    /// Bytes, the first one lowest; the count in the highest. A longer word has 255 there, its last seven bytes below that, then
    /// the hash.
    private var low: UInt64
    private var high: UInt64

    /// No word.
    init() { (low, high) = (0, 0) }

    private init(bits: UInt128) { (low, high) = (UInt64(truncatingIfNeeded: bits), UInt64(bits >> 64)) }

    private var bits: UInt128 { UInt128(high) << 64 | UInt128(low) }

    private static let long: UInt128 = 255 << 120
    private static let content: UInt128 = (1 << 120) - 1

    private init(bytes: UInt128, count: Int) { self.init(bits: bytes | UInt128(truncatingIfNeeded: count) << 120) }

    /// A word of bytes that are as rules compare them.
    init(_ bytes: some Collection<UInt8>) {
        var value: UInt128 = 0
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var count = 0
        for byte in bytes {
            // The last fifteen bytes stay, the last one highest.
            value = value >> 8 | UInt128(byte) << 112
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
            count += 1
        }
        if count > 15 {
            self.init(bits: Self.long | value & ~UInt128(UInt64.max) & Self.content | UInt128(hash))
        } else {
            self.init(bytes: count == 0 ? 0 : value >> UInt128(8 * (15 - count)), count: count)
        }
    }

    var isEmpty: Bool { low | high == 0 }

    /// Of a word that rules know, none longer than fifteen bytes; empty for a longer one.
    var text: String {
        guard count <= 15 else { return "" }
        return String(decoding: (0..<count).map { UInt8(truncatingIfNeeded: bits >> UInt128(8 * $0)) }, as: UTF8.self)
    }

    /// In bytes; 255 for all words of more than fifteen.
    var count: Int { Int(high >> 56) }

    /// The last byte; 0 of no word.
    var last: UInt8 {
        let count = count
        return count == 0 ? 0 : UInt8(truncatingIfNeeded: bits >> UInt128(8 * (min(count, 15) - 1)))
    }

    /// - Parameter ending: at most seven bytes.
    func hasSuffix(_ ending: GoalWord) -> Bool {
        let count = count
        guard ending.count <= count else { return false }
        let place = min(count, 15) - ending.count
        let mask: UInt128 = (1 << UInt128(8 * ending.count)) - 1
        return (bits & Self.content) >> UInt128(8 * place) & mask == ending.bits & Self.content
    }

    func hasPrefix(_ beginning: GoalWord) -> Bool {
        guard count <= 15, beginning.count <= count else { return false }
        let mask: UInt128 = (1 << UInt128(8 * beginning.count)) - 1
        return bits & mask == beginning.bits & Self.content
    }

    /// Without some bytes at the end, and with one more where one is given. A longer word becomes one that equals no other.
    func dropLast(_ some: Int, adding byte: UInt8? = nil) -> GoalWord {
        guard count <= 15 else {
            var other = self
            other.low ^= 1
            return other
        }
        let kept = max(count - some, 0)
        var bytes = bits & ((1 << UInt128(8 * kept)) - 1)
        guard let byte else { return GoalWord(bytes: bytes, count: kept) }
        bytes |= UInt128(byte) << UInt128(8 * kept)
        return GoalWord(bytes: bytes, count: kept + 1)
    }

    /// A number to look the word up by in a table.
    var address: UInt64 {
        ((low ^ high) &* 0x9E37_79B9_7F4A_7C15) >> 40
    }
}

extension GoalWord: ExpressibleByStringLiteral {
    /// A word of a rule: ASCII in lower case, at most fifteen bytes. With these loops the compiler works the number out itself.
    @inline(__always) init(stringLiteral word: StaticString) {
        let count = word.utf8CodeUnitCount
        precondition(count <= 15, "words of rules have at most fifteen bytes")
        (low, high) = (0, UInt64(truncatingIfNeeded: count) << 56)
        var at = 0
        while at < 8 {
            if at < count { low |= UInt64(word.utf8Start[at]) << UInt64(8 &* at) }
            at &+= 1
        }
        while at < 15 {
            if at < count { high |= UInt64(word.utf8Start[at]) << UInt64(8 &* (at &- 8)) }
            at &+= 1
        }
    }
}

extension GoalWord: CustomStringConvertible {
    var description: String { count > 15 ? "…" : text }
}

/// A fixed set of words: an open table, a quarter full.
struct WordSet: Sendable {
    private var slots: [GoalWord]
    private var mask: Int
    /// In the order that they were given in, none twice.
    private(set) var words: [GoalWord] = []

    init(_ all: [GoalWord]) {
        var size = 8
        while size < all.count * 4 { size *= 2 }
        mask = size - 1
        slots = Array(repeating: GoalWord(), count: size)
        for word in all where !word.isEmpty {
            var at = Int(word.address) & mask
            while !slots[at].isEmpty, slots[at] != word { at = (at + 1) & mask }
            if slots[at] == word { continue }
            slots[at] = word
            words.append(word)
        }
    }

    /// The words of a text, parted by white space.
    init(_ text: String) { self.init(text.utf8.split { $0 <= 0x20 }.map { GoalWord($0) }) }

    func contains(_ word: GoalWord) -> Bool {
        guard !word.isEmpty else { return false }
        var at = Int(word.address) & mask
        while !slots[at].isEmpty {
            if slots[at] == word { return true }
            at = (at + 1) & mask
        }
        return false
    }

    func union(_ other: WordSet) -> WordSet { WordSet(words + other.words) }
    func subtracting(_ other: WordSet) -> WordSet { WordSet(words.filter { !other.contains($0) }) }
}
