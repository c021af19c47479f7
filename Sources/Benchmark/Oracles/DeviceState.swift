// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen

/// What an oracle reads of a device beside its screen, over ADB.
struct DeviceState {
    private let device: any DeviceLink

    init(_ device: any DeviceLink) { self.device = device }

    /// A setting's value; `null` where it is not set.
    func setting(_ namespace: String, _ key: String) async throws -> String {
        try await text("settings get \(namespace) \(key)")
    }

    /// The rows of a query, columns parted by `|`; none when the database is not there.
    func rows(_ database: String, _ query: String) async throws -> [String] {
        let file = ShellQuoting.quote(database)
        let result = try await device.run("test -f \(file) && sqlite3 \(file) \(ShellQuoting.quote(query))")
        guard result.exitCode == 0 else { return [] }
        return result.text.split(separator: "\n").map(String.init)
    }

    /// Whether a file or folder is there.
    func exists(_ path: String) async throws -> Bool {
        try await device.run("test -e \(ShellQuoting.quote(path))").exitCode == 0
    }

    /// How many files and folders a folder holds.
    func count(_ folder: String) async throws -> Int {
        try await text("ls -1 \(ShellQuoting.quote(folder))").split(separator: "\n").count
    }

    private func text(_ command: String) async throws -> String {
        try await device.run(command).text.trimmingSpaces
    }
}
