// SPDX-License-Identifier: Apache-2.0

import Base
import Inference
import Kernels

/// Contextual token sparsity for long sequences (LeMo, arXiv 2501.09767): what training leaves out so that it needs less memory and work.
///
/// Attention of later blocks sees the most informative blocks of 64 tokens alone; the others pass on in the residual stream. Of the
/// feed-forward part's neurons the strongest columns alone are kept for the way back, which is then taken through those alone; forward it
/// is exact. This is for training: in use nothing is left out.
public struct TokenSparsity: Codable, Sendable, Equatable {
    /// Tokens that are kept or left out together.
    public static let blockRows = 64

    /// The share of token blocks that attention of sparse blocks sees.
    public var keptTokens: Double
    /// The first block whose attention is sparse; the last block is never.
    public var firstBlock: Int
    /// The share of neurons of which something is kept.
    public var keptColumns: Double
    /// Sequences shorter than this are trained as they are, since leaving out does not pay there.
    public var minimumRows: Int

    public init(keptTokens: Double = 0.5, firstBlock: Int, keptColumns: Double = 0.5, minimumRows: Int = 2048) {
        self.keptTokens = keptTokens
        self.firstBlock = firstBlock
        self.keptColumns = keptColumns
        self.minimumRows = minimumRows
    }

    /// Neurons that are kept of so many: whole panels.
    func columns(of hidden: Int) -> Int {
        min(hidden, max(16, Int((Double(hidden) * keptColumns / 16).rounded()) * 16))
    }

    /// Token blocks that are kept of so many.
    func tokenBlocks(of count: Int) -> Int { min(count, max(1, Int((Double(count) * keptTokens).rounded(.up)))) }

    /// Whether attention of a block leaves tokens out.
    func isSparse(_ block: Int, of count: Int) -> Bool { keptTokens < 1 && block >= firstBlock && block < count - 1 }
}

/// What a block's feed-forward part keeps for the way back: some neurons, and the weights that belong to them.
final class ColumnChoice {
    /// The neurons, ascending.
    var columns: [Int32] = []
    /// The same as places in rows in which gate and up lie side by side.
    var places: [Int32] { columns + columns.map { $0 + Int32(hidden) } }
    private let hidden: Int

    init(hidden: Int) { self.hidden = hidden }

    /// Chooses the columns with the greatest |silu(gate)| + |up|, lengths over all rows.
    func choose(_ count: Int, squares: [Float]) {
        let strengths = (0..<hidden).map { squares[$0].squareRoot() + squares[hidden + $0].squareRoot() }
        let order = (0..<hidden).sorted { strengths[$0] == strengths[$1] ? $0 < $1 : strengths[$0] > strengths[$1] }
        columns = order.prefix(count).sorted().map(Int32.init)
    }
}
