// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// The `tokenizer.json` of a model's folder, turned into the keys of a GGUF file.
enum TokenizerJSON {
    private struct File: Decodable {
        struct Added: Decodable {
            var id: Int
            var content: String
            var special: Bool?
        }
        struct Model: Decodable {
            var type: String?
            var vocab: [String: Int]
            var merges: [Merge]?
            var byteFallback: Bool?
            var unkToken: String?
        }
        var addedTokens: [Added]?
        var preTokenizer: Step?
        var normalizer: Step?
        var model: Model
    }

    /// `"a b"` in older files, `["a", "b"]` in newer ones.
    private struct Merge: Decodable {
        var left: String
        var right: String
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            var pieces = (try? container.decode([String].self)) ?? []
            if pieces.isEmpty {
                pieces = try container.decode(String.self).split(separator: " ", maxSplits: 1).map { String($0) }
            }
            guard pieces.count == 2 else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "a merge is no pair")
            }
            (left, right) = (pieces[0], pieces[1])
        }
    }

    /// A step of cutting or changing text; steps may hold others.
    private final class Step: Decodable {
        struct Pattern: Decodable {
            var regex: String?
            enum CodingKeys: String, CodingKey { case regex = "Regex" }
        }
        var type: String?
        var individualDigits: Bool?
        var useRegex: Bool?
        var pattern: Pattern?
        var prepend: String?
        var prependScheme: String?
        var pretokenizers: [Step]?
        var normalizers: [Step]?
        var all: [Step] { [self] + ((pretokenizers ?? []) + (normalizers ?? [])).flatMap(\.all) }
    }

    private struct Settings: Decodable {
        enum Name: Decodable {
            case text(String)
            init(from decoder: any Decoder) throws {
                struct Object: Decodable { var content: String }
                if let text = try? decoder.singleValueContainer().decode(String.self) {
                    self = .text(text)
                } else {
                    self = .text(try Object(from: decoder).content)
                }
            }
            var text: String {
                switch self {
                case .text(let text): text
                }
            }
        }
        var bosToken: Name?
        var eosToken: Name?
        var unkToken: Name?
        var addBosToken: Bool?
        var addEosToken: Bool?
        var chatTemplate: String?
    }

    /// Reads `tokenizer.json`, and `tokenizer_config.json` where it is there.
    ///
    /// - Throws: `DroidError` with code `model.missing`, `model.corrupt` or `model.unsupported`.
    static func read(_ folder: String, into builder: inout GGUFBuilder) throws {
        let file: File
        do {
            file = try JSON.decode(File.self, from: FileBytes.read("\(folder)/tokenizer.json"), snakeCase: true)
        } catch let error as DroidError where error.code == "file.read" {
            throw DroidError("model.missing", "there is no tokenizer.json in \(folder)")
        } catch {
            throw GGUFFile.corrupt("tokenizer.json: \(error)")
        }
        let settings = (try? FileBytes.read("\(folder)/tokenizer_config.json")).flatMap {
            try? JSON.decode(Settings.self, from: $0, snakeCase: true)
        }
        guard file.model.type ?? "BPE" == "BPE" else {
            throw GGUFFile.unsupported(
                "its tokenizer is of the kind \(file.model.type ?? ""), and only BPE is supported"
            )
        }
        let added = file.addedTokens ?? []
        let top = max(file.model.vocab.values.max() ?? 0, added.map(\.id).max() ?? 0)
        guard (0..<(1 << 24)).contains(top), !file.model.vocab.isEmpty, file.model.vocab.values.allSatisfy({ $0 >= 0 }),
            added.allSatisfy({ $0.id >= 0 }), top < 2 * (file.model.vocab.count + added.count) + 1024
        else { throw GGUFFile.corrupt("the numbers of its tokens are senseless") }
        var tokens = (0...top).map { "[PAD\($0)]" }
        var kinds = [Int32](repeating: 5, count: top + 1)
        for (text, id) in file.model.vocab {
            tokens[id] = text
            kinds[id] = 1
        }
        let isPieces = file.model.byteFallback == true
        for index in tokens.indices where isPieces && SentencePiece.byte(of: Array(tokens[index].utf8)) != nil {
            kinds[index] = 6
        }
        for token in added {
            tokens[token.id] = token.content
            kinds[token.id] = token.special == true ? 3 : 4
        }
        let merges = file.model.merges ?? []
        if isPieces {
            try pieces(file, tokens, kinds, merges, &builder)
        } else {
            builder.set("tokenizer.ggml.model", "gpt2")
            builder.set("tokenizer.ggml.pre", try preTokenizer(file.preTokenizer))
            builder.set("tokenizer.ggml.merges", merges.map { Array("\($0.left) \($0.right)".utf8) })
        }
        builder.set("tokenizer.ggml.tokens", tokens.map { Array($0.utf8) })
        builder.set("tokenizer.ggml.token_type", kinds)
        func set(_ key: String, _ name: Settings.Name?) {
            if let id = name.flatMap({ tokens.firstIndex(of: $0.text) }) { builder.set("tokenizer.ggml.\(key)", id) }
        }
        set("bos_token_id", settings?.bosToken)
        set("eos_token_id", settings?.eosToken)
        if let unknown = file.model.unkToken.flatMap({ tokens.firstIndex(of: $0) }) {
            builder.set("tokenizer.ggml.unknown_token_id", unknown)
        }
        if let adds = settings?.addBosToken { builder.set("tokenizer.ggml.add_bos_token", adds) }
        if let adds = settings?.addEosToken { builder.set("tokenizer.ggml.add_eos_token", adds) }
        if let template = settings?.chatTemplate { builder.set("tokenizer.chat_template", template) }
    }

    /// A SentencePiece vocabulary that was turned into merges: the score of a piece is how early a merge makes it.
    private static func pieces(
        _ file: File,
        _ tokens: [String],
        _ kinds: [Int32],
        _ merges: [Merge],
        _ builder: inout GGUFBuilder
    ) throws {
        var ranks: [String: Int] = [:]
        for (rank, merge) in merges.enumerated() where ranks[merge.left + merge.right] == nil {
            ranks[merge.left + merge.right] = rank
        }
        let last = Float(merges.count)
        builder.set("tokenizer.ggml.model", "llama")
        builder.set("tokenizer.ggml.scores", tokens.map { -(ranks[$0].map { Float($0) } ?? last) })
        let steps = (file.normalizer?.all ?? []) + (file.preTokenizer?.all ?? [])
        let prepends = steps.contains {
            $0.type == "Prepend" || ($0.type == "Metaspace" && $0.prependScheme ?? "always" != "never")
        }
        builder.set("tokenizer.ggml.add_space_prefix", prepends)
    }

    private static func preTokenizer(_ step: Step?) throws -> String {
        let steps = step?.all ?? []
        let expressions = steps.compactMap { $0.pattern?.regex }
        if let expression = expressions.first {
            guard expressions.count == 1, expression.contains("(?i:'s|'t") || expression.contains("'[sS]|'[tT]") else {
                throw GGUFFile.unsupported("its tokenizer cuts words by \(expression), which is not supported")
            }
            if expression.contains("\\p{N}{1,3}") { return "llama-bpe" }
            if expression.contains("|\\p{N}|") { return "qwen2" }
            throw GGUFFile.unsupported("its tokenizer cuts words by \(expression), which is not supported")
        }
        guard steps.contains(where: { $0.type == "ByteLevel" && $0.useRegex != false }) else {
            throw GGUFFile.unsupported("its tokenizer cuts words in a way that is not supported")
        }
        return steps.contains { $0.type == "Digits" && $0.individualDigits == true } ? "smollm" : "gpt-2"
    }
}
