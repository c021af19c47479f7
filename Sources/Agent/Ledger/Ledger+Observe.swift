// SPDX-License-Identifier: Apache-2.0

import Screen

extension Ledger {
    /// Looks at a screen, after a step or at the start of a run.
    ///
    /// - Parameters:
    ///   - screen: what is on the display now.
    ///   - action: what was done to get here, with its text; nil for the first look.
    ///   - before: the screen that it was done on.
    ///   - outcome: what the step did.
    ///   - notes: what was written down, for goals that take their rows from it.
    public mutating func observe(
        screen: ScreenState,
        action: Action? = nil,
        before: ScreenState? = nil,
        outcome: StepOutcome? = nil,
        notes: NoteBook = NoteBook()
    ) {
        join(notes)
        guard !units.isEmpty else { return }
        let sight = LedgerSight(screen)
        if case .answer(let text?)? = action, !text.isEmpty { settle { $0.work == .answer } }
        follow(sight)
        let step = LedgerStep(action, on: before)
        for index in units.indices {
            switch units[index].work {
            case .remove: watchRemoval(index, sight, step)
            case .toggle(let name, let isOn):
                if let state = sight.state(of: name) { units[index].isSettled = state == isOn }
            case .move: watchMove(index, sight, step)
            case .app(let package): units[index].isSettled = sight.place.package == package
            case .row, .record, .answer: break
            }
        }
        write(sight, step)
    }

    private mutating func settle(_ matches: (LedgerUnit) -> Bool) {
        for index in units.indices where matches(units[index]) { units[index].isSettled = true }
    }

    /// Fields that are seen together are one form.
    private mutating func follow(_ sight: LedgerSight) {
        let keys = sight.fields.map(\.key)
        if keys.isEmpty {
            if !sight.isPopup { currentForm = nil }
            return
        }
        let last = currentForm
        let known = Set(keys.compactMap { forms[$0] })
        let form = known.min() ?? formCount
        if known.isEmpty { formCount += 1 }
        for key in keys { forms[key] = form }
        if known.count > 1 {
            for (key, other) in forms where known.contains(other) { forms[key] = form }
            for index in units.indices {
                for cell in units[index].cells.indices {
                    if let other = units[index].cells[cell].form, known.contains(other) {
                        units[index].cells[cell].form = form
                    }
                }
            }
        }
        currentForm = form
        if last.map({ $0 != form && !known.contains($0) }) ?? true {
            visit += 1
            prefilled = [:]
        }
        for field in sight.fields where prefilled[field.key] == nil { prefilled[field.key] = field.content }
    }

    // MARK: - What goes, moves, opens

    private mutating func watchRemoval(_ index: Int, _ sight: LedgerSight, _ step: LedgerStep) {
        let wording = units[index].cells[0].wording
        if !units[index].isSettled {
            if step.touches(wording) { units[index].isTouched = true }
            // A question that names it, or its own page, tells what is deleted as well as a touch.
            if step.removes && (units[index].isTouched || step.names(wording)) { units[index].isPending = true }
            if step.cancels { units[index].isPending = false }
        }
        guard !sight.isPopup else { return }
        if sight.count(wording) > 0 {
            units[index].seenAt.insert(sight.place)
            units[index].seenIn.insert(sight.list)
            units[index].cells[0].state = .entered
            units[index].isPending = false
            units[index].isSettled = false
            if step.isBack { units[index].isTouched = false }
        } else if units[index].isPending,
            units[index].seenAt.contains(sight.place)
                || (!sight.list.isEmpty && units[index].seenIn.contains(sight.list))
        {
            units[index].isSettled = true
            units[index].isPending = false
            units[index].cells[0].state = .done
        }
    }

    /// A name that is seen where the target's name stands in the bar, which is another place than it was touched at.
    private mutating func watchMove(_ index: Int, _ sight: LedgerSight, _ step: LedgerStep) {
        let (name, target) = (units[index].cells[0].wording, units[index].cells[1].wording)
        if step.touches(name) { units[index].isTouched = true }
        guard !sight.isPopup, sight.count(name) > 0 else { return }
        if units[index].cells[0].state == .open { units[index].cells[0].state = .entered }
        if units[index].isTouched, target.stands(in: sight.place.title), currentForm == nil {
            // Where it lay there from the start, seeing it there says nothing.
            if units[index].seenAt.contains(sight.place) { return }
            units[index].isSettled = true
            units[index].cells[0].state = .done
        } else if !units[index].isTouched {
            units[index].seenAt.insert(sight.place)
        }
    }

    // MARK: - What is written

    private mutating func write(_ sight: LedgerSight, _ step: LedgerStep) {
        let active = activeUnits(sight)
        for index in units.indices where units[index].isWriting && !units[index].isDone {
            let isActive = active.contains(index)
            for cell in units[index].cells.indices {
                // Rows wait with all but their key until it is their turn: their values repeat from row to row.
                guard isActive || cell == 0 else { continue }
                enter(index, cell, sight, step)
            }
        }
        for index in units.indices where units[index].isWriting && !units[index].isDone { prove(index, sight, step) }
        for index in units.indices where units[index].isWriting && !units[index].isDone {
            for cell in units[index].cells.indices where units[index].cells[cell].state == .open {
                count(index, cell, sight)
            }
        }
    }

