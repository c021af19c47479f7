// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import ArgumentParser
import Base
import Benchmark
import Foundation
import Inference
import Learning
import Training

/// `droidagent train`: from runs to a verifier head.
struct TrainVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "From runs to a verifier head, and how good it is.",
        subcommands: [
            TrainSplit.self, TrainPairs.self, TrainHead.self, TrainP3.self, TrainDistill.self, TrainTernary.self,
            TrainRank.self, TrainEval.self, TrainRoundVerb.self, TrainExport.self, TrainBench.self,
        ]
    )
}

struct TrainHead: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "head",
        abstract: "Train a linear verifier head on pairs; the model stays frozen.",
        discussion: "Features are kept in the cache folder; an interrupted run goes on where it stopped."
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var model: ModelFileOptions
    @OptionGroup var threads: ThreadOptions
    @Argument(help: "Pairs files.") var pairs: [String]
    @Option(help: ArgumentHelp("A name under Training/recipes, or a path.", valueName: "recipe")) var recipe =
        "first-head"
    @Option(help: ArgumentHelp("Where the head goes.", valueName: "file.gguf")) var out = "head.gguf"
    @Option(help: ArgumentHelp("Where the report goes, without ending.", valueName: "path")) var report: String?

    private struct Line: Encodable {
        let head: String
        let step: Int
        let trainingTopOne: Double
        let validationTopOne: Double?
    }

    func run() async throws {
        let recipes = try Locations.data("Training") + "/recipes"
        let path = FileManager.default.fileExists(atPath: recipe) ? recipe : "\(recipes)/\(recipe).yaml"
        let options = HeadOptions(
            pairs: pairs,
            model: try model.path(),
            recipe: path,
            output: out,
            report: report,
            threads: threads.count
        )
        var bar: ProgressBar?
        var last: TrainingPointView?
        let (_, _) = try HeadTraining.run(options) { event in
            switch event {
            case .features(let progress):
                let shown =
                    bar ?? ProgressBar("features", total: progress.total, unit: "decision", isEnabled: !global.quiet)
                bar = shown
                shown.update(progress.done)
                if progress.done == progress.total {
                    shown.finish()
                    global.say("\(progress.computed) of \(progress.total) decisions read in \(Int(progress.seconds)) s")
                }
            case .step(let point):
                last = TrainingPointView(
                    step: point.step,
                    training: point.trainingTopOne,
                    validation: point.validationTopOne
                )
                let validation = point.validationTopOne.map { String(format: ", validation %.3f", $0) } ?? ""
                global.detail(
                    String(format: "step %d: top-1 training %.3f", point.step, point.trainingTopOne) + validation
                )
            }
        }
        try global.emit(
            Line(
                head: out,
                step: last?.step ?? 0,
                trainingTopOne: last?.training ?? 0,
                validationTopOne: last?.validation
            )
        )
        if !global.json {
            let validation = last?.validation.map { String(format: ", validation %.1f %%", $0 * 100) } ?? ""
            global.say(String(format: "top-1: training %.1f %%", (last?.training ?? 0) * 100) + validation)
            global.say("head: \(out)\(report.map { ", report: \($0).html" } ?? "")")
        }
    }

    private struct TrainingPointView {
        let step: Int
        let training: Double
        let validation: Double?
    }
}

struct TrainEval: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "How good a head is: on the oracle's states, and by itself in whole episodes.",
        discussion: "The seeds must not be among those that were trained on."
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var adapter: AdapterOptions
    @OptionGroup var threads: ThreadOptions
    @Argument(help: "A folder under Tasks/, or a path.") var suite: String
    @Option(help: ArgumentHelp("Only these tasks, with * and ?.", valueName: "glob")) var tasks: [String] = []
    @Option(help: "The first seed; episodes of a task take this and the following.") var seed: UInt64 = 30
    @Option(help: "Episodes of each task.") var repeats = 3
    @Option(help: ArgumentHelp("Keep runs and results here.", valueName: "dir")) var resume: String?

    func run() async throws {
        let files = try VerifierFiles(model, adapter, threads: threads.count)
        var options = EvaluationOptions(suite: suite, verifier: files)
        options.tasks = tasks
        options.seed = seed
        options.repeats = repeats
        options.folder = resume
        let global = global
        let evaluation = try await HeadEvaluation.run(options) { event in
            switch event {
            case .topOne(let part): global.detail("\(part.task): \(part.right) of \(part.states) states")
            case .suite(.finished(let result, let done, let total)):
                let mark = result.success ? "pass" : "fail"
                global.detail("\(mark) \(result.task) #\(result.seed): \(result.cause.rawValue), \(done) of \(total)")
            case .suite: break
            }
        }
        try global.emit(evaluation)
        guard !global.json else { return }
        func percent(_ share: Double?) -> String { share.map { String(format: "%.1f %%", $0 * 100) } ?? "–" }
        for (name, split, share) in [
            ("training", TaskTemplate.Split.train, evaluation.trainTopOne),
            ("held-out", .heldout, evaluation.heldOutTopOne),
        ] {
            let passed = evaluation.passed(split)
            global.say("\(name) tasks: top-1 \(percent(share)), \(passed.passed) of \(passed.of) tasks passed")
        }
    }
}
