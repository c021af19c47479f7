// SPDX-License-Identifier: Apache-2.0

import Base
import Kernels
import Testing

@testable import Inference

@Suite("Scoring over keys and values in few bits")
struct PackedScoringTests {
    let tiny = TinyModel()
    let model: LanguageModel

    init() throws { model = try tiny.load() }

    func tokens(_ count: Int, seed: UInt64) -> [Int32] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in Int32.random(in: 0..<Int32(tiny.vocabularySize), using: &random) }
    }

    /// 12-token candidates, some of which share leading tokens, and some of other lengths.
    func request(_ prefix: Int) -> ScoreRequest {
        let shared = tokens(5, seed: 7)
        var candidates = (0..<6).map { tokens(12, seed: 20 + UInt64($0)) }
        candidates += [
            shared + tokens(7, seed: 1), shared + tokens(7, seed: 2), tokens(1, seed: 3), tokens(70, seed: 4),
        ]
        return ScoreRequest(
            prefix: tokens(prefix, seed: 40),
            candidates: candidates,
            hiddenLayers: [0, 3],
            probeTokens: [5, 200]
        )
    }

    func session(
        _ format: KeyValueFormat = .q4,
        threads: Int = 1,
        isa: dk_isa = dk_best_isa(),
        rowLimit: Int = 384
    ) throws -> ScoringSession {
        try ScoringSession(model: model, threads: threads, isa: isa, rowLimit: rowLimit, keyValues: format)
    }

    @Test(
        "scores have the same bits in passes of any size, on any number of threads, in any order and in plain C",
        arguments: [123, 128, 251, 256, 300],
        [KeyValueFormat.q4, .q2]
    )
    func invariance(prefix: Int, format: KeyValueFormat) throws {
        let request = request(prefix)
        let expected = try session(format).score(request).scores
        for (threads, rowLimit) in [(1, 1), (2, 5), (3, 37), (2, 64), (1, 128), (2, 129), (3, 200), (2, 384)] {
            let found = try session(format, threads: threads, rowLimit: rowLimit).score(request).scores
            #expect(found == expected, "\(threads) threads, \(rowLimit) rows")
        }
        for isa in [DK_SCALAR, DK_AVX2] {
            #expect(try session(format, isa: isa, rowLimit: 100).score(request).scores == expected)
        }
        let session = try session(format, threads: 2)
        var reversed = request
        reversed.candidates.reverse()
        #expect(try session.score(reversed).scores == expected.reversed())
        for (index, candidate) in request.candidates.enumerated() {
            var alone = request
            alone.candidates = [candidate]
            #expect(try session.score(alone).scores == [expected[index]], "candidate \(index)")
        }
    }

    @Test("a score does not depend on what the session did before, wherever the cache is cut", arguments: 0..<6)
    func eviction(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let used = try session(threads: 2, rowLimit: Int.random(in: 1...300, using: &random))
        let whole = tokens(400, seed: 40)
        for _ in 0..<8 {
            let length = Int.random(in: 1...400, using: &random)
            let common = Int.random(in: 0...length, using: &random)
            var request = request(1)
            request.prefix =
                whole[..<common] + tokens(length - common, seed: UInt64.random(in: 50...60, using: &random))
            request.candidates = [tokens(12, seed: 1), tokens(3, seed: 2)]
            let warm = try used.score(request)
            let cold = try session().score(request)
            #expect(warm.scores == cold.scores, "\(common) of \(length)")
            let again = try used.score(request)
            // The block of the last token is there in full precision.
            #expect(again.scores == cold.scores && again.cost.prefixComputed == 1)
        }
    }

    @Test("only whole blocks and the rows of the last are reused")
    func reuse() throws {
        let session = try session(rowLimit: 100)
        func reused(_ prefix: [Int32]) throws -> Int {
            try session.score(ScoreRequest(prefix: prefix, candidates: [[1]])).cost.prefixReused
        }
        let text = tokens(400, seed: 40)
        #expect(try reused(Array(text[..<300])) == 0)
        // In the last block, to the token; before it, to the beginning of the block.
        #expect(try reused(Array(text[..<290]) + [1, 2]) == 290)
        #expect(try reused(Array(text[..<256])) == 128)
        #expect(try reused(Array(text[..<256])) == 255)
        #expect(try reused(Array(text[..<256]) + [7]) == 256)
        #expect(try reused(Array(text[..<200])) == 128)
        #expect(try reused(Array(text[..<129]) + [3]) == 129)
        #expect(try reused(Array(text[..<120])) == 0)
    }

    @Test(
        "a prefix that a session comes back to is there again, block by block, and the scores are those of a new session"
    )
    func comingBack() throws {
        let session = try session(rowLimit: 100)
        var requests = [request(300), request(1), request(1)]
        requests[1].prefix = Array(requests[0].prefix[..<140]) + tokens(250, seed: 5)
        requests[2].prefix = tokens(200, seed: 6)
        let cold = try requests.map { try self.session().score($0).scores }
        #expect(try session.score(requests[0]).cost.prefixReused == 0)
        #expect(try session.score(requests[1]).cost.prefixReused == 128)
        #expect(try session.score(requests[2]).cost.prefixReused == 0)
        for (index, reused) in [(0, 256), (1, 384), (2, 128), (0, 256), (0, 299), (1, 384), (2, 128)] {
            let found = try session.score(requests[index])
            #expect(found.scores == cold[index] && found.cost.prefixReused == reused, "request \(index)")
        }
        session.reset()
        #expect(try session.score(requests[0]).cost.prefixReused == 0)
    }

    @Test("blocks that were left are kept up to a limit, the newest ones")
    func store() throws {
        var store = BlockStore(limit: 2)
        let buffers = try (0..<4).map { _ in try FloatBuffer(1) }
        #expect(store.put("a", buffers[0]) == nil && store.put("b", buffers[1]) == nil)
        #expect(store.put("a", buffers[2]) === buffers[0] && store.count == 2)
        #expect(store.put("c", buffers[3]) === buffers[1] && store.take("b") == nil)
        #expect(store.take("a") === buffers[2] && store.take("a") == nil && store.count == 1)
    }

    @Test("generation gives the tokens of one pass at a time, also across the end of a block")
    func generation() throws {
        let prefix = tokens(120, seed: 3)
        let one = try session(rowLimit: 384)
        let out = try one.generate(prefix: prefix, maxTokens: 20)
        #expect(out.count == 20)
        let next = try session(rowLimit: 11).generate(prefix: prefix + out[..<12], maxTokens: 8)
        #expect(Array(out[12...]) == next)
    }

    @Test("before the first block is complete nothing tells it from keys and values in words; behind it 4 bits do")
    func closeness() throws {
        func gap(_ prefix: Int, _ format: KeyValueFormat) throws -> Float {
            let request = request(prefix)
            let right = try session(.float).score(request).scores
            let found = try session(format).score(request).scores
            return zip(right, found).flatMap { zip($0.logProbs, $1.logProbs).map { abs($0 - $1) } }.max() ?? .infinity
        }
        let near = try gap(127, .q4)
        let four = try gap(300, .q4)
        let two = try gap(300, .q2)
        #expect(near == 0 && four > 0 && four < 1 && two > four, "\(near) \(four) \(two)")
    }

    @Test("sliding windows hide keys in packed blocks as in tiles", arguments: ["gemma3/windows", "gemma3/capped"])
    func windows(name: String) throws {
        let model = try #require(SyntheticModel.all[name]).load()
        var random = SeededRandom(seed: 5, name: name)
        let text = (0..<330).map { _ in Int32.random(in: 0..<Int32(SyntheticModel.vocabularySize), using: &random) }
        let request = ScoreRequest(
            prefix: Array(text[..<267]),
            candidates: [Array(text[267...]), [1, 2, 3]],
            probeTokens: [9]
        )
        let expected = try ScoringSession(model: model, threads: 1, keyValues: .q4).score(request).scores
        for (isa, rowLimit) in [(DK_SCALAR, 50), (DK_AVX2, 13), (DK_AVX512, 200)] {
            let session = try ScoringSession(model: model, threads: 2, isa: isa, rowLimit: rowLimit, keyValues: .q4)
            #expect(try session.score(request).scores == expected)
        }
        let right = try ScoringSession(model: model, threads: 1).score(request).scores
        for (score, other) in zip(expected, right) {
            #expect(zip(score.logProbs, other.logProbs).allSatisfy { abs($0 - $1) < 0.5 })
        }
    }

    @Test("a block takes what its format says, and the whole cache hardly more")
    func size() throws {
        // The shape of the shipped model's heads.
        var shape = TinyModel()
        shape.headWidth = 64
        let wide = try shape.load()
        let bits = try KeyValueBench.bits(wide, .q4, depth: 8192)
        #expect(bits.blocks == 4.390625 && bits.cache == 4.6484375)
        #expect(try KeyValueBench.bits(wide, .q2, depth: 8192).blocks == 3.015625)
    }

    @Test("quality is measured against floats: nothing to say within a block, little in 4 bits, more in 2")
    func quality() throws {
        let text = tokens(300, seed: 8)
        let four = try KeyValueBench.quality(model, .q4, tokens: text, contextLength: 300, threads: 2)
        let two = try KeyValueBench.quality(model, .q2, tokens: text, contextLength: 300, threads: 2)
        let none = try KeyValueBench.quality(model, .float, tokens: text, contextLength: 300, threads: 2)
        #expect(none == KeyValueBench.Quality(positions: 299))
        #expect(
            four.positions == 299 && four.divergence > 0 && four.divergence < 0.01 && two.divergence > four.divergence
        )
    }

    @Test("heads that are too wide are refused by name, floats take them")
    func refused() throws {
        var wide = TinyModel()
        (wide.headWidth, wide.blocks) = (272, 1)
        let bytes = wide.writer().bytes()
        #expect(throws: Never.self) { try LanguageModel(GGUFFile(bytes: bytes), threads: 1) }
        #expect { try LanguageModel(GGUFFile(bytes: bytes), threads: 1, keyValues: .q4) } throws: {
            ($0 as? DroidError)?.code == "model.unsupported"
        }
    }
}
