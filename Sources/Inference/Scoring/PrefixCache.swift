// SPDX-License-Identifier: Apache-2.0

/// Keys and values of a prefix, in tiles of 64 positions; tile i holds the positions 64 i ..< 64 (i + 1) of every layer.
///
/// A tile holds, for each layer and each head of keys and values, the keys as [4][head][16] and then the values as
/// [head / 16][64][16]: the panels that the kernels read.
final class PrefixCache {
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

    /// Keeps the first `count` tokens.
    func truncate(to count: Int) { tokens.removeLast(tokens.count - count) }

    /// Declares that the keys and values of these tokens are in place.
    func append(_ added: some Sequence<Int32>) { tokens.append(contentsOf: added) }

    /// Makes room for `count` positions.
    func reserve(_ count: Int) throws {
        while tiles.count * PrefixCache.tile < count {
            tiles.append(try FloatBuffer(layers * heads * 2 * PrefixCache.tile * headWidth))
        }
    }

    /// Where the keys and values of a block of the store lie.
    func block(_ index: Int) -> [UnsafeRawBufferPointer] {
        let perBlock = PrefixStore.block / PrefixCache.tile
        return tiles[(index * perBlock)..<((index + 1) * perBlock)].map {
            UnsafeRawBufferPointer(start: $0.base, count: $0.count * MemoryLayout<Float>.stride)
        }
    }

    /// The address of each tile that holds some of the first `count` positions.
    func addresses(_ count: Int) -> [UnsafePointer<Float>] {
        tiles.prefix((count + PrefixCache.tile - 1) / PrefixCache.tile).map { UnsafePointer($0.base) }
    }

    /// Where the keys of a layer and head begin in each tile.
    func keyOffset(_ layer: Int, _ head: Int) -> Int { (layer * heads + head) * 2 * PrefixCache.tile * headWidth }
    /// Where the values do.
    func valueOffset(_ layer: Int, _ head: Int) -> Int { keyOffset(layer, head) + PrefixCache.tile * headWidth }

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
