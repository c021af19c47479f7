// SPDX-License-Identifier: Apache-2.0

import Base
import Screen

/// How an agent runs.
public struct AgentOptions: Sendable {
    public var maxSteps = 20
    public var prompt = PromptOptions()
    public var confirm = ConfirmPolicy.ask
    /// Enter after every typed text, as AndroidWorld does; off by default, since it submits forms and adds line breaks.
    public var trailingEnter = false
    /// A scroll of element 0 scrolls the whole screen, as in AndroidWorld, which takes that number for no number.
    public var zeroIsScreen = false
    /// Whether the device's facts are read before and after.
    public var wantsProof = true
    /// Whether the device's date stands in the prompt.
    public var tellsDate = false
    /// Goal state, notes, answers by programs and texts by choice; nil to run without, as heads of action space 1 were trained.
    public var mind: MindOptions?
    /// Whether a ledger is kept of what the goal wants and what is proven. It shortens the history, and stands in the prompt where
    /// `prompt.showsLedger` says so.
    public var keepsLedger = false
    /// Whether a dead end is left once more from the home screen, and alternating screens are ruled out. What a person chooses is
    /// not touched.
    public var recovers = false

    public init() {}
}

/// What the command line shows of a step.
public struct StepSummary: Sendable, Codable {
    /// From 1.
    public var step: Int
    /// The chosen action in words.
    public var action: String
    /// The place of the chosen candidate, and what filled its placeholder.
    public var chosen: Int
    public var filled: String?
    public var score: Double
    public var normalised: Double
    /// The score over the best other one.
    public var margin: Double
    public var candidates: Int
    public var seconds: Double
    public var timings: StepTimings
    /// What it changed, in words, or nil.
    public var note: String?
}

/// What happens while an agent runs.
public enum AgentEvent: Sendable {
    /// The run began; the folder is nil where nothing is recorded.
    case started(goal: String, folder: String?)
    /// An action was chosen and is about to be done.
    case choosing(step: Int, action: String, candidates: Int)
    /// A step is over.
    case step(StepSummary)
    /// Something that is no error but worth knowing.
    case note(String)
    case finished(RunResult)
}

/// How a run ended.
public struct RunResult: Sendable {
    public var verdict: Verdict
    public var said: Said
    public var answer: String?
    /// How the answer was found, where a program found it.
    public var answerProof: AnswerProof?
    /// Device actions, and decisions that sent none.
    public var steps: Int
    public var seconds: Double
    public var folder: String?
    public var proof: FactsDifference?
    /// The screen it ended on.
    public var lastScreen: ScreenState?
    /// What went wrong, for the verdict `error`.
    public var error: DroidError?
    /// Why it stopped, where that was not the agent's word alone: budget, a refused confirmation, or what was tried before it was
    /// given up. Where the agent itself gave up, its last steps.
    public var reason: String?
    /// What was proven of the goal's parts, where a ledger was kept.
    public var ledger: Ledger?
    /// An action that needs a person's word, where nobody could be asked.
    public var unconfirmed: (kind: Sensitivity, words: String)?

    /// The exit code of the command line: 0 done, 1 error, 3 not done.
    public var exitCode: Int32 {
        switch verdict {
        case .done: 0
        case .error: 1
        case .notDone: 3
        }
    }
}

/// What `--dry-run` shows: the ranking on the present screen.
public struct DryRun: Sendable {
    public var screen: ScreenState
    public var prompt: Prompt
    public var candidates: [Candidate]
    public var ranked: [Ranked]
    /// The text for the best one's placeholder, where it has one.
    public var fill: Fill?
}

/// The agent: look, choose, fill, ask, act, look again.
///
/// Each stage is handed in: how screens are read, what touches them, how prompts are pruned, who chooses, who confirms. What went wrong in
/// the middle ends the run with a verdict, and its folder stays readable.
public final class AgentLoop: Sendable {
    let device: any DeviceLink
    let chooser: any ActionChooser
    let options: AgentOptions
    let settle: any SettleDetector
    let input: any ScreenInput
    let pruner: (any PromptPruner)?
    let confirmer: any Confirmer
    let clock: any WaitClock
    let onEvent: @Sendable (AgentEvent) -> Void

    public init(
        device: any DeviceLink,
        chooser: any ActionChooser,
        options: AgentOptions = AgentOptions(),
        settle: (any SettleDetector)? = nil,
        input: (any ScreenInput)? = nil,
        pruner: (any PromptPruner)? = nil,
        confirmer: any Confirmer = NobodyToAsk(),
        clock: any WaitClock = SystemClock(),
        onEvent: @escaping @Sendable (AgentEvent) -> Void = { _ in }
    ) {
        self.device = device
        self.chooser = chooser
        self.options = options
        self.settle = settle ?? ScreenObserver(device, clock: clock)
        self.input = input ?? ToolInput(device)
        self.pruner = pruner
        self.confirmer = confirmer
        self.clock = clock
        self.onEvent = onEvent
    }

