// SPDX-License-Identifier: Apache-2.0

import Base
import Inference
import Kernels

extension TrainingPass {
    /// Takes a gradient back through all blocks, and adds what it gives to `gradients`.
    ///
    /// - Parameter gradient: of what `forward` returned, the same values in the same order. It belongs to the last `forward`, and each may
    ///   be taken back once.
    public func backward(_ gradient: UnsafePointer<Float>) {
        work.gradient.base.update(from: gradient, count: keptRows * width)
        for block in stride(from: config.blockCount - 1, through: firstBlock, by: -1) {
            if checkpoints {
                work.stream.base.update(from: streams[block].base, count: batch.rows * width)
                forwardBlock(block)
            }
            backwardFeedForward(block)
            backwardAttention(block)
        }
    }

    /// The product of rows of gradients with a frozen matrix.
    private func frozenBack(_ matrix: FrozenModel.Matrix, _ input: ElementBuffer, _ stride: Int) -> Factor {
        Factor(
            depth: matrix.outputs,
            input: input,
            inputStride: stride,
            weights: matrix.backward,
            panelStride: matrix.outputs * 16
        )
    }

    /// The gradients of inner values of a projection, for some rows.
    private func reduceBack(
        _ block: Int,
        _ projection: Projection,
        _ rows: Range<Int>,
        _ input: ElementBuffer,
        _ offset: Int,
        _ stride: Int,
        _ place: (offset: Int, stride: Int)
    ) {
        multiply(
            rows,
            parameters.reduceB(block, projection, input, offset, stride),
            panels: 0..<(padded / 16),
            into: work.inner.at(place.offset + rows.lowerBound * place.stride),
            stride: place.stride,
            DK_NARROW
        )
    }

    private func backwardFeedForward(_ index: Int) {
        let rows = isTrimmed(index) ? keptRows : batch.rows
        let save = saved(index)
        let block = model.blocks[index]
        let gradient = work.gradient.base
        // Inner gradients: gate and up side by side, then down.
        let downAt = 2 * padded * rows
        byRows(rows) { chunk, _ in
            for row in chunk { kernels.narrow(Int64(width), gradient + row * width, work.above.at(row * width)) }
            reduceBack(index, .down, chunk, work.above, 0, width, (downAt, padded))
        }
        var inner = parameters.expandA(index, [.down], work.inner, padded)
        inner.inputOffset = downAt
        multiply(
            rows,
            frozenBack(block.down, work.above, width),
            inner,
            columns: hidden,
            into: work.activatedGradient.base,
            stride: hidden,
            DK_NARROW
        )
        byRows(rows) { chunk, _ in
            for row in chunk {
                kernels.swiglu_back(
                    Int64(hidden),
                    save.gateUp.at(row * 2 * hidden),
                    work.activatedGradient.at(row * hidden),
                    work.gateUpGradient.at(row * 2 * hidden),
                    work.activated.at(row * hidden)
                )
                kernels.norm_again(
                    Int64(width),
                    save.middle.at(row * width),
                    save.middleScale.base[row],
                    block.feedForwardNorm.base,
                    work.normed.at(row * width)
                )
            }
            reduceBack(index, .gate, chunk, work.gateUpGradient, 0, 2 * hidden, (0, 2 * padded))
            reduceBack(index, .up, chunk, work.gateUpGradient, hidden, 2 * hidden, (padded, 2 * padded))
        }
        multiply(
            rows,
            frozenBack(block.gateUp, work.gateUpGradient, 2 * hidden),
            parameters.expandA(index, [.gate, .up], work.inner, 2 * padded),
            columns: width,
            into: UnsafeMutableRawPointer(work.added.base),
            stride: width,
            DK_SET
        )
        outer(
            index,
            rows,
            save,
            [
                Lesson(.down, work.activated, 0, hidden, work.above, 0, width, downAt, padded),
                Lesson(.gate, work.normed, 0, width, work.gateUpGradient, 0, 2 * hidden, 0, 2 * padded),
                Lesson(.up, work.normed, 0, width, work.gateUpGradient, hidden, 2 * hidden, padded, 2 * padded),
            ]
        )
        byRows(rows) { chunk, _ in
            for row in chunk {
                kernels.norm_back(
                    Int64(width),
                    save.middle.at(row * width),
                    save.middleScale.base[row],
                    block.feedForwardNorm.base,
                    work.added.base + row * width,
                    gradient + row * width
                )
            }
        }
    }

