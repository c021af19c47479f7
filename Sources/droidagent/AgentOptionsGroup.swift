// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Base
import Foundation
import Inference
import Screen

extension ConfirmPolicy: ExpressibleByArgument {}
extension ObserverKind: ExpressibleByArgument {}

/// What the screen is read with, and touched.
struct ObserverChoice: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What reads and touches the screen: tools (every device has them), agent (uiautomator2's, faster), or h264 "
                + "(as agent, with the picture from a live video)."
        )
    )
    var observer = ObserverKind.tools

    /// Opens it on a device.
    func open(on device: any DeviceLink) async throws -> ScreenSource { try await .open(observer, on: device) }
}

/// The verifier head that a chooser reads scores with.
struct AdapterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The verifier head: a file, or likelihood or yes-no, which need none. Default: the head that ships.",
            valueName: "file"
        )
    )
    var adapter: String?

    /// The head, and the file it came from.
    ///
    /// - Throws: `DroidError` with code `head.missing` or `head.corrupt`.
    func load() throws -> (head: VerifierHead, path: String?) {
        switch adapter {
        case "likelihood": return (.likelihood, nil)
        case "yes-no": return (.yesNo, nil)
        case let path?: return (try VerifierHead.load(path), path)
        case nil:
            let path = try Self.defaultPath()
            return (try VerifierHead.load(path), path)
        }
    }

    /// A head that ranks by facts alone, and the file it came from.
    ///
    /// - Throws: as `load()`, and `ValidationError` where it knows none.
    func loadFacts() throws -> (head: VerifierHead, path: String?) {
        let loaded = try load()
        guard loaded.head.facts != nil else {
            throw ValidationError("--agent facts needs an --adapter that knows facts, such as one of `train p3`")
        }
        return loaded
    }

    /// Where the head lies that ships.
    static func defaultPath() throws -> String { try Locations.data("Training") + "/first-head.gguf" }
}

/// A loaded model with its head, ready to choose.
struct LoadedVerifier {
    let verifier: Verifier
    let language: LanguageModel
    let model: FileIdentity
    let head: FileIdentity?
    let prompt: PromptOptions

    /// - Parameter store: where the first prompt of a task is kept for the next run.
    static func load(
        _ model: ModelOptions,
        _ head: AdapterOptions,
        threads: Int,
        budget: Int?,
        store: PrefixStore? = nil
    ) throws -> LoadedVerifier {
        let files = try VerifierFiles(model, head, threads: threads)
        let language = try files.language()
        var prompt = files.head.prompt
        if let budget { prompt.budget = budget }
        return LoadedVerifier(
            verifier: try Verifier(model: language, head: files.head, threads: threads, store: store),
            language: language,
            model: FileIdentity(path: files.model, model: language),
            head: try files.adapter.map { FileIdentity(path: $0, sha256: try SHA256.hex(ofFile: $0)) },
            prompt: prompt
        )
    }
}

extension VerifierFiles {
    /// What the options of a verb name.
    ///
    /// - Throws: `DroidError` with code `model.missing`, `head.missing` or `head.corrupt`.
    init(_ model: ModelOptions, _ head: AdapterOptions, threads: Int?) throws {
        let loaded = try head.load()
        self.init(
            model: try model.path(),
            head: loaded.head,
            adapter: loaded.path,
            precision: model.precision,
            keyValues: model.kv,
            threads: threads
        )
    }
}

extension LoadedVerifier {
    /// How prompts are made for a head, without its model.
    static func prompt(_ head: AdapterOptions, budget: Int?) throws -> PromptOptions {
        var prompt = try head.load().head.prompt
        if let budget { prompt.budget = budget }
        return prompt
    }
}

/// How many threads the engine uses.
struct ThreadOptions: ParsableArguments {
    @Option(help: "Threads of the engine. Default: all cores.") var threads: Int?

    var count: Int { max(1, threads ?? ProcessInfo.processInfo.activeProcessorCount) }
}
