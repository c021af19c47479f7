// SPDX-License-Identifier: Apache-2.0

import Base
import NIOCore
import NIOPosix

/// Joins a TCP connection of this machine with a stream of a device.
enum Splice {
    typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// How long the device may be silent once the local end has said that nothing more comes.
    ///
    /// A stream of the bridge cannot be closed in one direction, so the device is never told. Whoever closes its half of the
    /// connection may still wait for an answer, and gets what comes; whoever waits for nothing does not keep it open.
    static let grace = Duration.seconds(2)

    /// How long the local end may go on once the device has ended: it has been told, and what it still sends is dropped.
    static let farewell = Duration.seconds(1)

    static func wrap(_ channel: any Channel) throws -> Connection {
        try Connection(
            wrappingChannelSynchronously: channel,
            configuration: .init(isOutboundHalfClosureEnabled: true)
        )
    }

    private enum End { case local, device, late }

    /// Moves bytes both ways until both ends are done. Neither end is held up by the other for longer than it asks for.
    static func join(_ connection: Connection, _ stream: ADBStream, grace: Duration = Splice.grace) async {
        defer { stream.close() }
        try? await connection.executeThenClose { inbound, outbound in
            await withTaskGroup(of: End.self) { group in
                group.addTask {
                    await carry(inbound, to: stream, grace)
                    return .local
                }
                group.addTask {
                    do {
                        while let bytes = try await stream.read() {
                            try await outbound.write(ByteBuffer(bytes: bytes))
                        }
                    } catch {}
                    outbound.finish()
                    return .device
                }
                var (isLocalOver, isDeviceOver) = (false, false)
                for await end in group {
                    switch end {
                    case .local, .late: isLocalOver = true
                    case .device:
                        isDeviceOver = true
                        // What the device sent must reach the local end, and would not if bytes of that were left unread.
                        if !isLocalOver {
                            group.addTask {
                                try? await Task.sleep(for: farewell)
                                return .late
                            }
                        }
                    }
                    if isLocalOver, isDeviceOver { break }
                }
                group.cancelAll()
            }
        }
    }

    /// Carries what the local end sends until it says that nothing more comes; what no one takes any more is dropped.
    private static func carry(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
        to stream: ADBStream,
        _ grace: Duration
    )
        async
    {
        var isTaken = true
        do {
            for try await buffer in inbound where isTaken {
                do {
                    try await stream.write(Array(buffer.readableBytesView)[...])
                } catch {
                    isTaken = false
                }
            }
            if isTaken { stream.arm(.idle(grace), for: "an answer") }
        } catch {
            // The local end is gone for good.
            stream.close()
        }
    }

    /// Connects to a port of this machine and joins it with the stream; the stream is closed where nothing listens there.
    static func connect(port: Int, _ stream: ADBStream) async {
        do {
            let connection = try await TCP.bootstrap(timeout: .seconds(10))
                .channelOption(.allowRemoteHalfClosure, value: true)
                .connect(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture { try wrap(channel) }
                }
            await join(connection, stream)
        } catch {
            stream.close()
        }
    }
}
