// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Synchronization
import Testing

@testable import ADB

/// The device's end of a connection in memory; what the client sends is answered at once.
final class MemoryDevice: PacketLink {
    struct State {
        var connection: Connection
        var events: [ConnectionEvent] = []
        /// What is on its way to the client, which takes it in order and from one thread at a time.
        var toClient: [[UInt8]] = []
        var isDelivering = false
    }

    let transport: MultiplexedTransport
    let state: Mutex<State>

    init(_ transport: MultiplexedTransport, features: FeatureSet = DeviceProfile.modern.features) {
        self.transport = transport
        let banner = ConnectionBanner.device(product: "p", model: "m", device: "d", features: features)
        state = Mutex(State(connection: Connection(role: .device, banner: banner)))
    }

    func schedule(_ take: @escaping @Sendable () -> [Packet]) {
        while true {
            let packets = take()
            if packets.isEmpty { return }
            for packet in packets { act { $0.receive(packet) } }
        }
    }

    func close() {}

    /// Changes the device's end, keeps what happened there, and brings to the client what is sent.
    func act(_ body: (inout Connection) -> [ConnectionEvent]) {
        state.withLock { state in
            let events = body(&state.connection)
            state.events += events
            for case .send(let packet) in events { state.toClient.append(packet.encoded) }
        }
        while true {
            let next = state.withLock { state -> [UInt8]? in
                guard !state.isDelivering, !state.toClient.isEmpty else { return nil }
                state.isDelivering = true
                return state.toClient.removeFirst()
            }
            guard let next else { return }
            next.withUnsafeBytes { transport.received($0) }
            state.withLock { $0.isDelivering = false }
        }
    }

    /// What happened to a stream.
    func story(_ id: StreamID) -> [String] {
        state.withLock { state in
            state.events.compactMap { event in
                switch event {
                case .opened(id): "opened"
                case .received(id, let bytes): String(decoding: bytes, as: UTF8.self)
                case .closed(id, let reason): "\(reason)"
                default: nil
                }
            }
        }
    }

    /// Has the device ask for an address at the client.
    func open(_ address: String) throws -> StreamID {
        var opened: StreamID?
        act { connection in
            guard let (id, events) = connection.open(address) else { return [] }
            opened = id
            return events
        }
        return try #require(opened)
    }
}

@Suite("Streams that the device opens")
struct IncomingTests {
    private func connected() async throws -> (MultiplexedTransport, MemoryDevice) {
        let transport = MultiplexedTransport(serial: "memory")
        let device = MemoryDevice(transport)
        try await transport.start(device, timeout: .seconds(5))
        return (transport, device)
    }

    @Test("Only the addresses that were registered are opened, and exactly those")
    func whitelist() async throws {
        let (transport, device) = try await connected()
        for address in ["tcp:1", "tcp:80", "", "tcp:8080:evil", "tcp:8080 ", "TCP:8080", "localfilesystem:/etc/passwd"]
        {
            #expect(device.story(try device.open(address)) == ["refused"])
        }
        let served = AsyncStream<String>.makeStream()
        try transport.acceptIncoming("tcp:8080") { stream in
            let bytes = (try? await stream.read()) ?? []
            try? await stream.write(Array("hello ".utf8) + bytes)
            served.continuation.yield(stream.service)
        }
        for address in ["tcp:808", "tcp:80800", "tcp:8080:evil", "tcp:8080\nx"] {
            #expect(device.story(try device.open(address)) == ["refused"])
        }
        let id = try device.open("tcp:8080")
        #expect(device.story(id) == ["opened"])
        device.act { $0.write(id, Array("device".utf8)[...]) }
        var names = served.stream.makeAsyncIterator()
        #expect(await names.next() == "tcp:8080")
        device.act { $0.acknowledge(id, bytes: 12) }
        // The stream ends when its server returns.
        let deadline = ContinuousClock.now + .seconds(10)
        while device.story(id).count < 3, ContinuousClock.now < deadline { await Task.yield() }
        #expect(device.story(id) == ["opened", "hello device", "peer"])

        try transport.acceptIncoming("tcp:8080", nil)
        #expect(device.story(try device.open("tcp:8080")) == ["refused"])
        transport.close()
        await expect("adb.lost") { try transport.acceptIncoming("tcp:8080") { _ in } }
    }

    @Test("Through an adb server it is an error that says why")
    func server() async throws {
        let banner = ADBBanner(systemType: "device", product: "", model: "", device: "", features: [])
        let transport = ServerTransport(serial: "x", server: ADBServer(port: 1), banner: banner)
        await expect("adb.usage") { try transport.acceptIncoming("tcp:1") { _ in } }
    }
}
