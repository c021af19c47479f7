// SPDX-License-Identifier: Apache-2.0

import Base

/// Writes a model anew with its matrices in another format: what `model quantize` does.
public enum ModelQuantizer {
    // The names are GGML's own.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    /// A format that models can be written in.
    public enum Target: String, Sendable, CaseIterable {
        case q8_0, q4_0, q4_1
        case q4_K = "q4_k"
        case tq2_0
        /// Codes of -1, 0 and 1 with one scale for each matrix, its mean magnitude (BitNet b1.58, arXiv 2402.17764, 2): in I2_S, or in blocks of
        /// Q4_0 where rows are no whole number of I2_S's.
        case ternary

        var type: GGMLType {
            switch self {
            case .q8_0: .q8_0
            case .q4_0: .q4_0
            case .q4_1: .q4_1
            case .q4_K: .q4_K
            case .tq2_0: .tq2_0
            case .ternary: .i2_S
            }
        }

        /// For matrices whose rows are no whole number of blocks.
        fileprivate var fallback: GGMLType { self == .tq2_0 || self == .ternary ? .q4_0 : .q8_0 }
        /// For embeddings and the output matrix, which are read one row at a time or decide between all tokens.
        fileprivate var ends: GGMLType {
            switch self {
            case .q4_K, .tq2_0, .ternary: .q8_0
            case .q8_0, .q4_0, .q4_1: type
            }
        }
        /// llama.cpp's number for a file that is mostly of this format.
        fileprivate var fileType: Int {
            switch self {
            case .q8_0: 7
            case .q4_0: 2
            case .q4_1: 3
            case .q4_K: 14
            case .tq2_0: 37
            case .ternary: 40
            }
        }
    }

    /// What became of a tensor.
    public struct Row: Sendable, Encodable {
        public var name: String
        public var from: String
        public var to: String
        /// Root of the mean squared error, relative to that of the values; 0 where nothing was rounded.
        public var relativeError: Double
    }

    /// What a run did.
    public struct Report: Sendable, Encodable {
        public var bytesBefore: Int
        public var bytesAfter: Int
        public var tensors: [Row]
    }

    /// Writes `file` to `path`, its matrices rounded to `target`; norms, biases and scales stay as they are.
    ///
    /// - Parameters:
    ///   - threads: threads to work with; the number of cores when nil.
    ///   - progress: called after each tensor with the share of bytes that is done.
    /// - Throws: `DroidError` with code `model.corrupt` (a weight is not finite), `model.memory` or `file.write`; nothing is
    ///   left behind then.
    public static func quantize(
        _ file: GGUFFile,
        to target: Target,
        path: String,
        threads: Int? = nil,
        progress: (Double) -> Void = { _ in }
    ) throws -> Report {
        let pool = try ThreadPool(threads: threads)
        var builder = GGUFBuilder()
        builder.copyKeys(of: file, except: ["general.file_type", "general.alignment", "general.quantization_version"])
        builder.set("general.file_type", target.fileType)
        builder.set("general.quantization_version", 2)
        let sources = file.tensors.values.sorted { $0.offset < $1.offset }
        for tensor in sources { builder.add(tensor.name, tensor.dimensions, type(of: tensor, target)) }
        let total = Double(max(sources.reduce(0) { $0 + $1.byteCount }, 1))
        var (done, after) = (0, 0)
        var rows: [Row] = []
        try builder.write(to: path) { index in
            let source = sources[index]
            let type = builder.tensors[index].type
            var (bytes, error) = (Array(file.data(source)), 0.0)
            if type != source.type || isTernary(source, target) {
                (bytes, error) = try convert(file, source, to: type, isTernary: isTernary(source, target), pool)
            }
            rows.append(
                Row(
                    name: source.name,
                    from: GGMLType.name(of: source.type.rawValue),
                    to: GGMLType.name(of: type.rawValue),
                    relativeError: error
                )
            )
            done += source.byteCount
            after += bytes.count
            progress(Double(done) / total)
            return bytes
        }
        return Report(bytesBefore: Int(total), bytesAfter: after, tensors: rows)
    }

