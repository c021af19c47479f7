// SPDX-License-Identifier: Apache-2.0

import Base

/// Rows of features, all of one width, in one block of memory: row `r` is `values[r * columns ..< (r + 1) *
/// columns]`.
public struct FeatureMatrix: Sendable {
    /// The number of features of a row.
    public let columns: Int
    /// All rows, one after the other; the count is a multiple of `columns`.
    public private(set) var values: [Float]

    /// The number of rows.
    public var rows: Int { columns == 0 ? 0 : values.count / columns }

    /// An empty matrix of `columns` features, with room for `rows` rows.
    public init(columns: Int, reserving rows: Int = 0) {
        self.columns = columns
        values = []
        values.reserveCapacity(rows * columns)
    }

    /// Adds one row at the end.
    ///
    /// - Precondition: `row` holds `columns` values.
    public mutating func append(_ row: some Collection<Float>) {
        precondition(row.count == columns, "a row has \(row.count) features, the matrix \(columns)")
        values.append(contentsOf: row)
    }

    /// One row.
    public subscript(row: Int) -> ArraySlice<Float> { values[row * columns..<(row + 1) * columns] }

    /// Calls `body` with all values, to be changed in place.
    mutating func withMutableValues<Result>(
        _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
    ) rethrows
        -> Result
    {
        try values.withUnsafeMutableBufferPointer { try body($0) }
    }
}

/// One decision to learn from: rows of a matrix, some of them right and some of them wrong.
///
/// Rows of a group that are in neither list take no part in training.
public struct RankingGroup: Sendable {
    /// Row numbers of the right candidates; all are equally right.
    public var right: [Int]
    /// Row numbers of the wrong candidates.
    public var wrong: [Int]
    /// How much the group counts, over that of an ordinary group. Its pairs share it in equal parts.
    public var weight: Float
    /// What the group came from, such as a task template. A split never divides one key.
    public var family: String
    /// The group's part within its family that stays together in a split, such as an episode's seed.
    public var episode: String

    public init(right: [Int], wrong: [Int], weight: Float = 1, family: String = "", episode: String = "") {
        self.right = right
        self.wrong = wrong
        self.weight = weight
        self.family = family
        self.episode = episode
    }

    /// Whether there is anything to compare.
    public var isUseful: Bool { !right.isEmpty && !wrong.isEmpty && weight > 0 }
}

/// Groups divided into those that are trained on and those that are only looked at.
public struct RankingSplit: Sendable {
    public var training: [RankingGroup] = []
    public var validation: [RankingGroup] = []

    /// Divides by family: the named families are for validation, whole.
    ///
    /// Of the other families, `share` of the episodes go to validation as well, drawn by `seed` from the episode's
    /// name alone; a split never goes through an episode, let alone a group.
    public init(_ groups: [RankingGroup], validationFamilies: Set<String>, share: Double, seed: UInt64) {
        for group in groups where group.isUseful {
            let held = validationFamilies.contains(group.family)
            if held || Self.draw(group, seed: seed) < share { validation.append(group) } else { training.append(group) }
        }
    }

    private static func draw(_ group: RankingGroup, seed: UInt64) -> Double {
        var random = SeededRandom(seed: seed, name: "\(group.family)/\(group.episode)")
        return Double.random(in: 0..<1, using: &random)
    }
}
