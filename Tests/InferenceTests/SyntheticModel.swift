// SPDX-License-Identifier: Apache-2.0

import Base

@testable import Inference

/// A tiny model of any family, with the weights that Scripts/golden/model_vectors.py gives to its models.
struct SyntheticModel {
    var architecture: String
    var width = 64
    var feedForward = 96
    var heads = 4
    var keyValueHeads = 2
    var headWidth = 16
    var blocks = 2
    var window = 0
    var tied = true
    var bias = false
    var headNorms = false
    var postNorms = false
    var subNorms = false
    var base: Float = 10000
    var linear: Float = 0
    var scales = false
    var cap: Float = 0

    /// The models of the golden file, by architecture and variant.
    static let all: [String: SyntheticModel] = [
        "llama/plain": SyntheticModel(architecture: "llama"),
        "llama/untied-linear-bias": SyntheticModel(architecture: "llama", tied: false, bias: true, linear: 4),
        "qwen2/plain": SyntheticModel(architecture: "qwen2", bias: true, base: 1e6),
        "qwen3/plain": SyntheticModel(architecture: "qwen3", headWidth: 32, tied: false, headNorms: true, base: 1e6),
        "gemma3/windows": SyntheticModel(
            architecture: "gemma3",
            keyValueHeads: 1,
            headWidth: 32,
            blocks: 7,
            window: 24,
            headNorms: true,
            postNorms: true,
            base: 1e6
        ),
        "gemma3/capped": SyntheticModel(
            architecture: "gemma3",
            keyValueHeads: 1,
            headWidth: 32,
            headNorms: true,
            postNorms: true,
            base: 1e6,
            cap: 5
        ),
        "bitnet/scaled": SyntheticModel(architecture: "bitnet", subNorms: true, scales: true),
        "bitnet-b1.58/scaled": SyntheticModel(architecture: "bitnet-b1.58", subNorms: true, scales: true),
    ]

    static let vocabularySize = TinyModel.vocabulary.tokens.count

    /// Names and sizes, the contiguous dimension first.
    var shapes: [(name: String, dimensions: [Int])] {
        let (queries, keys) = (heads * headWidth, keyValueHeads * headWidth)
        var out: [(String, [Int])] = [
            ("token_embd.weight", [width, SyntheticModel.vocabularySize]), ("output_norm.weight", [width]),
        ]
        if !tied { out.append(("output.weight", [width, SyntheticModel.vocabularySize])) }
        for block in 0..<blocks {
            var parts: [(String, [Int])] = [("attn_norm.weight", [width]), ("ffn_norm.weight", [width])]
            let matrices: [(String, Int, Int)] = [
                ("attn_q", width, queries), ("attn_k", width, keys), ("attn_v", width, keys),
                ("attn_output", queries, width), ("ffn_gate", width, feedForward), ("ffn_up", width, feedForward),
                ("ffn_down", feedForward, width),
            ]
            for (name, inputs, outputs) in matrices {
                parts.append(("\(name).weight", [inputs, outputs]))
                if bias && ["attn_q", "attn_k", "attn_v"].contains(name) { parts.append(("\(name).bias", [outputs])) }
                if scales { parts.append(("\(name).scale", [1])) }
            }
            if headNorms { parts += [("attn_q_norm.weight", [headWidth]), ("attn_k_norm.weight", [headWidth])] }
            if postNorms { parts += [("post_attention_norm.weight", [width]), ("post_ffw_norm.weight", [width])] }
            if subNorms { parts += [("attn_sub_norm.weight", [queries]), ("ffn_sub_norm.weight", [feedForward])] }
            out += parts.map { ("blk.\(block).\($0.0)", $0.1) }
        }
        return out
    }

    static func values(_ name: String, _ dimensions: [Int]) -> [Float] {
        var random = SeededRandom(seed: 1, name: name)
        let scale = 2 / Float(dimensions[0]).squareRoot()
        return (0..<dimensions.reduce(1, *)).map { _ in
            let number = Float(random.next() >> 40) * 0x1p-24
            return dimensions.count == 2 ? (number * 2 - 1) * scale : number + 0.5
        }
    }

    /// The file, without its tensors.
    func header() -> GGUFWriter {
        var writer = GGUFWriter()
        writer.set("general.architecture", architecture)
        func set(_ key: String, _ value: Int) { writer.set("\(architecture).\(key)", UInt32(value)) }
        set("block_count", blocks)
        set("context_length", 512)
        set("embedding_length", width)
        set("feed_forward_length", feedForward)
        set("attention.head_count", heads)
        set("attention.head_count_kv", keyValueHeads)
        set("attention.key_length", headWidth)
        set("attention.value_length", headWidth)
        writer.set("\(architecture).attention.layer_norm_rms_epsilon", Float(1e-5))
        writer.set("\(architecture).rope.freq_base", base)
        if linear > 0 {
            writer.set("\(architecture).rope.scaling.type", "linear")
            writer.set("\(architecture).rope.scaling.factor", linear)
        }
        if window > 0 { set("attention.sliding_window", window) }
        if cap > 0 { writer.set("\(architecture).final_logit_softcapping", cap) }
        writer.set("tokenizer.ggml.model", "gpt2")
        writer.set("tokenizer.ggml.pre", "smollm")
        writer.set("tokenizer.ggml.tokens", TinyModel.vocabulary.tokens)
        writer.set("tokenizer.ggml.token_type", TinyModel.vocabulary.kinds)
        writer.set("tokenizer.ggml.merges", TinyModel.vocabulary.merges)
        return writer
    }

    func writer() -> GGUFWriter {
        var writer = header()
        for shape in shapes {
            writer.tensor(shape.name, shape.dimensions, SyntheticModel.values(shape.name, shape.dimensions))
        }
        return writer
    }

    func load() throws -> LanguageModel { try LanguageModel(GGUFFile(bytes: writer().bytes()), threads: 1) }
}
