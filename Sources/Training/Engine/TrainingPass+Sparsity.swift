// SPDX-License-Identifier: Apache-2.0

import Base
import Inference
import Kernels

extension TrainingPass {
    /// The rows that attention of a block is to see: the most informative blocks of tokens, and always the first and the last one.
    func chooseRows(_ index: Int, _ sparsity: TokenSparsity) -> [Int32]? {
        let size = TokenSparsity.blockRows
        let blocks = (batch.rows + size - 1) / size
        let count = sparsity.tokenBlocks(of: blocks)
        guard count < blocks else { return nil }
        let features = pooledFeatures(index)
        let scores =
            predictor?.informativeness(index, features) ?? features.map { row in row.reduce(0) { $0 + $1 * $1 } }
        var kept: Set<Int> = [0, blocks - 1]
        for block in (0..<blocks).sorted(by: { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] })
        where kept.count < count { kept.insert(block) }
        return kept.sorted().prefix(count).flatMap { block in
            (block * size..<min(block * size + size, batch.rows)).map(Int32.init)
        }
    }

    /// What the predictor sees of each block of tokens: the mean of its rows as attention of a block reads them.
    func pooledFeatures(_ index: Int) -> [[Float]] {
        let size = TokenSparsity.blockRows
        let weight = model.blocks[index].attentionNorm.base
        let blocks = (batch.rows + size - 1) / size
        var out = [[Float]](repeating: [], count: blocks)
        out.withUnsafeMutableBufferPointer { out in
            pool.run(blocks) { block, _ in
                var mean = [Float](repeating: 0, count: width)
                let rows = block * size..<min(block * size + size, batch.rows)
                for row in rows {
                    let state = work.stream.base + row * width
                    var squares: Float = 0
                    for column in 0..<width { squares += state[column] * state[column] }
                    let scale = 1 / (squares / Float(width) + config.normEpsilon).squareRoot() / Float(rows.count)
                    for column in 0..<width { mean[column] += state[column] * scale * weight[column] }
                }
                out[block] = mean
            }
        }
        return out
    }

    /// Chooses the neurons of which something is kept, and keeps it.
    func keepColumns(_ index: Int, _ rows: Int, _ gateUp: ElementBuffer, _ save: Saves) {
        guard let sparsity else { return }
        let count = sparsity.columns(of: hidden)
        let choice = choices[index] ?? ColumnChoice(hidden: hidden)
        if choices[index] == nil {
            var squares = [Float](repeating: 0, count: 2 * hidden)
            squares.withUnsafeMutableBufferPointer { squares in
                guard let squares = squares.baseAddress else { return }
                pool.run(hidden / 16) { task, _ in
                    withUnsafeTemporaryAllocation(of: Float.self, capacity: 32) { sums in
                        sums.initialize(repeating: 0)
                        guard let base = sums.baseAddress else { return }
                        kernels.magnitudes(
                            Int64(rows),
                            16,
                            gateUp.at(task * 16),
                            Int64(hidden),
                            Int64(2 * hidden),
                            base
                        )
                        for lane in 0..<16 {
                            squares[task * 16 + lane] = base[lane]
                            squares[hidden + task * 16 + lane] = base[16 + lane]
                        }
                    }
                }
            }
            choice.choose(count, squares: squares)
            choices[index] = choice
        }
        let places = choice.places
        places.withUnsafeBufferPointer { places in
            guard let base = places.baseAddress else { return }
            byRows(rows) { chunk, _ in
                for row in chunk {
                    kernels.pick(
                        Int64(places.count),
                        base,
                        gateUp.at(row * 2 * hidden),
                        save.gateUp.at(row * places.count)
                    )
                }
            }
        }
    }

    /// Informativeness of each block of tokens as attention has it: for each pair of blocks the greatest sum over heads of positive products
    /// of queries and keys, summed over the queries' blocks (LeMo, section 4). Valid after a dense forward pass, for a block whose values
    /// are kept.
    func measuredInformativeness(_ index: Int) -> [Float] {
        let size = TokenSparsity.blockRows
        let save = saved(index)
        let rows = batch.rows
        let blocks = (rows + size - 1) / size
        let group = config.headCount / config.keyValueHeadCount
        var table = [Float](repeating: 0, count: blocks * blocks)
        table.withUnsafeMutableBufferPointer { table in
            guard let table = table.baseAddress else { return }
            pool.run(blocks) { block, _ in
                let queries = block * size..<min(block * size + size, rows)
                var q = [Float](repeating: 0, count: heads)
                var k = [Float](repeating: 0, count: keys)
                for key in 0..<queries.upperBound {
                    kernels.widen(Int64(keys), save.heads.at(key * headRow + heads), &k)
                    // Every eighth query stands for its neighbours: the greatest of a block is looked for, not a sum.
                    for query in stride(from: max(queries.lowerBound, key), to: queries.upperBound, by: 8) {
                        kernels.widen(Int64(heads), save.heads.at(query * headRow), &q)
                        var sum: Float = 0
                        for head in 0..<config.headCount {
                            var product: Float = 0
                            let from = head / group * config.headWidth
                            for c in 0..<config.headWidth { product += q[head * config.headWidth + c] * k[from + c] }
                            sum += max(0, product * config.attentionScale)
                        }
                        let place = block * blocks + key / size
                        table[place] = max(table[place], sum)
                    }
                }
            }
        }
        return (0..<blocks).map { key in (key..<blocks).reduce(0) { $0 + table[$1 * blocks + key] } }
    }
}

