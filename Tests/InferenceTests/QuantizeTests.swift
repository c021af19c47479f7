// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import Inference

@Suite("Summary of a model")
struct SummaryTests {
    @Test("the memory that is foretold for the weights is what they take", arguments: SyntheticModel.all.keys.sorted())
    func memory(name: String) throws {
        let file = try GGUFFile(bytes: try #require(SyntheticModel.all[name]).writer().bytes())
        let model = try LanguageModel(file, threads: 1)
        let ties = file.tensors["output.weight"] == nil
        let bytes = model.matrices.reduce(ties ? 0 : model.embedding.bytes) { $0 + $1.bytes }
        let summary = try ModelSummary(file, path: "here", tokens: 100)
        let memory = try #require(summary.memory)
        // Norms and biases are counted, too.
        #expect(
            memory.weights >= bytes && Double(memory.weights) < 1.1 * Double(bytes) && memory.file == file.bytes.count
                && memory.tokens == 100
        )
        // Two tiles of 64 tokens in each block.
        let config = model.config
        let inFloats = try #require(ModelSummary(file, path: "here", tokens: 100, precision: .float).memory)
        let perHead = 128 * config.keyValueHeadCount * config.blockCount
        #expect(inFloats.cache == perHead * 2 * config.headWidth * 4)
        // Words of 16 bits, and a step for each key and each value.
        #expect(memory.cache == perHead * (2 * config.headWidth * 2 + 2 * 4))
        #expect(memory.peak >= memory.weights + memory.file && summary.unsupported == [])
        #expect(summary.sha256 == model.sha256 && summary.vocabulary == SyntheticModel.vocabularySize)
    }

    @Test("what is not supported is told by name, and is no error")
    func unsupported() throws {
        let folder = NSTemporaryDirectory() + "summary-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func summary(_ writer: GGUFWriter) throws -> ModelSummary {
            try FileBytes.write(writer.bytes(), to: folder + "/model.gguf")
            return try ModelSummary(path: folder + "/model.gguf")
        }
        var writer = GGUFWriter()
        writer.set("general.architecture", "mamba")
        writer.set("tokenizer.ggml.model", "rwkv")
        writer.set("general.name", "a snake")
        var found = try summary(writer)
        #expect(found.name == "a snake" && found.architecture == "mamba" && found.memory == nil)
        #expect(
            found.unsupported.count == 2 && found.unsupported[0].contains("mamba")
                && found.unsupported[1].contains("rwkv")
        )
        writer.tensor("t", [256], type: 16, [UInt8](repeating: 0, count: 66))
        found = try summary(writer)
        #expect(found.unsupported.count == 1 && found.unsupported[0].contains("IQ2_XXS") && found.sha256.count == 64)
        var tiny = SyntheticModel(architecture: "llama").writer()
        tiny.tensor("blk.0.attn_qkv.weight", [64], [Float](repeating: 0, count: 64))
        #expect(try summary(tiny).unsupported.first?.contains("attn_qkv") == true)
        #expect(try summary(AdapterTests().gguf()).unsupported.first?.contains("--adapter") == true)
        #expect { try ModelSummary(path: folder + "/none") } throws: { ($0 as? DroidError)?.code == "model.missing" }
        try FileBytes.write("GGUF", to: folder + "/cut")
        #expect { try ModelSummary(path: folder + "/cut") } throws: { ($0 as? DroidError)?.code == "model.corrupt" }
    }
}

