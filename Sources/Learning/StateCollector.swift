// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import Base
import Benchmark
import Foundation
import Synchronization

/// Collects states of runs on built-in devices, each with the right candidates.
public enum StateCollector {
    /// How far it is.
    public struct Progress: Sendable {
        public var done: Int
        public var total: Int
        public var states: Int
        public var failed: Int
    }

    /// What was collected.
    public struct Outcome: Sendable {
        /// The states of all runs, in a fixed order.
        public var states: [StateRecord] = []
        /// The digest of all that they follow from, and the folder of their runs.
        public var digest: String
        public var folder: String
        /// The runs, and those of them that gave no states.
        public var runs: Int
        public var failed = 0
    }

    private struct Job: Sendable {
        var instance: TaskInstance
        var run: Int

        func file(_ folder: String) -> String { "\(folder)/\(instance.template.name)/\(instance.seed)-\(run).jsonl" }
    }

    /// Runs what is missing, and gives back what all of them gave.
    ///
    /// A run that the oracle did not bring to its goal is left out: its verdicts cannot be trusted. Runs of a verifier are kept
    /// whatever came of them, as far as the oracle could say what is right.
    ///
    /// - Throws: `DroidError` with code `states.tasks` where no task is asked for, or from the suite, a device or a file.
    /// Finished runs are kept.
    public static func run(
        _ options: CollectOptions,
        progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws
        -> Outcome
    {
        let suite = try TaskSuite.find(options.suite)
        let templates = options.templates(of: suite)
        guard !templates.isEmpty else {
            let parts = options.parts.map(\.rawValue).sorted().joined(separator: " or ")
            throw DroidError(
                "states.tasks",
                "no task of \(suite.name) is asked for",
                why: "tasks are \(parts)"
                    + (options.tasks.isEmpty ? "" : ", and match \(options.tasks.joined(separator: " or "))"),
                next: "name other tasks, or another part of the split"
            )
        }
        let digest = try options.digest(of: suite)
        let folder = "\(options.folder)/\(suite.name)-\(digest)"
        var jobs: [Job] = []
        for template in templates {
            for seed in options.seeds {
                let instance = try TaskInstance(template, seed: seed)
                for run in 0..<max(options.runs, 1) + max(options.wanderings, 0) {
                    jobs.append(Job(instance: instance, run: run))
                }
            }
            try FileBytes.makeFolder("\(folder)/\(template.name)")
        }
        let missing = jobs.filter { !FileManager.default.fileExists(atPath: $0.file(folder)) }
        let done = jobs.count - missing.count
        let board = Board(missing, Progress(done: done, total: jobs.count, states: 0, failed: 0))
        progress(board.progress)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<min(max(options.jobs, 1), missing.count) {
                group.addTask {
                    let device = try await BenchDevice.startBuiltIn(image: options.image)
                    do {
                        let actor: RecordingOracle.Actor? =
                            if case .actor(let one) = options.source {
                                RecordingOracle.Actor(chooser: try one.make(), mix: one.mix)
                            } else { nil }
                        while let job = board.next() {
                            let states = await collect(job, device, options, actor)
                            // A failed run leaves an empty file, so that it is not tried at every start.
                            try StatesFile.write(states ?? [], to: job.file(folder))
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
        var outcome = Outcome(digest: digest, folder: folder, runs: jobs.count)
        for job in jobs {
            let states = try StatesFile.read(job.file(folder))
            if states.isEmpty { outcome.failed += 1 }
            // The split may say something else than when the run was done.
            outcome.states += states.map { state in
                var state = state
                state.split = options.mark(job.instance.template)
                return state
            }
        }
        return outcome
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

    private static func collect(
        _ job: Job,
        _ device: BenchDevice,
        _ options: CollectOptions,
        _ actor: RecordingOracle.Actor?
    ) async -> [StateRecord]? {
        let template = job.instance.template
        let wanders = job.run >= max(options.runs, 1)
        let wander = Wander(seed: job.instance.seed, name: "\(template.name) \(job.run)", app: template.app)
        // Wrong steps cost steps, and are no fault of the oracle.
        let runner = EpisodeRunner(device, rules: .lenient, agentName: "oracle", wander: wanders ? wander : nil)
        if case .instructions(let count) = options.source {
            guard let recorder = try? InstructionRecorder(job.instance, run: job.run, explores: wanders, count, options)
            else {
                return nil
            }
            // Short goals are right whatever comes of the run that leads to their screens.
            let result = await runner.run(job.instance, chooser: recorder, prompt: options.prompt, mind: MindOptions())
            return result.cause == .skipped ? nil : recorder.states
        }
        let recording = RecordingOracle.Options(
            run: job.run,
            split: options.mark(template),
            perturbation: job.run == 0 || wanders ? 0 : options.perturbation,
            orders: options.orders,
            counter: options.counter
        )
        guard let chooser = try? RecordingOracle(job.instance, options: recording, actor: actor) else { return nil }
        let result = await runner.run(job.instance, chooser: chooser, prompt: options.prompt, mind: MindOptions())
        if actor != nil { return result.cause == .skipped ? nil : chooser.states }
        return result.success && result.said == "complete" ? chooser.states : nil
    }
}
