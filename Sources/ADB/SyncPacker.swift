// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Glibc
import Synchronization

/// A file or link on its way to the device.
struct PushItem: Sendable {
    enum Content: Sendable {
        /// The local file `source`, with its permissions and time.
        case file
        /// Bytes in memory, with a whole `st_mode` and seconds since 1970.
        case bytes([UInt8], mode: UInt32, modified: Int64)
    }

    /// Where on the device.
    var remote: String
    /// What it is called in messages; the path of a file.
    var source: String
    var content: Content
    /// Bytes of a file's content, as far as is known.
    var size: Int64

    var isLink: Bool {
        if case .bytes(_, let mode, _) = content { return mode & UInt32(S_IFMT) == UInt32(S_IFLNK) }
        return false
    }
}

/// Makes the blocks that are written to the device: requests and data of one file after another, many small ones or a
/// part of a large one in a block that fills the largest packet.
///
/// Files are read straight into the block. One job at a time touches it, on the blocking pool; only `abandon` may be
/// called from elsewhere.
final class SyncPacker: @unchecked Sendable {
    struct Block: Sendable {
        var bytes: [UInt8] = []
        /// Items that begin in this block, in order: each will be answered.
        var begun: [Int] = []
        /// Items that could not be opened: nothing of them was sent.
        var failed: [(item: Int, error: DroidError)] = []
        /// An item that could not be read to its end. What was sent of it must not stand as a file: the stream has to be
        /// given up, and a new one begins behind it.
        var broken: (item: Int, error: DroidError)?
        /// Bytes of content in this block, before packing.
        var content: Int64 = 0
        var isLast = false
    }

    /// Sixteen messages with their heads.
    static let blockSize = WireLimit.maxPayload
    private static let messageSize = blockSize / 16
    private static let head = 8
    /// Files below this are not packed when it is ours to choose.
    private static let smallest = 512

    private enum Source {
        case file(SourceFile)
        case bytes(ArraySlice<UInt8>)
    }

    private struct Current {
        var item: Int
        var source: Source
        var modified: Int64
        var encoder: CompressionEncoder?
    }

    private let items: [PushItem]
    private let isVersion2: Bool
    private let packing: Packing
    private let isDryRun: Bool
    private var next: Int
    private var current: Current?
    /// Packed bytes that did not fit the block before.
    private var carried: [UInt8] = []
    private var encoders: [Compression: CompressionEncoder] = [:]
    private let abandoned = Atomic<Int>(-1)

    init(_ items: [PushItem], from first: Int, isVersion2: Bool, packing: Packing, isDryRun: Bool) {
        self.items = items
        self.isVersion2 = isVersion2
        self.packing = isVersion2 ? packing : .none
        self.isDryRun = isDryRun
        next = first
    }

    /// The device does not want this item: if it is the one that is being read, its rest is left out.
    func abandon(_ item: Int) { abandoned.store(item, ordering: .relaxed) }

