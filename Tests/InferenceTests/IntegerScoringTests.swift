// SPDX-License-Identifier: Apache-2.0

import Base
import Kernels
import Testing

@testable import Inference

/// A tiny llama whose matrices are blocks of 4 and of 8 bits.
private struct QuantizedModel {
    let tiny = TinyModel(width: 64, feedForward: 96, heads: 4, keyValueHeads: 2, headWidth: 16, blocks: 2)

    static func half(_ x: Float) -> [UInt8] { GGUFWriter.little(Float16(x).bitPattern) }

    static func q8(_ values: ArraySlice<Float>) -> [UInt8] {
        let scale = Float(Float16((values.map(abs).max() ?? 0) / 127))
        return half(scale) + values.map { UInt8(bitPattern: Int8(max(-127, min(127, ($0 / scale).rounded())))) }
    }

    static func q4(_ values: ArraySlice<Float>) -> [UInt8] {
        let low = Float(Float16(values.min() ?? 0))
        let scale = Float(Float16(((values.max() ?? 0) - low) / 15))
        let codes = values.map { UInt8(max(0, min(15, (($0 - low) / scale).rounded()))) }
        return half(scale) + half(low) + (0..<16).map { codes[$0] | codes[$0 + 16] << 4 }
    }

    func load(_ precision: Precision) throws -> LanguageModel {
        var writer = tiny.writer(skipping: Set(tiny.tensors.map(\.name)))
        for tensor in tiny.tensors {
            guard tensor.dimensions.count == 2 else {
                writer.tensor(tensor.name, tensor.dimensions, tensor.values)
                continue
            }
            // Queries, keys and values of one block are kept in several ways.
            let eight = tensor.name.contains("embd") || tensor.name.contains("attn_k")
            let plain = tensor.name.contains("attn_v")
            if plain {
                writer.tensor(tensor.name, tensor.dimensions, tensor.values)
                continue
            }
            let bytes = stride(from: 0, to: tensor.values.count, by: 32).flatMap { start in
                let block = tensor.values[start..<(start + 32)]
                return eight ? QuantizedModel.q8(block) : QuantizedModel.q4(block)
            }
            writer.tensor(tensor.name, tensor.dimensions, type: eight ? 8 : 3, bytes)
        }
        return try LanguageModel(GGUFFile(bytes: writer.bytes()), threads: 1, precision: precision)
    }
}

@Suite("Scoring in integers")
struct IntegerScoringTests {
    private let quantized = QuantizedModel()
    let model: LanguageModel

    init() throws { model = try quantized.load(.integer) }

