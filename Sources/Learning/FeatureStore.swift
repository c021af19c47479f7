// SPDX-License-Identifier: Apache-2.0

import Base
import Benchmark
import Foundation
import Glibc

/// Features on disk, so that a second training computes none of them again.
///
/// One file for each way of making features (model, layers, prompt version): `DAFEAT01`, the number of columns, then
/// records of the decision's digest (32 bytes), the number of rows and the rows as IEEE half floats, all little-
/// endian.
/// It grows at the end only; a record that was cut off by a kill is dropped when the file is opened.
final class FeatureStore {
    private static let magic = Array("DAFEAT01".utf8)
    private static let head = 16
    private static let recordHead = 40

    let path: String
    let columns: Int
    private var places: [String: (offset: Int, rows: Int)] = [:]
    private var end: Int
    private let descriptor: Int32

    /// Opens a file, or starts it.
    ///
    /// - Throws: `DroidError` with code `features.format` when the file is something else, `features.busy`, `file.read`,
    ///   `file.write`.
    init(path: String, columns: Int) throws {
        self.path = path
        self.columns = columns
        try FileBytes.makeFolder((path as NSString).deletingLastPathComponent)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("file.write", path) }
        end = 0
        // Two that write would put their rows over each other's. The lock goes with the descriptor, also when the program is killed.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw DroidError(
                "features.busy",
                "\(path) is in use",
                why: "another training writes features of the same model and layers",
                next: "wait until it is done"
            )
        }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        do {
            if size < Self.head {
                guard ftruncate(descriptor, 0) == 0 else { throw Self.failure("file.write", path) }
                var bytes = Self.magic
                Self.append(UInt64(columns), to: &bytes)
                try write(bytes, at: 0)
                end = Self.head
            } else {
                try scan(size)
            }
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// The number of decisions in it.
    var count: Int { places.count }

    func contains(_ key: String) -> Bool { places[key] != nil }

    /// The rows of a decision, one after the other, or nil.
    func rows(_ key: String) throws -> [Float]? {
        guard let place = places[key] else { return nil }
        let bytes = try read(place.offset, place.rows * columns * 2)
        return bytes.withUnsafeBytes { raw in
            (0..<place.rows * columns).map { index in
                Float(
                    Float16(
                        bitPattern: UInt16(littleEndian: raw.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
                    )
                )
            }
        }
    }

    /// Adds a decision's rows.
    ///
    /// - Throws: `DroidError` with code `features.format` when a value is not finite or beyond what a half
    /// float holds.
    func add(_ key: String, rows: [[Float]]) throws {
        guard let digest = Self.bytes(key), !contains(key) else { return }
        var bytes = digest
        Self.append(UInt64(rows.count), to: &bytes)
        bytes.reserveCapacity(bytes.count + rows.count * columns * 2)
        for row in rows {
            guard row.count == columns else {
                throw DroidError("features.format", "a row has \(row.count) features where \(path) has \(columns)")
            }
            for value in row {
                let half = Float16(value)
                guard half.isFinite else {
                    throw DroidError(
                        "features.format",
                        "a feature is \(value), which a half float cannot hold",
                        next: "leave out the layer it comes from"
                    )
                }
                bytes.append(UInt8(truncatingIfNeeded: half.bitPattern))
                bytes.append(UInt8(truncatingIfNeeded: half.bitPattern >> 8))
            }
        }
        try write(bytes, at: end)
        places[key] = (end + Self.recordHead, rows.count)
        end += bytes.count
    }

    private func scan(_ size: Int) throws {
        let start = try read(0, Self.head)
        guard Array(start.prefix(8)) == Self.magic, Self.integer(start[8...]) == UInt64(columns) else {
            throw DroidError(
                "features.format",
                "\(path) holds no features of \(columns) columns",
                next: "delete it; it will be made again"
            )
        }
        end = Self.head
        while end + Self.recordHead <= size {
            let head = try read(end, Self.recordHead)
            let rows = Int(clamping: Self.integer(head[32...]))
            let (length, overflow) = rows.multipliedReportingOverflow(by: columns * 2)
            guard !overflow, length <= size - end - Self.recordHead else { break }
            places[head[..<32].hex] = (end + Self.recordHead, rows)
            end += Self.recordHead + length
        }
        guard ftruncate(descriptor, off_t(end)) == 0 else { throw Self.failure("file.write", path) }
    }

    private func read(_ offset: Int, _ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress?.advanced(by: done), count - done, off_t(offset + done))
            }
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else { throw Self.failure("file.read", path) }
            done += got
        }
        return bytes
    }

    private func write(_ bytes: [UInt8], at offset: Int) throws {
        var done = 0
        while done < bytes.count {
            let put = bytes.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
            }
            if put < 0 && errno == EINTR { continue }
            guard put > 0 else { throw Self.failure("file.write", path) }
            done += put
        }
    }

    private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func bytes(_ hex: String) -> [UInt8]? {
        let digits = Array(hex.utf8)
        guard digits.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16) ?? 0
        }
    }

    private static func failure(_ code: DroidError.Code, _ path: String) -> DroidError {
        DroidError(code, "the feature file \(path) cannot be used", why: String(cString: strerror(errno)))
    }
}
