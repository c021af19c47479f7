// SPDX-License-Identifier: Apache-2.0

/// A product with weights: y = (W x) * scales + bias, for one or several matrices that lie side by side.
struct Linear: Sendable {
    let weights: PackedMatrix
    /// A factor for each output, `weights.paddedOutputs` of them; nil where all are 1.
    let scales: [Float]?
    /// What is added to each output; nil where nothing is.
    let bias: [Float]?

    /// What an adapter adds; nil without one.
    let adapter: LowRank?

    /// Applies scales and bias to some columns of a row of W x.
    func finish(_ row: UnsafeMutablePointer<Float>, _ columns: Range<Int>) {
        if let scales { for column in columns { row[column] *= scales[column] } }
        if let bias { for column in columns { row[column] += bias[column] } }
    }
}

extension WeightPacker {
    /// The product with the tensors `NAME.weight`, side by side, each beginning at a panel. `NAME.scale` (one value) and
    /// `NAME.bias` (one for each output) are taken where they are there.
    ///
    /// - Throws: as `matrix(_:depth:)`; also when a part of `biased` has no bias.
    mutating func linear(
        _ parts: [(name: String, outputs: Int)],
        depth: Int,
        biased: Bool = false,
        adapter: Adapter?
    ) throws -> Linear {
        let weights = try matrix(parts.map { ("\($0.name).weight", $0.outputs) }, depth: depth)
        var scales = [Float](repeating: 1, count: weights.paddedOutputs)
        var bias = [Float](repeating: 0, count: weights.paddedOutputs)
        var (scaled, added) = (false, false)
        var at = 0
        for part in parts {
            let scale = has("\(part.name).scale") ? try vector("\(part.name).scale", 1)[0] : 1
            if scale != 1 {
                scaled = true
                for index in 0..<part.outputs { scales[at + index] = scale }
            }
            if biased || has("\(part.name).bias") {
                added = true
                bias.replaceSubrange(at..<(at + part.outputs), with: try vector("\(part.name).bias", part.outputs))
            }
            at += (part.outputs + lanes - 1) / lanes * lanes
        }
        return Linear(
            weights: weights,
            scales: scaled ? scales : nil,
            bias: added ? bias : nil,
            adapter: try LowRank(adapter, parts)
        )
    }
}
