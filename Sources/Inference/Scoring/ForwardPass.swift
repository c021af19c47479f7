// SPDX-License-Identifier: Apache-2.0

import Kernels

/// Where the tokens of a pass stand, and so what each of them sees.
enum PassLayout {
    /// Consecutive tokens of the prefix: each sees those before it and itself, and becomes part of the cache.
    case prefix(start: Int)
    /// The nodes of a trie behind a prefix: each sees the whole prefix, its ancestors and itself.
    case trie(TokenTrie, prefix: Int)
}

/// Takes tokens through the blocks of a model.
///
/// All rows of a pass go through each operation together; operations are split among threads by rows and columns of
/// their result, never within a sum, so that a row's bits do not depend on which rows are with it.
final class ForwardPass {
    let model: LanguageModel
    let pool: ThreadPool
    let kernels: dk_kernels
    let cache: PrefixCache

    private let config: ModelConfig
    /// Rows that the buffers below hold.
    private var capacity = 0
    /// The residual stream, one row a token.
    private(set) var states: FloatBuffer
    private var normed: FloatBuffer
    private var projected: FloatBuffer
    private var attended: FloatBuffer
    private var gateUp: FloatBuffer
    private var activated: FloatBuffer
    private var angles: FloatBuffer
    private var scratch: FloatBuffer
    private var scratchPerWorker = 0

    /// Distance between rows of `states`.
    let stride: Int
    private let projectedStride: Int
    private let attendedStride: Int
    private let gateUpStride: Int
    private let activatedStride: Int

    init(model: LanguageModel, pool: ThreadPool, isa: dk_isa) throws {
        self.model = model
        self.pool = pool
        kernels = dk_kernels_for(isa).pointee
        config = model.config
        cache = PrefixCache(model.config)
        stride = model.blocks[0].down.paddedOutputs
        projectedStride = model.blocks[0].queryKeyValue.paddedOutputs
        attendedStride = config.headCount * config.headWidth
        gateUpStride = model.blocks[0].gateUp.paddedOutputs
        activatedStride = gateUpStride / 2
        let empty = try FloatBuffer(0)
        (states, normed, projected, attended) = (empty, empty, empty, empty)
        (gateUp, activated, angles, scratch) = (empty, empty, empty, empty)
    }

    /// Takes tokens through all blocks; `states` then holds the output of the last one.
    ///
    /// - Parameter afterBlock: called with the index of each block when `states` holds its output.
    func run(_ tokens: [Int32], _ layout: PassLayout, afterBlock: (Int) -> Void) throws {
        let rows = tokens.count
        try prepare(rows, layout)
        embed(tokens)
        computeAngles(layout, rows: rows)
        for (index, block) in model.blocks.enumerated() {
            if index == 0 { norm(rows, block.attentionNorm) }
            multiply(normed, stride, rows, block.queryKeyValue, projected, projectedStride)
            rotate(rows, index, layout)
            switch layout {
            case .prefix(let start): attendPrefix(index, start: start, rows: rows)
            case .trie(let trie, let prefix): attendTrie(index, trie, prefix: prefix)
            }
            multiply(attended, attendedStride, rows, block.attentionOutput, normed, stride)
            addAndNorm(rows, block.feedForwardNorm)
            multiply(normed, stride, rows, block.gateUp, gateUp, gateUpStride)
            activate(rows)
            multiply(activated, activatedStride, rows, block.down, normed, stride)
            let last = index + 1 == model.blocks.count
            addAndNorm(rows, last ? model.outputNorm : model.blocks[index + 1].attentionNorm)
            afterBlock(index)
        }
    }

    /// The state of a row after the final norm, once `run` has returned.
    func normedState(_ row: Int) -> UnsafeMutablePointer<Float> { normed.base + row * stride }

    // MARK: - Operations

    private func prepare(_ rows: Int, _ layout: PassLayout) throws {
        if rows > capacity {
            let room = (rows + 63) / 64 * 64
            states = try FloatBuffer(room * stride)
            normed = try FloatBuffer(room * stride)
            projected = try FloatBuffer(room * projectedStride)
            attended = try FloatBuffer(room * attendedStride)
            gateUp = try FloatBuffer(room * gateUpStride)
            activated = try FloatBuffer(room * activatedStride)
            angles = try FloatBuffer(room * config.rotatedWidth)
            capacity = room
        }
        var perWorker = AttentionScratch.floats(config)
        if case .trie(let trie, _) = layout {
            perWorker += (trie.deepest / PrefixCache.tile + 1) * 2 * PrefixCache.tile * config.headWidth
        }
        if perWorker > scratchPerWorker {
            scratch = try FloatBuffer(perWorker * pool.threads)
            scratchPerWorker = perWorker
        }
    }

    private func embed(_ tokens: [Int32]) {
        pool.run((tokens.count + 15) / 16) { task, _ in
            for row in (task * 16)..<min(task * 16 + 16, tokens.count) {
                model.embedding.copyRow(Int(tokens[row]), to: states.base + row * stride)
            }
        }
    }

    private func computeAngles(_ layout: PassLayout, rows: Int) {
        let pairs = config.rotatedWidth / 2
        pool.run((rows + 15) / 16) { task, _ in
            for row in (task * 16)..<min(task * 16 + 16, rows) {
                let position =
                    switch layout {
                    case .prefix(let start): start + row
                    case .trie(let trie, let prefix): prefix + trie.depths[row]
                    }
                let target = angles.base + row * config.rotatedWidth
                for pair in 0..<pairs {
                    let angle = Double(position) * model.frequencies[pair]
                    target[pair] = Float(cosine(angle))
                    target[pairs + pair] = Float(sine(angle))
                }
            }
        }
    }

