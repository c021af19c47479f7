// SPDX-License-Identifier: Apache-2.0

/// What facts need to know of the ledger, worked out once for a decision.
struct FactLedger {
    enum Side { case open, closed }

    /// Whether there is something that can be proven.
    let isKept: Bool
    let isAllDone: Bool
    /// Whether a question is unanswered.
    let isAsked: Bool
    let hasOpen: Bool
    let hasEntered: Bool
    /// Whether a row is not done.
    let hasRows: Bool
    /// Whether an app is to come to the front that did not.
    let wantsApp: Bool
    /// The texts of the row in work.
    let rowTexts: [String]
    private let row: [LedgerWording]
    private let values: [Ledger.State: [LedgerWording]]
    private let names: [(name: NameWords, isOpen: Bool)]
    private let switches: [(name: LedgerSwitchName, isOn: Bool)]
    private let openSwitches: [LedgerSwitchName]

    init(_ ledger: Ledger?) {
        let units = ledger?.units ?? []
        isKept = !units.isEmpty
        isAllDone = ledger?.isAllDone ?? false
        isAsked = units.contains { $0.work == .answer && !$0.isSettled }
        hasRows = units.contains { $0.table != nil && !$0.isDone }
        wantsApp = units.contains { $0.isApp && !$0.isSettled }
        var values: [Ledger.State: [LedgerWording]] = [:]
        var names: [(NameWords, Bool)] = []
        var switches: [(LedgerSwitchName, Bool)] = []
        var openSwitches: [LedgerSwitchName] = []
        var states: Set<Ledger.State> = []
        let row = ledger?.openRowIndex
        rowTexts = row.map { units[$0].cells.map(\.text) } ?? []
        self.row = row.map { units[$0].cells.filter { !$0.isLocator }.map(\.wording) } ?? []
        for (index, unit) in units.enumerated() {
            if case .toggle(let name, let isOn) = unit.work {
                switches.append((name, isOn))
                states.insert(unit.isDone ? .done : .open)
                if !unit.isDone {
                    hasOpenWork = true
                    openSwitches.append(name)
                }
                continue
            }
            if !unit.isApp && !unit.isDone { hasOpenWork = true }
            if unit.isApp || unit.work == .answer {
                states.insert(unit.isDone ? .done : .open)
                continue
            }
            for cell in unit.cells where !cell.isLocator {
                let state = unit.isDone ? .done : cell.state
                states.insert(state)
                values[state, default: []].append(cell.wording)
                // Fields are filled with the row in work, and with what stands alone.
                if unit.isWriting, unit.table == nil || index == row {
                    names.append((NameWords(cell.name), state == .open))
                }
            }
        }
        (self.values, self.names, self.switches, self.openSwitches) = (values, names, switches, openSwitches)
        hasOpen = states.contains(.open)
        hasEntered = states.contains(.entered)
    }

    /// Whether something is open that a label would tell.
    var hasOpenTexts: Bool { values[.open]?.contains(where: \.isTelling) == true }
    /// Whether something other than an app is open.
    private(set) var hasOpenWork = false

    /// Whether a folded label tells a value of such a state.
    func tells(_ state: Ledger.State, _ label: [UInt8]) -> Bool {
        !label.isEmpty && values[state]?.contains { $0.stands(in: label) } == true
    }

    /// Whether a folded label tells a value of the row in work.
    func tellsRow(_ label: [UInt8]) -> Bool { !label.isEmpty && row.contains { $0.stands(in: label) } }

    /// How the switch of a folded label is to be; nil where the goal does not say.
    func wanted(_ label: [UInt8]) -> Bool? { switches.first { $0.name.matches(label) }?.isOn }

    /// Whether a folded text names a switch that is not as the goal wants it.
    func namesOpenSwitch(_ text: [UInt8]) -> Bool { openSwitches.contains { $0.isNamed(in: text) } }

    /// How far a field has the name of a value on that side.
    func likeness(_ field: FieldProfile, _ side: Side) -> Float {
        Float(names.filter { $0.isOpen == (side == .open) }.map { field.likeness($0.name) }.max() ?? 0)
    }
}
