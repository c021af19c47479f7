// SPDX-License-Identifier: Apache-2.0

public import Base

/// What the owner of a `Connection` has to do, in this order.
public enum ConnectionEvent: Sendable {
    /// Write the packet to the peer.
    case send(Packet)
    /// The peers have met: set the packet decoder to this version and payload limit.
    case online(Agreement)
    /// The stream that this end asked for is open.
    case opened(StreamID)
    /// The peer asks for a service; answer with `accept` or `refuse`.
    case requested(StreamID, service: String)
    /// Bytes came; call `acknowledge` when there is room for more.
    case received(StreamID, ArraySlice<UInt8>)
    /// A write was taken, and what is still queued fits one packet.
    case writable(StreamID)
    /// The stream is over.
    case closed(StreamID, CloseReason)
    /// The connection is of no use any more: close the transport.
    case failed(DroidError)
}

/// One connection of a host with a device, at either end: handshake and streams without I/O.
///
/// The owner reads bytes, lets a `PacketDecoder` cut them, hands each packet to `receive` and carries out the events in
/// order. It is a value; whoever owns it guards it.
public struct Connection: Sendable {
    private var handshake: Handshake
    private var streams: StreamTable

    public init(
        role: Role,
        banner: ConnectionBanner,
        version: ProtocolVersion = .v1_1,
        maxPayload: Int = WireLimit.maxPayload,
        streamLimit: Int = 4096
    ) {
        handshake = Handshake(role: role, banner: banner, version: version, maxPayload: maxPayload)
        streams = StreamTable(version: .v1_0, maxPayload: WireLimit.handshakePayload, limit: streamLimit)
    }

    /// What was agreed on, once the peers have met.
    public var agreement: Agreement? { handshake.agreement }

    /// How many streams there are.
    public var streamCount: Int { streams.count }

    /// Whether the stream is still there.
    public func contains(_ id: StreamID) -> Bool { streams.contains(id) }

    /// Bytes of a stream that wait to be written.
    public func queuedBytes(_ id: StreamID) -> Int { streams.queuedBytes(id) }

    /// What to do when the transport is up.
    public mutating func start() -> [ConnectionEvent] { perform(handshake.start(), nil) }

    /// Takes a packet from the peer.
    public mutating func receive(_ packet: Packet) -> [ConnectionEvent] { perform(handshake.receive(packet), packet) }

    /// Asks for a service.
    ///
    /// - Returns: `nil` before the peers have met, or when there are too many streams.
    public mutating func open(_ service: String) -> (id: StreamID, events: [ConnectionEvent])? {
        guard agreement != nil, let opened = streams.open(service) else { return nil }
        return (opened.id, perform(opened.actions))
    }

    /// Opens a stream that the peer asked for.
    public mutating func accept(_ id: StreamID) -> [ConnectionEvent] { perform(streams.accept(id)) }

    /// Turns down a stream that the peer asked for.
    public mutating func refuse(_ id: StreamID) -> [ConnectionEvent] { perform(streams.refuse(id)) }

    /// Queues bytes for a stream and sends what may be sent.
    public mutating func write(_ id: StreamID, _ bytes: ArraySlice<UInt8>) -> [ConnectionEvent] {
        perform(streams.write(id, bytes))
    }

    /// Lets the peer write on: one call for each `received`.
    public mutating func acknowledge(_ id: StreamID) -> [ConnectionEvent] { perform(streams.acknowledge(id)) }

    /// Closes a stream once everything that was queued has been taken. No `closed` event follows.
    public mutating func finish(_ id: StreamID) -> [ConnectionEvent] { perform(streams.finish(id)) }

    /// Closes a stream now. No `closed` event follows.
    public mutating func abandon(_ id: StreamID) -> [ConnectionEvent] { perform(streams.abandon(id)) }

    /// Drops all streams, as when the transport is gone.
    public mutating func reset() -> [ConnectionEvent] { perform(streams.reset()) }

    private mutating func perform(_ actions: [HandshakeAction], _ packet: Packet?) -> [ConnectionEvent] {
        var events: [ConnectionEvent] = []
        for action in actions {
            switch action {
            case .send(let packet): events.append(.send(packet))
            case .online(let agreed):
                events += perform(streams.reset())
                streams.version = agreed.version
                streams.maxPayload = agreed.maxPayload
                events.append(.online(agreed))
            case .pass:
                if let packet { events += perform(streams.receive(packet)) }
            case .ignore: break
            case .fail(let error): events.append(.failed(error))
            }
        }
        return events
    }

    private func perform(_ actions: [StreamAction]) -> [ConnectionEvent] {
        actions.map { action in
            switch action {
            case .send(let packet): .send(packet)
            case .opened(let id): .opened(id)
            case .requested(let id, let service): .requested(id, service: service)
            case .received(let id, let bytes): .received(id, bytes)
            case .writable(let id): .writable(id)
            case .closed(let id, let reason): .closed(id, reason)
            }
        }
    }
}
