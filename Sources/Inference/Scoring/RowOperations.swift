// SPDX-License-Identifier: Apache-2.0

import Kernels

/// What is done to each row by itself between the products. What makes the rows that a product takes also rounds them for the
/// `next` matrix, while they are in the cache.
extension ForwardPass {
    func norm(_ rows: Int, _ weight: [Float], for next: PackedMatrix?) {
        let rounding = RoundedRows.Rounding(rounded, for: next, kernels)
        eachRows(rows, 16, weight) { part, weight in
            norm(part, weight, from: states.base, to: normed.base, rounding: rounding)
        }
    }

    func round(_ rows: Int, _ buffer: FloatBuffer, _ stride: Int, for next: PackedMatrix) {
        if next.groups.isEmpty { return }
        let rounding = RoundedRows.Rounding(rounded, for: next, kernels)
        pool.run((rows + 15) / 16) { task, _ in
            let part = (task * 16)..<min(task * 16 + 16, rows)
            rounding.round(part, of: buffer.base + part.lowerBound * stride, stride: stride)
        }
    }

    /// Rows in pieces of `size` on all threads, with the address of a vector of weights.
    private func eachRows(
        _ rows: Int,
        _ size: Int,
        _ weight: [Float],
        _ body: (Range<Int>, UnsafePointer<Float>) -> Void
    ) {
        weight.withUnsafeBufferPointer { weight in
            guard let base = weight.baseAddress else { return }
            pool.run((rows + size - 1) / size) { task, _ in body((task * size)..<min(task * size + size, rows), base) }
        }
    }

    /// Norms rows of the residual stream.
    private func norm(
        _ rows: Range<Int>,
        _ weight: UnsafePointer<Float>,
        from source: UnsafePointer<Float>,
        to target: UnsafeMutablePointer<Float>,
        rounding: RoundedRows.Rounding
    ) {
        let (kernels, width, stride, epsilon) = (kernels, Int64(config.width), stride, config.normEpsilon)
        for row in rows {
            kernels.rms_norm(width, source + row * stride, weight, epsilon, target + row * stride)
        }
        rounding.round(rows, of: target + rows.lowerBound * stride, stride: stride)
    }

    /// Norms rows of a buffer where they stand.
    func normInPlace(
        _ rows: Int,
        _ buffer: FloatBuffer,
        _ stride: Int,
        _ weight: [Float],
        for next: PackedMatrix
    ) {
        let count = Int64(weight.count)
        let rounding = RoundedRows.Rounding(rounded, for: next, kernels)
        eachRows(rows, 8, weight) { part, weight in
            let (kernels, epsilon, base) = (kernels, config.normEpsilon, buffer.base)
            for row in part {
                kernels.rms_norm(count, base + row * stride, weight, epsilon, base + row * stride)
            }
            rounding.round(part, of: base + part.lowerBound * stride, stride: stride)
        }
    }

    /// Adds the result that stands in `normed`, itself normed where `post` is given, to the residual stream, and norms
    /// that into `normed`.
    func addAndNorm(_ rows: Int, post: [Float]?, _ weight: [Float], for next: PackedMatrix?) {
        let rounding = RoundedRows.Rounding(rounded, for: next, kernels)
        eachRows(rows, 8, weight) { part, weight in
            let (kernels, width, stride, epsilon) = (kernels, Int64(config.width), stride, config.normEpsilon)
            let (states, results) = (states.base, normed.base)
            post?.withUnsafeBufferPointer { post in
                guard let post = post.baseAddress else { return }
                for row in part {
                    kernels.rms_norm(width, results + row * stride, post, epsilon, results + row * stride)
                }
            }
            for row in part { kernels.add(width, states + row * stride, results + row * stride) }
            norm(part, weight, from: states, to: results, rounding: rounding)
        }
    }

    func activate(_ rows: Int, for next: PackedMatrix?) {
        let width = activatedStride
        let gated = gate
        let rounding = RoundedRows.Rounding(rounded, for: next, kernels)
        pool.run((rows + 3) / 4) { task, _ in
            let part = (task * 4)..<min(task * 4 + 4, rows)
            for row in part {
                let values = gateUp.base + row * gateUpStride
                gated(Int64(width), values, values + width, activated.base + row * width)
            }
            rounding.round(part, of: activated.base + part.lowerBound * width, stride: width)
        }
    }
}
