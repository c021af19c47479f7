// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Inference

@Suite("The shipped model", .enabled(if: Fixtures.modelIsThere))
struct ShippedModelTests {
    @Test("is a SmolLM2 of 30 blocks, with the pinned digest")
    func shape() throws {
        let model = try Fixtures.model()
        #expect(model.config.blockCount == 30 && model.config.width == 576 && model.config.vocabularySize == 49152)
        #expect(model.sha256 == "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53")
    }

    @Test("knows the capital of France")
    func answer() throws {
        let model = try Fixtures.model()
        let prompt = "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n"
        let end = try #require(model.tokenizer.endToken)
        let out = try ScoringSession(model: model).generate(
            prefix: model.tokenizer.encode(prompt, parseSpecial: true),
            maxTokens: 20,
            stop: [end]
        )
        #expect(model.tokenizer.decode(out) == "The capital of France is Paris.")
    }

    @Test("gives the same bits alone and in company, on one thread and on two, cold and warm")
    func invariance() throws {
        let model = try Fixtures.model()
        let prefix = model.tokenizer.encode("Goal: turn Wi-Fi off. The screen shows the settings. Action:")
        let texts = [" tap \"Network\"", " tap \"Bluetooth\"", " go back", " swipe up"]
        let candidates = texts.map { model.tokenizer.encode($0) }
        let request = ScoreRequest(
            prefix: prefix,
            candidates: candidates,
            hiddenLayers: [15, 30],
            probeTokens: [1, 2]
        )
        let session = try ScoringSession(model: model, threads: 2)
        let cold = try session.score(request).scores
        #expect(try session.score(request).scores == cold)
        let single = try ScoringSession(model: model, threads: 1)
        for (index, candidate) in candidates.enumerated() {
            var alone = request
            alone.candidates = [candidate]
            #expect(try single.score(alone).scores == [cold[index]])
        }
    }

    @Test("in floats expects the same next tokens as llama.cpp does on the model in F32, with the same perplexity")
    func agreement() throws {
        let lines = try FileBytes.read(Fixtures.path("perplexity.jsonl")).split(separator: UInt8(ascii: "\n"))
        let theirs = try lines.map { try JSON.decode(TokenPrediction.self, from: Array($0)) }
        let text = String(decoding: try FileBytes.read(Fixtures.path("perplexity.txt")), as: UTF8.self)
        let model = try Fixtures.model(.float)
        let tokens = Array(model.tokenizer.encode(text).prefix(1024))
        let ours = try ScoringSession(model: model).predictions(tokens, contextLength: 512)
        #expect(ours.map(\.position) == theirs.map(\.position) && ours.map(\.token) == theirs.map(\.token))
        let same = zip(ours, theirs).filter { $0.top == $1.top }.count
        #expect(Double(same) >= 0.99 * Double(ours.count))
        let ratio = ScoringSession.perplexity(ours) / ScoringSession.perplexity(theirs)
        #expect(abs(ratio - 1) < 0.001)
    }

    @Test("in integers expects nearly what it expects in floats, within what llama.cpp's own rounding costs")
    func integers() throws {
        let text = String(decoding: try FileBytes.read(Fixtures.path("perplexity.txt")), as: UTF8.self)
        let model = try Fixtures.model()
        let found = try ModelComparison.run(
            reference: ScoringSession(model: Fixtures.model(.float)),
            model: ScoringSession(model: model),
            tokens: Array(model.tokenizer.encode(text).prefix(256)),
            contextLength: 256
        )
        #expect(found.positions == 255)
        #expect(found.meanDivergence < 0.0035)
        #expect(found.sameTop > 0.94)
        #expect(abs(found.perplexity / found.referencePerplexity - 1) < 0.01)
    }
}
