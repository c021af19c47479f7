// SPDX-License-Identifier: Apache-2.0

import Kernels

// The names are GGML's own.
// swift-format-ignore: AlwaysUseLowerCamelCase
/// The formats of tensors that this engine reads; the raw value is GGML's number for the format.
public enum GGMLType: UInt32, Sendable, CaseIterable {
    case f32 = 0
    case f16 = 1
    case q4_0 = 2
    case q4_1 = 3
    case q5_0 = 6
    case q5_1 = 7
    case q8_0 = 8
    case q2_K = 10
    case q3_K = 11
    case q4_K = 12
    case q5_K = 13
    case q6_K = 14
    case q8_K = 15
    case iq4_NL = 20
    case iq4_XS = 23
    case bf16 = 30
    case tq1_0 = 34
    case tq2_0 = 35
    /// Ternary, of Microsoft's fork: one scale for the whole tensor, behind its blocks.
    case i2_S = 36
    case mxfp4 = 39

    /// Values in one block.
    public var blockValues: Int { Int(dk_block_values(Int32(rawValue))) }
    /// Bytes of one block.
    public var blockBytes: Int { Int(dk_block_bytes(Int32(rawValue))) }

    /// Bytes behind the blocks of a tensor.
    var tailBytes: Int { self == .i2_S ? 32 : 0 }

    /// A name for any of GGML's numbers, so that an error can say what a file holds.
    static func name(of raw: UInt32) -> String {
        if let known = GGMLType(rawValue: raw) { return "\(known)".uppercased() }
        let others: [UInt32: String] = [
            9: "Q8_1", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 21: "IQ3_S",
            22: "IQ2_S", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64", 29: "IQ1_M", 38: "TL1",
            40: "NVFP4", 41: "Q1_0", 42: "Q2_0",
        ]
        return others[raw] ?? "number \(raw)"
    }

    /// Rounds values to blocks of Q4_0, Q4_1, Q8_0, Q4_K or TQ2_0, with the bits of llama.cpp's reference, or of I2_S.
    ///
    /// I2_S takes values that were divided by the tensor's scale, and gives no tail.
    /// - Returns: the blocks, or nil for any other format, or when `values` is not a whole number of blocks.
    public func quantize(_ values: [Float]) -> [UInt8]? {
        guard values.count % blockValues == 0 else { return nil }
        let blocks = values.count / blockValues
        var known = true
        let out = [UInt8](unsafeUninitializedCapacity: blocks * blockBytes) { out, count in
            if let target = out.baseAddress, blocks > 0 {
                known = dk_quantize(Int32(rawValue), values, Int64(blocks), target) != 0
            }
            count = known ? blocks * blockBytes : 0
        }
        return known ? out : nil
    }

    /// Expands whole blocks to floats, with the bits of the Python package `gguf`.
    ///
    /// - Returns: the values, or nil when `bytes` is not a whole number of blocks.
    public func dequantize(_ bytes: [UInt8]) -> [Float]? {
        guard bytes.count % blockBytes == 0 else { return nil }
        let blocks = bytes.count / blockBytes
        return [Float](unsafeUninitializedCapacity: blocks * blockValues) { out, count in
            if let target = out.baseAddress, blocks > 0 {
                _ = dk_dequantize(Int32(rawValue), bytes, Int64(blocks), target)
            }
            count = blocks * blockValues
        }
    }
}
