// SPDX-License-Identifier: Apache-2.0

import Base

/// A model file of random ternary weights, to measure on: a llama of BitNet b1.58 2B's shape with few layers.
public enum TernaryFile {
    private enum Shape {
        static let (width, feedForward, heads, keyValueHeads, headWidth) = (2560, 6912, 20, 5, 128)
        /// Small, so that what is measured is the layers.
        static let vocabulary = 1024
    }

    /// Writes the file: the layers' matrices in TQ2_0 with one scale each, as models that were trained ternary have, the
    /// embedding, which is also the output, in Q8_0. The same layers give the same bytes.
    ///
    /// - Throws: `DroidError` with code `file.write`.
    public static func write(to path: String, layers: Int = 4) throws {
        var builder = GGUFBuilder()
        builder.set("general.architecture", "llama")
        builder.set("general.name", "random ternary, \(layers) layers of 2560 x 6912")
        func set(_ key: String, _ value: Int) { builder.set("llama.\(key)", value) }
        set("block_count", layers)
        set("context_length", 4096)
        set("embedding_length", Shape.width)
        set("feed_forward_length", Shape.feedForward)
        set("attention.head_count", Shape.heads)
        set("attention.head_count_kv", Shape.keyValueHeads)
        set("attention.key_length", Shape.headWidth)
        set("attention.value_length", Shape.headWidth)
        set("rope.dimension_count", Shape.headWidth)
        builder.set("llama.attention.layer_norm_rms_epsilon", Float(1e-5))
        builder.set("llama.rope.freq_base", Float(10000))
        vocabulary(&builder)
        builder.add("token_embd.weight", [Shape.width, Shape.vocabulary], .q8_0)
        builder.add("output_norm.weight", [Shape.width], .f32)
        let (queries, keys) = (Shape.heads * Shape.headWidth, Shape.keyValueHeads * Shape.headWidth)
        for layer in 0..<layers {
            func add(_ name: String, _ dimensions: [Int], _ type: GGMLType = .tq2_0) {
                builder.add("blk.\(layer).\(name).weight", dimensions, type)
            }
            add("attn_norm", [Shape.width], .f32)
            add("attn_q", [Shape.width, queries])
            add("attn_k", [Shape.width, keys])
            add("attn_v", [Shape.width, keys])
            add("attn_output", [queries, Shape.width])
            add("ffn_norm", [Shape.width], .f32)
            add("ffn_gate", [Shape.width, Shape.feedForward])
            add("ffn_up", [Shape.width, Shape.feedForward])
            add("ffn_down", [Shape.feedForward, Shape.width])
        }
        let tensors = builder.tensors
        try builder.write(to: path) { data(of: tensors[$0]) }
    }

    private static func data(of tensor: GGUFBuilder.Tensor) -> [UInt8] {
        var random = SeededRandom(seed: 1, name: tensor.name)
        let depth = tensor.dimensions[0]
        let count = tensor.dimensions.reduce(1, *)
        switch tensor.type {
        case .tq2_0:
            let scale = withUnsafeBytes(of: Float16(1.2 / Float(depth).squareRoot()).bitPattern.littleEndian) {
                Array($0)
            }
            var out: [UInt8] = []
            out.reserveCapacity(tensor.byteCount)
            for _ in 0..<(count / 256) {
                for _ in 0..<8 { appendCodes(random.next(), to: &out) }
                out += scale
            }
            return out
        case .q8_0:
            let values = (0..<count).map { _ in Float(Int8(truncatingIfNeeded: random.next())) / 128 }
            return tensor.type.quantize(values) ?? []
        default:
            return (0..<count).flatMap { _ in withUnsafeBytes(of: Float(1).bitPattern.littleEndian) { Array($0) } }
        }
    }

    /// The bytes of four random codes 0, 1 or 2 each, by the byte that chooses them.
    private static let fours: [UInt8] = (0..<256).map { choice in
        let number = choice % 81
        let digits = [number % 3, number / 3 % 3, number / 9 % 3, number / 27]
        return UInt8(digits[0] | digits[1] << 2 | digits[2] << 4 | digits[3] << 6)
    }

    private static func appendCodes(_ word: UInt64, to out: inout [UInt8]) {
        for byte in 0..<8 { out.append(fours[Int(UInt8(truncatingIfNeeded: word >> (8 * UInt64(byte))))]) }
    }

    /// The bytes in GPT-2's alphabet, two tokens of control, and words that no text has.
    private static func vocabulary(_ builder: inout GGUFBuilder) {
        var (spellings, kinds): ([[UInt8]], [Int32]) = ([Array("<|end|>".utf8), Array("<|turn|>".utf8)], [3, 3])
        spellings += (0..<256).map { ByteAlphabet.spelling(of: UInt8($0)) }
        while spellings.count < Shape.vocabulary - 1 { spellings.append(Array("unused\(spellings.count)".utf8)) }
        spellings.append(Array("ab".utf8))
        kinds += [Int32](repeating: 1, count: spellings.count - kinds.count)
        builder.set("tokenizer.ggml.model", "gpt2")
        builder.set("tokenizer.ggml.pre", "smollm")
        builder.set("tokenizer.ggml.tokens", spellings)
        builder.set("tokenizer.ggml.token_type", kinds)
        builder.set("tokenizer.ggml.merges", [Array("a b".utf8)])
        builder.set("tokenizer.ggml.bos_token_id", 0)
        builder.set("tokenizer.ggml.eos_token_id", 0)
    }
}
