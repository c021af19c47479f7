// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// The USB test bed that this process runs on, where it does: `Scripts/test-usb` starts it (Tests/USB).
struct TestBed: Sendable {
    /// The one of this process.
    static let current: TestBed? = getenv("USB_TESTBED").map { TestBed(path: String(cString: $0)) }

    private let path: String

    /// Plugs a device in; it relays to `address`.
    ///
    /// - Parameter words: shape and faults, as control.c lists them.
    func plug(_ serial: String, to address: String, _ words: String...) throws {
        _ = try ask((["plug", "serial=\(serial)", "device=\(address)"] + words).joined(separator: " "))
    }

    func unplug(_ serial: String) throws { _ = try ask("unplug serial=\(serial)") }

    /// Gives the permissions that `access` took away.
    func allow(_ serial: String) throws { _ = try ask("allow serial=\(serial)") }

    /// What the device has counted: urbs_in, urbs_out, zero, violations, clears, open ...
    func counts(_ serial: String) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for word in try ask("stats serial=\(serial)").split(separator: " ") {
            let parts = word.split(separator: "=")
            if parts.count == 2 { counts[String(parts[0])] = Int(parts[1]) }
        }
        return counts
    }

    private func ask(_ line: String) throws -> String {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else {
            throw DroidError("test.usb", "the test bed does not answer", why: String(cString: strerror(errno)))
        }
        let request = Array((line + "\n").utf8)
        _ = send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))
        var answer: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1024)
        while true {
            let count = recv(descriptor, &block, block.count, 0)
            guard count > 0 else { break }
            answer += block.prefix(count)
        }
        let text = String(decoding: answer, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
        guard text.hasPrefix("ok") else { throw DroidError("test.usb", "the test bed refuses: \(line)", why: text) }
        return text
    }
}
