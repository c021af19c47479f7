// SPDX-License-Identifier: Apache-2.0

/// What an agent has written down in a run.
///
/// It stays small: at most `tableLimit` tables of at most `ListReading.rowLimit` rows, texts of at most `textLimit` bytes, and
/// `byteLimit` bytes in all. What goes beyond is not kept; a table that lost rows so is not complete.
public struct NoteBook: Sendable, Hashable, Codable {
    /// Tables beyond this many are not kept.
    public static let tableLimit = 64
    /// Bytes of UTF-8 that are kept of one text.
    public static let textLimit = 16_384
    /// Bytes of UTF-8 that are kept of all texts together.
    public static let byteLimit = 1 << 20

    /// In the order in which they were begun.
    public private(set) var tables: [NoteTable] = []

    public init() {}

    /// Adds what was read of a list. Rows of a place that is known are added to what is there, none twice where signatures tell them
    /// apart; a complete reading that shares rows with what is there takes its place, with its order.
    public mutating func add(_ table: NoteTable) { merge(table, keepsRepeats: false) }

    /// Adds what was remembered of one element: the tables of `ListReading.tables(ofElement:on:)`.
    ///
    /// Each remembering makes a row of its own in the first of them, even where the text is equal to one before: a counter that shows one
    /// number after another at the same place may show a number twice. The lines and rows inside a text are added as those of a
    /// list are, since a note that is looked at twice is still one note.
    public mutating func remember(_ tables: [NoteTable]) {
        for (place, table) in tables.enumerated() { merge(table, keepsRepeats: place == 0) }
    }

    private mutating func merge(_ new: NoteTable, keepsRepeats: Bool) {
        var table = new
        let place = tables.firstIndex { $0.place == new.place }
        if let place {
            var old = tables[place]
            Self.align(&old, &table)
            let known = Set(old.rows.map(\.signature))
            let isSeenAgain = old.rows.isEmpty || table.rows.contains { known.contains($0.signature) }
            if keepsRepeats {
                old.rows = ListTable.numbered((old.rows + table.rows).map(Self.plain))
                old.isComplete = old.isComplete && table.isComplete
            } else if table.isComplete && isSeenAgain {
                old = table
            } else {
                old.rows += table.rows.filter { !known.contains($0.signature) }
                old.isComplete = old.isComplete || table.isComplete
            }
            table = old
        } else if tables.count >= Self.tableLimit {
            return
        }
        if table.rows.count > ListReading.rowLimit {
            table.rows.removeLast(table.rows.count - ListReading.rowLimit)
            table.isComplete = false
        }
        fit(&table, instead: place)
        if let place { tables[place] = table } else { tables.append(table) }
    }

    /// Brings two tables to the same columns, those of the first one first.
    private static func align(_ old: inout NoteTable, _ new: inout NoteTable) {
        guard old.columns != new.columns else { return }
        var columns = old.columns
        ListTable.add(new.columns, to: &columns)
        (old, new) = (moved(old, to: columns), moved(new, to: columns))
    }

    private static func moved(_ table: NoteTable, to columns: [String]) -> NoteTable {
        var out = table
        out.columns = columns
        let places = table.columns.map { columns.firstIndex(of: $0) }
        for row in out.rows.indices {
            var cells = [String?](repeating: nil, count: columns.count)
            for (cell, place) in zip(table.rows[row].cells, places) { if let place { cells[place] = cell } }
            out.rows[row].cells = cells
        }
        return out
    }

    /// A row without the number that told it from an equal one.
    private static func plain(_ row: NoteRow) -> NoteRow {
        var copy = row
        if let mark = row.signature.lastIndex(of: "\u{1E}") { copy.signature = String(row.signature[..<mark]) }
        return copy
    }

    /// Cuts a table so that the book stays within its bytes.
    private func fit(_ table: inout NoteTable, instead place: Int?) {
        var left = Self.byteLimit
        for (other, table) in tables.enumerated() where other != place {
            for row in table.rows { left -= Self.size(row) }
        }
        for index in table.rows.indices {
            left -= Self.size(table.rows[index])
            if left < 0 {
                table.rows.removeLast(table.rows.count - index)
                table.isComplete = false
                return
            }
        }
    }

    private static func size(_ row: NoteRow) -> Int {
        row.cells.reduce(row.signature.utf8.count + 16) { $0 + ($1?.utf8.count ?? 0) }
    }

    /// A text cut to a number of bytes, at the border of a scalar.
    static func clipped(_ text: String, to limit: Int = textLimit) -> String {
        guard text.utf8.count > limit else { return text }
        var bytes = Array(text.utf8.prefix(limit + 1))
        repeat { bytes.removeLast() } while bytes.last.map { $0 & 0x80 != 0 } == true && !Self.endsWhole(bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether the last scalar of some UTF-8 is complete.
    private static func endsWhole(_ bytes: [UInt8]) -> Bool {
        guard let lead = bytes.lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return true }
        let length = bytes[lead] >= 0xF0 ? 4 : bytes[lead] >= 0xE0 ? 3 : bytes[lead] >= 0xC0 ? 2 : 1
        return bytes.count - lead == length
    }
}
