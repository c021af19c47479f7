// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Base
import Foundation
import Inference

/// Options that every verb takes.
struct GlobalOptions: ParsableArguments {
    @Flag(help: "Print JSON on standard output; everything else goes to standard error.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print nothing but results and errors.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Print more about what happens.")
    var verbose = false

    /// A line for a person: on standard output, or on standard error when `--json` owns that.
    func say(_ text: @autoclosure () -> String) {
        if quiet { return }
        json ? Terminal.plain(text()) : Terminal.out(text())
    }

    /// A line for a person who asked for more.
    func detail(_ text: @autoclosure () -> String) {
        if verbose && !quiet { Terminal.plain(text()) }
    }

    /// A JSON line on standard output, if JSON was asked for.
    func emit(_ value: @autoclosure () -> some Encodable) throws {
        if json { Terminal.out(try JSON.line(value())) }
    }
}

extension Precision: ExpressibleByArgument {}
extension KeyValueFormat: ExpressibleByArgument {}

/// Which model.
struct ModelFileOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The model: a GGUF file, or a folder with safetensors. Default: SmolLM2-135M-Instruct.",
            valueName: "file"
        )
    )
    var model: String?

    /// The path of the model.
    ///
    /// - Throws: `DroidError` with code `model.missing` when no model is there.
    func path() throws -> String {
        if let model {
            guard FileManager.default.fileExists(atPath: model) else {
                throw DroidError(
                    "model.missing",
                    "there is no model at \(model)",
                    next: "give the path of a GGUF file, or leave --model out to use the default one"
                )
            }
            return model
        }
        let path = ModelStore.smolLM2.path
        guard FileManager.default.fileExists(atPath: path) else {
            throw DroidError(
                "model.missing",
                "the default model is not on this machine yet",
                why: "looked for \(path)",
                next: "run: droidagent model fetch"
            )
        }
        return path
    }
}

/// Which model, and how it multiplies.
struct ModelOptions: ParsableArguments {
    @OptionGroup var file: ModelFileOptions

    /// What `--model` said.
    var model: String? { file.model }

    @Option(
        help: ArgumentHelp(
            "How it multiplies: integer (weights as in the file, activations in 8 bits) or float, the slower reference.",
            valueName: "integer|float"
        )
    )
    var precision: Precision = .integer

    @Option(
        help: ArgumentHelp(
            "How keys and values of what was read are kept: float (as exact as the precision), or in 4 or 2 bits, which is faster behind long texts.",
            valueName: "float|q4|q2"
        )
    )
    var kv = KeyValueFormat.float

    /// Loads the model.
    ///
    /// - Throws: as `path()` and `LanguageModel.load`.
    func load(adapter: LanguageModel.AdapterChoice? = nil, threads: Int?) throws -> LanguageModel {
        try LanguageModel.load(path(), adapter: adapter, threads: threads, precision: precision, keyValues: kv)
    }

    /// The path of the model.
    ///
    /// - Throws: `DroidError` with code `model.missing` when no model is there.
    func path() throws -> String { try file.path() }
}
