// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Base
import Benchmark

struct TrainSplit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split",
        abstract:
            "Divide a suite's tasks by family into those to train on and those held out, before anything is trained.",
        discussion:
            "The same seed draws the same families on every machine. With --check a file is held against its suite and its seed."
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "A folder under Tasks/, or a path.") var suite: String
    @Option(help: "Seed of the draw.") var seed: UInt64 = 1
    @Option(help: "Templates to hold out beside those of held-out apps.") var templates = 30
    @Option(help: "From how many families at least.") var families = 15
    @Option(help: ArgumentHelp("An app to hold out whole; may be given several times.", valueName: "name"))
    var holdOutApp: [String] = []
    @Option(help: ArgumentHelp("Check this file instead of making one.", valueName: "file")) var check: String?
    @Option(help: ArgumentHelp("Where the file goes.", valueName: "file")) var out = "split.yaml"

    private struct Line: Encodable {
        let training: Int
        let heldOutTemplates: Int
        let heldOutFamilies: Int
        let heldOutApps: Int
        let file: String
    }

    func run() async throws {
        let suite = try TaskSuite.find(suite)
        let split: TrainingSplit
        if let check {
            split = try TrainingSplit.find(check, for: suite)
        } else {
            let draw = TrainingSplit.Draw(seed: seed, templates: templates, families: families)
            split = try TrainingSplit.drawn(suite, heldOutApps: holdOutApp, draw: draw)
            try FileBytes.write(split.yaml, to: out)
        }
        let held = split.families.count { $0.part == .heldOutTemplate }
        let line = Line(
            training: split.templates(.training).count,
            heldOutTemplates: split.templates(.heldOutTemplate).count,
            heldOutFamilies: held,
            heldOutApps: split.templates(.heldOutApp).count,
            file: check ?? out
        )
        try global.emit(line)
        guard !global.json else { return }
        global.say(
            "\(line.training) tasks to train on, \(line.heldOutTemplates) of \(held) families held out, "
                + "\(line.heldOutApps) of apps held out whole (\(split.heldOutApps.joined(separator: ", ")))"
        )
        global.say(check == nil ? "split: \(out)" : "the file is what its seed draws")
    }
}
