// SPDX-License-Identifier: Apache-2.0

/// Which row of a table is being entered, as far as other fields and what was typed tell.
///
/// The row whose cells stand in other fields comes first; else the row that the last typed texts belong to, as long as the cell
/// in question was not among them. A row whose key was typed and that is not being entered any more comes last.
struct RowOrder: Sendable {
    private let essences: [[String]]
    /// How many cells of each row stand in other fields, short ones counting less.
    private let hits: [Double]
    private let mostHits: Double
    /// Rows that the last typed texts belong to.
    private let trail: Set<Int>
    /// What was typed since that row was begun.
    private let trailTyped: Set<String>
    private let keyTyped: [Bool]

    /// - Parameters:
    ///   - rows: the cells of the table; nil and empty ones hold nothing.
    ///   - others: what stands in the other fields of the screen.
    ///   - typed: what was typed before, oldest first.
    init(_ rows: [[String?]], others: [String], typed: [String]) {
        essences = rows.map { row in row.map { $0.map(TextEssence.of) ?? "" } }
        var places: [String: [Int]] = [:]
        for (row, cells) in essences.enumerated() {
            for cell in Set(cells) where !cell.isEmpty { places[cell, default: []].append(row) }
        }
        var hits = [Double](repeating: 0, count: rows.count)
        for other in Set(others.map(TextEssence.of)) {
            guard let found = places[other] else { continue }
            let weight = found.count * 3 > rows.count && rows.count > 2 || other.utf8.count < 3 ? 0.3 : 1
            for row in found { hits[row] += weight }
        }
        self.hits = hits
        mostHits = hits.max() ?? 0
        let essenceOfTyped = typed.suffix(64).map(TextEssence.of)
        var trail: Set<Int> = []
        var trailTyped: Set<String> = []
        for text in essenceOfTyped.reversed() {
            guard let found = places[text] else { continue }
            let left = trail.isEmpty ? Set(found) : trail.intersection(found)
            if left.isEmpty { break }
            trail = left
            trailTyped.insert(text)
        }
        (self.trail, self.trailTyped) = (trail, trailTyped)
        let all = Set(typed.map(TextEssence.of))
        keyTyped = essences.map { cells in cells.first { !$0.isEmpty }.map(all.contains) ?? false }
    }

    /// What a cell gains or loses by the row that it is in, and whether its row is the one that is being entered.
    func bonus(_ row: Int, _ column: Int) -> (Double, isActive: Bool) {
        if mostHits >= 1 || (mostHits > 0 && trail.isEmpty) {
            return hits[row] == mostHits ? (3, true) : (keyTyped[row] ? -2.5 : -0.5, false)
        }
        let cell = essences[row].indices.contains(column) ? essences[row][column] : ""
        if trail.contains(row) {
            return trailTyped.contains(cell) ? (-2.5, false) : (trail.count > 1 && row != trail.min() ? 1.5 : 2.5, true)
        }
        return (keyTyped[row] ? -2.5 : 0, false)
    }
}
