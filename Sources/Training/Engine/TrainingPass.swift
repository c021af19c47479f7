// SPDX-License-Identifier: Apache-2.0

import Base
import Inference
import Kernels

/// Takes batches of tokens through a frozen model with an adapter, forward and backward.
///
/// One pass is used by one caller at a time. Work is split among threads by rows and columns of results, never within a sum, so that
/// gradients have the same bits for any number of threads.
public final class TrainingPass {
    /// What a block keeps from the forward to the backward pass. Of a block with sparse attention, rows up to `heads` are those that
    /// attention sees.
    struct Saves {
        /// The residual stream where the block begins, and where its feed-forward part does.
        var input: ElementBuffer
        var inputScale: FloatBuffer
        /// Queries, keys and values, rotated; then what attention gives, and the logarithm of its sums by head.
        var heads: ElementBuffer
        var attended: ElementBuffer
        var logSums: FloatBuffer
        var middle: ElementBuffer
        var middleScale: FloatBuffer
        /// Gate and up side by side; of neurons that were chosen alone, with sparsity.
        var gateUp: ElementBuffer
        /// Inner values of the seven parts, `paddedRank` each.
        var inner: ElementBuffer
    }

    public let model: FrozenModel
    let parameters: AdapterParameters
    /// What is left out of long sequences; nil for nothing.
    public let sparsity: TokenSparsity?
    /// Says which blocks of tokens attention sees; without one the strongest in the residual stream are taken.
    public var predictor: BlockPredictor?
    /// What inputs of the frozen matrices count; nil for all. Not with sparsity. The way back takes all as counting (straight-through, Bengio
    /// et al., arXiv 1308.3432): otherwise nothing would be learned of what a mask leaves out.
    public var mask: ActivationMask?
    /// Weights of the model that learn along with the adapter; nil for none. The adapter then begins with the first block.
    public var weights: TernaryWeights?
    /// Sees the inputs of the frozen matrices, from which thresholds are found.
    var inputWatcher: ((_ block: Int, ActivationMask.Place, _ rows: Int, ElementBuffer, _ stride: Int) -> Void)?
    /// Whether only the residual stream is kept of each block, and the rest computed again on the way back (arXiv 1604.06174).
    public let checkpoints: Bool
    let pool: ThreadPool
    let kernels: dk_training
    /// The kernels of the engine, for what training has none of its own of.
    let engine = dk_kernels_for(dk_best_isa()).pointee
    let config: ModelConfig
    let width: Int
    let heads: Int
    let keys: Int
    /// Queries, keys and values side by side.
    let headRow: Int
    let hidden: Int
    let padded: Int
    let innerRow: Int

    /// Rows that the buffers hold.
    private(set) var capacity = 0
    private var wasSparse = false
    var saves: [Saves] = []
    /// The residual stream at the start of each block, with checkpoints.
    var streams: [FloatBuffer] = []
    var work: TrainingWork
    var batch = TokenBatch()
    /// Called before and after each block of a forward pass.
    var watcher: ((_ block: Int, _ isBefore: Bool) -> Void)?
    /// Whether the batch is long enough for sparsity.
    private(set) var isSparse = false
    /// For each block the rows that attention sees, ascending; nil for all.
    var seen: [[Int32]?] = []
    /// For each block the neurons that are kept; nil for all.
    var choices: [ColumnChoice?] = []
    var picked: PickedForms?
    /// Gradients of keys and of values by sequence and head of queries: [head width][rows rounded up to whole tiles] each.
    var keyGradients: FloatBuffer
    var valueGradients: FloatBuffer
    /// Inputs of the engine's products, and what each thread sums them in.
    var rounded: RoundedRows
    var tiles: FloatBuffer
    /// Where those of each sequence begin.
    var gradientPlaces: [Int] = []
    /// What each thread needs for attention.
    var scratch: FloatBuffer
    var scratchPerWorker = 0
    /// For each row the first one of its branch, counted from the first of its sequence.
    var begins: UnsafeMutablePointer<Int32> {
        UnsafeMutableRawPointer(work.begins.base).assumingMemoryBound(to: Int32.self)
    }
    /// Rows of the batch whose states are read, ascending, when they are not all.
    var kept: [Int]?
    /// Rows that the last block's feed-forward part sees.
    var keptRows: Int { kept?.count ?? batch.rows }

