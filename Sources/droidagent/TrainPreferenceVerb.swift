// SPDX-License-Identifier: Apache-2.0

import Agent
import Annotation
import ArgumentParser
import Base
import Benchmark
import Foundation
import Learning
import Training

struct TrainP3: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "p3",
        abstract: "Train an adapter and a head on states: right candidates are to score above wrong ones.",
        discussion: """
            The prefix of a state is computed once for all its candidates, forward and backward. A checkpoint is written every few minutes; \
            the same command goes on where it stopped, with the same bits.
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var model: ModelFileOptions
    @OptionGroup var threads: ThreadOptions
    @Argument(help: "Files of states, as `train pairs --states` writes them.") var states: [String]
    @Option(help: ArgumentHelp("A name under Training/recipes, or a path.", valueName: "recipe")) var recipe = "p3"
    @Option(help: ArgumentHelp("Where the adapter goes.", valueName: "file.gguf")) var out = "verifier.gguf"
    @Option(help: ArgumentHelp("Where the report goes, without ending.", valueName: "path")) var report: String?
    @Option(help: ArgumentHelp("Where the checkpoint is kept. Default: beside the adapter.", valueName: "dir")) var run:
        String?
    @Option(help: ArgumentHelp("Go on from this adapter, which an earlier training wrote.", valueName: "file.gguf"))
    var from: String?
    @Option(help: "Stop after so many minutes; the same command goes on.") var minutes: Double?

    func run() async throws {
        let recipes = try Locations.data("Training") + "/recipes"
        let path = FileManager.default.fileExists(atPath: recipe) ? recipe : "\(recipes)/\(recipe).yaml"
        var options = PreferenceTrainingOptions(
            states: states,
            model: try model.path(),
            recipe: path,
            output: out,
            folder: run ?? (out as NSString).deletingPathExtension + ".training"
        )
        options.report = report
        options.minutes = minutes
        options.start = from
        options.threads = threads.count
        var bar: ProgressBar?
        let outcome = try PreferenceTraining.run(options) { event in
            switch event {
            case .plan(let plan): say(plan)
            case .probe(let done, let total):
                if done == total { global.detail("the head is fitted to \(total) states") }
            case .step(let done, let total, _):
                let shown = bar ?? ProgressBar("training", total: total, unit: "step", isEnabled: !global.quiet)
                bar = shown
                shown.update(done)
            case .point(let point):
                var line = String(
                    format: "step %d: loss %.3f, top-1 %.3f, pairs %.4f",
                    point.step,
                    point.training.loss,
                    point.training.topOne,
                    point.training.pairs
                )
                if let held = point.validation {
                    line += String(format: "; held back: top-1 %.3f, pairs %.4f", held.topOne, held.pairs)
                }
                global.detail(line)
            }
        }
        bar?.finish()
        try global.emit(outcome)
        guard !global.json else { return }
        if let held = outcome.validation {
            global.say(String(format: "held back: top-1 %.1f %%, pairs %.2f %%", held.topOne * 100, held.pairs * 100))
        }
        let state = outcome.isDone ? "done" : "step \(outcome.step) of \(outcome.steps); the same command goes on"
        global.say("verifier: \(out) (\(state))\(report.map { ", report: \($0).html" } ?? "")")
    }

    private func say(_ plan: PreferencePlan) {
        global.say(
            "\(plan.states) states (\(plan.validation) more held back), \(plan.tokens) tokens an epoch; "
                + "\(plan.unsharedTokens) without a shared prefix"
        )
        let time = plan.seconds.map { ", about \(Int($0 / 60) + 1) min" } ?? ""
        global.say(
            "\(plan.steps) steps, \(plan.doneSteps) of them done\(time); memory at the peak about \(plan.bytes >> 20) MiB"
        )
    }
}

struct TrainRank: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rank",
        abstract: "How well a verifier ranks recorded states, with the numerics that it has in use."
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var adapter: AdapterOptions
    @OptionGroup var threads: ThreadOptions
    @Argument(help: "Files of states.") var states: [String]
    @Option(help: "Only states of this kind.") var kind: String?
    @Option(
        help: ArgumentHelp(
            "Write the states whose first choice is wrong here, one JSON document a line.",
            valueName: "file"
        )
    )
    var mistakes: String?
    @Option(help: ArgumentHelp("Write the scores of all states here, one JSON document a line.", valueName: "file"))
    var scores: String?

    func run() async throws {
        var records = try states.flatMap { try StatesFile.read($0) }
        if let kind { records = records.filter { $0.kind.rawValue == kind } }
        let bar = ProgressBar("ranking", total: records.count, unit: "state", isEnabled: !global.quiet)
        var wrong: [StateEvaluation.Mistake] = []
        var scored: [StateEvaluation.Scored] = []
        let result = try StateEvaluation.run(
            records,
            by: VerifierFiles(model, adapter, threads: threads.count),
            mistakes: { wrong.append($0) },
            scored: { scored.append($0) },
            progress: { done, _ in bar.update(done) }
        )
        bar.finish()
        if let scores { try JSONLines.writeAll(scored, to: scores) }
        if let mistakes { try JSONLines.writeAll(wrong, to: mistakes) }
        try global.emit(result)
        guard !global.json else { return }
        for part in result.tasks { global.detail(line(part)) }
        for part in result.kinds + [result.all] + [result.known].compactMap(\.self) { global.say(line(part)) }
        global.say(
            String(
                format: "a decision takes %.2f s (median), %.2f s (95 of 100)",
                result.medianSeconds,
                result.p95Seconds
            )
        )
    }

    private func line(_ part: StateEvaluation.Part) -> String {
        String(
            format: "%@: %d states, top-1 %.1f %%, pairs in order %.2f %%",
            part.name,
            part.states,
            part.topOne * 100,
            part.pairAccuracy * 100
        )
    }
}
