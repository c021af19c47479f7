// SPDX-License-Identifier: Apache-2.0

import Base

@testable import Inference
@testable import Training

/// A llama of two blocks with random weights, small enough to differentiate numerically.
struct SmallModel {
    var width = 64
    var feedForward = 96
    var heads = 4
    var keyValueHeads = 2
    var headWidth = 16
    var blocks = 2
    /// Whether matrices of the blocks are kept in 8 bits.
    var isQuantized = false
    static let vocabularySize = 257

    /// The weights of a tensor, which follow from its name.
    static func values(_ name: String, _ dimensions: [Int]) -> [Float] {
        var random = SeededRandom(seed: 1, name: name)
        let scale = 2 / Float(dimensions[0]).squareRoot()
        return (0..<dimensions.reduce(1, *)).map { _ in
            let number = Float(random.next() >> 40) * 0x1p-24
            return dimensions.count == 2 ? (number * 2 - 1) * scale : number + 0.5
        }
    }

    func file(_ change: (inout GGUFBuilder) -> Void = { _ in }) throws -> GGUFFile {
        var builder = GGUFBuilder()
        builder.set("general.architecture", "llama")
        for (key, value) in [
            ("block_count", blocks), ("context_length", 512), ("embedding_length", width),
            ("feed_forward_length", feedForward),
            ("attention.head_count", heads), ("attention.head_count_kv", keyValueHeads),
            ("attention.key_length", headWidth),
            ("attention.value_length", headWidth),
        ] {
            builder.set("llama.\(key)", value)
        }
        builder.set("llama.attention.layer_norm_rms_epsilon", Float(1e-5))
        let bytes = (0..<256).map { ByteAlphabet.spelling(of: UInt8($0)) }
        builder.set("tokenizer.ggml.model", "gpt2")
        builder.set("tokenizer.ggml.pre", "smollm")
        builder.set("tokenizer.ggml.tokens", bytes + [Array("<|end|>".utf8)])
        builder.set("tokenizer.ggml.token_type", [Int32](repeating: 1, count: 256) + [3])
        builder.set("tokenizer.ggml.merges", [[UInt8]]())
        change(&builder)
        builder.add("token_embd.weight", [width, SmallModel.vocabularySize], .f32)
        builder.add("output_norm.weight", [width], .f32)
        let (queries, keys) = (heads * headWidth, keyValueHeads * headWidth)
        for block in 0..<blocks {
            for (name, dimensions) in [
                ("attn_norm", [width]), ("ffn_norm", [width]), ("attn_q", [width, queries]), ("attn_k", [width, keys]),
                ("attn_v", [width, keys]), ("attn_output", [queries, width]), ("ffn_gate", [width, feedForward]),
                ("ffn_up", [width, feedForward]), ("ffn_down", [feedForward, width]),
            ] {
                let type: GGMLType = isQuantized && dimensions.count == 2 ? .q8_0 : .f32
                builder.add("blk.\(block).\(name).weight", dimensions, type)
            }
        }
        let tensors = builder.tensors
        return try builder.build { index, place in
            let values = SmallModel.values(tensors[index].name, tensors[index].dimensions)
            if tensors[index].type == .q8_0 {
                place.copyBytes(from: SmallModel.blocks(values))
            } else {
                values.withUnsafeBytes { place.copyMemory(from: $0) }
            }
        }
    }

    /// Q8_0: a scale in half precision and 32 signed bytes.
    private static func blocks(_ values: [Float]) -> [UInt8] {
        stride(from: 0, to: values.count, by: 32).flatMap { start in
            let block = values[start..<(start + 32)]
            let scale = Float16((block.map(abs).max() ?? 0) / 127)
            let codes = block.map { UInt8(bitPattern: Int8((scale == 0 ? 0 : $0 / Float(scale)).rounded())) }
            return withUnsafeBytes(of: scale.bitPattern.littleEndian) { Array($0) } + codes
        }
    }

