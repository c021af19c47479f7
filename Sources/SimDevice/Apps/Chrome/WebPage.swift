// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A page of HTML whose behaviour the device knows: a maze, a multiplication, or a drawing.
///
/// No script is run. The page says in a block `<script type="application/json" id="page">` what it is and what is in it, and the device
/// does natively what the page's own script does with the same data. A page without such a block, or with one that
/// makes no sense, is not known.
struct WebPage: Hashable {
    /// What is in the page's file.
    enum Content: Hashable {
        case maze(Maze)
        case multiply(numbers: [Int])
        case draw(wanted: [String], palette: [Color])
    }

    /// Cells in rows; a number sign is a wall. The way leads from the first cell to the last.
    struct Maze: Hashable {
        var cells: [[Bool]]
        var rows: Int { cells.count }
        var columns: Int { cells[0].count }
        func isFree(_ cell: Cell) -> Bool {
            cells.indices.contains(cell.row) && cells[cell.row].indices.contains(cell.column)
                && !cells[cell.row][cell.column]
        }
    }

    struct Cell: Hashable {
        var row = 0
        var column = 0
    }

    struct Color: Hashable, Decodable {
        var name: String
        /// `#rrggbb`
        var hex: String
        var rgb: UInt32? { hex.count == 7 && hex.hasPrefix("#") ? UInt32(hex.dropFirst(), radix: 16) : nil }
    }

    /// A line on the canvas; its ends are shares of the canvas's sides.
    struct Stroke: Hashable {
        var color: Color
        var from: SIMD2<Double>
        var to: SIMD2<Double>
    }

    let title: String
    let content: Content
    // What the user has done to it.
    var cell = Cell()
    var clicks = 0
    var input = ""
    var color: Color?
    var strokes: [Stroke] = []
    /// What the page says about what was done; empty before.
    var message = ""

    static let success = "Success!"
    private static let opening = #"<script type="application/json" id="page">"#

    private struct Block: Decodable {
        var kind: String
        var cells: [String]?
        var numbers: [Int]?
        var wanted: [String]?
        var palette: [Color]?
    }

    /// Reads a file; nil where it is no page that is known.
    init?(html: String) {
        guard let start = html.firstRange(of: Self.opening),
            let end = html[start.upperBound...].firstRange(of: "</script>"),
            let block = try? JSONDecoder().decode(
                Block.self,
                from: Data(html[start.upperBound..<end.lowerBound].utf8)
            ),
            let content = Self.content(block)
        else { return nil }
        self.content = content
        if let open = html.firstRange(of: "<title>"),
            let close = html[open.upperBound...].firstRange(of: "</title>")
        {
            title = String(html[open.upperBound..<close.lowerBound]).trimming
        } else {
            title = ""
        }
    }

    private static func content(_ block: Block) -> Content? {
        switch block.kind {
        case "maze":
            let cells = (block.cells ?? []).map { row in row.map { $0 == "#" } }
            guard (2...12).contains(cells.count), let width = cells.first?.count, (2...12).contains(width),
                cells.allSatisfy({ $0.count == width }), !cells[0][0], cells.last?.last == false
            else { return nil }
            return .maze(Maze(cells: cells))
        case "multiply":
            guard let numbers = block.numbers, (1...9).contains(numbers.count),
                numbers.allSatisfy({ (1...99).contains($0) })
            else { return nil }
            return .multiply(numbers: numbers)
        case "draw":
            guard let palette = block.palette, let wanted = block.wanted, (1...24).contains(palette.count),
                palette.allSatisfy({ $0.rgb != nil && !$0.name.isEmpty }),
                Set(palette.map(\.name)).count == palette.count,
                (1...6).contains(wanted.count), wanted.allSatisfy({ name in palette.contains { $0.name == name } })
            else { return nil }
            return .draw(wanted: wanted, palette: palette)
        default: return nil
        }
    }

    // MARK: What its script does

    /// A direction button of the maze; a wall, or the edge, stops.
    mutating func move(rows: Int, columns: Int) {
        guard case .maze(let maze) = content else { return }
        let next = Cell(row: cell.row + rows, column: cell.column + columns)
        guard maze.isFree(next) else { return }
        cell = next
        let goal = Cell(row: maze.rows - 1, column: maze.columns - 1)
        message = cell == goal ? Self.success : ""
    }

    /// The button that shows one number after the other.
    mutating func click() {
        guard case .multiply(let numbers) = content, clicks < numbers.count else { return }
        clicks += 1
    }

    /// The number in sight, and whether all have been seen.
    var number: Int? {
        guard case .multiply(let numbers) = content, clicks > 0 else { return nil }
        return numbers[clicks - 1]
    }
    var hasForm: Bool {
        guard case .multiply(let numbers) = content else { return false }
        return clicks == numbers.count
    }

    /// The button at the end of the form, or of the drawing.
    mutating func submit() {
        switch content {
        case .multiply(let numbers):
            var product = 1
            for number in numbers {
                let (next, overflows) = product.multipliedReportingOverflow(by: number)
                product = overflows ? 0 : next
            }
            message = hasForm && Int(input.trimming) == product ? Self.success : "Try again."
        case .draw(let wanted, _):
            message = Set(wanted).isSubset(of: Set(strokes.map(\.color.name))) ? Self.success : "Use all three colors."
        case .maze: break
        }
    }

    /// A finger over the canvas draws once a colour is chosen.
    mutating func draw(from: SIMD2<Double>, to: SIMD2<Double>) {
        guard case .draw = content, let color else { return }
        strokes.append(Stroke(color: color, from: from, to: to))
    }

    mutating func clear() { (strokes, message) = ([], "") }

    /// The colours on the canvas, in the order in which they came.
    var used: [String] {
        strokes.reduce(into: []) { if !$0.contains($1.color.name) { $0.append($1.color.name) } }
    }
}
