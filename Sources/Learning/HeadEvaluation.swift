// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Benchmark
import Foundation
import Inference

/// What `train eval` is asked for.
public struct EvaluationOptions: Sendable {
    /// The suite's folder or name.
    public var suite: String
    public var verifier: VerifierFiles
    public var tasks: [String] = []
    /// The first seed; each task takes this and the following. They must not be among those that were trained on.
    public var seed: UInt64 = 30
    public var repeats = 3
    public var jobs = 1
    /// Whether whole episodes are run too, not only the top-1 rate.
    public var runsEpisodes = true
    /// Where runs and the report of the episodes go, or nil.
    public var folder: String?

    public init(suite: String, verifier: VerifierFiles) {
        self.suite = suite
        self.verifier = verifier
    }
}

/// How good a head is: on the states of the oracle, and by itself in whole episodes.
public struct HeadEvaluation: Codable, Sendable {
    public var topOne: TopOneRate
    /// The share of oracle states of training tasks, and of held-out tasks, with a right candidate on top.
    public var trainTopOne: Double?
    public var heldOutTopOne: Double?
    public var summary: SuiteSummary?
    public var templates: [TemplateResult]

    /// The number of tasks of a split that passed, and of all in it.
    public func passed(_ split: TaskTemplate.Split) -> (passed: Int, of: Int) {
        let part = templates.filter { $0.split == split }
        return (part.count(where: \.passed), part.count)
    }

    /// What happens while a head is evaluated.
    public enum Event: Sendable {
        case topOne(TopOneRate.Part)
        case suite(SuiteRunner.Event)
    }

    /// Evaluates a head on built-in devices.
    ///
    /// - Throws: `DroidError` from the suite, model, head or device.
    public static func run(
        _ options: EvaluationOptions,
        onEvent: @escaping @Sendable (Event) -> Void = { _ in }
    ) async throws
        -> HeadEvaluation
    {
        let suite = try TaskSuite.find(options.suite)
        let model = try options.verifier.language()
        let head = options.verifier.head
        let threads = options.verifier.threads ?? ProcessInfo.processInfo.activeProcessorCount
        var settings = SuiteOptions(agent: .verifier(model: model, head: head, threads: threads))
        settings.tasks = options.tasks
        settings.seed = options.seed
        settings.repeats = options.repeats
        settings.jobs = options.jobs
        settings.folder = options.folder
        settings.model = options.verifier.model
        settings.adapter = options.verifier.adapter
        let runner = SuiteRunner(suite, options: settings)

        let verifier = try Verifier(model: model, head: head, threads: threads)
        let device = try await BenchDevice.startBuiltIn()
        let rate: TopOneRate
        do {
            rate = try await TopOneRate.measure(
                verifier,
                on: runner.plan(),
                device: device,
                prompt: head.prompt
            ) {
                onEvent(.topOne($0))
            }
        } catch {
            await device.stop()
            throw error
        }
        await device.stop()
        let outcome = options.runsEpisodes ? try await runner.run { onEvent(.suite($0)) } : nil
        return HeadEvaluation(
            topOne: rate,
            trainTopOne: rate.rate(.train),
            heldOutTopOne: rate.rate(.heldout),
            summary: outcome?.summary,
            templates: TemplateResult.of(outcome?.results ?? [])
        )
    }
}
