// SPDX-License-Identifier: Apache-2.0

import Kernels

/// Where the tokens of a pass stand, and so what each of them sees.
enum PassLayout {
    /// Consecutive tokens of the prefix: each sees those before it and itself, and becomes part of the cache.
    case prefix(start: Int)
    /// The nodes of a trie behind a prefix: each sees the whole prefix, its ancestors and itself.
    case trie(TokenTrie, prefix: Int)

    /// The position of the first row; of nodes at the root of a trie.
    var start: Int {
        switch self {
        case .prefix(let start): start
        case .trie(_, let prefix): prefix
        }
    }
}

/// Takes tokens through the blocks of a model.
///
/// All rows of a pass go through each operation together; operations are split among threads by rows and columns of
/// their result, never within a sum, so that a row's bits do not depend on which rows are with it.
final class ForwardPass {
    let model: LanguageModel
    let pool: ThreadPool
    let kernels: dk_kernels
    let cache: any KeyValueCache
    /// One of these is `cache`.
    private let unpacked: PrefixCache?
    let packed: PackedCache?
    /// The form of keys and values that are not packed.
    let tileForm: TileForm
    let adapters: AdapterPass
    let outputs = OutputBuffers()

    let config: ModelConfig
    /// Rows that the buffers below hold.
    private var capacity = 0
    /// The residual stream, one row a token.
    private(set) var states: FloatBuffer
    private(set) var normed: FloatBuffer
    private(set) var projected: FloatBuffer
    private(set) var attended: FloatBuffer
    private(set) var gateUp: FloatBuffer
    private(set) var activated: FloatBuffer
    private var angles: FloatBuffer
    /// The rows that are multiplied next, rounded for the matrix that they are multiplied with.
    private(set) var rounded = RoundedRows()
    /// Where rows are rounded while those in `rounded` are still multiplied.
    private(set) var roundedNext = RoundedRows()
    private(set) var scratch: FloatBuffer
    private(set) var scratchPerWorker = 0
    /// The states of attention of one token behind many keys.
    private(set) var spanStates: FloatBuffer
    /// Each thread's products that no other thread reads.
    private(set) var products: FloatBuffer
    /// Where the rows stand that were kept through the last block, -1 for the others; empty when all were.
    private var places: [Int] = []

    /// Distance between rows of `states`.
    let stride: Int
    let projectedStride: Int
    let attendedStride: Int
    let gateUpStride: Int
    let activatedStride: Int

    init(model: LanguageModel, pool: ThreadPool, isa: dk_isa, keyValues: KeyValueFormat) throws {
        self.model = model
        self.pool = pool
        kernels = dk_kernels_for(isa).pointee
        config = model.config
        adapters = AdapterPass(model, pool, kernels)
        if let format = try keyValues.packed(model.config) {
            let identity = "\(model.sha256) \(keyValues.rawValue) \(KeyValueFormat.numericsVersion)"
            let blocks = try PackedCache(model.config, format, identity: identity)
            (cache, unpacked, packed) = (blocks, nil, blocks)
            tileForm = TileForm(words: model.config)
        } else {
            tileForm = TileForm(model.config, model.precision)
            let tiles = PrefixCache(model.config, tileForm)
            (cache, unpacked, packed) = (tiles, tiles, nil)
        }
        stride = model.blocks[0].down.weights.paddedOutputs
        projectedStride = model.blocks[0].queryKeyValue.weights.paddedOutputs
        attendedStride = config.headCount * config.headWidth
        gateUpStride = model.blocks[0].gateUp.weights.paddedOutputs
        activatedStride = gateUpStride / 2
        let empty = try FloatBuffer(0)
        (states, normed, projected, attended) = (empty, empty, empty, empty)
        (gateUp, activated, angles, scratch, spanStates) = (empty, empty, empty, empty, empty)
        products = try FloatBuffer(pool.threads * ForwardPass.productsPerWorker)
    }

