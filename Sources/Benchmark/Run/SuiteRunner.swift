// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Base
import Foundation
import Screen

/// What `bench` is asked for.
public struct SuiteOptions: Sendable {
    public var agent: BenchAgent
    /// Names of tasks with `*` and `?`; all when empty.
    public var tasks: [String] = []
    /// Where the seeds of episodes come from, by the suite's own rule.
    public var seed: UInt64 = 30
    public var repeats = 3
    public var goals = TaskInstance.Goals.bySeed
    public var rules = BenchRules.strict
    /// Devices that run at the same time; built-in ones only.
    public var jobs = 1
    /// This part of the episodes, counted from 1, of so many.
    public var shard: (part: Int, of: Int) = (1, 1)
    /// Where results, runs and the report are kept; a folder that has some already is gone on with.
    public var folder: String?
    /// Whether each run is recorded under `folder`.
    public var records = true
    /// Files that get the report, in the form that their endings name, beside those in `folder`.
    public var reports: [String] = []
    /// A device that is there already; nil starts built-in ones.
    public var device: ADBDevice?
    /// What the agent reads screens with, and touches them.
    public var observer = ObserverKind.tools
    /// What is imitated of AndroidWorld's harness.
    public var quirks: [BenchQuirk] = []
    /// How the screen differs from the device's own; nil where it does not.
    public var screen: BenchScreen?
    /// What of the mind the agent does without.
    public var without: Set<MindPart> = []
    /// Which tasks were trained on; what comes out is then told by part.
    public var split: TrainingSplit?
    /// Only tasks of these parts of the split; nil for all.
    public var parts: Set<TrainingSplit.Part>?
    /// The image of built-in devices; nil for the one that ships.
    public var image: String?
    /// The files of model and adapter, for the record.
    public var model: String?
    public var adapter: String?

    public init(agent: BenchAgent) { self.agent = agent }
}

/// Runs the episodes of a suite on one or more devices.
public struct SuiteRunner: Sendable {
    /// What happens while a suite runs.
    public enum Event: Sendable {
        /// So many episodes are to run; some are done already.
        case planned(total: Int, done: Int)
        case finished(EpisodeResult, done: Int, total: Int)
        case note(String)
    }

    /// What came out.
    public struct Outcome: Sendable {
        public var summary: SuiteSummary
        /// In the order of tasks and seeds.
        public var results: [EpisodeResult]

        /// How often what was needed could be chosen; nil where nobody looked.
        public var coverage: Coverage? { BenchTables.coverage(results) }

        /// What a decision has to read and what tasks cost, in one line; nil where nobody watched.
        public var sizes: String? {
            BenchTables.sizes(results).map { table in
                "median and p95: " + table.rows.map { "\($0[0]) \($0[1]) and \($0[2])" }.joined(separator: "; ")
            }
        }

        /// What failures came from, with their numbers.
        public var faults: [(fault: Fault, count: Int)] {
            Fault.allCases.map { fault in (fault, results.count { $0.fault == fault }) }.filter { $0.1 > 0 }
        }
    }

    let suite: TaskSuite
    let options: SuiteOptions

    public init(_ suite: TaskSuite, options: SuiteOptions) {
        self.suite = suite
        self.options = options
    }

    /// The episodes that these options ask for, in order.
    ///
    /// - Throws: `DroidError` with code `bench.options` when nothing is asked for.
    public func plan() throws -> [TaskInstance] {
        for path in options.reports { _ = try BenchReport.Form.of(path) }
        let named = suite.selected(options.tasks)
        let templates = named.filter { template in
            options.parts?.contains { options.split?.part(of: template.name) == $0 } ?? true
        }
        if templates.isEmpty, !named.isEmpty {
            throw DroidError(
                "bench.options",
                "none of the tasks asked for is of this part of the split",
                next: "ask for other tasks, or for another part"
            )
        }
        guard !templates.isEmpty else {
            throw DroidError(
                "bench.options",
                "no task of \(suite.name) is called \(options.tasks.joined(separator: " or "))",
                next: "the tasks are: \(suite.templates.map(\.name).joined(separator: ", "))"
            )
        }
        if options.agent.needsOracle, let lone = templates.first(where: { $0.oracle == nil }) {
            throw DroidError(
                "bench.options",
                "\(lone.name) has no oracle",
                next: "leave it out with --tasks, or run another agent"
            )
        }
        guard options.repeats > 0, options.jobs > 0, options.shard.of > 0,
            (1...options.shard.of).contains(options.shard.part)
        else {
            throw DroidError(
                "bench.options",
                "repeats and jobs must be at least 1, and a shard K/N must have K from 1 to N",
                next: "mend the options"
            )
        }
        let all = try templates.flatMap { template in
            try (0..<options.repeats).map { index in
                let seed = suite.seeding.seed(options.seed, task: template.name, episode: index)
                var instance = try TaskInstance(template, seed: seed, goals: options.goals)
                instance.episode = index
                return instance
            }
        }
        return all.enumerated().filter { $0.offset % options.shard.of == options.shard.part - 1 }.map(\.element)
    }

