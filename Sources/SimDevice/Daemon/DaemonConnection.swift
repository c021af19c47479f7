// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Dispatch
import Synchronization

/// One connection of a host: cuts packets, drives the connection's state machine, and starts a task for each stream.
///
/// A thread reads; answers are written from whichever thread has something to say. One lock guards the state machine, and
/// pipes, outboxes and services are told what happened after it is released. Commands run on the device's actor; nothing
/// here waits for them, so a slow stream stalls no other.
final class DaemonConnection: Sendable {
    typealias Ends = (BytePipe, Outbox)

    struct Stream {
        var pipe: BytePipe
        var outbox: Outbox
        var task: Task<Void, Never>?
        /// Bytes that wait for the service's first pause; nil behind it.
        var heldBytes: Int?
        /// Whether the service goes on when the host closes the stream: it reads what has come to the end.
        var lingers = false
    }

    struct State {
        var connection: Connection
        var streams: [StreamID: Stream] = [:]
        /// Services that have not come to their first pause.
        var starting: Set<StreamID> = []
        /// Services whose streams the host has closed.
        var lingering: [StreamID: Task<Void, Never>] = [:]
        /// Streams that this end asked for and the host has not answered.
        var opening: [StreamID: CheckedContinuation<Ends?, Never>] = [:]
        /// What is done when the session ends.
        var farewells: [@Sendable () -> Void] = []
        var packets = PacketQueue()
        /// Whether packets that came together are being gone through; what is sent meanwhile goes out behind them.
        var isReading = false
        var isOver = false
        /// Told the size of each packet before it passes, in either direction: how many of its bytes pass before the
        /// connection is cut, or nil where it goes on. Faults are injected here.
        var onPacket: (Int) -> Int?
        /// Whether the bytes behind the packet that came last are TLS.
        var startsTLS = false
        /// Whether the connection ends once what is queued is out.
        var isCut = false

        /// Whether there is something to write that nobody will see to.
        var isDue: Bool { !isReading && (!packets.isEmpty || connection.hasWaitingWrites || isCut) }

        /// Whether a packet that came is to be heeded.
        mutating func admits(_ packet: Packet) -> Bool {
            guard !isCut else { return false }
            let size = WireLimit.header + packet.payload.count
            let share = onPacket(size)
            isCut = share != nil
            return share ?? size >= size
        }

        mutating func send(_ packet: Packet) {
            guard !isCut else { return }
            let size = WireLimit.header + packet.payload.count
            let share = onPacket(size)
            isCut = share != nil
            if let share, share < size {
                packets.append(firstBytes: share, of: packet)
            } else {
                packets.append(packet)
            }
        }
    }

    /// What is done once the lock is released.
    enum Notice {
        case push(BytePipe, ArraySlice<UInt8>)
        case drained(Outbox)
        case ended(Stream)
        case opened(CheckedContinuation<Ends?, Never>, Ends?)
        case start(StreamID, service: String, Ends)
        case farewell(@Sendable () -> Void)
        case needsToken(after: Duration)
        case askUser(AuthPublicKey, name: String)
        case fail
    }

    /// Bytes of writes that may be on their way between streams and socket.
    private static let allowance = 4 << 20
    /// Commands that may go on although their streams are closed.
    static let lingeringLimit = 64

    let device: DeviceActor
    let socket: any ByteSocket
    let state: Mutex<State>
    let output: Mutex<SocketOutput?>
    /// What opens and seals, on a device that wants TLS.
    let secure = Mutex<SecureChannel?>(nil)

    init(_ socket: any ByteSocket, device: DeviceActor, banner: ConnectionBanner) {
        self.socket = socket
        self.device = device
        let connection = Connection(
            role: .device,
            banner: banner,
            version: device.profile.version,
            maxPayload: device.profile.maxPayload,
            policy: device.policy,
            allowance: DaemonConnection.allowance
        )
        state = Mutex(State(connection: connection, onPacket: device.transportFaults.counter()))
        output = Mutex(nil)
    }

    /// Serves the host until the connection ends. It returns at once.
    ///
    /// - Parameter ended: called when the connection is over, from its own thread.
    func start(ended: @escaping @Sendable () -> Void) {
        let output = SocketOutput(socket, name: "device write") { [weak self] in self?.fill(&$0) ?? false }
        self.output.withLock { $0 = output }
        startThread("device read") { [self] in
            read()
            end()
            ended()
        }
    }

    /// Ends the connection and every stream of it.
    func close() { output.withLock { $0 }?.close() }

    // MARK: What the host sends

    private func read() {
        var reader = PacketReader()
        var channel: SecureChannel?
        do throws(DroidError) {
            while true {
                let packet = try reader.next { space in
                    flush()
                    guard let channel else { return socket.read(into: space) }
                    return channel.read(into: space) { socket.read(into: $0) }
                }
                guard let packet else { return }
                var notices: [Notice] = []
                state.withLock { state in
                    state.isReading = true
                    guard state.admits(packet) else { return }
                    perform(state.connection.receive(packet), &state, &notices)
                    // A user or a key may let the host in before its next packet, so its version counts from its greeting on.
                    reader.decoder.version = state.connection.incomingVersion
                    reader.takesTLSRecord = state.connection.hasOfferedTLS
                    if let agreement = state.connection.agreement { reader.decoder.maxPayload = agreement.maxPayload }
                }
                carryOut(notices)
                let startsTLS = state.withLock { state in
                    defer { state.startsTLS = false }
                    return state.startsTLS
                }
                if startsTLS {
                    reader.takesTLSRecord = false
                    channel = try startTLS(begun: reader.takeRest())
                }
            }
        } catch {
            // A peer that sends what is no packet is cut off, as the real daemon does.
        }
    }

