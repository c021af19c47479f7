// SPDX-License-Identifier: Apache-2.0

import Agent
import Synchronization

/// What stood between an agent and a task that it failed.
public enum Fault: String, Codable, Sendable, CaseIterable {
    /// The action that was needed was no candidate.
    case coverage
    /// It was one, and another was chosen.
    case choice
    /// The right field was chosen, and another text was typed.
    case fill
    /// All was done but the answer, which was wrong or not given.
    case answer
    /// The agent went in circles.
    case loop
    /// Every step was right, and there were not enough of them.
    case budget
}

/// How often what the oracle wanted was there to be chosen.
public struct Coverage: Codable, Sendable, Equatable {
    public var decisions = 0
    public var covered = 0

    public init() {}

    /// The share of decisions with the right action among the candidates; 1 where there was none.
    public var share: Double { decisions == 0 ? 1 : Double(covered) / Double(decisions) }

    static func += (sum: inout Coverage, other: Coverage) {
        sum.decisions += other.decisions
        sum.covered += other.covered
    }
}

/// A chooser that is told what the loop did of its choices.
public protocol StepWatching: ActionChooser {
    /// Takes what the loop says.
    func note(_ event: AgentEvent)
}

/// Watches the decisions of an agent through the eyes of its task's oracle.
final class DiagnosedChooser: StepWatching {
    /// What the oracle says of one decision.
    struct Verdict: Sendable {
        var right: Set<Int>
        var neutral: Set<Int>
        /// What fills the placeholder of the right one.
        var text: String?
        /// Which of the right ones is the answer to a question.
        var answers: Bool
    }

    /// What an agent did at a decision.
    struct Deed: Sendable {
        var chosen: Int
        var filled: String?
    }

    private let oracle: Oracle
    /// Nil when the oracle itself is the agent.
    private let chooser: (any ActionChooser)?
    /// One for each decision; nil where the oracle could not read the device.
    private let verdicts = Mutex<[Verdict?]>([])
    private let deeds = Mutex<[Deed]>([])
    private let measured = Mutex(DecisionSizes())

    init(_ chooser: any ActionChooser, oracle: Oracle) {
        self.oracle = oracle
        self.chooser = chooser is Oracle ? nil : chooser
    }

    var counter: PromptCounter? { chooser?.counter }
    var isGuarded: Bool { chooser?.isGuarded ?? true }

    /// How large the decisions were, in tokens of the chooser's model; estimates where it has none.
    var sizes: DecisionSizes { measured.withLock { $0 } }

    func choose(_ decision: Decision) async throws -> Choice {
        measured.withLock { $0.add(decision, counter) }
        let move: OracleMove
        do {
            move = try await oracle.verdict(decision)
        } catch {
            // Where it is only asked for its opinion, it must not end somebody else's run.
            guard let chooser else { throw error }
            verdicts.withLock { $0.append(nil) }
            return try await chooser.choose(decision)
        }
        let answers = move.right.contains { index in
            if case .answer = decision.candidates[index].action { true } else { false }
        }
        let verdict = Verdict(right: Set(move.right), neutral: move.neutral, text: move.text, answers: answers)
        verdicts.withLock { $0.append(verdict) }
        guard let chooser else { return Oracle.choice(move, decision) }
        return try await chooser.choose(decision)
    }

    func chooseText(_ query: TextQuery) async throws -> Int? {
        // The oracle brings its texts itself.
        try await chooser?.chooseText(query)
    }

    func fill(_ action: Action, options: [String], decision: Decision) async throws -> String? {
        try await chooser?.fill(action, options: options, decision: decision)
    }

    /// Takes what the loop says.
    func note(_ event: AgentEvent) {
        guard case .step(let step) = event else { return }
        deeds.withLock { $0.append(Deed(chosen: step.chosen, filled: step.filled)) }
    }

    /// How many of the decisions on the oracle's own way had the right action among their candidates. Where the agent has left
    /// that way the oracle may not know the page, which says nothing about the candidates.
    var coverage: Coverage {
        var coverage = Coverage()
        for (verdict, deed) in steps {
            coverage.decisions += 1
            if verdict.right.isEmpty { break }
            coverage.covered += 1
            if Self.departure(verdict, deed) != nil { break }
        }
        return coverage
    }

    /// The steps up to where the oracle lost sight.
    private var steps: [(Verdict, Deed)] {
        let known = verdicts.withLock { $0 }.prefix { $0 != nil }.compactMap(\.self)
        return Array(zip(known, deeds.withLock { $0 }))
    }

    /// Why an episode failed; nil when it did not, or when that is not for a chooser to answer for.
    func fault(of result: EpisodeResult, _ template: TaskTemplate) -> Fault? {
        guard !result.success, ![.skipped, .error, .refused].contains(result.cause) else { return nil }
        let failed = zip(template.check, result.checks).filter { !$1.passed }
        let onlyAnswer = !failed.isEmpty && failed.allSatisfy { if case .answer = $0.0 { true } else { false } }
        return Self.fault(steps, cause: result.cause, onlyAnswerFailed: onlyAnswer)
    }

    /// Why an episode failed, by the first step that left the oracle's way.
    static func fault(_ steps: [(Verdict, Deed)], cause: EpisodeResult.Cause, onlyAnswerFailed: Bool) -> Fault {
        let first = steps.lazy.compactMap { departure($0, $1) }.first
        if first == .coverage || first == .answer { return first ?? .coverage }
        if cause == .loop { return .loop }
        return first ?? (onlyAnswerFailed ? .answer : .budget)
    }

    private static func departure(_ verdict: Verdict, _ deed: Deed) -> Fault? {
        if verdict.right.isEmpty { return .coverage }
        if verdict.neutral.contains(deed.chosen) { return nil }
        guard verdict.right.contains(deed.chosen) else { return .choice }
        guard let text = verdict.text, let filled = deed.filled else { return nil }
        if text.lowercased().trimmingSpaces == filled.lowercased().trimmingSpaces { return nil }
        return verdict.answers ? .answer : .fill
    }
}
