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
    /// Bytes came; call `acknowledge` with their number when there is room for as many more.
    case received(StreamID, ArraySlice<UInt8>)
    /// Some of what was queued is out, and what is left fits one packet.
    case writable(StreamID)
    /// The stream is over.
    case closed(StreamID, CloseReason)
    /// Device: call `challenge` with a new token and the keys that are trusted now, after so long.
    case needsToken(after: Duration)
    /// Device: ask the user about the key and call `acceptKey` if it may in.
    case askUser(AuthPublicKey, name: String)
    /// Host: the device asks its user about this key.
    case waitingForUser(AuthPublicKey)
    /// Read and write by TLS from here on: what comes next, and what is sent behind the `STLS` packet.
    case startTLS
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
        policy: AuthPolicy = .none,
        credentials: @escaping @Sendable () -> [AuthKey] = { [] },
        name: String = "droidagent",
        streamLimit: Int = 4096,
        allowance: Int = .max
    ) {
        handshake = Handshake(
            role: role,
            banner: banner,
            version: version,
            maxPayload: maxPayload,
            policy: policy,
            credentials: credentials,
            name: name
        )
        streams = StreamTable(version: .v1_0, maxPayload: WireLimit.handshakePayload, limit: streamLimit)
        streams.allowance = allowance
    }

    /// What was agreed on, once the peers have met.
    public var agreement: Agreement? { handshake.agreement }

    /// The version that the peer's packets are read in, also before the peers have met.
    public var incomingVersion: ProtocolVersion { handshake.incomingVersion }

    /// Device: whether TLS is offered and the host has not answered; its first record may come before its answer does.
    public var hasOfferedTLS: Bool { handshake.hasOfferedTLS }

    /// Host: the keys of this computer, once a device has asked for one.
    public var keys: [AuthKey] { handshake.keys }

    /// How many streams there are.
    public var streamCount: Int { streams.count }

    /// Whether the stream is still there.
    public func contains(_ id: StreamID) -> Bool { streams.contains(id) }

    /// Whether a stream has something to write and waits for the allowance.
    public var hasWaitingWrites: Bool { streams.hasWaitingWrites }

    /// Bytes of a stream that wait to be written.
    public func queuedBytes(_ id: StreamID) -> Int { streams.queuedBytes(id) }

    /// What to do when the transport is up.
    public mutating func start() -> [ConnectionEvent] { perform(handshake.start(), nil) }

    /// Device: sends a token, good for the keys that are trusted now.
    public mutating func challenge(_ token: [UInt8], trusting keys: [AuthPublicKey]) -> [ConnectionEvent] {
        perform(handshake.challenge(token, trusting: keys), nil)
    }

    /// Device: the user lets a key in.
    public mutating func acceptKey(_ key: AuthPublicKey) -> [ConnectionEvent] { perform(handshake.accept(key), nil) }

    /// Device: the TLS handshake is done.
    public mutating func secured() -> [ConnectionEvent] { perform(handshake.secured(), nil) }

    /// Takes a packet from the peer.
    public mutating func receive(_ packet: Packet) -> [ConnectionEvent] { perform(handshake.receive(packet), packet) }

    /// Asks for a service.
    ///
    /// - Returns: `nil` before the peers have met, or when there are too many streams.
    public mutating func open(_ service: String) -> (id: StreamID, events: [ConnectionEvent])? {
        guard agreement != nil, let opened = streams.open(service) else { return nil }
        return (opened.id, Self.events(opened.actions))
    }

    /// Opens a stream that the peer asked for.
    public mutating func accept(_ id: StreamID) -> [ConnectionEvent] { Self.events(streams.accept(id)) }

    /// Turns down a stream that the peer asked for.
    public mutating func refuse(_ id: StreamID) -> [ConnectionEvent] { Self.events(streams.refuse(id)) }

    /// Queues bytes for a stream and sends what may be sent.
    public mutating func write(_ id: StreamID, _ bytes: ArraySlice<UInt8>) -> [ConnectionEvent] {
        Self.events(streams.write(id, bytes))
    }

    /// Lets the peer write on: there is room again for that many of the bytes that it sent. A `received` without bytes
    /// is answered with 0.
    public mutating func acknowledge(_ id: StreamID, bytes: Int) -> [ConnectionEvent] {
        Self.events(streams.acknowledge(id, bytes: bytes))
    }

    /// Says that payloads of so many bytes, which were handed out as `write` packets, are out; streams that had to stay
    /// within the allowance go on. The owner of a connection without an allowance need not call it.
    public mutating func written(_ count: Int) -> [ConnectionEvent] { Self.events(streams.written(count)) }

    /// Closes a stream once everything that was queued has been taken. No `closed` event follows.
    public mutating func finish(_ id: StreamID) -> [ConnectionEvent] { Self.events(streams.finish(id)) }

    /// Closes a stream now. No `closed` event follows.
    public mutating func abandon(_ id: StreamID) -> [ConnectionEvent] { Self.events(streams.abandon(id)) }

    /// Drops all streams, as when the transport is gone.
    public mutating func reset() -> [ConnectionEvent] { Self.events(streams.reset()) }

    private mutating func perform(_ actions: [HandshakeAction], _ packet: Packet?) -> [ConnectionEvent] {
        var events: [ConnectionEvent] = []
        for action in actions {
            switch action {
            case .send(let packet): events.append(.send(packet))
            case .online(let agreed):
                events += Self.events(streams.reset())
                streams.version = agreed.version
                streams.maxPayload = agreed.maxPayload
                streams.delaysAcknowledgements = agreed.features.contains(.delayedAck)
                events.append(.online(agreed))
            case .offline: events += Self.events(streams.reset())
            case .needsToken(let delay): events.append(.needsToken(after: delay))
            case .askUser(let key, let name): events.append(.askUser(key, name: name))
            case .waitingForUser(let key): events.append(.waitingForUser(key))
            case .startTLS: events.append(.startTLS)
            case .pass:
                if let packet { events += Self.events(streams.receive(packet)) }
            case .ignore: break
            case .fail(let error): events.append(.failed(error))
            }
        }
        return events
    }

    /// Static: a method would begin with a copy of the whole connection, and so the streams would be copied with each
    /// change that its argument makes to them.
    private static func events(_ actions: [StreamAction]) -> [ConnectionEvent] {
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
