// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Benchmark
import Foundation

/// A state to label: what the model is shown, what the screen allows, and how it looked.
public struct AnnotationItem: Codable, Sendable, Equatable {
    /// What a person needs to see a state that the model does not.
    public struct Look: Codable, Sendable, Equatable {
        /// SHA-256 of the screen's picture, which lies in the store; nil where there is none.
        public var picture: String?
        public var width: Int
        public var height: Int
        /// For each candidate left, top, right and bottom of its element; empty for what acts on none.
        public var boxes: [[Int]]

        public init(picture: String? = nil, width: Int, height: Int, boxes: [[Int]]) {
            (self.picture, self.width, self.height, self.boxes) = (picture, width, height, boxes)
        }
    }

    /// The task template, by which sets are divided.
    public var task: String
    public var app: String
    public var split: TaskTemplate.Split
    /// What ties the steps of one episode together.
    public var episode: String
    /// The step within the episode, from 0.
    public var step: Int
    public var kind: StateRecord.Kind
    public var goal: String
    public var prefix: String
    /// The candidates' texts as they follow the prefix, in the order of the action space.
    public var suffixes: [String]
    /// The candidates' actions; empty where they are not known.
    public var actions: [Action]
    /// The candidate that was done; nil where none was.
    public var chosen: Int?
    /// The text that went into the chosen one's placeholder, and the texts that were offered for it.
    public var filled: String?
    public var offered: [String]
    /// What can be said of each candidate without a model, or where the candidates are texts, what rules say of each; nil where it is not known.
    public var facts: [CandidateFacts]?
    public var priors: [Double]?
    /// What rules say of each offered text.
    public var offeredPriors: [Double]?
    public var actionSpace: Int
    public var prompt: PromptOptions?
    public var look: Look?
    /// Where it came from: the run folder or the file, for people to find it again.
    public var origin: String

    public init(
        task: String,
        app: String,
        split: TaskTemplate.Split = .train,
        episode: String,
        step: Int,
        kind: StateRecord.Kind = .decision,
        goal: String,
        prefix: String,
        suffixes: [String],
        actions: [Action] = [],
        chosen: Int? = nil,
        filled: String? = nil,
        offered: [String] = [],
        facts: [CandidateFacts]? = nil,
        priors: [Double]? = nil,
        offeredPriors: [Double]? = nil,
        actionSpace: Int = ActionSpace.version,
        prompt: PromptOptions? = nil,
        look: Look? = nil,
        origin: String = ""
    ) {
        (self.task, self.app, self.split, self.episode, self.step) = (task, app, split, episode, step)
        (self.kind, self.goal, self.prefix, self.suffixes) = (kind, goal, prefix, suffixes)
        (self.actions, self.chosen, self.filled, self.offered) = (actions, chosen, filled, offered)
        (self.actionSpace, self.prompt, self.look, self.origin) = (actionSpace, prompt, look, origin)
        (self.facts, self.priors, self.offeredPriors) = (facts, priors, offeredPriors)
    }

    /// The state of an oracle's run, without what the oracle says of it.
    public init(_ state: StateRecord, origin: String) {
        self.init(
            task: state.task,
            app: state.app,
            split: state.split,
            episode: "\(state.seed)-\(state.run)",
            step: state.step,
            kind: state.kind,
            goal: state.goal,
            prefix: state.prefix,
            suffixes: state.suffixes,
            chosen: state.suffixes.indices.contains(state.chosen) ? state.chosen : nil,
            facts: state.facts,
            priors: state.priors,
            actionSpace: state.actionSpace,
            prompt: state.prompt,
            origin: origin
        )
    }

    /// A digest of which state it is. An item is in a store once, however often it is imported.
    public var key: String {
        var hash = SHA256()
        for text in [task, episode, "\(step)", kind.rawValue, prefix] + suffixes {
            hash.update(text.utf8)
            hash.update(CollectionOfOne(0))
        }
        return hash.finalHex()
    }

    /// A candidate's words without what is around them in the prompt.
    public func words(_ candidate: Int) -> String {
        guard suffixes.indices.contains(candidate) else { return "" }
        return suffixes[candidate].trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Whether a text has to come with a candidate.
    public func asks(_ candidate: Int) -> Bool {
        actions.indices.contains(candidate) && actions[candidate].isPlaceholder
    }

    /// - Throws: `DroidError` with code `annotation.item` where it could not be shown or learned from.
    func check() throws {
        let problem: String? =
            if suffixes.isEmpty { "it has no candidates" } else if suffixes.count > 4096 {
                "it has \(suffixes.count) candidates"
            } else if !actions.isEmpty && actions.count != suffixes.count {
                "it has \(suffixes.count) candidates and \(actions.count) actions"
            } else if let look, look.boxes.count != suffixes.count || look.width < 1 || look.height < 1 {
                "its boxes do not fit its candidates"
            } else if let look, look.boxes.contains(where: { !$0.isEmpty && $0.count != 4 }) {
                "a box has four edges"
            } else if (facts?.count ?? suffixes.count, priors?.count ?? suffixes.count) != (
                suffixes.count, suffixes.count
            ) {
                "it has \(suffixes.count) candidates, and facts or priors of another number"
            } else if let offeredPriors, offeredPriors.count != offered.count {
                "it has \(offered.count) texts and \(offeredPriors.count) priors of them"
            } else if let chosen, !suffixes.indices.contains(chosen) {
                "it chose candidate \(chosen) of \(suffixes.count)"
            } else { nil }
        if let problem {
            throw DroidError("annotation.item", "step \(step) of \(episode) cannot be labelled", why: problem)
        }
    }
}
