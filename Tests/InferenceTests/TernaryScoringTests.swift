// SPDX-License-Identifier: Apache-2.0

import Base
import Kernels
import Testing

@testable import Inference

/// A tiny model of -1, 0 and 1 times one number for each matrix.
private struct TernaryModel {
    var family = "llama"
    var type: GGMLType = .tq2_0
    /// What a block is multiplied by, given the tensor's name and the block's index.
    var scale: (String, Int) -> Float = { name, _ in name.contains("embd") ? 0.5 : 0.0625 }
    /// Changes the bytes of a tensor.
    var spoil: (String, inout [UInt8]) -> Void = { _, _ in }

    var shape: SyntheticModel {
        let isBitnet = family != "llama"
        return SyntheticModel(
            architecture: family,
            width: 256,
            feedForward: 512,
            heads: 4,
            keyValueHeads: 2,
            headWidth: 64,
            subNorms: isBitnet,
            scales: isBitnet
        )
    }

    /// Five digits of base 3 in a byte, as TQ1_0 has them.
    static func tq1(_ codes: ArraySlice<Int>, _ scale: Float) -> [UInt8] {
        let codes = Array(codes)
        func bytes(from first: Int, count: Int, digits: Int) -> [UInt8] {
            (0..<count).map { byte in
                var value = 0
                for digit in 0..<5 {
                    value = value * 3 + (digit < digits ? codes[first + digit * count + byte] + 1 : 0)
                }
                return UInt8((value * 256 + 242) / 243)
            }
        }
        return bytes(from: 0, count: 32, digits: 5) + bytes(from: 160, count: 16, digits: 5)
            + bytes(from: 240, count: 4, digits: 4) + GGUFWriter.little(Float16(scale).bitPattern)
    }

    /// The codes 7, 8 and 9 in halves of bytes, behind the scale.
    static func q4(_ codes: [Int], _ scale: Float) -> [UInt8] {
        GGUFWriter.little(Float16(scale).bitPattern)
            + (0..<16).map { UInt8(codes[$0] + 8) | UInt8(codes[$0 + 16] + 8) << 4 }
    }

    func codes(_ name: String, _ count: Int) -> [Int] {
        var random = SeededRandom(seed: 3, name: name)
        return (0..<count).map { _ in Int.random(in: -1...1, using: &random) }
    }

    func bytes(_ name: String, _ codes: [Int]) -> [UInt8] {
        func block(_ index: Int) -> [UInt8] {
            let part = codes[(index * type.blockValues)..<((index + 1) * type.blockValues)]
            let scale = scale(name, index)
            switch type {
            case .q4_0: return TernaryModel.q4(Array(part), scale)
            case .tq1_0: return TernaryModel.tq1(part, scale)
            case .i2_S: return type.quantize(part.map { Float($0) }) ?? []
            default: return type.quantize(part.map { Float($0) * scale }) ?? []
            }
        }
        var out = (0..<(codes.count / type.blockValues)).flatMap(block)
        if type == .i2_S { out += GGUFWriter.little(scale(name, 0).bitPattern) + [UInt8](repeating: 0, count: 28) }
        spoil(name, &out)
        return out
    }

    func file() throws -> GGUFFile {
        var writer = shape.header()
        for tensor in shape.shapes {
            if tensor.dimensions.count == 1 {
                writer.tensor(tensor.name, tensor.dimensions, SyntheticModel.values(tensor.name, tensor.dimensions))
            } else {
                let codes = codes(tensor.name, tensor.dimensions.reduce(1, *))
                writer.tensor(tensor.name, tensor.dimensions, type: type.rawValue, bytes(tensor.name, codes))
            }
        }
        return try GGUFFile(bytes: writer.bytes())
    }

    func load(_ precision: Precision = .integer) throws -> LanguageModel {
        try LanguageModel(file(), threads: 1, precision: precision)
    }
}

@Suite("Scoring with ternary weights")
struct TernaryScoringTests {
    static let types: [GGMLType] = [.q4_0, .tq1_0, .tq2_0, .i2_S]

