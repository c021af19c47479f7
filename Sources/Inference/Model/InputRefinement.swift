// SPDX-License-Identifier: Apache-2.0

import Kernels

/// Inputs of the output matrix that are rounded to two bytes instead of one.
///
/// The final state goes into one product only, and nothing comes behind it that evens out an error; and a few of its channels
/// are far greater than the rest, so that the others of their block of 32 are rounded coarsely: of the shipped model's 18
/// blocks one makes half of the error of all logits, and two make 0.6. Those two stand in the matrix a second time, behind all
/// others, and there meet what rounding left of their inputs: an eighth more work than without, instead of twice as much.
///
/// Which blocks they are is read from the weights alone, so that a score stays a function of the model: those with the channel
/// to which the last feed-forward layer can write the most, as the final norm then weighs it.
enum InputRefinement {
    /// Inputs in a block.
    static let block = 32
    /// Blocks that stand twice.
    static let count = 2

    /// How many inputs of a matrix of this form and depth stand twice, in blocks; none in matrices of floats, and where
    /// scales do not belong to blocks.
    static func blocks(_ form: PackedMatrix.Form, depth: Int) -> Int {
        guard case .codes(let format) = form, depth % block == 0, [16, 32].contains(format.pointee.group)
        else { return 0 }
        return min(count, depth / block)
    }

    /// The blocks in which rounding costs most, in ascending order.
    ///
    /// - Parameters:
    ///   - last: the last layer of the model.
    ///   - norm: the weights of the final norm.
    static func choose(_ count: Int, last: LanguageModel.Block, norm: [Float]) throws -> [Int] {
        guard count > 0 else { return [] }
        let weights = last.down.weights
        let row = try FloatBuffer(weights.depth)
        var greatest = [Float](repeating: 0, count: norm.count / block)
        for channel in norm.indices {
            weights.copyRow(channel, to: row.base)
            var sum: Float = 0
            for k in 0..<weights.depth { sum += row.base[k] * row.base[k] }
            let after = last.postFeedForwardNorm?[channel] ?? 1
            greatest[channel / block] = max(
                greatest[channel / block],
                sum * after * after * norm[channel] * norm[channel]
            )
        }
        let order = greatest.indices.sorted { (greatest[$1], $0) < (greatest[$0], $1) }
        return order.prefix(count).sorted()
    }
}

extension PackedMatrix {
    /// Puts blocks of inputs behind all others a second time; there is room for them behind the first `inputs`.
    func repeatBlocks(_ blocks: [Int], behind inputs: Int) {
        // A matrix in which none stands twice may be narrower than a block.
        guard !blocks.isEmpty else { return }
        for section in sections {
            let bytes = section.panelBytes / (depth / InputRefinement.block)
            for panel in section.panels {
                let base = section.panel(panel)
                for (index, block) in blocks.enumerated() {
                    (base + (inputs / InputRefinement.block + index) * bytes).update(
                        from: base + block * bytes,
                        count: bytes
                    )
                }
            }
        }
    }
}