    private func norm(_ rows: Int, _ weight: [Float]) {
        pool.run((rows + 15) / 16) { task, _ in
            for row in (task * 16)..<min(task * 16 + 16, rows) { normRow(row, weight) }
        }
    }

    private func normRow(_ row: Int, _ weight: [Float]) {
        kernels.rms_norm(
            Int64(config.width),
            states.base + row * stride,
            weight,
            config.normEpsilon,
            normed.base + row * stride
        )
    }

    /// Adds the result that stands in `normed` to the residual stream, and norms that into `normed`.
    private func addAndNorm(_ rows: Int, _ weight: [Float]) {
        pool.run((rows + 7) / 8) { task, _ in
            for row in (task * 8)..<min(task * 8 + 8, rows) {
                kernels.add(Int64(config.width), states.base + row * stride, normed.base + row * stride)
                normRow(row, weight)
            }
        }
    }

    private func multiply(
        _ input: FloatBuffer,
        _ inputStride: Int,
        _ rows: Int,
        _ matrix: PackedMatrix,
        _ output: FloatBuffer,
        _ outputStride: Int
    ) {
        let group = rows == 1 ? 8 : 4
        pool.run((matrix.panels + group - 1) / group) { task, _ in
            let first = task * group
            kernels.gemm(
                Int64(rows),
                Int64(min(group, matrix.panels - first)),
                Int64(matrix.depth),
                input.base,
                Int64(inputStride),
                matrix.panel(first),
                output.base + first * lanes,
                Int64(outputStride)
            )
        }
    }

    private func activate(_ rows: Int) {
        let width = activatedStride
        pool.run((rows + 3) / 4) { task, _ in
            for row in (task * 4)..<min(task * 4 + 4, rows) {
                let gate = gateUp.base + row * gateUpStride
                kernels.swiglu(Int64(width), gate, gate + width, activated.base + row * width)
            }
        }
    }

    private var keyColumn: Int { config.headCount * config.headWidth }
    private var valueColumn: Int { keyColumn + config.keyValueHeadCount * config.headWidth }

    /// Rotates queries and keys by their positions, scales the queries, and stores keys and values of prefix tokens.
    private func rotate(_ rows: Int, _ layer: Int, _ layout: PassLayout) {
        let scale = 1 / Float(config.headWidth).squareRoot()
        pool.run((rows + 15) / 16) { task, _ in
            for row in (task * 16)..<min(task * 16 + 16, rows) {
                let cosines = angles.base + row * config.rotatedWidth
                let vector = projected.base + row * projectedStride
                dk_rope(
                    Int64(config.headCount + config.keyValueHeadCount),
                    Int64(config.headWidth),
                    Int64(config.rotatedWidth),
                    vector,
                    cosines,
                    cosines + config.rotatedWidth / 2
                )
                for column in 0..<keyColumn { vector[column] *= scale }
                if case .prefix(let start) = layout {
                    cache.store(
                        layer: layer,
                        position: start + row,
                        keys: vector + keyColumn,
                        values: vector + valueColumn
                    )
                }
            }
        }
    }
}

// MARK: - Attention

/// The working memory of one attention task: queries, running softmax state and result of a block of rows.
private struct AttentionScratch {
    /// Rows (tokens times the heads that share keys) of one task.
    static func rows(_ config: ModelConfig) -> Int {
        let group = config.headCount / config.keyValueHeadCount
        return max(48 / group, 1) * group
    }

    static func floats(_ config: ModelConfig) -> Int { rows(config) * (2 * config.headWidth + 4) }

    let queries: UnsafeMutablePointer<Float>
    let outputs: UnsafeMutablePointer<Float>
    let tops: UnsafeMutablePointer<Float>
    let sums: UnsafeMutablePointer<Float>
    let visible: UnsafeMutablePointer<Int32>
    /// What is left behind the above.
    let rest: UnsafeMutablePointer<Float>

    init(_ base: UnsafeMutablePointer<Float>, _ config: ModelConfig) {
        let rows = AttentionScratch.rows(config)
        queries = base
        outputs = queries + rows * config.headWidth
        tops = outputs + rows * config.headWidth
        sums = tops + rows
        visible = UnsafeMutableRawPointer(sums + rows).bindMemory(to: Int32.self, capacity: rows)
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

    private func attendPrefix(_ layer: Int, start: Int, rows: Int) {
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
                    for row in 0..<group { work.visible[index * group + row] = Int32(start + token + 1) }
                }
                let seen = start + tokens.upperBound
                kernels.attend(
                    Int64(tokens.count * group),
                    Int64(config.headWidth),
                    work.queries,
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

    private func attendTrie(_ layer: Int, _ trie: TokenTrie, prefix: Int) {
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
                kernels.attend(
                    Int64(tokens.count * group),
                    Int64(config.headWidth),
                    work.queries,
                    work.visible,
                    Int64(tiles.count),
                    tileBase,
                    Int64(cache.keyOffset(layer, head)),
                    Int64(cache.valueOffset(layer, head)),
                    work.tops,
                    work.sums,
                    work.outputs
                )
                attendPaths(work, trie, head: head, tokens: tokens)
                finish(work, head: head, tokens: tokens)
            }
        }
    }

    /// Continues the softmax of each node over its ancestors and itself. The keys and values of the path to the current
    /// node stand in tiles of the task's own; in depth-first order each next node replaces the end of that path.
    private func attendPaths(_ work: AttentionScratch, _ trie: TokenTrie, head: Int, tokens: Range<Int>) {
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
            kernels.attend(
                Int64(group),
                Int64(width),
                work.queries + row * width,
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
