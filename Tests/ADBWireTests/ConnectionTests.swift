// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import ADBWire

@Suite("The handshake")
struct HandshakeTests {
    private func host(version: ProtocolVersion = .v1_1, maxPayload: Int = 1 << 20) -> Handshake {
        Handshake(role: .host, banner: .host(features: [.shellV2, .cmd]), version: version, maxPayload: maxPayload)
    }

    private func device(version: ProtocolVersion = .v1_1, maxPayload: Int = 256 << 10) -> Handshake {
        let banner = ConnectionBanner.device(product: "p", model: "m", device: "d", features: [.statV2, .shellV2])
        return Handshake(role: .device, banner: banner, version: version, maxPayload: maxPayload)
    }

    @Test("Both ends agree on the smaller version, the smaller payload and the common features")
    func agreement() throws {
        for (hostVersion, deviceVersion) in [
            (ProtocolVersion.v1_1, ProtocolVersion.v1_0), (.v1_0, .v1_1), (.v1_1, .v1_1),
        ] {
            var host = host(version: hostVersion)
            var device = device(version: deviceVersion)
            guard case .send(let hello) = host.start().first else { throw Missing() }
            #expect(device.start().isEmpty)
            let answers = device.receive(hello)
            guard case .send(let reply) = answers.first, case .online(let there) = answers.last else { throw Missing() }
            guard case .online(let here) = host.receive(reply).first else { throw Missing() }
            #expect(here.version == min(hostVersion, deviceVersion) && there.version == here.version)
            #expect(here.maxPayload == 256 << 10 && there.maxPayload == 256 << 10)
            #expect(here.features == [.shellV2] && there.features == [.shellV2])
            #expect(here.peer.property("ro.product.model") == "m")
        }
    }

    @Test(
        "Whatever comes before the greeting is ignored",
        arguments: [Command.open, .okay, .write, .close, .init(rawValue: 5)]
    )
    func early(command: Command) {
        var device = device()
        var host = host()
        let packet = Packet(command, 1, 1, payload: [0x41], version: .v1_0)
        for action in device.receive(packet) + host.receive(packet) {
            guard case .ignore = action else {
                Issue.record("\(action)")
                continue
            }
        }
    }

    @Test("A device that wants a key or TLS is told apart from a silent one", arguments: [Command.auth, .startTLS])
    func authentication(command: Command) throws {
        var host = host()
        // What is no token is no question: only a real one tells that the device wants a key.
        let token = [UInt8](repeating: 7, count: command == .auth ? AuthToken.size : 0)
        let packet = Packet(command, 1, 0, payload: token[...], version: .v1_0)
        guard case .fail(let error) = host.receive(packet).first else { throw Missing() }
        #expect(error.code == "adb.unauthorized")
    }

    @Test("A peer that takes no payload is refused")
    func noPayload() throws {
        var device = device()
        guard case .fail = device.receive(Packet(.connect, 0x0100_0001, 0, version: .v1_0)).first else {
            throw Missing()
        }
    }

    @Test("A second greeting drops every stream and starts a new session")
    func reset() throws {
        var pair = try Pair()
        let (near, far) = try pair.openStream("shell:")
        // Another program, after the first one died without a word.
        var next = Connection(role: .host, banner: .host(features: [.shellV2]))
        guard let hello = next.start().sent.first else { throw Missing() }
        let events = pair.device.receive(hello)
        #expect(events.contains { if case .closed(far, .reset) = $0 { true } else { false } })
        for packet in events.sent {
            #expect(pair.host.receive(packet).contains { if case .closed(near, .reset) = $0 { true } else { false } })
        }
        #expect(pair.device.streamCount == 0 && pair.host.streamCount == 0)
        _ = try pair.openStream("shell:")
    }
}

@Suite("Streams")
struct StreamTests {
    @Test("A stream opens, carries bytes in both directions and closes at both ends")
    func life() throws {
        var pair = try Pair()
        let (near, far) = try pair.openStream("exec:id")
        var got = pair.toDevice(pair.host.write(near, [1, 2, 3]))
        #expect(got.received(far) == [1, 2, 3])
        got = pair.toHost(pair.device.acknowledge(far, bytes: 3))
        #expect(got.contains { if case .writable(near) = $0 { true } else { false } })
        got = pair.toHost(pair.device.write(far, [9]))
        #expect(got.received(near) == [9])
        got = pair.toHost(pair.device.abandon(far))
        #expect(got.contains { if case .closed(near, .peer) = $0 { true } else { false } })
        #expect(got.sent.map(\.command) == [.close])
        #expect(pair.toDevice(got).isEmpty)
        #expect(pair.host.streamCount == 0 && pair.device.streamCount == 0)
    }

