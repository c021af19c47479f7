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
    private func reduceBack(_ factor: Factor, _ rows: Range<Int>, _ place: (offset: Int, stride: Int)) {
        multiply(
            rows,
            factor,
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
        let choice = choices[index]
        let columns = choice?.columns.count ?? hidden
        if let choice { picked?.fill(index, choice, self) }
        // Inner gradients: gate and up side by side, then down.
        let downAt = 2 * padded * rows
        byRows(rows) { chunk, _ in
            for row in chunk { kernels.narrow(Int64(width), gradient + row * width, work.above.at(row * width)) }
            reduceBack(parameters.reduceB(index, .down, work.above, 0, width), chunk, (downAt, padded))
        }
        var inner = parameters.expandA(index, [.down], work.inner, padded)
        inner.inputOffset = downAt
        var down = frozenBack(block.down, work.above, width)
        if choice != nil { picked?.replaceDown(&down, &inner) }
        multiply(
            rows,
            down,
            inner,
            columns: columns,
            into: work.activatedGradient.base,
            stride: columns,
            DK_NARROW
        )
        var gate = parameters.reduceB(index, .gate, work.gateUpGradient, 0, 2 * columns)
        var up = parameters.reduceB(index, .up, work.gateUpGradient, columns, 2 * columns)
        var gateUp = frozenBack(block.gateUp, work.gateUpGradient, 2 * columns)
        if choice != nil { picked?.replaceGateUp(&gateUp, &gate, &up) }
        byRows(rows) { chunk, _ in
            for row in chunk {
                kernels.swiglu_back(
                    Int64(columns),
                    save.gateUp.at(row * 2 * columns),
                    work.activatedGradient.at(row * columns),
                    work.gateUpGradient.at(row * 2 * columns),
                    work.activated.at(row * columns)
                )
                dropNeurons(index, save.gateUp.at(row * 2 * columns), of: work.activated.at(row * columns))
                kernels.norm_again(
                    Int64(width),
                    save.middle.at(row * width),
                    save.middleScale.base[row],
                    block.feedForwardNorm.base,
                    work.normed.at(row * width)
                )
            }
            reduceBack(gate, chunk, (0, 2 * padded))
            reduceBack(up, chunk, (padded, 2 * padded))
        }
        multiply(
            rows,
            gateUp,
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
                Lesson(
                    .down,
                    work.activated,
                    0,
                    columns,
                    work.above,
                    0,
                    width,
                    downAt,
                    padded,
                    inputs: choice?.columns
                ),
                Lesson(
                    .gate,
                    work.normed,
                    0,
                    width,
                    work.gateUpGradient,
                    0,
                    2 * columns,
                    0,
                    2 * padded,
                    outputs: choice?.columns
                ),
                Lesson(
                    .up,
                    work.normed,
                    0,
                    width,
                    work.gateUpGradient,
                    columns,
                    2 * columns,
                    padded,
                    2 * padded,
                    outputs: choice?.columns
                ),
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
        let seen = seen[index]
        let rows = seen?.count ?? batch.rows
        let trimmed = isTrimmed(index)
        let left = trimmed ? keptRows : rows
        let save = saved(index)
        let block = model.blocks[index]
        let gradient = work.gradient.base
        let outputAt = 3 * padded * rows
        let output = parameters.reduceB(index, .output, work.above, 0, width)
        byRows(left) { chunk, _ in
            for place in chunk {
                kernels.narrow(Int64(width), gradient + row(place, seen) * width, work.above.at(place * width))
            }
            reduceBack(output, chunk, (outputAt, padded))
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
        // What the forward pass gathered stands there still: nothing else is written to it.
        let attended = trimmed ? work.gathered : save.attended
        outer(index, left, save, [Lesson(.output, attended, 0, heads, work.above, 0, width, outputAt, padded)])
        if trimmed { scatter() }
        attendBack(index, save)
        let group: [(projection: Projection, column: Int)] = [(.query, 0), (.key, heads), (.value, heads + keys)]
        byRows(rows) { chunk, _ in
            for place in chunk {
                rotate(work.headsGradient.at(place * headRow), row(place, seen), -1)
                kernels.norm_again(
                    Int64(width),
                    save.input.at(place * width),
                    save.inputScale.base[place],
                    block.attentionNorm.base,
                    work.normed.at(place * width)
                )
            }
            for (number, part) in group.enumerated() {
                let factor = parameters.reduceB(index, part.projection, work.headsGradient, part.column, headRow)
                reduceBack(factor, chunk, (number * padded, 3 * padded))
            }
        }
        let lessons = group.enumerated().map { number, part in
            Lesson(
                part.projection,
                work.normed,
                0,
                width,
                work.headsGradient,
                part.column,
                headRow,
                number * padded,
                3 * padded
            )
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
            for place in chunk {
                kernels.norm_back(
                    Int64(width),
                    save.input.at(place * width),
                    save.inputScale.base[place],
                    block.attentionNorm.base,
                    work.added.base + place * width,
                    gradient + row(place, seen) * width
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
            let row = batch.sequences[number].rows.lowerBound
            let place = gradientPlaces[number] + head * config.headWidth * TrainingPass.tiled(Int(attention.rows))
            attention.output_gradient = UnsafeRawPointer(
                work.attendedGradient.at(row * heads + head * config.headWidth)
            )
            attention.q_gradient = work.headsGradient.at(row * headRow + head * config.headWidth)
            attention.k_gradient = keyGradients.base + place
            attention.v_gradient = valueGradients.base + place
            for row in row..<(row + Int(attention.first_query)) {
                let target = work.headsGradient.at(row * headRow + head * config.headWidth)
                target.initializeMemory(
                    as: UInt8.self,
                    repeating: 0,
                    count: config.headWidth * work.headsGradient.bytes
                )
            }
            kernels.attend_back(&attention)
        }
        pool.run(batch.sequences.count * config.keyValueHeadCount * 2) { task, _ in
            let number = task / 2 / config.keyValueHeadCount
            let head = task / 2 % config.keyValueHeadCount
            let sequence = batch.sequences[number]
            let count = seen[index]?.count ?? sequence.rows.count
            let tiled = TrainingPass.tiled(count)
            let place = gradientPlaces[number] + head * group * config.headWidth * tiled
            let column = heads + task % 2 * keys + head * config.headWidth
            kernels.gather_heads(
                Int64(group),
                Int64(config.headWidth),
                Int64(count),
                Int64(tiled),
                (task % 2 == 0 ? keyGradients : valueGradients).base + place,
                work.headsGradient.at(sequence.rows.lowerBound * headRow + column),
                Int64(headRow)
            )
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
                work.attendedGradient.at(row * heads).initializeMemory(
                    as: UInt8.self,
                    repeating: 0,
                    count: heads * bytes
                )
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
        /// The columns that stand there of its inputs and of its outputs; nil for all.
        var inputs: [Int32]?
        var outputs: [Int32]?

        init(
            _ projection: Projection,
            _ input: ElementBuffer,
            _ inputOffset: Int,
            _ inputStride: Int,
            _ output: ElementBuffer,
            _ outputOffset: Int,
            _ outputStride: Int,
            _ innerOffset: Int,
            _ innerStride: Int,
            inputs: [Int32]? = nil,
            outputs: [Int32]? = nil
        ) {
            (self.inputs, self.outputs) = (inputs, outputs)
            self.projection = projection
            self.input = (input, inputOffset, inputStride)
            self.output = (output, outputOffset, outputStride)
            inner = (innerOffset, innerStride)
        }
    }

    /// Adds the gradients of some parts, dA = dT^T x and dB = scale dy^T T, and of the model's weights where these learn.
    private func outer(_ block: Int, _ rows: Int, _ save: Saves, _ lessons: [Lesson]) {
        for lesson in lessons {
            weights?.learn(block, lesson.projection, rows: rows, input: lesson.input, output: lesson.output, pool)
        }
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
            let sides = [(true, lesson.inputs?.count ?? part.inputs), (false, lesson.outputs?.count ?? part.outputs)]
            for (isA, columns) in sides {
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
            let target = gradients + (piece.isA ? part.a : part.b)
            func add(_ out: UnsafeMutablePointer<Float>) {
                kernels.outer(
                    Int64(rows),
                    Int64(rank),
                    Int64(piece.count),
                    piece.isA ? work.inner.at(lesson.inner.offset) : save.inner.at(lesson.projection.rawValue * padded),
                    Int64(piece.isA ? lesson.inner.stride : innerRow),
                    side.buffer.at(side.offset + piece.column),
                    Int64(side.stride),
                    piece.isA ? 1 : layout.shape.scale,
                    out
                )
            }
            guard let columns = piece.isA ? lesson.inputs : lesson.outputs else {
                return add(target + piece.column * rank)
            }
            // Columns that were picked go where they belong.
            withUnsafeTemporaryAllocation(of: Float.self, capacity: piece.count * rank) { some in
                some.initialize(repeating: 0)
                guard let base = some.baseAddress else { return }
                add(base)
                for index in 0..<piece.count {
                    let column = Int(columns[piece.column + index])
                    for r in 0..<rank {
                        target[(column / 16 * rank + r) * 16 + column % 16] +=
                            base[(index / 16 * rank + r) * 16 + index % 16]
                    }
                }
            }
        }
    }
}
