// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// Puts a GGUF file of version 3 together: keys and tensors first, then their data, in the order they were named.
package struct GGUFBuilder {
    package struct Tensor {
        package let name: String
        /// The contiguous dimension first.
        package let dimensions: [Int]
        package let type: GGMLType
        var byteCount: Int {
            dimensions.reduce(1, *) / type.blockValues * type.blockBytes + type.tailBytes
        }
    }

    package init() {}

    private static let alignment = 32
    private var keys: [UInt8] = []
    private var keyCount: UInt64 = 0
    package private(set) var tensors: [Tensor] = []

    private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private static func string(_ bytes: some Collection<UInt8>) -> [UInt8] { little(UInt64(bytes.count)) + bytes }

    private mutating func put(_ key: String, _ type: GGUFValueType, _ value: [UInt8]) {
        keys += GGUFBuilder.string(key.utf8) + GGUFBuilder.little(type.rawValue) + value
        keyCount += 1
    }

    private mutating func put(_ key: String, _ type: GGUFValueType, count: Int, _ values: [UInt8]) {
        put(key, .array, GGUFBuilder.little(type.rawValue) + GGUFBuilder.little(UInt64(count)) + values)
    }

    package mutating func set(_ key: String, _ value: Int) {
        put(key, .uint32, GGUFBuilder.little(UInt32(clamping: value)))
    }
    package mutating func set(_ key: String, _ value: Float) {
        put(key, .float32, GGUFBuilder.little(value.bitPattern))
    }
    package mutating func set(_ key: String, _ value: Bool) { put(key, .bool, [value ? 1 : 0]) }
    package mutating func set(_ key: String, _ value: String) { put(key, .string, GGUFBuilder.string(value.utf8)) }
    package mutating func set(_ key: String, _ values: [[UInt8]]) {
        put(key, .string, count: values.count, values.flatMap { GGUFBuilder.string($0) })
    }
    package mutating func set(_ key: String, _ values: [Int32]) {
        put(key, .int32, count: values.count, values.flatMap { GGUFBuilder.little($0) })
    }
    package mutating func set(_ key: String, _ values: [Float]) {
        put(key, .float32, count: values.count, values.flatMap { GGUFBuilder.little($0.bitPattern) })
    }

    /// Takes over all keys of a file but some, bytes as they are.
    package mutating func copyKeys(of file: GGUFFile, except: Set<String>) {
        for (key, range) in file.keyRanges where !except.contains(key) {
            keys += GGUFBuilder.string(key.utf8) + file.bytes[range]
            keyCount += 1
        }
    }

    package mutating func add(_ name: String, _ dimensions: [Int], _ type: GGMLType) {
        tensors.append(Tensor(name: name, dimensions: dimensions, type: type))
    }

    private static func padded(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }

    private func header() -> [UInt8] {
        var out = Array("GGUF".utf8) + GGUFBuilder.little(UInt32(3))
        out += GGUFBuilder.little(UInt64(tensors.count)) + GGUFBuilder.little(keyCount) + keys
        var offset = 0
        for tensor in tensors {
            out += GGUFBuilder.string(tensor.name.utf8) + GGUFBuilder.little(UInt32(tensor.dimensions.count))
            for size in tensor.dimensions { out += GGUFBuilder.little(UInt64(size)) }
            out += GGUFBuilder.little(tensor.type.rawValue) + GGUFBuilder.little(UInt64(offset))
            offset += GGUFBuilder.padded(tensor.byteCount)
        }
        return out + [UInt8](repeating: 0, count: GGUFBuilder.padded(out.count) - out.count)
    }

    /// The file in memory.
    ///
    /// - Parameter fill: writes the data of a tensor, given its index and its place.
    /// - Throws: what `fill` throws, and what reading the result does.
    package func build(_ fill: (Int, UnsafeMutableRawBufferPointer) throws -> Void) throws -> GGUFFile {
        let header = header()
        let size = tensors.reduce(header.count) { $0 + GGUFBuilder.padded($1.byteCount) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        buffer.copyBytes(from: header)
        var at = header.count
        do {
            for (index, tensor) in tensors.enumerated() {
                let end = at + GGUFBuilder.padded(tensor.byteCount)
                for byte in (at + tensor.byteCount)..<end { buffer[byte] = 0 }
                try fill(index, UnsafeMutableRawBufferPointer(rebasing: buffer[at..<(at + tensor.byteCount)]))
                at = end
            }
        } catch {
            buffer.deallocate()
            throw error
        }
        return try GGUFFile(owning: UnsafeRawBufferPointer(buffer))
    }

    /// Writes the file under a temporary name, one tensor at a time, syncs it and renames it into place.
    ///
    /// - Parameter data: the data of a tensor, given its index.
    /// - Throws: `DroidError` with code `file.write`, or what `data` throws; the file that stood there is unchanged then.
    package func write(to path: String, _ data: (Int) throws -> [UInt8]) throws {
        let temporary = "\(path).\(getpid()).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        func failure() -> DroidError {
            DroidError("file.write", "cannot write \(path)", why: String(cString: strerror(errno)))
        }
        guard descriptor >= 0 else { throw failure() }
        func put(_ bytes: [UInt8]) throws {
            try bytes.withUnsafeBytes { raw in
                var done = 0
                while done < raw.count {
                    let count = Glibc.write(descriptor, raw.baseAddress?.advanced(by: done), raw.count - done)
                    if count < 0 && errno == EINTR { continue }
                    guard count > 0 else { throw failure() }
                    done += count
                }
            }
        }
        do {
            try put(header())
            for (index, tensor) in tensors.enumerated() {
                try put(try data(index))
                try put([UInt8](repeating: 0, count: GGUFBuilder.padded(tensor.byteCount) - tensor.byteCount))
            }
            guard fsync(descriptor) == 0 else { throw failure() }
            guard rename(temporary, path) == 0 else { throw failure() }
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        close(descriptor)
    }
}
