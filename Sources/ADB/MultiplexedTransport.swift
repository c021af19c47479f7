// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Synchronization

/// A packet on its way to a link.
typealias WirePacket = ADBWire.Packet

/// Many streams over one link to a device, by `ADBWire.Connection`.
///
/// One lock guards the state machine. Packets that it wants sent are put in an outbox, in order, and the link takes them
/// from there; streams are told what happened after the lock is released, so no lock is ever taken under another. What is
/// sent while packets are being read waits until all that came in one read are through, and goes out together.
final class MultiplexedTransport: DeviceTransport {
    /// Serves one stream that the device opened.
    typealias Server = @Sendable (ADBStream) async -> Void

    struct State {
        var connection: Connection
        var link: (any PacketLink)?
        var outbox: [WirePacket] = []
        /// Payload bytes of writes that the link has taken last.
        var taken = 0
        var isScheduled = false
        /// Whether packets that came together are being gone through.
        var isReading = false
        var streams: [StreamID: ADBStream] = [:]
        /// What the device may open streams to.
        var incoming: [String: Server] = [:]
        var lost: DroidError?
        var waiter: CheckedContinuation<Void, any Error>?
        /// What ends the wait for the device's greeting.
        var timer: DeadlineTimer.Token?
        /// A key that the device's user is being asked about, until that is told.
        var waitingKey: AuthPublicKey?
        var startsTLS = false
    }

    /// What a stream is told once the lock is released.
    private enum Notice {
        case opened
        case incoming(Server)
        case received(ArraySlice<UInt8>)
        case drained
        case finished
        case failed(DroidError)
    }

    /// Bytes that may be on their way between the streams and the link.
    private static let allowance = 4 << 20

    let serial: String
    let state: Mutex<State>
    /// Cuts what comes in bytes; only the link's reading thread touches it.
    private nonisolated(unsafe) var decoder = PacketDecoder()
    /// What streams are told when all packets that came together are through; only the link's reading thread touches it.
    private nonisolated(unsafe) var pending: [(ADBStream, Notice)] = []
    /// From how many bytes on a payload is handed on at once.
    private static let largePayload = 16 << 10

    /// How long the device's user may take to accept a key.
    let acceptTime: Duration
    /// Told the fingerprint of a key that the device's user has to accept.
    let onWaiting: (@Sendable (String) -> Void)?

    /// - Parameters:
    ///   - acceptTime: how long the user may take to accept this computer's key on the device.
    ///   - onWaiting: told the key's fingerprint when the device asks its user.
    ///   - credentials: gives the keys of this computer where the device wants one.
    init(
        serial: String,
        acceptTime: Duration = .seconds(60),
        onWaiting: (@Sendable (String) -> Void)? = nil,
        credentials: @escaping @Sendable () -> [AuthKey] = { HostKeys.load() }
    ) {
        self.serial = serial
        self.acceptTime = acceptTime
        self.onWaiting = onWaiting
        let connection = Connection(
            role: .host,
            banner: .host(features: .client),
            credentials: credentials,
            name: HostKeys.name,
            allowance: MultiplexedTransport.allowance
        )
        state = Mutex(State(connection: connection))
    }

    var banner: ADBBanner { state.withLock { ADBBanner($0.connection.agreement) } }
    var maxPayload: Int { state.withLock { $0.connection.agreement?.maxPayload ?? WireLimit.handshakePayload } }

    func begin(_ service: String, limit: ADBStream.Limit, for what: String) async throws -> ADBStream {
        let stream = ADBStream(service: service)
        try state.withLock { state in
            if let lost = state.lost { throw lost }
            let room = state.connection.agreement?.maxPayload ?? WireLimit.handshakePayload
            guard service.utf8.count < room else {
                throw ADBError.usage(
                    "the command is too long for this device",
                    why: "\(service.utf8.count) bytes where \(room - 1) fit"
                )
            }
            guard let (id, events) = state.connection.open(service) else {
                throw ADBError.usage("too many streams are open", why: "\(state.connection.streamCount) are not closed")
            }
            stream.attach(MultiplexedLink(transport: self, id: id))
            state.streams[id] = stream
            for case .send(let packet) in events { state.outbox.append(packet) }
        }
        stream.arm(limit, for: what)
        wake()
        return stream
    }

    func acceptIncoming(_ address: String, _ serve: Server?) throws {
        try state.withLock { state in
            if let lost = state.lost, serve != nil { throw lost }
            state.incoming[address] = serve
        }
    }

