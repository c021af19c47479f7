// SPDX-License-Identifier: Apache-2.0

import Base
import Inference
import Kernels

/// The seven matrices of a block that an adapter changes, in the order of its parameters.
public enum Projection: Int, CaseIterable, Sendable {
    case query, key, value, output, gate, up, down

    /// The tensor's name in a GGUF file, without block and ending.
    public var tensor: String {
        ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"][rawValue]
    }
}

/// A base model that does not change in training: a model of the `llama` family whose weights are expanded from their file's format and
/// packed for products forward and backward.
///
/// A model is immutable; any number of passes may run on it.
public final class FrozenModel: Sendable {
    /// Matrices that lie side by side, [outputs][inputs], for both directions.
    struct Matrix: Sendable {
        let inputs: Int
        let outputs: Int
        /// Panels of 16 outputs, reduced along the inputs.
        let forward: ElementBuffer
        /// Panels of 16 inputs, reduced along the outputs.
        let backward: ElementBuffer
        /// As the engine multiplies it forward; nil where elements do.
        let codes: CodedMatrix?
    }

    struct Block: Sendable {
        let attentionNorm: FloatBuffer
        /// Queries, keys and values.
        let queryKeyValue: Matrix
        let attentionOutput: Matrix
        let feedForwardNorm: FloatBuffer
        /// Gate and up.
        let gateUp: Matrix
        let down: Matrix
    }

    public let config: ModelConfig
    public let tokenizer: Tokenizer
    /// SHA-256 of the file, in hexadecimal.
    public let sha256: String
    public let precision: TrainingPrecision
    let kernels: dk_training
    let blocks: [Block]
    let outputNorm: FloatBuffer
    /// Angle per position of each rotated pair of a head.
    let frequencies: [Double]
    let file: GGUFFile

    /// Reads a model.
    ///
    /// - Parameters:
    ///   - path: a GGUF file, or a folder in Hugging Face's form.
    ///   - precision: what weights and activations are kept in.
    ///   - threads: threads to pack with; the number of cores when nil.
    ///   - plain: uses the kernels in plain C, which all others are held against.
    /// - Throws: `DroidError` with code `model.missing`, `model.corrupt`, `model.unsupported` or `model.memory`.
    public static func load(
        _ path: String,
        precision: TrainingPrecision = .bfloat16,
        threads: Int? = nil,
        plain: Bool = false
    ) throws -> FrozenModel {
        try FrozenModel(GGUFFile.open(path), precision: precision, threads: threads, plain: plain)
    }

    /// Takes a model out of a file that was read already.
    ///
    /// - Throws: as `load(_:precision:threads:plain:)`.
    public init(
        _ file: GGUFFile,
        precision: TrainingPrecision = .bfloat16,
        threads: Int? = nil,
        plain: Bool = false
    ) throws {
        let config = try ModelConfig(file)
        guard config.architecture == "llama" else {
            throw DroidError(
                "model.unsupported",
                "a model of the family \(config.architecture) cannot be trained",
                why: "training knows the family llama alone",
                next: "name a model of that family with --model, such as the one that `droidagent model fetch` fetches"
            )
        }
        try LanguageModel.checkNames(file, config)
        for (what, width) in [("width", config.width), ("feed-forward width", config.feedForwardWidth)]
        where width % 16 != 0 {
            throw DroidError(
                "model.unsupported",
                "this model cannot be trained",
                why: "its \(what) is \(width), and only multiples of 16 are supported"
            )
        }
        for tensor in file.tensors.values where tensor.name.hasSuffix(".bias") || tensor.name.hasSuffix(".scale") {
            throw DroidError(
                "model.unsupported",
                "this model cannot be trained",
                why: "it has \(tensor.name), and training knows matrices alone"
            )
        }
        self.file = file
        self.config = config
        self.precision = precision
        tokenizer = try Tokenizer(file)
        kernels = dk_training_for(precision.element, plain ? 1 : 0).pointee
        let pool = try ThreadPool(threads: threads)
        let loader = Loader(file: file, precision: precision, kernels: kernels, pool: pool)
        blocks = try (0..<config.blockCount).map { try loader.block($0, config) }
        outputNorm = try loader.vector("output_norm.weight", config.width)
        frequencies = try LanguageModel.frequencies(file, config)[0]
        sha256 = SHA256.hex(file.bytes)
    }

