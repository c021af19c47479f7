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

/// The rows of one attention task: some tokens, and some of the heads that share a head of keys.
private struct AttentionTask {
    let head: Int
    let tokens: Range<Int>
    let members: Range<Int>

    var rows: Int { tokens.count * members.count }
}

extension ForwardPass {
    private var group: Int { config.headCount / config.keyValueHeadCount }
    private var tokensPerTask: Int { AttentionScratch.rows(config) / group }

    private func gather(_ scratch: AttentionScratch, _ task: AttentionTask) {
        let width = config.headWidth
        let floats = task.members.count * width
        for (index, token) in task.tokens.enumerated() {
            let head = task.head * group + task.members.lowerBound
            let source = projected.base + token * projectedStride + head * width
            (scratch.queries + index * floats).update(from: source, count: floats)
        }
        scratch.outputs.update(repeating: 0, count: task.rows * width)
        scratch.tops.update(repeating: -.infinity, count: task.rows)
        scratch.sums.update(repeating: 0, count: task.rows)
    }

    private func finish(_ scratch: AttentionScratch, _ task: AttentionTask) {
        let width = config.headWidth
        for (index, token) in task.tokens.enumerated() {
            let head = task.head * group + task.members.lowerBound
            let target = attended.base + token * attendedStride + head * width
            for member in 0..<task.members.count {
                let row = index * task.members.count + member
                let source = scratch.outputs + row * width
                for d in 0..<width { target[member * width + d] = source[d] / scratch.sums[row] }
            }
        }
    }

    /// Attention of a task's rows over what is past: the packed blocks before `open`, then tiles from there on.
    private func attend(
        _ work: AttentionScratch,
        _ task: AttentionTask,
        _ block: LanguageModel.Block,
        _ past: Past,
        open: Int
    ) {
        let hidden = block.window == nil ? nil : work.hidden
        if open > 0, var format = packed?.format {
            kernels.attend_packed(
                &format,
                Int64(task.rows),
                work.queries,
                hidden,
                Int64(open / PackedCache.block),
                past.blocks,
                Int64(past.blockOffset + task.head * past.blockStride),
                work.tops,
                work.sums,
                work.outputs
            )
            for row in 0..<task.rows {
                work.hidden[row] = max(work.hidden[row] - Int32(open), 0)
                work.visible[row] -= Int32(open)
            }
        }
        let keys = past.tileOffset + task.head * past.tileStride
        past.tiles.withUnsafeBufferPointer { tiles in
            guard let base = tiles.baseAddress else { return }
            let first = (open - past.firstTile) / PrefixCache.tile
            let seen = Int(work.visible[task.rows - 1])
            kernels.attend(
                Int64(task.rows),
                Int64(config.headWidth),
                work.queries,
                hidden,
                work.visible,
                Int64((seen + PrefixCache.tile - 1) / PrefixCache.tile),
                base + first,
                Int64(keys),
                Int64(keys + PrefixCache.tile * config.headWidth),
                work.tops,
                work.sums,
                work.outputs
            )
        }
    }

    /// The first position that a token at `position` does not see packed.
    private func open(_ position: Int) -> Int {
        packed == nil ? 0 : position / PackedCache.block * PackedCache.block
    }

    /// The tasks of a pass: tokens of one task see the same packed blocks. A pass of few tokens, as in generation, is also
    /// split by the heads that share keys.
    private func tasks(_ rows: Range<Int>, start: Int) -> [AttentionTask] {
        if rows.isEmpty { return [] }
        var chunks: [Range<Int>] = []
        var first = rows.lowerBound
        while first < rows.upperBound {
            let edge = packed == nil ? rows.upperBound : open(start + first) + PackedCache.block - start
            let end = min(first + tokensPerTask, edge, rows.upperBound)
            chunks.append(first..<end)
            first = end
        }
        let heads = config.keyValueHeadCount
        let parts = min(group, max(1, (2 * pool.threads + heads * chunks.count - 1) / (heads * chunks.count)))
        let size = (group + parts - 1) / parts
        var tasks: [AttentionTask] = []
        // Later tokens see more keys: the longest tasks first.
        for chunk in chunks.reversed() {
            for member in Swift.stride(from: 0, to: group, by: size) {
                for head in 0..<heads {
                    let members = member..<min(member + size, group)
                    tasks.append(AttentionTask(head: head, tokens: chunk, members: members))
                }
            }
        }
        return tasks
    }

    func attendPrefix(_ layer: Int, _ block: LanguageModel.Block, start: Int, rows: Range<Int>) {
        let past = past(layer, start: start, end: start + rows.upperBound)
        let tasks = tasks(rows, start: start)
        pool.run(tasks.count) { index, worker in
            let task = tasks[index]
            let work = AttentionScratch(scratch.base + worker * scratchPerWorker, config)
            gather(work, task)
            for (index, token) in task.tokens.enumerated() {
                for row in (index * task.members.count)..<((index + 1) * task.members.count) {
                    work.hidden[row] = AttentionScratch.hidden(start + token, block.window)
                    work.visible[row] = Int32(start + token + 1)
                }
            }
            attend(work, task, block, past, open: open(start + task.tokens.lowerBound))
            finish(work, task)
        }
    }

    func attendTrie(_ layer: Int, _ block: LanguageModel.Block, _ trie: TokenTrie, prefix: Int) {
        let past = past(layer, start: prefix, end: prefix)
        let perTask = tokensPerTask
        let chunks = (trie.count + perTask - 1) / perTask
        let heads = config.keyValueHeadCount
        pool.run(heads * chunks) { index, worker in
            let chunk = index / heads
            let tokens = (chunk * perTask)..<min((chunk + 1) * perTask, trie.count)
            let task = AttentionTask(head: index % heads, tokens: tokens, members: 0..<group)
            let work = AttentionScratch(scratch.base + worker * scratchPerWorker, config)
            gather(work, task)
            work.visible.update(repeating: Int32(prefix), count: task.rows)
            for (index, node) in tokens.enumerated() {
                let hidden = AttentionScratch.hidden(prefix + trie.depths[node], block.window)
                (work.hidden + index * group).update(repeating: hidden, count: group)
            }
            attend(work, task, block, past, open: open(prefix))
            attendPaths(work, block, trie, head: task.head, tokens: tokens)
            finish(work, task)
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
