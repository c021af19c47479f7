// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Glibc

/// Where a pulled file or link goes.
struct PullTarget: Sendable {
    /// The folder below the root, one name after another; every name was checked by `PullWriter.isSafe`.
    var folder: [String]
    var name: String
    /// Kind and permissions, as in `st_mode`.
    var mode: UInt32
    /// Seconds since 1970.
    var modified: Int64
}

/// Writes pulled files below one local folder, which nothing that a device says can lead out of: names hold no slash,
/// and every folder below the root is opened without following a link.
///
/// A file has a temporary name until it is complete; one that fails leaves nothing behind. Nothing is synced: a copy that
/// a power cut takes can be made again, and a sync for each of many small files would cost more than all the rest.
/// One job at a time touches it, on the blocking pool.
final class PullWriter: @unchecked Sendable {
    /// What came from the device for an item.
    enum Event: Sendable {
        case data(ArraySlice<UInt8>, packed: Compression?)
        case end(packed: Compression?)
        /// The device could not read it to the end.
        case failed
    }

    /// What a job came to.
    struct Outcome: Sendable {
        var failures: [(item: Int, error: DroidError)] = []
        var files = 0
        var bytes: Int64 = 0

        mutating func add(_ more: Outcome) {
            failures += more.failures
            files += more.files
            bytes += more.bytes
        }
    }

    private let root: String
    private let preserves: Bool
    private var rootDescriptor: Int32 = -1
    private var folder: (path: [String], descriptor: Int32)?
    private var decoders: [Compression: CompressionDecoder] = [:]
    private var open: (item: Int, descriptor: Int32, temporary: String, isDirect: Bool)?
    /// The item whose rest is passed over.
    private var refused = -1

    init(root: String, preserves: Bool) {
        self.root = root
        self.preserves = preserves
    }

    deinit {
        dropOpen()
        if let folder, !folder.path.isEmpty { Glibc.close(folder.descriptor) }
        if rootDescriptor >= 0 { Glibc.close(rootDescriptor) }
    }

    /// Whether a name that a device gave is one name within a folder.
    static func isSafe(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && !name.utf8.contains(0x2f) && !name.utf8.contains(0)
    }

    // MARK: Files

    /// Writes what came, in order.
    func apply(_ events: [(item: Int, event: Event)], _ targets: [PullTarget]) -> Outcome {
        var outcome = Outcome()
        var next = 0
        while next < events.count {
            let (item, event) = events[next]
            next += 1
            do {
                if case .failed = event {
                    dropOpen()
                } else if item != refused {
                    if event.isPlain {
                        // Pieces that follow each other are written in one go.
                        let first = next - 1
                        while next < events.count, events[next].item == item, events[next].event.isPlain { next += 1 }
                        try write(events[first..<next], item, targets[item], &outcome)
                    } else {
                        try apply(event, item, targets[item], &outcome)
                    }
                }
            } catch {
                dropOpen()
                refused = item
                outcome.failures.append(
                    (item, DroidError.wrapping(error, "file.write", "cannot write \(path(targets[item]))"))
                )
            }
        }
        return outcome
    }

    private func apply(_ event: Event, _ item: Int, _ target: PullTarget, _ outcome: inout Outcome) throws {
        if open?.item != item { try begin(item, target, packed: event.packed) }
        guard let file = open else { return }
        switch event {
        case .data(let bytes, let packed):
            guard let packed else { return }
            try decoders[packed]?.decode(bytes) {
                try write($0, file.descriptor, target)
                outcome.bytes += Int64($0.count)
            }
        case .end(let packed):
            if let packed { try decoders[packed]?.finish() }
            try finish(file, target)
            outcome.files += 1
        case .failed: break
        }
    }

