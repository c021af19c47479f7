// SPDX-License-Identifier: Apache-2.0

import Base
import Kernels

/// Keys and values of a prefix in few bits: a packed block for each complete 128 positions, and the last block in words of 16
/// bits, from which it is packed when it is full.
///
/// Precision goes by position, not by time: in a pass over new tokens, each sees the complete blocks before its own packed
/// and its own block in words, also when that block is complete by the end of the pass. So a token's state has the
/// same bits however the prefix was cut into passes.
final class PackedCache: KeyValueCache {
    static let block = Int(DK_BLOCK)
    private static let tile = PrefixCache.tile

    private(set) var tokens: [Int32] = []
    /// The form of the first block, and of the others.
    let firstFormat: dk_kv_format
    let format: dk_kv_format
    /// Each holds all layers and heads of 128 positions.
    private var blocks: [FloatBuffer] = []
    /// The digests of the first complete blocks: each is made of the one before it and of the block's tokens.
    private var keys: [String] = []
    private let identity: String
    private var left: BlockStore
    /// The last block that has rows: two tiles for each layer.
    private let recent: FloatBuffer
    /// Which block that is; nil when its rows are of other tokens.
    private var recentBlock: Int?
    /// The blocks of a pass over several, of the layer at hand, laid out as those of a layer in `recent`.
    private var work: FloatBuffer
    private var workTiles = 0
    /// Whether the pass at hand has room in `recent`, since it goes no further than one block.
    private var isWithinRecent = true

    private let form: TileForm
    private let width: Int
    private let heads: Int
    private let layers: Int
    /// Bytes of one head in the first block, and in the others.
    let firstBytes: Int
    let blockBytes: Int
    /// Floats of one head in a tile.
    private let perHead: Int

    /// - Parameters:
    ///   - identity: what the bits of a block depend on, beside its tokens and those before.
    ///   - leftBytes: bytes of blocks that are kept when a request leaves their prefix.
    /// - Throws: `DroidError` with code `model.memory`.
    init(_ config: ModelConfig, _ format: dk_kv_format, identity: String, leftBytes: Int = 64 << 20) throws {
        self.identity = identity
        self.format = format
        form = TileForm(words: config)
        perHead = form.floats
        width = config.headWidth
        heads = config.keyValueHeadCount
        layers = config.blockCount
        var copy = format
        blockBytes = Int(dk_kv_block_bytes(&copy))
        copy.key_rest = KeyValueFormat.firstKeyRest
        firstFormat = copy
        firstBytes = Int(dk_kv_block_bytes(&copy))
        left = BlockStore(limit: leftBytes / max(layers * heads * blockBytes, 1))
        recent = try FloatBuffer(layers * 2 * heads * form.floats)
        work = try FloatBuffer(0)
    }

    var bytes: Int { (blocks + [recent]).reduce(0) { $0 + $1.count } * MemoryLayout<Float>.stride }

    /// Bytes of the complete blocks of `tokens`.
    var packedBytes: Int { (0..<(tokens.count / PackedCache.block)).reduce(0) { $0 + size($1) } }

    /// Bytes of a block.
    private func size(_ index: Int) -> Int { layers * heads * (index == 0 ? firstBytes : blockBytes) }

    func keep(_ count: Int) -> Int {
        let wanted = min(count, tokens.count)
        let block = wanted / PackedCache.block
        let kept = wanted % PackedCache.block == 0 || recentBlock == block ? wanted : block * PackedCache.block
        let complete = (kept / PackedCache.block)..<(tokens.count / PackedCache.block)
        for index in complete.reversed() {
            let key = key(index, tokens)
            // What comes back is as good as new.
            if let spare = left.put(key, blocks.remove(at: index)) { blocks.append(spare) }
        }
        keys.removeLast(max(keys.count - kept / PackedCache.block, 0))
        tokens.removeLast(tokens.count - kept)
        if kept == 0 || (kept - 1) / PackedCache.block != recentBlock { recentBlock = nil }
        return kept
    }

    func resume(_ prefix: [Int32]) -> Int {
        // The block of the last token is computed, since that token sees it in words.
        let end = (prefix.count - 1) / PackedCache.block
        while tokens.count / PackedCache.block < end {
            let index = tokens.count / PackedCache.block
            guard let block = left.take(key(index, prefix)) else { break }
            blocks.insert(block, at: index)
            tokens = Array(prefix[..<((index + 1) * PackedCache.block)])
            recentBlock = nil
        }
        return tokens.count
    }

    func clear() {
        _ = keep(0)
        left.clear()
    }

    /// The digest of a block of some tokens that begin as `tokens` do.
    private func key(_ index: Int, _ tokens: [Int32]) -> String {
        for block in keys.count..<max(index + 1, keys.count) {
            var hash = SHA256()
            hash.update(Array((keys.last ?? identity).utf8))
            for token in tokens[(block * PackedCache.block)..<((block + 1) * PackedCache.block)] {
                hash.update(withUnsafeBytes(of: token.littleEndian) { Array($0) })
            }
            keys.append(hash.finalHex())
        }
        return keys[index]
    }

