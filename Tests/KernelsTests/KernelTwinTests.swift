// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernels
import Testing

@Suite("Vector kernels and their plain twins")
struct KernelTwinTests {
    @Test(
        "products of matrices have the same bits at every odd shape",
        arguments: [1, 2, 3, 5, 6, 7, 11, 12, 13, 25, 200]
    )
    func gemm(rows: Int) {
        for isa in vectorSets {
            let fast = dk_kernels_for(isa).pointee
            for (panels, k) in [(1, 1), (3, 7), (5, 16), (4, 288), (2, 289), (9, 40)] {
                let stride = k + 3
                let a = randomFloats(rows * stride, seed: 1)
                let w = randomFloats(panels * 16 * k, seed: 2)
                var expected = [Float](repeating: 0, count: rows * panels * 16)
                var found = expected
                let width = Int64(panels * 16)
                plain.gemm(Int64(rows), Int64(panels), Int64(k), a, Int64(stride), w, &expected, width)
                fast.gemm(Int64(rows), Int64(panels), Int64(k), a, Int64(stride), w, &found, width)
                #expect(bits(found) == bits(expected), "\(rows) rows, \(panels) panels, depth \(k)")
            }
        }
    }

    @Test("a row's products do not depend on the rows beside it")
    func rowAlone() {
        let (rows, panels, k) = (29, 3, 600)
        let fast = dk_kernels_for(dk_best_isa()).pointee
        let a = randomFloats(rows * k, seed: 3)
        let w = randomFloats(panels * 16 * k, seed: 4)
        var all = [Float](repeating: 0, count: rows * panels * 16)
        fast.gemm(Int64(rows), Int64(panels), Int64(k), a, Int64(k), w, &all, Int64(panels * 16))
        for row in 0..<rows {
            var alone = [Float](repeating: 0, count: panels * 16)
            fast.gemm(1, Int64(panels), Int64(k), Array(a[(row * k)...]), Int64(k), w, &alone, Int64(panels * 16))
            #expect(bits(alone) == bits(Array(all[(row * panels * 16)..<((row + 1) * panels * 16)])))
        }
    }

    @Test("operations on rows have the same bits at every length", arguments: [1, 2, 15, 16, 17, 33, 64, 100, 576])
    func rowOperations(n: Int) {
        for isa in vectorSets {
            let fast = dk_kernels_for(isa).pointee
            let x = randomFloats(n, seed: 5)
            let y = randomFloats(n, seed: 6)
            var (expected, found) = (x, x)
            plain.rms_norm(Int64(n), x, y, 1e-5, &expected)
            fast.rms_norm(Int64(n), x, y, 1e-5, &found)
            #expect(bits(found) == bits(expected))
            plain.swiglu(Int64(n), x, y, &expected)
            fast.swiglu(Int64(n), x, y, &found)
            #expect(bits(found) == bits(expected))
            plain.geglu(Int64(n), x, y, &expected)
            fast.geglu(Int64(n), x, y, &found)
            #expect(bits(found) == bits(expected))
            plain.reglu2(Int64(n), x, y, &expected)
            fast.reglu2(Int64(n), x, y, &found)
            #expect(bits(found) == bits(expected))
            (expected, found) = (x, x)
            plain.soft_cap(Int64(n), 0.5, &expected)
            fast.soft_cap(Int64(n), 0.5, &found)
            #expect(bits(found) == bits(expected) && found.allSatisfy { abs($0) <= 0.5 })
            plain.add(Int64(n), &expected, x)
            fast.add(Int64(n), &found, x)
            #expect(bits(found) == bits(expected))

            var (top, sum, first) = (Float(0), Float(0), Int32(0))
            var (fastTop, fastSum, fastFirst) = (Float(0), Float(0), Int32(0))
            plain.log_sum_exp(1, Int64(n), x, Int64(n), &top, &sum, &first)
            fast.log_sum_exp(1, Int64(n), x, Int64(n), &fastTop, &fastSum, &fastFirst)
            #expect(bits([top, sum]) == bits([fastTop, fastSum]))
            #expect(first == fastFirst && x[Int(first)] == x.max())
        }
    }

    @Test("exp has the same bits, is right to two units in the last place, and exact at 0 and below its range")
    func exponential() {
        let x = stride(from: Float(-87), to: 88, by: 0.0137).map { $0 } + [0, -0.0, -.infinity, -87.4, -1e30]
        var expected = x
        plain.exp(Int64(x.count), x, &expected)
        for isa in vectorSets {
            var found = x
            dk_kernels_for(isa).pointee.exp(Int64(x.count), x, &found)
            #expect(bits(found) == bits(expected))
        }
        for (input, output) in zip(x, expected) where input > -87 {
            let right = exp(Double(input))
            #expect(abs(Double(output) - right) <= 2 * Double(Float(right).ulp), "exp(\(input))")
        }
        #expect(expected.suffix(5) == [1, 1, 0, 0, 0])
    }
}

