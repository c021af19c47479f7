// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Base
import Foundation
import Inference

/// `droidagent model kv`: what it costs and brings to keep keys and values in few bits.
struct ModelKeyValues: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kv",
        abstract: "Keys and values in 4 and 2 bits against floats: size, quality on a text, and speed.",
        discussion: """
            Quality is the mean divergence (KL, in nats) of the next token's distribution, the ratio of perplexities, and \
            how often the most probable token is the same. Speed is measured behind --depth random tokens.
            """
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var threads: ThreadOptions
    @Option(help: ArgumentHelp("A text to compare the predictions on.", valueName: "file")) var text: String?
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
        // Without a depth there is no cache to speak of; a block is 128 tokens, and less is no whole one.
        for format in formats {
            let bits = try KeyValueBench.bits(language, format, depth: max(depth, 128))
            try row("\(format.rawValue).block_bits", bits.blocks, "bits/value")
            if depth > 0 {
                let cache = try KeyValueBench.bits(language, format, depth: depth).cache
                try row("\(format.rawValue).cache_bits", cache, "bits/value")
            }
        }
        guard depth > 0 else { return }
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

    private func row(_ name: String, _ value: Double, _ unit: String) throws {
        let row = MeasurementRow(
            name: "engine.kv.\(name)",
            value: value,
            unit: unit,
            floor: nil,
            command: "droidagent model kv --depth \(depth) --context \(context) --threads \(threads.count)"
                + (text.map { " --text \($0) --tokens \(tokens)" } ?? "")
        )
        try global.emit(row)
        if !global.json {
            Terminal.out("\(Terminal.fit(row.name, 48)) \(String(format: "%10.4f", row.value)) \(row.unit)")
        }
    }
}
