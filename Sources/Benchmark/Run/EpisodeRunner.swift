// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Base
import Foundation
import Screen
import Synchronization

/// Runs one task on one device: set-up, agent, checks.
public struct EpisodeRunner: Sendable {
    let device: BenchDevice
    let rules: BenchRules
    let agentName: String
    /// The folder under which runs are recorded, or nil.
    let runs: String?
    /// Where the device is left before the agent starts; nil for the home screen.
    let wander: Wander?
    /// What the agent reads the screen with; nil for the tools.
    let source: ScreenSource?
    let files: EpisodeFiles
    /// Whether the task's oracle is asked at each step what it would do, to tell why an episode failed. Only on a built-in
    /// device, whose state it can read.
    let diagnoses: Bool
    /// What the clock of a device that is not built-in is set to before each episode; nil leaves it as it is.
    let clock: Date?
    /// What is imitated of AndroidWorld's harness.
    let quirks: Set<BenchQuirk>
    /// How the screen differs from the device's own; nil where it does not.
    let screen: BenchScreen?

    /// A runner on a device.
    ///
    /// - Parameters:
    ///   - device: the device that the episodes run on.
    ///   - rules: what counts as passed.
    ///   - agentName: what results say ran.
    ///   - runs: the folder under which each run gets its record, or nil for none.
    ///   - wander: what is done on the device between set-up and agent.
    ///   - source: what the agent reads the screen with; nil for the tools.
    ///   - files: what records name as the model and its head.
    ///   - diagnoses: whether failures are looked into, with the task's oracle at hand.
    ///   - clock: what the clock of a device that is not built-in is set to; nil leaves it as it is.
    ///   - quirks: what is imitated of AndroidWorld's harness.
    ///   - screen: how the screen differs from the device's own; nil where it does not.
    public init(
        _ device: BenchDevice,
        rules: BenchRules = .strict,
        agentName: String,
        runs: String? = nil,
        wander: Wander? = nil,
        source: ScreenSource? = nil,
        files: EpisodeFiles = EpisodeFiles(),
        diagnoses: Bool = false,
        quirks: [BenchQuirk] = [],
        screen: BenchScreen? = nil,
        clock: Date? = nil
    ) {
        self.clock = clock
        self.quirks = Set(quirks)
        self.screen = screen
        self.diagnoses = diagnoses && device.isBuiltIn
        self.files = files
        self.wander = wander
        self.source = source
        self.device = device
        self.rules = rules
        self.agentName = agentName
        self.runs = runs
    }

    /// Runs an episode. Whatever goes wrong is in the result.
    public func run(
        _ instance: TaskInstance,
        chooser: any ActionChooser,
        prompt: PromptOptions = PromptOptions(),
        mind: MindOptions? = nil
    ) async -> EpisodeResult {
        let start = ContinuousClock.now
        var result = blank(instance)
        do {
            let baselines = try await prepare(instance)
            try await wander?.run(on: device.adb, observer: observer)
            let oracle = diagnoses && instance.template.oracle != nil ? try Oracle(instance) : nil
            let watched = oracle.map { DiagnosedChooser(chooser, oracle: $0) }
            let run = try await act(instance, chooser: watched ?? chooser, prompt, mind, into: &result)
            var checks = CheckRunner(device: device.adb, instance: instance, answer: run.answer, baselines: baselines)
            // Any other device is looked at until it stands still, as an app may still be about to show its result.
            if device.isBuiltIn { checks.observer = observer }
            result.checks = try await checks.run()
            judge(&result, run)
            result.fault = watched?.fault(of: result, instance.template)
            if let ceiling = chooser as? Ceiling, !result.success { result.explain(ceiling.missing) }
            result.coverage = watched?.coverage
            result.sizes = watched?.sizes
        } catch {
            result.cause = .skipped
            result.problem = "\(DroidError.wrapping(error, "bench.episode", "the episode broke off"))"
        }
        result.seconds = (ContinuousClock.now - start).inSeconds
        return result
    }

