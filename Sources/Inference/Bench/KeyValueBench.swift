// SPDX-License-Identifier: Apache-2.0

import Base

/// What it costs and what it brings to keep keys and values in few bits: what the verb `model kv` prints.
public enum KeyValueBench {
    /// How far the predictions of a format lie from those of floats.
    public struct Quality: Sendable, Codable, Equatable {
        public var positions = 0
        /// Mean Kullback-Leibler divergence of the next token's distribution from that with floats, in nats.
        public var divergence = 0.0
        /// Perplexity over that with floats.
        public var perplexityRatio = 1.0
        /// Share of the positions at which the most probable token is the same.
        public var sameTop = 1.0
    }

    /// Compares a format with floats on a text, which is cut into windows that do not see each other.
    ///
    /// - Throws: `DroidError` of the sessions.
    public static func quality(
        _ model: LanguageModel,
        _ format: KeyValueFormat,
        tokens: [Int32],
        contextLength: Int,
        threads: Int? = nil
    ) throws -> Quality {
        let plain = try ScoringSession(model: model, threads: threads, keyValues: .float)
        let packed = try ScoringSession(model: model, threads: threads, keyValues: format)
        var quality = Quality()
        var (divergence, gap, same) = (0.0, 0.0, 0)
        for start in stride(from: 0, to: tokens.count, by: contextLength) {
            let window = Array(tokens[start..<min(start + contextLength, tokens.count)])
            guard window.count > 1 else { break }
            let right = try plain.finalStates(window)
            let found = try packed.finalStates(window)
            for row in 0..<(window.count - 1) {
                let p = logProbs(try plain.logits(state: right[row]))
                let q = logProbs(try packed.logits(state: found[row]))
                var sum = 0.0
                var (topP, topQ) = (0, 0)
                for token in p.indices {
                    sum += exponential(p[token]) * (p[token] - q[token])
                    if p[token] > p[topP] { topP = token }
                    if q[token] > q[topQ] { topQ = token }
                }
                divergence += sum
                gap += p[Int(window[row + 1])] - q[Int(window[row + 1])]
                same += topP == topQ ? 1 : 0
                quality.positions += 1
            }
        }
        guard quality.positions > 0 else { return quality }
        let count = Double(quality.positions)
        quality.divergence = divergence / count
        quality.perplexityRatio = exponential(gap / count)
        quality.sameTop = Double(same) / count
        return quality
    }

    private static func logProbs(_ logits: [Float]) -> [Double] {
        let top = Double(logits.max() ?? 0)
        let sum = logits.reduce(0.0) { $0 + exponential(Double($1) - top) }
        let shift = top + logarithm(sum)
        return logits.map { Double($0) - shift }
    }

    /// Bits per kept value in complete blocks, scales included, and in the whole cache behind `depth` tokens.
    public static func bits(
        _ model: LanguageModel,
        _ format: KeyValueFormat,
        depth: Int
    ) throws -> (
        blocks: Double, cache: Double
    ) {
        let config = model.config
        let perToken = Double(2 * config.blockCount * config.keyValueHeadCount * config.headWidth)
        guard let packed = try format.packed(config) else { return (32, 32) }
        let cache = try PackedCache(config, packed, identity: "")
        try cache.reserve(depth)
        cache.append([Int32](repeating: 0, count: depth)[...])
        let complete = Double(depth / PackedCache.block * PackedCache.block)
        let blocks = complete > 0 ? Double(cache.packedBytes) * 8 / (complete * perToken) : 0
        return (blocks, Double(cache.bytes) * 8 / (Double(max(depth, 1)) * perToken))
    }

    /// Measures a format behind `depth` random tokens, which may be more than the model was made for: tokens one at a time,
    /// and 288 at once.
    ///
    /// - Throws: `DroidError` of the session.
    public static func speed(
        _ model: LanguageModel,
        _ format: KeyValueFormat,
        depth: Int,
        threads: Int? = nil,
        repeats: Int = 3
    ) throws -> (decode: Double, suffix: Double) {
        let session = try ScoringSession(model: model, threads: threads, keyValues: format)
        session.lengthLimit = .max
        var random = SeededRandom(seed: 1, name: "kv bench")
        func tokens(_ count: Int) -> [Int32] {
            let limit = min(model.tokenizer.vocabularySize, model.config.vocabularySize)
            return (0..<count).map { _ in Int32.random(in: 0..<Int32(limit), using: &random) }
        }
        let base = tokens(max(depth, 1))
        let count = 16
        var (decode, suffix) = (Double.infinity, Double.infinity)
        for _ in 0..<max(repeats, 1) {
            _ = try session.generate(prefix: base, maxTokens: 1)
            var start = monotonicSeconds()
            _ = try session.generate(prefix: base, maxTokens: count)
            decode = min(decode, (monotonicSeconds() - start) / Double(count))
            let more = base + tokens(288)
            _ = try session.generate(prefix: base, maxTokens: 1)
            start = monotonicSeconds()
            _ = try session.generate(prefix: more, maxTokens: 1)
            suffix = min(suffix, monotonicSeconds() - start)
        }
        return (decode, suffix)
    }
}
