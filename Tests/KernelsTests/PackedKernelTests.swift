// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernels
import KernelsEmulated
import Testing

@Suite("Attention over packed blocks")
struct PackedKernelTests {
    static let formats = [
        dk_kv_format(bits: 4, head: 64, key_group: 128, value_group: 64, key_rest: 0),
        dk_kv_format(bits: 2, head: 64, key_group: 32, value_group: 32, key_rest: 0),
        dk_kv_format(bits: 4, head: 16, key_group: 32, value_group: 16, key_rest: 0),
        dk_kv_format(bits: 2, head: 96, key_group: 64, value_group: 48, key_rest: 0),
        dk_kv_format(bits: 4, head: 256, key_group: 128, value_group: 128, key_rest: 0),
        dk_kv_format(bits: 4, head: 64, key_group: 128, value_group: 64, key_rest: 2),
        dk_kv_format(bits: 2, head: 96, key_group: 32, value_group: 32, key_rest: 2),
    ]

    /// Blocks of one head, and the tiles that they were packed from: [block][tile][keys, values].
    struct Packed {
        let blocks: [UnsafeMutablePointer<UInt8>]
        let tiles: [UnsafeMutablePointer<Float>]

        init(_ format: dk_kv_format, blocks count: Int) {
            var format = format
            let half = 64 * Int(format.head)
            let bytes = Int(dk_kv_block_bytes(&format))
            var tiles: [UnsafeMutablePointer<Float>] = []
            var blocks: [UnsafeMutablePointer<UInt8>] = []
            for index in 0..<(2 * count) {
                let tile = UnsafeMutablePointer<Float>.allocate(capacity: 2 * half)
                tile.initialize(from: randomFloats(2 * half, seed: 100 + UInt64(index)), count: 2 * half)
                tiles.append(tile)
            }
            for index in 0..<count {
                let block = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
                    .bindMemory(to: UInt8.self, capacity: bytes)
                // What was there before must not matter.
                block.initialize(repeating: 0xa5, count: bytes)
                let keys = [0, 1].map { UnsafePointer(tiles[2 * index + $0]) }
                dk_kv_pack(&format, keys, keys.map { $0 + half }, block)
                blocks.append(block)
            }
            self.blocks = blocks
            self.tiles = tiles
        }

        func free() {
            blocks.forEach { $0.deallocate() }
            tiles.forEach { $0.deallocate() }
        }
    }

    struct State: Equatable {
        var tops: [Float]
        var sums: [Float]
        var outputs: [Float]

        var allBits: [UInt32] { bits(tops + sums + outputs) }
    }

    func attend(
        _ kernels: dk_kernels,
        _ format: dk_kv_format,
        _ packed: Packed,
        _ queries: [Float],
        hidden: [Int32]? = nil
    )
        -> State
    {
        var format = format
        let rows = queries.count / Int(format.head)
        var state = State(
            tops: [Float](repeating: -.infinity, count: rows),
            sums: [Float](repeating: 0, count: rows),
            outputs: [Float](repeating: 0, count: queries.count)
        )
        kernels.attend_packed(
            &format,
            Int64(rows),
            queries,
            hidden,
            Int64(packed.blocks.count),
            packed.blocks.map { UnsafePointer($0) },
            0,
            &state.tops,
            &state.sums,
            &state.outputs
        )
        return state
    }

    @Test("has the bits of its plain twin, whatever the format, the rows and their windows", arguments: 0..<5)
    func twin(index: Int) {
        let format = PackedKernelTests.formats[index]
        let packed = Packed(format, blocks: 3)
        defer { packed.free() }
        for rows in [1, 2, 3, 5, 6, 7, 12, 13, 50] {
            let queries = randomFloats(rows * Int(format.head), seed: UInt64(rows)).map { $0 * 0.3 }
            let starts: [Int32] = [0, 1, 15, 16, 63, 64, 65, 127, 128, 300, 383, 384, 500]
            let windows: [Int32] = (0..<rows).map { starts[$0 * 5 % starts.count] }
            for hidden in [nil, windows] {
                let expected = attend(plain, format, packed, queries, hidden: hidden)
                #expect(expected.outputs.allSatisfy { $0.isFinite })
                for isa in vectorSets {
                    let found = attend(dk_kernels_for(isa).pointee, format, packed, queries, hidden: hidden)
                    #expect(found.allBits == expected.allBits, "\(rows) rows, windows \(hidden != nil)")
                }
            }
        }
    }

    @Test("a row's result does not depend on the rows beside it")
    func alone() {
        let format = PackedKernelTests.formats[0]
        let head = Int(format.head)
        let packed = Packed(format, blocks: 2)
        defer { packed.free() }
        let kernels = dk_kernels_for(dk_best_isa()).pointee
        let queries = randomFloats(53 * head, seed: 9)
        let all = attend(kernels, format, packed, queries)
        for row in 0..<53 {
            let part = (row * head)..<((row + 1) * head)
            let single = attend(kernels, format, packed, Array(queries[part]))
            #expect(bits(single.outputs) == bits(Array(all.outputs[part])))
            #expect(single.sums == [all.sums[row]] && single.tops == [all.tops[row]])
        }
    }