    /// Brings the device to the task's start, and takes what its checks must remember.
    ///
    /// - Throws: `DroidError` with code `bench.setup`, or of ADB and the console.
    public func prepare(_ instance: TaskInstance) async throws -> [[String]] {
        try await device.restore()
        if let clock, !device.isBuiltIn { try await DeviceClockSetter(device: device.adb).set(clock) }
        try await screen?.apply(to: device.adb)
        try await SetupRunner(device: device.adb, instance: instance).run()
        return try await CheckRunner.baselines(device.adb, instance)
    }

    /// How the screen of this device is read.
    ///
    /// A built-in device with a stepped clock has done all that an input leads to when the input returns, so one look
    /// is enough; on any other the observer watches until nothing changes.
    var observer: ScreenObserver {
        var options = ObserverOptions(picture: runs == nil ? .none : .raw)
        if device.isBuiltIn { options.settleDeadline = .zero }
        return source?.observer(options) ?? ScreenObserver(device.adb, options: options)
    }

    private func act(
        _ instance: TaskInstance,
        chooser: any ActionChooser,
        _ prompt: PromptOptions,
        _ mind: MindOptions?,
        into result: inout EpisodeResult
    ) async throws -> RunResult {
        var options = AgentOptions()
        options.maxSteps = rules.budget(instance.template.maxSteps)
        options.prompt = prompt
        options.mind = mind
        (options.keepsLedger, options.recovers) = (mind != nil, mind != nil)
        options.confirm = .never
        options.wantsProof = false
        options.trailingEnter = quirks.contains(.enter)
        options.zeroIsScreen = quirks.contains(.scroll0)
        var recorder: RunRecorder?
        if let runs {
            var header = RunHeader(
                goal: instance.goal,
                device: device.adb.serial,
                agent: agentName,
                prompt: prompt,
                maxSteps: options.maxSteps
            )
            header.rules = rules.rawValue
            header.trailingEnter = options.trailingEnter
            header.model = files.model
            header.adapter = files.adapter
            header.observer = source?.kind ?? .tools
            let name = "\(instance.template.name)-\(instance.seed)"
            // A run that was killed before its result was written is in the way of the next try.
            try? FileManager.default.removeItem(atPath: "\(runs)/\(name)")
            recorder = try RunRecorder(folder: "\(runs)/\(name)", header: header)
            result.run = "runs/\(name)"
        }
        let spent = Mutex(StepTimings())
        let loop = AgentLoop(
            device: device.adb,
            chooser: chooser,
            options: options,
            settle: quirks.contains(.orders) ? ScreenOrders(observer) : observer,
            input: source?.input(on: device.adb),
            onEvent: { event in
                (chooser as? any StepWatching)?.note(event)
                if case .step(let step) = event { spent.withLock { $0 += step.timings } }
            }
        )
        let run = try await loop.run(goal: instance.goal, recorder: recorder)
        result.timings = spent.withLock { $0 }
        if let recorder {
            try FileBytes.write(RunPage.html(folder: recorder.folder), to: recorder.folder + "/run.html")
        }
        return run
    }

    private func blank(_ instance: TaskInstance) -> EpisodeResult {
        EpisodeResult(
            task: instance.template.name,
            seed: instance.seed,
            success: false,
            said: Said.nothing.rawValue,
            steps: 0,
            cause: .skipped,
            seconds: 0,
            goal: instance.goal,
            app: instance.template.app,
            split: instance.template.split,
            tags: instance.template.tags,
            optimalSteps: instance.template.optimalSteps,
            maxSteps: instance.template.maxSteps,
            held: false,
            checks: [],
            episode: instance.episode,
            difficulty: instance.template.difficulty
        )
    }

    private func judge(_ result: inout EpisodeResult, _ run: RunResult) {
        result.said = run.said.rawValue
        result.answer = run.answer
        result.steps = run.steps
        result.held = result.checks.allSatisfy(\.passed)
        result.success = result.held && (rules == .lenient || run.said == .complete)
        result.problem = run.error.map { "\($0)" } ?? run.reason
        result.cause =
            if run.verdict == .error && !result.success { .error } else if result.success { .passed } else {
                switch run.said {
                case .complete: .premature
                case .infeasible: .infeasible
                case .nothing:
                    if result.held {
                        .undeclared
                    } else if run.unconfirmed != nil {
                        .refused
                    } else {
                        run.steps >= rules.budget(result.maxSteps) ? .budget : .loop
                    }
                }
            }
    }
}