/// The weights that belong to the neurons that are kept, picked out of those of a block for its way back.
final class PickedForms {
    private let columns: Int
    private let down: ElementBuffer
    private let gateUp: ElementBuffer
    private let downInner: ElementBuffer
    private let gateInner: ElementBuffer
    private let upInner: ElementBuffer

    /// - Parameter columns: neurons that are kept.
    init(_ columns: Int, _ pass: TrainingPass) throws {
        self.columns = columns
        let precision = pass.model.precision
        down = try ElementBuffer(columns * pass.width, precision)
        gateUp = try ElementBuffer(2 * columns * pass.width, precision)
        downInner = try ElementBuffer(columns * pass.padded, precision)
        gateInner = try ElementBuffer(columns * pass.padded, precision)
        upInner = try ElementBuffer(columns * pass.padded, precision)
    }

    func fill(_ index: Int, _ choice: ColumnChoice, _ pass: TrainingPass) {
        let block = pass.model.blocks[index]
        let kernels = pass.kernels
        let (width, padded, hidden) = (pass.width, pass.padded, pass.hidden)
        let parts = (
            pass.parameters.expandA(index, [.down], pass.work.inner, padded),
            pass.parameters.reduceB(index, .gate, pass.work.inner, 0, 0),
            pass.parameters.reduceB(index, .up, pass.work.inner, 0, 0)
        )
        choice.columns.withUnsafeBufferPointer { columns in
            choice.places.withUnsafeBufferPointer { places in
                guard let columns = columns.baseAddress, let places = places.baseAddress else { return }
                let count = self.columns
                pass.pool.run(count / 16 + width / 16 + 3) { task, _ in
                    if task < count / 16 {
                        kernels.pick_outputs(
                            Int64(width),
                            16,
                            columns + task * 16,
                            block.down.backward.base,
                            down.at(task * 16 * width)
                        )
                    } else if task < count / 16 + width / 16 {
                        let panel = task - count / 16
                        kernels.pick_inputs(
                            1,
                            Int64(2 * count),
                            places,
                            block.gateUp.backward.at(panel * 2 * hidden * 16),
                            Int64(2 * hidden * 16),
                            gateUp.at(panel * 2 * count * 16),
                            Int64(2 * count * 16)
                        )
                    } else {
                        switch task - count / 16 - width / 16 {
                        case 0:
                            let source = parts.0.weights.at(parts.0.panelOffset)
                            kernels.pick_outputs(Int64(padded), Int64(count), columns, source, downInner.base)
                        case 1: pickInner(parts.1, columns, gateInner)
                        default: pickInner(parts.2, columns, upInner)
                        }
                    }
                }
                func pickInner(_ factor: Factor, _ columns: UnsafePointer<Int32>, _ target: ElementBuffer) {
                    kernels.pick_inputs(
                        Int64(padded / 16),
                        Int64(count),
                        columns,
                        factor.weights.at(factor.panelOffset),
                        Int64(factor.panelStride),
                        target.base,
                        Int64(count * 16)
                    )
                }
            }
        }
    }

    /// Turns the products that lead to the gradient of neurons to those that are kept.
    func replaceDown(_ factor: inout Factor, _ inner: inout Factor) {
        factor.weights = down
        inner.weights = downInner
        inner.panelOffset = 0
    }

    /// Turns the products that lead from the gradient of neurons to those that are kept.
    func replaceGateUp(_ factor: inout Factor, _ gate: inout Factor, _ up: inout Factor) {
        (factor.weights, factor.depth, factor.panelStride) = (gateUp, 2 * columns, 2 * columns * 16)
        (gate.weights, gate.depth, gate.panelOffset, gate.panelStride) = (gateInner, columns, 0, columns * 16)
        (up.weights, up.depth, up.panelOffset, up.panelStride) = (upInner, columns, 0, columns * 16)
    }
}