    /// - Parameters:
    ///   - shape: rank and alpha of the adapter.
    ///   - checkpoints: keeps little and computes more.
    ///   - sparsity: what is left out of batches of one long sequence.
    ///   - threads: threads to compute with; the number of cores when nil.
    /// - Throws: `DroidError` with code `model.memory`, or `recipe.format` for a shape that cannot be.
    public init(
        _ model: FrozenModel,
        shape: AdapterShape,
        checkpoints: Bool = false,
        sparsity: TokenSparsity? = nil,
        threads: Int? = nil
    ) throws {
        self.model = model
        self.sparsity = sparsity
        self.checkpoints = checkpoints
        parameters = try AdapterParameters(model, shape)
        pool = try ThreadPool(threads: threads)
        kernels = model.kernels
        config = model.config
        width = config.width
        heads = config.headCount * config.headWidth
        keys = config.keyValueHeadCount * config.headWidth
        headRow = heads + 2 * keys
        hidden = config.feedForwardWidth
        padded = shape.paddedRank
        innerRow = 7 * padded
        work = try TrainingWork(0, self.model, padded)
        (rounded, tiles) = (try RoundedRows(), try FloatBuffer(0))
        (keyGradients, valueGradients, scratch) = (try FloatBuffer(0), try FloatBuffer(0), try FloatBuffer(0))
    }

    public var layout: ParameterLayout { parameters.layout }
    /// The first block that the adapter changes.
    var firstBlock: Int { layout.shape.firstBlock }
    /// The trained values; call `refresh` after a change.
    public var values: UnsafeMutablePointer<Float> { parameters.values.base }
    /// What the backward passes since the last `clearGradients` added up.
    public var gradients: UnsafeMutablePointer<Float> { parameters.gradients.base }

    /// Takes over changed values.
    public func refresh() {
        parameters.refresh(pool)
        weights?.refresh()
    }

    /// Draws the values that training starts with.
    public func start(seed: UInt64) {
        parameters.start(seed: seed)
        refresh()
    }

    public func clearGradients() {
        weights?.clearGradients()
        for index in 0..<layout.count { gradients[index] = 0 }
    }

    func reserve(_ rows: Int) throws {
        guard rows > capacity || wasSparse != isSparse else { return }
        let room = (max(rows, capacity) + 63) / 64 * 64
        let precision = model.precision
        let shape = isSparse ? sparsity : nil
        let columns = shape?.columns(of: hidden) ?? hidden
        // Released first, so that the old and the new are never there together.
        (saves, streams) = ([], [])
        let first = checkpoints ? config.blockCount - 1 : firstBlock
        saves = try (first..<config.blockCount).map { block in
            let blocks = room / TokenSparsity.blockRows
            // The first one also takes what the blocks below write, whose attention may see all rows.
            let isOwn = block > first || first == 0
            let attended =
                shape.map {
                    isOwn && $0.isSparse(block, of: config.blockCount) ? $0.tokenBlocks(of: blocks) * 64 : room
                } ?? room
            return try Saves(
                input: ElementBuffer(attended * width, precision),
                inputScale: FloatBuffer(attended),
                heads: ElementBuffer(attended * headRow, precision),
                attended: ElementBuffer(attended * heads, precision),
                logSums: FloatBuffer(attended * config.headCount),
                middle: ElementBuffer(room * width, precision),
                middleScale: FloatBuffer(room),
                gateUp: ElementBuffer(room * 2 * columns, precision),
                inner: ElementBuffer(room * innerRow, precision)
            )
        }
        streams = checkpoints ? try (0..<config.blockCount).map { _ in try FloatBuffer(room * width) } : []
        picked = try shape.map { _ in try PickedForms(columns, self) }
        if room > capacity {
            work = try TrainingWork(room, model, padded)
            try reserveCodes(room)
        }
        capacity = room
        wasSparse = isSparse
    }

