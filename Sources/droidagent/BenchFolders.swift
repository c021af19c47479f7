// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Base
import Benchmark
import Foundation

/// `droidagent bench merge`: shards of a run as one run.
struct BenchMerge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Bring the results of shards together, as if one run had made them.",
        discussion: "The folders are those that the shards were given with --resume; they stay as they are."
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "A folder that is not there yet.") var target: String
    @Argument(help: "The folders of the shards.") var shards: [String]

    func run() async throws {
        let merged = try ResultFolders.merge(shards, into: target)
        if global.json { Terminal.out(try merged.summary.line()) }
        let summary = merged.summary
        global.say(
            "\(summary.successes) of \(summary.episodes) episodes of \(shards.count) folders, \(summary.skipped) skipped"
        )
        for task in merged.incomplete.prefix(10) { global.say("episodes are missing: \(task)") }
        if merged.incomplete.count > 10 { global.say("and of \(merged.incomplete.count - 10) further tasks") }
        global.say("report: \(target)/report.html")
    }
}

/// `droidagent bench compare`: which episodes another run turned around.
struct BenchCompare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Show the episodes that came out otherwise in another run of the same suite and seed."
    )

    private struct Line: Encodable {
        let episodes: Int
        let gained: Int
        let lost: Int
        let probability: Double
    }

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The folder of the first run.") var one: String
    @Argument(help: "The folder of the second run.") var other: String

    func run() async throws {
        let flips = try ResultFolders.compare(one, other)
        for (mark, pairs) in [(Terminal.green("won "), flips.gained), (Terminal.red("lost"), flips.lost)] {
            for pair in pairs {
                let cause = pair.one.success ? pair.other : pair.one
                let why = cause.fault.map { "\(cause.cause.rawValue): \($0.rawValue)" } ?? cause.cause.rawValue
                global.say("\(mark)  \(pair.one.task) #\(pair.one.seed)  \(Terminal.dim(why))")
            }
        }
        if global.json {
            try global.emit(
                Line(
                    episodes: flips.common,
                    gained: flips.gained.count,
                    lost: flips.lost.count,
                    probability: flips.probability
                )
            )
        }
        global.say(
            "\(flips.common) episodes in both: \(flips.gained.count) won, \(flips.lost.count) lost, \(flips.same) the same "
                + String(format: "(McNemar's exact test: p = %.3g)", flips.probability)
        )
    }
}

/// `droidagent bench new`: the start of a task of one's own.
struct BenchNew: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Write a task file that loads and runs, to start one of your own from.",
        discussion: "What may stand in it is in Tasks/README.md. Run it with: droidagent bench FOLDER --tasks NAME"
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The task's name, such as TurnOnFlashlight.") var name: String
    @Option(help: "The app it is about, as the launcher calls it.") var app = "Files"
    @Option(help: ArgumentHelp("The suite's folder.", valueName: "dir")) var folder = "tasks"

    func run() async throws {
        let path = try NewTask.write(name, app: app, folder: folder)
        global.say("\(path)\n  next: edit it, then run droidagent bench \(folder) --tasks \(name) --agent oracle")
    }
}
