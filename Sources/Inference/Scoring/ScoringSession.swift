// SPDX-License-Identifier: Apache-2.0

import Base
import Kernels

/// Scores candidates over shared prefixes, one request after the other.
///
/// The keys and values of the last prefix stay in the session: a request whose prefix begins with the same tokens
/// computes only the rest. A score depends on the model, the prefix and the candidate alone; it has the same bits
/// whatever else is in the request, in which order, on how many threads, and whatever the session did before.
///
/// A session may be used from any thread; calls wait for one another.
public final class ScoringSession: @unchecked Sendable {  // Sendable: all state is used under `lock`.
    public let model: LanguageModel
    /// Threads that work on a request, the caller's among them.
    public let threads: Int
    /// How the keys and values of prefixes are kept.
    public let keyValues: KeyValueFormat

    private let lock = Lock()
    let pass: ForwardPass
    /// Rows in one pass; bounds the memory that a request takes.
    private let rowLimit: Int
    /// Tokens of prefix and candidate that a request may have; above what the model was made for only to measure speed.
    var lengthLimit: Int

    private let store: PrefixStore?

    /// Rows in one pass, unless a test says otherwise.
    static let rowLimit = 384

    /// - Parameters:
    ///   - model: the model that scores.
    ///   - threads: threads to work with; the number of cores when nil.
    ///   - keyValues: how the keys and values of prefixes are kept; as the model says when nil. Scores depend on it.
    ///   - store: where keys and values of prefixes are kept from run to run; nowhere when nil.
    /// - Throws: `DroidError` with code `model.memory`, or `model.unsupported` when the model's heads do not fit the format.
    public convenience init(
        model: LanguageModel,
        threads: Int? = nil,
        keyValues: KeyValueFormat? = nil,
        store: PrefixStore? = nil
    ) throws {
        try self.init(
            model: model,
            threads: threads,
            isa: dk_best_isa(),
            rowLimit: ScoringSession.rowLimit,
            keyValues: keyValues,
            store: store
        )
    }

    init(
        model: LanguageModel,
        threads: Int?,
        isa: dk_isa,
        rowLimit: Int,
        keyValues: KeyValueFormat? = nil,
        store: PrefixStore? = nil
    ) throws {
        self.store = store
        self.model = model
        self.keyValues = keyValues ?? model.keyValues
        let pool = try ThreadPool(threads: threads)
        self.threads = pool.threads
        self.rowLimit = rowLimit
        lengthLimit = model.config.contextLength
        pass = try ForwardPass(model: model, pool: pool, isa: isa, keyValues: self.keyValues)
    }

    /// Scores the candidates of a request.
    ///
    /// - Throws: `DroidError` with code `score.input` when a token, layer or length is out of range (the message says
    ///   which), or `model.memory`. The session stays usable.
    public func score(_ request: ScoreRequest) throws -> ScoreResult {
        try check(request)
        return try lock.held {
            var result = ScoreResult(
                scores: [CandidateScore](repeating: CandidateScore(), count: request.candidates.count),
                cost: ScoreResult.Cost()
            )
            let start = monotonicSeconds()
            let last = try advance(to: request.prefix, isKept: request.isKept, cost: &result.cost)
            result.cost.prefixSeconds = monotonicSeconds() - start
            for trie in TokenTrie.build(request.candidates, limit: rowLimit) {
                try score(trie, request, lastState: last, into: &result)
            }
            return result
        }
    }

    /// Continues a prefix with the most probable tokens among those allowed.
    ///
    /// - Parameters:
    ///   - prefix: the tokens before; at least one.
    ///   - maxTokens: how many tokens at most.
    ///   - stop: tokens that end the text; they are not part of the result.
    ///   - allowed: given the tokens generated so far, which may come next. When it allows none, the text ends.
    /// - Returns: the generated tokens.
    /// - Throws: `DroidError` with code `score.input` or `model.memory`, or what `allowed` throws.
    public func generate(
        prefix: [Int32],
        maxTokens: Int,
        stop: [Int32] = [],
        allowed: ([Int32]) throws -> NextTokens = { _ in .any }
    ) throws -> [Int32] {
        try check(prefix, name: "the prefix")
        return try lock.held {
            var out: [Int32] = []
            var cost = ScoreResult.Cost()
            while out.count < maxTokens, prefix.count + out.count <= lengthLimit {
                let next = try allowed(out)
                let state = try advance(to: prefix + out, isKept: false, cost: &cost)
                guard let token = try choose(next, state), !stop.contains(token) else { break }
                out.append(token)
            }
            return out
        }
    }

    /// What the model expected at each position of a text. The text is cut into windows of `contextLength` tokens, each
    /// read without what came before it; the first token of a window is not predicted.
    ///
    /// - Throws: `DroidError` with code `score.input` or `model.memory`.
    public func predictions(_ tokens: [Int32], contextLength: Int) throws -> [TokenPrediction] {
        guard contextLength >= 2, contextLength <= model.config.contextLength else {
            throw ScoringSession.bad("the context length must lie between 2 and \(model.config.contextLength)")
        }
        for token in tokens { try check(token, name: "the text") }
        return try lock.held {
            var out: [TokenPrediction] = []
            for start in stride(from: 0, to: tokens.count, by: contextLength) {
                let window = Array(tokens[start..<min(start + contextLength, tokens.count)])
                _ = pass.cache.keep(0)
                try compute(window, from: 0) { first, rows in
                    let predicted = (0..<rows).filter { first + $0 + 1 < window.count }
                    let targets = predicted.map { OutputHead.Target(row: $0, token: window[first + $0 + 1]) }
                    let head = try OutputHead(pass: pass).logProbs(
                        states: pass.normedState(0),
                        stride: pass.stride,
                        rows: predicted.count,
                        targets: targets
                    )
                    for row in predicted {
                        out.append(
                            TokenPrediction(
                                position: start + first + row + 1,
                                token: targets[row].token,
                                logProb: head.logProbs[row],
                                top: head.top[row]
                            )
                        )
                    }
                }
            }
            return out
        }
    }

