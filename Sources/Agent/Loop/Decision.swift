// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import Screen

/// Everything that a choice may depend on.
public struct Decision: Sendable {
    public var goal: String
    /// Working memory: one line a step, oldest first.
    public var history: [String]
    /// Texts typed so far in this run.
    public var typed: [String]
    public var screen: ScreenState
    public var actions: ScreenActions
    public var prompt: Prompt
    /// The apps that can be opened.
    public var apps: AppCatalog
    /// 0 for the first step.
    public var step: Int
    /// The most steps that the run may take; nil where nobody counts.
    public var maxSteps: Int?
    /// The device; a person or a verifier needs none, an oracle reads its state.
    public var device: any DeviceLink
    /// What the run keeps in mind; nil where the agent runs without.
    var mind: Mind?
    /// What is proven of the goal's parts; nil where nobody keeps account.
    public var ledger: Ledger?
    /// The steps as a prompt tells them, with those of rows that are done in one line; nil for `history`.
    var told: [String]?
    /// The device's date where a prompt shows it.
    var date: String?

    public init(
        goal: String,
        history: [String],
        typed: [String] = [],
        screen: ScreenState,
        actions: ScreenActions,
        prompt: Prompt,
        apps: AppCatalog = AppCatalog(),
        step: Int = 0,
        maxSteps: Int? = nil,
        device: any DeviceLink,
        ledger: Ledger? = nil
    ) {
        self.goal = goal
        self.history = history
        self.typed = typed
        self.screen = screen
        self.actions = actions
        self.prompt = prompt
        self.apps = apps
        self.step = step
        self.maxSteps = maxSteps
        self.device = device
        self.ledger = ledger
    }

    public var candidates: [Candidate] { actions.candidates }

    /// The prompt of what the decision says now, for a chooser that counts otherwise or for a screen that is another one.
    public func prompt(by builder: PromptBuilder) -> Prompt {
        builder.build(
            goal: goal,
            history: told ?? history,
            screen: screen,
            actions: actions,
            appName: AppCatalog.label(of: screen.package),
            date: date,
            ledger: ledger?.lines ?? []
        )
    }

    /// Whether the agent keeps goal and notes in mind.
    public var keepsNotes: Bool { mind?.keepsNotes ?? false }

    /// What was written down so far.
    public var notes: NoteBook { mind?.notes ?? NoteBook() }

    /// The texts that the agent offers for a candidate's placeholder, the best by rule first; none for a candidate without one, and
    /// where the agent runs without goal state and notes.
    public func texts(for action: Action) -> [TextOption] {
        mind.map { PlaceholderOptions(action, self, mind: $0).options } ?? []
    }
}

/// A candidate's place in a ranking.
public struct Ranked: Sendable, Codable, Hashable {
    /// The candidate, as an index into the decision's candidates.
    public var index: Int
    /// The raw score; only scores of one chooser compare.
    public var score: Double
    /// The score as a share: the shares of a decision sum to 1.
    public var normalised: Double

    public init(index: Int, score: Double, normalised: Double) {
        self.index = index
        self.score = score
        self.normalised = normalised
    }

    /// Ranks raw scores: highest first, the earlier candidate first where two are equal. Shares are a softmax at
    /// `temperature`; a score that is not a number ranks last.
    public static func rank(_ scores: [Double], temperature: Double = 1) -> [Ranked] {
        let clean = scores.map { $0.isNaN ? -Double.greatestFiniteMagnitude : $0 }
        guard let top = clean.max() else { return [] }
        let weights = clean.map { exp(max(-700, ($0 - top) / max(temperature, 1e-6))) }
        let sum = weights.reduce(0, +)
        return clean.indices
            .sorted { clean[$0] != clean[$1] ? clean[$0] > clean[$1] : $0 < $1 }
            .map { Ranked(index: $0, score: clean[$0], normalised: weights[$0] / sum) }
    }
}

/// What a chooser decided.
public struct Choice: Sendable {
    /// The candidates it scored, best first; at least one.
    public var ranked: [Ranked]
    /// What was known of each candidate beforehand, in their order; empty for a chooser that asks for none.
    public var facts: [CandidateFacts]
    /// Text for the best candidate's placeholder, where the chooser already knows it.
    public var filledText: String?
    /// Seconds for making tokens and for scoring.
    public var encodeSeconds: Double
    public var scoreSeconds: Double
    /// Tokens of the prefix that were computed, and those that were reused.
    public var computedTokens: Int
    public var reusedTokens: Int

    public init(
        ranked: [Ranked],
        facts: [CandidateFacts] = [],
        filledText: String? = nil,
        encodeSeconds: Double = 0,
        scoreSeconds: Double = 0,
        computedTokens: Int = 0,
        reusedTokens: Int = 0
    ) {
        self.ranked = ranked
        self.facts = facts
        self.filledText = filledText
        self.encodeSeconds = encodeSeconds
        self.scoreSeconds = scoreSeconds
        self.computedTokens = computedTokens
        self.reusedTokens = reusedTokens
    }

    /// A ranking with one candidate first and the others behind it, for choosers that know but do not score.
    public static func certain(_ index: Int, of count: Int, filledText: String? = nil) -> Choice {
        let others = (0..<count).filter { $0 != index }
        let ranked =
            [Ranked(index: index, score: 1, normalised: 1)] + others.map { Ranked(index: $0, score: 0, normalised: 0) }
        return Choice(ranked: ranked, filledText: filledText)
    }
}

/// Chooses among what the screen allows: a verifier, an oracle, a person.
public protocol ActionChooser: Sendable {
    /// Ranks the candidates of a decision.
    func choose(_ decision: Decision) async throws -> Choice

    /// Chooses among the texts that may fill a placeholder; nil when none fits. The first is the best by rule.
    func chooseText(_ query: TextQuery) async throws -> Int?

    /// Finds the text of a placeholder where rules found none; nil when it cannot either.
    func fill(_ action: Action, options: [String], decision: Decision) async throws -> String?

    /// Counts tokens as this chooser's model does; nil where it has none.
    var counter: PromptCounter? { get }

    /// Whether what was tried and led nowhere is ruled out; a person's word stands.
    var isGuarded: Bool { get }
}

extension ActionChooser {
    public func chooseText(_ query: TextQuery) async throws -> Int? { query.options.isEmpty ? nil : 0 }
    public func fill(_ action: Action, options: [String], decision: Decision) async throws -> String? { nil }
    public var counter: PromptCounter? { nil }
    public var isGuarded: Bool { true }
}

/// Tells when a screen has settled after an action.
public protocol SettleDetector: Sendable {
    /// The settled screen; `previous` is the content hash before the action.
    func settled(after previous: String?) async throws -> Observation
}

extension ScreenObserver: SettleDetector {
    public func settled(after previous: String?) async throws -> Observation { try await observe(after: previous) }
}
