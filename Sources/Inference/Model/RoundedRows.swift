// SPDX-License-Identifier: Apache-2.0

import Kernels

/// Rows of activations, rounded to bytes for the matrix that they are multiplied with next.
///
/// A row is rounded by itself, so its codes do not depend on the rows beside it.
final class RoundedRows {
    private var buffers: [FloatBuffer] = []
    private var room = 0

    /// Makes room for rows that any of some matrices takes.
    func reserve(_ rows: Int, for matrices: [PackedMatrix]) throws {
        let kinds = matrices.map(\.groups.count).max() ?? 0
        let bytes = matrices.map { RoundedRows.stride($0) }.max() ?? 0
        if kinds <= buffers.count && rows * bytes <= room { return }
        buffers = []
        buffers = try (0..<kinds).map { _ in try FloatBuffer(rows * bytes / MemoryLayout<Float>.stride) }
        room = rows * bytes
    }

    /// Rounds some rows of `input`, which are `stride` floats apart, in every way that the matrix asks for.
    func round(
        _ rows: Range<Int>,
        of input: UnsafePointer<Float>,
        stride: Int,
        for matrix: PackedMatrix,
        _ kernels: dk_kernels
    ) {
        for target in targets(for: matrix) {
            for row in rows { target.round(row, columns: 0..<matrix.depth, of: input + row * stride, kernels) }
        }
    }

    /// Where the rows lie that are rounded in one way.
    struct Target {
        let depth: Int64
        let group: Int64
        let base: UnsafeMutablePointer<UInt8>
        /// Bytes from one row to the next.
        let stride: Int

        /// Rounds some columns of a row, whole groups, of which `input` is the first.
        func round(_ row: Int, columns: Range<Int>, of input: UnsafePointer<Float>, _ kernels: dk_kernels) {
            let first = Int64(columns.lowerBound)
            kernels.quantize(depth, group, first, Int64(columns.count), input, base + row * stride)
        }
    }

    /// Where rows go in each of the ways that a matrix asks for.
    func targets(for matrix: PackedMatrix) -> [Target] {
        matrix.groups.map { group in
            let rows = rows(for: matrix, group: group)
            return Target(depth: Int64(matrix.depth), group: Int64(group), base: rows.base, stride: rows.stride)
        }
    }

    /// What rounding a row left of some of its inputs, in the first way that the matrix asks for.
    ///
    /// - Parameters:
    ///   - inputs: which, from the beginning of a group to the end of one.
    ///   - input: the row as floats.
    func rest(
        _ row: Int,
        _ inputs: Range<Int>,
        of input: UnsafePointer<Float>,
        for matrix: PackedMatrix,
        into rest: UnsafeMutablePointer<Float>
    ) {
        let group = matrix.groups[0]
        let source = rows(for: matrix, group: group)
        let start = UnsafeRawPointer(source.base + row * source.stride)
        let codes = start.assumingMemoryBound(to: Int8.self)
        let scales = (start + matrix.depth).assumingMemoryBound(to: Float.self)
        for (index, k) in inputs.enumerated() { rest[index] = input[k] - scales[k / group] * Float(codes[k]) }
    }

    /// The rows that were rounded for a matrix in groups of one size, and the bytes from one to the next.
    func rows(for matrix: PackedMatrix, group: Int) -> (base: UnsafeMutablePointer<UInt8>, stride: Int) {
        let index = matrix.groups.firstIndex(of: group) ?? 0
        let base = UnsafeMutableRawPointer(buffers[index].base).assumingMemoryBound(to: UInt8.self)
        return (base, Int(dk_activation_bytes(Int64(matrix.depth), Int64(group))))
    }

    private static func stride(_ matrix: PackedMatrix) -> Int {
        matrix.groups.map { Int(dk_activation_bytes(Int64(matrix.depth), Int64($0))) }.max() ?? 0
    }
}
