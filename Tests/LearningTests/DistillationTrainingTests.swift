// SPDX-License-Identifier: Apache-2.0

import Annotation
import Base
import Foundation
import Inference
import Testing
import Training

@testable import Learning

/// With the shipped model, which `droidagent model fetch` puts there.
@Suite(
    "Distillation of a verifier",
    .enabled(if: FileManager.default.fileExists(atPath: Locations.cache + "/models/smollm2-135m-instruct-q4_1.gguf"))
)
struct DistillationTrainingTests {
    let model = Locations.cache + "/models/smollm2-135m-instruct-q4_1.gguf"
    let folder = NSTemporaryDirectory() + "/distil-\(UInt64.random(in: 0 ... .max))"

    static let recipe = """
        name: small
        target: masks
        sparsity: 0.3
        rank: 4
        alpha: 8
        first_block: 26
        learning_rate: 0.001
        weight_rate: 0
        ramp: 0
        schedule: constant
        warm_up: 1
        clip: 1
        steps: 4
        decisions: 4
        texts: 1
        text_tokens: 48
        text_weight: 0.5
        pass_tokens: 1024
        candidate_tokens: 96
        precision: bf16
        seed: 1
        validation: 4
        calibration: 4
        report_every: 1
        validate_every: 4
        """

    @Test(
        "an interrupted distillation goes on, writes adapter, thresholds and report, and comes closer to the verifier"
    )
    func masks() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileBytes.makeFolder(folder)
        let records = (0..<16).map { step in
            StateSetTests.state(step, task: "task \(step / 2)", right: " tap \"row \(step)\"\n")
        }
        try StatesFile.write(records, to: folder + "/states.jsonl")
        try FileBytes.write(RoundTests.recipe, to: folder + "/p3.yaml")
        try FileBytes.write(Self.recipe, to: folder + "/distill.yaml")
        let text = (0..<90).map { "Line \($0) tells what \($0 + 1) lines tell.\n" }.joined()
        try FileBytes.write(text, to: folder + "/text.txt")
        let training = PreferenceTrainingOptions(
            states: [folder + "/states.jsonl"],
            model: model,
            recipe: folder + "/p3.yaml",
            output: folder + "/verifier.gguf",
            folder: folder + "/verifier.training"
        )
        try PreferenceTraining.run(training)

        var request = DistillationRequest(
            states: [folder + "/states.jsonl"],
            texts: [folder + "/text.txt"],
            model: model,
            adapter: folder + "/verifier.gguf",
            recipe: folder + "/distill.yaml",
            output: folder + "/small.gguf",
            companion: folder + "/masks.json",
            folder: folder + "/small.training"
        )
        request.minutes = 0
        let first = try DistillationTraining.run(request)
        #expect(!first.isDone && first.step == 1)
        request.minutes = nil
        request.report = folder + "/small"
        var begun: (Int, Int) = (0, 0)
        let outcome = try DistillationTraining.run(request) { event in
            if case .begin(let decisions, let texts, _) = event { begun = (decisions, texts) }
        }
        #expect(outcome.isDone && outcome.step == 4 && outcome.before == first.before)
        #expect(begun.0 == 12 && begun.1 > 10)
        #expect(outcome.before.decisions == 4 && outcome.before.tokens > 40)
        #expect(outcome.before.textDivergence > 0.01)
        #expect(outcome.after.textDivergence < outcome.before.textDivergence)
        #expect(outcome.after.teacherPerplexity == outcome.before.teacherPerplexity)

        let digest = try SHA256.hex(ofFile: model)
        let mask = try ActivationMask.read(folder + "/masks.json", model: digest, blocks: 30)
        #expect(mask.sparsity == 0.3 && mask.blocks.allSatisfy { $0.attention > 0 && $0.neuron > 0 })
        let scorer = try StateScorer(model: model, adapter: folder + "/small.gguf", threads: 2)
        #expect(try scorer.scores(records[0]).allSatisfy(\.isFinite))
        let page = String(decoding: try FileBytes.read(folder + "/small.html"), as: UTF8.self)
        #expect(page.contains("without learning") && page.contains("30 % of all inputs"))

        // A checkpoint of another distillation is not gone on with.
        try FileBytes.write(Self.recipe.replacing("sparsity: 0.3", with: "sparsity: 0.4"), to: folder + "/distill.yaml")
        #expect { try DistillationTraining.run(request) } throws: {
            ($0 as? DroidError)?.code == "training.checkpoint"
        }
    }

    @Test("recipes that cannot be are refused, naming what is wrong")
    func recipes() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileBytes.makeFolder(folder)
        let path = folder + "/recipe.yaml"
        try FileBytes.write(Self.recipe, to: path)
        #expect(try DistillationRecipe.load(path).sparsity == 0.3)
        for (from, to, word) in [
            ("sparsity: 0.3", "sparsity: 1.5", "sparsity"), ("steps: 4", "steps: 0", "steps"),
            ("target: masks", "target: ternary", "first_block"), ("target: masks", "target: none", "no recipe"),
            ("ramp: 0", "rump: 0", "rump"),
        ] {
            try FileBytes.write(Self.recipe.replacing(from, with: to), to: path)
            #expect { try DistillationRecipe.load(path) } throws: {
                ($0 as? DroidError)?.code == "recipe.format" && "\($0)".contains(word)
            }
        }
        for name in ["distill", "ternary"] {
            let recipe = try DistillationRecipe.load(Locations.checkout + "/Training/recipes/\(name).yaml")
            #expect(recipe.target == (name == "distill" ? .masks : .ternary))
        }
    }
}
