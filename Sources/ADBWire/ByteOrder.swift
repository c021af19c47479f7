// SPDX-License-Identifier: Apache-2.0

/// Little-endian reads and writes; every number of the transport, shell and sync protocols is little-endian.
extension ArraySlice where Element == UInt8 {
    /// The number of type `T` that starts `offset` bytes into the slice. The caller has made sure that it is there.
    func little<T: FixedWidthInteger>(_ offset: Int, as type: T.Type = T.self) -> T {
        withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self)) }
    }
}

extension Array where Element == UInt8 {
    /// Appends a number, lowest byte first.
    mutating func appendLittle<T: FixedWidthInteger>(_ value: T) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}

/// Collects the fixed-size heads of messages whose bytes may arrive in any split. It never holds more than was asked for.
struct HeadReader: Sendable {
    private(set) var bytes: [UInt8] = []

    /// Takes bytes from `input` until `count` are held.
    ///
    /// - Returns: whether they are all there; if not, `input` is used up.
    mutating func fill(_ count: Int, from input: inout ArraySlice<UInt8>) -> Bool {
        let wanted = count - bytes.count
        if wanted > 0 {
            bytes.append(contentsOf: input.prefix(wanted))
            input = input.dropFirst(wanted)
        }
        return bytes.count >= count
    }

    mutating func clear() { bytes.removeAll(keepingCapacity: true) }
}
