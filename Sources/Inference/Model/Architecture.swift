// SPDX-License-Identifier: Apache-2.0

/// In what the families of models differ, as data: the loader and the forward pass read this, and know no family by name.
struct Architecture: Sendable, Equatable {
    /// What stands between gate and down in the feed-forward part; all of them are multiplied by up.
    enum Activation: Sendable { case silu, gelu, reluSquared }

    /// Which components of a head turn together: neighbours, or those that lie half the rotated width apart.
    enum Rotation: Sendable { case adjacent, halves }

    /// The value of `general.architecture`.
    let name: String
    var rotation = Rotation.adjacent
    var activation = Activation.silu
    /// Queries, keys and values must have a bias.
    var needsBias = false
    /// Each head of queries and keys is normed before it is rotated.
    var headNorms = false
    /// What attention and feed-forward add to the stream is normed first.
    var postNorms = false
    /// The inputs of the output and the down projection are normed.
    var subNorms = false
    /// Embeddings are multiplied by the square root of the width.
    var scalesEmbedding = false
    /// With a sliding window: every n-th block sees everything, and the others only the window.
    var globalEvery: Int?
    /// The base of the angles in blocks with a window.
    var localRopeBase = 10000.0
    /// At this number of blocks the scale of attention goes by width / heads rather than by the width of a head.
    var blocksScaledByWidth: Int?

    /// All that are known.
    static let all: [Architecture] = [
        Architecture(name: "llama"),
        Architecture(name: "qwen2", rotation: .halves, needsBias: true),
        Architecture(name: "qwen3", rotation: .halves, headNorms: true),
        Architecture(
            name: "gemma3",
            rotation: .halves,
            activation: .gelu,
            headNorms: true,
            postNorms: true,
            scalesEmbedding: true,
            globalEvery: 6,
            blocksScaledByWidth: 62
        ),
        Architecture(name: "bitnet", rotation: .halves, subNorms: true),
        Architecture(name: "bitnet-b1.58", rotation: .halves, activation: .reluSquared, subNorms: true),
        Architecture(name: "bitnet-25", rotation: .halves, activation: .reluSquared, subNorms: true),
    ]

    /// The matrices of a block, as tensors are named in GGUF files.
    static let projections = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]

    /// Tensors that a block may have, without `blk.N.` before them.
    var blockTensors: Set<String> {
        var names: Set = ["attn_norm.weight", "ffn_norm.weight"]
        for part in Architecture.projections { names.formUnion(["\(part).weight", "\(part).bias", "\(part).scale"]) }
        if headNorms { names.formUnion(["attn_q_norm.weight", "attn_k_norm.weight"]) }
        if postNorms { names.formUnion(["post_attention_norm.weight", "post_ffw_norm.weight"]) }
        if subNorms { names.formUnion(["attn_sub_norm.weight", "ffn_sub_norm.weight"]) }
        return names
    }
}
