// SPDX-License-Identifier: Apache-2.0

/// How far two annotators say the same of the states that both judged.
public struct Agreement: Codable, Sendable, Equatable {
    public var first: String
    public var second: String
    /// States that both judged.
    public var items: Int
    /// Those of them on which they named the very same candidates, or both none.
    public var same: Int
    /// Cohen's kappa (Cohen, 1960) over all candidates of these states, each right or not: 1 is full agreement, 0 what chance
    /// would bring. Nil where chance alone would agree fully.
    public var kappa: Double?

    /// Compares judgements of the same states.
    ///
    /// - Parameter pairs: for each state the number of candidates, and what each of the two named as right.
    public init(first: String, second: String, pairs: [(candidates: Int, one: Set<Int>, other: Set<Int>)]) {
        (self.first, self.second) = (first, second)
        items = pairs.count
        same = pairs.count { $0.one == $0.other }
        var table = [[0, 0], [0, 0]]
        for pair in pairs {
            for candidate in 0..<pair.candidates {
                table[pair.one.contains(candidate) ? 1 : 0][pair.other.contains(candidate) ? 1 : 0] += 1
            }
        }
        kappa = Self.kappa(table)
    }

    /// Cohen's kappa of a table of counts: rows are the first annotator's categories, columns the second's.
    public static func kappa(_ table: [[Int]]) -> Double? {
        let total = Double(table.joined().reduce(0, +))
        guard total > 0 else { return nil }
        var observed = 0.0
        var expected = 0.0
        for category in table.indices {
            observed += Double(table[category][category]) / total
            let row = Double(table[category].reduce(0, +)) / total
            let column = Double(table.reduce(0) { $0 + $1[category] }) / total
            expected += row * column
        }
        return expected < 1 ? (observed - expected) / (1 - expected) : nil
    }
}
