// SPDX-License-Identifier: Apache-2.0

import Screen

/// Reads labels and values of a page that is no list: what stands side by side, one below the other in a box of two, in a field, or
/// alone with the words of its resource id for a label.
struct DetailReading {
    /// One text, field, box or slider.
    private struct Atom {
        var label: String
        var value: String
        var isOn: Bool?
        /// Its label and value are known already.
        var isPair: Bool
        var bounds: Bounds
        var parent: Int?
    }

    private let screen: ScreenState
    private var atoms: [Atom] = []
    /// Texts in each element directly.
    private var texts: [Int: Int] = [:]

    private static let atomLimit = ListReading.rowLimit

    /// - Parameter taken: the elements of lists, which have tables of their own.
    init(_ screen: ScreenState, without taken: [Range<Int>]) {
        self.screen = screen
        for element in screen.elements where !taken.contains(where: { $0.contains(element.id) }) {
            guard atoms.count < Self.atomLimit else { break }
            guard let atom = atom(element) else { continue }
            atoms.append(atom)
            if let parent = element.parent { texts[parent, default: 0] += 1 }
        }
    }

    private func atom(_ element: Element) -> Atom? {
        let bounds = screen.visibleBounds(of: element.id)
        guard !bounds.isEmpty else { return nil }
        func atom(_ label: String, _ value: String, isOn: Bool? = nil, isPair: Bool) -> Atom {
            Atom(
                label: NoteBook.clipped(label, to: 400),
                value: NoteBook.clipped(value),
                isOn: isOn,
                isPair: isPair,
                bounds: bounds,
                parent: element.parent
            )
        }
        if element.isEditable {
            guard !element.detail.isEmpty else { return nil }
            return atom(element.label, element.text, isPair: true)
        }
        if element.isSlider { return element.detail.isEmpty ? nil : atom(element.label, element.detail, isPair: true) }
        if element.isCheckable {
            guard !element.label.isEmpty else { return nil }
            return atom(element.label, "", isOn: element.isChecked, isPair: true)
        }
        // What a button says is what a tap does.
        if element.shortClass.hasSuffix("Button") { return nil }
        if !element.text.isEmpty { return atom(element.resourceWords, element.text, isPair: false) }
        // A description is content where nothing is done by a tap; on buttons it says what the tap does.
        guard !element.contentDescription.isEmpty, !element.isClickable, element.clickTarget == nil, element.isLeaf
        else { return nil }
        return atom(element.resourceWords, element.contentDescription, isPair: false)
    }

    /// The rows, or nil where the page has no text beside its lists.
    func table() -> NoteTable? {
        var rows: [NoteRow] = []
        var place = 0
        while place < atoms.count {
            let atom = atoms[place]
            var label = atom.label
            var value = atom.value
            var next = place + 1
            if !atom.isPair {
                next = lineEnd(from: place)
                let isTitled = next == place + 1 && next < atoms.count && !atoms[next].isPair
                if isTitled, isBelow(atom, atoms[next]) || isNamed(atom, atoms[next]) { next = lineEnd(from: next) }
                if next > place + 1 {
                    label = atom.value
                    value = atoms[(place + 1)..<next].map(\.value).joined(separator: " ")
                }
            }
            let cells = [label.isEmpty ? nil : label, value.isEmpty ? nil : value]
            rows.append(
                NoteRow(
                    cells: cells,
                    isOn: atom.isOn,
                    signature: ListTable.signature([label, value], group: nil, isOn: atom.isOn)
                )
            )
            place = next
        }
        guard !rows.isEmpty else { return nil }
        let title = ScreenTitle.text(above: screen.displaySize.height / 3, on: screen)
        return NoteTable(
            place: NoteTable.Place(package: screen.package, source: "details", title: title),
            columns: ["label", "value"],
            rows: ListTable.numbered(rows),
            isComplete: !screen.elements.contains { $0.isScrollable && !ListShape.isSideways($0) }
        )
    }

    /// The end of the texts that stand side by side from one on, such as a number and its unit.
    private func lineEnd(from place: Int) -> Int {
        var next = place + 1
        while next < atoms.count, !atoms[next].isPair, isBeside(atoms[next - 1], atoms[next]) { next += 1 }
        return next
    }

    /// Whether resource ids say that one text is the label of another: `speed label` and `speed value`, `note` and `note value`.
    private func isNamed(_ label: Atom, _ value: Atom) -> Bool {
        func words(_ atom: Atom, _ endings: Set<Substring>) -> [Substring] {
            let words = atom.label.split(separator: " ")
            return words.last.map { endings.contains($0) } == true ? Array(words.dropLast()) : words
        }
        let stem = words(label, ["label", "title", "name", "key"])
        return !stem.isEmpty && label.label != value.label && stem == words(value, ["value", "text", "summary"])
    }

    /// Whether a text stands on the same line, right of another.
    private func isBeside(_ left: Atom, _ right: Atom) -> Bool {
        let common = min(left.bounds.bottom, right.bounds.bottom) - max(left.bounds.top, right.bounds.top)
        return right.bounds.left >= left.bounds.right - 2
            && common * 2 >= min(left.bounds.height, right.bounds.height) && common > 0
    }

    /// Whether two texts are all that stands in one box, the second below the first.
    private func isBelow(_ upper: Atom, _ lower: Atom) -> Bool {
        guard let parent = upper.parent, parent == lower.parent, texts[parent] == 2 else { return false }
        return lower.bounds.top >= upper.bounds.bottom - 2
    }
}
