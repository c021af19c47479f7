// SPDX-License-Identifier: Apache-2.0

import Annotation
import ArgumentParser
import Base
import Benchmark
import Foundation
import Learning
import Training

struct TrainRoundVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "round",
        abstract: "One round: collect with the current verifier, annotate, train, evaluate.",
        discussion: """
            The same command goes on with a round that was interrupted, and begins the next one when it is done. Unless --person is \
            given, the oracle annotates in a person's place.
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var model: ModelFileOptions
    @OptionGroup var threads: ThreadOptions
    @Argument(help: "Where all rounds lie.") var folder: String
    @Option(help: "A folder under Tasks/, or a path.") var suite = "androidworld"
    @Option(help: ArgumentHelp("Which tasks are trained on. Default: what the tasks say.", valueName: "file"))
    var split: String?
    @Option(help: ArgumentHelp("Only these tasks, with * and ?.", valueName: "glob")) var tasks: [String] = []
    @Option(help: ArgumentHelp("A name under Training/recipes, or a path.", valueName: "recipe")) var recipe = "p3"
    @Option(
        help: ArgumentHelp(
            "The verifier that the first round begins with. Default: none, the oracle leads.",
            valueName: "file"
        )
    )
    var adapter: String?
    @Option(help: ArgumentHelp("Files of states that are learned from as well.", valueName: "file")) var states:
        [String] = []
    @Option(help: ArgumentHelp("A file of states that no round learns from.", valueName: "file")) var evaluate: String
    @Option(help: "States of a round.") var limit = 2000
    @Option(help: "Seeds of a task in a round.") var seeds = 3
    @Option(help: "The probability that the oracle's move is done in the verifier's runs.") var mix = 0.5
    @Option(help: "Of what is accepted without a person so much has to be right.") var acceptAt = 0.97
    @Flag(
        help:
            "Train on from the verifier that proposed, with --states and what was said in the round alone. Default: anew, with all that was ever said."
    )
    var goOn = false
    @Flag(help: "A person annotates, with `droidagent annotate`.") var person = false
    @Option(help: "Devices that run at the same time.") var jobs = 2
    @Option(help: "Stop after so many minutes of training; the same command goes on.") var minutes: Double?

    func validate() throws {
        guard limit >= 1, seeds >= 1 else { throw ValidationError("--limit and --seeds are at least 1") }
        guard (0...1).contains(mix), (0...1).contains(acceptAt) else {
            throw ValidationError("--mix and --accept-at are shares, 0 to 1")
        }
    }

    func run() async throws {
        let recipes = try Locations.data("Training") + "/recipes"
        var plan = RoundPlan(
            folder: folder,
            suite: suite,
            model: try model.path(),
            recipe: FileManager.default.fileExists(atPath: recipe) ? recipe : "\(recipes)/\(recipe).yaml",
            states: states,
            evaluation: evaluate
        )
        if let split { plan.split = try TrainingSplit.find(split, for: TaskSuite.find(suite)) }
        plan.tasks = tasks
        plan.adapter = adapter
        (plan.limit, plan.seeds, plan.mix) = (limit, seeds, mix)
        (plan.jobs, plan.threads, plan.minutes) = (jobs, threads.count, minutes)
        plan.annotation.precision = acceptAt
        plan.isPerson = person
        plan.goesOn = goOn
        let global = global
        let round = try await RoundRunner.run(plan) { event in
            switch event {
            case .stage(let number, let stage): global.say("round \(number): \(stage.rawValue)")
            case .collecting(let progress):
                if progress.done % 20 == 0 {
                    global.detail("\(progress.done) of \(progress.total) runs, \(progress.states) states")
                }
            case .counted(let what, let done, let total):
                if done % 200 == 0 || done == total { global.detail("\(what): \(done) of \(total)") }
            case .training(.point(let point)):
                global.detail(
                    String(
                        format: "step %d: loss %.3f, top-1 %.3f",
                        point.step,
                        point.training.loss,
                        point.training.topOne
                    )
                )
            case .training: break
            case .waits(let store, let count):
                global.say("\(count) states wait for a person: droidagent annotate --store \(store)")
            }
        }
        try global.emit(round)
        guard !global.json else { return }
        if let report = round.report {
            let audited = report.audited.share.map {
                String(format: "%.1f %% of %d audits right", $0 * 100, report.audited.of)
            }
            global.say(
                String(
                    format: "human share %.1f %%, %d accepted",
                    (report.humanShare.share ?? 1) * 100,
                    report.accepted
                )
                    + (audited.map { ", \($0)" } ?? "")
            )
        }
        if let before = round.accuracyBefore, let after = round.accuracyAfter {
            global.say(
                String(
                    format: "top-1 %.1f %% before, %.1f %% after; pairs in order %.2f %%, %.2f %%",
                    before.topOne * 100,
                    after.topOne * 100,
                    before.pairAccuracy * 100,
                    after.pairAccuracy * 100
                )
            )
        }
        if let after = round.after, round.stage == .done {
            global.say("round \(round.number) is done; verifier: \(after)")
        }
    }
}
