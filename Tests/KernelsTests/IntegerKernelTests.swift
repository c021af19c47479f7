// SPDX-License-Identifier: Apache-2.0

import Kernels
import Testing

/// Rows of GGML blocks of random bits, whose scales are finite and small.
private func randomBlocks(_ type: Int32, rows: Int, depth: Int) -> [UInt8] {
    let scales: [Int32: [Int]] = [
        2: [0], 3: [0, 2], 6: [0], 7: [0, 2], 8: [0], 10: [80, 82], 11: [108], 12: [0, 2], 13: [0, 2], 14: [208],
        34: [52], 35: [64],
    ]
    let block = Int(dk_block_bytes(type))
    let count = rows * depth / Int(dk_block_values(type))
    var bytes = randomFloats(block * count, seed: UInt64(type)).map {
        UInt8(truncatingIfNeeded: Int($0.bitPattern >> 5))
    }
    for index in 0..<count {
        for place in scales[type] ?? [] {
            bytes[index * block + place + 1] = bytes[index * block + place + 1] & 0x83 | 0x1c
        }
    }
    return bytes
}

@Suite("Integer kernels")
struct IntegerKernelTests {
    static let types: [Int32] = [2, 3, 6, 7, 8, 10, 11, 12, 13, 14, 34, 35]

    struct Packed {
        var format: UnsafePointer<dk_format>
        var panels: Int
        var depth: Int
        var bytes: [UInt8]
        /// The weights, [output][depth].
        var weights: [[Float]]
    }

