// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
import Benchmark
import Foundation
import Synchronization

/// What collecting oracle runs is asked for.
public struct CollectOptions: Sendable {
    /// The suite's folder or name.
    public var suite: String
    /// Names of tasks with `*` and `?`; all training tasks when empty. Held-out tasks are never collected.
    public var tasks: [String] = []
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
    /// Where states are kept, one file a run; runs that are there are not done again.
    public var folder: String
    /// Counts tokens as the model does, for the prompt's budget; nil for an estimate.
    public var counter: PromptCounter?
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
    /// - Throws: what writing the prompt's options as JSON throws.
    public func digest() throws -> String {
        let versions = "\(PromptBuilder.version) \(ActionSpace.version)"
        let all = "\(runs) \(perturbation) \(orders) \(versions) \(try JSON.line(prompt))"
        return String(SHA256.hex(all.utf8).prefix(8))
    }
}

/// Collects the states of oracle runs on built-in devices.
public enum StateCollector {
    /// How far it is.
    public struct Progress: Sendable {
        public var done: Int
        public var total: Int
        public var states: Int
        public var failed: Int
    }

    private struct Job: Sendable {
        var instance: TaskInstance
        var run: Int

        func file(_ folder: String) -> String { "\(folder)/\(instance.template.name)/\(instance.seed)-\(run).jsonl" }
    }

    /// Runs what is missing, and gives back all states in a fixed order.
    ///
    /// A run that the oracle did not bring to its goal is left out: its verdicts cannot be trusted.
    ///
    /// - Throws: `DroidError` from the suite, a device or a file. Finished runs are kept.
    public static func run(
        _ options: CollectOptions,
        progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws
        -> [StateRecord]
    {
        let suite = try TaskSuite.find(options.suite)
        let templates = suite.selected(options.tasks).filter { $0.split == .train }
        var jobs: [Job] = []
        for template in templates {
            for seed in options.seeds {
                let instance = try TaskInstance(template, seed: seed)
                for run in 0..<max(options.runs, 1) + max(options.wanderings, 0) {
                    jobs.append(Job(instance: instance, run: run))
                }
            }
            try FileBytes.makeFolder("\(options.folder)/\(template.name)")
        }
        let missing = jobs.filter { !FileManager.default.fileExists(atPath: $0.file(options.folder)) }
        let done = jobs.count - missing.count
        let board = Board(missing, Progress(done: done, total: jobs.count, states: 0, failed: 0))
        progress(board.progress)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<min(max(options.jobs, 1), missing.count) {
                group.addTask {
                    let device = try await BenchDevice.startBuiltIn(image: options.image)
                    do {
                        while let job = board.next() {
                            let states = await collect(job, device, options)
                            // A failed run leaves an empty file, so that it is not tried at every start.
                            try write(states ?? [], to: job.file(options.folder))
                            progress(board.count(states))
                        }
                    } catch {
                        await device.stop()
                        throw error
                    }
                    await device.stop()
                }
            }
            try await group.waitForAll()
        }
        return try jobs.flatMap { try StatesFile.read($0.file(options.folder)) }
    }

    /// Gives out runs and counts what came of them.
    private final class Board: Sendable {
        private let queue: Mutex<ArraySlice<Job>>
        private let counted: Mutex<Progress>

        init(_ jobs: [Job], _ progress: Progress) {
            queue = Mutex(jobs[...])
            counted = Mutex(progress)
        }

        var progress: Progress { counted.withLock { $0 } }

        func next() -> Job? { queue.withLock { $0.popFirst() } }

        func count(_ states: [StateRecord]?) -> Progress {
            counted.withLock { progress in
                progress.done += 1
                progress.states += states?.count ?? 0
                if states == nil { progress.failed += 1 }
                return progress
            }
        }
    }

    private static func write(_ states: [StateRecord], to path: String) throws {
        let lines = try states.map { try JSON.line($0) + "\n" }
        try FileBytes.write(lines.joined(), to: path)
    }

    private static func collect(_ job: Job, _ device: BenchDevice, _ options: CollectOptions) async -> [StateRecord]? {
        guard let oracle = try? Ceiling(job.instance, counter: options.counter) else { return nil }
        let wanders = job.run >= max(options.runs, 1)
        let chooser = RecordingOracle(
            oracle: oracle,
            instance: job.instance,
            run: job.run,
            perturbation: job.run == 0 || wanders ? 0 : options.perturbation,
            orders: options.orders,
            counter: options.counter
        )
        // Wrong steps cost steps, and are no fault of the oracle.
        let template = job.instance.template
        let wander = Wander(seed: job.instance.seed, name: "\(template.name) \(job.run)", app: template.app)
        let runner = EpisodeRunner(device, rules: .lenient, agentName: "oracle", wander: wanders ? wander : nil)
        let result = await runner.run(job.instance, chooser: chooser, prompt: options.prompt, mind: MindOptions())
        return result.success && result.said == "complete" ? chooser.states : nil
    }
}

