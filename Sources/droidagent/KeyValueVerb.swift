// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Base
import Benchmark
import Foundation
import Inference

/// `droidagent model kv`: what it costs and brings to keep keys and values in few bits.
struct ModelKeyValues: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kv",
        abstract: "Keys and values in 4 and 2 bits against floats: size, quality on a text, and speed.",
        discussion: """
            Quality is the mean divergence (KL, in nats) of the next token's distribution, the ratio of perplexities, and \
            how often the most probable token is the same. Speed is measured behind --depth random tokens. With --decisions \
            the decisions of recorded runs are scored again: how often the first choice is as with floats, and by how much \
            its lead over the second changes; beside them the same for activations of 8 bits against floats.
            """
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var threads: ThreadOptions
    @Option(help: ArgumentHelp("A text to compare the predictions on.", valueName: "file")) var text: String?
    @Option(help: ArgumentHelp("Recorded runs whose decisions are scored again.", valueName: "dir"))
    var decisions: String?
    @OptionGroup var head: AdapterOptions
    @Option(help: "The most tokens of the text to read.") var tokens = 4000
    @Option(help: "Tokens that are read together.") var context = 1024
    @Option(help: "Tokens before those whose speed is measured; 0 measures none.") var depth = 8192
    @Option(help: "Runs of each speed; the best counts.") var repeats = 3

    func run() async throws {
        let language = try model.load(threads: threads.count)
        let formats = model.kv == .float ? KeyValueFormat.allCases.filter { $0 != .float } : [model.kv]
        guard context >= 2, tokens >= 2, depth >= 0 else {
            throw ValidationError("--context and --tokens are at least 2, and --depth is not negative")
        }
        if let text {
            let words = String(decoding: try FileBytes.read(text), as: UTF8.self)
            let read = Array(language.tokenizer.encode(words).prefix(tokens))
            for format in formats {
                let quality = try KeyValueBench.quality(
                    language,
                    format,
                    tokens: read,
                    contextLength: min(context, language.config.contextLength),
                    threads: threads.count
                )
                try row("\(format.rawValue).divergence", quality.divergence, "nats")
                try row("\(format.rawValue).perplexity_ratio", quality.perplexityRatio, "ratio")
                try row("\(format.rawValue).same_top", quality.sameTop, "share")
            }
        }
        if let decisions { try await compareChoices(decisions, language, formats) }
        // Without a depth there is no cache to speak of.
        guard depth > 0 else { return }
        for format in formats {
            let bits = try KeyValueBench.bits(language, format, depth: depth)
            try row("\(format.rawValue).block_bits", bits.blocks, "bits/value")
            try row("\(format.rawValue).cache_bits", bits.cache, "bits/value")
        }
        for format in [.float] + formats {
            let speed = try KeyValueBench.speed(
                language,
                format,
                depth: depth,
                threads: threads.count,
                repeats: repeats
            )
            try row("\(format.rawValue).decode_at_depth.tokens_per_second", 1 / speed.decode, "tokens/s")
            try row("\(format.rawValue).suffix288_at_depth.seconds", speed.suffix, "s")
        }
    }

    /// Scores recorded decisions with floats and with each format.
    private func compareChoices(_ folder: String, _ language: LanguageModel, _ formats: [KeyValueFormat]) async throws {
        let prompts = try RecordedDecisions.load(folder)
        let head = try head.load().head
        try head.check(baseSHA256: language.sha256, dModel: language.config.width, blocks: language.config.blockCount)
        func scores(_ language: LanguageModel, _ format: KeyValueFormat, _ what: String) throws -> [[Double]] {
            let session = try ScoringSession(model: language, threads: threads.count, keyValues: format)
            return try ChoiceAgreement.scores(prompts, session: session, head: head) { index in
                if index % 50 == 0 { global.detail("\(what): decision \(index + 1) of \(prompts.count)") }
            }
        }
        func rows(_ name: String, _ found: ChoiceAgreement, floor: Double? = nil) throws {
            try row("\(name).same_choice", found.share, "share", floor: floor)
            try row("\(name).margin_change", found.noise, "score")
            try row("\(name).greatest_flipped_margin", found.greatestFlippedMargin, "score")
        }
        let reference = try scores(language, .float, "keys and values as floats")
        try row("decisions", Double(reference.count), "decisions")
        try row("median_margin", ChoiceAgreement(reference: reference, scores: reference).medianMargin, "score")
        for format in formats {
            let found = ChoiceAgreement(reference: reference, scores: try scores(language, format, format.rawValue))
            try rows(format.rawValue, found, floor: format == .q4 ? 0.98 : nil)
        }
        guard model.precision != .float else { return }
        let floats = try LanguageModel.load(model.path(), threads: threads.count, precision: .float)
        let plain = try scores(floats, .float, "all in floats")
        try rows("integer", ChoiceAgreement(reference: plain, scores: reference))
    }

    private func row(_ name: String, _ value: Double, _ unit: String, floor: Double? = nil) throws {
        let row = MeasurementRow(
            name: "engine.kv.\(name)",
            value: value,
            unit: unit,
            floor: floor,
            command: "droidagent model kv --depth \(depth) --context \(context) --threads \(threads.count)"
                + (decisions.map { " --decisions \($0)" } ?? "")
                + (text.map { " --text \($0) --tokens \(tokens)" } ?? "")
        )
        try global.emit(row)
        if !global.json {
            Terminal.out("\(Terminal.fit(row.name, 48)) \(String(format: "%10.4f", row.value)) \(row.unit)")
        }
    }
}
