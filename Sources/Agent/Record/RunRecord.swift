// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Inference
import Screen

/// How a run ended.
public enum Verdict: String, Sendable, Codable {
    case done
    case notDone = "not done"
    case error
}

/// What the agent said last about its task.
public enum Said: String, Sendable, Codable {
    case complete, infeasible, nothing
}

/// A model or adapter file that took part, with its digest.
public struct FileIdentity: Sendable, Codable, Hashable {
    public var path: String
    public var sha256: String
    /// How a model multiplied, and how it kept keys and values: scores depend on both. Nil for what is no model, and in records
    /// of before they were named.
    public var precision: String?
    public var keyValues: String?

    public init(path: String, sha256: String) {
        self.path = path
        self.sha256 = sha256
    }

    /// A model as it was loaded.
    public init(path: String, model: LanguageModel) {
        self.path = path
        sha256 = model.sha256
        precision = model.precision.rawValue
        keyValues = model.keyValues.rawValue
    }
}

/// `run.json`: what was run, on what, with what, and how it ended.
public struct RunHeader: Sendable, Codable {
    /// The version of the run folder's form.
    public static let schemaVersion = 1

    public var schema: Int
    public var goal: String
    public var device: String
    public var model: FileIdentity?
    public var adapter: FileIdentity?
    /// The macro that was done; nil where there was none. The model is named only where the macro handed over to it.
    public var macro: FileIdentity?
    /// What chose: `verifier`, `oracle`, `human`, `macro` ...
    public var agent: String
    public var promptVersion: Int
    public var prompt: PromptOptions
    public var actionSpaceVersion: Int
    /// How episodes were judged: `strict`, `lenient`, or nil outside of a benchmark.
    public var rules: String?
    public var trailingEnter: Bool
    /// What the screen was read with, and touched; nil in records of before there was a choice.
    public var observer: ObserverKind?
    public var maxSteps: Int
    public var program: String
    /// When it began, as ISO 8601 of this machine.
    public var started: String
    /// Nil while it runs, and in a run that was killed.
    public var ending: RunEnding?

    public init(goal: String, device: String, agent: String, prompt: PromptOptions, maxSteps: Int) {
        schema = Self.schemaVersion
        self.goal = goal
        self.device = device
        self.agent = agent
        self.prompt = prompt
        self.maxSteps = maxSteps
        promptVersion = PromptBuilder.version
        actionSpaceVersion = ActionSpace.version
        trailingEnter = false
        program = "droidagent \(BuildInfo.version) (\(BuildInfo.commit))"
        started = Date().formatted(.iso8601)
    }
}

/// How a run ended, for its record.
public struct RunEnding: Sendable, Codable {
    public var verdict: Verdict
    public var said: Said
    public var answer: String?
    public var steps: Int
    public var seconds: Double
    /// Why it ended, where that was neither the agent's word nor a full budget.
    public var reason: String?
    public var proof: FactsDifference?
    /// How the answer was found, where a program found it.
    public var answerProof: AnswerProof?

    public init(
        verdict: Verdict,
        said: Said,
        answer: String? = nil,
        steps: Int,
        seconds: Double,
        reason: String? = nil,
        proof: FactsDifference? = nil,
        answerProof: AnswerProof? = nil
    ) {
        self.answerProof = answerProof
        self.verdict = verdict
        self.said = said
        self.answer = answer
        self.steps = steps
        self.seconds = seconds
        self.reason = reason
        self.proof = proof
    }
}

/// Seconds that the phases of a step took.
public struct StepTimings: Sendable, Codable, Hashable {
    /// Reading the screen before the choice; for later steps it is the settling of the one before.
    public var observe = 0.0
    public var encode = 0.0
    public var score = 0.0
    public var fill = 0.0
    public var act = 0.0
    public var settle = 0.0

    public init() {}

    /// All phases together.
    public var total: Double { observe + encode + score + fill + act + settle }

    /// Adds the phases of another step.
    public static func += (sum: inout StepTimings, step: StepTimings) {
        sum.observe += step.observe
        sum.encode += step.encode
        sum.score += step.score
        sum.fill += step.fill
        sum.act += step.act
        sum.settle += step.settle
    }
}

