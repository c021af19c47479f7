// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Base
import Foundation
import Inference
import Training

extension TrainingBench.Section: ExpressibleByArgument {}
extension TrainingPrecision: ExpressibleByArgument {}

struct TrainBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract:
            "The training engine's clock: a decision, plain sequences against torch, long texts with and without sparsity.",
        discussion: "Sparsity and loss take long: a step on 8192 tokens is about half a minute on two cores."
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var model: ModelFileOptions
    @OptionGroup var threads: ThreadOptions
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "What is measured: state, sequences, sparsity, loss. Default: the first two.",
            valueName: "section"
        )
    )
    var rows: [TrainingBench.Section] = [.state, .sequences]
    @Option(help: "How often each is measured; the median counts. Long sequences are measured three times.")
    var repeats = 5
    @Option(
        help:
            "What is computed in: bf16, fp32, or int8 (bf16, and frozen weights forward in 8 bits as the engine has them)."
    )
    var precision = TrainingPrecision.bfloat16
    @Option(help: "Tokens of a long text.") var long = 8192
    @Option(help: "Steps of the comparison of losses.") var steps = 40
    @Option(help: ArgumentHelp("A text for the long ones. Default: phrases drawn at random.", valueName: "file"))
    var text: String?
    @Option(help: "The share of token blocks that sparse attention sees.") var keptTokens = 0.5
    @Option(help: "The share of neurons of which something is kept.") var keptColumns = 0.5

    func validate() throws {
        guard repeats >= 1, steps >= 1, (1024...65_536).contains(long) else {
            throw ValidationError("--repeats and --steps are at least 1, --long is 1024 to 65536")
        }
        guard (0.01...1).contains(keptTokens), (0.01...1).contains(keptColumns) else {
            throw ValidationError("--kept-tokens and --kept-columns are shares, above 0 and at most 1")
        }
    }

    func run() async throws {
        let path = try model.path()
        var plan = TrainingBench.Plan(model: path, threads: threads.count)
        plan.repeats = repeats
        plan.precision = precision
        plan.longTokens = long
        plan.steps = steps
        plan.text = text
        plan.keptTokens = keptTokens
        plan.keptColumns = keptColumns
        plan.command =
            "droidagent train bench --rows \(rows.map(\.rawValue).joined(separator: " ")) --threads \(threads.count)"
        if precision != .bfloat16 { plan.command += " --precision \(precision.rawValue)" }
        if let named = model.model { plan.command += " --model \(named)" }
        if rows.contains(where: { $0 != .sparsity && $0 != .loss }) { plan.command += " --repeats \(repeats)" }
        if rows.contains(where: { $0 == .sparsity || $0 == .loss }) {
            if let text { plan.command += " --text \(text)" }
            plan.command += " --long \(long) --steps \(steps) --kept-tokens \(keptTokens) --kept-columns \(keptColumns)"
        }
        let bench = try TrainingBench(plan) { row in
            try global.emit(row)
            if !global.json { print(row) }
        }
        try bench.run(rows) {
            guard
                let peer = TorchPeer(
                    try ModelConfig(GGUFFile.open(path)),
                    shape: plan.shape,
                    threads: plan.threads,
                    repeats: repeats
                )
            else {
                Terminal.plain("torch is not here, so nothing is compared: run Scripts/peers torch")
                return nil
            }
            return peer
        }
    }

    private func print(_ row: MeasurementRow) {
        func text(_ value: Double) -> String {
            String(format: abs(value) >= 1000 ? "%.0f" : abs(value) >= 100 ? "%.1f" : "%.3f", value)
        }
        var line =
            Terminal.fit(row.name, 44) + " " + Terminal.fit(text(row.value), 12) + " " + Terminal.fit(row.unit, 9)
        if let floor = row.floor { line += " floor \(text(floor))" }
        if let goal = row.goal { line += " goal \(text(goal))" }
        if let peer = row.peer, let value = row.peerValue, row.unit != "x" { line += " \(text(value)) \(peer)" }
        Terminal.out(line)
        if let note = row.note { Terminal.out(Terminal.dim("    \(note)")) }
    }
}