    /// The record, and the row that is being written: the one whose key stands in the form, else the first open one.
    private mutating func activeUnits(_ sight: LedgerSight) -> Set<Int> {
        var out = Set(units.indices.filter { units[$0].work == .record })
        let rows = units.indices.filter { units[$0].work == .row && !units[$0].isDone }
        if let named = rows.first(where: { sight.field(with: units[$0].cells[0].wording) != nil }) {
            // What stood in the form before its key was typed was taken for the row before.
            for other in rows where other != named && units[other].cells[0].state == .open {
                for cell in units[other].cells.indices where units[other].cells[cell].state == .entered {
                    units[other].cells[cell].state = .open
                }
            }
            out.insert(named)
        } else if let form = currentForm, let begun = rows.first(where: { isBegun($0, form) }) {
            out.insert(begun)
        } else if let begun = rows.first(where: { units[$0].cells[0].state == .entered }), currentForm == nil {
            out.insert(begun)
        } else if let first = rows.first(where: { units[$0].cells[0].state == .open }) ?? rows.first {
            out.insert(first)
        }
        return out
    }

    private func isBegun(_ index: Int, _ form: Int) -> Bool {
        units[index].cells.contains { $0.state == .entered && $0.form == form && $0.visit == visit }
    }

    /// Whether a value stands in a form now.
    private mutating func enter(_ index: Int, _ place: Int, _ sight: LedgerSight, _ step: LedgerStep) {
        guard units[index].cells[place].state != .done else { return }
        if units[index].cells[place].isContent { takeContent(index, place, sight) }
        let cell = units[index].cells[place]
        if let field = sight.field(with: cell.wording) {
            units[index].cells[place].state = .entered
            units[index].cells[place].field = field.key
            units[index].cells[place].form = forms[field.key]
            units[index].cells[place].visit = visit
            units[index].cells[place].isPicked = false
            units[index].cells[place].isLocator = false
            return
        }
        if cell.state == .entered, cell.visit == visit, let key = cell.field,
            let field = sight.fields.first(where: { $0.key == key })
        {
            // The agent typed something else there, or the form is a new one; emptied by a tap it may have been sent.
            let isSent = field.content.isEmpty && !step.edits && sight.count(cell.wording) > cell.base(sight.place)
            if !isSent {
                units[index].cells[place].state = .open
                units[index].cells[place].field = nil
            }
            return
        }
        guard cell.state == .open else { return }
        if step.touches(cell.wording) {
            let form = currentForm ?? step.form(forms)
            let isOpened =
                units[index].work == .record && !cell.before.isEmpty
                && !units[index].cells.contains { $0.state == .entered && $0.form == form }
            if isOpened {
                units[index].cells[place].isLocator = true
            } else if let form {
                units[index].cells[place].state = .entered
                units[index].cells[place].form = form
                units[index].cells[place].visit = visit
                units[index].cells[place].isPicked = true
            } else if units[index].work == .row && place == 0 {
                // An item of a list that is there already, such as a song: picking it is the work.
                units[index].cells[place].state = .entered
                units[index].cells[place].isPicked = true
            }
        } else if let form = currentForm, !sight.isPopup, !sight.fields.isEmpty,
            units[index].cells.contains(where: { $0.state == .entered && $0.form == form }),
            sight.shows(cell.wording)
        {
            // A button of the form that shows the value: a day, a category.
            units[index].cells[place].state = .entered
            units[index].cells[place].form = form
            units[index].cells[place].visit = visit
            units[index].cells[place].isPicked = true
        }
    }

    /// What stands in a field that no value of the goal accounts for.
    private mutating func takeContent(_ index: Int, _ place: Int, _ sight: LedgerSight) {
        let others = units.flatMap(\.cells).filter { !$0.isContent }.map(\.wording)
        let found = sight.fields.first { field in
            !field.content.isEmpty && field.content != prefilled[field.key]
                && !others.contains { $0.stands(in: field.content) }
        }
        guard let found else { return }
        units[index].cells[place].take(found, at: sight.place) { sight.count($0) }
    }

    /// Whether what was entered is found outside its form.
    private mutating func prove(_ index: Int, _ sight: LedgerSight, _ step: LedgerStep) {
        guard !sight.isPopup else { return }
        let unit = units[index]
        var fresh: [Int] = []
        for place in unit.cells.indices where unit.cells[place].state == .entered {
            let cell = unit.cells[place]
            guard hasLeft(cell, sight, step) else { continue }
            let isKey = unit.work == .record ? cell.wording.isTelling : place == 0
            let seen = sight.count(cell.wording)
            guard seen > 0 else { continue }
            if isKey {
                if cell.isPicked {
                    guard isWithinTarget(index, sight) else { continue }
                } else if seen <= cell.base(sight.place) {
                    continue
                }
                fresh.append(place)
            } else if unit.work == .row, unit.cells[0].state == .done,
                sight.shows(cell.wording, beside: unit.cells[0].wording)
            {
                units[index].cells[place].state = .done
            }
        }
        for place in fresh {
            units[index].cells[place].state = .done
            guard let form = unit.cells[place].form else { continue }
            // What stood in the same form was saved with it.
            for mate in unit.cells.indices where units[index].cells[mate].state == .entered {
                if unit.cells[mate].form == form, unit.cells[mate].visit == unit.cells[place].visit,
                    hasLeft(unit.cells[mate], sight, step)
                {
                    units[index].cells[mate].state = .done
                }
            }
        }
    }

