// SPDX-License-Identifier: Apache-2.0

/// The number by which this end knows a stream. Never 0.
public struct StreamID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public var description: String { "\(rawValue)" }
}

/// Why a stream is over.
public enum CloseReason: Hashable, Sendable {
    /// The peer would not open it: no such service, or nothing listens there.
    case refused
    /// The peer closed it; all it sent has been handed on before.
    case peer
    /// The session was reset.
    case reset
    /// The peer wrote what it had no right to, or acknowledged in a way that the protocol does not know.
    case violation
}

/// All streams of one session, as a state machine without I/O.
///
/// The rules are those of the real daemon and server:
/// * a stream writes as its `StreamWindow` allows; directions and streams are independent of each other;
/// * `CLSE` is answered once; for a number that is not known it is ignored, and so is `WRTE`;
/// * `OKAY` for a number that is not known is answered by `CLSE`, so that the peer can forget the stream too: that is
///   what ends a stream that was given up before it was open;
/// * `CLSE(0, id)` closes as well, since old daemons send it;
/// * numbers are never 0 and never in use twice.
///
/// What may leave at once is bounded by `allowance`: writes beyond it stay in their streams until the owner says, by
/// `written`, that earlier ones are out, and then streams take turns. What a caller queues on a stream is not bounded
/// here: it waits for `writable` while `queuedBytes` is large. What a peer may make this end hold is bounded by
/// `receiveBudget`, however many streams it opens.
public struct StreamTable: Sendable {
    struct Entry {
        var remote: UInt32
        var state: State
        var window: StreamWindow
        var queue = ByteQueue()
        /// Whether the stream is in `hungry`.
        var isHungry = false
        /// Bytes that came and that no `acknowledge` has named yet.
        var held = 0

        var mayWrite: Bool { (state == .open || state == .finishing) && queue.count > 0 && window.maySend }
    }

    enum State {
        /// We asked; the peer has not answered.
        case opening
        /// The peer asked; the owner has not answered.
        case asked
        case open
        /// `CLSE` follows when everything is written and acknowledged.
        case finishing
    }

    /// Bytes that peers may make this end hold, over all streams with delayed acknowledgements.
    static let receiveBudget = 128 << 20
    /// What each stream may hold whatever the others do.
    static let smallestGrant = 16 << 10
    /// Bytes that the owner may hold over all streams. A stream that would bring more is closed.
    static let holdLimit = 256 << 20
    /// Bytes of streams that were asked for but not answered: names are short.
    static let longestService = 64 << 10

    /// The negotiated version, for the checksums.
    public var version: ProtocolVersion
    /// The negotiated payload limit, in bytes.
    public var maxPayload: Int
    /// Whether both ends acknowledge by bytes.
    public var delaysAcknowledgements = false
    /// How many streams there may be at a time; more are refused.
    public let limit: Int
    /// Bytes of writes that may still be handed out before `written` is called.
    public var allowance: Int

    private var entries: [StreamID: Entry] = [:]
    /// Streams that would write if there were an allowance, in the order in which they get their turn.
    private var hungry: [StreamID] = []
    /// The sum of all grants.
    private var granted = 0
    /// The sum of what came and was not acknowledged.
    private(set) var held = 0
    /// The number that was given out last.
    var lastID: UInt32

    public init(
        version: ProtocolVersion,
        maxPayload: Int,
        limit: Int = 4096,
        allowance: Int = .max,
        lastID: UInt32 = 0
    ) {
        self.version = version
        self.maxPayload = max(1, maxPayload)
        self.limit = limit
        self.allowance = allowance
        self.lastID = lastID
    }

    /// How many streams there are.
    public var count: Int { entries.count }

    /// Whether the stream is still there.
    public func contains(_ id: StreamID) -> Bool { entries[id] != nil }

    /// Whether a stream has something to write and waits for the allowance.
    public var hasWaitingWrites: Bool { !hungry.isEmpty }

    /// Bytes that wait to be written.
    public func queuedBytes(_ id: StreamID) -> Int { entries[id]?.queue.count ?? 0 }

    // MARK: What this end does

    /// Asks the peer for a service.
    ///
    /// - Returns: the stream and what to send; `nil` when there are too many streams already.
    public mutating func open(_ service: String) -> (id: StreamID, actions: [StreamAction])? {
        guard entries.count < limit else { return nil }
        let id = freshID()
        let window = makeWindow(granted: 0)
        insert(id, Entry(remote: 0, state: .opening, window: window))
        // The closing NUL is what every daemon accepts; the oldest ones insist on it.
        let payload = Array(service.utf8) + [0]
        let packet = Packet(.open, id.rawValue, UInt32(window.grant), payload: payload[...], version: version)
        return (id, [.send(packet)])
    }

