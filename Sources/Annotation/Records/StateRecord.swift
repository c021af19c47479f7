// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Benchmark

/// One decision as it was met in a run: what the model is shown, and which candidates are right and wrong.
public struct StateRecord: Codable, Sendable, Equatable {
    /// What kind of lesson a state is.
    public enum Kind: String, Codable, Sendable {
        /// A step of a run that went right so far.
        case decision
        /// The step right after a wrong one.
        case selfCorrection = "self-correction"
        /// Which of the texts that were offered goes into a field, or is the answer.
        case text
        /// A step on a screen with a text that gives an order; what is right is what is right without it.
        case order
        /// The first step of a short goal that one action on the screen does.
        case instruction
    }

    public var schema = 1
    public var task: String
    public var app: String
    public var split: TaskTemplate.Split
    public var seed: UInt64
    /// The run within the seed: 0 is without wrong steps.
    public var run: Int
    /// The step within the run, from 0.
    public var step: Int
    public var kind: Kind
    public var goal: String
    public var prefix: String
    /// The candidates' texts, in the order of the action space.
    public var suffixes: [String]
    /// Indices of the right candidates; all are equally right.
    public var right: [Int]
    /// Indices of the wrong ones. Those in neither list are neither.
    public var wrong: [Int]
    /// The candidate that was done.
    public var chosen: Int
    /// What can be said of each candidate without a model; nil for texts, and in records of before it was kept.
    public var facts: [CandidateFacts]?
    /// What rules say of each text, in logarithms of odds, as it is added to a verifier's scores; nil for all but texts.
    public var priors: [Double]?
    /// The version of the action space that made the candidates.
    public var actionSpace: Int
    /// What the prompt was made with; nil in records of before that was kept, and then it was made as by default.
    public var prompt: PromptOptions?

    public init(
        task: String,
        app: String,
        split: TaskTemplate.Split,
        seed: UInt64,
        run: Int,
        step: Int,
        kind: Kind,
        goal: String,
        prefix: String,
        suffixes: [String],
        right: [Int],
        wrong: [Int],
        chosen: Int,
        facts: [CandidateFacts]? = nil,
        priors: [Double]? = nil,
        actionSpace: Int,
        prompt: PromptOptions? = nil
    ) {
        (self.task, self.app, self.split, self.seed, self.run) = (task, app, split, seed, run)
        (self.step, self.kind, self.goal, self.prefix, self.suffixes) = (step, kind, goal, prefix, suffixes)
        (self.right, self.wrong, self.chosen) = (right, wrong, chosen)
        (self.actionSpace, self.prompt) = (actionSpace, prompt)
        (self.facts, self.priors) = (facts, priors)
    }

    /// What a verifier with this head knows of each candidate beforehand, in logarithms of odds.
    public func priors(for head: VerifierHead) -> [Double] {
        priors?.map(head.prior(ofText:)) ?? facts.map(head.priors) ?? [Double](repeating: 0, count: suffixes.count)
    }
}