    func confirmAlive() async throws {
        if let lost = state.withLock({ $0.lost }) { throw lost }
    }

    func close() {
        lose(ADBError.lost(serial, why: "this program closed the connection"))
    }

    // MARK: For the link

    /// What packets may look like from now on.
    struct Limits: Sendable {
        var version: ProtocolVersion
        var maxPayload: Int
        /// Whether what follows is TLS.
        var startsTLS = false
    }

    /// Bytes came from the device, in any split.
    func received(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        do throws(DroidError) {
            while let packet = try decoder.next(&rest) {
                guard let limits = received(packet) else { return }
                decoder.version = limits.version
                decoder.maxPayload = limits.maxPayload
                if limits.startsTLS { throw ADBError.needsNetwork(serial) }
            }
        } catch {
            flush()
            lose(error)
        }
        flush()
    }

    /// A packet came from the device. Answers to it may wait for `flush`, which the link calls before it waits for more.
    ///
    /// - Returns: what the next packet may look like; nil where the connection is of no use any more.
    func received(_ packet: WirePacket) -> Limits? {
        var notices = pending
        pending = []
        var waiter: CheckedContinuation<Void, any Error>?
        var failure: DroidError?
        var waitingKey: AuthPublicKey?
        let limits = state.withLock { state -> Limits? in
            guard state.lost == nil else { return nil }
            state.isReading = true
            for event in state.connection.receive(packet) {
                carryOut(event, &state, &notices, &waiter, &failure)
            }
            waitingKey = state.waitingKey
            state.waitingKey = nil
            guard let agreement = state.connection.agreement else {
                defer { state.startsTLS = false }
                return Limits(version: .v1_0, maxPayload: WireLimit.maxPayload, startsTLS: state.startsTLS)
            }
            return Limits(version: agreement.version, maxPayload: agreement.maxPayload)
        }
        // A stream whose last words and end came together is told of both before its reader runs.
        pending = notices
        if packet.payload.count >= MultiplexedTransport.largePayload || failure != nil { tellPending() }
        waiter?.resume()
        if let waitingKey { waitForUser(waitingKey) }
        if let failure {
            lose(failure)
            return nil
        }
        return limits
    }

    private func tellPending() {
        let notices = pending
        pending.removeAll(keepingCapacity: true)
        for (stream, notice) in notices { tell(stream, notice) }
    }

    /// All packets that came together are through: streams are told, and what that led to goes out.
    func flush() {
        if !pending.isEmpty { tellPending() }
        let link = state.withLock { state -> (any PacketLink)? in
            guard state.isReading else { return nil }
            state.isReading = false
            return dueLink(&state)
        }
        schedule(link)
    }

    /// The link is gone, or of no use any more: everything that waits fails with `error`.
    func lose(_ error: DroidError) {
        typealias Waiting = (
            streams: [ADBStream], waiter: CheckedContinuation<Void, any Error>?, link: (any PacketLink)?
        )
        let (streams, waiter, link) = state.withLock { state -> Waiting in
            guard state.lost == nil else { return ([], nil, nil) }
            state.lost = error
            state.outbox = []
            defer {
                state.streams = [:]
                state.incoming = [:]
                state.waiter = nil
                state.link = nil
            }
            return (Array(state.streams.values), state.waiter, state.link)
        }
        link?.close()
        waiter?.resume(throwing: error)
        for stream in streams { stream.fail(error) }
    }

    // MARK: For the streams

    fileprivate func act(_ body: (inout Connection) -> [ConnectionEvent]) {
        let link = state.withLock { state in
            for case .send(let packet) in body(&state.connection) { state.outbox.append(packet) }
            return dueLink(&state)
        }
        schedule(link)
    }

    fileprivate func queuedBytes(_ id: StreamID) -> Int { state.withLock { $0.connection.queuedBytes(id) } }

    fileprivate func close(_ id: StreamID, flushing: Bool) {
        let link = state.withLock { state in
            state.streams[id] = nil
            let events = flushing ? state.connection.finish(id) : state.connection.abandon(id)
            for case .send(let packet) in events { state.outbox.append(packet) }
            return dueLink(&state)
        }
        schedule(link)
    }

    // MARK: Within

