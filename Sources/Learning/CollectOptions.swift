// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Benchmark

/// What collecting states is asked for.
public struct CollectOptions: Sendable {
    /// What states are collected from.
    public enum Source: Sendable {
        /// Runs of the oracle.
        case oracle
        /// Runs of a verifier, with the oracle's word on each state.
        case actor(ActorOptions)
        /// Short goals that one action does, on screens met in the oracle's runs and in wandering about.
        case instructions(perScreen: Int)
    }

    /// Who acts where states are those that a verifier comes to.
    public struct ActorOptions: Sendable {
        /// What tells it from others, such as the digest of its file.
        public var name: String
        /// The probability that the oracle's move is done at a step.
        public var mix: Double
        /// Makes one for each device, as it keeps what it has read of a run.
        public var make: @Sendable () throws -> any ActionChooser

        public init(name: String, mix: Double, make: @escaping @Sendable () throws -> any ActionChooser) {
            (self.name, self.mix, self.make) = (name, mix, make)
        }
    }

    /// The suite's folder or name.
    public var suite: String
    /// Names of tasks with `*` and `?`; all of the parts when empty.
    public var tasks: [String] = []
    /// Which tasks are trained on; nil for what their own files say.
    public var split: TrainingSplit?
    /// The tasks that states are collected from. Held-out ones must be asked for.
    public var parts: Set<TrainingSplit.Part> = [.training]
    public var source = Source.oracle
    public var seeds: ClosedRange<UInt64> = 1000...1019
    /// Runs of a seed; the first is straight, the others have random wrong steps.
    public var runs = 2
    /// Further runs of a seed that start somewhere else than on the home screen.
    public var wanderings = 2
    /// The probability of a wrong step in all of `runs` but the first.
    public var perturbation = 0.15
    /// The probability that a decision is kept once more with a text on the screen that gives an order.
    public var orders = 0.5
    /// Devices that run at the same time.
    public var jobs = 2
    /// Where states are kept, in a folder for each suite and `digest()`, one file a run; runs that are there are not done again.
    public var folder: String
    /// Counts tokens as the model does, for the prompt's budget; nil for an estimate.
    public var counter: PromptCounter?
    /// What tells the counter's tokenizer from others, such as the digest of its file.
    public var tokenizer = ""
    public var prompt = PromptOptions.withLedger
    /// The image of the built-in devices; nil for the one that ships.
    public var image: String?

    public init(suite: String, folder: String) {
        self.suite = suite
        self.folder = folder
    }

    /// A short name for all that a run's states follow from beside its task, its seed and its number, so that states of other options,
    /// or of another form of prompts, are not taken for those that are wanted.
    ///
    /// - Parameter suite: the suite that is collected from.
    /// - Throws: `DroidError` with code `file.read` for a task that cannot be read.
    public func digest(of suite: TaskSuite) throws -> String {
        let versions = "\(PromptBuilder.version) \(ActionSpace.version) \(CandidateFact.version)"
        let from =
            switch source {
            case .oracle: ""
            case .actor(let actor): " \(actor.name) \(actor.mix)"
            case .instructions(let count): " \(Instruction.version) \(count) \(heldOutApps.sorted())"
            }
        let world = "\(try suite.digest()) \(image ?? "") \(tokenizer)"
        let all = "\(runs) \(perturbation) \(orders) \(versions) \(try JSON.line(prompt))\(from) \(world)"
        return String(SHA256.hex(all.utf8).prefix(8))
    }

    /// Apps of which nothing is learned.
    var heldOutApps: Set<String> { Set(split?.heldOutApps ?? []) }

    /// The tasks that states are collected from.
    func templates(of suite: TaskSuite) -> [TaskTemplate] {
        suite.selected(tasks).filter { template in
            if let split { return split.part(of: template.name).map(parts.contains) ?? false }
            return template.split == .train ? parts.contains(.training) : parts.contains(.heldOutTemplate)
        }
    }

    /// What a record says of a task.
    func mark(_ template: TaskTemplate) -> TaskTemplate.Split {
        guard let split else { return template.split }
        return split.part(of: template.name) == .training ? .train : .heldout
    }
}
