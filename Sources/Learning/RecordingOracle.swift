// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
import Benchmark
import Synchronization

/// Says at each state which candidates are right, and writes it down. What is done is the oracle's move, now and then something
/// wrong instead; or what another chooser does, whose mistakes then lead to the states that are written down.
///
/// The second is DAgger (Ross, Gordon and Bagnell, "A Reduction of Imitation Learning and Structured Prediction to No-Regret Online
/// Learning", AISTATS 2011): who learns from the teacher's states alone never learns what to do after its own mistakes.
final class RecordingOracle: StepWatching {
    /// Who acts beside the oracle.
    struct Actor: Sendable {
        var chooser: any ActionChooser
        /// The probability that the oracle's move is done at a step, so that runs get somewhere.
        var mix: Double
    }

    /// How it records.
    struct Options: Sendable {
        var run: Int
        var split: TaskTemplate.Split
        /// The probability of a wrong step where the oracle acts alone.
        var perturbation = 0.0
        /// The probability that a state is kept once more with an order on its screen.
        var orders = 0.0
        var counter: PromptCounter?
    }

    private struct Step {
        var decision: Decision
        var move: OracleMove
        /// Where the state stands among those that were written down.
        var place: Int
        var isActors: Bool
        /// Whether another text than the oracle's was chosen.
        var mistyped = false
    }

    private struct Memory {
        var states: [StateRecord] = []
        var wentWrong = false
        var step: Step?
    }

    let counter: PromptCounter?
    private let oracle: Ceiling
    private let instance: TaskInstance
    private let options: Options
    private let actor: Actor?
    private let memory = Mutex(Memory())

    init(_ instance: TaskInstance, options: Options, actor: Actor? = nil) throws {
        counter = options.counter ?? actor?.chooser.counter
        oracle = try Ceiling(instance, counter: counter)
        self.instance = instance
        self.options = options
        self.actor = actor
    }

    var states: [StateRecord] { memory.withLock { $0.states } }

    func choose(_ decision: Decision) async throws -> Choice {
        let move = try await oracle.judge(decision)
        let count = decision.candidates.count
        // Where the oracle cannot say what is right there is nothing to learn, and nothing comes after it.
        if actor != nil && oracle.isStuck { return .certain(move.right[0], of: count) }
        let wrong = move.wrong(of: count)
        let choice = try await chosen(decision, move: move, wrong: wrong)
        let first = choice.ranked.first?.index ?? move.right[0]
        let place = memory.withLock { $0.states.count }
        let suffixes = decision.prompt.suffixes
        add(decision, suffixes, right: move.right, wrong: wrong, chosen: first, facts: decision.facts)
        memory.withLock {
            $0.step = Step(decision: decision, move: move, place: place, isActors: choice.isActors)
        }
        if let ordered = ordered(decision) {
            let places = ScreenOrders.places(of: ordered, in: decision)
            let right = places.indices.filter { places[$0].map(move.right.contains) ?? false }
            // What the text itself allows is wrong; what is neither right nor wrong without it stays so.
            let wrong = places.indices.filter { places[$0].map(wrong.contains) ?? true }
            let done = places.firstIndex(of: first) ?? 0
            add(
                ordered,
                ordered.prompt.suffixes,
                right: right,
                wrong: wrong,
                chosen: done,
                kind: .order,
                facts: ordered.facts
            )
        }
        return choice.choice
    }

    private struct Chosen {
        var choice: Choice
        var isActors = false
        var ranked: [Ranked] { choice.ranked }
    }

    private func chosen(_ decision: Decision, move: OracleMove, wrong: [Int]) async throws -> Chosen {
        let count = decision.candidates.count
        if let actor, draw("mix", decision) >= actor.mix {
            let choice = try await actor.chooser.choose(decision)
            // Nothing comes after a wrong ending, so it is noted and not done.
            if let first = choice.ranked.first?.index, decision.candidates.indices.contains(first),
                move.right.contains(first) || !decision.candidates[first].action.isStatus
            {
                return Chosen(choice: choice, isActors: true)
            }
        } else if let strayed = stray(decision, among: wrong) {
            return Chosen(choice: .certain(strayed, of: count))
        }
        return Chosen(choice: .certain(move.right[0], of: count, filledText: move.text))
    }

