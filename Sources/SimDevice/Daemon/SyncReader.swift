// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Glibc

/// A file of the device on its way to the host, as `DATA` messages in large blocks.
///
/// One job at a time touches it, on the service's task or on the blocking pool.
final class SyncReader: @unchecked Sendable {
    /// What one step gave.
    struct Block: Sendable {
        /// Whole `DATA` messages.
        var bytes: [UInt8]
        var isLast: Bool
        /// The `errno` of a failed read; the file ends with it.
        var failure: Int32 = 0
    }

    /// Sixteen messages with their heads fill the largest packet exactly.
    static let blockSize = WireLimit.maxPayload
    private static let messageSize = blockSize / 16
    private static let head = 8

    private let descriptor: Int32
    /// What packs the file, where the host wants that.
    var encoder: CompressionEncoder?
    /// The file's size when it was opened; 0 for what has none.
    let size: Int

    /// Takes over an open file; without one it reads nothing.
    init(_ descriptor: Int32?) {
        guard let descriptor else {
            (self.descriptor, size) = (-1, 0)
            return
        }
        self.descriptor = descriptor
        var status = stat()
        size = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : Int.max
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// The next block.
    func next() -> Block { encoder.map(packed) ?? plain() }

    /// Reads straight into the messages, so that the bytes are copied once, by the kernel.
    private func plain() -> Block {
        // One byte more than the file has: the read that finds nothing there tells that this was all.
        let room = size < Self.blockSize - 64 ? max(64, size + 2 * Self.head + 1) : Self.blockSize
        var block = Block(bytes: [], isLast: false)
        block.bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            guard let base = buffer.baseAddress.map({ UnsafeMutableRawPointer($0) }) else { return }
            while count + Self.head < room {
                let wanted = min(Self.messageSize, room - count) - Self.head
                let got = read(base + count + Self.head, wanted, &block.failure)
                if got == 0 {
                    block.isLast = true
                    return
                }
                Self.writeHead(base + count, got)
                count += Self.head + got
            }
        }
        return block
    }

    /// Reads and packs, up to a block of packed bytes or sixteen of the file's.
    private func packed(_ encoder: CompressionEncoder) -> Block {
        var block = Block(bytes: [], isLast: false)
        block.bytes.reserveCapacity(256 << 10)
        let part = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
        defer { part.deallocate() }
        guard let base = part.baseAddress else { return block }
        func emit(_ bytes: UnsafeRawBufferPointer) {
            withUnsafeTemporaryAllocation(byteCount: Self.head, alignment: 8) { head in
                if let start = head.baseAddress { Self.writeHead(start, bytes.count) }
                block.bytes.append(contentsOf: head)
            }
            block.bytes.append(contentsOf: bytes)
        }
        do {
            for _ in 0..<64 where block.bytes.count < Self.blockSize - 2 * Self.messageSize {
                let got = read(base, part.count, &block.failure)
                if got == 0 {
                    if block.failure == 0 { try encoder.finish(emit) }
                    block.isLast = true
                    break
                }
                try encoder.encode(UnsafeRawBufferPointer(start: base, count: got), emit)
            }
        } catch {
            block.failure = ENOMEM
            block.isLast = true
        }
        return block
    }

    private func read(_ target: UnsafeMutableRawPointer, _ count: Int, _ failure: inout Int32) -> Int {
        guard descriptor >= 0 else { return 0 }
        var got = 0
        repeat { got = Glibc.read(descriptor, target, count) } while got < 0 && errno == EINTR
        if got < 0 { failure = errno }
        return max(0, got)
    }

    private static func writeHead(_ target: UnsafeMutableRawPointer, _ count: Int) {
        target.storeBytes(of: SyncResponse.dataHead.littleEndian, as: UInt32.self)
        target.storeBytes(of: UInt32(count).littleEndian, toByteOffset: 4, as: UInt32.self)
    }
}