    private func carryOut(
        _ event: ConnectionEvent,
        _ state: inout State,
        _ notices: inout [(ADBStream, Notice)],
        _ waiter: inout CheckedContinuation<Void, any Error>?,
        _ failure: inout DroidError?
    ) {
        switch event {
        case .send(let packet): state.outbox.append(packet)
        case .online:
            waiter = state.waiter
            state.waiter = nil
        case .opened(let id):
            if let stream = state.streams[id] { notices.append((stream, .opened)) }
        case .requested(let id, let address):
            guard let server = state.incoming[address] else {
                // Nothing was forwarded to there, so the device has no reason to ask.
                for case .send(let packet) in state.connection.refuse(id) { state.outbox.append(packet) }
                return
            }
            let stream = ADBStream(service: address)
            stream.attach(MultiplexedLink(transport: self, id: id))
            state.streams[id] = stream
            for case .send(let packet) in state.connection.accept(id) { state.outbox.append(packet) }
            notices.append((stream, .incoming(server)))
        case .received(let id, let bytes):
            if let stream = state.streams[id] {
                notices.append((stream, .received(bytes)))
            } else {
                // The stream is being closed: what still comes is dropped, and the device may go on.
                let events = state.connection.acknowledge(id, bytes: bytes.count)
                for case .send(let packet) in events { state.outbox.append(packet) }
            }
        case .writable(let id):
            if let stream = state.streams[id] { notices.append((stream, .drained)) }
        case .closed(let id, let reason):
            guard let stream = state.streams.removeValue(forKey: id) else { return }
            switch reason {
            case .peer: notices.append((stream, .finished))
            case .refused: notices.append((stream, .failed(ADBError.refused(stream.service, serial))))
            case .reset: notices.append((stream, .failed(ADBError.lost(serial, why: "it started a new session"))))
            case .violation:
                let error = DroidError(
                    "adb.protocol",
                    "the device \(serial) broke the protocol",
                    why: "it did not wait"
                )
                notices.append((stream, .failed(error)))
            }
        case .waitingForUser(let key): state.waitingKey = key
        case .startTLS: state.startsTLS = true
        case .needsToken, .askUser: break  // What only devices do.
        case .failed(let error): failure = error
        }
    }

    private func tell(_ stream: ADBStream, _ notice: Notice) {
        switch notice {
        case .opened: stream.opened()
        case .incoming(let server):
            stream.opened()
            Task {
                await server(stream)
                stream.close()
            }
        case .received(let bytes): stream.deliver(bytes)
        case .drained: stream.drained()
        case .finished: stream.finished()
        case .failed(let error): stream.fail(error)
        }
    }

    /// Has the link write what waits, unless it knows already.
    func wake() { schedule(state.withLock { dueLink(&$0) }) }

    /// The link that has to be told that something waits; nil where it knows already, or will be told.
    private func dueLink(_ state: inout State) -> (any PacketLink)? {
        guard !state.outbox.isEmpty || state.connection.hasWaitingWrites, !state.isScheduled, !state.isReading,
            let link = state.link
        else { return nil }
        state.isScheduled = true
        return link
    }

    private func schedule(_ link: (any PacketLink)?) { link?.schedule { self.takeOutbox() } }

    /// Everything that may go out now. What was taken before is out.
    private func takeOutbox() -> [WirePacket] {
        var notices: [(ADBStream, Notice)] = []
        let packets = state.withLock { state in
            state.isScheduled = false
            var waiter: CheckedContinuation<Void, any Error>?
            var failure: DroidError?
            if state.taken > 0 || state.connection.hasWaitingWrites {
                for event in state.connection.written(state.taken) {
                    carryOut(event, &state, &notices, &waiter, &failure)
                }
            }
            defer { state.outbox = [] }
            state.taken = state.outbox.reduce(0) { $0 + ($1.command == .write ? $1.payload.count : 0) }
            return state.outbox
        }
        for (stream, notice) in notices { tell(stream, notice) }
        return packets
    }
}

/// One stream of a `MultiplexedTransport`.
private struct MultiplexedLink: StreamLink {
    let transport: MultiplexedTransport
    let id: StreamID

    var queuedBytes: Int { transport.queuedBytes(id) }
    func send(_ bytes: ArraySlice<UInt8>) { transport.act { $0.write(id, bytes) } }
    func acknowledge(bytes: Int) { transport.act { $0.acknowledge(id, bytes: bytes) } }
    func close(flushing: Bool) { transport.close(id, flushing: flushing) }
}
