// SPDX-License-Identifier: Apache-2.0

/// Builds GGUF files for tests, whole ones and broken ones.
struct GGUFWriter {
    private var keys: [UInt8] = []
    private var keyCount: UInt64 = 0
    private var infos: [UInt8] = []
    private var tensorCount: UInt64 = 0
    private var data: [UInt8] = []
    var version: UInt32 = 3
    var alignment = 32

    static func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    static func string(_ text: String) -> [UInt8] { little(UInt64(text.utf8.count)) + Array(text.utf8) }

    mutating func raw(_ key: String, type: UInt32, _ bytes: [UInt8]) {
        keys += GGUFWriter.string(key) + GGUFWriter.little(type) + bytes
        keyCount += 1
    }

    mutating func set(_ key: String, _ value: UInt32) { raw(key, type: 4, GGUFWriter.little(value)) }
    mutating func set(_ key: String, _ value: Float) { raw(key, type: 6, GGUFWriter.little(value.bitPattern)) }
    mutating func set(_ key: String, _ value: Bool) { raw(key, type: 7, [value ? 1 : 0]) }
    mutating func set(_ key: String, _ value: String) { raw(key, type: 8, GGUFWriter.string(value)) }
    mutating func set(_ key: String, _ values: [String]) {
        let header = GGUFWriter.little(UInt32(8)) + GGUFWriter.little(UInt64(values.count))
        raw(key, type: 9, values.reduce(into: header) { $0 += GGUFWriter.string($1) })
    }
    mutating func set(_ key: String, _ values: [Int32]) {
        let header = GGUFWriter.little(UInt32(5)) + GGUFWriter.little(UInt64(values.count))
        raw(key, type: 9, values.reduce(into: header) { $0 += GGUFWriter.little($1) })
    }

    mutating func tensor(_ name: String, _ dimensions: [Int], type: UInt32 = 0, offset: UInt64? = nil, _ bytes: [UInt8])
    {
        infos += GGUFWriter.string(name) + GGUFWriter.little(UInt32(dimensions.count))
        for size in dimensions { infos += GGUFWriter.little(UInt64(size)) }
        infos += GGUFWriter.little(type) + GGUFWriter.little(offset ?? UInt64(data.count))
        data += bytes
        data += [UInt8](repeating: 0, count: (alignment - data.count % alignment) % alignment)
        tensorCount += 1
    }

    mutating func tensor(_ name: String, _ dimensions: [Int], _ values: [Float]) {
        tensor(name, dimensions, values.flatMap { GGUFWriter.little($0.bitPattern) })
    }

    func bytes() -> [UInt8] {
        var out = Array("GGUF".utf8) + GGUFWriter.little(version)
        out += GGUFWriter.little(tensorCount) + GGUFWriter.little(keyCount) + keys + infos
        out += [UInt8](repeating: 0, count: (alignment - out.count % alignment) % alignment)
        return out + data
    }
}
