// SPDX-License-Identifier: Apache-2.0

import Kernels

/// How a tile of 64 keys and values of one head is kept while it is not packed into few bits.
struct TileForm {
    /// Channels of a head.
    let width: Int
    /// Words of 16 bits, each key and each value with a step of its own; 32-bit floats where this is not set.
    let isWords: Bool

    /// Floats that a tile takes the place of.
    var floats: Int {
        isWords ? Int(dk_words_bytes(Int64(width))) / MemoryLayout<Float>.stride : 2 * PrefixCache.tile * width
    }

    /// Words go with weights that are multiplied as integers, as far as heads fit them; the reference in floats has floats.
    init(_ config: ModelConfig, _ precision: Precision) {
        width = config.headWidth
        isWords = precision == .integer && dk_words_bytes(Int64(config.headWidth)) > 0
    }

    init(words config: ModelConfig) { (width, isWords) = (config.headWidth, true) }

    /// Puts the key and the value of one position into a tile.
    func store(
        slot: Int,
        keys: UnsafePointer<Float>,
        values: UnsafePointer<Float>,
        to tile: UnsafeMutablePointer<Float>,
        _ kernels: dk_kernels
    ) {
        if isWords { return kernels.store_words(Int64(width), Int64(slot), keys, values, tile) }
        PrefixCache.store(
            slot: slot,
            width: width,
            keys: keys,
            values: values,
            keyTile: tile,
            valueTile: tile + PrefixCache.tile * width
        )
    }

    /// Softmax attention over tiles, as `dk_kernels.attend`; `offset` floats into each begins the head at hand.
    func attend(
        _ kernels: dk_kernels,
        rows: Int,
        _ queries: UnsafePointer<Float>,
        hidden: UnsafePointer<Int32>?,
        visible: UnsafePointer<Int32>,
        _ tiles: UnsafePointer<UnsafePointer<Float>>,
        count: Int,
        offset: Int,
        _ state: AttentionState
    ) {
        let (rows, head, count, offset) = (Int64(rows), Int64(width), Int64(count), Int64(offset))
        let (tops, sums, outputs) = (state.tops, state.sums, state.outputs)
        if isWords {
            kernels.attend_words(rows, head, queries, hidden, visible, count, tiles, offset, tops, sums, outputs)
            return
        }
        let values = offset + Int64(PrefixCache.tile * width)
        kernels.attend(rows, head, queries, hidden, visible, count, tiles, offset, values, tops, sums, outputs)
    }
}
