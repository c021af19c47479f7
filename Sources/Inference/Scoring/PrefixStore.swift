// SPDX-License-Identifier: Apache-2.0

import Base
import Dispatch
import Foundation

/// Keys and values of prefixes, kept in files from one run to the next: a block of 128 tokens each.
///
/// A block's name is the digest of everything that its content depends on: the model, its adapter, the form of keys and
/// values, and every token up to the block's end, chained from block to block. So a block that is found is the one that would be
/// computed, bit for bit. A file is written under a temporary name, synced and renamed, and carries the digest of its content;
/// one that is damaged, of another size or unreadable is a miss, and is removed. When the files outgrow the limit, those that
/// were used longest ago go first. Several processes may share a folder.
public final class PrefixStore: @unchecked Sendable {  // Sendable: all state is used under `lock`.
    /// Tokens in a block.
    static let block = 128
    private static let magic = Array("DKV1".utf8)
    /// To be raised when keys and values of the same tokens come out with other bits.
    private static let numerics = 2

    private let folder: String
    private let limit: Int
    private let lock = Lock()
    /// Where files are written, in order; nil when whoever saves waits for that.
    private let queue: DispatchQueue?
    /// Bytes in the folder as far as this process knows; nil before it has looked.
    private var size: Int?

    /// - Parameters:
    ///   - folder: where the files lie; it is made when first needed, readable for its owner only, since prompts are private.
    ///   - limit: the most bytes that they may take together.
    ///   - isWrittenLater: whether files are written beside whatever goes on; `finish` then waits for them.
    public init(
        folder: String = Locations.cache + "/prefixes",
        limit: Int = 256 << 20,
        isWrittenLater: Bool = false
    ) {
        self.folder = folder
        self.limit = limit
        queue = isWrittenLater ? DispatchQueue(label: "prefixes", qos: .utility) : nil
    }

    /// Returns when all blocks that were to be kept are on disk.
    public func finish() { queue?.sync {} }

    /// The names of the whole blocks of a prefix, in order.
    func keys(_ model: LanguageModel, _ keyValues: KeyValueFormat, _ tokens: [Int32]) -> [String] {
        let numerics =
            "\(PrefixStore.numerics) \(KeyValueFormat.numericsVersion) \(keyValues.rawValue) \(model.precision.rawValue)"
        let adapter = "\(model.adapterSHA256 ?? "-") \(model.adapterScale) \(model.adapterIsMerged)"
        var key = SHA256.hex("\(numerics) \(model.sha256) \(adapter)".utf8)
        return (0..<(tokens.count / PrefixStore.block)).map { index in
            var hash = SHA256()
            hash.update(key.utf8)
            let start = index * PrefixStore.block
            Array(tokens[start..<(start + PrefixStore.block)]).withUnsafeBytes { hash.update($0) }
            key = hash.finalHex()
            return key
        }
    }

    private func path(_ key: String) -> String { "\(folder)/\(key).kv" }

    /// Whether there is a file for a block.
    func has(_ key: String) -> Bool { access(path(key), R_OK) == 0 }

    /// Reads a block into its places.
    ///
    /// - Returns: false when there is none, or a damaged one; the places then hold anything.
    func load(_ key: String, into places: [UnsafeMutableRawBufferPointer]) -> Bool {
        let path = path(key)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        func fill(_ place: UnsafeMutableRawBufferPointer) -> Bool {
            var done = 0
            while done < place.count {
                let count = read(descriptor, place.baseAddress?.advanced(by: done), place.count - done)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
        let total = places.reduce(0) { $0 + $1.count }
        var header = [UInt8](repeating: 0, count: PrefixStore.magic.count + 64)
        var status = stat()
        var isWhole =
            fstat(descriptor, &status) == 0 && Int(status.st_size) == header.count + total
            && header.withUnsafeMutableBytes(fill) && header.starts(with: PrefixStore.magic)
        if isWhole {
            var hash = SHA256()
            hash.update(key.utf8)
            for place in places where isWhole {
                isWhole = fill(place)
                hash.update(UnsafeRawBufferPointer(place))
            }
            let digest = hash.finalHex()
            isWhole = isWhole && Array(digest.utf8) == Array(header.dropFirst(PrefixStore.magic.count))
        }
        if isWhole { utimes(path, nil) } else { unlink(path) }
        return isWhole
    }

    /// Keeps a block, unless it is there. A disk that is full or not writable is no error: the block is not kept then.
    func save(_ key: String, _ places: [UnsafeRawBufferPointer]) {
        let path = path(key)
        guard !FileManager.default.fileExists(atPath: path) else { return }
        let start = PrefixStore.magic.count + 64
        let count = start + places.reduce(0) { $0 + $1.count }
        guard count <= limit else { return }
        // The places change with the next request, so they are copied at once.
        var bytes = ContiguousArray<UInt8>(repeating: 0, count: start)
        bytes.reserveCapacity(count)
        for place in places { bytes.append(contentsOf: place) }
        let content = bytes
        if let queue {
            queue.async { self.write(content, key) }
        } else {
            write(content, key)
        }
    }

    /// Writes a block whose header is still to be filled in.
    private func write(_ content: ContiguousArray<UInt8>, _ key: String) {
        var bytes = content
        let header = PrefixStore.magic.count + 64
        var hash = SHA256()
        hash.update(key.utf8)
        bytes.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[header...])) }
        bytes.replaceSubrange(0..<header, with: PrefixStore.magic + hash.finalHex().utf8)
        let path = path(key)
        lock.held {
            guard (try? FileBytes.makeFolder(folder, mode: 0o700)) != nil,
                (try? FileBytes.write(bytes, to: path, mode: 0o600)) != nil
            else { return }
            if let known = size, known + bytes.count <= limit {
                size = known + bytes.count
            } else {
                size = evict()
            }
        }
    }

    /// Removes the files that were used longest ago until the rest takes nine tenths of the limit, where it is exceeded; gives the
    /// bytes that are left.
    private func evict() -> Int {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
            $0.hasSuffix(".kv")
        }
        var files: [(path: String, used: Double, size: Int)] = names.compactMap { name in
            var status = stat()
            guard stat("\(folder)/\(name)", &status) == 0 else { return nil }
            let used = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
            return ("\(folder)/\(name)", used, Int(status.st_size))
        }
        var total = files.reduce(0) { $0 + $1.size }
        guard total > limit else { return total }
        files.sort { ($0.used, $0.path) < ($1.used, $1.path) }
        for file in files where total > limit / 10 * 9 {
            unlink(file.path)
            total -= file.size
        }
        return total
    }
}