    /// Runs what is not done yet.
    ///
    /// - Throws: `DroidError` with code `bench.options` or `bench.resume`, or what starting a device throws. Finished
    ///   episodes are kept.
    public func run(_ onEvent: @escaping @Sendable (Event) -> Void = { _ in }) async throws -> Outcome {
        let plan = try plan()
        let board = try ResultBoard(plan, folder: options.folder, header: header, onEvent)
        await board.announce()
        let jobs = options.device == nil ? min(options.jobs, plan.count) : 1
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<jobs { group.addTask { try await work(board) } }
            try await group.waitForAll()
        }
        let results = await board.results
        let summary = SuiteSummary(agent: options.agent.name, rules: options.rules, results: results)
        try write(summary, results)
        return Outcome(summary: summary, results: results)
    }

    private var header: ResultStore.Header {
        ResultStore.Header(
            suite: suite.name,
            title: suite.title == suite.name ? nil : suite.title,
            agent: options.agent.name,
            rules: options.rules,
            device: options.device?.serial ?? "built-in",
            model: options.model,
            engine: options.agent.engine,
            adapter: options.adapter,
            observer: options.observer == .tools ? nil : options.observer,
            seed: options.seed,
            repeats: options.repeats,
            goals: options.goals.words,
            screen: options.screen?.rawValue,
            quirks: BenchQuirk.words(options.quirks),
            without: options.without.isEmpty ? nil : options.without.map(\.rawValue).sorted().joined(separator: ", ")
        )
    }

    private func work(_ board: ResultBoard) async throws {
        let shared = try options.agent.shared()
        let files = try EpisodeFiles(options)
        var device: BenchDevice?
        var source: ScreenSource?
        do {
            while let instance = await board.next() {
                let used: BenchDevice
                if let device { used = device } else { used = try await start() }
                device = used
                if source == nil { source = try await ScreenSource.open(options.observer, on: used.adb) }
                let runner = EpisodeRunner(
                    used,
                    rules: options.rules,
                    agentName: options.agent.name,
                    runs: options.records ? options.folder.map { $0 + "/runs" } : nil,
                    source: source,
                    files: files,
                    diagnoses: true,
                    quirks: options.quirks,
                    screen: options.screen,
                    clock: suite.clock
                )
                let chooser = try options.agent.chooser(instance, shared: shared)
                let agent = options.agent
                var mind = agent.mind
                mind?.without = options.without
                let result = await runner.run(instance, chooser: chooser, prompt: agent.prompt, mind: mind)
                try await board.add(result)
                // A built-in device that broke is replaced; a phone is asked again by the next episode.
                if [.error, .skipped].contains(result.cause), used.isBuiltIn {
                    await source?.close()
                    await used.stop()
                    (device, source) = (nil, nil)
                }
            }
        } catch {
            await source?.close()
            if options.device == nil { await device?.stop() }
            throw error
        }
        await source?.close()
        if options.device == nil { await device?.stop() }
    }

    private func start() async throws -> BenchDevice {
        if let adb = options.device { return .using(adb) }
        return try await .startBuiltIn(image: options.image)
    }

    private func write(_ summary: SuiteSummary, _ results: [EpisodeResult]) throws {
        let report = BenchReport(title: header.heading, summary: summary, results: results, facts: header.facts)
        for path in options.reports { try FileBytes.write(report.text(.of(path)), to: path) }
        if let folder = options.folder { try report.write(to: folder) }
    }
}

extension TaskInstance.Goals {
    /// For the record; nil where the seed draws.
    var words: String? {
        switch self {
        case .bySeed: nil
        case .wording(let number): "wording \(number + 1)"
        case .paraphrase: "paraphrases"
        }
    }
}

/// Gives out episodes and collects results.
private actor ResultBoard {
    private let plan: [TaskInstance]
    private let store: ResultStore?
    private let onEvent: @Sendable (SuiteRunner.Event) -> Void
    private var waiting: ArraySlice<TaskInstance> = []
    private var done: [String: EpisodeResult] = [:]

    init(
        _ plan: [TaskInstance],
        folder: String?,
        header: ResultStore.Header,
        _ onEvent: @escaping @Sendable (SuiteRunner.Event) -> Void
    ) throws {
        self.plan = plan
        self.onEvent = onEvent
        store = try folder.map { try ResultStore(folder: $0, header: header) }
        let keys = Set(plan.map { Self.key($0.template.name, $0.seed) })
        var known: [String: EpisodeResult] = [:]
        for result in store?.done ?? [] {
            let key = Self.key(result.task, result.seed)
            // What was skipped or broke is tried again.
            if keys.contains(key), result.cause != .skipped, result.cause != .error { known[key] = result }
        }
        done = known
        waiting = plan.filter { known[Self.key($0.template.name, $0.seed)] == nil }[...]
    }

    func announce() { onEvent(.planned(total: plan.count, done: done.count)) }

    func next() -> TaskInstance? { waiting.popFirst() }

    func add(_ result: EpisodeResult) throws {
        try store?.add(result)
        done[Self.key(result.task, result.seed)] = result
        onEvent(.finished(result, done: done.count, total: plan.count))
    }

    /// In the order of the plan.
    var results: [EpisodeResult] { plan.compactMap { done[Self.key($0.template.name, $0.seed)] } }

    private static func key(_ task: String, _ seed: UInt64) -> String { "\(task) \(seed)" }
}
