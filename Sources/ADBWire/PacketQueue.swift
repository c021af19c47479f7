// SPDX-License-Identifier: Apache-2.0

public import Base

/// Packets on their way out, in order, cut into the batches that a socket is given.
public struct PacketQueue: Sendable {
    /// Payloads up to this size are gathered with what is before and after them; larger ones are written from where they
    /// lie.
    private static let smallPayload = 4 << 10
    /// Bytes that are gathered at most.
    private static let gathered = 64 << 10

    private var packets: [Packet] = []
    private var next = 0
    private var handedOut = 0
    /// Whether `STLS` has gone out: what follows is to be sealed.
    public private(set) var hasStartedTLS = false
    /// Bytes behind the last packet.
    private var ending: [UInt8] = []

    public init() {}

    public var isEmpty: Bool { next == packets.count && ending.isEmpty }

    public mutating func append(_ packet: Packet) { packets.append(packet) }

    public mutating func append(contentsOf more: [Packet]) { packets.append(contentsOf: more) }

    /// Puts a part of a packet behind everything that is queued: a fault that is injected. Nothing may follow it.
    public mutating func append(firstBytes count: Int, of packet: Packet) {
        ending.append(contentsOf: packet.encoded.prefix(count))
    }

    /// Drops what is queued.
    public mutating func clear() {
        packets = []
        ending = []
        next = 0
    }

    /// Payload bytes of `write` packets that were put into batches since the last call.
    public mutating func takeWritten() -> Int {
        defer { handedOut = 0 }
        return handedOut
    }

    /// Puts what goes out next into an empty batch.
    ///
    /// - Returns: false where there is nothing.
    public mutating func fill(_ batch: inout OutputBatch) -> Bool {
        while next < packets.count, batch.small.count < PacketQueue.gathered, batch.large.isEmpty {
            let packet = packets[next]
            next += 1
            packet.header.encode(into: &batch.small)
            if packet.payload.count <= PacketQueue.smallPayload {
                batch.small.append(contentsOf: packet.payload)
            } else {
                batch.large = packet.payload
            }
            if packet.command == .write { handedOut += packet.payload.count }
            // What is behind it goes out under TLS, so it must not share a batch.
            if packet.command == .startTLS {
                hasStartedTLS = true
                break
            }
        }
        if next == packets.count {
            if batch.large.isEmpty, !ending.isEmpty {
                batch.small.append(contentsOf: ending)
                ending = []
            }
            packets.removeAll(keepingCapacity: packets.count <= 1024)
            next = 0
        }
        return !batch.small.isEmpty
    }
}
