// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base

/// What lies below a path of the device, found for a pull: many folders are asked for at a time.
struct RemoteTree: Sendable {
    enum Kind: Hashable, Sendable {
        case file
        case folder
    }

    struct File: Sendable {
        var remote: String
        var size: Int64
        var target: PullTarget
    }

    struct Link: Sendable {
        var remote: String
        var leadsTo: String
        var target: PullTarget
    }

    struct Folder: Sendable {
        var remote: String
        var path: [String]
        var mode: UInt32
        var modified: Int64
        var isEmpty: Bool
    }

    /// Folders that are asked for ahead.
    private static let window = 32
    /// More than this, and the device is making it up.
    private static let limit = 2_000_000
    private static let depth = 128

    private(set) var kind: Kind?
    var files: [File] = []
    private(set) var links: [Link] = []
    private(set) var folders: [Folder] = []
    private(set) var skipped: [String] = []
    private(set) var failures: [SyncFailure] = []

    /// Looks at a path and everything below it.
    ///
    /// - Throws: `DroidError`: `adb.lost`, `adb.timeout`, `adb.protocol`, `adb.toolarge`. A path that is not there is a
    ///   failure in what is returned.
    static func find(_ remote: String, on device: ADBDevice, followsLinks: Bool) async throws -> RemoteTree {
        var tree = RemoteTree()
        var status: SyncStat?
        do {
            status = try await device.stat(remote)
            // A device without stat_v2 tells of the link only; behind a slash it is followed.
            if status?.isLink == true, let folder = try await device.stat(remote + "/"), folder.isFolder {
                status = folder
            }
        } catch let error as DroidError where error.code == "adb.sync" {
            tree.failures.append(SyncFailure(path: remote, error: error))
            return tree
        }
        guard let status else {
            let error = ADBError.sync("cannot read \(remote) on the device", "No such file or directory")
            tree.failures.append(SyncFailure(path: remote, error: error))
            return tree
        }
        if status.isFolder {
            tree.kind = .folder
            let root = Folder(
                remote: remote,
                path: [],
                mode: status.mode,
                modified: status.modified,
                isEmpty: true
            )
            try await tree.walk([root], on: device, followsLinks: followsLinks)
        } else {
            // Whoever names a device or a pipe gets what can be read of it.
            tree.kind = .file
            let target = PullTarget(folder: [], name: "", mode: status.mode, modified: status.modified)
            tree.files.append(File(remote: remote, size: status.size, target: target))
        }
        return tree
    }

    private struct Found: Sendable {
        var folder: [String]
        var entry: SyncEntry
        var remote: String
        var target: PullTarget {
            PullTarget(folder: folder, name: entry.name, mode: entry.stat.mode, modified: entry.stat.modified)
        }
    }

    private mutating func walk(_ roots: [Folder], on device: ADBDevice, followsLinks: Bool) async throws {
        var roots = roots
        while !roots.isEmpty {
            var found: [Found] = []
            try await list(roots, on: device, &found)
            roots = []
            if !found.isEmpty {
                let targets = followsLinks ? nil : try await RemoteTree.linkTargets(found.map(\.remote), on: device)
                for (index, link) in found.enumerated() {
                    if let leadsTo = targets?[index] {
                        links.append(Link(remote: link.remote, leadsTo: leadsTo, target: link.target))
                    } else if let folder = try await follow(link, on: device) {
                        roots.append(folder)
                    }
                }
            }
        }
    }

    /// Lists folders and those below them over one stream; links are put aside.
    private mutating func list(_ roots: [Folder], on device: ADBDevice, _ aside: inout [Found]) async throws {
        var session = try await SyncSession(
            device,
            limit: .idle(ADBDevice.transferIdle),
            for: "the list of \(roots.first?.remote ?? "")"
        )
        var isClean = false
        defer { if isClean { session.end() } else { session.stream.drop() } }
        let isVersion2 = device.banner.has(.listV2)
        var (asked, answered) = (folders.count, folders.count)
        folders += roots
        while answered < folders.count {
            while asked < folders.count, asked - answered < RemoteTree.window {
                let path = folders[asked].remote
                try session.send(isVersion2 ? .list2(path) : .list(path), expecting: isVersion2 ? .list2 : .list)
                asked += 1
            }
            switch try await session.next() {
            case .entry(let file), .entry2(let file):
                let entry = SyncEntry(name: file.name, stat: SyncStat(file.status, isVersion2: isVersion2))
                try take(entry, of: answered, on: device, &aside)
            case .listEnd, .listEnd2: answered += 1
            case .fail(let words):
                fail(folders[answered].remote, ADBError.sync("cannot list \(folders[answered].remote)", words))
                answered += 1
            default: throw ADBError.nonsense(device.serial)
            }
        }
        isClean = true
    }

