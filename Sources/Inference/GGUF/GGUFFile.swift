// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// A tensor in a GGUF file.
public struct GGUFTensor: Sendable {
    public let name: String
    /// Sizes, the contiguous dimension (input features of a matrix) first.
    public let dimensions: [Int]
    public let type: GGMLType
    /// Offset of the data in the file.
    package let offset: Int
    let byteCount: Int

    /// Values in a row, that is in the contiguous dimension.
    package var width: Int { dimensions.first ?? 1 }
    /// Number of rows.
    package var rows: Int { dimensions.dropFirst().reduce(1, *) }
    package var rowBytes: Int { width / type.blockValues * type.blockBytes }
    /// Number of values.
    var count: Int { width * rows }
}

/// A GGUF file of version 3, read whole and checked before anything is taken from it.
///
/// Every count and offset is held against the size of the file before it is used: no file can make the reader crash, or
/// allocate more than the file's own size.
public final class GGUFFile: @unchecked Sendable {  // Sendable: immutable after init.
    /// Metadata by key.
    public let metadata: [String: GGUFValue]
    /// Tensors by name.
    public let tensors: [String: GGUFTensor]
    package let bytes: UnsafeRawBufferPointer
    /// Where the type and the value of each key lie, in the order of the file.
    let keyRanges: [(key: String, range: Range<Int>)]

    /// Reads a file.
    ///
    /// - Throws: `DroidError` with code `model.missing` (it cannot be opened), `model.corrupt` (it is no whole GGUF
    ///   file) or `model.unsupported` (another version, or a tensor format that this engine does not read).
    public convenience init(path: String) throws {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw DroidError(
                "model.missing",
                "cannot open the model \(path)",
                why: String(cString: strerror(errno)),
                next: "fetch the model with `droidagent model fetch`, or name another GGUF file with --model"
            )
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw DroidError("model.missing", "the model \(path) is not a regular file")
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(status.st_size), alignment: 64)
        var done = 0
        while done < buffer.count {
            let count = read(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                let why = count < 0 ? String(cString: strerror(errno)) : "the file became shorter while it was read"
                buffer.deallocate()
                throw DroidError("model.missing", "cannot read the model \(path)", why: why)
            }
            done += count
        }
        try self.init(owning: UnsafeRawBufferPointer(buffer))
    }

    /// Reads a GGUF file, or turns a model's folder (`config.json`, `tokenizer.json`, safetensors files) into one in memory.
    ///
    /// - Throws: as `init(path:)`.
    public static func open(_ path: String) throws -> GGUFFile {
        var status = stat()
        let isFolder = stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        return isFolder ? try ModelFolder.read(path) : try GGUFFile(path: path)
    }

    /// Reads a file that is in memory already.
    ///
    /// - Throws: as `init(path:)`.
    public convenience init(bytes: [UInt8]) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
        buffer.copyBytes(from: bytes)
        try self.init(owning: UnsafeRawBufferPointer(buffer))
    }

    /// Takes over `buffer`, also when this throws.
    init(owning buffer: UnsafeRawBufferPointer) throws {
        do {
            (metadata, keyRanges, tensors) = try GGUFFile.parse(buffer)
            bytes = buffer
        } catch {
            buffer.deallocate()
            throw error
        }
    }

    deinit { bytes.deallocate() }

    /// The bytes of a tensor of this file.
    package func data(_ tensor: GGUFTensor) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[tensor.offset..<(tensor.offset + tensor.byteCount)])
    }

    /// All values of a tensor of this file as floats.
    package func floats(_ tensor: GGUFTensor) -> [Float] {
        let scale = tensorScale(tensor)
        let values = tensor.type.dequantize(Array(data(tensor).dropLast(tensor.type.tailBytes))) ?? []
        return scale == 1 ? values : values.map { $0 * scale }
    }

    /// What all values of a tensor are multiplied by, beside what its blocks say: I2_S has one scale for all, behind them.
    package func tensorScale(_ tensor: GGUFTensor) -> Float {
        guard tensor.type == .i2_S else { return 1 }
        let at = tensor.offset + tensor.byteCount - tensor.type.tailBytes
        return Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
    }
}

