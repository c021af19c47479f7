// SPDX-License-Identifier: Apache-2.0

import Base

/// Token sequences that go through a model together.
///
/// A sequence is a prefix, of which each token sees those before it and itself, and branches behind it: each token of a branch sees the whole
/// prefix and its own branch up to itself, and stands at the position that it would have if its branch were the only one. So the states of
/// all candidates of a decision are those of full sequences, and the prefix is computed once (tree mask).
public struct TokenBatch: Sendable {
    struct Sequence: Sendable {
        /// Rows of the batch.
        var rows: Range<Int>
        /// Rows of the prefix.
        var shared: Int
        /// For each row the first row of its branch, from the sequence's first row on; 0 in the prefix.
        var begin: [Int32]
        /// The rows whose states are read, from the sequence's first row on, ascending.
        var kept: [Int]
    }

    private(set) var tokens: [Int32] = []
    private(set) var positions: [Int32] = []
    private(set) var sequences: [Sequence] = []

    public init() {}

    /// Rows of all sequences.
    public var rows: Int { tokens.count }
    /// States that are read.
    public var keptCount: Int { sequences.reduce(0) { $0 + $1.kept.count } }

    /// Adds a prefix with branches; the state at the last token of each branch is read.
    ///
    /// - Parameters:
    ///   - prefix: at least one token.
    ///   - branches: at least one, each of at least one token.
    public mutating func append(prefix: [Int32], branches: [[Int32]]) {
        precondition(!prefix.isEmpty && !branches.isEmpty && branches.allSatisfy { !$0.isEmpty })
        let first = rows
        var begin = [Int32](repeating: 0, count: prefix.count)
        var kept: [Int] = []
        tokens += prefix
        positions += prefix.indices.map(Int32.init)
        for branch in branches {
            begin += [Int32](repeating: Int32(rows - first), count: branch.count)
            tokens += branch
            positions += branch.indices.map { Int32(prefix.count + $0) }
            kept.append(rows - first - 1)
        }
        sequences.append(Sequence(rows: first..<rows, shared: prefix.count, begin: begin, kept: kept))
    }

    /// Adds a plain sequence of which the states of all tokens are read, or of the last one alone.
    public mutating func append(_ text: [Int32], readsAll: Bool = true) {
        precondition(!text.isEmpty)
        let first = rows
        tokens += text
        positions += text.indices.map(Int32.init)
        sequences.append(
            Sequence(
                rows: first..<rows,
                shared: text.count,
                begin: [Int32](repeating: 0, count: text.count),
                kept: readsAll ? Array(text.indices) : [text.count - 1]
            )
        )
    }
}