    /// Takes tokens through all blocks; `state` and `normedState` then give the output of the last one.
    ///
    /// - Parameters:
    ///   - keep: the rows, ascending, whose output is read; all when nil. The last block leaves out what only the others
    ///     need. Of a prefix no more than its last row may be asked for so.
    ///   - afterBlock: called with the index of each block when `state` gives its output.
    func run(_ tokens: [Int32], _ layout: PassLayout, keep: [Int]? = nil, afterBlock: (Int) -> Void) throws {
        var rows = tokens.count
        try prepare(rows, layout)
        places = []
        embed(tokens)
        computeAngles(layout, rows: rows)
        for (index, block) in model.blocks.enumerated() {
            let next = index + 1 < model.blocks.count ? model.blocks[index + 1] : nil
            let wanted = next == nil ? keep : nil
            if index == 0 { norm(rows, block.attentionNorm, for: block.queryKeyValue.weights) }
            multiply(normed, stride, rows, block.queryKeyValue, projected, projectedStride)
            packed?.open(index, start: layout.start)
            rotate(rows, index, block, layout)
            switch layout {
            case .prefix(let start):
                packed?.pack(index, start: start, end: start + rows, pool)
                attendPrefix(index, block, start: start, rows: (wanted.map { $0.first ?? rows } ?? 0)..<rows)
            case .trie(let trie, let prefix):
                if wanted?.isEmpty != true { attendTrie(index, block, trie, prefix: prefix) }
            }
            if let wanted, wanted.count < rows { rows = compact(wanted, of: rows) }
            if rows == 0 { return }
            let output = block.attentionOutput.weights
            if let weight = block.attentionSubNorm {
                normInPlace(rows, attended, attendedStride, weight, for: output)
            } else {
                round(rows, attended, attendedStride, for: output)
            }
            multiply(attended, attendedStride, rows, block.attentionOutput, normed, stride)
            addAndNorm(rows, post: block.postAttentionNorm, block.feedForwardNorm, for: block.gateUp.weights)
            feedForward(rows, block)
            multiply(activated, activatedStride, rows, block.down, normed, stride)
            addAndNorm(
                rows,
                post: block.postFeedForwardNorm,
                next?.attentionNorm ?? model.outputNorm,
                for: next?.queryKeyValue.weights
            )
            afterBlock(index)
        }
    }

    /// Gate, up and what is made of them, which stands in `activated` where it is read as floats, and in `rounded`.
    private func feedForward(_ rows: Int, _ block: LanguageModel.Block) {
        if fusesFeedForward(block) {
            fusedFeedForward(rows, block)
            swap(&rounded, &roundedNext)
            return
        }
        multiply(normed, stride, rows, block.gateUp, gateUp, gateUpStride)
        let down = block.down.weights
        activate(rows, for: block.feedForwardSubNorm == nil ? down : nil)
        if let weight = block.feedForwardSubNorm {
            normInPlace(rows, activated, activatedStride, weight, for: down)
        }
    }

    /// Moves the rows that are wanted to the front, and gives their number.
    private func compact(_ wanted: [Int], of rows: Int) -> Int {
        places = [Int](repeating: -1, count: rows)
        for (place, row) in wanted.enumerated() {
            places[row] = place
            if place == row { continue }
            (attended.base + place * attendedStride).update(
                from: attended.base + row * attendedStride,
                count: attendedStride
            )
            (states.base + place * stride).update(from: states.base + row * stride, count: stride)
        }
        return wanted.count
    }

    /// What a layer reads of the prefix, in a pass over `start ..< end`.
    func past(_ layer: Int, start: Int, end: Int) -> Past {
        if let packed { return packed.past(layer, start: start, end: end) }
        if let unpacked { return unpacked.past(layer, end) }
        return Past(blocks: [], headsBefore: 0, tiles: [], firstTile: 0, tileOffset: 0, tileStride: 0)
    }

    /// The output of a block for a row, while `run` calls `afterBlock`.
    func state(_ row: Int) -> UnsafeMutablePointer<Float> { states.base + place(row) * stride }

    /// The state of a row after the final norm, once `run` has returned.
    func normedState(_ row: Int) -> UnsafeMutablePointer<Float> { normed.base + place(row) * stride }