    /// Bytes of what is kept from forward to backward.
    public var keptBytes: Int {
        let saved = saves.reduce(0) { sum, save in
            let elements = [save.input, save.heads, save.attended, save.middle, save.gateUp, save.inner].reduce(0) {
                $0 + $1.byteCount
            }
            return sum + elements + 4 * (save.inputScale.count + save.logSums.count + save.middleScale.count)
        }
        return saved + streams.reduce(0) { $0 + 4 * $1.count }
    }

    /// Makes room for a batch.
    func prepare(_ batch: TokenBatch) throws {
        let isLong = batch.rows >= sparsity?.minimumRows ?? .max
        isSparse = isLong && batch.sequences.count == 1 && batch.sequences[0].shared == batch.rows
        precondition(!isSparse || (mask == nil && weights == nil), "sparsity goes alone")
        try reserve(batch.rows)
        self.batch = batch
        seen = [[Int32]?](repeating: nil, count: config.blockCount)
        choices = [ColumnChoice?](repeating: nil, count: config.blockCount)
        kept =
            batch.keptCount == batch.rows
            ? nil
            : batch.sequences.flatMap { sequence in
                sequence.kept.map { sequence.rows.lowerBound + $0 }
            }
        gradientPlaces = []
        var room = 0
        for sequence in batch.sequences {
            for (index, first) in sequence.begin.enumerated() { begins[sequence.rows.lowerBound + index] = first }
            gradientPlaces.append(room)
            room += TrainingPass.tiled(sequence.rows.count) * heads
        }
        if room > keyGradients.count {
            keyGradients = try FloatBuffer(room)
            valueGradients = try FloatBuffer(room)
        }
        let longest = batch.sequences.map(\.rows.count).max() ?? 0
        let floats = Int(dk_attention_scratch(Int64(longest), Int64(config.headWidth)) + 63) / 64 * 16
        if floats > scratchPerWorker {
            scratch = try FloatBuffer(floats * pool.threads)
            scratchPerWorker = floats
        }
    }

    /// Rows rounded up to whole tiles of queries.
    static func tiled(_ rows: Int) -> Int { (rows + Int(DK_QUERY_TILE) - 1) / Int(DK_QUERY_TILE) * Int(DK_QUERY_TILE) }

    /// Bytes that a pass over so many rows keeps from forward to backward, and those it needs beside them.
    public static func bytes(
        rows: Int,
        _ config: ModelConfig,
        shape: AdapterShape,
        precision: TrainingPrecision,
        checkpoints: Bool
    ) -> (kept: Int, work: Int) {
        let (heads, keys) = (config.headCount * config.headWidth, config.keyValueHeadCount * config.headWidth)
        let elements = 2 * config.width + 2 * heads + 2 * keys + 2 * config.feedForwardWidth + 7 * shape.paddedRank
        let block = rows * (elements * precision.bytes + (config.headCount + 2) * 4)
        let trained = config.blockCount - shape.firstBlock
        let kept = checkpoints ? block + config.blockCount * rows * config.width * 4 : block * trained
        return (kept, TrainingWork.bytes(rows, config, shape.paddedRank, precision))
    }

    // MARK: - Work in pieces

    /// Runs `body` for chunks of rows.
    func byRows(_ rows: Int, chunk: Int = 48, _ body: (Range<Int>, _ worker: Int) -> Void) {
        pool.run((rows + chunk - 1) / chunk) { task, worker in
            body((task * chunk)..<min(task * chunk + chunk, rows), worker)
        }
    }

