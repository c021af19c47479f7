// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Glibc

/// A SQLite file of the device, opened when it is first used.
///
/// Tools and tests replace such files behind an app's back (they push a changed copy), and snapshots exchange them.
/// So before each use the file under the name is compared with the one that is open, and opened anew where it is
/// another. The file is made with `create` where it is missing or empty.
final class DeviceDatabase {
    let path: String
    private let files: DeviceFiles
    private let create: (Database) throws -> Void
    private var queue: DatabaseQueue?
    private var host: String?
    private var identity: (device: UInt64, inode: UInt64)?

    init(files: DeviceFiles, path: String, create: @escaping (Database) throws -> Void) {
        self.files = files
        self.path = path
        self.create = create
    }

    /// Runs SQL that only reads.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value { try open().read(body) }

    /// Runs SQL in a transaction, rolled back when `body` throws.
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        defer { if let host { files.stamp(host) } }
        return try open().write(body)
    }

    /// Closes the file; the next use opens it again.
    func close() {
        try? queue?.close()
        queue = nil
        identity = nil
    }

    private func open() throws -> DatabaseQueue {
        if let queue, let identity, let now = try? files.stat(path),
            now.inode == identity.inode && now.device == identity.device && now.size > 0
        {
            return queue
        }
        close()
        try files.makeParents(of: path)
        let host = try files.hostPath(path)
        self.host = host
        let queue = try DatabaseQueue(path: host, configuration: Self.configuration)
        try queue.write { database in
            if try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM sqlite_master") == 0 { try create(database) }
        }
        let status = try files.stat(path)
        identity = (status.device, status.inode)
        self.queue = queue
        return queue
    }

    /// One file without a log beside it, and no syncs: the device is a toy whose files a host's crash may take.
    static var configuration: Configuration {
        var configuration = Configuration()
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY") }
        configuration.busyMode = .timeout(2)
        return configuration
    }
}
