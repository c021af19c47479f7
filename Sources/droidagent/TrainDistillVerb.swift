// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Base
import Foundation
import Learning
import Training

/// What both kinds of distillation are asked for.
struct DistillOptions: ParsableArguments {
    @OptionGroup var model: ModelFileOptions
    @OptionGroup var threads: ThreadOptions
    @Argument(help: "Files of states, as `train pairs --states` writes them.") var states: [String]
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Plain texts, on which it is to expect the same words.", valueName: "file")
    ) var text: [String] = []
    @Option(help: ArgumentHelp("The verifier to begin with, which `train p3` wrote.", valueName: "file.gguf"))
    var adapter: String
    @Option(help: ArgumentHelp("Where the report goes, without ending.", valueName: "path")) var report: String?
    @Option(help: ArgumentHelp("Where the checkpoint is kept. Default: beside the adapter.", valueName: "dir")) var run:
        String?
    @Option(help: "Stop after so many minutes; the same command goes on.") var minutes: Double?

    /// Distils, and says what came of it.
    func distil(_ global: GlobalOptions, recipe: String, out: String, companion: String) throws {
        let recipes = try Locations.data("Training") + "/recipes"
        var request = DistillationRequest(
            states: states,
            texts: text,
            model: try model.path(),
            adapter: adapter,
            recipe: FileManager.default.fileExists(atPath: recipe) ? recipe : "\(recipes)/\(recipe).yaml",
            output: out,
            companion: companion,
            folder: run ?? (out as NSString).deletingPathExtension + ".training"
        )
        request.report = report
        request.minutes = minutes
        request.threads = threads.count
        var bar: ProgressBar?
        let outcome = try DistillationTraining.run(request) { event in
            switch event {
            case .begin(let decisions, let texts, let before):
                global.say("\(decisions) decisions and \(texts) texts to learn from")
                global.say("cut down without learning: \(line(before))")
            case .step(let done, let total, _):
                let shown = bar ?? ProgressBar("distilling", total: total, unit: "step", isEnabled: !global.quiet)
                bar = shown
                shown.update(done)
            case .point(let point):
                let figures = String(
                    format: "step %d: same choice %.3f, divergence %.4f, over words %.4f",
                    point.step,
                    point.training.kept,
                    point.training.divergence,
                    point.training.textDivergence
                )
                global.detail(figures + (point.validation.map { "; held back: \(line($0))" } ?? ""))
            }
        }
        bar?.finish()
        try global.emit(outcome)
        guard !global.json else { return }
        global.say("after learning: \(line(outcome.after))")
        let state = outcome.isDone ? "done" : "step \(outcome.step) of \(outcome.steps); the same command goes on"
        global.say("verifier: \(out), \(companion) (\(state))\(report.map { ", report: \($0).html" } ?? "")")
    }

    private func line(_ quality: DistillationQuality) -> String {
        var text = String(
            format: "%.1f %% of %d decisions with the same choice, divergence %.3f",
            quality.kept * 100,
            quality.decisions,
            quality.divergence
        )
        if quality.teacherPerplexity > 0 {
            text += String(
                format: "; perplexity %.2f against %.2f, ratio %.3f",
                quality.studentPerplexity,
                quality.teacherPerplexity,
                quality.studentPerplexity / quality.teacherPerplexity
            )
        }
        return text
    }
}

struct TrainDistill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "distill",
        abstract: "Teach a verifier to do without the inputs of its matrices that hardly count.",
        discussion: """
            Thresholds are found that leave out a share of all inputs, and the adapter learns to decide, and to expect words, as the \
            whole verifier does. A checkpoint is written every few minutes; the same command goes on where it stopped.
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var options: DistillOptions
    @Option(help: ArgumentHelp("A name under Training/recipes, or a path.", valueName: "recipe")) var recipe = "distill"
    @Option(help: ArgumentHelp("Where the adapter goes.", valueName: "file.gguf")) var out = "distilled.gguf"
    @Option(help: ArgumentHelp("Where the thresholds go.", valueName: "file.json")) var masks = "masks.json"

    func run() async throws { try options.distil(global, recipe: recipe, out: out, companion: masks) }
}

struct TrainTernary: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ternary",
        abstract: "Teach a verifier to do with weights of -1, 0 and 1.",
        discussion: """
            All matrices of the model's blocks are rounded more and more while they learn, together with the adapter, to decide as the \
            verifier does. What comes out is a model file and an adapter for it.
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var options: DistillOptions
    @Option(help: ArgumentHelp("A name under Training/recipes, or a path.", valueName: "recipe")) var recipe = "ternary"
    @Option(help: ArgumentHelp("Where the adapter goes.", valueName: "file.gguf")) var out = "ternary-verifier.gguf"
    @Option(help: ArgumentHelp("Where the ternary model goes.", valueName: "file.gguf")) var base = "ternary-model.gguf"

    func run() async throws { try options.distil(global, recipe: recipe, out: out, companion: base) }
}
