// SPDX-License-Identifier: Apache-2.0

import Base
import Inference
import Kernels

/// The weights of a model's blocks while it learns to do with -1, 0 and 1 (quantization-aware training): floats that the optimizer changes, of
/// which products see the rounded ones alone.
///
/// A matrix W is rounded to s clip(round(W / s), -1, 1), where s is the mean of its magnitudes (BitNet b1.58, arXiv 2402.17764, section 2), and
/// the gradient of the rounded weights is taken as that of the floats (straight-through). `ModelQuantizer` rounds a file of these floats in the
/// same way. Eight-bit activations, which the engine adds, are not part of training: they cost little beside the weights.
public final class TernaryWeights {
    /// One matrix; its values lie as [outputs / chunk][inputs / 16][chunk][16].
    struct Part {
        var block: Int
        var projection: Projection
        var inputs: Int
        var outputs: Int
        var at: Int
        /// Where its outputs begin among those that lie side by side in the model.
        var first: Int
        /// Outputs whose gradients are summed together.
        var chunk: Int { [64, 32].first { outputs % $0 == 0 } ?? 16 }
    }

    let model: FrozenModel
    let parts: [[Part]]
    public let count: Int
    private let memory: FloatBuffer
    private let slopes: FloatBuffer
    private let pool: ThreadPool

    /// How much of the way to rounded weights is gone: products see (1 - share) W + share rounded(W). From a model that was trained in floats
    /// it is raised little by little.
    public var share: Float = 0

    /// Takes the weights of a model, which from now on shows to products what these become: nobody else may use it.
    ///
    /// - Throws: `DroidError` with code `model.memory`.
    public init(_ model: FrozenModel, threads: Int? = nil) throws {
        self.model = model
        let config = model.config
        let (heads, keys) = (config.headCount * config.headWidth, config.keyValueHeadCount * config.headWidth)
        let (width, hidden) = (config.width, config.feedForwardWidth)
        // Inputs, outputs, and where these begin, in the order of `Projection`.
        let shapes = [
            (width, heads, 0), (width, keys, heads), (width, keys, heads + keys), (heads, width, 0), (width, hidden, 0),
            (width, hidden, hidden), (hidden, width, 0),
        ]
        var at = 0
        parts = (0..<config.blockCount).map { block in
            Projection.allCases.map { projection in
                let (inputs, outputs, first) = shapes[projection.rawValue]
                defer { at += inputs * outputs }
                return Part(
                    block: block,
                    projection: projection,
                    inputs: inputs,
                    outputs: outputs,
                    at: at,
                    first: first
                )
            }
        }
        count = at
        memory = try FloatBuffer(count)
        slopes = try FloatBuffer(count)
        pool = try ThreadPool(threads: threads)
        for part in parts.joined() {
            let rows = model.weights(part.block, part.projection)
            for output in 0..<part.outputs {
                for input in 0..<part.inputs { values[place(part, output, input)] = rows[output * part.inputs + input] }
            }
        }
    }

    public var values: UnsafeMutablePointer<Float> { memory.base }
    public var gradients: UnsafeMutablePointer<Float> { slopes.base }

    private func place(_ part: Part, _ output: Int, _ input: Int) -> Int {
        let size = part.chunk
        return part.at + output / size * size * part.inputs + (input / 16 * size + output % size) * 16 + input % 16
    }

    /// A matrix as rows, [outputs][inputs], as it stands before rounding.
    func rows(_ part: Part) -> [Float] {
        var out = [Float](repeating: 0, count: part.inputs * part.outputs)
        for output in 0..<part.outputs {
            for input in 0..<part.inputs { out[output * part.inputs + input] = values[place(part, output, input)] }
        }
        return out
    }

    /// The mean magnitude of a matrix.
    private func scale(_ part: Part) -> Float {
        var sum = 0.0
        for index in part.at..<(part.at + part.inputs * part.outputs) { sum += Double(abs(values[index])) }
        let mean = Float(sum / Double(part.inputs * part.outputs))
        return mean > 0 ? mean : 1
    }

