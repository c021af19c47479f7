// SPDX-License-Identifier: Apache-2.0

import Inference
import Kernels

extension TrainingPass {
    /// Writes those of some rows that count, and 0 for the others; nothing without a mask.
    func mask(
        _ block: Int,
        _ place: ActivationMask.Place,
        _ rows: Range<Int>,
        _ source: ElementBuffer,
        _ width: Int,
        into target: ElementBuffer
    ) {
        guard let mask else { return }
        kernels.threshold(
            Int64(rows.count * width),
            source.at(rows.lowerBound * width),
            mask.blocks[block][place],
            target.at(rows.lowerBound * width)
        )
    }

    /// Makes neurons of one row 0 that do not count; nothing without a mask.
    func dropNeurons(_ block: Int, _ gate: UnsafeRawPointer, of activated: UnsafeMutableRawPointer) {
        guard let mask else { return }
        kernels.drop_neurons(Int64(hidden), gate, mask.blocks[block].neuron, activated)
    }

    /// Shows inputs to whoever watches.
    func watch(_ block: Int, _ place: ActivationMask.Place, _ rows: Int, _ buffer: ElementBuffer, _ stride: Int) {
        inputWatcher?(block, place, rows, buffer, stride)
    }

    /// Finds the thresholds under which so many inputs do not count, each for itself, by what texts give in a pass without a mask.
    ///
    /// - Parameters:
    ///   - sparsity: the share of inputs that are not to count, from 0 to below 1.
    ///   - batches: texts and decisions like those of use.
    /// - Throws: as `forward`.
    public func findMask(sparsity: Double, _ batches: [TokenBatch]) throws -> ActivationMask {
        precondition((0..<1).contains(sparsity))
        var counts = [[MagnitudeCounts]](
            repeating: [MagnitudeCounts](repeating: MagnitudeCounts(), count: ActivationMask.Place.allCases.count),
            count: config.blockCount
        )
        let held = mask
        mask = nil
        defer { (mask, inputWatcher) = (held, nil) }
        inputWatcher = { [self] block, place, rows, buffer, stride in
            let count = place == .neuron ? hidden : place == .output ? heads : width
            var values = [Float](repeating: 0, count: count)
            for row in 0..<rows {
                kernels.widen(Int64(count), buffer.at(row * stride), &values)
                if place == .neuron { for index in values.indices { values[index] = silu(values[index]) } }
                counts[block][place.rawValue].add(values)
            }
        }
        for batch in batches { _ = try forward(batch) }
        return ActivationMask(
            sparsity: sparsity,
            model: model.sha256,
            blocks: counts.map { block in
                let thresholds = block.map { $0.threshold(leavingOut: sparsity) }
                return ActivationMask.Block(
                    attention: thresholds[ActivationMask.Place.attention.rawValue],
                    output: thresholds[ActivationMask.Place.output.rawValue],
                    gate: thresholds[ActivationMask.Place.gate.rawValue],
                    neuron: thresholds[ActivationMask.Place.neuron.rawValue]
                )
            }
        )
    }

    private func silu(_ x: Float) -> Float { Float(Double(x) / (1 + exponential(Double(-x)))) }
}

/// Counts magnitudes in classes as fine as bfloat16.
private struct MagnitudeCounts {
    private var counts = [UInt32](repeating: 0, count: 1 << 15)
    private var total = 0

    mutating func add(_ values: [Float]) {
        for value in values { counts[Int(value.magnitude.bitPattern >> 16)] += 1 }
        total += values.count
    }

    /// The smallest threshold that leaves out at least so many of what was counted.
    func threshold(leavingOut share: Double) -> Float {
        let goal = Int((Double(total) * share).rounded())
        var below = 0
        for index in counts.indices {
            if below >= goal { return Float(bitPattern: UInt32(index) << 16) }
            below += Int(counts[index])
        }
        return 0
    }
}
