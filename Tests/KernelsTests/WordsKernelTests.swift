// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernels
import KernelsEmulated
import Testing

@Suite("Attention over tiles of words")
struct WordsKernelTests {
    static let heads = [16, 48, 64, 128, 256]
    static let keys = 150

    /// Tiles of one head, filled by one set of kernels.
    final class Tiles {
        let head: Int
        let bytes: Int
        let addresses: [UnsafeMutablePointer<Float>]

        init(_ head: Int, _ kernels: dk_kernels) {
            self.head = head
            bytes = Int(dk_words_bytes(Int64(head)))
            addresses = (0..<3).map { [bytes] _ in
                let tile = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
                // What lies behind the last key must not matter, as long as it is finite.
                tile.initializeMemory(as: UInt8.self, repeating: 0x3c, count: bytes)
                return tile.assumingMemoryBound(to: Float.self)
            }
            for position in 0..<WordsKernelTests.keys {
                // Written twice: what stood in a slot before is gone.
                for seed in [position + 1000, position] {
                    let values = Tiles.row(head, seed)
                    let tile = addresses[position / 64]
                    kernels.store_words(Int64(head), Int64(position % 64), values, Array(values[head...]), tile)
                }
            }
        }

        deinit { addresses.forEach { UnsafeMutableRawPointer($0).deallocate() } }

        /// The key and the value of a position.
        static func row(_ head: Int, _ position: Int) -> [Float] {
            // Some of magnitudes far from those of the others, and one of zeros.
            let scale: Float = position == 17 ? 0 : position % 50 == 7 ? 1e-6 : position % 50 == 9 ? 300 : 1
            return randomFloats(2 * head, seed: UInt64(position)).map { $0 * scale }
        }

        var contents: [[UInt8]] {
            addresses.map { Array(UnsafeRawBufferPointer(start: $0, count: bytes)) }
        }
    }

    struct State {
        var tops: [Float]
        var sums: [Float]
        var outputs: [Float]
        var allBits: [UInt32] { bits(tops + sums + outputs) }
    }

    func attend(
        _ kernels: dk_kernels,
        _ tiles: Tiles,
        _ queries: [Float],
        hidden: [Int32]? = nil,
        visible: [Int32],
        count: Int = 3
    ) -> State {
        let rows = visible.count
        var state = State(
            tops: [Float](repeating: -.infinity, count: rows),
            sums: [Float](repeating: 0, count: rows),
            outputs: [Float](repeating: 0, count: rows * tiles.head)
        )
        kernels.attend_words(
            Int64(rows),
            Int64(tiles.head),
            queries,
            hidden,
            visible,
            Int64(count),
            tiles.addresses.map { UnsafePointer($0) },
            0,
            &state.tops,
            &state.sums,
            &state.outputs
        )
        return state
    }