    /// Writes the embedding of a token as floats.
    func embed(_ token: Int32, to target: UnsafeMutablePointer<Float>) {
        guard let tensor = file.tensors["token_embd.weight"] else { return }
        let row = file.data(tensor)[(Int(token) * tensor.rowBytes)..<((Int(token) + 1) * tensor.rowBytes)]
        let values = tensor.type.dequantize(Array(row)) ?? []
        let scale = file.tensorScale(tensor)
        for index in values.indices { target[index] = values[index] * scale }
    }

    /// Bytes of the packed weights.
    public var byteCount: Int {
        blocks.reduce(0) { sum, block in
            [block.queryKeyValue, block.attentionOutput, block.gateUp, block.down].reduce(sum) {
                $0 + $1.forward.byteCount + $1.backward.byteCount + ($1.codes?.byteCount ?? 0)
            }
        }
    }
}

/// Expands and packs the tensors of a file.
private struct Loader {
    let file: GGUFFile
    let precision: TrainingPrecision
    let kernels: dk_training
    let pool: ThreadPool

    func block(_ index: Int, _ config: ModelConfig) throws -> FrozenModel.Block {
        let name = { (part: String) in "blk.\(index).\(part).weight" }
        let (heads, keys) = (config.headCount * config.headWidth, config.keyValueHeadCount * config.headWidth)
        let (width, hidden) = (config.width, config.feedForwardWidth)
        return try FrozenModel.Block(
            attentionNorm: vector(name("attn_norm"), width),
            queryKeyValue: matrix(
                [(name("attn_q"), heads), (name("attn_k"), keys), (name("attn_v"), keys)],
                inputs: width
            ),
            attentionOutput: matrix([(name("attn_output"), width)], inputs: heads),
            feedForwardNorm: vector(name("ffn_norm"), width),
            gateUp: matrix([(name("ffn_gate"), hidden), (name("ffn_up"), hidden)], inputs: width),
            down: matrix([(name("ffn_down"), width)], inputs: hidden)
        )
    }

    func vector(_ name: String, _ count: Int) throws -> FloatBuffer {
        guard let tensor = file.tensors[name], tensor.dimensions == [count] else {
            throw DroidError("model.corrupt", "the model has no \(name) of \(count) values", next: "fetch it again")
        }
        let buffer = try FloatBuffer(count)
        for (index, value) in file.floats(tensor).enumerated() { buffer.base[index] = value }
        return buffer
    }

    func matrix(_ parts: [(name: String, outputs: Int)], inputs: Int) throws -> FrozenModel.Matrix {
        let outputs = parts.reduce(0) { $0 + $1.outputs }
        let forward = try ElementBuffer(outputs * inputs, precision)
        let backward = try ElementBuffer(outputs * inputs, precision)
        let tensors = parts.compactMap { file.tensors[$0.name] }
        let hasShapes = tensors.map(\.dimensions) == parts.map { [inputs, $0.outputs] }
        let matrix = FrozenModel.Matrix(
            inputs: inputs,
            outputs: outputs,
            forward: forward,
            backward: backward,
            codes: precision == .integer && hasShapes ? try CodedMatrix(tensors, in: file, pool) : nil
        )
        var first = 0
        for (name, count) in parts {
            guard let tensor = file.tensors[name], tensor.dimensions == [inputs, count] else {
                throw DroidError(
                    "model.corrupt",
                    "the model has no \(name) of \(inputs) x \(count) values",
                    next: "fetch it again"
                )
            }
            matrix.pack(file.floats(tensor), outputs: count, from: first, kernels, pool)
            first += count
        }
        return matrix
    }
}

extension FrozenModel.Matrix {
    /// Packs some of the outputs for both directions.
    ///
    /// - Parameters:
    ///   - values: [outputs][inputs].
    ///   - first: where they stand among all outputs.
    func pack(_ values: [Float], outputs count: Int, from first: Int, _ kernels: dk_training, _ pool: ThreadPool) {
        values.withUnsafeBufferPointer { source in
            guard let source = source.baseAddress else { return }
            pool.run(count / 16 + inputs / 16) { task, _ in
                if task < count / 16 {
                    let rows = source + task * 16 * inputs
                    kernels.pack(Int64(inputs), 16, rows, Int64(inputs), 1, 1, forward.at((first + task * 16) * inputs))
                } else {
                    let panel = task - count / 16
                    let columns = source + panel * 16
                    kernels.pack(
                        Int64(count),
                        16,
                        columns,
                        1,
                        Int64(inputs),
                        1,
                        backward.at((panel * outputs + first) * 16)
                    )
                }
            }
        }
    }
}
