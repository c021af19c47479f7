// SPDX-License-Identifier: Apache-2.0

import Base

/// A decoder-only language model of one of the families in `Architecture`, packed and ready to run.
///
/// A model is immutable; any number of `ScoringSession`s may run on it at the same time.
public final class LanguageModel: Sendable {
    /// The weights of one transformer block. A norm that the family does not have is nil.
    // A class, so that passing one on counts one reference.
    final class Block: Sendable {
        let attentionNorm: [Float]
        /// Queries, keys and values, one after the other.
        let queryKeyValue: Linear
        /// For each head of queries, and each of keys.
        let queryNorm: [Float]?
        let keyNorm: [Float]?
        /// Of the heads' outputs, before they are projected.
        let attentionSubNorm: [Float]?
        let attentionOutput: Linear
        /// Of what attention adds to the stream.
        let postAttentionNorm: [Float]?
        let feedForwardNorm: [Float]
        /// Gate and up, each rounded up to a whole panel.
        let gateUp: Linear
        let feedForwardSubNorm: [Float]?
        let down: Linear
        let postFeedForwardNorm: [Float]?
        /// Keys that a token sees, itself among them; nil where it sees all.
        let window: Int?
        /// Which of the model's `frequencies` turns its heads.
        let rotation: Int

        init(
            attentionNorm: [Float],
            queryKeyValue: Linear,
            queryNorm: [Float]?,
            keyNorm: [Float]?,
            attentionSubNorm: [Float]?,
            attentionOutput: Linear,
            postAttentionNorm: [Float]?,
            feedForwardNorm: [Float],
            gateUp: Linear,
            feedForwardSubNorm: [Float]?,
            down: Linear,
            postFeedForwardNorm: [Float]?,
            window: Int?,
            rotation: Int
        ) {
            self.attentionNorm = attentionNorm
            self.queryKeyValue = queryKeyValue
            self.queryNorm = queryNorm
            self.keyNorm = keyNorm
            self.attentionSubNorm = attentionSubNorm
            self.attentionOutput = attentionOutput
            self.postAttentionNorm = postAttentionNorm
            self.feedForwardNorm = feedForwardNorm
            self.gateUp = gateUp
            self.feedForwardSubNorm = feedForwardSubNorm
            self.down = down
            self.postFeedForwardNorm = postFeedForwardNorm
            self.window = window
            self.rotation = rotation
        }
    }

    /// The shape of the model.
    public let config: ModelConfig
    public let tokenizer: Tokenizer
    /// SHA-256 of the file, in hexadecimal.
    public let sha256: String
    /// SHA-256 of the adapter's file; nil without one.
    public let adapterSHA256: String?
    /// What the adapter was multiplied by; 1 without one.
    public let adapterScale: Float
    /// Whether the adapter was added to the weights, rather than applied beside them.
    public let adapterIsMerged: Bool
    /// How it multiplies. The two are different models in the sense that their scores differ.
    public let precision: Precision
    /// How sessions keep the keys and values of prefixes, unless they are told otherwise.
    public let keyValues: KeyValueFormat

    let embedding: PackedMatrix
    /// The output matrix; the embedding itself in models that tie the two.
    let output: PackedMatrix
    /// The blocks of inputs that the output matrix has a second time, behind all others.
    let refinedInputs: [Int]
    let outputNorm: [Float]
    let blocks: [Block]
    /// Angle per position for each rotated pair of a head: in blocks that see everything, and in those with a window.
    let frequencies: [[Double]]

    /// An adapter to load with a model.
    public struct AdapterChoice: Sendable {
        /// A GGUF file in llama.cpp's layout, or a folder as PEFT writes it.
        public var path: String
        /// Multiplies what the adapter adds.
        public var scale: Float
        /// Adds the adapter to the weights once, which takes 32-bit floats for them; otherwise it is applied beside them.
        public var merged: Bool

        public init(path: String, scale: Float = 1, merged: Bool = false) {
            (self.path, self.scale, self.merged) = (path, scale, merged)
        }
    }