/// Does what the oracle says, now and then something wrong instead, and writes down every state.
private final class RecordingOracle: ActionChooser {
    let counter: PromptCounter?
    private let oracle: Ceiling
    private let instance: TaskInstance
    private let run: Int
    private let perturbation: Double
    private let orders: Double
    private let memory = Mutex((states: [StateRecord](), wentWrong: false))

    init(
        oracle: Ceiling,
        instance: TaskInstance,
        run: Int,
        perturbation: Double,
        orders: Double,
        counter: PromptCounter?
    ) {
        self.oracle = oracle
        self.instance = instance
        self.run = run
        self.perturbation = perturbation
        self.orders = orders
        self.counter = counter
    }

    var states: [StateRecord] { memory.withLock { $0.states } }

    func choose(_ decision: Decision) async throws -> Choice {
        let move = try await oracle.judge(decision)
        let count = decision.candidates.count
        let wrong = move.wrong(of: count)
        let strayed = stray(decision, among: wrong)
        let chosen = strayed ?? move.right[0]
        add(decision, decision.prompt.suffixes, right: move.right, wrong: wrong, chosen: chosen)
        if let ordered = ordered(decision) {
            let places = ScreenOrders.places(of: ordered, in: decision)
            let right = places.indices.filter { places[$0].map(move.right.contains) ?? false }
            // What the text itself allows is wrong; what is neither right nor wrong without it stays so.
            let wrong = places.indices.filter { places[$0].map(wrong.contains) ?? true }
            let done = places.firstIndex(of: chosen) ?? 0
            add(ordered, ordered.prompt.suffixes, right: right, wrong: wrong, chosen: done, kind: .order)
        }
        memory.withLock { $0.wentWrong = strayed != nil }
        return .certain(chosen, of: count, filledText: strayed == nil ? move.text : nil)
    }

    func chooseText(_ query: TextQuery) async throws -> Int? {
        guard let chosen = try await oracle.chooseText(query) else { return nil }
        // A text is a decision of its own, on the same screen: which words go into this field.
        let builder = PromptBuilder(options: query.decision.prompt.options)
        let suffixes = query.options.indices.map { builder.suffix(query.words($0)) }
        let wrong = suffixes.indices.filter { suffixes[$0] != suffixes[chosen] }
        if !wrong.isEmpty { add(query.decision, suffixes, right: [chosen], wrong: wrong, chosen: chosen, kind: .text) }
        return chosen
    }

    private func add(
        _ decision: Decision,
        _ suffixes: [String],
        right: [Int],
        wrong: [Int],
        chosen: Int,
        kind: StateRecord.Kind? = nil
    ) {
        memory.withLock { memory in
            memory.states.append(
                StateRecord(
                    task: instance.template.name,
                    app: instance.template.app,
                    split: instance.template.split,
                    seed: instance.seed,
                    run: run,
                    step: decision.step,
                    kind: kind ?? (memory.wentWrong ? .selfCorrection : .decision),
                    goal: decision.goal,
                    prefix: decision.prompt.prefix,
                    suffixes: suffixes,
                    right: right,
                    wrong: wrong,
                    chosen: chosen,
                    actionSpace: ActionSpace.version,
                    prompt: decision.prompt.options == PromptOptions() ? nil : decision.prompt.options
                )
            )
        }
    }

    /// The decision with an order on its screen, for some of them.
    private func ordered(_ decision: Decision) -> Decision? {
        var random = SeededRandom(seed: instance.seed, name: "\(instance.template.name) \(run) \(decision.step) order")
        guard Double.random(in: 0..<1, using: &random) < orders else { return nil }
        let text = OrderTexts.next(using: &random)
        return ScreenOrders.adding(text, to: decision, decision.prompt.options, count: counter)
    }

    /// A wrong candidate to do instead, or nil. Only what can be undone: nothing that ends the run or needs a text.
    private func stray(_ decision: Decision, among wrong: [Int]) -> Int? {
        guard perturbation > 0 else { return nil }
        var random = SeededRandom(seed: instance.seed, name: "\(instance.template.name) \(run) \(decision.step)")
        guard Double.random(in: 0..<1, using: &random) < perturbation else { return nil }
        let allowed = wrong.filter { index in
            let action = decision.candidates[index].action
            if action.isStatus || action.isPlaceholder || Sensitivity.of(action, on: decision.screen) != nil {
                return false
            }
            if case .clearText = action { return false }
            return true
        }
        return allowed.randomElement(using: &random)
    }
}
