// SPDX-License-Identifier: Apache-2.0

import Kernels

/// The working memory of one attention task: queries, running softmax state and result of a block of rows.
struct AttentionScratch {
    /// Rows (tokens times the heads that share keys) of one task.
    static func rows(_ config: ModelConfig) -> Int {
        let group = config.headCount / config.keyValueHeadCount
        return max(48 / group, 1) * group
    }

    static func floats(_ config: ModelConfig) -> Int { rows(config) * (2 * config.headWidth + 4) }

    /// The number of keys before the window of a token at `position`.
    static func hidden(_ position: Int, _ window: Int?) -> Int32 {
        Int32(max(position + 1 - (window ?? position + 1), 0))
    }

    let queries: UnsafeMutablePointer<Float>
    let outputs: UnsafeMutablePointer<Float>
    let tops: UnsafeMutablePointer<Float>
    let sums: UnsafeMutablePointer<Float>
    let hidden: UnsafeMutablePointer<Int32>
    let visible: UnsafeMutablePointer<Int32>
    /// What is left behind the above.
    let rest: UnsafeMutablePointer<Float>

    init(_ base: UnsafeMutablePointer<Float>, _ config: ModelConfig) {
        let rows = AttentionScratch.rows(config)
        queries = base
        outputs = queries + rows * config.headWidth
        tops = outputs + rows * config.headWidth
        sums = tops + rows
        hidden = UnsafeMutableRawPointer(sums + rows).bindMemory(to: Int32.self, capacity: 2 * rows)
        visible = hidden + rows
        rest = base + AttentionScratch.floats(config)
    }
}

extension ForwardPass {
    private var group: Int { config.headCount / config.keyValueHeadCount }
    private var tokensPerTask: Int { AttentionScratch.rows(config) / group }

    private func gather(_ scratch: AttentionScratch, head: Int, tokens: Range<Int>) {
        let width = config.headWidth
        for (index, token) in tokens.enumerated() {
            let source = projected.base + token * projectedStride + head * group * width
            (scratch.queries + index * group * width).update(from: source, count: group * width)
        }
        let rows = tokens.count * group
        scratch.outputs.update(repeating: 0, count: rows * width)
        scratch.tops.update(repeating: -.infinity, count: rows)
        scratch.sums.update(repeating: 0, count: rows)
    }

    private func finish(_ scratch: AttentionScratch, head: Int, tokens: Range<Int>) {
        let width = config.headWidth
        for (index, token) in tokens.enumerated() {
            let target = attended.base + token * attendedStride + head * group * width
            for row in 0..<group {
                let sum = scratch.sums[index * group + row]
                let source = scratch.outputs + (index * group + row) * width
                for d in 0..<width { target[row * width + d] = source[d] / sum }
            }
        }
    }

    func attendPrefix(_ layer: Int, _ block: LanguageModel.Block, start: Int, rows: Int) {
        let addresses = cache.addresses(start + rows)
        let perTask = tokensPerTask
        let chunks = (rows + perTask - 1) / perTask
        let heads = config.keyValueHeadCount
        addresses.withUnsafeBufferPointer { tiles in
            guard let tileBase = tiles.baseAddress else { return }
            pool.run(heads * chunks) { task, worker in
                // Later tokens see more keys: the longest tasks first.
                let head = task % heads
                let chunk = chunks - 1 - task / heads
                let tokens = (chunk * perTask)..<min((chunk + 1) * perTask, rows)
                let work = AttentionScratch(scratch.base + worker * scratchPerWorker, config)
                gather(work, head: head, tokens: tokens)
                for (index, token) in tokens.enumerated() {
                    for row in (index * group)..<((index + 1) * group) {
                        work.hidden[row] = AttentionScratch.hidden(start + token, block.window)
                        work.visible[row] = Int32(start + token + 1)
                    }
                }
                let seen = start + tokens.upperBound
                kernels.attend(
                    Int64(tokens.count * group),
                    Int64(config.headWidth),
                    work.queries,
                    block.window == nil ? nil : work.hidden,
                    work.visible,
                    Int64((seen + PrefixCache.tile - 1) / PrefixCache.tile),
                    tileBase,
                    Int64(cache.keyOffset(layer, head)),
                    Int64(cache.valueOffset(layer, head)),
                    work.tops,
                    work.sums,
                    work.outputs
                )
                finish(work, head: head, tokens: tokens)
            }
        }
    }

