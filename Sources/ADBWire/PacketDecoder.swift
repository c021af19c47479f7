// SPDX-License-Identifier: Apache-2.0

public import Base

/// Takes packets out of a byte stream that arrives in any split.
///
/// Memory is bounded: it holds one header and one payload of at most `maxPayload` bytes. After an error the stream
/// cannot be trusted any more, and the transport must be torn down; further calls throw the same error.
public struct PacketDecoder: Sendable {
    /// The largest payload that is accepted; the negotiated one once the peers have met.
    public var maxPayload: Int
    /// The negotiated version: before 1.1 each payload's sum is checked.
    public var version: ProtocolVersion

    private var head: [UInt8] = []
    private var header: PacketHeader?
    private var payload: [UInt8] = []
    private var failure: DroidError?

    public init(maxPayload: Int = WireLimit.maxPayload, version: ProtocolVersion = .v1_0) {
        self.maxPayload = maxPayload
        self.version = version
        head.reserveCapacity(WireLimit.header)
    }

    /// Whether the bytes so far end between two packets.
    public var isAtBoundary: Bool { header == nil && head.isEmpty }

    /// The next packet, taking its bytes from the front of `input`.
    ///
    /// - Returns: `nil` when `input` is used up and the packet is not complete.
    /// - Throws: `DroidError` with code `adb.protocol`: a bad magic, a payload over the limit, or a wrong sum.
    public mutating func next(_ input: inout ArraySlice<UInt8>) throws(DroidError) -> Packet? {
        // `withUnsafeBytes` of a slice cannot throw a typed error, so the outcome comes out as a value.
        var used = 0
        let outcome = input.withUnsafeBytes { raw -> Result<Packet?, DroidError> in
            var rest = raw
            defer { used = raw.count - rest.count }
            do throws(DroidError) { return .success(try next(&rest)) } catch { return .failure(error) }
        }
        input = input.dropFirst(used)
        return try outcome.get()
    }

    /// As `next(_:)` over a slice, for callers that hold their bytes elsewhere: `input` shrinks from the front.
    public mutating func next(_ input: inout UnsafeRawBufferPointer) throws(DroidError) -> Packet? {
        if let failure { throw failure }
        do throws(DroidError) {
            return try advance(&input)
        } catch {
            failure = error
            payload = []
            throw error
        }
    }

    /// Bytes of the payload that has begun and is not complete.
    var missingPayload: Int { header.map { Int($0.length) - payload.count } ?? 0 }

    /// Completes the payload that has begun from a source that waits, without a copy of what is read.
    ///
    /// - Returns: `nil` when `read` has come to its end.
    mutating func fillPayload(_ read: (UnsafeMutableRawBufferPointer) -> Int) throws(DroidError) -> Packet? {
        if let failure { throw failure }
        guard let header else { return nil }
        let begun = payload
        payload = Array(unsafeUninitializedCapacity: Int(header.length)) { space, count in
            let raw = UnsafeMutableRawBufferPointer(space)
            raw.copyBytes(from: begun)
            count = begun.count
            while count < Int(header.length) {
                let read = read(UnsafeMutableRawBufferPointer(rebasing: raw[count..<Int(header.length)]))
                guard read > 0 else { return }
                count += read
            }
        }
        var nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        return try next(&nothing)
    }

    private mutating func advance(_ input: inout UnsafeRawBufferPointer) throws(DroidError) -> Packet? {
        if header == nil {
            take(WireLimit.header - head.count, of: &input, to: &head)
            guard head.count == WireLimit.header else { return nil }
            let read = PacketHeader(parsing: head[...])
            head.removeAll(keepingCapacity: true)
            try judge(read)
            header = read
            payload.reserveCapacity(Int(read.length))
        }
        guard let read = header else { return nil }
        take(Int(read.length) - payload.count, of: &input, to: &payload)
        guard payload.count == Int(read.length) else { return nil }
        let packet = Packet(header: read, payload: payload)
        header = nil
        payload = []
        try check(packet)
        return packet
    }

    private func take(_ count: Int, of input: inout UnsafeRawBufferPointer, to out: inout [UInt8]) {
        let taken = min(count, input.count)
        guard taken > 0 else { return }
        out.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[..<taken]))
        input = UnsafeRawBufferPointer(rebasing: input[taken...])
    }

    private func judge(_ header: PacketHeader) throws(DroidError) {
        guard header.isSound else {
            throw .violation("a packet header is damaged", "the magic does not belong to \(header.command)")
        }
        guard header.length <= UInt32(clamping: maxPayload) else {
            throw .violation("a packet is too large", "\(header.length) bytes where \(maxPayload) were agreed on")
        }
    }

    private func check(_ packet: Packet) throws(DroidError) {
        guard version < .v1_1 else { return }
        // A peer of version 1.1 may leave the sum out from its first packet on, and the first packet names the version.
        if packet.command == .connect, packet.arg0 >= ProtocolVersion.v1_1.rawValue { return }
        guard packet.hasValidChecksum else {
            throw .violation("a packet is damaged", "the sum of the payload of \(packet.command) is wrong")
        }
    }
}

extension DroidError {
    /// The peer broke the protocol.
    static func violation(_ what: String, _ why: String) -> DroidError {
        DroidError("adb.protocol", what, why: why, next: "connect again; if it comes back, the peer is no adb device")
    }
}
