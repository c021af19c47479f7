// SPDX-License-Identifier: Apache-2.0

import Base

@testable import Inference

/// A llama with random weights, small enough to be computed by the plainest code; its widths are odd on purpose.
struct TinyModel {
    var width = 40
    var feedForward = 56
    var heads = 4
    var keyValueHeads = 2
    var headWidth = 16
    var blocks = 3
    var contextLength = 512
    var seed: UInt64 = 1

    /// Bytes, a few merges and three tokens of other kinds.
    static let vocabulary: (tokens: [String], kinds: [Int32], merges: [String]) = {
        var characters = [Unicode.Scalar](repeating: " ", count: 256)
        var next: UInt32 = 256
        for byte in 0..<256 {
            let printable = (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
            characters[byte] = Unicode.Scalar(printable ? UInt32(byte) : next) ?? " "
            if !printable { next += 1 }
        }
        let merges = ["a b", "ab c", "Ġ ab", "c a", "abc abc", "x y", "x x", "xx xx", "Ġ Ġ", "b c"]
        let whole = merges.map { $0.filter { $0 != " " } }
        let tokens = ["<|end|>", "<|turn|>", "<tool>"] + characters.map { String($0) } + whole
        let kinds: [Int32] = [3, 3, 4] + [Int32](repeating: 1, count: 256 + whole.count)
        return (tokens, kinds, merges)
    }()

    var vocabularySize: Int { TinyModel.vocabulary.tokens.count }

    func writer(skipping skipped: Set<String> = []) -> GGUFWriter {
        var writer = GGUFWriter()
        writer.set("general.architecture", "llama")
        writer.set("general.name", "tiny")
        writer.set("llama.block_count", UInt32(blocks))
        writer.set("llama.context_length", UInt32(contextLength))
        writer.set("llama.embedding_length", UInt32(width))
        writer.set("llama.feed_forward_length", UInt32(feedForward))
        writer.set("llama.attention.head_count", UInt32(heads))
        writer.set("llama.attention.head_count_kv", UInt32(keyValueHeads))
        writer.set("llama.attention.key_length", UInt32(headWidth))
        writer.set("llama.attention.value_length", UInt32(headWidth))
        writer.set("llama.attention.layer_norm_rms_epsilon", Float(1e-5))
        writer.set("llama.rope.freq_base", Float(10000))
        writer.set("tokenizer.ggml.model", "gpt2")
        writer.set("tokenizer.ggml.pre", "smollm")
        writer.set("tokenizer.ggml.tokens", TinyModel.vocabulary.tokens)
        writer.set("tokenizer.ggml.token_type", TinyModel.vocabulary.kinds)
        writer.set("tokenizer.ggml.merges", TinyModel.vocabulary.merges)
        writer.set("tokenizer.ggml.eos_token_id", UInt32(0))
        for tensor in tensors where !skipped.contains(tensor.name) {
            writer.tensor(tensor.name, tensor.dimensions, tensor.values)
        }
        return writer
    }

    var tensors: [(name: String, dimensions: [Int], values: [Float])] {
        let heads = heads * headWidth
        let keyValues = keyValueHeads * headWidth
        var shapes: [(String, [Int])] = []
        shapes.append(("token_embd.weight", [width, vocabularySize]))
        shapes.append(("output_norm.weight", [width]))
        for block in 0..<blocks {
            shapes += [
                ("attn_norm", [width]), ("attn_q", [width, heads]), ("attn_k", [width, keyValues]),
                ("attn_v", [width, keyValues]), ("attn_output", [heads, width]), ("ffn_norm", [width]),
                ("ffn_gate", [width, feedForward]), ("ffn_up", [width, feedForward]),
                ("ffn_down", [feedForward, width]),
            ].map { ("blk.\(block).\($0.0).weight", $0.1) }
        }
        return shapes.map { name, dimensions in
            var random = SeededRandom(seed: seed, name: name)
            let scale = 2 / Float(dimensions[0]).squareRoot()
            let range: ClosedRange<Float> = dimensions.count == 1 ? 0.5...1.5 : (-scale)...scale
            let values = (0..<dimensions.reduce(1, *)).map { _ in Float.random(in: range, using: &random) }
            return (name, dimensions, values)
        }
    }

    func load(_ precision: Precision = .integer) throws -> LanguageModel {
        try LanguageModel(GGUFFile(bytes: writer().bytes()), threads: 1, precision: precision)
    }
}

/// The same transformer in the plainest way: doubles, one token after the other, nothing shared.
struct PlainTransformer {
    let tiny: TinyModel
    let weights: [String: [Float]]

