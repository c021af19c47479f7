// SPDX-License-Identifier: Apache-2.0

import Inference
import Kernels

/// A frozen matrix as the engine multiplies it: weights in the few bits of their file, for activations that are rounded to 8 bits.
///
/// With such products forward, training sees what use will see, rounding included, and takes a third of the time for them where the processor
/// multiplies bytes. The way back goes through the weights as elements and takes rounding for nothing (straight-through, Bengio et al.,
/// arXiv 1308.3432).
// Sendable: formats are constants, and the buffer is written before it is shared.
final class CodedMatrix: @unchecked Sendable {
    /// Panels of 16 outputs that were one tensor.
    struct Part {
        let format: UnsafePointer<dk_format>
        let panels: Range<Int>
        let base: UnsafeMutablePointer<UInt8>
        let panelBytes: Int

        /// Inputs that share a scale.
        var group: Int { Int(format.pointee.group) }
    }

    let inputs: Int
    let parts: [Part]
    private let memory: FloatBuffer

    /// Nil where a tensor has no form of few bits, or a scale of its own.
    ///
    /// - Throws: `DroidError` with code `model.memory`.
    init?(_ tensors: [GGUFTensor], in file: GGUFFile, _ pool: ThreadPool) throws {
        guard let inputs = tensors.first?.width, inputs % 32 == 0 else { return nil }
        var found: [(format: UnsafePointer<dk_format>, panels: Range<Int>, offset: Int, panelBytes: Int)] = []
        var (panel, offset) = (0, 0)
        for tensor in tensors {
            guard let format = dk_format_of(Int32(tensor.type.rawValue)), format.pointee.group > 0,
                tensor.dimensions[1] % 16 == 0, file.tensorScale(tensor) == 1
            else { return nil }
            let count = tensor.dimensions[1] / 16
            let bytes = Int(dk_panel_bytes(format, Int64(inputs)))
            found.append((format, panel..<(panel + count), offset, bytes))
            panel += count
            offset += (count * bytes + 63) / 64 * 64
        }
        self.inputs = inputs
        memory = try FloatBuffer((offset + 3) / 4)
        let base = UnsafeMutableRawPointer(memory.base).assumingMemoryBound(to: UInt8.self)
        parts = found.map {
            Part(format: $0.format, panels: $0.panels, base: base + $0.offset, panelBytes: $0.panelBytes)
        }
        for (tensor, part) in zip(tensors, parts) {
            guard let source = file.data(tensor).bindMemory(to: UInt8.self).baseAddress else { return nil }
            pool.run(part.panels.count) { panel, _ in
                _ = dk_pack_codes(
                    Int32(tensor.type.rawValue),
                    source + panel * 16 * tensor.rowBytes,
                    Int64(tensor.rowBytes),
                    16,
                    Int64(inputs),
                    part.base + panel * part.panelBytes
                )
            }
        }
    }

    /// Bytes of the packed weights.
    var byteCount: Int { memory.count * 4 }

    /// The part that some outputs belong to.
    func part(_ columns: Range<Int>) -> Part? {
        parts.first {
            $0.panels.lowerBound * 16 <= columns.lowerBound && columns.upperBound <= $0.panels.upperBound * 16
        }
    }
}

/// Rows of activations that were rounded to bytes, in groups of one size.
struct RoundedRows {
    private var memory: FloatBuffer
    /// Bytes from one row to the next.
    private(set) var stride = 0
    private(set) var group = 0

    init() throws { memory = try FloatBuffer(0) }

    /// Makes room for rows of any of some matrices.
    ///
    /// - Throws: `DroidError` with code `model.memory`.
    mutating func reserve(rows: Int, _ matrices: [CodedMatrix]) throws {
        let bytes = matrices.flatMap { matrix in matrix.parts.map { Self.bytes(matrix.inputs, $0.group) } }.max() ?? 0
        if rows * bytes > memory.count * 4 { memory = try FloatBuffer((rows * bytes + 3) / 4) }
    }

    /// Begins anew with rows of so many inputs.
    mutating func begin(inputs: Int, group: Int) { (self.group, stride) = (group, Self.bytes(inputs, group)) }

    private static func bytes(_ inputs: Int, _ group: Int) -> Int {
        Int(dk_activation_bytes(Int64(inputs), Int64(group)))
    }