    private func place(_ row: Int) -> Int {
        precondition(places.isEmpty || places[row] >= 0, "a row is read that was not kept")
        return places.isEmpty ? row : places[row]
    }

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
            angles = try FloatBuffer(room * config.rotatedWidth * model.frequencies.count)
            try rounded.reserve(room, for: model.matrices)
            try roundedNext.reserve(room, for: model.matrices)
            capacity = room
            try adapters.reserve(room)
        }
        if case .prefix(let start) = layout {
            let states = spanFloats(position: start + rows)
            if states > spanStates.count { spanStates = try FloatBuffer(states) }
            try packed?.prepare(start, start + rows)
        } else {
            try packed?.prepare(layout.start, layout.start)
        }
        var perWorker = AttentionScratch.floats(config)
        if case .trie(let trie, _) = layout {
            perWorker += (trie.deepest / PrefixCache.tile + 1) * tileForm.floats
        }
        if perWorker > scratchPerWorker {
            scratch = try FloatBuffer(perWorker * pool.threads)
            scratchPerWorker = perWorker
        }
    }

    private func embed(_ tokens: [Int32]) {
        pool.run((tokens.count + 15) / 16) { task, _ in
            for row in (task * 16)..<min(task * 16 + 16, tokens.count) {
                let target = states.base + row * stride
                model.embedding.copyRow(Int(tokens[row]), to: target)
                if config.embeddingScale != 1 {
                    for column in 0..<config.width { target[column] *= config.embeddingScale }
                }
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
                for (index, frequencies) in model.frequencies.enumerated() {
                    let target = angles.base + (row * model.frequencies.count + index) * config.rotatedWidth
                    for pair in 0..<pairs {
                        let angle = Double(position) * frequencies[pair]
                        target[pair] = Float(cosine(angle))
                        target[pairs + pair] = Float(sine(angle))
                    }
                }
            }
        }
    }

    private func multiply(
        _ input: FloatBuffer,
        _ inputStride: Int,
        _ rows: Int,
        _ linear: Linear,
        _ output: FloatBuffer,
        _ outputStride: Int
    ) {
        let matrix = linear.weights
        if let adapter = linear.adapter { adapters.project(adapter, input, inputStride, rows) }
        // Tasks are small enough that two threads end together also at the narrowest matrices. Rows that stay in the second
        // cache go past all panels before the next ones do.
        let group = rows == 1 ? stretch(matrix.panels) : 2
        let groups = (matrix.panels + group - 1) / group
        let rowBlock = min(max(ForwardPass.rowBytes / (2 * matrix.depth) / 12 * 12, 48), rows)
        pool.run((rows + rowBlock - 1) / rowBlock * groups) { task, worker in
            let panels = (task % groups * group)..<min(task % groups * group + group, matrix.panels)
            let first = task / groups * rowBlock
            multiply(
                linear,
                rows: first..<min(first + rowBlock, rows),
                panels: panels,
                input,
                inputStride,
                output.base + first * outputStride + panels.lowerBound * lanes,
                outputStride,
                worker
            )
        }
    }

    /// Rounded rows that one thread goes on with, half of the second cache of small processors.
    private static let rowBytes = 256 * 1024

    /// How many of some panels a task takes for a row by itself, which is as fast as the weights come from memory: that is
    /// fastest in long stretches, and two for each thread are enough for all to end together.
    func stretch(_ panels: Int) -> Int { (panels + 2 * pool.threads - 1) / (2 * pool.threads) }

    /// Some panels of some rows of a product, with all that belongs to it; `output` begins with the first of both.
    func multiply(
        _ linear: Linear,
        rows: Range<Int>,
        panels: Range<Int>,
        _ input: FloatBuffer,
        _ inputStride: Int,
        _ output: UnsafeMutablePointer<Float>,
        _ outputStride: Int,
        _ worker: Int
    ) {
        linear.weights.multiply(
            kernels,
            rows: rows,
            panels: panels,
            input: input.base,
            inputStride: inputStride,
            rounded: rounded,
            output: output,
            outputStride: outputStride
        )
        linear.finish(output, outputStride, rows.count, (panels.lowerBound * lanes)..<(panels.upperBound * lanes))
        guard let adapter = linear.adapter else { return }
        let scratch = products.base + worker * ForwardPass.productsPerWorker
        adapters.add(adapter, rows: rows, panels: panels, output, outputStride, scratch: scratch)
    }

    var keyColumn: Int { config.headCount * config.headWidth }
    var valueColumn: Int { keyColumn + config.keyValueHeadCount * config.headWidth }

    /// Norms queries and keys where the family does, rotates them by their positions, scales the queries, and stores keys
    /// and values of prefix tokens.
    private func rotate(_ rows: Int, _ layer: Int, _ block: LanguageModel.Block, _ layout: PassLayout) {
        let turn = config.family.rotation == .adjacent ? kernels.rope : kernels.rope_halves
        pool.run((rows + 15) / 16) { task, _ in
            for row in (task * 16)..<min(task * 16 + 16, rows) {
                let table = row * model.frequencies.count + block.rotation
                let cosines = angles.base + table * config.rotatedWidth
                let vector = projected.base + row * projectedStride
                normHeads(vector, config.headCount, block.queryNorm)
                normHeads(vector + keyColumn, config.keyValueHeadCount, block.keyNorm)
                turn(
                    Int64(config.headCount + config.keyValueHeadCount),
                    Int64(config.headWidth),
                    Int64(config.rotatedWidth),
                    vector,
                    cosines,
                    cosines + config.rotatedWidth / 2
                )
                for column in 0..<keyColumn { vector[column] *= config.attentionScale }
                guard case .prefix(let start) = layout else { continue }
                let keys = vector + keyColumn
                let values = vector + valueColumn
                unpacked?.store(layer: layer, position: start + row, keys: keys, values: values, kernels)
                packed?.place(layer, start: start, position: start + row, keys: keys, values: values, kernels)
            }
        }
    }

    private func normHeads(_ vector: UnsafeMutablePointer<Float>, _ heads: Int, _ weight: [Float]?) {
        guard let weight else { return }
        for head in 0..<heads {
            let start = vector + head * config.headWidth
            kernels.rms_norm(Int64(config.headWidth), start, weight, config.normEpsilon, start)
        }
    }
}
