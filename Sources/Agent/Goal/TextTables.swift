// SPDX-License-Identifier: Apache-2.0

/// Finds rows in the lines of a text.
enum TextTables {
    /// A cell's text, and where it begins and ends; the range covers all lines of a text that goes on over several.
    struct Cell: Sendable {
        var text: String
        var range: Range<Int>
    }

    enum Kind: Sendable { case delimited, keyed, bullets }

    struct Block: Sendable {
        var kind: Kind
        /// The lines that it takes.
        var lines: Range<Int>
        var columns: [String]
        var rows: [[Cell?]]

        var table: TextTable {
            TextTable(columns: columns, rows: rows.map { row in row.map { $0?.text ?? "" } })
        }
    }

    /// A line without the white space at its ends.
    struct Line: Sendable {
        var range: Range<Int>
        /// White space stood before it.
        var indented: Bool
        var isEmpty: Bool { range.isEmpty }
    }

    static func lines(_ bytes: [UInt8]) -> [Line] {
        var out: [Line] = []
        var start = 0
        var at = 0
        func add(_ end: Int) {
            var (low, high) = (start, end)
            while low < high, bytes[low] <= 0x20 { low += 1 }
            while high > low, bytes[high - 1] <= 0x20 { high -= 1 }
            out.append(Line(range: low..<high, indented: low > start))
        }
        while at < bytes.count {
            if bytes[at] == 0x0A || bytes[at] == 0x0D {
                add(at)
                if bytes[at] == 0x0D, at + 1 < bytes.count, bytes[at + 1] == 0x0A { at += 1 }
                start = at + 1
            }
            at += 1
        }
        add(bytes.count)
        return out
    }

    /// All blocks of a text, from the top.
    static func blocks(_ bytes: [UInt8]) -> [Block] {
        let lines = lines(bytes)
        guard lines.count > 1 else { return [] }
        var out: [Block] = []
        var at = 0
        var cells = DelimitedLines(bytes: bytes, lines: lines)
        while at < lines.count {
            if lines[at].isEmpty {
                at += 1
                continue
            }
            if let block = cells.block(at) ?? KeyedLines.block(bytes, lines, at) ?? bullets(bytes, lines, at) {
                out.append(block)
                at = max(block.lines.upperBound, at + 1)
            } else {
                at += 1
            }
        }
        return out
    }

    /// `preparationTime` and `category_name` in words.
    static func column(_ name: String) -> String {
        var out = ""
        var last: Character = " "
        for character in name {
            if character == "_" || character == "-" || character.isWhitespace {
                if !out.isEmpty, last != " " { out.append(" ") }
                last = " "
                continue
            }
            if character.isUppercase, last.isLowercase || last.isNumber { out.append(" ") }
            out += character.lowercased()
            last = character
        }
        while out.last == " " { out.removeLast() }
        return out
    }

    static func text(_ bytes: [UInt8], _ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// The content of a line after its bullet or number; nil where it has none.
    static func bullet(_ bytes: [UInt8], _ line: Range<Int>) -> Range<Int>? {
        var at = line.lowerBound
        let end = line.upperBound
        guard at < end else { return nil }
        func skipSpaces() { while at < end, bytes[at] <= 0x20 { at += 1 } }
        var found = false
        if [0x2D, 0x2A, 0x2B].contains(bytes[at]), at + 1 < end, bytes[at + 1] == 0x20 {
            at += 1
            found = true
        } else if bytes[at] == 0xE2, at + 3 < end,
            bytes[at + 1] == 0x80 && [0xA2, 0x93, 0x94].contains(bytes[at + 2])
                || bytes[at + 1] == 0x97 && [0xA6, 0x8F].contains(bytes[at + 2])
        {
            at += 3
            found = true
        } else if GoalTokenizer.isDigit(bytes[at]) {
            var digits = at
            while digits < end, GoalTokenizer.isDigit(bytes[digits]), digits - at < 3 { digits += 1 }
            if digits + 1 < end, bytes[digits] == 0x2E || bytes[digits] == 0x29, bytes[digits + 1] == 0x20 {
                at = digits + 1
                found = true
            }
        }
        skipSpaces()
        // A box to tick.
        if at + 2 < end, bytes[at] == 0x5B, bytes[at + 2] == 0x5D, [0x20, 0x78, 0x58].contains(bytes[at + 1]) {
            at += 3
            found = true
            skipSpaces()
        }
        return found && at < end ? at..<end : nil
    }

    private static func bullets(_ bytes: [UInt8], _ lines: [Line], _ first: Int) -> Block? {
        var rows: [[Cell?]] = []
        var at = first
        var end = first
        while at < lines.count {
            if lines[at].isEmpty {
                at += 1
                continue
            }
            guard let content = bullet(bytes, lines[at].range) else { break }
            rows.append([Cell(text: text(bytes, content), range: content)])
            at += 1
            end = at
        }
        guard rows.count > 1 else { return nil }
        return Block(kind: .bullets, lines: first..<end, columns: ["item"], rows: rows)
    }

    // MARK: - A text by itself

    /// The rows of a text from a note or a picture: its largest block, or else its lines where they are a list.
    static func table(_ text: String) -> TextTable? {
        let bytes = Array(text.utf8)
        let found = blocks(bytes)
        if let best = found.max(by: { $0.rows.count * $0.columns.count < $1.rows.count * $1.columns.count }) {
            return best.table
        }
        return plain(bytes)
    }

    private static func plain(_ bytes: [UInt8]) -> TextTable? {
        let full = lines(bytes).filter { !$0.isEmpty }
        var rows: [[String]] = []
        for (index, line) in full.enumerated() {
            let last = bytes[line.range.upperBound - 1]
            if last == 0x3A, index == 0 { continue }
            let words = wordCount(bytes, line.range)
            guard words <= 8, ![0x2E, 0x21, 0x3F].contains(last) || words <= 2 else { return nil }
            rows.append([text(bytes, line.range)])
        }
        if rows.count > 1 { return TextTable(columns: ["item"], rows: rows) }
        guard let only = rows.first?.first, rows.count == 1 else { return nil }
        let parts = only.split(separator: ",", omittingEmptySubsequences: false).map { part in
            String(part.trimmingSpaces())
        }
        guard parts.count > 2, parts.allSatisfy({ !$0.isEmpty && $0.split(separator: " ").count <= 4 }) else {
            return nil
        }
        return TextTable(columns: ["item"], rows: parts.map { [$0] })
    }

    static func wordCount(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
        var count = 0
        var inWord = false
        for at in range {
            let isSpace = bytes[at] <= 0x20
            if !isSpace, !inWord { count += 1 }
            inWord = !isSpace
        }
        return count
    }
}

extension Substring {
    /// Without white space at its ends.
    func trimmingSpaces() -> Substring {
        var out = self
        while let first = out.first, first.isWhitespace { out.removeFirst() }
        while let last = out.last, last.isWhitespace { out.removeLast() }
        return out
    }
}
