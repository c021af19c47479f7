// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Glibc

extension ADBDevice {
    /// Writes a file on the device, as `push(_:to:mode:modified:compression:)` does with `.automatic`.
    public func push(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o644, modified: Int64? = nil) async throws {
        try await push(bytes, to: path, mode: mode, modified: modified, compression: .automatic)
    }

    /// Writes a file on the device; folders above it are made.
    ///
    /// After an error the file may be there in part, or not at all.
    ///
    /// - Parameters:
    ///   - bytes: the content.
    ///   - path: where on the device.
    ///   - mode: permissions.
    ///   - modified: time of change in seconds since 1970; now where it is `nil`.
    ///   - compression: whether the bytes are packed on their way.
    /// - Throws: `DroidError`: `adb.sync` with the device's words, `adb.timeout` (nothing moved for 30 s), `adb.lost`,
    ///   `adb.usage`.
    public func push(
        _ bytes: [UInt8],
        to path: String,
        mode: UInt32 = 0o644,
        modified: Int64? = nil,
        compression: SyncCompression
    ) async throws {
        let content = PushItem.Content.bytes(bytes, mode: 0o100000 | mode & 0o7777, modified: modified ?? now())
        let item = PushItem(remote: path, source: path, content: content, size: Int64(bytes.count))
        try await push(item, SyncOptions(compression: compression), progress: nil)
    }

    /// Writes a local file to the device, with its permissions and time of change.
    ///
    /// - Parameters:
    ///   - file: the local path.
    ///   - path: where on the device.
    ///   - options: whether it is packed, and whether the device only takes it and drops it.
    ///   - progress: called now and then with the bytes sent and the bytes in all.
    /// - Throws: as `push(_:to:mode:modified:compression:)`, and `file.read`.
    public func push(
        file: String,
        to path: String,
        options: SyncOptions = SyncOptions(),
        progress: (@Sendable (Int64, Int64) -> Void)? = nil
    ) async throws {
        guard let fact = LocalFact(file, followsLinks: true) else { throw SourceFile.failure(file) }
        guard fact.isFile else { throw SourceFile.notPlain(file) }
        let item = PushItem(remote: path, source: file, content: .file, size: fact.size)
        try await push(item, options, progress: progress.map { body in { body($0.bytes, $0.totalBytes) } })
    }

    /// Copies local files and folders to the device as `adb push` does: into `remote` where that is a folder on the
    /// device, under the name `remote` otherwise. Files keep permissions and time; links below a folder stay links.
    ///
    /// What cannot be read or stored is told in the summary, and everything else is copied.
    ///
    /// - Throws: `DroidError`: `adb.usage` (several sources and no folder to take them, a device that does not know the
    ///   compression), `adb.timeout`, `adb.lost`, `adb.protocol`.
    public func push(
        _ locals: [String],
        to remote: String,
        options: SyncOptions = SyncOptions(),
        progress: (@Sendable (SyncProgress) -> Void)? = nil
    ) async throws -> SyncSummary {
        try check(remote)
        let packing = try packing(for: options)
        var there = try await stat(remote)
        if there == nil, remote.hasSuffix("/") { there = try await stat(String(remote.dropLast())) }
        var isFolder = there?.isFolder ?? false
        // A device without stat_v2 tells of the link only; behind a slash it is followed.
        if there?.isLink == true { isFolder = try await stat(remote + "/")?.isFolder ?? false }
        if !isFolder {
            guard locals.count == 1 else {
                throw ADBError.usage("\(remote) is no folder on the device", why: "several sources need one to go into")
            }
            guard there == nil || !remote.hasSuffix("/") else {
                throw ADBError.usage("\(remote) is no folder on the device", why: "a file has this name")
            }
        }
        var tree = LocalTree()
        var missing: [SyncFailure] = []
        for local in locals {
            guard let fact = LocalFact(local, followsLinks: true) else {
                missing.append(SyncFailure(path: local, error: SourceFile.failure(local)))
                continue
            }
            let name = RemotePath.name(local)
            let goesInto = isFolder || !fact.isFolder && remote.hasSuffix("/")
            let target = goesInto && !name.isEmpty ? LocalTree.join(remote, name) : remote
            if fact.isFolder { tree.add(folder: local, as: target) } else { tree.add(local, fact, as: target) }
        }
        var summary = SyncSummary()
        summary.skipped = tree.skipped
        summary.failures = missing + tree.failures
        let items = tree.items.filter { item in
            do {
                try check(item.remote)
                return true
            } catch {
                let error = DroidError.wrapping(error, "adb.usage", "cannot push \(item.source)")
                summary.failures.append(SyncFailure(path: item.source, error: error))
                return false
            }
        }
        var pusher = SyncPusher(self, items, packing, isDryRun: options.isDryRun)
        pusher.progress = progress
        try await pusher.run()
        for (index, item) in items.enumerated() {
            if let error = pusher.failures[index] {
                summary.failures.append(SyncFailure(path: item.source, error: error))
            } else if item.isLink {
                summary.links += 1
            } else {
                summary.files += 1
                summary.bytes += item.size
            }
        }
        if !options.isDryRun { try await makeFolders(tree.emptyFolders, &summary) }
        return summary
    }

    // MARK: Within

    /// Sends one file, and throws what became of it.
    private func push(
        _ item: PushItem,
        _ options: SyncOptions,
        progress: ((SyncProgress) -> Void)?
    ) async throws {
        try check(item.remote)
        var pusher = SyncPusher(self, [item], try packing(for: options), isDryRun: options.isDryRun)
        pusher.progress = progress
        try await pusher.run()
        if let error = pusher.failures[0] { throw error }
    }

    func packing(for options: SyncOptions) throws -> Packing {
        if options.isDryRun, !banner.has(.sendReceiveV2DryRun) {
            throw DroidError(
                "adb.usage",
                "the device \(serial) knows no dry run",
                why: "it does not offer sendrecv_v2_dry_run_send",
                next: "push to /dev/null instead"
            )
        }
        return try Packing(options.compression, self)
    }

    /// Makes folders that nothing was pushed into, by the shell: file transfer has no request for it.
    private func makeFolders(_ paths: [String], _ summary: inout SyncSummary) async throws {
        var rest = paths[...]
        while !rest.isEmpty {
            var batch: [String] = []
            var size = 0
            while let next = rest.first, batch.isEmpty || size + next.utf8.count < 2000 {
                size += 4 * next.utf8.count + 3
                batch.append(next)
                rest = rest.dropFirst()
            }
            let result = try await shell(["mkdir", "-p", "--"] + batch)
            if result.exitCode == 0 || result.exitCode == nil && result.stdout.isEmpty {
                summary.folders += batch.count
            } else {
                let words =
                    (result.errorText + result.text).split(separator: "\n").first.map(String.init) ?? "mkdir failed"
                for path in batch {
                    let error = ADBError.sync("cannot make the folder \(path) on the device", words)
                    summary.failures.append(SyncFailure(path: path, error: error))
                }
            }
        }
    }
}

/// Names in paths, by text alone.
enum RemotePath {
    /// The last name; empty for `/`, `.` and `..`, and for what ends in them.
    static func name(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        return name == "." || name == ".." ? "" : name
    }
}
