// SPDX-License-Identifier: Apache-2.0

/// Which row of a table is being entered, as far as other fields and what was typed tell.
///
/// The row whose cells stand in other fields comes first; else the row that the last typed texts belong to, as long as the cell
/// in question was not among them. A row whose key was typed and that is not being entered any more comes last.
struct RowOrder: Sendable {
    private let rows: [[String?]]
    /// How much each cell counts that stands in another field, short and common ones counting less.
    private let hits: [[Double]]
    /// The cells of each row together.
    private let rowHits: [Double]
    /// For each column the most that the other cells of a row come to.
    private let mostHits: [Double]
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
        var places: [String: Set<Int>] = [:]
        for (row, cells) in rows.enumerated() {
            for case let cell? in cells { for form in Self.forms(cell) { places[form, default: []].insert(row) } }
        }
        let placed = Set(others.map(TextEssence.of)).subtracting([""])
        let hits = rows.map { cells in
            cells.map { cell -> Double in
                guard let cell, let form = Self.forms(cell).first(where: placed.contains) else { return 0 }
                let isCommon = (places[form]?.count ?? 0) * 3 > rows.count && rows.count > 2
                return isCommon || form.utf8.count < 3 ? 0.3 : 1
            }
        }
        let rowHits = hits.map { $0.reduce(0, +) }
        let width = rows.map(\.count).max() ?? 0
        mostHits = (0..<width).map { column in
            zip(rowHits, hits).map { sum, cells in sum - (cells.indices.contains(column) ? cells[column] : 0) }.max()
                ?? 0
        }
        var trail: Set<Int> = []
        var trailTyped: Set<String> = []
        for text in typed.suffix(64).reversed().map(TextEssence.of) {
            guard let found = places[text] else { continue }
            let left = trail.isEmpty ? found : trail.intersection(found)
            if left.isEmpty { break }
            trail = left
            trailTyped.insert(text)
        }
        let all = Set(typed.map(TextEssence.of))
        keyTyped = rows.map { cells in
            cells.compactMap { $0 }.first { !$0.isEmpty }.map { Self.forms($0).contains(where: all.contains) } ?? false
        }
        (self.rows, self.hits, self.rowHits) = (rows, hits, rowHits)
        (self.trail, self.trailTyped) = (trail, trailTyped)
    }

    /// What a cell may have been typed as: all of it, without an extension, without what follows a comma.
    private static func forms(_ cell: String) -> [String] {
        var out = [TextEssence.of(cell)]
        if cell.utf8.count <= 80 {
            if let comma = cell.firstIndex(of: ",") { out.append(TextEssence.of(String(cell[..<comma]))) }
            if let file = FileName.parts(cell) { out.append(TextEssence.of(file.stem)) }
        }
        return out.filter { !$0.isEmpty }
    }

    /// What a cell gains or loses by the row that it is in, and whether its row is the one that is being entered.
    ///
    /// - Parameter main: the column that the field is for, where its name tells: once that cell was typed, the row is done here.
    func bonus(_ row: Int, _ column: Int, main: Int? = nil) -> (Double, isActive: Bool) {
        let most = mostHits.indices.contains(column) ? mostHits[column] : 0
        if most >= 1 || (most > 0 && trail.isEmpty) {
            let own = hits[row].indices.contains(column) ? hits[row][column] : 0
            return rowHits[row] - own == most ? (3, true) : (keyTyped[row] ? -2.5 : -0.5, false)
        }
        if trail.contains(row) {
            let wanted = main ?? column
            let cell = rows[row].indices.contains(wanted) ? rows[row][wanted] ?? "" : ""
            if Self.forms(cell).contains(where: trailTyped.contains) { return (-2.5, false) }
            return (trail.count > 1 && row != trail.min() ? 1.5 : 2.5, true)
        }
        return (keyTyped[row] ? -2.5 : 0, false)
    }
}