    /// Gives the logits of all tokens after each token of a text, one position after the other.
    package func logits(_ tokens: [Int32], visit: (Int, UnsafeBufferPointer<Float>) throws -> Void) throws {
        try check(tokens, name: "the text")
        try lock.held {
            _ = pass.cache.keep(0)
            try compute(tokens, from: 0) { first, rows in
                let out = try OutputHead(pass: pass).allLogits(
                    states: pass.normedState(0),
                    stride: pass.stride,
                    rows: rows
                )
                for row in 0..<rows {
                    let start = out.base + row * model.output.paddedOutputs
                    try visit(first + row, UnsafeBufferPointer(start: start, count: model.config.vocabularySize))
                }
            }
        }
    }

    /// The state after the final norm at each position of a text that nothing comes before.
    func finalStates(_ tokens: [Int32]) throws -> [[Float]] {
        try check(tokens, name: "the text")
        return try lock.held {
            var states: [[Float]] = []
            _ = pass.cache.keep(0)
            try compute(tokens, from: 0) { _, rows in
                for row in 0..<rows {
                    states.append(Array(UnsafeBufferPointer(start: pass.normedState(row), count: pass.stride)))
                }
            }
            return states
        }
    }

    /// The logits of all tokens after a state.
    func logits(state: [Float]) throws -> [Float] {
        try lock.held { Array(try OutputHead(pass: pass).allLogits(state: state)) }
    }

    /// The perplexity of a text: the exponential of the mean negative log-probability over `predictions`.
    public func perplexity(_ tokens: [Int32], contextLength: Int) throws -> Double {
        ScoringSession.perplexity(try predictions(tokens, contextLength: contextLength))
    }

    /// The perplexity that belongs to predictions; 1 when there are none.
    public static func perplexity(_ predictions: [TokenPrediction]) -> Double {
        guard !predictions.isEmpty else { return 1 }
        return exponential(-predictions.reduce(0) { $0 + Double($1.logProb) } / Double(predictions.count))
    }

    /// Forgets the prefix, so that the next request computes all of its own.
    public func reset() { lock.held { pass.cache.clear() } }
}

// MARK: - The prefix

extension ScoringSession {
    /// Brings keys and values of a prefix in place, and gives its last token's state after the final norm. The last
    /// token is computed in any case, since its state is not kept.
    private func advance(to prefix: [Int32], isKept: Bool, cost: inout ScoreResult.Cost) throws -> [Float] {
        let common = zip(prefix, pass.cache.tokens).prefix { $0 == $1 }.count
        _ = pass.cache.keep(min(common, prefix.count - 1))
        _ = pass.cache.resume(prefix)
        let store = isKept ? store : nil
        let keys = store?.keys(model, keyValues, prefix) ?? []
        try loadBlocks(prefix, keys, store)
        let start = pass.cache.keep(min(pass.cache.tokens.count, prefix.count - 1))
        var last: [Float] = []
        try compute(prefix, from: start, onlyLast: true) { first, rows in
            guard first + rows == prefix.count else { return }
            last = Array(UnsafeBufferPointer(start: pass.normedState(rows - 1), count: pass.stride))
        }
        if let store {
            for index in keys.indices { store.save(keys[index], pass.cache.block(index)) }
        }
        cost.prefixReused += start
        cost.prefixComputed += prefix.count - start
        return last
    }

    /// Takes the blocks that follow what is in the cache from the store, as far as it has them.
    private func loadBlocks(_ prefix: [Int32], _ keys: [String], _ store: PrefixStore?) throws {
        guard let store else { return }
        var index = pass.cache.tokens.count / PrefixStore.block
        while index < keys.count {
            guard store.has(keys[index]) else { break }
            let end = (index + 1) * PrefixStore.block
            try pass.cache.reserve(end)
            // A block that turns out to be damaged overwrites what was there.
            _ = pass.cache.keep(index * PrefixStore.block)
            guard
                store.load(
                    keys[index],
                    into: pass.cache.block(index).map { UnsafeMutableRawBufferPointer(mutating: $0) }
                )
            else { break }
            pass.cache.appendLoaded(prefix[(index * PrefixStore.block)..<end])
            index += 1
        }
    }

    /// Computes the tokens of a prefix from `start` on, what is before being in the cache. `visit` is called after each
    /// pass with the position of its first row and the number of rows.
    ///
    /// - Parameter onlyLast: whether no output but that of the last token is read.
    private func compute(
        _ prefix: [Int32],
        from start: Int,
        onlyLast: Bool = false,
        visit: (Int, Int) throws -> Void
    ) throws {
        try pass.cache.reserve(prefix.count)
        // Passes of equal size: a short last one would use the machine badly.
        let total = prefix.count - start
        let passes = (total + rowLimit - 1) / rowLimit
        for index in 0..<passes {
            let range = (start + total * index / passes)..<(start + total * (index + 1) / passes)
            let last = range.upperBound == prefix.count ? [range.count - 1] : []
            try pass.run(Array(prefix[range]), .prefix(start: range.lowerBound), keep: onlyLast ? last : nil) { _ in }
            pass.cache.append(prefix[range])
            try visit(range.lowerBound, range.count)
        }
    }
}
