// SPDX-License-Identifier: Apache-2.0

import Base
import Kernels

/// How a model multiplies.
public enum Precision: String, Sendable, CaseIterable {
    /// Weights of up to 8 bits stay as they are in the file and meet activations that are rounded to 8 bits; others are floats.
    case integer
    /// All weights are expanded to 32-bit floats: the reference.
    case float
}

/// A matrix of weights as the kernels want it: panels of 16 outputs, rounded up with zeros.
// Sendable: formats are constants, and the buffer is written before it is shared.
final class PackedMatrix: @unchecked Sendable {
    /// How the weights of some panels are kept.
    enum Form {
        /// [inputs][16] 32-bit floats.
        case floats
        /// Codes with scales, as the format says.
        case codes(UnsafePointer<dk_format>)
        /// -1, 0 and 1, times one number for the whole tensor.
        case ternary(scale: Float)

        /// Inputs that share a scale when activations are rounded for these weights; nil where they stay floats.
        func group(depth: Int) -> Int? {
            switch self {
            case .floats: nil
            case .codes(let format): Int(format.pointee.group)
            case .ternary: depth
            }
        }

        /// Bytes of a panel of 16 outputs.
        func panelBytes(depth: Int) -> Int {
            switch self {
            case .floats: lanes * depth * MemoryLayout<Float>.stride
            case .codes(let format): Int(dk_panel_bytes(format, Int64(depth)))
            case .ternary: Int(dk_panel_bytes(dk_ternary_format(), Int64(depth)))
            }
        }
    }

    /// Panels of one form that follow one another.
    struct Section {
        let form: Form
        let panels: Range<Int>
        let base: UnsafeMutablePointer<UInt8>
        let panelBytes: Int

        func panel(_ index: Int) -> UnsafeMutablePointer<UInt8> { base + (index - panels.lowerBound) * panelBytes }
    }

    /// Inputs of the tensors.
    let inputs: Int
    /// Inputs with those that stand twice, behind the others.
    let depth: Int
    /// Panels of 16 outputs.
    let panels: Int
    let sections: [Section]
    /// The sizes of the groups in which activations have to be rounded for this matrix; none for floats.
    let groups: [Int]
    private let buffer: FloatBuffer

    var paddedOutputs: Int { panels * lanes }
    /// Bytes that the weights take.
    var bytes: Int { sections.reduce(0) { $0 + $1.panels.count * $1.panelBytes } }

    /// Room for matrices side by side, each with its number of outputs and its form.
    init(depth inputs: Int, repeats: Int = 0, parts: [(outputs: Int, form: Form)]) throws {
        self.inputs = inputs
        let depth = inputs + repeats * InputRefinement.block
        self.depth = depth
        var sections: [(form: Form, panels: Range<Int>, offset: Int, panelBytes: Int)] = []
        var groups: [Int] = []
        var (panel, offset) = (0, 0)
        for part in parts {
            let count = (part.outputs + lanes - 1) / lanes
            let panelBytes = part.form.panelBytes(depth: depth)
            if let group = part.form.group(depth: depth), !groups.contains(group) { groups.append(group) }
            sections.append((part.form, panel..<(panel + count), offset, panelBytes))
            panel += count
            offset += (count * panelBytes + 63) / 64 * 64
        }
        panels = panel
        self.groups = groups
        buffer = try FloatBuffer(offset / MemoryLayout<Float>.stride)
        let base = UnsafeMutableRawPointer(buffer.base)
        self.sections = sections.map {
            let start = (base + $0.offset).assumingMemoryBound(to: UInt8.self)
            return Section(form: $0.form, panels: $0.panels, base: start, panelBytes: $0.panelBytes)
        }
    }

