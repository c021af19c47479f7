// SPDX-License-Identifier: Apache-2.0

extension Ledger {
    /// Takes what changed in the device's content: files, provider rows, settings, radios. It proves what no screen has shown.
    public mutating func prove(_ difference: FactsDifference) {
        let changes = difference.changes.map(Fact.init)
        for index in units.indices where !units[index].isDone {
            switch units[index].work {
            case .toggle(let name, let isOn):
                if changes.contains(where: { $0.switches(name) == isOn }) { units[index].isSettled = true }
            case .remove:
                let wording = units[index].cells[0].wording
                if changes.contains(where: { $0.isGone && $0.tells(wording) }),
                    !changes.contains(where: { !$0.isGone && $0.tells(wording) })
                {
                    units[index].isSettled = true
                    units[index].cells[0].state = .done
                }
            case .move:
                let (name, target) = (units[index].cells[0].wording, units[index].cells[1].wording)
                if changes.contains(where: { $0.isNew && $0.tells(name) && $0.lies(in: target) }) {
                    units[index].isSettled = true
                    units[index].cells[0].state = .done
                }
            case .row, .record:
                for cell in units[index].cells.indices where units[index].cells[cell].state != .done {
                    let wording = units[index].cells[cell].wording
                    // A value that is no name stands in many rows: it counts beside one that is.
                    let isNamed = units[index].work == .record ? wording.isTelling : cell == 0
                    if isNamed, changes.contains(where: { $0.isNew && $0.tells(wording) }) {
                        units[index].cells[cell].state = .done
                    }
                }
                let known = units[index].cells.filter { $0.state == .done && $0.wording.isTelling }.map(\.wording)
                for cell in units[index].cells.indices where units[index].cells[cell].state != .done {
                    let wording = units[index].cells[cell].wording
                    if changes.contains(where: { change in
                        change.isNew && change.tells(wording) && known.contains { change.tells($0) }
                    }) {
                        units[index].cells[cell].state = .done
                    }
                }
            case .app, .answer: break
            }
        }
    }
}

/// A change of the device's content, in the ledger's words.
private struct Fact {
    let isNew: Bool
    let isGone: Bool
    private let section: String
    private let key: String
    private let after: String
    /// What it tells: a file's name, or the columns of a row.
    private let parts: [[UInt8]]
    /// The folder that a file lies in, and those above.
    private let folders: [[UInt8]]

    init(_ change: FactsDifference.Change) {
        section = change.section
        key = change.key
        after = change.after ?? ""
        isGone = change.after == nil
        // What is merely kept for later was not sent.
        let isDraft = change.section == "messages" && change.key.contains("type=3")
        isNew = change.after != nil && ["files", "contacts", "messages"].contains(change.section) && !isDraft
        var parts: [[UInt8]] = []
        var folders: [[UInt8]] = []
        switch change.section {
        case "files":
            let names = change.key.split(separator: "/")
            if let name = names.last { parts.append(LedgerText.fold(name)) }
            folders = names.dropLast().map { LedgerText.fold($0) }
        case "contacts", "messages":
            // `display_name=Ada, data1=+1 555`: a value may itself have commas, so the row as a whole counts, too.
            parts.append(LedgerText.fold(change.key))
            for piece in change.key.split(separator: ", ") {
                if let equals = piece.firstIndex(of: "=") {
                    parts.append(LedgerText.fold(piece[piece.index(after: equals)...]))
                }
            }
        default: break
        }
        (self.parts, self.folders) = (parts, folders)
    }

    func tells(_ wording: LedgerWording) -> Bool { parts.contains { wording.stands(in: $0) } }
    func lies(in target: LedgerWording) -> Bool { folders.contains { target.stands(in: $0) } }

    /// What a setting or a radio of a name was switched to; nil for others.
    func switches(_ name: LedgerSwitchName) -> Bool? {
        let isRadio = section == "radios"
        guard isRadio || section.hasPrefix("settings") else { return nil }
        let plain = key.hasSuffix("_on") ? String(key.dropLast(3)) : key
        guard name.matches(LedgerText.fold(plain)) else { return nil }
        switch after.lowercased() {
        case "1", "enabled", "true", "on": return true
        case "0", "disabled", "false", "off": return false
        default: return nil
        }
    }
}
