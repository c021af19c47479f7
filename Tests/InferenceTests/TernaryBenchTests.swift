// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Kernels
import Testing

@testable import Inference

@Suite("Ternary weights under the clock")
struct TernaryBenchTests {
    @Test("every form under the clock gives the same product")
    func forms() throws {
        for (depth, rows) in [(256, 1), (1280, 3)] {
            let work = try TernaryWork(depth: depth, outputs: 48, rows: rows)
            work.multiply()
            let expected = work.results()
            #expect(Set(expected).count > 20)
            for kind in [DK_TL1, DK_TL2] {
                work.lookUp(kind, try work.tables(kind))
                #expect(work.results() == expected)
            }
            let folded = try work.folded()
            work.unfold(folded)
            work.multiply()
            #expect(work.results() == expected)
        }
    }

    @Test("the peer's loop adds what a plain sum over I2_S does")
    func peer() throws {
        let (depth, rows) = (4224, 5)
        var random = SeededRandom(seed: 2)
        let codes = (0..<depth).map { _ in Float(Int.random(in: -1...1, using: &random)) }
        let blocks = try #require(GGMLType.i2_S.quantize(codes))
        let a = (0..<(rows * depth)).map { _ in Int8.random(in: -127...127, using: &random) }
        var sums = [Int32](repeating: 0, count: rows)
        dk_i2s_loop(Int64(rows), Int64(depth), blocks, a, Int64(depth), &sums)
        for row in 0..<rows {
            let part = a[(row * depth)..<((row + 1) * depth)]
            let expected = zip(part, codes).reduce(0) { $0 + Int($1.0) * (Int($1.1) + 1) }
            #expect(Int(sums[row]) == expected)
        }
    }

    @Test("the file of random weights is ternary from end to end, and a session runs it")
    func file() throws {
        let path = NSTemporaryDirectory() + "ternary-\(UUID().uuidString).gguf"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try TernaryFile.write(to: path, layers: 1)
        let model = try LanguageModel.load(path, threads: 2)
        #expect(model.config.width == 2560 && model.config.feedForwardWidth == 6912 && model.config.headCount == 20)
        for linear in [model.blocks[0].queryKeyValue, model.blocks[0].gateUp, model.blocks[0].down] {
            #expect(linear.weights.groups == [linear.weights.depth])
        }
        #expect(model.tokenizer.encode("ab c").count == 3)
        let session = try ScoringSession(model: model, threads: 2)
        let scores = try session.score(ScoreRequest(prefix: [5, 6, 7], candidates: [[8], [9, 10]])).scores
        #expect(scores.allSatisfy { $0.logLikelihood.isFinite && $0.logLikelihood < 0 })
    }
}
