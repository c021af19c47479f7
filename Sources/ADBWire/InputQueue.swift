// SPDX-License-Identifier: Apache-2.0

/// What came on a stream and waits for its reader, in the pieces in which it came, and what the peer is owed for it.
///
/// Either end of a connection has one for each stream. Answers are held back while more than `limit` bytes lie here, so a
/// reader that is slow stops its own sender and nobody else. It is a value; whoever owns it guards it.
public struct InputQueue: Sendable {
    /// Bytes that may lie here before answers are held back.
    public let limit: Int
    /// Bytes that lie here.
    public private(set) var count = 0
    private var pieces: [ArraySlice<UInt8>] = []
    private var first = 0
    /// Bytes of writes that the peer waits to have answered; nil for none. An empty write is owed as well.
    private var owed: Int?

    /// - Parameter limit: bytes that may lie here before answers are held back.
    public init(limit: Int) { self.limit = limit }

    /// Whether there is nothing to take.
    public var isEmpty: Bool { first == pieces.count }

    /// The peer waits for an answer to a write of so many bytes.
    public mutating func owe(_ bytes: Int) { owed = (owed ?? 0) + bytes }

    /// Adds a piece. Empty ones are kept by nobody.
    public mutating func append(_ piece: ArraySlice<UInt8>) {
        guard !piece.isEmpty else { return }
        pieces.append(piece)
        count += piece.count
    }

    /// Puts a piece back in front of what waits.
    public mutating func prepend(_ piece: ArraySlice<UInt8>) {
        guard !piece.isEmpty else { return }
        pieces.insert(piece, at: first)
        count += piece.count
    }

    /// The next piece; nil where there is none.
    public mutating func take() -> ArraySlice<UInt8>? {
        guard first < pieces.count else { return nil }
        let piece = pieces[first]
        pieces[first] = []
        first += 1
        count -= piece.count
        if first == pieces.count {
            pieces.removeAll(keepingCapacity: true)
            first = 0
        } else if first >= 1024 {
            pieces.removeFirst(first)
            first = 0
        }
        return piece
    }

    /// How many bytes may be acknowledged now; nil for none. They count as acknowledged then.
    public mutating func takeOwed() -> Int? {
        guard owed != nil, count <= limit else { return nil }
        defer { owed = nil }
        return owed
    }

    /// Drops what lies here and what is owed.
    public mutating func clear() { self = InputQueue(limit: limit) }
}
