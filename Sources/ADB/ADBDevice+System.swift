// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base

extension ADBDevice {
    /// Starts the device anew. The connection is lost soon after.
    ///
    /// - Parameter mode: empty for a plain restart; `bootloader`, `recovery`, `sideload`, `fastboot`.
    /// - Returns: what the device says, often nothing.
    /// - Throws: `DroidError`: `adb.refused`, `adb.timeout`.
    public func reboot(_ mode: String = "", timeout: Duration = .seconds(10)) async throws -> String {
        try await words(of: "reboot:\(mode)", timeout)
    }

    /// Has the daemon run as root, or no longer. It may start anew for that, which ends this connection.
    ///
    /// - Returns: what the device says, such as `adbd is already running as root`.
    /// - Throws: `DroidError`: `adb.refused`, `adb.timeout`.
    public func root(_ isRoot: Bool = true, timeout: Duration = .seconds(10)) async throws -> String {
        try await words(of: isRoot ? "root:" : "unroot:", timeout)
    }

    private func words(of service: String, _ timeout: Duration) async throws -> String {
        let stream = try await transport.open(service, limit: .total(timeout), for: service)
        defer { stream.drop() }
        var out: [UInt8] = []
        do {
            while let bytes = try await stream.read(), out.count < 65_536 { out += bytes }
        } catch let error as DroidError where error.code == "adb.lost" {
            // That is how it begins.
        }
        return String(decoding: out, as: UTF8.self).trimmingLines
    }
}
