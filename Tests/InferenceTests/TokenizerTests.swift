// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Inference

@Suite("Tokenizer")
struct TokenizerTests {
    let tokenizer: Tokenizer

    init() throws { tokenizer = try TinyModel().load().tokenizer }

    func words(_ text: String, _ pre: PreTokenizer = .smollm) -> [String] {
        var out: [String] = []
        Array(text.utf8).withUnsafeBufferPointer { bytes in
            pre.forEachWord(in: bytes) { out.append(String(decoding: bytes[$0], as: UTF8.self)) }
        }
        return out
    }

    @Test("text is cut into words as GPT-2 does, every digit by itself")
    func preTokenizer() {
        #expect(words("Hello world") == ["Hello", " world"])
        #expect(words("it's  we've") == ["it", "'s", " ", " we", "'ve"])
        #expect(words("a 12b") == ["a", " ", "1", "2", "b"])
        #expect(words("a 12b", .gpt2) == ["a", " 12", "b"])
        #expect(words("x  \n") == ["x", "  \n"])
        #expect(words("größe!? 语言") == ["größe", "!?", " 语言"])
        #expect(words("") == [])
    }

    @Test("merges are taken by rank, leftmost first")
    func merges() {
        func spell(_ text: String) -> [String] { tokenizer.encode(text).map { tokenizer.decode([$0]) } }
        #expect(spell("abc") == ["abc"])
        #expect(spell("abcabc") == ["abcabc"])
        #expect(spell("xxx") == ["xx", "x"])
        #expect(spell(" ab") == [" ab"])
        #expect(spell("bca") == ["b", "ca"])
    }

    @Test("long words come out as short ones would: the heap and the scan agree")
    func longWords() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<200 {
            let length = Int.random(in: 1..<48, using: &random)
            let letters = (0..<length).map { _ in "abcxy".randomElement(using: &random) ?? "a" }
            // Behind 60 letters that take part in no merge, the same word goes the long way.
            let word = String(letters)
            let padding = String(repeating: "q", count: 60)
            #expect(tokenizer.encode(padding + word).dropFirst(60) == tokenizer.encode("q" + word).dropFirst(1))
        }
    }

    @Test("control tokens are taken from text only when asked for, user-defined ones always")
    func specials() {
        let text = "a<|turn|>b<tool>"
        #expect(tokenizer.encode(text, parseSpecial: true).filter { $0 < 3 } == [1, 2])
        #expect(tokenizer.encode(text).filter { $0 < 3 } == [2])
        #expect(tokenizer.decode(tokenizer.encode(text)) == text)
        #expect(tokenizer.decode(tokenizer.encode(text, parseSpecial: true)) == text)
        #expect(tokenizer.token(named: "<|turn|>") == 1 && tokenizer.isControl(1) && !tokenizer.isControl(2))
    }

    @Test("every text comes back from its tokens")
    func roundTrip() {
        var random = SeededRandom(seed: 9)
        for _ in 0..<300 {
            let scalars = (0..<Int.random(in: 0..<80, using: &random)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0..<0x3000, using: &random))
            }
            let text = String(String.UnicodeScalarView(scalars))
            #expect(tokenizer.decode(tokenizer.encode(text)) == text)
        }
    }

    @Test("a token that does not exist has no bytes")
    func unknown() {
        #expect(tokenizer.bytes(of: -1) == [] && tokenizer.bytes(of: 1 << 20) == [])
    }
}

@Suite("Tokenizer of the shipped model", .enabled(if: Fixtures.modelIsThere))
struct ShippedTokenizerTests {
    struct Line: Decodable {
        var text: String?
        var special: Bool?
        var tokens: [Int32]?
        var first: UInt32?
        var sha256: String?
    }

    func lines() throws -> [Line] {
        try FileBytes.read(Fixtures.path("tokenizer.jsonl")).split(separator: UInt8(ascii: "\n"))
            .map { try JSON.decode(Line.self, from: Array($0)) }
    }

    @Test("gives the tokens of llama.cpp for many languages, emoji, code, digits and white space")
    func texts() throws {
        let tokenizer = try Fixtures.model().tokenizer
        var count = 0
        for line in try lines() {
            guard let text = line.text, let tokens = line.tokens else { continue }
            #expect(tokenizer.encode(text, parseSpecial: line.special ?? false) == tokens, "\(text.debugDescription)")
            count += 1
        }
        #expect(count > 400)
    }

    @Test("gives the tokens of llama.cpp around every code point of Unicode")
    func codePoints() throws {
        let tokenizer = try Fixtures.model().tokenizer
        for line in try lines() {
            guard let first = line.first, let expected = line.sha256 else { continue }
            var bytes: [UInt8] = []
            for code in first..<(first + 4096) {
                guard let scalar = Unicode.Scalar(code) else { continue }
                let c = String(Character(scalar))
                let tokens = tokenizer.encode("a\(c)b\(c) \(c)\(c)\n")
                bytes += GGUFWriter.little(Int32(tokens.count))
                for token in tokens { bytes += GGUFWriter.little(token) }
            }
            #expect(SHA256.hex(bytes) == expected, "code points from U+\(String(first, radix: 16))")
        }
    }
}
