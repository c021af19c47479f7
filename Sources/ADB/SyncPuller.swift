// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base

/// A file on the device that is to be pulled.
struct PullItem: Sendable {
    var remote: String
    /// Bytes, as far as the device said.
    var size: Int64
}

/// Receives files over sync streams: many are asked for before the first has come, and a file that fails does not hold up
/// the others. As when pushing, a new stream goes on where a device closes one after a refusal.
struct SyncPuller {
    /// Files that are asked for ahead.
    private static let window = 64

    /// What comes, in the order of the items: pieces, then the end or the device's refusal.
    enum Arrival {
        case data(ArraySlice<UInt8>)
        case end
        case refused(DroidError)
    }

    let device: ADBDevice
    let items: [PullItem]
    let packing: Packing

    /// Receives everything; `body` gets each arrival with the item's number and the way that it is packed.
    ///
    /// - Throws: `DroidError`: `adb.lost`, `adb.timeout`, `adb.protocol`; or what `body` throws.
    func run(_ body: (Int, Arrival, Compression?) async throws -> Void) async throws {
        var first = 0
        while first < items.count { first = try await receive(from: first, body) }
    }

    private func receive(
        from first: Int,
        _ body: (Int, Arrival, Compression?) async throws -> Void
    ) async throws -> Int {
        let what = items.count == 1 ? "the pull of \(items[0].remote)" : "the pull of \(items.count) files"
        var session = try await SyncSession(device, limit: .idle(ADBDevice.transferIdle), for: what)
        var isClean = false
        // Giving up in the middle of a file leaves nothing that the device could still be asked.
        defer { if isClean { session.end() } else { session.stream.drop() } }
        let isVersion2 = device.banner.has(.sendReceiveV2)
        var (asked, answered) = (first, first)
        var isWithin = false
        var sawRefusal = false
        while answered < items.count {
            if asked < items.count, asked - answered <= SyncPuller.window / 2 {
                var requests: [UInt8] = []
                while asked < items.count, asked - answered < SyncPuller.window {
                    let path = items[asked].remote
                    let flags = packing.receiving(path)?.flag ?? 0
                    (isVersion2 ? SyncRequest.receive2(path, flags: flags) : .receive(path)).encode(into: &requests)
                    session.expect(.file)
                    asked += 1
                }
                try session.stream.enqueue(requests[...])
            }
            guard let response = try session.held() else {
                if try await session.fill() { continue }
                guard sawRefusal, !isWithin else { throw try await session.brokenOff() }
                return answered
            }
            let packed = isVersion2 ? packing.receiving(items[answered].remote) : nil
            switch response {
            case .data(let part):
                isWithin = true
                try await body(answered, .data(part), packed)
            case .receiveEnd:
                isWithin = false
                try await body(answered, .end, packed)
                answered += 1
            case .fail(let words):
                (isWithin, sawRefusal) = (false, true)
                let error = ADBError.sync("cannot read \(items[answered].remote) on the device", words)
                try await body(answered, .refused(error), packed)
                answered += 1
            default: throw ADBError.nonsense(device.serial)
            }
        }
        isClean = true
        return items.count
    }
}
