// SPDX-License-Identifier: Apache-2.0

/// Lines whose cells a mark separates.
struct DelimitedLines {
    private static let delimiters: [UInt8] = [0x7C, 0x09, 0x3B, 0x2C]

    let bytes: [UInt8]
    let lines: [TextTables.Line]
    /// How many cells each line has with each delimiter; counted when first asked for.
    private var counts: [[Int]]

    init(bytes: [UInt8], lines: [TextTables.Line]) {
        (self.bytes, self.lines) = (bytes, lines)
        counts = lines.map { line in
            var out = [1, 1, 1, 1]
            var quoted = false
            for at in line.range {
                let byte = bytes[at]
                if byte == 0x22 { quoted.toggle() }
                guard !quoted, byte == 0x7C || byte == 0x09 || byte == 0x3B || byte == 0x2C else { continue }
                switch byte {
                case 0x7C: out[0] += 1
                case 0x09: out[1] += 1
                case 0x3B: out[2] += 1
                default: out[3] += 1
                }
            }
            // A mark that is never closed quotes nothing.
            if quoted {
                for (index, mark) in Self.delimiters.enumerated() {
                    out[index] = 1 + line.range.reduce(0) { $0 + (bytes[$1] == mark ? 1 : 0) }
                }
            }
            return out
        }
    }

    /// The block whose header, or whose first row, is a line.
    mutating func block(_ first: Int) -> TextTables.Block? {
        for (index, delimiter) in Self.delimiters.enumerated() where counts[first][index] > 1 {
            if let block = block(first, index, delimiter) { return block }
        }
        return nil
    }

    private func block(_ first: Int, _ index: Int, _ delimiter: UInt8) -> TextTables.Block? {
        let header = cells(lines[first].range, delimiter)
        let width = header.count
        guard width > 1 else { return nil }
        // Before anything else: the next line must have as many cells.
        guard let next = nextLine(after: first), fits(next, index, width, delimiter) else { return nil }
        let hasHeader = isHeader(header)
        guard hasHeader || delimiter != 0x2C || width > 2 else { return nil }
        if delimiter == 0x2C || delimiter == 0x3B, !hasHeader {
            // Sentences with commas are no rows: cells of a row are short.
            guard header.allSatisfy({ TextTables.wordCount(bytes, $0.range) <= 4 }) else { return nil }
        }
        var rows: [[TextTables.Cell?]] = hasHeader ? [] : [header]
        var at = next
        var end = first + 1
        while at < lines.count {
            if lines[at].isEmpty {
                at += 1
                continue
            }
            guard fits(at, index, width, delimiter) else { break }
            if !isRule(lines[at].range) { rows.append(row(lines[at].range, delimiter, width)) }
            at += 1
            end = at
        }
        guard rows.count > (hasHeader ? 0 : 1) else { return nil }
        let columns =
            hasHeader ? header.map { TextTables.column($0.text) } : (1...width).map { "column \($0)" }
        return TextTables.Block(kind: .delimited, lines: first..<end, columns: columns, rows: rows)
    }

    private func nextLine(after line: Int) -> Int? {
        // A blank line may stand between, not more.
        for at in (line + 1)..<min(line + 3, lines.count) where line + 1 < lines.count && !lines[at].isEmpty {
            return at
        }
        return nil
    }

    private func fits(_ line: Int, _ index: Int, _ width: Int, _ delimiter: UInt8) -> Bool {
        if delimiter == 0x7C, isRule(lines[line].range) { return true }
        var count = counts[line][index]
        if delimiter == 0x7C {
            if bytes[lines[line].range.lowerBound] == 0x7C { count -= 1 }
            if bytes[lines[line].range.upperBound - 1] == 0x7C { count -= 1 }
        }
        // Commas in the last cell, as people leave them.
        return count == width || delimiter == 0x7C && count > 1 && count < width
            || delimiter == 0x2C && width > 2 && count > width
    }