    @Test("comes close to attention over the floats that were packed, closer in 4 bits than in 2")
    func closeness() {
        func error(_ format: dk_kv_format) -> Double {
            let head = Int(format.head)
            let packed = Packed(format, blocks: 3)
            defer { packed.free() }
            let queries = randomFloats(6 * head, seed: 4).map { $0 * 0.05 }
            let found = attend(dk_kernels_for(dk_best_isa()).pointee, format, packed, queries)
            var right = State(
                tops: [Float](repeating: -.infinity, count: 6),
                sums: [Float](repeating: 0, count: 6),
                outputs: [Float](repeating: 0, count: 6 * head)
            )
            plain.attend(
                6,
                Int64(head),
                queries,
                nil,
                [Int32](repeating: 384, count: 6),
                6,
                packed.tiles.map { UnsafePointer($0) },
                0,
                Int64(64 * head),
                &right.tops,
                &right.sums,
                &right.outputs
            )
            var (wrong, size) = (0.0, 0.0)
            for index in right.outputs.indices {
                let expected = Double(right.outputs[index] / right.sums[index / head])
                let difference = Double(found.outputs[index] / found.sums[index / head]) - expected
                wrong += difference * difference
                size += expected * expected
            }
            return (wrong / size).squareRoot()
        }
        let four = error(dk_kv_format(bits: 4, head: 64, key_group: 128, value_group: 64, key_rest: 0))
        let two = error(dk_kv_format(bits: 2, head: 64, key_group: 128, value_group: 64, key_rest: 0))
        // Keys of six bits leave little but what the values' four do.
        let six = error(dk_kv_format(bits: 4, head: 64, key_group: 128, value_group: 64, key_rest: 2))
        #expect(four < 0.35 && two > 3 * four && six < 0.9 * four, "6 and 4 bits \(six), 4 bits \(four), 2 bits \(two)")
    }

    @Test("equal keys and values survive exactly up to half precision, also when they are all the same")
    func constants() {
        let format = PackedKernelTests.formats[0]
        let packed = Packed(format, blocks: 1)
        defer { packed.free() }
        for tile in packed.tiles { tile.update(repeating: 0.75, count: 2 * 64 * 64) }
        var copy = format
        let keys = packed.tiles.map { UnsafePointer($0) }
        dk_kv_pack(&copy, keys, keys.map { $0 + 64 * 64 }, packed.blocks[0])
        let state = attend(dk_kernels_for(dk_best_isa()).pointee, format, packed, randomFloats(64, seed: 2))
        #expect(state.outputs.allSatisfy { abs($0 / state.sums[0] - 0.75) < 1e-5 })
    }

    @Test("the products for VNNI, with that instruction emulated, are those of the plain ones", arguments: [2, 4])
    func emulated(bits width: Int32) {
        for depth in [16, 64, 80, 256] {
            let panels = 3
            let codes = (0..<(panels * 16 * depth * Int(width) / 8)).map {
                UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7)
            }
            for rows in [1, 5, 11, 12, 13, 25] {
                let bytes = (0..<(rows * depth)).map { Int8(truncatingIfNeeded: $0 &* 40503 >> 5) }
                var expected = [Int32](repeating: 0, count: rows * panels * 16)
                var found = expected
                let stride = Int64(panels * 16)
                let (n, k) = (Int64(rows), Int64(depth))
                dk_scalar_dot_codes(width, n, Int64(panels), k, bytes, k, codes, &expected, stride, 0)
                dk_emulated_dot_codes(width, n, Int64(panels), k, bytes, k, codes, &found, stride, 0)
                #expect(found == expected && Set(found).count > 10, "depth \(depth), \(rows) rows")
            }
        }
    }

    @Test("formats that make no sense have no size")
    func refused() {
        func size(_ bits: Int64, _ head: Int64, _ keys: Int64, _ values: Int64) -> Int64 {
            var format = dk_kv_format(bits: bits, head: head, key_group: keys, value_group: values, key_rest: 0)
            return dk_kv_block_bytes(&format)
        }
        #expect(size(4, 64, 128, 64) * 8 == 2 * 128 * 64 * 35 / 8)
        #expect(size(3, 64, 128, 64) == 0 && size(4, 512, 128, 128) == 0 && size(4, 24, 128, 24) == 0)
        #expect(size(4, 64, 16, 64) == 0 && size(4, 64, 96, 64) == 0 && size(4, 64, 128, 48) == 0)
        #expect(size(4, 0, 128, 16) == 0 && size(4, 256, 128, 16) == 0 && size(4, -16, 128, 16) == 0)
    }
}