// MARK: - Metadata by type

extension GGUFFile {
    /// An integer, whatever width the file gives it; nil when there is none.
    public func integer(_ key: String) -> Int? {
        guard case .integer(let value)? = metadata[key] else { return nil }
        return Int(value)
    }

    /// A number, integer or not.
    public func number(_ key: String) -> Double? {
        switch metadata[key] {
        case .float(let value)?: value
        case .integer(let value)?: Double(value)
        default: nil
        }
    }

    public func bool(_ key: String) -> Bool? {
        guard case .bool(let value)? = metadata[key] else { return nil }
        return value
    }

    /// A string; bytes that are not UTF-8 are replaced.
    public func string(_ key: String) -> String? {
        guard case .string(let value)? = metadata[key] else { return nil }
        return String(decoding: value, as: UTF8.self)
    }

    /// An array of strings.
    public func strings(_ key: String) -> [[UInt8]]? {
        guard case .array(let array)? = metadata[key], array.type == .string else { return nil }
        var cursor = GGUFCursor(bytes, at: array.offset)
        // The parse went over the same bytes, so the reads below cannot fail.
        return try? (0..<array.count).map { _ in Array(bytes[try cursor.string(key)]) }
    }

    /// An array of numbers, integers or not.
    public func numbers(_ key: String) -> [Float]? {
        guard case .array(let array)? = metadata[key] else { return nil }
        var cursor = GGUFCursor(bytes, at: array.offset)
        var out: [Float] = []
        out.reserveCapacity(array.count)
        for _ in 0..<array.count {
            switch try? cursor.scalar(array.type, key) {
            case .float(let value)?: out.append(Float(value))
            case .integer(let value)?: out.append(Float(value))
            default: return nil
            }
        }
        return out
    }

    /// An array of integers.
    public func integers(_ key: String) -> [Int]? {
        guard case .array(let array)? = metadata[key] else { return nil }
        var cursor = GGUFCursor(bytes, at: array.offset)
        var out: [Int] = []
        for _ in 0..<array.count {
            guard case .integer(let value)? = try? cursor.scalar(array.type, key) else { return nil }
            out.append(Int(value))
        }
        return out
    }
}

// MARK: - Parsing

extension GGUFFile {
    static func corrupt(_ why: String) -> DroidError {
        DroidError(
            "model.corrupt",
            "the file is not a whole GGUF model",
            why: why,
            next: "fetch the model again with `droidagent model fetch`"
        )
    }

    static func truncated(_ what: String, at offset: Int) -> DroidError {
        corrupt("the file ends before the end of \(what), which begins at byte \(offset)")
    }

    static func unsupported(_ why: String) -> DroidError {
        DroidError(
            "model.unsupported",
            "this model cannot be run",
            why: why,
            next: "`droidagent model info` says what the file holds; README.md of Inference lists what is supported"
        )
    }

    private static func parse(
        _ bytes: UnsafeRawBufferPointer
    ) throws -> (
        [String: GGUFValue], [(key: String, range: Range<Int>)], [String: GGUFTensor]
    ) {
        var cursor = GGUFCursor(bytes)
        guard bytes.count >= 4, bytes[0..<4].elementsEqual("GGUF".utf8) else {
            throw corrupt("it does not begin with the letters GGUF")
        }
        try cursor.skip(4, "the signature")
        let version = try cursor.integer(UInt32.self, "the version")
        guard version == 3 else {
            throw unsupported("it is of GGUF version \(version), and only version 3 is supported")
        }
        let tensorCount = try cursor.integer(UInt64.self, "the number of tensors")
        let keyCount = try cursor.integer(UInt64.self, "the number of keys")

        var metadata: [String: GGUFValue] = [:]
        var ranges: [(key: String, range: Range<Int>)] = []
        for index in 0..<keyCount {
            let key = try name(&cursor, "key \(index)")
            let start = cursor.offset
            defer { ranges.append((key, start..<cursor.offset)) }
            guard metadata.updateValue(try cursor.value("the value of \(key)"), forKey: key) == nil else {
                throw corrupt("the key \(key) is there twice")
            }
        }

        var alignment = 32
        if let value = metadata["general.alignment"] {
            guard case .integer(let set) = value, set >= 8, set <= 1 << 30, set & (set - 1) == 0 else {
                throw corrupt("general.alignment is not a power of two from 8")
            }
            alignment = Int(set)
        }

        var infos: [TensorInfo] = []
        for index in 0..<tensorCount { infos.append(try tensorInfo(&cursor, Int(clamping: index))) }
        let start = (cursor.offset + alignment - 1) / alignment * alignment
        var tensors: [String: GGUFTensor] = [:]
        for info in infos {
            let tensor = try place(info, dataStart: start, alignment: alignment, fileSize: bytes.count)
            guard tensors.updateValue(tensor, forKey: tensor.name) == nil else {
                throw corrupt("the tensor \(tensor.name) is there twice")
            }
        }
        return (metadata, ranges, tensors)
    }

