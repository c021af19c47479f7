// SPDX-License-Identifier: Apache-2.0

import Base
import Screen
import Synchronization

/// What happens while a macro is done.
public enum MacroEvent: Sendable, Equatable {
    /// A step is done; the first is 1.
    case step(Int, of: Int)
    /// What a step is for is there already.
    case skipped(Int, why: String)
    /// The screen is not there yet, or the element may be further down in its list.
    case looking(Int, why: String)
    /// From here on the fallback chooses.
    case handedOver(Int, of: Int, why: String)
}

/// Does a macro, and hands over to another chooser at the first screen that is not as the macro expects.
///
/// A step is done only where the screen looks as it did, the step's selector finds exactly one element, and acting on it is among the
/// candidates. Steps whose effect is there already are left out; a screen that is late is waited for once; what is not in sight is
/// looked for in its list. Answers are never repeated: what was true then may be false now.
public final class MacroChooser: ActionChooser {
    /// Scrolls that look for one element, and waits for one screen.
    static let scrollLimit = 12
    static let waitLimit = 1
    /// Steps of a way that are left out at once, where the app shows a later screen at the start.
    static let skipLimit = 4
    /// Texts of screens that are remembered, in bytes.
    static let seenLimit = 1 << 20

    struct State {
        /// The step to do next.
        var next = 0
        var waits = 0
        var scrolls = 0
        /// The screen before the last scroll that looked for an element.
        var scrolledFrom: String?
        /// Whether the list was seen to its end, and is looked through upwards.
        var looksUp = false
        /// The step that was done last, with its words.
        var last: (step: Int, words: String)?
        /// Whether any step was done.
        var hasActed = false
        /// All texts that were on a screen.
        var seen: Set<String> = []
        var seenBytes = 0
        var fallback: (any ActionChooser)?
    }

    let macro: Macro
    let values: [String: String]
    private let prompt: PromptOptions
    private let load: @Sendable () async throws -> any ActionChooser
    private let onEvent: @Sendable (MacroEvent) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - macro: what is to be done.
    ///   - values: the parameters' values.
    ///   - prompt: how prompts are made for the fallback.
    ///   - onEvent: told what happens.
    ///   - fallback: makes the chooser that takes over; called once, and only if it has to.
    public init(
        _ macro: Macro,
        values: [String: String],
        prompt: PromptOptions = PromptOptions(),
        onEvent: @escaping @Sendable (MacroEvent) -> Void = { _ in },
        fallback: @escaping @Sendable () async throws -> any ActionChooser
    ) {
        (self.macro, self.values, self.prompt) = (macro, values, prompt)
        (self.onEvent, load) = (onEvent, fallback)
    }

    /// The fallback's, once it has taken over.
    public var counter: PromptCounter? { state.withLock(\.fallback)?.counter }

    /// A macro's step is done or it is not; a guard would put some other candidate in its place.
    public var isGuarded: Bool { state.withLock(\.fallback)?.isGuarded ?? false }

    public func fill(_ action: Action, options: [String], decision: Decision) async throws -> String? {
        try await state.withLock(\.fallback)?.fill(action, options: options, decision: decision)
    }

    public func choose(_ decision: Decision) async throws -> Choice {
        if let fallback = state.withLock(\.fallback) { return try await fallback.choose(decision) }
        let (move, events) = state.withLock { state in
            var play = MacroPlay(macro: macro, values: values, decision: decision, state: state)
            let move = play.move()
            state = play.state
            return (move, play.events)
        }
        events.forEach(onEvent)
        switch move {
        case .candidate(let index, let text):
            return Choice(ranked: [Ranked(index: index, score: 1, normalised: 1)], filledText: text)
        case .handOver(let step, let why):
            onEvent(.handedOver(step + 1, of: macro.steps.count, why: why))
            let fallback = try await load()
            state.withLock { $0.fallback = fallback }
            return try await fallback.choose(fitted(decision, to: fallback))
        }
    }

    /// The decision with its prompt counted as the fallback counts; the macro needed none.
    private func fitted(_ decision: Decision, to fallback: any ActionChooser) -> Decision {
        guard let counter = fallback.counter else { return decision }
        var decision = decision
        decision.prompt = decision.prompt(by: PromptBuilder(options: prompt, count: counter))
        return decision
    }
}
