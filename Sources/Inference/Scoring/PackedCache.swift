// SPDX-License-Identifier: Apache-2.0

import Base
import Kernels

/// Keys and values of a prefix in few bits: a packed block for each complete 128 positions, and the rows of the last block
/// in half precision, from which it is packed when it is full.
///
/// Precision goes by position, not by time: in a pass over new tokens, each sees the complete blocks before its own packed
/// and its own block in half precision, also when that block is complete by the end of the pass. So a token's state has the
/// same bits however the prefix was cut into passes.
final class PackedCache: KeyValueCache {
    static let block = Int(DK_BLOCK)
    private static let tile = PrefixCache.tile

    private(set) var tokens: [Int32] = []
    private(set) var format: dk_kv_format
    /// Each holds all layers and heads of 128 positions.
    private var blocks: [FloatBuffer] = []
    /// The digests of the first complete blocks: each is made of the one before it and of the block's tokens.
    private var keys: [String] = []
    private let identity: String
    private var left: BlockStore
    /// The last block that has rows, in half precision: two tiles for each layer, laid out as in `work`.
    private let recent: FloatBuffer
    /// Which block that is; nil when its rows are of other tokens.
    private var recentBlock: Int?
    /// The blocks of a pass as floats, of the layer at hand.
    private var work: FloatBuffer
    private var workTiles = 0

    private let width: Int
    private let heads: Int
    private let layers: Int
    private let blockBytes: Int
    /// Floats of one head in a tile.
    private var perHead: Int { 2 * PackedCache.tile * width }

    /// - Parameters:
    ///   - identity: what the bits of a block depend on, beside its tokens and those before.
    ///   - leftBytes: bytes of blocks that are kept when a request leaves their prefix.
    /// - Throws: `DroidError` with code `model.memory`.
    init(_ config: ModelConfig, _ format: dk_kv_format, identity: String, leftBytes: Int = 64 << 20) throws {
        self.identity = identity
        self.format = format
        width = config.headWidth
        heads = config.keyValueHeadCount
        layers = config.blockCount
        var copy = format
        blockBytes = Int(dk_kv_block_bytes(&copy))
        left = BlockStore(limit: leftBytes / max(layers * heads * blockBytes, 1))
        recent = try FloatBuffer(layers * 2 * heads * 2 * PackedCache.tile * width / 2)
        work = try FloatBuffer(0)
    }

    var bytes: Int { blocks.count * layers * heads * blockBytes + recent.count * MemoryLayout<Float>.stride }

    /// Bytes of the complete blocks of `tokens`.
    var packedBytes: Int { tokens.count / PackedCache.block * layers * heads * blockBytes }

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
        // The block of the last token is computed, since that token sees it in half precision.
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

    func reserve(_ count: Int) throws {
        while blocks.count * PackedCache.block + PackedCache.block <= count {
            blocks.append(try FloatBuffer(layers * heads * blockBytes / MemoryLayout<Float>.stride))
        }
    }

    /// Makes room for the blocks of a pass over the positions `start ..< end`.
    func prepare(_ start: Int, _ end: Int) throws {
        let first = start / PackedCache.block
        let tiles = max((end + PackedCache.block - 1) / PackedCache.block - first, 1) * 2
        if tiles > workTiles {
            work = try FloatBuffer(tiles * heads * perHead)
            workTiles = tiles
        }
    }

    // MARK: - One layer of a pass

    /// Expands the rows that are there of the block in which `start` lies.
    func open(_ layer: Int, start: Int, _ pool: ThreadPool, _ kernels: dk_kernels) {
        let slots = start % PackedCache.block
        let tiles = (slots + PackedCache.tile - 1) / PackedCache.tile
        guard tiles > 0 else { return }
        pool.run(tiles * heads) { task, _ in
            kernels.from_half(Int64(perHead), rows(layer) + task * perHead, work.base + task * perHead)
        }
    }

    /// Rounds the keys and values of one position to half precision, and puts them into the tiles of a pass that began at
    /// `start`.
    func place(
        start: Int,
        position: Int,
        keys: UnsafeMutablePointer<Float>,
        values: UnsafeMutablePointer<Float>,
        _ kernels: dk_kernels
    ) {
        let slot = position - start / PackedCache.block * PackedCache.block
        let tile = work.base + slot / PackedCache.tile * heads * perHead
        let count = Int64(heads * width)
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: heads * width) { halves in
            guard let base = halves.baseAddress else { return }
            for row in [keys, values] {
                kernels.to_half(count, row, base)
                kernels.from_half(count, base, row)
            }
        }
        for head in 0..<heads {
            PrefixCache.store(
                slot: slot % PackedCache.tile,
                width: width,
                keys: keys + head * width,
                values: values + head * width,
                keyTile: tile + head * perHead,
                valueTile: tile + head * perHead + PackedCache.tile * width
            )
        }
    }

    /// Once all rows of a pass are placed: packs the blocks that are complete by `end`, and keeps the rows of the last.
    func pack(_ layer: Int, start: Int, end: Int, _ pool: ThreadPool, _ kernels: dk_kernels) {
        let first = start / PackedCache.block
        let complete = max(end / PackedCache.block - first, 0)
        let last = (end - 1) / PackedCache.block
        // Of the last block, the tiles that have new rows; all when none of its rows was there before.
        let from = (max(start, last * PackedCache.block) - last * PackedCache.block) / PackedCache.tile
        let to = (end - 1 - last * PackedCache.block) / PackedCache.tile + 1
        pool.run((complete + to - from) * heads) { task, _ in
            let head = task % heads
            if task < complete * heads {
                let index = task / heads
                let tiles = [0, 1].map { UnsafePointer(work.base + ((2 * index + $0) * heads + head) * perHead) }
                let values = tiles.map { $0 + PackedCache.tile * width }
                var format = format
                dk_kv_pack(&format, tiles, values, bytes(first + index) + (layer * heads + head) * blockBytes)
            } else {
                let tile = from + task / heads - complete
                let source = work.base + ((2 * (last - first) + tile) * heads + head) * perHead
                kernels.to_half(Int64(perHead), source, rows(layer) + (tile * heads + head) * perHead)
            }
        }
    }

    /// What a pass that begins at `start` reads in a layer, once it is opened and packed.
    func past(_ layer: Int, start: Int, end: Int) -> Past {
        let first = start / PackedCache.block
        let tiles = (end - first * PackedCache.block + PackedCache.tile - 1) / PackedCache.tile
        return Past(
            blocks: blocks.prefix(end / PackedCache.block).indices.map { UnsafePointer(bytes($0)) },
            blockOffset: layer * heads * blockBytes,
            blockStride: blockBytes,
            tiles: (0..<tiles).map { UnsafePointer(work.base + $0 * heads * perHead) },
            firstTile: first * PackedCache.block,
            tileOffset: 0,
            tileStride: perHead
        )
    }

    private func bytes(_ block: Int) -> UnsafeMutablePointer<UInt8> {
        UnsafeMutableRawPointer(blocks[block].base).assumingMemoryBound(to: UInt8.self)
    }

    private func rows(_ layer: Int) -> UnsafeMutablePointer<UInt16> {
        UnsafeMutableRawPointer(recent.base).assumingMemoryBound(to: UInt16.self) + layer * 2 * heads * perHead
    }
}
