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
    /// A teacher's logits, where one was asked.
    private var teacherLogits: FloatBuffer?

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
        let sum = bySegments(targets.count) { first, rows in
            part(states + first * pass.width, rows, gradient.map { $0 + first * pass.width }) { row, x in
                let target = Int(targets[first + row])
                return softmax(x, target, target < 0 ? 0 : 1 / Float(counted))
            }
        }
        return sum / Double(max(1, counted))
    }

    /// How far the distributions of one model are from those of another, the mean of KL(teacher || student) over rows, and the gradient of the
    /// student's states.
    ///
    /// - Parameters:
    ///   - student: rows of the residual stream.
    ///   - teacher: those of the teacher for the same tokens, read by the same output matrix.
    ///   - gradient: set to the gradient of the mean, row by row; none is computed where it is nil.
    public func divergence(
        _ student: UnsafePointer<Float>,
        from teacher: UnsafePointer<Float>,
        rows all: Int,
        gradient: UnsafeMutablePointer<Float>?
    ) throws -> Double {
        let goals = try teacherLogits ?? FloatBuffer(VocabularyLoss.segment * padded)
        teacherLogits = goals
        let sum = bySegments(all) { first, rows in
            computeLogits(teacher + first * pass.width, rows, into: goals)
            return part(student + first * pass.width, rows, gradient.map { $0 + first * pass.width }) { row, x in
                divergence(x, goals.base + row * padded, 1 / Float(all))
            }
        }
        return sum / Double(max(1, all))
    }

    private func bySegments(_ rows: Int, _ body: (_ first: Int, _ rows: Int) -> Double) -> Double {
        stride(from: 0, to: rows, by: VocabularyLoss.segment).reduce(0) { sum, first in
            sum + body(first, min(VocabularyLoss.segment, rows - first))
        }
    }

    private func computeLogits(_ states: UnsafePointer<Float>, _ rows: Int, into target: FloatBuffer) {
        let width = pass.width
        pass.byRows(rows, chunk: 16) { chunk, _ in
            for row in chunk {
                scales.base[row] = pass.kernels.norm(
                    Int64(width),
                    states + row * width,
                    pass.model.outputNorm.base,
                    pass.config.normEpsilon,
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
            into: UnsafeMutableRawPointer(target.base),
            stride: padded,
            DK_SET
        )
    }

    /// One segment.
    ///
    /// - Parameter slope: turns the logits of a row into the gradient of its loss, which it returns.
    private func part(
        _ states: UnsafePointer<Float>,
        _ rows: Int,
        _ gradient: UnsafeMutablePointer<Float>?,
        _ slope: (_ row: Int, UnsafeMutablePointer<Float>) -> Double
    ) -> Double {
        let (width, kernels) = (pass.width, pass.kernels)
        computeLogits(states, rows, into: logits)
        var losses = [Double](repeating: 0, count: rows)
        losses.withUnsafeMutableBufferPointer { losses in
            pass.byRows(rows, chunk: 4) { chunk, _ in
                for row in chunk {
                    let x = logits.base + row * padded
                    losses[row] = slope(row, x)
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
    private func softmax(_ x: UnsafeMutablePointer<Float>, _ target: Int, _ share: Float) -> Double {
        guard target >= 0 else {
            x.update(repeating: 0, count: padded)
            return 0
        }
        let logit = Double(x[target])
        let all = exponentials(x)
        let scale = share / Float(all.sum)
        for index in 0..<pass.config.vocabularySize { x[index] *= scale }
        x[target] -= share
        return all.top - logit + logarithm(all.sum)
    }

    /// Turns logits into the gradient of their divergence from a teacher's, whose logits become probabilities.
    private func divergence(
        _ x: UnsafeMutablePointer<Float>,
        _ goal: UnsafeMutablePointer<Float>,
        _ share: Float
    ) -> Double {
        let count = pass.config.vocabularySize
        // sum of p (ln p - ln q), with ln q = x - ln(sum of exp x), needs the logits of both before they are exponentials.
        let teacher = logSum(goal)
        let student = logSum(x)
        for index in 0..<count { goal[index] -= teacher }
        for index in 0..<count { x[index] -= student }
        var loss = 0.0
        withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { differences in
            guard let difference = differences.baseAddress else { return }
            for index in 0..<count { difference[index] = goal[index] - x[index] }
            pass.exponentials(goal, count)
            pass.exponentials(x, count)
            for index in 0..<count { loss += Double(goal[index] * difference[index]) }
        }
        for index in 0..<count { x[index] = (x[index] - goal[index]) * share }
        for index in count..<padded { x[index] = 0 }
        return loss
    }

    private func logSum(_ x: UnsafePointer<Float>) -> Float {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: padded) { copy in
            guard let base = copy.baseAddress else { return 0 }
            base.initialize(from: x, count: padded)
            let all = exponentials(base)
            return Float(all.top + logarithm(all.sum))
        }
    }

    /// exp(x - top) of each logit in place, with the greatest of them and the sum; 0 behind the vocabulary.
    private func exponentials(_ x: UnsafeMutablePointer<Float>) -> (top: Double, sum: Double) {
        let count = pass.config.vocabularySize
        var top = -Float.infinity
        for index in 0..<count { top = max(top, x[index]) }
        for index in 0..<count { x[index] -= top }
        pass.exponentials(x, count)
        var sum = 0.0
        for index in 0..<count { sum += Double(x[index]) }
        for index in count..<padded { x[index] = 0 }
        return (Double(top), sum)
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
        let matrix = Matrix(inputs: width, outputs: outputs, forward: forward, backward: backward, codes: nil)
        matrix.pack(values, outputs: outputs, from: 0, kernels, try ThreadPool())
        return matrix
    }
}

extension TrainingPass {
    /// exp of each value, in place.
    func exponentials(_ x: UnsafeMutablePointer<Float>, _ count: Int) { engine.exp(Int64(count), x, x) }
}
