// SPDX-License-Identifier: Apache-2.0

import Screen

/// How far a goal has come, proven by what was read on the screen and in the device's content, never by what was typed.
///
/// The goal's values are its units of work: the rows of its tables, each known by its first cell; what is to be deleted, moved or
/// switched; and what stands alone, which is one record. A value is `open`; `entered` once it was read in a field, or was
/// picked; and `done` once
///
/// * it was read outside a field, at a place where it was not before, after the form in which it was read was left, or the
///   field was emptied by something else than the agent's own typing;
/// * or it stood in the same form as the value of its row that was found so: both were saved together;
/// * or the device's content has it (`prove`).
///
/// What is to be deleted is done when it was seen, something was deleted from it, and a later look at the same place does not
/// show it. A switch is done while it was last seen in the wanted state. A question is done when it was answered, for no screen
/// tells whether an answer is right. What cannot be proven stays `entered`.
///
/// Only the goal makes units, and notes where the goal takes its rows from them; a screen never does.
public struct Ledger: Sendable {
    /// How far a value has come.
    public enum State: String, Sendable, Codable, CaseIterable {
        case open, entered, done
    }

    /// A value and how far it has come.
    public struct Cell: Sendable, Hashable {
        public var name: String
        public var text: String
        public var state: State
    }

    /// A row of a table: a unit of work that is one of several of its kind.
    public struct Row: Sendable, Hashable {
        /// From 1.
        public var number: Int
        public var cells: [Cell]
        public var isDone: Bool
    }

    /// The goal as it was read.
    public let goal: GoalState
    /// Whether the goal asks to leave what was entered unsaved.
    let isDraft: Bool
    /// Whether rows come from notes.
    let takesNotes: Bool
    var units: [LedgerUnit]
    /// Forms by the fields that were seen in them.
    var forms: [LedgerSight.FieldKey: Int] = [:]
    var formCount = 0
    /// The form in front, also below a dialog of it, and how often one came to the front: the same fields stand there for the
    /// next row, too.
    var currentForm: Int?
    var visit = 0
    /// What stood in each field when this visit showed it first.
    var prefilled: [LedgerSight.FieldKey: [UInt8]] = [:]
    /// Signatures of note rows that have joined.
    var joined: Set<String> = []

    /// Rows beyond this many are not kept account of.
    static let rowLimit = 200

    /// The units of a goal, all open.
    ///
    /// - Parameters:
    ///   - goal: the goal; its likeliest reading counts.
    ///   - apps: the device's apps: their names are where work is done and no work.
    public init(_ goal: GoalState, apps: AppCatalog = AppCatalog()) {
        self.goal = goal
        let words = LedgerGoal(goal.goal, taken: goal.best.slots.map(\.range))
        isDraft = words.isDraft
        units = Array(LedgerUnit.units(of: goal, apps: apps).prefix(Self.rowLimit))
        takesNotes = goal.best.tables.isEmpty && goal.best.question == nil && words.enters
    }

    /// The indices of units that are rows, in the goal's order.
    var rowIndices: [Int] { units.indices.filter { units[$0].table != nil } }

    /// The rows of the goal's tables, in order.
    public var rows: [Row] {
        rowIndices.enumerated().map { place, index in
            Row(number: place + 1, cells: units[index].cells.map(Self.cell), isDone: units[index].isDone)
        }
    }

    /// What stands alone in the goal: single values, and what is to be deleted, moved, switched, opened or answered.
    public var slots: [Cell] {
        units.filter { $0.table == nil }.flatMap { unit -> [Cell] in
            if unit.isWriting { return unit.cells.map(Self.cell) }
            guard var cell = unit.cells.first.map(Self.cell) else { return [] }
            cell.state = unit.isSettled ? .done : cell.state
            return [cell]
        }
    }

    private static func cell(_ cell: LedgerCell) -> Cell {
        Cell(name: cell.name, text: cell.text, state: cell.isLocator ? .done : cell.state)
    }

    /// Whether there is something to do and all of it is done. Values that only tell where to go prove nothing. Where the goal
    /// asks to leave a form unsaved, what stands in the form is all that is asked.
    public var isAllDone: Bool {
        guard !units.isEmpty else { return false }
        if takesNotes && joined.isEmpty && units.allSatisfy({ $0.isWriting && $0.cells.allSatisfy(\.isLocator) }) {
            return false
        }
        if isDraft {
            let cells = units.filter(\.isWriting).flatMap(\.cells)
            return !cells.isEmpty && cells.allSatisfy { $0.state != .open || $0.isLocator }
        }
        guard units.allSatisfy(\.isDone) else { return false }
        // An app that is open proves something only where that is all that is asked.
        if units.allSatisfy(\.isApp) { return true }
        return units.contains { !$0.isApp && !$0.cells.allSatisfy(\.isLocator) }
    }

    /// The first row with something open, else the first one that is not proven; from 1. Nil where there are no rows or all are
    /// done.
    public var openRow: Int? { openRowIndex.flatMap { rowIndices.firstIndex(of: $0) }.map { $0 + 1 } }

    /// The unit of that row.
    var openRowIndex: Int? {
        let indices = rowIndices
        let open = indices.firstIndex { index in
            !units[index].isDone && units[index].cells.contains { $0.state == .open }
        }
        return (open ?? indices.firstIndex { !units[$0].isDone }).map { indices[$0] }
    }

    /// The rows that are done, from 1.
    public var doneRows: [Int] { rows.filter(\.isDone).map(\.number) }

    /// How much is entered or done, for telling progress: it grows with each step forward.
    var progress: Int {
        units.reduce(0) { sum, unit in
            sum + (unit.isDone ? 2 : 0)
                + unit.cells.reduce(0) { $0 + ($1.state == .done ? 2 : $1.state == .entered ? 1 : 0) }
        }
    }
}
