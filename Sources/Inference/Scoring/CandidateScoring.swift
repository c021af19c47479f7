// SPDX-License-Identifier: Apache-2.0

import Base

// MARK: - Candidates

extension ScoringSession {
    /// Scores the candidates of a trie, whose prefix is in place.
    func score(
        _ trie: TokenTrie,
        _ request: ScoreRequest,
        lastState: [Float],
        into result: inout ScoreResult
    ) throws {
        let start = monotonicSeconds()
        for path in trie.paths {
            result.cost.candidateTokens += path.nodes.count
            let empty = [[Float]](repeating: [], count: request.hiddenLayers.count)
            result.scores[path.candidate].hidden = empty
            if request.wantsMeanHidden { result.scores[path.candidate].meanHidden = empty }
        }
        result.cost.candidateComputed += trie.count
        let keep = rows(of: trie, readBy: request)
        try pass.run(trie.tokens, .trie(trie, prefix: request.prefix.count), keep: keep) { block in
            capture(block, trie, request, state: pass.state, into: &result.scores)
        }
        // The number of blocks names the state after the final norm.
        capture(model.config.blockCount, trie, request, state: pass.normedState, into: &result.scores)
        let middle = monotonicSeconds()
        result.cost.candidateSeconds += middle - start
        if !request.probeTokens.isEmpty { try probe(trie, request.probeTokens, into: &result.scores) }
        if request.wantsLogProbs { try logProbs(trie, lastState: lastState, into: &result.scores) }
        result.cost.outputSeconds += monotonicSeconds() - middle
    }

    /// The nodes whose output of the last block is read; nil for all.
    private func rows(of trie: TokenTrie, readBy request: ScoreRequest) -> [Int]? {
        let readsStates = request.hiddenLayers.contains { $0 >= model.config.blockCount - 1 }
        if readsStates && request.wantsMeanHidden { return nil }
        var nodes: Set<Int> = []
        if readsStates || !request.probeTokens.isEmpty { nodes.formUnion(trie.paths.compactMap(\.nodes.last)) }
        if request.wantsLogProbs { nodes.formUnion(trie.parents.filter { $0 >= 0 }) }
        return nodes.sorted()
    }

    private func capture(
        _ layer: Int,
        _ trie: TokenTrie,
        _ request: ScoreRequest,
        state: (Int) -> UnsafeMutablePointer<Float>,
        into scores: inout [CandidateScore]
    ) {
        let width = model.config.width
        for (index, wanted) in request.hiddenLayers.enumerated() where wanted == layer {
            for path in trie.paths {
                guard let last = path.nodes.last else { continue }
                scores[path.candidate].hidden[index] = Array(UnsafeBufferPointer(start: state(last), count: width))
                guard request.wantsMeanHidden else { continue }
                var mean = [Float](repeating: 0, count: width)
                for node in path.nodes {
                    let values = state(node)
                    for d in 0..<width { mean[d] += values[d] }
                }
                for d in 0..<width { mean[d] /= Float(path.nodes.count) }
                scores[path.candidate].meanHidden[index] = mean
            }
        }
    }

    private func probe(_ trie: TokenTrie, _ tokens: [Int32], into scores: inout [CandidateScore]) throws {
        let ends = trie.paths.compactMap(\.nodes.last)
        let rows = try gather(ends, lastState: nil)
        let logits = try OutputHead(pass: pass).logits(
            states: rows.base,
            stride: pass.stride,
            rows: ends.count,
            tokens: tokens
        )
        for (path, values) in zip(trie.paths, logits) { scores[path.candidate].probeLogits = values }
    }

    /// The rows to be put through the output matrix are the prefix's last token and the nodes that have children; the
    /// targets are their children.
    private func logProbs(_ trie: TokenTrie, lastState: [Float], into scores: inout [CandidateScore]) throws {
        var rowOf = [Int](repeating: -1, count: trie.count)
        var inner: [Int] = []
        for parent in trie.parents where parent >= 0 && rowOf[parent] < 0 {
            rowOf[parent] = inner.count + 1
            inner.append(parent)
        }
        let rows = try gather(inner, lastState: lastState)
        let targets = trie.tokens.indices.map { node in
            let parent = trie.parents[node]
            return OutputHead.Target(row: parent < 0 ? 0 : rowOf[parent], token: trie.tokens[node])
        }
        let found = try OutputHead(pass: pass).logProbs(
            states: rows.base,
            stride: pass.stride,
            rows: inner.count + 1,
            targets: targets
        )
        for path in trie.paths { scores[path.candidate].logProbs = path.nodes.map { found.logProbs[$0] } }
    }

    /// Final states of some nodes, side by side; behind the prefix's last one when that is given.
    private func gather(_ nodes: [Int], lastState: [Float]?) throws -> FloatBuffer {
        let rows = try FloatBuffer((nodes.count + 1) * pass.stride)
        var row = 0
        if let lastState {
            rows.base.update(from: lastState, count: lastState.count)
            row = 1
        }
        for node in nodes {
            (rows.base + row * pass.stride).update(from: pass.normedState(node), count: pass.stride)
            row += 1
        }
        return rows
    }

    /// The most probable token among those that may come next after a state; nil when there is none.
    func choose(_ next: NextTokens, _ state: [Float]) throws -> Int32? {
        switch next {
        case .only(let tokens):
            for token in tokens { try check(token, name: "the allowed tokens") }
            guard !tokens.isEmpty else { return nil }
            let logits = try OutputHead(pass: pass).logits(states: state, stride: pass.stride, rows: 1, tokens: tokens)[
                0
            ]
            var best = 0
            for index in tokens.indices
            where logits[index] > logits[best] || (logits[index] == logits[best] && tokens[index] < tokens[best]) {
                best = index
            }
            return tokens[best]
        case .any: return try best(state, excluding: [])
        case .excluding(let tokens): return try best(state, excluding: Set(tokens))
        }
    }

    private func best(_ state: [Float], excluding: Set<Int32>) throws -> Int32? {
        let logits = try OutputHead(pass: pass).allLogits(state: state)
        var best: Int32?
        var top = -Float.infinity
        for index in 0..<min(logits.count, model.tokenizer.vocabularySize) where logits[index] > top {
            let token = Int32(index)
            if !excluding.isEmpty && excluding.contains(token) { continue }
            top = logits[index]
            best = token
        }
        return best
    }
}
