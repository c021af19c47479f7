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
    static let blockColumns = blockPanels * lanes
    static let rowChunk = 192

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
        let rounded = try round(states, stride, rows)
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
                        let panels = panel..<min(panel + OutputHead.blockPanels, matrix.panels)
                        matrix.multiply(
                            pass.kernels,
                            rows: first..<(first + count),
                            panels: panels,
                            input: states,
                            inputStride: stride,
                            rounded: rounded,
                            output: work,
                            outputStride: OutputHead.blockColumns
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
        let panels = Set(tokens.map { Int($0) / lanes }).sorted()
        let columns = panels.count * lanes
        let out = try FloatBuffer(rows * columns)
        try multiply(states, stride, rows, panels: panels.map { $0..<($0 + 1) }, into: out.base, columns)
        let places = tokens.map { token in
            (panels.firstIndex(of: Int(token) / lanes) ?? 0) * lanes + Int(token) % lanes
        }
        return (0..<rows).map { row in places.map { out.base[row * columns + $0] } }
    }

    /// The logits of all tokens for one row; good until the next call.
    func allLogits(state: UnsafePointer<Float>) throws -> UnsafeBufferPointer<Float> {
        let out = try allLogits(states: state, stride: pass.stride, rows: 1)
        return UnsafeBufferPointer(start: out.base, count: pass.model.config.vocabularySize)
    }

    /// The logits of all tokens for some rows, the rows of the result being `paddedOutputs` of the output matrix apart; good
    /// until the next call.
    func allLogits(states: UnsafePointer<Float>, stride: Int, rows: Int) throws -> FloatBuffer {
        let matrix = pass.model.output
        let out = try pass.outputs.reserve(rows * matrix.paddedOutputs)
        let size = rows == 1 ? pass.stretch(matrix.panels) : 8
        let parts = Swift.stride(from: 0, to: matrix.panels, by: size).map { $0..<min($0 + size, matrix.panels) }
        try multiply(states, stride, rows, panels: parts, into: out.base, matrix.paddedOutputs)
        return out
    }

    /// Soft-caps rows of logits that lie side by side, where the model does that.
    private func cap(_ logits: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
        if let cap = pass.config.logitCap { pass.kernels.soft_cap(Int64(rows * columns), cap, logits) }
    }

    /// Logits of rows for some panels, whose columns then lie side by side.
    private func multiply(
        _ states: UnsafePointer<Float>,
        _ stride: Int,
        _ rows: Int,
        panels: [Range<Int>],
        into out: UnsafeMutablePointer<Float>,
        _ columns: Int
    ) throws {
        let rounded = try round(states, stride, rows)
        var column = 0
        let starts = panels.map { part in
            defer { column += part.count * lanes }
            return column
        }
        pass.pool.run(panels.count) { task, _ in
            pass.model.output.multiply(
                pass.kernels,
                rows: 0..<rows,
                panels: panels[task],
                input: states,
                inputStride: stride,
                rounded: rounded,
                output: out + starts[task],
                outputStride: columns
            )
        }
        cap(out, rows, columns)
    }

    /// The states, rounded for the output matrix; inputs that it has twice come again with what rounding left of them.
    private func round(_ states: UnsafePointer<Float>, _ stride: Int, _ rows: Int) throws -> RoundedRows {
        let rounded = pass.outputs.rounded
        let matrix = pass.model.output
        let blocks = pass.model.refinedInputs
        try rounded.reserve(rows, for: [matrix])
        let inputs = matrix.depth - blocks.count * InputRefinement.block
        let scratch = try pass.outputs.reserve(states: blocks.isEmpty ? 0 : pass.pool.threads * matrix.depth)
        let rounding = RoundedRows.Rounding(rounded, for: matrix, pass.kernels)
        pass.pool.run((rows + 15) / 16) { task, worker in
            let part = (task * 16)..<min(task * 16 + 16, rows)
            guard !blocks.isEmpty else {
                return rounding.round(part, of: states + part.lowerBound * stride, stride: stride)
            }
            let work = scratch.base + worker * matrix.depth
            for row in part {
                work.update(from: states + row * stride, count: inputs)
                (work + inputs).update(repeating: 0, count: matrix.depth - inputs)
                rounding.round(row..<(row + 1), of: work, stride: matrix.depth)
                for (index, block) in blocks.enumerated() {
                    let first = block * InputRefinement.block
                    rounded.rest(
                        row,
                        first..<(first + InputRefinement.block),
                        of: work,
                        for: matrix,
                        into: work + inputs + index * InputRefinement.block
                    )
                }
                rounding.round(row..<(row + 1), of: work, stride: matrix.depth)
            }
        }
        return rounded
    }
}

/// What the output matrix is fed with and what comes of it, kept from one token to the next: memory that is asked for
/// anew costs more than a token's products with a small model.
final class OutputBuffers {
    let rounded = RoundedRows()
    private var logits: FloatBuffer?
    private var states: FloatBuffer?

    /// Room for at least so many logits; what was there before is gone.
    ///
    /// - Throws: `DroidError` with code `model.memory`.
    func reserve(_ count: Int) throws -> FloatBuffer { try OutputBuffers.reserve(count, &logits) }

    /// Room for at least so many values of states that are being rounded.
    ///
    /// - Throws: `DroidError` with code `model.memory`.
    func reserve(states count: Int) throws -> FloatBuffer { try OutputBuffers.reserve(count, &states) }

    private static func reserve(_ count: Int, _ buffer: inout FloatBuffer?) throws -> FloatBuffer {
        if let buffer, buffer.count >= count { return buffer }
        let found = try FloatBuffer(count)
        buffer = found
        return found
    }
}
