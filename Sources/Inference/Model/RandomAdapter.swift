// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// An adapter of random weights: what a trained one costs, without one.
public enum RandomAdapter {
    /// The path of an adapter for a model, which is written into `folder` unless one for its shape is there.
    ///
    /// - Throws: as `GGUFFile.open`, and `DroidError` with code `file.write`.
    public static func kept(forModel path: String, rank: Int, seed: UInt64, in folder: String) throws -> String {
        let config = try ModelConfig(GGUFFile.open(path))
        let sizes = [
            config.blockCount, config.width, config.feedForwardWidth, config.headCount, config.keyValueHeadCount,
            config.headWidth, rank,
        ]
        let shape = sizes.map(String.init).joined(separator: "-")
        let target = "\(folder)/\(config.architecture)-\(shape)-seed\(seed).gguf"
        if !FileManager.default.fileExists(atPath: target) {
            try FileBytes.makeFolder(folder)
            try write(for: config, rank: rank, seed: seed, to: target)
        }
        return target
    }

    /// Writes a GGUF file as llama.cpp loads it, with a part for each of the seven projections of every block.
    ///
    /// The weights are half-precision floats drawn evenly from an interval around zero, and small enough that the model
    /// stays finite. The same model, rank and seed give the same file.
    ///
    /// - Parameters:
    ///   - config: the model that it is for.
    ///   - rank: inner dimension of each part, at least 1.
    ///   - seed: of the weights.
    ///   - path: where the file is to stand; a file that is there is replaced.
    /// - Throws: `DroidError` with code `file.write`.
    public static func write(for config: ModelConfig, rank: Int, seed: UInt64, to path: String) throws {
        let rank = max(rank, 1)
        let (heads, keys) = (config.headCount * config.headWidth, config.keyValueHeadCount * config.headWidth)
        let (width, hidden) = (config.width, config.feedForwardWidth)
        let shapes = [
            ("attn_q", width, heads), ("attn_k", width, keys), ("attn_v", width, keys), ("attn_output", heads, width),
            ("ffn_gate", width, hidden), ("ffn_up", width, hidden), ("ffn_down", hidden, width),
        ]
        var builder = GGUFBuilder()
        builder.set("general.architecture", config.architecture)
        builder.set("general.type", "adapter")
        builder.set("general.name", "random weights, rank \(rank), seed \(seed)")
        builder.set("adapter.type", "lora")
        builder.set("adapter.lora.alpha", Float(rank))
        for block in 0..<config.blockCount {
            for (name, inputs, outputs) in shapes {
                builder.add("blk.\(block).\(name).weight.lora_a", [inputs, rank], .f16)
                builder.add("blk.\(block).\(name).weight.lora_b", [rank, outputs], .f16)
            }
        }
        let tensors = builder.tensors
        var random = SeededRandom(seed: seed, name: "random adapter")
        try builder.write(to: path) { index in
            // A keeps the length of a vector about as it is, B makes it a hundredth.
            let depth = Float(tensors[index].dimensions[0])
            let limit = (index.isMultiple(of: 2) ? 1 : 0.01) * (3 / depth).squareRoot()
            var bytes: [UInt8] = []
            for _ in 0..<tensors[index].dimensions.reduce(1, *) {
                let bits = Float16(Float.random(in: -limit...limit, using: &random)).bitPattern
                bytes.append(UInt8(truncatingIfNeeded: bits))
                bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
            }
            return bytes
        }
    }
}
