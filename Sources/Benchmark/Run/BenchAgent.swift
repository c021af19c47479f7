// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Inference
import Screen

/// Who does the tasks.
public enum BenchAgent: Sendable {
    /// The verifier over a model, with a head.
    case verifier(model: LanguageModel, head: VerifierHead, threads: Int)
    /// What a head knows without its model; tokens are counted by that model's tokenizer, or estimated.
    case facts(VerifierHead, PromptCounter?)
    /// The task's own oracle: what can be reached at all.
    case oracle
    /// The oracle again, allowed to take only what the agent offers: its candidates, texts, notes and answer programs.
    /// Tokens are counted by a model's tokenizer, or estimated.
    case ceiling(PromptCounter?)
    /// Says at once that it is done: what passes by chance.
    case noop
    /// Draws among the candidates: what passes by trying.
    case random
    /// Any other chooser; it is asked by one episode at a time.
    case chooser(name: String, any ActionChooser)

    public var name: String {
        switch self {
        case .verifier: "verifier"
        case .facts: "facts"
        case .oracle: "oracle"
        case .ceiling: "ceiling"
        case .noop: "noop"
        case .random: "random"
        case .chooser(let name, _): name
        }
    }

    /// What a worker keeps from one episode to the next: the verifier with its cache.
    func shared() throws -> (any ActionChooser)? {
        switch self {
        case .verifier(let model, let head, let threads): try Verifier(model: model, head: head, threads: threads)
        case .facts(let head, let counter): FactChooser(head, counter: counter)
        case .chooser(_, let chooser): chooser
        default: nil
        }
    }

    /// The chooser of an episode.
    func chooser(_ instance: TaskInstance, shared: (any ActionChooser)?) throws -> any ActionChooser {
        switch self {
        case .oracle: try Oracle(instance)
        case .ceiling(let counter): try Ceiling(instance, counter: counter)
        case .noop: NoopChooser()
        case .random: RandomChooser(seed: instance.seed, name: instance.template.name)
        case .verifier, .facts, .chooser: shared ?? NoopChooser()
        }
    }

    /// How its model multiplies and keeps keys and values, where that is not as by default; results of the two do not mix.
    var engine: String? {
        guard case .verifier(let model, _, _) = self, model.precision != .integer || model.keyValues != .float else {
            return nil
        }
        return "\(model.precision.rawValue) \(model.keyValues.rawValue)"
    }

    /// Whether it can only run where the task names an oracle.
    var needsOracle: Bool {
        switch self {
        case .oracle, .ceiling: true
        default: false
        }
    }

    /// Whether the agent keeps goal and notes in mind, and how; nil for those that need none.
    var mind: MindOptions? {
        switch self {
        case .ceiling, .verifier, .facts: MindOptions()
        default: nil
        }
    }

    /// The prompt options that the agent needs.
    var prompt: PromptOptions {
        switch self {
        case .verifier(_, let head, _), .facts(let head, _): return head.prompt
        case .ceiling: return .withLedger
        default: return PromptOptions()
        }
    }
}

/// Says at once that the task is done.
struct NoopChooser: ActionChooser {
    func choose(_ decision: Decision) async throws -> Choice {
        let index = decision.candidates.firstIndex { $0.action == .complete } ?? 0
        return .certain(index, of: decision.candidates.count)
    }
}

/// Draws among the candidates; the same seed draws the same at the same step.
struct RandomChooser: ActionChooser {
    let seed: UInt64
    let name: String

    func choose(_ decision: Decision) async throws -> Choice {
        var random = SeededRandom(seed: seed, name: "random \(name) \(decision.step)")
        let order = decision.candidates.indices.shuffled(using: &random)
        let share = 1 / Double(max(order.count, 1))
        return Choice(
            ranked: order.enumerated().map { Ranked(index: $1, score: Double(order.count - $0), normalised: share) }
        )
    }

    func fill(_ action: Action, options: [String], decision: Decision) async throws -> String? {
        var random = SeededRandom(seed: seed, name: "fill \(name) \(decision.step)")
        return options.randomElement(using: &random)
    }
}

/// The files of model and head that records of episodes name.
public struct EpisodeFiles: Sendable {
    public var model: FileIdentity?
    public var adapter: FileIdentity?

    public init(model: FileIdentity? = nil, adapter: FileIdentity? = nil) {
        self.model = model
        self.adapter = adapter
    }

    /// Those of a suite whose agent is the verifier.
    init(_ options: SuiteOptions) throws {
        guard case .verifier(let model, _, _) = options.agent else { return }
        self.model = options.model.map { FileIdentity(path: $0, model: model) }
        adapter = try options.adapter.map { FileIdentity(path: $0, sha256: try SHA256.hex(ofFile: $0)) }
    }
}
