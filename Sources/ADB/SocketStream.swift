// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// TCP as streams of an adb server want it: no delays, large reads, and a peer that falls silent is noticed in seconds.
enum TCP {
    static func bootstrap(timeout: Duration) -> ClientBootstrap {
        ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(clamping: timeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.init(rawValue: CInt(TCP_KEEPIDLE))), value: 3)
            .channelOption(.tcpOption(.init(rawValue: CInt(TCP_KEEPINTVL))), value: 2)
            .channelOption(.tcpOption(.init(rawValue: CInt(TCP_KEEPCNT))), value: 3)
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 64 << 10, maximum: 1 << 20)
            )
    }
}

/// A stream that has a TCP connection to itself: how an adb server offers its services and its devices'.
enum SocketStream {
    /// Connects; the stream is open when this returns.
    ///
    /// - Throws: `DroidError` with code `adb.connect`.
    static func connect(host: String, port: Int, service: String, timeout: Duration) async throws -> ADBStream {
        let stream = ADBStream(service: service)
        do {
            let channel = try await TCP.bootstrap(timeout: timeout)
                .channelOption(.autoRead, value: false)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(SocketHandler(stream: stream))
                    }
                }
                .connect(host: host, port: port)
                .get()
            let link = SocketLink(channel: channel, stream: stream)
            stream.attach(link)
            stream.opened()
            link.acknowledge(bytes: 0)
            return stream
        } catch {
            throw ADBError.connect(
                "the adb server at \(host):\(port)",
                error,
                next: "start one with `adb start-server`, or name a device as HOST:PORT"
            )
        }
    }
}

/// The writing side: reads only when the stream has room, counts what is not yet written.
private final class SocketLink: StreamLink {
    private let channel: any Channel
    private let stream: ADBStream
    private let pending = Atomic<Int>(0)

    init(channel: any Channel, stream: ADBStream) {
        self.channel = channel
        self.stream = stream
    }

    var queuedBytes: Int { pending.load(ordering: .acquiring) }

    func send(_ bytes: ArraySlice<UInt8>) {
        let count = bytes.count
        pending.add(count, ordering: .acquiringAndReleasing)
        var buffer = channel.allocator.buffer(capacity: count)
        buffer.writeBytes(bytes)
        let written = channel.eventLoop.makePromise(of: Void.self)
        written.futureResult.whenComplete { _ in
            self.pending.subtract(count, ordering: .acquiringAndReleasing)
            self.stream.drained()
        }
        channel.writeAndFlush(buffer, promise: written)
    }

    func acknowledge(bytes: Int) { channel.read() }

    func close(flushing: Bool) {
        // What was written before is in the socket or in front of this in the channel's queue.
        if flushing {
            channel.writeAndFlush(ByteBuffer()).whenComplete { _ in self.channel.close(promise: nil) }
        } else {
            channel.close(promise: nil)
        }
    }
}

/// The reading side.
private final class SocketHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let stream: ADBStream

    init(stream: ADBStream) { self.stream = stream }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if let bytes = buffer.readBytes(length: buffer.readableBytes) { stream.deliver(bytes[...]) }
    }

    func channelInactive(context: ChannelHandlerContext) { stream.finished() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        stream.finished()
        context.close(promise: nil)
    }
}