    /// Reads a model from a GGUF file, or from a folder with `config.json`, `tokenizer.json` and safetensors files.
    ///
    /// - Parameters:
    ///   - path: the file or folder.
    ///   - adapter: an adapter to apply; none when nil.
    ///   - threads: threads to pack the weights with; the number of cores when nil.
    ///   - precision: how it is to multiply.
    ///   - keyValues: how sessions keep the keys and values of prefixes. Scores depend on it.
    /// - Throws: `DroidError` with code `model.missing`, `model.corrupt`, `model.unsupported` or `model.memory`, and those of
    ///   `Adapter.load(_:for:scale:)`.
    public static func load(
        _ path: String,
        adapter: AdapterChoice? = nil,
        threads: Int? = nil,
        precision: Precision = .integer,
        keyValues: KeyValueFormat = .float
    ) throws -> LanguageModel {
        let file = try GGUFFile.open(path)
        guard let adapter else {
            return try LanguageModel(file, threads: threads, precision: precision, keyValues: keyValues)
        }
        let loaded = try Adapter.load(adapter.path, for: ModelConfig(file), scale: adapter.scale)
        return try LanguageModel(
            file,
            adapter: loaded,
            merged: adapter.merged,
            threads: threads,
            precision: precision,
            keyValues: keyValues
        )
    }

    /// A model's file with an adapter added to its weights.
    ///
    /// - Throws: as `load(_:adapter:threads:precision:keyValues:)`.
    public static func merge(_ choice: AdapterChoice, into file: GGUFFile) throws -> GGUFFile {
        try Adapter.load(choice.path, for: ModelConfig(file), scale: choice.scale).merged(into: file)
    }

    /// Takes a model out of a file that was read already.
    ///
    /// - Throws: as `load(_:adapter:threads:precision:keyValues:)`.
    public convenience init(
        _ file: GGUFFile,
        threads: Int? = nil,
        precision: Precision = .integer,
        keyValues: KeyValueFormat = .float
    ) throws {
        try self.init(file, adapter: nil, threads: threads, precision: precision, keyValues: keyValues)
    }

    /// - Parameter merged: whether `adapter` is added to the weights, rather than applied beside them.
    init(
        _ original: GGUFFile,
        adapter: Adapter?,
        merged: Bool = false,
        threads: Int? = nil,
        precision: Precision = .integer,
        keyValues: KeyValueFormat = .float
    ) throws {
        self.precision = precision
        let config = try ModelConfig(original)
        let file = try merged ? adapter?.merged(into: original) ?? original : original
        adapterSHA256 = adapter?.sha256
        adapterScale = adapter?.scale ?? 1
        adapterIsMerged = merged && adapter != nil
        self.config = config
        self.keyValues = keyValues
        _ = try keyValues.packed(config)
        try LanguageModel.checkNames(file, config)
        tokenizer = try Tokenizer(file)
        guard tokenizer.vocabularySize <= config.vocabularySize else {
            throw GGUFFile.corrupt("there are more tokens than rows in token_embd.weight")
        }

        var packer = WeightPacker(file, precision: precision)
        let beside = merged ? nil : adapter
        let width = config.width
        let isTied = file.tensors["output.weight"] == nil
        let outputName = isTied ? "token_embd.weight" : "output.weight"
        let outputForm = file.tensors[outputName].map { PackedMatrix.form(of: $0, in: file, precision) }
        let refined = InputRefinement.blocks(outputForm ?? .floats, depth: width)
        output = try packer.matrix([(outputName, config.vocabularySize)], depth: width, repeats: refined)
        embedding = isTied ? output : try packer.matrix([("token_embd.weight", config.vocabularySize)], depth: width)
        outputNorm = try packer.vector("output_norm.weight", width)
        blocks = try (0..<config.blockCount).map { try LanguageModel.block($0, config, beside, &packer) }
        frequencies = try LanguageModel.frequencies(file, config)

        var digest = ""
        try packer.run(on: ThreadPool(threads: threads)) {
            var hash = SHA256()
            hash.update(original.bytes)
            digest = hash.finalHex()
        }
        sha256 = digest
        if let last = blocks.last {
            refinedInputs = try InputRefinement.choose(refined, last: last, norm: outputNorm)
        } else {
            refinedInputs = []
        }
        output.repeatBlocks(refinedInputs, behind: width)
    }

