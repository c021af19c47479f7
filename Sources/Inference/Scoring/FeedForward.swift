// SPDX-License-Identifier: Apache-2.0

import Kernels

/// Gate, up and activation in one go: a thread makes some columns of both for a block of rows, activates them and rounds
/// them for the next matrix while they are in its cache. Written out, gate and up of 512 rows would be larger than
/// the caches, and most of the time between the products would be spent on moving them.
extension ForwardPass {
    /// Panels of gate, and of up, that are made together: 32 columns, a whole number of groups of any format.
    private static let chunk = 2
    /// Rows that are made together; a multiple of the rows of every kernel's tile.
    private static let rowBlock = 240
    /// Floats of `products` for each thread: what an adapter adds, then gate and up of a block of rows.
    static let productsPerWorker = AdapterPass.scratch + rowBlock * 2 * chunk * lanes

    /// What the family makes of gate and up.
    var gate: @convention(c) (Int64, UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void {
        switch config.family.activation {
        case .silu: kernels.swiglu
        case .gelu: kernels.geglu
        case .reluSquared: kernels.reglu2
        }
    }

    /// Whether the rows may be rounded in pieces: a norm or a scale for a whole row needs all of it first.
    func fusesFeedForward(_ block: LanguageModel.Block) -> Bool {
        let down = block.down.weights, columns = ForwardPass.chunk * lanes
        return block.feedForwardSubNorm == nil && down.depth == activatedStride && down.depth % columns == 0
            && !down.groups.isEmpty && down.groups.allSatisfy { $0 > 0 && columns % $0 == 0 }
    }

    /// Leaves the rows that the next product takes in `roundedNext`.
    func fusedFeedForward(_ rows: Int, _ block: LanguageModel.Block) {
        if let adapter = block.gateUp.adapter { adapters.project(adapter, normed, stride, rows) }
        let panels = activatedStride / lanes, chunk = ForwardPass.chunk
        // One row takes the weights in long stretches.
        let width = rows == 1 ? min(stretch(panels / chunk) * chunk, ForwardPass.rowBlock * chunk) : chunk
        let tasks = (panels + width - 1) / width
        let upper = (tasks + 1) / 2
        let rounding = RoundedRows.Rounding(roundedNext, for: block.down.weights, kernels)
        pool.run(tasks) { task, worker in
            // From both ends of the columns' halves in turn: neighbours in a row share cache lines, and two threads that
            // write to them at the same time wait for each other.
            let place = task % 2 == 0 ? task / 2 : upper + task / 2
            let part = (place * width)..<min(place * width + width, panels)
            for first in Swift.stride(from: 0, to: rows, by: ForwardPass.rowBlock) {
                feedForward(first..<min(first + ForwardPass.rowBlock, rows), part, block, rounding, worker)
            }
        }
    }

    /// Some panels of gate and of up, for some rows.
    private func feedForward(
        _ rows: Range<Int>,
        _ panels: Range<Int>,
        _ block: LanguageModel.Block,
        _ rounding: RoundedRows.Rounding,
        _ worker: Int
    ) {
        let columns = panels.count * lanes, half = activatedStride / lanes
        let values = products.base + worker * ForwardPass.productsPerWorker + AdapterPass.scratch
        for side in 0..<2 {
            multiply(
                block.gateUp,
                rows: rows,
                panels: (side * half + panels.lowerBound)..<(side * half + panels.upperBound),
                normed,
                stride,
                values + side * columns,
                2 * columns,
                worker
            )
        }
        let gated = gate, place = (panels.lowerBound * lanes)..<(panels.upperBound * lanes)
        for row in 0..<rows.count {
            let target = values + row * 2 * columns
            gated(Int64(columns), target, target + columns, target)
        }
        rounding.round(rows, columns: place, of: values, stride: 2 * columns)
        guard block.down.adapter != nil else { return }
        let copies = activated.base + place.lowerBound
        for row in rows {
            (copies + row * activatedStride).update(
                from: values + (row - rows.lowerBound) * 2 * columns,
                count: columns
            )
        }
    }
}
