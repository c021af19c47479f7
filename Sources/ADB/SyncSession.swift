// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base

/// One sync stream and its decoder.
struct SyncSession: ~Copyable {
    let stream: ADBStream
    private let device: ADBDevice
    private var decoder = SyncResponseDecoder()
    private var input: ArraySlice<UInt8> = []

    init(_ device: ADBDevice, limit: ADBStream.Limit, for what: String) async throws {
        stream = try await device.transport.open(Service.sync.name, limit: limit, for: what)
        self.device = device
    }

    /// Says goodbye and closes the stream; what the device still sends is dropped.
    func end() {
        _ = try? stream.enqueue(SyncRequest.quit.encoded[...])
        stream.close()
    }

    mutating func send(_ request: SyncRequest, expecting expectation: SyncExpectation) throws {
        decoder.expect(expectation)
        try stream.enqueue(request.encoded[...])
    }

    /// Says that a request was sent, or is about to be.
    mutating func expect(_ expectation: SyncExpectation) { decoder.expect(expectation) }

    /// The next answer.
    ///
    /// - Throws: `DroidError`: `adb.lost`, `adb.timeout`, `adb.protocol`.
    mutating func next() async throws -> SyncResponse {
        while true {
            if let response = try held() { return response }
            guard try await fill() else { throw try await brokenOff() }
        }
    }

    /// The next answer that is here already in whole or in part.
    mutating func held() throws -> SyncResponse? { try decoder.next(&input) }

    /// Waits for more bytes; only when `held` gave nothing.
    ///
    /// - Returns: false when the device has closed the stream.
    mutating func fill() async throws -> Bool {
        guard let more = try await stream.read() else { return false }
        input = more
        return true
    }

    /// Why the stream ended before everything was answered.
    func brokenOff() async throws -> DroidError {
        try await device.transport.confirmAlive()
        return DroidError(
            "adb.protocol",
            "the device \(device.serial) broke off a file transfer",
            why: "it closed the stream before it had answered"
        )
    }
}