    private struct TensorInfo {
        var name: String
        var dimensions: [UInt64]
        var type: UInt32
        var offset: UInt64
    }

    private static func name(_ cursor: inout GGUFCursor, _ what: String) throws -> String {
        let range = try cursor.string(what)
        guard range.count <= 65535, !range.isEmpty, let name = String(validating: cursor.bytes[range], as: UTF8.self)
        else { throw corrupt("\(what) has no proper name") }
        return name
    }

    private static func tensorInfo(_ cursor: inout GGUFCursor, _ index: Int) throws -> TensorInfo {
        let name = try name(&cursor, "tensor \(index)")
        let count = try cursor.integer(UInt32.self, "the number of dimensions of \(name)")
        guard (1...4).contains(count) else { throw corrupt("the tensor \(name) has \(count) dimensions") }
        let dimensions = try (0..<count).map { _ in try cursor.integer(UInt64.self, "the dimensions of \(name)") }
        let type = try cursor.integer(UInt32.self, "the type of \(name)")
        let offset = try cursor.integer(UInt64.self, "the offset of \(name)")
        return TensorInfo(name: name, dimensions: dimensions, type: type, offset: offset)
    }

    private static func place(
        _ info: TensorInfo,
        dataStart: Int,
        alignment: Int,
        fileSize: Int
    ) throws -> GGUFTensor {
        let name = info.name
        guard let type = GGMLType(rawValue: info.type) else {
            throw unsupported("the tensor \(name) has the type \(GGMLType.name(of: info.type)), which is not supported")
        }
        guard info.dimensions[0] % UInt64(type.blockValues) == 0 else {
            throw corrupt("a row of \(name) is not a whole number of blocks of \(GGMLType.name(of: info.type))")
        }
        var total: UInt64 = UInt64(type.blockBytes)
        for (index, size) in info.dimensions.enumerated() {
            let factor = index == 0 ? size / UInt64(type.blockValues) : size
            let (product, overflow) = total.multipliedReportingOverflow(by: factor)
            guard size > 0, !overflow else {
                throw corrupt("the tensor \(name) has the impossible size \(info.dimensions)")
            }
            total = product
        }
        let (whole, tailOverflow) = total.addingReportingOverflow(UInt64(type.tailBytes))
        guard !tailOverflow else { throw corrupt("the tensor \(name) has the impossible size \(info.dimensions)") }
        total = whole
        guard info.offset % UInt64(alignment) == 0 else { throw corrupt("the data of \(name) are not aligned") }
        let (begin, wrapped) = info.offset.addingReportingOverflow(UInt64(dataStart))
        let (end, wrappedToo) = begin.addingReportingOverflow(total)
        guard !wrapped, !wrappedToo, end <= UInt64(fileSize) else {
            throw corrupt("the file ends before the end of the tensor \(name)")
        }
        return GGUFTensor(
            name: name,
            dimensions: info.dimensions.map { Int($0) },
            type: type,
            offset: Int(begin),
            byteCount: Int(total)
        )
    }
}
