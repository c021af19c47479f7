// SPDX-License-Identifier: Apache-2.0

/// The expression of llama-bpe and qwen2 as a scanner:
/// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
/// where qwen2 takes each digit by itself.
struct CaselessWordSplitter {
    private let text: UnsafeBufferPointer<UInt8>
    private var position = 0
    private let digits: Int
    private let classes: CharacterClasses

    /// - Parameter digits: the most digits in a word.
    init(_ text: UnsafeBufferPointer<UInt8>, digits: Int, _ classes: CharacterClasses) {
        self.text = text
        self.digits = digits
        self.classes = classes
    }

    private func classAt(_ at: Int) -> (CharacterClass, Int)? {
        guard at < text.count else { return nil }
        let (codePoint, length) = WordSplitter.decode(text, at)
        return (classes[codePoint], length)
    }

    private func isLineEnd(_ at: Int) -> Bool {
        at < text.count && (text[at] == UInt8(ascii: "\n") || text[at] == UInt8(ascii: "\r"))
    }

    mutating func next() -> Range<Int>? {
        guard position < text.count else { return nil }
        let start = position
        position = contraction(start) ?? letters(start) ?? numbers(start) ?? others(start) ?? spaces(start)
        return start..<position
    }

    private func contraction(_ start: Int) -> Int? {
        guard text[start] == UInt8(ascii: "'"), start + 1 < text.count else { return nil }
        let first = text[start + 1] | 0x20
        if "stmd".utf8.contains(first), text[start + 1] < 0x80 { return start + 2 }
        guard start + 2 < text.count, text[start + 1] < 0x80, text[start + 2] < 0x80 else { return nil }
        let pair = (first, text[start + 2] | 0x20)
        let known = [("r", "e"), ("v", "e"), ("l", "l")] as [(Unicode.Scalar, Unicode.Scalar)]
        return known.contains { (UInt8(ascii: $0.0), UInt8(ascii: $0.1)) == pair } ? start + 3 : nil
    }

    /// Letters, with one character before them that is neither letter, number nor the end of a line.
    private func letters(_ start: Int) -> Int? {
        guard !isLineEnd(start), let (kind, length) = classAt(start), kind != .number else { return nil }
        var at = start
        if kind != .letter {
            guard classAt(start + length)?.0 == .letter else { return nil }
            at += length
        }
        while let (next, length) = classAt(at), next == .letter { at += length }
        return at
    }

    private func numbers(_ start: Int) -> Int? {
        var at = start
        var count = 0
        while count < digits, let (kind, length) = classAt(at), kind == .number {
            at += length
            count += 1
        }
        return count > 0 ? at : nil
    }

    /// An optional space, characters of no class, and the line ends behind them.
    private func others(_ start: Int) -> Int? {
        let begin = text[start] == UInt8(ascii: " ") ? start + 1 : start
        guard classAt(begin)?.0 == .other else { return nil }
        var at = begin
        while let (kind, length) = classAt(at), kind == .other { at += length }
        while isLineEnd(at) { at += 1 }
        return at
    }

    /// White space up to its last line end; without one, all but its last character where something other follows.
    private func spaces(_ start: Int) -> Int {
        var at = start
        var last = start
        var lineEnd: Int?
        while let (kind, length) = classAt(at), kind == .space {
            last = at
            if isLineEnd(at) { lineEnd = at + 1 }
            at += length
        }
        if let lineEnd { return lineEnd }
        return at < text.count && last > start ? last : at
    }
}
