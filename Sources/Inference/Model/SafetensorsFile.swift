// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// A safetensors file, read whole: a JSON header behind its length, then the data.
///
/// Every shape and offset is held against the size of the file before it is used.
public struct SafetensorsFile: Sendable {
    public struct Tensor: Sendable, Equatable {
        /// As the file writes it, such as `BF16`.
        public let type: String
        /// The contiguous dimension last.
        public let shape: [Int]
        let range: Range<Int>
    }

    public let tensors: [String: Tensor]
    let bytes: [UInt8]

    private struct Entry: Decodable {
        var dtype: String
        var shape: [Int]
        var dataOffsets: [Int]
    }

    private enum Value: Decodable {
        case entry(Entry)
        case other
        init(from decoder: any Decoder) throws {
            self = (try? Entry(from: decoder)).map { .entry($0) } ?? .other
        }
    }

    /// - Throws: `DroidError` with code `model.missing` or `model.corrupt`.
    public init(path: String) throws {
        do {
            try self.init(bytes: FileBytes.read(path))
        } catch let error as DroidError where error.code == "file.read" {
            throw DroidError("model.missing", "cannot open \(path)", why: error.why)
        }
    }

    /// - Throws: `DroidError` with code `model.corrupt`.
    public init(bytes: [UInt8]) throws {
        func corrupt(_ why: String) -> DroidError {
            DroidError("model.corrupt", "the file is not a whole safetensors file", why: why, next: "fetch it again")
        }
        guard bytes.count >= 8 else { throw corrupt("it is shorter than its own header") }
        let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
        guard length <= 100 << 20, length <= UInt64(bytes.count - 8) else {
            throw corrupt("its header would be \(length) bytes long")
        }
        let start = 8 + Int(length)
        guard let header = try? JSON.decode([String: Value].self, from: Array(bytes[8..<start]), snakeCase: true) else {
            throw corrupt("its header is no JSON")
        }
        var tensors: [String: Tensor] = [:]
        for (name, value) in header where name != "__metadata__" {
            guard case .entry(let entry) = value, entry.dataOffsets.count == 2, entry.shape.count <= 8 else {
                throw corrupt("the entry of \(name) is none")
            }
            let (from, to) = (entry.dataOffsets[0], entry.dataOffsets[1])
            guard from >= 0, from <= to, to <= bytes.count - start else {
                throw corrupt("the file ends before the end of \(name)")
            }
            var size = SafetensorsFile.size(of: entry.dtype)
            for dimension in entry.shape {
                let (product, overflow) = (size ?? 0).multipliedReportingOverflow(by: dimension)
                guard dimension >= 0, !overflow else {
                    throw corrupt("\(name) has the impossible shape \(entry.shape)")
                }
                size = size == nil ? nil : product
            }
            guard size == nil || size == to - from else { throw corrupt("shape and length of \(name) do not fit") }
            tensors[name] = Tensor(type: entry.dtype, shape: entry.shape, range: (start + from)..<(start + to))
        }
        self.tensors = tensors
        self.bytes = bytes
    }

    private static func size(of type: String) -> Int? {
        switch type {
        case "F64", "I64", "U64": 8
        case "F32", "I32", "U32": 4
        case "F16", "BF16", "I16", "U16": 2
        case "I8", "U8", "BOOL": 1
        default: nil
        }
    }

    /// The format of a tensor as GGML names it, where it has one.
    func type(of tensor: Tensor) -> GGMLType? {
        switch tensor.type {
        case "F32": .f32
        case "F16": .f16
        case "BF16": .bf16
        default: nil
        }
    }

    /// The values of a tensor.
    ///
    /// - Throws: `DroidError` with code `model.corrupt` (there is none) or `model.unsupported` (another format).
    func floats(_ name: String) throws -> [Float] {
        guard let tensor = tensors[name] else { throw GGUFFile.corrupt("the tensor \(name) is missing") }
        guard let type = type(of: tensor), let values = type.dequantize(Array(bytes[tensor.range])) else {
            throw GGUFFile.unsupported("the tensor \(name) is of the format \(tensor.type), which is not supported")
        }
        return values
    }
}
