// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Base
import Benchmark
import Foundation

/// `droidagent bench observe`: how long looking at a device takes.
struct ObserveBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "observe",
        abstract: "How long looking at a device and a step of the agent take, with the tool times of a phone."
    )

    @OptionGroup var global: GlobalOptions
    @Option(help: "Runs of each figure; the median counts.") var repeats = 5

    func run() async throws {
        try await ObservationBench(repeats: repeats).run { row in
            try global.emit(row)
            guard !global.json else { return }
            let limits = [
                row.floor.map { "floor \(Terminal.figure($0))" }, row.goal.map { "goal \(Terminal.figure($0))" },
            ]
            let notes = limits.compactMap(\.self).joined(separator: ", ")
            global.say(
                "\(Terminal.fit(row.name, 42)) \(Terminal.figure(row.value)) \(row.unit)  \(Terminal.dim(notes))"
            )
        }
    }
}

extension Terminal {
    /// A figure with three digits behind the point.
    static func figure(_ value: Double) -> String { String(format: "%.3f", value) }
}
