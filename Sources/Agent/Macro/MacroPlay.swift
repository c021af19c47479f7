// SPDX-License-Identifier: Apache-2.0

import Screen

/// What a macro does on one screen.
struct MacroPlay {
    let macro: Macro
    let values: [String: String]
    let decision: Decision
    var state: MacroChooser.State
    var events: [MacroEvent] = []

    init(macro: Macro, values: [String: String], decision: Decision, state: MacroChooser.State) {
        (self.macro, self.values, self.decision, self.state) = (macro, values, decision, state)
    }

    enum Move: Equatable {
        case candidate(Int, text: String?)
        /// At which step, and why.
        case handOver(Int, String)
    }

    /// How a step stands to the screen.
    private enum Fit {
        case act(Int, text: String?)
        /// Its effect is there already.
        case there(String)
        /// The screen is not the one that it belongs to.
        case elsewhere(String)
        /// The screen is right; its element is not on it.
        case missing(String)
        /// The screen is right, and it is not clear what to do on it.
        case unsure(String)
    }

    private var screen: ScreenState { decision.screen }

    mutating func move() -> Move {
        remember()
        if let doubt = doubt() { return .handOver(state.next, doubt) }
        while state.next < macro.steps.count {
            let number = state.next
            let step = macro.steps[number]
            let fit = fit(step, number)
            switch fit {
            case .act(let index, let text):
                events.append(.step(number + 1, of: macro.steps.count))
                let candidate = decision.candidates[index]
                let action = text.map { candidate.action.filled(with: $0) } ?? candidate.action
                state.last = (number, Memory.words(candidate, action: action))
                state.hasActed = true
                advance()
                return .candidate(index, text: text)
            case .there(let why):
                events.append(.skipped(number + 1, why: why))
                advance()
            case .unsure(let why):
                return .handOver(number, why)
            case .missing(let why), .elsewhere(let why):
                let behind = stepsBehind(number, fit)
                if behind > 0 {
                    for _ in 0..<behind {
                        events.append(.skipped(state.next + 1, why: "the screen after it is there already"))
                        advance()
                    }
                    continue
                }
                if case .missing = fit, let index = look(for: step, number) { return .candidate(index, text: nil) }
                if state.waits < MacroChooser.waitLimit, let wait = index(.wait), isWorthWaiting(fit) {
                    state.waits += 1
                    state.last = nil
                    events.append(.looking(number + 1, why: why))
                    return .candidate(wait, text: nil)
                }
                return .handOver(number, why)
            }
        }
        return .handOver(max(0, macro.steps.count - 1), "the macro has come to its end")
    }

    private mutating func advance() {
        state.next += 1
        (state.waits, state.scrolls, state.scrolledFrom, state.looksUp) = (0, 0, nil, false)
    }

    /// A list that was looked through has nothing more to wait for.
    private func isWorthWaiting(_ fit: Fit) -> Bool {
        if case .missing = fit { return state.scrolls == 0 }
        return true
    }

    private func index(_ action: Action) -> Int? { decision.candidates.firstIndex { $0.action == action } }

    // MARK: - What the last step did

    private mutating func remember() {
        var texts = screen.elements.flatMap { [$0.text, $0.contentDescription] }
        texts += screen.readTexts.values.flatMap { $0.map(\.text) }
        for text in texts.map(PromptBuilder.oneLine) where !text.isEmpty && state.seenBytes < MacroChooser.seenLimit {
            if state.seen.insert(text).inserted { state.seenBytes += text.utf8.count }
        }
    }