    /// The next block.
    func nextBlock() -> Block {
        var block = Block()
        let room = capacity()
        block.bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            var target = BlockWriter(UnsafeMutableRawBufferPointer(buffer))
            fill(&target, &block)
            count = target.count
        }
        return block
    }

    /// As much as the rest can need, and a full packet at most.
    private func capacity() -> Int {
        var sum = carried.count + (current == nil ? 0 : SyncPacker.blockSize)
        for item in items[next...].prefix(64) where sum < SyncPacker.blockSize {
            if case .bytes(let bytes, _, _) = item.content { sum += bytes.count } else { sum += Int(item.size) }
            sum += WireLimit.syncPath + 64
        }
        sum += items.count - next > 64 ? SyncPacker.blockSize : 0
        return min(sum + 4 * SyncPacker.head, SyncPacker.blockSize)
    }

    private func fill(_ target: inout BlockWriter, _ block: inout Block) {
        target.append(carried[...])
        carried = []
        while true {
            guard let file = current else {
                guard next < items.count else {
                    block.isLast = true
                    return
                }
                guard target.room >= WireLimit.syncPath + 64 else { return }
                begin(&target, &block)
                continue
            }
            do {
                guard try advance(file, &target, &block) else { return }
            } catch {
                current = nil
                let error = DroidError.wrapping(error, "file.read", "cannot read \(items[file.item].source)")
                block.broken = (file.item, error)
                return
            }
        }
    }

    // MARK: A file

    private func begin(_ target: inout BlockWriter, _ block: inout Block) {
        let index = next
        let item = items[index]
        next += 1
        do {
            let source: Source
            let (mode, modified): (UInt32, Int64)
            switch item.content {
            case .bytes(let bytes, let ownMode, let time):
                (source, mode, modified) = (.bytes(bytes[...]), ownMode, time)
            case .file:
                let file = try SourceFile(item.source)
                (source, mode, modified) = (.file(file), UInt32(S_IFREG) | file.mode, file.modified)
            }
            let encoder = item.isLink ? nil : try encoder(for: source)
            let flags = SyncFlags(compression: encoder?.kind, isDryRun: isDryRun)
            var request: [UInt8] = []
            if isVersion2 {
                SyncRequest.send2(item.remote, mode: mode, flags: flags.rawValue).encode(into: &request)
            } else {
                SyncRequest.send(item.remote, mode: mode).encode(into: &request)
            }
            target.append(request[...])
            block.begun.append(index)
            current = Current(item: index, source: source, modified: modified, encoder: encoder)
        } catch {
            block.failed.append((index, DroidError.wrapping(error, "file.read", "cannot read \(item.source)")))
        }
    }

    /// Adds what fits of the current file.
    ///
    /// - Returns: false when the block is full.
    private func advance(_ file: Current, _ target: inout BlockWriter, _ block: inout Block) throws -> Bool {
        if abandoned.load(ordering: .relaxed) == file.item { return end(file, &target) }
        if let encoder = file.encoder { return try pack(file, encoder, &target, &block) }
        // A message of a few bytes at the end of a block would cost more than the room is worth.
        guard target.room >= 4096 || target.isEmpty || target.room >= rest(file) + 2 * SyncPacker.head else {
            return false
        }
        let room = min(SyncPacker.messageSize, target.room - SyncPacker.head) - SyncPacker.head
        guard room > 0 else { return false }
        let count = try target.appendMessage(upTo: room) { try read(file, into: $0) }
        block.content += Int64(count)
        return count > 0 ? true : end(file, &target)
    }

    private func pack(
        _ file: Current,
        _ encoder: CompressionEncoder,
        _ target: inout BlockWriter,
        _ block: inout Block
    ) throws -> Bool {
        guard target.room >= 2 * SyncPacker.messageSize, carried.isEmpty else { return false }
        let part = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 64)
        defer { part.deallocate() }
        let count = try read(file, into: part)
        block.content += Int64(count)
        func emit(_ bytes: UnsafeRawBufferPointer) {
            if carried.isEmpty, target.room >= bytes.count + 2 * SyncPacker.head {
                target.appendMessage(bytes)
            } else {
                SyncRequest.data(ArraySlice(bytes)).encode(into: &carried)
            }
        }
        if count > 0 {
            try encoder.encode(UnsafeRawBufferPointer(rebasing: part[..<count]), emit)
            return true
        }
        try encoder.finish(emit)
        return end(file, &target)
    }

    private func end(_ file: Current, _ target: inout BlockWriter) -> Bool {
        let done = SyncRequest.done(modified: UInt32(clamping: file.modified)).encoded
        if !carried.isEmpty || target.room < done.count { carried += done } else { target.append(done[...]) }
        if let encoder = file.encoder { encoders[encoder.kind] = encoder }
        current = nil
        return carried.isEmpty
    }

    private func rest(_ file: Current) -> Int {
        if case .bytes(let bytes) = file.source { return bytes.count }
        return Int(clamping: items[file.item].size)
    }

    private func read(_ file: Current, into target: UnsafeMutableRawBufferPointer) throws -> Int {
        switch file.source {
        case .file(let source): return try source.read(into: target)
        case .bytes(let rest):
            let part = rest.prefix(target.count)
            part.withUnsafeBytes { target.copyMemory(from: $0) }
            current?.source = .bytes(rest.dropFirst(part.count))
            return part.count
        }
    }

    // MARK: Packing

    private func encoder(for source: Source) throws -> CompressionEncoder? {
        switch packing {
        case .none: return nil
        case .always(let kind): return try encoder(kind)
        case .ifItPays(let kind):
            let encoder = try encoder(kind)
            if try pays(source, encoder) {
                try encoder.reset()
                return encoder
            }
            encoders[kind] = encoder
            return nil
        }
    }

    private func encoder(_ kind: Compression) throws -> CompressionEncoder {
        let encoder = try encoders.removeValue(forKey: kind) ?? CompressionEncoder(kind)
        try encoder.reset()
        return encoder
    }

    /// Whether the first 64 KiB of a file get smaller by a tenth at least.
    private func pays(_ source: Source, _ encoder: CompressionEncoder) throws -> Bool {
        let part = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)
        defer { part.deallocate() }
        let count: Int
        switch source {
        case .bytes(let bytes):
            count = min(bytes.count, part.count)
            bytes.prefix(count).withUnsafeBytes { part.copyMemory(from: $0) }
        case .file(let file):
            guard file.size >= SyncPacker.smallest else { return false }
            count = try file.read(into: part)
            file.rewind()
        }
        guard count >= SyncPacker.smallest else { return false }
        var packed = 0
        try encoder.encode(UnsafeRawBufferPointer(rebasing: part[..<count])) { packed += $0.count }
        try encoder.finish { packed += $0.count }
        return packed <= count - count / 10
    }
}

/// Fills a block of memory from its beginning.
private struct BlockWriter {
    private let memory: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ memory: UnsafeMutableRawBufferPointer) { self.memory = memory }

    var room: Int { memory.count - count }
    var isEmpty: Bool { count == 0 }

    /// The caller has made sure that there is room.
    mutating func append(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: $0) }
        count += bytes.count
    }

    mutating func appendMessage(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: memory[(count + 8)...]).copyMemory(from: bytes)
        writeHead(bytes.count)
    }

    /// Adds a message whose bytes `read` writes in place; nothing where it writes none.
    mutating func appendMessage(
        upTo limit: Int,
        _ read: (UnsafeMutableRawBufferPointer) throws -> Int
    ) rethrows -> Int {
        let start = count + 8
        let got = try read(UnsafeMutableRawBufferPointer(rebasing: memory[start..<(start + limit)]))
        if got > 0 { writeHead(got) }
        return got
    }

    private mutating func writeHead(_ size: Int) {
        memory.storeBytes(of: SyncResponse.dataHead.littleEndian, toByteOffset: count, as: UInt32.self)
        memory.storeBytes(of: UInt32(size).littleEndian, toByteOffset: count + 4, as: UInt32.self)
        count += 8 + size
    }
}
