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
    /// Tokens that the model was made for, prefix and candidate together.
    public var contextLength: Int
    public var vocabularySize: Int

    /// - Throws: `DroidError` with code `model.unsupported` or `model.corrupt`.
    init(_ file: GGUFFile) throws {
        guard let architecture = file.string("general.architecture") else {
            throw GGUFFile.corrupt("general.architecture is missing")
        }
        guard architecture == "llama" else {
            throw GGUFFile.unsupported("its architecture is \(architecture), and only llama is supported")
        }
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
        guard normEpsilon.isFinite, normEpsilon >= 0, ropeBase.isFinite, ropeBase > 0, ropeScale.isFinite, ropeScale > 0
        else { throw GGUFFile.corrupt("a constant of its norms or positions is senseless") }
    }
}
