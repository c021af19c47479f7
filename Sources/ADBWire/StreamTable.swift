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
    /// The peer wrote on without waiting for an answer.
    case violation
}

/// What the owner of a `StreamTable` has to do.
public enum StreamAction: Hashable, Sendable {
    case send(Packet)
    /// The stream that this end asked for is open.
    case opened(StreamID)
    /// The peer asks for a service; answer with `accept` or `refuse`.
    case requested(StreamID, service: String)
    /// Bytes came; answer with `acknowledge` when there is room for more.
    case received(StreamID, ArraySlice<UInt8>)
    /// The peer took a write, and what is still queued fits one packet.
    case writable(StreamID)
    /// The stream is over and its number forgotten.
    case closed(StreamID, CloseReason)
}

/// All streams of one session, as a state machine without I/O.
///
/// The rules are those of the real daemon and server:
/// * one write per stream is under way at a time, and the next waits for its `OKAY`; directions and streams are
///   independent of each other;
/// * `CLSE` is answered once; for a number that is not known it is ignored, and so is `WRTE`;
/// * `OKAY` for a number that is not known is answered by `CLSE`, so that the peer can forget the stream too: that is
///   what ends a stream that was given up before it was open;
/// * `CLSE(0, id)` closes as well, since old daemons send it;
/// * numbers are never 0 and never in use twice.
///
/// What is queued for writing is not bounded here: a caller waits for `writable` while `queuedBytes` is large.
public struct StreamTable: Sendable {
    /// Writes that a peer may have under way without our answer; the protocol allows one.
    static let toleratedWrites = 8

    fileprivate struct Entry {
        var remote: UInt32
        var state: State
        var awaitsOkay = false
        var unacknowledged = 0
        var queue: [ArraySlice<UInt8>] = []
        var queueStart = 0
        var queuedBytes = 0
    }

    fileprivate enum State {
        /// We asked; the peer has not answered.
        case opening
        /// The peer asked; the owner has not answered.
        case asked
        case open
        /// `CLSE` follows when everything is written and acknowledged.
        case finishing
    }

    /// The negotiated version, for the checksums.
    public var version: ProtocolVersion
    /// The negotiated payload limit, in bytes.
    public var maxPayload: Int
    /// How many streams there may be at a time; more are refused.
    public let limit: Int

    private var entries: [StreamID: Entry] = [:]
    /// The number that was given out last.
    var lastID: UInt32

    public init(version: ProtocolVersion, maxPayload: Int, limit: Int = 4096, lastID: UInt32 = 0) {
        self.version = version
        self.maxPayload = max(1, maxPayload)
        self.limit = limit
        self.lastID = lastID
    }

    /// How many streams there are.
    public var count: Int { entries.count }

    /// Whether the stream is still there.
    public func contains(_ id: StreamID) -> Bool { entries[id] != nil }

    /// Bytes that wait to be written.
    public func queuedBytes(_ id: StreamID) -> Int { entries[id]?.queuedBytes ?? 0 }

    // MARK: What this end does

    /// Asks the peer for a service.
    ///
    /// - Returns: the stream and what to send; `nil` when there are too many streams already.
    public mutating func open(_ service: String) -> (id: StreamID, actions: [StreamAction])? {
        guard entries.count < limit else { return nil }
        let id = freshID()
        entries[id] = Entry(remote: 0, state: .opening)
        // The closing NUL is what every daemon accepts; the oldest ones insist on it.
        let payload = Array(service.utf8) + [0]
        return (id, [.send(Packet(.open, id.rawValue, 0, payload: payload[...], version: version))])
    }

    /// Opens a stream that the peer asked for.
    public mutating func accept(_ id: StreamID) -> [StreamAction] {
        guard let entry = entries[id], entry.state == .asked else { return [] }
        entries[id]?.state = .open
        return [.send(Packet(.okay, id.rawValue, entry.remote, version: version))]
    }

    /// Turns down a stream that the peer asked for.
    public mutating func refuse(_ id: StreamID) -> [StreamAction] {
        guard let entry = entries[id], entry.state == .asked else { return [] }
        entries[id] = nil
        return [.send(Packet(.close, 0, entry.remote, version: version))]
    }

    /// Queues bytes and sends what may be sent. On a stream that is over, nothing happens.
    public mutating func write(_ id: StreamID, _ bytes: ArraySlice<UInt8>) -> [StreamAction] {
        guard !bytes.isEmpty, entries[id] != nil, entries[id]?.state != .finishing else { return [] }
        entries[id]?.queue.append(bytes)
        entries[id]?.queuedBytes += bytes.count
        return pump(id)
    }

