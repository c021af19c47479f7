// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Base
import Foundation
import Inference

/// `droidagent model`: the local language model by itself.
struct ModelVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "The local language model by itself.",
        subcommands: [
            ModelFetch.self, ModelInfo.self, ModelGenerate.self, ModelScore.self, ModelEmbed.self, ModelQuantize.self,
            ModelBench.self, ModelPerplexity.self, ModelKeyValues.self, ModelTernary.self,
        ]
    )
}

struct ModelGenerate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "generate", abstract: "Continue a text, greedily.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var adapter: ModelAdapterOptions
    @OptionGroup var threads: ThreadOptions
    @Argument(help: "The text.") var text: String
    @Option(help: "The most tokens to add.") var tokens = 64

    func run() async throws {
        let language = try model.load(adapter: adapter.choice, threads: threads.count)
        let session = try ScoringSession(model: language, threads: threads.count)
        let prefix = language.tokenizer.encode(text, addSpecial: true, parseSpecial: true)
        let added = try session.generate(prefix: prefix, maxTokens: tokens)
        Terminal.out(language.tokenizer.decode(added))
    }
}

struct ModelScore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Log-likelihood of each continuation of a text, all in one pass over a shared prefix."
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var adapter: ModelAdapterOptions
    @OptionGroup var threads: ThreadOptions
    @Argument(help: "The text that all continuations share.") var prefix: String
    @Argument(help: "The continuations.") var candidates: [String]
    @Flag(help: "Keep what was computed of the text on disk, for the next run.") var keep = false

    private struct Row: Encodable {
        let candidate: String
        let tokens: Int
        let logLikelihood: Float
        let perToken: Float
    }

    func run() async throws {
        let language = try model.load(adapter: adapter.choice, threads: threads.count)
        let session = try ScoringSession(
            model: language,
            threads: threads.count,
            store: keep ? PrefixStore() : nil
        )
        let tokenizer = language.tokenizer
        let tokens = candidates.map { tokenizer.encode($0) }
        if let empty = tokens.firstIndex(where: \.isEmpty) {
            throw DroidError(
                "score.empty",
                "candidate \(empty + 1) is empty",
                next: "give every candidate at least a letter"
            )
        }
        var request = ScoreRequest(prefix: tokenizer.encode(prefix, addSpecial: true), candidates: tokens)
        request.wantsLogProbs = true
        let result = try session.score(request)
        let rows = zip(candidates, result.scores).map { text, score in
            let count = score.logProbs.count
            return Row(
                candidate: text,
                tokens: count,
                logLikelihood: score.logLikelihood,
                perToken: score.logLikelihood / Float(max(1, count))
            )
        }
        for row in rows {
            try global.emit(row)
            if !global.json {
                Terminal.out(String(format: "%10.4f  %8.4f a token  ", row.logLikelihood, row.perToken) + row.candidate)
            }
        }
    }
}

struct ModelPerplexity: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "perplexity",
        abstract: "Perplexity on a text; with --json one line per position: token, log-probability, best token."
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var adapter: ModelAdapterOptions
    @OptionGroup var threads: ThreadOptions
    @Argument(help: "A text file.") var file: String
    @Option(help: "Tokens that are read together.") var context = 512
    @Option(help: "The most tokens to read.") var tokens = 4000
    @Flag(help: "Say how far the model's expectations are from those of the same file in floats.") var compare = false
    @Option(
        help: ArgumentHelp(
            "Write the logits of all tokens read, 32-bit floats (little-endian), one row for each token.",
            valueName: "file"
        )
    )
    var logits: String?

    func run() async throws {
        let language = try model.load(adapter: adapter.choice, threads: threads.count)
        let session = try ScoringSession(model: language, threads: threads.count)
        let text = String(decoding: try FileBytes.read(file), as: UTF8.self)
        let all = Array(language.tokenizer.encode(text).prefix(tokens))
        if let logits { try write(session, all, to: logits) }
        if compare {
            let floats = try LanguageModel.load(
                model.path(),
                adapter: adapter.choice,
                threads: threads.count,
                precision: .float
            )
            let found = try ModelComparison.run(
                reference: ScoringSession(model: floats, threads: threads.count),
                model: session,
                tokens: all,
                contextLength: context
            )
            try global.emit(found)
            let ratio = found.perplexity / found.referencePerplexity
            return global.say(
                String(
                    format:
                        "KL divergence from floats %.5f, same top token %.2f %%, perplexity ratio %.4f, %d positions",
                    found.meanDivergence,
                    100 * found.sameTop,
                    ratio,
                    found.positions
                )
            )
        }
        let predictions = try session.predictions(all, contextLength: context)
        for prediction in predictions { try global.emit(prediction) }
        let perplexity = ScoringSession.perplexity(predictions)
        global.say(String(format: "perplexity %.4f over %d positions", perplexity, predictions.count))
    }

    private func write(_ session: ScoringSession, _ tokens: [Int32], to path: String) throws {
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: tokens.count, by: context) {
            try session.logits(Array(tokens[start..<min(start + context, tokens.count)])) { _, row in
                for logit in row { withUnsafeBytes(of: logit.bitPattern.littleEndian) { bytes.append(contentsOf: $0) } }
            }
        }
        try FileBytes.write(bytes, to: path)
    }
}