    private mutating func take(
        _ entry: SyncEntry,
        of index: Int,
        on device: ADBDevice,
        _ aside: inout [Found]
    ) throws {
        guard entry.name != ".", entry.name != ".." else { return }
        let folder = folders[index]
        let remote = LocalTree.join(folder.remote, entry.name)
        guard PullWriter.isSafe(entry.name) else {
            fail(
                remote,
                DroidError(
                    "adb.name",
                    "a file of \(folder.remote) is not pulled",
                    why: "the device calls it \"\(entry.name)\", which could lead out of the target folder"
                )
            )
            return
        }
        folders[index].isEmpty = false
        guard files.count + folders.count + aside.count < RemoteTree.limit else {
            throw DroidError(
                "adb.toolarge",
                "\(folders.first?.remote ?? "the folder") holds more than can be pulled at once",
                why: "more than \(RemoteTree.limit) files",
                next: "pull its folders one by one"
            )
        }
        do {
            try device.check(remote)
        } catch {
            fail(remote, DroidError.wrapping(error, "adb.usage", "cannot pull \(remote)"))
            return
        }
        let found = Found(folder: folder.path, entry: entry, remote: remote)
        if entry.stat.isFolder {
            add(folder: found)
        } else if entry.stat.isLink {
            aside.append(found)
        } else if entry.stat.isFile {
            files.append(File(remote: remote, size: entry.stat.size, target: found.target))
        } else {
            skipped.append(remote)
        }
    }

    private mutating func add(folder found: Found) {
        guard let folder = self.folder(found) else { return }
        folders.append(folder)
    }

    private mutating func folder(_ found: Found) -> Folder? {
        guard found.folder.count < RemoteTree.depth else {
            fail(
                found.remote,
                ADBError.usage("cannot pull \(found.remote)", why: "it lies too deep, or links run in a circle")
            )
            return nil
        }
        return Folder(
            remote: found.remote,
            path: found.folder + [found.entry.name],
            mode: found.entry.stat.mode,
            modified: found.entry.stat.modified,
            isEmpty: true
        )
    }

    private mutating func fail(_ path: String, _ error: DroidError) {
        failures.append(SyncFailure(path: path, error: error))
    }

    /// Adds what a link leads to.
    ///
    /// - Returns: the folder that it leads to, if it is one; that is still to be listed.
    private mutating func follow(_ link: Found, on device: ADBDevice) async throws -> Folder? {
        var found = link
        if let inside = try? await device.stat(link.remote + "/"), inside.isFolder {
            found.entry.stat = inside
            return folder(found)
        }
        if device.banner.has(.statV2) {
            guard let status = try? await device.stat(link.remote), status.isFile else {
                fail(link.remote, ADBError.sync("cannot follow the link \(link.remote)", "it leads nowhere"))
                return nil
            }
            found.entry.stat = status
        }
        files.append(File(remote: link.remote, size: found.entry.stat.size, target: found.target))
        return nil
    }

    /// Where links lead, by the device's shell: file transfer has no request for it. `nil` for one that it cannot tell.
    private static func linkTargets(_ paths: [String], on device: ADBDevice) async throws -> [String?] {
        var targets: [String?] = []
        var rest = paths[...]
        while !rest.isEmpty {
            var script = ""
            var count = 0
            while let next = rest.first, script.isEmpty || script.utf8.count + next.utf8.count < 2500 {
                script += "readlink -n \(ShellQuoting.quote(next)); printf '\\0';"
                count += 1
                rest = rest.dropFirst()
            }
            let output = (try? await device.shell(raw: script))?.stdout ?? []
            let parts = output.split(separator: 0, omittingEmptySubsequences: false)
            for index in 0..<count {
                let target = parts.count == count + 1 ? String(validating: parts[index], as: UTF8.self) : nil
                targets.append(target.flatMap { $0.isEmpty ? nil : $0 })
            }
        }
        return targets
    }
}
