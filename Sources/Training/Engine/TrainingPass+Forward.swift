// SPDX-License-Identifier: Apache-2.0

import Base
import Inference
import Kernels

extension TrainingPass {
    /// Takes a batch through all blocks.
    ///
    /// - Returns: the residual stream behind the last block of each row whose state is read, `config.width` values each, in the order of
    ///   the batch. It is valid until the next call.
    /// - Throws: `DroidError` with code `model.memory`; or `training.tokens` for a token that the model does not have.
    public func forward(_ batch: TokenBatch) throws -> UnsafePointer<Float> {
        if let stray = batch.tokens.first(where: { !(0..<config.vocabularySize).contains(Int($0)) }) {
            throw DroidError(
                "training.tokens",
                "there is no token \(stray)",
                why: "the model has \(config.vocabularySize) tokens",
                next: "make the tokens with this model's tokenizer"
            )
        }
        try prepare(batch)
        let stream = work.stream.base
        byRows(batch.rows, chunk: 16) { rows, _ in
            for row in rows {
                model.embed(batch.tokens[row], to: stream + row * width)
                setAngles(row)
            }
        }
        for block in 0..<config.blockCount {
            if checkpoints { streams[block].base.update(from: stream, count: batch.rows * width) }
            watcher?(block, true)
            forwardBlock(block)
            watcher?(block, false)
        }
        return UnsafePointer(stream)
    }

    private func setAngles(_ row: Int) {
        let pairs = config.rotatedWidth / 2
        for pair in 0..<pairs {
            let (cosine, sine) = cosineAndSine(Double(batch.positions[row]) * model.frequencies[pair])
            work.cosines.base[row * pairs + pair] = Float(cosine)
            work.sines.base[row * pairs + pair] = Float(sine)
        }
    }

    /// What is saved of a block. Those that are not trained write where the first trained one does after them.
    func saved(_ block: Int) -> Saves { saves[checkpoints ? 0 : max(0, block - firstBlock)] }

    /// Rows of inner values times the adapter's other half; nil in blocks that it does not change.
    private func added(_ block: Int, _ projection: Projection, _ inner: ElementBuffer) -> Factor? {
        guard block >= firstBlock else { return nil }
        return parameters.expandB(block, projection, inner, projection.rawValue * padded, innerRow)
    }

    /// Whether a block goes on with the rows alone whose states are read.
    func isTrimmed(_ block: Int) -> Bool { block == config.blockCount - 1 && kept != nil }

    /// Takes the residual stream through a block, and keeps what its way back needs.
    func forwardBlock(_ index: Int) {
        forwardAttention(index)
        forwardFeedForward(index)
    }

    private func forwardAttention(_ index: Int) {
        let save = saved(index)
        let block = model.blocks[index]
        let stream = work.stream.base
        if isSparse, let sparsity, sparsity.isSparse(index, of: config.blockCount), seen[index] == nil {
            seen[index] = chooseRows(index, sparsity)
        }
        let seen = seen[index]
        let rows = seen?.count ?? batch.rows
        byRows(rows) { chunk, _ in
            for place in chunk {
                save.inputScale.base[place] = kernels.norm(
                    Int64(width),
                    stream + row(place, seen) * width,
                    block.attentionNorm.base,
                    config.normEpsilon,
                    save.input.at(place * width),
                    work.normed.at(place * width)
                )
            }
            reduce(index, [.query, .key, .value], chunk, work.normed, width, save.inner)
            mask(index, .attention, chunk, work.normed, width, into: work.above)
        }
        watch(index, .attention, rows, work.normed, width)
        let normed = mask == nil ? work.normed : work.above
        expand(index, [.query, .key, .value], rows, block.queryKeyValue, normed, save.inner, save.heads, headRow)
        byRows(rows) { chunk, _ in
            for place in chunk { rotate(save.heads.at(place * headRow), row(place, seen), 1) }
        }
        attend(index, save)
        let trimmed = isTrimmed(index)
        if trimmed { compact(save) }
        let left = trimmed ? keptRows : rows
        let attended = trimmed ? work.gathered : save.attended
        byRows(left) { chunk, _ in
            reduce(index, [.output], chunk, attended, heads, save.inner)
            mask(index, .output, chunk, attended, heads, into: work.attendedGradient)
        }
        watch(index, .output, left, attended, heads)
        multiply(
            left,
            block.attentionOutput,
            0..<width,
            mask == nil ? attended : work.attendedGradient,
            heads,
            added(index, .output, save.inner),
            into: UnsafeMutableRawPointer(seen == nil ? stream : work.added.base),
            stride: width,
            seen == nil ? DK_ADD : DK_SET
        )
        guard let seen else { return }
        byRows(rows) { chunk, _ in
            for place in chunk { addRow(work.added.base + place * width, to: stream + Int(seen[place]) * width) }
        }
    }