    func tokens(_ count: Int, seed: UInt64) -> [Int32] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in Int32.random(in: 0..<Int32(quantized.tiny.vocabularySize), using: &random) }
    }

    func request(prefix: Int) -> ScoreRequest {
        let shared = tokens(3, seed: 50)
        var candidates: [[Int32]] = (0..<7).map { tokens(1 + $0 % 5, seed: 60 + UInt64($0)) }
        candidates += [shared + tokens(2, seed: 1), shared + tokens(9, seed: 2), shared, tokens(70, seed: 3)]
        return ScoreRequest(
            prefix: tokens(prefix, seed: 40),
            candidates: candidates,
            hiddenLayers: [0, 1, 2],
            probeTokens: [5, 200, 7]
        )
    }

    @Test("the weights stay in few bits, and those that are floats in the file stay floats")
    func forms() {
        let parts = model.blocks[0].queryKeyValue.weights
        #expect(parts.groups == [32] && parts.sections.count == 3)
        let four = 64 / 32 * (4 * 64 + 2 * 2 * 16)
        #expect(parts.sections.map(\.panelBytes) == [four, 64 / 32 * (32 * 16 + 2 * 16), 64 * 16 * 4])
    }

    @Test("a score is the same bits whatever the threads, passes, company, cache and instruction set")
    func exactness() throws {
        let request = request(prefix: 131)
        let expected = try ScoringSession(model: model, threads: 1).score(request).scores
        var random = SeededRandom(seed: 7)
        for isa in [DK_SCALAR, DK_AVX2, DK_AVX512, DK_VNNI] {
            for rowLimit in [1, 5, Int.random(in: 6...60, using: &random), 384] {
                let session = try ScoringSession(model: model, threads: 2, isa: isa, rowLimit: rowLimit)
                let cut = Int.random(in: 1..<131, using: &random)
                var other = request
                other.prefix = Array(request.prefix[..<cut]) + tokens(9, seed: UInt64(cut))
                _ = try session.score(other)
                #expect(
                    try session.score(request).scores == expected,
                    "\(isa.rawValue), \(rowLimit) rows, cut at \(cut)"
                )
            }
        }
        let session = try ScoringSession(model: model, threads: 2)
        for (index, candidate) in request.candidates.enumerated() {
            var alone = request
            alone.candidates = [candidate]
            #expect(try session.score(alone).scores == [expected[index]], "candidate \(index)")
        }
        // One token after the other gives what many at once give.
        let text = request.prefix + request.candidates[8]
        let together = try session.predictions(text, contextLength: text.count)
        let single = try ScoringSession(model: model, threads: 1, isa: dk_best_isa(), rowLimit: 1)
        #expect(try single.predictions(text, contextLength: text.count) == together)
    }

    @Test("what it expects is close to what the same file expects in floats")
    func closeness() throws {
        let floats = try quantized.load(.float)
        #expect(floats.precision == .float && floats.blocks[0].down.weights.groups.isEmpty)
        let found = try ModelComparison.run(
            reference: ScoringSession(model: floats, threads: 2),
            model: ScoringSession(model: model, threads: 2),
            tokens: tokens(200, seed: 3),
            contextLength: 100
        )
        #expect(found.positions == 198)
        #expect(found.meanDivergence > 0 && found.meanDivergence < 0.001)
        #expect(found.sameTop > 0.95)
        #expect(abs(found.perplexity / found.referencePerplexity - 1) < 0.01)
        let same = try ModelComparison.run(
            reference: ScoringSession(model: floats, threads: 1),
            model: ScoringSession(model: floats, threads: 2),
            tokens: tokens(40, seed: 3),
            contextLength: 40
        )
        #expect(same.meanDivergence == 0 && same.sameTop == 1)
    }

    @Test("the inputs that cost most in rounding stand twice in the output matrix, and only there")
    func refinement() throws {
        let wide = TinyModel(width: 128, feedForward: 96, heads: 4, keyValueHeads: 2, headWidth: 32, blocks: 2)
        var writer = wide.writer(skipping: Set(wide.tensors.map(\.name)))
        for var tensor in wide.tensors {
            // Two channels of blocks 1 and 3 are far greater than the rest.
            if tensor.name == "output_norm.weight" {
                tensor.values[40] = 30
                tensor.values[100] = 50
            }
            guard tensor.name.contains("embd") else {
                writer.tensor(tensor.name, tensor.dimensions, tensor.values)
                continue
            }
            let bytes = stride(from: 0, to: tensor.values.count, by: 32).flatMap {
                QuantizedModel.q8(tensor.values[$0..<($0 + 32)])
            }
            writer.tensor(tensor.name, tensor.dimensions, type: 8, bytes)
        }
        let file = try GGUFFile(bytes: writer.bytes())
        let model = try LanguageModel(file, threads: 1)
        #expect(model.refinedInputs == [1, 3] && model.output.depth == 192)
        for token in [0, 17, wide.vocabularySize - 1] {
            var row = [Float](repeating: 0, count: 192)
            model.output.copyRow(token, to: &row, count: 192)
            #expect(Array(row[128..<160]) == Array(row[32..<64]) && Array(row[160...]) == Array(row[96..<128]))
        }
        let floats = try LanguageModel(file, threads: 1, precision: .float)
        #expect(floats.refinedInputs.isEmpty && floats.output.depth == 128)
        // All other matrices are floats here, so the logits differ by the rounding of the final state alone. Rounded to one byte,
        // a value of a block whose greatest is 127 steps is off by up to half a step; the two blocks must be far better.
        let text = tokens(40, seed: 9).map { $0 % Int32(wide.vocabularySize) }
        let (fine, exact) = (
            try ScoringSession(model: model, threads: 1), try ScoringSession(model: floats, threads: 1)
        )
        let states = try exact.finalStates(text)
        for state in states {
            let (a, b) = (try fine.logits(state: state), try exact.logits(state: state))
            // Half a step of the blocks that stand once, at the greatest weight, for all of their inputs: no refined input adds.
            let once = (state[0..<32].map(abs).max() ?? 0) + (state[64..<96].map(abs).max() ?? 0)
            let bound =
                once / 127 / 2 * 32 * (wide.tensors.first { $0.name.contains("embd") }?.values.map(abs).max() ?? 0)
            for (x, y) in zip(a, b) { #expect(abs(x - y) < bound * 1.02 + 1e-4) }
        }
    }

    @Test("embeddings have the bits that they have in floats")
    func embeddings() throws {
        let floats = try quantized.load(.float)
        var (a, b) = ([Float](repeating: 0, count: 64), [Float](repeating: 1, count: 64))
        for row in [0, 17, 268] {
            model.embedding.copyRow(row, to: &a)
            floats.embedding.copyRow(row, to: &b)
            #expect(a == b)
        }
    }
}
