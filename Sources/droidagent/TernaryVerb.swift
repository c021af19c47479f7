// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Base
import Foundation
import Inference

/// `droidagent model ternary`: how fast products with ternary weights are here.
struct ModelTernary: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ternary",
        abstract: "How fast ternary weights are: the kernels alone, and a file against llama.cpp.",
        discussion: """
            The kernels run on the shapes of BitNet b1.58 2B, beside Bitnet.cpp's loop over I2_S. The file is --file, or one \
            of random weights with four layers of that shape, which is made once and kept in the cache folder.
            """
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var threads: ThreadOptions
    @Option(help: ArgumentHelp("The ternary model to race llama.cpp on.", valueName: "file")) var file: String?
    @Option(help: "Runs of each figure.") var repeats = 5
    @Flag(inversion: .prefixedNo, help: "Measure a file, not only the kernels.") var race = true
    @Flag(inversion: .prefixedNo, help: "Measure llama.cpp beside it, where Scripts/peers llama has built it.")
    var peer = true

    func validate() throws {
        guard (1...1000).contains(repeats) else { throw ValidationError("--repeats is at least 1") }
    }

    func run() async throws {
        let named = file.map { " --file \($0)" } ?? ""
        let bench = TernaryBench(
            threads: threads.count,
            repeats: repeats,
            command: "droidagent model ternary\(named) --threads \(threads.count) --repeats \(repeats)"
        ) { row in
            try global.emit(row.row)
            if !global.json { for line in EngineTable.lines(row) { Terminal.out(line) } }
        }
        global.say(Terminal.dim(EngineTable.head))
        try bench.kernels()
        guard race else { return }
        let path = try file ?? random()
        let count = threads.count
        try bench.file(path) { peer ? try LlamaPeer($0, threads: count) : nil }
    }

    /// The file of random weights.
    private func random() throws -> String {
        let folder = "\(Locations.cache)/peers/models"
        let path = "\(folder)/random-ternary-4.gguf"
        if FileManager.default.fileExists(atPath: path) { return path }
        try FileBytes.makeFolder(folder)
        try TernaryFile.write(to: path)
        return path
    }
}
