// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Base
import Foundation
import Inference

/// `droidagent model bench`: the engine's own clock.
struct ModelBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "How fast the engine is here, against llama.cpp in the same run, and how good the same path is.",
        discussion: """
            Whoever is compared does the same work in turn, and medians count. llama.cpp runs on the file itself and on what \
            it makes of it in other types, kept in the cache folder; a row names the fastest. Scripts/peers llama builds \
            it; without it there are only our own figures. A floor is what is accepted, a goal what we are after; both are \
            meant for the default model.
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var adapter: ModelAdapterOptions
    @OptionGroup var threads: ThreadOptions
    @Option(help: "Runs of each figure; the median counts.") var repeats = 3
    @Option(
        help: ArgumentHelp(
            "Only these, separated by commas: \(EngineBench.Section.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "names"
        )
    )
    var rows: String?
    @Flag(help: "Everything, also what takes many minutes: keys and values behind long texts.") var all = false
    @Option(
        help: ArgumentHelp("The text that quality is measured on. Default: the one in the checkout.", valueName: "file")
    )
    var quality: String?
    @Option(help: "Tokens behind which keys and values are measured.") var depth = 8192
    @Flag(inversion: .prefixedNo, help: "Measure the same file in floats as well.") var floats = true
    @Flag(inversion: .prefixedNo, help: "Measure llama.cpp beside it, where Scripts/peers llama has built it.")
    var peer = true

    func validate() throws {
        guard (1...1000).contains(repeats) else { throw ValidationError("--repeats is at least 1") }
        guard (128...1 << 20).contains(depth) else { throw ValidationError("--depth is at least 128") }
        _ = try sections()
    }

    private func sections() throws -> [EngineBench.Section] {
        guard let rows else { return EngineBench.Section.allCases.filter { all || !$0.isLong } }
        return try rows.split(separator: ",").map { name in
            guard let section = EngineBench.Section(rawValue: name.trimmingCharacters(in: .whitespaces)) else {
                let known = EngineBench.Section.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("there are no rows \(name); choose among \(known)")
            }
            return section
        }
    }

    func run() async throws {
        let sections = try sections()
        var plan = EngineBench.Plan(path: try model.path(), threads: threads.count, command: "droidagent model bench")
        if let named = model.model { plan.command += " --model \(named)" }
        if model.precision != .integer { plan.command += " --precision \(model.precision.rawValue)" }
        plan.command += " --threads \(threads.count) --repeats \(repeats)"
        plan.precision = model.precision
        (plan.floats, plan.repeats, plan.depth) = (floats, repeats, depth)
        plan.shipped = ModelStore.smolLM2.files[0].sha256
        plan.text = try text(sections)
        if sections.contains(where: { $0 == .decision || $0 == .busy }) { try chooseAdapter(&plan) }
        if model.model == nil, sections.contains(where: { $0 == .second || $0 == .quality }) {
            let other = ModelStore.gemma3
            if FileManager.default.fileExists(atPath: other.path) {
                plan.second = (other.name.replacingOccurrences(of: "-", with: "_"), other.path)
            } else {
                Terminal.plain("\(other.name) is not here, so it is left out: droidagent model fetch \(other.name)")
            }
        }
        let count = threads.count
        if peer {
            if !LlamaPeer.isHere {
                Terminal.plain("llama.cpp is not here, so nothing is compared: run Scripts/peers llama")
            }
            plan.peer = { try LlamaPeer($0, threads: count) }
        }
        let bar = ProgressLine(isEnabled: !global.quiet)
        plan.progress = { bar.show($0) }
        defer { bar.clear() }
        global.say(Terminal.dim(EngineTable.head))
        let bench = try EngineBench(plan) { row in
            bar.clear()
            try global.emit(row.row)
            if !global.json { for line in EngineTable.lines(row) { Terminal.out(line) } }
        }
        try bench.run(sections)
    }

    private func text(_ sections: [EngineBench.Section]) throws -> String? {
        if let quality {
            guard FileManager.default.fileExists(atPath: quality) else {
                throw DroidError("file.missing", "there is no text at \(quality)", next: "name a text file")
            }
            return quality
        }
        guard sections.contains(where: { $0 == .quality || $0 == .kv }) else { return nil }
        if let found = try? Locations.data("Tests/InferenceTests/Resources/perplexity.txt") { return found }
        Terminal.plain("there is no text to measure quality on: give one with --quality")
        return nil
    }

    /// The adapter of a decision: the one that was named, or one of random weights.
    private func chooseAdapter(_ plan: inout EngineBench.Plan) throws {
        if let choice = adapter.choice {
            plan.adapter = choice
            plan.adapterNote = "adapter \(choice.path) \(choice.merged ? "merged" : "applied beside the weights")"
            return
        }
        let rank = 12
        let folder = "\(Locations.cache)/peers/adapters"
        let path = try RandomAdapter.kept(forModel: plan.path, rank: rank, seed: 1, in: folder)
        plan.adapter = LanguageModel.AdapterChoice(path: path, scale: 1, merged: adapter.merge)
        plan.adapterNote =
            "adapter of random weights, rank \(rank) on all seven projections, "
            + (adapter.merge ? "merged into the weights" : "applied beside the weights")
    }
}

/// What `model bench` prints for people.
enum EngineTable {
    static let head = "what                                        value            floor     goal             peer"

    static func lines(_ row: EngineRow) -> [String] {
        func number(_ value: Double?) -> String { value.map { text($0) } ?? "" }
        let verdict =
            switch (row.isMet, row.isReached) {
            case (_, true?): Terminal.green("goal    ")
            case (true?, _): Terminal.green("met     ")
            case (false?, _): Terminal.yellow("missed  ")
            default: "        "
            }
        let figure = Terminal.fit(text(row.row.value), 9) + " " + Terminal.fit(row.row.unit, 13)
        var line = Terminal.fit(row.row.name, 41) + " " + figure + " " + Terminal.fit(number(row.row.floor), 8) + " "
        line += Terminal.fit(number(row.row.goal), 8) + " " + verdict
        if let peer = row.row.peer, let value = row.row.peerValue {
            line += row.row.unit == "x" ? "against \(peer)" : "\(text(value)) \(peer)"
        }
        return [line] + (row.row.note.map { [Terminal.dim("    \($0)")] } ?? [])
    }

    private static func text(_ value: Double) -> String {
        let size = abs(value)
        return String(format: size >= 1000 ? "%.0f" : size >= 100 ? "%.1f" : size >= 0.1 ? "%.3f" : "%.5f", value)
    }
}

/// A line on a terminal's standard error that says what is going on.
private final class ProgressLine {
    private let isEnabled: Bool
    private var isShown = false

    init(isEnabled: Bool) { self.isEnabled = isEnabled && isatty(STDERR_FILENO) == 1 }

    func show(_ text: String) {
        guard isEnabled else { return }
        StandardError.write("\r\u{1B}[2K\(text)")
        isShown = true
    }

    func clear() {
        if isShown { StandardError.write("\r\u{1B}[2K") }
        isShown = false
    }
}
