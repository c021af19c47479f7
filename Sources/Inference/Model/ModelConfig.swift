// SPDX-License-Identifier: Apache-2.0

/// The shape of a model, as its file states it.
public struct ModelConfig: Sendable, Equatable {
    /// The family, such as `llama`.
    public var architecture: String
    /// The model's own name, or the empty string.
    public var name: String
    public var blockCount: Int
    /// Width of the residual stream, and so of every hidden state.
    public var width: Int
    public var feedForwardWidth: Int
    public var headCount: Int
    public var keyValueHeadCount: Int
    /// Width of one head.
    public var headWidth: Int
    /// How much of a head is rotated by position.
    public var rotatedWidth: Int
    public var ropeBase: Double
    /// Positions are divided by this (linear position scaling); 1 for most models.
    public var ropeScale: Double
    public var normEpsilon: Float
    /// Factor for the products of queries and keys.
    public var attentionScale: Float
    /// Factor for the embeddings; 1 for most models.
    public var embeddingScale: Float
    /// Keys that a token of a block with a sliding window sees, itself among them; nil where no block has one.
    public var window: Int?
    /// Logits x are capped to cap * tanh(x / cap); nil for most models.
    public var logitCap: Float?
    /// Tokens that the model was made for, prefix and candidate together.
    public var contextLength: Int
    public var vocabularySize: Int
    /// In what the family differs from others.
    let family: Architecture

    /// The window of a block; nil where it sees everything.
    func window(ofBlock index: Int) -> Int? {
        guard let window, let every = family.globalEvery, (index + 1) % every != 0 else { return nil }
        return window
    }

    /// - Throws: `DroidError` with code `model.unsupported` or `model.corrupt`.
    package init(_ file: GGUFFile) throws {
        guard let architecture = file.string("general.architecture") else {
            throw GGUFFile.corrupt("general.architecture is missing")
        }
        guard let family = Architecture.all.first(where: { $0.name == architecture }) else {
            let known = Architecture.all.map(\.name).joined(separator: ", ")
            throw GGUFFile.unsupported("its architecture is \(architecture), and the supported ones are \(known)")
        }
        self.family = family
        func required(_ key: String) throws -> Int {
            guard let value = file.integer("\(architecture).\(key)"), (1...(1 << 24)).contains(value) else {
                throw GGUFFile.corrupt("\(architecture).\(key) is missing or senseless")
            }
            return value
        }
        func optional(_ key: String, _ fallback: Int) throws -> Int {
            file.metadata["\(architecture).\(key)"] == nil ? fallback : try required(key)
        }
        self.architecture = architecture
        name = file.string("general.name") ?? ""
        blockCount = try required("block_count")
        width = try required("embedding_length")
        feedForwardWidth = try required("feed_forward_length")
        headCount = try required("attention.head_count")
        keyValueHeadCount = try optional("attention.head_count_kv", headCount)
        headWidth = try optional("attention.key_length", width / headCount)
        rotatedWidth = try optional("rope.dimension_count", headWidth)
        ropeBase = file.number("\(architecture).rope.freq_base") ?? 10000
        normEpsilon = Float(file.number("\(architecture).attention.layer_norm_rms_epsilon") ?? 1e-5)
        contextLength = try required("context_length")
        let perHead = blockCount == family.blocksScaledByWidth ? width / headCount : headWidth
        attentionScale =
            file.number("\(architecture).attention.scale").map { Float($0) } ?? 1 / Float(max(perHead, 1)).squareRoot()
        embeddingScale = family.scalesEmbedding ? Float(width).squareRoot() : 1
        let windowKey = file.integer("\(architecture).attention.sliding_window") ?? 0
        window = windowKey > 0 ? windowKey : nil
        let cap = file.number("\(architecture).final_logit_softcapping") ?? 0
        logitCap = cap > 0 ? Float(cap) : nil
        guard let embedding = file.tensors["token_embd.weight"], embedding.dimensions.count == 2 else {
            throw GGUFFile.corrupt("the tensor token_embd.weight is missing")
        }
        vocabularySize = embedding.rows
        let scaling = file.string("\(architecture).rope.scaling.type") ?? "none"
        switch scaling {
        case "none": ropeScale = 1
        case "linear": ropeScale = file.number("\(architecture).rope.scaling.factor") ?? 1
        default: throw GGUFFile.unsupported("its positions are scaled by \(scaling), which is not supported")
        }
        try check(file)
    }

    private func check(_ file: GGUFFile) throws {
        guard headCount % keyValueHeadCount == 0 else {
            throw GGUFFile.corrupt("\(headCount) heads cannot share \(keyValueHeadCount) heads of keys and values")
        }
        guard headWidth > 0, headWidth % 16 == 0, rotatedWidth % 2 == 0, rotatedWidth <= headWidth else {
            throw GGUFFile.unsupported("its heads are \(headWidth) wide, and only multiples of 16 are supported")
        }
        guard file.integer("\(architecture).attention.value_length") ?? headWidth == headWidth else {
            throw GGUFFile.unsupported("its keys and values have different widths, which is not supported")
        }
        guard file.integer("\(architecture).expert_count") ?? 0 == 0 else {
            throw GGUFFile.unsupported("it is a mixture of experts, which is not supported")
        }
        guard file.number("\(architecture).attn_logit_softcapping") ?? 0 == 0 else {
            throw GGUFFile.unsupported("its attention is soft-capped, which is not supported")
        }
        guard window == nil || family.globalEvery != nil || window ?? 0 >= contextLength else {
            throw GGUFFile.unsupported("it has a sliding window, which is not supported for \(architecture)")
        }
        guard file.metadata["\(architecture).attention.sliding_window_pattern"] == nil else {
            throw GGUFFile.unsupported("it states a pattern of sliding windows of its own, which is not supported")
        }
        guard attentionScale.isFinite, logitCap?.isFinite ?? true, window ?? 1 <= 1 << 24 else {
            throw GGUFFile.corrupt("a constant of its attention or logits is senseless")
        }
        guard normEpsilon.isFinite, normEpsilon >= 0, ropeBase.isFinite, ropeBase > 0, ropeScale.isFinite, ropeScale > 0
        else { throw GGUFFile.corrupt("a constant of its norms or positions is senseless") }
    }
}
