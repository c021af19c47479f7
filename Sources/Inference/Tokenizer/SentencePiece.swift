// SPDX-License-Identifier: Apache-2.0

/// SentencePiece's merges by score (the BPE kind, as llama.cpp does them): of all neighbours that together are a piece,
/// the pair of highest score, leftmost first, becomes one; a character that is no piece falls apart into bytes.
struct SentencePiece: Sendable {
    /// How the vocabulary writes a space: U+2581.
    static let space: [UInt8] = [0xE2, 0x96, 0x81]

    /// By spelling in the vocabulary.
    private let pieces: [[UInt8]: (token: Int32, score: Float)]
    /// The token of each byte; -1 where there is none.
    private let bytes: [Int32]
    /// Stands for a byte without a token.
    private let unknown: Int32?

    init(pieces: [[UInt8]: (token: Int32, score: Float)], bytes: [Int32], unknown: Int32?) {
        self.pieces = pieces
        self.bytes = bytes
        self.unknown = unknown
    }

    /// The byte that the spelling of a byte token, such as `<0x0A>`, stands for.
    static func byte(of spelling: [UInt8]) -> UInt8? {
        guard spelling.count == 6, spelling.starts(with: "<0x".utf8), spelling[5] == UInt8(ascii: ">") else {
            return nil
        }
        return UInt8(String(decoding: spelling[3..<5], as: UTF8.self), radix: 16)
    }

    /// What a piece stands for in a text.
    static func text(of spelling: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(spelling.count)
        var at = 0
        while at < spelling.count {
            if spelling[at] == space[0], spelling[at...].starts(with: space) {
                out.append(UInt8(ascii: " "))
                at += space.count
            } else {
                out.append(spelling[at])
                at += 1
            }
        }
        return out
    }

    private struct Pair: Comparable {
        var score: Float
        var left: Int
        var right: Int
        var size: Int
        static func < (a: Pair, b: Pair) -> Bool { a.score == b.score ? a.left < b.left : a.score > b.score }
    }

    /// Appends the tokens of a stretch of text.
    ///
    /// - Parameter prefixed: whether a space is put before it.
    func encode(_ text: UnsafeBufferPointer<UInt8>, prefixed: Bool, into out: inout [Int32]) {
        var spelled: [UInt8] = prefixed ? SentencePiece.space : []
        spelled.reserveCapacity(text.count + 3)
        for byte in text {
            if byte == UInt8(ascii: " ") { spelled += SentencePiece.space } else { spelled.append(byte) }
        }
        // Symbols are stretches of `spelled`, linked in both directions; a merged one takes its right neighbour in.
        var starts: [Int] = []
        var sizes: [Int] = []
        var at = 0
        while at < spelled.count {
            let first = spelled[at]
            let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
            let size = min(length, spelled.count - at)
            starts.append(at)
            sizes.append(size)
            at += size
        }
        let count = starts.count
        var next = (0..<count).map { $0 + 1 }
        var previous = (0..<count).map { $0 - 1 }
        var heap = MinHeap<Pair>()
        func push(_ left: Int, _ right: Int) {
            guard left >= 0, right < count else { return }
            let size = sizes[left] + sizes[right]
            guard let piece = pieces[Array(spelled[starts[left]..<(starts[left] + size)])] else { return }
            heap.push(Pair(score: piece.score, left: left, right: right, size: size))
        }
        for left in 0..<max(count - 1, 0) { push(left, left + 1) }
        while let pair = heap.pop() {
            let (left, right) = (pair.left, pair.right)
            guard sizes[left] > 0, sizes[right] > 0, sizes[left] + sizes[right] == pair.size else { continue }
            sizes[left] = pair.size
            sizes[right] = 0
            next[left] = next[right]
            if next[left] < count { previous[next[left]] = left }
            push(previous[left], left)
            push(left, next[left])
        }
        for symbol in 0..<count where sizes[symbol] > 0 {
            let spelling = Array(spelled[starts[symbol]..<(starts[symbol] + sizes[symbol])])
            if let piece = pieces[spelling] {
                out.append(piece.token)
                continue
            }
            for byte in spelling {
                if bytes[Int(byte)] >= 0 { out.append(bytes[Int(byte)]) } else if let unknown { out.append(unknown) }
            }
        }
    }
}
