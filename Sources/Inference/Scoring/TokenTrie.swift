// SPDX-License-Identifier: Apache-2.0

/// Candidates merged into a tree, so that leading tokens which they share are computed once.
struct TokenTrie {
    /// In depth-first order: a node comes after its parent, and the nodes on its path lie before it.
    private(set) var tokens: [Int32] = []
    /// The node before, or -1 for one that follows the prefix directly.
    private(set) var parents: [Int] = []
    /// Number of nodes before it on its path.
    private(set) var depths: [Int] = []
    /// The nodes of each candidate, by its index in the request.
    private(set) var paths: [(candidate: Int, nodes: [Int])] = []

    var count: Int { tokens.count }
    var deepest: Int { depths.max() ?? 0 }

    /// Splits candidates into tries of at most `limit` nodes, unless a single candidate is longer.
    static func build(_ candidates: [[Int32]], limit: Int) -> [TokenTrie] {
        let order = candidates.indices.sorted { a, b in
            candidates[a] == candidates[b] ? a < b : candidates[a].lexicographicallyPrecedes(candidates[b])
        }
        var tries: [TokenTrie] = []
        var trie = TokenTrie()
        var last: [Int32] = []
        for index in order {
            let candidate = candidates[index]
            var shared = zip(candidate, last).prefix { $0 == $1 }.count
            if trie.count > 0, trie.count + candidate.count - shared > limit {
                tries.append(trie)
                trie = TokenTrie()
                shared = 0
            }
            trie.append(candidate, index: index, shared: shared)
            last = candidate
        }
        if trie.count > 0 { tries.append(trie) }
        return tries
    }

    private mutating func append(_ candidate: [Int32], index: Int, shared: Int) {
        var nodes = Array((paths.last?.nodes ?? []).prefix(shared))
        for depth in shared..<candidate.count {
            nodes.append(count)
            parents.append(depth == 0 ? -1 : nodes[depth - 1])
            depths.append(depth)
            tokens.append(candidate[depth])
        }
        paths.append((index, nodes))
    }
}
