// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Screen
import Synchronization

/// How far an agent could come that always chose right: an oracle that may only take what the agent offers.
///
/// Its knowledge tells it which of the offered candidates to take, and nothing else: it types no text that is not among the texts for
/// the field, answers nothing that is not the value of an offered program, and what it has not written down with `remember` or
/// `read_list` is not offered later. Where what is needed is not offered it gives up, and says what was missing.
public final class Ceiling: ActionChooser {
    /// What was needed and not offered.
    struct Missing: Sendable {
        var fault: Fault
        var text: String
    }

    private struct State {
        /// What was noted since the last step that did something to the device, and the lists that were read: screens by their content,
        /// with the element.
        var noted: Set<String> = []
        var read: Set<String> = []
        var hasAnswered = false
        /// What is to be chosen among the texts of the candidate that was chosen last; any of them.
        var wanted: [String] = []
        var missing: Missing?
    }

    private let oracle: Oracle
    private let instance: TaskInstance
    private let state = Mutex(State())
    /// What it knew before its last verdict, which supposes that the move will be done.
    private let earlier = Mutex(State())

    public let counter: PromptCounter?

    /// - Throws: `DroidError` with code `tasks.program`.
    public init(_ instance: TaskInstance, counter: PromptCounter? = nil) throws {
        self.counter = counter
        oracle = try Oracle(instance)
        self.instance = instance
    }

    /// What was needed and not offered; nil where there was nothing.
    var missing: Missing? { state.withLock(\.missing) }

    /// Whether something was needed that is not offered: from then on it cannot say what is right.
    public var isStuck: Bool { missing != nil }

    /// Takes that something else was done than the last verdict said, or that another text was chosen for it: what was not written down
    /// is still to be, and an answer that was not given, too.
    public func took(_ action: Action, on screen: ScreenState) {
        let before = earlier.withLock(\.self)
        state.withLock { state in
            let missing = state.missing
            state = before
            state.missing = missing
            switch action {
            case .remember(let id): state.noted.insert("\(screen.contentHash) \(id)")
            case .readList(let id): state.read.insert("\(screen.contentHash) \(id)")
            default: state.noted = []
            }
        }
    }

    /// What the oracle says about a decision, as far as it is offered. A text is chosen afterwards, by `chooseText`.
    ///
    /// It supposes that its move is done; where something else was, `took` tells it before the next verdict.
    public func judge(_ decision: Decision) async throws -> OracleMove {
        let known = state.withLock(\.self)
        earlier.withLock { $0 = known }
        if state.withLock(\.hasAnswered), let done = decision.candidates.firstIndex(where: { $0.action == .complete }) {
            return OracleMove([done], note: "the answer is given")
        }
        var move = try await oracle.judge(decision)
        if let note = note(move, decision) { return OracleMove([note], note: "write it down") }
        state.withLock { $0.noted = [] }
        if !oracle.answer.isEmpty, let step = answering(move, decision) { return OracleMove([step], note: "read on") }
        guard let first = move.right.first, decision.candidates[first].action.isPlaceholder else { return move }
        let action = decision.candidates[first].action
        let wanted = [move.text ?? ""] + move.alternatives
        guard place(of: wanted, for: action, in: decision.texts(for: action), decision) != nil else {
            if case .answer = action, let read = reading(decision) { return OracleMove([read], note: "read it") }
            return giveUp(wanted[0], action, decision)
        }
        want(wanted, for: action)
        move.text = nil
        return move
    }

    private func want(_ texts: [String], for action: Action) {
        state.withLock { state in
            state.wanted = texts
            if case .answer = action { state.hasAnswered = true }
        }
    }

    public func choose(_ decision: Decision) async throws -> Choice {
        Oracle.choice(try await judge(decision), decision)
    }

    public func chooseText(_ query: TextQuery) async throws -> Int? {
        let wanted = state.withLock(\.wanted)
        return wanted.isEmpty ? nil : place(of: wanted, for: query.candidate.action, in: query.options, query.decision)
    }

    /// The place of a wanted text among those that are offered. An answer is as good as the task's check says.
    private func place(
        of wanted: [String],
        for action: Action,
        in options: [TextOption],
        _ decision: Decision
    ) -> Int? {
        for text in wanted {
            if let same = options.firstIndex(where: { $0.text == text }) { return same }
        }
        switch action {
        case .openApp:
            let label = wanted.first.flatMap { decision.apps.app(named: $0)?.label }
            return options.firstIndex { $0.text == label }
        case .answer:
            return options.firstIndex { option in instance.template.check.contains { $0.accepts(option.text, instance) }
            }
        default: return nil
        }
    }

    /// The candidate that writes down what this page says and later pages need; nil where it is noted.
    private func note(_ move: OracleMove, _ decision: Decision) -> Int? {
        for id in move.notable {
            let isNew = state.withLock { $0.noted.insert("\(decision.screen.contentHash) \(id)").inserted }
            guard isNew else { continue }
            if let index = decision.candidates.firstIndex(where: { $0.action == .remember(id) }) { return index }
        }
        return nil
    }

    /// What brings a question on: instead of scrolling through a list it is read, and once it was, the answer is given as soon as it is
    /// offered.
    private func answering(_ move: OracleMove, _ decision: Decision) -> Int? {
        guard let first = move.right.first, case .scroll = decision.candidates[first].action else { return nil }
        if decision.history.last.map({ $0.hasPrefix("read the") }) ?? false,
            let answer = decision.candidates.firstIndex(where: { $0.action == .answer(nil) }),
            place(of: [oracle.answer], for: .answer(nil), in: decision.texts(for: .answer(nil)), decision) != nil
        {
            want([oracle.answer], for: .answer(nil))
            return answer
        }
        return reading(decision)
    }

    /// The candidate that reads the screen's list, where that was not done yet.
    private func reading(_ decision: Decision) -> Int? {
        let read = decision.candidates.firstIndex { if case .readList = $0.action { true } else { false } }
        guard let read, let id = decision.candidates[read].elementID else { return nil }
        let isNew = state.withLock { $0.read.insert("\(decision.screen.contentHash) \(id)").inserted }
        return isNew ? read : nil
    }

    private func giveUp(_ wanted: String, _ action: Action, _ decision: Decision) -> OracleMove {
        let isAnswer = if case .answer = action { true } else { false }
        let field = action.elementID.flatMap { decision.screen.element($0)?.label } ?? action.type
        state.withLock {
            $0.missing = Missing(
                fault: isAnswer ? .answer : .fill,
                text: "\"\(wanted)\" was not offered for \(isAnswer ? "the answer" : "\"\(field)\"")"
            )
        }
        let end = decision.candidates.firstIndex { $0.action == .infeasible } ?? 0
        return OracleMove([end], note: "it is not offered")
    }
}

extension CheckStep {
    /// Whether it judges answers and takes this one.
    func accepts(_ answer: String, _ instance: TaskInstance) -> Bool {
        switch self {
        case .answer(let comparison): (try? comparison.holds(answer, instance.values)) ?? false
        case .anyOf(let steps): steps.contains { $0.accepts(answer, instance) }
        default: false
        }
    }
}

extension EpisodeResult {
    /// Names what an agent needed and was not offered.
    mutating func explain(_ missing: Ceiling.Missing?) {
        guard let missing else { return }
        fault = missing.fault
        problem = missing.text
    }
}