    func row(_ index: Int) -> UnsafeMutablePointer<UInt8> {
        UnsafeMutableRawPointer(memory.base).assumingMemoryBound(to: UInt8.self) + index * stride
    }
}

extension TrainingPass {
    /// Rows that one thread multiplies at a time, and panels.
    private static let codedRows = 96, codedPanels = 12

    /// What each thread needs to sum a part of a product in, and to widen a row.
    private var tile: Int { max(Self.codedRows * Self.codedPanels * 16, max(width, max(heads, hidden))) }

    /// Makes room for products with codes; none where the model has none.
    ///
    /// - Throws: `DroidError` with code `model.memory`.
    func reserveCodes(_ rows: Int) throws {
        let codes = model.blocks.flatMap { [$0.queryKeyValue, $0.attentionOutput, $0.gateUp, $0.down] }.compactMap(
            \.codes
        )
        guard !codes.isEmpty else { return }
        try rounded.reserve(rows: rows, codes)
        if tiles.count == 0 { tiles = try FloatBuffer(tile * pool.threads) }
    }

    /// A product with some outputs of a frozen matrix, and what the adapter adds.
    ///
    /// - Parameters:
    ///   - columns: the outputs, which were one tensor; a multiple of 16.
    ///   - isRounded: whether the rows were rounded for this matrix by the call before.
    func multiply(
        _ rows: Int,
        _ matrix: FrozenModel.Matrix,
        _ columns: Range<Int>,
        _ input: ElementBuffer,
        _ inputStride: Int,
        isRounded: Bool = false,
        _ added: Factor?,
        into target: UnsafeMutableRawPointer,
        stride: Int,
        _ store: dk_store
    ) {
        guard weights == nil, let codes = matrix.codes, let part = codes.part(columns) else {
            var factor = frozen(matrix, input, inputStride)
            factor.panelOffset = columns.lowerBound * matrix.inputs
            return multiply(rows, factor, added, columns: columns.count, into: target, stride: stride, store)
        }
        if !isRounded || rounded.group != part.group { round(rows, input, inputStride, matrix.inputs, part.group) }
        let (block, group) = (Self.codedRows, Self.codedPanels)
        let (first, panels) = (columns.lowerBound / 16 - part.panels.lowerBound, columns.count / 16)
        let groups = (panels + group - 1) / group
        let bytes = store == DK_NARROW ? model.precision.bytes : 4
        pool.run((rows + block - 1) / block * groups) { task, worker in
            let (row, panel) = (task / groups * block, task % groups * group)
            let (count, width) = (min(block, rows - row), min(group, panels - panel))
            let sums = tiles.base + worker * tile
            engine.gemm_codes(
                part.format,
                Int64(count),
                Int64(width),
                Int64(matrix.inputs),
                rounded.row(row),
                Int64(rounded.stride),
                part.base + (first + panel) * part.panelBytes,
                sums,
                Int64(width * 16)
            )
            if let added {
                var factor = added.raw(row: row, panel: panel)
                kernels.gemm(Int64(count), Int64(width), &factor, nil, sums, Int64(width * 16), DK_ADD)
            }
            for index in 0..<count {
                let source = sums + index * width * 16
                let place = target + ((row + index) * stride + panel * 16) * bytes
                if store == DK_NARROW {
                    kernels.narrow(Int64(width * 16), source, place)
                } else {
                    let values = place.assumingMemoryBound(to: Float.self)
                    for column in 0..<(width * 16) {
                        values[column] = store == DK_ADD ? values[column] + source[column] : source[column]
                    }
                }
            }
        }
    }

    private func round(_ rows: Int, _ input: ElementBuffer, _ stride: Int, _ inputs: Int, _ group: Int) {
        rounded.begin(inputs: inputs, group: group)
        byRows(rows, chunk: 16) { chunk, worker in
            let values = tiles.base + worker * tile
            for row in chunk {
                kernels.widen(Int64(inputs), input.at(row * stride), values)
                engine.quantize(
                    1,
                    Int64(inputs),
                    Int64(group),
                    0,
                    Int64(inputs),
                    values,
                    Int64(inputs),
                    rounded.row(row),
                    Int64(rounded.stride)
                )
            }
        }
    }
}
