// SPDX-License-Identifier: Apache-2.0

/// Keys and values of a prefix, in tiles of 64 positions; tile i holds the positions 64 i ..< 64 (i + 1) of every layer.
///
/// A tile holds, for each layer and each head of keys and values, the keys as [4][head][16] and then the values as
/// [head / 16][64][16]: the panels that the kernels read.
final class PrefixCache: KeyValueCache {
    static let tile = 64

    /// The tokens whose keys and values are in place.
    private(set) var tokens: [Int32] = []
    private var tiles: [FloatBuffer] = []
    private let headWidth: Int
    private let heads: Int
    private let layers: Int

    init(_ config: ModelConfig) {
        headWidth = config.headWidth
        heads = config.keyValueHeadCount
        layers = config.blockCount
    }

    var bytes: Int { tiles.count * layers * heads * 2 * PrefixCache.tile * headWidth * MemoryLayout<Float>.stride }

    func keep(_ count: Int) -> Int {
        let kept = min(count, tokens.count)
        tokens.removeLast(tokens.count - kept)
        return kept
    }

    func resume(_ prefix: [Int32]) -> Int { tokens.count }

    func clear() { tokens = [] }

    func append(_ added: ArraySlice<Int32>) { tokens.append(contentsOf: added) }

    func reserve(_ count: Int) throws {
        while tiles.count * PrefixCache.tile < count {
            tiles.append(try FloatBuffer(layers * heads * 2 * PrefixCache.tile * headWidth))
        }
    }

    /// What a layer reads of the first `count` positions.
    func past(_ layer: Int, _ count: Int) -> Past {
        Past(
            blocks: [],
            blockOffset: 0,
            blockStride: 0,
            tiles: tiles.prefix((count + PrefixCache.tile - 1) / PrefixCache.tile).map { UnsafePointer($0.base) },
            firstTile: 0,
            tileOffset: keyOffset(layer, 0),
            tileStride: 2 * PrefixCache.tile * headWidth
        )
    }

    /// Where the keys of a layer and head begin in each tile.
    private func keyOffset(_ layer: Int, _ head: Int) -> Int {
        (layer * heads + head) * 2 * PrefixCache.tile * headWidth
    }
    /// Where the values do.
    private func valueOffset(_ layer: Int, _ head: Int) -> Int { keyOffset(layer, head) + PrefixCache.tile * headWidth }

    /// Stores the keys and values of one position: all heads side by side.
    func store(
        layer: Int,
        position: Int,
        keys: UnsafePointer<Float>,
        values: UnsafePointer<Float>
    ) {
        let tile = tiles[position / PrefixCache.tile].base
        for head in 0..<heads {
            PrefixCache.store(
                slot: position % PrefixCache.tile,
                width: headWidth,
                keys: keys + head * headWidth,
                values: values + head * headWidth,
                keyTile: tile + keyOffset(layer, head),
                valueTile: tile + valueOffset(layer, head)
            )
        }
    }

    /// Stores one key and one value of `width` floats into a tile's panels.
    static func store(
        slot: Int,
        width: Int,
        keys: UnsafePointer<Float>,
        values: UnsafePointer<Float>,
        keyTile: UnsafeMutablePointer<Float>,
        valueTile: UnsafeMutablePointer<Float>
    ) {
        let key = keyTile + slot / lanes * width * lanes + slot % lanes
        for d in 0..<width { key[d * lanes] = keys[d] }
        for d in stride(from: 0, to: width, by: lanes) {
            (valueTile + d * tile + slot * lanes).update(from: values + d, count: lanes)
        }
    }
}
