// SPDX-License-Identifier: Apache-2.0

import Kernels

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
    }

    private func finish(_ state: AttentionState, _ task: AttentionTask) {
        let width = config.headWidth
        for (index, token) in task.tokens.enumerated() {
            let head = task.head * group + task.members.lowerBound
            let target = attended.base + token * attendedStride + head * width
            for member in 0..<task.members.count {
                let row = index * task.members.count + member
                let source = state.outputs + row * width
                kernels.divide(Int64(width), source, state.sums[row], target + member * width)
            }
        }
    }

    /// Keys of a span. Each span of a prefix is seen by itself, and then added to those before it: so one token that stands
    /// behind many keys is work for several threads, and has the same bits as in a pass of many tokens, which one thread
    /// takes through all spans.
    private static let span = 16 * PackedCache.block

    /// The spans that hold keys which rows of a task see.
    private func spans(_ work: AttentionScratch, _ rows: Int) -> Range<Int> {
        var (first, last) = (Int32.max, Int32(0))
        for row in 0..<rows {
            first = min(first, work.hidden[row])
            last = max(last, work.visible[row])
        }
        let end = (Int(last) + ForwardPass.span - 1) / ForwardPass.span
        return min(Int(first) / ForwardPass.span, end)..<end
    }

    /// Attention of a task's rows over what is past.
    ///
    /// - Parameter open: the first position that its rows do not see packed.
    private func attend(
        _ work: AttentionScratch,
        _ task: AttentionTask,
        _ block: LanguageModel.Block,
        _ past: Past,
        open: Int
    ) {
        let width = config.headWidth, rows = task.rows
        work.state.clear(rows: rows, width: width)
        let spans = spans(work, rows)
        for span in spans {
            let state = span == spans.lowerBound ? work.state : work.added
            if span > spans.lowerBound { state.clear(rows: rows, width: width) }
            attend(span, state, work, task, block, past, open: open)
            if span > spans.lowerBound { merge(state, into: work.state, rows) }
        }
    }

    private func merge(_ state: AttentionState, into all: AttentionState, _ rows: Int) {
        let width = Int64(config.headWidth)
        kernels.merge(Int64(rows), width, all.tops, all.sums, all.outputs, state.tops, state.sums, state.outputs)
    }

    /// Attention over one span: its packed blocks before `open`, then its tiles from there on.
    private func attend(
        _ span: Int,
        _ state: AttentionState,
        _ work: AttentionScratch,
        _ task: AttentionTask,
        _ block: LanguageModel.Block,
        _ past: Past,
        open: Int
    ) {
        let start = span * ForwardPass.span, end = start + ForwardPass.span
        /// Counts what rows see from a position on.
        func count(from position: Int) -> Int {
            var seen = 0
            for row in 0..<task.rows {
                work.hiddenThere[row] = max(work.hidden[row] - Int32(position), 0)
                work.visibleThere[row] = work.visible[row] - Int32(position)
                seen = max(seen, Int(work.visibleThere[row]))
            }
            return seen
        }
        let hidden = block.window == nil ? nil : work.hiddenThere
        if open > start, let packed {
            _ = count(from: start)
            let head = past.headsBefore + task.head
            past.blocks.withUnsafeBufferPointer { blocks in
                guard let base = blocks.baseAddress else { return }
                func attend(_ part: Range<Int>, _ format: dk_kv_format, offset: Int) {
                    var format = format
                    kernels.attend_packed(
                        &format,
                        Int64(task.rows),
                        work.queries,
                        hidden,
                        Int64(part.count),
                        base + part.lowerBound,
                        Int64(offset),
                        state.tops,
                        state.sums,
                        state.outputs
                    )
                }
                var rest = (start / PackedCache.block)..<(min(open, end) / PackedCache.block)
                if start == 0 {
                    attend(0..<1, packed.firstFormat, offset: head * packed.firstBytes)
                    rest = 1..<rest.upperBound
                    if rest.isEmpty { return }
                    _ = count(from: PackedCache.block)
                }
                attend(rest, packed.format, offset: head * packed.blockBytes)
            }
        }
        let first = max(start, open)
        let seen = min(count(from: first), end - first)
        guard seen > 0 else { return }
        past.tiles.withUnsafeBufferPointer { tiles in
            guard let base = tiles.baseAddress else { return }
            tileForm.attend(
                kernels,
                rows: task.rows,
                work.queries,
                hidden: hidden,
                visible: work.visibleThere,
                base + (first - past.firstTile) / PrefixCache.tile,
                count: (seen + PrefixCache.tile - 1) / PrefixCache.tile,
                offset: past.tileOffset + task.head * past.tileStride,
                state
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

    /// What rows of a task of prefix tokens see.
    private func look(_ work: AttentionScratch, _ task: AttentionTask, _ block: LanguageModel.Block, start: Int) {
        for (index, token) in task.tokens.enumerated() {
            for row in (index * task.members.count)..<((index + 1) * task.members.count) {
                work.hidden[row] = AttentionScratch.hidden(start + token, block.window)
                work.visible[row] = Int32(start + token + 1)
            }
        }
    }

    func attendPrefix(_ layer: Int, _ block: LanguageModel.Block, start: Int, rows: Range<Int>) {
        let past = past(layer, start: start, end: start + rows.upperBound)
        if rows.count == 1, start + rows.lowerBound >= ForwardPass.span {
            return attendSpans(block, past, start: start, token: rows.lowerBound)
        }
        let tasks = tasks(rows, start: start)
        pool.run(tasks.count) { index, worker in
            let task = tasks[index]
            let work = AttentionScratch(scratch.base + worker * scratchPerWorker, config)
            gather(work, task)
            look(work, task, block, start: start)
            attend(work, task, block, past, open: open(start + task.tokens.lowerBound))
            finish(work.state, task)
        }
    }

    /// One token behind many keys: each span of each head is a task of its own, then all of a head are put together.
    private func attendSpans(_ block: LanguageModel.Block, _ past: Past, start: Int, token: Int) {
        let heads = config.keyValueHeadCount, width = config.headWidth
        let position = start + token
        let first = Int(AttentionScratch.hidden(position, block.window)) / ForwardPass.span
        let count = position / ForwardPass.span + 1 - first
        let floats = AttentionState.floats(rows: group, width: width)
        func task(_ head: Int) -> AttentionTask {
            AttentionTask(head: head, tokens: token..<(token + 1), members: 0..<group)
        }
        func state(_ head: Int, _ span: Int) -> AttentionState {
            AttentionState(spanStates.base + (head * count + span) * floats, rows: group, width: width)
        }
        pool.run(heads * count) { index, worker in
            let task = task(index % heads)
            let work = AttentionScratch(scratch.base + worker * scratchPerWorker, config)
            gather(work, task)
            look(work, task, block, start: start)
            let state = state(index % heads, index / heads)
            state.clear(rows: group, width: width)
            attend(first + index / heads, state, work, task, block, past, open: open(position))
        }
        pool.run(heads) { head, _ in
            let all = state(head, 0)
            for span in 1..<max(count, 1) { merge(state(head, span), into: all, group) }
            finish(all, task(head))
        }
    }

    /// Floats that `attendSpans` needs for the state of each span and head, of a token at `position`.
    func spanFloats(position: Int) -> Int {
        (position / ForwardPass.span + 1) * config.keyValueHeadCount
            * AttentionState.floats(rows: group, width: config.headWidth)
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
            finish(work.state, task)
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
        let tileCount = trie.deepest / PrefixCache.tile + 1
        let addresses: [UnsafePointer<Float>] = (0..<tileCount).map { UnsafePointer(work.rest + $0 * tileForm.floats) }
        func place(_ node: Int) {
            let source = projected.base + node * projectedStride + head * width
            let depth = trie.depths[node]
            tileForm.store(
                slot: depth % PrefixCache.tile,
                keys: source + keyColumn,
                values: source + valueColumn,
                to: work.rest + depth / PrefixCache.tile * tileForm.floats,
                kernels
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
            tileForm.attend(
                kernels,
                rows: group,
                work.queries + row * width,
                hidden: block.window == nil ? nil : work.hidden,
                visible: work.visible,
                addresses,
                count: depth / PrefixCache.tile + 1,
                offset: 0,
                work.state.from(row, width: width)
            )
        }
    }
}
