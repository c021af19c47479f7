// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc
import Synchronization

/// Stands between a host and a device, hands on whole packets, counts them in both directions together, and cuts the
/// connection after so many.
public final class CuttingProxy: Sendable {
    private let listener: RawSocket
    private let target: Int
    private let limit: Int
    private let handed = Atomic<Int>(0)

    /// - Parameters:
    ///   - target: the device's port on this machine.
    ///   - limit: how many packets pass; then both sides are cut.
    public init(to target: Int, after limit: Int = .max) throws {
        listener = try RawSocket.listen()
        self.target = target
        self.limit = limit
        Thread.detachNewThread { [weak self, listener] in
            while let host = listener.accept() { self?.serve(host) }
        }
    }

    public var port: Int { listener.port }
    /// Packets that have passed.
    public var count: Int { handed.load(ordering: .sequentiallyConsistent) }

    public func stop() { listener.shut() }

    /// One connection at a time: whoever tests cuts has only one.
    private func serve(_ host: RawSocket) {
        guard limit > 0, let device = try? RawSocket.connect(to: target) else { return }
        let ends = [host, device]
        var held: [[UInt8]] = [[], []]
        while true {
            var waiting = ends.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            guard poll(&waiting, 2, 20_000) > 0 else { return }
            for side in 0..<2 where waiting[side].revents != 0 {
                let part = ends[side].receive(1 << 20)
                if part.isEmpty { return }
                held[side] += part
                while let packet = Self.takePacket(&held[side]) {
                    guard ends[1 - side].send(packet) else { return }
                    // The cut comes right behind the packet: its reader has it, and nothing more.
                    if handed.add(1, ordering: .sequentiallyConsistent).newValue >= limit { return }
                }
            }
        }
    }

    private static func takePacket(_ bytes: inout [UInt8]) -> [UInt8]? {
        guard bytes.count >= 24 else { return nil }
        let length = (0..<4).reduce(0) { $0 | Int(bytes[12 + $1]) << (8 * $1) }
        guard bytes.count >= 24 + length else { return nil }
        let packet = Array(bytes[..<(24 + length)])
        bytes.removeFirst(24 + length)
        return packet
    }
}