    private func forwardFeedForward(_ index: Int) {
        let save = saved(index)
        let block = model.blocks[index]
        let stream = work.stream.base
        let left = isTrimmed(index) ? keptRows : batch.rows
        byRows(left) { chunk, _ in
            for row in chunk {
                save.middleScale.base[row] = kernels.norm(
                    Int64(width),
                    stream + row * width,
                    block.feedForwardNorm.base,
                    config.normEpsilon,
                    save.middle.at(row * width),
                    work.normed.at(row * width)
                )
            }
            reduce(index, [.gate, .up], chunk, work.normed, width, save.inner)
            mask(index, .gate, chunk, work.normed, width, into: work.above)
        }
        watch(index, .gate, left, work.normed, width)
        // With sparsity all of gate and up stand here only until the columns are chosen that are kept.
        let gateUp = isSparse ? work.gateUpGradient : save.gateUp
        let gateInput = mask == nil ? work.normed : work.above
        expand(index, [.gate], left, block.gateUp, gateInput, save.inner, gateUp, 2 * hidden)
        // Without masks, gate and up read the same rows.
        expand(
            index,
            [.up],
            left,
            block.gateUp,
            work.normed,
            save.inner,
            gateUp,
            2 * hidden,
            isRounded: mask == nil
        )
        watch(index, .neuron, left, gateUp, 2 * hidden)
        if isSparse { keepColumns(index, left, gateUp, save) }
        byRows(left) { chunk, _ in
            for row in chunk {
                kernels.swiglu(Int64(hidden), gateUp.at(row * 2 * hidden), work.activated.at(row * hidden))
                dropNeurons(index, gateUp.at(row * 2 * hidden), of: work.activated.at(row * hidden))
            }
            reduce(index, [.down], chunk, work.activated, hidden, save.inner)
        }
        multiply(
            left,
            block.down,
            0..<width,
            work.activated,
            hidden,
            added(index, .down, save.inner),
            into: UnsafeMutableRawPointer(stream),
            stride: width,
            DK_ADD
        )
    }

    /// The row of the batch that a place stands for.
    func row(_ place: Int, _ seen: [Int32]?) -> Int { seen.map { Int($0[place]) } ?? place }

    private func addRow(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
        for index in 0..<width { target[index] += source[index] }
    }

    /// The product of rows with a frozen matrix.
    func frozen(_ matrix: FrozenModel.Matrix, _ input: ElementBuffer, _ stride: Int) -> Factor {
        Factor(
            depth: matrix.inputs,
            input: input,
            inputStride: stride,
            weights: matrix.forward,
            panelStride: matrix.inputs * 16
        )
    }

    /// Brings some rows to the inner dimensions of projections that read them.
    func reduce(
        _ block: Int,
        _ group: [Projection],
        _ rows: Range<Int>,
        _ input: ElementBuffer,
        _ stride: Int,
        _ target: ElementBuffer
    ) {
        for projection in group where block >= firstBlock {
            multiply(
                rows,
                parameters.reduceA(block, projection, input, 0, stride),
                panels: 0..<(padded / 16),
                into: target.at(rows.lowerBound * innerRow + projection.rawValue * padded),
                stride: innerRow,
                DK_NARROW
            )
        }
    }

