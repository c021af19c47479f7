// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import ADBWire

@Suite("Who may send how much")
struct StreamWindowTests {
    @Test("Stop and wait: one write, then the answer")
    func stopAndWait() {
        var window = StreamWindow(.stopAndWait)
        #expect(window.maySend && window.isSettled)
        window.sent(1_000_000)
        #expect(!window.maySend && !window.isSettled)
        #expect(window.acknowledged([]) == true)
        #expect(window.maySend)
    }

    @Test("Stop and wait: a write is answered once all of it is consumed, an empty one at once")
    func answers() {
        var window = StreamWindow(.stopAndWait)
        #expect(window.received(10) == true)
        #expect(window.consumed(4) == .nothing)
        #expect(window.consumed(6) == .plain(1))
        #expect(window.received(0) == true)
        #expect(window.consumed(0) == .plain(1))
        for count in [3, 0, 5] { #expect(window.received(count) == true) }
        #expect(window.consumed(2) == .nothing)
        #expect(window.consumed(1) == .plain(2))
        #expect(window.consumed(99) == .plain(1))
        #expect(window.consumed(1) == .nothing)
    }

    @Test("Delayed: the sender may overdraw with its last write, and goes on when it is above zero")
    func delayed() {
        var window = StreamWindow(.delayed, grant: 100, granted: 10)
        #expect(window.maySend && window.isSettled)
        window.sent(6)
        #expect(window.maySend)
        window.sent(50)
        #expect(!window.maySend && window.sendable == -46 && window.isSettled)
        #expect(window.acknowledged([46, 0, 0, 0]) == true)
        #expect(!window.maySend)
        #expect(window.acknowledged([1, 0, 0, 0]) == true)
        #expect(window.maySend && window.sendable == 1)
        #expect(window.acknowledged([0xff, 0xff, 0xff, 0xff]) == true)  // -1: what was granted is taken back.
        #expect(!window.maySend)
        #expect(window.acknowledged([]) == true)
        #expect(!window.maySend)
    }

    @Test("Delayed: what was consumed is given back in pieces, and never lost")
    func givingBack() {
        var window = StreamWindow(.delayed, grant: 100)
        #expect(window.received(60) == true)
        #expect(window.consumed(49) == .nothing)
        #expect(window.consumed(11) == .bytes(60))
        #expect(window.credit == 100)
        var large = StreamWindow(.delayed, grant: StreamWindow.usualGrant)
        #expect(large.received(StreamWindow.answerStep) == true)
        #expect(large.consumed(StreamWindow.answerStep - 1) == .nothing)
        #expect(large.consumed(1) == .bytes(Int32(StreamWindow.answerStep)))
    }

    @Test("Delayed: a peer that has nothing left and writes breaks the protocol; an empty write is none")
    func violation() {
        var window = StreamWindow(.delayed, grant: 10)
        #expect(window.received(9) == true)
        #expect(window.received(1_000_000) == true)
        #expect(window.received(1) == false)
        #expect(window.received(0) == true)
    }

    @Test("A payload of OKAY has 0 or 4 bytes", arguments: [1, 2, 3, 5, 8, 4096])
    func payload(count: Int) {
        for mode in [StreamWindow.Mode.stopAndWait, .delayed] {
            var window = StreamWindow(mode)
            #expect(window.acknowledged(ArraySlice(repeating: 0, count: count)) == false)
            #expect(window.opened(ArraySlice(repeating: 0, count: count)) == false)
        }
    }

    @Test("No sum of acknowledgements overflows")
    func overflow() {
        var window = StreamWindow(.delayed, grant: 1)
        for _ in 0..<100_000 { #expect(window.acknowledged([0xff, 0xff, 0xff, 0x7f]) == true) }
        #expect(window.maySend)
        for _ in 0..<200_000 { #expect(window.acknowledged([0, 0, 0, 0x80]) == true) }
        #expect(!window.maySend)
    }

    @Test("Two ends that keep the rules lose nothing and never stop, whatever the sizes", arguments: 0..<20)
    func agreement(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let grant = Int.random(in: 1...5000, using: &random)
        var sender = StreamWindow(.delayed, granted: grant)
        var receiver = StreamWindow(.delayed, grant: grant)
        var underway: [Int] = []
        var unread = 0
        var sent = 0
        var consumed = 0
        for _ in 0..<3000 {
            if sender.maySend, Bool.random(using: &random) {
                let count = Int.random(in: 1...3000, using: &random)
                sender.sent(count)
                sent += count
                underway.append(count)
            }
            if !underway.isEmpty, Bool.random(using: &random) {
                let count = underway.removeFirst()
                #expect(receiver.received(count) == true)
                unread += count
            }
            if unread > 0 {
                let count = Int.random(in: 1...unread, using: &random)
                unread -= count
                consumed += count
                if case .bytes(let bytes) = receiver.consumed(count) {
                    var payload: [UInt8] = []
                    payload.appendLittle(bytes)
                    #expect(sender.acknowledged(payload[...]) == true)
                }
            }
            if underway.isEmpty, unread == 0 { #expect(sender.maySend) }
        }
        #expect(sent - consumed == unread + underway.reduce(0, +) && sent > 0)
    }
}

@Suite("Delayed acknowledgements on the wire")
struct DelayedStreamTests {
    @Test("OPEN carries the opener's grant, the first OKAY the other's, later ones what was consumed")
    func bytes() throws {
        var host = StreamTable(version: .v1_1, maxPayload: 1 << 20)
        host.delaysAcknowledgements = true
        guard let (id, actions) = host.open("sync:"), case .send(let open) = actions.first else { throw Missing() }
        #expect(Array(open.encoded.prefix(12)) == [0x4f, 0x50, 0x45, 0x4e, 1, 0, 0, 0, 0, 0, 0, 2])  // 32 MiB
        var device = StreamTable(version: .v1_1, maxPayload: 1 << 20)
        device.delaysAcknowledgements = true
        guard case .requested(let far, "sync:") = device.receive(open).first else { throw Missing() }
        guard case .send(let okay) = device.accept(far).first else { throw Missing() }
        #expect(Array(okay.payload) == [0, 0, 0, 2] && okay.command == .okay)
        guard case .opened(id) = host.receive(okay).first else { throw Missing() }

        // Several writes go out without an answer.
        let chunk = ArraySlice<UInt8>(repeating: 7, count: 1 << 20)
        for _ in 0..<33 {
            for case .send(let packet) in host.write(id, chunk) {
                guard case .received(far, let bytes) = device.receive(packet).first else { throw Missing() }
                #expect(bytes.count == 1 << 20)
            }
        }
        // 32 MiB were granted and are used up exactly; the 33rd waits.
        #expect(host.queuedBytes(id) == 1 << 20)
        #expect(device.acknowledge(far, bytes: 5).isEmpty)
        guard case .send(let back) = device.acknowledge(far, bytes: (1 << 20) - 5).first else { throw Missing() }
        #expect(Array(back.payload) == [0, 0, 16, 0])
        #expect(
            host.receive(back).contains { if case .send(let packet) = $0 { packet.command == .write } else { false } }
        )
        #expect(host.queuedBytes(id) == 0)
    }

    @Test("A stream closes as soon as all is written, without waiting for answers")
    func finish() throws {
        var pair = try Pair(features: [.shellV2, .delayedAck])
        let (near, far) = try pair.openStream("exec:x")
        _ = pair.device.write(far, [1, 2, 3])
        #expect(pair.device.finish(far).sent.map(\.command) == [.close])
        #expect(pair.host.contains(near))
    }

    @Test("An OKAY of a wrong size costs the stream, not the connection")
    func badOkay() throws {
        var pair = try Pair(features: [.shellV2, .delayedAck])
        let (near, far) = try pair.openStream("exec:x")
        let events = pair.host.receive(
            Packet(.okay, far.rawValue, near.rawValue, payload: [1, 2, 3], version: .v1_1)
        )
        #expect(events.contains { if case .closed(near, .violation) = $0 { true } else { false } })
        _ = try pair.openStream("exec:y")
    }

    @Test("However many streams a peer opens, what they may make this end hold is bounded")
    func grants() {
        var table = StreamTable(version: .v1_1, maxPayload: 1 << 20)
        table.delaysAcknowledgements = true
        var granted = 0
        for id in 1...4096 {
            for case .requested(let stream, _) in table.receive(
                Packet(.open, UInt32(id), 1 << 25, payload: [65], version: .v1_1)
            ) {
                guard case .send(let okay) = table.accept(stream).first else { continue }
                granted += Int(okay.payload.little(0, as: Int32.self))
            }
        }
        #expect(table.count == 4096)
        #expect(granted <= StreamTable.receiveBudget + 4096 * StreamTable.smallestGrant)
    }

    @Test("Streams that are never read cost at most the limit, with and without delayed acknowledgements")
    func held() {
        for delays in [false, true] {
            var table = StreamTable(version: .v1_1, maxPayload: 1 << 20)
            table.delaysAcknowledgements = delays
            var violations = 0
            let chunk = ArraySlice<UInt8>(repeating: 1, count: 1 << 20)
            for id in 1...600 {
                for case .requested(let stream, _) in table.receive(
                    Packet(.open, UInt32(id), 0, payload: [65], version: .v1_1)
                ) {
                    _ = table.accept(stream)
                    let write = Packet(.write, UInt32(id), stream.rawValue, payload: chunk, version: .v1_1)
                    for case .closed(_, .violation) in table.receive(write) { violations += 1 }
                }
            }
            #expect(table.held <= StreamTable.holdLimit && violations == 600 - 256)
        }
    }

    @Test("Writes stay within the allowance, and streams take turns")
    func allowance() {
        var table = StreamTable(version: .v1_1, maxPayload: 1000, allowance: 2500)
        table.delaysAcknowledgements = true
        var ids: [StreamID] = []
        for name in ["a", "b"] {
            guard let (id, _) = table.open(name) else { continue }
            let okay = Packet(.okay, 100 + id.rawValue, id.rawValue, payload: [0, 0, 0, 2], version: .v1_1)
            _ = table.receive(okay)
            ids.append(id)
        }
        func writers(_ actions: [StreamAction]) -> [UInt32] {
            actions.compactMap { action in
                guard case .send(let packet) = action, packet.command == .write else { return nil }
                return packet.arg0
            }
        }
        let chunk = ArraySlice<UInt8>(repeating: 1, count: 10_000)
        #expect(writers(table.write(ids[0], chunk)) == [1, 1, 1])
        #expect(table.hasWaitingWrites && table.allowance <= 0)
        #expect(writers(table.write(ids[1], chunk)).isEmpty)
        #expect(writers(table.written(3000)) == [1, 2, 1])
        #expect(writers(table.written(3000)) == [2, 1, 2])
        // A stream that goes away loses its turn.
        _ = table.abandon(ids[0])
        #expect(writers(table.written(3000)) == [2, 2, 2])
        var rounds = 0
        while table.hasWaitingWrites, rounds < 100 {
            _ = table.written(3000)
            rounds += 1
        }
        #expect(table.queuedBytes(ids[1]) == 0)
    }
}