    /// Tells the peer that a write of its was taken and the next may come.
    public mutating func acknowledge(_ id: StreamID) -> [StreamAction] {
        guard let entry = entries[id], entry.unacknowledged > 0 else { return [] }
        entries[id]?.unacknowledged -= 1
        return [.send(Packet(.okay, id.rawValue, entry.remote, version: version))]
    }

    /// Closes the stream once everything that was queued is written and acknowledged.
    public mutating func finish(_ id: StreamID) -> [StreamAction] {
        guard let entry = entries[id] else { return [] }
        if entry.state == .open, entry.awaitsOkay || entry.queuedBytes > 0 {
            entries[id]?.state = .finishing
            return []
        }
        return abandon(id)
    }

    /// Closes the stream now; what is queued is dropped.
    public mutating func abandon(_ id: StreamID) -> [StreamAction] {
        guard let entry = entries.removeValue(forKey: id) else { return [] }
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
        // A window in arg1 belongs to delayed acknowledgements, which were not agreed on.
        guard packet.arg1 == 0, entries.count < limit else {
            return [.send(Packet(.close, 0, packet.arg0, version: version))]
        }
        let id = freshID()
        entries[id] = Entry(remote: packet.arg0, state: .asked)
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
            return [.opened(id)] + pump(id)
        case .asked:
            return []
        case .open, .finishing:
            guard entry.remote == packet.arg0, entry.awaitsOkay else { return [] }
            entries[id]?.awaitsOkay = false
            var actions = pump(id)
            guard let now = entries[id] else { return actions }
            if now.state == .finishing {
                if !now.awaitsOkay { actions += abandon(id) }
            } else if now.queuedBytes <= maxPayload {
                actions.append(.writable(id))
            }
            return actions
        }
    }

    private mutating func receiveWrite(_ packet: Packet) -> [StreamAction] {
        let id = StreamID(rawValue: packet.arg1)
        guard packet.arg0 != 0, let entry = entries[id], entry.remote == packet.arg0 else { return [] }
        guard entry.state == .open || entry.state == .finishing else { return [] }
        guard entry.unacknowledged < StreamTable.toleratedWrites else {
            return abandon(id) + [.closed(id, .violation)]
        }
        entries[id]?.unacknowledged += 1
        return [.received(id, packet.payload)]
    }

    private mutating func receiveClose(_ packet: Packet) -> [StreamAction] {
        let id = StreamID(rawValue: packet.arg1)
        guard let entry = entries[id], packet.arg0 == 0 || packet.arg0 == entry.remote || entry.state == .opening else {
            return []
        }
        entries[id] = nil
        if entry.state == .opening { return [.closed(id, .refused)] }
        return [.send(Packet(.close, id.rawValue, entry.remote, version: version)), .closed(id, .peer)]
    }

    // MARK: Within

    /// Sends the next piece of the queue if the stream may write.
    private mutating func pump(_ id: StreamID) -> [StreamAction] {
        guard var entry = entries[id], entry.state == .open || entry.state == .finishing, !entry.awaitsOkay else {
            return []
        }
        guard entry.queueStart < entry.queue.count else { return [] }
        entries[id]?.queue = []  // Keeps the copy below the only owner, so that it changes in place.
        let first = entry.queue[entry.queueStart]
        var piece = first.prefix(maxPayload)
        if piece.count < first.count {
            entry.queue[entry.queueStart] = first.dropFirst(piece.count)
        } else {
            entry.queue[entry.queueStart] = []
            entry.queueStart += 1
            piece = entry.joinSmall(piece, upTo: min(maxPayload, 16 << 10))
        }
        if entry.queueStart == entry.queue.count {
            entry.queue.removeAll(keepingCapacity: true)
            entry.queueStart = 0
        } else if entry.queueStart >= 64 {
            entry.queue.removeFirst(entry.queueStart)
            entry.queueStart = 0
        }
        entry.queuedBytes -= piece.count
        entry.awaitsOkay = true
        let packet = Packet(.write, id.rawValue, entry.remote, payload: piece, version: version)
        entries[id] = entry
        return [.send(packet)]
    }

    private mutating func freshID() -> StreamID {
        repeat {
            lastID &+= 1
        } while lastID == 0 || entries[StreamID(rawValue: lastID)] != nil
        return StreamID(rawValue: lastID)
    }
}

extension StreamTable.Entry {
    /// Joins small pieces that follow in the queue to the first one: a round trip each would cost more than the copy.
    fileprivate mutating func joinSmall(_ first: ArraySlice<UInt8>, upTo limit: Int) -> ArraySlice<UInt8> {
        guard first.count < limit, queueStart < queue.count, first.count + queue[queueStart].count <= limit else {
            return first
        }
        var joined = Array(first)
        while queueStart < queue.count, joined.count + queue[queueStart].count <= limit {
            joined.append(contentsOf: queue[queueStart])
            queue[queueStart] = []
            queueStart += 1
        }
        return joined[...]
    }
}
