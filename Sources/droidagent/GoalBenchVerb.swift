// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Base
import Benchmark

/// `droidagent bench goals`: how long goals take to be read.
struct GoalBenchVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "goals",
        abstract: "How long goals take to be read: a suite's, and random and hostile texts."
    )

    @OptionGroup var global: GlobalOptions
    @Option(help: "The suite's folder or name.") var suite = "androidworld"
    @Option(help: "Hostile texts to read.") var texts = 100_000

    func validate() throws {
        if texts < 1 { throw ValidationError("--texts must be at least 1") }
    }

    func run() async throws {
        var bench = GoalBench()
        bench.texts = texts
        try bench.run(TaskSuite.find(suite)) { row in
            try global.emit(row)
            guard !global.json else { return }
            let limit = row.floor.map { Terminal.dim("  floor \($0 * 1000) ms") } ?? ""
            let value = row.unit == "s" ? "\(Terminal.figure(row.value * 1000)) ms" : "\(Int(row.value)) \(row.unit)"
            global.say("\(Terminal.fit(row.name, 34)) \(value)\(limit)")
        }
    }
}
