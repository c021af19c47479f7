// SPDX-License-Identifier: Apache-2.0

import Inference
import Kernels

/// What a training step computes in. Sums are floats in both.
public enum TrainingPrecision: String, Codable, Sendable, CaseIterable {
    /// 32-bit floats throughout: the reference.
    case float = "fp32"
    /// Weights, activations and their gradients as bfloat16; adapters, their gradients and the residual stream as floats.
    case bfloat16 = "bf16"
    /// The same, but products with frozen weights forward are those of the engine: weights in the bits of their file, activations rounded to 8
    /// bits. Matrices that the file has in floats stay bfloat16.
    case integer = "int8"

    var element: dk_element { self == .float ? DK_FLOAT : DK_BFLOAT16 }

    /// Bytes of an element.
    public var bytes: Int { self == .float ? 4 : 2 }
}

/// Memory for elements of a precision, zeroed at first.
final class ElementBuffer: @unchecked Sendable {  // Sendable: owners hand out writes to disjoint parts only.
    private let memory: FloatBuffer
    /// Bytes of an element.
    let bytes: Int
    let count: Int

    /// - Throws: `DroidError` with code `model.memory`.
    init(_ count: Int, _ precision: TrainingPrecision) throws {
        bytes = precision.bytes
        self.count = count
        memory = try FloatBuffer((count * bytes + 3) / 4)
    }

    var base: UnsafeMutableRawPointer { UnsafeMutableRawPointer(memory.base) }

    /// The place of an element.
    func at(_ index: Int) -> UnsafeMutableRawPointer { base + index * bytes }

    /// Bytes that it takes.
    var byteCount: Int { count * bytes }
}

/// One part of a product: rows of `input` times panels of `weights`.
struct Factor {
    var depth: Int
    var input: ElementBuffer
    /// Where the first row begins, and the distance between rows.
    var inputOffset = 0
    var inputStride: Int
    var weights: ElementBuffer
    /// Where the first panel begins, and the distance between panels.
    var panelOffset = 0
    var panelStride: Int

    /// For rows from `row` and panels from `panel` on.
    func raw(row: Int, panel: Int) -> dk_factor {
        dk_factor(
            k: Int64(depth),
            a: UnsafeRawPointer(input.at(inputOffset + row * inputStride)),
            a_stride: Int64(inputStride),
            w: UnsafeRawPointer(weights.at(panelOffset + panel * panelStride)),
            panel_stride: Int64(panelStride)
        )
    }
}
