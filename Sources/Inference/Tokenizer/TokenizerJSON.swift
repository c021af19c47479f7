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
            var byte_fallback: Bool?
            var unk_token: String?
        }
        var added_tokens: [Added]?
        var pre_tokenizer: Step?
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
            var Regex: String?
        }
        var type: String?
        var individual_digits: Bool?
        var use_regex: Bool?
        var pattern: Pattern?
        var prepend: String?
        var prepend_scheme: String?
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
        var bos_token: Name?
        var eos_token: Name?
        var unk_token: Name?
        var add_bos_token: Bool?
        var add_eos_token: Bool?
        var chat_template: String?
    }

    /// Reads `tokenizer.json`, and `tokenizer_config.json` where it is there.
    ///
    /// - Throws: `DroidError` with code `model.missing`, `model.corrupt` or `model.unsupported`.
    static func read(_ folder: String, into builder: inout GGUFBuilder) throws {
        let file: File
        do {
            file = try JSON.decode(File.self, from: FileBytes.read("\(folder)/tokenizer.json"))
        } catch let error as DroidError where error.code == "file.read" {
            throw DroidError("model.missing", "there is no tokenizer.json in \(folder)")
        } catch {
            throw GGUFFile.corrupt("tokenizer.json: \(error)")
        }
        let settings = (try? FileBytes.read("\(folder)/tokenizer_config.json")).flatMap {
            try? JSON.decode(Settings.self, from: $0)
        }
        guard file.model.type ?? "BPE" == "BPE" else {
            throw GGUFFile.unsupported(
                "its tokenizer is of the kind \(file.model.type ?? ""), and only BPE is supported"
            )
        }
        let added = file.added_tokens ?? []
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
        let isPieces = file.model.byte_fallback == true
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
            builder.set("tokenizer.ggml.pre", try preTokenizer(file.pre_tokenizer))
            builder.set("tokenizer.ggml.merges", merges.map { Array("\($0.left) \($0.right)".utf8) })
        }
        builder.set("tokenizer.ggml.tokens", tokens.map { Array($0.utf8) })
        builder.set("tokenizer.ggml.token_type", kinds)
        func set(_ key: String, _ name: Settings.Name?) {
            if let id = name.flatMap({ tokens.firstIndex(of: $0.text) }) { builder.set("tokenizer.ggml.\(key)", id) }
        }
        set("bos_token_id", settings?.bos_token)
        set("eos_token_id", settings?.eos_token)
        if let unknown = file.model.unk_token.flatMap({ tokens.firstIndex(of: $0) }) {
            builder.set("tokenizer.ggml.unknown_token_id", unknown)
        }
        if let adds = settings?.add_bos_token { builder.set("tokenizer.ggml.add_bos_token", adds) }
        if let adds = settings?.add_eos_token { builder.set("tokenizer.ggml.add_eos_token", adds) }
        if let template = settings?.chat_template { builder.set("tokenizer.chat_template", template) }
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
        let steps = (file.normalizer?.all ?? []) + (file.pre_tokenizer?.all ?? [])
        let prepends = steps.contains {
            $0.type == "Prepend" || ($0.type == "Metaspace" && $0.prepend_scheme ?? "always" != "never")
        }
        builder.set("tokenizer.ggml.add_space_prefix", prepends)
    }

    private static func preTokenizer(_ step: Step?) throws -> String {
        let steps = step?.all ?? []
        let expressions = steps.compactMap { $0.pattern?.Regex }
        if let expression = expressions.first {
            guard expressions.count == 1, expression.contains("(?i:'s|'t") || expression.contains("'[sS]|'[tT]") else {
                throw GGUFFile.unsupported("its tokenizer cuts words by \(expression), which is not supported")
            }
            if expression.contains("\\p{N}{1,3}") { return "llama-bpe" }
            if expression.contains("|\\p{N}|") { return "qwen2" }
            throw GGUFFile.unsupported("its tokenizer cuts words by \(expression), which is not supported")
        }
        guard steps.contains(where: { $0.type == "ByteLevel" && $0.use_regex != false }) else {
            throw GGUFFile.unsupported("its tokenizer cuts words in a way that is not supported")
        }
        return steps.contains { $0.type == "Digits" && $0.individual_digits == true } ? "smollm" : "gpt-2"
    }
}