    /// How the weights of a tensor are kept. Ternary formats are ternary where one scale serves the whole tensor, as it does
    /// in models that were trained so; where it does not, TQ1_0 and TQ2_0 are codes with their scales. Q4_0 is ternary where it holds -1, 0 and 1 of
    /// one scale alone.
    static func form(of tensor: GGUFTensor, in file: GGUFFile, _ precision: Precision) -> Form {
        guard precision == .integer else { return .floats }
        let type = Int32(tensor.type.rawValue)
        if [.q4_0, .tq1_0, .tq2_0, .i2_S].contains(tensor.type), tensor.width < ternaryDepthLimit {
            var scale: Float = 0
            let blocks = Int64(tensor.count / tensor.type.blockValues)
            if let data = file.data(tensor).bindMemory(to: UInt8.self).baseAddress,
                dk_ternary_scale(type, data, blocks, &scale) == 1
            {
                return .ternary(scale: scale * file.tensorScale(tensor))
            }
        }
        guard let format = dk_format_of(type) else { return .floats }
        return .codes(format)
    }

    /// Sums of a row longer than this might not fit in 32 bits, or not be whole numbers as floats.
    private static let ternaryDepthLimit = 1 << 17

    /// The weights of one output, copied out: `count` of them, or `inputs`.
    func copyRow(_ row: Int, to target: UnsafeMutablePointer<Float>, count: Int? = nil) {
        let depth = count ?? inputs
        for section in sections where section.panels.contains(row / lanes) {
            let panel = section.panel(row / lanes)
            switch section.form {
            case .codes(let format): dk_unpack_output(format, panel, Int64(depth), Int64(row % lanes), target)
            case .ternary(let scale):
                dk_unpack_output(dk_ternary_format(), panel, Int64(depth), Int64(row % lanes), target)
                for k in 0..<depth { target[k] *= scale }
            case .floats:
                let source = UnsafeRawPointer(panel).assumingMemoryBound(to: Float.self) + row % lanes
                for k in 0..<depth { target[k] = source[k * lanes] }
            }
        }
    }

    /// Multiplies rows by some panels; `output` begins with the product of the first row and the first panel.
    ///
    /// - Parameters:
    ///   - input: the rows as floats, `inputStride` apart.
    ///   - rounded: the same rows, rounded for this matrix.
    func multiply(
        _ kernels: dk_kernels,
        rows: Range<Int>,
        panels: Range<Int>,
        input: UnsafePointer<Float>,
        inputStride: Int,
        rounded: RoundedRows,
        output: UnsafeMutablePointer<Float>,
        outputStride: Int
    ) {
        for section in sections {
            let part = section.panels.clamped(to: panels)
            if part.isEmpty { continue }
            let weights = section.panel(part.lowerBound)
            let target = output + (part.lowerBound - panels.lowerBound) * lanes
            switch section.form {
            case .floats:
                kernels.gemm(
                    Int64(rows.count),
                    Int64(part.count),
                    Int64(depth),
                    input + rows.lowerBound * inputStride,
                    Int64(inputStride),
                    UnsafeRawPointer(weights).assumingMemoryBound(to: Float.self),
                    target,
                    Int64(outputStride)
                )
            case .codes(let format):
                let source = rounded.rows(for: self, group: Int(format.pointee.group))
                kernels.gemm_codes(
                    format,
                    Int64(rows.count),
                    Int64(part.count),
                    Int64(depth),
                    source.base + rows.lowerBound * source.stride,
                    Int64(source.stride),
                    weights,
                    target,
                    Int64(outputStride)
                )
            case .ternary(let scale):
                let source = rounded.rows(for: self, group: depth)
                kernels.gemm_ternary(
                    scale,
                    Int64(rows.count),
                    Int64(part.count),
                    Int64(depth),
                    source.base + rows.lowerBound * source.stride,
                    Int64(source.stride),
                    weights,
                    target,
                    Int64(outputStride)
                )
            }
        }
    }
}

/// Outputs in a panel.
let lanes = 16

/// Collects what is to be packed, then packs it on all threads.
struct WeightPacker {
    private struct Task {
        let type: Int32
        let source: UnsafePointer<UInt8>
        let rowBytes: Int
        let rows: Int
        let depth: Int
        let form: PackedMatrix.Form
        /// What floats are multiplied by, beside what the blocks say.
        let factor: Float
        let target: UnsafeMutablePointer<UInt8>
    }