    /// Opens a stream that the peer asked for.
    public mutating func accept(_ id: StreamID) -> [StreamAction] {
        guard let entry = entries[id], entry.state == .asked else { return [] }
        entries[id]?.state = .open
        return [.send(okay(id, entry, entry.window.mode == .delayed ? Int32(entry.window.grant) : nil))]
    }

    /// Turns down a stream that the peer asked for.
    public mutating func refuse(_ id: StreamID) -> [StreamAction] {
        guard let entry = entries[id], entry.state == .asked else { return [] }
        remove(id)
        return [.send(Packet(.close, 0, entry.remote, version: version))]
    }

    /// Queues bytes and sends what may be sent. On a stream that is over, nothing happens.
    public mutating func write(_ id: StreamID, _ bytes: ArraySlice<UInt8>) -> [StreamAction] {
        guard !bytes.isEmpty, entries[id] != nil, entries[id]?.state != .finishing else { return [] }
        entries[id]?.queue.append(bytes)
        return pump(id)
    }

    /// Writes that were handed out are with the peer, or on their way: `count` payload bytes more may leave.
    public mutating func written(_ count: Int) -> [StreamAction] {
        allowance = allowance > .max - count ? .max : allowance + count
        var actions: [StreamAction] = []
        while allowance > 0, !hungry.isEmpty {
            let id = hungry.removeFirst()
            entries[id]?.isHungry = false
            actions += pump(id, atMost: 1)  // With more to write it queues up again, behind the others.
            actions += afterWriting(id)
        }
        return actions
    }

    /// Tells the peer that there is room again for `count` of the bytes that it sent.
    public mutating func acknowledge(_ id: StreamID, bytes count: Int) -> [StreamAction] {
        guard let answer = entries[id]?.window.consumed(count), let entry = entries[id] else { return [] }
        let given = min(max(0, count), entry.held)
        entries[id]?.held -= given
        held -= given
        switch answer {
        case .nothing: return []
        case .plain(let times): return Array(repeating: .send(okay(id, entry, nil)), count: times)
        case .bytes(let bytes): return [.send(okay(id, entry, bytes))]
        }
    }

    /// Closes the stream once everything that was queued is written and, where writes wait for it, acknowledged.
    public mutating func finish(_ id: StreamID) -> [StreamAction] {
        guard let entry = entries[id] else { return [] }
        if entry.state == .open, !entry.window.isSettled || entry.queue.count > 0 {
            entries[id]?.state = .finishing
            return []
        }
        return abandon(id)
    }

    /// Closes the stream now; what is queued is dropped.
    public mutating func abandon(_ id: StreamID) -> [StreamAction] {
        guard let entry = remove(id) else { return [] }
        switch entry.state {
        case .opening: return []  // Its OKAY will meet an unknown number and be answered by CLSE.
        case .asked: return [.send(Packet(.close, 0, entry.remote, version: version))]
        case .open, .finishing: return [.send(Packet(.close, id.rawValue, entry.remote, version: version))]
        }
    }

    /// Drops every stream without a word to the peer.
    public mutating func reset() -> [StreamAction] {
        let ids = entries.keys.sorted { $0.rawValue < $1.rawValue }
        entries = [:]
        hungry = []
        granted = 0
        held = 0
        return ids.map { .closed($0, .reset) }
    }

    // MARK: What the peer does

    /// Takes a packet of a session that is online.
    public mutating func receive(_ packet: Packet) -> [StreamAction] {
        switch packet.command {
        case .open: receiveOpen(packet)
        case .okay: receiveOkay(packet)
        case .write: receiveWrite(packet)
        case .close: receiveClose(packet)
        default: []
        }
    }

    private mutating func receiveOpen(_ packet: Packet) -> [StreamAction] {
        guard packet.arg0 != 0 else { return [] }
        // A window in arg1 belongs to delayed acknowledgements, which have to be agreed on.
        guard packet.arg1 == 0 || delaysAcknowledgements, entries.count < limit,
            packet.payload.count <= StreamTable.longestService
        else { return [.send(Packet(.close, 0, packet.arg0, version: version))] }
        let id = freshID()
        insert(id, Entry(remote: packet.arg0, state: .asked, window: makeWindow(granted: Int(packet.arg1))))
        let end = packet.payload.lastIndex { $0 != 0 }.map { $0 + 1 } ?? packet.payload.startIndex
        let service = String(decoding: packet.payload[packet.payload.startIndex..<end], as: UTF8.self)
        return [.requested(id, service: service)]
    }

