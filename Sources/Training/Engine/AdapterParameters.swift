// SPDX-License-Identifier: Apache-2.0

import Base
import Inference
import Kernels

/// The shape of a low-rank adapter with a linear head.
public struct AdapterShape: Codable, Sendable, Equatable {
    /// Inner dimension of every part, 1 to 64.
    public var rank: Int
    /// What an adapter adds is multiplied by alpha / rank.
    public var alpha: Double
    /// The first block that is changed; those below it stay as they are, and nothing is taken back through them.
    public var firstBlock: Int

    public init(rank: Int = 12, alpha: Double = 24, firstBlock: Int = 0) {
        (self.rank, self.alpha, self.firstBlock) = (rank, alpha, firstBlock)
    }

    var scale: Float { Float(alpha / Double(rank)) }
    /// The rank rounded up to whole panels.
    var paddedRank: Int { (rank + 15) / 16 * 16 }
}

/// Where the halves of an adapter's parts and the head lie in one flat vector of parameters.
///
/// The half A of a part with `inputs` lies as [inputs / 16][rank][16], the half B with `outputs` as [outputs / 16][rank][16]. The head comes
/// last, one weight for each value of a state.
public struct ParameterLayout: Sendable {
    public struct Part: Sendable {
        public var block: Int
        public var projection: Projection
        public var inputs: Int
        public var outputs: Int
        /// Where the halves begin.
        public var a: Int
        public var b: Int
    }

    public let shape: AdapterShape
    /// By block and projection; none for blocks that are not changed.
    public let parts: [[Part]]
    /// The head's weights.
    public let head: Range<Int>
    public var count: Int { head.upperBound }

    public init(_ config: ModelConfig, _ shape: AdapterShape) {
        self.shape = shape
        let (heads, keys) = (config.headCount * config.headWidth, config.keyValueHeadCount * config.headWidth)
        let (width, hidden) = (config.width, config.feedForwardWidth)
        let shapes = [
            (width, heads), (width, keys), (width, keys), (heads, width), (width, hidden), (width, hidden),
            (hidden, width),
        ]
        var at = 0
        parts = (0..<config.blockCount).map { block in
            if block < shape.firstBlock { return [] }
            return Projection.allCases.map { projection in
                let (inputs, outputs) = shapes[projection.rawValue]
                let part = Part(
                    block: block,
                    projection: projection,
                    inputs: inputs,
                    outputs: outputs,
                    a: at,
                    b: at + inputs * shape.rank
                )
                at += (inputs + outputs) * shape.rank
                return part
            }
        }
        head = at..<(at + width)
    }

    /// A half as rows of a matrix: [rank][columns] for A, and [columns][rank] when `transposed`.
    public func rows(_ values: UnsafePointer<Float>, at: Int, columns: Int, transposed: Bool) -> [Float] {
        var out = [Float](repeating: 0, count: columns * shape.rank)
        for column in 0..<columns {
            for r in 0..<shape.rank {
                let value = values[at + (column / 16 * shape.rank + r) * 16 + column % 16]
                out[transposed ? column * shape.rank + r : r * columns + column] = value
            }
        }
        return out
    }

    /// Writes a half from rows, the other way round.
    public func setRows(_ rows: [Float], _ values: UnsafeMutablePointer<Float>, at: Int, columns: Int, transposed: Bool)
    {
        for column in 0..<columns {
            for r in 0..<shape.rank {
                values[at + (column / 16 * shape.rank + r) * 16 + column % 16] =
                    rows[transposed ? column * shape.rank + r : r * columns + column]
            }
        }
    }
}

/// The trained values: master copies as floats, and the forms that products take.
final class AdapterParameters {
    let layout: ParameterLayout
    let values: FloatBuffer
    let gradients: FloatBuffer
    private let kernels: dk_training
    private let forms: ElementBuffer
    /// Where the two forms of each half begin in `forms`.
    private var places: [[Places]] = []

    /// Reduced: panels of ranks, along the columns, to bring a row to the inner dimension. Expanded: panels of columns, along the ranks.
    struct Places {
        var reducedA = 0, expandedA = 0, reducedB = 0, expandedB = 0
    }

    init(_ model: FrozenModel, _ shape: AdapterShape) throws {
        guard (1...64).contains(shape.rank), shape.alpha.isFinite, shape.alpha > 0,
            (0..<model.config.blockCount).contains(shape.firstBlock)
        else {
            throw DroidError(
                "recipe.format",
                "an adapter of rank \(shape.rank) and alpha \(shape.alpha) from block \(shape.firstBlock) on cannot be trained",
                next:
                    "choose a rank from 1 to 64, an alpha above 0, and one of the model's \(model.config.blockCount) blocks"
            )
        }
        layout = ParameterLayout(model.config, shape)
        values = try FloatBuffer(layout.count)
        gradients = try FloatBuffer(layout.count)
        kernels = model.kernels
        let padded = shape.paddedRank
        var at = 0
        for block in layout.parts {
            var list: [Places] = []
            for part in block {
                var place = Places()
                place.reducedA = at
                // A of gate and up (and of queries, keys and values) stand together for the way back, [columns / 16][parts * padded][16].
                place.reducedB = at + part.inputs * padded
                place.expandedB = place.reducedB + part.outputs * padded
                at = place.expandedB + part.outputs * padded
                list.append(place)
            }
            for group in AdapterParameters.groups where !block.isEmpty {
                for projection in group { list[projection.rawValue].expandedA = at }
                at += group.reduce(0) { $0 + block[$1.rawValue].inputs } * padded
            }
            places.append(list)
        }
        forms = try ElementBuffer(at, model.precision)
    }

