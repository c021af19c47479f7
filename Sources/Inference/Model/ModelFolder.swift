// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// A model as Hugging Face's libraries store it: `config.json`, `tokenizer.json` and safetensors files in a folder. It is
/// turned into the GGUF file that llama.cpp's converter would make, in memory.
enum ModelFolder {
    /// The parts of `config.json` that matter.
    struct Config: Decodable {
        struct Scaling: Decodable {
            var ropeType: String?
            var type: String?
            var factor: Double?
            var lowFreqFactor: Double?
            var highFreqFactor: Double?
            var originalMaxPositionEmbeddings: Double?
            var ropeTheta: Double?
        }
        var modelType: String?
        var hiddenSize: Int?
        var numHiddenLayers: Int?
        var intermediateSize: Int?
        var numAttentionHeads: Int?
        var numKeyValueHeads: Int?
        var headDim: Int?
        var rmsNormEps: Double?
        var ropeTheta: Double?
        var ropeScaling: Scaling?
        var ropeParameters: Scaling?
        var maxPositionEmbeddings: Int?
        var tieWordEmbeddings: Bool?
        var slidingWindow: Int?
        var useSlidingWindow: Bool?
        var finalLogitSoftcapping: Double?
        var attnLogitSoftcapping: Double?
        var queryPreAttnScalar: Double?
        var hiddenAct: String?
        var hiddenActivation: String?
    }

    private static let families = ["llama": "llama", "qwen2": "qwen2", "qwen3": "qwen3", "gemma3_text": "gemma3"]