    func pass(
        _ precision: TrainingPrecision = .float,
        shape: AdapterShape = AdapterShape(rank: 4, alpha: 8),
        checkpoints: Bool = false,
        threads: Int = 2,
        plain: Bool = false
    ) throws -> TrainingPass {
        let model = try FrozenModel(file(), precision: precision, threads: 1, plain: plain)
        let pass = try TrainingPass(model, shape: shape, checkpoints: checkpoints, threads: threads)
        pass.start(seed: 3)
        var random = SeededRandom(seed: 5)
        for part in pass.layout.parts.joined() {
            for index in part.b..<(part.b + part.outputs * shape.rank) {
                pass.values[index] = .random(in: -0.2...0.2, using: &random)
            }
        }
        for index in pass.layout.head { pass.values[index] = .random(in: -0.5...0.5, using: &random) }
        pass.refresh()
        return pass
    }

    /// A decision with random tokens: the first candidate is right.
    static func state(prefix: Int = 70, candidates: [Int] = [3, 5, 1, 17, 4], seed: UInt64 = 1) -> PreferenceState {
        var random = SeededRandom(seed: seed)
        func tokens(_ count: Int) -> [Int32] { (0..<count).map { _ in .random(in: 0..<257, using: &random) } }
        return PreferenceState(
            prefix: tokens(prefix),
            candidates: candidates.map(tokens),
            right: [0],
            wrong: Array(1..<candidates.count),
            family: "\(seed)"
        )
    }
}

extension TrainingPass {
    /// The loss of some states by pairs; with `learns` its gradients are added up.
    func loss(_ batch: TokenBatch, _ states: [PreferenceState], learns: Bool = false) throws -> Double {
        let rows = try forward(batch)
        let head = ScoreHead(width: width, epsilon: config.normEpsilon, norm: UnsafePointer(model.outputNorm.base))
        let weights = UnsafePointer(values + layout.head.lowerBound)
        let scores = head.scores(rows, rows: batch.keptCount, weights: weights)
        var (loss, slopes, at) = (0.0, [Double](), 0)
        for state in states {
            let part = Array(scores[at..<(at + state.candidates.count)])
            let result = PreferenceObjective().evaluate(part, right: state.right, wrong: state.wrong)
            loss += result.loss
            slopes += result.slopes
            at += state.candidates.count
        }
        guard learns else { return loss }
        var gradient = [Float](repeating: 0, count: slopes.count * width)
        gradient.withUnsafeMutableBufferPointer { gradient in
            guard let base = gradient.baseAddress else { return }
            head.backward(
                rows,
                slopes: slopes,
                weights: weights,
                stateGradients: base,
                weightGradients: gradients + layout.head.lowerBound
            )
            backward(base)
        }
        return loss
    }

    /// The gradients of states with a shared prefix.
    func sharedGradients(_ states: [PreferenceState]) throws -> [Float] {
        var batch = TokenBatch()
        for state in states { batch.append(prefix: state.prefix, branches: state.candidates) }
        clearGradients()
        _ = try loss(batch, states, learns: true)
        return (0..<layout.count).map { gradients[$0] }
    }
}

/// The distance between two vectors against the length of the first, in a range of both.
func relative(_ a: [Float], _ b: [Float], _ range: Range<Int>? = nil) -> Double {
    var (difference, length) = (0.0, 0.0)
    for index in range ?? a.indices {
        difference += (Double(a[index]) - Double(b[index])) * (Double(a[index]) - Double(b[index]))
        length += Double(a[index]) * Double(a[index])
    }
    return length == 0 ? difference.squareRoot() : (difference / length).squareRoot()
}

extension ParameterLayout {
    /// The halves of all parts, and the head.
    var ranges: [(name: String, range: Range<Int>)] {
        parts.joined().flatMap { part in
            [
                ("blk.\(part.block).\(part.projection.tensor) A", part.a..<(part.a + part.inputs * shape.rank)),
                ("blk.\(part.block).\(part.projection.tensor) B", part.b..<(part.b + part.outputs * shape.rank)),
            ]
        } + [("head", head)]
    }
}