    /// Projections that read the same rows.
    static let groups: [[Projection]] = [[.query, .key, .value], [.output], [.gate, .up], [.down]]

    /// Starts as LoRA does (arXiv 2106.09685, 4.1, with PEFT's limits): A drawn evenly, B and the head 0.
    func start(seed: UInt64) {
        var random = SeededRandom(seed: seed, name: "adapter")
        for index in 0..<layout.count { values.base[index] = 0 }
        for part in layout.parts.joined() {
            let limit = 1 / Float(part.inputs).squareRoot()
            for index in part.a..<part.b { values.base[index] = Float.random(in: -limit...limit, using: &random) }
        }
    }

    /// Makes the forms anew from the values, which must be done after each change of them.
    func refresh(_ pool: ThreadPool) {
        let (rank, padded, scale) = (layout.shape.rank, layout.shape.paddedRank, layout.shape.scale)
        pool.run(layout.parts.count) { block, _ in
            for group in AdapterParameters.groups where !layout.parts[block].isEmpty {
                for (index, projection) in group.enumerated() {
                    let part = layout.parts[block][projection.rawValue]
                    let place = places[block][projection.rawValue]
                    reduce(part.a, part.inputs, rank, padded, 1, place.reducedA)
                    reduce(part.b, part.outputs, rank, padded, scale, place.reducedB)
                    expand(part.b, part.outputs, rank, padded, scale, place.expandedB, 0, padded)
                    expand(part.a, part.inputs, rank, padded, 1, place.expandedA, index * padded, group.count * padded)
                }
            }
        }
    }

    /// [columns / 16][rank][16] to panels of 16 ranks reduced along the columns.
    private func reduce(_ from: Int, _ columns: Int, _ rank: Int, _ padded: Int, _ factor: Float, _ to: Int) {
        for first in stride(from: 0, to: padded, by: 16) {
            let count = max(0, min(16, rank - first))
            for group in 0..<(columns / 16) {
                kernels.pack(
                    16,
                    Int64(count),
                    values.base + from + (group * rank + first) * 16,
                    16,
                    1,
                    factor,
                    forms.at(to + first * columns + group * 256)
                )
            }
        }
    }

    /// The same to panels of 16 columns reduced along the ranks, each `depth` ranks long, of which this part has `padded` from `offset` on.
    private func expand(
        _ from: Int,
        _ columns: Int,
        _ rank: Int,
        _ padded: Int,
        _ factor: Float,
        _ to: Int,
        _ offset: Int,
        _ depth: Int
    ) {
        // `pack` writes whole steps, so an odd rank is packed by way of an even one whose last value is 0.
        let even = (rank + 1) / 2 * 2
        var rows = [Float](repeating: 0, count: even * 16)
        for group in 0..<(columns / 16) {
            for index in 0..<(rank * 16) { rows[index] = values.base[from + group * rank * 16 + index] }
            kernels.pack(Int64(even), 16, rows, 1, 16, factor, forms.at(to + (group * depth + offset) * 16))
        }
    }

    /// Brings rows of inputs of a projection to its inner dimension.
    func reduceA(_ block: Int, _ projection: Projection, _ input: ElementBuffer, _ offset: Int, _ stride: Int) -> Factor
    {
        let part = layout.parts[block][projection.rawValue]
        return Factor(
            depth: part.inputs,
            input: input,
            inputOffset: offset,
            inputStride: stride,
            weights: forms,
            panelOffset: places[block][projection.rawValue].reducedA,
            panelStride: part.inputs * 16
        )
    }

    /// Brings rows of gradients of a projection's outputs to its inner dimension.
    func reduceB(_ block: Int, _ projection: Projection, _ input: ElementBuffer, _ offset: Int, _ stride: Int) -> Factor
    {
        let part = layout.parts[block][projection.rawValue]
        return Factor(
            depth: part.outputs,
            input: input,
            inputOffset: offset,
            inputStride: stride,
            weights: forms,
            panelOffset: places[block][projection.rawValue].reducedB,
            panelStride: part.outputs * 16
        )
    }

    /// From the inner dimension to a projection's outputs.
    func expandB(_ block: Int, _ projection: Projection, _ input: ElementBuffer, _ offset: Int, _ stride: Int) -> Factor
    {
        let padded = layout.shape.paddedRank
        return Factor(
            depth: padded,
            input: input,
            inputOffset: offset,
            inputStride: stride,
            weights: forms,
            panelOffset: places[block][projection.rawValue].expandedB,
            panelStride: padded * 16
        )
    }

    /// From the inner dimensions of projections that read the same rows to those rows.
    func expandA(_ block: Int, _ group: [Projection], _ input: ElementBuffer, _ stride: Int) -> Factor {
        let depth = group.count * layout.shape.paddedRank
        return Factor(
            depth: depth,
            input: input,
            inputStride: stride,
            weights: forms,
            panelOffset: places[block][group[0].rawValue].expandedA,
            panelStride: depth * 16
        )
    }
}