    static func type(of tensor: GGUFTensor, _ target: Target) -> GGMLType {
        let pieces = tensor.name.split(separator: ".")
        guard tensor.dimensions.count == 2, tensor.rows > 1, pieces.last == "weight",
            !tensor.name.contains("norm"), !tensor.name.hasPrefix("rope_")
        else { return tensor.type }
        let wanted = ["token_embd.weight", "output.weight"].contains(tensor.name) ? target.ends : target.type
        if tensor.width % wanted.blockValues == 0 { return wanted }
        return tensor.width % target.fallback.blockValues == 0 ? target.fallback : tensor.type
    }

    private static func convert(
        _ file: GGUFFile,
        _ tensor: GGUFTensor,
        to type: GGMLType,
        isTernary: Bool,
        _ pool: ThreadPool
    ) throws -> ([UInt8], Double) {
        var values = file.floats(tensor)
        guard values.allSatisfy(\.isFinite) else {
            throw GGUFFile.corrupt("the tensor \(tensor.name) holds values that are no finite numbers")
        }
        var scale: Float = 1
        if isTernary {
            let mean = Float(values.reduce(0.0) { $0 + Double(abs($1)) } / Double(max(values.count, 1)))
            scale = mean > 0 ? mean : 1
            for index in values.indices { values[index] /= scale }
        }
        let chunk = type.blockValues * max(4096 / type.blockValues, 1)
        let chunks = (values.count + chunk - 1) / chunk
        var out = [[UInt8]](repeating: [], count: chunks)
        var errors = [(error: Double, size: Double)](repeating: (0, 0), count: chunks)
        let source = values
        out.withUnsafeMutableBufferPointer { out in
            errors.withUnsafeMutableBufferPointer { errors in
                // Each task writes its own elements only.
                nonisolated(unsafe) let out = out
                nonisolated(unsafe) let errors = errors
                pool.run(chunks) { index, _ in
                    let piece = Array(source[(index * chunk)..<min((index + 1) * chunk, source.count)])
                    let ternary = isTernary && type == .q4_0 ? ternaryBlocks(piece, scale: Float16(scale)) : nil
                    guard let bytes = ternary ?? type.quantize(piece), let back = type.dequantize(bytes) else { return }
                    let unit = ternary == nil ? 1 : Float(Float16(scale))
                    out[index] = bytes
                    for (a, c) in zip(piece, back) {
                        let b = c / unit
                        errors[index].error += Double((a - b) * (a - b))
                        errors[index].size += Double(a * a)
                    }
                }
            }
        }
        var bytes = Array(out.joined())
        if type.tailBytes > 0 {
            bytes += withUnsafeBytes(of: scale.bitPattern.littleEndian) { Array($0) }
            bytes += [UInt8](repeating: 0, count: type.tailBytes - 4)
        }
        let (error, size) = errors.reduce((0.0, 0.0)) { ($0.0 + $1.error, $0.1 + $1.size) }
        return (bytes, size > 0 ? (error / size).squareRoot() : 0)
    }

    /// Whether a matrix becomes ternary.
    private static func isTernary(_ tensor: GGUFTensor, _ target: Target) -> Bool {
        target == .ternary && [.i2_S, .q4_0].contains(type(of: tensor, target))
    }

    /// Blocks of Q4_0 that hold the codes 7, 8 and 9 alone, for -1, 0 and 1.
    ///
    /// - Parameter values: whole blocks of values that were divided by the scale.
    private static func ternaryBlocks(_ values: [Float], scale: Float16) -> [UInt8] {
        let codes = values.map { UInt8(8 + max(-1, min(1, $0.rounded()))) }
        let bits = scale.bitPattern
        return stride(from: 0, to: codes.count, by: 32).flatMap { first in
            [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
                + (0..<16).map { codes[first + $0] | codes[first + 16 + $0] << 4 }
        }
    }
}
