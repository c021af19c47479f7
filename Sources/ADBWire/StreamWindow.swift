// SPDX-License-Identifier: Apache-2.0

/// Who may send how much on one stream, in both directions: the rules of `WRTE` and `OKAY`, without packets.
///
/// A stream is in one of two modes. *Stop and wait*: a write waits for the `OKAY` of the one before it. *Delayed*
/// acknowledgements, where both ends offer `delayed_ack`: each end has granted the other a number of bytes; a sender goes
/// on while any are left (the last write may overdraw), and an `OKAY` carries how many were consumed since.
public struct StreamWindow: Hashable, Sendable {
    public enum Mode: Hashable, Sendable {
        case stopAndWait
        case delayed
    }

    /// What has to be told to the peer.
    public enum Answer: Hashable, Sendable {
        case nothing
        /// That many `OKAY` without payload.
        case plain(Int)
        /// One `OKAY` that gives back so many bytes.
        case bytes(Int32)
    }

    /// What the real ends grant, in bytes.
    public static let usualGrant = 32 << 20
    /// Writes that a peer may have under way without our answer in stop-and-wait mode; the protocol allows one.
    public static let toleratedWrites = 8
    /// Bytes that are given back together, so that bulk does not cost an `OKAY` for each write.
    static let answerStep = 512 << 10

    public let mode: Mode
    /// What this end granted the peer at the start, in bytes; 0 in stop-and-wait mode.
    public let grant: Int
    /// Delayed: bytes that may still be sent; below 0 where the last write overdrew. Stop and wait: 1 where a write may
    /// go out, otherwise 0.
    public private(set) var sendable: Int
    /// Delayed: bytes that the peer may still send.
    public private(set) var credit: Int
    /// Delayed: bytes consumed and not given back yet.
    private var consumedBytes = 0
    /// Stop and wait: what is left to consume of each write that has not been answered.
    private var unanswered: [Int] = []

    /// A stream of either end before its first write.
    ///
    /// - Parameters:
    ///   - mode: how the two ends slow each other down.
    ///   - grant: what this end grants the peer, in bytes; of no meaning in stop-and-wait mode.
    ///   - granted: what the peer has granted this end so far.
    public init(_ mode: Mode, grant: Int = 0, granted: Int = 0) {
        self.mode = mode
        self.grant = mode == .delayed ? max(0, grant) : 0
        sendable = mode == .delayed ? granted : 1
        credit = self.grant
    }

    /// Whether a write may go out now.
    public var maySend: Bool { sendable > 0 }

    /// Whether everything that was sent has been answered. With delayed acknowledgements nobody waits for that.
    public var isSettled: Bool { mode == .delayed || sendable > 0 }

    /// A write of `count` bytes goes out.
    public mutating func sent(_ count: Int) {
        if mode == .delayed { sendable -= count } else { sendable = 0 }
    }

    /// The first `OKAY`, which says what the peer that was asked to open the stream grants.
    ///
    /// - Returns: false where the payload is no payload of an `OKAY`.
    public mutating func opened(_ payload: ArraySlice<UInt8>) -> Bool {
        guard mode == .delayed else { return payload.isEmpty || payload.count == 4 }
        return add(payload)
    }

    /// An `OKAY` on the open stream.
    ///
    /// - Returns: false where the payload is no payload of an `OKAY`.
    public mutating func acknowledged(_ payload: ArraySlice<UInt8>) -> Bool {
        if mode == .delayed { return add(payload) }
        sendable = 1
        return payload.isEmpty || payload.count == 4
    }

    /// A write of `count` bytes came.
    ///
    /// - Returns: false where the peer had no right to send it.
    public mutating func received(_ count: Int) -> Bool {
        switch mode {
        case .delayed:
            guard credit > 0 || count == 0 else { return false }
            credit -= count
        case .stopAndWait:
            guard unanswered.count < StreamWindow.toleratedWrites else { return false }
            unanswered.append(count)
        }
        return true
    }

    /// There is room again for `count` bytes of what came. Empty writes are answered by a call with 0.
    public mutating func consumed(_ count: Int) -> Answer {
        var count = max(0, count)
        switch mode {
        case .delayed:
            consumedBytes += count
            // A small grant is given back in halves: the peer never waits for less than it may send.
            guard consumedBytes >= max(1, min(StreamWindow.answerStep, grant / 2)) else { return .nothing }
            let answer = Int32(clamping: consumedBytes)
            consumedBytes -= Int(answer)
            credit += Int(answer)
            return .bytes(answer)
        case .stopAndWait:
            var whole = 0
            while whole < unanswered.count, count >= unanswered[whole] {
                count -= unanswered[whole]
                whole += 1
            }
            unanswered.removeFirst(whole)
            if !unanswered.isEmpty { unanswered[0] -= count }
            return whole > 0 ? .plain(whole) : .nothing
        }
    }

    private mutating func add(_ payload: ArraySlice<UInt8>) -> Bool {
        guard payload.count == 4 else { return payload.isEmpty }
        // The number is signed: a receiver may take back what it granted. No sum of honest ones comes near the bound.
        sendable = min(max(sendable + Int(payload.little(0, as: Int32.self)), -1 << 40), 1 << 40)
        return true
    }
}