    @Test("tiles and attention have the bits of their plain twins, whatever each row sees", arguments: heads)
    func twin(head: Int) {
        let right = Tiles(head, plain)
        for isa in vectorSets {
            let kernels = dk_kernels_for(isa).pointee
            let tiles = Tiles(head, kernels)
            #expect(tiles.contents == right.contents)
            for rows in [1, 2, 5, 6, 7, 12, 13, 50] {
                let queries = randomFloats(rows * head, seed: UInt64(rows))
                for (start, step) in [(1, 1), (1, 3), (64, 0), (Self.keys, 0), (60, 1), (0, 2)] {
                    let visible = (0..<rows).map { Int32(min(start + step * $0, Self.keys)) }
                    let windows = (0..<rows).map { Int32(max(Int(visible[$0]) - 1 - $0 * 5 % 140, 0)) }
                    for hidden in [nil, windows] {
                        let expected = attend(plain, right, queries, hidden: hidden, visible: visible)
                        let found = attend(kernels, tiles, queries, hidden: hidden, visible: visible)
                        #expect(
                            found.allBits == expected.allBits,
                            "isa \(isa.rawValue), \(rows) rows that see \(visible)"
                        )
                    }
                }
            }
        }
    }

    @Test("a row has the same bits alone and among others")
    func rows() {
        let kernels = dk_kernels_for(dk_best_isa()).pointee
        let tiles = Tiles(64, kernels)
        let queries = randomFloats(50 * 64, seed: 4)
        let visible = (0..<50).map { Int32(100 + $0) }
        let all = attend(kernels, tiles, queries, visible: visible)
        for row in 0..<50 {
            let single = attend(kernels, tiles, Array(queries[(row * 64)..<(row * 64 + 64)]), visible: [visible[row]])
            #expect(bits(single.outputs) == bits(Array(all.outputs[(row * 64)..<(row * 64 + 64)])))
            #expect(bits(single.tops + single.sums) == bits([all.tops[row], all.sums[row]]))
        }
    }

    @Test(
        "agrees with attention over floats to three digits, and keys and values come back to 12 bits",
        arguments: heads
    )
    func close(head: Int) {
        let kernels = dk_kernels_for(dk_best_isa()).pointee
        let tiles = Tiles(head, kernels)
        let half = 64 * head
        let opened = (0..<3).map { _ in UnsafeMutablePointer<Float>.allocate(capacity: 2 * half) }
        defer { opened.forEach { $0.deallocate() } }
        for (tile, target) in zip(tiles.addresses, opened) { dk_words_open(Int64(head), tile, target, target + half) }
        for position in 0..<Self.keys {
            let row = Tiles.row(head, position), slot = position % 64
            let found =
                (0..<head).map { opened[position / 64][(slot / 16 * head + $0) * 16 + slot % 16] }
                + (0..<head).map { opened[position / 64][half + ($0 / 16 * 64 + slot) * 16 + $0 % 16] }
            for part in [0..<head, head..<(2 * head)] {
                let top = row[part].map(abs).max() ?? 0
                for d in part { #expect(abs(found[d] - row[d]) <= top / 4095 * 0.5001) }
            }
        }
        let rows = 7
        let queries = randomFloats(rows * head, seed: 9).map { $0 * 0.2 }
        let visible = [Int32](repeating: Int32(Self.keys), count: rows)
        let found = attend(kernels, tiles, queries, visible: visible)
        var tops = [Float](repeating: -.infinity, count: rows)
        var sums = [Float](repeating: 0, count: rows)
        var outputs = [Float](repeating: 0, count: rows * head)
        plain.attend(
            Int64(rows),
            Int64(head),
            queries,
            nil,
            visible,
            3,
            opened.map { UnsafePointer($0) },
            0,
            Int64(half),
            &tops,
            &sums,
            &outputs
        )
        for row in 0..<rows {
            let part = (row * head)..<(row * head + head)
            let right = outputs[part].map { $0 / sums[row] }
            let mine = found.outputs[part].map { $0 / found.sums[row] }
            let scale = right.map(abs).max() ?? 0
            for (x, y) in zip(mine, right) { #expect(abs(x - y) < 0.003 * scale, "head \(head), row \(row)") }
        }
    }

    @Test("the products for VNNI, with that instruction emulated, are those of the plain ones")
    func emulated() {
        for depth in [16, 64, 256] {
            for rows in [1, 5, 6, 7, 13] {
                for panels in [1, 3, 4, 5] {
                    // As far apart as they may be, with the greatest codes.
                    let panel = depth * 16 + 32
                    let words = (0..<(panels * panel)).map { Int16(truncatingIfNeeded: ($0 &* 40503 >> 3) % 4096) }
                    let a = (0..<(rows * depth)).map { Int16(truncatingIfNeeded: ($0 &* 25173 >> 2) % 2048 - 1024) }
                    var expected = [Int32](repeating: 0, count: rows * panels * 16)
                    var found = expected
                    let (n, p, k, stride) = (Int64(rows), Int64(panels), Int64(depth), Int64(panels * 16))
                    dk_scalar_dot_words(n, p, k, a, k, words, Int64(panel), &expected, stride)
                    dk_emulated_dot_words(n, p, k, a, k, words, Int64(panel), &found, stride)
                    #expect(
                        found == expected && Set(found).count > 10,
                        "depth \(depth), \(rows) rows, \(panels) panels"
                    )
                }
            }
        }
    }

    @Test("heads that do not fit have no size")
    func refused() {
        #expect(dk_words_bytes(64) == 64 * 256 + 512)
        for head in [0, -16, 8, 24, 272] { #expect(dk_words_bytes(Int64(head)) == 0) }
    }

    @Test("spans that are seen apart and put together are as good as one, and one that has seen nothing changes no bit")
    func merge() {
        let head = 64, rows = 5
        let queries = randomFloats(rows * head, seed: 21)
        let visible = [Int32](repeating: Int32(Self.keys), count: rows)
        let tiles = Tiles(head, plain)
        let all = attend(plain, tiles, queries, visible: visible)
        let first = attend(plain, tiles, queries, visible: visible, count: 1)
        let rest = attend(plain, tiles, queries, hidden: [Int32](repeating: 64, count: rows), visible: visible)
        let nothing = attend(plain, tiles, queries, visible: visible, count: 0)
        func merged(_ kernels: dk_kernels, _ state: State, _ other: State) -> State {
            var state = state
            kernels.merge(
                Int64(rows),
                Int64(head),
                &state.tops,
                &state.sums,
                &state.outputs,
                other.tops,
                other.sums,
                other.outputs
            )
            return state
        }
        let expected = merged(plain, first, rest)
        for isa in vectorSets + [DK_SCALAR] {
            let kernels = dk_kernels_for(isa).pointee
            #expect(merged(kernels, first, rest).allBits == expected.allBits)
            #expect(merged(kernels, first, nothing).allBits == first.allBits)
            #expect(merged(kernels, nothing, rest).allBits == rest.allBits)
            #expect(merged(kernels, nothing, nothing).allBits == nothing.allBits)
        }
        for index in 0..<(rows * head) {
            let right = all.outputs[index] / all.sums[index / head]
            #expect(abs(expected.outputs[index] / expected.sums[index / head] - right) < 2e-3 * abs(right) + 1e-3)
        }
    }
}
