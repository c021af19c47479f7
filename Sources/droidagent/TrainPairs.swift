// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import ArgumentParser
import Base
import Benchmark
import Foundation
import Inference
import Learning

extension StateRecord.Kind: ExpressibleByArgument {}

/// The part of a split that states are collected from.
enum SplitPart: String, ExpressibleByArgument, CaseIterable {
    case training, heldoutTemplates = "heldout-templates", heldoutApps = "heldout-apps", all

    var parts: Set<TrainingSplit.Part> {
        switch self {
        case .training: [.training]
        case .heldoutTemplates: [.heldOutTemplate]
        case .heldoutApps: [.heldOutApp]
        case .all: Set(TrainingSplit.Part.allCases)
        }
    }
}

/// Whose runs states are collected from.
enum CollectingAgent: String, ExpressibleByArgument, CaseIterable {
    case oracle, verifier, facts
}

struct TrainPairs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pairs",
        abstract: "Collect states of runs on built-in devices, with what is right, and make preference pairs of them.",
        discussion: """
            Held-out tasks are collected only where --part asks for them. Runs that are there are not done again. With --states the \
            states themselves are written, each once with all its candidates, and a manifest beside them.
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var adapter: AdapterOptions
    @OptionGroup var threads: ThreadOptions
    @Argument(help: "A folder under Tasks/, or a path.") var suite: String
    @Option(help: ArgumentHelp("Only these tasks, with * and ?.", valueName: "glob")) var tasks: [String] = []
    @Option(
        help: ArgumentHelp(
            "Which tasks are trained on: a file, such as split.yaml of Training/. Default: what the tasks say.",
            valueName: "file"
        )
    )
    var split: String?
    @Option(help: "Tasks of this part of the split.") var part = SplitPart.training
    @Option(help: ArgumentHelp("Seeds, such as 1000-1019.", valueName: "from-to")) var seeds = "1000-1019"
    @Option(help: "Runs of each seed; all but the first have random wrong steps.") var runs = 2
    @Option(help: "Further runs of each seed that do not start on the home screen.") var wanderings = 2
    @Option(help: "The probability of a wrong step in these runs.") var perturbation = 0.15
    @Option(
        help: ArgumentHelp(
            "States right after a wrong step, as a share of all, at most. Default: 0.1; 0.03 with --states, and 1 where a verifier acts.",
            valueName: "share"
        )
    )
    var correctionShare: Double?
    @Option(help: "The probability that a state is kept once more with an order on its screen.") var orders = 0.5
    @Option(help: "States with an order on the screen, as a share of all, at most.") var orderShare = 0.25
    @Option(
        help: """
            Who acts: oracle; verifier, with the oracle's word on each state that it comes to; or facts: what the verifier knows without its \
            model, which is quick.
            """
    )
    var agent = CollectingAgent.oracle
    @Option(help: "With another --agent than oracle: the probability that the oracle's move is done at a step.")
    var mix = 0.5
    @Option(
        help: ArgumentHelp(
            "Instead of whole runs short goals that one action does (\"Tap Save\"), so many for each screen that is met.",
            valueName: "count"
        )
    )
    var instructions: Int?
    @Option(help: "At most so many states, drawn evenly over the tasks.") var limit: Int?
    @Option(
        help: ArgumentHelp(
            "Only states of this kind: decision, self-correction, text, order or instruction.",
            valueName: "kind"
        )
    )
    var only: StateRecord.Kind?
    @Option(help: "Devices that run at the same time.") var jobs = 2
    @Option(
        help: ArgumentHelp("Where what was collected is kept, a file a run. Default: in the cache.", valueName: "dir")
    )
    var cache: String?
    @Option(help: ArgumentHelp("Write states here instead of pairs.", valueName: "file")) var states: String?
    @Option(help: ArgumentHelp("Where the pairs go.", valueName: "file")) var out = "pairs.jsonl"

    func validate() throws {
        guard Self.range(seeds) != nil else {
            throw ValidationError("--seeds is one seed, or FROM-TO, such as 1000-1019")
        }
        guard (0...1).contains(mix) else { throw ValidationError("--mix is a probability, 0 to 1") }
        if states == nil, limit != nil || only != nil {
            throw ValidationError("--limit and --only choose states, and need --states")
        }
        if let limit, limit < 1 { throw ValidationError("--limit is at least 1") }
        if let instructions {
            guard (1...20).contains(instructions) else { throw ValidationError("--instructions is 1 to 20") }
            guard agent == .oracle else {
                throw ValidationError("--instructions needs no --agent: nothing is done in them")
            }
        }
        if split == nil && part == .heldoutApps {
            throw ValidationError("--part heldout-apps needs --split, since tasks do not say which apps are held out")
        }
    }

    private static func range(_ text: String) -> ClosedRange<UInt64>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
        guard ends.count <= 2, let from = ends[0], let to = ends[ends.count - 1], from <= to else { return nil }
        return from...to
    }

    private struct Line: Encodable {
        let states: Int
        let pairs: Int?
        let file: String
    }

    func run() async throws {
        let file = try GGUFFile(path: model.path())
        let tokenizer = try Tokenizer(file)
        let counter: PromptCounter = { tokenizer.encode($0).count }
        var options = try collecting(counter)
        options.tokenizer = SHA256.hex(file.bytes)
        let quiet = global.quiet || global.json
        let outcome = try await StateCollector.run(options) { progress in
            if quiet || progress.done % 20 != 0 && progress.done != progress.total { return }
            Terminal.plain(
                "\(progress.done) of \(progress.total) runs, \(progress.states) new states, \(progress.failed) failed"
            )
        }
        guard let states else {
            let shares = PairOptions(selfCorrectionShare: correctionShare ?? 0.1, orderShare: orderShare)
            let pairs = PairBuilder.pairs(outcome.states, options: shares)
            try PairsFile.write(pairs, to: out)
            try global.emit(Line(states: outcome.states.count, pairs: pairs.count, file: out))
            if !global.json { global.say("\(pairs.count) pairs from \(outcome.states.count) states in \(out)") }
            return
        }
        let shares = StateSetOptions(
            // What comes of a verifier's own mistakes is what its runs are for.
            selfCorrectionShare: correctionShare ?? (agent == .oracle ? 0.03 : 1),
            orderShare: orderShare,
            limit: limit,
            only: only
        )
        let set = StateSet.assemble(outcome.states, options: shares)
        try StatesFile.write(set, to: states)
        let manifest = try StateManifest(
            set,
            file: states,
            command: ["droidagent"] + CommandLine.arguments.dropFirst(),
            options: described(options, shares, outcome.digest),
            prompt: options.prompt,
            runs: outcome.runs,
            failedRuns: outcome.failed,
            counter: counter
        )
        try manifest.write(beside: states)
        try global.emit(manifest)
        if global.json { return }
        global.say(
            "\(set.count) states of \(manifest.tasks.count) tasks in \(states), \(manifest.bytes / 1_000_000) MB"
        )
        global.say(
            "kinds: "
                + manifest.kinds.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        )
        global.say("tokens of a state: median \(manifest.allTokens.median), 95 % at most \(manifest.allTokens.p95)")
    }

    private func collecting(_ counter: @escaping PromptCounter) throws -> CollectOptions {
        var options = CollectOptions(suite: suite, folder: "")
        options.tasks = tasks
        if let split { options.split = try TrainingSplit.find(split, for: TaskSuite.find(suite)) }
        options.parts = part.parts
        options.seeds = Self.range(seeds) ?? 1000...1019
        (options.runs, options.wanderings) = (runs, wanderings)
        (options.perturbation, options.orders) = (perturbation, orders)
        options.jobs = jobs
        options.counter = counter
        if let instructions { options.source = .instructions(perScreen: instructions) }
        switch agent {
        case .oracle: break
        case .verifier: options.source = try .actor(actor(&options))
        case .facts: options.source = try .actor(factActor(&options, counter))
        }
        options.folder = cache ?? "\(Locations.cache)/states"
        return options
    }

    /// The verifier that acts; one for each device over the one model.
    private func actor(_ options: inout CollectOptions) throws -> CollectOptions.ActorOptions {
        let loaded = try LoadedVerifier.load(model, adapter, threads: threads.count, budget: nil)
        options.prompt = loaded.prompt
        let jobs = max(jobs, 1)
        let each = max(1, threads.count / jobs)
        let name = loaded.head?.sha256 ?? adapter.adapter ?? "likelihood"
        return CollectOptions.ActorOptions(name: "\(loaded.model.sha256) \(name)", mix: mix) {
            try Verifier(model: loaded.language, head: loaded.verifier.head, threads: each)
        }
    }

    /// What a verifier knows without its model acts.
    private func factActor(
        _ options: inout CollectOptions,
        _ counter: @escaping PromptCounter
    ) throws -> CollectOptions.ActorOptions {
        let (head, path) = try adapter.loadFacts()
        options.prompt = head.prompt
        let name = try path.map { try SHA256.hex(ofFile: $0) } ?? ""
        return CollectOptions.ActorOptions(name: "facts \(name)", mix: mix) { FactChooser(head, counter: counter) }
    }

    /// What the states follow from, for their manifest.
    private func described(
        _ options: CollectOptions,
        _ shares: StateSetOptions,
        _ digest: String
    ) -> [String: String] {
        var out = [
            "suite": (suite as NSString).lastPathComponent, "part": part.rawValue, "seeds": seeds, "runs": "\(runs)",
            "wanderings": "\(wanderings)", "perturbation": "\(perturbation)", "orders": "\(orders)",
            "agent": instructions == nil ? agent.rawValue : "instructions",
            "correctionShare": "\(shares.selfCorrectionShare)", "orderShare": "\(shares.orderShare)",
            "drawSeed": "\(shares.seed)", "digest": digest,
        ]
        if let split = options.split { out["split"] = SHA256.hex(split.yaml.utf8) }
        if !tasks.isEmpty { out["tasks"] = tasks.joined(separator: " ") }
        if let limit { out["limit"] = "\(limit)" }
        if let only { out["only"] = only.rawValue }
        if let instructions { out["instructions"] = "\(instructions)" }
        if case .actor(let actor) = options.source { (out["verifier"], out["mix"]) = (actor.name, "\(mix)") }
        return out
    }
}