    /// Reads a folder.
    ///
    /// - Throws: `DroidError` with code `model.missing`, `model.corrupt` or `model.unsupported`.
    static func read(_ folder: String) throws -> GGUFFile {
        let config: Config
        do {
            config = try JSON.decode(Config.self, from: FileBytes.read("\(folder)/config.json"), snakeCase: true)
        } catch let error as DroidError where error.code == "file.read" {
            throw DroidError(
                "model.missing",
                "there is no config.json in \(folder)",
                next: "name a GGUF file or a model's folder"
            )
        } catch {
            throw GGUFFile.corrupt("config.json: \(error)")
        }
        guard let kind = config.modelType, let architecture = families[kind] else {
            let known = families.keys.sorted().joined(separator: ", ")
            throw GGUFFile.unsupported(
                "its model_type is \(config.modelType ?? "missing"), and the supported ones are \(known)"
            )
        }
        let activation = architecture == "gemma3" ? "gelu_pytorch_tanh" : "silu"
        let stated = config.hiddenActivation ?? config.hiddenAct ?? activation
        guard stated == activation else {
            throw GGUFFile.unsupported("its activation is \(stated), which is not supported")
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".safetensors") }
            .sorted()
        let shards = try files.map { try SafetensorsFile(path: "\(folder)/\($0)") }
        guard !shards.isEmpty else {
            throw DroidError("model.missing", "there is no safetensors file in \(folder)")
        }
        var builder = GGUFBuilder()
        try keys(config, architecture, &builder)
        try TokenizerJSON.read(folder, into: &builder)
        return try tensors(shards, config, architecture, &builder)
    }

    private static func keys(_ config: Config, _ architecture: String, _ builder: inout GGUFBuilder) throws {
        func set(_ key: String, _ value: Int?, _ name: String) throws {
            guard let value else { throw GGUFFile.corrupt("config.json has no \(name)") }
            builder.set("\(architecture).\(key)", value)
        }
        builder.set("general.architecture", architecture)
        try set("block_count", config.numHiddenLayers, "num_hidden_layers")
        try set("context_length", config.maxPositionEmbeddings, "max_position_embeddings")
        try set("embedding_length", config.hiddenSize, "hidden_size")
        try set("feed_forward_length", config.intermediateSize, "intermediate_size")
        try set("attention.head_count", config.numAttentionHeads, "num_attention_heads")
        if let heads = config.numKeyValueHeads { builder.set("\(architecture).attention.head_count_kv", heads) }
        if let width = config.headDim {
            builder.set("\(architecture).attention.key_length", width)
            builder.set("\(architecture).attention.value_length", width)
        }
        builder.set("\(architecture).attention.layer_norm_rms_epsilon", Float(config.rmsNormEps ?? 1e-6))
        let base = config.ropeTheta ?? config.ropeParameters?.ropeTheta ?? 10000
        builder.set("\(architecture).rope.freq_base", Float(base))
        let scaling = config.ropeScaling ?? config.ropeParameters
        let kind = scaling?.ropeType ?? scaling?.type ?? "default"
        if kind == "linear" {
            builder.set("\(architecture).rope.scaling.type", "linear")
            builder.set("\(architecture).rope.scaling.factor", Float(scaling?.factor ?? 1))
        } else if kind != "default" && kind != "llama3" {
            builder.set("\(architecture).rope.scaling.type", kind)
        }
        if architecture == "gemma3", let window = config.slidingWindow {
            builder.set("gemma3.attention.sliding_window", window)
        } else if config.useSlidingWindow == true, let window = config.slidingWindow {
            builder.set("\(architecture).attention.sliding_window", window)
        }
        if let cap = config.finalLogitSoftcapping {
            builder.set("\(architecture).final_logit_softcapping", Float(cap))
        }
        if let cap = config.attnLogitSoftcapping { builder.set("\(architecture).attn_logit_softcapping", Float(cap)) }
        if let scalar = config.queryPreAttnScalar, scalar > 0 {
            builder.set("\(architecture).attention.scale", Float(1 / scalar.squareRoot()))
        }
    }

    /// The name in a GGUF file of a matrix of a block, such as `model.layers.3.self_attn.q_proj`; nil for anything else.
    static func matrixName(_ name: String) -> String? {
        let pieces = name.split(separator: ".")
        guard pieces.count >= 4, pieces[pieces.count - 4] == "layers", let block = Int(pieces[pieces.count - 3]) else {
            return nil
        }
        return hubNames[pieces.suffix(2).joined(separator: ".")].map { "blk.\(block).\($0)" }
    }

    /// Matrices of a block as Hugging Face's models name them, and as GGUF files do.
    static let hubNames = [
        "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down", "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
    ]

    private static func ggufName(_ name: String, _ architecture: String) -> String? {
        let whole = [
            "model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
            "lm_head.weight": "output.weight",
        ]
        if let found = whole[name] { return found }
        let pieces = name.split(separator: ".").map { String($0) }
        guard let end = pieces.last, end == "weight" || end == "bias", pieces.first == "model" else { return nil }
        if let matrix = matrixName(pieces.dropLast().joined(separator: ".")) { return "\(matrix).\(end)" }
        guard pieces.count == 5, pieces[1] == "layers", let block = Int(pieces[2]), end == "weight" else { return nil }
        let norms =
            architecture == "gemma3"
            ? [
                "input_layernorm": "attn_norm", "post_attention_layernorm": "post_attention_norm",
                "pre_feedforward_layernorm": "ffn_norm", "post_feedforward_layernorm": "post_ffw_norm",
            ] : ["input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm"]
        return norms[pieces[3]].map { "blk.\(block).\($0).weight" }
    }

    /// The heads of a matrix whose outputs are rotated by position; nil for any other.
    static func rotatedHeads(_ name: String, _ config: ModelConfig) -> Int? {
        name.hasSuffix("attn_q") ? config.headCount : name.hasSuffix("attn_k") ? config.keyValueHeadCount : nil
    }

    /// Reorders rows so that components which turn together, half a head apart before, become neighbours; the other way round with `back`.
    static func interleaveHeads<Element>(
        _ values: [Element],
        rows: Int,
        heads: Int,
        back: Bool = false
    ) -> [Element] {
        guard heads > 0, rows > 0, rows % heads == 0, rows / heads % 2 == 0 else { return values }
        let (width, half) = (values.count / rows, rows / heads / 2)
        var out = values
        for head in 0..<heads {
            for pair in 0..<half {
                for part in 0..<2 {
                    let apart = (head * 2 * half + part * half + pair) * width
                    let together = (head * 2 * half + 2 * pair + part) * width
                    let (from, to) = back ? (together, apart) : (apart, together)
                    for column in 0..<width { out[to + column] = values[from + column] }
                }
            }
        }
        return out
    }

    private struct Source {
        let shard: SafetensorsFile
        let name: String
        let target: String
        let type: GGMLType
        let dimensions: [Int]
    }

    private static func tensors(
        _ shards: [SafetensorsFile],
        _ config: Config,
        _ architecture: String,
        _ builder: inout GGUFBuilder
    ) throws -> GGUFFile {
        var sources: [Source] = []
        for shard in shards {
            for (name, tensor) in shard.tensors.sorted(by: { $0.key < $1.key }) {
                if name.hasSuffix("rotary_emb.inv_freq") { continue }
                if name == "lm_head.weight", config.tieWordEmbeddings ?? (architecture == "gemma3") { continue }
                guard let target = ggufName(name, architecture) else {
                    throw GGUFFile.unsupported(
                        "the tensor \(name) is no part of a \(architecture) model as it is known here"
                    )
                }
                guard let type = shard.type(of: tensor), !tensor.shape.isEmpty, tensor.shape.allSatisfy({ $0 > 0 })
                else {
                    throw GGUFFile.unsupported(
                        "the tensor \(name) is of the format \(tensor.type), which is not supported"
                    )
                }
                let isVector = tensor.shape.count == 1
                let dimensions = Array(tensor.shape.reversed())
                sources.append(
                    Source(
                        shard: shard,
                        name: name,
                        target: target,
                        type: isVector ? .f32 : type,
                        dimensions: dimensions
                    )
                )
            }
        }
        for source in sources { builder.add(source.target, source.dimensions, source.type) }
        let factors = llama3Factors(config)
        if let factors { builder.add("rope_freqs.weight", [factors.count], .f32) }
        return try builder.build { index, place in
            if index == sources.count {
                (factors ?? []).withUnsafeBytes { place.copyMemory(from: $0) }
                return
            }
            let source = sources[index]
            if source.dimensions.count == 1 {
                var values = try source.shard.floats(source.name)
                // Gemma's norms multiply by 1 + weight.
                if architecture == "gemma3", source.target.hasSuffix("norm.weight") {
                    for index in values.indices { values[index] += 1 }
                }
                if architecture == "llama", let heads = rotated(source.target, config) {
                    values = interleaveHeads(values, rows: values.count, heads: heads)
                }
                values.withUnsafeBytes { place.copyMemory(from: $0) }
                return
            }
            guard let range = source.shard.tensors[source.name]?.range else { return }
            var bytes = Array(source.shard.bytes[range])
            if architecture == "llama", let heads = rotated(source.target, config) {
                bytes = interleaveHeads(bytes, rows: source.dimensions[1], heads: heads)
            }
            place.copyBytes(from: bytes)
        }
    }

    private static func rotated(_ target: String, _ config: Config) -> Int? {
        let heads = config.numAttentionHeads
        if target.contains(".attn_q.") { return heads }
        return target.contains(".attn_k.") ? config.numKeyValueHeads ?? heads : nil
    }

    /// Llama 3's divisors of the angles: none for short waves, `factor` for those longer than the old context, between
    /// them a mixture.
    private static func llama3Factors(_ config: Config) -> [Float]? {
        let scaling = config.ropeScaling ?? config.ropeParameters
        guard scaling?.ropeType ?? scaling?.type == "llama3", let factor = scaling?.factor,
            let heads = config.numAttentionHeads,
            let width = config.headDim ?? config.hiddenSize.map({ $0 / max(heads, 1) }), (2...65536).contains(width)
        else { return nil }
        let base = config.ropeTheta ?? scaling?.ropeTheta ?? 10000
        let (low, high) = (scaling?.lowFreqFactor ?? 1, scaling?.highFreqFactor ?? 4)
        let old = scaling?.originalMaxPositionEmbeddings ?? 8192
        return (0..<(width / 2)).map { pair in
            let wave = 2 * Double.pi * power(base, 2 * Double(pair) / Double(width))
            if wave < old / high { return 1 }
            if wave > old / low { return Float(factor) }
            let smooth = (old / wave - low) / (high - low)
            return Float(1 / ((1 - smooth) / factor + smooth))
        }
    }
}