    private mutating func receiveOkay(_ packet: Packet) -> [StreamAction] {
        guard packet.arg0 != 0, packet.arg1 != 0 else { return [] }
        let id = StreamID(rawValue: packet.arg1)
        guard let entry = entries[id] else {
            return [.send(Packet(.close, packet.arg1, packet.arg0, version: version))]
        }
        switch entry.state {
        case .opening:
            entries[id]?.remote = packet.arg0
            entries[id]?.state = .open
            guard entries[id]?.window.opened(packet.payload) == true else { return violation(id) }
            return [.opened(id)] + pump(id)
        case .asked:
            return []
        case .open, .finishing:
            guard entry.remote == packet.arg0 else { return [] }
            guard entries[id]?.window.acknowledged(packet.payload) == true else { return violation(id) }
            return pump(id) + afterWriting(id)
        }
    }

    private mutating func receiveWrite(_ packet: Packet) -> [StreamAction] {
        let id = StreamID(rawValue: packet.arg1)
        guard packet.arg0 != 0, let entry = entries[id], entry.remote == packet.arg0 else { return [] }
        guard entry.state == .open || entry.state == .finishing else { return [] }
        let count = packet.payload.count
        guard held + count <= StreamTable.holdLimit, entries[id]?.window.received(count) == true else {
            return violation(id)
        }
        entries[id]?.held += count
        held += count
        return [.received(id, packet.payload)]
    }

    private mutating func receiveClose(_ packet: Packet) -> [StreamAction] {
        let id = StreamID(rawValue: packet.arg1)
        guard let entry = entries[id], packet.arg0 == 0 || packet.arg0 == entry.remote || entry.state == .opening else {
            return []
        }
        remove(id)
        if entry.state == .opening { return [.closed(id, .refused)] }
        return [.send(Packet(.close, id.rawValue, entry.remote, version: version)), .closed(id, .peer)]
    }

    // MARK: Within

    private mutating func violation(_ id: StreamID) -> [StreamAction] { abandon(id) + [.closed(id, .violation)] }

    private func okay(_ id: StreamID, _ entry: Entry, _ bytes: Int32?) -> Packet {
        var payload: [UInt8] = []
        if let bytes { payload.appendLittle(bytes) }
        return Packet(.okay, id.rawValue, entry.remote, payload: payload[...], version: version)
    }

    /// Sends pieces of the queue while the stream and the allowance let it.
    private mutating func pump(_ id: StreamID, atMost turns: Int = .max) -> [StreamAction] {
        guard let place = entries.index(forKey: id) else { return [] }
        var actions: [StreamAction] = []
        // Through the index the entry changes in place; a copy of it would copy its queue.
        while entries.values[place].mayWrite {
            guard allowance > 0, actions.count < turns else {
                queueUp(id)
                break
            }
            guard let piece = entries.values[place].queue.take(atMost: maxPayload) else { break }
            entries.values[place].window.sent(piece.count)
            allowance -= piece.count
            let remote = entries.values[place].remote
            actions.append(.send(Packet(.write, id.rawValue, remote, payload: piece, version: version)))
        }
        return actions
    }

    /// Puts a stream in the queue for the next allowance.
    private mutating func queueUp(_ id: StreamID) {
        guard let entry = entries[id], !entry.isHungry else { return }
        entries[id]?.isHungry = true
        hungry.append(id)
    }

    /// What follows once more of a stream's queue is out.
    private mutating func afterWriting(_ id: StreamID) -> [StreamAction] {
        guard let now = entries[id] else { return [] }
        if now.state == .finishing {
            return now.window.isSettled && now.queue.count == 0 ? abandon(id) : []
        }
        return now.queue.count <= maxPayload ? [.writable(id)] : []
    }

    private mutating func makeWindow(granted: Int) -> StreamWindow {
        guard delaysAcknowledgements else { return StreamWindow(.stopAndWait) }
        // Each stream gets a share of what is left: one alone gets what the real ends grant, and thousands stay bounded.
        let share = max(StreamTable.smallestGrant, (StreamTable.receiveBudget - self.granted) / 4)
        return StreamWindow(.delayed, grant: min(StreamWindow.usualGrant, share), granted: granted)
    }

    private mutating func insert(_ id: StreamID, _ entry: Entry) {
        granted += entry.window.grant
        entries[id] = entry
    }

    @discardableResult
    private mutating func remove(_ id: StreamID) -> Entry? {
        guard let entry = entries.removeValue(forKey: id) else { return nil }
        granted -= entry.window.grant
        held -= entry.held
        if entry.isHungry { hungry.removeAll { $0 == id } }
        return entry
    }

    private mutating func freshID() -> StreamID {
        repeat {
            lastID &+= 1
        } while lastID == 0 || entries[StreamID(rawValue: lastID)] != nil
        return StreamID(rawValue: lastID)
    }
}
