// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base

/// What to make of the transfers that come in: which to ask for next, what to hand on, what to drop. Without I/O.
///
/// A header is read as one USB packet, which it never fills; a payload is read in exactly its length, since the device
/// ends it with nothing. Until the greeting, whatever lies in the pipe may be an older session's, so its lengths are not
/// believed: large reads, each up to the next packet that is not full, take it away up to a sound greeting.
struct USBInput {
    /// What to do, in this order.
    enum Step: Equatable {
        /// Ask for whatever comes, up to a packet that is not full: a greeting, or what is left of an older session.
        case readGreeting
        /// Ask for the packet that a header comes in.
        case readHeader
        /// Ask for so many bytes of payload.
        case readPayload(Int)
        /// Hand these bytes on: a header.
        case deliverHeader([UInt8])
        /// Hand on the payload that just came.
        case deliverPayload
        case fail(String)
    }

    /// The largest piece that a payload is read in; smaller where the kernel has little memory.
    var piece = WireLimit.maxPayload
    /// Transfers of an older session that were dropped.
    private(set) var dropped = 0
    /// Whether the device has answered with anything sound.
    private(set) var hasHeard = false

    private var isOnline = false
    /// What of a payload is still to come, and whether it is handed on.
    private var awaited: (left: Int, counts: Bool)?
    /// Whether the next header has been asked for.
    private var headerIsAsked = false

    /// What to ask for first.
    mutating func start() -> [Step] { askForHeader() }

    /// A header read is done.
    mutating func header(_ bytes: UnsafeRawBufferPointer) -> [Step] {
        headerIsAsked = false
        // Some devices end a full payload with a packet without bytes.
        if bytes.isEmpty { return askForHeader() }
        guard awaited == nil else { return [.fail("a header came before the payload in front of it")] }
        guard bytes.count == WireLimit.header || !isOnline else {
            return [.fail("\(bytes.count) bytes came where a header belongs")]
        }
        guard bytes.count >= WireLimit.header else { return drop() }
        // Behind a payload that fills its last packet, a header ends the read that began with the payload.
        let raw = [UInt8](bytes.suffix(WireLimit.header))
        let header = PacketHeader(parsing: raw[...])
        let length = Int(header.length)
        guard isOnline else { return greeting(raw, header, length, hasMore: bytes.count > WireLimit.header) }
        guard header.isSound else { return [.fail("a header is damaged")] }
        guard length <= WireLimit.maxPayload else { return [.fail("a payload of \(length) bytes is announced")] }
        // The device answers each greeting, and one of ours may have been a repetition: it is online already.
        return take(raw, length, counts: header.command != .connect)
    }

    /// A payload read is done; it brought `count` of the `wanted` bytes.
    mutating func payload(_ count: Int, of wanted: Int) -> [Step] {
        guard var now = awaited else { return [.fail("a payload came that nobody asked for")] }
        guard count == wanted, count <= now.left else {
            return [.fail("a payload ended after \(count) of \(wanted) bytes")]
        }
        now.left -= count
        awaited = now.left > 0 ? now : nil
        let deliver: [Step] = now.counts ? [.deliverPayload] : []
        return deliver + (now.left > 0 ? askForPayload(now.left) : askForHeader())
    }

    private mutating func greeting(_ raw: [UInt8], _ header: PacketHeader, _ length: Int, hasMore: Bool) -> [Step] {
        let isGreeting = [.connect, .auth, .startTLS].contains(header.command)
        guard header.isSound, isGreeting, length <= WireLimit.handshakePayload else { return drop() }
        hasHeard = true
        if hasMore { dropped += 1 }
        isOnline = header.command == .connect
        return take(raw, length, counts: true)
    }

    private mutating func take(_ raw: [UInt8], _ length: Int, counts: Bool) -> [Step] {
        let deliver: [Step] = counts ? [.deliverHeader(raw)] : []
        guard length > 0 else { return deliver + askForHeader() }
        awaited = (length, counts)
        return deliver + askForPayload(length)
    }

    private mutating func drop() -> [Step] {
        dropped += 1
        return askForHeader()
    }

    private mutating func askForHeader() -> [Step] {
        guard !headerIsAsked else { return [] }
        headerIsAsked = true
        return [isOnline ? .readHeader : .readGreeting]
    }

    /// The payload, and with its last piece the header behind it: a payload's read ends by its length, so what follows
    /// goes to the next read, and the pipe is never idle.
    private mutating func askForPayload(_ left: Int) -> [Step] {
        left > piece ? [.readPayload(piece)] : [.readPayload(left)] + askForHeader()
    }
}
