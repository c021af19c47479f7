// SPDX-License-Identifier: Apache-2.0

import Base
import Kernels

/// A matrix of weights as the kernels want it: panels of 16 outputs, [outputs / 16][inputs][16], rounded up with zeros.
struct PackedMatrix: Sendable {
    let buffer: FloatBuffer
    /// Inputs.
    let depth: Int
    /// Panels of 16 outputs.
    let panels: Int

    var paddedOutputs: Int { panels * lanes }

    init(depth: Int, outputs: Int) throws {
        self.depth = depth
        panels = (outputs + lanes - 1) / lanes
        buffer = try FloatBuffer(panels * lanes * depth)
    }

    func panel(_ index: Int) -> UnsafeMutablePointer<Float> { buffer.base + index * depth * lanes }

    /// The weights of one output, copied out.
    func copyRow(_ row: Int, to target: UnsafeMutablePointer<Float>) {
        let source = panel(row / lanes) + row % lanes
        for k in 0..<depth { target[k] = source[k * lanes] }
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
        let target: UnsafeMutablePointer<Float>
    }

    private let file: GGUFFile
    private var tasks: [Task] = []
    private var deepest = 0

    init(_ file: GGUFFile) { self.file = file }

    /// One matrix made of the rows of several tensors, each beginning at a panel.
    ///
    /// - Throws: `DroidError` with code `model.corrupt` when a tensor is missing or has another shape.
    mutating func matrix(_ parts: [(name: String, outputs: Int)], depth: Int) throws -> PackedMatrix {
        let outputs = parts.reduce(0) { $0 + ($1.outputs + lanes - 1) / lanes * lanes }
        for part in parts { _ = try tensor(part.name, [depth, part.outputs]) }
        let matrix = try PackedMatrix(depth: depth, outputs: outputs)
        var panel = 0
        for part in parts {
            let tensor = try tensor(part.name, [depth, part.outputs])
            guard let source = file.data(tensor).bindMemory(to: UInt8.self).baseAddress else { continue }
            for first in stride(from: 0, to: part.outputs, by: lanes) {
                tasks.append(
                    Task(
                        type: Int32(tensor.type.rawValue),
                        source: source + first * tensor.rowBytes,
                        rowBytes: tensor.rowBytes,
                        rows: min(lanes, part.outputs - first),
                        depth: depth,
                        target: matrix.panel(panel)
                    )
                )
                panel += 1
            }
        }
        deepest = max(deepest, depth)
        return matrix
    }

    func has(_ name: String) -> Bool { file.tensors[name] != nil }

    /// What all values of a tensor are multiplied by, beside what its blocks say: 1 in most formats.
    func tensorScale(_ name: String) -> Float { file.tensors[name].map(file.tensorScale) ?? 1 }

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
                _ = dk_pack_panel(
                    task.type,
                    task.source,
                    Int64(task.rowBytes),
                    Int64(task.rows),
                    Int64(task.depth),
                    scratch.base + worker * lanes * deepest,
                    task.target
                )
            }
        }
    }
}