    func tokens(_ count: Int, seed: UInt64) -> [Int32] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in Int32.random(in: 0..<Int32(SyntheticModel.vocabularySize), using: &random) }
    }

    func request(prefix: Int) -> ScoreRequest {
        ScoreRequest(
            prefix: tokens(prefix, seed: 40),
            candidates: (0..<9).map { tokens(1 + $0 % 5, seed: 60 + UInt64($0)) } + [tokens(70, seed: 3)],
            hiddenLayers: [0, 1, 2],
            probeTokens: [5, 200, 7]
        )
    }

    private func scales(_ matrix: PackedMatrix) -> [Float?] {
        matrix.sections.map { if case .ternary(let scale) = $0.form { scale } else { nil } }
    }

    @Test("one scale for a tensor makes it ternary, in two bits a weight", arguments: types)
    func forms(type: GGMLType) throws {
        let model = try TernaryModel(type: type).load()
        let parts = model.blocks[0].queryKeyValue.weights
        #expect(scales(parts) == [0.0625, 0.0625, 0.0625] && parts.groups == [256])
        #expect(parts.bytes == (256 + 2 * 128) * 256 / 4)
        #expect(scales(model.embedding) == [0.5])
        #expect(model.blocks[0].down.scales == nil)
        let floats = try TernaryModel(type: type).load(.float)
        #expect(scales(floats.output) == [nil] && floats.output.groups.isEmpty)
    }

    @Test("blocks of several scales keep them, and zeros among blocks of one scale change nothing")
    func severalScales() throws {
        let several = try TernaryModel(scale: { _, block in block % 2 == 0 ? 0.125 : 0.25 }).load()
        #expect(scales(several.output) == [nil] && several.output.groups == [32])
        let zeros = try TernaryModel(scale: { _, block in block % 2 == 0 ? 0.125 : 0 }).load()
        #expect(scales(zeros.output) == [0.125])
        let nothing = try TernaryModel(scale: { _, _ in 0 }).load()
        #expect(scales(nothing.output) == [0])
        for (scale, model) in [({ $0 % 2 == 0 ? 0.125 : 0.25 }, several), ({ $0 % 2 == 0 ? 0.125 : 0 }, zeros)]
            as [((Int) -> Float, LanguageModel)]
        {
            let floats = try TernaryModel(scale: { _, block in scale(block) }).load(.float)
            try expectRows(of: model, are: floats)
        }
    }

    @Test(
        "a fourth code, which two bits can hold, is taken for what the format says",
        arguments: [GGMLType.q4_0, .tq2_0, .i2_S]
    )
    func fourthCode(type: GGMLType) throws {
        let spoil = { (name: String, bytes: inout [UInt8]) in bytes[3] |= type == .q4_0 ? 0xf0 : 0xc0 }
        let model = try TernaryModel(type: type, spoil: spoil).load()
        #expect(scales(model.output) == [nil])
        #expect(model.output.groups == (type == .i2_S ? [] : [32]))
        let floats = try TernaryModel(type: type, spoil: spoil).load(.float)
        try expectRows(of: model, are: floats)
        let request = ScoreRequest(prefix: tokens(5, seed: 1), candidates: [tokens(3, seed: 2)])
        let found = try ScoringSession(model: model, threads: 1).score(request).scores[0].logLikelihood
        let right = try ScoringSession(model: floats, threads: 1).score(request).scores[0].logLikelihood
        #expect(found.isFinite && abs(found - right) < 0.5)
    }

    private func expectRows(of model: LanguageModel, are floats: LanguageModel) throws {
        var (a, b) = ([Float](repeating: 0, count: 256), [Float](repeating: 1, count: 256))
        for row in [0, 17, 268] {
            model.embedding.copyRow(row, to: &a)
            floats.embedding.copyRow(row, to: &b)
            #expect(a == b)
        }
    }

    @Test("embeddings have the values that they have in floats", arguments: types)
    func embeddings(type: GGMLType) throws {
        try expectRows(of: TernaryModel(type: type).load(), are: TernaryModel(type: type).load(.float))
    }

    @Test(
        "all formats of the same weights give the same bits, with any threads, passes, cache and instruction set"
    )
    func exactness() throws {
        let request = request(prefix: 131)
        for family in ["llama", "bitnet-b1.58"] {
            var expected: [CandidateScore]?
            for type in TernaryScoringTests.types {
                let model = try TernaryModel(family: family, type: type).load()
                let first = try ScoringSession(model: model, threads: 1, isa: DK_SCALAR, rowLimit: 384).score(request)
                    .scores
                #expect(first == expected ?? first, "\(type)")
                expected = first
            }
            let model = try TernaryModel(family: family).load()
            var random = SeededRandom(seed: 7)
            for isa in [DK_SCALAR, DK_AVX2, DK_AVX512, DK_VNNI] {
                for rowLimit in [1, Int.random(in: 2...60, using: &random), 384] {
                    let session = try ScoringSession(model: model, threads: 2, isa: isa, rowLimit: rowLimit)
                    var other = request
                    other.prefix = Array(request.prefix.prefix(Int.random(in: 1..<131, using: &random)))
                    _ = try session.score(other)
                    #expect(
                        try session.score(request).scores == expected,
                        "\(family), \(isa.rawValue), \(rowLimit) rows"
                    )
                }
            }
            let session = try ScoringSession(model: model, threads: 2)
            for (index, candidate) in request.candidates.enumerated() {
                var alone = request
                alone.candidates = [candidate]
                #expect(try session.score(alone).scores == [expected?[index]], "candidate \(index)")
            }
        }
    }

    @Test("what it expects is close to what the same file expects in floats", arguments: ["llama", "bitnet-b1.58"])
    func closeness(family: String) throws {
        let found = try ModelComparison.run(
            reference: ScoringSession(model: TernaryModel(family: family).load(.float), threads: 2),
            model: ScoringSession(model: TernaryModel(family: family).load(), threads: 2),
            tokens: tokens(200, seed: 3),
            contextLength: 100
        )
        #expect(found.meanDivergence > 0 && found.meanDivergence < 0.01)
        #expect(found.sameTop > 0.9)
        #expect(abs(found.perplexity / found.referencePerplexity - 1) < 0.05)
    }
}
