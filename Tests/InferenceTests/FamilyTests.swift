// SPDX-License-Identifier: Apache-2.0

import Base
import Kernels
import Testing

@testable import Inference

@Suite("Families of models")
struct FamilyTests {
    struct Line: Decodable {
        var architecture: String
        var variant: String
        var position: Int
        var logits: [Float]
    }

    static let tokens: [Int32] = (0..<100).map { Int32(($0 * 37 + 11) % SyntheticModel.vocabularySize) }

    func lines() throws -> [Line] {
        try FileBytes.read(Fixtures.path("models.jsonl")).split(separator: UInt8(ascii: "\n"))
            .map { try JSON.decode(Line.self, from: Array($0)) }
    }

    @Test(
        "the logits are those of llama.cpp, in the prefix and among candidates",
        arguments: SyntheticModel.all.keys.sorted()
    )
    func golden(name: String) throws {
        let model = try #require(SyntheticModel.all[name]).load()
        let session = try ScoringSession(model: model, threads: 2, isa: dk_best_isa(), rowLimit: 13)
        let all = (0..<Int32(SyntheticModel.vocabularySize)).map { $0 }
        // llama.cpp takes GELU from a table of half-precision numbers.
        let tolerance: Float = name.hasPrefix("gemma3") ? 0.03 : 0.004
        var seen = 0
        for line in try lines() where "\(line.architecture)/\(line.variant)" == name {
            seen += 1
            for split in [line.position, line.position - 4, max(line.position - 70, 1)] {
                let request = ScoreRequest(
                    prefix: Array(FamilyTests.tokens[..<split]),
                    candidates: [Array(FamilyTests.tokens[split...line.position]), [1, 2]],
                    probeTokens: all
                )
                let found = try session.score(request).scores[0].probeLogits
                #expect(found.count == line.logits.count)
                let worst = zip(found, line.logits).map { abs($0 - $1) }.max() ?? .infinity
                #expect(worst < tolerance, "\(name) at \(line.position), prefix of \(split)")
            }
        }
        #expect(seen == 3)
    }

    @Test(
        "a score is the same bits whatever the threads, passes, cache, company and instruction set",
        arguments: SyntheticModel.all.keys.sorted()
    )
    func exactness(name: String) throws {
        let model = try #require(SyntheticModel.all[name]).load()
        var random = SeededRandom(seed: 5, name: name)
        func tokens(_ count: Int) -> [Int32] {
            (0..<count).map { _ in Int32.random(in: 0..<Int32(SyntheticModel.vocabularySize), using: &random) }
        }
        let prefix = tokens(150)
        let shared = tokens(2)
        let candidates = (0..<7).map { shared + tokens(1 + $0 * 4) } + [tokens(90), tokens(1)]
        func request(_ prefix: [Int32], _ candidates: [[Int32]]) -> ScoreRequest {
            ScoreRequest(prefix: prefix, candidates: candidates, hiddenLayers: [0, 1], probeTokens: [3, 268])
        }
        let expected = try ScoringSession(model: model, threads: 1).score(request(prefix, candidates)).scores
        for isa in [DK_SCALAR, DK_AVX2, DK_AVX512] {
            let session = try ScoringSession(
                model: model,
                threads: 2,
                isa: isa,
                rowLimit: Int.random(in: 1...40, using: &random)
            )
            // A cache cut at any place, also within a window.
            for _ in 0..<3 {
                let cut = Int.random(in: 1..<150, using: &random)
                _ = try session.score(request(Array(prefix[..<cut]) + tokens(20), [tokens(3)]))
                #expect(try session.score(request(prefix, candidates)).scores == expected)
                let one = Int.random(in: 0..<candidates.count, using: &random)
                #expect(try session.score(request(prefix, [candidates[one]])).scores == [expected[one]])
            }
        }
    }

    func why(_ change: (inout GGUFWriter) -> Void, _ name: String = "gemma3/windows") -> String {
        var writer = SyntheticModel.all[name]?.writer() ?? GGUFWriter()
        change(&writer)
        do {
            _ = try LanguageModel(GGUFFile(bytes: writer.bytes()), threads: 1)
            return ""
        } catch { return (error as? DroidError)?.why ?? "\(error)" }
    }

    @Test("what a family does not have is refused by name")
    func unsupported() {
        #expect(why { _ in } == "")
        #expect(why { $0.set("gemma3.attn_logit_softcapping", Float(50)) }.contains("soft-capped"))
        #expect(why { $0.set("gemma3.rope.scaling.type", "yarn") }.contains("yarn"))
        #expect(why { $0.set("gemma3.expert_count", UInt32(8)) }.contains("mixture of experts"))
        #expect(why({ $0.set("qwen2.attention.sliding_window", UInt32(64)) }, "qwen2/plain").contains("sliding window"))
        #expect(
            why({ $0.tensor("blk.0.attn_q_norm.weight", [16], [Float](repeating: 1, count: 16)) }, "llama/plain")
                .contains("attn_q_norm")
        )
        var qwen = SyntheticModel.all["qwen2/plain"] ?? SyntheticModel(architecture: "qwen2")
        qwen.bias = false
        #expect { try qwen.load() } throws: { ($0 as? DroidError)?.why.contains("attn_q.bias") == true }
    }
}
