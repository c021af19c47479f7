// SPDX-License-Identifier: Apache-2.0

import Base
import Kernels
import Testing

@testable import Inference

@Suite("Scoring")
struct ScoringTests {
    let tiny = TinyModel()
    let model: LanguageModel

    init() throws { model = try tiny.load() }

    func tokens(_ count: Int, seed: UInt64) -> [Int32] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in Int32.random(in: 0..<Int32(tiny.vocabularySize), using: &random) }
    }

    /// Candidates of several lengths; some share leading tokens, some are equal, one is the beginning of another.
    func request(prefix: Int = 70) -> ScoreRequest {
        let shared = tokens(3, seed: 50)
        var candidates: [[Int32]] = (0..<9).map { tokens(1 + $0 % 5, seed: 60 + UInt64($0)) }
        candidates += [shared + tokens(2, seed: 1), shared + tokens(4, seed: 2)]
        candidates += [shared, shared, Array(shared.prefix(1))]
        candidates.append(tokens(70, seed: 3))
        return ScoreRequest(
            prefix: tokens(prefix, seed: 40),
            candidates: candidates,
            hiddenLayers: [0, 2, 3],
            probeTokens: [5, 200, 7],
            wantsMeanHidden: true
        )
    }

    func session(threads: Int = 1, isa: dk_isa = dk_best_isa(), rowLimit: Int = 384) throws -> ScoringSession {
        try ScoringSession(model: model, threads: threads, isa: isa, rowLimit: rowLimit)
    }

    @Test("agrees with the plainest transformer, in log-probabilities, states and logits")
    func reference() throws {
        let request = request(prefix: 67)
        let plain = PlainTransformer(tiny)
        let result = try ScoringSession(model: tiny.load(.float), threads: 2).score(request)
        // Keys and values in words cost some digits.
        let words = try session(threads: 2).score(request)
        for (score, right) in zip(words.scores, result.scores) {
            #expect(zip(score.logProbs, right.logProbs).allSatisfy { abs($0 - $1) < 0.02 })
        }
        #expect(words.scores != result.scores)
        func close(_ a: [Float], _ b: [Double]) -> Bool {
            a.count == b.count && zip(a, b).allSatisfy { abs(Double($0) - $1) < 2e-3 * max(1, abs($1)) }
        }
        for (candidate, score) in zip(request.candidates, result.scores) {
            let all = plain.run(request.prefix + candidate)
            let expected: [Double] = candidate.indices.map { index in
                let logits: [Double] = all[request.prefix.count + index - 1].logits
                let top = logits.max() ?? 0
                let sum = logits.reduce(0) { $0 + exponential($1 - top) }
                return logits[Int(candidate[index])] - top - logarithm(sum)
            }
            #expect(close(score.logProbs, expected))
            let last = try #require(all.last)
            for (index, layer) in request.hiddenLayers.enumerated() {
                #expect(close(score.hidden[index], last.states[layer]), "layer \(layer)")
                let states: [[Double]] = all.suffix(candidate.count).map { $0.states[layer] }
                let mean: [Double] = (0..<tiny.width).map { d in
                    var sum = 0.0
                    for state in states { sum += state[d] }
                    return sum / Double(states.count)
                }
                #expect(close(score.meanHidden[index], mean), "mean of layer \(layer)")
            }
            #expect(close(score.probeLogits, request.probeTokens.map { last.logits[Int($0)] }))
        }
    }

    @Test(
        "behind thousands of keys a token by itself has the bits that it has in a pass of many",
        arguments: [KeyValueFormat.float, .q4],
        [2047, 2048, 4200]
    )
    func spans(format: KeyValueFormat, prefix: Int) throws {
        var request = request(prefix: prefix)
        request.candidates = Array(request.candidates.suffix(2))
        func session(_ threads: Int, _ rowLimit: Int, _ isa: dk_isa = dk_best_isa()) throws -> ScoringSession {
            let found = try ScoringSession(
                model: model,
                threads: threads,
                isa: isa,
                rowLimit: rowLimit,
                keyValues: format
            )
            found.lengthLimit = .max
            return found
        }
        let expected = try session(2, 384).score(request).scores
        #expect(try session(1, 500, DK_AVX2).score(request).scores == expected)
        // The last tokens of the prefix one after the other, across the edge of a span.
        for threads in [1, 3] {
            let session = try session(threads, 256)
            for length in (prefix - 3)...prefix {
                _ = try session.score(ScoreRequest(prefix: Array(request.prefix[..<length]), candidates: [[1]]))
            }
            #expect(try session.score(request).scores == expected, "\(threads) threads")
        }
        #expect(
            try session(3, 1).generate(prefix: request.prefix, maxTokens: 3)
                == session(2, 300).generate(prefix: request.prefix, maxTokens: 3)
        )
    }

    @Test("scores have the same bits on any number of threads, in passes of any size and in plain C")
    func invariance() throws {
        let request = request()
        let expected = try session().score(request).scores
        for threads in [1, 2, 3] {
            for rowLimit in [1, 5, 64, 384] {
                let session = try session(threads: threads, rowLimit: rowLimit)
                #expect(try session.score(request).scores == expected, "\(threads) threads, \(rowLimit) rows")
            }
        }
        #expect(try session(isa: DK_SCALAR).score(request).scores == expected)
        #expect(try session(isa: DK_AVX2).score(request).scores == expected)
    }

    @Test("a candidate's score does not depend on the candidates beside it, nor on their order")
    func batch() throws {
        let request = request()
        let session = try session(threads: 2)
        let expected = try session.score(request).scores
        var reversed = request
        reversed.candidates.reverse()
        #expect(try session.score(reversed).scores == expected.reversed())
        for (index, candidate) in request.candidates.enumerated() {
            var alone = request
            alone.candidates = [candidate]
            #expect(try session.score(alone).scores == [expected[index]], "candidate \(index)")
        }
    }

    @Test("a score does not depend on what the session did before", arguments: [1, 63, 64, 65, 70, 128, 129])
    func cache(length: Int) throws {
        let request = request(prefix: length)
        let cold = try session().score(request)
        #expect(cold.cost.prefixComputed == length && cold.cost.prefixReused == 0)
        let used = try session(threads: 2)
        var other = request
        other.prefix = Array(request.prefix.prefix(length / 2)) + tokens(90, seed: 99)
        _ = try used.score(other)
        let warm = try used.score(request)
        #expect(warm.scores == cold.scores)
        #expect(warm.cost.prefixReused == (length == 1 ? 0 : length / 2))
        let again = try used.score(request)
        #expect(again.scores == cold.scores && again.cost.prefixComputed == 1)
    }

    @Test("leading tokens that candidates share are computed once")
    func sharing() throws {
        let request = ScoreRequest(prefix: [1, 2, 3], candidates: [[4, 5, 6], [4, 5, 7], [4, 5], [8]])
        let cost = try session().score(request).cost
        #expect(cost.candidateTokens == 9 && cost.candidateComputed == 5)
    }

    @Test("the log-probabilities of all tokens sum to one")
    func normalised() throws {
        let request = ScoreRequest(prefix: [9, 8, 7], candidates: (0..<Int32(tiny.vocabularySize)).map { [$0] })
        let sum = try session().score(request).scores.reduce(0.0) { $0 + exponential(Double($1.logLikelihood)) }
        #expect(abs(sum - 1) < 1e-5)
    }

    @Test("a request without log-probabilities has none, and the rest is the same")
    func without() throws {
        var request = request()
        let full = try session().score(request).scores
        request.wantsLogProbs = false
        for (score, other) in zip(try session().score(request).scores, full) {
            #expect(score.logProbs.isEmpty && score.hidden == other.hidden && score.probeLogits == other.probeLogits)
        }
    }

    @Test("predictions over a text are what scoring gives, in windows that do not see each other")
    func predictions() throws {
        let text = tokens(100, seed: 12)
        let session = try session(threads: 2, rowLimit: 7)
        let found = try session.predictions(text, contextLength: 40)
        #expect(found.map(\.position) == Array(1..<40) + Array(41..<80) + Array(81..<100))
        #expect(found.map(\.token) == found.map { text[$0.position] })
        let scored = try session.score(ScoreRequest(prefix: Array(text[40..<60]), candidates: [[text[60]]]))
        #expect(found.first { $0.position == 60 }?.logProb == scored.scores[0].logProbs[0])
        let top = try session.generate(prefix: Array(text[40..<60]), maxTokens: 1)
        #expect(found.first { $0.position == 60 }?.top == top[0])
        #expect(try session.perplexity(text, contextLength: 40) > 1)
    }

    @Test("generation stays within the strings that are allowed, and within the allowed tokens")
    func constrained() throws {
        let session = try session()
        let tokenizer = model.tokenizer
        let names = ["Clock", "Contacts", "Camera", "größe"]
        for seed in 0..<8 {
            let constraint = StringConstraint(names, tokenizer: tokenizer, end: 0)
            let prefix = tokens(5, seed: UInt64(seed))
            let out = try session.generate(prefix: prefix, maxTokens: 20, stop: [0], allowed: constraint.allowed)
            #expect(names.contains(tokenizer.decode(out)))
        }
        let prefix = tokens(5, seed: 2)
        let free = try session.generate(prefix: prefix, maxTokens: 4)
        let other = try session.generate(prefix: prefix, maxTokens: 4) { _ in .excluding([free[0]]) }
        #expect(free.count == 4 && !other.contains(free[0]))
        #expect(try session.generate(prefix: prefix, maxTokens: 4) { _ in .only([]) } == [])
        #expect(try session.generate(prefix: prefix, maxTokens: 3, stop: [free[0]]) == [])
    }

    @Test("requests that make no sense are refused by name, and the session goes on")
    func refused() throws {
        let session = try session()
        func what(_ request: ScoreRequest) -> String {
            do {
                _ = try session.score(request)
                return ""
            } catch {
                let error = error as? DroidError
                return error?.code == "score.input" ? error?.what ?? "" : "\(String(describing: error))"
            }
        }
        #expect(what(ScoreRequest(prefix: [], candidates: [[1]])).contains("prefix has no tokens"))
        #expect(what(ScoreRequest(prefix: [1], candidates: [[1], []])).contains("candidate 1 has no tokens"))
        #expect(what(ScoreRequest(prefix: [-1], candidates: [[1]])).contains("-1"))
        #expect(what(ScoreRequest(prefix: [1], candidates: [[Int32.max]])).contains("candidate 0"))
        #expect(what(ScoreRequest(prefix: [1], candidates: [[1]], hiddenLayers: [4])).contains("layer 4"))
        #expect(what(ScoreRequest(prefix: [1], candidates: [[1]], probeTokens: [9999])).contains("probe"))
        let long = [Int32](repeating: 1, count: 512)
        #expect(what(ScoreRequest(prefix: long, candidates: [[1]])).contains("513"))
        #expect(what(ScoreRequest(prefix: [1], candidates: [])) == "")
        #expect(what(ScoreRequest(prefix: [1], candidates: [[1]])) == "")
    }
}
