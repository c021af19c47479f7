// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Base
import Inference

struct TrainExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a verifier for Python: the adapter in PEFT's form, and the head beside it.",
        discussion: """
            llama.cpp loads the file of a verifier as it is (`--lora`). In Python, with the base model from the hub: \
            PeftModel.from_pretrained(model, FOLDER). A candidate's score is the product of head.json's weights with the state behind the \
            final norm at the candidate's last token.
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var model: ModelFileOptions
    @Argument(help: "A verifier, as `train p3` writes it.") var verifier: String
    @Option(help: ArgumentHelp("Where it goes.", valueName: "dir")) var out = "verifier-peft"
    @Option(help: ArgumentHelp("The base model's name on the hub, or a path.", valueName: "name"))
    var base = "HuggingFaceTB/SmolLM2-135M-Instruct"

    private struct Head: Encodable {
        let weights: [Float]
        let temperature: Float
        let baseSHA256: String
        let prompt: Int
        let actionSpace: Int
    }

    private struct Line: Encodable {
        let folder: String
        let parts: Int
        let rank: Int
    }

    func run() async throws {
        let config = try ModelConfig(GGUFFile.open(model.path()))
        let adapter = try Adapter.load(verifier, for: config)
        let head = try VerifierHead.load(verifier)
        guard head.layers == [config.blockCount], !head.readsMean, !head.readsWords else {
            throw DroidError(
                "adapter.unsupported",
                "\(verifier) cannot be exported",
                why: "its head reads more than the last state",
                next: "name a verifier that `droidagent train p3` wrote"
            )
        }
        try adapter.writePEFT(to: out, base: base, config: config)
        let facts = Head(
            weights: Array(head.weights.dropLast(VerifierHead.extraFeatures)),
            temperature: head.temperature,
            baseSHA256: head.baseSHA256,
            prompt: head.promptVersion,
            actionSpace: head.actionSpaceVersion
        )
        try FileBytes.write(JSON.pretty(facts) + "\n", to: "\(out)/head.json")
        try global.emit(Line(folder: out, parts: adapter.count, rank: adapter.rank))
        global.say("\(adapter.count) matrices of rank \(adapter.rank): \(out)")
    }
}