    /// Every matrix that activations are multiplied with.
    var matrices: [PackedMatrix] {
        blocks.flatMap { [$0.queryKeyValue, $0.attentionOutput, $0.gateUp, $0.down].map(\.weights) } + [output]
    }

    private static func block(
        _ index: Int,
        _ config: ModelConfig,
        _ adapter: Adapter?,
        _ packer: inout WeightPacker
    ) throws -> Block {
        let family = config.family
        let width = config.width
        let heads = config.headCount * config.headWidth
        let keyValueHeads = config.keyValueHeadCount * config.headWidth
        let feedForward = config.feedForwardWidth
        let name = { (part: String) in "blk.\(index).\(part)" }
        func norm(_ part: String, _ count: Int, _ there: Bool = true) throws -> [Float]? {
            there ? try packer.vector(name(part) + ".weight", count) : nil
        }
        let window = config.window(ofBlock: index)
        return Block(
            attentionNorm: try packer.vector(name("attn_norm.weight"), width),
            queryKeyValue: try packer.linear(
                [(name("attn_q"), heads), (name("attn_k"), keyValueHeads), (name("attn_v"), keyValueHeads)],
                depth: width,
                biased: family.needsBias,
                adapter: adapter
            ),
            queryNorm: try norm("attn_q_norm", config.headWidth, family.headNorms),
            keyNorm: try norm("attn_k_norm", config.headWidth, family.headNorms),
            attentionSubNorm: try norm("attn_sub_norm", heads, family.subNorms),
            attentionOutput: try packer.linear([(name("attn_output"), width)], depth: heads, adapter: adapter),
            postAttentionNorm: try norm("post_attention_norm", width, family.postNorms),
            feedForwardNorm: try packer.vector(name("ffn_norm.weight"), width),
            gateUp: try packer.linear(
                [(name("ffn_gate"), feedForward), (name("ffn_up"), feedForward)],
                depth: width,
                adapter: adapter
            ),
            feedForwardSubNorm: try norm("ffn_sub_norm", feedForward, family.subNorms),
            down: try packer.linear([(name("ffn_down"), width)], depth: feedForward, adapter: adapter),
            postFeedForwardNorm: try norm("post_ffw_norm", width, family.postNorms),
            window: window,
            rotation: window == nil ? 0 : 1
        )
    }

    /// A tensor that is not used would mean that the model is another than the one that is computed.
    package static func checkNames(_ file: GGUFFile, _ config: ModelConfig) throws {
        let parts = config.family.blockTensors
        let whole: Set = ["token_embd.weight", "output.weight", "output_norm.weight", "rope_freqs.weight"]
        for name in file.tensors.keys.sorted() where !whole.contains(name) {
            let pieces = name.split(separator: ".", maxSplits: 2)
            guard pieces.count == 3, pieces[0] == "blk", parts.contains(String(pieces[2])),
                let index = Int(pieces[1]), (0..<config.blockCount).contains(index)
            else {
                throw GGUFFile.unsupported(
                    "the tensor \(name) is no part of a \(config.architecture) model as it is known here"
                )
            }
        }
    }

    package static func frequencies(_ file: GGUFFile, _ config: ModelConfig) throws -> [[Double]] {
        let pairs = config.rotatedWidth / 2
        var factors = [Float](repeating: 1, count: pairs)
        if let tensor = file.tensors["rope_freqs.weight"] {
            guard tensor.dimensions == [pairs] else { throw GGUFFile.corrupt("rope_freqs.weight has another shape") }
            factors = file.floats(tensor)
        }
        func table(_ base: Double, _ scale: Double) -> [Double] {
            (0..<pairs).map { pair in
                let exponent = -2 * Double(pair) / Double(config.rotatedWidth)
                return power(base, exponent) / scale / Double(factors[pair])
            }
        }
        let global = table(config.ropeBase, config.ropeScale)
        return config.window == nil ? [global] : [global, table(config.family.localRopeBase, 1)]
    }
}
