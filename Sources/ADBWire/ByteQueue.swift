// SPDX-License-Identifier: Apache-2.0

/// Bytes in the order in which they came, in the pieces in which they came: nothing is copied but small pieces.
struct ByteQueue: Sendable {
    /// Pieces up to this size are joined: a packet each would cost more than the copy.
    private static let smallPiece = 16 << 10

    private var pieces: [ArraySlice<UInt8>] = []
    private var first = 0
    /// Bytes in the queue.
    private(set) var count = 0

    mutating func append(_ bytes: ArraySlice<UInt8>) {
        pieces.append(bytes)
        count += bytes.count
    }

    /// The next bytes, at most `limit`; nil where there are none.
    mutating func take(atMost limit: Int) -> ArraySlice<UInt8>? {
        guard first < pieces.count else { return nil }
        var piece = pieces[first].prefix(limit)
        if piece.count < pieces[first].count {
            pieces[first] = pieces[first].dropFirst(piece.count)
        } else {
            pieces[first] = []
            first += 1
            join(&piece, upTo: min(limit, ByteQueue.smallPiece))
        }
        if first == pieces.count {
            pieces.removeAll(keepingCapacity: true)
            first = 0
        } else if first >= 64 {
            pieces.removeFirst(first)
            first = 0
        }
        count -= piece.count
        return piece
    }

    private mutating func join(_ piece: inout ArraySlice<UInt8>, upTo limit: Int) {
        guard first < pieces.count, piece.count + pieces[first].count <= limit else { return }
        var joined = Array(piece)
        while first < pieces.count, joined.count + pieces[first].count <= limit {
            joined.append(contentsOf: pieces[first])
            pieces[first] = []
            first += 1
        }
        piece = joined[...]
    }
}
