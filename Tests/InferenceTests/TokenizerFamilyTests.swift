// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import Inference

@Suite("Kinds of tokenizers")
struct TokenizerFamilyTests {
    struct Line: Decodable {
        var name: String?
        var model: String?
        var pre: String?
        var tokens: Tokens?
        var kinds: [Int32]?
        var scores: [Float]?
        var merges: [String]?
        var addSpace: Bool?
        var text: String?
        var special: Bool?
        var first: UInt32?
        var sha256: String?
    }

    /// Spellings in the line of a vocabulary, numbers in that of a text.
    enum Tokens: Decodable {
        case spellings([String])
        case numbers([Int32])
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let numbers = try? container.decode([Int32].self) {
                self = .numbers(numbers)
            } else {
                self = .spellings(try container.decode([String].self))
            }
        }
    }

    func sections() throws -> [(vocabulary: Line, lines: [Line])] {
        var out: [(vocabulary: Line, lines: [Line])] = []
        for bytes in try FileBytes.read(Fixtures.path("tokenizers.jsonl")).split(separator: UInt8(ascii: "\n")) {
            let line = try JSON.decode(Line.self, from: Array(bytes))
            if line.name != nil { out.append((line, [])) } else { out[out.count - 1].lines.append(line) }
        }
        return out
    }

    func tokenizer(_ line: Line) throws -> Tokenizer {
        guard case .spellings(let spellings)? = line.tokens, let model = line.model else {
            return try Tokenizer(GGUFFile(path: Fixtures.gemmaPath))
        }
        var writer = GGUFWriter()
        writer.set("tokenizer.ggml.model", model)
        writer.set("tokenizer.ggml.pre", line.pre ?? "")
        writer.set("tokenizer.ggml.tokens", spellings)
        writer.set("tokenizer.ggml.token_type", line.kinds ?? [])
        if let scores = line.scores, !scores.isEmpty {
            let header = GGUFWriter.little(UInt32(6)) + GGUFWriter.little(UInt64(scores.count))
            let values = scores.flatMap { GGUFWriter.little($0.bitPattern) }
            writer.raw("tokenizer.ggml.scores", type: 9, header + values)
            writer.set("tokenizer.ggml.add_space_prefix", line.addSpace ?? true)
        } else {
            writer.set("tokenizer.ggml.merges", line.merges ?? [])
        }
        return try Tokenizer(GGUFFile(bytes: writer.bytes()))
    }

    @Test("give the tokens of llama.cpp", arguments: ["qwen2", "llama-bpe", "spm-space", "spm", "gemma"])
    func golden(name: String) throws {
        guard name != "gemma" || Fixtures.gemmaIsThere else { return }
        let section = try #require(try sections().first { $0.vocabulary.name == name })
        let tokenizer = try tokenizer(section.vocabulary)
        var (texts, digests) = (0, 0)
        for line in section.lines {
            if let text = line.text, case .numbers(let tokens)? = line.tokens {
                #expect(
                    tokenizer.encode(text, parseSpecial: line.special ?? false) == tokens,
                    "\(text.debugDescription)"
                )
                texts += 1
            }
            guard let first = line.first else { continue }
            var bytes: [UInt8] = []
            for code in first..<(first + 4096) {
                // As in the script: only what Unicode 14 assigns.
                guard let scalar = Unicode.Scalar(code), let age = scalar.properties.age, age.major <= 14,
                    scalar.properties.generalCategory != .unassigned
                else { continue }
                let c = String(Character(scalar))
                let tokens = tokenizer.encode("a\(c)b\(c) \(c)\(c)\n")
                bytes += GGUFWriter.little(Int32(tokens.count))
                for token in tokens { bytes += GGUFWriter.little(token) }
            }
            #expect(SHA256.hex(bytes) == line.sha256, "code points from U+\(String(first, radix: 16))")
            digests += 1
        }
        #expect(texts > 150 && digests > 2)
    }

    @Test("every text comes back from the tokens of a SentencePiece vocabulary, behind the space it was given")
    func roundTrip() throws {
        for section in try sections() where section.vocabulary.model == "llama" {
            let tokenizer = try tokenizer(section.vocabulary)
            let space = section.vocabulary.addSpace == true ? " " : ""
            var random = SeededRandom(seed: 9)
            for _ in 0..<200 {
                let scalars = (0..<Int.random(in: 1..<60, using: &random)).compactMap { _ in
                    Unicode.Scalar(UInt32.random(in: 0..<0x2580, using: &random))
                }
                let text = String(String.UnicodeScalarView(scalars))
                #expect(tokenizer.decode(tokenizer.encode(text)) == space + text)
            }
        }
    }
}
