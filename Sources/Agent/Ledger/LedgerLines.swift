// SPDX-License-Identifier: Apache-2.0

extension Ledger {
    /// The lines have at most about this many tokens, as `PromptBuilder.estimate` counts them.
    public static let tokenLimit = 60

    /// The account as short lines for the end of a prompt: the open row in detail, the others counted, then what stands alone.
    /// Empty where the goal names nothing that can be proven.
    public var lines: [String] {
        guard !units.isEmpty else { return [] }
        for (names, letters) in [(6, 18), (4, 14), (3, 10), (2, 8)] {
            let lines = lines(names: names, letters: letters)
            if lines.reduce(0, { $0 + PromptBuilder.estimate($1) + 1 }) <= Self.tokenLimit { return lines }
        }
        return ["\(units.count { $0.isDone }) of \(units.count) parts done"]
    }

    private func lines(names: Int, letters: Int) -> [String] {
        [rowLine(names: names, letters: letters), slotLine(names: names, letters: letters)].compactMap { $0 }
    }

    private func rowLine(names: Int, letters: Int) -> String? {
        let indices = rowIndices
        guard !indices.isEmpty else { return nil }
        let done = indices.count { units[$0].isDone }
        guard let place = openRow.map({ $0 - 1 }) else { return "Rows: \(done) of \(indices.count) done" }
        let unit = units[indices[place]]
        var line = "Row \(place + 1) of \(indices.count)"
        if unit.isWriting && unit.cells.count > 1 {
            line += ": " + Self.states(unit.cells.map { ($0.name, $0.state) }, names: names, letters: letters)
        } else {
            let verb = unit.isWriting ? "" : "delete "
            line += ": \(verb)\(Self.short(unit.cells[0].text, letters)) \(unit.cells[0].state.rawValue)"
        }
        // Rows may be done in any order, and some wait for their proof.
        return done == place ? line : line + "; \(done) done"
    }

    private static func states(_ cells: [(name: String, state: State)], names: Int, letters: Int) -> String {
        if cells.count <= names {
            return cells.map { "\(short($0.name, letters)) \($0.state.rawValue)" }.joined(separator: ", ")
        }
        return groups(cells, names: names, letters: letters, separator: "; ") { "\($0.rawValue) \($1)" }
    }

    private static func groups(
        _ cells: [(name: String, state: State)],
        names: Int,
        letters: Int,
        separator: String,
        _ words: (State, String) -> String
    ) -> String {
        var left = names
        return [State.done, .entered, .open].compactMap { state -> String? in
            let all = cells.filter { $0.state == state }.map(\.name)
            guard !all.isEmpty else { return nil }
            // What is done needs no names where there is little room; what is open needs them most.
            let room = state == .done ? min(left, max(1, names / 2)) : left
            let shown = all.prefix(max(room, 1)).map { short($0, letters) }
            left = max(0, left - shown.count)
            let rest = all.count - shown.count
            return words(state, shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : ""))
        }
        .joined(separator: separator)
    }

    private func slotLine(names: Int, letters: Int) -> String? {
        let cells = slots.map { ($0.name, $0.state) }
        guard !cells.isEmpty else { return nil }
        let text = Self.groups(cells, names: names, letters: letters, separator: " ") { state, names in
            "\(state.rawValue.prefix(1).uppercased())\(state.rawValue.dropFirst()): \(names)."
        }
        return text
    }

    private static func short(_ name: String, _ letters: Int) -> String {
        PromptBuilder.clip(PromptBuilder.oneLine(String(name.prefix(letters * 4))), letters)
    }
}
