// SPDX-License-Identifier: Apache-2.0

import Base
import Kernels

/// A product with random ternary weights, in the forms that are compared.
final class TernaryWork {
    let depth: Int
    let outputs: Int
    let rows: Int
    let panels: Int
    /// Bytes of the weights in two bits.
    let bytes: Int
    private let kernels = dk_kernels_for(dk_best_isa()).pointee
    private let weights: FloatBuffer
    private let input: FloatBuffer
    private let rounded: FloatBuffer
    private let output: FloatBuffer
    private let rowBytes: Int

    /// - Throws: `DroidError` with code `model.memory`.
    init(depth: Int, outputs: Int, rows: Int) throws {
        (self.depth, self.outputs, self.rows) = (depth, outputs, rows)
        panels = outputs / lanes
        bytes = depth * outputs / 4
        rowBytes = Int(dk_activation_bytes(Int64(depth), Int64(depth)))
        weights = try FloatBuffer(bytes / MemoryLayout<Float>.stride)
        input = try FloatBuffer(rows * depth)
        rounded = try FloatBuffer(rows * rowBytes / MemoryLayout<Float>.stride)
        output = try FloatBuffer(rows * outputs)
        var random = SeededRandom(seed: 1, name: "ternary bench")
        let words = UnsafeMutableRawPointer(weights.base).assumingMemoryBound(to: UInt64.self)
        for index in 0..<(bytes / 8) {
            let word = random.next()
            // No fourth code.
            words[index] = word & ~(word >> 1 & 0x5555_5555_5555_5555)
        }
        for index in 0..<(rows * depth) { input.base[index] = Float(Int8(truncatingIfNeeded: random.next())) }
    }

    private func pointer(_ buffer: FloatBuffer) -> UnsafeMutablePointer<UInt8> {
        UnsafeMutableRawPointer(buffer.base).assumingMemoryBound(to: UInt8.self)
    }

    private func round() {
        for row in 0..<rows {
            let target = pointer(rounded) + row * rowBytes
            kernels.quantize(
                1,
                Int64(depth),
                Int64(depth),
                0,
                Int64(depth),
                input.base + row * depth,
                Int64(depth),
                target,
                0
            )
        }
    }

    func multiply() { multiply(0..<panels) }

    /// The product with some panels. Activations are rounded with the first of them.
    func multiply(_ part: Range<Int>) {
        if part.lowerBound == 0 { round() }
        kernels.gemm_ternary(
            1,
            Int64(rows),
            Int64(part.count),
            Int64(depth),
            pointer(rounded),
            Int64(rowBytes),
            pointer(weights) + part.lowerBound * depth * lanes / 4,
            output.base + part.lowerBound * lanes,
            Int64(outputs)
        )
    }

    func peer() { peer(0..<panels) }

    /// The same as Bitnet.cpp does it: the bytes are taken for rows of I2_S. Blocks of rows stay in the first cache.
    func peer(_ part: Range<Int>) {
        if part.lowerBound == 0 { round() }
        let block = 8
        var sums = [Int32](repeating: 0, count: block)
        for first in stride(from: 0, to: rows, by: block) {
            let count = min(block, rows - first)
            let source = UnsafeRawPointer(pointer(rounded) + first * rowBytes).assumingMemoryBound(to: Int8.self)
            for index in (part.lowerBound * lanes)..<(part.upperBound * lanes) {
                let row = pointer(weights) + index * depth / 4
                dk_i2s_loop(Int64(count), Int64(depth), row, source, Int64(rowBytes), &sums)
                for row in 0..<count { output.base[(first + row) * outputs + index] = Float(sums[row]) }
            }
        }
    }

    func read(_ part: Range<Int>) {
        let panel = depth * lanes / 4
        dk_read_memory(pointer(weights) + part.lowerBound * panel, Int64(part.count * panel))
    }

    /// Weights as indices to tables of sums.
    ///
    /// - Throws: `DroidError` with code `model.memory`.
    func tables(_ kind: dk_lut) throws -> FloatBuffer {
        let panel = Int(dk_lut_panel_bytes(kind, Int64(depth)))
        let buffer = try FloatBuffer(panels * panel / MemoryLayout<Float>.stride + 1)
        var row = [Float](repeating: 0, count: depth)
        var codes = [Int8](repeating: 0, count: lanes * depth)
        for index in 0..<panels {
            for lane in 0..<lanes {
                let source = pointer(weights) + index * depth * lanes / 4
                dk_unpack_output(dk_ternary_format(), source, Int64(depth), Int64(lane), &row)
                for k in 0..<depth { codes[lane * depth + k] = Int8(row[k]) }
            }
            dk_pack_lut(kind, codes, Int64(depth), Int64(lanes), Int64(depth), pointer(buffer) + index * panel)
        }
        return buffer
    }

    func lookUp(_ kind: dk_lut, _ tables: FloatBuffer) {
        round()
        kernels.gemm_lut(
            kind,
            1,
            Int64(rows),
            Int64(panels),
            Int64(depth),
            pointer(rounded),
            Int64(rowBytes),
            pointer(tables),
            output.base,
            Int64(outputs)
        )
    }

    /// Weights with five in a byte.
    ///
    /// - Throws: `DroidError` with code `model.memory`.
    func folded() throws -> FloatBuffer {
        let size = Int(dk_folded_bytes(Int64(depth)))
        let buffer = try FloatBuffer(panels * size / MemoryLayout<Float>.stride)
        for index in 0..<panels {
            let source = pointer(weights) + index * depth * lanes / 4
            dk_fold_ternary(source, Int64(depth), pointer(buffer) + index * size)
        }
        return buffer
    }

    func unfold(_ folded: FloatBuffer) {
        let size = Int(dk_folded_bytes(Int64(depth)))
        for index in 0..<panels {
            let target = pointer(weights) + index * depth * lanes / 4
            dk_unfold_ternary(pointer(folded) + index * size, Int64(depth), target)
        }
    }

    /// The results of the last product.
    func results() -> [Float] { Array(UnsafeBufferPointer(start: output.base, count: rows * outputs)) }
}