    func pack(_ type: Int32, outputs: Int, depth: Int) throws -> Packed {
        let source = randomBlocks(type, rows: outputs, depth: depth)
        let format = try #require(dk_format_of(type))
        let rowBytes = source.count / outputs
        let panels = (outputs + 15) / 16
        let panel = Int(dk_panel_bytes(format, Int64(depth)))
        var bytes = [UInt8](repeating: 0, count: panels * panel)
        for index in 0..<panels {
            let count = min(16, outputs - index * 16)
            let rows = Array(source[(index * 16 * rowBytes)..<((index * 16 + count) * rowBytes)])
            let packed = try bytes.withUnsafeMutableBufferPointer { target in
                let base = try #require(target.baseAddress)
                return dk_pack_codes(
                    type,
                    rows,
                    Int64(rowBytes),
                    Int64(count),
                    Int64(depth),
                    base + index * panel
                )
            }
            #expect(packed == 1)
        }
        let weights: [[Float]] = (0..<outputs).map { output in
            var row = [Float](repeating: 0, count: depth)
            let blocks = Int64(depth) / dk_block_values(type)
            #expect(
                dk_dequantize(type, Array(source[(output * rowBytes)..<((output + 1) * rowBytes)]), blocks, &row) == 1
            )
            return row
        }
        return Packed(format: format, panels: panels, depth: depth, bytes: bytes, weights: weights)
    }

    func rounded(_ kernels: dk_kernels, _ x: [Float], rows: Int, group: Int) -> (bytes: [UInt8], stride: Int) {
        let depth = x.count / rows
        let stride = Int(dk_activation_bytes(Int64(depth), Int64(group)))
        var bytes = [UInt8](repeating: 0, count: rows * stride)
        bytes.withUnsafeMutableBufferPointer { target in
            guard let base = target.baseAddress else { return }
            for row in 0..<rows {
                let input = Array(x[(row * depth)..<((row + 1) * depth)])
                kernels.quantize(
                    1,
                    Int64(depth),
                    Int64(group),
                    0,
                    Int64(depth),
                    input,
                    Int64(depth),
                    base + row * stride,
                    Int64(stride)
                )
            }
        }
        return (bytes, stride)
    }

    func multiply(_ kernels: dk_kernels, _ packed: Packed, _ a: [UInt8], rows: Int) -> [Float] {
        var c = [Float](repeating: .nan, count: rows * packed.panels * 16)
        kernels.gemm_codes(
            packed.format,
            Int64(rows),
            Int64(packed.panels),
            Int64(packed.depth),
            a,
            Int64(a.count / rows),
            packed.bytes,
            &c,
            Int64(packed.panels * 16)
        )
        return c
    }

    @Test("products have the bits of the plain twin, alone and in company, for every format", arguments: types)
    func twin(type: Int32) throws {
        let packed = try pack(type, outputs: 37, depth: 1024)
        let group = Int(packed.format.pointee.group)
        for isa in vectorSets {
            let fast = dk_kernels_for(isa).pointee
            for rows in [1, 2, 5, 6, 7, 13, 40] {
                let x = randomFloats(rows * packed.depth, seed: UInt64(rows))
                let a = rounded(plain, x, rows: rows, group: group)
                #expect(rounded(fast, x, rows: rows, group: group).bytes == a.bytes)
                let expected = multiply(plain, packed, a.bytes, rows: rows)
                #expect(bits(multiply(fast, packed, a.bytes, rows: rows)) == bits(expected), "\(rows) rows")
                let width = packed.panels * 16
                let last = Array(a.bytes[((rows - 1) * a.stride)...])
                #expect(bits(multiply(fast, packed, last, rows: 1)) == bits(Array(expected[((rows - 1) * width)...])))
            }
        }
    }

    @Test("a product is that of the rounded activations with the weights of the type", arguments: types)
    func value(type: Int32) throws {
        let packed = try pack(type, outputs: 21, depth: 512)
        let group = Int(packed.format.pointee.group)
        let x = randomFloats(packed.depth, seed: 9)
        let a = rounded(plain, x, rows: 1, group: group).bytes
        let found = multiply(dk_kernels_for(dk_best_isa()).pointee, packed, a, rows: 1)
        func float(_ at: Int) -> Float {
            Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(a[at + $1]) << (8 * UInt32($1)) })
        }
        for (output, weights) in packed.weights.enumerated() {
            var (sum, size) = (0.0, 0.0)
            for k in 0..<packed.depth {
                let code = Double(Int8(bitPattern: a[k])) * Double(float(packed.depth + k / group * 4))
                #expect(abs(code - Double(x[k])) <= Double(float(packed.depth + k / group * 4)) * 0.501)
                sum += code * Double(weights[k])
                size += abs(code * Double(weights[k]))
            }
            #expect(abs(Double(found[output]) - sum) <= 1e-5 * size, "output \(output)")
        }
    }

    @Test("ternary products are sums of integers, times one factor")
    func ternary() {
        let (rows, outputs, depth) = (13, 40, 528)
        let source = randomFloats(outputs * depth, seed: 4)
        let weights: [Int8] = source.map { $0 > 0.4 ? 1 : $0 < -0.4 ? -1 : 0 }
        let panel = Int(dk_panel_bytes(dk_ternary_format(), Int64(depth)))
        var packed = [UInt8](repeating: 0, count: 3 * panel)
        packed.withUnsafeMutableBufferPointer { target in
            guard let base = target.baseAddress else { return }
            for index in 0..<3 {
                let count = min(16, outputs - index * 16)
                let part = Array(weights[(index * 16 * depth)..<((index * 16 + count) * depth)])
                dk_pack_ternary(part, Int64(depth), Int64(count), Int64(depth), base + index * panel)
            }
        }
        let a = rounded(plain, randomFloats(rows * depth, seed: 8), rows: rows, group: depth)
        var expected: [Float] = []
        for row in 0..<rows {
            let at = row * a.stride
            let scale = Float(
                bitPattern: (0..<4).reduce(0) { $0 | UInt32(a.bytes[at + depth + $1]) << (8 * UInt32($1)) }
            )
            for output in 0..<48 {
                var sum = 0
                if output < outputs {
                    for k in 0..<depth {
                        sum += Int(Int8(bitPattern: a.bytes[at + k])) * Int(weights[output * depth + k])
                    }
                }
                expected.append(Float(sum) * (scale * 0.25))
            }
        }
        for isa in [DK_SCALAR] + vectorSets {
            for count in [1, 3, rows] {
                var found = [Float](repeating: 0, count: count * 48)
                let part = Array(a.bytes.prefix(count * a.stride))
                dk_kernels_for(isa).pointee.gemm_ternary(
                    0.25,
                    Int64(count),
                    3,
                    Int64(depth),
                    part,
                    Int64(a.stride),
                    packed,
                    &found,
                    48
                )
                #expect(bits(found) == bits(Array(expected.prefix(count * 48))))
            }
        }
    }
}
