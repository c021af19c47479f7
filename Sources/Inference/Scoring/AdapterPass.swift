// SPDX-License-Identifier: Apache-2.0

/// Applies adapters: y += B (A x), row by row as the products with the weights are, so that the bits of a row do not depend
/// on the rows beside it.
final class AdapterPass {
    private unowned let pass: ForwardPass
    private var inner: FloatBuffer?
    private var delta: FloatBuffer?
    private let innerStride: Int
    private let deltaStride: Int
    private var capacity = 0

    init(_ pass: ForwardPass) {
        self.pass = pass
        let linears = pass.model.blocks.flatMap { [$0.queryKeyValue, $0.attentionOutput, $0.gateUp, $0.down] }
        innerStride = linears.reduce(0) { max($0, $1.adapter?.down.paddedOutputs ?? 0) }
        deltaStride = linears.reduce(0) { $1.adapter?.parts.reduce($0) { max($0, $1.up.paddedOutputs) } ?? $0 }
    }

    /// Makes room for passes of `rows` rows.
    func reserve(_ rows: Int) throws {
        guard rows > capacity, innerStride > 0 else { return }
        inner = try FloatBuffer(rows * innerStride)
        delta = try FloatBuffer(rows * deltaStride)
        capacity = rows
    }

    func add(
        _ adapter: LowRank,
        _ input: FloatBuffer,
        _ inputStride: Int,
        _ rows: Int,
        _ output: FloatBuffer,
        _ outputStride: Int
    ) {
        guard let inner, let delta else { return }
        adapter.down.multiply(pass.kernels, pass.pool, input.base, inputStride, rows, inner.base, innerStride)
        for part in adapter.parts {
            let source = inner.base + part.inner
            part.up.multiply(pass.kernels, pass.pool, source, innerStride, rows, delta.base, deltaStride) { columns in
                for row in 0..<rows {
                    let source = delta.base + row * deltaStride
                    let target = output.base + row * outputStride + part.column
                    for column in columns { target[column] += source[column] }
                }
            }
        }
    }
}
