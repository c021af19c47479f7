// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Synchronization

/// The streams of a connection: their ends, and the tasks that serve them.
extension DaemonConnection {
    /// What all pipes of a connection may hold together, roughly, and all outboxes.
    private static let inputBudget = 32 << 20
    private static let outputBudget = 64 << 20
    /// What a service says at its start goes out together as long as it is no more than this.
    private static let heldLimit = 16 << 10

    /// The ends of a stream that a service holds. The more streams there are, the less each may hold.
    func makeEnds(_ id: StreamID, _ state: inout State) -> Ends {
        let count = state.connection.streamCount + 1
        let pipe = BytePipe(
            limit: min(BytePipe.usualLimit, max(16 << 10, DaemonConnection.inputBudget / count)),
            acknowledge: { [weak self] bytes in self?.act { $0.acknowledge(id, bytes: bytes) } }
        )
        let outbox = Outbox(
            limit: min(Outbox.usualLimit, max(64 << 10, DaemonConnection.outputBudget / count)),
            link: Outbox.Link(
                send: { [weak self] bytes, isLast in self?.write(id, bytes, isLast) },
                queued: { [weak self] in self?.state.withLock { $0.connection.queuedBytes(id) } ?? 0 },
                end: { [weak self] in self?.finish(id) }
            )
        )
        state.streams[id] = Stream(pipe: pipe, outbox: outbox)
        return (pipe, outbox)
    }

    func start(_ id: StreamID, _ name: String, _ ends: Ends) {
        let service = Service(parsing: name)
        let session = ServiceSession(
            device: device,
            host: ObjectIdentifier(self),
            pipe: ends.0,
            outbox: ends.1,
            openToHost: { [weak self] address in await self?.openToHost(address) },
            whenHostLeaves: { [weak self] body in if let self { add(farewell: body) } else { body() } }
        )
        guard let body = session.body(for: service) else {
            act { $0.refuse(id) }
            state.withLock { _ = $0.streams.removeValue(forKey: id) }
            return
        }
        Task {
            guard accept(id, service) else { return }
            // It runs here until it first waits, and a short one to its end: what it says and its end go out together with
            // the answer that it is open, in one write.
            let task = Task.immediate {
                await body()
                finish(id)
            }
            release(id, task, service)
        }
    }

    /// Opens a stream whose service is about to start; nobody is woken to say so.
    ///
    /// - Returns: false where the host has closed it meanwhile.
    private func accept(_ id: StreamID, _ service: Service) -> Bool {
        var notices: [Notice] = []
        let isThere = state.withLock { state in
            guard state.streams[id] != nil, !state.isOver else { return false }
            state.streams[id]?.heldBytes = 0
            if case .exec = service { state.streams[id]?.lingers = true }
            state.starting.insert(id)
            perform(state.connection.accept(id), &state, &notices)
            return true
        }
        carryOut(notices)
        return isThere
    }

    /// A service waits or has ended: what it has said goes out.
    private func release(_ id: StreamID, _ task: Task<Void, Never>, _ service: Service) {
        let (isKept, isDue) = state.withLock { state -> (Bool, Bool) in
            // One that has ended is nobody's business any more.
            guard state.starting.remove(id) != nil else { return (true, state.isDue) }
            state.streams[id]?.heldBytes = nil
            state.streams[id]?.task = task
            if state.streams[id] != nil { return (true, state.isDue) }
            guard case .exec = service else { return (false, state.isDue) }
            return (Self.linger(id, task, &state), state.isDue)
        }
        if isDue { schedule() }
        if !isKept { task.cancel() }
    }

    /// The host has closed a stream. A command of `exec:` finds the end of its input and, when it writes, nobody who
    /// reads; everything else ends at once.
    func release(_ stream: Stream, _ id: StreamID, _ state: inout State, _ notices: inout [Notice]) {
        var stream = stream
        if stream.lingers, let task = stream.task, Self.linger(id, task, &state) { stream.task = nil }
        notices.append(.ended(stream))
    }

    /// Keeps a command whose stream is closed.
    ///
    /// - Returns: false where there are too many already.
    private static func linger(_ id: StreamID, _ task: Task<Void, Never>, _ state: inout State) -> Bool {
        guard !state.isOver, state.lingering.count < lingeringLimit else { return false }
        state.lingering[id] = task
        return true
    }

    /// Queues what a service says. Its last words go out together with the end of its stream.
    private func write(_ id: StreamID, _ bytes: ArraySlice<UInt8>, _ isLast: Bool) {
        var notices: [Notice] = []
        let isDue = state.withLock { state in
            guard !state.isOver else { return false }
            perform(state.connection.write(id, bytes), &state, &notices)
            guard let held = state.streams[id]?.heldBytes else { return !isLast && state.isDue }
            state.streams[id]?.heldBytes = held + bytes.count
            return held + bytes.count > DaemonConnection.heldLimit && state.isDue
        }
        carryOut(notices)
        if isDue { schedule() }
    }

    private func openToHost(_ address: String) async -> Ends? {
        await withCheckedContinuation { continuation in
            var notices: [Notice] = []
            let isWaiting = state.withLock { state in
                guard !state.isOver, let (id, events) = state.connection.open(address) else { return false }
                _ = makeEnds(id, &state)
                state.opening[id] = continuation
                perform(events, &state, &notices)
                return true
            }
            if !isWaiting { continuation.resume(returning: nil) }
            carryOut(notices)
            wake()
        }
    }

    private func finish(_ id: StreamID) {
        var notices: [Notice] = []
        let (stream, isDue) = state.withLock { state -> (Stream?, Bool) in
            state.starting.remove(id)
            state.lingering[id] = nil
            guard let stream = state.streams.removeValue(forKey: id) else { return (nil, false) }
            perform(state.connection.finish(id), &state, &notices)
            return (stream, state.isDue)
        }
        carryOut(notices)
        if isDue { schedule() }
        stream?.pipe.finish()
    }

    private func add(farewell: @escaping @Sendable () -> Void) {
        let isOver = state.withLock { state in
            if !state.isOver { state.farewells.append(farewell) }
            return state.isOver
        }
        if isOver { farewell() }
    }
}