/// `step.json`: everything about one step.
public struct StepRecord: Sendable, Codable {
    /// A candidate with its scores.
    public struct Scored: Sendable, Codable {
        public var text: String
        public var action: Action
        public var elementID: Int?
        public var bounds: Bounds?
        public var score: Double
        public var normalised: Double
        /// What was known of it beforehand; nil where the chooser asked for nothing.
        public var facts: CandidateFacts?
        /// Why the loop guard ruled it out, or nil.
        public var ruledOut: String?
    }

    /// The screen before the action, in short.
    public struct ScreenFacts: Sendable, Codable {
        public var package: String
        public var activity: String
        public var contentHash: String
        public var keyboardShown: Bool
        public var displaySize: DisplaySize
        public var flags: [String]
        public var elements: Int
    }

    public var step: Int
    public var promptSHA256: String
    /// The prompt before the candidates.
    public var prefix: String
    public var promptTokens: Int
    public var reusedTokens: Int
    /// In the order of the action space.
    public var candidates: [Scored]
    /// Indices into `candidates`, best first.
    public var ranking: [Int]
    /// The candidate that was done.
    public var chosen: Int
    /// The chosen action with its text.
    public var action: Action
    public var filled: Fill?
    /// The chosen action in words.
    public var words: String
    public var screen: ScreenFacts
    /// What it changed; nil where the run ended before that was known.
    public var outcome: StepOutcome?
    /// What was sent to the device, where that is more than one thing or none: the scrolls of a list's reading.
    public var deviceActions: Int?
    /// What it wrote down, in words; nil where it wrote nothing down.
    public var noted: String?
    /// The first of the texts that its placeholder was chosen from; nil where nothing was offered.
    public var offered: [TextOption]?
    public var sensitivity: Sensitivity?
    public var timings: StepTimings

    /// The score of the chosen candidate over the best other one.
    public var margin: Double {
        guard let other = ranking.first(where: { $0 != chosen }), candidates.indices.contains(chosen),
            candidates.indices.contains(other)
        else { return 0 }
        return candidates[chosen].score - candidates[other].score
    }
}

/// A run folder, read back. Whatever a killed run left is readable.
public struct RunRecord: Sendable {
    /// One step's folder.
    public struct Step: Sendable {
        public var number: Int
        /// Nil where the run was killed before the step was written.
        public var record: StepRecord?
        /// Paths of what is there.
        public var xmlPath: String?
        public var pngPath: String?
    }

    public var folder: String
    public var header: RunHeader
    public var steps: [Step]
    /// The screen after the last step, where there is one.
    public var finalPNGPath: String?

    /// Reads a run folder.
    ///
    /// - Throws: `DroidError` with code `run.missing` or `run.corrupt`.
    public static func load(_ folder: String) throws -> RunRecord {
        let path = folder + "/run.json"
        let manager = FileManager.default
        guard manager.fileExists(atPath: path) else {
            throw DroidError("run.missing", "\(folder) is no run folder", why: "it holds no run.json")
        }
        let header: RunHeader
        do {
            header = try JSON.decode(RunHeader.self, from: try FileBytes.read(path))
        } catch {
            throw DroidError.wrapping(error, "run.corrupt", "\(path) cannot be read")
        }
        let names = ((try? manager.contentsOfDirectory(atPath: folder + "/steps")) ?? []).sorted()
        let steps: [Step] = names.compactMap { name in
            guard let number = Int(name) else { return nil }
            let base = "\(folder)/steps/\(name)"
            func existing(_ file: String) -> String? {
                manager.fileExists(atPath: base + "/" + file) ? base + "/" + file : nil
            }
            let record = existing("step.json").flatMap { try? FileBytes.read($0) }
                .flatMap { try? JSON.decode(StepRecord.self, from: $0) }
            let step = Step(
                number: number,
                record: record,
                xmlPath: existing("screen.xml"),
                pngPath: existing("screen.png")
            )
            return step.record == nil && step.xmlPath == nil && step.pngPath == nil ? nil : step
        }
        let final = folder + "/final.png"
        return RunRecord(
            folder: folder,
            header: header,
            steps: steps,
            finalPNGPath: manager.fileExists(atPath: final) ? final : nil
        )
    }
}