    /// Runs until the agent says that it is done, the budget is used up, or something breaks.
    ///
    /// - Parameters:
    ///   - goal: what is to be done, in a person's words.
    ///   - recorder: where the run is written, or nil.
    /// - Throws: `DroidError` with code `goal.empty`. Whatever goes wrong later is in the result.
    public func run(goal: String, recorder: RunRecorder? = nil) async throws -> RunResult {
        let goal = try Self.checked(goal)
        var run = AgentRun(loop: self, goal: goal, recorder: recorder)
        onEvent(.started(goal: goal, folder: recorder?.folder))
        let result = await run.go()
        onEvent(.finished(result))
        return result
    }

    /// Ranks what the present screen allows and does nothing.
    ///
    /// - Throws: `DroidError` with code `goal.empty`, or what reading the screen and scoring throw.
    public func dryRun(goal: String) async throws -> DryRun {
        let goal = try Self.checked(goal)
        let screen = try await settle.settled(after: nil).state
        let apps = try await AppCatalog.read(device)
        var mind: Mind?
        if let options = options.mind { mind = try await Mind(goal, options, device: device) }
        let decision = decision(goal: goal, memory: Memory(), screen: screen, apps: apps, step: 0, mind: mind)
        let choice = try await chooser.choose(decision)
        var fill: Fill?
        if let best = choice.ranked.first, decision.candidates.indices.contains(best.index) {
            fill = try await self.fill(decision.candidates[best.index], choice: choice, decision: decision)?.fill
        }
        return DryRun(
            screen: screen,
            prompt: decision.prompt,
            candidates: decision.candidates,
            ranked: choice.ranked,
            fill: fill
        )
    }

    static func checked(_ goal: String) throws -> String {
        let trimmed = PromptBuilder.oneLine(goal)
        guard !trimmed.isEmpty else {
            throw DroidError(
                "goal.empty",
                "the goal is empty",
                why: "there is nothing to do",
                next: "say what you want, such as: droidagent do \"Turn Wi-Fi off\""
            )
        }
        // The goal keeps its own line breaks: they may be part of a text to type.
        return goal
    }

    func decision(
        goal: String,
        memory: Memory,
        screen: ScreenState,
        apps: AppCatalog,
        step: Int,
        date: String? = nil,
        mind: Mind? = nil,
        ledger: Ledger? = nil
    ) -> Decision {
        // Choosers get every step; a prompt has those of rows that are done in one line.
        let told = ledger.map { memory.folded(done: $0.doneRows, of: $0.rows.count) }
        let builder = PromptBuilder(
            options: options.prompt,
            count: chooser.counter ?? PromptBuilder.estimate,
            pruner: pruner
        )
        var decision = Decision(
            goal: goal,
            history: memory.lines,
            typed: memory.typed,
            screen: screen,
            actions: ScreenActions(screen, notes: mind?.keepsNotes ?? false),
            prompt: Prompt(prefix: "", suffixes: [], omittedLines: 0, prefixTokens: 0),
            apps: apps,
            step: step,
            maxSteps: options.maxSteps,
            device: device,
            ledger: ledger
        )
        (decision.told, decision.date) = (told, date)
        decision.prompt = decision.prompt(by: builder)
        decision.mind = mind
        return decision
    }

    /// A text that was found for a placeholder, with the proof of an answer.
    struct Found {
        var fill: Fill
        var proof: AnswerProof?
        /// The first of the texts that were offered, the best by rule first.
        var offered: [TextOption]?
    }

    /// So many of the offered texts stand in a record.
    private static let recordedTexts = 12

    /// The text for a candidate's placeholder: what the chooser knows, else what it chooses among the texts that are offered. Where
    /// none is, or the agent runs without goal state, what the rules find, else what the model writes.
    func fill(_ candidate: Candidate, choice: Choice, decision: Decision) async throws -> Found? {
        let action = candidate.action
        guard action.isPlaceholder else { return nil }
        if let text = choice.filledText { return Found(fill: Fill(text, rule: "chooser")) }
        if let mind = decision.mind {
            let offered = PlaceholderOptions(action, decision, mind: mind)
            if !offered.options.isEmpty {
                let query = TextQuery(candidate: candidate, options: offered.options, decision: decision)
                let isChosen = !mind.without.contains(.texts)
                guard let index = isChosen ? try await chooser.chooseText(query) : 0,
                    offered.options.indices.contains(index)
                else {
                    return nil
                }
                let option = offered.options[index]
                let answer = offered.answers.indices.contains(index) ? offered.answers[index] : nil
                return Found(
                    fill: Fill(option.text, rule: option.source),
                    proof: answer.map { AnswerProof($0, tables: offered.tables) },
                    offered: Array(offered.options.prefix(Self.recordedTexts))
                )
            }
        }
        let filler = Filler(goal: decision.goal, typed: decision.typed)
        if let fill = filler.fill(action, screen: decision.screen, apps: decision.apps) { return Found(fill: fill) }
        let options = filler.options(action, screen: decision.screen, apps: decision.apps)
        guard !options.isEmpty else { return nil }
        let text = try await chooser.fill(action, options: options, decision: decision)
        return text.map { Found(fill: Fill($0, rule: "model")) }
    }

    func act(_ action: Action, on screen: ScreenState, apps: AppCatalog) async throws {
        let actuator = Actuator(
            device,
            input: input,
            trailingEnter: options.trailingEnter,
            zeroIsScreen: options.zeroIsScreen
        )
        try await actuator.perform(action, on: screen, apps: apps)
    }
}