    /// Whether the form is not there any more, or its field was emptied by something else than typing.
    private func hasLeft(_ cell: LedgerCell, _ sight: LedgerSight, _ step: LedgerStep) -> Bool {
        guard let form = cell.form else { return true }
        let visible = sight.fields.filter { forms[$0.key] == form }
        if visible.isEmpty { return true }
        guard let key = cell.field, let field = visible.first(where: { $0.key == key }) else { return false }
        return field.content.isEmpty && !step.edits
    }

    /// Whether the bar names another value of the goal that is to be written, such as a playlist's title: what was picked among
    /// what is there has then arrived in it.
    private func isWithinTarget(_ index: Int, _ sight: LedgerSight) -> Bool {
        units.indices.contains { other in
            other != index && units[other].work == .record
                && units[other].cells.contains { $0.wording.isTelling && $0.wording.stands(in: sight.place.title) }
        }
    }

    private mutating func count(_ index: Int, _ place: Int, _ sight: LedgerSight) {
        guard !sight.isPopup else { return }
        let seen = sight.count(units[index].cells[place].wording)
        guard seen > 0 else { return }
        let known = units[index].cells[place].before[sight.place] ?? 0
        units[index].cells[place].before[sight.place] = max(known, seen)
    }
}

extension LedgerCell {
    /// How often it was written at a place before it was entered.
    func base(_ place: LedgerSight.Place) -> Int { before[place] ?? 0 }
}

/// What a step did, as far as the ledger cares.
struct LedgerStep {
    /// The words of what was touched, folded.
    private let touched: [[UInt8]]
    /// Texts of the screen that the step was done on, where they name what a deletion is about: a pop-up, or a page without a list.
    private let named: [[UInt8]]
    private let fields: [LedgerSight.FieldKey]
    /// Whether it deletes by its words, or says yes to a question about it.
    let removes: Bool
    /// Whether it leaves a question without saying yes.
    let cancels: Bool
    /// Whether the agent itself typed or cleared.
    let edits: Bool
    let isBack: Bool

    init(_ action: Action?, on before: ScreenState?) {
        isBack = action == .navigateBack
        edits =
            switch action {
            case .inputText, .clearText: true
            default: false
            }
        var touched: [[UInt8]] = []
        var named: [[UInt8]] = []
        var fields: [LedgerSight.FieldKey] = []
        var removes = false
        var cancels = false
        if action == .navigateBack, let before { cancels = Popup.covers(before) }
        if let action, let before, let id = action.elementID, let element = before.element(id) {
            switch action {
            case .click, .longPress:
                if !element.isEditable {
                    touched = [LedgerText.fold(element.label)]
                    if !element.detail.isEmpty { touched.append(LedgerText.fold(element.detail)) }
                    for inside in before.descendants(of: id).prefix(24) {
                        let text = before.elements[inside].text
                        if !text.isEmpty { touched.append(LedgerText.fold(text)) }
                    }
                }
                let sight = LedgerSight(before)
                fields = sight.fields.map(\.key)
                let isPopup = sight.isPopup
                removes = Self.says(LedgerText.fold(element.label + " " + element.resourceWords))
                // OK to a question about deleting.
                if isPopup, case .click = action {
                    cancels = !removes && Popup.of(before)?.dismissals.contains { $0.action == action } == true
                    if !removes { removes = !cancels && sight.texts.contains { Self.says($0.folded) } }
                }
                let hasList = before.elements.contains { $0.isScrollable }
                if removes && (isPopup || !hasList) { named = sight.texts.map(\.folded) }
            default: break
            }
        }
        self.cancels = cancels
        (self.touched, self.named, self.fields, self.removes) = (touched, named, fields, removes)
    }

    private static let deleting = [
        "delete", "deleted", "remove", "removed", "erase", "trash", "bin", "discard", "move to trash",
    ]
    .map { LedgerText.fold($0) }

    private static func says(_ text: [UInt8]) -> Bool {
        text.count < 200 && deleting.contains { LedgerText.contains(text, $0) }
    }

    func touches(_ wording: LedgerWording) -> Bool { touched.contains { wording.stands(in: $0) } }
    func names(_ wording: LedgerWording) -> Bool { named.contains { wording.stands(in: $0) } }
    func form(_ forms: [LedgerSight.FieldKey: Int]) -> Int? { fields.compactMap { forms[$0] }.min() }
}