    private func backwardAttention(_ index: Int) {
        let rows = batch.rows
        let trimmed = isTrimmed(index)
        let left = trimmed ? keptRows : rows
        let save = saved(index)
        let block = model.blocks[index]
        let gradient = work.gradient.base
        let outputAt = 3 * padded * rows
        byRows(left) { chunk, _ in
            for row in chunk { kernels.narrow(Int64(width), gradient + row * width, work.above.at(row * width)) }
            reduceBack(index, .output, chunk, work.above, 0, width, (outputAt, padded))
        }
        var inner = parameters.expandA(index, [.output], work.inner, padded)
        inner.inputOffset = outputAt
        multiply(
            left,
            frozenBack(block.attentionOutput, work.above, width),
            inner,
            columns: heads,
            into: work.attendedGradient.base,
            stride: heads,
            DK_NARROW
        )
        let attended = trimmed ? work.gathered : save.attended
        if trimmed { gatherAttended(save) }
        outer(index, left, save, [Lesson(.output, attended, 0, heads, work.above, 0, width, outputAt, padded)])
        if trimmed { scatter() }
        attendBack(index, save)
        byRows(rows) { chunk, _ in
            for row in chunk {
                rotate(work.headsGradient.at(row * headRow), row, -1)
                kernels.norm_again(
                    Int64(width),
                    save.input.at(row * width),
                    save.inputScale.base[row],
                    block.attentionNorm.base,
                    work.normed.at(row * width)
                )
            }
            for (place, projection) in [Projection.query, .key, .value].enumerated() {
                let column = [0, heads, heads + keys][place]
                reduceBack(index, projection, chunk, work.headsGradient, column, headRow, (place * padded, 3 * padded))
            }
        }
        let lessons = [Projection.query, .key, .value].enumerated().map { place, projection in
            let column = [0, heads, heads + keys][place]
            return Lesson(projection, work.normed, 0, width, work.headsGradient, column, headRow, place * padded, 3 * padded)
        }
        outer(index, rows, save, lessons)
        // Nothing below is trained.
        if index == firstBlock { return }
        multiply(
            rows,
            frozenBack(block.queryKeyValue, work.headsGradient, headRow),
            parameters.expandA(index, [.query, .key, .value], work.inner, 3 * padded),
            columns: width,
            into: UnsafeMutableRawPointer(work.added.base),
            stride: width,
            DK_SET
        )
        byRows(rows) { chunk, _ in
            for row in chunk {
                kernels.norm_back(
                    Int64(width),
                    save.input.at(row * width),
                    save.inputScale.base[row],
                    block.attentionNorm.base,
                    work.added.base + row * width,
                    gradient + row * width
                )
            }
        }
    }

    private func attendBack(_ index: Int, _ save: Saves) {
        let group = config.headCount / config.keyValueHeadCount
        pool.run(batch.sequences.count * config.headCount) { task, worker in
            var attention = attention(index, save, task: task, worker: worker)
            let number = task / config.headCount
            let head = task % config.headCount
            let sequence = batch.sequences[number]
            let row = sequence.rows.lowerBound
            let place = gradientPlaces[number] + head * config.headWidth * TrainingPass.tiled(sequence.rows.count)
            attention.output_gradient = UnsafeRawPointer(work.attendedGradient.at(row * heads + head * config.headWidth))
            attention.q_gradient = work.headsGradient.at(row * headRow + head * config.headWidth)
            attention.k_gradient = keyGradients.base + place
            attention.v_gradient = valueGradients.base + place
            for row in row..<(row + Int(attention.first_query)) {
                let target = work.headsGradient.at(row * headRow + head * config.headWidth)
                target.initializeMemory(as: UInt8.self, repeating: 0, count: config.headWidth * work.headsGradient.bytes)
            }
            kernels.attend_back(&attention)
        }
        pool.run(batch.sequences.count * config.keyValueHeadCount * 2) { task, _ in
            let number = task / 2 / config.keyValueHeadCount
            let head = task / 2 % config.keyValueHeadCount
            let sequence = batch.sequences[number]
            let tiled = TrainingPass.tiled(sequence.rows.count)
            let place = gradientPlaces[number] + head * group * config.headWidth * tiled
            let column = heads + task % 2 * keys + head * config.headWidth
            kernels.gather_heads(
                Int64(group),
                Int64(config.headWidth),
                Int64(sequence.rows.count),
                Int64(tiled),
                (task % 2 == 0 ? keyGradients : valueGradients).base + place,
                work.headsGradient.at(sequence.rows.lowerBound * headRow + column),
                Int64(headRow)
            )
        }
    }

