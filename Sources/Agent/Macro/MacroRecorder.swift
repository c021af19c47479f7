// SPDX-License-Identifier: Apache-2.0

import Base
import Screen

/// Makes a macro of a run that was done.
public struct MacroRecorder {
    /// A step of the run with the screen that it was taken on.
    struct Taken {
        var record: StepRecord
        var screen: ScreenState
        /// The content hash of the screen that followed, or nil after the last one.
        var after: String?
    }

    private let run: RunRecord
    private var finder: ParameterFinder

    private init(_ run: RunRecord) {
        self.run = run
        finder = ParameterFinder(run.header.goal, now: DeviceMoment(run.header.started))
    }

    /// The macro of a run.
    ///
    /// - Throws: `DroidError` with code `macro.run` where the run was not done, does not say all that is needed, or was made in
    ///   another action space.
    public static func macro(of run: RunRecord) throws -> Macro {
        var recorder = MacroRecorder(run)
        return try recorder.made(try steps(of: run))
    }

    private mutating func made(_ all: [Taken]) throws -> Macro {
        let taken = Self.needed(all)
        finder.count(taps: taken.compactMap { Self.tapped($0) })
        // First all values, since a screen may show one that is typed later.
        let references = taken.map { reference(of: $0) }
        let (template, parameters) = finder.template()
        let values = Dictionary(parameters.map { ($0.name, $0.value) }) { first, _ in first }
        var steps = try zip(taken, references).map { try step($0, $1, values) }
        if let last = taken.last, last.record.action == .complete, taken.count > 1 {
            let brought = Self.texts(last.screen).subtracting(Self.texts(taken[taken.count - 2].screen))
            steps[steps.count - 1].brought = brought.sorted().prefix(20).map(finder.open)
        }
        return Macro(
            goal: run.header.goal,
            template: template,
            parameters: parameters,
            run: run.folder.split(separator: "/").last.map(String.init) ?? "",
            steps: steps
        )
    }

    // MARK: - The run

    private static func refused(_ run: RunRecord, _ why: String, next: String) -> DroidError {
        DroidError("macro.run", "the run in \(run.folder) cannot become a macro", why: why, next: next)
    }

    private static func steps(of run: RunRecord) throws -> [Taken] {
        guard run.header.ending?.verdict == .done else {
            throw refused(
                run,
                "its verdict is \(run.header.ending?.verdict.rawValue ?? "missing, since it broke off")",
                next: "only what was done can be done again: run the task once more, with other words or more steps"
            )
        }
        guard run.header.actionSpaceVersion == ActionSpace.version else {
            throw refused(
                run,
                "it was made in action space \(run.header.actionSpaceVersion), and this program has \(ActionSpace.version)",
                next:
                    "do the task once more: droidagent do \"\(PromptBuilder.clip(PromptBuilder.oneLine(run.header.goal), 60))\""
            )
        }
        let out = try run.steps.enumerated().map { place, step in
            guard let record = step.record, step.number == place, let path = step.xmlPath,
                let screen = try? screen(path, record.screen)
            else {
                throw refused(
                    run,
                    "its step \(place + 1) is not there in full",
                    next: "a macro needs step.json and screen.xml of each step; do the task once more"
                )
            }
            if let id = record.action.elementID, screen.element(id) == nil {
                throw refused(
                    run,
                    "step \(place + 1) acts on what its screen does not show",
                    next: "do the task once more"
                )
            }
            return Taken(record: record, screen: screen)
        }
        guard !out.isEmpty else { throw refused(run, "it has no step", next: "do a task: droidagent do GOAL") }
        return out.indices.map { place in
            var taken = out[place]
            taken.after = place + 1 < out.count ? out[place + 1].record.screen.contentHash : nil
            return taken
        }
    }

    private static func screen(_ path: String, _ facts: StepRecord.ScreenFacts) throws -> ScreenState {
        var screen = ScreenState(try HierarchyParser.parse(try FileBytes.read(path)), displaySize: facts.displaySize)
        screen.package = facts.package
        screen.activity = facts.activity
        screen.keyboardShown = facts.keyboardShown
        return screen
    }

    /// The steps without those that did nothing: waits, and a harmless step that was taken back at once.
    ///
    /// A look at another screen stays where something may have been read there: where the run answers a question, or where a text
    /// was typed later that stands on that screen.
    static func needed(_ all: [Taken]) -> [Taken] {
        let answers = all.contains { if case .answer = $0.record.action { true } else { false } }
        var out: [Taken] = []
        var place = 0
        while place < all.count {
            let step = all[place]
            place += 1
            // What was written down is of use to whoever wrote it: texts that came from notes are handed over.
            switch step.record.action {
            case .wait, .remember, .readList: continue
            default: break
            }
            if place < all.count, !answers, isHarmless(step), all[place].record.action == .navigateBack,
                all[place].after == step.record.screen.contentHash, !isRead(all[place].screen, all[(place + 1)...])
            {
                place += 1
                continue
            }
            out.append(step)
        }
        return out
    }

