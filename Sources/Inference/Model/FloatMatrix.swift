// SPDX-License-Identifier: Apache-2.0

import Kernels

/// A small matrix of 32-bit floats in panels of 16 outputs, [outputs / 16][inputs][16], rounded up with zeros: adapters, and
/// the encoder of sentences.
struct FloatMatrix: Sendable {
    private let buffer: FloatBuffer
    /// Inputs.
    let depth: Int
    /// Panels of 16 outputs.
    let panels: Int

    var paddedOutputs: Int { panels * lanes }

    /// - Throws: `DroidError` with code `model.memory`.
    init(depth: Int, outputs: Int) throws {
        self.depth = depth
        panels = (outputs + lanes - 1) / lanes
        buffer = try FloatBuffer(panels * lanes * depth)
    }

    /// Writes rows of `depth` values as the outputs from `first` on.
    func fill(from first: Int, _ rows: [Float]) {
        for row in 0..<(rows.count / depth) {
            let output = first + row
            let target = buffer.base + output / lanes * depth * lanes + output % lanes
            for k in 0..<depth { target[k * lanes] = rows[row * depth + k] }
        }
    }

    /// Multiplies rows by some panels; `output` begins with the product of the first row and the first panel.
    func multiply(
        _ kernels: dk_kernels,
        rows: Int,
        panels: Range<Int>,
        input: UnsafePointer<Float>,
        inputStride: Int,
        output: UnsafeMutablePointer<Float>,
        outputStride: Int
    ) {
        kernels.gemm(
            Int64(rows),
            Int64(panels.count),
            Int64(depth),
            input,
            Int64(inputStride),
            buffer.base + panels.lowerBound * depth * lanes,
            output,
            Int64(outputStride)
        )
    }

    /// Multiplies rows by it, on all threads.
    ///
    /// - Parameter then: called with columns whose products stand in `output`, by the thread that made them.
    func multiply(
        _ kernels: dk_kernels,
        _ pool: ThreadPool,
        _ input: UnsafePointer<Float>,
        _ inputStride: Int,
        _ rows: Int,
        _ output: UnsafeMutablePointer<Float>,
        _ outputStride: Int,
        then: (Range<Int>) -> Void = { _ in }
    ) {
        let group = 4
        pool.run((panels + group - 1) / group) { task, _ in
            let first = task * group
            let count = min(group, panels - first)
            multiply(
                kernels,
                rows: rows,
                panels: first..<(first + count),
                input: input,
                inputStride: inputStride,
                output: output + first * lanes,
                outputStride: outputStride
            )
            then((first * lanes)..<((first + count) * lanes))
        }
    }
}