@Suite("Attention kernel")
struct AttentionKernelTests {
    let head = 32
    let keys = 150

    /// Three tiles of keys and values.
    var tiles: [[Float]] { (0..<3).map { randomFloats(2 * 64 * head, seed: 10 + $0) } }

    struct Result: Equatable {
        var bitsOfState: [UInt32]
        var outputs: [Float]
    }

    func attend(_ kernels: dk_kernels, queries: [Float], hidden: [Int32]? = nil, visible: [Int32]) -> Result {
        let rows = visible.count
        var tops = [Float](repeating: -.infinity, count: rows)
        var sums = [Float](repeating: 0, count: rows)
        var outputs = [Float](repeating: 0, count: rows * head)
        let tiles = tiles
        let storage = tiles.map { tile in
            let copy = UnsafeMutablePointer<Float>.allocate(capacity: tile.count)
            copy.initialize(from: tile, count: tile.count)
            return copy
        }
        defer { storage.forEach { $0.deallocate() } }
        let addresses = storage.map { UnsafePointer($0) }
        kernels.attend(
            Int64(rows),
            Int64(head),
            queries,
            hidden,
            visible,
            Int64((Int(visible.max() ?? 0) + 63) / 64),
            addresses,
            0,
            Int64(64 * head),
            &tops,
            &sums,
            &outputs
        )
        let results = outputs.indices.map { outputs[$0] / sums[$0 / head] }
        return Result(bitsOfState: bits(tops + sums + outputs), outputs: results)
    }

    @Test("has the bits of its plain twin, whatever each row sees")
    func twin() {
        for isa in vectorSets {
            for rows in [1, 2, 3, 5, 6, 7, 13, 20] {
                let queries = randomFloats(rows * head, seed: UInt64(rows))
                // Row i sees start + step * i keys.
                let patterns: [(start: Int, step: Int)] = [(1, 1), (1, 7), (64, 0), (keys, 0), (60, 1)]
                for pattern in patterns {
                    let visible: [Int32] = (0..<rows).map { Int32(pattern.start + pattern.step * $0) }
                    let expected = attend(plain, queries: queries, visible: visible)
                    let found = attend(dk_kernels_for(isa).pointee, queries: queries, visible: visible)
                    #expect(found == expected, "\(rows) rows that see \(visible)")
                }
            }
        }
    }

    @Test("keys before a row's window add nothing, and a key alone stands for itself")
    func windows() {
        for isa in vectorSets + [DK_SCALAR] {
            let kernels = dk_kernels_for(isa).pointee
            for rows in [1, 5, 7, 20] {
                let queries = randomFloats(rows * head, seed: UInt64(rows))
                let visible = [Int32](repeating: Int32(keys), count: rows)
                // Windows that begin anywhere, in no order, in the last tile and on its edges too.
                let starts: [Int] = [0, 1, 63, 64, 65, keys - 1, keys / 2, 127, 128, 15, 16, 17]
                let hidden: [Int32] = (0..<rows).map { Int32(min(starts[$0 * 5 % starts.count], keys - 1)) }
                let expected = attend(plain, queries: queries, hidden: hidden, visible: visible)
                let found = attend(kernels, queries: queries, hidden: hidden, visible: visible)
                #expect(found == expected, "\(rows) rows")
                for row in 0..<rows where hidden[row] == Int32(keys - 1) {
                    let slot = (keys - 1) % 64
                    let tile = tiles[(keys - 1) / 64]
                    for d in 0..<head {
                        #expect(found.outputs[row * head + d] == tile[64 * head + d / 16 * 1024 + slot * 16 + d % 16])
                    }
                }
            }
        }
    }

    @Test("agrees with softmax as the books write it")
    func definition() {
        let queries = randomFloats(head, seed: 77)
        let found = attend(dk_kernels_for(dk_best_isa()).pointee, queries: queries, visible: [Int32(keys)])
        let tiles = tiles
        let scores: [Double] = (0..<keys).map { key in
            let slot = key % 64
            let start = slot / 16 * head * 16 + slot % 16
            var sum = 0.0
            for d in 0..<head { sum += Double(queries[d]) * Double(tiles[key / 64][start + d * 16]) }
            return sum
        }
        let top = scores.max() ?? 0
        let weights = scores.map { exp($0 - top) }
        let total = weights.reduce(0, +)
        for d in 0..<head {
            var right = 0.0
            for key in 0..<keys {
                let index = 64 * head + d / 16 * 64 * 16 + key % 64 * 16 + d % 16
                right += weights[key] / total * Double(tiles[key / 64][index])
            }
            #expect(abs(Double(found.outputs[d]) - right) < 1e-4)
        }
    }
}
