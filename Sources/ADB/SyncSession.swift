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

    /// The next answer.
    ///
    /// - Throws: `DroidError`: `adb.lost`, `adb.timeout`, `adb.protocol`.
    mutating func next() async throws -> SyncResponse {
        while true {
            if let response = try decoder.next(&input) { return response }
            guard let more = try await stream.read() else {
                try await device.transport.confirmAlive()
                throw DroidError(
                    "adb.protocol",
                    "the device \(device.serial) broke off a file transfer",
                    why: "it closed the stream before it had answered"
                )
            }
            input = more
        }
    }

    /// The answer that is here already, if there is one: a device that cannot store a file says so while it is sent.
    mutating func ready() async throws -> SyncResponse? {
        guard stream.isReadable else { return nil }
        return try await next()
    }
}
