// SPDX-License-Identifier: Apache-2.0

import ADBWire

/// Packets on their way out, as the transfers that they are sent in: a header by itself, then its payload. Without I/O.
struct USBOutput {
    /// One transfer, or a part of one where the kernel has little memory.
    struct Piece {
        var bytes: ArraySlice<UInt8>
        /// Whether the transfer ends here; one that fills its last packet is ended by a packet without bytes.
        var isEnd: Bool
    }

    /// Bytes and transfers that may be with the kernel at a time: usbfs has 16 MiB for all programs.
    static let byteLimit = 2 << 20
    static let countLimit = 32

    /// The largest part of a payload in one transfer.
    var piece = WireLimit.maxPayload
    private var packets: [WirePacket] = []
    private var next = 0
    /// The packet that has been begun: what of it is still to be sent.
    private var rest: [Piece] = []
    private(set) var bytesOut = 0
    private(set) var transfersOut = 0

    /// Whether nothing waits to be sent.
    var isEmpty: Bool { next == packets.count && rest.isEmpty }
    /// Whether a packet has been begun and not been sent whole.
    var isWithin: Bool { !rest.isEmpty }

    mutating func append(_ packets: [WirePacket]) { self.packets += packets }

    /// Drops what has not been begun.
    mutating func dropUnbegun() {
        packets = []
        next = 0
    }

    /// The next piece, where there is one and room for it; it counts as sent from here on.
    mutating func take() -> Piece? {
        if rest.isEmpty {
            guard next < packets.count else { return nil }
            let packet = packets[next]
            packets[next].payload = []
            next += 1
            if next == packets.count { dropUnbegun() }
            var head: [UInt8] = []
            packet.header.encode(into: &head)
            // Taken from the end.
            if !packet.payload.isEmpty { rest.append(Piece(bytes: packet.payload, isEnd: true)) }
            rest.append(Piece(bytes: head[...], isEnd: true))
        }
        guard var piece = rest.popLast() else { return nil }
        if piece.bytes.count > self.piece {
            rest.append(Piece(bytes: piece.bytes.dropFirst(self.piece), isEnd: piece.isEnd))
            piece = Piece(bytes: piece.bytes.prefix(self.piece), isEnd: false)
        }
        guard transfersOut == 0 || (fits(piece) && transfersOut < USBOutput.countLimit) else {
            rest.append(piece)
            return nil
        }
        bytesOut += piece.bytes.count
        transfersOut += 1
        return piece
    }

    private func fits(_ piece: Piece) -> Bool { bytesOut + piece.bytes.count <= USBOutput.byteLimit }

    /// A piece that could not be sent waits as the next one.
    mutating func giveBack(_ piece: Piece) {
        done(piece.bytes.count)
        rest.append(piece)
    }

    /// A transfer came back.
    mutating func done(_ count: Int) {
        bytesOut -= count
        transfersOut -= 1
    }
}
