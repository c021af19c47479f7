// SPDX-License-Identifier: Apache-2.0

import CZlib
import Glibc

/// Bytes that can be read at any place: a file of the host, or memory.
struct ByteSource {
    let size: Int
    private let fetch: (Int, Int) -> [UInt8]?

    init(_ bytes: [UInt8]) {
        size = bytes.count
        fetch = { start, count in Array(bytes[start..<start + count]) }
    }

    /// A file of the host; nil where it cannot be opened.
    init?(path: String) {
        guard let file = OpenFile(path) else { return nil }
        size = file.size
        fetch = { file.read($0, $1) }
    }

    /// Exactly these bytes; nil where they are not there.
    func read(_ start: Int, _ count: Int) -> [UInt8]? {
        guard start >= 0, count >= 0, start <= size, count <= size - start else { return nil }
        return count == 0 ? [] : fetch(start, count)
    }

    private final class OpenFile {
        let descriptor: Int32
        let size: Int

        init?(_ path: String) {
            descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
            var facts = Glibc.stat()
            guard descriptor >= 0, fstat(descriptor, &facts) == 0 else { return nil }
            size = Int(facts.st_size)
        }

        deinit { if descriptor >= 0 { close(descriptor) } }

        func read(_ start: Int, _ count: Int) -> [UInt8]? {
            var done = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                while done < count {
                    let got = pread(descriptor, buffer.baseAddress.map { $0 + done }, count - done, start + done)
                    if got < 0 && errno == EINTR { continue }
                    guard got > 0 else { break }
                    done += got
                }
                filled = done
            }
            return done == count ? bytes : nil
        }
    }
}

/// Why a file is no ZIP archive, or an entry of it cannot be read.
struct ZipFailure: Error { var reason: String }

/// A ZIP archive, read through its central directory. It holds the directory, and of the entries only what is asked for.
struct ZipArchive {
    struct Entry {
        var name: String
        fileprivate var method: UInt16
        fileprivate var packed: Int
        /// Bytes once it is unpacked.
        var size: Int
        fileprivate var offset: Int
        fileprivate var check: UInt32
    }

    /// Bytes that a directory may have.
    private static let directoryLimit = 32 << 20

    private let source: ByteSource
    let entries: [String: Entry]

    init(_ source: ByteSource) throws(ZipFailure) {
        self.source = source
        // The end record is the last thing in the file, but for a comment of at most 65535 bytes.
        let window = min(source.size, 22 + 65_535)
        guard window >= 22, let tail = source.read(source.size - window, window) else {
            throw ZipFailure(reason: "it is too short for an archive")
        }
        let bytes = LittleBytes(tail)
        guard
            let end = stride(from: window - 22, through: 0, by: -1).first(where: {
                bytes.u32($0) == 0x0605_4b50 && $0 + 22 + Int(bytes.u16($0 + 20) ?? 0) <= window
            }), let count = bytes.u16(end + 10), let size = bytes.u32(end + 12), let start = bytes.u32(end + 16)
        else { throw ZipFailure(reason: "it has no end of central directory") }
        guard size <= Self.directoryLimit, let directory = source.read(Int(start), Int(size)) else {
            throw ZipFailure(reason: "its central directory lies outside of the file")
        }
        entries = try Self.parse(LittleBytes(directory), Int(count))
    }

    private static func parse(_ bytes: LittleBytes, _ count: Int) throws(ZipFailure) -> [String: Entry] {
        var entries: [String: Entry] = [:]
        var at = 0
        for _ in 0..<count {
            guard bytes.u32(at) == 0x0201_4b50, let method = bytes.u16(at + 10), let check = bytes.u32(at + 16),
                let packed = bytes.u32(at + 20), let size = bytes.u32(at + 24), let nameLength = bytes.u16(at + 28),
                let extra = bytes.u16(at + 30), let comment = bytes.u16(at + 32), let offset = bytes.u32(at + 42),
                let name = bytes.slice(at + 46, Int(nameLength))
            else { throw ZipFailure(reason: "its central directory is broken") }
            let entry = Entry(
                name: String(decoding: name, as: UTF8.self),
                method: method,
                packed: Int(packed),
                size: Int(size),
                offset: Int(offset),
                check: check
            )
            // The first of a name counts, as on Android.
            if entries[entry.name] == nil { entries[entry.name] = entry }
            at += 46 + Int(nameLength) + Int(extra) + Int(comment)
        }
        return entries
    }

    /// An entry's content.
    ///
    /// - Parameter limit: how many bytes are taken; a longer entry is an error.
    func read(_ name: String, limit: Int) throws(ZipFailure) -> [UInt8] {
        guard let entry = entries[name] else { throw ZipFailure(reason: "it has no \(name)") }
        guard entry.size <= limit, entry.packed <= limit else {
            throw ZipFailure(reason: "\(name) has \(entry.size) bytes")
        }
        guard let head = source.read(entry.offset, 30).map(LittleBytes.init), head.u32(0) == 0x0403_4b50,
            let nameLength = head.u16(26), let extra = head.u16(28),
            let packed = source.read(entry.offset + 30 + Int(nameLength) + Int(extra), entry.packed)
        else { throw ZipFailure(reason: "\(name) lies outside of the file") }
        let content: [UInt8]
        switch entry.method {
        case 0: content = packed
        case 8: content = try Self.inflate(packed, entry.size, name)
        default: throw ZipFailure(reason: "\(name) is packed by method \(entry.method)")
        }
        let sum = content.withUnsafeBufferPointer { crc32(0, $0.baseAddress, uInt($0.count)) }
        guard content.count == entry.size, content.isEmpty || UInt32(truncatingIfNeeded: sum) == entry.check else {
            throw ZipFailure(reason: "\(name) is damaged")
        }
        return content
    }

    private static func inflate(_ packed: [UInt8], _ size: Int, _ name: String) throws(ZipFailure) -> [UInt8] {
        var stream = z_stream()
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw ZipFailure(reason: "\(name) cannot be unpacked")
        }
        defer { inflateEnd(&stream) }
        var input = packed
        var code = Z_OK
        let output = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
            input.withUnsafeMutableBufferPointer { raw in
                stream.next_in = raw.baseAddress
                stream.avail_in = uInt(raw.count)
                stream.next_out = buffer.baseAddress
                // One byte more than there should be shows an entry that is longer than it says.
                stream.avail_out = uInt(size + 1)
                code = CZlib.inflate(&stream, Z_FINISH)
            }
            count = size + 1 - Int(stream.avail_out)
        }
        guard code == Z_STREAM_END else { throw ZipFailure(reason: "\(name) is damaged") }
        return output
    }
}

/// Little-endian numbers at any place, nil where the bytes are not there.
struct LittleBytes {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var count: Int { bytes.count }

    func u8(_ at: Int) -> UInt8? { at >= 0 && at < bytes.count ? bytes[at] : nil }

    func u16(_ at: Int) -> UInt16? {
        guard at >= 0, at <= bytes.count - 2 else { return nil }
        return UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8
    }

    func u32(_ at: Int) -> UInt32? {
        guard at >= 0, at <= bytes.count - 4 else { return nil }
        return bytes.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: UInt32.self)) }
    }

    func slice(_ at: Int, _ count: Int) -> ArraySlice<UInt8>? {
        guard at >= 0, count >= 0, at <= bytes.count, count <= bytes.count - at else { return nil }
        return bytes[at..<at + count]
    }
}
