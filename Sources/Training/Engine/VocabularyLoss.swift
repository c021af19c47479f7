// SPDX-License-Identifier: Apache-2.0

import Base
import Inference
import Kernels

/// The loss of a language model over long texts: the mean of -log p(next token). It goes through a text in segments, so that logits and
/// their gradients never stand in memory for more than one (LeMo, section 6, "segment-based peak cutting").
public final class VocabularyLoss {
    /// Rows of a segment.
    public static let segment = 128

    private let pass: TrainingPass
    private let matrix: FrozenModel.Matrix
    private let logits: FloatBuffer
    private let slopes: ElementBuffer
    private let normed: ElementBuffer
    private let saved: ElementBuffer
    private let above: FloatBuffer
    private let scales: FloatBuffer
    private let padded: Int

    /// Packs the output matrix of a pass's model for both directions.
    ///
    /// - Throws: `DroidError` with code `model.memory`.
    public init(_ pass: TrainingPass) throws {
        self.pass = pass
        matrix = try pass.model.outputMatrix()
        padded = matrix.outputs
        let precision = pass.model.precision
        let rows = VocabularyLoss.segment
        logits = try FloatBuffer(rows * padded)
        slopes = try ElementBuffer(rows * padded, precision)
        normed = try ElementBuffer(rows * pass.width, precision)
        saved = try ElementBuffer(rows * pass.width, precision)
        above = try FloatBuffer(rows * pass.width)
        scales = try FloatBuffer(rows)
    }

    /// Bytes that it takes beside the model.
    public var byteCount: Int {
        logits.count * 4 + slopes.byteCount + normed.byteCount + saved.byteCount + above.count * 4
    }

    /// The loss of rows whose next tokens are known, and the gradient of their states.
    ///
    /// - Parameters:
    ///   - states: rows of the residual stream, as `TrainingPass.forward` returns them.
    ///   - targets: the token behind each row; -1 for rows that do not count.
    ///   - gradient: set to the gradient of the mean loss, row by row; none is computed where it is nil.
    /// - Returns: the mean loss over the rows that count.
    public func evaluate(
        _ states: UnsafePointer<Float>,
        targets: [Int32],
        gradient: UnsafeMutablePointer<Float>?
    ) -> Double {
        let counted = targets.count { $0 >= 0 }
        var sum = 0.0
        for first in stride(from: 0, to: targets.count, by: VocabularyLoss.segment) {
            let rows = min(VocabularyLoss.segment, targets.count - first)
            sum += part(
                states + first * pass.width,
                Array(targets[first..<(first + rows)]),
                counted,
                gradient.map { $0 + first * pass.width }
            )
        }
        return sum / Double(max(1, counted))
    }

    private func part(
        _ states: UnsafePointer<Float>,
        _ targets: [Int32],
        _ counted: Int,
        _ gradient: UnsafeMutablePointer<Float>?
    ) -> Double {
        let (width, kernels, config) = (pass.width, pass.kernels, pass.config)
        let rows = targets.count
        pass.byRows(rows, chunk: 16) { chunk, _ in
            for row in chunk {
                scales.base[row] = kernels.norm(
                    Int64(width),
                    states + row * width,
                    pass.model.outputNorm.base,
                    config.normEpsilon,
                    saved.at(row * width),
                    normed.at(row * width)
                )
            }
        }
        let forward = Factor(
            depth: width,
            input: normed,
            inputStride: width,
            weights: matrix.forward,
            panelStride: width * 16
        )
        pass.multiply(
            rows,
            forward,
            nil,
            columns: padded,
            into: UnsafeMutableRawPointer(logits.base),
            stride: padded,
            DK_SET
        )
        var losses = [Double](repeating: 0, count: rows)
        let vocabulary = config.vocabularySize
        losses.withUnsafeMutableBufferPointer { losses in
            pass.byRows(rows, chunk: 4) { chunk, _ in
                for row in chunk {
                    let x = logits.base + row * padded
                    let target = Int(targets[row])
                    let share = target < 0 ? 0 : 1 / Float(counted)
                    losses[row] = softmax(x, vocabulary, target, share)
                    if gradient != nil { kernels.narrow(Int64(padded), x, slopes.at(row * padded)) }
                }
            }
        }
        guard let gradient else { return losses.reduce(0, +) }
        let backward = Factor(
            depth: padded,
            input: slopes,
            inputStride: padded,
            weights: matrix.backward,
            panelStride: padded * 16
        )
        pass.multiply(
            rows,
            backward,
            nil,
            columns: width,
            into: UnsafeMutableRawPointer(above.base),
            stride: width,
            DK_SET
        )
        pass.byRows(rows, chunk: 16) { chunk, _ in
            for row in chunk {
                (gradient + row * width).update(repeating: 0, count: width)
                kernels.norm_back(
                    Int64(width),
                    saved.at(row * width),
                    scales.base[row],
                    pass.model.outputNorm.base,
                    above.base + row * width,
                    gradient + row * width
                )
            }
        }
        return losses.reduce(0, +)
    }

    /// Turns logits into the gradient of their loss.
    ///
    /// - Returns: the loss; 0 for a row that does not count.
    private func softmax(_ x: UnsafeMutablePointer<Float>, _ count: Int, _ target: Int, _ share: Float) -> Double {
        guard target >= 0 else {
            x.update(repeating: 0, count: padded)
            return 0
        }
        var top = -Float.infinity
        for index in 0..<count { top = max(top, x[index]) }
        let loss = Double(top) - Double(x[target])
        for index in 0..<count { x[index] -= top }
        pass.exponentials(x, count)
        var sum = 0.0
        for index in 0..<count { sum += Double(x[index]) }
        let scale = share / Float(sum)
        for index in 0..<count { x[index] *= scale }
        for index in count..<padded { x[index] = 0 }
        x[target] -= share
        return loss + logarithm(sum)
    }
}

extension FrozenModel {
    /// The matrix from states to logits, its outputs rounded up to whole panels with zeros.
    func outputMatrix() throws -> Matrix {
        let name = file.tensors["output.weight"] == nil ? "token_embd.weight" : "output.weight"
        guard let tensor = file.tensors[name], tensor.dimensions == [config.width, config.vocabularySize] else {
            throw DroidError("model.corrupt", "the model has no \(name) of the right shape", next: "fetch it again")
        }
        let width = config.width
        let outputs = (config.vocabularySize + 15) / 16 * 16
        let forward = try ElementBuffer(outputs * width, precision)
        let backward = try ElementBuffer(outputs * width, precision)
        var values = file.floats(tensor)
        values += [Float](repeating: 0, count: outputs * width - values.count)
        let matrix = Matrix(inputs: width, outputs: outputs, forward: forward, backward: backward)
        matrix.pack(values, outputs: outputs, from: 0, kernels, try ThreadPool())
        return matrix
    }
}

extension TrainingPass {
    /// exp of each value, in place.
    func exponentials(_ x: UnsafeMutablePointer<Float>, _ count: Int) { engine.exp(Int64(count), x, x) }
}
