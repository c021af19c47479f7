// SPDX-License-Identifier: Apache-2.0

import Screen

/// What a step did, as far as the screens before and after tell.
public struct StepOutcome: Sendable, Codable, Hashable {
    /// Whether typed text was found in the field afterwards.
    public enum ReadBack: String, Sendable, Codable {
        case arrived, differs, unknown
    }

    /// Whether anything on the screen changed.
    public var changed: Bool
    /// The name of the app that came to the front, or nil where it is the same.
    public var openedApp: String?
    /// Whether a dialog or menu opened over what was there.
    public var openedDialog: Bool
    public var readBack: ReadBack

    public init(changed: Bool, openedApp: String? = nil, openedDialog: Bool = false, readBack: ReadBack = .unknown) {
        self.changed = changed
        self.openedApp = openedApp
        self.openedDialog = openedDialog
        self.readBack = readBack
    }

    /// Compares two screens.
    ///
    /// - Parameter seesPopups: whether a question of another program, such as one for a permission, is told as a dialog, and so is
    ///   one that is known by its parts alone. Off by default: trained heads know the lines without it.
    public init(before: ScreenState, after: ScreenState, action: Action, seesPopups: Bool = false) {
        changed = before.contentHash != after.contentHash
        openedApp =
            after.package != before.package && !after.package.isEmpty ? AppCatalog.label(of: after.package) : nil
        if seesPopups {
            openedDialog = Popup.covers(after) && (!Popup.covers(before) || openedApp != nil)
            if openedDialog { openedApp = nil }
        } else {
            openedDialog = openedApp == nil && Self.isDialog(after) && !Self.isDialog(before)
        }
        readBack = Self.readBack(action, before: before, after: after)
    }

    /// A window that leaves part of the display to what is below it.
    private static func isDialog(_ screen: ScreenState) -> Bool {
        guard let root = screen.elements.first, screen.displaySize.height > 0 else { return false }
        let share = Double(root.bounds.area) / Double(screen.displaySize.width * screen.displaySize.height)
        return share > 0 && share < 0.75
    }

    private static func readBack(_ action: Action, before: ScreenState, after: ScreenState) -> ReadBack {
        guard case .inputText(let id, let text?) = action, let field = before.element(id) else { return .unknown }
        switch TextReadBack.read(text, into: field, on: after) {
        case .same, .formatted: return .arrived
        case .differs, .missing: return .differs
        case nil: return .unknown
        }
    }
}

/// Working memory by rule: one line a step, from the action and what it changed.
public struct Memory: Sendable {
    /// One line a step, oldest first. Lines are only ever appended.
    public private(set) var lines: [String] = []
    /// Texts that were typed, oldest first.
    public private(set) var typed: [String] = []
    /// The row of the goal that each line belongs to, from 1; nil for none.
    private var rows: [Int?] = []

    public init() {}

    /// Adds a step.
    ///
    /// - Parameters:
    ///   - row: the row of the goal that was open when it was done, from 1; nil where there is none.
    ///   - noted: what it wrote down, in words, where it wrote something down.
    ///   - note: what else is to be remembered of it.
    public mutating func add(
        _ candidate: Candidate,
        action: Action,
        outcome: StepOutcome,
        row: Int? = nil,
        noted: String? = nil,
        note: String? = nil
    ) {
        if case .inputText(_, let text?) = action { typed.append(text) }
        lines.append(Self.line(candidate, action: action, outcome: outcome, notes: [noted, note].compactMap(\.self)))
        rows.append(row)
    }

    /// The lines with the steps of rows that are done in one line for each run of them: `rows 1-2 of 3 done`.
    ///
    /// They change only when a row becomes done, so that what was computed for them is used again in between.
    ///
    /// - Parameters:
    ///   - done: the rows that are done, from 1.
    ///   - count: how many there are.
    public func folded(done: [Int], of count: Int) -> [String] {
        let closed = Set(done)
        guard !closed.isEmpty else { return lines }
        var out: [String] = []
        var run: Set<Int> = []
        func close() {
            guard let first = run.min(), let last = run.max() else { return }
            let isWhole = run.count == last - first + 1
            let numbers =
                first == last
                ? "row \(first)"
                : isWhole ? "rows \(first)-\(last)" : "rows " + run.sorted().map { String($0) }.joined(separator: ", ")
            out.append("\(numbers) of \(count) done")
            run = []
        }
        for (line, row) in zip(lines, rows) {
            if let row, closed.contains(row) {
                run.insert(row)
            } else {
                close()
                out.append(line)
            }
        }
        close()
        return out
    }

    /// The words of an action with its text filled in.
    public static func words(_ candidate: Candidate, action: Action) -> String {
        switch action {
        case .inputText(_, let text?):
            "type \"\(PromptBuilder.clip(PromptBuilder.oneLine(text), 60))\"" + candidate.text.dropFirst(4)
        case .openApp(let name?): "open app \(name)"
        case .answer(let text?): "answer \"\(PromptBuilder.clip(PromptBuilder.oneLine(text), 60))\""
        default: candidate.text
        }
    }

    static func line(
        _ candidate: Candidate,
        action: Action,
        outcome: StepOutcome,
        notes: [String] = []
    ) -> String {
        var notes = notes
        switch action {
        case .answer, .complete, .infeasible, .wait, .remember, .readList: break
        default:
            if !outcome.changed { notes.append("nothing changed") }
            if let app = outcome.openedApp { notes.append("now in \(app)") }
            if outcome.openedDialog { notes.append("a dialog opened") }
            if outcome.readBack == .differs { notes.append("the text did not arrive") }
        }
        let words = words(candidate, action: action)
        return notes.isEmpty ? words : words + ": " + notes.joined(separator: ", ")
    }
}
