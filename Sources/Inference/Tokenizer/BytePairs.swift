// SPDX-License-Identifier: Apache-2.0

/// The merges of a byte-pair encoding, on symbols: a symbol's number is its token's where it is a token, and above all
/// tokens where it only occurs within merges.
struct BytePairs: Sendable {
    /// The symbol of each byte, or -1.
    private let bytes: [Int32]
    /// Symbols from here on are no tokens.
    private let tokenCount: Int32
    // Open addressing over pairs of symbols: the keys, and for each the rank and the symbol that the pair becomes.
    private var keys: [UInt64]
    private var ranks: [Int32]
    private var merged: [Int32]
    private let mask: Int

    private static let empty = UInt64.max

    init(bytes: [Int32], tokenCount: Int, merges: [(left: Int32, right: Int32, becomes: Int32)]) {
        self.bytes = bytes
        self.tokenCount = Int32(tokenCount)
        var capacity = 16
        while capacity < merges.count * 2 { capacity *= 2 }
        mask = capacity - 1
        keys = [UInt64](repeating: BytePairs.empty, count: capacity)
        ranks = [Int32](repeating: 0, count: capacity)
        merged = [Int32](repeating: 0, count: capacity)
        for (rank, merge) in merges.enumerated() {
            let key = BytePairs.key(merge.left, merge.right)
            var slot = slot(key)
            while keys[slot] != BytePairs.empty && keys[slot] != key { slot = (slot + 1) & mask }
            // The first of two equal merges counts.
            if keys[slot] == key { continue }
            keys[slot] = key
            ranks[slot] = Int32(rank)
            merged[slot] = merge.becomes
        }
    }

    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    private func slot(_ key: UInt64) -> Int { Int((key &* 0x9e37_79b9_7f4a_7c15) >> 32) & mask }

    private func find(_ left: Int32, _ right: Int32) -> (rank: Int32, becomes: Int32)? {
        let key = BytePairs.key(left, right)
        var slot = slot(key)
        while keys[slot] != BytePairs.empty {
            if keys[slot] == key { return (ranks[slot], merged[slot]) }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Appends the tokens of one word: the pair of lowest rank, leftmost first, is merged until none is left.
    func encode(_ word: Slice<UnsafeBufferPointer<UInt8>>, into out: inout [Int32]) {
        var symbols: [Int32] = []
        symbols.reserveCapacity(word.count)
        for byte in word { symbols.append(bytes[Int(byte)]) }
        if symbols.count > 48 {
            mergeLong(&symbols)
        } else {
            mergeShort(&symbols)
        }
        // A symbol that is no token falls apart into bytes; a byte without a token is lost, as in llama.cpp.
        for symbol in symbols where symbol >= 0 {
            if symbol < tokenCount { out.append(symbol) } else { spell(symbol, into: &out) }
        }
    }

    private func mergeShort(_ symbols: inout [Int32]) {
        while symbols.count > 1 {
            var best: (rank: Int32, becomes: Int32) = (.max, 0)
            var at = -1
            for index in 0..<(symbols.count - 1) {
                if let pair = find(symbols[index], symbols[index + 1]), pair.rank < best.rank {
                    best = pair
                    at = index
                }
            }
            guard at >= 0 else { return }
            symbols[at] = best.becomes
            symbols.remove(at: at + 1)
        }
    }

    /// The same with a heap of candidate pairs, so that a word of n bytes takes n log n steps.
    private func mergeLong(_ symbols: inout [Int32]) {
        struct Pair: Comparable {
            var rank: Int32
            var left: Int32
            var right: Int32
            var leftSymbol: Int32
            var rightSymbol: Int32
            var becomes: Int32
            static func < (a: Pair, b: Pair) -> Bool { (a.rank, a.left) < (b.rank, b.left) }
        }
        let count = Int32(symbols.count)
        var next = (0..<count).map { $0 + 1 }
        var previous = (0..<count).map { $0 - 1 }
        var heap = MinHeap<Pair>()
        func push(_ left: Int32, _ right: Int32) {
            guard left >= 0, right < count else { return }
            let (a, b) = (symbols[Int(left)], symbols[Int(right)])
            guard let pair = find(a, b) else { return }
            heap.push(
                Pair(
                    rank: pair.rank,
                    left: left,
                    right: right,
                    leftSymbol: a,
                    rightSymbol: b,
                    becomes: pair.becomes
                )
            )
        }
        let gone = Int32.min
        for left in 0..<(count - 1) { push(left, left + 1) }
        while let pair = heap.pop() {
            let (left, right) = (Int(pair.left), Int(pair.right))
            guard symbols[left] == pair.leftSymbol, symbols[right] == pair.rightSymbol, next[left] == pair.right else {
                continue
            }
            symbols[left] = pair.becomes
            symbols[right] = gone
            next[left] = next[right]
            if next[left] < count { previous[Int(next[left])] = pair.left }
            push(previous[left], pair.left)
            push(pair.left, next[left])
        }
        symbols.removeAll { $0 == gone }
    }

    private func spell(_ symbol: Int32, into out: inout [Int32]) {
        guard let spelling = spellings[symbol] else { return }
        for byte in spelling where bytes[Int(byte)] >= 0 { out.append(bytes[Int(byte)]) }
    }

    /// The bytes of symbols that are no tokens.
    var spellings: [Int32: [UInt8]] = [:]
}

/// A binary heap with the least element first.
struct MinHeap<Element: Comparable> {
    private var items: [Element] = []

    mutating func push(_ item: Element) {
        items.append(item)
        var child = items.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard items[child] < items[parent] else { break }
            items.swapAt(child, parent)
            child = parent
        }
    }

    mutating func pop() -> Element? {
        guard let last = items.popLast() else { return nil }
        guard let top = items.first else { return last }
        items[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < items.count && items[child] < items[least] {
                least = child
            }
            if least == parent { return top }
            items.swapAt(parent, least)
            parent = least
        }
    }
}
