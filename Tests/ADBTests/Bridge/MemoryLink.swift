// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Dispatch
import Foundation
import Synchronization

@testable import ADB
@testable import SimDevice

/// Bytes on their way from one thread to another, in pieces of any size, at most so many at a time.
final class MemoryPipe: @unchecked Sendable {
    private let condition = NSCondition()
    private var bytes: [UInt8] = []
    private var start = 0
    private var isClosed = false
    private let capacity: Int
    /// How much the next read takes at most: small pieces and large ones in turn.
    private var turn = 0
    private static let portions = [1, 7, 24, 4096, 100, 65536, 23, 25]

    init(capacity: Int = 256 << 10) { self.capacity = capacity }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        condition.lock()
        defer { condition.unlock() }
        while start == bytes.count, !isClosed { condition.wait() }
        guard start < bytes.count, !isClosed else { return 0 }
        turn += 1
        let portion = MemoryPipe.portions[turn % MemoryPipe.portions.count]
        let count = min(buffer.count, bytes.count - start, portion)
        bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + count])) }
        start += count
        if start == bytes.count {
            bytes.removeAll(keepingCapacity: true)
            start = 0
        }
        condition.broadcast()
        return count
    }

    func write(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, waiting: Bool) -> StreamSocket.Written
    {
        condition.lock()
        defer { condition.unlock() }
        while bytes.count - start >= capacity, waiting, !isClosed { condition.wait() }
        if isClosed { return .gone }
        let room = capacity - (bytes.count - start)
        if room <= 0 { return .full }
        let head = min(first.count, room)
        let tail = min(second.count, room - head)
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: first[..<head]))
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: second[..<tail]))
        condition.broadcast()
        return .bytes(head + tail)
    }

    func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }
}

/// The daemon's end: what it takes for a socket.
final class MemorySocket: ByteSocket {
    let toDevice = MemoryPipe()
    let toHost = MemoryPipe()

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int { toDevice.read(into: buffer) }

    func write(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, waiting: Bool) -> StreamSocket.Written
    {
        toHost.write(first, second, waiting: waiting)
    }

    func shutDown() {
        toDevice.close()
        toHost.close()
    }
}

/// The client's end: packets to and from the daemon of a built-in device, without a socket.
final class MemoryLink: PacketLink {
    private let socket = MemorySocket()
    private let queue = DispatchQueue(label: "memory link")

    static func connect(_ sim: SimulatedDevice, _ transport: MultiplexedTransport) async throws -> MemoryLink {
        let link = MemoryLink()
        sim.serve(link.socket)
        Thread { [socket = link.socket] in
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 16)
            defer { buffer.deallocate() }
            while true {
                let count = socket.toHost.read(into: buffer)
                guard count > 0 else { break }
                transport.received(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
            transport.lose(ADBError.lost(transport.serial))
        }.start()
        return link
    }

    func schedule(_ take: @escaping @Sendable () -> [WirePacket]) {
        queue.async { [socket] in
            while true {
                let packets = take()
                guard !packets.isEmpty else { return }
                let bytes = packets.flatMap(\.encoded)
                let isThrough = bytes.withUnsafeBytes { raw in
                    var rest = raw
                    while !rest.isEmpty {
                        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
                        guard case .bytes(let count) = socket.toDevice.write(rest, empty, waiting: true) else {
                            return false
                        }
                        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                    }
                    return true
                }
                guard isThrough else { return }
            }
        }
    }

    func close() { socket.shutDown() }

    /// As a cable that is pulled.
    func cut() { socket.shutDown() }
}
