// SPDX-License-Identifier: Apache-2.0

import Pages

/// A table of a report, whatever form the report has.
struct BenchTable {
    var title: String
    /// A sentence above it, or the empty string.
    var note = ""
    var head: [String]
    var rows: [[String]]
    /// Columns of figures.
    var numeric: Set<Int> = []

    var html: String {
        (note.isEmpty ? "" : "<p>\(HTML.escape(note))</p>") + HTML.table(head: head, rows: rows, numeric: numeric)
    }

    /// As GitHub's Markdown has tables.
    var markdown: String {
        func line(_ cells: [String]) -> String { "| " + cells.map(Self.escape).joined(separator: " | ") + " |" }
        let rule = head.indices.map { numeric.contains($0) ? "---:" : "---" }
        let table = [line(head), "| " + rule.joined(separator: " | ") + " |"] + rows.map(line)
        return "## \(title)\n\n" + (note.isEmpty ? "" : note + "\n\n") + table.joined(separator: "\n") + "\n"
    }

    /// A cell of Markdown: what a phone shows must not end the cell or become mark-up.
    private static func escape(_ text: String) -> String {
        var out = ""
        for letter in text {
            switch letter {
            case "\n", "\r\n", "\r": out += "<br>"
            case "<": out += "&lt;"
            case "&": out += "&amp;"
            case "|", "\\", "`", "*", "_", "[": out += "\\\(letter)"
            default: out.append(letter)
            }
        }
        return out
    }
}