    /// The line between a header and its rows: dashes.
    private func isRule(_ range: Range<Int>) -> Bool {
        range.count > 2 && range.allSatisfy { [0x7C, 0x2D, 0x3A, 0x20, 0x2B, 0x3D].contains(bytes[$0]) }
            && range.contains { bytes[$0] == 0x2D }
    }

    private func isHeader(_ cells: [TextTables.Cell]) -> Bool {
        var seen: Set<String> = []
        return cells.allSatisfy { cell in
            guard let last = cell.text.utf8.last, ![0x2E, 0x21, 0x3F, 0x3A].contains(last) else { return false }
            return !cell.text.utf8.contains { GoalTokenizer.isDigit($0) || $0 == 0x24 }
                && TextTables.wordCount(bytes, cell.range) <= 3 && seen.insert(cell.text.lowercased()).inserted
        }
    }

    private func row(_ range: Range<Int>, _ delimiter: UInt8, _ width: Int) -> [TextTables.Cell?] {
        var out: [TextTables.Cell?] = cells(range, delimiter)
        if out.count > width, let last = out.last ?? nil, let from = out[width - 1]?.range.lowerBound {
            let range = from..<last.range.upperBound
            out = Array(out.prefix(width - 1)) + [TextTables.Cell(text: TextTables.text(bytes, range), range: range)]
        }
        while out.count < width { out.append(nil) }
        return out
    }

    /// The cells of a line, without white space and quotes around them.
    private func cells(_ range: Range<Int>, _ delimiter: UInt8) -> [TextTables.Cell] {
        var (low, high) = (range.lowerBound, range.upperBound)
        if delimiter == 0x7C {
            if low < high, bytes[low] == 0x7C { low += 1 }
            if low < high, bytes[high - 1] == 0x7C { high -= 1 }
        }
        let closes = bytes[low..<high].reduce(0) { $0 + ($1 == 0x22 ? 1 : 0) } % 2 == 0
        var out: [TextTables.Cell] = []
        var start = low
        var quoted = false
        for at in low..<high {
            if bytes[at] == 0x22, closes { quoted.toggle() }
            if bytes[at] == delimiter, !quoted {
                out.append(cell(start, at))
                start = at + 1
            }
        }
        out.append(cell(start, high))
        return out
    }

    private func cell(_ start: Int, _ end: Int) -> TextTables.Cell {
        var (low, high) = (start, end)
        while low < high, bytes[low] <= 0x20 { low += 1 }
        while high > low, bytes[high - 1] <= 0x20 { high -= 1 }
        guard high - low > 1, bytes[low] == 0x22, bytes[high - 1] == 0x22 else {
            return TextTables.Cell(text: TextTables.text(bytes, low..<high), range: low..<high)
        }
        // Within quotes a quote is written twice.
        let inner = (low + 1)..<(high - 1)
        return TextTables.Cell(text: TextTables.text(bytes, inner).replacing("\"\"", with: "\""), range: inner)
    }
}

/// Lines that begin with a key: `note: lunch`.
enum KeyedLines {
    private struct Pair {
        var key: String
        var value: Range<Int>
    }

