// SPDX-License-Identifier: Apache-2.0

/// Reads little-endian values from a buffer, each after a check that it lies within.
struct GGUFCursor {
    let bytes: UnsafeRawBufferPointer
    private(set) var offset: Int

    init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
    }

    var remaining: Int { bytes.count - offset }

    mutating func skip(_ count: UInt64, _ what: String) throws {
        guard count <= UInt64(remaining) else { throw GGUFFile.truncated(what, at: offset) }
        offset += Int(count)
    }

    mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self, _ what: String) throws -> Value {
        let start = offset
        try skip(UInt64(MemoryLayout<Value>.size), what)
        return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: Value.self))
    }

    /// The range of the bytes of a string.
    mutating func string(_ what: String) throws -> Range<Int> {
        let length = try integer(UInt64.self, what)
        let start = offset
        try skip(length, what)
        return start..<offset
    }

    /// A value of fixed size or a string; arrays are read by `value(_:)`.
    mutating func scalar(_ type: GGUFValueType, _ what: String) throws -> GGUFValue {
        switch type {
        case .uint8: return .integer(Int64(try integer(UInt8.self, what)))
        case .int8: return .integer(Int64(try integer(Int8.self, what)))
        case .uint16: return .integer(Int64(try integer(UInt16.self, what)))
        case .int16: return .integer(Int64(try integer(Int16.self, what)))
        case .uint32: return .integer(Int64(try integer(UInt32.self, what)))
        case .int32: return .integer(Int64(try integer(Int32.self, what)))
        case .int64: return .integer(try integer(Int64.self, what))
        case .uint64:
            let value = try integer(UInt64.self, what)
            return Int64(exactly: value).map { .integer($0) } ?? .unsigned(value)
        case .float32: return .float(Double(Float(bitPattern: try integer(UInt32.self, what))))
        case .float64: return .float(Double(bitPattern: try integer(UInt64.self, what)))
        case .bool:
            let byte = try integer(UInt8.self, what)
            guard byte <= 1 else { throw GGUFFile.corrupt("\(what) is a truth value of \(byte)") }
            return .bool(byte == 1)
        case .string: return .string(Array(bytes[try string(what)]))
        case .array: throw GGUFFile.corrupt("\(what) is an array within an array")
        }
    }

    mutating func type(_ what: String) throws -> GGUFValueType {
        let raw = try integer(UInt32.self, what)
        guard let type = GGUFValueType(rawValue: raw) else {
            throw GGUFFile.corrupt("\(what) has a value of the unknown type \(raw)")
        }
        return type
    }

    mutating func value(_ what: String) throws -> GGUFValue {
        let type = try type(what)
        guard type == .array else { return try scalar(type, what) }
        let element = try self.type(what)
        let count = try integer(UInt64.self, what)
        let start = offset
        if let size = element.size {
            let (total, overflow) = count.multipliedReportingOverflow(by: UInt64(size))
            guard !overflow else { throw GGUFFile.truncated(what, at: offset) }
            try skip(total, what)
        } else if element == .string {
            // Each string takes at least its 8 bytes of length, which bounds the loop.
            guard count <= UInt64(remaining / 8) else { throw GGUFFile.truncated(what, at: offset) }
            for _ in 0..<count { _ = try string(what) }
        } else {
            throw GGUFFile.corrupt("\(what) is an array of arrays, which is not supported")
        }
        return .array(GGUFArray(type: element, count: Int(count), offset: start))
    }
}
