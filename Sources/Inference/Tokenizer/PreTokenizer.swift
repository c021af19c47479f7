// SPDX-License-Identifier: Apache-2.0

/// Cuts text into the words that byte-pair merging stays within.
enum PreTokenizer: String, Sendable {
    /// GPT-2's expression.
    case gpt2 = "gpt-2"
    /// Every digit by itself first, then GPT-2's expression on the pieces between.
    case smollm
    /// That of the Qwen2 family: any case of contractions, every digit by itself.
    case qwen2
    /// That of Llama 3: the same, with up to three digits together.
    case llama3 = "llama-bpe"

    init?(name: String) {
        switch name {
        case "gpt-2", "gpt2": self = .gpt2
        case "smollm", "starcoder", "refact", "command-r": self = .smollm
        case "qwen2", "deepseek-r1-qwen": self = .qwen2
        case "llama-bpe", "llama3", "llama-v3": self = .llama3
        default: return nil
        }
    }

    /// Whether a word that is a token stays whole without looking at the merges.
    var takesWholeWords: Bool { self == .llama3 }

    /// Calls `body` with the range of each word, in order; together they cover `text`, which is UTF-8.
    func forEachWord(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
        let classes = CharacterClasses.unicode
        if self == .qwen2 || self == .llama3 {
            var splitter = CaselessWordSplitter(text, digits: self == .llama3 ? 3 : 1, classes)
            while let word = splitter.next() { body(word) }
            return
        }
        guard self == .smollm else {
            var splitter = WordSplitter(text, 0..<text.count, classes)
            while let word = splitter.next() { body(word) }
            return
        }
        var start = 0
        var position = 0
        while position < text.count {
            let (codePoint, length) = WordSplitter.decode(text, position)
            if classes[codePoint] == .number {
                var splitter = WordSplitter(text, start..<position, classes)
                while let word = splitter.next() { body(word) }
                body(position..<(position + length))
                start = position + length
            }
            position += length
        }
        var splitter = WordSplitter(text, start..<text.count, classes)
        while let word = splitter.next() { body(word) }
    }
}

/// GPT-2's expression, `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, as a scanner over one
/// piece of UTF-8 text. Nothing outside the piece is looked at.
struct WordSplitter {
    private let text: UnsafeBufferPointer<UInt8>
    private var position: Int
    private let end: Int
    private let classes: CharacterClasses

    init(_ text: UnsafeBufferPointer<UInt8>, _ piece: Range<Int>, _ classes: CharacterClasses) {
        self.text = text
        self.classes = classes
        position = piece.lowerBound
        end = piece.upperBound
    }

    /// A code point and the bytes it takes. The text is valid UTF-8, as all of Swift's strings are.
    static func decode(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> (UInt32, Int) {
        let first = UInt32(text[at])
        if first < 0x80 { return (first, 1) }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard at + length <= text.count else { return (0xFFFD, 1) }
        var codePoint = first & (0x7F >> UInt32(length))
        for offset in 1..<length { codePoint = codePoint << 6 | UInt32(text[at + offset] & 0x3F) }
        return (codePoint, length)
    }

    private func classAt(_ at: Int) -> (CharacterClass, Int)? {
        guard at < end else { return nil }
        let (codePoint, length) = WordSplitter.decode(text, at)
        return (classes[codePoint], length)
    }

    mutating func next() -> Range<Int>? {
        guard position < end else { return nil }
        let start = position
        position = contraction(start) ?? run(start) ?? spaces(start)
        return start..<position
    }

    private func contraction(_ start: Int) -> Int? {
        guard text[start] == UInt8(ascii: "'"), start + 1 < end else { return nil }
        switch text[start + 1] {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
        default: break
        }
        guard start + 2 < end else { return nil }
        switch (text[start + 1], text[start + 2]) {
        case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
            (UInt8(ascii: "l"), UInt8(ascii: "l")):
            return start + 3
        default: return nil
        }
    }

    /// An optional space and as many characters of one class as follow.
    private func run(_ start: Int) -> Int? {
        let begin = text[start] == UInt8(ascii: " ") ? start + 1 : start
        guard let (kind, _) = classAt(begin), kind != .space else { return nil }
        var at = begin
        while let (next, length) = classAt(at), next == kind { at += length }
        return at
    }

    /// A run of white space, without its last character when something other follows.
    private func spaces(_ start: Int) -> Int {
        var at = start
        var last = start
        while let (kind, length) = classAt(at), kind == .space {
            last = at
            at += length
        }
        return at < end && last > start ? last : at
    }
}
