// SPDX-License-Identifier: Apache-2.0

import Kernels

/// Keys and values of a prefix, in tiles of 64 positions; tile i holds the positions 64 i ..< 64 (i + 1) of every layer.
///
/// A tile holds the keys and values of each layer and each head as its form says: in floats, the keys as [4][head][16] and then
/// the values as [head / 16][64][16], the panels that the kernels read.
final class PrefixCache: KeyValueCache {
    static let tile = 64

    /// The tokens whose keys and values are in place.
    private(set) var tokens: [Int32] = []
    private var tiles: [FloatBuffer] = []
    private let form: TileForm
    private let heads: Int
    private let layers: Int

    init(_ config: ModelConfig, _ form: TileForm) {
        self.form = form
        heads = config.keyValueHeadCount
        layers = config.blockCount
    }

    var bytes: Int { tiles.count * layers * heads * form.floats * MemoryLayout<Float>.stride }

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
            tiles.append(try FloatBuffer(layers * heads * form.floats))
        }
    }

    func appendLoaded(_ added: ArraySlice<Int32>) { append(added) }

    func block(_ index: Int) -> [UnsafeRawBufferPointer] {
        let perBlock = PrefixStore.block / PrefixCache.tile
        return tiles[(index * perBlock)..<((index + 1) * perBlock)].map {
            UnsafeRawBufferPointer(start: $0.base, count: $0.count * MemoryLayout<Float>.stride)
        }
    }

    /// What a layer reads of the first `count` positions.
    func past(_ layer: Int, _ count: Int) -> Past {
        Past(
            blocks: [],
            headsBefore: 0,
            tiles: tiles.prefix((count + PrefixCache.tile - 1) / PrefixCache.tile).map { UnsafePointer($0.base) },
            firstTile: 0,
            tileOffset: layer * heads * form.floats,
            tileStride: form.floats
        )
    }

    /// Stores the keys and values of one position: all heads side by side.
    func store(
        layer: Int,
        position: Int,
        keys: UnsafePointer<Float>,
        values: UnsafePointer<Float>,
        _ kernels: dk_kernels
    ) {
        let tile = tiles[position / PrefixCache.tile].base + layer * heads * form.floats
        for head in 0..<heads {
            form.store(
                slot: position % PrefixCache.tile,
                keys: keys + head * form.width,
                values: values + head * form.width,
                to: tile + head * form.floats,
                kernels
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
