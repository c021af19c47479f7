// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import NIOCore

/// One connection of a host: cuts packets, drives the connection's state machine, and starts a task for each stream.
///
/// It lives on its event loop. Commands run on the device's actor; nothing here waits for them, so a slow stream
/// stalls no other.
final class DaemonHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private struct Stream {
        var pipe: BytePipe
        var outbox: Outbox
        var task: Task<Void, Never>?
    }

    private let device: DeviceActor
    private var connection: Connection
    private var decoder = PacketDecoder()
    private var streams: [StreamID: Stream] = [:]
    private var context: ChannelHandlerContext?
    /// Streams that this end asked for and the host has not answered.
    private var opening: [StreamID: CheckedContinuation<(BytePipe, Outbox)?, Never>] = [:]
    private var farewells: [@Sendable () -> Void] = []
    /// Told the size of each packet before it passes, in either direction: how many of its bytes pass before the
    /// connection is cut, or nil where it goes on. Faults are injected here.
    private let onPacket: (Int) -> Int?
    private var isCut = false

    init(device: DeviceActor, banner: ConnectionBanner) {
        self.device = device
        onPacket = device.transportFaults.counter()
        connection = Connection(role: .device, banner: banner)
    }

    // MARK: Channel

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        perform(connection.start())
        context.flush()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        do {
            try buffer.withUnsafeReadableBytes { raw in
                var rest = raw
                while !isCut, let packet = try decoder.next(&rest) {
                    let size = WireLimit.header + packet.payload.count
                    let share = onPacket(size)
                    if share ?? size >= size { perform(connection.receive(packet)) }
                    if share != nil { cut() }
                }
            }
        } catch {
            // A peer that sends what is no packet is cut off, as the real daemon does.
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }

    func channelInactive(context: ChannelHandlerContext) {
        for stream in streams.values { end(stream) }
        streams = [:]
        self.context = nil
        for waiting in opening.values { waiting.resume(returning: nil) }
        opening = [:]
        leave()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    // MARK: Events

    private func perform(_ events: [ConnectionEvent]) {
        for event in events {
            switch event {
            case .send(let packet): write(packet)
            case .online(let agreement):
                decoder.version = agreement.version
                decoder.maxPayload = agreement.maxPayload
                leave()  // A new session knows nothing of what the one before it set up.
            case .requested(let id, let service): open(id, service)
            case .received(let id, let bytes): receive(id, bytes)
            case .writable(let id): streams[id]?.outbox.update(pending: connection.queuedBytes(id))
            case .closed(let id, _):
                if let stream = streams.removeValue(forKey: id) { end(stream) }
                opening.removeValue(forKey: id)?.resume(returning: nil)
            case .failed: context?.close(promise: nil)
            case .opened(let id):
                guard let waiting = opening.removeValue(forKey: id), let stream = streams[id] else { break }
                waiting.resume(returning: (stream.pipe, stream.outbox))
            }
        }
    }

    /// Ends the connection where it stands; what was written before still goes out.
    private func cut() {
        guard !isCut else { return }
        isCut = true
        context?.flush()
        context?.close(promise: nil)
    }

    private func write(_ packet: Packet) {
        guard let context, !isCut else { return }
        var head: [UInt8] = []
        packet.header.encode(into: &head)
        var buffer = context.channel.allocator.buffer(capacity: head.count + packet.payload.count)
        buffer.writeBytes(head)
        buffer.writeBytes(packet.payload)
        let share = onPacket(buffer.readableBytes)
        if let share { buffer = buffer.readSlice(length: min(share, buffer.readableBytes)) ?? buffer }
        context.write(wrapOutboundOut(buffer), promise: nil)
        if share != nil { cut() }
    }

    private func end(_ stream: Stream) {
        stream.pipe.finish()
        stream.outbox.close()
        stream.task?.cancel()
    }

    private func receive(_ id: StreamID, _ bytes: ArraySlice<UInt8>) {
        streams[id]?.pipe.push([bytes])
    }

    // MARK: Streams

    private func open(_ id: StreamID, _ name: String) {
        guard let context else { return }
        let loop = context.eventLoop
        let bound = NIOLoopBound(self, eventLoop: loop)
        let (pipe, outbox) = ends(of: id, bound)
        let service = Service(parsing: name)
        let session = ServiceSession(
            device: device,
            host: ObjectIdentifier(self),
            pipe: pipe,
            outbox: outbox,
            openToHost: { address in
                await withCheckedContinuation { continuation in
                    loop.execute { bound.value.openToHost(address, continuation, bound) }
                }
            },
            whenHostLeaves: { body in loop.execute { bound.value.add(farewell: body) } }
        )
        guard let body = session.body(for: service) else {
            perform(connection.refuse(id))
            return
        }
        perform(connection.accept(id))
        streams[id] = Stream(pipe: pipe, outbox: outbox)
        streams[id]?.task = Task {
            await body()
            loop.execute { bound.value.finish(id) }
        }
    }

    /// The ends of a stream that a service holds.
    private func ends(of id: StreamID, _ bound: NIOLoopBound<DaemonHandler>) -> (BytePipe, Outbox) {
        let loop = bound.eventLoop
        let pipe = BytePipe { count in
            loop.execute {
                let handler = bound.value
                for _ in 0..<count { handler.perform(handler.connection.acknowledge(id)) }
                handler.context?.flush()
            }
        }
        let outbox = Outbox(
            deliver: { bytes in loop.execute { bound.value.send(id, bytes) } },
            end: { loop.execute { bound.value.finish(id) } }
        )
        return (pipe, outbox)
    }

    private func openToHost(
        _ address: String,
        _ waiting: CheckedContinuation<(BytePipe, Outbox)?, Never>,
        _ bound: NIOLoopBound<DaemonHandler>
    ) {
        guard context != nil, let (id, events) = connection.open(address) else {
            waiting.resume(returning: nil)
            return
        }
        let (pipe, outbox) = ends(of: id, bound)
        streams[id] = Stream(pipe: pipe, outbox: outbox)
        opening[id] = waiting
        perform(events)
        context?.flush()
    }

    private func add(farewell: @escaping @Sendable () -> Void) {
        if context == nil { farewell() } else { farewells.append(farewell) }
    }

    private func leave() {
        let bodies = farewells
        farewells = []
        for body in bodies { body() }
    }

    private func send(_ id: StreamID, _ bytes: ArraySlice<UInt8>) {
        perform(connection.write(id, bytes))
        streams[id]?.outbox.update(pending: connection.queuedBytes(id))
        context?.flush()
    }

    private func finish(_ id: StreamID) {
        guard let stream = streams.removeValue(forKey: id) else { return }
        perform(connection.finish(id))
        stream.pipe.finish()
        context?.flush()
    }
}