    /// Why the last step did not do what it did before; nil where nothing speaks against it.
    private func doubt() -> String? {
        guard let last = state.last, let line = decision.history.last, line.hasPrefix(last.words) else { return nil }
        let step = macro.steps[last.step]
        let notes = line.dropFirst(last.words.count)
        if step.action == .type && notes.contains("the text did not arrive") {
            return "the text did not arrive in its field"
        }
        // An app that is opened may be in front already.
        if step.changes && ![.answer, .open, .home].contains(step.action) && notes.contains("nothing changed") {
            return "\"\(step.words)\" changed nothing"
        }
        guard let was = step.wasOn, step.screen.fits(screen, values), case .one(let id)? = resolved(step) else {
            return nil
        }
        let now = decision.actions.targets.first { $0.id == id }?.isOn
        return now == was ? "\"\(step.words)\" did not switch it" : nil
    }

    // MARK: - The next step

    private func resolved(_ step: Macro.Step) -> Selector.Resolution? {
        step.element?.resolve(
            on: screen,
            among: MacroRecorder.elements(of: decision.candidates, step.action),
            values: values
        )
    }

    private func fit(_ step: Macro.Step, _ number: Int) -> Fit {
        if step.action == .answer { return .unsure("answers are not repeated") }
        // An app is opened from anywhere, as long as nothing was done before.
        let isStart = !state.hasActed && step.action == .open
        if !isStart, let difference = step.screen.mismatch(screen, values) { return .elsewhere(difference) }
        guard step.element != nil else {
            switch step.action {
            case .open: return open(step)
            case .enter: return index(.keyboardEnter).map { .act($0, text: nil) } ?? .missing("no field has the focus")
            case .home: return index(.navigateHome).map { .act($0, text: nil) } ?? .missing("there is no way home")
            case .back: return index(.navigateBack).map { .act($0, text: nil) } ?? .missing("there is no way back")
            case .complete: return end(step)
            default: return .unsure("the step names no element")
            }
        }
        if step.action == .clear, case .none? = resolved(step), isEmptyField(step) {
            return .there("the field is empty")
        }
        switch resolved(step) {
        case .one(let id)?: return act(step, on: id)
        case .several(let count)?: return .unsure("\(count) elements fit \"\(step.words)\"")
        default: break
        }
        return .missing("\"\(step.words)\" is not on the screen")
    }

    private func act(_ step: Macro.Step, on id: Int) -> Fit {
        let target = decision.actions.targets.first { $0.id == id }
        if let was = step.wasOn, let now = target?.isOn, now != was {
            return .there("it is \(now ? "on" : "off") already")
        }
        let found = decision.candidates.firstIndex { candidate in
            guard candidate.elementID == id, Macro.Kind(candidate.action) == step.action else { return false }
            switch candidate.action {
            case .scroll(_, let direction): return direction.rawValue == step.direction
            case .stroke(_, let direction): return direction.rawValue == step.direction
            default: return true
            }
        }
        guard let found else { return .unsure("\"\(step.words)\" is not possible here") }
        if step.action == .scroll, isInSight() { return .there("what comes next is in sight") }
        guard step.action == .type else { return .act(found, text: nil) }
        guard let text = step.text?.filled(values) else { return .unsure("a value for \"\(step.words)\" is missing") }
        if step.isSeen == true, let words = step.text?.foreign.first(where: { !isSeen($0) }) {
            return .unsure(
                "the text \"\(PromptBuilder.clip(words, 40))\" is neither in the goal nor on a screen so far"
            )
        }
        if let name = otherKind(step) {
            return .unsure("\(name) is another kind of file than before, and the way may be another")
        }
        if let held = target?.detail, !held.isEmpty, step.hadText == false {
            if PromptBuilder.oneLine(held) == PromptBuilder.oneLine(text) {
                return .there("the field holds the text already")
            }
            return .unsure("the field holds another text already")
        }
        return .act(found, text: text)
    }

    /// A value to type that is the name of a file with another ending than before; apps ask for such endings in their own ways.
    private func otherKind(_ step: Macro.Step) -> String? {
        for name in step.text?.names ?? [] {
            guard let value = values[name], let old = macro.values[name],
                ![value, old].contains(where: { $0.contains(where: \.isWhitespace) })
            else { continue }
            if TextTransform.ending.apply(value) != TextTransform.ending.apply(old) { return value }
        }
        return nil
    }