    private let file: GGUFFile
    private let precision: Precision
    private var tasks: [Task] = []
    private var deepest = 0

    init(_ file: GGUFFile, precision: Precision) {
        self.file = file
        self.precision = precision
    }

    /// One matrix made of the rows of several tensors, each beginning at a panel.
    ///
    /// - Parameter repeats: blocks of inputs that there is room for behind the `depth` of the tensors.
    /// - Throws: `DroidError` with code `model.corrupt` when a tensor is missing or has another shape.
    mutating func matrix(_ parts: [(name: String, outputs: Int)], depth: Int, repeats: Int = 0) throws -> PackedMatrix {
        let tensors = try parts.map { try tensor($0.name, [depth, $0.outputs]) }
        let matrix = try PackedMatrix(
            depth: depth,
            repeats: repeats,
            parts: zip(parts, tensors).map { part, tensor in (part.outputs, form(of: tensor)) }
        )
        for (tensor, section) in zip(tensors, matrix.sections) {
            guard let source = file.data(tensor).bindMemory(to: UInt8.self).baseAddress else { continue }
            for panel in section.panels {
                let first = (panel - section.panels.lowerBound) * lanes
                tasks.append(
                    Task(
                        type: Int32(tensor.type.rawValue),
                        source: source + first * tensor.rowBytes,
                        rowBytes: tensor.rowBytes,
                        rows: min(lanes, tensor.dimensions[1] - first),
                        depth: depth,
                        form: section.form,
                        factor: file.tensorScale(tensor),
                        target: section.panel(panel)
                    )
                )
            }
        }
        deepest = max(deepest, depth)
        return matrix
    }

    private func form(of tensor: GGUFTensor) -> PackedMatrix.Form {
        PackedMatrix.form(of: tensor, in: file, precision)
    }

    func has(_ name: String) -> Bool { file.tensors[name] != nil }

    /// A vector of weights.
    func vector(_ name: String, _ count: Int) throws -> [Float] { file.floats(try tensor(name, [count])) }

    private func tensor(_ name: String, _ dimensions: [Int]) throws -> GGUFTensor {
        guard let tensor = file.tensors[name] else { throw GGUFFile.corrupt("the tensor \(name) is missing") }
        guard tensor.dimensions == dimensions else {
            throw GGUFFile.corrupt("the tensor \(name) has the shape \(tensor.dimensions) instead of \(dimensions)")
        }
        return tensor
    }

    /// Fills the matrices, with `also` running beside it.
    func run(on pool: ThreadPool, also: () -> Void) throws {
        let group = 16
        let scratch = try FloatBuffer(pool.threads * lanes * deepest)
        pool.run(1 + (tasks.count + group - 1) / group) { index, worker in
            if index == 0 { return also() }
            let first = (index - 1) * group
            for task in tasks[first..<min(first + group, tasks.count)] {
                switch task.form {
                case .codes:
                    _ = dk_pack_codes(
                        task.type,
                        task.source,
                        Int64(task.rowBytes),
                        Int64(task.rows),
                        Int64(task.depth),
                        task.target
                    )
                case .ternary:
                    _ = dk_pack_ternary_blocks(
                        task.type,
                        task.source,
                        Int64(task.rowBytes),
                        Int64(task.rows),
                        Int64(task.depth),
                        task.target
                    )
                case .floats:
                    let target = UnsafeMutableRawPointer(task.target).assumingMemoryBound(to: Float.self)
                    _ = dk_pack_panel(
                        task.type,
                        task.source,
                        Int64(task.rowBytes),
                        Int64(task.rows),
                        Int64(task.depth),
                        scratch.base + worker * lanes * deepest,
                        target
                    )
                    if task.factor != 1 { for index in 0..<(lanes * task.depth) { target[index] *= task.factor } }
                }
            }
        }
    }
}
