// SPDX-License-Identifier: Apache-2.0

/// What the owner of a `StreamTable` has to do.
public enum StreamAction: Hashable, Sendable {
    case send(Packet)
    /// The stream that this end asked for is open.
    case opened(StreamID)
    /// The peer asks for a service; answer with `accept` or `refuse`.
    case requested(StreamID, service: String)
    /// Bytes came; answer with `acknowledge` when there is room for more.
    case received(StreamID, ArraySlice<UInt8>)
    /// Some of what was queued is out, and what is left fits one packet.
    case writable(StreamID)
    /// The stream is over and its number forgotten.
    case closed(StreamID, CloseReason)
}