    /// The blocks of keys and values that begin with a line, one row each time that the first key comes again.
    static func block(_ bytes: [UInt8], _ lines: [TextTables.Line], _ first: Int) -> TextTables.Block? {
        guard let opening = pair(bytes, lines[first].range), !isTitle(opening, bytes, lines, first) else { return nil }
        var columns: [String] = []
        var places: [String: Int] = [:]
        var rows: [[Int: TextTables.Cell]] = []
        var at = first
        var end = first
        var pairs = 0
        var blank = false
        var lastColumn: Int?
        // Once a text went on in the next line, the last one may do so, too, with no key after it.
        var hasWrapped = false
        while at < lines.count {
            let line = lines[at]
            if line.isEmpty {
                blank = true
                at += 1
                continue
            }
            guard let found = pair(bytes, line.range), !isTitle(found, bytes, lines, at) else {
                // A text that goes on in the next line: indented, or with keys after it.
                guard !blank, let column = lastColumn,
                    goesOn(bytes, lines, at, opening.key) || hasWrapped && isEnd(bytes, lines, at),
                    var cell = rows[rows.count - 1][column]
                else { break }
                cell.text += (cell.text.isEmpty ? "" : " ") + TextTables.text(bytes, line.range)
                cell.range = cell.range.lowerBound..<line.range.upperBound
                rows[rows.count - 1][column] = cell
                if !line.indented { hasWrapped = true }
                at += 1
                end = at
                continue
            }
            let name = TextTables.column(found.key)
            let column = places[name] ?? columns.count
            if places[name] == nil {
                places[name] = column
                columns.append(name)
            }
            if rows.isEmpty || rows[rows.count - 1][column] != nil && (column == 0 || blank) { rows.append([:]) }
            if rows[rows.count - 1][column] != nil { break }
            rows[rows.count - 1][column] = TextTables.Cell(
                text: TextTables.text(bytes, found.value),
                range: found.value
            )
            lastColumn = column
            pairs += 1
            blank = false
            at += 1
            end = at
        }
        guard pairs > 1, columns.count > 1 || rows.count > 1 else { return nil }
        let cells = rows.map { row in columns.indices.map { row[$0] } }
        return TextTables.Block(kind: .keyed, lines: first..<end, columns: columns, rows: cells)
    }

    /// A key without a value above another key is a title.
    private static func isTitle(_ pair: Pair, _ bytes: [UInt8], _ lines: [TextTables.Line], _ at: Int) -> Bool {
        guard pair.value.isEmpty else { return false }
        guard at + 1 < lines.count else { return true }
        guard !lines[at + 1].isEmpty else { return true }
        return self.pair(bytes, lines[at + 1].range) != nil
    }

    private static func goesOn(_ bytes: [UInt8], _ lines: [TextTables.Line], _ at: Int, _ key: String) -> Bool {
        if lines[at].indented { return true }
        // At most three lines of a text, then a key.
        for next in (at + 1)..<min(at + 4, lines.count) where at + 1 < lines.count && !lines[next].isEmpty {
            if pair(bytes, lines[next].range) != nil { return true }
        }
        return false
    }

    /// Whether at most three lines without a key are left of the text, or of the part before an empty line.
    private static func isEnd(_ bytes: [UInt8], _ lines: [TextTables.Line], _ at: Int) -> Bool {
        for next in at..<min(at + 4, lines.count) {
            if lines[next].isEmpty { return true }
            if next == at + 3 || pair(bytes, lines[next].range) != nil { return false }
        }
        return true
    }

    /// A key of at most four words, a colon and a value.
    private static func pair(_ bytes: [UInt8], _ line: Range<Int>) -> Pair? {
        let range = TextTables.bullet(bytes, line) ?? line
        var at = range.lowerBound
        var words = 1
        while at < range.upperBound, at - range.lowerBound < 40 {
            let byte = bytes[at]
            if byte == 0x3A { break }
            if byte == 0x20 { words += 1 }
            guard GoalTokenizer.isAlphanumeric(byte) || byte >= 0x80 || [0x20, 0x5F, 0x2D, 0x2F, 0x27].contains(byte)
            else {
                return nil
            }
            at += 1
        }
        guard at < range.upperBound, bytes[at] == 0x3A, at > range.lowerBound, words <= 4,
            GoalTokenizer.isLetter(bytes[range.lowerBound])
        else { return nil }
        let key = TextTables.text(bytes, range.lowerBound..<at)
        var low = at + 1
        guard low == range.upperBound || bytes[low] <= 0x20 else { return nil }
        while low < range.upperBound, bytes[low] <= 0x20 { low += 1 }
        return Pair(key: key, value: low..<range.upperBound)
    }
}