    private static func isHarmless(_ step: Taken) -> Bool {
        guard Sensitivity.of(step.record.action, on: step.screen) == nil else { return false }
        switch step.record.action {
        case .click(let id): return ![.toggle, .checkbox, .radio].contains(step.screen.elements[id].role)
        case .scroll: return true
        default: return false
        }
    }

    private static func isRead(_ screen: ScreenState, _ later: ArraySlice<Taken>) -> Bool {
        later.contains { step in
            guard case .inputText(_, let text?) = step.record.action else { return false }
            return screen.elements.contains { $0.text.contains(text) || $0.contentDescription.contains(text) }
        }
    }

    // MARK: - A step

    /// The parameter that a step's text or label is, found in the order of the run.
    private mutating func reference(of taken: Taken) -> MacroText.Piece? {
        let screen = taken.screen
        switch taken.record.action {
        case .inputText(let id, let text?):
            let found = finder.reference(to: text, isTyped: true, hint: screen.elements[id].label)
            if found == nil { finder.open(valuesIn: text) }
            return found
        case .openApp(let name?):
            return finder.opened(name).flatMap { finder.reference(to: $0, isTyped: true, hint: "app") }
        case .click, .longPress:
            guard let label = Self.tapped(taken) else { return nil }
            let found = finder.reference(to: label, isTyped: false)
            if found == nil { finder.open(valuesIn: label) }
            return found
        default: return nil
        }
    }

    /// The label of what was tapped; nil for fields, and for what was not tapped.
    private static func tapped(_ taken: Taken) -> String? {
        switch taken.record.action {
        case .click(let id), .longPress(let id):
            taken.screen.elements[id].isEditable ? nil : taken.screen.elements[id].label
        default: nil
        }
    }

    private func step(_ taken: Taken, _ reference: MacroText.Piece?, _ values: [String: String]) throws -> Macro.Step {
        let (record, screen) = (taken.record, taken.screen)
        guard let kind = Macro.Kind(record.action) else {
            throw Self.refused(run, "the step \"\(record.words)\" cannot be done again", next: "do the task once more")
        }
        var step = Macro.Step(
            action: kind,
            words: record.words,
            screen: ScreenShape(screen, text: finder.open),
            changes: record.outcome?.changed ?? true
        )
        let actions = ScreenActions(screen)
        if let id = record.action.elementID {
            let ids = Self.elements(of: actions.candidates, kind)
            guard ids.contains(id) else {
                throw Self.refused(
                    run,
                    "the step \"\(record.words)\" is none of those that its screen allows",
                    next: "do the task once more"
                )
            }
            let label = screen.elements[id].label
            step.element = Selector(id, among: ids, on: screen, values: values) { text in
                if let reference, text == label, kind != .type { return MacroText([reference]) }
                return finder.open(text)
            }
            step.list = list(around: id, on: screen, actions, values)
            let target = actions.targets.first { $0.id == id }
            // A tap on an option that is chosen already switches nothing.
            if kind == .click, let target, !(target.role == .radio && target.isOn == true) { step.wasOn = target.isOn }
            if kind == .type { step.hadText = target.map { !$0.detail.isEmpty } }
        }
        switch record.action {
        case .scroll(_, let direction): step.direction = direction.rawValue
        case .stroke(_, let direction): step.direction = direction.rawValue
        case .openApp(let name?): step.text = reference.map { MacroText([$0]) } ?? MacroText(name)
        case .inputText(_, let text?):
            let opened = reference.map { MacroText([$0]) } ?? finder.open(text)
            step.text = opened
            if !opened.foreign.isEmpty { step.isSeen = true }
        default: break
        }
        return step
    }

    /// The texts of a screen that stand in no list and in no field.
    private static func texts(_ screen: ScreenState) -> Set<String> {
        Set(
            screen.elements.filter { !$0.isEditable && !$0.text.isEmpty && Selector.row(of: $0.id, on: screen) == nil }
                .map(\.text)
        )
    }

    /// The nearest area around an element that can be scrolled.
    private func list(
        around id: Int,
        on screen: ScreenState,
        _ actions: ScreenActions,
        _ values: [String: String]
    ) -> Selector? {
        let areas = Self.elements(of: actions.candidates, .scroll)
        var above = screen.elements[id].parent
        while let place = above {
            if areas.contains(place) {
                return Selector(place, among: areas, on: screen, values: values, text: finder.open)
            }
            above = screen.elements[place].parent
        }
        return nil
    }

    /// The elements that a kind of action can be done to, in document order.
    static func elements(of candidates: [Candidate], _ kind: Macro.Kind) -> [Int] {
        var out: [Int] = []
        for candidate in candidates {
            guard let id = candidate.elementID, Macro.Kind(candidate.action) == kind, out.last != id else { continue }
            out.append(id)
        }
        return out
    }
}