    private func isSeen(_ words: String) -> Bool {
        let wanted = PromptBuilder.oneLine(words)
        return state.seen.contains { $0.contains(wanted) }
    }

    /// The end of a task is said only where the screen shows something of what it showed then.
    private func end(_ step: Macro.Step) -> Fit {
        if let brought = step.brought, let first = brought.first {
            let isThere = screen.elements.contains { element in
                !element.text.isEmpty && brought.contains { $0.matches(element.text, values) }
            }
            if !isThere {
                let words = first.filled(values) ?? first.description
                return .elsewhere("the screen does not show \"\(PromptBuilder.clip(words, 40))\" or the like")
            }
        }
        return index(.complete).map { .act($0, text: nil) } ?? .missing("nothing can be ended")
    }

    private func open(_ step: Macro.Step) -> Fit {
        guard let name = step.text?.filled(values) else { return .unsure("a value for \"\(step.words)\" is missing") }
        guard decision.apps.app(named: name) != nil else { return .unsure("there is no app called \(name)") }
        return index(.openApp(nil)).map { .act($0, text: name) } ?? .missing("no app can be opened")
    }

    private func isEmptyField(_ step: Macro.Step) -> Bool {
        let fields = MacroRecorder.elements(of: decision.candidates, .type)
        guard case .one(let id)? = step.element?.resolve(on: screen, among: fields, values: values) else {
            return false
        }
        return decision.actions.targets.first { $0.id == id }?.detail.isEmpty == true
    }

    /// Whether the first step after the scrolls that come now finds its element without them.
    private func isInSight() -> Bool {
        let next = macro.steps[state.next...].first { $0.action != .scroll }
        guard let next, next.element?.label != nil || next.element?.beside != nil, next.screen.fits(screen, values),
            case .one? = resolved(next)
        else { return false }
        return true
    }

    /// How many steps from this one on only lead to a screen that is there already, with the element of the step that comes then;
    /// 0 where that is not so.
    private func stepsBehind(_ number: Int, _ fit: Fit) -> Int {
        guard case .elsewhere = fit else { return 0 }
        for count in 1...MacroChooser.skipLimit {
            guard number + count < macro.steps.count, isWay(number + count - 1) else { return 0 }
            let next = macro.steps[number + count]
            guard next.element != nil else { continue }
            switch self.fit(next, number + count) {
            case .act, .there: return count
            default: continue
            }
        }
        return 0
    }

    /// Whether a step only leads from screen to screen: no tap on what may do harm, or on what is checked.
    private func isWay(_ number: Int) -> Bool {
        let step = macro.steps[number]
        switch step.action {
        case .open, .home, .back, .scroll: return true
        case .click: return step.wasOn == nil && !step.isSensitive && step.screen != macro.steps[number + 1].screen
        default: return false
        }
    }

    /// A scroll that looks for a step's element in its list, first down to the end and then up; nil where all of it was seen.
    private mutating func look(for step: Macro.Step, _ number: Int) -> Int? {
        guard let list = step.list, step.element?.label != nil || step.element?.beside != nil,
            state.scrolls < MacroChooser.scrollLimit
        else { return nil }
        if state.scrolledFrom == screen.contentHash {
            guard !state.looksUp else { return nil }
            state.looksUp = true
        }
        let areas = MacroRecorder.elements(of: decision.candidates, .scroll)
        guard case .one(let id) = list.resolve(on: screen, among: areas, values: values),
            let scroll = index(.scroll(id, state.looksUp ? .up : .down))
        else { return nil }
        state.scrolls += 1
        state.scrolledFrom = screen.contentHash
        state.last = nil
        events.append(.looking(number + 1, why: "\"\(step.words)\" is not in sight"))
        return scroll
    }
}