    /// Shows the weights as they are now to the model's products.
    public func refresh() {
        let all = Array(parts.joined())
        pool.run(all.count) { task, _ in show(all[task]) }
    }

    private func show(_ part: Part) {
        let matrix = model.blocks[part.block].matrix(part.projection)
        let kernels = model.kernels
        let step = scale(part)
        // As a file has it, in half precision.
        let kept = Float(Float16(step))
        let size = part.chunk
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 256) { piece in
            guard let piece = piece.baseAddress else { return }
            for output in stride(from: 0, to: part.outputs, by: 16) {
                for group in 0..<(part.inputs / 16) {
                    let from = part.at + output / size * size * part.inputs + (group * size + output % size) * 16
                    for index in 0..<256 {
                        let value = values[from + index]
                        let code = max(-1, min(1, (value / step).rounded(.toNearestOrAwayFromZero)))
                        piece[index] = share == 1 ? code * kept : value + share * (code * kept - value)
                    }
                    let row = part.first + output
                    kernels.pack(16, 16, piece, 16, 1, 1, matrix.forward.at(row * matrix.inputs + group * 256))
                    kernels.pack(16, 16, piece, 1, 16, 1, matrix.backward.at((group * matrix.outputs + row) * 16))
                }
            }
        }
    }

    func clearGradients() { gradients.update(repeating: 0, count: count) }

    /// Adds what some rows teach of a matrix: dW = dy^T x.
    func learn(
        _ block: Int,
        _ projection: Projection,
        rows: Int,
        input: (buffer: ElementBuffer, offset: Int, stride: Int),
        output: (buffer: ElementBuffer, offset: Int, stride: Int),
        _ pool: ThreadPool
    ) {
        let part = parts[block][projection.rawValue]
        let size = part.chunk
        let columns = 192
        let groups = (part.inputs + columns - 1) / columns
        pool.run(part.outputs / size * groups) { task, _ in
            let (chunk, column) = (task / groups, task % groups * columns)
            model.kernels.outer(
                Int64(rows),
                Int64(size),
                Int64(min(columns, part.inputs - column)),
                output.buffer.at(output.offset + chunk * size),
                Int64(output.stride),
                input.buffer.at(input.offset + column),
                Int64(input.stride),
                1,
                gradients + part.at + chunk * size * part.inputs + column * size
            )
        }
    }

    /// Writes the model with these weights as floats, to be rounded by `ModelQuantizer`.
    ///
    /// - Throws: `DroidError` with code `file.write`.
    public func write(to path: String) throws {
        let file = model.file
        var builder = GGUFBuilder()
        builder.copyKeys(of: file, except: ["general.file_type", "general.alignment", "general.quantization_version"])
        builder.set("general.file_type", 1)
        let trained = Dictionary(
            uniqueKeysWithValues: parts.joined().map { ("blk.\($0.block).\($0.projection.tensor).weight", $0) }
        )
        let sources = file.tensors.values.sorted { $0.offset < $1.offset }
        for tensor in sources {
            builder.add(tensor.name, tensor.dimensions, trained[tensor.name] == nil ? tensor.type : .f32)
        }
        try builder.write(to: path) { index in
            guard let part = trained[sources[index].name] else { return Array(file.data(sources[index])) }
            return rows(part).flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
        }
    }
}

extension FrozenModel.Block {
    /// The matrix that holds a projection.
    func matrix(_ projection: Projection) -> FrozenModel.Matrix {
        switch projection {
        case .query, .key, .value: queryKeyValue
        case .output: attentionOutput
        case .gate, .up: gateUp
        case .down: down
        }
    }
}

extension FrozenModel {
    /// A matrix of the file as floats, [outputs][inputs].
    func weights(_ block: Int, _ projection: Projection) -> [Float] {
        file.tensors["blk.\(block).\(projection.tensor).weight"].map { file.floats($0) } ?? []
    }
}