    /// Everything that came together is through: what it led to goes out.
    func flush() {
        let isDue = state.withLock { state in
            guard state.isReading else { return false }
            state.isReading = false
            return state.isDue
        }
        if isDue { schedule() }
    }

    private func end() {
        close()
        let (device, own) = (device, ObjectIdentifier(self))
        if device.policy == .rsa { Task { await device.forgetKeys(of: own) } }
        var notices: [Notice] = []
        state.withLock { state in
            state.isOver = true
            state.packets.clear()
            notices += state.streams.values.map { .ended($0) }
            for task in state.lingering.values { task.cancel() }
            state.lingering = [:]
            notices += state.opening.values.map { .opened($0, nil) }
            notices += state.farewells.map { .farewell($0) }
            state.streams = [:]
            state.opening = [:]
            state.farewells = []
        }
        carryOut(notices)
    }

    // MARK: Events

    func perform(_ events: [ConnectionEvent], _ state: inout State, _ notices: inout [Notice]) {
        for event in events {
            switch event {
            case .send(let packet): state.send(packet)
            case .online:
                // A new session knows nothing of what the one before it set up.
                notices += state.farewells.map { .farewell($0) }
                state.farewells = []
            case .requested(let id, let service): notices.append(.start(id, service: service, makeEnds(id, &state)))
            case .received(let id, let bytes): receive(id, bytes, &state, &notices)
            case .writable(let id): if let stream = state.streams[id] { notices.append(.drained(stream.outbox)) }
            case .closed(let id, _):
                if let stream = state.streams.removeValue(forKey: id) { release(stream, id, &state, &notices) }
                if let waiting = state.opening.removeValue(forKey: id) { notices.append(.opened(waiting, nil)) }
            case .needsToken(let delay): notices.append(.needsToken(after: delay))
            case .askUser(let key, let name): notices.append(.askUser(key, name: name))
            case .startTLS: state.startsTLS = true
            case .waitingForUser: break  // What only hosts do.
            case .failed: notices.append(.fail)
            case .opened(let id):
                guard let waiting = state.opening.removeValue(forKey: id), let stream = state.streams[id] else { break }
                notices.append(.opened(waiting, (stream.pipe, stream.outbox)))
            }
        }
    }

    private func receive(
        _ id: StreamID,
        _ bytes: ArraySlice<UInt8>,
        _ state: inout State,
        _ notices: inout [Notice]
    ) {
        guard let pipe = state.streams[id]?.pipe else {
            // The stream is being closed: what still comes is dropped, and the host may go on.
            perform(state.connection.acknowledge(id, bytes: bytes.count), &state, &notices)
            return
        }
        notices.append(.push(pipe, bytes))
    }

    func carryOut(_ notices: [Notice]) {
        for notice in notices {
            switch notice {
            case .push(let pipe, let bytes): pipe.push(bytes)
            case .drained(let outbox): outbox.drained()
            case .ended(let stream):
                stream.pipe.finish()
                stream.outbox.close()
                stream.task?.cancel()
            case .opened(let waiting, let ends): waiting.resume(returning: ends)
            case .start(let id, let service, let ends): start(id, service, ends)
            case .farewell(let body): body()
            case .needsToken(let delay): challenge(after: delay)
            case .askUser(let key, let name): ask(key, name)
            case .fail: close()
            }
        }
    }

    /// Changes the state machine from any thread, and sends what comes of it.
    func act(_ body: (inout Connection) -> [ConnectionEvent]) {
        var notices: [Notice] = []
        let isDue = state.withLock { state in
            guard !state.isOver else { return false }
            perform(body(&state.connection), &state, &notices)
            return state.isDue
        }
        carryOut(notices)
        if isDue { schedule() }
    }

    // MARK: What goes out

    func wake() { if state.withLock({ $0.isDue }) { schedule() } }

    func schedule() { output.withLock { $0 }?.schedule() }

    private func fill(_ batch: inout OutputBatch) -> Bool {
        guard state.withLock({ $0.packets.hasStartedTLS }) else { return fillClear(&batch) }
        return secure.withLock { $0 }?.fill(&batch, from: fillClear) ?? false
    }

    private func fillClear(_ batch: inout OutputBatch) -> Bool {
        var notices: [Notice] = []
        let isFilled = state.withLock { state in
            guard !state.isOver else { return false }
            // A batch is asked for when the one before it is out.
            let written = state.packets.takeWritten()
            if written > 0 || state.connection.hasWaitingWrites {
                perform(state.connection.written(written), &state, &notices)
            }
            if state.isCut, state.packets.isEmpty { notices.append(.fail) }
            return state.packets.fill(&batch)
        }
        carryOut(notices)
        return isFilled
    }
}