    private func gatherAttended(_ save: Saves) {
        for (place, row) in (kept ?? []).enumerated() {
            work.gathered.at(place * heads).copyMemory(from: save.attended.at(row * heads), byteCount: heads * work.gathered.bytes)
        }
    }

    /// Spreads the gradients of the rows that are read over all rows; those of the others are 0.
    private func scatter() {
        guard let kept else { return }
        let bytes = work.attendedGradient.bytes
        var place = kept.count - 1
        for row in stride(from: batch.rows - 1, through: 0, by: -1) {
            let target = work.gradient.base + row * width
            if place >= 0, kept[place] == row {
                if place != row {
                    target.update(from: work.gradient.base + place * width, count: width)
                    work.attendedGradient.at(row * heads).copyMemory(
                        from: work.attendedGradient.at(place * heads),
                        byteCount: heads * bytes
                    )
                }
                place -= 1
            } else {
                target.update(repeating: 0, count: width)
                work.attendedGradient.at(row * heads).initializeMemory(as: UInt8.self, repeating: 0, count: heads * bytes)
            }
        }
    }

    /// What the gradient of one part of the adapter is made of.
    private struct Lesson {
        var projection: Projection
        /// Rows that it reads.
        var input: (buffer: ElementBuffer, offset: Int, stride: Int)
        /// The gradient of its outputs.
        var output: (buffer: ElementBuffer, offset: Int, stride: Int)
        /// The gradient of its inner values, in `work.inner`.
        var inner: (offset: Int, stride: Int)

        init(
            _ projection: Projection,
            _ input: ElementBuffer,
            _ inputOffset: Int,
            _ inputStride: Int,
            _ output: ElementBuffer,
            _ outputOffset: Int,
            _ outputStride: Int,
            _ innerOffset: Int,
            _ innerStride: Int
        ) {
            self.projection = projection
            self.input = (input, inputOffset, inputStride)
            self.output = (output, outputOffset, outputStride)
            inner = (innerOffset, innerStride)
        }
    }

    /// Adds the gradients of some parts: dA = dT^T x, and dB = scale dy^T T.
    private func outer(_ block: Int, _ rows: Int, _ save: Saves, _ lessons: [Lesson]) {
        let chunk = 64
        let rank = layout.shape.rank
        struct Piece {
            var lesson: Int
            var isA: Bool
            var column: Int
            var count: Int
        }
        var pieces: [Piece] = []
        for (index, lesson) in lessons.enumerated() {
            let part = layout.parts[block][lesson.projection.rawValue]
            for (isA, columns) in [(true, part.inputs), (false, part.outputs)] {
                for column in stride(from: 0, to: columns, by: chunk) {
                    pieces.append(Piece(lesson: index, isA: isA, column: column, count: min(chunk, columns - column)))
                }
            }
        }
        pool.run(pieces.count) { task, _ in
            let piece = pieces[task]
            let lesson = lessons[piece.lesson]
            let part = layout.parts[block][lesson.projection.rawValue]
            let side = piece.isA ? lesson.input : lesson.output
            let factor = piece.isA ? 1 : layout.shape.scale
            kernels.outer(
                Int64(rows),
                Int64(rank),
                Int64(piece.count),
                piece.isA
                    ? work.inner.at(lesson.inner.offset) : save.inner.at(lesson.projection.rawValue * padded),
                Int64(piece.isA ? lesson.inner.stride : innerRow),
                side.buffer.at(side.offset + piece.column),
                Int64(side.stride),
                factor,
                gradients + (piece.isA ? part.a : part.b) + piece.column * rank
            )
        }
    }
}
