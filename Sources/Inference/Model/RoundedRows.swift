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

    /// Where rows are rounded for a matrix. Numbers and addresses only, for the loops of several threads: those that count the
    /// references to one object at each row would wait for each other.
    struct Rounding {
        private struct Target {
            var group: Int64 = 0
            var base: UnsafeMutablePointer<UInt8>?
            /// Bytes from one row to the next.
            var stride: Int64 = 0
        }

        private let kernels: dk_kernels
        private var depth: Int64 = 0
        // Groups of 16, of 32, and of all inputs are the ones that there are.
        private var targets = (Target(), Target(), Target())

        /// - Parameter matrix: what the rows are multiplied with; nil where nothing is to be rounded.
        init(_ rows: RoundedRows, for matrix: PackedMatrix?, _ kernels: dk_kernels) {
            self.kernels = kernels
            guard let matrix else { return }
            depth = Int64(matrix.depth)
            let found = matrix.groups.map { group in
                let place = rows.rows(for: matrix, group: group)
                return Target(group: Int64(group), base: place.base, stride: Int64(place.stride))
            }
            precondition(found.count <= 3, "a matrix has a fourth kind of groups")
            if found.count > 0 { targets.0 = found[0] }
            if found.count > 1 { targets.1 = found[1] }
            if found.count > 2 { targets.2 = found[2] }
        }

        /// Rounds rows of `input`, which are `stride` floats apart, in every way that the matrix asks for.
        ///
        /// - Parameters:
        ///   - columns: some of their columns, whole groups; all when nil.
        ///   - input: the first of those columns of the first of the rows.
        func round(_ rows: Range<Int>, columns: Range<Int>? = nil, of input: UnsafePointer<Float>, stride: Int) {
            let first = Int64(columns?.lowerBound ?? 0), count = columns.map { Int64($0.count) } ?? depth
            func round(_ target: Target) {
                guard let base = target.base else { return }
                let row = base + rows.lowerBound * Int(target.stride)
                kernels.quantize(
                    Int64(rows.count),
                    depth,
                    target.group,
                    first,
                    count,
                    input,
                    Int64(stride),
                    row,
                    target.stride
                )
            }
            round(targets.0)
            round(targets.1)
            round(targets.2)
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