    func attendTrie(_ layer: Int, _ block: LanguageModel.Block, _ trie: TokenTrie, prefix: Int) {
        let addresses = cache.addresses(prefix)
        let perTask = tokensPerTask
        let chunks = (trie.count + perTask - 1) / perTask
        let heads = config.keyValueHeadCount
        addresses.withUnsafeBufferPointer { tiles in
            guard let tileBase = tiles.baseAddress else { return }
            pool.run(heads * chunks) { task, worker in
                let head = task % heads
                let chunk = task / heads
                let tokens = (chunk * perTask)..<min((chunk + 1) * perTask, trie.count)
                let work = AttentionScratch(scratch.base + worker * scratchPerWorker, config)
                gather(work, head: head, tokens: tokens)
                work.visible.update(repeating: Int32(prefix), count: tokens.count * group)
                for (index, node) in tokens.enumerated() {
                    let hidden = AttentionScratch.hidden(prefix + trie.depths[node], block.window)
                    (work.hidden + index * group).update(repeating: hidden, count: group)
                }
                kernels.attend(
                    Int64(tokens.count * group),
                    Int64(config.headWidth),
                    work.queries,
                    block.window == nil ? nil : work.hidden,
                    work.visible,
                    Int64(tiles.count),
                    tileBase,
                    Int64(cache.keyOffset(layer, head)),
                    Int64(cache.valueOffset(layer, head)),
                    work.tops,
                    work.sums,
                    work.outputs
                )
                attendPaths(work, block, trie, head: head, tokens: tokens)
                finish(work, head: head, tokens: tokens)
            }
        }
    }

    /// Continues the softmax of each node over its ancestors and itself. The keys and values of the path to the current
    /// node stand in tiles of the task's own; in depth-first order each next node replaces the end of that path.
    private func attendPaths(
        _ work: AttentionScratch,
        _ block: LanguageModel.Block,
        _ trie: TokenTrie,
        head: Int,
        tokens: Range<Int>
    ) {
        let width = config.headWidth
        let tileFloats = 2 * PrefixCache.tile * width
        let tileCount = trie.deepest / PrefixCache.tile + 1
        let addresses: [UnsafePointer<Float>] = (0..<tileCount).map { UnsafePointer(work.rest + $0 * tileFloats) }
        func place(_ node: Int) {
            let source = projected.base + node * projectedStride + head * width
            let depth = trie.depths[node]
            let tile = work.rest + depth / PrefixCache.tile * tileFloats
            PrefixCache.store(
                slot: depth % PrefixCache.tile,
                width: width,
                keys: source + keyColumn,
                values: source + valueColumn,
                keyTile: tile,
                valueTile: tile + PrefixCache.tile * width
            )
        }
        var ancestor = trie.parents[tokens.lowerBound]
        while ancestor >= 0 {
            place(ancestor)
            ancestor = trie.parents[ancestor]
        }
        for (index, node) in tokens.enumerated() {
            place(node)
            let row = index * group
            let depth = trie.depths[node]
            work.visible.update(repeating: Int32(depth + 1), count: group)
            work.hidden.update(repeating: AttentionScratch.hidden(depth, block.window), count: group)
            kernels.attend(
                Int64(group),
                Int64(width),
                work.queries + row * width,
                block.window == nil ? nil : work.hidden,
                work.visible,
                Int64(depth / PrefixCache.tile + 1),
                addresses,
                0,
                Int64(PrefixCache.tile * width),
                work.tops + row,
                work.sums + row,
                work.outputs + row * width
            )
        }
    }
}