    /// The outputs of projections of rows that lie side by side, with what the adapter adds.
    private func expand(
        _ block: Int,
        _ group: [Projection],
        _ rows: Int,
        _ matrix: FrozenModel.Matrix,
        _ input: ElementBuffer,
        _ inner: ElementBuffer,
        _ target: ElementBuffer,
        _ stride: Int,
        isRounded: Bool = false
    ) {
        var column = group == [.up] ? hidden : 0
        for (place, projection) in group.enumerated() {
            let outputs = outputs(of: projection)
            multiply(
                rows,
                matrix,
                column..<(column + outputs),
                input,
                width,
                isRounded: isRounded || place > 0,
                added(block, projection, inner),
                into: target.at(column),
                stride: stride,
                DK_NARROW
            )
            column += outputs
        }
    }

    private func outputs(of projection: Projection) -> Int {
        switch projection {
        case .query: heads
        case .key, .value: keys
        case .gate, .up: hidden
        case .output, .down: width
        }
    }

    /// Turns queries and keys of a row by its position, or back.
    func rotate(_ vector: UnsafeMutableRawPointer, _ row: Int, _ direction: Float) {
        let pairs = config.rotatedWidth / 2
        kernels.rotate(
            Int64(config.headCount + config.keyValueHeadCount),
            Int64(config.headWidth),
            Int64(config.rotatedWidth),
            vector,
            work.cosines.base + row * pairs,
            work.sines.base + row * pairs,
            direction
        )
    }

    /// Attention of one head of one sequence.
    func attention(_ block: Int, _ save: Saves, task: Int, worker: Int) -> dk_attention {
        let sequence = batch.sequences[task / config.headCount]
        let head = task % config.headCount
        let group = config.headCount / config.keyValueHeadCount
        let row = sequence.rows.lowerBound
        let keyColumn = heads + head / group * config.headWidth
        let count = seen[block]?.count ?? sequence.rows.count
        return dk_attention(
            rows: Int64(count),
            shared: Int64(min(sequence.shared, count)),
            begin: UnsafePointer(begins + row),
            first_query: Int64(firstQuery(block, sequence)),
            head: Int64(config.headWidth),
            scale: config.attentionScale,
            q: UnsafeRawPointer(save.heads.at(row * headRow + head * config.headWidth)),
            k: UnsafeRawPointer(save.heads.at(row * headRow + keyColumn)),
            v: UnsafeRawPointer(save.heads.at(row * headRow + keyColumn + keys)),
            stride: Int64(headRow),
            output: save.attended.at(row * heads + head * config.headWidth),
            output_stride: Int64(heads),
            log_sum: save.logSums.base + row * config.headCount + head * count,
            scratch: UnsafeMutableRawPointer(scratch.base + worker * scratchPerWorker),
            output_gradient: nil,
            q_gradient: nil,
            k_gradient: nil,
            v_gradient: nil
        )
    }

    /// The first row whose attention is needed; the last block needs that of branches alone when none of the prefix is read.
    func firstQuery(_ block: Int, _ sequence: TokenBatch.Sequence) -> Int {
        guard isTrimmed(block), let first = sequence.kept.first, first >= sequence.shared else { return 0 }
        return sequence.shared
    }

    private func attend(_ block: Int, _ save: Saves) {
        pool.run(batch.sequences.count * config.headCount) { task, worker in
            var attention = attention(block, save, task: task, worker: worker)
            kernels.attend(&attention)
        }
    }

    /// Moves the rows that are read to the front.
    private func compact(_ save: Saves) {
        for (place, row) in (kept ?? []).enumerated() {
            work.gathered.at(place * heads).copyMemory(
                from: save.attended.at(row * heads),
                byteCount: heads * work.gathered.bytes
            )
            if place != row {
                (work.stream.base + place * width).update(from: work.stream.base + row * width, count: width)
            }
        }
    }
}
