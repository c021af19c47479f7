// SPDX-License-Identifier: Apache-2.0

/// Makes a table of a list's items: columns, groups, and signatures that tell rows apart.
struct ListTable {
    private let items: [ListItem]

    init(_ items: some Sequence<ListItem>) { self.items = Array(items) }

    /// The rows in their order. An item that is a header is no row; it is the group of those that follow.
    func table(_ place: NoteTable.Place) -> NoteTable {
        let isHeader = headers()
        var columns: [String] = []
        for (item, header) in zip(items, isHeader) where !header { Self.add(item.cells.map(\.name), to: &columns) }
        let places = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })
        var rows: [NoteRow] = []
        var group: String?
        for (item, header) in zip(items, isHeader) {
            if header {
                group = item.cells.first?.text
                continue
            }
            var cells = [String?](repeating: nil, count: columns.count)
            for cell in item.cells { if let place = places[cell.name] { cells[place] = cell.text } }
            let words = item.cells.map { "\($0.name)=\($0.text)" }
            rows.append(
                NoteRow(
                    cells: cells,
                    group: group,
                    isOn: item.isOn,
                    signature: Self.signature(words, group: group, isOn: item.isOn)
                )
            )
        }
        return NoteTable(place: place, columns: columns, rows: Self.numbered(rows), isComplete: false)
    }

    /// New names go behind the one that they follow in their row, so that columns keep the order of the row.
    static func add(_ names: [String], to columns: inout [String]) {
        var place = 0
        for name in names {
            if let known = columns.firstIndex(of: name) {
                place = known + 1
            } else {
                columns.insert(name, at: min(place, columns.count))
                place += 1
            }
        }
    }

    /// What tells a row from others: all of its cells, its group, and its box.
    static func signature(_ cells: [String], group: String?, isOn: Bool?) -> String {
        let box = isOn.map { $0 ? "on" : "off" }
        return ([group ?? ""] + cells + (box.map { [$0] } ?? [])).joined(separator: "\u{1F}")
    }

    /// The same rows with signatures of their own: the second of two equal ones gets a number, in each reading the same.
    static func numbered(_ rows: [NoteRow]) -> [NoteRow] {
        var seen: [String: Int] = [:]
        return rows.map { row in
            let count = seen[row.signature, default: 0] + 1
            seen[row.signature] = count
            guard count > 1 else { return row }
            var copy = row
            copy.signature += "\u{1E}\(count)"
            return copy
        }
    }

    // MARK: Headers

    /// Which items are headers: they have one text and no box, are built otherwise than the rows, and rows follow them.
    ///
    /// Rows are what has several texts, or a box; in a list without such, what can be clicked. A kind that is the most of the list, or
    /// that mostly stands where no row follows, has no headers.
    private func headers() -> [Bool] {
        let none = [Bool](repeating: false, count: items.count)
        let isRich = items.map { $0.cells.count > 1 || $0.isOn != nil }
        let hasRich = isRich.contains(true)
        let isMain = hasRich ? isRich : items.map(\.isClickable)
        var mainKinds: Set<String> = []
        var mainColumns: Set<String> = []
        for (item, main) in zip(items, isMain) where main {
            mainKinds.insert(item.kind)
            mainColumns.formUnion(item.cells.map { item.kind + "|" + $0.name })
        }
        guard !mainKinds.isEmpty else { return none }
        var candidates = none
        for (place, item) in items.enumerated() {
            guard item.cells.count == 1, item.isOn == nil, !item.isDescribedOnly, !isMain[place] else { continue }
            // A row whose other texts are empty is built like the rows, and has a text of one of their columns.
            if mainKinds.contains(item.kind), mainColumns.contains(item.kind + "|" + item.cells[0].name) { continue }
            candidates[place] = true
        }
        var counts: [String: (all: Int, followed: Int)] = [:]
        for place in items.indices where candidates[place] {
            var count = counts[items[place].kind] ?? (0, 0)
            count.all += 1
            // The last item that is known may be the header of rows not seen yet.
            if place + 1 == items.count || !candidates[place + 1] || items[place + 1].kind != items[place].kind {
                count.followed += 1
            }
            counts[items[place].kind] = count
        }
        let rows = items.count - candidates.count { $0 }
        for place in items.indices where candidates[place] {
            let count = counts[items[place].kind] ?? (0, 0)
            if count.followed * 2 < count.all || count.all > rows + 1 { candidates[place] = false }
        }
        return candidates
    }
}
