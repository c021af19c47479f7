// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Kernels
import Testing

@testable import Inference

@Suite("WordPiece")
struct WordPieceTests {
    func pieces(_ text: String, limit: Int = .max) throws -> [String] {
        let vocabulary = [
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "##a", ",", "hello", "!", "世", "gro", "##ße",
        ]
        let tokenizer = try WordPiece(vocabulary.map { Array($0.utf8) })
        return tokenizer.encode(text, limit: limit).map { vocabulary[Int($0)] }
    }

    @Test("takes the longest pieces from the left, lower-cased and without accents; other words are unknown")
    func longest() throws {
        #expect(try pieces("UNAFFABLE") == ["[CLS]", "un", "##aff", "##able", "[SEP]"])
        #expect(try pieces("Hèllo,hello!") == ["[CLS]", "hello", ",", "hello", "!", "[SEP]"])
        #expect(try pieces("unaffx hello") == ["[CLS]", "[UNK]", "hello", "[SEP]"])
        #expect(try pieces("世世\u{0}\thello\u{200D}") == ["[CLS]", "世", "世", "hello", "[SEP]"])
        #expect(try pieces(String(repeating: "a", count: 101)) == ["[CLS]", "[UNK]", "[SEP]"])
        #expect(try pieces("") == ["[CLS]", "[SEP]"])
        #expect(try pieces("hello hello unaffable", limit: 5) == ["[CLS]", "hello", "hello", "un", "[SEP]"])
    }
}

@Suite("Sentence vectors", .enabled(if: Fixtures.sentenceModelIsThere))
struct SentenceTests {
    private static let shared = Result { try SentenceEmbedder(folder: Fixtures.sentenceFolder, threads: 2) }

    struct Line: Decodable {
        var text: String
        var tokens: [Int32]
        var vector: [Float]?
    }

    func lines() throws -> [Line] {
        try FileBytes.read(Fixtures.path("minilm.jsonl")).split(separator: UInt8(ascii: "\n"))
            .map { try JSON.decode(Line.self, from: Array($0)) }
    }

    @Test("tokens are those of Hugging Face's tokenizers, vectors those of a plain encoder")
    func golden() throws {
        let embedder = try SentenceTests.shared.get()
        for line in try lines() { #expect(embedder.tokens(line.text) == line.tokens, "\(line.text.debugDescription)") }
        let sentences = try lines().filter { $0.vector != nil }
        let found = try embedder.embed(sentences.map(\.text))
        for (line, vector) in zip(sentences, found) {
            #expect(vector.count == embedder.width)
            #expect(zip(vector, line.vector ?? []).allSatisfy { abs($0 - $1) < 2e-5 }, "\(line.text.prefix(40))")
        }
        #expect(sentences.count == 10)
    }

    @Test("a vector is the same bits alone and in company, on one thread and on two, and in plain C")
    func exactness() throws {
        let texts = ["Turn on Wi-Fi", "", "the camera", String(repeating: "word ", count: 70)]
        let embedder = try SentenceTests.shared.get()
        let expected = try embedder.embed(texts)
        #expect(try embedder.embed(texts.reversed()) == expected.reversed())
        for (index, text) in texts.enumerated() { #expect(try embedder.embed([text]) == [expected[index]]) }
        let plain = try SentenceEmbedder(folder: Fixtures.sentenceFolder, threads: 1, isa: DK_SCALAR)
        #expect(try plain.embed([texts[2]]) == [expected[2]])
        #expect(try embedder.embed([]) == [])
    }

    @Test("what means the same lies closer than what does not")
    func meaning() throws {
        let vectors = try SentenceTests.shared.get().embed([
            "Turn on Wi-Fi", "Enable wireless networking", "A cake recipe",
        ])
        func inner(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        #expect(inner(vectors[0], vectors[1]) > inner(vectors[0], vectors[2]) + 0.2)
        #expect(abs(inner(vectors[0], vectors[0]) - 1) < 1e-5)
    }
}
