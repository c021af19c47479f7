// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Synchronization

/// Packets over a TCP connection: a thread that reads, and writes from whichever thread has something to say.
final class TCPLink: PacketLink {
    /// What is taken from the transport and not yet written.
    private final class Feed: Sendable {
        private let queue = Mutex(PacketQueue())
        private let take = Mutex<(@Sendable () -> [WirePacket])?>(nil)
        private let channel = Mutex<SecureChannel?>(nil)

        /// What seals all that follows `STLS`.
        var secure: SecureChannel? {
            get { channel.withLock { $0 } }
            set { channel.withLock { $0 = newValue } }
        }

        func set(_ body: @escaping @Sendable () -> [WirePacket]) { take.withLock { $0 = body } }

        /// Fills what is written next. The transport is asked only when all that it gave before is out.
        func fill(_ batch: inout OutputBatch) -> Bool {
            guard queue.withLock({ $0.hasStartedTLS }) else { return fillClear(&batch) }
            return secure?.fill(&batch, from: fillClear) ?? false
        }

        private func fillClear(_ batch: inout OutputBatch) -> Bool {
            if queue.withLock({ $0.isEmpty }) {
                let packets = take.withLock { $0 }?() ?? []
                queue.withLock { $0.append(contentsOf: packets) }
            }
            return queue.withLock { $0.fill(&batch) }
        }
    }

    private let socket: StreamSocket
    private let output: SocketOutput
    private let feed: Feed

    private init(socket: StreamSocket) {
        self.socket = socket
        let feed = Feed()
        self.feed = feed
        output = SocketOutput(socket, name: "adb write") { feed.fill(&$0) }
    }

    /// Connects to a device and lets a transport speak over it.
    ///
    /// - Throws: `DroidError` with code `adb.connect` or `adb.timeout`.
    static func connect(
        host: String,
        port: Int,
        timeout: Duration,
        transport: MultiplexedTransport
    ) async throws -> TCPLink {
        let socket: StreamSocket
        do {
            socket = try await TCPConnector.connect(host: host, port: port, timeout: timeout)
        } catch let error as SocketFailure {
            throw ADBError.connect(
                transport.serial,
                error,
                next: "check that the device is on and listens there (`adb tcpip 5555` makes a USB device do so)"
            )
        }
        let link = TCPLink(socket: socket)
        startThread("adb read") { link.read(for: transport) }
        return link
    }

    func schedule(_ take: @escaping @Sendable () -> [WirePacket]) {
        feed.set(take)
        output.schedule()
    }

    func close() { output.close() }

    private func read(for transport: MultiplexedTransport) {
        var reader = PacketReader()
        var secure: SecureChannel?
        do throws(DroidError) {
            while true {
                let packet = try reader.next { space in
                    transport.flush()
                    guard let secure else { return socket.read(into: space) }
                    return secure.read(into: space) { socket.read(into: $0) }
                }
                guard let packet else { break }
                guard let limits = transport.received(packet) else { return }
                reader.decoder.version = limits.version
                reader.decoder.maxPayload = limits.maxPayload
                if limits.startsTLS { secure = try startTLS(for: transport, begun: reader.takeRest()) }
            }
            let isStranger = secure != nil && transport.banner.systemType.isEmpty
            let error = isStranger ? ADBError.notPaired(transport.serial) : ADBError.lost(transport.serial)
            transport.lose(secure?.failure ?? error)
        } catch {
            transport.flush()
            transport.lose(error)
        }
    }

    /// Everything behind `STLS` is sealed and opened from here on.
    private func startTLS(for transport: MultiplexedTransport, begun: [UInt8]) throws(DroidError) -> SecureChannel {
        let machine = try TLSMachine(role: .host, keys: transport.keys)
        let output = output
        let channel = SecureChannel(machine, wake: { output.schedule() }, ready: {})
        feed.secure = channel
        transport.flush()  // `STLS` itself goes out in the clear.
        _ = begun.withUnsafeBytes { channel.take($0) }
        output.schedule()
        return channel
    }
}
