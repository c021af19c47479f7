// SPDX-License-Identifier: Apache-2.0

import Kernels

/// Applies adapters: y += B (A x), row by row as the products with the weights are, so that the bits of a row do not depend
/// on the rows beside it.
final class AdapterPass {
    private let kernels: dk_kernels
    private let pool: ThreadPool
    private var inner: FloatBuffer?
    private let innerStride: Int
    private var capacity = 0

    /// Rows whose share of B (A x) is made at a time.
    private static let rowBlock = 64

    init(_ model: LanguageModel, _ pool: ThreadPool, _ kernels: dk_kernels) {
        (self.pool, self.kernels) = (pool, kernels)
        let linears = model.blocks.flatMap { [$0.queryKeyValue, $0.attentionOutput, $0.gateUp, $0.down] }
        innerStride = linears.reduce(0) { max($0, $1.adapter?.down.paddedOutputs ?? 0) }
    }

    /// Panels whose share is made at a time.
    private static let panelBlock = 4
    /// Floats that `add` needs for itself.
    static let scratch = rowBlock * panelBlock * lanes

    /// Makes room for passes of `rows` rows.
    func reserve(_ rows: Int) throws {
        guard rows > capacity, innerStride > 0 else { return }
        inner = try FloatBuffer(rows * innerStride)
        capacity = rows
    }

    /// Computes A x for all rows of a pass, on all threads.
    func project(_ adapter: LowRank, _ input: FloatBuffer, _ inputStride: Int, _ rows: Int) {
        guard let inner else { return }
        adapter.down.multiply(kernels, pool, input.base, inputStride, rows, inner.base, innerStride)
    }

    /// Adds B (A x) to some panels of some rows of a product, after `project`.
    ///
    /// - Parameters:
    ///   - output: where the first of those panels stands in the first of those rows.
    ///   - scratch: `AdapterPass.scratch` floats.
    func add(
        _ adapter: LowRank,
        rows: Range<Int>,
        panels: Range<Int>,
        _ output: UnsafeMutablePointer<Float>,
        _ outputStride: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        guard let inner else { return }
        for part in adapter.parts {
            let start = part.column / lanes
            let found = (start..<(start + part.up.panels)).clamped(to: panels)
            if found.isEmpty { continue }
            for first in stride(from: rows.lowerBound, to: rows.upperBound, by: AdapterPass.rowBlock) {
                let count = min(AdapterPass.rowBlock, rows.upperBound - first)
                for panel in stride(from: found.lowerBound, to: found.upperBound, by: AdapterPass.panelBlock) {
                    let end = min(panel + AdapterPass.panelBlock, found.upperBound)
                    let width = (end - panel) * lanes
                    part.up.multiply(
                        kernels,
                        rows: count,
                        panels: (panel - start)..<(end - start),
                        input: inner.base + first * innerStride + part.inner,
                        inputStride: innerStride,
                        output: scratch,
                        outputStride: width
                    )
                    let target = output + (panel - panels.lowerBound) * lanes + (first - rows.lowerBound) * outputStride
                    for row in 0..<count {
                        kernels.add(Int64(width), target + row * outputStride, scratch + row * width)
                    }
                }
            }
        }
    }
}