@Suite("Quantization")
struct QuantizeTests {
    /// The values of the golden file, and what llama.cpp made of them.
    func golden() throws -> (values: [Float], blocks: [GGMLType: [UInt8]]) {
        let bytes = try FileBytes.read(Fixtures.path("quantize.bin"))
        #expect(bytes.starts(with: "QTV1".utf8))
        var at = 4
        func word() -> UInt32 {
            defer { at += 4 }
            return (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) }
        }
        let values = (0..<Int(word())).map { _ in Float(bitPattern: word()) }
        var blocks: [GGMLType: [UInt8]] = [:]
        while at < bytes.count {
            let type = try #require(GGMLType(rawValue: word()))
            let size = Int(word())
            blocks[type] = Array(bytes[at..<(at + size)])
            at += size
        }
        return (values, blocks)
    }

    @Test("every format has the bits of llama.cpp", arguments: [GGMLType.q8_0, .q4_0, .q4_1, .q4_K, .tq2_0])
    func bits(type: GGMLType) throws {
        let (values, blocks) = try golden()
        let found = try #require(type.quantize(values))
        let theirs = try #require(blocks[type])
        let size = type.blockBytes
        #expect(found.count == theirs.count)
        for block in 0..<(theirs.count / size) {
            let range = (block * size)..<((block + 1) * size)
            #expect(found[range] == theirs[range], "block \(block)")
        }
    }

    @Test("I2_S takes the nearest of -1, 0 and 1, and gives them back")
    func ternary() throws {
        let values = (0..<128).map { Float($0 % 7) * 0.5 - 1.5 }
        let blocks = try #require(GGMLType.i2_S.quantize(values))
        let back = try #require(GGMLType.i2_S.dequantize(blocks))
        #expect(back == values.map { min(max($0.rounded(), -1), 1) })
        #expect(GGMLType.q6_K.quantize([Float](repeating: 0, count: 256)) == nil && GGMLType.q4_0.quantize([1]) == nil)
    }

    @Test("a model written anew in any format loads, scores close to the old one, and keeps its keys and norms")
    func models() throws {
        var shape = SyntheticModel(architecture: "bitnet-b1.58", subNorms: true, scales: true)
        (shape.width, shape.feedForward, shape.heads, shape.headWidth) = (256, 384, 4, 64)
        let file = try GGUFFile(bytes: shape.writer().bytes())
        let folder = NSTemporaryDirectory() + "quantize-\(UUID().uuidString)"
        try FileBytes.makeFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let request = ScoreRequest(prefix: [1, 2, 3], candidates: [[4, 5, 6]])
        let exact = try ScoringSession(model: LanguageModel(file), threads: 1).score(request).scores[0].logProbs
        for target in ModelQuantizer.Target.allCases {
            let path = "\(folder)/\(target.rawValue).gguf"
            var shares: [Double] = []
            let report = try ModelQuantizer.quantize(file, to: target, path: path, threads: 2) { shares.append($0) }
            #expect(report.bytesAfter < report.bytesBefore && shares.last == 1 && shares == shares.sorted())
            let written = try GGUFFile(path: path)
            #expect(written.tensors["blk.1.attn_q.weight"]?.type == target.type)
            // 384 values are no whole number of blocks of 256.
            let down = written.tensors["blk.1.ffn_down.weight"]
            #expect(down?.type == (target == .q4_K ? .q8_0 : target == .tq2_0 ? .q4_0 : target.type))
            #expect(
                written.metadata["tokenizer.ggml.tokens"] != nil && written.integer("general.quantization_version") == 2
            )
            let norm = try #require(written.tensors["blk.0.ffn_sub_norm.weight"])
            #expect(norm.type == .f32 && written.floats(norm) == SyntheticModel.values(norm.name, norm.dimensions))
            let row = try #require(report.tensors.first { $0.name == "blk.0.ffn_up.weight" })
            let scores = try ScoringSession(model: LanguageModel(written), threads: 1).score(request).scores[0].logProbs
            let worst = zip(scores, exact).map { abs($0 - $1) }.max() ?? .infinity
            switch target {
            case .q8_0: #expect(row.relativeError < 0.01 && worst < 0.1)
            case .q4_0, .q4_1, .q4_K: #expect(row.relativeError < 0.1 && worst < 2)
            case .tq2_0, .ternary: #expect(row.relativeError < 0.8 && worst.isFinite)
            }
        }
        let bad = shape.header()
        var writer = bad
        writer.tensor("blk.0.ffn_up.weight", [256, 2], [Float](repeating: .nan, count: 512))
        let path = folder + "/bad.gguf"
        #expect { try ModelQuantizer.quantize(GGUFFile(bytes: writer.bytes()), to: .q4_0, path: path) } throws: {
            ($0 as? DroidError)?.code == "model.corrupt"
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder).count == ModelQuantizer.Target.allCases.count
        )
    }

    @Test("a ternary model goes through I2_S and TQ2_0 without a change")
    func lossless() throws {
        var writer = GGUFWriter()
        var random = SeededRandom(seed: 8)
        // As many of each, so that the mean magnitude is two thirds of the scale.
        let codes: [Float] = (0..<(256 * 3)).map { Float($0 % 3 - 1) }.shuffled(using: &random)
        writer.tensor("blk.0.attn_q.weight", [256, 3], codes.map { $0 * 0.125 })
        let folder = NSTemporaryDirectory() + "lossless-\(UUID().uuidString)"
        try FileBytes.makeFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for target in [ModelQuantizer.Target.tq2_0, .ternary] {
            _ = try ModelQuantizer.quantize(GGUFFile(bytes: writer.bytes()), to: target, path: folder + "/t.gguf")
            let file = try GGUFFile(path: folder + "/t.gguf")
            let values = file.floats(try #require(file.tensors["blk.0.attn_q.weight"]))
            let scale = values.max() ?? 0
            #expect(values.map { $0 / scale } == codes)
            #expect(abs(scale - (target == .tq2_0 ? 0.125 : 0.125 * 2 / 3)) < 1e-6)
        }
    }

    @Test(
        "rows that are no whole number of I2_S's blocks become ternary in blocks of Q4_0, and the engine keeps them so"
    )
    func ternaryRows() throws {
        let shape = SyntheticModel(
            architecture: "llama",
            width: 96,
            feedForward: 160,
            heads: 4,
            keyValueHeads: 2,
            headWidth: 32
        )
        let path = NSTemporaryDirectory() + "ternary-rows-\(UUID().uuidString).gguf"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try GGUFFile(bytes: shape.writer().bytes())
        let report = try ModelQuantizer.quantize(file, to: .ternary, path: path)
        let row = try #require(report.tensors.first { $0.name == "blk.0.attn_q.weight" })
        #expect(row.to == "Q4_0" && row.relativeError > 0.1 && row.relativeError < 0.8)
        let written = try GGUFFile(path: path)
        let tensor = try #require(written.tensors[row.name])
        let before: [Float] = SyntheticModel.values(row.name, tensor.dimensions)
        let after = written.floats(tensor)
        let mean = before.reduce(0) { $0 + abs($1) } / Float(before.count)
        let scale = Float(Float16(mean))
        for (x, y) in zip(before, after) where abs(abs(x / mean) - 0.5) > 1e-3 {
            let code: Float = max(-1, min(1, (x / mean).rounded()))
            #expect(y == code * scale)
        }
        let model = try LanguageModel(written)
        let parts = model.blocks[0].queryKeyValue.weights
        #expect(parts.sections.allSatisfy { if case .ternary = $0.form { true } else { false } })
        #expect(model.embedding.sections.allSatisfy { if case .ternary = $0.form { false } else { true } })
    }
}