    init(_ tiny: TinyModel) {
        self.tiny = tiny
        weights = Dictionary(uniqueKeysWithValues: tiny.tensors.map { ($0.name, $0.values) })
    }

    private func product(_ name: String, _ x: [Double]) -> [Double] {
        let matrix = weights[name] ?? []
        return (0..<(matrix.count / x.count)).map { row in
            var sum = 0.0
            for column in x.indices { sum += Double(matrix[row * x.count + column]) * x[column] }
            return sum
        }
    }

    private func norm(_ name: String, _ x: [Double]) -> [Double] {
        let scale = 1 / (x.reduce(0.0) { $0 + $1 * $1 } / Double(x.count) + 1e-5).squareRoot()
        return zip(x, weights[name] ?? []).map { $0 * scale * Double($1) }
    }

    private func rotate(_ vector: [Double], _ position: Int) -> [Double] {
        var out = vector
        for pair in 0..<(vector.count / 2) {
            let exponent = -2 * Double(pair % (tiny.headWidth / 2)) / Double(tiny.headWidth)
            let angle = Double(position) * power(10000, exponent)
            let (a, b) = (vector[2 * pair], vector[2 * pair + 1])
            out[2 * pair] = a * cosine(angle) - b * sine(angle)
            out[2 * pair + 1] = a * sine(angle) + b * cosine(angle)
        }
        return out
    }

    /// The states after each block and after the final norm, and the logits, at each position.
    func run(_ tokens: [Int32]) -> [(states: [[Double]], logits: [Double])] {
        var keys = [[[Double]]](repeating: [], count: tiny.blocks)
        var values = keys
        return tokens.indices.map { position in
            let start = Int(tokens[position]) * tiny.width
            var x = (weights["token_embd.weight"] ?? [])[start..<(start + tiny.width)].map { Double($0) }
            var states: [[Double]] = []
            for block in 0..<tiny.blocks {
                let name = { (part: String) in "blk.\(block).\(part).weight" }
                let normed = norm(name("attn_norm"), x)
                let query = rotate(product(name("attn_q"), normed), position)
                keys[block].append(rotate(product(name("attn_k"), normed), position))
                values[block].append(product(name("attn_v"), normed))
                var mixed: [Double] = []
                for head in 0..<tiny.heads {
                    let shared = head / (tiny.heads / tiny.keyValueHeads) * tiny.headWidth
                    let scores: [Double] = keys[block].map { key in
                        var sum = 0.0
                        for d in 0..<tiny.headWidth { sum += query[head * tiny.headWidth + d] * key[shared + d] }
                        return sum / Double(tiny.headWidth).squareRoot()
                    }
                    let weights = scores.map { exponential($0 - (scores.max() ?? 0)) }
                    let total = weights.reduce(0, +)
                    for d in 0..<tiny.headWidth {
                        var sum = 0.0
                        for (weight, value) in zip(weights, values[block]) { sum += weight / total * value[shared + d] }
                        mixed.append(sum)
                    }
                }
                x = zip(x, product(name("attn_output"), mixed)).map { $0 + $1 }
                let second = norm(name("ffn_norm"), x)
                let gate = product(name("ffn_gate"), second)
                let up = product(name("ffn_up"), second)
                let active = zip(gate, up).map { $0 / (1 + exponential(-$0)) * $1 }
                x = zip(x, product(name("ffn_down"), active)).map { $0 + $1 }
                states.append(x)
            }
            let last = norm("output_norm.weight", x)
            states.append(last)
            return (states, product("token_embd.weight", last))
        }
    }
}
