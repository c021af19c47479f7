// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Glibc
import NIOCore
import NIOPosix

/// TCP as this module wants it: no delays, large reads, and a peer that falls silent is noticed in seconds.
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

/// Packets over a TCP connection.
final class TCPLink: PacketLink {
    private let channel: any Channel

    private init(channel: any Channel) { self.channel = channel }

    /// Connects to a device and lets a transport speak over it.
    ///
    /// - Throws: `DroidError` with code `adb.connect`.
    static func connect(
        host: String,
        port: Int,
        timeout: Duration,
        transport: MultiplexedTransport
    ) async throws -> TCPLink {
        do {
            let channel = try await TCP.bootstrap(timeout: timeout)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(PacketHandler(transport: transport))
                    }
                }
                .connect(host: host, port: port)
                .get()
            return TCPLink(channel: channel)
        } catch {
            throw ADBError.connect(
                transport.serial,
                error,
                next: "check that the device is on and listens there (`adb tcpip 5555` makes a USB device do so)"
            )
        }
    }

    func schedule(_ take: @escaping @Sendable () -> [WirePacket]) {
        if channel.eventLoop.inEventLoop {
            write(take())
        } else {
            channel.eventLoop.execute { self.write(take()) }
        }
    }

    func close() { channel.close(promise: nil) }

    private func write(_ packets: [WirePacket]) {
        guard !packets.isEmpty else { return }
        let size = packets.reduce(0) { $0 + WireLimit.header + $1.payload.count }
        var buffer = channel.allocator.buffer(capacity: size)
        var head: [UInt8] = []
        head.reserveCapacity(WireLimit.header)
        for packet in packets {
            head.removeAll(keepingCapacity: true)
            packet.header.encode(into: &head)
            buffer.writeBytes(head)
            buffer.writeBytes(packet.payload)
        }
        channel.writeAndFlush(buffer, promise: nil)
    }
}

/// Hands what a TCP connection brings to the transport.
private final class PacketHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let transport: MultiplexedTransport

    init(transport: MultiplexedTransport) { self.transport = transport }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unwrapInboundIn(data).withUnsafeReadableBytes { transport.received($0) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        transport.lose(ADBError.lost(transport.serial))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let why = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
        transport.lose(ADBError.lost(transport.serial, why: why))
        context.close(promise: nil)
    }
}
