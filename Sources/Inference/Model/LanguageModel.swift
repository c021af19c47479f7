// SPDX-License-Identifier: Apache-2.0

import Base

/// A language model of the `llama` family, its weights expanded to 32-bit floats and ready to run.
///
/// A model is immutable; any number of `ScoringSession`s may run on it at the same time.
public final class LanguageModel: Sendable {
    /// The weights of one transformer block.
    struct Block: Sendable {
        let attentionNorm: [Float]
        /// Queries, keys and values, one after the other.
        let queryKeyValue: PackedMatrix
        let attentionOutput: PackedMatrix
        let feedForwardNorm: [Float]
        /// Gate and up, each rounded up to a whole panel.
        let gateUp: PackedMatrix
        let down: PackedMatrix
    }

    /// The shape of the model.
    public let config: ModelConfig
    public let tokenizer: Tokenizer
    /// SHA-256 of the file, in hexadecimal.
    public let sha256: String

    let embedding: PackedMatrix
    /// The output matrix; the embedding itself in models that tie the two.
    let output: PackedMatrix
    let outputNorm: [Float]
    let blocks: [Block]
    /// Angle per position for each rotated pair of a head.
    let frequencies: [Double]

    /// Reads a model from a GGUF file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - threads: threads to expand the weights with; the number of cores when nil.
    /// - Throws: `DroidError` with code `model.missing`, `model.corrupt`, `model.unsupported` or `model.memory`.
    public static func load(_ path: String, threads: Int? = nil) throws -> LanguageModel {
        try LanguageModel(GGUFFile(path: path), threads: threads)
    }

    /// Takes a model out of a file that was read already.
    ///
    /// - Throws: as `load(_:threads:)`.
    public init(_ file: GGUFFile, threads: Int? = nil) throws {
        let config = try ModelConfig(file)
        self.config = config
        try LanguageModel.checkNames(file, config)
        tokenizer = try Tokenizer(file)
        guard tokenizer.vocabularySize <= config.vocabularySize else {
            throw GGUFFile.corrupt("there are more tokens than rows in token_embd.weight")
        }

        var packer = WeightPacker(file)
        let width = config.width
        let heads = config.headCount * config.headWidth
        let keyValueHeads = config.keyValueHeadCount * config.headWidth
        embedding = try packer.matrix([("token_embd.weight", config.vocabularySize)], depth: width)
        output =
            file.tensors["output.weight"] == nil
            ? embedding : try packer.matrix([("output.weight", config.vocabularySize)], depth: width)
        outputNorm = try packer.vector("output_norm.weight", width)
        var blocks: [Block] = []
        for index in 0..<config.blockCount {
            let name = { (part: String) in "blk.\(index).\(part).weight" }
            blocks.append(
                Block(
                    attentionNorm: try packer.vector(name("attn_norm"), width),
                    queryKeyValue: try packer.matrix(
                        [(name("attn_q"), heads), (name("attn_k"), keyValueHeads), (name("attn_v"), keyValueHeads)],
                        depth: width
                    ),
                    attentionOutput: try packer.matrix([(name("attn_output"), width)], depth: heads),
                    feedForwardNorm: try packer.vector(name("ffn_norm"), width),
                    gateUp: try packer.matrix(
                        [(name("ffn_gate"), config.feedForwardWidth), (name("ffn_up"), config.feedForwardWidth)],
                        depth: width
                    ),
                    down: try packer.matrix([(name("ffn_down"), width)], depth: config.feedForwardWidth)
                )
            )
        }
        self.blocks = blocks
        frequencies = try LanguageModel.frequencies(file, config)

        var digest = ""
        try packer.run(on: ThreadPool(threads: threads)) {
            var hash = SHA256()
            hash.update(file.bytes)
            digest = hash.finalHex()
        }
        sha256 = digest
    }

    /// A tensor that is not used would mean that the model is another than the one that is computed.
    private static func checkNames(_ file: GGUFFile, _ config: ModelConfig) throws {
        let parts: Set = [
            "attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down",
        ]
        let whole: Set = ["token_embd.weight", "output.weight", "output_norm.weight", "rope_freqs.weight"]
        for name in file.tensors.keys.sorted() where !whole.contains(name) {
            let pieces = name.split(separator: ".")
            let known =
                pieces.count == 4 && pieces[0] == "blk" && pieces[3] == "weight" && parts.contains(String(pieces[2]))
            guard known, let index = Int(pieces[1]), (0..<config.blockCount).contains(index) else {
                throw GGUFFile.unsupported("the tensor \(name) is no part of a llama model as it is known here")
            }
        }
    }

    private static func frequencies(_ file: GGUFFile, _ config: ModelConfig) throws -> [Double] {
        let pairs = config.rotatedWidth / 2
        var factors = [Float](repeating: 1, count: pairs)
        if let tensor = file.tensors["rope_freqs.weight"] {
            guard tensor.dimensions == [pairs] else { throw GGUFFile.corrupt("rope_freqs.weight has another shape") }
            factors = file.floats(tensor)
        }
        return (0..<pairs).map { pair in
            let exponent = -2 * Double(pair) / Double(config.rotatedWidth)
            return power(config.ropeBase, exponent) / config.ropeScale / Double(factors[pair])
        }
    }
}