    func append(_ added: ArraySlice<Int32>) {
        tokens.append(contentsOf: added)
        if !tokens.isEmpty { recentBlock = (tokens.count - 1) / PackedCache.block }
    }

    func appendLoaded(_ added: ArraySlice<Int32>) {
        tokens.append(contentsOf: added)
        recentBlock = nil
    }

    func block(_ index: Int) -> [UnsafeRawBufferPointer] {
        [UnsafeRawBufferPointer(start: blocks[index].base, count: size(index))]
    }

    func reserve(_ count: Int) throws {
        func block(_ index: Int) throws -> FloatBuffer { try FloatBuffer(size(index) / MemoryLayout<Float>.stride) }
        // What was left over may be one of the smaller ones.
        if tokens.count < PackedCache.block, let first = blocks.first,
            first.count * MemoryLayout<Float>.stride < size(0)
        {
            blocks[0] = try block(0)
        }
        while blocks.count * PackedCache.block + PackedCache.block <= count { blocks.append(try block(blocks.count)) }
    }

    /// Makes room for the blocks of a pass over the positions `start ..< end`.
    func prepare(_ start: Int, _ end: Int) throws {
        let first = start / PackedCache.block
        let tiles = max((end + PackedCache.block - 1) / PackedCache.block - first, 1) * 2
        isWithinRecent = tiles == 2
        if isWithinRecent {
            // Should the pass fail, the rows that it has overwritten are of no tokens.
            if start < end, recentBlock != first { recentBlock = nil }
        } else if tiles > workTiles {
            work = try FloatBuffer(tiles * heads * perHead)
            workTiles = tiles
        }
    }

    // MARK: - One layer of a pass

    /// The tiles of the blocks of a pass, [tile][head].
    private func tiles(_ layer: Int) -> UnsafeMutablePointer<Float> {
        isWithinRecent ? recent.base + layer * 2 * heads * perHead : work.base
    }

    /// Puts the rows that are there of the block in which `start` lies where a pass over several blocks has them.
    func open(_ layer: Int, start: Int) {
        if isWithinRecent || start % PackedCache.block == 0 { return }
        work.base.update(from: recent.base + layer * 2 * heads * perHead, count: 2 * heads * perHead)
    }

    /// Puts the keys and values of one position into the tiles of a pass that began at `start`.
    func place(
        _ layer: Int,
        start: Int,
        position: Int,
        keys: UnsafePointer<Float>,
        values: UnsafePointer<Float>,
        _ kernels: dk_kernels
    ) {
        let slot = position - start / PackedCache.block * PackedCache.block
        let tile = tiles(layer) + slot / PackedCache.tile * heads * perHead
        for head in 0..<heads {
            form.store(
                slot: slot % PackedCache.tile,
                keys: keys + head * width,
                values: values + head * width,
                to: tile + head * perHead,
                kernels
            )
        }
    }

    /// Once all rows of a pass are placed: packs the blocks that are complete by `end`, and keeps the rows of the last.
    func pack(_ layer: Int, start: Int, end: Int, _ pool: ThreadPool) {
        let first = start / PackedCache.block
        let complete = max(end / PackedCache.block - first, 0)
        let last = (end - 1) / PackedCache.block
        let tiles = tiles(layer)
        pool.run(complete * heads) { task, _ in
            let (index, head) = (task / heads, task % heads)
            let each = 2 * PackedCache.tile * width
            withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * each) { floats in
                guard let base = floats.baseAddress else { return }
                let keys = [0, 1].map { UnsafePointer(base + $0 * each) }
                let values = keys.map { $0 + PackedCache.tile * width }
                for tile in 0..<2 {
                    let source = tiles + ((2 * index + tile) * heads + head) * perHead
                    dk_words_open(
                        Int64(width),
                        source,
                        base + tile * each,
                        base + tile * each + PackedCache.tile * width
                    )
                }
                let isFirst = first + index == 0
                var format = isFirst ? firstFormat : format
                let offset = (layer * heads + head) * (isFirst ? firstBytes : blockBytes)
                dk_kv_pack(&format, keys, values, bytes(first + index) + offset)
            }
        }
        if isWithinRecent { return }
        let source = work.base + 2 * (last - first) * heads * perHead
        (recent.base + layer * 2 * heads * perHead).update(from: source, count: 2 * heads * perHead)
    }

    /// What a pass that begins at `start` reads in a layer, once it is opened and packed.
    func past(_ layer: Int, start: Int, end: Int) -> Past {
        let first = start / PackedCache.block
        let count = (end - first * PackedCache.block + PackedCache.tile - 1) / PackedCache.tile
        let tiles = tiles(layer)
        return Past(
            blocks: blocks.prefix(end / PackedCache.block).indices.map { UnsafePointer(bytes($0)) },
            headsBefore: layer * heads,
            tiles: (0..<count).map { UnsafePointer(tiles + $0 * heads * perHead) },
            firstTile: first * PackedCache.block,
            tileOffset: 0,
            tileStride: perHead
        )
    }

    private func bytes(_ block: Int) -> UnsafeMutablePointer<UInt8> {
        UnsafeMutableRawPointer(blocks[block].base).assumingMemoryBound(to: UInt8.self)
    }
}
