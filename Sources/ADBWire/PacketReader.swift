// SPDX-License-Identifier: Apache-2.0

public import Base

/// Packets from something that is read in pieces, such as a socket. Large payloads are read into the memory that they stay
/// in; small packets share a read.
public struct PacketReader: Sendable {
    /// From how many missing bytes on a payload is read by itself.
    private static let largePiece = 16 << 10
    private static let bufferSize = 64 << 10
    /// The first byte of a TLS record that holds a handshake; no command of adb begins with it.
    private static let handshakeRecord: UInt8 = 0x16

    /// What cuts the packets; its limits follow what the peers agree on.
    public var decoder: PacketDecoder
    /// Whether a TLS record may stand where a packet is due. It is then given as the `STLS` packet that it implies, and its
    /// bytes are left for `takeRest`.
    ///
    /// adb's host answers a device's `STLS` from one thread and shakes hands from another, so now and then its handshake
    /// is out before the answer, which then comes as the first packet under TLS.
    public var takesTLSRecord = false
    private var buffer: [UInt8]
    private var start = 0
    private var end = 0

    public init(decoder: PacketDecoder = PacketDecoder()) {
        self.decoder = decoder
        buffer = [UInt8](repeating: 0, count: PacketReader.bufferSize)
    }

    /// Bytes that were read and belong to no packet yet, where the packets end and something else begins.
    public mutating func takeRest() -> [UInt8] {
        defer { start = end }
        return Array(buffer[start..<end])
    }

    /// The next packet.
    ///
    /// - Parameter read: waits for bytes and puts them into the buffer; it returns how many, 0 at the end.
    /// - Returns: `nil` at the end.
    /// - Throws: `DroidError` with code `adb.protocol`, as `PacketDecoder`.
    public mutating func next(_ read: (UnsafeMutableRawBufferPointer) -> Int) throws(DroidError) -> Packet? {
        while true {
            if start < end {
                if takesTLSRecord, decoder.isAtBoundary, buffer[start] == PacketReader.handshakeRecord {
                    return Handshake.startTLSPacket
                }
                var used = 0
                let outcome = buffer.withUnsafeBytes { raw -> Result<Packet?, DroidError> in
                    var rest = UnsafeRawBufferPointer(rebasing: raw[start..<end])
                    defer { used = end - start - rest.count }
                    do throws(DroidError) { return .success(try decoder.next(&rest)) } catch { return .failure(error) }
                }
                start += used
                if let packet = try outcome.get() { return packet }
            }
            if decoder.missingPayload >= PacketReader.largePiece { return try decoder.fillPayload(read) }
            let count = buffer.withUnsafeMutableBytes { read($0) }
            guard count > 0 else { return nil }
            start = 0
            end = min(count, buffer.count)
        }
    }
}
