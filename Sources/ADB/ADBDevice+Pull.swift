// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Glibc
import NIOCore

extension ADBDevice {
    /// The content of a file on the device, at most 256 MiB of it.
    ///
    /// - Throws: as `pull(_:limit:compression:)`.
    public func pull(_ path: String) async throws -> [UInt8] { try await pull(path, limit: 256 << 20) }

    /// The content of a file on the device.
    ///
    /// - Parameters:
    ///   - path: the path on the device.
    ///   - limit: how many bytes are believed; more is an error of code `adb.toolarge`.
    ///   - compression: whether the bytes are packed on their way.
    /// - Throws: `DroidError`: `adb.sync` with the device's words, `adb.timeout` (nothing moved for 30 s), `adb.lost`,
    ///   `adb.toolarge`, `adb.usage`.
    public func pull(
        _ path: String,
        limit: Int,
        compression: SyncCompression = .automatic
    ) async throws -> [UInt8] {
        var out: [UInt8] = []
        try await pull(path, compression: compression) { part in
            guard out.count + part.count <= limit else { throw ADBError.tooLarge(path, limit) }
            out.append(contentsOf: part)
        }
        return out
    }

    /// Hands the content of a file on the device to `body`, piece by piece, as it comes; the pieces are good only during
    /// the call.
    ///
    /// - Throws: as `pull(_:limit:compression:)`, or what `body` throws; the rest of the file is dropped then.
    public func pull(
        _ path: String,
        compression: SyncCompression = .automatic,
        each body: (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        try check(path)
        let packing = try Packing(compression, self)
        var decoder: CompressionDecoder?
        let puller = SyncPuller(device: self, items: [PullItem(remote: path, size: 0)], packing: packing)
        try await puller.run { _, arrival, packed in
            if decoder == nil, let packed { decoder = try CompressionDecoder(packed) }
            switch arrival {
            case .data(let part):
                if let decoder { try decoder.decode(part, body) } else { try part.withUnsafeBytes(body) }
            case .end: try decoder?.finish()
            case .refused(let error): throw error
            }
        }
    }

    /// Copies a file from the device into a local one, which appears only when it is complete. It is not synced to disk.
    ///
    /// - Parameters:
    ///   - path: the path on the device.
    ///   - toFile: the local path; its folder is made if need be.
    ///   - options: whether it is packed, and whether it keeps its permissions and time.
    ///   - progress: called now and then with the bytes received and the bytes in all.
    /// - Throws: as `pull(_:limit:compression:)`, and `file.write`; the local file is unchanged then.
    public func pull(
        _ path: String,
        toFile: String,
        options: SyncOptions = SyncOptions(),
        progress: (@Sendable (Int64, Int64) -> Void)? = nil
    ) async throws {
        try check(path)
        let needsStat = progress != nil || options.preserves
        let status = needsStat ? try await stat(path) : nil
        let packing = try Packing(options.compression, self)
        let place = LocalPlace(toFile)
        let target = PullTarget(
            folder: [],
            name: place.name,
            mode: status?.mode ?? 0o100644,
            modified: status?.modified ?? now()
        )
        let items = [PullItem(remote: path, size: status?.size ?? 0)]
        let writer = PullWriter(root: place.folder, preserves: options.preserves && status != nil)
        let failures = try await pull(
            items,
            [target],
            writer,
            packing,
            progress: progress.map { body in { body($0.bytes, $0.totalBytes) } }
        ).failures
        if let error = failures[0] { throw error }
    }

    /// Copies files and folders from the device as `adb pull` does: into `local` where that is a folder, under the name
    /// `local` otherwise. Links stay links where the device's shell tells where they lead (and are followed otherwise, and
    /// on request).
    ///
    /// What cannot be read or written is told in the summary, and everything else is copied. Names that would lead out of
    /// the target folder are refused.
    ///
    /// - Throws: `DroidError`: `adb.usage` (several sources and no folder to take them), `adb.timeout`, `adb.lost`,
    ///   `adb.protocol`.
    public func pull(
        _ remotes: [String],
        to local: String,
        options: SyncOptions = SyncOptions(),
        progress: (@Sendable (SyncProgress) -> Void)? = nil
    ) async throws -> SyncSummary {
        for remote in remotes { try check(remote) }
        let packing = try Packing(options.compression, self)
        let isFolder = LocalFact(local, followsLinks: true)?.isFolder ?? false
        guard remotes.count == 1 || isFolder else {
            throw ADBError.usage("\(local) is no folder", why: "several sources need one to go into")
        }
        var summary = SyncSummary()
        for remote in remotes {
            var found = try await RemoteTree.find(remote, on: self, followsLinks: options.followsLinks)
            summary.failures += found.failures
            summary.skipped += found.skipped
            guard let kind = found.kind else { continue }
            let name = RemotePath.name(remote)
            let goesInto = isFolder || kind == .file && local.hasSuffix("/")
            let place = goesInto && !name.isEmpty ? LocalTree.join(local, name) : local
            let root: String
            switch kind {
            case .file:
                let whole = LocalPlace(place)
                root = whole.folder
                found.files[0].target.name = whole.name
            case .folder: root = place
            }
            let writer = PullWriter(root: root, preserves: options.preserves)
            try await pull(found, writer, packing, &summary, progress: progress)
        }
        return summary
    }

    // MARK: Within

    private func pull(
        _ found: RemoteTree,
        _ writer: PullWriter,
        _ packing: Packing,
        _ summary: inout SyncSummary,
        progress: (@Sendable (SyncProgress) -> Void)?
    ) async throws {
        let items = found.files.map { PullItem(remote: $0.remote, size: $0.size) }
        let outcome = try await pull(items, found.files.map(\.target), writer, packing, progress: progress)
        for (index, file) in found.files.enumerated() {
            if let error = outcome.failures[index] {
                summary.failures.append(SyncFailure(path: file.remote, error: error))
            }
        }
        summary.files += outcome.files
        summary.bytes += outcome.bytes
        // Links last: nothing is written after them that could be led astray.
        let rest = try await Blocking.run {
            var rest = SyncSummary()
            func attempt(_ path: String, _ count: WritableKeyPath<SyncSummary, Int>, _ body: () throws -> Void) {
                do {
                    try body()
                    rest[keyPath: count] += 1
                } catch {
                    let error = DroidError.wrapping(error, "file.write", "cannot write \(path)")
                    rest.failures.append(SyncFailure(path: path, error: error))
                }
            }
            for folder in found.folders where folder.isEmpty {
                attempt(folder.remote, \.folders) { try writer.makeFolder(folder.path) }
            }
            for link in found.links {
                attempt(link.remote, \.links) { try writer.makeLink(to: link.leadsTo, link.target) }
            }
            // From the deepest up, since what is made in a folder changes its time.
            for folder in found.folders.sorted(by: { $0.path.count > $1.path.count }) {
                writer.finishFolder(folder.path, mode: folder.mode, modified: folder.modified)
            }
            return rest
        }.get()
        summary.folders += rest.folders
        summary.links += rest.links
        summary.failures += rest.failures
    }

    private func pull(
        _ items: [PullItem],
        _ targets: [PullTarget],
        _ writer: PullWriter,
        _ packing: Packing,
        progress: ((SyncProgress) -> Void)?
    ) async throws -> (failures: [Int: DroidError], files: Int, bytes: Int64) {
        guard !items.isEmpty else { return ([:], 0, 0) }
        var batches = PullBatches(writer, targets)
        var state = SyncProgress()
        state.totalFiles = items.count
        state.totalBytes = items.reduce(0) { $0 + $1.size }
        try await SyncPuller(device: self, items: items, packing: packing).run { item, arrival, packed in
            try await batches.add(item, arrival, packed)
            guard let progress else { return }
            if case .data(let part) = arrival { state.bytes += Int64(part.count) } else { state.files += 1 }
            // A packed file counts by what came; at its end, by what it is.
            state.bytes = min(state.bytes, state.totalBytes)
            progress(state)
        }
        try await batches.finish()
        return (batches.failures, batches.files, batches.written)
    }
}

/// A local path as folder and name. A link is followed, since whoever names one means what it leads to.
struct LocalPlace {
    let folder: String
    let name: String

    init(_ path: String) {
        var path = path
        if LocalFact(path, followsLinks: false)?.isLink == true, let resolved = realpath(path, nil) {
            path = String(cString: resolved)
            free(resolved)
        }
        let slash = path.lastIndex(of: "/")
        name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ""
    }
}