    @Test("The second write waits for the answer to the first, and each fits the limit")
    func stopAndWait() throws {
        var pair = try Pair(devicePayload: 4096)
        let (near, far) = try pair.openStream("sync:")
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0) }
        var events = pair.host.write(near, bytes[...])
        #expect(pair.host.write(near, [7]).isEmpty)
        var got: [UInt8] = []
        var rounds = 0
        while !events.sent.isEmpty {
            #expect(events.sent.count == 1 && events.sent[0].payload.count <= 4096)
            got += pair.toDevice(events).received(far)
            events = pair.toHost(pair.device.acknowledge(far, bytes: 4096))
            rounds += 1
        }
        #expect(got == bytes + [7])
        #expect(rounds == 3)
        #expect(pair.host.queuedBytes(near) == 0)
    }

    @Test("Small writes that queue up go out as one")
    func coalescing() throws {
        var pair = try Pair()
        let (near, far) = try pair.openStream("shell:")
        _ = pair.toDevice(pair.host.write(near, [0]))
        for index in 1..<200 { #expect(pair.host.write(near, [UInt8(index)]).isEmpty) }
        let got = pair.toDevice(pair.toHost(pair.device.acknowledge(far, bytes: 1)))
        #expect(got.received(far) == (1..<200).map { UInt8($0) })
    }

    @Test("Finishing a stream waits until everything has been taken")
    func finish() throws {
        var pair = try Pair(devicePayload: 4096)
        let (near, far) = try pair.openStream("exec:cat")
        _ = pair.toHost(pair.device.write(far, ArraySlice(repeating: 1, count: 6000)))
        #expect(pair.device.finish(far).isEmpty)
        let second = pair.toHost(pair.toDevice(pair.host.acknowledge(near, bytes: 4096)))
        #expect(second.received(near).count == 6000 - 4096)
        let end = pair.toHost(pair.toDevice(pair.host.acknowledge(near, bytes: 4096)))
        #expect(end.contains { if case .closed(near, .peer) = $0 { true } else { false } })
        #expect(pair.device.streamCount == 0)
    }

    @Test("A refused service is told apart from a closed one")
    func refusal() throws {
        var pair = try Pair()
        guard let (near, events) = pair.host.open("nothing:") else { throw Missing() }
        guard case .requested(let far, "nothing:") = pair.toDevice(events).first else { throw Missing() }
        let refusal = pair.device.refuse(far)
        #expect(refusal.sent == [Packet(.close, 0, near.rawValue, version: .v1_1)])
        let got = pair.toHost(refusal)
        #expect(got.count == 1 && got.contains { if case .closed(near, .refused) = $0 { true } else { false } })
    }

    @Test("A stream that is given up before it is open is closed as soon as it opens")
    func abandonEarly() throws {
        var pair = try Pair()
        guard let (near, events) = pair.host.open("shell:") else { throw Missing() }
        #expect(pair.host.abandon(near).isEmpty)
        guard case .requested(let far, _) = pair.toDevice(events).first else { throw Missing() }
        let got = pair.toDevice(pair.toHost(pair.device.accept(far)))
        #expect(got.contains { if case .closed(far, .peer) = $0 { true } else { false } })
        #expect(pair.device.streamCount == 0)
    }

    @Test("Numbers that are not known are answered as the real one does")
    func unknown() throws {
        var pair = try Pair()
        #expect(pair.host.receive(Packet(.okay, 5, 77, version: .v1_1)).sent == [Packet(.close, 77, 5, version: .v1_1)])
        for packet in [
            Packet(.write, 5, 77, payload: [1], version: .v1_1), Packet(.close, 5, 77, version: .v1_1),
            Packet(.close, 0, 77, version: .v1_1), Packet(.okay, 0, 77, version: .v1_1),
            Packet(.okay, 5, 0, version: .v1_1),
            Packet(.open, 0, 0, payload: [65], version: .v1_1), Packet(.init(rawValue: 1), 5, 6, version: .v1_1),
        ] {
            #expect(pair.host.receive(packet).isEmpty)
        }
    }

    @Test("An old daemon's CLSE(0, id) closes an open stream")
    func closeWithoutSender() throws {
        var pair = try Pair()
        let (near, _) = try pair.openStream("shell:")
        let events = pair.host.receive(Packet(.close, 0, near.rawValue, version: .v1_1))
        #expect(events.contains { if case .closed(near, .peer) = $0 { true } else { false } })
    }

    @Test("A window without delayed acknowledgements is refused")
    func window() throws {
        var pair = try Pair()
        let events = pair.device.receive(Packet(.open, 9, 1 << 25, payload: [65, 0], version: .v1_1))
        #expect(events.sent == [Packet(.close, 0, 9, version: .v1_1)] && events.count == 1)
    }

    @Test("A peer that writes on without an answer loses its stream, not the connection")
    func violation() throws {
        var pair = try Pair()
        let (near, far) = try pair.openStream("shell:")
        let (other, _) = try pair.openStream("shell:")
        let write = Packet(.write, far.rawValue, near.rawValue, payload: [1], version: .v1_1)
        for _ in 0..<StreamWindow.toleratedWrites { #expect(pair.host.receive(write).received(near) == [1]) }
        let last = pair.host.receive(write)
        #expect(last.contains { if case .closed(near, .violation) = $0 { true } else { false } })
        #expect(last.sent.map(\.command) == [.close])
        #expect(pair.host.contains(other))
    }

    @Test("Numbers wrap around, skip 0 and those in use")
    func wraparound() {
        var table = StreamTable(version: .v1_1, maxPayload: 4096, lastID: .max - 2)
        #expect(table.open("a")?.id.rawValue == UInt32.max - 1)
        #expect(table.open("b")?.id.rawValue == UInt32.max)
        #expect(table.open("c")?.id.rawValue == 1)
        table.lastID = .max - 2
        #expect(table.open("d")?.id.rawValue == 2)
    }

    @Test("There is a limit to how many streams a peer may have")
    func limit() {
        var table = StreamTable(version: .v1_1, maxPayload: 4096, limit: 3)
        var refused = 0
        for id in 1...5 {
            let actions = table.receive(Packet(.open, UInt32(id), 0, payload: [65], version: .v1_1))
            if case .send(let packet) = actions[0], packet.command == .close { refused += 1 }
        }
        #expect(refused == 2 && table.count == 3)
        #expect(table.open("x") == nil)
    }

    @Test("Any sequence of packets leaves a bounded table and no crash")
    func fuzz() throws {
        var random = SeededRandom(seed: 21)
        let commands: [Command] = [.open, .okay, .close, .write, .connect, .auth, .startTLS, .init(rawValue: 3)]
        for _ in 0..<200 {
            var pair = try Pair()
            for _ in 0..<200 {
                let command = commands[Int.random(in: 0..<commands.count, using: &random)]
                let packet = Packet(
                    command,
                    .random(in: 0...6, using: &random),
                    .random(in: 0...6, using: &random),
                    payload: random.bytes(Int.random(in: 0...20, using: &random))[...],
                    version: .v1_1
                )
                for event in pair.device.receive(packet) {
                    guard case .requested(let id, _) = event else { continue }
                    switch Int.random(in: 0...3, using: &random) {
                    case 0: _ = pair.device.refuse(id)
                    case 1: break
                    default:
                        _ = pair.device.accept(id)
                        _ = pair.device.write(id, random.bytes(10)[...])
                        if Bool.random(using: &random) { _ = pair.device.finish(id) }
                    }
                }
                _ = pair.host.receive(packet)
            }
            #expect(pair.device.streamCount <= 200 && pair.host.streamCount <= 200)
        }
    }
}

@Suite("Service names")
struct ServiceTests {
    @Test(
        "Names are read and printed alike",
        arguments: [
            "shell:", "shell:ls -l", "shell,v2,TERM=xterm,raw:echo a:b", "shell,v2,pty:", "exec:screencap -p", "sync:",
            "sink:100", "sink:", "source:5", "tcp:8080", "reboot:", "source:-1", "host", "",
        ]
    )
    func roundTrip(name: String) { #expect(Service(parsing: name).name == name) }

    @Test("A shell request says what is wanted")
    func shell() {
        #expect(
            Service(parsing: "shell,v2,TERM=dumb,raw,later:exit 7")
                == .shell(ShellRequest("exit 7", framed: true, terminal: false, term: "dumb"))
        )
        #expect(Service(parsing: "shell:id") == .shell(ShellRequest("id", framed: false)))
    }
}

/// Something that a test relies on is not there.
struct Missing: Error {}

/// A host and a device that have met, without anything between them.
struct Pair {
    var host: Connection
    var device: Connection

    init(devicePayload: Int = 1 << 20, features: FeatureSet = [.shellV2]) throws {
        host = Connection(role: .host, banner: .host(features: features))
        let banner = ConnectionBanner.device(product: "p", model: "m", device: "d", features: features)
        device = Connection(role: .device, banner: banner, maxPayload: devicePayload)
        guard toHost(toDevice(host.start())).contains(where: { if case .online = $0 { true } else { false } }) else {
            throw Missing()
        }
    }

    mutating func openStream(_ service: String) throws -> (StreamID, StreamID) {
        guard let (near, events) = host.open(service) else { throw Missing() }
        guard case .requested(let far, service) = toDevice(events).first else { throw Missing() }
        guard case .opened(near) = toHost(device.accept(far)).first else { throw Missing() }
        return (near, far)
    }

    /// Hands the device what the host sends, and returns what that makes the device do.
    mutating func toDevice(_ events: [ConnectionEvent]) -> [ConnectionEvent] {
        events.sent.flatMap { device.receive($0) }
    }

    mutating func toHost(_ events: [ConnectionEvent]) -> [ConnectionEvent] {
        events.sent.flatMap { host.receive($0) }
    }
}

extension [ConnectionEvent] {
    var sent: [Packet] { compactMap { if case .send(let packet) = $0 { packet } else { nil } } }

    func received(_ id: StreamID) -> [UInt8] {
        flatMap { event -> [UInt8] in if case .received(id, let bytes) = event { [UInt8](bytes) } else { [] } }
    }
}
