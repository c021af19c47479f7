// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Foundation
import Glibc

/// The keys by which devices know this computer, shared with adb: `~/.android/adbkey`, and what `ADB_VENDOR_KEYS` names.
enum HostKeys {
    /// Files in a folder of vendor keys that are looked at.
    private static let folderLimit = 256
    /// No key is larger.
    private static let sizeLimit = 64 << 10

    /// All keys of this user, the user's own first. It is made where it is missing; keys that cannot be read are left out.
    static func load(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> [AuthKey] {
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory()
        var found: [AuthKey] = []
        if let own = try? userKey(in: home + "/.android") { found.append(own) }
        for path in (environment["ADB_VENDOR_KEYS"] ?? "").split(separator: ":") {
            for file in files(String(path)) {
                guard let key = try? read(file), !found.contains(where: { $0.publicKey == key.publicKey }) else {
                    continue
                }
                found.append(key)
            }
        }
        return found
    }

    /// How this computer is called in the question on a device's screen.
    static var name: String {
        let user = getenv("LOGNAME").map { String(cString: $0) } ?? NSUserName()
        var host = [CChar](repeating: 0, count: 256)
        gethostname(&host, 255)
        let bytes = host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return
            "\(user.isEmpty ? "unknown" : user)@\(bytes.isEmpty ? "unknown" : String(decoding: bytes, as: UTF8.self))"
    }

    /// The key in `folder`, made there if there is none. Where another program makes one at the same time, its key wins.
    ///
    /// - Throws: `DroidError` with code `file.write`, `file.read` or `adb.key`.
    static func userKey(in folder: String) throws -> AuthKey {
        let path = folder + "/adbkey"
        if access(path, F_OK) == 0 { return try read(path) }
        try FileBytes.makeFolder(folder, mode: 0o750)
        let key = try AuthKey.generate()
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max)).new"
        try FileBytes.write(key.pem, to: temporary, mode: 0o600)
        defer { unlink(temporary) }
        // A link comes into being whole or not at all, and never over a file that is there.
        guard link(temporary, path) == 0 else {
            guard errno == EEXIST else {
                throw DroidError("file.write", "cannot write \(path)", why: String(cString: strerror(errno)))
            }
            return try read(path)
        }
        try FileBytes.write(key.publicKey.line(name: name), to: path + ".pub", mode: 0o644)
        return key
    }

    private static func read(_ path: String) throws -> AuthKey {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= sizeLimit else {
            throw DroidError("file.read", "cannot read \(path)", why: "it is no file of a key")
        }
        return try AuthKey(pem: try FileBytes.read(path))
    }

    private static func files(_ path: String) -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
        guard isFolder.boolValue else { return [path] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasSuffix(".adb_key") }.sorted().prefix(folderLimit).map { "\(path)/\($0)" }
    }
}
