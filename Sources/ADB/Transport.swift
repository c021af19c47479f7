// SPDX-License-Identifier: Apache-2.0

import Base

/// A way to a device: over a connection of our own, or through an adb server.
///
/// `ADBDevice` knows nothing else. USB becomes a third kind of `PacketLink` below `MultiplexedTransport`.
protocol DeviceTransport: Sendable {
    /// How the device is named in messages.
    var serial: String { get }
    /// What the device says about itself.
    var banner: ADBBanner { get }
    /// Bytes that one write to the device can carry.
    var maxPayload: Int { get }

    /// Asks for a stream and does not wait for the device's answer where the transport need not: what is written goes out
    /// as soon as the stream is open, and a refusal is the error of the first read. The limit is in force from now on and
    /// stays until it is replaced.
    func begin(_ service: String, limit: ADBStream.Limit, for what: String) async throws -> ADBStream
    /// Throws `adb.lost` if the device is gone. Asked when a stream ended in a place where it should not have.
    func confirmAlive() async throws
    /// Lets the device open streams to exactly this address, as after a reverse forward; whatever it asks for besides is
    /// refused. A stream is closed when `serve` returns. `nil` takes the permission back; streams that are open stay.
    ///
    /// - Throws: `DroidError` with code `adb.usage` where another program owns the connection.
    func acceptIncoming(_ address: String, _ serve: (@Sendable (ADBStream) async -> Void)?) throws
    /// Closes the connection; every pending call fails.
    func close()
}

extension DeviceTransport {
    /// Opens a stream, as `begin`, and waits until the device has done so.
    func open(_ service: String, limit: ADBStream.Limit, for what: String) async throws -> ADBStream {
        let stream = try await begin(service, limit: limit, for: what)
        try await stream.waitUntilOpen()
        return stream
    }
}

/// What a stream needs of the transport below it. Each call may come from any thread.
protocol StreamLink: Sendable {
    /// Queues bytes for the device.
    func send(_ bytes: ArraySlice<UInt8>)
    /// Bytes that are queued and not written.
    var queuedBytes: Int { get }
    /// There is room again for `bytes` of what was delivered; 0 answers an empty delivery.
    func acknowledge(bytes: Int)
    /// Closes the stream, once what is queued is written or at once.
    func close(flushing: Bool)
}

/// What moves packets: a TCP connection, or USB.
///
/// What comes from the device goes to `MultiplexedTransport.received`, in order and from one thread at a time.
protocol PacketLink: Sendable {
    /// Asks the link to take the packets that wait and to write them. It must not wait for the peer. `take` may be called
    /// on any thread, one call at a time; the link calls it again when it has written what it took, until nothing comes:
    /// the call tells the transport that what was taken before is out, and so how much more may leave.
    func schedule(_ take: @escaping @Sendable () -> [WirePacket])
    /// Closes the link; its owner is told as if the peer had done it.
    func close()
}