    func chooseText(_ query: TextQuery) async throws -> Int? {
        let step = memory.withLock(\.step)
        let isRight =
            step?.move.right.contains { step?.decision.candidates[$0].action == query.candidate.action } ?? true
        let wanted = isRight ? try await oracle.chooseText(query) : nil
        if let wanted { addTexts(query, right: wanted) }
        guard let step, step.isActors, let actor else { return wanted }
        let own = try await actor.chooser.chooseText(query)
        let mistyped = wanted != nil && own.map { query.options[$0].text } != wanted.map { query.options[$0].text }
        memory.withLock { $0.step?.mistyped = mistyped }
        return own
    }

    func fill(_ action: Action, options: [String], decision: Decision) async throws -> String? {
        try await actor?.chooser.fill(action, options: options, decision: decision)
    }

    /// Takes what was done after all: the loop does not do what it has seen to lead nowhere.
    func note(_ event: AgentEvent) {
        guard case .step(let summary) = event, let step = memory.withLock(\.step) else { return }
        let isRight = step.move.right.contains(summary.chosen) && !step.mistyped
        if !isRight, step.decision.candidates.indices.contains(summary.chosen) {
            oracle.took(step.decision.candidates[summary.chosen].action, on: step.decision.screen)
        }
        memory.withLock { memory in
            memory.states[step.place].chosen = summary.chosen
            memory.wentWrong = !isRight && !step.move.neutral.contains(summary.chosen)
            memory.step = nil
        }
    }

    // MARK: - What is written down

    /// A text is a decision of its own, on the same screen: which words go into this field.
    private func addTexts(_ query: TextQuery, right chosen: Int) {
        let builder = PromptBuilder(options: query.decision.prompt.options)
        let suffixes = query.options.indices.map { builder.suffix(query.words($0)) }
        let wrong = suffixes.indices.filter { suffixes[$0] != suffixes[chosen] }
        guard !wrong.isEmpty else { return }
        let priors = query.options.map(\.prior)
        add(query.decision, suffixes, right: [chosen], wrong: wrong, chosen: chosen, kind: .text, priors: priors)
    }

    private func add(
        _ decision: Decision,
        _ suffixes: [String],
        right: [Int],
        wrong: [Int],
        chosen: Int,
        kind: StateRecord.Kind? = nil,
        facts: [CandidateFacts]? = nil,
        priors: [Double]? = nil
    ) {
        memory.withLock { memory in
            memory.states.append(
                StateRecord(
                    task: instance.template.name,
                    app: instance.template.app,
                    split: options.split,
                    seed: instance.seed,
                    run: options.run,
                    step: decision.step,
                    kind: kind ?? (memory.wentWrong ? .selfCorrection : .decision),
                    goal: decision.goal,
                    prefix: decision.prompt.prefix,
                    suffixes: suffixes,
                    right: right,
                    wrong: wrong,
                    chosen: chosen,
                    facts: facts,
                    priors: priors,
                    actionSpace: ActionSpace.version,
                    prompt: decision.prompt.options == PromptOptions() ? nil : decision.prompt.options
                )
            )
        }
    }

    /// The decision with an order on its screen, for some of them.
    private func ordered(_ decision: Decision) -> Decision? {
        var random = random("order", decision)
        guard Double.random(in: 0..<1, using: &random) < options.orders else { return nil }
        let text = OrderTexts.next(using: &random)
        return ScreenOrders.adding(text, to: decision, decision.prompt.options, count: counter)
    }

    /// A wrong candidate to do instead, or nil. Only what can be undone: nothing that ends the run or needs a text.
    private func stray(_ decision: Decision, among wrong: [Int]) -> Int? {
        guard options.perturbation > 0, actor == nil else { return nil }
        var random = random("", decision)
        guard Double.random(in: 0..<1, using: &random) < options.perturbation else { return nil }
        let allowed = wrong.filter { index in
            let action = decision.candidates[index].action
            if action.isStatus || action.isPlaceholder || Sensitivity.of(action, on: decision.screen) != nil {
                return false
            }
            if case .clearText = action { return false }
            return true
        }
        return allowed.randomElement(using: &random)
    }

    private func random(_ purpose: String, _ decision: Decision) -> SeededRandom {
        let name = "\(instance.template.name) \(options.run) \(decision.step)"
        return SeededRandom(seed: instance.seed, name: purpose.isEmpty ? name : "\(name) \(purpose)")
    }

    private func draw(_ purpose: String, _ decision: Decision) -> Double {
        var random = random(purpose, decision)
        return Double.random(in: 0..<1, using: &random)
    }
}
