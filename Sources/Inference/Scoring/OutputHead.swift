// SPDX-License-Identifier: Apache-2.0

import Kernels

/// From final states to logits and log-probabilities.
///
/// The logits of a whole vocabulary are never kept: for each block of 256 tokens a thread makes those of some rows,
/// reduces them to a maximum and a sum of exponentials, and takes out the ones that are asked for. The blocks are then
/// put together in ascending order.
struct OutputHead {
    let pass: ForwardPass

    private static let blockPanels = 16
    private static let blockColumns = blockPanels * lanes
    private static let rowChunk = 192

    /// A logit that is wanted: of which row, for which token.
    struct Target {
        var row: Int
        var token: Int32
    }

    /// Log-probabilities of the targets, and each row's most probable token.
    ///
    /// - Parameters:
    ///   - states: rows after the final norm.
    ///   - stride: distance between rows.
    func logProbs(
        states: UnsafePointer<Float>,
        stride: Int,
        rows: Int,
        targets: [Target]
    ) throws -> (logProbs: [Float], top: [Int32]) {
        let matrix = pass.model.output
        let vocabulary = pass.model.config.vocabularySize
        let blocks = (vocabulary + OutputHead.blockColumns - 1) / OutputHead.blockColumns
        let perWorker = OutputHead.rowChunk * OutputHead.blockColumns
        let scratch = try FloatBuffer(pass.pool.threads * perWorker)
        let tops = try FloatBuffer(rows * blocks)
        let sums = try FloatBuffer(rows * blocks)
        var firsts = [Int32](repeating: 0, count: rows * blocks)
        var logits = [Float](repeating: 0, count: targets.count)
        var byBlock = [[Int]](repeating: [], count: blocks)
        for (index, target) in targets.enumerated() {
            byBlock[Int(target.token) / OutputHead.blockColumns].append(index)
        }
        firsts.withUnsafeMutableBufferPointer { firsts in
            logits.withUnsafeMutableBufferPointer { logits in
                // Each task writes its own block's elements only.
                nonisolated(unsafe) let firsts = firsts
                nonisolated(unsafe) let logits = logits
                guard let firstBase = firsts.baseAddress else { return }
                pass.pool.run(blocks) { block, worker in
                    let panel = block * OutputHead.blockPanels
                    let columns = min(OutputHead.blockColumns, vocabulary - block * OutputHead.blockColumns)
                    let work = scratch.base + worker * perWorker
                    for first in Swift.stride(from: 0, to: rows, by: OutputHead.rowChunk) {
                        let count = min(OutputHead.rowChunk, rows - first)
                        pass.kernels.gemm(
                            Int64(count),
                            Int64(min(OutputHead.blockPanels, matrix.panels - panel)),
                            Int64(matrix.depth),
                            states + first * stride,
                            Int64(stride),
                            matrix.panel(panel),
                            work,
                            Int64(OutputHead.blockColumns)
                        )
                        cap(work, count, OutputHead.blockColumns)
                        let at = block * rows + first
                        pass.kernels.log_sum_exp(
                            Int64(count),
                            Int64(columns),
                            work,
                            Int64(OutputHead.blockColumns),
                            tops.base + at,
                            sums.base + at,
                            firstBase + at
                        )
                        for index in byBlock[block] where (first..<(first + count)).contains(targets[index].row) {
                            let column = Int(targets[index].token) % OutputHead.blockColumns
                            logits[index] = work[(targets[index].row - first) * OutputHead.blockColumns + column]
                        }
                    }
                }
            }
        }
        var normalizers: [(top: Float, logSum: Double)] = []
        var best: [Int32] = []
        for row in 0..<rows {
            var top = -Float.infinity
            var token: Int32 = 0
            for block in 0..<blocks where tops.base[block * rows + row] > top {
                top = tops.base[block * rows + row]
                token = Int32(block * OutputHead.blockColumns) + firsts[block * rows + row]
            }
            var sum = 0.0
            for block in 0..<blocks {
                let at = block * rows + row
                sum += Double(sums.base[at]) * exponential(Double(tops.base[at]) - Double(top))
            }
            normalizers.append((top, logarithm(sum)))
            best.append(token)
        }
        let logProbs = targets.indices.map { index in
            let normalizer = normalizers[targets[index].row]
            return Float(Double(logits[index]) - Double(normalizer.top) - normalizer.logSum)
        }
        return (logProbs, best)
    }

    /// The logits of some tokens for each row.
    func logits(states: UnsafePointer<Float>, stride: Int, rows: Int, tokens: [Int32]) throws -> [[Float]] {
        guard rows > 0, !tokens.isEmpty else { return [[Float]](repeating: [], count: rows) }
        let matrix = pass.model.output
        let chosen = try PackedMatrix(depth: matrix.depth, outputs: tokens.count)
        for (index, token) in tokens.enumerated() {
            let source = matrix.panel(Int(token) / lanes) + Int(token) % lanes
            let target = chosen.panel(index / lanes) + index % lanes
            for k in 0..<matrix.depth { target[k * lanes] = source[k * lanes] }
        }
        let out = try FloatBuffer(rows * chosen.paddedOutputs)
        multiply(states: states, stride: stride, rows: rows, by: chosen, into: out)
        cap(out.base, rows, chosen.paddedOutputs)
        return (0..<rows).map { row in
            Array(UnsafeBufferPointer(start: out.base + row * chosen.paddedOutputs, count: tokens.count))
        }
    }

    /// The logits of all tokens for one row.
    func allLogits(state: UnsafePointer<Float>) throws -> [Float] {
        let matrix = pass.model.output
        let out = try FloatBuffer(matrix.paddedOutputs)
        multiply(states: state, stride: pass.stride, rows: 1, by: matrix, into: out)
        cap(out.base, 1, matrix.paddedOutputs)
        return Array(UnsafeBufferPointer(start: out.base, count: pass.model.config.vocabularySize))
    }

    /// Soft-caps rows of logits that lie side by side, where the model does that.
    private func cap(_ logits: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
        if let cap = pass.config.logitCap { pass.kernels.soft_cap(Int64(rows * columns), cap, logits) }
    }

    private func multiply(
        states: UnsafePointer<Float>,
        stride: Int,
        rows: Int,
        by matrix: PackedMatrix,
        into out: FloatBuffer
    ) {
        let group = 8
        pass.pool.run((matrix.panels + group - 1) / group) { task, _ in
            let first = task * group
            pass.kernels.gemm(
                Int64(rows),
                Int64(min(group, matrix.panels - first)),
                Int64(matrix.depth),
                states,
                Int64(stride),
                matrix.panel(first),
                out.base + first * lanes,
                Int64(matrix.paddedOutputs)
            )
        }
    }
}