    /// Writes pieces of one file that are not packed.
    private func write(
        _ events: ArraySlice<(item: Int, event: Event)>,
        _ item: Int,
        _ target: PullTarget,
        _ outcome: inout Outcome
    ) throws {
        if open?.item != item { try begin(item, target, packed: nil) }
        guard let file = open else { return }
        let pieces = events.compactMap { if case .data(let bytes, _) = $0.event { bytes } else { nil } }
        let most = 64
        for first in stride(from: 0, to: pieces.count, by: most) {
            let part = pieces[first..<min(first + most, pieces.count)]
            try withUnsafeTemporaryAllocation(of: iovec.self, capacity: most) { vectors in
                try write(part, vectors, 0, file.descriptor, target)
            }
            outcome.bytes += part.reduce(0) { $0 + Int64($1.count) }
        }
    }

    /// Fills the vectors piece by piece, each pinned while the next ones are, and writes them all.
    private func write(
        _ pieces: ArraySlice<ArraySlice<UInt8>>,
        _ vectors: UnsafeMutableBufferPointer<iovec>,
        _ used: Int,
        _ descriptor: Int32,
        _ target: PullTarget
    ) throws {
        if let piece = pieces.first {
            return try piece.withUnsafeBytes { bytes in
                if bytes.isEmpty { return try write(pieces.dropFirst(), vectors, used, descriptor, target) }
                vectors[used] = iovec(iov_base: .init(mutating: bytes.baseAddress), iov_len: bytes.count)
                try write(pieces.dropFirst(), vectors, used + 1, descriptor, target)
            }
        }
        var first = 0
        while first < used {
            var count = writev(descriptor, vectors.baseAddress?.advanced(by: first), Int32(used - first))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure(target, errno) }
            while first < used, count >= vectors[first].iov_len {
                count -= vectors[first].iov_len
                first += 1
            }
            if first < used {
                vectors[first].iov_base = vectors[first].iov_base?.advanced(by: count)
                vectors[first].iov_len -= count
            }
        }
    }

    private func begin(_ item: Int, _ target: PullTarget, packed: Compression?) throws {
        dropOpen()
        if let packed {
            let decoder = try decoders[packed] ?? CompressionDecoder(packed)
            try decoder.reset()
            decoders[packed] = decoder
        }
        let parent = try descriptor(of: target.folder)
        var status = stat()
        if fstatat(parent, target.name, &status, AT_SYMLINK_NOFOLLOW) == 0 {
            switch status.st_mode & S_IFMT {
            case S_IFREG, S_IFLNK: break
            case S_IFDIR: throw failure(target, EISDIR)
            default:
                // A pipe or a device, such as /dev/null: written as it is, if it is the user who named it.
                guard target.folder.isEmpty else { throw failure(target, EEXIST) }
                let descriptor = openat(parent, target.name, O_WRONLY | O_CLOEXEC)
                guard descriptor >= 0 else { throw failure(target, errno) }
                open = (item, descriptor, "", true)
                return
            }
        }
        let temporary = ".droidagent-\(getpid())-\(UInt64.random(in: 0 ... .max)).tmp"
        let descriptor = openat(parent, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(target, errno) }
        open = (item, descriptor, temporary, false)
    }

    private func write(_ bytes: UnsafeRawBufferPointer, _ descriptor: Int32, _ target: PullTarget) throws {
        var done = 0
        while done < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure(target, errno) }
            done += count
        }
    }

    private func finish(
        _ file: (item: Int, descriptor: Int32, temporary: String, isDirect: Bool),
        _ target: PullTarget
    ) throws {
        if !file.isDirect {
            if preserves {
                fchmod(file.descriptor, target.mode & 0o777)
                _ = PullWriter.withTimes(target.modified) { futimens(file.descriptor, $0) }
            }
            let parent = try descriptor(of: target.folder)
            guard renameat(parent, file.temporary, parent, target.name) == 0 else { throw failure(target, errno) }
        }
        Glibc.close(file.descriptor)
        open = nil
    }

    private func dropOpen() {
        guard let file = open else { return }
        Glibc.close(file.descriptor)
        if !file.isDirect, let folder { unlinkat(folder.descriptor, file.temporary, 0) }
        open = nil
    }

    // MARK: Folders and links

    /// Makes a folder and those above it.
    ///
    /// - Throws: `DroidError` with code `file.write`.
    func makeFolder(_ path: [String]) throws { _ = try descriptor(of: path) }

    /// Gives a folder its permissions and time; after everything in it was written.
    func finishFolder(_ path: [String], mode: UInt32, modified: Int64) {
        guard preserves, let descriptor = try? descriptor(of: path) else { return }
        fchmod(descriptor, mode & 0o777)
        _ = PullWriter.withTimes(modified) { futimens(descriptor, $0) }
    }

    /// Makes a link; a file or link that has its name gives way.
    ///
    /// - Throws: `DroidError` with code `file.write`.
    func makeLink(to place: String, _ target: PullTarget) throws {
        let parent = try descriptor(of: target.folder)
        var status = stat()
        if fstatat(parent, target.name, &status, AT_SYMLINK_NOFOLLOW) == 0 {
            guard status.st_mode & S_IFMT != S_IFDIR else { throw failure(target, EISDIR) }
            unlinkat(parent, target.name, 0)
        }
        guard symlinkat(place, parent, target.name) == 0 else { throw failure(target, errno) }
        if preserves {
            _ = PullWriter.withTimes(target.modified) { utimensat(parent, target.name, $0, AT_SYMLINK_NOFOLLOW) }
        }
    }

    /// The folder, made where it is missing. The descriptor is good until the next call.
    private func descriptor(of path: [String]) throws -> Int32 {
        if let folder, folder.path == path { return folder.descriptor }
        if rootDescriptor < 0 {
            try FileBytes.makeFolder(root.isEmpty ? "." : root)
            rootDescriptor = Glibc.open(root.isEmpty ? "." : root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard rootDescriptor >= 0 else { throw PullWriter.failure(root, errno) }
        }
        if let folder, !folder.path.isEmpty { Glibc.close(folder.descriptor) }
        folder = nil
        var current = rootDescriptor
        for (depth, name) in path.enumerated() {
            var next = openat(current, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            if next < 0, errno == ENOENT, mkdirat(current, name, 0o755) == 0 || errno == EEXIST {
                next = openat(current, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            }
            let error = errno
            if depth > 0 { Glibc.close(current) }
            // A link in a folder's place is refused as "not a directory": it may lead anywhere.
            guard next >= 0 else { throw PullWriter.failure(([root] + path[...depth]).joined(separator: "/"), error) }
            current = next
        }
        folder = (path, current)
        return current
    }

    // MARK: Words

    private func path(_ target: PullTarget) -> String {
        ((root.isEmpty ? [] : [root]) + target.folder + [target.name]).joined(separator: "/")
    }

    private func failure(_ target: PullTarget, _ code: Int32) -> DroidError { PullWriter.failure(path(target), code) }

    private static func failure(_ path: String, _ code: Int32) -> DroidError {
        DroidError("file.write", "cannot write \(path)", why: String(cString: strerror(code)))
    }

    private static func withTimes(_ seconds: Int64, _ body: (UnsafePointer<timespec>) -> Int32) -> Int32 {
        let time = timespec(tv_sec: Int(seconds), tv_nsec: 0)
        return withUnsafePointer(to: (time, time)) {
            $0.withMemoryRebound(to: timespec.self, capacity: 2) { body($0) }
        }
    }
}

extension PullWriter.Event {
    /// Whether it is bytes of a file as they are.
    fileprivate var isPlain: Bool {
        if case .data(_, nil) = self { true } else { false }
    }

    fileprivate var packed: Compression? {
        switch self {
        case .data(_, let packed), .end(let packed): packed
        case .failed: nil
        }
    }
}