    /// A product on all threads: the sum of up to two parts, into rows of `target`.
    ///
    /// - Parameter columns: a multiple of 16.
    func multiply(
        _ rows: Int,
        _ first: Factor,
        _ second: Factor?,
        columns: Int,
        into target: UnsafeMutableRawPointer,
        stride: Int,
        _ store: dk_store
    ) {
        let panels = columns / 16
        let blocks = max(1, (rows + 191) / 192)
        let block = ((rows + blocks - 1) / blocks + 5) / 6 * 6
        let group = 12
        let groups = (panels + group - 1) / group
        let bytes = store == DK_NARROW ? model.precision.bytes : 4
        pool.run((rows + block - 1) / block * groups) { task, _ in
            let (row, panel) = (task / groups * block, task % groups * group)
            multiply(
                row..<min(row + block, rows),
                first,
                second,
                panels: panel..<min(panel + group, panels),
                into: target + (row * stride + panel * 16) * bytes,
                stride: stride,
                store
            )
        }
    }

    /// Some rows and panels of a product, by one thread; `target` begins with the first of both.
    func multiply(
        _ rows: Range<Int>,
        _ first: Factor,
        _ second: Factor? = nil,
        panels: Range<Int>,
        into target: UnsafeMutableRawPointer,
        stride: Int,
        _ store: dk_store
    ) {
        var one = first.raw(row: rows.lowerBound, panel: panels.lowerBound)
        if let second {
            var two = second.raw(row: rows.lowerBound, panel: panels.lowerBound)
            kernels.gemm(Int64(rows.count), Int64(panels.count), &one, &two, target, Int64(stride), store)
        } else {
            kernels.gemm(Int64(rows.count), Int64(panels.count), &one, nil, target, Int64(stride), store)
        }
    }
}

/// Buffers of a pass that hold nothing from one block to the next but the residual stream and its gradient.
struct TrainingWork {
    /// The residual stream, its gradient, and a gradient that is added to it.
    var stream: FloatBuffer
    var gradient: FloatBuffer
    var added: FloatBuffer
    /// Normed rows, and the gradient of the residual stream as elements.
    var normed: ElementBuffer
    var above: ElementBuffer
    /// What gate and up give, or the gradient of it.
    var activated: ElementBuffer
    var activatedGradient: ElementBuffer
    var gateUpGradient: ElementBuffer
    /// Rows as wide as all heads of queries, and their gradient.
    var gathered: ElementBuffer
    var attendedGradient: ElementBuffer
    var headsGradient: ElementBuffer
    /// Gradients of inner values.
    var inner: ElementBuffer
    /// Whole numbers, as wide as floats.
    var begins: FloatBuffer
    var cosines: FloatBuffer
    var sines: FloatBuffer

    init(_ rows: Int, _ model: FrozenModel, _ padded: Int) throws {
        let (config, precision) = (model.config, model.precision)
        let (heads, keys) = (config.headCount * config.headWidth, config.keyValueHeadCount * config.headWidth)
        let hidden = config.feedForwardWidth
        stream = try FloatBuffer(rows * config.width)
        gradient = try FloatBuffer(rows * config.width)
        added = try FloatBuffer(rows * config.width)
        normed = try ElementBuffer(rows * config.width, precision)
        above = try ElementBuffer(rows * config.width, precision)
        activated = try ElementBuffer(rows * hidden, precision)
        activatedGradient = try ElementBuffer(rows * hidden, precision)
        gateUpGradient = try ElementBuffer(rows * 2 * hidden, precision)
        gathered = try ElementBuffer(rows * heads, precision)
        attendedGradient = try ElementBuffer(rows * heads, precision)
        headsGradient = try ElementBuffer(rows * (heads + 2 * keys), precision)
        inner = try ElementBuffer(rows * 7 * padded, precision)
        begins = try FloatBuffer(rows)
        cosines = try FloatBuffer(rows * config.rotatedWidth / 2)
        sines = try FloatBuffer(rows * config.rotatedWidth / 2)
    }

    static func bytes(_ rows: Int, _ config: ModelConfig, _ padded: Int, _ precision: TrainingPrecision) -> Int {
        let (heads, keys) = (config.headCount * config.headWidth, config.keyValueHeadCount * config.headWidth)
        let elements = 2 * config.width + 4 * config.feedForwardWidth + 3 * heads + 2 * keys + 7 * padded
        // Gradients of keys and values are summed by head of queries before they are added up.
        return rows * (elements * precision.bytes + (3 * config.width + 2 * heads + config.rotatedWidth) * 4)
    }
}
