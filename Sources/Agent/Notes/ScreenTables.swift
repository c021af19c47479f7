// SPDX-License-Identifier: Apache-2.0

import Screen

extension ListReading {
    /// What a screen shows at once, without scrolling: one table for each of its lists, one of labels and values for what stands
    /// beside them, as on a page of details, and one for each picture whose lines were read.
    ///
    /// A list's table is complete where both of its ends are in sight; rows that are cut off have the cells that can be seen. A table of
    /// labels and values has the columns `label` and `value`, and a box's state in `isOn`.
    public static func tables(of screen: ScreenState) -> [NoteTable] {
        var out: [NoteTable] = []
        var taken: [Range<Int>] = []
        for list in lists(of: screen) {
            var reading = ListReading(list: list, on: screen)
            guard let table = reading.snapshot(screen), !table.rows.isEmpty else { continue }
            out.append(table)
            taken.append(list..<screen.descendants(of: list).upperBound)
        }
        if let details = DetailReading(screen, without: taken).table() { out.append(details) }
        for id in screen.readTexts.keys.sorted() {
            guard let lines = screen.readTexts[id], !lines.isEmpty, screen.element(id) != nil else { continue }
            out.append(ElementTables.lines(lines.map(\.text), of: id, on: screen, suffix: "picture"))
        }
        return out
    }

    /// What is noted of one element: the text in it as a whole, in a table with one row and one column `text`; then the rows that the
    /// text lists, or its lines where it has several; and the cells of a row. Of a picture it is the lines that were read in it.
    ///
    /// Empty where there is no text. `NoteBook.remember` takes what this gives.
    public static func tables(ofElement id: Int, on screen: ScreenState) -> [NoteTable] {
        guard let element = screen.element(id) else { return [] }
        let place = ListIdentity.place(of: id, on: screen)
        let item = ListShape(screen).item(id, in: screen.visibleBounds(of: id), number: 0)
        let text = ElementTables.text(of: element, item)
        guard !text.isEmpty else { return [] }
        var out = [ElementTables.table(place, "", columns: ["text"], rows: [[text]], isOn: item.isOn)]
        if item.cells.count > 1, screen.readTexts[id] == nil, !element.isEditable {
            // A row with texts of its own has its cells already.
            let cells = ListTable([item]).table(place)
            var table = ElementTables.table(place, "cells", columns: cells.columns, rows: [])
            table.rows = cells.rows
            out.append(table)
        } else if let listed = GoalParser.table(in: text), !listed.rows.isEmpty {
            out.append(
                ElementTables.table(place, "rows", columns: listed.columns, rows: listed.rows.prefix(rowLimit))
            )
        } else {
            let lines = ElementTables.lines(in: text)
            if lines.count > 1 {
                out.append(ElementTables.table(place, "lines", columns: ["text"], rows: lines.map { [$0] }))
            }
        }
        return out
    }

    /// The rows of one screen, those that are cut off included; nil where the list is none: things of many kinds one below the other.
    private mutating func snapshot(_ screen: ScreenState) -> NoteTable? {
        if case .lost = add(screen) { return nil }
        return isMixed ? nil : whole
    }
}

/// Tables of texts.
enum ElementTables {
    /// Lines beyond this many are left out.
    private static let lineLimit = ListReading.rowLimit

    /// The text of an element as a whole: its own with its line breaks, or all that stands in it, line by line.
    static func text(of element: Element, _ item: ListItem) -> String {
        if element.isEditable { return element.detail.isEmpty ? "" : NoteBook.clipped(element.text) }
        if !element.text.isEmpty && element.isLeaf { return NoteBook.clipped(element.text) }
        return NoteBook.clipped(item.cells.map(\.text).joined(separator: "\n"))
    }

    static func lines(in text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).prefix(lineLimit).compactMap { line in
            let words = line.drop(while: \.isWhitespace)
            return words.isEmpty ? nil : String(words)
        }
    }

    static func lines(_ lines: [String], of id: Int, on screen: ScreenState, suffix: String) -> NoteTable {
        table(
            ListIdentity.place(of: id, on: screen),
            suffix,
            columns: ["text"],
            rows: lines.prefix(lineLimit).map { [NoteBook.clipped($0)] }
        )
    }

    /// A complete table; where cells are empty the row has none.
    static func table(
        _ place: NoteTable.Place,
        _ suffix: String,
        columns: [String],
        rows: some Sequence<[String]>,
        isOn: Bool? = nil
    ) -> NoteTable {
        var place = place
        if !suffix.isEmpty { place.source += " " + suffix }
        let made = rows.map { row in
            let cells = columns.indices.map { row.indices.contains($0) && !row[$0].isEmpty ? row[$0] : nil }
            let words = zip(columns, cells).compactMap { name, cell in cell.map { "\(name)=\($0)" } }
            return NoteRow(cells: cells, isOn: isOn, signature: ListTable.signature(words, group: nil, isOn: isOn))
        }
        return NoteTable(place: place, columns: columns, rows: ListTable.numbered(made), isComplete: true)
    }
}
