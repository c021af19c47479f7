// SPDX-License-Identifier: Apache-2.0

/// The type of a metadata value in a GGUF file; the raw value is the number that the file holds.
enum GGUFValueType: UInt32 {
    case uint8 = 0
    case int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

    /// Bytes of a value of fixed size, nil for strings and arrays.
    var size: Int? {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        case .string, .array: nil
        }
    }
}

/// A metadata value of a GGUF file.
public enum GGUFValue: Sendable, Equatable {
    case integer(Int64)
    /// Only for values above `Int64.max`.
    case unsigned(UInt64)
    case float(Double)
    case bool(Bool)
    /// Bytes, since the format does not hold strings to UTF-8.
    case string([UInt8])
    /// Left in the file until asked for, so that reading a header allocates nothing for it.
    case array(GGUFArray)
}

/// An array among the metadata: where it lies in the file.
public struct GGUFArray: Sendable, Equatable {
    let type: GGUFValueType
    /// Number of elements.
    public let count: Int
    /// Offset of the first element in the file.
    let offset: Int
}
